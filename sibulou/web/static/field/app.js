// The frame: which screen is shown, the tabs, the language, the lock, and a new release of the app.

import { on, tell } from "./bus.js";
import * as door from "./door.js";
import { el } from "./draw.js";
import { watchIdle } from "./idle.js";
import { address, here, replace } from "./route.js";
import { SCREENS, TABS } from "./screens.js";
import * as store from "./store.js";
import * as sync from "./sync.js";
import { chosen, english, say, speak } from "./words.js";

const OPEN = new Set(["enrol", "lock"]);
const LAST_SEND = 8_000;
const main = document.getElementById("main");
const bar = document.getElementById("bar");
const tabs = document.getElementById("tabs");
let leave = null;
let turn = 0;
let wanted = "";

async function show() {
  const mine = (turn += 1);
  const { name, parts } = await placeFor(here());
  if (mine !== turn) return;
  const screen = SCREENS[name] ? await SCREENS[name]() : null;
  if (mine !== turn) return;
  leave?.();
  leave = null;
  frame(name);
  const place = el("div.screen");
  const left = screen ? await screen.show(place, parts) : place.append(el("p.problem", {}, say("no_such_screen")));
  if (mine !== turn) return left?.();
  leave = left ?? null;
  main.replaceChildren(place);
  scrollTo(0, 0);
  (place.querySelector("[autofocus]") ?? main).focus({ preventScroll: true });
}

/** Where one may be now: at the lock while it is locked, at enrolment before there is a store. */
async function placeFor({ name, parts }) {
  if (!(await store.exists())) return { name: "enrol", parts: [invitation(name)] };
  if (store.locked()) {
    if (!OPEN.has(name)) wanted = location.hash;
    return { name: "lock", parts: [] };
  }
  if (!name || OPEN.has(name) || invitation(name)) {
    replace(TABS[0]);
    return { name: TABS[0], parts: [] };
  }
  return { name, parts };
}

const invitation = (name) => (name.startsWith("invite=") ? name.slice("invite=".length) : "");

function frame(name) {
  const closed = OPEN.has(name);
  bar.replaceChildren(
    el("a.brand", { href: closed ? "#/" : address(TABS[0]) }, say("app")),
    el("span.told", { id: "told", role: "status" }),
    el("button.quiet", { type: "button", lang: english() ? "zh-Hans" : "en", onclick: () => speak(english() ? "zh" : "en") }, say("language")),
  );
  tabs.hidden = closed;
  tabs.replaceChildren(
    ...TABS.map((tab) => el("a", { href: address(tab), "aria-current": tab === name ? "page" : null, "data-tab": tab }, say(tab))),
  );
  showWaiting();
}

async function showWaiting() {
  if (!(await store.exists())) return;
  const waits = await store.count("queue");
  const told = document.getElementById("told");
  if (told) told.textContent = waits ? say("waiting", { n: waits }) : "";
  document.querySelector('[data-tab="queue"]')?.classList.toggle("waits", waits > 0);
}

/** What was typed is kept, what waits is sent if there is signal, then it is locked. */
async function lock() {
  if (store.locked()) return;
  const kept = [];
  tell("locking", { wait: (promise) => kept.push(promise) });
  await Promise.allSettled(kept);
  if (navigator.onLine && (await store.count("queue"))) {
    await Promise.race([sync.run({ now: true }), new Promise((done) => setTimeout(done, LAST_SEND))]);
  }
  store.lock();
}

async function unlocked() {
  door.carry((await store.get("meta", "token"))?.value);
  if (wanted) location.replace(wanted);
  wanted = "";
  await show();
  sync.run({ now: true });
}

function begin() {
  speak(chosen());
  addEventListener("hashchange", show);
  on("unlocked", unlocked);
  on("locked", show);
  on("wiped", show);
  on("lock", lock);
  on("language", show);
  on("queue", () => { showWaiting(); if (navigator.onLine) sync.run(); });
  on("sync", showWaiting);
  watchIdle(lock);
  sync.start();
  show();
  navigator.serviceWorker?.register("/m/worker.js", { scope: "/m/", updateViaCache: "none" });
}

begin();
