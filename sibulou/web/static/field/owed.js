// What is mine today: the obligations of the store, judged by the clock.
//
// missed  due, and nothing was told          later  open or opening, due today
// soon    the warning has come               ahead  due on another day
// told    told on this device, not yet sent  done   met or waived today

import * as cel from "./cel.js";
import { drafts, judge, variables } from "./answers.js";
import { contextOf, dutyOf, formOf, groupBy, homeOf, subjectOf } from "./held.js";

export const SECTIONS = ["missed", "soon", "later", "ahead", "told", "done"];

const at = (moment) => Date.parse(moment);

/** The day of a moment in the plan's zone, 2020-02-10. */
export const dayOf = (moment, zone = "Asia/Shanghai") =>
  new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);

/** The section of one obligation at `now`; null where it concerns nobody today. `waiting` and `arrived`: what was told here. */
export function sectionOf(row, now, { waiting = new Set(), arrived = new Set(), zone } = {}) {
  const today = (moment) => dayOf(new Date(moment), zone) === dayOf(now, zone);
  if (waiting.has(row.id)) return "told";
  if (row.met_at) return today(row.known_at ?? row.met_at) ? "done" : null;
  if (arrived.has(row.id)) return "done";
  if (isWaived(row, now)) return today(row.waived_at) ? "done" : null;
  if (at(row.due_at) <= now) return "missed";
  if (at(row.opened_at) <= now && at(row.warn_at) <= now) return "soon";
  if (today(row.due_at)) return "later";
  return at(row.opened_at) <= now ? "ahead" : null;
}

export const isWaived = (row, now) =>
  Boolean(row.waived_at) && at(row.waived_at) <= now && (!row.waived_until || at(row.waived_until) > now);

/** Whether a record that happened at `now` would fall into its window. */
export const isAhead = (row, now) => at(row.opened_at) > now;
export const isOpen = (row, now) => at(row.opened_at) <= now && (!row.until_at || now < at(row.until_at));

/**
 * `{missed: [{duty, rows}], soon, …, counts}`: by duty, the most urgent first, and in a duty as one walks: by area, then
 * by the number of the household.
 */
export function sortOut(have, now, told = {}) {
  const sorted = Object.fromEntries(SECTIONS.map((name) => [name, []]));
  for (const row of have.obligations) {
    const name = sectionOf(row, now, { ...told, zone: dutyOf(have, row.duty, row.plan)?.plan.zone });
    if (name) sorted[name].push(lineOf(have, row));
  }
  const counts = Object.fromEntries(SECTIONS.map((name) => [name, sorted[name].length]));
  for (const name of SECTIONS) sorted[name] = byDuty(sorted[name]);
  return { ...sorted, counts };
}

function lineOf(have, row) {
  const subject = subjectOf(have, row.subject) ?? { id: row.subject, kind: "", label: String(row.subject), area: row.area };
  return { row, subject, home: homeOf(have, subject), duty: dutyOf(have, row.duty, row.plan) };
}

const walk = ({ row, subject, home }) =>
  `${row.area} ${String((home ?? subject).number ?? "").padStart(6, "0")} ${(home ?? subject).label ?? ""} ${subject.label ?? ""} ${row.due_at}`;

function byDuty(lines) {
  const groups = [...groupBy(lines, ({ row }) => `${row.plan} ${row.duty}`).values()];
  const first = (group) => Math.min(...group.map(({ row }) => at(row.due_at)));
  groups.sort((one, other) => first(one) - first(other));
  return groups.map((group) => ({
    duty: group[0].duty,
    rows: group.sort((one, other) => (walk(one) < walk(other) ? -1 : 1)),
  }));
}

/**
 * What one tap would tell about a line at `now`: `{title, payload, meets}`, or null where the duty has none, a draft is
 * missing, or the window is not open. Needs `cel.ready()`.
 */
export function oneTap(have, { row, subject, duty }, now) {
  const tap = duty?.one_tap;
  const form = tap && formOf(have, tap.form, row.plan);
  if (!form || !isOpen(row, now)) return null;
  const { content, faults } = judge(form, { ...drafts(form, contextOf(have, form, subject)), ...tap.say });
  if (Object.keys(faults).length) return null;
  const payload = { form: form.key, subject: row.subject, content, ...answering(duty, form.key, row) };
  const meets = meeting(have, payload, now);
  return meets.includes(row.id) ? { title: tap.title, payload, meets } : null;
}

/** The record an answer belongs to, where the duty is met only by an answer. */
export function answering(duty, form, row) {
  const closers = duty.closers.filter((closer) => closer.form === form);
  return row.opened_by && closers.some((closer) => closer.answers) ? { answers: row.opened_by } : {};
}

/** The open obligations that a record of this content meets, as the server will judge it. Needs `cel.ready()`. */
export function meeting(have, { form: key, subject: id, content, answers }, now) {
  const subject = subjectOf(have, id);
  if (!subject) return [];
  return have.obligations
    .filter((row) => String(row.subject) === String(id) && !row.met_at && isOpen(row, now))
    .filter((row) => {
      const duty = dutyOf(have, row.duty, row.plan);
      const form = formOf(have, key, row.plan);
      const known = form && variables(form, content, contextOf(have, form, subject));
      return duty?.closers.some(
        (closer) =>
          closer.form === key &&
          (!closer.answers || (answers && row.opened_by === answers)) &&
          (!closer.when || cel.holds(closer.when, known)),
      );
    })
    .map((row) => row.id);
}
