// The pure parts of the field app's screens: node --test tests/field/
import assert from "node:assert/strict";
import { before, test } from "node:test";

const at = (name) => import(`../../sibulou/web/static/field/${name}.js`);
const cel = await at("cel");
const { judge, drafts, unusual } = await at("answers");
const { join, lastOf, whereOf } = await at("held");
const { oneTap, meeting, sectionOf, sortOut } = await at("owed");
const { isWhole, likely, plateKeys, typedNumber, typedPlate } = await at("keys");
const { checkOf, codeOf, readCode, readInvitation } = await at("code");
const { find, sameName } = await at("finding");

before(() => cel.ready());

const GROUP = "530499001001001000";
const NOW = new Date("2020-02-10T08:30:00+08:00");
const words = (zh) => ({ zh, en: zh });
const field = (key, type, more = {}) => ({ key, type, title: words(key), required: false, min: null, max: null, choices: [], ...more });

const CHECK = {
  key: "check", kind: "household", title: words("check"),
  fields: [
    field("members", "integer", { required: true, min: 0, max: 60, fill: "has(last.members) ? last.members : subject.listed" }),
    field("present", "integer", { required: true, min: 0, max: 60, fill: "last.present" }),
    field("unwell", "boolean"),
  ],
};
const READING = {
  key: "reading", kind: "person", title: words("reading"),
  fields: [
    field("temperature", "number", { required: true, min: 34, max: 43, ask_outside: [35, 41] }),
    field("clinic", "text", { required: true, show_when: "record.temperature >= 37.3" }),
  ],
};
const PLAN = {
  plan: "covid", zone: "Asia/Shanghai", values: { fever: 37.3 }, lists: {}, reasons: [], forms: [CHECK, READING],
  duties: [
    { key: "recheck", title: words("recheck"), closers: [{ form: "check", when: null, answers: false }], reasons: [],
      one_tap: { form: "check", title: words("no change"), say: { unwell: false } } },
    { key: "reading", title: words("reading"), closers: [{ form: "reading", when: "record.temperature < values.fever", answers: false }], reasons: [], one_tap: null },
  ],
};

const owed = (id, more = {}) => ({
  id, duty: "recheck", plan: "covid", subject: 1, area: GROUP, opened_at: "2020-02-10T00:00:00+08:00", warn_at: "2020-02-10T08:00:00+08:00",
  due_at: "2020-02-10T12:00:00+08:00", until_at: null, opened_by: null, met_at: null, waived_at: null, waived_until: null, ...more,
});

const have = (more = {}) => join({
  subjects: [
    { id: 1, kind: "household", label: "段家", area: GROUP, number: "7", address: "上坝 3 号" },
    { id: 2, kind: "person", label: "段勇", area: GROUP, household: 1, paper: "123X" },
    { id: 3, kind: "person", label: "段小妹", area: GROUP, household: 1 },
    { id: 4, kind: "person", label: "段勇", area: GROUP, household: 1, until: "2020-01-01T00:00:00Z" },
  ],
  areas: [{ id: GROUP, level: 6, name: "一组", parent: null }],
  obligations: [owed(10)],
  answers: [],
  meta: [{ id: "me", user: { name: "李组长" }, seats: [] }, { id: "plans", value: [PLAN] }],
  ...more,
});

test("an obligation stands where the clock puts it", () => {
  const section = (more, told) => sectionOf(owed(10, more), NOW, told);
  assert.equal(section({}), "soon");
  assert.equal(section({ warn_at: "2020-02-10T10:00:00+08:00" }), "later");
  assert.equal(section({ due_at: "2020-02-10T08:00:00+08:00" }), "missed");
  assert.equal(section({ warn_at: "2020-02-11T10:00:00+08:00", due_at: "2020-02-12T12:00:00+08:00" }), "ahead");
  assert.equal(section({ opened_at: "2020-02-11T00:00:00+08:00", warn_at: "2020-02-11T08:00:00+08:00", due_at: "2020-02-11T12:00:00+08:00" }), null);
});

test("what was missed days ago stays on the list until somebody answers for it", () => {
  assert.equal(sectionOf(owed(10, { due_at: "2019-02-10T12:00:00+08:00", until_at: "2019-02-11T00:00:00+08:00" }), NOW), "missed");
});

test("told here and not yet sent is neither open nor done", () => {
  assert.equal(sectionOf(owed(10), NOW, { waiting: new Set([10]) }), "told");
  assert.equal(sectionOf(owed(10), NOW, { arrived: new Set([10]) }), "done");
});

test("a waiver that has run out hides nothing", () => {
  const waived = { waived_at: "2020-02-09T08:00:00+08:00", due_at: "2020-02-10T08:00:00+08:00" };
  assert.equal(sectionOf(owed(10, { ...waived, waived_until: "2020-02-10T08:10:00+08:00" }), NOW), "missed");
  assert.equal(sectionOf(owed(10, { ...waived, waived_until: "2020-02-12T08:10:00+08:00" }), NOW), null);
});

test("the round is walked by duty, then by the number of the household", () => {
  const subjects = [["1", "10"], ["2", "9"]].map(([id, number]) => ({ id: Number(id), kind: "household", label: `h${number}`, number, area: GROUP }));
  const sorted = sortOut(have({ subjects, obligations: [owed(10), owed(11, { subject: 2 })] }), NOW);
  assert.deepEqual(sorted.soon.map(({ rows }) => rows.map(({ row }) => row.id)), [[11, 10]]);
  assert.equal(sorted.counts.soon, 2);
});

test("one tap repeats what was told before and says that nobody is unwell", () => {
  const answers = [{ id: "recheck 1", duty: "recheck", form: "check", subject: 1, happened_at: "2020-02-07T08:00:00Z", content: { members: 4, present: 3 } }];
  const known = have({ answers });
  const tap = oneTap(known, sortOut(known, NOW).soon[0].rows[0], NOW);
  assert.deepEqual(tap.payload, { form: "check", subject: 1, content: { members: 4, present: 3, unwell: false } });
  assert.deepEqual(tap.meets, [10]);
});

test("one tap is not offered on the first round, nor before the window opens", () => {
  const known = have();
  assert.equal(oneTap(known, sortOut(known, NOW).soon[0].rows[0], NOW), null);
  const later = have({ obligations: [owed(10, { opened_at: "2020-02-10T09:00:00+08:00" })], answers: [{ id: "a", form: "check", subject: 1, happened_at: "", content: { members: 1, present: 1 } }] });
  assert.equal(oneTap(later, sortOut(later, NOW).later[0].rows[0], NOW), null);
});

test("a draft is what was told last, else what the county knows, else nothing", () => {
  assert.deepEqual(drafts(CHECK, { last: {}, subject: { listed: 2 } }), { members: 2 });
  assert.deepEqual(drafts(CHECK, { last: { members: 5, present: 1 }, subject: { listed: 2 } }), { members: 5, present: 1 });
});

test("the answer told last is the one that happened last, with whichever duty", () => {
  const answers = [["a", "2020-02-01", 1], ["b", "2020-02-03", 3], ["c", "2020-02-02", 2]].map(([id, day, members]) => ({ id, form: "check", subject: 1, happened_at: day, content: { members } }));
  assert.equal(lastOf(have({ answers }), "check", "1").content.members, 3);
});

test("a record meets what its content closes, and only in its window", () => {
  const rows = [owed(20, { duty: "reading", subject: 2 }), owed(21, { duty: "reading", subject: 2, until_at: "2020-02-10T08:00:00+08:00" })];
  const known = have({ obligations: rows });
  const told = (temperature) => ({ form: "reading", subject: 2, content: { temperature } });
  assert.deepEqual(meeting(known, told(36.5), NOW), [20]);
  assert.deepEqual(meeting(known, told(38), NOW), []);
});

test("a question that is not asked needs no answer and keeps none", () => {
  assert.deepEqual(judge(READING, { temperature: 36.5, clinic: "x" }), { content: { temperature: 36.5 }, shown: ["temperature"], faults: {} });
  assert.deepEqual(judge(READING, { temperature: 38 }).faults, { clinic: { fault: "needed" } });
  assert.deepEqual(judge(READING, { temperature: 50 }).faults, { temperature: { fault: "between", low: 34, high: 43 } });
  const counted = (bounds, count) => judge({ fields: [{ key: "rows", type: "integer", ...bounds }] }, { rows: count }).faults.rows;
  assert.deepEqual(counted({ min: 0, max: null }, -5), { fault: "at_least", low: 0 });
  assert.deepEqual(counted({ max: 9 }, 10), { fault: "at_most", high: 9 });
  assert.deepEqual(counted({ min: 0 }, 2 ** 54), { fault: "too_large" });
  assert.deepEqual(unusual(READING, { temperature: 42 }), ["temperature"]);
});

test("36.5 by three taps, or by two with the likely numbers", () => {
  const temperature = READING.fields[0];
  const type = (keys) => keys.reduce((held, key) => typedNumber(temperature, held, key), "");
  assert.equal(type(["3", "6", "5"]), "36.5");
  assert.equal(type(["36.", "5"]), "36.5");
  assert.equal(type(["3", "6", ".", ".", "5"]), "36.5");
  assert.equal(type(["3", "6", "5", "⌫"]), "36.");
  assert.deepEqual(likely(temperature), ["35.", "36.", "37.", "38.", "39.", "40.", "41."]);
  assert.ok(isWhole(temperature, "36.5") && !isWhole(temperature, "36."));
  assert.deepEqual(likely(field("strength", "number", { ask_outside: [250, 1000] })), []);
});

test("a whole number takes no point, and none is put where it fits", () => {
  assert.equal(typedNumber(field("n", "integer", { max: 60 }), "6", "."), "6");
  assert.equal(typedNumber(field("n", "number", { max: 365 }), "36", "5"), "365");
});

test("the two plates of the county come first, then province, letter, signs", () => {
  assert.deepEqual(plateKeys("")[0], ["云F", "云A"]);
  assert.equal(plateKeys("")[1].length, 31);
  assert.ok(!plateKeys("云").flat().includes("I") && !plateKeys("云").flat().includes("O"));
  assert.ok(plateKeys("云F").flat().includes("0"));
  assert.equal([..."12345", "6"].reduce(typedPlate, "云F"), "云F123456");
  assert.equal(typedPlate("云F123456", "7"), "云F123456");
});

test("a code says its subject, and is refused when mistyped or of another county", () => {
  const code = codeOf({ id: 1234, area: GROUP });
  assert.equal(code, `1234-${checkOf("530499", "1234")}`);
  assert.deepEqual(readCode(`https://any.example/q/530499-${code}`, "530499"), { subject: "1234" });
  assert.deepEqual(readCode(code, "530499"), { subject: "1234" });
  assert.deepEqual(readCode(code.replace("-", ""), "530499"), { subject: "1234" });
  assert.deepEqual(readCode(`/q/530425-77-${checkOf("530425", "77")}`, "530499"), { fault: "other_county" });
  assert.deepEqual(readCode(code.replace("1234", "1243"), "530499"), { fault: "mistyped" });
  assert.deepEqual(readCode("https://pay.example/x", "530499"), { fault: "no_code" });
});

test("an invitation is known for one, of this server or of another", () => {
  const invitation = "https://bailu.example/m/#invite=530499-7K3M-Q9TA-2XHB";
  assert.deepEqual(readInvitation(invitation, "https://bailu.example"), { invitation: "530499-7K3M-Q9TA-2XHB" });
  assert.deepEqual(readInvitation(invitation, "https://yimen.example"), { fault: "other_server" });
  assert.deepEqual(readInvitation("https://bailu.example/q/530499-1-2", "https://bailu.example"), { fault: "no_invitation" });
  assert.deepEqual(readCode(invitation, "530499"), { fault: "invitation" });
  assert.deepEqual(readCode("https://bailu.example/paper/530499-2002-1/", "530499"), { fault: "sheet" });
});

test("every digit typed wrong in a code is noticed", () => {
  const code = codeOf({ id: 907, area: GROUP });
  for (let n = 0; n < code.length; n += 1) {
    if (code[n] === "-") continue;
    const wrong = code.slice(0, n) + String((Number(code[n]) + 1) % 10) + code.slice(n + 1);
    assert.deepEqual(readCode(wrong, "530499"), { fault: "mistyped" }, wrong);
  }
});

test("people are found by name, household number, address and the end of their number", () => {
  const names = (typed) => find(have(), typed).map((row) => row.label);
  assert.deepEqual(names("段勇"), ["段勇"]);
  assert.deepEqual(names("7"), ["段家"]);
  assert.deepEqual(names("123x"), ["段勇"]);
  assert.deepEqual(names("上坝"), ["段家", "段勇", "段小妹"]);
  assert.deepEqual(names("  "), []);
  assert.equal(sameName(have(), "段勇").length, 1);
});

test("where somebody is: the household's number, name and address, then the area", () => {
  const known = have();
  assert.equal(whereOf(known, known.subjects.get("2")), "7 · 段家 · 上坝 3 号 · 一组");
});
