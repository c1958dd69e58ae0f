// "Cannot, because …": a waiver is asked for; until somebody else grants it, the obligation stays on the list.

import { clock } from "../clock.js";
import { el } from "../draw.js";
import { dutyOf, nameOf, subjectOf, whereOf } from "../held.js";
import { held } from "../load.js";
import * as queue from "../queue.js";
import { address, replace } from "../route.js";
import { dueWords, titleOf } from "../saying.js";
import * as store from "../store.js";
import { toast } from "../telling.js";
import { pick, say } from "../words.js";

const DAY = 24 * 3600 * 1000;
const UNTIL = [["until_ever", null], ["until_tomorrow", 1], ["until_days", 3], ["until_days", 7]];

export async function show(place, [obligation]) {
  const have = await held();
  const owed = have.obligations.find((row) => String(row.id) === obligation);
  const duty = owed && dutyOf(have, owed.duty, owed.plan);
  if (!duty) return void place.append(el("p.problem", {}, say("no_such_obligation")), el("a.button", { href: address("today") }, say("today")));
  const subject = subjectOf(have, owed.subject);
  const reasons = duty.reasons.map((key) => duty.plan.reasons.find((reason) => reason.key === key)).filter(Boolean);
  const fault = el("p.fault", { id: "reason-fault", role: "alert" });
  const words = el("textarea", { id: "words", rows: "2", maxlength: "400" });
  const form = el(
    "form",
    { novalidate: true, onsubmit: (event) => { event.preventDefault(); ask(form, owed, fault); } },
    options("reason", say("reason"), reasons.map((reason) => [reason.key, pick(reason.title)])),
    fault,
    options("until", say("until"), UNTIL.map(([name, days]) => [String(days ?? ""), say(name, { n: days })]), ""),
    el("label.name", { for: "words" }, say("words_if_any")),
    words,
    el("div.foot", {}, el("div.acts", {}, el("button.primary", {}, say("ask_waiver")), el("a.button", { href: address("today") }, say("back")))),
  );
  place.append(
    el("h1", {}, say("cannot_title", { what: titleOf(duty) })),
    el("p.about", {}, el("b", {}, nameOf(have, subject)), " ", el("span.where", {}, whereOf(have, subject))),
    el("p.due", {}, dueWords(owed, clock.now(), duty.plan.zone)),
    el("p.faint", {}, say("waiver_why")),
    form,
  );
}

function options(name, title, pairs, chosen) {
  return el("fieldset.field", {}, el("legend.name", {}, title), el("div.choices", {}, pairs.map(([value, words]) =>
    el("label.choice", {}, el("input", { type: "radio", name, value, checked: value === chosen ? true : null }), el("span", {}, words)))));
}

async function ask(form, owed, fault) {
  const given = new FormData(form);
  const reason = given.get("reason");
  fault.textContent = reason ? "" : say("fault_reason");
  if (!reason) return form.querySelector("[name=reason]").focus();
  const days = Number(given.get("until"));
  const until = days ? new Date(clock.now().getTime() + days * DAY).toISOString() : null;
  try {
    await queue.add("excuse", { obligation: owed.id, reason, words: form.querySelector("#words").value.trim(), until });
  } catch (error) {
    if (!(error instanceof store.Full)) throw error;
    return toast(say("store_full"));
  }
  toast(say("excuse_kept"));
  return replace("today");
}
