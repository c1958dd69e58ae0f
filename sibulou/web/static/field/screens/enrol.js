// A new device: by an invitation's code or by name and password, and a PIN of one's own.

import { tell } from "../bus.js";
import * as door from "../door.js";
import { el } from "../draw.js";
import { faultOfPin } from "../seal.js";
import * as store from "../store.js";
import { pick, say } from "../words.js";

export function show(place, [invitation = ""]) {
  const said = el("p.problem", { role: "alert", hidden: true });
  const form = el(
    "form.card",
    { onsubmit: (event) => { event.preventDefault(); start(form, invitation, said); } },
    el("p", {}, say(invitation ? "enrol_by_invitation" : "enrol_by_name")),
    ...(invitation ? [] : [field("username", "text", "username"), field("password", "password", "current-password")]),
    field("device_name", "text", "off"),
    field("pin", "password", "new-password", { inputmode: "numeric" }),
    field("pin_again", "password", "new-password", { inputmode: "numeric" }),
    el("p.faint", {}, say("pin_why")),
    said,
    el("button.primary", {}, say("enrol_start")),
  );
  place.append(el("h1", {}, say("enrol")), form);
}

function field(name, type, autocomplete, more = {}) {
  return el("label", {}, say(name), el("input", { name, type, autocomplete, required: true, maxlength: "128", ...more }));
}

async function start(form, invitation, said) {
  const given = Object.fromEntries(new FormData(form));
  const fault = given.pin === given.pin_again ? faultOfPin(given.pin) : "differs";
  if (fault) return speakUp(said, say(`pin_${fault}`));
  const button = form.querySelector("button.primary");
  button.disabled = true;
  try {
    await found(given, invitation);
  } catch (error) {
    speakUp(said, sentence(error));
  } finally {
    button.disabled = false;
  }
}

async function found(given, invitation) {
  const who = invitation ? { invitation } : { username: given.username.trim(), password: given.password };
  const answer = await door.enrol({ ...who, name: given.device_name.trim() });
  await store.found(given.pin, answer.spare);
  await store.put("meta", [
    { id: "token", value: answer.token },
    { id: "me", device: { id: answer.device, name: given.device_name.trim(), expires_at: answer.expires_at }, user: answer.user, rights: [], seats: [] },
  ]);
  await store.keepOpenNote("device", answer.device);
  navigator.storage?.persist?.();
  tell("unlocked");
}

/** The sentence of what went wrong at the door. */
export function sentence(error) {
  if (error instanceof door.Refused) return pick(error.problem);
  if (error instanceof door.Offline) return say("needs_signal");
  if (error instanceof door.ComeAgain) return say("come_again", { seconds: error.seconds });
  if (error instanceof store.Full) return say("store_full");
  throw error;
}

export function speakUp(said, words) {
  said.textContent = words;
  said.hidden = false;
}
