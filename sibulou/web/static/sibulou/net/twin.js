// The picture as a table, for whoever does not see it or would rather read: the same areas, the same numbers.

import { kindWord, say } from "./words.js";
import { size } from "./roster.js";
import { NO_GAP } from "./gaps.js";

/** Fills the table with the parts of an area; `open(key)` is called when one is chosen. */
export function fillTwin(table, focus, sums, { address, open }) {
  const parts = focus.children.length ? focus.children : [focus];
  const heads = [say("区域", "area"), say("户", "households"), say("漏项", "gaps"), ...[0, 1, 2, 3, 4].map(kindWord)];
  table.tHead.replaceChildren(row("th", heads));
  table.tBodies[0].replaceChildren(
    ...parts.map((area) => {
      const sum = sums.get(area.key) ?? { rank: NO_GAP, gaps: 0, cells: 0, kinds: [0, 0, 0, 0, 0] };
      const made = row("td", ["", size(area), sum.gaps, ...sum.kinds]);
      const link = document.createElement("a");
      link.href = address(area.key);
      link.textContent = area.name;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        open(area.key);
      });
      made.cells[0].append(link);
      return made;
    }),
  );
}

function row(tag, texts) {
  const made = document.createElement("tr");
  texts.forEach((text, at) => {
    const cell = document.createElement(tag);
    cell.textContent = text;
    if (tag === "th") cell.scope = "col";
    if (at) cell.className = "number";
    made.append(cell);
  });
  return made;
}
