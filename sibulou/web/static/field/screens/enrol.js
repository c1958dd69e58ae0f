// A new device: by an invitation's code or by name and password, and a PIN of one's own.

import { tell } from "../bus.js";
import { readInvitation } from "../code.js";
import * as door from "../door.js";
import { el, fill } from "../draw.js";
import * as store from "../store.js";
import { say } from "../words.js";
import { accountFields, accountOf, checkPin, field, form, pinField } from "./parts.js";

export function show(place, [invitation = ""]) {
  const eye = { end: () => {} };
  const fields = [
    el("p", {}, say(invitation ? "enrol_by_invitation" : "enrol_by_name")),
    invitation ? [] : accountFields(),
    field("device_name", { maxlength: "40", value: say("device_usual") }),
    pinField("pin"),
    pinField("pin_again"),
    el("p.faint", {}, say("pin_why")),
  ];
  fill(
    place,
    el("h1", {}, say("enrol")),
    localStorage.getItem("wiped") && el("p.message", {}, say(`wiped_${localStorage.getItem("wiped")}`)),
    form(say("enrol_start"), fields, (given) => enrol(given, invitation)),
    !invitation && cameraPart(eye),
    !invitation && el("details", {}, el("summary", {}, say("invitation_typed")), codeForm()),
  );
  return () => eye.end();
}

/** For who opens the app from the home screen: the camera, which is fetched and asked for only when it is wanted. */
function cameraPart(eye) {
  const fault = el("p.fault", { role: "alert" });
  const place = el("div", {}, el("button", { type: "button", onclick: open }, say("invitation_scan")));
  async function open() {
    const { openEye } = await import("./scan.js");
    eye.end = await openEye(place, (text) => take(text, fault));
    place.append(fault);
  }
  return place;
}

function take(text, fault) {
  const { invitation, fault: wrong } = readInvitation(text, location.origin);
  const said = wrong ? say(`code_${wrong}`) : "";
  if (fault.textContent !== said) fault.textContent = said;
  if (invitation) location.hash = `#invite=${encodeURIComponent(invitation)}`;
  return Boolean(invitation);
}

/** For a camera that is broken: the code below the QR code, typed. */
function codeForm() {
  return form(say("go_on"), [field("invitation", { autocapitalize: "characters", spellcheck: "false", maxlength: "60" })], (given) => {
    location.hash = `#invite=${encodeURIComponent(given.invitation.trim())}`;
  });
}

async function enrol(given, invitation) {
  checkPin(given);
  const name = given.device_name.trim();
  const who = invitation ? { invitation } : accountOf(given);
  const { device, token, user, expires_at, spare } = await door.enrol({ ...who, name });
  await store.found(given.pin, spare);
  await store.put("meta", [
    { id: "token", value: token },
    { id: "me", device: { id: device, name, expires_at }, user, rights: [], seats: [] },
  ]);
  await store.keepOpenNote("device", device);
  navigator.storage?.persist?.();
  tell("unlocked");
}
