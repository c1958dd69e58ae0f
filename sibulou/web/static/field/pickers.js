// An area by its tree, a subject by a search in the store: fields whose answer is a key, shown by its name.

import { el } from "./draw.js";
import { areaOf, nameOf, peopleOf, subjectOf, whereOf } from "./held.js";
import { find } from "./finding.js";
import { say } from "./words.js";

const SHOWN = 8;

/** The places one may choose from, from the widest down; one tap opens, another takes. */
export function areaPicker(field, { id, have, change }) {
  const node = el("div.picker", { role: "group", "aria-labelledby": `${id}-name` });
  const areas = [...have.areas.values()];
  const known = new Set(areas.map((area) => String(area.id)));
  const roots = areas.filter((area) => !known.has(String(area.parent)));
  const children = (key) => areas.filter((area) => String(area.parent) === String(key));
  let taken = null;

  const take = (area) => {
    taken = area;
    change(area ? String(area.id) : undefined);
    draw(area);
    node.querySelector("button").focus();
  };
  const button = (area, act, words = area.name) => el("button.pick", { type: "button", onclick: () => act(area) }, words);

  function draw(open) {
    if (taken) {
      node.replaceChildren(el("p.taken", {}, taken.name), el("button", { type: "button", onclick: () => take(null) }, say("choose_again")));
      return;
    }
    if (open === undefined) {
      node.replaceChildren(el("button", { type: "button", onclick: () => draw(null) }, say("choose_place")));
      return;
    }
    const below = open ? children(open.id) : roots.length === 1 ? children(roots[0].id) : roots;
    const up = open && areaOf(have, open.parent);
    node.replaceChildren(
      open ? el("button", { type: "button", onclick: () => draw(up && roots.includes(up) && roots.length === 1 ? null : up) }, `‹ ${say("one_up")}`) : "",
      open ? button(open, take, say("take_this", { name: open.name })) : "",
      ...below.map((area) => button(area, children(area.id).length ? draw : take)),
    );
    if (open) node.querySelector("button").focus();
  }

  // An optional place is one button until it is wanted.
  const start = field.required === false ? undefined : null;
  draw(start);
  const write = (key) => {
    taken = key ? areaOf(have, key) ?? { id: key, name: key } : null;
    draw(start);
  };
  return { node, write, focus: () => node.querySelector("button")?.focus() };
}

/** Search by name, number or the last four signs of an identity number; the same household comes first. */
export function subjectPicker(field, { id, have, subject, change }) {
  const input = el("input", { id, type: "search", autocomplete: "off", placeholder: say("search_hint") });
  const list = el("ul.found", { "aria-live": "polite" });
  const node = el("div.picker", { role: "group", "aria-labelledby": `${id}-name` }, input, list);
  const near = subject?.kind === "household" ? peopleOf(have, subject) : [];

  const offer = (rows) =>
    list.replaceChildren(
      ...rows.slice(0, SHOWN).map((row) =>
        el("li", {}, el("button.pick", { type: "button", onclick: () => take(row) }, el("b", {}, nameOf(have, row)), el("span", {}, whereOf(have, row)))),
      ),
    );
  function take(row) {
    change(row ? String(row.id) : undefined);
    draw(row);
  }
  function draw(row) {
    if (!row) {
      node.replaceChildren(input, list);
      offer(near);
      return;
    }
    const again = el("button", { type: "button", onclick: () => { take(null); input.focus(); } }, say("choose_again"));
    node.replaceChildren(el("p.taken", {}, `${nameOf(have, row)} · ${whereOf(have, row)}`), again);
  }
  input.oninput = () => offer(input.value.trim() ? find(have, input.value).filter((row) => row.kind === "person" || row.kind === "household") : near);

  draw(null);
  const write = (key) => draw(key ? subjectOf(have, key) ?? { id: key, label: key, kind: "", area: "" } : null);
  return { node, write, focus: () => (node.contains(input) ? input : node.querySelector("button")).focus() };
}
