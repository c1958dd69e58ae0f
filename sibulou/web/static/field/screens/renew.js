// Name and password again: because the token has run out, or because the PIN is forgotten; then also a new PIN.

import { tell } from "../bus.js";
import * as door from "../door.js";
import { el, fill } from "../draw.js";
import { address, replace } from "../route.js";
import * as store from "../store.js";
import { say } from "../words.js";
import { accountFields, accountOf, checkPin, form, pinField } from "./parts.js";

export async function show(place) {
  const [forgotten, waits] = [store.locked(), await store.count("queue")];
  const fields = [
    el("p", {}, say(forgotten ? "renew_pin_why" : "renew_why")),
    waits > 0 && el("p", {}, say("renew_waiting", { n: waits })),
    accountFields(),
    forgotten && [pinField("pin", { words: say("pin_new") }), pinField("pin_again"), el("p.faint", {}, say("pin_why"))],
  ];
  fill(
    place,
    el("h1", {}, say(forgotten ? "pin_forgotten" : "sign_in")),
    form(say("sign_in"), fields, (given) => renew(given, forgotten)),
    forgotten && el("p", {}, el("a.button", { href: address("lock") }, say("back"))),
  );
}

async function renew(given, forgotten) {
  if (forgotten) checkPin(given);
  const device = await store.openNote("device");
  const { token, spare } = await door.renew({ device, ...accountOf(given) });
  if (forgotten) await store.openWith(spare, given.pin);
  await store.put("meta", [{ id: "token", value: token }]);
  replace("queue");
  tell("unlocked");
}
