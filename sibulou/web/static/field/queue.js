// What was told on this device and has not arrived. "Kept" is said only after it is on disk.

import { on, tell } from "./bus.js";
import { clock } from "./clock.js";
import { digest } from "./seal.js";
import * as store from "./store.js";

/** In the order in which they are sent: a record may name an attachment, and stand for a family. */
export const KINDS = ["attachment", "family", "record", "excuse"];

/** "arrived" once the server's list says itself what an accepted row did; it is kept a while to be taken back. */
const ARRIVED = new Set(["accepted", "arrived"]);
const MOST = { attachment: 1, family: 50, record: 200, excuse: 200 };

const told = (row) => ({ ...row.payload, id: row.id });

/**
 * Keeps something to send and gives its id. `kind`: "record" with `{form, subject, content, answers, corrects,
 * withdraws}`, "excuse" with `{obligation, reason, words, until}`, "family" with `{area, address, phone, persons}`.
 * A record without `happened_at` happened now. Throws store.Full: then nothing was kept, and the screen keeps its fields.
 */
export async function add(kind, payload, { meets = [] } = {}) {
  const row = made(kind, payload, meets);
  await keep([{ table: "queue", put: [row] }]);
  tell("kept");
  return row.id;
}

/** Several at once, all or none: `[{kind, payload, meets}, …]`; gives their ids. */
export async function addAll(things) {
  const rows = things.map(({ kind, payload, meets = [] }) => made(kind, payload, meets));
  await keep([{ table: "queue", put: rows }]);
  tell("kept");
  return rows.map((row) => row.id);
}

/** Keeps a photo or a voice note and gives its digest, which a record names. The same bytes are kept once. */
export async function attach(bytes, type) {
  const sha256 = await digest(bytes);
  if (!(await store.all("queue")).some((row) => row.payload.sha256 === sha256)) {
    const row = made("attachment", { sha256, type, size: bytes.length }, []);
    await keep([{ table: "blobs", put: [{ id: sha256, type, bytes }] }, { table: "queue", put: [row] }]);
  }
  return sha256;
}

/** Lets go of a photo or a voice note that no record here names and that has not left the device. */
export async function detach(sha256) {
  const rows = await waiting();
  const named = rows.some((row) => row.kind === "record" && Object.values(row.payload.content ?? {}).includes(sha256));
  const row = rows.find((one) => one.payload.sha256 === sha256);
  if (row && !row.tried && !named) await keep([{ table: "queue", drop: [row.id] }, { table: "blobs", drop: [sha256] }]);
}

/** What waits, the oldest first: `{id, kind, payload, since, meets, tried, problem}`; `problem` where it was set aside. */
export async function waiting() {
  return (await store.all("queue")).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What the server did not take as it was: `{id, kind, payload, since, outcome, problem}`, the newest first. */
export async function cameBack() {
  const rows = (await store.all("outcomes")).filter((row) => !ARRIVED.has(row.outcome) && !row.settled_at && !row.rests);
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1));
}

/**
 * The same thing told better, under an id of its own. What never left the device is replaced; a record that may have
 * arrived is corrected; what came back is answered by the new one. Gives the new id.
 */
export async function mend(id, payload) {
  const [waits, back] = [await store.get("queue", id), await store.get("outcomes", id)];
  const old = waits ?? back;
  if (!old) throw new Error(`nothing to mend: ${id}`);
  const arrived = waits?.tried && !waits.problem && old.kind === "record";
  const row = made(old.kind, { ...payload, ...(arrived && { corrects: id }) }, old.meets);
  const gone = back ? rest(back) : { table: "queue", drop: arrived ? [] : [id] };
  await keep([{ table: "queue", put: [row] }, gone]);
  tell("kept");
  return row.id;
}

/** Lets what came back rest; the server has kept it for a person to settle. What waits is never given up. */
export async function giveUp(id) {
  await keep([rest(await store.get("outcomes", id))]);
}

/** It is shown no more, also when the server names it once more. */
const rest = (row) => ({ table: "outcomes", put: [{ ...row, payload: null, rests: true }] });

/** The next batch to send: rows of one kind, told by one setting of the clock; marked as tried. What was set aside stays. */
export async function nextBatch() {
  const rows = (await waiting()).filter((row) => !row.problem);
  const kind = KINDS.find((one) => rows.some((row) => row.kind === one));
  const first = rows.find((row) => row.kind === kind);
  if (!first) return null;
  const batch = rows.filter((row) => row.kind === kind && row.shift === first.shift).slice(0, MOST[kind]);
  const fresh = batch.filter((row) => !row.tried).map((row) => ({ ...row, tried: true }));
  if (fresh.length) await store.put("queue", fresh);
  return batchOf(batch);
}

const batchOf = (rows) => ({ kind: rows[0].kind, rows, told: rows.map(told), sentAt: clock.claimOf(rows[0].shift) });

/** A batch as two. */
export function halves({ rows }) {
  const middle = Math.ceil(rows.length / 2);
  return [batchOf(rows.slice(0, middle)), batchOf(rows.slice(middle))];
}

/** The server would not even look at it: it waits on, with the sentence beside it, and keeps no other from being sent. */
export async function setAside(id, problem) {
  const row = await store.get("queue", id);
  await keep([{ table: "queue", put: [{ ...row, problem }] }]);
}

/** What was set aside is tried again. */
export async function takeUp() {
  const aside = (await waiting()).filter((row) => row.problem);
  if (aside.length) await keep([{ table: "queue", put: aside.map((row) => ({ ...row, problem: null })) }]);
}

/** What became of a batch: `answers` is `[{id, outcome, problem}, …]`. A row that is not answered waits on; gives how many were. */
export async function settle(batch, answers) {
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  const answered = batch.rows.filter((row) => byId.has(row.id));
  const outcomes = answered.map((row) => outcomeOf(row, byId.get(row.id)));
  const blobs = answered.filter((row) => row.kind === "attachment").map((row) => row.payload.sha256);
  await keep([
    { table: "queue", drop: answered.map((row) => row.id) },
    { table: "outcomes", put: outcomes },
    { table: "blobs", drop: blobs },
  ]);
  return answered.length;
}

function outcomeOf({ id, kind, payload, since, meets }, { outcome, problem }) {
  if (outcome === "accepted" || outcome === "repeated") return { id, kind, payload, since, meets, outcome: "accepted" };
  return { id, kind, payload, since, meets, outcome, problem: problem ?? null };
}

function made(kind, payload, meets) {
  if (!KINDS.includes(kind)) throw new Error(`no such kind: ${kind}`);
  const since = clock.claim();
  const dated = kind === "record" ? { happened_at: since, ...payload } : payload;
  return { id: clock.newId(), kind, payload: dated, since, shift: clock.shift, meets, tried: false, problem: null };
}

async function keep(steps) {
  await store.change([...steps, { table: "meta", put: [{ id: "clock", value: clock.kept() }] }]);
  tell("queue");
}

on("store", (tables) => tables.includes("queue") && tell("queue"));
