// This device: whose it is, when it last spoke with the county, the lock.

import { tell } from "../bus.js";
import { el } from "../draw.js";
import * as store from "../store.js";
import { say } from "../words.js";

export async function show(place) {
  const me = await store.get("meta", "me");
  place.append(
    el("h1", {}, say("device")),
    el("dl.facts", {}, el("dt", {}, say("device_name")), el("dd", {}, me.device.name), el("dt", {}, say("device_user")), el("dd", {}, me.user.name)),
    el("button", { type: "button", onclick: () => tell("lock") }, say("lock_now")),
  );
}
