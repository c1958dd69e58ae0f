"""What a device sent becomes clean content, or a sentence that names the field and what is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.duty.form import Field, FieldType, Form, WrongShape, check_content, unusual
from sibulou.duty.plan import Plan, load_plan
from sibulou.duty.plan_words import Label, Word
from sibulou.duty.rule import Expression
from sibulou.plans import shipped


def label(text: str) -> Label:
    return Label(text, text)


def form(*fields: Field) -> Form:
    return Form("visit", Label("走访", "visit"), "household", label("why"), fields)


def field(kind: FieldType, **more: Any) -> Field:
    return Field("answer", Label("回答", "answer"), kind, **more)


COLOURS = (Word("red", label("red")), Word("blue", label("blue")))
T = FieldType


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (field(T.INTEGER), 3, 3),
        (field(T.INTEGER), 3.0, 3),
        (field(T.NUMBER), 37, 37.0),
        (field(T.NUMBER, min=34, max=43), 43, 43.0),
        (field(T.TEXT), "  门口  ", "门口"),
        (field(T.BOOLEAN), False, False),
        (field(T.CHOICE, choices=COLOURS), "red", "red"),
        (field(T.CHOICES, choices=COLOURS), ["blue", "red", "blue"], ["red", "blue"]),
        (field(T.DATE), "2020-02-03", "2020-02-03"),
        (field(T.MOMENT), "2020-02-03T08:00+08:00", "2020-02-03T08:00:00+08:00"),
        (field(T.AREA), "530425001001000000", "530425001001000000"),
        (field(T.AREA), 530425001001000000, "530425001001000000"),
        (field(T.SUBJECT), 17, "17"),
    ],
)
def test_an_answer_is_kept_in_one_form(question: Field, given: object, kept: object) -> None:
    assert check_content(form(question), {"answer": given}) == {"answer": kept}


@pytest.mark.parametrize(
    ("question", "given", "allowed"),
    [
        (field(T.INTEGER), 3.5, "whole number"),
        (field(T.INTEGER), True, "whole number"),
        (field(T.INTEGER), 2**60, "kept exactly"),
        (field(T.INTEGER, min=0), -5, "at least 0"),
        (field(T.INTEGER, max=9), 10, "at most 9"),
        (field(T.INTEGER, min=0), 2**60, "kept exactly"),
        (field(T.INTEGER, min=0, max=9), 10, "between 0 and 9"),
        (field(T.NUMBER), "37", "a number"),
        (field(T.NUMBER), float("nan"), "kept exactly"),
        (field(T.NUMBER), float("inf"), "kept exactly"),
        (field(T.NUMBER), 10**400, "kept exactly"),
        (field(T.NUMBER, min=34, max=43), 33.9, "between 34 and 43"),
        (field(T.TEXT, max=3), "门口门口", "at most 3"),
        (field(T.TEXT), "a\x00b", "cannot be stored"),
        (field(T.TEXT), "\ud800", "cannot be stored"),
        (field(T.TEXT), 7, "text of at most"),
        (field(T.BOOLEAN), 1, "true or false"),
        (field(T.CHOICE, choices=COLOURS), "green", "one of red, blue"),
        (field(T.CHOICE, choices=COLOURS), ["red"], "one of red, blue"),
        (field(T.CHOICES, choices=COLOURS), ["green"], "some of red, blue"),
        (field(T.CHOICES, choices=COLOURS), "red", "some of red, blue"),
        (field(T.DATE), "3 Feb", "2020-02-03"),
        (field(T.DATE), 20200203, "2020-02-03"),
        (field(T.MOMENT), "2020-02-03T08:00", "+08:00"),
        (field(T.MOMENT), "soon", "+08:00"),
        (field(T.AREA), "530425", "18 digits"),
        (field(T.AREA), {}, "18 digits"),
        (field(T.SUBJECT), "a b", "id of a subject"),
        (field(T.SUBJECT), True, "id of a subject"),
        (field(T.TEXT, required=True), "  ", "required"),
        (field(T.CHOICES, choices=COLOURS, required=True), [], "required"),
        (field(T.INTEGER, required=True), None, "required"),
    ],
)
def test_a_wrong_answer_names_field_and_what_is_allowed(question: Field, given: object, allowed: str) -> None:
    with pytest.raises(WrongShape) as refused:
        check_content(form(question), {"answer": given})
    assert refused.value.facts["field"] == "answer"
    assert allowed in refused.value.say("en")
    assert "回答" in refused.value.say("zh") and "请改正" in refused.value.say("zh")
    assert "answer" not in refused.value.say("zh")


def test_no_answer_is_left_out() -> None:
    assert check_content(form(field(T.INTEGER)), {"answer": None}) == {}
    assert check_content(form(field(T.TEXT)), {"answer": ""}) == {}


def test_unknown_fields_are_refused_by_name() -> None:
    with pytest.raises(WrongShape, match=r"colour.*the form has only: answer"):
        check_content(form(field(T.TEXT)), {"answer": "x", "colour": "red"})


@pytest.mark.parametrize("content", [None, [], "text", 3])
def test_content_is_a_mapping(content: object) -> None:
    with pytest.raises(WrongShape, match="a mapping of fields"):
        check_content(form(field(T.TEXT)), content)


WENT = form(
    Field("went", label("went"), T.BOOLEAN, required=True),
    Field("where", label("where"), T.TEXT, required=True, show_when=Expression("record.went")),
)


def test_a_hidden_question_needs_no_answer_and_keeps_none() -> None:
    assert check_content(WENT, {"went": False, "where": "market"}) == {"went": False}
    assert check_content(WENT, {"went": True, "where": "market"}) == {"went": True, "where": "market"}


def test_a_shown_question_needs_its_answer() -> None:
    with pytest.raises(WrongShape, match="where"):
        check_content(WENT, {"went": True})


def test_what_is_unusual_is_accepted_and_asked_again() -> None:
    warm = form(field(T.NUMBER, min=34, max=43, ask_outside=(35.0, 41.0)))
    assert unusual(warm, check_content(warm, {"answer": 41.5})) == ["answer"]
    assert unusual(warm, check_content(warm, {"answer": 36.5})) == []
    assert unusual(warm, {}) == []


def test_personal_fields_are_known() -> None:
    both = form(field(T.TEXT, personal=True), Field("plain", label("plain"), T.TEXT))
    assert both.personal == {"answer"}


def _plan() -> Plan:
    return load_plan(shipped()["covid19-2020"].read_text(encoding="utf-8"), file="covid19-2020.yaml")


PLAN = _plan()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def some_content(draw: st.DrawFn) -> tuple[Form, object]:
    drawn = draw(st.sampled_from(list(PLAN.forms.values())))
    keys = [one.key for one in drawn.fields]
    right = st.one_of(
        *(st.sampled_from(one.choices).map(lambda word: word.key) for one in drawn.fields if one.choices), st.just(1)
    )
    values = json_values | right | st.sampled_from([1, 36.5, True, "x", "2020-02-03", "530425001001000000"])
    return drawn, draw(st.dictionaries(st.sampled_from(keys), values) | json_values)


@given(some_content())
def test_any_content_is_cleaned_to_storable_json_or_refused_in_words(drawn: tuple[Form, object]) -> None:
    asked, content = drawn
    try:
        clean = check_content(asked, content)
    except WrongShape as refused:
        assert refused.say("zh") and refused.say("en")
        return
    json.dumps(clean, allow_nan=False).encode()
    assert check_content(asked, clean) == clean
