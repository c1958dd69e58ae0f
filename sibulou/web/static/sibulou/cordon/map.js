// The map of the cordon: lines and points on a plain ground, no tiles, nothing from outside. Moved by hand and by keys.

import { View } from "./view.js";
import { paint } from "./paint.js";

const NEAR = 14; // pixels within which a tap means the thing and not the ground
const STEP = 60; // pixels that an arrow key moves the map

const box = document.querySelector("[data-cordon]");
const said = document.querySelector("[data-said]");
if (box) show(box).catch(() => (said.textContent = said.dataset.failed));

async function show(element) {
  const canvas = element.querySelector("canvas");
  const answer = await fetch(element.dataset.cordon, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const picture = await answer.json();
  const view = new View(picture.focus);
  const draw = () => requestAnimationFrame(() => paint(canvas, picture, view));
  new ResizeObserver(() => {
    view.resize(canvas.clientWidth, canvas.clientHeight);
    draw();
  }).observe(canvas);
  drag(canvas, view, draw, (x, y) => tell(picture, view, x, y));
  keys(canvas, view, draw);
  for (const button of element.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      zoom(view, Number(button.dataset.zoom));
      draw();
    });
  }
  element.dataset.drawn = "";
}

function zoom(view, way) {
  if (way === 0) view.fit();
  else view.zoom(way > 0 ? 1.5 : 1 / 1.5, view.width / 2, view.height / 2);
}

/** One finger or the mouse moves, two fingers or the wheel zoom, a tap asks. */
function drag(canvas, view, draw, tapped) {
  const held = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, event);
    moved = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const other = [...held.values()].find((one) => one.pointerId !== event.pointerId);
    if (other) {
      const spread = (one) => Math.hypot(one.offsetX - other.offsetX, one.offsetY - other.offsetY) || 1;
      view.zoom(spread(event) / spread(before), other.offsetX, other.offsetY);
    } else view.move(event.offsetX - before.offsetX, event.offsetY - before.offsetY);
    moved += Math.abs(event.offsetX - before.offsetX) + Math.abs(event.offsetY - before.offsetY);
    held.set(event.pointerId, event);
    draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (moved < 6 && held.size === 1) tapped(event.offsetX, event.offsetY);
    held.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => held.delete(event.pointerId));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      view.zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
      draw();
    },
    { passive: false },
  );
}

function keys(canvas, view, draw) {
  const moves = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) view.move(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(view, 1);
    else if (event.key === "-") zoom(view, -1);
    else if (event.key === "0") zoom(view, 0);
    else return;
    event.preventDefault();
    draw();
  });
}

/** Says what lies under a tap: a name, or the position to copy; and marks the village's row. */
function tell(picture, view, x, y) {
  const near = (one) => {
    const [px, py] = view.at(one[2], one[3]);
    return Math.hypot(px - x, py - y);
  };
  const [longitude, latitude] = view.place(x, y);
  const here = `${longitude.toFixed(5)}, ${latitude.toFixed(5)}`;
  const things = [...picture.posts, ...picture.villages].sort((one, other) => near(one) - near(other));
  const found = things.length && near(things[0]) <= NEAR ? things[0] : null;
  said.textContent = found ? `${found[1]} · ${here}` : here;
  for (const row of document.querySelectorAll("tr[data-village]")) {
    row.toggleAttribute("aria-current", Boolean(found) && row.dataset.village === found[0]);
  }
}
