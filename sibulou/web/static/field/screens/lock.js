// The PIN; and, for who has forgotten it, name and password.

import { tell } from "../bus.js";
import { el } from "../draw.js";
import * as store from "../store.js";
import { say } from "../words.js";
import { speakUp } from "./enrol.js";

export async function show(place) {
  const waits = await store.count("queue");
  const said = el("p.problem", { role: "alert", hidden: true });
  const pin = el("input", { type: "password", inputmode: "numeric", autocomplete: "current-password", name: "pin", autofocus: true, required: true, maxlength: "12" });
  const form = el(
    "form.card",
    { onsubmit: (event) => { event.preventDefault(); unlock(form, pin, said); } },
    el("label", {}, say("pin"), pin),
    said,
    el("button.primary", {}, say("unlock")),
  );
  place.append(el("h1", {}, say("locked")), waits ? el("p", {}, say("waiting", { n: waits })) : "", form);
}

async function unlock(form, pin, said) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await store.open(pin.value);
    tell("unlocked");
  } catch (error) {
    if (!(error instanceof store.WrongPin)) throw error;
    speakUp(said, error.seconds ? say("pin_wait", { seconds: error.seconds }) : say("pin_wrong"));
    pin.value = "";
    pin.focus();
  } finally {
    button.disabled = false;
  }
}
