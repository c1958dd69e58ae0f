"""The coded lists hold what the standards say, and credit codes are checked sign by sign."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sibulou.roster.codes import (
    ETHNIC,
    INSTITUTION,
    LISTS,
    PLACE,
    POST,
    RELATION,
    RESIDENCE,
    SEX,
    SYMPTOM,
    UNIT,
    BadCreditCode,
    Code,
    CodeList,
    credit_check,
    read_credit_code,
    unit_kind,
)
from sibulou.roster.identity import DEMO_REGION

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("codes", LISTS.values(), ids=list(LISTS))
def test_every_value_has_both_words_once(codes: CodeList) -> None:
    assert len({one.zh for one in codes}) == len({one.en for one in codes}) == len(codes)
    assert all(one.en.isascii() and not one.zh.isascii() for one in codes)


@pytest.mark.parametrize("codes", LISTS.values(), ids=list(LISTS))
def test_common_values_come_first(codes: CodeList) -> None:
    assert tuple(codes)[: len(codes.common)] == codes.common


def test_sex_is_gbt_2261() -> None:
    assert {one.code: one.zh for one in SEX} == {"0": "未知", "1": "男", "2": "女", "9": "未说明"}


def test_all_56_ethnic_groups_are_numbered_without_a_hole() -> None:
    assert sorted(one.code for one in ETHNIC) == [f"{n:02}" for n in range(1, 57)]
    assert len({one.other for one in ETHNIC}) == 56
    assert all(one.zh.endswith("族") and len(one.other) == 2 for one in ETHNIC)
    known = {
        "01": "Han",
        "03": "Hui",
        "06": "Miao",
        "07": "Yi",
        "14": "Bai",
        "16": "Hani",
        "18": "Dai",
        "56": "Jino",
    }
    assert {code: ETHNIC.label(code, "en") for code in known} == known


def test_relations_are_the_two_digit_set_with_the_eight_common_ones_first() -> None:
    said = {"01", "02", *(f"{n}" for n in range(10, 13)), *(f"{n}" for n in range(20, 98)), "99"}
    assert {one.code for one in RELATION} == said
    assert [one.zh for one in RELATION][:8] == ["户主", "配偶", "子", "女", "儿媳", "父母", "孙子", "孙女"]
    assert (RELATION.label("28", "zh"), RELATION.label("38", "zh"), RELATION.label("99", "zh")) == (
        "女婿",
        "儿媳",
        "非亲属",
    )


def test_our_own_lists() -> None:
    assert [one.zh for one in RESIDENCE] == ["在家", "外出", "返乡", "来访", "迁出", "死亡"]
    assert {one.code for one in POST} == {"gate", "trunk", "compound", "village"}
    assert {"village-clinic", "pharmacy", "township-centre"} < {one.code for one in INSTITUTION}
    assert {"market", "square", "office", "road", "compound", "village-group", "school"} < {one.code for one in PLACE}
    assert {"fever", "cough", "diarrhoea", "rash"} < {one.code for one in SYMPTOM}


def test_a_list_answers_by_code_and_shows_a_stranger_as_it_stands() -> None:
    assert "07" in ETHNIC and "57" not in ETHNIC and 7 not in ETHNIC
    assert ETHNIC["07"].zh == "彝族"
    assert (ETHNIC.label("07", "zh-hans"), ETHNIC.label("07", "en"), ETHNIC.label("98", "zh")) == (
        "彝族",
        "Yi",
        "98",
    )
    with pytest.raises(KeyError):
        ETHNIC["98"]
    assert SEX.choices("en")[:2] == [("1", "male"), ("2", "female")]


def test_a_list_cannot_say_a_code_twice_nor_without_its_words() -> None:
    with pytest.raises(ValueError, match="twice"):
        CodeList("x", (Code("1", "一", "one"), Code("1", "二", "two")))
    with pytest.raises(ValueError, match="both words"):
        Code("1", "一", "")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53", "province"),
        ("5304", "prefecture"),
        ("530425", "county"),
        ("530425001", "subdistrict"),
        ("530425100", "town"),
        ("530425201", "township"),
        ("659012505", "township-like"),
        ("530425001001", "community"),
        ("530425100200", "village"),
        ("659012505400", "community-like"),
        ("659012505508", "village-like"),
        ("530425100200001", "group"),
        ("530425100200001002", "micro-grid"),
    ],
)
def test_the_code_tells_the_kind_of_unit(code: str, kind: str) -> None:
    assert unit_kind(code) == kind
    assert kind in UNIT


@pytest.mark.parametrize(
    "code", ["", "5", "53042", "530425000", "530425600", "530425001000", "530425001600", "53042５"]
)
def test_a_code_outside_the_ranges_has_no_kind(code: str) -> None:
    with pytest.raises(ValueError, match="area code"):
        unit_kind(code)


def credit(tail: str = "000000000") -> str:
    first = "91" + DEMO_REGION + tail
    return first + credit_check(first)


credits = st.text(alphabet=SIGNS, min_size=9, max_size=9).map(credit)


@pytest.mark.parametrize(
    ("first", "last"), [("0" * 17, "0"), ("1" + "0" * 16, "Y"), ("01" + "0" * 15, "W"), ("0" * 16 + "1", "3")]
)
def test_the_check_sign_worked_by_hand(first: str, last: str) -> None:
    """Weights 1, 3, 9 … modulo 31 (the 17th is 28); the check brings the sum to a multiple of 31."""
    assert credit_check(first) == last


def test_a_credit_code_is_read_as_typed() -> None:
    found = read_credit_code(f" {credit()[:8].lower()}-{credit()[8:].lower()} ", demo=True)
    assert found is not None
    assert (found.text, found.region) == (credit(), DEMO_REGION)


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_who_has_no_code_leaves_it_blank(blank: str) -> None:
    assert read_credit_code(blank) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (credit()[:17], "17 signs"),
        (credit()[:8] + "O" + credit()[9:], "sign 9 "),
        (credit()[:2] + "A" + credit()[3:], "sign 3 "),
        (credit(), "demonstration"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(BadCreditCode, match=words) as caught:
        read_credit_code(text)
    assert "营业执照" in caught.value.say("zh")


@given(credits, st.integers(0, 17), st.sampled_from(SIGNS))
def test_every_substituted_sign_is_refused(valid: str, place: int, sign: str) -> None:
    assume(valid[place] != sign)
    with pytest.raises(BadCreditCode):
        read_credit_code(valid[:place] + sign + valid[place + 1 :], demo=True)


@given(credits, st.integers(0, 16))
def test_every_swap_of_neighbouring_signs_is_refused(valid: str, place: int) -> None:
    assume(valid[place] != valid[place + 1])
    with pytest.raises(BadCreditCode):
        read_credit_code(valid[:place] + valid[place + 1] + valid[place] + valid[place + 2 :], demo=True)
