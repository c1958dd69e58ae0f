// One question, as one kind of field. Each gives `{node, write(value), focus()}` and calls `change(value)`; `undefined`
// is no answer. Choices are native radio buttons and boxes drawn large, so that keyboard and screen reader know them.

import { clock } from "./clock.js";
import { el } from "./draw.js";
import { areaPicker, subjectPicker } from "./pickers.js";
import { photoField, voiceField } from "./recorders.js";
import { isPlate, wantsKeys } from "./keys.js";
import { dayOf } from "./owed.js";
import { pick, say } from "./words.js";

/** The part of a form for one field. `given`: `{id, have, subject, change}`. */
export function fieldOf(field, given) {
  return PARTS[field.type](field, given);
}

function numberField(field, { id, change }) {
  const input = el("input.number", { id, type: "text", inputmode: "none", autocomplete: "off", enterkeyhint: "next" });
  input.oninput = () => change(numberOf(field, input.value));
  return { node: input, focus: () => input.focus(), write: (value) => (input.value = value ?? "") };
}

/** A number as typed: text that is no number stays text, so that the check says so. */
function numberOf(field, typed) {
  const bare = typed.trim().replace(/[。．]/g, ".").replace(/[０-９]/g, (sign) => String(sign.codePointAt(0) - 0xff10));
  if (bare === "") return undefined;
  return /^-?\d+(\.\d*)?$/.test(bare) ? Number(bare) : bare;
}

function textField(field, { id, change }) {
  const long = !field.keys && (field.max ?? 1000) > 100;
  const own = wantsKeys(field);
  const input = long
    ? el("textarea", { id, rows: "3" })
    : el(`input${own ? ".number" : ""}`, { id, type: "text", autocomplete: "off", inputmode: own ? "none" : null, enterkeyhint: "next" });
  input.oninput = () => change(isPlate(field) ? input.value.toUpperCase() : input.value);
  return { node: input, focus: () => input.focus(), write: (value) => (input.value = value ?? "") };
}

/** Buttons of which one at most holds; tapping it again takes the answer back where none is needed. */
function radios(field, { id, change }, options) {
  const inputs = options.map(([value, words]) => {
    const input = el("input", { type: "radio", name: id, value: String(value) });
    input.onchange = () => change(value);
    input.onclick = () => {
      if (!field.required && input.dataset.held === "yes") {
        input.checked = false;
        change(undefined);
      }
      note();
    };
    return { value, input, node: el("label.choice", {}, input, el("span", {}, words)) };
  });
  const note = () => inputs.forEach(({ input }) => (input.dataset.held = input.checked ? "yes" : ""));
  const node = el("div.choices", { role: "radiogroup", "aria-labelledby": `${id}-name` }, inputs.map((one) => one.node));
  const write = (value) => {
    inputs.forEach((one) => (one.input.checked = one.value === value));
    note();
  };
  return { node, write, focus: () => (inputs.find((one) => one.input.checked) ?? inputs[0]).input.focus() };
}

const yesOrNo = (field, given) => radios(field, given, [[true, say("yes")], [false, say("no")]]);

const oneChoice = (field, given) => radios(field, given, field.choices.map((choice) => [choice.key, pick(choice.title)]));

function manyChoices(field, { id, change }) {
  const boxes = field.choices.map((choice) => {
    const input = el("input", { type: "checkbox", value: choice.key });
    input.onchange = () => change(held());
    return { key: choice.key, input, node: el("label.choice", {}, input, el("span", {}, pick(choice.title))) };
  });
  const held = () => {
    const keys = boxes.filter((box) => box.input.checked).map((box) => box.key);
    return keys.length ? keys : undefined;
  };
  const node = el("div.choices", { role: "group", "aria-labelledby": `${id}-name` }, boxes.map((box) => box.node));
  const write = (keys) => boxes.forEach((box) => (box.input.checked = Boolean(keys?.includes(box.key))));
  return { node, write, focus: () => boxes[0].input.focus() };
}

const DAY = 24 * 3600 * 1000;

/** Today, yesterday, the day before, or any other day. */
function dateField(field, { id, change }) {
  const now = clock.now();
  const days = ["today_day", "yesterday", "day_before"].map((name, n) => [dayOf(new Date(now - n * DAY)), say(name)]);
  const other = el("input", { type: "date", "aria-label": say("other_day"), max: days[0][0] });
  const quick = radios(field, { id, change: (value) => { other.value = value ?? ""; change(value); } }, days);
  other.oninput = () => {
    quick.write(other.value);
    change(other.value || undefined);
  };
  if (/planned/.test(field.key)) other.removeAttribute("max");
  const node = el("div.date", { role: "group", "aria-labelledby": `${id}-name` }, quick.node, el("label.other", {}, say("other_day"), other));
  quick.node.removeAttribute("role");
  quick.node.removeAttribute("aria-labelledby");
  const write = (value) => {
    quick.write(value);
    other.value = value ?? "";
  };
  return { node, write, focus: quick.focus };
}

/** A moment that a form asks for; the browser's own field, in the device's zone. */
function momentField(field, { id, change }) {
  const input = el("input", { id, type: "datetime-local" });
  input.oninput = () => change(input.value ? clock.claim(new Date(input.value)) : undefined);
  return { node: input, focus: () => input.focus(), write: (value) => (input.value = value ? localOf(value) : "") };
}

/** 2020-02-10T08:30 in the device's zone. */
export function localOf(moment) {
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

const PARTS = {
  integer: numberField,
  number: numberField,
  text: textField,
  boolean: yesOrNo,
  choice: oneChoice,
  choices: manyChoices,
  date: dateField,
  moment: momentField,
  area: areaPicker,
  subject: subjectPicker,
  photo: photoField,
  voice: voiceField,
};
