// A family in one go: the address once, then one person after the other. Reached from the search alone.

import { el } from "../draw.js";
import { sameName } from "../finding.js";
import { nameOf, whereOf } from "../held.js";
import { held } from "../load.js";
import { areaPicker } from "../pickers.js";
import * as queue from "../queue.js";
import { address, replace } from "../route.js";
import * as store from "../store.js";
import { toast } from "../telling.js";
import { say } from "../words.js";

const COMMON = ["02", "10", "20", "30", "38", "50", "41", "42"];
const MOST = 30;
const GROUP = 6; // the level of a villagers' group

export async function show(place, [name = ""]) {
  if (!name) return replace("search");
  const have = await held();
  const family = { area: undefined, persons: [] };
  const places = placesOf(have);
  const area = areaPicker({}, { id: "area", have: { ...have, areas: places }, change: (key) => (family.area = key) });
  const [first, ...others] = [...places.values()];
  const own = have.seats.map((seat) => places.get(String(seat.area))).find((one) => one?.level >= GROUP) ?? (others.length ? null : first);
  if (own) {
    family.area = String(own.id);
    area.write(family.area);
  }
  const people = el("div.people");
  const more = el("button", { type: "button", onclick: () => add("") }, say("one_more_person"));
  const faults = el("p.fault", { role: "alert" });
  const add = (label) => {
    if (family.persons.length >= MOST) return;
    const person = personCard(have, family.persons.length, label, family.persons.length ? "" : "02");
    family.persons.push(person);
    people.append(person.node);
    if (family.persons.length > 1) person.name.focus();
  };
  add(name);
  const line = (key, more_ = {}) => el("div.field", {}, el("label.name", { for: key }, say(key)), el("input", { id: key, type: "text", autocomplete: "off", ...more_ }));
  const form = el(
    "form",
    { novalidate: true, onsubmit: (event) => { event.preventDefault(); save(form, family, faults); } },
    el("div.field", {}, el("p.name", { id: "area-name" }, say("which_group")), area.node),
    line("address", { maxlength: "120" }),
    line("phone", { maxlength: "20", inputmode: "tel" }),
    people,
    more,
    faults,
    el("div.foot", {}, el("div.acts", {}, el("button.primary", {}, say("save_family")), el("a.button", { href: address("search", name) }, say("back")))),
  );
  place.append(el("h1", {}, say("family")), el("p.faint", {}, say("family_why")), form);
  return undefined;
}

/** Where a family may live: the groups and micro-grids of this device, or its villages where they have none. */
function placesOf(have) {
  const areas = [...have.areas.values()];
  const low = areas.filter((one) => one.level >= GROUP);
  return new Map((low.length ? low : areas.filter((one) => one.level === GROUP - 1)).map((one) => [String(one.id), one]));
}

function personCard(have, n, label, relation) {
  const id = (part) => `person-${n}-${part}`;
  const input = (part, facts = {}) => el("input", { id: id(part), type: "text", autocomplete: "off", ...facts });
  const name = input("name", { value: label, maxlength: "60", required: true });
  const listed = el("p.listed", { role: "status" });
  const born = input("born", { inputmode: "numeric", maxlength: "10", placeholder: "1968" });
  const paper = input("identity", { maxlength: "18", autocapitalize: "characters" });
  const phone = input("phone", { inputmode: "tel", maxlength: "20" });
  const radios = COMMON.map((code) => el("label.choice", {}, el("input", { type: "radio", name: id("relation"), value: code, checked: code === relation ? true : null }), el("span", {}, say(`relation_${code}`))));
  const look = () => {
    const rows = sameName(have, name.value);
    listed.replaceChildren(...rows.slice(0, 3).flatMap((row) => [el("a", { href: address("subject", row.id) }, say("listed_already", { name: nameOf(have, row), place: whereOf(have, row) })), " "]));
  };
  name.oninput = look;
  look();
  const label_ = (part, words) => el("label.name", { for: id(part) }, words);
  const node = el(
    "fieldset.card",
    {},
    el("legend", {}, say("person_n", { n: n + 1 })),
    label_("name", say("person_name")), name, listed,
    el("p.name", { id: id("relation-name") }, say("relation")), el("div.choices.narrow", { role: "radiogroup", "aria-labelledby": id("relation-name") }, radios),
    el("details.more", {}, el("summary", {}, say("person_more")), label_("born", say("born_optional")), born, label_("identity", say("identity_optional")), paper, label_("phone", say("phone_optional")), phone),
  );
  const told = () => {
    const chosen = radios.map((one) => one.querySelector("input")).find((one) => one.checked);
    const given = { name: name.value.trim(), relation: chosen?.value, birth_date: born.value.trim(), identity: paper.value.trim().toUpperCase(), phone: phone.value.trim() };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  };
  return { node, name, born, paper, told };
}

async function save(form, family, faults) {
  const persons = family.persons.map((one) => one.told()).filter((one) => one.name);
  const value = (id) => form.querySelector(`#${id}`).value.trim();
  const wrong = faultOf(family, persons);
  faults.textContent = wrong ? say(wrong) : "";
  if (wrong) return;
  const payload = { area: family.area, persons };
  if (value("address")) payload.address = value("address");
  if (value("phone")) payload.phone = value("phone");
  try {
    await queue.add("family", payload);
  } catch (error) {
    if (!(error instanceof store.Full)) throw error;
    return void toast(say("store_full"));
  }
  toast(say("family_kept", { n: persons.length }));
  replace("search");
}

export function faultOf({ area }, persons) {
  if (!area) return "fault_no_area";
  if (!persons.length) return "fault_no_person";
  if (persons.some((one) => one.birth_date && !/^\d{4}(-\d\d-\d\d)?$/.test(one.birth_date))) return "fault_born";
  if (persons.some((one) => one.identity && !/^(\d{15}|\d{17}[\dX])$/.test(one.identity))) return "fault_identity";
  return "";
}
