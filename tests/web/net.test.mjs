// The pure parts of the Net: node --test tests/web/
import assert from "node:assert/strict";
import { test } from "node:test";

const at = (name) => import(`../../sibulou/web/static/sibulou/net/${name}.js`);
const { ancestor, fromDeltas, households, levelOf, readLayout, size, way } = await at("roster");
const { fresh, readCells, sumUp } = await at("gaps");
const { cellAt, compose, grid, hit, marksOf, neighbour, squarify } = await at("scene");
const { fromMinute, inWords, readChoice, toMinute, writeChoice } = await at("choice");
const { feed } = await at("feed");

const COUNTY = "530499000000000000";
const TOWN = "530499001000000000";
const VILLAGE = "530499001001000000";
const GROUP = "530499001001001000";
const OTHER = "530499001001002000";

const sent = () => ({
  version: 7,
  root: COUNTY,
  areas: [[COUNTY, "某县", 3], [TOWN, "甲镇", 4], [VILLAGE, "乙村", 5], [GROUP, "一组", 6], [OTHER, "二组", 6]],
  cells: { [GROUP]: [10, 1, 3], [OTHER]: [20, 2] },
  marks: { [COUNTY]: [["area", [1]]], [VILLAGE]: [["area", [2]], ["post", [5]]], [GROUP]: [["area", [3]]] },
});
const burning = (ids, kinds, gaps, hidden = []) => ({ ids, kinds, gaps, hidden, total: gaps.reduce((a, b) => a + b, 0) });

test("keys of areas keep all their digits", () => {
  assert.equal(ancestor(GROUP, 4), TOWN);
  assert.equal(ancestor("110101001001001000", 3), "110101000000000000");
  assert.deepEqual([COUNTY, TOWN, VILLAGE, GROUP].map(levelOf), [3, 4, 5, 6]);
});

test("numbers travel as differences", () => {
  assert.deepEqual(fromDeltas([10, 1, 3]), [10, 11, 14]);
  assert.deepEqual(fromDeltas([]), []);
});

test("the layout becomes a tree in which every number has its home", () => {
  const layout = readLayout(sent());
  assert.equal(layout.root.name, "某县");
  assert.deepEqual(households(layout.areas.get(VILLAGE)), [10, 11, 14, 20, 22]);
  assert.equal(size(layout.root), 5);
  assert.equal(layout.home.get(14).key, GROUP);
  assert.deepEqual(way(layout.areas.get(GROUP)).map((area) => area.key), [COUNTY, TOWN, VILLAGE, GROUP]);
});

test("what stands in a micro-grid finds its home in the group above", () => {
  const given = sent();
  given.marks["530499001001001007"] = [["place", [9]]];
  assert.equal(readLayout(given).home.get(9).key, GROUP);
});

test("gaps add up from the household to the county", () => {
  const layout = readLayout(sent());
  const found = readCells(burning([5, 5, 12], "034", [1, 2, 3]), layout);
  const sums = sumUp(layout, found);
  assert.deepEqual(found.burning.get(10), { rank: 3, gaps: 2 });
  assert.equal(sums.get(COUNTY).gaps, 6);
  assert.equal(sums.get(GROUP).gaps, 2);
  assert.equal(sums.get(VILLAGE).rank, 0);
  assert.deepEqual(sums.get(COUNTY).kinds, [1, 0, 0, 1, 1]);
});

test("a gap of something on no layout is counted, not dropped", () => {
  const found = readCells(burning([999], "3", [4]), readLayout(sent()));
  assert.equal(found.elsewhere, 4);
  assert.equal(found.total, 4);
});

test("gaps the reader may not see in person stand at the area", () => {
  const layout = readLayout(sent());
  const found = readCells(burning([], "", [], [[GROUP, 3, 2], ["530499001001001005", 1, 1]]), layout);
  assert.deepEqual(found.hidden.get(GROUP), { rank: 1, gaps: 3 });
  assert.deepEqual(found.veiled.get(VILLAGE), { rank: 1, gaps: 3 });
  assert.equal(sumUp(layout, found).get(TOWN).gaps, 3);
});

test("what is new since the last round is told apart", () => {
  const layout = readLayout(sent());
  const before = readCells(burning([10], "3", [1]), layout);
  assert.deepEqual(fresh(before, readCells(burning([10, 1], "33", [1, 1]), layout)), [11]);
  assert.deepEqual(fresh(null, before), []);
});

test("rectangles fill the whole and keep their weights", () => {
  const box = { x: 5, y: 7, w: 200, h: 120 };
  const weights = [6, 6, 4, 3, 2, 2, 1];
  const placed = squarify(weights, box);
  const area = placed.reduce((sum, one) => sum + one.w * one.h, 0);
  assert.ok(Math.abs(area - 24000) < 1e-6);
  placed.forEach((one, at) => {
    assert.ok(Math.abs(one.w * one.h - (weights[at] / 24) * 24000) < 1e-6);
    assert.ok(one.x >= 5 - 1e-9 && one.x + one.w <= 205 + 1e-9 && one.y >= 7 - 1e-9 && one.y + one.h <= 127 + 1e-9);
  });
});

test("rectangles do not lie over each other", () => {
  const placed = squarify([9, 7, 5, 5, 3, 1, 1, 1], { x: 0, y: 0, w: 300, h: 100 });
  for (const one of placed) {
    for (const other of placed) {
      if (one === other) continue;
      const apart = one.x + one.w <= other.x + 1e-6 || other.x + other.w <= one.x + 1e-6 || one.y + one.h <= other.y + 1e-6 || other.y + other.h <= one.y + 1e-6;
      assert.ok(apart);
    }
  }
});

test("every household has a place inside its patch", () => {
  for (const count of [1, 7, 100, 999]) {
    for (const box of [{ w: 40, h: 30 }, { w: 300, h: 9 }, { w: 8, h: 200 }]) {
      const { pitch, columns } = grid(count, box, 20);
      if (pitch < 0.3) continue;
      assert.ok(Math.ceil(count / columns) * pitch <= box.h + 1e-6, `${count} in ${box.w}x${box.h}`);
      assert.ok(columns * pitch <= box.w + 1e-6 || columns === 1);
    }
  }
});

test("a village is a patch, and its posts, places and duties are marks", () => {
  const layout = readLayout(sent());
  const scene = compose(layout.root, 900, 600);
  assert.deepEqual(scene.patches.map((one) => one.area.key), [VILLAGE]);
  assert.deepEqual(marksOf(layout.areas.get(VILLAGE)).map((mark) => mark.kind), ["area", "groups", "post", "hidden"]);
  assert.deepEqual(compose(layout.areas.get(VILLAGE), 900, 600).patches.map((one) => one.area.key), [GROUP, OTHER]);
  assert.deepEqual(compose(layout.areas.get(GROUP), 900, 600).patches.map((one) => one.ids), [[10, 11, 14]]);
});

test("a thumb near a hole hits the hole", () => {
  const layout = readLayout(sent());
  const scene = compose(layout.root, 900, 600);
  const [village] = scene.patches;
  const place = cellAt(village, 2);
  const burns = { cell: (id) => id === 14, mark: () => false };
  const found = hit(scene, place.x + 10, place.y, { burns, reach: 12 });
  assert.equal(found.id, 14);
  const calm = { cell: () => false, mark: () => false };
  const below = hit(scene, village.box.x + 3, village.box.y + village.box.h - 3, { burns: calm, reach: 4 });
  assert.deepEqual([below.kind, below.area.key], ["area", VILLAGE]);
});

test("arrow keys go to the nearest patch that way, and stay where there is none", () => {
  const patch = (x, y) => ({ box: { x, y, w: 10, h: 10 } });
  const [one, right, below] = [patch(0, 0), patch(20, 1), patch(1, 20)];
  const all = [one, right, below];
  assert.equal(neighbour(all, one, "ArrowRight"), right);
  assert.equal(neighbour(all, one, "ArrowDown"), below);
  assert.equal(neighbour(all, one, "ArrowLeft"), one);
});

test("a choice survives the address and back", () => {
  const choice = { area: VILLAGE, front: ["defence"], kind: ["open", "unowned"], duty: "4", at: "2020-02-10T06:00:00+00:00", known: "then" };
  assert.deepEqual(readChoice(writeChoice(choice)), choice);
  assert.equal(writeChoice({ area: COUNTY, front: [], kind: [], duty: "", at: "", known: "then" }), `area=${COUNTY}`);
});

test("moments are read in the county's zone", () => {
  assert.equal(inWords("2020-02-10T18:05:00Z", "Asia/Shanghai"), "02-11 02:05");
  assert.equal(fromMinute(toMinute("2020-02-10T18:05:40Z")), "2020-02-10T18:05:00+00:00");
});

test("the feed rests while the page is hidden, and after nobody touched it for long", async () => {
  const listeners = {};
  const page = { hidden: false, addEventListener: (event, run) => (listeners[event] = run) };
  let asked = 0;
  let rested = 0;
  let time = 0;
  const rounds = feed({ ask: async () => (asked += 1), every: 1e6, idle: 100, failed: assert.fail, done() {}, rested: () => (rested += 1), page, clock: () => time });
  await new Promise(setImmediate);
  page.hidden = true;
  await rounds.now();
  assert.equal(asked, 1);
  page.hidden = false;
  time = 200;
  await rounds.now();
  assert.deepEqual([asked, rested], [1, 1]);
  listeners.pointerdown();
  await new Promise(setImmediate);
  assert.equal(asked, 2);
  page.hidden = true;
  listeners.visibilitychange();
});

test("a failure is told, and the next round is tried all the same", async () => {
  const page = { hidden: false, addEventListener() {} };
  const told = [];
  let asked = 0;
  feed({ ask: async () => { asked += 1; if (asked === 1) throw new Error("down"); page.hidden = true; }, every: 1, idle: 1e9, failed: (error) => told.push(error.message), done: () => told.push("well"), rested: assert.fail, page });
  await new Promise((done) => setTimeout(done, 40));
  assert.deepEqual(told, ["down", "well"]);
});
