// The lane of a post: `#/record/FORM/POST` leads here. It and what it alone needs come after the first load.

import * as cel from "../cel.js";
import { judge, unusual } from "../answers.js";
import { on } from "../bus.js";
import { clock } from "../clock.js";
import { el } from "../draw.js";
import { fieldOf } from "../fields.js";
import { sameName } from "../finding.js";
import { nameOf, subjectOf, whereOf } from "../held.js";
import { makePad } from "../keys.js";
import { beginning, carriedOf, heat, inVehicle, nobody, regulars, remember, rowsOf } from "../lane.js";
import "../lane_words.js";
import { meeting } from "../owed.js";
import { kindOfPlate } from "../plates.js";
import * as queue from "../queue.js";
import { address } from "../route.js";
import * as store from "../store.js";
import { takeBack, toast } from "../telling.js";
import { pick, say } from "../words.js";

const SEATS = [1, 2, 3, 4, 5]; // and one more by one more tap
const SHOWN = 12;
const PASSED = "passed";
const LANES = ["car", "foot", "light"]; // in a vehicle, on foot, and with no more than a telephone number kept
const OF_ALL = ["origin", "destination", "reason", "contact"];
const OF_ONE = ["phone", "id_number"];
const DECIDED = ["from_area", "unwell", "disposal", "authority", "notice", "basis"];

/** Draws the lane into `place`; gives what to call when one leaves. */
export async function showLane(place, { have, form, subject }) {
  await cel.ready();
  const lane = new Lane(place, { have, form, subject });
  await lane.begin();
  return on("locking", ({ wait }) => wait(lane.keepUnfinished()));
}

class Lane {
  constructor(place, { have, form, subject }) {
    Object.assign(this, { place, have, form, post: subject, told: 0, memory: {}, kind: "car" });
    this.field = Object.fromEntries(form.fields.map((field) => [field.key, field]));
    this.fever = form.plan?.values?.fever;
    this.pad = makePad();
    place.addEventListener("focusin", (event) => this.serve(event.target));
    // The pad goes when the focus does, and with it the page moves: a choice is made first, under the finger that made it.
    place.addEventListener("mousedown", (event) => event.target.closest(".choice, button") && event.preventDefault());
    place.addEventListener("keydown", (event) => this.onEnter(event));
    this.clear();
  }

  key(what) {
    return `lane ${what} ${this.post.id}`;
  }

  clear() {
    Object.assign(this, { people: [this.firstOne()], said: 1, shared: { plate: "", direction: this.last?.direction ?? "in" }, open: false, later: false, asked: "" });
  }

  /** Who is asked first: by name, or in the light lane by his telephone number alone; whoever goes with him by name. */
  firstOne() {
    return this.kind === "light" ? { ...nobody(), kept: "phone_only" } : nobody();
  }

  async begin() {
    const [memory, unfinished] = await Promise.all([store.get("meta", this.key("memory")), store.get("meta", this.key("unfinished"))]);
    this.memory = memory?.value ?? {};
    this.last = memory?.last;
    this.kind = memory?.last?.kind ?? "car";
    this.clear();
    if (unfinished) Object.assign(this, unfinished.value);
    this.draw();
  }

  async keepUnfinished() {
    const { people, said, shared, kind } = this;
    if (shared.plate || people.some((one) => one.name || one.phone)) await store.put("meta", [{ id: this.key("unfinished"), value: { people, said, shared, kind } }]);
  }

  /** Everything anew, with the focus where the crew goes on. */
  draw(focus = "") {
    const told = this.told ? el("p.message", { role: "status" }, say("kept_so_far", { n: this.told })) : "";
    this.fault = el("p.fault", { role: "alert" });
    const body = this.kind === "car" ? [this.plate(), this.seats(), this.cards()] : [this.cards(), this.seats(), this.kind === "foot" ? this.often() : ""];
    this.place.replaceChildren(
      told,
      el("h1.lane-head", {}, pick(this.form.title), " ", el("span.where", {}, nameOf(this.have, this.post))),
      el("div.lane-tops", {}, this.lanes(), this.direction()),
      el("div.form.lane", {}, body, this.more(), this.open ? this.deciding() : ""),
      el("a.button", { href: address("record", this.form.key, this.post.id, "full") }, say("earlier_passage")),
      el("div.foot", {}, this.fault, this.pad.place, this.acts()),
    );
    this.focus(focus || this.first());
  }

  first() {
    return this.kind === "car" ? "plate" : "temperature-0";
  }

  focus(name) {
    const found = this.place.querySelector(`[data-at="${name}"]`) ?? this.place.querySelector("[data-act=save]");
    found?.setAttribute("autofocus", "");
    found?.focus();
  }

  choice(name, label, options, held, act) {
    return el("div.choices.lane-choices", { role: "radiogroup", "aria-label": label, "data-field": name }, options.map(([value, words]) => {
      const input = el("input", { type: "radio", name: `lane-${name}`, value: String(value) });
      input.checked = held === value;
      input.onchange = () => act(value);
      return el("label.choice", {}, input, el("span", {}, words));
    }));
  }

  lanes() {
    return this.choice("lane", say("lanes"), LANES.map((kind) => [kind, say(`lane_${kind}`)]), this.kind, (kind) => {
      this.kind = kind;
      this.pad.rest();
      this.clear();
      this.draw();
    });
  }

  direction() {
    const { direction } = this.field;
    return this.choice("direction", pick(direction.title), direction.choices.map((one) => [one.key, pick(one.title)]), this.shared.direction, (key) => {
      this.shared.direction = key;
      this.last = { ...this.last, direction: key };
    });
  }

  plate() {
    const input = el("input.number", { id: "lane-plate", type: "text", autocomplete: "off", inputmode: "none", "data-at": "plate", enterkeyhint: "next", value: this.shared.plate });
    const note = el("p.draft-note", { hidden: true, "aria-live": "polite" });
    input.oninput = () => {
      this.shared.plate = input.value.toUpperCase();
      note.hidden = true;
    };
    input.onchange = () => this.plateTyped(note);
    this.plateNote = note;
    return el("div.field", { "data-field": "plate" }, el("label.name", { for: "lane-plate" }, say("plate")), input, note);
  }

  /** A vehicle that was here before brings its people; a plate that is none is doubted. */
  plateTyped(note = this.plateNote) {
    const { plate } = this.shared;
    const known = inVehicle(this.memory, plate);
    if (known.length && this.people.every((one) => !one.name)) {
      this.people = known;
      this.said = known.length;
      this.draw("temperature-0");
      this.plateNote.textContent = say("plate_known");
      this.plateNote.hidden = false;
      return true;
    }
    if (kindOfPlate(plate) === "unread") {
      note.textContent = say("plate_odd", { plate });
      note.hidden = false;
    }
    return false;
  }

  seats() {
    const label = say(this.kind === "car" ? "in_the_vehicle" : "going_together");
    const options = (this.said > SEATS.length ? [...SEATS.slice(0, -1), this.said] : SEATS).map((n) => [n, String(n)]);
    const more = el("button", { type: "button", "aria-label": say("one_more_person"), onclick: () => this.seat(this.said + 1) }, "＋");
    return el("div.field.seats", { "data-field": "occupants" }, el("p.name", {}, label), el("div.seat-row", {}, this.choice("seats", label, options, this.said, (n) => this.seat(n)), more));
  }

  /** So many people in the vehicle, or together on foot: a card for each, the focus on the first without a name. */
  seat(n) {
    this.said = Math.min(n, this.field.occupants.max ?? n);
    this.later = false;
    while (this.people.length < this.said) this.people.push(nobody());
    this.people.length = this.said;
    if (this.kind !== "car") return this.draw(this.openAt("temperature"));
    this.draw(this.shared.plate ? this.openAt("name") || "plate" : "plate");
  }

  /** The place of the first who has no answer to this yet. */
  openAt(key) {
    const at = this.people.findIndex((one) => !one[key]);
    return at < 0 ? "" : `${key}-${at}`;
  }

  cards() {
    return this.people.map((one, at) => this.card(one, at));
  }

  /** On foot the temperature comes first: with it, one tap on a name is the whole passage. */
  card(one, at) {
    const many = this.people.length > 1;
    const name = this.nameField(one, at);
    const heatField = this.heatField(one, at, "temperature", say("temperature"));
    const second = this.isHot(one.temperature) || one.second !== undefined ? this.heatField(one, at, "second", say("second_reading")) : "";
    const parts = this.kind === "car" ? [name, heatField] : [heatField, name];
    return el("fieldset.person", { "data-person": at }, many ? el("legend", {}, say("occupant_n", { n: at + 1 })) : "", el("div.person-line", {}, parts), second, this.matched(one, at), this.moreOf(one, at));
  }

  nameField(one, at) {
    if (one.kept === "phone_only") return this.textField(one, at, "phone", pick(this.field.phone.title));
    const input = el("input", { id: `lane-name-${at}`, type: "text", autocomplete: "off", "data-at": `name-${at}`, enterkeyhint: "next", value: one.name ?? "" });
    const offers = el("div.offers", { "aria-live": "polite" });
    input.oninput = () => {
      one.name = input.value;
      delete one.person;
      offers.replaceChildren(...beginning(this.memory, input.value).slice(0, 3).map((name) => el("button", { type: "button", onclick: () => this.take(at, name) }, name)));
    };
    input.onchange = () => this.nameTyped(at);
    return el("div.field", { "data-field": "name" }, el("label.name", { for: `lane-name-${at}` }, pick(this.field.name.title)), input, offers);
  }

  /** Somebody who passed here before: with his telephone and who he is on the list. */
  take(at, name) {
    this.people[at] = { ...this.people[at], ...carriedOf(this.memory, name) };
    this.draw(this.people[at].temperature === undefined ? `temperature-${at}` : "");
  }

  /** Of one name on this device's list there is one: it is he, unless the crew says no. */
  nameTyped(at) {
    const one = this.people[at];
    if (!one || one.person || one.denied) return;
    const known = carriedOf(this.memory, one.name.trim());
    const listed = sameName(this.have, one.name);
    const person = known.person ?? (listed.length === 1 ? String(listed[0].id) : undefined);
    if (!person) return;
    one.person = person;
    if (!one.phone && known.phone) one.phone = known.phone;
    this.place.querySelector(`[data-person="${at}"] .matched`)?.replaceWith(this.matched(one, at));
  }

  matched(one, at) {
    const subject = one.person && subjectOf(this.have, one.person);
    if (!one.person) return el("div.matched");
    const who = subject ? `${nameOf(this.have, subject)} · ${whereOf(this.have, subject)}` : one.name;
    const deny = () => {
      delete one.person;
      one.denied = true;
      this.draw(`name-${at}`);
    };
    return el("div.matched", {}, el("span.taken", {}, say("on_the_list", { who })), el("button", { type: "button", onclick: deny }, say("not_this_one")));
  }

  heatField(one, at, key, words) {
    const input = el("input.number", { id: `lane-${key}-${at}`, type: "text", inputmode: "none", autocomplete: "off", "data-at": `${key}-${at}`, enterkeyhint: "next", value: one[key] ?? "" });
    input.oninput = () => {
      const typed = input.value.trim();
      const number = /^\d+(\.\d*)?$/.test(typed) ? Number(typed) : typed;
      one[key] = typed === "" ? undefined : number;
    };
    return el("div.field", { "data-field": key }, el("label.name", { for: `lane-${key}-${at}` }, words), input);
  }

  textField(one, at, key, words) {
    const input = el("input.number", { id: `lane-${key}-${at}`, type: "text", inputmode: "none", autocomplete: "off", "data-at": `${key}-${at}`, value: one[key] ?? "" });
    input.oninput = () => (one[key] = input.value.trim() || undefined);
    return el("div.field", { "data-field": key }, el("label.name", { for: `lane-${key}-${at}` }, words), input);
  }

  moreOf(one, at) {
    const light = el("input", { type: "checkbox" });
    light.checked = one.kept === "phone_only";
    light.onchange = () => {
      one.kept = light.checked ? "phone_only" : undefined;
      one.name = "";
      this.draw(light.checked ? `phone-${at}` : `name-${at}`);
    };
    const fields = OF_ONE.filter((key) => key !== "phone" || one.kept !== "phone_only").map((key) => this.textField(one, at, key, pick(this.field[key].title)));
    return el("details.more", { open: Boolean(one.moreOpen) }, el("summary", {}, say("more_of_person")), fields, el("label.choice", {}, light, el("span", {}, say("phone_only"))));
  }

  more() {
    const parts = OF_ALL.map((key) => this.part(key));
    return el("details.more", { open: OF_ALL.some((key) => this.shared[key]) }, el("summary", {}, say("more_of_passage")), parts);
  }

  /** One question of the form, as every other form asks it. */
  part(key) {
    const field = this.field[key];
    const id = `lane-${key}`;
    const made = fieldOf(field, { id, have: this.have, subject: this.post, change: (value) => this.shareAnswer(key, value) });
    const grouped = made.node.getAttribute("role") ?? "";
    made.write(this.shared[key]);
    return el("div.field", { "data-field": key }, el(grouped ? "p.name" : "label.name", grouped ? { id: `${id}-name` } : { for: id, id: `${id}-name` }, pick(field.title)), made.node);
  }

  shareAnswer(key, value) {
    if (value === undefined || value === "") delete this.shared[key];
    else this.shared[key] = value;
    if (key === "disposal") this.draw("decide");
  }

  /** What is not normal: the questions, then what is done with them. */
  deciding() {
    const isolated = this.shared.disposal === "isolated";
    const keys = DECIDED.filter((key) => isolated || !["authority", "notice", "basis"].includes(key));
    return el("section.deciding", { "aria-label": say("decide"), tabindex: "-1", "data-at": "decide" }, this.anyHot() ? el("p.problem", {}, say("fever_here")) : "", keys.map((key) => this.part(key)));
  }

  often() {
    const rows = regulars(this.memory, clock.now()).slice(0, SHOWN);
    if (!rows.length) return el("p.faint", {}, say("often_none"));
    return el("section.often-here", { "aria-label": say("often_here") }, el("p.name", {}, say("often_here")), el("div.offers", {}, rows.map((one) => el("button", { type: "button", "data-regular": one.name, onclick: () => this.passRegular(one) }, one.name))));
  }

  /** One tap: the temperature stands there already. */
  passRegular(one) {
    const at = this.people.length - 1;
    const { temperature } = this.people[at];
    if (temperature === undefined) {
      this.say(say("take_temperature_first"));
      this.focus(`temperature-${at}`);
      return undefined;
    }
    this.people[at] = { ...carriedOf(this.memory, one.name), temperature };
    if (one.destination) this.shared.destination ??= one.destination;
    if (this.isHot(temperature)) return this.draw(`second-${at}`);
    return this.normal();
  }

  acts() {
    const hot = this.anyHot();
    const normal = el("button.primary", { type: "button", "data-act": "save", onclick: () => this.normal() }, el("span", {}, say("all_normal"), el("small", {}, say("all_normal_why"))));
    const decide = el("button.primary", { type: "button", "data-act": "save", onclick: () => this.save() }, say("save"));
    const other = el("button", { type: "button", "data-act": "otherwise", onclick: () => this.otherwise() }, say("otherwise"));
    return el("div.acts", {}, this.open || hot ? decide : [normal, other]);
  }

  otherwise() {
    this.open = true;
    this.draw("decide");
  }

  isHot(value) {
    return this.fever !== undefined && typeof value === "number" && value >= this.fever;
  }

  anyHot() {
    return this.people.some((one) => this.isHot(heat(one)) || (this.isHot(one.temperature) && one.second === undefined));
  }

  normal() {
    if (this.anyHot()) return this.otherwise();
    this.shared = { ...this.shared, from_area: false, unwell: false, disposal: PASSED };
    return this.save();
  }

  /** Shows what does not fit, or keeps all rows together. */
  async save() {
    if (!this.open && this.anyHot()) return this.otherwise();
    const people = this.people.filter((one, at) => at === 0 || one.name || one.phone || one.temperature !== undefined);
    const number = clock.newId();
    const rows = rowsOf({ shared: this.shared, people, said: this.said, number, fever: this.fever });
    const fault = this.wrong(rows) ?? this.short(rows);
    if (fault) return fault();
    try {
      await this.keep(rows);
    } catch (error) {
      if (!(error instanceof store.Full)) throw error;
      return toast(say("store_full"));
    }
    return undefined;
  }

  /** The first answer that does not fit: what to do about it. */
  wrong(rows) {
    for (const [at, row] of rows.entries()) {
      const { faults } = judge(this.form, row);
      const key = this.form.fields.map((field) => field.key).find((one) => faults[one]);
      if (key) return () => this.point(key, at, say(`fault_${faults[key].fault}`, faults[key]));
      const phone = row.phone?.replace(/\D/g, "") ?? "";
      if (row.kept === "phone_only" && phone.length !== 11) return () => this.point("phone", at, say("phone_needed"));
      const ask = [...unusual(this.form, row), ...(phone && !/^(?:1\d{10}|0\d{9,11})$/.test(phone) ? ["phone"] : [])].find((one) => !this.asked.includes(`${one}-${at} `));
      if (ask) return () => this.sure(ask, at, row);
      if (this.isHot(row.temperature) && row.second === undefined && !this.asked.includes(`second-${at} `)) return () => this.sure("second", at, row);
    }
    return null;
  }

  /** Asked once; saved again as it is, it is taken. */
  sure(key, at, row) {
    this.asked += `${key}-${at} `;
    const field = this.field[key];
    const words = key === "phone" ? say("phone_odd") : key === "second" ? say("fever_here") : say("sure", { value: row[key], low: field.ask_outside[0], high: field.ask_outside[1] });
    this.point(key, at, words);
  }

  point(key, at, words) {
    const title = this.field[key] ? `${pick(this.field[key].title)}：` : "";
    if (DECIDED.includes(key)) this.open = true;
    if (OF_ONE.includes(key)) this.people[at].moreOpen = true;
    const name = DECIDED.includes(key) ? "decide" : ["name", "temperature", "second", "phone", "id_number"].includes(key) ? `${key}-${at}` : "plate";
    this.draw(name);
    this.say(`${title}${words}`);
  }

  say(words) {
    this.fault.textContent = words;
  }

  /** Fewer rows than people in the vehicle: completed now, or said to come later. */
  short(rows) {
    if (rows.length >= this.said || this.later) return null;
    return () => {
      this.draw(this.kind === "car" ? `name-${rows.length}` : `temperature-${rows.length}`);
      this.fault.replaceChildren(say(this.kind === "car" ? "rows_missing" : "rows_missing_foot", { said: this.said, rows: rows.length }), " ", el("button", { type: "button", "data-act": "later", onclick: () => ((this.later = true), this.save()) }, say("rest_later")));
    };
  }

  async keep(rows) {
    const contents = rows.map((row) => judge(this.form, row).content);
    const things = contents.map((content) => {
      const payload = { form: this.form.key, subject: this.post.id, content };
      return { kind: "record", payload, meets: meeting(this.have, payload, clock.now()) };
    });
    const ids = await queue.addAll(things);
    this.memory = remember(this.memory, rows, clock.now());
    this.last = { kind: this.kind, direction: this.shared.direction };
    this.told += ids.length;
    await store.put("meta", [{ id: this.key("memory"), value: this.memory, last: this.last }]).catch(unlessFull);
    await store.drop("meta", [this.key("unfinished")]).catch(unlessFull);
    this.pad.rest();
    this.clear();
    this.draw();
    toast(say("passage_kept", { n: ids.length }), () => Promise.all(ids.map(takeBack)));
  }

  /** The pad belongs to the input that has the focus. */
  serve(target) {
    if (this.pad.place.contains(target)) return;
    const [key, at] = target.dataset?.at?.split("-") ?? [];
    const field = this.field[key];
    if (!field || !(field.keys || field.type === "number")) return this.pad.rest();
    this.pad.serve(target, field, () => this.next(key, Number(at)));
    this.bring(target.closest(".field"));
    return undefined;
  }

  /** Into the part of the screen that the pad leaves free. */
  bring(around) {
    const foot = this.pad.place.closest(".foot");
    around.style.scrollMarginBottom = `${Math.max(0, innerHeight - foot.getBoundingClientRect().top) + 12}px`;
    around.scrollIntoView({ block: "nearest" });
  }

  onEnter(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input[data-at]")) return;
    const [key, at] = event.target.dataset.at.split("-");
    event.preventDefault();
    this.next(key, Number(at));
  }

  /** On to what has no answer yet: the plate, then each person in turn, then the one big button. */
  next(key, at) {
    if (key === "plate" && this.plateTyped()) return;
    if (key === "name") this.nameTyped(at);
    if (key === "temperature" && this.isHot(this.people[at].temperature) && this.people[at].second === undefined) return this.drawHot(at);
    const order = this.kind === "car" ? ["name", "temperature"] : ["temperature", "name"];
    const open = this.people.flatMap((one, n) => order.map((part) => [part === "name" && one.kept === "phone_only" ? "phone" : part, n])).find(([part, n]) => !this.people[n][part] && this.people[n][part] !== 0 && !(key === part && at === n));
    this.pad.rest();
    this.focus(open ? `${open[0]}-${open[1]}` : "save");
  }

  drawHot(at) {
    this.open = true;
    this.draw(`second-${at}`);
  }
}

function unlessFull(error) {
  if (!(error instanceof store.Full)) throw error;
}
