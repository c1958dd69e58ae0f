// The number of new messages in the bar: asked for when somebody is at the page, at most once a minute, drawn in place.
import assert from "node:assert/strict";
import { test } from "node:test";

const badge = { dataset: { unseen: "/messages/count/" }, hidden: true, querySelector: () => number };
const number = { textContent: "0" };
const heard = {};
const asked = [];
let time = 1_000_000;
let answer = { ok: true, redirected: false, text: async () => "3" };

globalThis.document = {
  hidden: false,
  querySelector: () => badge,
  addEventListener: (sign, then) => (heard[sign] = then),
};
globalThis.addEventListener = (sign, then) => (heard[sign] = then);
globalThis.fetch = async (address) => (asked.push(address), answer);
Date.now = () => time;
await import("../../sibulou/web/static/sibulou/unseen.js");

test("nothing is asked before a minute has gone, nor by itself", async () => {
  await heard.pointerdown();
  assert.deepEqual(asked, []);
});

test("a sign of life after a minute asks once and draws the number", async () => {
  time += 60_000;
  await heard.keydown();
  await heard.pointermove();
  assert.deepEqual([asked, number.textContent, badge.hidden], [["/messages/count/"], 3, false]);
});

test("none new hides it", async () => {
  time += 60_000;
  answer = { ok: true, redirected: false, text: async () => "0" };
  await heard.visibilitychange();
  assert.equal(badge.hidden, true);
});

test("signed out, or without signal, what stands stays", async () => {
  for (const wrong of [{ ok: true, redirected: true, text: async () => "<html>" }, { ok: false }]) {
    time += 60_000;
    answer = wrong;
    await heard.keydown();
  }
  globalThis.fetch = async () => Promise.reject(new Error("no signal"));
  time += 60_000;
  await heard.keydown();
  assert.equal(badge.hidden, true);
});

test("a hidden page asks nothing", async () => {
  document.hidden = true;
  time += 60_000;
  const before = asked.length;
  await heard.visibilitychange();
  assert.equal(asked.length, before);
});
