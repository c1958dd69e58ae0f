// Draws a scene on a canvas. What is quiet is drawn once and kept; what burns is drawn over it at every refresh.

import { KINDS, say } from "./words.js";
import { cellAt, frameMarks } from "./scene.js";

const HALOS_UP_TO = 6000; // beyond that the county is one fire, and halos would only blur it

/** The colours and the font, from the style sheet. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const take = (name) => style.getPropertyValue(`--net-${name}`).trim();
  return {
    ground: take("ground"),
    town: take("town"),
    patch: take("patch"),
    cell: [take("cell"), take("cell-other")],
    mark: take("mark"),
    line: take("line"),
    word: take("word"),
    name: take("name"),
    focus: take("focus"),
    kinds: KINDS.map((kind) => take(kind)),
    font: style.fontFamily,
  };
}

/** A canvas the size of its box, sharp on every screen. */
export function fit(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

/** Everything that is there, wrong or not. */
export function paintQuiet(pen, scene, theme) {
  pen.fillStyle = theme.ground;
  pen.fillRect(0, 0, scene.width, scene.height);
  for (const one of scene.frames) paintFrame(pen, one, theme, scene);
  for (const one of scene.patches) paintPatch(pen, one, theme, scene);
}

function paintFrame(pen, one, theme, scene) {
  const { box, head, bare } = one;
  if (!bare) {
    pen.fillStyle = theme.town;
    roundRect(pen, box, 4);
    pen.fill();
  }
  write(pen, bare ? say("本级", "its own") : one.area.name, { x: box.x + 6, y: box.y + head / 2, w: box.w - 12, size: scene.small ? 10 : 13, bold: true, color: theme.name, theme });
  for (const mark of frameMarks(one)) if (mark.kind !== "hidden") paintMark(pen, mark, theme.mark, theme.mark, false);
}

function paintPatch(pen, one, theme, scene) {
  pen.fillStyle = theme.patch;
  roundRect(pen, one.box, 3);
  pen.fill();
  if (one.head) {
    write(pen, one.area.name, { x: one.box.x + 4, y: one.box.y + one.head / 2 + 1, w: one.box.w - 8, size: Math.min(12, one.head - (scene.small ? 1 : 2)), color: theme.word, theme });
  }
  paintCells(pen, one, theme);
  for (const mark of one.marks) if (mark.kind !== "hidden") paintMark(pen, mark, theme.mark, theme.mark, false);
}

function paintCells(pen, one, theme) {
  const side = Math.max(0.6, one.pitch - (one.pitch > 6 ? 1.5 : one.pitch > 2.4 ? 0.8 : 0.35));
  let tone = 0;
  for (let at = 0; at < one.ids.length; at += 1) {
    while (at >= one.tones[tone]) tone += 1;
    pen.fillStyle = theme.cell[tone % 2];
    const { x, y } = cellAt(one, at);
    pen.fillRect(x - side / 2, y - side / 2, side, side);
  }
}

/** What is wrong: each kind in its own colour, brightness and shape. */
export function paintBurning(pen, scene, state, theme) {
  const glow = state.burning.size <= HALOS_UP_TO ? theme.kinds.map((color) => halo(color)) : null;
  for (const one of scene.patches) {
    if (!one.ids.length) paintVeiled(pen, one, state, theme);
    paintPatchGaps(pen, one, scene.small ? 4 : 5.5, state, theme, glow);
    for (const mark of one.marks) paintMarkGap(pen, mark, state, theme, glow);
  }
  for (const one of scene.frames) for (const mark of frameMarks(one)) paintMarkGap(pen, mark, state, theme, glow);
}

/** Where the reader may not see households, how many gaps they have stands in their place. */
function paintVeiled(pen, { area, body }, state, theme) {
  const gap = state.veiled.get(area.key);
  if (!gap) return;
  const size = Math.max(9, Math.min(28, body.h * 0.5, body.w * 0.3));
  pen.textAlign = "center";
  write(pen, String(gap.gaps), { x: body.x + body.w / 2, y: body.y + body.h / 2, w: body.w, size, bold: true, color: theme.kinds[gap.rank], theme });
  pen.textAlign = "start";
}

/** Single holes are drawn larger than their cell, so that none is overlooked; where a whole group burns each keeps its own. */
function paintPatchGaps(pen, one, least, state, theme, glow) {
  let from = 0;
  for (const to of one.tones) {
    const burning = [];
    for (let at = from; at < to; at += 1) if (state.burning.has(one.ids[at])) burning.push(at);
    const rank = (at) => state.burning.get(one.ids[at]).rank;
    burning.sort((here, there) => rank(there) - rank(here)); // the worst is drawn last, over its neighbours
    const crowded = burning.length > Math.max(6, (to - from) / 4);
    const size = crowded ? one.pitch * 0.82 : Math.max(one.pitch - 0.6, least);
    for (const at of burning) {
      paintGap(pen, cellAt(one, at), size, rank(at), theme, crowded ? null : glow);
    }
    from = to;
  }
}

/** The worst gap of a mark, or null. */
export function markGap(mark, state) {
  if (mark.kind === "hidden") return state.veiled.get(mark.key) ?? null;
  let worst = null;
  for (const id of mark.ids) {
    const cell = state.burning.get(id);
    if (cell && (!worst || cell.rank < worst.rank)) worst = cell;
  }
  return worst;
}

function paintMarkGap(pen, mark, state, theme, glow) {
  const gap = markGap(mark, state);
  if (!gap) return;
  if (glow) stamp(pen, glow[gap.rank], mark, mark.size * 2.6);
  paintMark(pen, mark, theme.kinds[gap.rank], theme.ground, true);
  shape(pen, gap.rank, mark.x, mark.y, mark.size * 0.42, theme.ground);
}

function paintGap(pen, { x, y }, size, rank, theme, glow) {
  if (glow) stamp(pen, glow[rank], { x, y }, size * 3.2);
  shape(pen, rank, x, y, size, theme.kinds[rank]);
}

/** Open: a diamond. Silent: a bar. Off the roster: a triangle. Overdue: a square. Unowned: an empty ring. */
export function shape(pen, rank, x, y, size, color) {
  const half = size / 2;
  pen.fillStyle = color;
  pen.beginPath();
  if (rank === 0) polygon(pen, [[x, y - half * 1.25], [x + half * 1.25, y], [x, y + half * 1.25], [x - half * 1.25, y]]);
  else if (rank === 1) pen.rect(x - half * 1.15, y - half * 0.45, size * 1.15, size * 0.45);
  else if (rank === 2) polygon(pen, [[x, y - half * 1.1], [x + half * 1.1, y + half * 0.9], [x - half * 1.1, y + half * 0.9]]);
  else if (rank === 3) pen.rect(x - half * 0.9, y - half * 0.9, size * 0.9, size * 0.9);
  else {
    pen.lineWidth = Math.max(0.7, size * 0.24);
    pen.strokeStyle = color;
    pen.arc(x, y, half * 0.85, 0, 7);
    pen.stroke();
    return;
  }
  pen.fill();
}

function polygon(pen, points) {
  points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}

/** Posts are gates, places houses, institutions crosses, an area's duties a flag, its groups' three strokes. */
function paintMark(pen, { kind, x, y, size }, color, ground, filled) {
  const half = size / 2;
  pen.lineWidth = Math.max(0.8, size * 0.12);
  pen.strokeStyle = color;
  pen.fillStyle = color;
  pen.beginPath();
  if (kind === "post") polygon(pen, [[x - half, y - half], [x + half, y - half], [x, y + half]]);
  else if (kind === "place") polygon(pen, [[x, y - half], [x + half, y - half * 0.1], [x + half, y + half], [x - half, y + half], [x - half, y - half * 0.1]]);
  else if (kind === "institution") {
    const arm = half * 0.42;
    polygon(pen, [[-arm, -half], [arm, -half], [arm, -arm], [half, -arm], [half, arm], [arm, arm], [arm, half], [-arm, half], [-arm, arm], [-half, arm], [-half, -arm], [-arm, -arm]].map(([dx, dy]) => [x + dx, y + dy]));
  } else if (kind === "groups") {
    for (const step of [-0.7, 0, 0.7]) pen.rect(x + step * half - half * 0.18, y - half, half * 0.36, size);
  } else pen.arc(x, y, half, 0, 7);
  if (filled) pen.fill();
  else pen.stroke();
}

const sprites = new Map();

function halo(color) {
  if (sprites.has(color)) return sprites.get(color);
  const sprite = document.createElement("canvas");
  sprite.width = sprite.height = 64;
  const pen = sprite.getContext("2d");
  const shade = pen.createRadialGradient(32, 32, 2, 32, 32, 32);
  shade.addColorStop(0, color);
  shade.addColorStop(1, "transparent");
  pen.globalAlpha = 0.5;
  pen.fillStyle = shade;
  pen.fillRect(0, 0, 64, 64);
  sprites.set(color, sprite);
  return sprite;
}

function stamp(pen, sprite, { x, y }, size) {
  const wide = Math.max(size, 12);
  pen.drawImage(sprite, x - wide / 2, y - wide / 2, wide, wide);
}

/** A frame around what the keyboard or the pointer is on. */
export function paintFocus(pen, box, theme) {
  pen.strokeStyle = theme.focus;
  pen.lineWidth = 2;
  roundRect(pen, { x: box.x + 1, y: box.y + 1, w: box.w - 2, h: box.h - 2 }, 3);
  pen.stroke();
}

function roundRect(pen, { x, y, w, h }, radius) {
  pen.beginPath();
  pen.roundRect(x, y, Math.max(w, 0), Math.max(h, 0), Math.min(radius, w / 2, h / 2));
}

function write(pen, text, { x, y, w, size, bold, color, theme }) {
  pen.font = `${bold ? "600 " : ""}${size}px ${theme.font}`;
  pen.fillStyle = color;
  pen.textBaseline = "middle";
  if (w < size) return;
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > w) shown = shown.slice(0, -1);
  pen.fillText(shown, x, y);
}
