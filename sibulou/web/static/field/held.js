// What this device holds, joined for the screens: rows by their keys, and the plan's words beside them.

const LEVELS = { 1: "province", 2: "prefecture", 3: "county", 4: "township", 5: "village", 6: "group", 7: "unit" };
const GONE = ["moved", "died"];

const byId = (rows) => new Map(rows.map((row) => [String(row.id), row]));

/** The tables of the store, joined. */
export function join({ subjects, areas, obligations, answers, meta }) {
  const { me = {}, plans = {}, orders, card, next } = Object.fromEntries(meta.map((row) => [row.id, row]));
  const living = groupBy(subjects.filter((row) => row.kind === "person" && row.household && !isGone(row)), (row) => String(row.household));
  return {
    subjects: byId(subjects),
    areas: byId(areas),
    obligations,
    answers,
    plans: plans.value ?? [],
    living,
    orders: orders?.value ?? [],
    card: card?.value,
    known: Boolean(next),
    user: me.user ?? {},
    seats: me.seats ?? [],
    rights: me.rights ?? [],
  };
}

const isGone = (row) => GONE.includes(row.state) || Boolean(row.until);

export function groupBy(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

const among = (parts, key) => parts.find((part) => part.key === key);

/** A form or a duty by its key, of the plan named or of whichever has it. */
export const formOf = (have, key, plan) => find(have, "forms", key, plan);
export const dutyOf = (have, key, plan) => find(have, "duties", key, plan);

function find(have, part, key, plan) {
  const plans = [...have.plans].sort((one) => (one.plan === plan ? -1 : 1));
  for (const one of plans) {
    const found = among(one[part], key);
    if (found) return { ...found, plan: one };
  }
  return null;
}

/** The order that opened an obligation, if one did. */
export const orderOf = (have, row) => row?.opened_by && have.orders.find(({ record }) => record === row.opened_by);

export const subjectOf = (have, id) => have.subjects.get(String(id));
export const areaOf = (have, id) => have.areas.get(String(id));

/** The household of a person, or nothing. */
export const homeOf = (have, subject) => (subject?.household ? subjectOf(have, subject.household) : null);

/** The living people of a household. */
export const peopleOf = (have, household) => have.living.get(String(household.id)) ?? [];

/** What a subject is called on a list: its name, or the number of a household. */
export const nameOf = (have, subject) => subject?.label || areaOf(have, subject?.area)?.name || "";

/** Where it is: address and number of the household, then the area. */
export function whereOf(have, subject) {
  const home = subject.kind === "household" ? subject : homeOf(have, subject);
  const area = subject.kind === "area" ? areaOf(have, areaOf(have, subject.area)?.parent) : areaOf(have, subject.area);
  return [home?.number, home && home !== subject ? home.label : "", home?.address, area?.name].filter(Boolean).join(" · ");
}

/** The facts that conditions read of a subject: the same as the server's. */
export function factsOf(have, subject) {
  const facts = { kind: subject.kind };
  if (subject.kind === "area") facts.level = LEVELS[areaOf(have, subject.area)?.level];
  if (subject.kind === "household") facts.listed = peopleOf(have, subject).length;
  if (subject.language) facts.language = subject.language;
  return facts;
}

/** The answers told last with a form about a subject, on this device or another: a draft, never a report. */
export function lastOf(have, form, subject) {
  const told = have.answers.filter((row) => row.form === form && String(row.subject) === String(subject));
  return told.sort((one, other) => (one.happened_at < other.happened_at ? 1 : -1))[0] ?? null;
}

/** What drafts and conditions of a form about a subject may read. */
export function contextOf(have, form, subject) {
  const { values, lists } = form.plan ?? {};
  return {
    last: lastOf(have, form.key, subject.id)?.content ?? {},
    subject: factsOf(have, subject),
    user: { name: have.user.name ?? "" },
    values: values ?? {},
    lists: lists ?? {},
  };
}
