// Sends what waits, then fetches what changed: when signal comes back, every minute, and on "send now". One tab at a time.

import { tell } from "./bus.js";
import { clock } from "./clock.js";
import * as door from "./door.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const EVERY = 60_000;
const TAKEN_BACK = 10 * 60_000;
const DAY = 24 * 3600_000;
const FETCHED = ["subjects", "areas", "obligations", "answers", "outcomes"];
const LATER = [door.Offline, door.ComeAgain, store.Locked, store.Full];
const NAMES = { record: "records", excuse: "excuses", family: "families" };

/**
 * How the last run went: `{busy, at, trouble, problem, until}`. `at`: when all was last sent and fetched. `trouble`: "" (all
 * well), "offline", "busy" (the server says when to come again: `until`), "sign-in", "withdrawn", "refused" (then
 * `problem`), "full", "locked".
 */
export const state = { busy: false, at: null, trouble: "", problem: null, until: 0 };
let again = false;
let running = null;

/** How long the server asked to be left alone, in seconds from now. */
export const secondsLeft = () => Math.max(0, Math.ceil((state.until - clock.steady()) / 1000));

/** One run, after that of another tab; gives the state after it. Asked for meanwhile, it runs once more. */
export function run() {
  again = true;
  running ??= runs().finally(() => (running = null));
  return running;
}

async function runs() {
  while (again && !store.locked() && clock.steady() >= state.until) {
    again = false;
    await navigator.locks.request("sibulou-field-sync", round);
    if (state.trouble) break;
  }
  return state;
}

async function round() {
  change({ busy: true });
  try {
    await sendAll();
    await fetchChanges();
    change({ at: clock.now().toISOString(), trouble: "", problem: null, until: 0 });
  } catch (error) {
    if (error instanceof door.Withdrawn) await leave();
    else change(troubleOf(error));
  } finally {
    change({ busy: false });
  }
}

/** Until nothing is left to send. Of a batch that is refused as a whole, the half that is to blame is found. */
async function sendAll() {
  for (let batch = await queue.nextBatch(); batch; batch = await queue.nextBatch()) await sendBatch(batch);
}

async function sendBatch(batch) {
  try {
    if (!(await queue.settle(batch, await send(batch)))) throw new door.ComeAgain(60);
  } catch (error) {
    if (!(error instanceof door.Refused)) throw error;
    if (batch.rows.length === 1) return queue.setAside(batch.rows[0].id, error.problem);
    for (const half of queue.halves(batch)) await sendBatch(half);
  }
}

/** The answers for each row; also those of a server that has withdrawn this device and takes in what waits. */
async function send(batch) {
  try {
    return answersOf(batch, await handIn(batch));
  } catch (error) {
    if (error instanceof door.Withdrawn && error.answer.received_at) return answersOf(batch, error.answer);
    throw error;
  }
}

async function handIn({ kind, told, rows, sentAt }) {
  if (kind !== "attachment") return door.handIn(NAMES[kind], told, sentAt);
  const { sha256, type } = rows[0].payload;
  const { bytes } = await store.get("blobs", sha256);
  return door.attach(sha256, type, bytes);
}

function answersOf({ kind, rows }, answer) {
  if (answer.received_at) clock.learn(answer.received_at);
  return kind === "attachment" ? [{ id: rows[0].id, outcome: "accepted" }] : answer[NAMES[kind]];
}

/** This device was withdrawn: what waits is handed in, then everything is wiped. A line that is cut leaves it for later. */
async function leave() {
  change({ trouble: "withdrawn", problem: null });
  try {
    await queue.takeUp();
    await sendAll();
    await store.forget("withdrawn");
  } catch (error) {
    if (error instanceof door.Withdrawn) return store.forget("withdrawn");
    if (!LATER.some((kind) => error instanceof kind)) throw error;
  }
}

async function fetchChanges() {
  const answer = await door.sync((await store.get("meta", "next"))?.value);
  clock.learn(answer.now);
  await store.change(await stepsOf(answer));
}

/** The changes that an answer calls for, `next` among them: they are kept together or not at all. */
async function stepsOf(answer) {
  const { fresh, next, user, device, rights, seats, plans, only, orders, card } = answer;
  const rows = Object.fromEntries(FETCHED.map((table) => [table, rowsOf(answer[table])]));
  const closed = (await store.all("obligations")).filter(isLongClosed).map((row) => row.id);
  const current = rows.obligations.filter((row) => !isLongClosed(row));
  const { put: arrived, drop: old } = await arrivals();
  return [
    { table: "subjects", clear: fresh, put: rows.subjects, drop: await leftBehind("subjects", only) },
    { table: "obligations", clear: fresh, put: current, drop: [...(await leftBehind("obligations", only)), ...closed] },
    { table: "areas", clear: fresh, put: rows.areas },
    { table: "answers", clear: fresh, put: rows.answers.map((row) => ({ ...row, id: `${row.duty} ${row.subject}` })) },
    { table: "outcomes", put: [...arrived, ...(await settled(rows.outcomes))], drop: old },
    {
      table: "meta",
      put: [
        { id: "me", user, device, rights, seats },
        { id: "next", value: next, at: clock.now().toISOString() },
        { id: "clock", value: clock.kept() },
        ...(plans?.length || fresh ? [{ id: "plans", value: plans }] : []),
        { id: "orders", value: orders },
        ...(card || fresh ? [{ id: "card", value: card }] : []),
      ],
    },
  ];
}

/** What the device holds and the server no longer lists; nothing where it lists nothing. */
async function leftBehind(table, only) {
  if (!only?.[table]) return [];
  const left = new Set(only[table]);
  return (await store.all(table)).map((row) => row.id).filter((id) => !left.has(id));
}

/** What was accepted shows in the lists from now on; it is kept for ten minutes more, in which it can be taken back. */
async function arrivals() {
  const rows = await store.all("outcomes");
  const isOld = (row) => row.outcome === "arrived" && clock.now() - Date.parse(row.at) > TAKEN_BACK;
  const accepted = rows.filter((row) => row.outcome === "accepted");
  return { put: accepted.map((row) => ({ ...row, outcome: "arrived", at: clock.now().toISOString() })), drop: rows.filter(isOld).map((row) => row.id) };
}

/** Met or waived for good a day ago: until then it shows what was done today. */
function isLongClosed({ met_at, waived_at, waived_until }) {
  const over = met_at ?? (waived_until ? null : waived_at);
  return Boolean(over) && clock.now() - Date.parse(over) > DAY;
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

function troubleOf(error) {
  if (error instanceof door.Offline) return { trouble: "offline", problem: null };
  if (error instanceof door.ComeAgain) return comeAgain(error.seconds);
  if (error instanceof door.SignInAgain) return { trouble: "sign-in", problem: null };
  if (error instanceof door.Refused) return { trouble: "refused", problem: error.problem };
  if (error instanceof store.Full) return { trouble: "full", problem: null };
  if (error instanceof store.Locked) return { trouble: "locked", problem: null };
  throw error;
}

function comeAgain(seconds) {
  setTimeout(run, seconds * 1000 + Math.random() * 2000);
  return { trouble: "busy", problem: null, until: clock.steady() + seconds * 1000 };
}

function change(news) {
  Object.assign(state, news);
  tell("sync", state);
}

/** When all was last sent and fetched, also in an earlier life of the app. */
export async function recall() {
  change({ at: (await store.get("meta", "next"))?.at ?? null, trouble: "", problem: null });
}

/** Goes on by itself from here: when signal comes, when somebody looks again, and every minute. */
export function start() {
  addEventListener("online", run);
  document.addEventListener("visibilitychange", () => !document.hidden && run());
  setInterval(run, EVERY);
}
