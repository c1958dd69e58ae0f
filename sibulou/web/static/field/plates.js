// Plates as they are typed at a post: the same kinds as the server's (`fronts/defence/passages/plates.py`), so that a slip
// is doubted before anything is kept. A test reads one list of cases through both.

const P = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]";
const L = "[A-HJ-NP-Z]";
const S = "[A-HJ-NP-Z0-9]";
const NONE = new Set(["", "-", "无", "无牌", "NONE"]);

const KINDS = [
  ["police", `${P}${L}${S}{4}警`],
  ["school", `${P}${L}${S}{4}学`],
  ["trailer", `${P}${L}${S}{4}挂`],
  ["hong_kong", `粤Z${S}{4}港`],
  ["macao", `粤Z${S}{4}澳`],
  ["consulate", `(?:${P}${L}${S}{4}领|领${S}{6})`],
  ["embassy", "(?:使[0-9]{6}|[0-9]{6}使)"],
  ["new_energy", `${P}${L}(?:[A-HJK]${S}[0-9]{4}|[0-9]{5}[A-HJK])`],
  ["ordinary", `${P}${L}${S}{5}`],
  ["armed_police", `WJ${P}?[0-9]{4,5}[0-9XBTSHJD]?`],
  ["army", "[A-HJ-NP-Z][A-Z][0-9]{5}"],
  ["temporary", `(?:(?:临|超)${P}${L}?${S}{4,6}|${P}${L}${S}{4,5}(?:临|超))`],
  ["ebike", `${P}?${L}?[0-9]{5,7}`],
].map(([kind, pattern]) => [kind, new RegExp(`^(?:${pattern})$`)]);

/** The plate without blanks and points, in capitals; "" where there is none. */
export function barePlate(typed) {
  if (typed.trim() === "-") return "";
  const text = typed.normalize("NFKC").toUpperCase().replace(/[\s·•.\-－—]+/g, "");
  return NONE.has(text) ? "" : text;
}

/** What a plate says of its vehicle: "none" where there is no plate, "unread" where it fits no kind. */
export function kindOfPlate(typed) {
  const bare = barePlate(typed);
  return bare ? KINDS.find(([, shape]) => shape.test(bare))?.[0] ?? "unread" : "none";
}
