// A new release of the app: fetched beside the old one, and put in its place only when nothing is being typed.

import { tell } from "./bus.js";
import { clock } from "./clock.js";

const LOOK = 10 * 60_000;
let registration = null;
let looked = 0;
let accepted = false;

/** Which release this page is of. */
export const version = () => document.querySelector('meta[name="release"]').content;

/** Whether a new release is here and waits. */
export const waits = () => Boolean(registration?.waiting && navigator.serviceWorker.controller);

/** Registers the worker. Tells "release" when a new one waits, and "send" when the browser says that signal is back. */
export async function begin() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const had = Boolean(workers.controller);
  workers.addEventListener("message", ({ data }) => data === "send" && tell("send"));
  workers.addEventListener("controllerchange", () => (had || accepted) && tell("replaced"));
  registration = await workers.register("/m/worker.js", { scope: "/m/", updateViaCache: "none" });
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  if (waits()) tell("release");
}

/** Asks whether there is a new one, and for what of this one is still missing, every ten minutes at most. */
export function look(now = clock.steady()) {
  if (!registration || now - looked < LOOK) return;
  looked = now;
  registration.active?.postMessage("later");
  registration.update().catch(() => {}); // without signal there is none
}

/** Puts the one that waits in this one's place; "replaced" is told when it is so. */
export function accept() {
  accepted = true;
  registration?.waiting?.postMessage("take over");
}

/** The browser wakes the app when signal is back, where it can. */
export function wakeMe() {
  registration?.sync?.register("send").catch(() => {}); // not allowed, or not there: the app asks every minute anyway
}

function watch(worker) {
  worker?.addEventListener("statechange", () => waits() && tell("release"));
}
