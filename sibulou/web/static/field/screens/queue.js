// What was told here and has not arrived, which, since when; what came back, and how to mend it.

import { on } from "../bus.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import * as queue from "../queue.js";
import { address, known } from "../route.js";
import * as store from "../store.js";
import * as sync from "../sync.js";
import { pick, say } from "../words.js";

export async function show(place) {
  const parts = { state: el("p", { role: "status" }), back: el("section"), waits: el("section") };
  place.append(
    el("h1", {}, say("queue")),
    parts.state,
    el("button.primary", { type: "button", onclick: sendNow }, say("send_now")),
    parts.back,
    parts.waits,
  );
  const fill = () => refill(parts);
  await fill();
  const ends = [on("queue", fill), on("sync", fill)];
  return () => ends.forEach((end) => end());
}

async function sendNow() {
  await queue.takeUp();
  await sync.run();
}

async function refill({ state, back, waits }) {
  if (store.locked()) return;
  const [waiting, came, names] = await Promise.all([queue.waiting(), queue.cameBack(), namesOf()]);
  state.textContent = stateWords(waiting.length);
  back.replaceChildren(...(came.length ? [el("h2", {}, say("came_back", { n: came.length })), list(came, (row) => backCard(row, names))] : []));
  waits.replaceChildren(...(waiting.length ? [el("h2", {}, say("waiting", { n: waiting.length })), list(waiting, (row) => card(row, names))] : []));
}

const list = (rows, draw) => el("ol.rows", {}, rows.map((row) => el("li.card", { "data-row": row.id }, draw(row))));

function stateWords(n) {
  const { busy, trouble, at } = sync.state;
  if (busy) return say("sending");
  if (trouble === "busy") return say("come_again", { seconds: sync.secondsLeft() });
  if (trouble === "offline") return say(n ? "offline_waiting" : "offline");
  if (trouble === "sign-in") return say("sign_in_again");
  if (n) return say("waiting_for_signal");
  return at ? say("nothing_waiting_since", { at: hour(at) }) : say("nothing_waiting");
}

function card(row, names) {
  return [
    el("b", {}, titleOf(row, names)),
    el("div.faint", {}, say("since", { at: hour(row.since) })),
    row.problem && el("p.problem", {}, pick(row.problem)),
    row.problem && mendLink(row),
  ];
}

function backCard(row, names) {
  return [
    el("b", {}, titleOf(row, names)),
    el("div.faint", {}, `${say(`outcome_${row.outcome}`)} · ${hour(row.received_at ?? row.since)}`),
    row.problem && el("p.problem", {}, pick(row.problem)),
    el("p.faint", {}, say("came_back_why")),
    el("div.actions", {}, mendLink(row), el("button", { type: "button", onclick: () => queue.giveUp(row.id) }, say("give_up"))),
  ];
}

/** Only what was told on this device can be told better here; what another device told has no content. */
function mendLink({ id, kind, payload }) {
  if (kind !== "record" || !payload || !known.has("mend")) return null;
  return el("a.button", { href: address("mend", id) }, say("mend"));
}

async function namesOf() {
  const [plans, subjects] = await Promise.all([store.get("meta", "plans"), store.all("subjects")]);
  const forms = new Map((plans?.value ?? []).flatMap((plan) => plan.forms.map((form) => [form.key, pick(form.title)])));
  return { forms, subjects: new Map(subjects.map((row) => [String(row.id), row.label])) };
}

function titleOf({ kind, payload }, { forms, subjects }) {
  const words = [forms.get(payload?.form) ?? say(`kind_${kind}`)];
  const about = kind === "family" ? payload?.address || payload?.persons?.[0]?.name : subjects.get(String(payload?.subject));
  return [...words, about].filter(Boolean).join(" · ");
}

/** The hour for today, the day too for others. */
function hour(moment) {
  const at = clock.claim(new Date(moment));
  return at.slice(0, 10) === clock.claim().slice(0, 10) ? at.slice(11, 16) : at.slice(5, 16).replace("T", " ");
}
