"""Conditions in CEL: what they read, what they may not, and that an absent field is false and no error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.duty.rule import Expression, LiftWatch, OpenDuty, PutUnderWatch, Rule, effects_of

CONTEXT = {
    "record": {"temperature": 37.5, "origin": "w", "symptoms": ["cough"], "count": 5, "away": False},
    "subject": {"kind": "person"},
    "values": {"fever": 37.3, "many": 3},
    "lists": {"areas": ["w", "h"], "signs": ["cough", "tired"]},
}


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("record.temperature >= values.fever", True),
        ("record.temperature < values.fever", False),
        ("record.origin in lists.areas", True),
        ("record.symptoms.exists(sign, sign in lists.signs)", True),
        ("lists.signs.all(sign, sign in record.symptoms)", False),
        ("record.count > values.many", True),
        ("size(record.symptoms) > 1", False),
        ("record.away == false", True),
        ("record.absent > 1", False),
        ("record.absent == false", False),
        ("has(record.absent) && record.absent > 1", False),
        ("!has(record.absent)", True),
        ("record.origin > 1", False),
        ("record.count / 0 > 1", False),
        ("record.count * 9223372036854775807 > 1", False),
        ("record.origin.matches('(')", False),
        ("record.count", False),
    ],
)
def test_a_condition_is_true_or_false_and_never_an_error(source: str, holds: bool) -> None:
    assert Expression(source).holds(CONTEXT) is holds


@pytest.mark.parametrize("source", ["", "1 +", "a b", "record.?x", "(" * 300, "record.count > 1 || " * 100])
def test_what_does_not_parse_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Expression(source)


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        ("record.count > 1", []),
        ("record.symptoms.exists(x, x in lists.signs)", []),
        ("has(record.count) && size(record.symptoms) > 0", []),
        ("recrod.count > 1", ["recrod"]),
        ("now > 1", ["now"]),
        ("guess(record.count) > 1", ["guess"]),
        ("record.origin == 'guess(now)'", []),
    ],
)
def test_unknown_variables_and_functions_are_found(source: str, unknown: list[str]) -> None:
    assert Expression(source).unknown_names() == unknown


def test_the_fields_a_condition_reads_are_known() -> None:
    condition = Expression("has(record.a) && record.b == 'record.c' && values.d > 1 && record . e == lists.f[0]")
    assert condition.names("record") == ["a", "b", "e"]
    assert condition.names("values") == ["d"]
    assert condition.names("lists") == ["f"]
    assert condition.guarded() == {"a"}
    assert Expression("record['a'] == 1").names("record") == [""]


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_refused(source: str) -> None:
    try:
        condition = Expression(source)
    except ValueError:
        return
    assert condition.holds(CONTEXT) in (True, False)


def test_rules_give_their_effects_in_order_and_only_for_their_forms() -> None:
    fever = Expression("record.temperature >= values.fever")
    rules = (
        Rule("one", ("S41",), ("reading",), fever, OpenDuty("one", "symptom.to_clinic", "field:person")),
        Rule("two", ("S39",), ("reading", "visit"), None, PutUnderWatch("two", "home", 14)),
        Rule("three", ("S44",), ("visit",), None, LiftWatch("three", "home")),
    )
    assert list(effects_of(rules, "reading", CONTEXT)) == [rules[0].effect, rules[1].effect]
    assert list(effects_of(rules, "visit", CONTEXT)) == [rules[1].effect, rules[2].effect]
    assert list(effects_of(rules, "other", CONTEXT)) == []
    assert OpenDuty("r", "d", "field:person").target_field == "person"
    assert OpenDuty("r", "d", "village").target_field is None
