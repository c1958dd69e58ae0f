// The frame: which screen is shown, the tabs, what has to be said above every screen, the lock.

import { on, tell } from "./bus.js";
import * as door from "./door.js";
import { el } from "./draw.js";
import { watchIdle } from "./idle.js";
import * as release from "./release.js";
import { address, here, known, replace } from "./route.js";
import { SCREENS, TABS } from "./screens.js";
import * as store from "./store.js";
import * as sync from "./sync.js";
import { chosen, english, pick, say, speak } from "./words.js";

const OPEN = new Set(["enrol", "lock", "renew"]);
const LAST_SEND = 8_000;
const part = (id) => document.getElementById(id);
let leave = null;
let turn = 0;
let shown = "";
let wanted = "";

async function show() {
  const mine = (turn += 1);
  const { name, parts } = await placeFor(here());
  const screen = SCREENS[name] ? await SCREENS[name]() : null;
  if (mine !== turn) return;
  leaveNow();
  const place = el("div.screen", { "data-screen": name });
  const left = screen ? await screen.show(place, parts) : unknown(place);
  if (mine !== turn) return left?.();
  leave = left ?? null;
  frame((shown = name));
  part("main").replaceChildren(place);
  document.title = `${place.querySelector("h1")?.textContent ?? ""} · ${say("app")}`;
  scrollTo(0, 0);
  (place.querySelector("[autofocus]") ?? part("main")).focus({ preventScroll: true });
}

/** What a screen left running ends here; a locked store would answer it no more. */
function leaveNow() {
  leave?.();
  leave = null;
}

function unknown(place) {
  place.append(el("h1", {}, say("no_such_screen")), el("p", {}, el("a.button", { href: address(TABS[0]) }, say(TABS[0]))));
}

/** Where one may be now: at enrolment before there is a store, at the lock while it is locked. */
async function placeFor({ name, parts }) {
  const invitation = name.startsWith("invite=") ? name.slice("invite=".length) : "";
  if (!(await store.exists())) return { name: "enrol", parts: [invitation] };
  if (store.locked()) {
    if (name === "renew") return { name, parts };
    if (!OPEN.has(name) && !invitation) wanted = location.hash;
    return { name: "lock", parts: [invitation] };
  }
  if (name && name !== "enrol" && name !== "lock" && !invitation) return { name, parts };
  replace(TABS[0]);
  return { name: TABS[0], parts: [] };
}

function frame(name) {
  const closed = store.locked();
  const other = english() ? "zh-Hans" : "en";
  part("bar").replaceChildren(
    el("a.brand", { href: closed ? "#/" : address(TABS[0]) }, say("app")),
    el("span.told", { id: "told", role: "status" }),
    el("button.quiet", { type: "button", lang: other, onclick: () => speak(english() ? "zh" : "en") }, say("language")),
  );
  part("tabs").hidden = closed;
  part("tabs").setAttribute("aria-label", say("main"));
  const tab = (one) => el("a", { href: address(one), "aria-current": one === name ? "page" : null, "data-tab": one }, say(one));
  part("tabs").replaceChildren(...TABS.map(tab));
  showWaiting();
  showNotice();
}

async function showWaiting() {
  const waits = (await store.exists()) ? await store.count("queue") : 0;
  const told = part("told");
  if (told) told.textContent = waits ? say("waiting", { n: waits }) : "";
  document.querySelector('[data-tab="queue"]')?.classList.toggle("waits", waits > 0);
}

/** What everybody has to know, whatever is shown: the one thing that matters most. */
function showNotice() {
  const said = noticeOf();
  part("notice").hidden = !said;
  part("notice").replaceChildren(...(said ?? []));
}

function noticeOf() {
  const { trouble, problem } = sync.state;
  if (trouble === "sign-in" && shown !== "renew") return [say("sign_in_again"), el("a.button", { href: address("renew") }, say("sign_in"))];
  if (trouble === "withdrawn") return [say("withdrawn_sending")];
  if (trouble === "full") return [say("fetch_full")];
  if (trouble === "refused") return [pick(problem)];
  if (release.waits()) return [say("new_release"), el("button", { type: "button", onclick: replaceRelease }, say("new_release_take"))];
  return null;
}

async function replaceRelease() {
  await keepTyped();
  release.accept();
}

/** Whoever holds something half-typed keeps it now. */
async function keepTyped() {
  const kept = [];
  tell("locking", { wait: (promise) => kept.push(promise) });
  await Promise.allSettled(kept);
}

/** What was typed is kept, what waits is sent if there is signal, then it is locked. */
async function lock() {
  if (store.locked()) return;
  await keepTyped();
  if (navigator.onLine && (await store.count("queue"))) {
    await Promise.race([sync.run(), new Promise((done) => setTimeout(done, LAST_SEND))]);
  }
  wanted = location.hash;
  store.lock();
}

async function unlocked() {
  door.carry((await store.get("meta", "token"))?.value);
  await sync.recall();
  if (wanted) location.replace(wanted);
  wanted = "";
  await show();
  sync.run();
}

/** A locked app takes a new release at once: nothing is being typed. */
function takeWhileLocked() {
  if (store.locked() && release.waits()) release.accept();
  showNotice();
}

function kept() {
  showWaiting();
  release.wakeMe();
  if (navigator.onLine) sync.run();
}

function begin() {
  speak(chosen());
  Object.keys(SCREENS).forEach((name) => known.add(name));
  addEventListener("hashchange", show);
  on("language", show);
  on("wiped", () => { leaveNow(); show(); });
  on("unlocked", unlocked);
  on("locked", () => { leaveNow(); show(); takeWhileLocked(); });
  on("lock", lock);
  on("queue", showWaiting);
  on("kept", kept);
  on("send", sync.run);
  on("sync", () => { showWaiting(); showNotice(); release.look(); });
  on("release", takeWhileLocked);
  on("replaced", () => keepTyped().then(() => location.reload()));
  watchIdle(lock);
  sync.start();
  show();
  release.begin();
}

begin();
