// One form about one subject: `#/record/FORM/SUBJECT`, for an obligation `#/record/FORM/SUBJECT/OBLIGATION`, and to mend
// what was told `#/record/FORM/SUBJECT/OBLIGATION/ID` (OBLIGATION may be "-").

import { on } from "../bus.js";
import * as cel from "../cel.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import { localOf } from "../fields.js";
import { drawForm } from "../form.js";
import { contextOf, dutyOf, formOf, nameOf, orderOf, subjectOf, whereOf } from "../held.js";
import { held } from "../load.js";
import { answering, isAhead, isOpen, meeting } from "../owed.js";
import * as queue from "../queue.js";
import { address, replace } from "../route.js";
import { clockOf, dueWords, titleOf } from "../saying.js";
import * as store from "../store.js";
import { takeBack, tellRecord, toast } from "../telling.js";
import { pick, say } from "../words.js";

const AGO = [["half_hour_ago", 30], ["hour_ago", 60]];
const MINUTE = 60_000;

export async function show(place, [formKey, subjectId, obligation = "-", mended = ""]) {
  await cel.ready();
  const have = await held();
  const owed = have.obligations.find((row) => String(row.id) === obligation);
  const form = formOf(have, formKey, owed?.plan);
  const subject = subjectOf(have, subjectId);
  if (!form || !subject) return void place.append(el("p.problem", {}, say("no_such_form")), el("a.button", { href: address("today") }, say("today")));
  if (isPassage(form) && !mended && (obligation === "-" || (owed && isOpen(owed, clock.now())))) {
    const lane = await import("./passage.js").catch(() => null); // comes after the first load: until then the plain form serves
    if (lane) return lane.showLane(place, { have, form, subject });
  }
  const screen = { place, have, form, subject, owed, mended, key: `unfinished ${formKey} ${subjectId} ${obligation}`, at: "", told: 0 };
  const old = mended && ((await store.get("queue", mended)) ?? (await store.get("outcomes", mended)));
  const unfinished = await store.get("meta", screen.key);
  await draw(screen, old?.payload?.content ?? unfinished?.answers ?? {});
  const off = on("locking", ({ wait }) => wait(keepUnfinished(screen)));
  return () => {
    off();
    screen.drawn.leave();
  };
}

/** Whether a form is one of passages: it binds the rows of a vehicle. */
const isPassage = (form) => ["passage", "occupants", "temperature", "disposal"].every((key) => form.fields.some((field) => field.key === key));

/** Until when the answers are kept, where any of them is personal. */
function keptWords({ fields, kept_days: days }) {
  if (!fields.some((field) => field.personal)) return "";
  return days ? say("kept_days", { n: days }) : say("kept_to_the_end");
}

async function keepUnfinished({ drawn, saved, key }) {
  await drawn.finish();
  const answers = drawn.typed();
  if (Object.keys(answers).length && !saved) await store.put("meta", [{ id: key, answers }]);
}

async function draw(screen, typed) {
  screen.drawn?.leave();
  const { place, have, form, subject, owed } = screen;
  const context = { ...contextOf(have, form, subject), about: subject };
  const head = [
    el("h1", {}, titleOf(form)),
    el("p.about", {}, el("b", {}, nameOf(have, subject)), " ", el("span.where", {}, whereOf(have, subject))),
    owed ? el("p.due", {}, dueWords(owed, clock.now(), form.plan.zone)) : "",
    orderWords(orderOf(have, owed)),
    aheadWords(screen),
    others(screen),
  ];
  const body = el("div.form");
  screen.when = whenField(screen);
  const save = el("button.primary", { type: "button", "data-act": "save", onclick: () => save_(screen) }, say("save"));
  screen.drawn = drawForm(body, { form, context, have, typed, done: () => save.focus() });
  const excuse = owed && !screen.mended ? el("a.button", { href: address("excuse", owed.id) }, say("cannot")) : "";
  const foot = el("div.foot", {}, screen.drawn.pad.place, el("div.acts", {}, save, excuse));
  place.replaceChildren(...head, body, screen.when.node, el("p.why", {}, say("why", { why: pick(form.why) }), " ", keptWords(form)), foot);
}

/** What an order asks for, above the form that answers it. */
function orderWords(order) {
  if (!order) return "";
  return el("div.card.order", {}, el("p", {}, order.text), order.done_when ? el("p", {}, order.done_when) : "", el("p.where", {}, [order.number, pick(order.from), order.by].filter(Boolean).join(" ")));
}

/** A duty that several forms meet: the others, one tap away. */
function others({ have, form, subject, owed }) {
  const duty = owed && dutyOf(have, owed.duty, owed.plan);
  const keys = [...new Set(duty?.closers.map((closer) => closer.form) ?? [])];
  if (keys.length < 2) return "";
  return el("nav.others", { "aria-label": say("other_forms") }, keys.map((key) =>
    el("a.button", { href: address("record", key, subject.id, owed.id), "aria-current": key === form.key ? "true" : null }, titleOf(formOf(have, key, owed.plan), key))));
}

/** What is owed only later can be told now, and is kept; but it closes nothing, and that is said before. */
function aheadWords({ owed, form }) {
  if (!owed || !isAhead(owed, clock.now())) return "";
  return el("p.problem", { "data-ahead": "" }, say("window_ahead", { from: clockOf(owed.opened_at, clock.now(), form.plan.zone) }));
}

/** When it happened: now, unless the window that is answered for has passed. Then it must be said, within that window. */
function whenField(screen) {
  const { owed, form } = screen;
  const passed = owed && !isOpen(owed, clock.now()) && !isAhead(owed, clock.now());
  const input = el("input", { type: "datetime-local", id: "happened", "aria-label": say("happened_at"), max: localOf(clock.now()) });
  const fault = el("p.fault", { role: "alert" });
  const set = (moment) => {
    screen.at = moment ? new Date(moment).toISOString() : "";
    input.value = moment ? localOf(moment) : "";
    summary.textContent = moment ? say("happened", { at: clockOf(moment, clock.now(), form.plan.zone) }) : say("happened_now");
  };
  input.oninput = () => set(input.value ? new Date(input.value) : null);
  const quick = AGO.map(([name, minutes]) => el("button", { type: "button", onclick: () => set(clock.now() - minutes * MINUTE) }, say(name)));
  const summary = el("summary", {}, say("happened_now"));
  const words = passed ? el("p", {}, say("window_passed", { from: clockOf(owed.opened_at, clock.now(), form.plan.zone), until: clockOf(owed.until_at, clock.now(), form.plan.zone) })) : "";
  if (passed) Object.entries({ min: owed.opened_at, max: owed.until_at }).forEach(([name, moment]) => input.setAttribute(name, localOf(moment)));
  const now = passed ? "" : el("button", { type: "button", onclick: () => set(null) }, say("now"));
  const node = el("details.moment", { open: Boolean(passed) }, summary, words, el("div.row", {}, now, passed ? "" : quick), el("label.other", { for: "happened" }, say("other_moment")), input, fault);
  const check = () => {
    const moment = screen.at ? new Date(screen.at) : clock.now();
    const wrong = moment > clock.now() ? "moment_ahead" : passed && !isOpen(owed, moment) ? "moment_outside" : "";
    fault.textContent = wrong ? say(wrong) : "";
    if (wrong) {
      node.open = true;
      input.focus();
    }
    return !wrong;
  };
  return { node, check };
}

async function save_(screen) {
  const { have, form, subject, owed, mended, when, drawn } = screen;
  await drawn.finish();
  const content = drawn.check();
  if (!content || !when.check()) return;
  const duty = owed && dutyOf(have, owed.duty, owed.plan);
  const payload = { form: form.key, subject: subject.id, content, ...(duty && answering(duty, form.key, owed)) };
  if (screen.at) payload.happened_at = clock.claimAt(new Date(screen.at));
  const meets = meeting(have, payload, screen.at ? new Date(screen.at) : clock.now());
  try {
    const id = mended ? await queue.mend(mended, payload) : await tellRecord(payload, meets);
    screen.saved = true;
    await keepDraft(have, form, subject, content).catch(unlessFull); // the record is kept, whatever becomes of the draft
    await store.drop("meta", [screen.key]).catch(unlessFull);
    after(screen, id, owed && !meets.includes(owed.id));
  } catch (error) {
    if (!(error instanceof store.Full)) throw error;
    toast(say("store_full"));
  }
}

/** The next draft is what was said now, as far as it is not personal; the server's own answer takes its place later. */
async function keepDraft(have, form, subject, content) {
  const open = Object.fromEntries(form.fields.filter((field) => !field.personal && field.key in content).map((field) => [field.key, content[field.key]]));
  const row = { id: `here ${form.key} ${subject.id}`, duty: "", form: form.key, subject: subject.id, happened_at: clock.now().toISOString(), content: open };
  await store.put("answers", [row]);
  have.answers.push(row);
}

function unlessFull(error) {
  if (!(error instanceof store.Full)) throw error;
}

/** An obligation leads back to the list; at a post or a counter the next one is already waiting. */
function after(screen, id, unmet) {
  const words = say(unmet ? "kept_unmet" : "kept", { what: titleOf(screen.form) });
  toast(words, () => takeBack(id));
  if (screen.owed || screen.mended || !["post", "institution"].includes(screen.subject.kind)) {
    replace("today");
    return;
  }
  screen.told += 1;
  screen.at = "";
  screen.saved = false;
  draw(screen, {}).then(() => {
    screen.place.prepend(el("p.message", { role: "status" }, say("kept_so_far", { n: screen.told })));
    screen.place.querySelector("[autofocus]")?.focus();
  });
}
