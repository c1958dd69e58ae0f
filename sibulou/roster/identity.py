"""What an identity number says, and when it must be refused.

A number is refused only for what cannot be true of any paper: its length, a sign that is no digit, a date
that does not exist or lies ahead, a check character that does not fit. Where it was issued is a hint and
never a refusal, because life disagrees with the list: a county is re-coded, a birth is registered late, a
child is registered before the re-coding. People whose only paper is a permit or a passport, and infants and
elders who have none, are read by the same door.

A refusal names the place or the reason and never repeats the number, since the sentence reaches logs and
screens. Nor does it tell which check character would fit: that invites writing it in, and the mistyped digit
stays.

Sources: GB 11643-1999 (resident numbers), ISO 7064 MOD 11-2 (check character), the rules of 2018 on residence
permits for Hong Kong, Macao and Taiwan residents, the migration administration's rules of 2023 on the
permanent residence card of foreigners. The dated codes of Yuxi are in `codelists/regions.tsv`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType

from sibulou.lib.problem import Problem

DEMO_REGION = "530499"
"""A county code that no county ever had; numbers on it belong to nobody and are read in demo mode only."""

OLDEST_YEARS = 120
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS = "10X98765432"
_DIGITS = frozenset("0123456789")
_PROVINCES = frozenset(
    f"{tens}{unit}"
    for tens, units in {
        1: "12345",
        2: "123",
        3: "1234567",
        4: "123456",
        5: "01234",
        6: "12345",
        7: "1",
        8: "123",
    }.items()
    for unit in units
)
_NOTHING = frozenset({"", "无", "無", "没有", "NONE", "NIL"})


class Kind(enum.StrEnum):
    """Which paper the number stands on. The values are kept in the database."""

    RESIDENT_18 = "resident18"
    RESIDENT_15 = "resident15"
    FOREIGNER = "foreigner"
    RESIDENCE_PERMIT = "permit"
    TRAVEL_PERMIT = "travel"
    PASSPORT = "passport"
    NONE = "none"

    def label(self, language: str) -> str:
        """The paper's name in `zh` or `en`."""
        zh, en = _KIND_LABELS[self]
        return zh if language.startswith("zh") else en


_KIND_LABELS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.RESIDENT_18: ("居民身份证", "resident identity card"),
        Kind.RESIDENT_15: ("居民身份证（15位旧号）", "resident identity card (old, 15 digits)"),
        Kind.FOREIGNER: ("外国人永久居留身份证", "foreigner's permanent residence card"),
        Kind.RESIDENCE_PERMIT: (
            "港澳台居民居住证",
            "residence permit for Hong Kong, Macao and Taiwan residents",
        ),
        Kind.TRAVEL_PERMIT: ("往来内地（大陆）通行证", "mainland travel permit"),
        Kind.PASSPORT: ("护照", "passport"),
        Kind.NONE: ("无证件", "no paper"),
    }
)


class Hint(enum.StrEnum):
    """Something to look at twice when there is time; the number stands all the same."""

    PROVINCE_UNKNOWN = "province-unknown"
    COUNTY_UNKNOWN = "county-unknown"
    COUNTY_OUT_OF_TIME = "county-out-of-time"
    OLD_NUMBER = "old-number"
    LOOKS_LIKE_DATE = "looks-like-date"

    def label(self, language: str) -> str:
        """One sentence in `zh` or `en`."""
        zh, en = _HINT_LABELS[self]
        return zh if language.startswith("zh") else en


_HINT_LABELS: Mapping[Hint, tuple[str, str]] = MappingProxyType(
    {
        Hint.PROVINCE_UNKNOWN: (
            "前两位不是现有省份的代码。",
            "The first two digits are no province known here.",
        ),
        Hint.COUNTY_UNKNOWN: (
            "前六位不在现有县区代码之内，可能是已撤销的旧代码。",
            "The first six digits are no county known here; it may be an old code.",
        ),
        Hint.COUNTY_OUT_OF_TIME: (
            "出生那年没有用这个县区代码，可能是补登户口或改码前后登记。",
            "This county code was not in use in the year of birth: late registration, or a re-coding.",
        ),
        Hint.OLD_NUMBER: (
            "这是15位旧号，请有机会时补录18位号码。",
            "This is an old number of 15 digits; enter the one of 18 when it can be had.",
        ),
        Hint.LOOKS_LIKE_DATE: (
            "这八位数字也像一个出生日期，请核对是否填错了格。",
            "These eight digits also read as a date of birth; check that they stand in the right box.",
        ),
    }
)


class WrongLength(Problem):
    """The count of digits fits no paper. The facts are `count` and `wanted`."""

    number = "422.10"
    zh = "证件号码是{count}位，应为{wanted}位。请对照证件，看是否漏输或多输；若是别的证件，请先选证件种类。"
    en = (
        "The number has {count} digits; it should have {wanted}. Compare it with the paper: one was left "
        "out or typed twice. If it stands on another paper, choose that kind first."
    )


class NotADigit(Problem):
    """A sign inside a resident number is no digit. The facts are `position` (from 1) and `sign`."""

    number = "422.11"
    zh = "证件号码第{position}位“{sign}”不是数字（只有第18位可以是X）。请改正这一位。"
    en = "Sign {position} of the number, “{sign}”, is no digit (only the 18th may be an X). Correct that one."


class ImpossibleDate(Problem):
    """The date of birth inside the number does not exist. The fact is `text`."""

    number = "422.12"
    zh = "第7位起的出生日期{text}不存在。请对照证件核对年、月、日。"
    en = "The date of birth {text}, from sign 7 on, does not exist. Compare it with the paper."


class BornInFuture(Problem):
    """The date of birth lies ahead of today. The facts are `born` and `today`."""

    number = "422.13"
    zh = "号码里的出生日期{born}晚于今天{today}。请核对第7至14位。"
    en = "The date of birth in the number, {born}, is later than today, {today}. Check signs 7 to 14."


class BornTooLongAgo(Problem):
    """Nobody is that old. The facts are `born` and `years`."""

    number = "422.14"
    zh = "号码里的出生日期{born}距今已满{years}年。请核对第7至14位的年份。"
    en = "The date of birth in the number, {born}, lies {years} years back or more. Check signs 7 to 10."


class CheckCharacterDiffers(Problem):
    """The last sign does not fit the others: a digit is likely mistyped. The fact is `sign`."""

    number = "422.15"
    zh = "最后一位“{sign}”与前17位对不上，很可能有一位输错或相邻两位颠倒。请对照证件逐位核对，不要只改最后一位。"
    en = (
        "The last sign, “{sign}”, does not fit the 17 before it: most likely a digit is mistyped or two "
        "neighbours are swapped. Compare every digit with the paper; do not merely change the last one."
    )


class DemoRegionRefused(Problem):
    """A made-up number of the demonstration was entered in real service. The fact is `region`."""

    number = "422.16"
    zh = "{region}开头的是演示用的虚构号码，正式使用时不能登记。请填写证件上的号码。"
    en = (
        "Numbers beginning with {region} are made up for the demonstration and cannot be entered in service. "
        "Enter the one on the paper."
    )


class NoKnownPaper(Problem):
    """The text has the shape of no paper we read. The fact is `length`."""

    number = "422.17"
    zh = "这{length}位文字不像任何一种证件号码。请对照证件重新输入；没有证件的，请选“无证件”。"
    en = (
        "These {length} signs look like no identity number. Type it again from the paper; where there is "
        "none, choose “no paper”."
    )


class AnotherPaper(Problem):
    """The number is not of the paper that was chosen. The facts are `chosen` and `found`, each a `Kind`."""

    number = "422.18"
    zh = "所选证件是“{chosen_zh}”，但号码像是“{found_zh}”。请改选证件种类，或核对号码。"
    en = (
        "The paper chosen is “{chosen_en}”, but the number looks like “{found_en}”. Choose the other kind, "
        "or check the number."
    )

    def __init__(self, *, chosen: Kind, found: Kind) -> None:
        super().__init__(
            chosen_zh=chosen.label("zh"),
            chosen_en=chosen.label("en"),
            found_zh=found.label("zh"),
            found_en=found.label("en"),
        )


class RoundedBySpreadsheet(Problem):
    """A spreadsheet kept the number as a quantity, and its last digits are lost."""

    number = "422.19"
    zh = "表格软件把号码变成了科学计数，最后几位已经丢失。请把这一列设为“文本”，再从原表重新填写。"
    en = (
        "A spreadsheet turned the number into a rounded quantity and its last digits are lost. Make the "
        "column text and enter it again from the original."
    )


@dataclass(frozen=True)
class IdentityNumber:
    """One identity number that has been read and found possible.

    `text` is what stands on the paper, in plain capitals and digits; `matching` is what two records of the
    same person agree on (18 digits also for an old number of 15, without the issue count of a travel
    permit), and is None exactly when there is no paper, so that two people without papers never match.
    `repr` prints neither them nor the birth date.
    """

    kind: Kind
    text: str = field(repr=False)
    matching: str | None = field(repr=False)
    birth: date | None = field(repr=False, default=None)
    sex: str | None = None
    region: str | None = None
    hints: frozenset[Hint] = frozenset()

    def __post_init__(self) -> None:
        if (self.kind is Kind.NONE) != (self.matching is None) or bool(self.text) != bool(self.matching):
            raise ValueError("a number is there exactly when there is a paper")

    def masked(self) -> str:
        """The number as screens show it: three signs, stars, two signs; shorter ones show one and two."""
        shown = 3 if len(self.text) >= 15 else 1
        return self.text[:shown] + "*" * (len(self.text) - shown - 2) + self.text[-2:] if self.text else ""


@dataclass(frozen=True)
class _Span:
    since: int
    until: int


def check_character(first17: str) -> str:
    """The 18th sign (0-9 or X) that belongs to 17 digits, by ISO 7064 MOD 11-2."""
    if len(first17) != 17 or not _DIGITS.issuperset(first17):
        raise ValueError("17 digits are needed")
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def read_identity(text: str, *, today: date, demo: bool = False, kind: Kind | None = None) -> IdentityNumber:
    """Read one identity number as it was typed, scanned or pasted.

    `kind` is the paper the person chose, if the form asked; without it the kind is told from the shape, and
    a passport made of digits alone cannot be told apart from half a resident number, so it is refused.
    Raises one of the Problems 422.10 to 422.19.
    """
    plain = _plain(text)
    if plain in _NOTHING and kind in {None, Kind.NONE}:
        return IdentityNumber(Kind.NONE, "", None)
    if re.fullmatch(r"[0-9]\.[0-9]+E\+?1[0-9]", plain):
        raise RoundedBySpreadsheet()
    found = kind if kind is Kind.PASSPORT and _PASSPORT.fullmatch(plain) else _shape(plain)
    if found is None:
        raise _why_unreadable(plain, kind)
    if kind is not None and not _same_paper(kind, found):
        raise AnotherPaper(chosen=kind, found=found)
    if found in {Kind.TRAVEL_PERMIT, Kind.PASSPORT} or plain[0].isalpha():
        return _undated(found, plain)
    return _dated(found, plain, today=today, demo=demo)


_TRAVEL = re.compile(r"[HM][0-9]{8}([0-9]{2})?|[0-9]{8}")
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{6,12}")
# A passport's own field has nine signs (ICAO 9303); longer ones are believed when the kind is said.
_LETTERED_PASSPORT = re.compile(r"(?=.*[A-Z])(?=.*[0-9]{5})[A-Z0-9]{6,9}")
_OLD_FOREIGNER = re.compile(r"[A-Z]{3}[0-9]{12}")
_LENGTHS = MappingProxyType({Kind.PASSPORT: "6–12", Kind.TRAVEL_PERMIT: "8"})


def _plain(text: str) -> str:
    """Full-width signs, small letters, blanks, dashes, a spreadsheet's apostrophe and look-alikes of X."""
    folded = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) not in {"Cf", "Pd"})
    kept = kept.lstrip("'‘’`")
    if len(kept) == 18 and kept[17] in "×Х*✕":
        return kept[:17] + "X"
    return kept


def _shape(plain: str) -> Kind | None:
    if len(plain) == 18 and _DIGITS.issuperset(plain[:17]) and (plain[17] in _DIGITS or plain[17] == "X"):
        if plain[0] == "9":
            return Kind.FOREIGNER
        return Kind.RESIDENCE_PERMIT if plain[:6] in {"810000", "820000", "830000"} else Kind.RESIDENT_18
    if len(plain) == 15 and _DIGITS.issuperset(plain):
        return Kind.RESIDENT_15
    if _OLD_FOREIGNER.fullmatch(plain):
        return Kind.FOREIGNER
    if _TRAVEL.fullmatch(plain):
        return Kind.TRAVEL_PERMIT
    if _LETTERED_PASSPORT.fullmatch(plain):
        return Kind.PASSPORT
    return None


def _same_paper(chosen: Kind, found: Kind) -> bool:
    resident = {Kind.RESIDENT_15, Kind.RESIDENT_18}
    return chosen == found or (chosen in resident and found in resident)


def _why_unreadable(plain: str, kind: Kind | None) -> Problem:
    """The most useful sentence for a text that has no known shape."""
    digits = sum(sign in _DIGITS for sign in plain)
    if plain and digits == len(plain):
        return WrongLength(count=len(plain), wanted=_LENGTHS.get(kind or Kind.RESIDENT_18, "18"))
    if (len(plain) == 18 and digits >= 9) or (len(plain) == 15 and digits >= 13):
        last = len(plain) == 18
        wrong = next(
            place
            for place, sign in enumerate(plain)
            if sign not in _DIGITS and not (last and place == 17 and sign == "X")
        )
        return NotADigit(position=wrong + 1, sign=plain[wrong])
    if len(plain) > 12 and plain.endswith("X") and digits == len(plain) - 1:
        return WrongLength(count=len(plain), wanted="18")
    return NoKnownPaper(length=len(plain))


def _undated(kind: Kind, plain: str) -> IdentityNumber:
    """Papers whose number tells no date: travel permits, passports, the foreigner's card before 2023."""
    if kind is Kind.TRAVEL_PERMIT and plain[0].isalpha():
        return IdentityNumber(kind, plain, plain[:9])
    hints = (
        {Hint.LOOKS_LIKE_DATE}
        if len(plain) == 8 and _DIGITS.issuperset(plain) and _reads_as_date(plain)
        else set[Hint]()
    )
    return IdentityNumber(kind, plain, plain, hints=frozenset(hints))


def _reads_as_date(eight: str) -> bool:
    return eight[:2] in {"19", "20"} and "01" <= eight[4:6] <= "12" and "01" <= eight[6:] <= "31"


def _dated(kind: Kind, plain: str, *, today: date, demo: bool) -> IdentityNumber:
    """Papers built like a resident number: six signs of place, a date, a sequence, a check character."""
    long = _lengthened(plain) if kind is Kind.RESIDENT_15 else plain
    birth = _birth(long[6:14], today)
    if long[17] != check_character(long[:17]):
        raise CheckCharacterDiffers(sign=long[17])
    resident = kind in {Kind.RESIDENT_15, Kind.RESIDENT_18}
    if resident and long[:6] == DEMO_REGION and not demo:
        raise DemoRegionRefused(region=DEMO_REGION)
    hints = _region_hints(long[:6], birth.year) if resident else set[Hint]()
    return IdentityNumber(
        kind=kind,
        text=plain,
        matching=long,
        birth=birth,
        sex="1" if int(long[16]) % 2 else "2",
        region=None if kind is Kind.FOREIGNER else long[:6],
        hints=frozenset(hints | ({Hint.OLD_NUMBER} if kind is Kind.RESIDENT_15 else set())),
    )


def _lengthened(fifteen: str) -> str:
    """The 18 signs of a number of 15, which were only issued to people born in the 1900s still alive."""
    first17 = f"{fifteen[:6]}19{fifteen[6:]}"
    return first17 + check_character(first17)


def _birth(eight: str, today: date) -> date:
    try:
        birth = date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        raise ImpossibleDate(text=f"{eight[:4]}-{eight[4:6]}-{eight[6:]}") from None
    if birth > today:
        raise BornInFuture(born=birth, today=today)
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    if years >= OLDEST_YEARS:
        raise BornTooLongAgo(born=birth, years=OLDEST_YEARS)
    return birth


def _region_hints(region: str, year: int) -> set[Hint]:
    if region == DEMO_REGION:
        return set()
    if region[:2] not in _PROVINCES:
        return {Hint.PROVINCE_UNKNOWN}
    span = _regions().get(region)
    if span is None:
        return {Hint.COUNTY_UNKNOWN}
    return set() if span.since <= year <= span.until else {Hint.COUNTY_OUT_OF_TIME}


@cache
def _regions() -> Mapping[str, _Span]:
    """County codes with the years they were in use; a year left blank is open."""
    table = resources.files("sibulou.roster").joinpath("codelists", "regions.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line[:1].isdigit())
    return {code: _Span(int(since or 0), int(until or 9999)) for code, _, since, until in rows}
