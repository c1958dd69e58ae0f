// A passage as rows, one for each person; who passes often.

import { barePlate } from "./plates.js";

const DAY = 24 * 3600_000;
const KEPT_FOR = 14 * DAY;
const MOST = 300;
const OFTEN = 2; // seen here on so many days, or
const TIMES = 3; // so many times
const CARRIED = ["name", "phone", "id_number", "person", "kept"];

/** A person who has not been asked yet. */
export const nobody = () => ({ name: "" });

/**
 * The contents of the records of one passage. `shared`: what is the same for all of a vehicle; `people`: what was asked of
 * each; `said`: how many there are in it; `number`: what binds their rows. Whoever has a fever is held where the rest is
 * let pass. The companion of somebody whose telephone is known needs none of his own.
 */
export function rowsOf({ shared, people, said, number, fever }) {
  const bound = people.length > 1 || said > 1;
  return people.map((one, at) => {
    const hot = fever !== undefined && heat(one) >= fever;
    const plate = barePlate(shared.plate ?? "");
    const row = { ...shared, ...one, plate: plate || undefined };
    row.kept = one.kept ?? (at > 0 && !one.phone ? "companion" : "own");
    if (hot && row.disposal === "passed") row.disposal = "held";
    if (shared.destination) row.matched = Boolean(one.person);
    if (bound) Object.assign(row, { occupants: Math.max(said, people.length), passage: number });
    else if (plate) row.occupants = 1;
    return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined && value !== ""));
  });
}

/** The reading that counts: the second where there is one. */
export const heat = ({ temperature, second }) => second ?? temperature ?? 0;

/** What this device remembers of a post: people and vehicles that passed, each with the days, the oldest left out. */
export function remember(memory, rows, now) {
  const people = { ...memory?.people };
  const vehicles = { ...memory?.vehicles };
  for (const row of rows.filter((one) => one.name)) {
    const before = people[row.name];
    const seen = [...(before?.seen ?? []), now.getTime()].slice(-20);
    people[row.name] = { ...before, ...carried(row), plate: row.plate ?? before?.plate, destination: row.destination ?? before?.destination, origin: row.origin ?? before?.origin, seen };
  }
  const plate = rows[0]?.plate;
  if (plate) vehicles[plate] = { names: rows.map((row) => row.name).filter(Boolean), seen: [now.getTime()] };
  return { people: fresh(people, now), vehicles: fresh(vehicles, now) };
}

const carried = (row) => Object.fromEntries(CARRIED.filter((key) => row[key] !== undefined).map((key) => [key, row[key]]));

/** The newest that are not too old: a telephone is no register. */
function fresh(entries, now) {
  const last = ({ seen }) => seen.at(-1);
  const young = Object.entries(entries).filter(([, one]) => now - last(one) < KEPT_FOR);
  return Object.fromEntries(young.sort(([, one], [, other]) => last(other) - last(one)).slice(0, MOST));
}

/** Whoever passes here often, the most frequent first. */
export function regulars(memory, now) {
  return Object.values(fresh(memory?.people ?? {}, now))
    .map((one) => ({ ...one, days: new Set(one.seen.map((at) => Math.floor((at + 8 * 3600_000) / DAY))).size }))
    .filter(({ days, seen }) => days >= OFTEN || seen.length >= TIMES)
    .sort((one, other) => other.days - one.days || other.seen.length - one.seen.length);
}

/** The people who sat in this vehicle when it passed here last, as drafts: their temperature is taken anew. */
export function inVehicle(memory, plate) {
  const known = memory?.vehicles?.[barePlate(plate)];
  return known ? known.names.map((name) => carriedOf(memory, name)) : [];
}

/** What is known of somebody of this name who passed here before. */
export function carriedOf(memory, name) {
  const one = memory?.people?.[name];
  return one ? { ...carried(one), name } : { name };
}

/** Names that begin so, of those who passed here: the latest first. */
export function beginning(memory, typed) {
  const bare = typed.trim();
  if (!bare) return [];
  return Object.entries(memory?.people ?? {})
    .filter(([name]) => name !== bare && name.startsWith(bare))
    .sort(([, one], [, other]) => other.seen.at(-1) - one.seen.at(-1))
    .map(([name]) => name);
}
