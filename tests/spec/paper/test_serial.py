"""The serial on every page: a slip of the pen is noticed, and no serial ever comes twice."""

from __future__ import annotations

from datetime import date

import pytest

from sibulou.paper.problems import MistypedCode, MistypedSerial, NoCode, NotASerial
from sibulou.paper.serial import Serial, code_of_subject, read_code, read_serial, serial_of
from sibulou.roster.area_key import from_code

VILLAGE = from_code("530499001001")
FIRST = serial_of(area=VILLAGE, day=date(2020, 2, 10), number=42)


def test_a_serial_says_county_day_and_running_number() -> None:
    """Six digits of the county, month and day of the draw-up, a number, and a letter that checks them."""
    assert str(FIRST).startswith("530499-0210-0042-")
    assert read_serial(str(FIRST)) == FIRST


def test_any_one_digit_typed_wrong_is_noticed() -> None:
    """Whichever of the fourteen digits it is, and whatever stands there instead."""
    right = str(FIRST)
    for at, sign in enumerate(right[:-1]):
        for other in "0123456789".replace(sign, "") if sign.isdigit() else "":
            with pytest.raises((MistypedSerial, NotASerial)):
                read_serial(right[:at] + other + right[at + 1 :])


def test_two_neighbours_changed_about_are_noticed() -> None:
    """Across the dashes, too."""
    digits = f"{FIRST.county}{FIRST.day}{FIRST.number:04d}"
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            with pytest.raises(MistypedSerial):
                read_serial(swapped + FIRST.sign)


def test_the_letter_is_never_one_that_reads_as_a_digit() -> None:
    """No I, O or U among the letters of a thousand serials; all of the others."""
    signs = {Serial("530499", "0210", number).sign for number in range(1, 1000)}
    assert signs == set("ABCDEFGHJKLMNPQRSTVWXYZ")


@pytest.mark.parametrize("typed", ["", "42", "530499-0210-42", "530499-0210-0000-A", "五三〇四九九", "x" * 400])
def test_what_is_no_serial_is_told_apart_from_a_mistyped_one(typed: str) -> None:
    """The sentence says what a serial looks like."""
    with pytest.raises(NotASerial):
        read_serial(typed)


def test_the_code_on_a_door_is_the_one_the_field_app_reads() -> None:
    """County, number and two check digits, as `static/field/code.js` makes them."""
    assert code_of_subject(VILLAGE, 1234) == "530499-1234-17"
    assert read_code("https://any.example/q/530499-1234-17") == ("530499", 1234)
    with pytest.raises(MistypedCode):
        read_code("530499-1243-17")
    with pytest.raises(NoCode):
        read_code("530499")
