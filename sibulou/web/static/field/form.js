// A form of the plan as fields. What stands there as a draft looks like one, and is told only by whoever saves the form.

import { draftOf, drafts, followsAnswers, isNumeric, judge, unusual } from "./answers.js";
import { el } from "./draw.js";
import { fieldOf } from "./fields.js";
import { makePad, wantsKeys } from "./keys.js";
import { pick, say } from "./words.js";

const FOLD_FROM = 4; // so many optional questions after the last required one are folded away

/**
 * Draws a form into `place`. `typed`: answers that stand there already, as when something is mended. `context`: what
 * drafts read; `done()` is called when the last question was answered by keys. Gives `{check, typed, pad}`: `check()` shows what does not fit and gives the content, or null;
 * `typed()` what stands there; `finish()` waits for what is being recorded, `leave()` ends it.
 */
export function drawForm(place, { form, context, have, typed = {}, done = () => {} }) {
  const pad = makePad();
  const made = { form, context, done, answers: {}, drafted: new Set(), sure: new Set(), fields: new Map(), pad };
  Object.assign(made.answers, drafts(form, context), typed);
  for (const key of Object.keys(made.answers)) if (!(key in typed)) made.drafted.add(key);
  for (const field of form.fields) made.fields.set(field.key, makeField(made, field, have));
  place.append(...arrange(made), pad.place);
  place.addEventListener("focusin", (event) => serve(made, event.target));
  place.addEventListener("keydown", (event) => onEnter(made, event));
  show(made);
  markFirst(made);
  const parts = () => [...made.fields.values()].map(({ part }) => part);
  return {
    check: () => check(made),
    typed: () => ({ ...made.answers }),
    finish: () => Promise.all(parts().map((part) => part.finish?.())),
    leave: () => parts().forEach((part) => part.leave?.()),
    pad,
  };
}

function makeField(made, field, have) {
  const id = `field-${field.key}`;
  const part = fieldOf(field, { id, have, subject: made.context.about, change: (value) => changed(made, field, value) });
  const grouped = part.node.getAttribute("role") ?? "";
  const name = el(grouped ? "p.name" : "label.name", grouped ? { id: `${id}-name` } : { for: id, id: `${id}-name` }, pick(field.title));
  if (field.required) name.append(el("span.needed", {}, say("needed_mark")));
  const draft = el("p.draft-note", { id: `${id}-draft`, hidden: true }, say("draft_note"));
  const fault = el("p.fault", { id: `${id}-fault`, role: "alert" });
  const around = el("div.field", { "data-field": field.key }, name, draft, part.node, fault);
  part.write(made.answers[field.key]);
  return { field, part, around, draft, fault };
}

/** The questions in the plan's order; many optional ones after the last required one are folded. */
function arrange({ form, fields }) {
  const nodes = form.fields.map((field) => fields.get(field.key).around);
  const last = form.fields.findLastIndex((field) => field.required);
  const rest = nodes.slice(last + 1);
  if (last < 0 || rest.length < FOLD_FROM) return nodes;
  return [...nodes.slice(0, last + 1), el("details.more", {}, el("summary", {}, say("more_fields", { n: rest.length })), rest)];
}

function changed(made, field, value) {
  if (value === undefined || value === null || value === "") delete made.answers[field.key];
  else made.answers[field.key] = value;
  made.drafted.delete(field.key);
  made.sure.delete(field.key);
  made.fields.get(field.key).fault.textContent = "";
  follow(made, field);
  show(made);
}

/** Drafts that follow from other answers follow them, until somebody answers them himself. */
function follow(made, changedField) {
  const { form, answers, drafted, context } = made;
  for (const field of form.fields.filter(followsAnswers)) {
    const own = answers[field.key] !== undefined && !drafted.has(field.key);
    if (own || field === changedField) continue;
    const value = draftOf(form, field, answers, context);
    drafted[value === undefined ? "delete" : "add"](field.key);
    if (value === undefined) delete answers[field.key];
    else answers[field.key] = value;
    made.fields.get(field.key).part.write(value);
  }
}

function show({ form, answers, drafted, fields }) {
  const { shown } = judge(form, answers);
  for (const [key, { around, draft, part }] of fields) {
    around.hidden = !shown.includes(key);
    draft.hidden = !drafted.has(key);
    around.classList.toggle("drafted", drafted.has(key));
    describe(part.node, key, { draft: drafted.has(key), fault: false });
  }
}

function describe(node, key, { draft, fault }) {
  const ids = [draft && `field-${key}-draft`, fault && `field-${key}-fault`].filter(Boolean);
  const target = node.matches("input, textarea, select") ? node : node.querySelector("input, textarea, select") ?? node;
  if (ids.length) target.setAttribute("aria-describedby", ids.join(" "));
  else target.removeAttribute("aria-describedby");
  target.toggleAttribute("aria-invalid", Boolean(fault));
  if (fault) target.setAttribute("aria-invalid", "true");
}

/** Shows a sentence beside each answer that does not fit, or asks "sure?" once; the content when all is well. */
function check(made) {
  const { form, answers, fields, sure } = made;
  const { content, faults } = judge(form, answers);
  const asked = unusual(form, content).filter((key) => !sure.has(key));
  for (const key of asked) sure.add(key);
  for (const [key, one] of fields) {
    const words = faults[key] ? faultWords(faults[key]) : asked.includes(key) ? sureWords(one.field, content[key]) : "";
    one.fault.textContent = words;
    one.around.classList.toggle("wrong", Boolean(words));
    describe(one.part.node, key, { draft: made.drafted.has(key), fault: Boolean(words) });
  }
  const first = form.fields.find(({ key }) => faults[key] || asked.includes(key));
  if (!first) return content;
  reveal(fields.get(first.key));
  return null;
}

const faultWords = ({ fault, ...facts }) => say(`fault_${fault}`, facts);

const sureWords = ({ ask_outside: [low, high] }, value) => say("sure", { value, low, high });

function reveal({ around, part }) {
  const folded = around.closest("details");
  if (folded) folded.open = true;
  part.focus();
  around.scrollIntoView({ block: "center" });
}

/** The pad belongs to the input that has the focus; elsewhere it rests. */
function serve(made, target) {
  if (made.pad.place.contains(target)) return;
  const found = [...made.fields.values()].find(({ around }) => around.contains(target));
  if (!found || !wantsKeys(found.field) || !target.matches("input")) return made.pad.rest();
  made.pad.serve(target, found.field, () => next(made, found.field));
  bring(made, found.around);
  return undefined;
}

/** Into the part of the screen that the pad leaves free; no further than needed, so that the drafts above stay in sight. */
function bring({ pad }, around) {
  const foot = pad.place.closest(".foot") ?? pad.place;
  around.style.scrollMarginBottom = `${Math.max(0, innerHeight - foot.getBoundingClientRect().top) + 12}px`;
  around.scrollIntoView({ block: "nearest" });
}

/** The next question that is open and still without an answer, else the button that saves. */
function next(made, field) {
  const { form, fields, answers, drafted } = made;
  const after = form.fields.slice(form.fields.indexOf(field) + 1).map(({ key }) => fields.get(key));
  const open = after.find(({ field: { key }, around }) => !around.hidden && !folded(around) && (answers[key] === undefined || drafted.has(key)));
  made.pad.rest();
  if (open) open.part.focus();
  else made.done();
}

/** Enter goes on to the next question, on a real keyboard and on the system's. */
function onEnter(made, event) {
  if (event.key !== "Enter" || !event.target.matches("input:not([type=file])") || event.isComposing) return;
  const found = [...made.fields.values()].find(({ around }) => around.contains(event.target));
  event.preventDefault();
  next(made, found.field);
}

const folded = (around) => Boolean(around.closest("details:not([open])"));

/** The first question that wants keys and has no answer gets the focus, unless something to choose comes before it. */
function markFirst(made) {
  const all = [...made.fields.values()].filter(({ around }) => !around.hidden && !folded(around));
  const open = all.find(({ field }) => made.answers[field.key] === undefined);
  if (open && (isNumeric(open.field) || open.field.type === "text")) open.part.node.setAttribute("autofocus", "");
}
