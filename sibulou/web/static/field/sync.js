// Sends what waits, then fetches what changed: when signal comes back, every minute, and on "send now". One tab at a time.

import { tell } from "./bus.js";
import { clock } from "./clock.js";
import * as door from "./door.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const EVERY = 60_000;
const FETCHED = ["subjects", "areas", "obligations", "answers", "outcomes"];

/**
 * How the last run went: `{busy, at, trouble, problem, until}`. `trouble`: "" (all well), "offline", "busy" (then `until`
 * says when to come again), "sign-in", "withdrawn", "refused" (then `problem`), "full", "locked".
 */
export const state = { busy: false, at: null, trouble: "", problem: null, until: 0 };

/** One run, unless another tab or another call is at it; gives the state after it. */
export async function run({ now = false } = {}) {
  if (store.locked() || (!now && Date.now() < state.until)) return state;
  await navigator.locks.request("sibulou-field-sync", { ifAvailable: true }, async (lock) => lock && round());
  return state;
}

async function round() {
  change({ busy: true });
  try {
    await sendAll();
    await fetchChanges();
    change({ busy: false, at: clock.now().toISOString(), trouble: "", problem: null, until: 0 });
  } catch (error) {
    change({ busy: false, ...troubleOf(error) });
    if (error instanceof door.Withdrawn) await leave(error.answer);
  }
}

async function sendAll() {
  for (let batch = await queue.nextBatch(); batch; batch = await queue.nextBatch()) await queue.settle(batch, await send(batch));
}

async function send({ kind, told, rows, sentAt }) {
  if (kind === "attachment") {
    const { sha256, type } = rows[0].payload;
    const kept = await store.get("blobs", sha256);
    await door.attach(sha256, type, kept.bytes);
    return [{ id: rows[0].id, outcome: "accepted" }];
  }
  const name = { record: "records", excuse: "excuses", family: "families" }[kind];
  const answer = await door.handIn(name, told, sentAt);
  clock.learn(answer.received_at);
  return answer[name];
}

async function fetchChanges() {
  const answer = await door.sync((await store.get("meta", "next"))?.value);
  clock.learn(answer.now);
  await store.change(await stepsOf(answer));
}

/** The changes that an answer calls for, `next` among them: they are kept together or not at all. */
async function stepsOf(answer) {
  const { fresh, next, user, device, rights, seats, plans, gone } = answer;
  const rows = Object.fromEntries(FETCHED.map((table) => [table, rowsOf(answer[table])]));
  const closed = rows.obligations.filter((row) => row.met_at || (row.waived_at && !row.waived_until));
  const told = (await store.all("outcomes")).filter((row) => row.outcome === "accepted");
  return [
    { table: "subjects", clear: fresh, put: rows.subjects, drop: gone?.subjects },
    { table: "obligations", clear: fresh, put: rows.obligations, drop: [...(gone?.obligations ?? []), ...closed.map((row) => row.id)] },
    { table: "areas", clear: fresh, put: rows.areas },
    { table: "answers", clear: fresh, put: rows.answers.map((row) => ({ ...row, id: `${row.duty} ${row.subject}` })) },
    { table: "outcomes", put: await settled(rows.outcomes), drop: told.map((row) => row.id) },
    {
      table: "meta",
      put: [
        { id: "me", user, device, rights, seats },
        { id: "next", value: next },
        { id: "clock", value: clock.kept() },
        ...(plans?.length || fresh ? [{ id: "plans", value: plans }] : []),
      ],
    },
  ];
}

/** A table of an answer as rows by the names of its columns. */
export function rowsOf({ columns, rows } = { columns: [], rows: [] }) {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
}

/** What the server says of records that came back, put to what this device knows of them itself. */
async function settled(rows) {
  const known = new Map((await store.all("outcomes")).map((row) => [row.id, row]));
  return rows.map(({ id, record, problem, zh, en, received_at, settled_at, how, outcome }) => {
    const mine = known.get(record) ?? { kind: "record", payload: null, since: received_at, meets: [] };
    return { ...mine, id: record || `#${id}`, outcome, problem: { problem, zh, en }, received_at, settled_at, how };
  });
}

async function leave() {
  await store.forget();
}

function troubleOf(error) {
  if (error instanceof door.Offline) return { trouble: "offline", problem: null };
  if (error instanceof door.ComeAgain) return { trouble: "busy", problem: null, until: Date.now() + error.seconds * 1000 };
  if (error instanceof door.SignInAgain) return { trouble: "sign-in", problem: null };
  if (error instanceof door.Withdrawn) return { trouble: "withdrawn", problem: null };
  if (error instanceof door.Refused) return { trouble: "refused", problem: error.problem };
  if (error instanceof store.Full) return { trouble: "full", problem: null };
  if (error instanceof store.Locked) return { trouble: "locked", problem: null };
  throw error;
}

function change(news) {
  Object.assign(state, news);
  tell("sync", state);
}

/** Goes on by itself from here: when signal comes, when somebody looks again, and every minute. */
export function start() {
  addEventListener("online", () => run({ now: true }));
  document.addEventListener("visibilitychange", () => !document.hidden && run());
  setInterval(run, EVERY);
}
