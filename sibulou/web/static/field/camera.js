// The camera as a reader of codes: by the browser's own reader or by jsQR on the camera's pictures.

import { el } from "./draw.js";
import { say } from "./words.js";

const LOOK = 250; // milliseconds between two pictures

/**
 * Looks through the camera until something is taken or `end` is called. `taken(text)` is asked for each code that is read
 * and says whether that was it. Gives `{nodes, end}`: what to show, and what ends it.
 */
export function look(taken) {
  const video = el("video", { muted: true, playsinline: true, "aria-label": say("camera") });
  const told = el("p", { role: "status" }, say("camera_asked"));
  const eye = { video, told, stream: null, ended: false };
  const end = () => {
    eye.ended = true;
    eye.stream?.getTracks().forEach((track) => track.stop());
  };
  watch(eye, end, taken);
  return { nodes: [video, told], end };
}

async function watch(eye, end, taken) {
  const { video, told } = eye;
  let trouble = "camera_refused";
  try {
    eye.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    if (eye.ended) return end();
    video.srcObject = eye.stream;
    await video.play();
    trouble = "camera_no_reader";
    const read = await reader();
    told.textContent = say("camera_on");
    while (!eye.ended) {
      const text = await read(video);
      if (text && taken(text)) return end();
      await new Promise((done) => setTimeout(done, LOOK));
    }
  } catch {
    end();
    video.hidden = true;
    told.textContent = say(trouble);
  }
  return undefined;
}

/** What reads a code off a picture: the browser itself where it can, else jsQR, fetched when it is first needed. */
async function reader() {
  if ("BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  await import("../vendor/jsQR.js");
  const canvas = el("canvas");
  return async (video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (!width) return "";
    Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(video, 0, 0);
    return globalThis.jsQR(pen.getImageData(0, 0, width, height).data, width, height)?.data;
  };
}
