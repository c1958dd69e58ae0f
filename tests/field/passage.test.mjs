// The lane of a post without a browser: rows of a vehicle, who passes often, and plates: node --test tests/field/
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const STATIC = new URL("../../sibulou/web/static/field/", import.meta.url);
const at = (name) => import(new URL(`${name}.js`, STATIC).href);
const { barePlate, kindOfPlate } = await at("plates");
const { beginning, carriedOf, inVehicle, regulars, remember, rowsOf } = await at("lane");

const CASES = JSON.parse(readFileSync(new URL("../unit/plates.json", import.meta.url), "utf-8"));
const MORNING = new Date("2020-02-10T00:30:00Z");
const later = (days) => new Date(MORNING.getTime() + days * 24 * 3600_000);
const shared = { plate: "云F·12345", direction: "in", disposal: "passed" };

for (const [kind, typed] of Object.entries(CASES).flatMap(([kind, all]) => all.map((one) => [kind, one]))) {
  test(`${typed || "an empty plate"} is ${kind}, as on the server`, () => assert.equal(kindOfPlate(typed), kind));
}

test("one plate is one however it is typed", () => {
  assert.deepEqual(["云f 123·45", "云Ｆ-12345"].map(barePlate), ["云F12345", "云F12345"]);
});

test("four in a car are four rows under one number, and companions need no telephone", () => {
  const people = ["甲", "乙", "丙", "丁"].map((name) => ({ name, temperature: 36.5 }));
  people[0].phone = "15400000001";
  const rows = rowsOf({ shared, people, said: 4, number: "n-1", fever: 37.3 });
  assert.deepEqual(rows.map((row) => row.kept), ["own", "companion", "companion", "companion"]);
  assert.deepEqual(new Set(rows.map((row) => `${row.plate} ${row.occupants} ${row.passage}`)), new Set(["云F12345 4 n-1"]));
});

test("whoever has a fever is held where the rest is let pass; a cool second reading counts", () => {
  const people = [{ name: "甲", temperature: 36.5 }, { name: "乙", temperature: 38.2, second: 38 }, { name: "丙", temperature: 38.2, second: 36.6 }];
  const rows = rowsOf({ shared, people, said: 3, number: "n", fever: 37.3 });
  assert.deepEqual(rows.map((row) => row.disposal), ["passed", "held", "passed"]);
});

test("one alone carries no number, and on foot no occupants", () => {
  const [car] = rowsOf({ shared, people: [{ name: "甲", temperature: 36 }], said: 1, number: "n", fever: 37.3 });
  const [foot] = rowsOf({ shared: { ...shared, plate: "" }, people: [{ name: "甲", temperature: 36 }], said: 1, number: "n", fever: 37.3 });
  assert.deepEqual([car.occupants, car.passage, foot.occupants, foot.plate], [1, undefined, undefined, undefined]);
});

test("what was said of fewer rows than occupants stays: the county finds the missing one", () => {
  const rows = rowsOf({ shared, people: [{ name: "甲", temperature: 36 }], said: 3, number: "n", fever: 37.3 });
  assert.deepEqual([rows.length, rows[0].occupants, rows[0].passage], [1, 3, "n"]);
});

test("a vehicle that was here before brings its people, without their temperatures", () => {
  const memory = remember({}, rowsOf({ shared, people: [{ name: "甲", temperature: 36, phone: "1" }, { name: "乙", temperature: 36 }], said: 2, number: "n" }), MORNING);
  assert.deepEqual(inVehicle(memory, "云F12345").map(({ name, phone, temperature }) => [name, phone, temperature]), [["甲", "1", undefined], ["乙", undefined, undefined]]);
  assert.deepEqual([beginning(memory, "甲"), carriedOf(memory, "丁").name], [[], "丁"]);
});

test("who passed on two days or three times passes often; after a fortnight he is forgotten", () => {
  const pass = (memory, name, now) => remember(memory, [{ name, temperature: 36.5 }], now);
  let memory = pass(pass({}, "天天", MORNING), "天天", later(1));
  memory = pass(memory, "一次", later(1));
  assert.deepEqual(regulars(memory, later(1)).map((one) => one.name), ["天天"]);
  assert.deepEqual(regulars(memory, later(16)), []);
});
