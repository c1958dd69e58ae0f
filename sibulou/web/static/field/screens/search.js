// Find before you add: whoever is listed already is not entered a second time.

import { el } from "../draw.js";
import { find } from "../finding.js";
import { nameOf, whereOf } from "../held.js";
import { held } from "../load.js";
import { address } from "../route.js";
import { say } from "../words.js";

export async function show(place, [typed = ""]) {
  const have = await held();
  const input = el("input", { id: "search", type: "search", autocomplete: "off", autofocus: true, value: typed, enterkeyhint: "search" });
  const told = el("p", { role: "status" });
  const list = el("ul.owed");
  const add = el("div.add");
  const look = () => {
    const words = input.value.trim();
    const rows = find(have, words);
    told.textContent = words ? say("found", { n: rows.length }) : say("search_first");
    list.replaceChildren(...rows.map((row) =>
      el("li", {}, el("a.line", { href: address("subject", row.id) }, el("b", {}, nameOf(have, row)), el("span.chip", {}, say(`kind_of_${row.kind}`)), el("span.where", {}, [whereOf(have, row), row.born, row.paper && say("paper_ends", { signs: row.paper })].filter(Boolean).join(" · "))))));
    add.replaceChildren(words ? el("a.button", { href: address("family", words) }, say("add_family", { name: words })) : "");
    // One comes back from a subject to what was looked for.
    history.replaceState(null, "", words ? address("search", words) : address("search"));
  };
  input.oninput = look;
  place.append(
    el("h1", {}, say("search")),
    el("label.name", { for: "search" }, say("search_label")),
    input,
    el("a.button", { href: address("scan") }, say("scan")),
    told,
    list,
    add,
  );
  look();
}
