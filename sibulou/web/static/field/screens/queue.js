// What was told here and has not arrived, since when; and what came back.

import { on } from "../bus.js";
import { el } from "../draw.js";
import * as queue from "../queue.js";
import * as sync from "../sync.js";
import { say } from "../words.js";

export async function show(place) {
  const body = el("div");
  place.append(
    el("h1", {}, say("queue")),
    el("button.primary", { type: "button", onclick: () => sync.run({ now: true }) }, say("send_now")),
    body,
  );
  const fill = async () => {
    const rows = await queue.waiting();
    body.replaceChildren(
      el("p", { role: "status" }, rows.length ? say("waiting", { n: rows.length }) : say("nothing_waiting")),
      el("ol.rows", {}, ...rows.map((row) => el("li.card", {}, say(`kind_${row.kind}`), " ", el("time", { datetime: row.since }, row.since.slice(5, 16).replace("T", " "))))),
    );
  };
  await fill();
  return on("queue", fill);
}
