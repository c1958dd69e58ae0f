// This device: whose it is, when it last spoke with the county, how much room there is; lock, PIN, and giving it back.

import { tell } from "../bus.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import { version } from "../release.js";
import { WrongKey } from "../seal.js";
import * as store from "../store.js";
import * as sync from "../sync.js";
import { pick, say } from "../words.js";
import { checkPin, form, pinField, Said } from "./parts.js";

export async function show(place) {
  const me = await store.get("meta", "me");
  place.append(
    el("h1", {}, say("device")),
    el("dl.facts", {}, (await facts(me)).flatMap(([name, value]) => [el("dt", {}, say(name)), el("dd", {}, value)])),
    el("button.primary", { type: "button", onclick: () => tell("lock") }, say("lock_now")),
    el("details", {}, el("summary", {}, say("pin_change")), pinForm()),
    el("details", {}, el("summary", {}, say("give_back")), giveBackForm()),
  );
}

async function facts({ device, user, seats }) {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const safe = await navigator.storage?.persisted?.();
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    ["device_name", device.name],
    ["device_user", user.name],
    ["device_seats", seats.map((seat) => `${seat.place ?? ""} ${pick(seat, "role")}`.trim()).join("；") || say("none")],
    ["device_token", device.expires_at.slice(0, 10)],
    ["device_last", sync.state.at ? clock.claim(new Date(sync.state.at)).slice(0, 16).replace("T", " ") : say("not_yet")],
    ["device_room", `${megabytes(usage)} / ${megabytes(quota)}`],
    ["device_safe", say(safe ? "device_safe_yes" : "device_safe_no")],
    ["device_release", version()],
  ];
}

function pinForm() {
  const changed = el("p.message", { role: "status", hidden: true }, say("pin_changed"));
  const made = form(say("pin_change"), [pinField("pin_now", { autocomplete: "current-password" }), pinField("pin", { words: say("pin_new") }), pinField("pin_again"), changed], async (given) => {
    changed.hidden = true;
    checkPin(given);
    await store.changePin(given.pin_now, given.pin).catch((error) => {
      throw error instanceof WrongKey ? new Said(say("pin_wrong")) : error;
    });
    made.reset();
    changed.hidden = false;
  });
  return made;
}

/** The device forgets everything; refused while something waits. */
function giveBackForm() {
  return form(say("give_back_now"), [el("p", {}, say("give_back_why"))], async () => {
    await sync.run();
    const waits = await store.count("queue");
    if (waits) throw new Said(say("give_back_waiting", { n: waits }));
    await store.forget("given_back");
  });
}
