// Finding somebody in the store: by name, by a household's number, by address, by the last four signs of an identity number.

import { homeOf, nameOf } from "./held.js";

const MOST = 40;

/** The rows that fit what was typed, the closest first: the whole name, its beginning, a part of it, then numbers and addresses. */
export function find(have, typed) {
  const words = typed.trim().toLowerCase();
  if (!words) return [];
  const ranked = [];
  for (const row of have.subjects.values()) {
    if (row.until) continue;
    const rank = rankOf(have, row, words);
    if (rank) ranked.push([rank, row]);
  }
  return ranked.sort(([one], [other]) => one - other).slice(0, MOST).map(([, row]) => row);
}

function rankOf(have, row, words) {
  const name = nameOf(have, row).toLowerCase();
  if (name === words) return 1;
  if (row.number && String(row.number) === words) return 2;
  if (name.startsWith(words)) return 3;
  if (row.paper && row.paper.toLowerCase() === words) return 4;
  if (name.includes(words)) return 5;
  const address = (row.address || homeOf(have, row)?.address || "").toLowerCase();
  return address.includes(words) ? 6 : 0;
}

/** People of the same name: who is about to be entered may be listed already. */
export function sameName(have, name) {
  const bare = name.trim();
  return bare ? [...have.subjects.values()].filter((row) => row.kind === "person" && !row.until && row.label === bare) : [];
}
