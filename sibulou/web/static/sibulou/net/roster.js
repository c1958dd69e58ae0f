// The layout as the server sends it, turned into a tree of areas with the numbers of their cells and marks. Pure.

export const LEVEL = { county: 3, township: 4, village: 5, group: 6 };
const DIGITS = { 1: 2, 2: 4, 3: 6, 4: 9, 5: 12, 6: 15, 7: 18 };

/** Rising numbers from the differences they travel as. */
export function fromDeltas(deltas) {
  let at = 0;
  return deltas.map((step) => (at += step));
}

/** The key of the ancestor at a level: keys are texts of up to 18 digits, more than a number holds. */
export function ancestor(key, level) {
  const full = key.padStart(18, "0");
  return (full.slice(0, DIGITS[level]) + "0".repeat(18 - DIGITS[level])).replace(/^0+(?=\d)/, "");
}

export function levelOf(key) {
  const full = key.padStart(18, "0");
  for (let level = 1; level < 7; level += 1) if (/^0*$/.test(full.slice(DIGITS[level]))) return level;
  return 7;
}

/**
 * Areas by key: {key, name, level, parent, children, ids, marks}. `ids` are the households of a group; `marks` are
 * {id, kind}. `home` finds the group or area that a number belongs to.
 */
export function readLayout(sent) {
  const areas = new Map();
  for (const [key, name, level] of sent.areas) {
    areas.set(key, { key, name, level, parent: null, children: [], ids: [], marks: [] });
  }
  for (const area of areas.values()) {
    for (let level = area.level - 1; level > 0 && !area.parent; level -= 1) {
      area.parent = areas.get(ancestor(area.key, level)) ?? null;
    }
    if (area.parent) area.parent.children.push(area);
  }
  const home = new Map();
  const place = (key, id, kind) => {
    let area = areas.get(key);
    for (let level = levelOf(key) - 1; !area && level > 0; level -= 1) area = areas.get(ancestor(key, level));
    if (!area) return;
    home.set(id, area);
    if (kind === "household") area.ids.push(id);
    else area.marks.push({ id, kind });
  };
  for (const [key, deltas] of Object.entries(sent.cells)) {
    for (const id of fromDeltas(deltas)) place(key, id, "household");
  }
  for (const [key, kinds] of Object.entries(sent.marks)) {
    for (const [kind, deltas] of kinds) for (const id of fromDeltas(deltas)) place(key, id, kind);
  }
  return { root: areas.get(sent.root), areas, home, version: sent.version };
}

/** The households under an area, its own first, then group by group. */
export function households(area) {
  return [...area.ids, ...area.children.flatMap(households)];
}

/** How many households lie under an area. */
export function size(area) {
  return area.ids.length + area.children.reduce((sum, child) => sum + size(child), 0);
}

/** The area and those above it, widest first. */
export function way(area) {
  return area.parent ? [...way(area.parent), area] : [area];
}
