// What this device holds of a household, a person, a post: what it owes, what was told, its forms.

import { clock } from "../clock.js";
import { el } from "../draw.js";
import { areaOf, dutyOf, formOf, homeOf, nameOf, peopleOf, subjectOf, whereOf } from "../held.js";
import { held } from "../load.js";
import { sectionOf } from "../owed.js";
import * as queue from "../queue.js";
import { address } from "../route.js";
import { clockOf, dueWords, titleOf } from "../saying.js";
import { pick, say } from "../words.js";
import { answerWords } from "../summary.js";
import { codeOf } from "../code.js";

const OPEN = ["missed", "soon", "later", "ahead"];

export async function show(place, [id]) {
  const have = await held();
  const subject = subjectOf(have, id);
  if (!subject) return void place.append(el("p.problem", {}, say("no_such_subject")), el("a.button", { href: address("search") }, say("search")));
  place.append(
    el("h1", {}, nameOf(have, subject)),
    facts(have, subject),
    owes(have, subject),
    forms(have, subject),
    members(have, subject),
    await told(have, subject),
  );
}

function facts(have, subject) {
  const home = homeOf(have, subject);
  const rows = [
    [say("kind"), say(`kind_of_${subject.kind}`)],
    [say("place"), whereOf(have, subject) || areaOf(have, subject.area)?.name],
    [say("household"), home && el("a", { href: address("subject", home.id) }, nameOf(have, home))],
    [say("born"), subject.born],
    [say("paper"), subject.paper && say("paper_ends", { signs: subject.paper })],
    [say("state"), subject.state && say(`state_${subject.state}`)],
    [say("speaks"), subject.language],
    [say("short_code"), codeOf(subject)],
  ];
  return el("dl.facts", {}, rows.filter(([, value]) => value).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function owes(have, subject) {
  const now = clock.now();
  const rows = have.obligations.filter((row) => String(row.subject) === String(subject.id));
  const open = rows.map((row) => ({ row, name: sectionOf(row, now), duty: dutyOf(have, row.duty, row.plan) })).filter(({ name }) => OPEN.includes(name));
  if (!open.length) return el("p.message", {}, say("owes_nothing"));
  open.sort((one, other) => (one.row.due_at < other.row.due_at ? -1 : 1));
  return el("section", { "aria-label": say("owes") }, el("h2", {}, say("owes")), el("ul.owed", {}, open.map(({ row, name, duty }) =>
    el(`li.${name}`, {}, el("a.line", { href: address("record", duty?.closers[0].form ?? "", row.subject, row.id) }, el("b", {}, titleOf(duty, row.duty)), el("span.when", {}, dueWords(row, now, duty?.plan.zone)))))));
}

/** The forms about this kind of subject, those that something owed asks for first. */
function forms(have, subject) {
  const keys = new Set(have.obligations.filter((row) => String(row.subject) === String(subject.id)).flatMap((row) => dutyOf(have, row.duty, row.plan)?.closers.map((closer) => closer.form) ?? []));
  const answersOnly = new Set(have.plans.flatMap((plan) => plan.duties.flatMap((duty) => duty.closers.filter((closer) => closer.answers).map((closer) => closer.form))));
  const all = have.plans.flatMap((plan) => plan.forms.filter((form) => form.kind === subject.kind));
  const shown = [...all.filter((form) => keys.has(form.key)), ...all.filter((form) => !keys.has(form.key) && !answersOnly.has(form.key))];
  if (!shown.length) return "";
  return el("nav.forms", { "aria-label": say("forms") }, el("h2", {}, say("forms")), shown.map((form) => el("a.button", { href: address("record", form.key, subject.id) }, titleOf(form))));
}

function members(have, subject) {
  if (subject.kind !== "household") return "";
  const people = peopleOf(have, subject);
  return el("section", { "aria-label": say("members", { n: people.length }) }, el("h2", {}, say("members", { n: people.length })), el("ul.owed", {}, people.map((row) =>
    el("li", {}, el("a.line", { href: address("subject", row.id) }, el("b", {}, row.label), el("span.where", {}, [row.born, row.state && say(`state_${row.state}`)].filter(Boolean).join(" · ")))))));
}

/** What was told last with each form, and what was told here and has not arrived. */
async function told(have, subject) {
  const here = (await queue.waiting()).filter((row) => row.kind === "record" && String(row.payload.subject) === String(subject.id) && !row.payload.withdraws);
  const latest = new Map();
  for (const row of have.answers.filter((one) => String(one.subject) === String(subject.id))) {
    if (!latest.has(row.form) || latest.get(row.form).happened_at < row.happened_at) latest.set(row.form, row);
  }
  if (!here.length && !latest.size) return "";
  const line = (form, content, words) => el("li", {}, el("div.line", {}, el("b", {}, titleOf(form)), el("span.where", {}, answerWords(have, form, content)), el("span.when", {}, words)));
  return el("section", { "aria-label": say("told_of") }, el("h2", {}, say("told_of")), el("ul.owed", {}, [
    ...here.map((row) => [formOf(have, row.payload.form), row.payload.content, say("told_here")]),
    ...[...latest.values()].map((row) => [formOf(have, row.form), row.content, clockOf(row.happened_at, clock.now())]),
  ].filter(([form]) => form).map(([form, content, words]) => line(form, content, words))));
}
