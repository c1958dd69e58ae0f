"""Every mistake in a plan is told with file, line, field and what is allowed; nothing of it is loaded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sibulou.duty.plan import OpenDuty, PlanMistakes, PutUnderWatch
from tests.unit.plan_texts import MINIMAL, line_of, load

MISTAKES = [
    # what is replaced, by what, the field named, what is wrong, what is allowed
    ("zone: Asia/Shanghai", "zone: Asia/Nowhere", "zone", "unknown zone", "Asia/Shanghai"),
    ("zone: Asia/Shanghai", "zone: ../../etc/passwd", "zone", "unknown zone", "Asia/Shanghai"),
    ("version: 1", "version: one", "version", "not such a whole number", "1 to 9999"),
    ("version: 1", "version: 0", "version", "not such a whole number", "1 to 9999"),
    (
        'quiet: {from: "22:00", until: "06:30"}',
        'quiet: {from: "22:00", until: "22:00"}',
        "quiet",
        "empty",
        "two different",
    ),
    ("source: a county's practice", "sauce: a county's practice", "sauce", "unknown field", "did you mean source?"),
    ("source: a county's practice\n", "", "source", "missing field", "source is required"),
    ("disease: {zh: 洪水, en: flood}", "disease: {zh: 洪水}", "disease.en", "missing field", "en is required"),
    ("disease: {zh: 洪水, en: flood}", "disease: {en: flood}", "disease.zh", "missing field", "zh is required"),
    ("disease: {zh: 洪水, en: flood}", "disease: {zh: '', en: flood}", "disease.zh", "empty", "a text"),
    ("disease: {zh: 洪水, en: flood}", "disease: flood", "disease", "wrong type", "a mapping"),
    ("lists: {rivers: [green, red]}", "lists: {rivers: green}", "lists.rivers", "wrong type", "a list"),
    ("values: {deep: 1.5, days: 7}", "values: {deep: 1.5, days: 7, days: 8}", "values.days", "written twice", "once"),
    ("  - {key: II, title", "  - {key: I, title", "levels.I", "stands twice", "each key once"),
    (
        "en: at home}, days: days",
        "en: at home}, days: dais",
        "classes.home.days",
        "no number of days",
        "did you mean days?",
    ),
    ("en: at home}, days: days", "en: at home}, days: 0", "classes.home.days", "whole number", "1 to 3660"),
    (
        "role: township_duty, after",
        "role: townshp_duty, after",
        "ladders.village[1].role",
        "unknown role",
        "township_duty",
    ),
    (
        "role: township_duty, after: 1 hour",
        "role: group_head, after: 1 hour",
        "ladders.village",
        "does not climb",
        "above",
    ),
    (
        "{continue: county, after: 2 hours}",
        "{continue: county}",
        "ladders.village",
        "does not climb",
        "no time earlier",
    ),
    ("{continue: county, after: 2 hours}", "{continue: village}", "ladders.village", "cycle: village > village", "end"),
    (
        "{continue: county, after: 2 hours}",
        "{continue: kounty}",
        "ladders.village[2].continue",
        "unknown ladder",
        "county",
    ),
    (
        "{continue: county, after: 2 hours}",
        "{after: 2 hours}",
        "ladders.village[2]",
        "one thing",
        "role, owner, continue",
    ),
    ("after: 2 hours}", "after: 2 weeks}", "ladders.village[2].after", "no duration", "3 days"),
    ('township: "17:00"', 'township: "15:00"', "cutoffs", "out of order", "village <= township <= county"),
    ('township: "17:00"', 'township: "25:00"', "cutoffs.township", "no time of day", "00:00 to 23:59"),
    (
        "type: number, min: 0, max: 9",
        "type: numbr, min: 0, max: 9",
        "forms.check.fields.depth.type",
        "unknown type",
        "did you mean number?",
    ),
    (
        "type: number, min: 0, max: 9",
        "type: number, min: 10, max: 9",
        "forms.check.fields.depth.min",
        "above max",
        "<= 9",
    ),
    (
        "type: number, min: 0, max: 9",
        "type: boolean, max: 9",
        "forms.check.fields.depth.max",
        "has no max",
        "leave it out",
    ),
    (
        ", choices: [{key: green, title: {zh: 绿, en: green}}]",
        "",
        "forms.check.fields.river.type",
        "missing choices",
        "choices",
    ),
    (
        "show_when: record.depth > 0",
        "show_when: record.dept > 0",
        "forms.check.fields.note.show_when",
        "unknown field record.dept",
        "depth",
    ),
    (
        "show_when: record.depth > 0",
        "show_when: record.depth > values.deep",
        "forms.check.fields.note.show_when",
        "values is not known",
        "record",
    ),
    (
        "max: 9, required: true",
        "max: 9, required: yes",
        "forms.check.fields.depth.required",
        "wrong type",
        "true or false",
    ),
    (
        "max: 9, required: true",
        "max: 9, ask_outside: [5]",
        "forms.check.fields.depth.ask_outside",
        "no range",
        "[low, high]",
    ),
    ("max: 9, required: true", "max: nine, required: true", "forms.check.fields.depth.max", "not a number", "a number"),
    ("    subject: household\n", "    subject: houshold\n", "forms.check.subject", "unknown kind", "household"),
    (
        "    why: {zh: 转移, en: to move people}\n    fields:\n      - {key: depth",
        "    fields:\n      - {key: depth",
        "forms.check.why",
        "missing field",
        "why",
    ),
    ("article: [S38]", "article: [S53]", "duties.household.recheck.article[0]", "unknown article tag S53", "S1 to S52"),
    ("article: [S38]", "article: []", "duties.household.recheck.article", "no article", "S1 to S52"),
    (
        "front: screening",
        "front: screning",
        "duties.household.recheck.front",
        "unknown front",
        "did you mean screening?",
    ),
    (
        "    scope: households\n    owner: group_head\n    cadence: {every",
        "    scope: housholds\n    owner: group_head\n    cadence: {every",
        "duties.household.recheck.scope",
        "unknown scope",
        "households",
    ),
    (
        "    owner: group_head\n    cadence: {every",
        "    owner: grup_head\n    cadence: {every",
        "duties.household.recheck.owner",
        "unknown role",
        "group_head",
    ),
    (
        "    owner: group_head\n    cadence: {every",
        "    owner: post_head\n    cadence: {every",
        "duties.household.recheck.owner",
        "no seat on a household",
        "group_head",
    ),
    (
        "    owner: group_head\n    cadence: {every",
        "    owner: county_secretary\n    cadence: {every",
        "duties.household.recheck.ladder",
        "does not climb",
        "above the owner",
    ),
    (
        "cadence: {every: {days: 3}}",
        "cadence: {every: {days: 0}}",
        "duties.household.recheck.cadence.every",
        "never fires",
        "come round",
    ),
    (
        "cadence: {every: {days: 3}}",
        "cadence: {evry: {days: 3}}",
        "duties.household.recheck.cadence",
        "unknown cadence evry",
        "daily, every, once",
    ),
    (
        "cadence: {every: {days: 3}}",
        "cadence: {daily: []}",
        "duties.household.recheck.cadence.daily",
        "never fires",
        "come round",
    ),
    (
        "cadence: {every: {days: 3}}",
        "cadence: {after: {days: []}}",
        "duties.household.recheck.cadence.after",
        "never fires",
        "come round",
    ),
    (
        "cadence: {every: {days: 3}}",
        "cadence: {every: {days: 2}}",
        "duties.household.recheck.cadence.every",
        "later than the next opening",
        "in order",
    ),
    ("cadence: {event: {}}", "cadence: {once: {}}", "rules.deep_water.open.duty", "calendar of its own", "event"),
    ("tell: 4 days}", "tell: 2 days}", "duties.household.recheck.clocks.tell", "out of order", "warn <= due <= tell"),
    (
        "warn: 2 days, due: 3 days",
        "warn: 2 days, due: 1 day",
        "duties.household.recheck.clocks.due",
        "out of order",
        "warn <= due",
    ),
    (
        "warn: 2 days, due: 3 days",
        "warn: 2 days, due: soon",
        "duties.household.recheck.clocks.due",
        "no duration",
        "3 days",
    ),
    (
        "    clocks: {warn: 2 days, due: 3 days, tell: 4 days}\n",
        "",
        "duties.household.recheck.clocks",
        "missing clocks",
        "warn",
    ),
    ("      I: true\n", "      IX: true\n", "duties.household.recheck.at_levels.IX", "unknown level IX", "I, II"),
    (
        "- {form: check, when: record.depth < values.deep}",
        "- {form: chek}",
        "duties.household.recheck.closers[0].form",
        "unknown form",
        "check",
    ),
    (
        "- {form: check, when: record.depth < values.deep}",
        "- {form: moved}",
        "duties.household.recheck.closers[0]",
        "of a person",
        "household",
    ),
    (
        "- {form: check, when: record.depth < values.deep}",
        "- {form: check, answers: true}",
        "duties.household.recheck.closers[0]",
        "can be answered",
        "event",
    ),
    (
        "\n      - {form: check, when: record.depth < values.deep}",
        " []",
        "duties.household.recheck.closers",
        "nobody can meet",
        "closer",
    ),
    (
        "when: record.depth < values.deep",
        "when: record.depth <",
        "duties.household.recheck.closers[0].when",
        "no CEL",
        "CEL",
    ),
    (
        "when: record.depth < values.deep",
        "when: depth < 1",
        "duties.household.recheck.closers[0].when",
        "unknown variable depth",
        "record",
    ),
    (
        "when: record.depth < values.deep",
        "when: record.dept < 1",
        "duties.household.recheck.closers[0].when",
        "unknown field record.dept",
        "depth",
    ),
    (
        "when: record.depth < values.deep",
        "when: record.depth < values.dep",
        "duties.household.recheck.closers[0].when",
        "unknown values.dep",
        "deep",
    ),
    (
        "when: record.depth < values.deep",
        "when: subject.weather == 1",
        "duties.household.recheck.closers[0].when",
        "unknown subject.weather",
        "listed",
    ),
    ("gap: open", "gap: opn", "duties.household.moved.gap", "unknown kind of gap", "off_roster"),
    (
        "    ladder: village\n    waiver",
        "    ladder: vilage\n    waiver",
        "duties.household.recheck.ladder",
        "unknown ladder",
        "village",
    ),
    ("reasons: [away]", "reasons: [awa]", "duties.household.recheck.waiver.reasons[0]", "unknown reason", "away"),
    (
        "rings_at_night: true",
        "rings_at_night: perhaps",
        "duties.household.moved.rings_at_night",
        "wrong type",
        "true or false",
    ),
    (
        "duty: household.moved, for",
        "duty: household.mooved, for",
        "rules.deep_water.open.duty",
        "unknown duty",
        "household.moved",
    ),
    (
        "duty: household.moved, for: subject",
        "duty: household.moved, for: village",
        "rules.deep_water.open.for",
        "the target is a area",
        "a household",
    ),
    (
        "duty: household.moved, for: subject",
        "duty: household.moved, for: planet",
        "rules.deep_water.open.for",
        "unknown target",
        "village",
    ),
    ("for: subject}", 'for: "field:depth"}', "rules.deep_water.open.for", "no such field", "subject or area"),
    ("on: [check]", "on: [chck]", "rules.deep_water.on[0]", "unknown form", "check"),
    (
        "type: number, min: 0, max: 9, required: true}",
        "type: text, personal: true, required: true}",
        "rules.deep_water.when",
        "reads the sealed field depth",
        "not personal",
    ),
    (
        "watch: {class: home, days: days}",
        "watch: {class: hom}",
        "rules.stay.watch.class",
        "unknown watch class",
        "home",
    ),
    ("    on: [moved]", "    on: [check]", "rules.stay.on", "not about a person", "person"),
    ("    watch: {class: home, days: days}\n", "", "rules.stay", "one effect", "open, watch, lift"),
    ("class: home, roles", "class: hme, roles", "guards.home.class", "unknown watch class", "home"),
    ("roles: [{role: guard,", "roles: [{role: gard,", "guards.home.roles[0].role", "unknown role", "guard"),
    ("    level: village", "    level: hamlet", "reports.day.level", "unknown level", "village"),
    (
        "count: {form: check}",
        "count: {form: check, duty: household.moved}",
        "reports.day.lines.checks.count",
        "one of two",
        "duty or form",
    ),
    ("key: household.recheck", "key: Household Recheck", "duties.Household Recheck", "no proper key", "letters"),
    (
        "show_when: record.depth > 0}",
        "fill: record.note}",
        "forms.check.fields.note.fill",
        "unknown record.note",
        "depth",
    ),
    ("show_when: record.depth > 0}", "fill: last.nte}", "forms.check.fields.note.fill", "unknown last.nte", "note"),
    ("show_when: record.depth > 0}", "fill: user.age}", "forms.check.fields.note.fill", "unknown user.age", "name"),
    (
        "show_when: record.depth > 0}",
        "fill: values.deep}",
        "forms.check.fields.note.fill",
        "unknown variable values",
        "last",
    ),
    (
        "show_when: record.depth > 0}",
        "personal: true, fill: last.note}",
        "forms.check.fields.note.fill",
        "not carried over",
        "user.name",
    ),
    ("max: 9, required: true}", "max: 9, keys: phone}", "forms.check.fields.depth.keys", "has no keys", "leave it out"),
    ("show_when: record.depth > 0}", "keys: piano}", "forms.check.fields.note.keys", "unknown keyboard", "plate"),
    (
        "    subject: household\n    why: {zh: 转移",
        "    subject: household\n    concerned: yes\n    why: {zh: 转移",
        "forms.check.concerned",
        "unknown use",
        "tells",
    ),
    ("lists: {rivers: [green, red]}", "lists: {rivers: [&x green, *x]}", "*x", "aliases", "written out"),
    ("deep: 1.5,", "deep: '1,5',", "rules.deep_water.when", "different kinds", "numbers with numbers"),
    ("deep: 1.5,", "deep: '1,5',", "duties.household.recheck.closers[0].when", "deep: '1,5'", "numbers with numbers"),
    (
        "when: record.depth >= values.deep",
        "when: has(record.river) && record.river > values.deep",
        "rules.deep_water.when",
        "different kinds",
        "texts with texts",
    ),
    ("when: record.depth >= values.deep", "when: record.note", "rules.deep_water.when", "kinds", "true or false"),
    (
        "show_when: record.depth > 0}",
        'show_when: record.depth > "0"}',
        "forms.check.fields.note.show_when",
        "different kinds",
        "numbers with numbers",
    ),
    (
        "when: record.depth >= values.deep",
        "when: record.river == 'gren'",
        "rules.deep_water.when",
        "no choice gren",
        "green",
    ),
    (
        "when: record.depth >= values.deep",
        "when: has(record.river) && record.river in lists.rivers",
        "rules.deep_water.when",
        "no choice red",
        "green",
    ),
]


@pytest.mark.parametrize(("old", "new", "field", "wrong", "allowed"), MISTAKES)
def test_a_mistake_names_file_line_field_and_what_is_allowed(
    old: str, new: str, field: str, wrong: str, allowed: str
) -> None:
    assert old in MINIMAL
    text = MINIMAL.replace(old, new, 1)
    with pytest.raises(PlanMistakes) as refused:
        load(text)
    [mistake] = [one for one in refused.value.mistakes if one.field == field and wrong in one.say("en")]
    assert mistake.facts["file"] == "flood.yaml"
    assert allowed in mistake.allowed
    assert f"flood.yaml, line {mistake.line}, {field}" in refused.value.say("en")
    assert f"flood.yaml 第 {mistake.line} 行，{field}" in refused.value.say("zh")


CONCERNED = [
    # what the form asks about, a field more, the field named, what is wrong
    ("person", "", None, ""),
    ("household", "", None, ""),
    ("post", "", "forms.own.concerned", "has nobody who could tell it"),
    ("person", "      - {key: met, title: {zh: 见, en: met}, type: subject}\n", "forms.own.concerned", "met is a"),
    ("household", "      - {key: face, title: {zh: 脸, en: face}, type: photo}\n", "forms.own.concerned", "face is a"),
]


@pytest.mark.parametrize(("kind", "field", "at", "wrong"), CONCERNED)
def test_the_person_concerned_tells_of_himself_alone(kind: str, field: str, at: str | None, wrong: str) -> None:
    """A form for him is about a person or a household, and asks for nobody else, no place and no file."""
    form = (
        f"  - key: own\n    title: {{zh: 自报, en: own}}\n    subject: {kind}\n    concerned: tells\n"
        "    why: {zh: 看, en: to see}\n    fields:\n      - {key: well, title: {zh: 好, en: well}, type: boolean}\n"
    )
    text = MINIMAL.replace("forms:\n", f"forms:\n{form}{field}", 1)
    if at is None:
        assert load(text).forms["own"].concerned == "tells"
        return
    with pytest.raises(PlanMistakes) as refused:
        load(text)
    assert [wrong in one.say("en") for one in refused.value.mistakes if one.field == at] == [True]


def test_a_closer_lets_him_tell_only_what_the_form_lets_him_tell() -> None:
    with pytest.raises(PlanMistakes) as refused:
        load(MINIMAL.replace("{form: check", "{form: check, concerned: true", 1))
    assert "the person concerned cannot tell check" in refused.value.say("en")


ONE_TAPS = [
    # what the duty offers, the field named, what is wrong, what is allowed
    ("form: moved, title: {zh: 无, en: none}", ".form", "unknown closer of the duty moved", "check"),
    ("form: check, title: {zh: 无, en: none}", "", "depth is required", "say it, or a fill"),
    ("form: check, title: {zh: 无, en: none}, say: {depht: 0}", ".say.depht", "unknown field depht", "depth"),
    ("form: check, title: {zh: 无, en: none}, say: {depth: 10}", ".say.depth", "depth cannot be 10", "between 0 and 9"),
    ("form: check, title: {zh: 无, en: none}, say: {depth: 0, river: blue}", ".say.river", "cannot be blue", "green"),
    ("form: check, title: {zh: 无, en: none}, say: {depth: 2}", "", "does not meet the duty", "what a closer accepts"),
]


def with_one_tap(one_tap: str) -> str:
    return MINIMAL.replace("    waiver: {reasons: [away]}\n", f"    one_tap: {{{one_tap}}}\n", 1)


@pytest.mark.parametrize(("one_tap", "field", "wrong", "allowed"), ONE_TAPS)
def test_one_tap_tells_only_what_is_whole_and_meets_the_duty(
    one_tap: str, field: str, wrong: str, allowed: str
) -> None:
    with pytest.raises(PlanMistakes) as refused:
        load(with_one_tap(one_tap))
    at = f"duties.household.recheck.one_tap{field}"
    [mistake] = [one for one in refused.value.mistakes if one.field == at]
    assert wrong in mistake.say("en")
    assert allowed in mistake.allowed


def test_one_tap_says_what_it_says_and_leaves_the_rest_to_the_drafts() -> None:
    plan = load(with_one_tap("form: check, title: {zh: 无变化, en: no change}, say: {depth: 0.5}"))
    tap = plan.duties["household.recheck"].one_tap
    assert tap is not None
    assert (tap.form, dict(tap.say), tap.title.en) == ("check", {"depth": 0.5}, "no change")
    drafted = MINIMAL.replace("max: 9, required: true}", "max: 9, required: true, fill: last.depth}", 1)
    plan = load(
        drafted.replace("    waiver: {reasons: [away]}\n", "    one_tap: {form: check, title: {zh: 无, en: no}}\n", 1)
    )
    assert plan.duties["household.recheck"].one_tap is not None
    assert plan.duties["household.moved"].one_tap is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("zone: Asia/Shanghai", "zone: Asia/Nowhere"),
        ("tell: 4 days}", "tell: 2 days}"),
        ("article: [S38]", "article: [S53]"),
        ("gap: open", "gap: opn"),
        ("when: record.depth < values.deep", "when: record.dept < 1"),
        ("duty: household.moved, for: subject", "duty: household.moved, for: village"),
        ("class: home, roles", "class: hme, roles"),
    ],
)
def test_the_line_is_the_line_of_the_mistake(old: str, new: str) -> None:
    text = MINIMAL.replace(old, new, 1)
    with pytest.raises(PlanMistakes) as refused:
        load(text)
    assert [mistake.line for mistake in refused.value.mistakes] == [line_of(text, new)]


def test_all_mistakes_of_a_file_are_told_together_in_the_order_of_its_lines() -> None:
    text = MINIMAL.replace("gap: open", "gap: opn").replace("article: [S38]", "article: [S0]")
    text = text.replace("tell: 4 days}", "tell: 1 day}").replace("zone: Asia/Shanghai", "zone: Mars")
    with pytest.raises(PlanMistakes) as refused:
        load(text)
    assert [mistake.field for mistake in refused.value.mistakes] == [
        "zone",
        "duties.household.recheck.article[0]",
        "duties.household.recheck.clocks.tell",
        "duties.household.moved.gap",
    ]
    assert "4 mistakes" in refused.value.say("en")
    assert "4 处错误" in refused.value.say("zh")


def test_a_duty_opened_by_no_rule_never_fires() -> None:
    start = MINIMAL.index("  - key: deep_water")
    with pytest.raises(PlanMistakes, match="never fires: no rule opens it"):
        load(MINIMAL[:start] + MINIMAL[MINIMAL.index("  - key: stay") :])


def test_an_optional_field_may_name_a_target_only_when_the_rule_asks_for_it() -> None:
    text = (
        MINIMAL.replace(
            "    scope: households\n    owner: group_head\n    cadence: {event",
            "    scope: areas.villages\n    owner: group_head\n    cadence: {event",
        )
        .replace("- {form: check, answers: true}", "- {form: looked, answers: true}")
        .replace(
            "duties:\n",
            "  - key: looked\n    title: {zh: 看, en: looked}\n    subject: area\n    why: {zh: 看, en: look}\n"
            "    fields: [{key: ok, title: {zh: 好, en: ok}, type: boolean}]\nduties:\n",
            1,
        )
        .replace("    on: [check]\n    when: record.depth >= values.deep\n", "    on: [moved]\n")
        .replace("for: subject}", 'for: "field:to"}')
    )
    with pytest.raises(PlanMistakes, match="may be absent, and the rule would do nothing"):
        load(text)
    asked = load(text.replace("    on: [moved]\n", "    on: [moved]\n    when: has(record.to)\n", 1))
    assert asked.effects("moved", {"to": "530425001001000000"}, {})[0] == OpenDuty(
        "deep_water", "household.moved", "field:to"
    )
    assert asked.effects("moved", {}, {}) == (PutUnderWatch("stay", "home", 7),)


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "- a", "text", "a: b\n---\na: b", "\x00", "a: \tb\n\t- c", "[" * 5000, "&a [*a]", "? {a: b}\n: c"],
)
def test_what_is_no_plan_is_refused_in_words(text: str) -> None:
    with pytest.raises(PlanMistakes) as refused:
        load(text)
    assert refused.value.mistakes[0].line >= 1


lines = MINIMAL.split("\n")


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(lines) - 1),
    st.sampled_from(
        ["", "x", "- x", "  - {key: x}", "key: [1, {a: b}]", "  cadence: x", "      - [a]", "    when: 1 +"]
    ),
)
def test_any_damaged_line_gives_a_plan_or_words_never_anything_else(n: int, put: str) -> None:
    try:
        load("\n".join([*lines[:n], put, *lines[n + 1 :]]))
    except PlanMistakes as refused:
        assert refused.say("zh") and refused.say("en")
