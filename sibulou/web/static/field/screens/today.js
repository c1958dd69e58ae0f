// My obligations by urgency: what was missed, what is due soon, later today, told and not yet sent, done.

import { on } from "../bus.js";
import * as cel from "../cel.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import { dutyOf, formOf, groupBy, nameOf, orderOf, subjectOf, whereOf } from "../held.js";
import { held } from "../load.js";
import { oneTap, SECTIONS, sortOut } from "../owed.js";
import * as queue from "../queue.js";
import { address } from "../route.js";
import { clockOf, dueWords, titleOf } from "../saying.js";
import * as store from "../store.js";
import { onSwipe } from "../swipe.js";
import { takeBack, tellRecord, toast } from "../telling.js";
import { pick, say } from "../words.js";

const FOLDED = new Set(["ahead", "told", "done"]);
const OWN = 3; // so many subjects of one's own at most
const OFTEN = 4; // so many forms of each
const TICK = 30_000;
const CARD = "post.steps"; // met by the card's screen: the server itself judges which version is the one in use

export async function show(place) {
  await cel.ready();
  const counts = el("p.counts", { role: "status" });
  const body = el("div");
  place.append(el("h1", {}, say("today")), counts, body);
  const open = new Set();
  let had = null;
  const draw = async () => {
    const [have, told] = await Promise.all([held(), toldHere()]);
    const kept = document.activeElement?.dataset?.focus;
    const sorted = sortOut(have, clock.now(), told);
    had = { have, told, sorted };
    counts.replaceChildren(...countWords(sorted.counts));
    body.replaceChildren(often(have, told.rows), ...SECTIONS.map((name) => section(had, name, open)), empty(sorted.counts, have));
    if (kept) body.querySelector(`[data-focus="${CSS.escape(kept)}"]`)?.focus();
  };
  await draw();
  const ends = [on("store", soon(draw)), on("queue", soon(draw))];
  const timer = setInterval(draw, TICK);
  return () => {
    clearInterval(timer);
    ends.forEach((end) => end());
  };
}

/** Many changes at once are drawn once. */
function soon(draw) {
  let waits = null;
  return () => {
    clearTimeout(waits);
    waits = setTimeout(() => store.locked() || draw(), 30);
  };
}

/** What was told on this device: which obligations it meets, sent or not, and for which a reason waits. */
async function toldHere() {
  const [rows, back] = [await queue.waiting(), await store.all("outcomes")];
  const gone = new Set(rows.filter((row) => row.payload?.withdraws).map((row) => row.payload.corrects));
  const meets = (list) => new Set(list.filter((row) => !gone.has(row.id)).flatMap((row) => row.meets ?? []));
  const excused = rows.filter((row) => row.kind === "excuse").map((row) => row.payload.obligation);
  const byMet = new Map(rows.filter((row) => !gone.has(row.id)).flatMap((row) => (row.meets ?? []).map((id) => [id, row])));
  return { waiting: meets(rows), arrived: meets(back.filter((row) => row.outcome === "accepted")), excused: new Set(excused), byMet, rows: [...rows, ...back] };
}

const countWords = (counts) =>
  ["missed", "soon", "later"].map((name) => el(`span.count.${name}`, {}, say(`count_${name}`, { n: counts[name] })));

/** The subjects of one's own seats, such as one's post, with the forms told last about them and those owed for them; of an area its name alone, since what it owes stands on the list. Shifts are many and stand on the list when their hour comes. */
function often(have, rows) {
  const own = ownSubjects(have);
  if (!own.length || own.length > OWN) return "";
  return el("nav.often", { "aria-label": say("often") }, own.flatMap((subject) => [
    el("a.button", { href: address("subject", subject.id), "data-focus": `own-${subject.id}` }, nameOf(have, subject)),
    have.card && subject.kind === "post" ? el("a.button", { href: address("card", subject.id) }, say("card")) : "",
    ...(subject.kind === "area" ? [] : formsOften(have, rows, subject).map((form) => el("a.button", { href: address("record", form.key, subject.id), "data-focus": `form-${form.key}-${subject.id}` }, titleOf(form)))),
  ]));
}

function ownSubjects(have) {
  const areas = new Set(have.seats.filter((seat) => !seat.subject && seat.area).map((seat) => String(seat.area)));
  const places = areas.size ? [...have.subjects.values()].filter((row) => row.kind === "area" && areas.has(String(row.area))) : [];
  const named = have.seats.filter((seat) => seat.subject).map((seat) => subjectOf(have, seat.subject)).filter(Boolean);
  return [...new Set([...named, ...places])].filter((row) => row.kind !== "shift");
}

function formsOften(have, rows, subject) {
  const about = (row) => row.kind === "record" && !row.payload?.withdraws && String(row.payload?.subject) === String(subject.id);
  const told = rows.filter(about).map((row) => row.payload.form).reverse();
  const duties = have.obligations.filter((row) => String(row.subject) === String(subject.id)).map((row) => dutyOf(have, row.duty, row.plan));
  const owed = duties.flatMap((duty) => duty?.closers ?? []).filter((closer) => !closer.answers).map((closer) => closer.form);
  return [...new Set([...told, ...owed])].slice(0, OFTEN).map((key) => formOf(have, key)).filter(Boolean);
}

/** What lies ahead is folded while something is nearer. */
const isFolded = (name, counts) => FOLDED.has(name) && !(name === "ahead" && counts.missed + counts.soon + counts.later === 0);

function section(had, name, open) {
  const groups = had.sorted[name];
  if (!groups.length) return "";
  const words = say(`section_${name}`, { n: had.sorted.counts[name] });
  const lists = groups.map((group) => group_(had, name, group));
  if (!isFolded(name, had.sorted.counts)) return el(`section.${name}`, { "aria-label": words }, el("h2", {}, words), lists);
  const details = el(`details.${name}`, { open: open.has(name) }, el("summary", { "data-focus": `fold-${name}` }, words), lists);
  details.addEventListener("toggle", () => open[details.open ? "add" : "delete"](name));
  return details;
}

function group_(had, name, { duty, rows }) {
  return [
    el("h3", {}, titleOf(duty, rows[0].row.duty), rows.length > 1 ? el("span.n", {}, String(rows.length)) : ""),
    el("ul.owed", {}, name === "missed" ? missedRows(had, rows) : rows.map((line) => lineOf(had, name, line))),
  ];
}

/** Of what one subject missed many times the last is shown; the earlier ones are folded, not left out. */
function missedRows(had, rows) {
  return [...groupBy(rows, ({ row }) => String(row.subject)).values()].flatMap((same) => {
    const lines = [...same].reverse().map((line) => lineOf(had, "missed", line));
    if (lines.length < 3) return lines;
    return [lines[0], el("li.older", {}, el("details", {}, el("summary", {}, say("older", { n: lines.length - 1 })), el("ul.owed", {}, lines.slice(1))))];
  });
}

function lineOf(had, name, line) {
  const { have } = had;
  const { row, subject, duty } = line;
  const now = clock.now();
  const words = el("span.when", {}, whenWords(name, line, now));
  const asked = row.asked || had.told.excused.has(row.id) ? el("span.chip", {}, say(row.asked ? "excuse_asked" : "excuse_waits")) : "";
  const inner = [el("b", {}, nameOf(have, subject)), el("span.where", {}, orderOf(have, row)?.text ?? whereOf(have, subject)), words, asked];
  const card = have.card && row.duty === CARD && address("card", row.subject);
  const first = card || duty?.closers[0]?.form;
  const closed = name === "told" || name === "done" || !first;
  const main = closed ? el("div.line", {}, inner) : el("a.line", { href: card || address("record", first, row.subject, row.id), "data-focus": `line-${row.id}` }, inner);
  const item = el(`li.${name}`, { "data-obligation": row.id }, main);
  if (name === "told") return withUndo(had, item, row);
  if (closed) return item;
  const tap = oneTap(have, line, now);
  if (!tap) return item;
  const act = () => tapped(had, line);
  item.append(el("button.tap", { type: "button", onclick: act, "aria-label": `${pick(tap.title)}：${nameOf(have, subject)}`, "data-focus": `tap-${row.id}` }, pick(tap.title)));
  onSwipe(item, act);
  return item;
}

function whenWords(name, { row, duty }, now) {
  const zone = duty?.plan.zone;
  if (name === "told") return say("told_here");
  if (name === "done") return row.waived_at ? say("waived_line") : say("done_at", { at: clockOf(row.met_at ?? now, now, zone) });
  return dueWords(row, now, zone);
}

function withUndo(had, item, row) {
  const told = had.told.byMet.get(row.id);
  if (told?.kind === "record") item.append(el("button", { type: "button", onclick: () => takeBack(told.id), "data-focus": `back-${row.id}` }, say("take_back")));
  return item;
}

/** Judged once more at the moment of the tap: the list may be half a minute old. */
async function tapped(had, line) {
  const tap = oneTap(had.have, line, clock.now());
  if (!tap) return toast(say("tap_over"));
  try {
    const id = await tellRecord(tap.payload, tap.meets);
    return toast(say("tapped", { what: pick(tap.title), who: nameOf(had.have, line.subject) }), () => takeBack(id));
  } catch (error) {
    if (error instanceof store.Full) return toast(say("store_full"));
    throw error;
  }
}

function empty(counts, have) {
  const open = counts.missed + counts.soon + counts.later + counts.ahead;
  if (open) return "";
  return el("p.message", {}, say(!have.known ? "first_exchange" : have.plans.length ? "nothing_owed" : "no_plan"));
}
