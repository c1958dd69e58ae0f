// What the screens about keys and accounts share: a field, a sentence, a form that is sent once.

import * as door from "../door.js";
import { el } from "../draw.js";
import { faultOfPin } from "../seal.js";
import * as store from "../store.js";
import { pick, say } from "../words.js";

const NEEDS_CODE = "401.7";

export const field = (name, { words = say(name), ...more } = {}) =>
  el("label", {}, words, el("input", { name, type: "text", autocomplete: "off", required: true, maxlength: "128", ...more }));

export const pinField = (name, more = {}) =>
  field(name, { type: "password", inputmode: "numeric", autocomplete: "new-password", maxlength: "12", ...more });

/** Name and password, and the authenticator's code, which shows itself when the server asks for it. */
export const accountFields = () => [
  field("username", { autocomplete: "username", autocapitalize: "none", spellcheck: "false" }),
  field("password", { type: "password", autocomplete: "current-password" }),
  el("div", { hidden: true, "data-code": true }, field("code", { inputmode: "numeric", autocomplete: "one-time-code", required: false, maxlength: "8" })),
];

export function accountOf(given) {
  const account = { username: given.username.trim(), password: given.password };
  return given.code ? { ...account, code: given.code.trim() } : account;
}

/** A card with fields and one button; `done(given)` throws what is to be said. While it runs the button rests. */
export function form(words, fields, done) {
  const said = el("p.problem", { role: "alert", hidden: true });
  const button = el("button.primary", {}, words);
  async function send(event) {
    event.preventDefault();
    button.disabled = true;
    said.hidden = true;
    try {
      await done(Object.fromEntries(new FormData(made)));
    } catch (error) {
      if (error.problem?.problem === NEEDS_CODE) made.querySelector("[data-code]").hidden = false;
      said.textContent = sentence(error);
      said.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
  const made = el("form.card", { onsubmit: send }, fields, said, button);
  return made;
}

/** Throws the sentence where a PIN will not do. */
export function checkPin({ pin, pin_again }) {
  const fault = pin === pin_again ? faultOfPin(pin) : "differs";
  if (fault) throw new Said(say(`pin_${fault}`));
}

/** A sentence to show as it is. */
export class Said extends Error {}

function sentence(error) {
  if (error instanceof Said) return error.message;
  if (error instanceof door.Refused) return pick(error.problem);
  if (error instanceof door.Withdrawn) return pick(error.answer) || say("wiped_withdrawn");
  if (error instanceof door.Offline) return say("needs_signal");
  if (error instanceof door.ComeAgain) return say("come_again", { seconds: error.seconds });
  if (error instanceof store.Full) return say("store_full");
  if (error instanceof store.WrongPin) return error.seconds ? say("pin_wait", { seconds: error.seconds }) : say("pin_wrong");
  throw error;
}
