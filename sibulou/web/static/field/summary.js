// Answers as one reads them: "家庭人数 4 · 无变化 是".

import { areaOf, subjectOf } from "./held.js";
import { pick, say } from "./words.js";

/** The answers of a form in one line, in the form's order. */
export function answerWords(have, form, content) {
  const told = form.fields.filter((field) => content[field.key] !== undefined);
  return told.map((field) => `${pick(field.title)} ${valueWords(have, field, content[field.key])}`).join(" · ");
}

function valueWords(have, field, value) {
  if (field.type === "area") return areaOf(have, value)?.name ?? value;
  if (field.type === "subject") return subjectOf(have, value)?.label ?? value;
  if (field.type === "photo" || field.type === "voice") return say(`${field.type}_there`);
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((key) => choiceWords(field, key)).join("、");
  return field.choices?.length ? choiceWords(field, value) : String(value);
}

const choiceWords = (field, key) => {
  const choice = field.choices.find((one) => one.key === key);
  return choice ? pick(choice.title) : key;
};
