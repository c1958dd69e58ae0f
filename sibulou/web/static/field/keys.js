// Keys for gloves: a number pad and a plate keyboard that type into an ordinary input, so that a real keyboard and a
// screen reader work as everywhere. The input has inputmode="none": no system keyboard stands in the way.

import { el } from "./draw.js";
import { say } from "./words.js";

const PROVINCES = "云京津沪渝冀豫辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS = "0123456789";
const ENDINGS = "学警挂港澳使领";
const FIRST = ["云F", "云A"];
const WIDEST = 8; // whole numbers offered as keys at most

/** The whole part of the usual numbers of a field as keys: 35. 36. … 41.; none where the range is wide. */
export function likely({ type, ask_outside: usual }) {
  if (type !== "number" || !usual) return [];
  const [low, high] = [Math.ceil(usual[0]), Math.floor(usual[1])];
  if (high - low + 1 > WIDEST) return [];
  return Array.from({ length: high - low + 1 }, (_, n) => `${low + n}.`);
}

/**
 * What a number field holds after a key. Digits that are too large without a point get one before the last: 3, 6, 5 is
 * 36.5. `Next` and `Back` are not typed.
 */
export function typedNumber({ type, max }, held, key) {
  if (key === "⌫") return held.slice(0, -1);
  if (key.length > 1) return key;
  if (key === ".") return type === "number" && !held.includes(".") ? `${held || "0"}.` : held;
  const next = held + key;
  if (type !== "number" || next.includes(".") || max === null || max === undefined || Number(next) <= max) return next;
  return `${next.slice(0, -1)}.${key}`;
}

/** Whether a number needs no more keys: one decimal, in a field whose likely numbers are offered. */
export const isWhole = (field, held) => likely(field).length > 0 && /^\d+\.\d$/.test(held);

/** What a plate holds after a key; eight signs at most (new energy), seven as a rule. */
export function typedPlate(held, key) {
  if (key === "⌫") return held.slice(0, -1);
  return [...held].length + [...key].length <= 8 ? held + key : held;
}

/** The keys that come next: the two plates of the county first, then a province, a letter, letters and digits. */
export function plateKeys(held) {
  const length = [...held].length;
  if (length === 0) return [FIRST, [...PROVINCES]];
  if (length === 1) return [[...LETTERS]];
  return [[...DIGITS, ...LETTERS, ...(length >= 5 ? ENDINGS : "")]];
}

export const isPlate = (field) => field.keys === "plate";
export const wantsKeys = (field) => field.type === "integer" || field.type === "number" || Boolean(field.keys);

/**
 * A pad that types into whichever input has the focus. `pad.serve(input, field, next)` shows the keys for it; `next` is
 * called by the key "next" and when nothing more can be typed.
 */
export function makePad() {
  const place = el("div.pad", { hidden: true, role: "group", "aria-label": say("keys") });
  const pad = { place, served: null };

  pad.serve = (input, field, next) => {
    pad.served = { input, field, next };
    place.hidden = false;
    draw();
  };
  pad.rest = () => {
    pad.served = null;
    place.hidden = true;
  };

  function press(key) {
    const { input, field, next } = pad.served;
    if (key === "next") return next();
    input.value = isPlate(field) ? typedPlate(input.value, key) : typedNumber(field, input.value, key);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    if (isPlate(field)) draw();
    const done = isPlate(field) ? [...input.value].length === 8 : isWhole(field, input.value);
    if (done && key !== "⌫") next();
    return undefined;
  }

  function draw() {
    const { input, field } = pad.served;
    place.dataset.keys = isPlate(field) ? "plate" : "numbers";
    place.replaceChildren(...(isPlate(field) ? plateRows(input.value, button) : numberRows(field, button)));
  }

  const button = (key, name = "") =>
    el(
      `button.key${name ? `.${name}` : ""}`,
      {
        type: "button",
        tabindex: "-1",
        "data-key": key,
        "aria-label": LABELS[key] ? say(LABELS[key]) : null,
        // The input keeps the focus, and with it what a screen reader reads out.
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => press(key),
      },
      key === "next" ? say("next_field") : key,
    );

  return pad;
}

const LABELS = { "⌫": "rub_out", ".": "point" };

function plateRows(held, button) {
  const rows = plateKeys(held).map((row) => el("div.row", {}, row.map((key) => button(key, key.length > 1 ? "wide" : ""))));
  return [...rows, el("div.row", {}, button("⌫", "wide"), button("next", "wide"))];
}

function numberRows(field, button) {
  const offered = likely(field);
  const last = field.type === "number" ? button(".") : field.keys === "identity" ? button("X") : el("span");
  const [top, middle, low] = ["123", "456", "789"].map((row) => [...row].map((key) => button(key)));
  return [
    offered.length ? el("div.offered", {}, offered.map((key) => button(key, "likely"))) : null,
    el("div.digits", {}, top, button("⌫", "double"), middle, button("0"), last, low, button("next", "double")),
  ].filter(Boolean);
}
