// A photo or a voice note, only where a form asks for one. A photo is drawn anew before it is kept, so that neither the
// place nor the telephone that took it travels with it.

import { el } from "./draw.js";
import * as queue from "./queue.js";
import { say } from "./words.js";

const LONGEST_SIDE = 1600;
const QUALITY = 0.8;
const LONGEST_NOTE = 60_000;

export function photoField(field, { id, change }) {
  const input = el("input", { id, type: "file", accept: "image/*", capture: "environment" });
  const told = el("p", { role: "status" });
  input.onchange = async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      change(await queue.attach(await drawnAnew(file), "image/jpeg"));
      told.textContent = say("photo_kept");
    } catch {
      change(undefined);
      told.textContent = say("photo_failed");
    }
  };
  return { node: el("div", {}, input, told), focus: () => input.focus(), write: (value) => (told.textContent = value ? say("photo_kept") : "") };
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
  const told = el("p", { role: "status" });
  const button = el("button", { id, type: "button", onclick: () => (recorder ? recorder.stop() : begin()) }, say("voice_start"));
  let recorder = null;

  async function begin() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      recorder = new MediaRecorder(stream);
      recorder.ondataavailable = ({ data }) => keep(data);
      recorder.onstop = () => {
        stream.getTracks().forEach((track) => track.stop());
        recorder = null;
        button.textContent = say("voice_start");
      };
      recorder.start();
      setTimeout(() => recorder?.stop(), LONGEST_NOTE);
      button.textContent = say("voice_stop");
    } catch {
      told.textContent = say("voice_failed");
    }
  }

  async function keep(data) {
    try {
      change(await queue.attach(new Uint8Array(await data.arrayBuffer()), data.type.split(";")[0]));
      told.textContent = say("voice_kept");
    } catch {
      told.textContent = say("voice_failed");
    }
  }

  return { node: el("div", {}, button, told), focus: () => button.focus(), write: (value) => (told.textContent = value ? say("voice_kept") : "") };
}
