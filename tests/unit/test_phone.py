"""Telephone numbers: what can be rung, what is shown, and that the demonstration rings nobody.

Numbers that must be possible in service are a carrier's own line (138 0013 8000), landlines beginning with 9,
which are services and never a home, and blocks filled with zeros at run time; all others lie in block 154.
"""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.roster.phone import DEMO_BLOCK, NotAPhone, Phone, read_phone

MOBILE = "13800138000"
LANDLINE = "08779600000"


@pytest.mark.parametrize(
    "typed",
    [
        MOBILE,
        "138 0013 8000",
        "138-0013-8000",
        f"+86{MOBILE}",
        f"0086 {MOBILE}",
        f"86{MOBILE}",
        "１３８００１３８０００",
        f"'{MOBILE}",
    ],
)
def test_one_mobile_however_it_is_written(typed: str) -> None:
    assert read_phone(typed) == Phone(MOBILE, f"+86{MOBILE}", mobile=True)


@pytest.mark.parametrize("typed", [LANDLINE, "0877-9600000", "(0877) 960 0000", "（0877）9600000", "+868779600000"])
def test_a_landline_with_its_area_code(typed: str) -> None:
    found = read_phone(typed)
    assert (found.text, found.matching, found.mobile) == (LANDLINE, "+868779600000", False)


def test_a_landline_as_neighbours_give_it_needs_the_countys_area_code() -> None:
    with pytest.raises(NotAPhone):
        read_phone("9600000")
    assert read_phone("960-0000", area_code="0877").text == LANDLINE
    assert read_phone(MOBILE, area_code="0877").text == MOBILE


def test_an_extension_is_kept_apart_from_what_is_matched() -> None:
    found = read_phone("0877-9600000转12")
    assert (found.extension, found.matching) == ("12", read_phone(LANDLINE).matching)


@pytest.mark.parametrize("prefix", ["166", "199", "192"])
def test_new_mobile_blocks(prefix: str) -> None:
    assert read_phone(prefix + "0" * 8).mobile


def test_a_number_from_abroad_is_dialled_with_00() -> None:
    """The number lies in the range that the British regulator keeps for films."""
    abroad = "+442079460000"
    found = read_phone(abroad)
    assert (found.matching, found.text) == (abroad, "00" + abroad[1:])


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("", 0),
        ("110", 3),
        ("1380013800", 10),
        (MOBILE + "0", 12),
        ("138O0138000", 10),
        ("无", 0),
        (f"{MOBILE}/{MOBILE}", 22),
    ],
)
def test_what_cannot_be_rung_is_refused_with_its_count(typed: str, digits: int) -> None:
    with pytest.raises(NotAPhone) as caught:
        read_phone(typed, demo=True)
    assert f"{digits}位" in caught.value.say("zh") and f"{digits} digits" in caught.value.say("en")


@given(st.integers(0, 10**6 - 1))
def test_demonstration_numbers_are_read_in_demo_mode_only(tail: int) -> None:
    """Fails too should the block ever be given to a carrier: then choose another."""
    made_up = f"{DEMO_BLOCK}{tail:06}"
    assert read_phone(f"+86 {made_up}", demo=True).text == made_up
    assert not phonenumbers.is_valid_number(phonenumbers.parse(made_up, "CN"))
    with pytest.raises(NotAPhone):
        read_phone(made_up)


@given(st.integers(0, 10**6 - 1))
def test_the_mask_hides_the_middle_and_repr_everything(tail: int) -> None:
    found = read_phone(f"{DEMO_BLOCK}{tail:06}", demo=True)
    assert found.masked() == f"154****{found.text[7:]}"
    assert found.text not in repr(found) and found.matching not in repr(found)


def test_of_a_landline_two_digits_are_shown() -> None:
    assert read_phone(LANDLINE).masked() == "*********00"


@given(st.text(max_size=25) | st.text(alphabet="0123456789+-() 转x", max_size=25))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_phone(text, area_code="0877")
    except NotAPhone as problem:
        assert problem.say("zh") and problem.say("en")
    else:
        assert found.text.isdigit() and found.matching.startswith("+")
