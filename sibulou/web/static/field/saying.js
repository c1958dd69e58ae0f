// How moments and duties are said: "逾期 2 小时", "12:00 前". Days are judged in the plan's zone.

import { dayOf } from "./owed.js";
import { english, pick, say } from "./words.js";

const MINUTE = 60_000;

/** 12:00, or 10 Feb 12:00 when it is not today. */
export function clockOf(moment, now, zone) {
  const date = new Date(moment);
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(date);
  if (dayOf(date, zone) === dayOf(now, zone)) return time;
  const day = new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", { timeZone: zone, day: "numeric", month: english() ? "short" : "long" });
  return `${day.format(date)} ${time}`;
}

/** How long: 5 minutes, 3 hours, 2 days. */
export function spanOf(milliseconds) {
  const minutes = Math.max(1, Math.floor(milliseconds / MINUTE));
  if (minutes < 60) return say("minutes", { n: minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? say("hours", { n: hours }) : say("days", { n: Math.floor(hours / 24) });
}

/** When an obligation is due, as one says it on the list. */
export function dueWords(row, now, zone) {
  const due = Date.parse(row.due_at);
  if (due <= now) return say("late_by", { span: spanOf(now - due) });
  if (Date.parse(row.opened_at) > now) return say("from_to", { from: clockOf(row.opened_at, now, zone), due: clockOf(row.due_at, now, zone) });
  return say("due_by", { due: clockOf(row.due_at, now, zone) });
}

export const titleOf = (thing, key) => (thing ? pick(thing.title) : key);
