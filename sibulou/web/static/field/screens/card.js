// The flow card of the check, read at the post without signal: `#/card/POST`. It says by which version the crew works.

import "../card_words.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import { nameOf, subjectOf } from "../held.js";
import { held } from "../load.js";
import { address, replace } from "../route.js";
import { dueWords, clockOf } from "../saying.js";
import * as store from "../store.js";
import { takeBack, tellRecord, toast } from "../telling.js";
import { pick, say } from "../words.js";

const FORM = "step_card";
const DUTY = "post.steps";

export async function show(place, [id]) {
  const have = await held();
  const [card, subject] = [have.card, subjectOf(have, id)];
  place.append(el("h1", {}, say("card")));
  if (!card || !subject) return void place.append(el("p.message", {}, say("card_none")), el("a.button", { href: address("today") }, say("today")));
  const owed = have.obligations.filter((row) => row.duty === DUTY && String(row.subject) === String(subject.id) && !row.met_at);
  place.append(
    el("p.about", {}, el("b", {}, nameOf(have, subject)), " ", el("span.where", {}, say("card_version", { version: card.version, at: clockOf(card.published_at, clock.now()) }))),
    owed.length ? el("p.due", {}, dueWords(owed[0], clock.now())) : el("p.message", {}, say("card_works")),
    el("ol.steps", {}, card.steps.map((step) => el("li.card", {}, el("b", {}, pick(step.title)), " ", step.text))),
  );
  if (owed.length) place.append(el("button.primary", { type: "button", "data-act": "works", onclick: () => works(card, subject, owed) }, say("card_work", { version: card.version })));
}

async function works({ version }, { id: subject }, owed) {
  try {
    const told = await tellRecord({ form: FORM, subject, content: { version } }, owed.map((row) => row.id));
    toast(say("card_told", { version }), () => takeBack(told));
    replace("today");
  } catch (error) {
    if (!(error instanceof store.Full)) throw error;
    toast(say("store_full"));
  }
}
