// Every request to the server, and what its answers mean. Nothing else in the app fetches data.

import { clock } from "./clock.js";

const API = "/api/v1/";
const SHORT = 20_000;
const LONG = 120_000;
const BUSY = new Set([429, 502, 503, 504]);

/** No answer: no signal, or the line was cut. */
export class Offline extends Error {}
/** The server is busy, starting, or answered with no sentence of its own; come again after `seconds`. */
export class ComeAgain extends Error {
  constructor(seconds) {
    super(`come again in ${seconds} s`);
    this.seconds = seconds;
  }
}
/** The token has run out: name and password, please. */
export class SignInAgain extends Error {}
/** This device was withdrawn. `answer` is what the server said besides. */
export class Withdrawn extends Error {
  constructor(answer) {
    super("withdrawn");
    this.answer = answer;
  }
}
/** The server refused, with its sentence in both languages: `problem` is `{problem, zh, en}`. */
export class Refused extends Error {
  constructor(problem, status) {
    super(problem.en ?? String(status));
    Object.assign(this, { problem, status });
  }
}

let token = "";

/** The token that requests carry from now on; it lives in memory and, sealed, in the store. */
export function carry(given) {
  token = given ?? "";
}

/** A device of one's own, by `{invitation, name}` or `{username, password, name, code}`: `{device, token, user, expires_at, spare}`. */
export const enrol = (asked) => ask("devices", { body: asked, open: true });

/** A new token for the same device, by `{device, username, password, code}`: `{token, expires_at, spare}`. */
export const renew = (asked) => ask("devices/renew", { body: asked, open: true });

/** What changed since the `next` of the answer before; everything without one. */
export const sync = (since) => ask(`sync?since=${encodeURIComponent(since ?? "")}`, { wait: LONG });

/** A batch: `kind` is "records", "excuses" or "families"; `sentAt` what the clock shows that its records were made by. */
export const handIn = (kind, rows, sentAt) =>
  ask(kind, { body: { [kind]: rows, ...(kind === "records" && { sent_at: sentAt }) }, wait: LONG });

/** A photo or a voice note under its digest. */
export const attach = (sha256, type, bytes) =>
  ask(`attachments/${sha256}`, { method: "PUT", raw: bytes, type, wait: LONG });

async function ask(path, { body, raw, type = "application/json", method, open = false, wait = SHORT } = {}) {
  const headers = { Accept: "application/json" };
  if (!open) headers.Authorization = `Device ${token}`;
  let sent = raw;
  if (body !== undefined) {
    [sent, headers["Content-Encoding"]] = await pack(JSON.stringify(body));
    if (!headers["Content-Encoding"]) delete headers["Content-Encoding"];
  }
  if (sent !== undefined) headers["Content-Type"] = type;
  const response = await fetched(path, {
    method: method ?? (sent === undefined ? "GET" : "POST"),
    headers,
    body: sent,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(wait),
  });
  return judged(response, open);
}

async function fetched(path, options) {
  try {
    return await fetch(API + path, options);
  } catch (error) {
    throw new Offline(error.message);
  }
}

async function judged(response, open) {
  const answer = await read(response);
  if (response.ok) return answer;
  if (response.status === 410 && answer.wipe === true) throw new Withdrawn(answer);
  if (response.status === 401 && !open) throw new SignInAgain();
  const busy = BUSY.has(response.status) && !(open && response.status === 429);
  if (busy || !answer.problem) throw new ComeAgain(secondsOf(response.headers.get("Retry-After")));
  throw new Refused(answer, response.status);
}

/** A body that breaks off is a line that was cut. */
async function read(response) {
  let body;
  try {
    body = await response.text();
  } catch (error) {
    throw new Offline(error.message);
  }
  try {
    return body ? JSON.parse(body) : {};
  } catch {
    if (response.ok) throw new Offline("not an answer of the county");
    return {};
  }
}

/** Retry-After in seconds, as a number or as a date; a minute where it says nothing. */
export function secondsOf(header, now = clock.wall()) {
  if (!header) return 60;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 1), 3600) : 60;
}

/** Gzip where the browser can and where it gains. */
async function pack(words) {
  if (typeof CompressionStream === "undefined" || words.length < 1400) return [words, ""];
  const stream = new Blob([words]).stream().pipeThrough(new CompressionStream("gzip"));
  return [await new Response(stream).blob(), "gzip"];
}
