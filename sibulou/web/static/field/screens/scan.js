// A household's or a post's QR code, by the browser's own reader or by jsQR on the camera's pictures; or the short code typed.

import { el } from "../draw.js";
import { readCode, countyOf } from "../code.js";
import { subjectOf } from "../held.js";
import { held } from "../load.js";
import { address, replace } from "../route.js";
import { say } from "../words.js";

const LOOK = 250; // milliseconds between two pictures

export async function show(place) {
  const have = await held();
  const county = countyOf([...have.areas.keys()][0] ?? have.seats[0]?.area ?? "");
  const video = el("video", { muted: true, playsinline: true, "aria-label": say("camera") });
  const told = el("p", { role: "status" }, say("camera_asked"));
  const input = el("input", { id: "code", type: "text", inputmode: "numeric", autocomplete: "off" });
  const fault = el("p.fault", { id: "code-fault", role: "alert" });
  const taken = (text) => take(have, county, text, fault);
  const form = el(
    "form",
    { novalidate: true, onsubmit: (event) => { event.preventDefault(); taken(input.value); } },
    el("label.name", { for: "code" }, say("type_code")),
    input,
    fault,
    el("button.primary", {}, say("open_code")),
  );
  place.append(el("h1", {}, say("scan")), video, told, form, el("a.button", { href: address("search") }, say("search")));
  return watch(video, told, taken);
}

/** Goes to the subject of a code; otherwise says why not. */
function take(have, county, text, fault) {
  const { subject, fault: wrong } = readCode(text, county);
  const unknown = subject && !subjectOf(have, subject) ? "not_held" : "";
  fault.textContent = wrong || unknown ? say(`code_${wrong || unknown}`) : "";
  if (subject && !unknown) replace("subject", subject);
  return Boolean(subject) && !unknown;
}

/** Looks through the camera until something is read or one leaves; gives what ends it. */
function watch(video, told, taken) {
  let stream = null;
  let ended = false;
  const end = () => {
    ended = true;
    stream?.getTracks().forEach((track) => track.stop());
  };
  (async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (ended) return end();
      video.srcObject = stream;
      await video.play();
      const read = await reader();
      told.textContent = say("camera_on");
      while (!ended) {
        const text = await read(video);
        if (text && taken(text)) return end();
        await new Promise((done) => setTimeout(done, LOOK));
      }
    } catch {
      video.hidden = true;
      told.textContent = say("camera_refused");
    }
    return undefined;
  })();
  return end;
}

/** What reads a code off a picture: the browser itself where it can, else jsQR, fetched when it is first needed. */
async function reader() {
  if ("BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  await import("../../vendor/jsQR.js");
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
