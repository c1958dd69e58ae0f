// The parts of the field app that need no browser: node --test tests/field/
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../sibulou/web/static/field/", import.meta.url);
const at = (name) => import(new URL(`${name}.js`, STATIC).href);
const { Clock } = await at("clock");
const seal = await at("seal");
const { secondsOf } = await at("door");
const { address, here } = await at("route");
const { WORDS } = await at("words");
for (const more of ["lane_words", "card_words"]) await at(more); // they add their own

const MORNING = Date.parse("2020-02-10T00:30:00Z");
const HOUR = 3_600_000;

function telephone({ wall = MORNING, steady = 0, kept } = {}) {
  const hands = { wall, steady };
  const clock = new Clock({ wall: () => hands.wall, steady: () => hands.steady });
  if (kept) clock.recall(kept);
  const pass = (milliseconds) => {
    hands.wall += milliseconds;
    hands.steady += milliseconds;
  };
  return { clock, hands, pass };
}

test("ids are of version 7 and carry the moment", () => {
  const id = telephone().clock.newId();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll("-", "").slice(0, 12), 16), MORNING);
});

test("ids increase within a millisecond, beyond 4,096 of them, and over a clock that is set back", () => {
  const { clock, hands } = telephone();
  const ids = Array.from({ length: 9000 }, () => clock.newId());
  hands.wall -= 6 * HOUR;
  ids.push(clock.newId(), clock.newId());
  assert.deepEqual(ids, [...new Set(ids)].sort());
});

test("ids go on increasing after a restart with the clock set back", () => {
  const before = telephone();
  const last = before.clock.newId();
  const after = telephone({ wall: MORNING - 6 * HOUR, kept: before.clock.kept() });
  assert.ok(after.clock.newId() > last);
});

test("a clock set back is noticed by how much", () => {
  const { clock, hands, pass } = telephone();
  clock.claim();
  const early = clock.shift;
  pass(10 * 60_000);
  hands.wall -= 6 * HOUR;
  assert.equal(clock.claim(), clock.claim(new Date(MORNING + 10 * 60_000 - 6 * HOUR)));
  assert.equal(clock.shift, 6 * HOUR);
  assert.equal(clock.claimOf(early), clock.claim(new Date(MORNING + 10 * 60_000)));
  assert.equal(clock.claimOf(clock.shift), clock.claim());
});

test("a clock set back while the app was closed is noticed by what is sure", () => {
  const before = telephone();
  before.pass(HOUR);
  const after = telephone({ wall: MORNING - 5 * HOUR, kept: before.clock.kept() });
  assert.equal(after.clock.shift, 6 * HOUR);
});

test("a telephone that slept has not been set back, nor has one that is set right by a second", () => {
  const { clock, hands, pass } = telephone();
  clock.claim();
  hands.wall += 3 * HOUR;
  pass(5000);
  hands.wall -= 1000;
  clock.claim();
  assert.equal(clock.shift, 0);
});

test("lists go by the server's clock once it was heard, records by the device's", () => {
  const { clock, hands, pass } = telephone({ wall: MORNING - 6 * HOUR });
  clock.learn(new Date(MORNING).toISOString());
  pass(60_000);
  assert.equal(clock.now().getTime(), MORNING + 60_000);
  assert.equal(Date.parse(clock.claim()), hands.wall);
  hands.wall -= 2 * HOUR;
  assert.equal(clock.now().getTime(), MORNING + 60_000);
});

test("a claim carries its zone", () => {
  const said = telephone().clock.claim();
  assert.match(said, /^2020-02-\d\dT\d\d:\d\d:00\.000[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(said), MORNING);
});

const SPARE = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");

test("the PIN opens the store's key, and so does the spare key with a new PIN", async () => {
  const { key, kept } = await seal.makeKey("258013", SPARE);
  const row = await seal.sealRow(key, "queue/1", { id: "1", words: "张德福" });
  const again = await seal.openByPin(kept, "258013");
  assert.deepEqual(await seal.openRow(again, "queue/1", row), { id: "1", words: "张德福" });
  const renewed = await seal.openBySpare(kept, SPARE, "907214");
  assert.deepEqual(await seal.openRow(renewed.key, "queue/1", row), { id: "1", words: "张德福" });
  await assert.rejects(seal.openByPin(renewed.kept, "258013"), seal.WrongKey);
  await seal.openByPin(await seal.changePin(renewed.kept, "907214", "555012"), "555012");
});

test("neither another PIN nor another spare key opens it", async () => {
  const { kept } = await seal.makeKey("258013", SPARE);
  await assert.rejects(seal.openByPin(kept, "258014"), seal.WrongKey);
  await assert.rejects(seal.openBySpare(kept, Buffer.alloc(32).toString("base64"), "907214"), seal.WrongKey);
  await assert.rejects(seal.changePin(kept, "258014", "907214"), seal.WrongKey);
});

test("what is kept of the key does not hold it", async () => {
  const { key, kept } = await seal.makeKey("258013", SPARE);
  await assert.rejects(crypto.subtle.exportKey("raw", key));
  assert.ok(kept.iterations >= 310_000);
  assert.deepEqual(Object.keys(kept).sort(), ["iterations", "pin", "salt", "spare"]);
});

test("a sealed row opens under its own table and id only, and carries bytes as they are", async () => {
  const { key } = await seal.makeKey("258013", SPARE);
  const bytes = crypto.getRandomValues(new Uint8Array(5000));
  const row = await seal.sealRow(key, "blobs/a", { id: "a", type: "image/jpeg", bytes });
  assert.deepEqual(await seal.openRow(key, "blobs/a", row), { id: "a", type: "image/jpeg", bytes });
  await assert.rejects(seal.openRow(key, "blobs/b", row));
  row[20] ^= 1;
  await assert.rejects(seal.openRow(key, "blobs/a", row));
});

test("four wrong PINs cost nothing; from the fifth the wait doubles, up to an hour", () => {
  assert.deepEqual([0, 1, 4, 5, 6, 7, 12, 99].map(seal.waitAfter), [0, 0, 0, 30, 60, 120, 3600, 3600]);
});

test("a PIN has at least six digits and is not the first that comes to mind", () => {
  const faults = { 25801: "short", "25801a": "short", "": "short", 1234567890123: "short", 123456: "simple", 654321: "simple", "000000": "simple", 258013: "", 121212: "" };
  for (const [pin, fault] of Object.entries(faults)) assert.equal(seal.faultOfPin(pin), fault, pin);
});

test("come again: as a number, as a date, and a minute when nothing is said", () => {
  const now = Date.parse("2020-02-10T00:30:00Z");
  assert.equal(secondsOf("17", now), 17);
  assert.equal(secondsOf("Mon, 10 Feb 2020 00:31:30 GMT", now), 90);
  assert.equal(secondsOf("Mon, 10 Feb 2020 00:10:00 GMT", now), 1);
  assert.equal(secondsOf("999999", now), 3600);
  assert.equal(secondsOf(null, now), 60);
  assert.equal(secondsOf("soon", now), 60);
});

test("an address leads back to what it was made of", () => {
  const parts = ["household_check", "12/3", "张"];
  assert.deepEqual(here(address("record", ...parts)), { name: "record", parts });
  assert.deepEqual(here(""), { name: "", parts: [] });
  assert.equal(here("#invite=530499-7K3M-Q9TA-2XHB").name, "invite=530499-7K3M-Q9TA-2XHB");
});

const scripts = readdirSync(STATIC, { recursive: true }).filter((name) => name.endsWith(".js"));
const source = (name) => readFileSync(new URL(name, STATIC), "utf8");

test("every sentence stands in both languages, with the same facts", () => {
  const facts = (words) => [...words.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  for (const [key, [zh, en, ...more]] of Object.entries(WORDS)) {
    assert.ok(zh && en && !more.length, key);
    assert.deepEqual(facts(zh), facts(en), key);
  }
});

test("every sentence that is said is in the catalogue", () => {
  for (const name of scripts.filter((name) => name !== "words.js")) {
    for (const [, key] of source(name).matchAll(/\bsay\("(\w+)"/g)) assert.ok(key in WORDS, `${name}: ${key}`);
  }
});

test("no module reads the time past the clock", () => {
  const apart = ["clock.js", "idle.js"];
  const seen = scripts.filter((name) => !apart.includes(name) && /\bnew Date\(\)|Date\.now|performance\.now/.test(source(name)));
  assert.deepEqual(seen, []);
});

test("no module imports in a circle: hashed names could not be found", () => {
  const named = new Map(
    scripts.map((name) => [
      new URL(name, STATIC).href,
      [...source(name).matchAll(/(?:from |import\(|import )"(\.[^"]+)"/g)].map(([, to]) => new URL(to, new URL(name, STATIC)).href),
    ]),
  );
  const done = new Set();
  const visit = (name, way) => {
    assert.ok(!way.includes(name), [...way, name].map((one) => one.slice(STATIC.href.length)).join(" → "));
    if (done.has(name)) return;
    for (const to of named.get(name) ?? []) visit(to, [...way, name]);
    done.add(name);
  };
  for (const name of named.keys()) visit(name, []);
});
