// What came back, told again and better: the form as it was filled, for the same obligation.

import { el } from "../draw.js";
import * as queue from "../queue.js";
import { address } from "../route.js";
import * as store from "../store.js";
import { say } from "../words.js";
import * as record from "./record.js";

export async function show(place, [id]) {
  const row = (await store.get("queue", id)) ?? (await queue.cameBack()).find((one) => one.id === id);
  if (row?.kind === "record" && row.payload) {
    return record.show(place, [row.payload.form, String(row.payload.subject), String(row.meets?.[0] ?? "-"), id]);
  }
  place.append(el("p.problem", {}, say("nothing_to_mend")), el("a.button", { href: address("queue") }, say("queue")));
  return undefined;
}
