// A photo or a voice note, only where a form asks for one. A photo is drawn anew before it is kept, so that neither the
// place nor the telephone that took it travels with it. Both can be looked at, heard and taken away until the form is told.

import { el } from "./draw.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { say } from "./words.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.8;
const LONGEST_NOTE = 60_000;
const BITS = 32_000; // speech stays clear, and a minute is a quarter of a megabyte

export function photoField(field, { id, change }) {
  const input = el("input", { id, type: "file", accept: "image/*", capture: "environment" });
  const kept = taken({ shown: (address) => el("img.taken-photo", { src: address, alt: say("photo_taken") }), words: "photo", change });
  input.onchange = async () => {
    const [file] = input.files;
    if (file) await kept.keep(async () => [await drawnAnew(file), "image/jpeg"]);
    input.value = "";
  };
  return { ...kept.part, node: el("div", {}, input, kept.node), focus: () => input.focus() };
}

/** What was taken: kept in the store, shown, and taken away again. `shown(address)` draws it. */
function taken({ shown, words, change }) {
  const told = el("p", { role: "status" });
  const place = el("div.taken-away");
  let digest = "";
  let address = "";

  const forget = () => {
    if (address) URL.revokeObjectURL(address);
    address = "";
    place.replaceChildren();
  };
  const draw = (bytes, type) => {
    forget();
    address = URL.createObjectURL(new Blob([bytes], { type }));
    place.replaceChildren(shown(address), el("button", { type: "button", onclick: drop }, say(`${words}_away`)));
  };
  async function drop() {
    const old = digest;
    digest = "";
    forget();
    change(undefined);
    told.textContent = say(`${words}_gone`);
    await queue.detach(old);
  }
  /** `make()` gives bytes and type; what cannot be made or kept leaves what stood there before. */
  async function keep(make) {
    try {
      const [bytes, type] = await make();
      const old = digest;
      digest = await queue.attach(bytes, type);
      change(digest);
      draw(bytes, type);
      told.textContent = say(`${words}_kept`);
      if (old && old !== digest) await queue.detach(old);
    } catch (error) {
      told.textContent = say(error instanceof store.Full ? "store_full" : `${words}_failed`);
    }
  }
  async function write(value) {
    forget();
    digest = value ?? "";
    told.textContent = value ? say(`${words}_kept`) : "";
    const found = value && (await store.get("blobs", value));
    if (found && found.id === digest) draw(found.bytes, found.type);
  }
  return { node: [told, place], keep, say: (key) => (told.textContent = say(key)), part: { write, leave: forget } };
}

async function drawnAnew(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: String(Math.round(picture.width * scale)), height: String(Math.round(picture.height * scale)) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new Uint8Array(await drawn.arrayBuffer());
}

export function voiceField(field, { id, change }) {
  const kept = taken({ shown: (address) => el("audio", { src: address, controls: true, "aria-label": say("voice_taken") }), words: "voice", change });
  const button = el("button", { id, type: "button", onclick: () => (running ? finish() : begin()) }, say("voice_start"));
  let running = null;

  async function begin() {
    try {
      running = await record(finish);
      button.textContent = say("voice_stop");
      kept.say("voice_running");
    } catch {
      kept.say("voice_failed");
    }
  }
  /** Ends what is being recorded and keeps it; whoever saves the form meanwhile waits for it. */
  async function finish() {
    const ending = running;
    running = null;
    button.textContent = say("voice_start");
    if (ending) await kept.keep(ending.end);
  }
  const leave = () => {
    running?.away();
    running = null;
    kept.part.leave();
  };
  return { ...kept.part, node: el("div", {}, button, kept.node), focus: () => button.focus(), finish, leave };
}

/** A recording under way: `end()` gives its bytes and type, `away()` drops it. After a minute `over` is called. */
async function record(over) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS });
  const chunks = [];
  const ended = new Promise((done) => (recorder.onstop = done));
  recorder.ondataavailable = ({ data }) => chunks.push(data);
  recorder.start();
  const timer = setTimeout(over, LONGEST_NOTE);
  const away = () => {
    clearTimeout(timer);
    if (recorder.state !== "inactive") recorder.stop();
    stream.getTracks().forEach((track) => track.stop());
  };
  const end = async () => {
    away();
    await ended;
    const whole = new Blob(chunks);
    return [new Uint8Array(await whole.arrayBuffer()), recorder.mimeType.split(";")[0]];
  };
  return { end, away };
}
