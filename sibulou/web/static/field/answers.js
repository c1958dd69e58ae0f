// Whether answers fit their form: the same judgement as the server's, said before anything leaves the device.

import * as cel from "./cel.js";

const LONGEST_TEXT = 1000;
const LARGEST = 2 ** 53 - 1;
const NUMERIC = ["integer", "number"];

const fault = (key, facts = {}) => ({ fault: key, ...facts });

/** The variables of a condition: the answers so far and, where given, facts of the subject, values and lists. */
export function variables(form, record, context = {}) {
  const whole = new Set(form.fields.filter((field) => field.type === "integer").map((field) => field.key));
  const isWhole = (key) => whole.has(key);
  return {
    record: cel.counted(record, isWhole),
    last: cel.counted(context.last ?? {}, isWhole),
    subject: cel.counted(context.subject ?? {}),
    user: context.user ?? {},
    values: cel.counted(context.values ?? {}),
    lists: context.lists ?? {},
  };
}

/**
 * `{content, shown, faults}` of what was typed: clean answers in the form's order, the keys of the questions that are
 * asked, and for each that does not fit `{fault, …facts}`. An answer to a question that is not asked is left out.
 */
export function judge(form, typed) {
  const judged = { content: {}, shown: [], faults: {} };
  for (const field of form.fields) {
    if (field.show_when && !cel.holds(field.show_when, variables(form, judged.content))) continue;
    judged.shown.push(field.key);
    const { value, wrong } = clean(field, typed[field.key]);
    if (wrong) judged.faults[field.key] = wrong;
    else if (value !== undefined) judged.content[field.key] = value;
  }
  return judged;
}

/** The keys whose number is possible and unusual: the screen asks "sure?". */
export function unusual(form, content) {
  return form.fields.filter((field) => isUnusual(field, content[field.key])).map((field) => field.key);
}

function isUnusual({ ask_outside: usual }, value) {
  return Boolean(usual) && typeof value === "number" && (value < usual[0] || value > usual[1]);
}

/** The drafts of a form: what stands in its fields before anybody has answered. `context`: last, subject, user. */
export function drafts(form, context) {
  const found = {};
  for (const field of form.fields) {
    const value = draftOf(form, field, found, context);
    if (value !== undefined) found[field.key] = value;
  }
  return found;
}

/** The draft of one field beside the answers before it; undefined where there is none. */
export function draftOf(form, field, record, context) {
  return field.fill ? clean(field, cel.valueOf(field.fill, variables(form, record, context))).value : undefined;
}

/** A field whose answer may follow from those before it: read again as they change. */
export const followsAnswers = (field) => /\brecord\b/.test(field.fill ?? "");

function clean(field, given) {
  const value = asKept(field, given);
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) {
    return field.required ? { wrong: fault("needed") } : {};
  }
  const wrong = (CHECKS[field.type] ?? (() => null))(field, value);
  return wrong ? { wrong } : { value: field.type === "choices" ? inOrder(field, value) : value };
}

/** Texts without blanks around them; keys and ids as text. */
function asKept({ type }, given) {
  if ((type === "area" || type === "subject") && Number.isInteger(given)) return String(given);
  return typeof given === "string" ? given.trim() : given;
}

const inOrder = (field, value) => field.choices.map((choice) => choice.key).filter((key) => value.includes(key));

function within(field, value) {
  const [low, high] = [field.min ?? -LARGEST, field.max ?? LARGEST];
  if (value >= low && value <= high) return null;
  const open = { low: field.min === undefined || field.min === null, high: field.max === undefined || field.max === null };
  if ((open.low || open.high) && !(Math.abs(value) <= LARGEST)) return fault("too_large");
  if (open.high) return fault("at_least", { low });
  if (open.low) return fault("at_most", { high });
  return fault("between", { low, high });
}

const among = (field, key) => typeof key === "string" && field.choices.some((choice) => choice.key === key);
const matches = (pattern, key) => (_, value) => (typeof value === "string" && pattern.test(value) ? null : fault(key));

const CHECKS = {
  integer: (field, value) => (Number.isInteger(value) ? within(field, value) : fault("whole")),
  number: (field, value) => (typeof value === "number" && Number.isFinite(value) ? within(field, value) : fault("number")),
  text: (field, value) => {
    const longest = field.max ?? LONGEST_TEXT;
    if (typeof value !== "string" || [...value].length > longest) return fault("too_long", { longest });
    return /[\0\ud800-\udfff]/u.test(value) ? fault("signs") : null;
  },
  boolean: (_, value) => (typeof value === "boolean" ? null : fault("yes_or_no")),
  choice: (field, value) => (among(field, value) ? null : fault("one_of")),
  choices: (field, value) => (Array.isArray(value) && value.every((key) => among(field, key)) ? null : fault("one_of")),
  date: (_, value) => (typeof value === "string" && isDate(value) ? null : fault("date")),
  moment: matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/, "moment"),
  area: matches(/^[0-9]{18}$/, "area"),
  subject: matches(/^[0-9A-Za-z-]{1,40}$/, "subject"),
  photo: matches(/^[0-9a-f]{64}$/, "photo"),
  voice: matches(/^[0-9a-f]{64}$/, "voice"),
};

function isDate(text) {
  const made = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(NaN);
  return Number.isFinite(made.getTime()) && made.toISOString().startsWith(text);
}

export const isNumeric = (field) => NUMERIC.includes(field.type);
