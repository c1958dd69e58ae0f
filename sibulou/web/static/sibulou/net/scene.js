// Where everything is drawn: townships as frames, villages (or groups) as patches, households as cells. Pure.

import { LEVEL, households, size } from "./roster.js";

/** Rectangles of the given weights that fill a rectangle and are as square as they can be (Bruls et al., 2000). */
export function squarify(weights, box) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const order = weights.map((weight, at) => ({ at, area: (weight / (total || 1)) * box.w * box.h }));
  order.sort((one, other) => other.area - one.area || one.at - other.at);
  const placed = new Array(weights.length);
  let left = { ...box };
  for (let from = 0; from < order.length; ) {
    const side = Math.min(left.w, left.h);
    let to = from + 1;
    while (to < order.length && worst(order.slice(from, to + 1), side) <= worst(order.slice(from, to), side)) to += 1;
    left = layRow(order.slice(from, to), left, placed);
    from = to;
  }
  return placed;
}

function worst(row, side) {
  const areas = row.map((one) => one.area);
  const sum = areas.reduce((total, area) => total + area, 0);
  if (!sum || !side) return Infinity;
  return Math.max((side ** 2 * Math.max(...areas)) / sum ** 2, sum ** 2 / (side ** 2 * Math.max(Math.min(...areas), 1e-9)));
}

function layRow(row, box, placed) {
  const sum = row.reduce((total, one) => total + one.area, 0);
  const upright = box.w >= box.h;
  const thick = sum / (upright ? box.h : box.w) || 0;
  let at = upright ? box.y : box.x;
  for (const one of row) {
    const long = one.area / thick || 0;
    placed[one.at] = upright ? { x: box.x, y: at, w: thick, h: long } : { x: at, y: box.y, w: long, h: thick };
    at += long;
  }
  return upright
    ? { x: box.x + thick, y: box.y, w: box.w - thick, h: box.h }
    : { x: box.x, y: box.y + thick, w: box.w, h: box.h - thick };
}

const inset = (box, by, top = by) => ({
  x: box.x + by,
  y: box.y + top,
  w: Math.max(0, box.w - 2 * by),
  h: Math.max(0, box.h - by - top),
});

/** How large `count` square cells can be in a rectangle, and how many stand in a row; at most `most` wide. */
export function grid(count, box, most) {
  if (!count || box.w <= 0 || box.h <= 0) return { pitch: 0, columns: 1 };
  let pitch = Math.min(most, Math.sqrt((box.w * box.h) / count));
  while (Math.max(1, Math.floor(box.w / pitch)) * Math.floor(box.h / pitch) < count && pitch > 0.25) pitch *= 0.985;
  return { pitch, columns: Math.max(1, Math.floor(box.w / pitch)) };
}

/**
 * The picture of one area: `frames` {area, box, head}, `patches` {area, box, head, cells, pitch, columns, ids, tones,
 * marks}. The whole county is drawn village by village; a village group by group.
 */
export function compose(focus, width, height) {
  const small = width < 560;
  const look = { small, frameHead: small ? 15 : 21, patchHead: small ? 11 : 14, most: { [LEVEL.village]: 34, [LEVEL.group]: 64 }[focus.level] ?? 15 };
  const scene = { focus, width, height, frames: [], patches: [], small };
  const whole = { x: 0, y: 0, w: width, h: height };
  if (focus.level < LEVEL.township) {
    const towns = focus.children.filter((town) => town.level === LEVEL.township);
    const boxes = squarify(towns.map(weight), headed(scene, focus, whole, look));
    towns.forEach((town, at) => frame(scene, town, inset(boxes[at], small ? 1.5 : 3), look));
  } else frame(scene, focus, inset(whole, 2), look);
  return scene;
}

/** What the area owes itself stands in a line above; the rest is left for its parts. */
function headed(scene, area, box, look) {
  if (!area.marks.length) return box;
  scene.frames.push({ area, box: { ...box, h: look.frameHead }, head: look.frameHead, marks: marksOf(area), bare: true });
  return inset(box, 0, look.frameHead);
}

const weight = (area) => size(area) + 30 + 6 * area.children.length;

function frame(scene, area, box, look) {
  const inner = inset(box, look.small ? 1.5 : 3, look.frameHead);
  if (area.level >= LEVEL.group) {
    scene.patches.push(patch(area, box, { ...look, patchHead: look.frameHead }));
    return;
  }
  scene.frames.push({ area, box, head: look.frameHead, marks: marksOf(area), bare: false });
  const boxes = squarify(area.children.map(weight), inner);
  area.children.forEach((child, at) => scene.patches.push(patch(child, inset(boxes[at], look.small ? 1 : 2), look)));
}

function patch(area, box, look) {
  const head = box.h > 2.4 * look.patchHead && box.w > 24 ? look.patchHead : 0;
  const marks = marksOf(area);
  const { row, perLine, lines } = markRows(marks.length, box, look);
  const body = { x: box.x + 2, y: box.y + head + 1, w: box.w - 4, h: box.h - head - lines * row - 3 };
  const ids = households(area);
  const placed = marks.map((mark, at) => ({
    ...mark,
    x: box.x + 2 + (at % perLine) * row + row / 2,
    y: box.y + box.h - lines * row + Math.floor(at / perLine) * row + row / 2 - 1,
    size: row * 0.78,
  }));
  return { area, box, head, body, ids, tones: tonesOf(area), marks: placed, ...grid(ids.length, body, look.most) };
}

/** The marks of a patch stand in as few rows at its foot as they need, smaller where there are many. */
function markRows(count, box, look) {
  let row = Math.min(look.small ? 6 : 10, box.h / 5);
  for (;;) {
    const perLine = Math.max(1, Math.floor((box.w - 4) / row));
    const lines = Math.ceil(count / perLine);
    if (!count || lines * row <= Math.max(row, box.h * 0.3) || row < 2) return { row, perLine, lines };
    row *= 0.9;
  }
}

/** Where each group's households end, so that neighbouring groups can be told apart. */
function tonesOf(area) {
  const ends = [];
  let end = area.ids.length;
  if (end) ends.push(end);
  for (const child of area.children) ends.push((end += size(child)));
  return ends;
}

const ORDER = ["area", "groups", "post", "place", "institution", "hidden"];

/** The marks of an area: what it owes itself, its groups' duties as one, and each post, place and institution. */
export function marksOf(area) {
  const things = area.marks.filter((mark) => mark.kind !== "area");
  const marks = things.map((mark) => ({ kind: mark.kind, ids: [mark.id], key: area.key }));
  const own = area.marks.filter((mark) => mark.kind === "area").map((mark) => mark.id);
  if (own.length) marks.push({ kind: "area", ids: own, key: area.key });
  if (area.level === LEVEL.village) {
    const inGroups = area.children.flatMap((group) => group.marks);
    for (const mark of inGroups.filter((one) => one.kind !== "area")) {
      marks.push({ kind: mark.kind, ids: [mark.id], key: area.key });
    }
    const duties = inGroups.filter((one) => one.kind === "area").map((one) => one.id);
    if (duties.length) marks.push({ kind: "groups", ids: duties, key: area.key });
  }
  marks.push({ kind: "hidden", ids: [], key: area.key });
  return marks.sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

/** The middle of a patch's cell. */
export function cellAt(patch, at) {
  const { body, pitch, columns } = patch;
  return { x: body.x + (at % columns) * pitch + pitch / 2, y: body.y + Math.floor(at / columns) * pitch + pitch / 2 };
}

const within = (box, x, y) => x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;

/**
 * What lies under a point: {kind: "cell", id} or {kind: "mark", mark} or {kind: "area", area}. A burning cell or mark
 * within `reach` pixels wins over what lies exactly there: holes are small and thumbs are not.
 */
export function hit(scene, x, y, { burns, reach }) {
  const near = nearestBurning(scene, x, y, burns, reach);
  if (near) return near;
  for (const one of scene.patches) {
    if (!within(one.box, x, y)) continue;
    const at = Math.floor((y - one.body.y) / one.pitch) * one.columns + Math.floor((x - one.body.x) / one.pitch);
    const exact = within(one.body, x, y) && one.pitch >= 12 && one.ids[at];
    return exact ? { kind: "cell", id: exact, patch: one, at } : { kind: "area", area: one.area };
  }
  const over = scene.frames.filter((one) => within(one.box, x, y)).pop();
  return over ? { kind: "area", area: over.area } : null;
}

function nearestBurning(scene, x, y, burns, reach) {
  let best = null;
  const offer = (place, found) => {
    const distance = Math.hypot(place.x - x, place.y - y);
    if (distance <= reach + (place.size ?? 0) / 2 && (!best || distance < best.distance)) best = { ...found, distance };
  };
  const around = { x: x - reach, y: y - reach, w: 2 * reach, h: 2 * reach };
  for (const one of scene.patches) {
    if (one.box.x > around.x + around.w || one.box.x + one.box.w < around.x) continue;
    if (one.box.y > around.y + around.h || one.box.y + one.box.h < around.y) continue;
    one.ids.forEach((id, at) => {
      if (burns.cell(id)) offer(cellAt(one, at), { kind: "cell", id, patch: one, at });
    });
    for (const mark of one.marks) if (burns.mark(mark)) offer(mark, { kind: "mark", mark, patch: one });
  }
  for (const one of scene.frames) {
    for (const mark of frameMarks(one)) if (burns.mark(mark)) offer(mark, { kind: "mark", mark });
  }
  return best;
}

/** The marks in a frame's head, from the right. */
export function frameMarks({ box, head, marks }) {
  const size = head * 0.55;
  return marks.map((mark, at) => ({ ...mark, x: box.x + box.w - 8 - at * size * 1.5, y: box.y + head / 2, size }));
}

/** The patch next to one in a direction, for the arrow keys: the nearest whose middle lies that way. */
export function neighbour(patches, from, direction) {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[direction];
  const middle = ({ box }) => [box.x + box.w / 2, box.y + box.h / 2];
  const [fx, fy] = middle(from);
  let best = null;
  for (const one of patches) {
    const [x, y] = middle(one);
    const along = (x - fx) * dx + (y - fy) * dy;
    const across = Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx);
    if (along > 1) {
      const cost = along + 2.5 * across;
      if (!best || cost < best.cost) best = { one, cost };
    }
  }
  return best?.one ?? from;
}
