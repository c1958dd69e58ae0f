// The store's key: random, and kept only wrapped, once by the PIN and once by the spare key that the server holds for
// this device and gives to whoever signs in again with name and password. Rows are sealed with AES-GCM, bound to
// their table and id. Decision 0010.

const ITERATIONS = 310_000;
const FREE_TRIES = 5;
const FIRST_WAIT = 30;
const LONGEST_WAIT = 3600;
const IV = 12;
const AES = { name: "AES-GCM", length: 256 };
const text = new TextEncoder();

/** The PIN or the spare key does not open the store. */
export class WrongKey extends Error {}

/** A new key with both its wrappings: `{key, kept}`; `kept` may be stored in clear. `spare` is base64 of 32 bytes. */
export async function makeKey(pin, spare) {
  const raw = await crypto.subtle.generateKey(AES, true, ["encrypt", "decrypt"]);
  return { key: await closed(raw), kept: { ...(await wrapByPin(raw, pin)), spare: await wrap(raw, await spareKey(spare)) } };
}

/** The key, opened by the PIN. Throws WrongKey. */
export async function openByPin(kept, pin) {
  return closed(await unwrap(kept.pin, await pinKey(pin, kept.salt, kept.iterations)));
}

/** The key, opened by the spare key and wrapped by a new PIN: `{key, kept}`. Throws WrongKey. */
export async function openBySpare(kept, spare, pin) {
  const raw = await unwrap(kept.spare, await spareKey(spare));
  return { key: await closed(raw), kept: { ...kept, ...(await wrapByPin(raw, pin)) } };
}

/** The wrappings with another PIN. Throws WrongKey. */
export async function changePin(kept, pin, next) {
  const raw = await unwrap(kept.pin, await pinKey(pin, kept.salt, kept.iterations));
  return { ...kept, ...(await wrapByPin(raw, next)) };
}

/** Seconds to wait after so many wrong PINs in a row: none up to the fourth, then 30 and ever twice as long, an hour at most. */
export function waitAfter(tries) {
  return tries < FREE_TRIES ? 0 : Math.min(FIRST_WAIT * 2 ** (tries - FREE_TRIES), LONGEST_WAIT);
}

/** What is wrong with a PIN that somebody chooses: "short", "simple", or nothing. */
export function faultOfPin(pin) {
  if (!/^\d{6,12}$/.test(pin)) return "short";
  const steps = new Set([...pin].slice(1).map((digit, at) => digit - pin[at]));
  return steps.size === 1 && [0, 1, -1].includes([...steps][0]) ? "simple" : "";
}

/** A row sealed: JSON, and `row.bytes` behind it as they are. `name` is bound in. */
export async function sealRow(key, name, row) {
  const { bytes = new Uint8Array(), ...words } = row;
  const json = text.encode(JSON.stringify(words));
  const plain = new Uint8Array(4 + json.length + bytes.length);
  new DataView(plain.buffer).setUint32(0, json.length);
  plain.set(json, 4);
  plain.set(bytes, 4 + json.length);
  return encrypt(key, plain, name);
}

export async function openRow(key, name, sealed) {
  const plain = new Uint8Array(await decrypt(key, sealed, name));
  const end = 4 + new DataView(plain.buffer).getUint32(0);
  const row = JSON.parse(new TextDecoder().decode(plain.subarray(4, end)));
  return end < plain.length ? { ...row, bytes: plain.slice(end) } : row;
}

/** The SHA-256 of bytes, in hexadecimal. */
export async function digest(bytes) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function encrypt(key, plain, name) {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, plain);
  const sealed = new Uint8Array(IV + cipher.byteLength);
  sealed.set(iv);
  sealed.set(new Uint8Array(cipher), IV);
  return sealed;
}

function decrypt(key, sealed, name) {
  const iv = sealed.subarray(0, IV);
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, sealed.subarray(IV));
}

async function wrapByPin(raw, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { salt, iterations: ITERATIONS, pin: await wrap(raw, await pinKey(pin, salt, ITERATIONS)) };
}

async function wrap(raw, around) {
  return encrypt(around, new Uint8Array(await crypto.subtle.exportKey("raw", raw)), "key");
}

async function unwrap(wrapped, around) {
  let bytes;
  try {
    bytes = await decrypt(around, wrapped, "key");
  } catch {
    throw new WrongKey();
  }
  return crypto.subtle.importKey("raw", bytes, AES, true, ["encrypt", "decrypt"]);
}

/** The same key, from which no script can read the bytes. */
async function closed(raw) {
  return crypto.subtle.importKey("raw", await crypto.subtle.exportKey("raw", raw), AES, false, ["encrypt", "decrypt"]);
}

async function pinKey(pin, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, base, AES, false, ["encrypt", "decrypt"]);
}

function spareKey(spare) {
  const bytes = Uint8Array.from(atob(spare), (sign) => sign.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, AES, false, ["encrypt", "decrypt"]);
}
