// A record is told and may be taken back. Both are records: the second names the first and withdraws it.

import { el } from "./draw.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { say } from "./words.js";

const UNDO_FOR = 5000;

/** Tells a record; gives its id. Written before it is said to be kept. */
export const tellRecord = (payload, meets) => queue.add("record", payload, { meets });

/** Takes a record back that was told on this device. */
export async function takeBack(id) {
  const told = (await store.get("queue", id)) ?? (await store.get("outcomes", id));
  if (!told?.payload) return;
  const { form, subject } = told.payload;
  await queue.add("record", { form, subject, content: {}, corrects: id, withdraws: true });
  await store.drop("answers", [`here ${form} ${subject}`]);
}

let until = 0;

/** Says at the foot of the screen what was kept, with a button to take it back for five seconds; in a live region. */
export function toast(words, undo) {
  const place = document.getElementById("toast") ?? document.body.appendChild(el("div.toast", { id: "toast", role: "status" }));
  const button = undo && el("button", { type: "button", onclick: () => { close(); undo(); } }, say("undo"));
  const close = () => place.replaceChildren();
  place.replaceChildren(el("span", {}, words), button || "");
  clearTimeout(until);
  // Whoever has the focus on the button is not hurried.
  const end = () => (place.contains(document.activeElement) ? (until = setTimeout(end, 1000)) : close());
  until = setTimeout(end, UNDO_FOR);
}
