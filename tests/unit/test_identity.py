"""Identity numbers: what is refused and why, what is a hint only, and that no number shows.

No number here belongs to anybody: they are built at run time on the demonstration's region 530499, which no
county ever had. Where a case needs a real region (the old prefix of Yimen, an unknown county), the sequence
is 000, which is not issued.
"""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sibulou.roster.identity import (
    DEMO_REGION,
    AnotherPaper,
    BornInFuture,
    BornTooLongAgo,
    CheckCharacterDiffers,
    DemoRegionRefused,
    Hint,
    IdentityNumber,
    ImpossibleDate,
    Kind,
    NoKnownPaper,
    NotADigit,
    RoundedBySpreadsheet,
    WrongLength,
    check_character,
    read_identity,
)

TODAY = date(2020, 2, 10)


def number(birth: str = "19800229", sequence: str = "001", region: str = DEMO_REGION) -> str:
    first = region + birth + sequence
    return first + check_character(first)


def read(text: str, kind: Kind | None = None) -> IdentityNumber:
    return read_identity(text, today=TODAY, demo=True, kind=kind)


numbers = st.builds(
    lambda birth, sequence: number(birth.strftime("%Y%m%d"), f"{sequence:03}"),
    st.dates(date(1905, 1, 1), TODAY),
    st.integers(0, 999),
)


@pytest.mark.parametrize(
    ("first", "last"), [("0" * 17, "1"), ("1" + "0" * 16, "5"), ("0" * 16 + "1", "X"), ("0" * 15 + "10", "8")]
)
def test_the_check_character_is_mod_11_2_worked_by_hand(first: str, last: str) -> None:
    """The sum of digit times 2**(17 - place) plus the check is 1 modulo 11."""
    assert check_character(first) == last


def test_a_number_tells_birth_sex_and_region() -> None:
    found = read(number("19800229", "001"))
    assert (found.kind, found.birth, found.sex, found.region) == (
        Kind.RESIDENT_18,
        date(1980, 2, 29),
        "1",
        DEMO_REGION,
    )
    assert read(number(sequence="002")).sex == "2"
    assert found.text == found.matching == number()


def test_as_typed_on_a_phone_or_pasted_from_a_sheet() -> None:
    """Full-width digits, a small x, blanks, an apostrophe, a times sign: the same number."""
    ends_in_x = next(n for n in (number(sequence=f"{i:03}") for i in range(999)) if n.endswith("X"))
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in ends_in_x)
    dashed = f"{ends_in_x[:6]}-{ends_in_x[6:14]}–{ends_in_x[14:]}"
    spaced = f" {ends_in_x[:6]} {ends_in_x[6:14]}\u3000{ends_in_x[14:]}\u200b "
    for typed in (
        wide,
        ends_in_x.lower(),
        spaced,
        "'" + ends_in_x,
        dashed,
        ends_in_x[:17] + "×",
        ends_in_x[:17] + "х",
    ):
        assert read(typed).text == ends_in_x


@pytest.mark.parametrize(
    ("birth", "problem"),
    [
        ("20200211", BornInFuture),
        ("20990101", BornInFuture),
        ("19000210", BornTooLongAgo),
        ("19810229", ImpossibleDate),
        ("19801301", ImpossibleDate),
        ("00000101", ImpossibleDate),
    ],
)
def test_a_date_that_cannot_be(birth: str, problem: type[Exception]) -> None:
    """The year 2099 passes the usual library; here it is refused, and so is a 29 February of no leap year."""
    with pytest.raises(problem):
        read(number(birth))


def test_born_today_and_one_day_short_of_120() -> None:
    assert read(number("20200210")).birth == TODAY
    assert read(number("19000211")).birth == date(1900, 2, 11)


@pytest.mark.parametrize("length", [1, 9, 14, 16, 17, 19, 20])
def test_a_wrong_length_counts_the_digits(length: int) -> None:
    with pytest.raises(WrongLength) as caught:
        read((number()[:17] + "000")[:length])
    assert str(length) in caught.value.say("zh") and str(length) in caught.value.say("en")


def test_seventeen_digits_ending_in_x_are_one_short() -> None:
    with pytest.raises(WrongLength):
        read(number()[:15] + "X")


@pytest.mark.parametrize("position", [1, 7, 17])
def test_a_letter_among_the_digits_is_named_by_its_position(position: int) -> None:
    valid = number()
    with pytest.raises(NotADigit) as caught:
        read(valid[: position - 1] + "O" + valid[position:])
    assert f"第{position}位" in caught.value.say("zh") and f"Sign {position} " in caught.value.say("en")


def test_arabic_digits_are_no_digits_here() -> None:
    with pytest.raises(NotADigit):
        read("٣" + number()[1:])


def test_a_rounded_spreadsheet_value_is_recognised() -> None:
    with pytest.raises(RoundedBySpreadsheet):
        read("5.30499E+17")


def test_the_demonstration_region_is_refused_in_service() -> None:
    with pytest.raises(DemoRegionRefused):
        read_identity(number(), today=TODAY)


def test_the_old_prefix_with_a_birth_after_the_recoding_is_a_hint() -> None:
    """A child born in 1999 and registered under the old code: the usual library refuses, a gate must not."""
    found = read_identity(number("19990501", "000", "532426"), today=TODAY)
    assert found.hints == {Hint.COUNTY_OUT_OF_TIME}
    assert not read_identity(number("19700501", "000", "532426"), today=TODAY).hints


def test_the_birth_of_1998_under_the_old_prefix_is_read() -> None:
    """The year of the change itself belongs to both codes."""
    assert read_identity(number("19980301", "000", "532426"), today=TODAY).birth == date(1998, 3, 1)
    assert not read_identity(number("19980301", "000", "530425"), today=TODAY).hints


def test_the_new_prefix_with_a_birth_before_it_existed_is_a_hint() -> None:
    found = read_identity(number("19800501", "000", "530425"), today=TODAY)
    assert (found.birth, set(found.hints)) == (date(1980, 5, 1), {Hint.COUNTY_OUT_OF_TIME})


def test_an_unknown_county_in_a_known_province_is_a_hint_and_no_crash() -> None:
    assert read_identity(number(sequence="000", region="530498"), today=TODAY).hints == {Hint.COUNTY_UNKNOWN}


def test_an_unknown_province_is_a_hint() -> None:
    assert read_identity(number(sequence="000", region="160000"), today=TODAY).hints == {Hint.PROVINCE_UNKNOWN}


def test_fifteen_digits_are_matched_as_eighteen_and_both_are_kept() -> None:
    old = DEMO_REGION + "800229" + "001"
    found = read(old)
    assert (found.kind, found.text, found.matching) == (Kind.RESIDENT_15, old, number())
    assert (found.birth, found.sex, set(found.hints)) == (date(1980, 2, 29), "1", {Hint.OLD_NUMBER})
    assert found.matching == read(number()).matching


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_residence_permits_are_read_like_resident_numbers(region: str) -> None:
    found = read(number(sequence="000", region=region))
    assert (found.kind, found.region, found.hints) == (Kind.RESIDENCE_PERMIT, region, frozenset())


def test_the_foreigners_card_begins_with_nine_and_has_no_region() -> None:
    found = read(number(sequence="000", region="953999"))
    assert (found.kind, found.region, found.birth) == (Kind.FOREIGNER, None, date(1980, 2, 29))
    with pytest.raises(CheckCharacterDiffers):
        wrong = number(sequence="000", region="953999")
        read(wrong[:16] + str((int(wrong[16]) + 1) % 10) + wrong[17])


def test_the_foreigners_card_before_2023_tells_no_date() -> None:
    found = read("ZZZ530499000000")
    assert (found.kind, found.birth, found.text) == (Kind.FOREIGNER, None, found.matching)


def test_travel_permits_match_without_their_issue_count() -> None:
    assert read("H0000000001").matching == read("h00000000").matching == "H00000000"
    assert read("M00000000").kind is Kind.TRAVEL_PERMIT


def test_eight_digits_are_a_taiwan_permit_and_may_be_a_misplaced_date() -> None:
    assert read("00000000").kind is Kind.TRAVEL_PERMIT and not read("00000000").hints
    assert read("19800101").hints == {Hint.LOOKS_LIKE_DATE}


@pytest.mark.parametrize("text", ["E00000000", "EA0000000", "ZZ000000", "00AA00000"])
def test_passports(text: str) -> None:
    found = read(text)
    assert (found.kind, found.birth, found.sex) == (Kind.PASSPORT, None, None)


def test_a_travel_permit_with_a_digit_too_many_is_no_passport() -> None:
    with pytest.raises(NoKnownPaper):
        read("H000000000")
    assert read("Z000000000", Kind.PASSPORT).kind is Kind.PASSPORT


def test_a_passport_of_digits_needs_its_kind_said() -> None:
    """Nine digits are half a resident number as often as a passport, so the shape alone does not decide."""
    with pytest.raises(WrongLength):
        read("000000000")
    assert read("000000000", Kind.PASSPORT).kind is Kind.PASSPORT


@pytest.mark.parametrize("text", ["", "  ", "无", "-", "none", "没有"])
def test_no_paper_is_no_mistake_and_matches_nobody(text: str) -> None:
    found = read(text)
    assert (found.kind, found.text, found.matching, found.masked()) == (Kind.NONE, "", None, "")


def test_the_kind_chosen_must_agree_with_the_number() -> None:
    with pytest.raises(AnotherPaper) as caught:
        read(number(), Kind.PASSPORT)
    assert "护照" in caught.value.say("zh") and "passport" in caught.value.say("en")
    with pytest.raises(AnotherPaper):
        read(number(), Kind.NONE)
    assert read(DEMO_REGION + "800229001", Kind.RESIDENT_18).kind is Kind.RESIDENT_15


def test_empty_is_refused_where_a_paper_was_chosen() -> None:
    with pytest.raises(NoKnownPaper):
        read("", Kind.RESIDENT_18)


@pytest.mark.parametrize("text", ["abc", "王芳", "E-12", "530499 1980年", "X" * 40])
def test_what_is_no_number_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NoKnownPaper):
        read(text)


def test_a_number_without_a_paper_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="exactly when"):
        IdentityNumber(Kind.NONE, "E00000000", "E00000000")
    with pytest.raises(ValueError, match="exactly when"):
        IdentityNumber(Kind.PASSPORT, "", None)


def test_every_kind_and_hint_has_both_words() -> None:
    for word in (*Kind, *Hint):
        assert word.label("zh") != word.label("en")
        assert word.label("zh") and word.label("en").isascii()


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_substitution_is_refused(valid: str, place: int, sign: str) -> None:
    assume(sign != valid[place])
    with pytest.raises((CheckCharacterDiffers, ImpossibleDate, BornInFuture, BornTooLongAgo, NotADigit)):
        read(valid[:place] + sign + valid[place + 1 :])


@given(numbers, st.integers(0, 16))
def test_every_swap_of_neighbours_is_refused(valid: str, place: int) -> None:
    assume(valid[place] != valid[place + 1])
    swapped = valid[:place] + valid[place + 1] + valid[place] + valid[place + 2 :]
    with pytest.raises((CheckCharacterDiffers, ImpossibleDate, BornInFuture, BornTooLongAgo, NotADigit)):
        read(swapped)


@given(numbers)
def test_the_mask_shows_ends_only_and_repr_shows_nothing(valid: str) -> None:
    found = read(valid)
    assert found.masked() == valid[:3] + "*" * 13 + valid[-2:]
    assert valid[6:] not in repr(found) and str(found.birth.year if found.birth else valid) not in repr(found)


@given(st.text(max_size=40) | st.text(alphabet="0123456789XHMEx ０", max_size=20), st.sampled_from([None, *Kind]))
def test_any_text_is_read_or_refused_with_a_sentence(text: str, kind: Kind | None) -> None:
    from sibulou.lib.problem import Problem

    try:
        found = read_identity(text, today=TODAY, kind=kind)
    except Problem as problem:
        assert problem.number.startswith("422.1") and problem.say("zh") and problem.say("en")
    else:
        assert len(found.masked()) == len(found.text)


def test_the_letter_o_for_every_zero_is_named_at_its_first_place() -> None:
    with pytest.raises(NotADigit) as caught:
        read(number().replace("0", "O"))
    assert caught.value.facts["position"] == 3
