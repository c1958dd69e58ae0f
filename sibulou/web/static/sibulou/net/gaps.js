// What burns, as the server sends it, spread over the areas of the layout. Pure.

import { ancestor, fromDeltas, LEVEL, levelOf } from "./roster.js";

export const NO_GAP = 9;

/**
 * `burning`, by number: {rank, gaps}. `hidden`: the same by area, of what the reader may not see; `veiled`: that again,
 * with the groups' in their village, as the picture shows it. What stands on no layout is counted in `elsewhere`, never dropped.
 */
export function readCells(sent, layout) {
  const burning = new Map();
  let elsewhere = 0;
  fromDeltas(sent.ids).forEach((id, at) => {
    const cell = { rank: Number(sent.kinds[at]), gaps: sent.gaps[at] };
    burning.set(id, cell);
    if (!layout.home.has(id)) elsewhere += cell.gaps;
  });
  const hidden = new Map();
  const veiled = new Map();
  for (const [key, rank, gaps] of sent.hidden) {
    const area = nearest(layout, key);
    if (!area) {
      elsewhere += gaps;
      continue;
    }
    hidden.set(area.key, merge(hidden.get(area.key), { rank, gaps }));
    veiled.set(area.key, hidden.get(area.key));
    const village = area.level > LEVEL.village ? area.parent : null;
    if (village) veiled.set(village.key, merge(veiled.get(village.key), { rank, gaps }));
  }
  return { burning, hidden, veiled, elsewhere, total: sent.total };
}

function nearest(layout, key) {
  for (let level = levelOf(key); level > 0; level -= 1) {
    const area = layout.areas.get(ancestor(key, level));
    if (area) return area;
  }
  return null;
}

function merge(one, other) {
  if (!one) return other;
  return { rank: Math.min(one.rank, other.rank), gaps: one.gaps + other.gaps };
}

/** By area: {rank, gaps, cells, kinds}, each area with everything under it. */
export function sumUp(layout, { burning, hidden }) {
  const sums = new Map();
  const add = (area, cell) => {
    for (let at = area; at; at = at.parent) {
      const sum = sums.get(at.key) ?? { rank: NO_GAP, gaps: 0, cells: 0, kinds: [0, 0, 0, 0, 0] };
      sum.rank = Math.min(sum.rank, cell.rank);
      sum.gaps += cell.gaps;
      sum.cells += 1;
      sum.kinds[cell.rank] += 1;
      sums.set(at.key, sum);
    }
  };
  for (const [id, cell] of burning) if (layout.home.has(id)) add(layout.home.get(id), cell);
  for (const [key, cell] of hidden) add(layout.areas.get(key), cell);
  return sums;
}

/** Which numbers burn now that did not before. */
export function fresh(before, now) {
  if (!before) return [];
  return [...now.burning.keys()].filter((id) => !before.burning.has(id));
}
