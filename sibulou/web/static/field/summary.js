// Answers as one reads them: "家庭人数 4 · 无变化 是".

import { pick, say } from "./words.js";

/** The answers of a form in one line, in the form's order. */
export function answerWords(form, content) {
  const told = form.fields.filter((field) => content[field.key] !== undefined);
  return told.map((field) => `${pick(field.title)} ${valueWords(field, content[field.key])}`).join(" · ");
}

function valueWords(field, value) {
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((key) => choiceWords(field, key)).join("、");
  return field.choices?.length ? choiceWords(field, value) : String(value);
}

const choiceWords = (field, key) => {
  const choice = field.choices.find((one) => one.key === key);
  return choice ? pick(choice.title) : key;
};
