// A household's or a post's QR code before the camera, or the short code typed.

import { el } from "../draw.js";
import { readCode, countyOf } from "../code.js";
import { subjectOf } from "../held.js";
import { held } from "../load.js";
import { address, replace } from "../route.js";
import { say } from "../words.js";

export async function show(place) {
  const have = await held();
  const county = countyOf([...have.areas.keys()][0] ?? have.seats[0]?.area ?? "");
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
  const eye = el("div");
  const end = await openEye(eye, taken);
  place.append(el("h1", {}, say("scan")), eye, form, el("a.button", { href: address("search") }, say("search")));
  return end;
}

/** The camera comes after the first load; until it is here the short code is typed. Gives what ends it. */
export async function openEye(place, taken) {
  try {
    const { look } = await import("../camera.js");
    const { nodes, end } = look(taken);
    place.replaceChildren(...nodes);
    return end;
  } catch {
    place.replaceChildren(el("p", { role: "status" }, say("camera_no_reader")));
    return () => {};
  }
}

/** Goes to the subject of a code; otherwise says why not, once for as long as it is the same. */
function take(have, county, text, fault) {
  const { subject, fault: wrong } = readCode(text, county);
  const unknown = subject && !subjectOf(have, subject) ? "not_held" : "";
  const said = wrong || unknown ? say(wrong === "invitation" ? "enrolled_already" : `code_${wrong || unknown}`) : "";
  if (fault.textContent !== said) fault.textContent = said;
  if (subject && !unknown) replace("subject", subject);
  return Boolean(subject) && !unknown;
}
