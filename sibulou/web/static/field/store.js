// What the device knows and what waits, in IndexedDB; every row sealed but its id. Nothing can be read or written
// while it is locked, and a change of several tables happens whole or not at all.

import Dexie from "../vendor/dexie.min.mjs";
import { tell } from "./bus.js";
import { clock } from "./clock.js";
import { changePin as rewrap, makeKey, openByPin, openBySpare, openRow, sealRow, waitAfter, WrongKey } from "./seal.js";

export const TABLES = ["subjects", "areas", "obligations", "answers", "queue", "blobs", "outcomes", "meta"];
const NAME = "sibulou-field";
const TOO_LARGE = "blobs";

/** The store is locked. */
export class Locked extends Error {}
/** The telephone's storage is full; nothing of the change was written. */
export class Full extends Error {}
/** A wrong PIN. `seconds`: how long to wait before the next try; `tries`: how many were wrong in a row. */
export class WrongPin extends Error {
  constructor(tries, seconds) {
    super("wrong PIN");
    Object.assign(this, { tries, seconds });
  }
}

let database = connect();
let key = null;
let wiped = Promise.resolve(); // until then there is no table to ask
let turns = 0; // counts changes: what was read before one is not kept in memory after it
const inMemory = new Map();
const others = new BroadcastChannel(NAME);

function connect() {
  const made = new Dexie(NAME, { chromeTransactionDurability: "strict" });
  made.version(1).stores({ keys: "id", ...Object.fromEntries(TABLES.map((table) => [table, "id"])) });
  return made;
}

/** Whether this device was enrolled and has a store. */
export async function exists() {
  await wiped;
  return Boolean(await database.keys.get("store"));
}

export const locked = () => key === null;

/** Founds the store: a new key, wrapped by the PIN and by the spare key. Whatever was there before is gone. */
export async function found(pin, spare) {
  await wipe();
  const made = await makeKey(pin, spare);
  await guarded(() => database.keys.put({ id: "store", ...made.kept }));
  localStorage.removeItem("wiped");
  await begin(made.key);
}

/** Opens it. Throws WrongPin, also, without looking at the PIN, while one has to wait. */
export async function open(pin) {
  const kept = await database.keys.get("store");
  const tried = (await database.keys.get("tries")) ?? { id: "tries", tries: 0, at: 0 };
  const left = stillToWait(tried);
  if (left > 0) throw new WrongPin(tried.tries, left);
  try {
    const opened = await openByPin(kept, pin);
    await database.keys.delete("tries");
    await begin(opened);
  } catch (error) {
    if (!(error instanceof WrongKey)) throw error;
    const next = { id: "tries", tries: tried.tries + 1, at: clock.wall() };
    await guarded(() => database.keys.put(next));
    throw new WrongPin(next.tries, waitAfter(next.tries));
  }
}

/** Opens it with the spare key, which the server gave for name and password, and sets a new PIN. Throws WrongKey. */
export async function openWith(spare, pin) {
  const made = await openBySpare(await database.keys.get("store"), spare, pin);
  await database.keys.put({ ...made.kept, id: "store" });
  await database.keys.delete("tries");
  await begin(made.key);
}

/** Throws WrongKey. */
export async function changePin(pin, next) {
  await database.keys.put({ ...(await rewrap(await database.keys.get("store"), pin, next)), id: "store" });
}

export function lock() {
  key = null;
  inMemory.clear();
  tell("locked");
}

/** Everything on this device is gone, what was not sent too; only who has sent it or was asked calls this. */
export function wipe() {
  key = null;
  inMemory.clear();
  wiped = anew();
  return wiped;
}

async function anew() {
  database.close();
  await Dexie.delete(NAME);
  database = connect();
  await database.open();
}

/** Wiped, and told to whoever shows something; `why` is shown until the next enrolment. */
export async function forget(why) {
  await wipe();
  localStorage.setItem("wiped", why);
  others.postMessage({ wiped: true });
  tell("wiped");
}

/** A fact that is readable while locked: which device this is, and no more than that. */
export const openNote = async (id) => (await database.keys.get(`note:${id}`))?.value;
export const keepOpenNote = (id, value) => guarded(() => database.keys.put({ id: `note:${id}`, value }));

/** How many rows a table has, also while locked. */
export async function count(table) {
  await wiped;
  return database.table(table).count();
}

export async function all(table) {
  if (inMemory.has(table)) return [...inMemory.get(table).values()];
  const [mine, turn] = [unlocked(), turns];
  const rows = await database.table(table).toArray();
  const all = await Promise.all(rows.map((row) => openRow(mine, `${table}/${row.id}`, row.sealed)));
  if (table !== TOO_LARGE && key === mine && turn === turns) inMemory.set(table, new Map(all.map((row) => [row.id, row])));
  return all;
}

export async function get(table, id) {
  if (inMemory.has(table)) return inMemory.get(table).get(id);
  const mine = unlocked();
  const row = await database.table(table).get(id);
  return row && openRow(mine, `${table}/${id}`, row.sealed);
}

export const put = (table, rows) => change([{ table, put: rows }]);
export const drop = (table, ids) => change([{ table, drop: ids }]);

/**
 * Several changes as one: `[{table, clear, put: rows, drop: ids}, …]`, on disk before this returns. A row has an `id`
 * and otherwise what JSON holds, and perhaps `bytes`. Throws Full and Locked; then nothing was changed.
 */
export async function change(steps) {
  const mine = unlocked();
  const sealed = await Promise.all(steps.map(async (step) => ({ ...step, rows: await sealAll(mine, step) })));
  const tables = [...new Set(steps.map((step) => step.table))];
  await guarded(() =>
    database.transaction("rw", tables, async () => {
      for (const { table, clear, drop: ids, rows } of sealed) {
        if (clear) await database.table(table).clear();
        if (ids?.length) await database.table(table).bulkDelete(ids);
        if (rows.length) await database.table(table).bulkPut(rows);
      }
    }),
  );
  turns += 1;
  if (key === mine) steps.forEach(reflect);
  others.postMessage({ changed: tables });
  tell("store", tables);
}

function sealAll(mine, { table, put: rows = [] }) {
  return Promise.all(rows.map(async (row) => ({ id: row.id, sealed: await sealRow(mine, `${table}/${row.id}`, row) })));
}

function reflect({ table, clear, drop: ids = [], put: rows = [] }) {
  const seen = inMemory.get(table);
  if (!seen) return;
  if (clear) seen.clear();
  ids.forEach((id) => seen.delete(id));
  rows.forEach((row) => seen.set(row.id, row));
}

async function begin(opened) {
  key = opened;
  inMemory.clear();
  clock.recall((await get("meta", "clock"))?.value);
}

function unlocked() {
  if (key === null) throw new Locked();
  return key;
}

/** Seconds. Over a clock that was set back the wait begins anew, and lasts no longer. */
function stillToWait(tried) {
  if (clock.wall() < tried.at) {
    tried.at = clock.wall();
    database.keys.put(tried);
  }
  return Math.max(0, Math.ceil(waitAfter(tried.tries) - (clock.wall() - tried.at) / 1000));
}

async function guarded(write) {
  try {
    return await write();
  } catch (error) {
    for (let cause = error; cause; cause = cause.inner) {
      if (cause.name === "QuotaExceededError") throw new Full();
    }
    throw error;
  }
}

others.onmessage = ({ data }) => {
  if (data.wiped) {
    key = null;
    inMemory.clear();
    tell("wiped");
  }
  turns += 1;
  for (const table of data.changed ?? []) inMemory.delete(table);
  if (data.changed) tell("store", data.changed);
};
