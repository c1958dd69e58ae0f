// What the reader chose, as the address of the page has it and back. Pure.

const LISTS = ["front", "kind"];
const SINGLES = ["area", "duty", "at", "known"];

/** {area, fronts, kinds, duty, at, known} from the query of an address. */
export function readChoice(query) {
  const given = new URLSearchParams(query);
  const choice = Object.fromEntries(SINGLES.map((key) => [key, given.get(key) ?? ""]));
  for (const key of LISTS) choice[key] = given.getAll(key).filter(Boolean);
  return choice;
}

/** The query that says a choice, in a fixed order and without what is empty. */
export function writeChoice(choice) {
  const said = new URLSearchParams();
  for (const key of SINGLES.slice(0, 1)) if (choice[key]) said.append(key, choice[key]);
  for (const key of LISTS) for (const one of choice[key] ?? []) said.append(key, one);
  for (const key of SINGLES.slice(1)) if (choice[key] && !(key === "known" && !choice.at)) said.append(key, choice[key]);
  return said.toString();
}

/** The slider's place for a moment, in minutes; its end is now, and now is live. */
export const toMinute = (moment) => Math.floor(new Date(moment).getTime() / 60000);
export const fromMinute = (minute) => new Date(minute * 60000).toISOString().replace(".000Z", "+00:00");

/** A moment as people of the county read it: 02-10 14:05. */
export function inWords(moment, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(new Date(moment));
  const take = (type) => parts.find((part) => part.type === type).value;
  return `${take("month")}-${take("day")} ${take("hour")}:${take("minute")}`;
}
