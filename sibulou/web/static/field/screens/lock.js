// The PIN; and a way in for who has forgotten it.

import { tell } from "../bus.js";
import { el, fill } from "../draw.js";
import { address } from "../route.js";
import * as store from "../store.js";
import { say } from "../words.js";
import { form, pinField } from "./parts.js";

export async function show(place, [invitation = ""]) {
  const waits = await store.count("queue");
  const pin = pinField("pin", { autocomplete: "current-password", autofocus: true });
  const unlock = form(say("unlock"), [pin], async (given) => {
    unlock.reset();
    await store.open(given.pin);
    tell("unlocked");
  });
  fill(
    place,
    el("h1", {}, say("locked")),
    invitation && el("p.message", {}, say("enrolled_already")),
    waits > 0 && el("p", {}, say("locked_waiting", { n: waits })),
    unlock,
    el("p", {}, el("a.button", { href: address("renew") }, say("pin_forgotten"))),
  );
}
