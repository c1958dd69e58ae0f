"""The serial on every page of a sheet, and the code on doors and at posts: numbers that notice a slip of the pen.

A serial is `530425-0210-0042-K`: the county's six digits, month and day of the draw-up, a running number, and a check
sign. The running number of a day of the year goes on where last year's ended, so that no serial ever comes twice.

The sign is the number of fourteen digits modulo 23 as a letter. 23 is a prime above 10 that does not divide
what two neighbours changed about make of a number, so one digit mistyped and two neighbours swapped are always noticed.

A subject's code is `530499-1234-56`, as `static/field/code.js` reads it: county, number, two digits of ISO 7064
(MOD 97-10).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from sibulou.paper.problems import MistypedCode, MistypedSerial, NoCode, NotASerial
from sibulou.roster.area_key import Level, ancestor, level_of

SIGNS = "ABCDEFGHJKLMNPQRSTVWXYZ"
"""The letters without I, O and U, which are read as something else."""

MOST = 9999
"""How many sheets may bear one day of the year."""

_SERIAL = re.compile(r"(\d{6})-?(\d{4})-?(\d{4})-?([A-Z])")
_CODE = re.compile(r"(?:.*/q/)?(\d{6})-(\d{1,15})-(\d{2})/?")
_DASHES = re.compile(r"[\s‐-―－]+")


@dataclass(frozen=True)
class Serial:
    """A serial in its parts: six digits, four digits, and a number from 1 to `MOST`."""

    county: str
    day: str
    number: int

    def __post_init__(self) -> None:
        if not (re.fullmatch(r"[0-9]{6}", self.county) and re.fullmatch(r"[0-9]{4}", self.day)):
            raise ValueError(f"no county and day: {self.county} {self.day}")
        if not 1 <= self.number <= MOST:
            raise ValueError(f"no running number: {self.number}")

    @property
    def sign(self) -> str:
        """The check sign."""
        return SIGNS[int(f"{self.county}{self.day}{self.number:04d}") % len(SIGNS)]

    def __str__(self) -> str:
        return f"{self.county}-{self.day}-{self.number:04d}-{self.sign}"


def county_of(area: int) -> str:
    """The six digits of the county that an area lies in, as the codes on doors have them."""
    return str(ancestor(area, min(Level.COUNTY, level_of(area))))[:6]


def serial_of(*, area: int, day: date, number: int) -> Serial:
    """The serial of a sheet drawn up for an area on a day."""
    return Serial(county_of(area), f"{day:%m%d}", number)


def read_serial(text: str) -> Serial:
    """A serial as somebody typed or scanned it: in any width of sign, with or without dashes.

    Raises NotASerial, MistypedSerial (the check sign does not fit).
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip().upper())
    plain = plain.rstrip("/").rpartition("/")[2]
    found = _SERIAL.fullmatch(plain)
    if found is None or found[3] == "0000":
        raise NotASerial(typed=text.strip()[:40])
    serial = Serial(found[1], found[2], int(found[3]))
    if serial.sign != found[4]:
        raise MistypedSerial(typed=plain)
    return serial


def check_digits(county: str, number: int) -> str:
    """The two check digits of a subject's code."""
    return f"{98 - int(f'{county}{number}') * 100 % 97:02d}"


def code_of_subject(area: int, number: int) -> str:
    """What the picture on a door or at a post says after `/q/`."""
    county = county_of(area)
    return f"{county}-{number}-{check_digits(county, number)}"


def read_code(text: str) -> tuple[str, int]:
    """The county and the number of a subject's code. Raises NoCode, MistypedCode."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).strip())
    found = _CODE.fullmatch(plain)
    if found is None:
        raise NoCode(typed=text.strip()[:40])
    county, number = found[1], int(found[2])
    if check_digits(county, int(number)) != found[3] or str(number) != found[2]:
        raise MistypedCode(typed=plain[:40])
    return county, number
