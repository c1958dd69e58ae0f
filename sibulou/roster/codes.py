"""The coded lists: what may stand in a coded field, and the word each code is shown by.

The code is stored, the word is shown. Each list is a table in `codelists/`, so that a person who reads the
standard can check it without reading Python. A list iterates with its common values first, as forms offer
them. `other` is the code by which another standard knows the value, blank where nobody has read it there.

The credit code of organisations (GB 32100-2015) is read here as well, with a check of our own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from sibulou.lib.problem import Problem
from sibulou.roster.identity import DEMO_REGION


@dataclass(frozen=True)
class Code:
    """One value of a list, with its words and, where there is one, its code in another standard."""

    code: str
    zh: str
    en: str
    common: bool = False
    other: str = ""

    def __post_init__(self) -> None:
        if not (self.code and self.zh and self.en):
            raise ValueError(f"a code needs its value and both words: {self}")

    def label(self, language: str) -> str:
        """The word in `zh` or `en`."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes in the order forms offer them; `code in list` and `list["01"]` take the code."""

    name: str
    codes: tuple[Code, ...]

    def __post_init__(self) -> None:
        if len({code.code for code in self.codes}) != len(self.codes):
            raise ValueError(f"the list {self.name} says a code twice")

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return any(one.code == code for one in self.codes)

    def __getitem__(self, code: str) -> Code:
        """The value of a code. Raises KeyError."""
        for one in self.codes:
            if one.code == code:
                return one
        raise KeyError(code)

    def label(self, code: str, language: str) -> str:
        """The word of a code in `zh` or `en`; a code that is not listed is shown as it stands.

        A roster may hold a code of a later edition, and a screen must still show the person.
        """
        return self[code].label(language) if code in self else code

    def choices(self, language: str) -> list[tuple[str, str]]:
        """Code and word of every value, as a form's select takes them."""
        return [(one.code, one.label(language)) for one in self.codes]

    @property
    def common(self) -> tuple[Code, ...]:
        """The values that are offered first."""
        return tuple(one for one in self.codes if one.common)


def _load(name: str) -> CodeList:
    table = resources.files("sibulou.roster").joinpath("codelists", f"{name}.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")][1:]
    codes = [Code(code, zh, en, common == "1", other) for code, zh, en, common, other in rows]
    return CodeList(name, tuple(sorted(codes, key=lambda code: not code.common)))


SEX = _load("sex")
"""GB/T 2261.1."""
ETHNIC = _load("ethnic")
"""GB/T 3304-1991: all 56, `en` the romanised name, `other` the two letters."""
RELATION = _load("relation")
"""GB/T 4761-2008, two digits: the relation to the head of household."""
RESIDENCE = _load("residence")
"""Ours: present, away, returned, visitor, moved, died."""
POST = _load("post")
"""Ours: gate, trunk, compound, village."""
INSTITUTION = _load("institution")
"""Ours: hospitals, clinics, pharmacies, schools, markets, firms."""
PLACE = _load("place")
"""Ours: markets, squares, offices, roads, and what else is cleaned and disinfected."""
SYMPTOM = _load("symptom")
"""Ours; `other` is kept for the code of WS/T 364.6-2023."""
UNIT = _load("unit")
"""Kinds of administrative unit, from province to micro-grid."""

LISTS: Mapping[str, CodeList] = MappingProxyType(
    {one.name: one for one in (SEX, ETHNIC, RELATION, RESIDENCE, POST, INSTITUTION, PLACE, SYMPTOM, UNIT)}
)
"""Every list by its name, for plans and imports that name one."""

_BY_LENGTH = MappingProxyType({2: "province", 4: "prefecture", 6: "county", 15: "group", 18: "micro-grid"})
_TOWNSHIPS = ((1, 99, "subdistrict"), (100, 199, "town"), (200, 399, "township"), (400, 599, "township-like"))
_VILLAGES = (
    (1, 199, "community"),
    (200, 399, "village"),
    (400, 499, "community-like"),
    (500, 599, "village-like"),
)


def unit_kind(code: str) -> str:
    """The kind in `UNIT` that an area code of 2, 4, 6, 9, 12, 15 or 18 digits tells.

    Townships and villages by the range of their last three digits (GB/T 10114, rules of the statistics
    office). Raises ValueError for another length or a number outside the ranges.
    """
    if not (code.isascii() and code.isdigit()):
        raise ValueError(f"an area code has digits only: {code!r}")
    if kind := _BY_LENGTH.get(len(code)):
        return kind
    ranges = {9: _TOWNSHIPS, 12: _VILLAGES}.get(len(code), ())
    for low, high, kind in ranges:
        if low <= int(code[-3:]) <= high:
            return kind
    raise ValueError(f"no unit has the area code {code!r}")


class BadCreditCode(Problem):
    """A unified social credit code that cannot be right. The facts are `reason_zh` and `reason_en`."""

    number = "422.21"
    zh = "统一社会信用代码有误：{reason_zh}。请对照营业执照或登记证书重新输入；没有代码的（如村卫生室）可以留空。"
    en = (
        "The unified social credit code is wrong: {reason_en}. Type it again from the licence or "
        "certificate; who has none, such as a village clinic, leaves it blank."
    )


@dataclass(frozen=True)
class CreditCode:
    """An organisation's credit code that has been read: its text and the county of its registrar."""

    text: str
    region: str


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_check(first17: str) -> str:
    """The 18th sign of a credit code (GB 32100, mod 31 with weights of powers of three)."""
    if len(first17) != 17 or not set(_CREDIT_SIGNS).issuperset(first17):
        raise ValueError("17 signs of a credit code are needed")
    total = sum(pow(3, place, 31) * _CREDIT_SIGNS.index(sign) for place, sign in enumerate(first17))
    return _CREDIT_SIGNS[-total % 31]


def read_credit_code(text: str, *, demo: bool = False) -> CreditCode | None:
    """Read one credit code as typed; blank is None, as a village clinic has none. Raises Problem 422.21."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split()).replace("-", "")
    if not plain:
        return None
    if len(plain) != 18:
        raise BadCreditCode(
            reason_zh=f"共{len(plain)}位，应为18位", reason_en=f"it has {len(plain)} signs instead of 18"
        )
    for position, sign in enumerate(plain, 1):
        if sign not in _CREDIT_SIGNS or (3 <= position <= 8 and sign not in "0123456789"):
            raise BadCreditCode(
                reason_zh=f"第{position}位不能是“{sign}”", reason_en=f"sign {position} cannot be “{sign}”"
            )
    if plain[17] != credit_check(plain[:17]):
        raise BadCreditCode(
            reason_zh="最后一位与前17位对不上，很可能有一位输错",
            reason_en="the last sign does not fit the others, so one is likely mistyped",
        )
    if plain[2:8] == DEMO_REGION and not demo:
        raise BadCreditCode(
            reason_zh="这是演示用的虚构代码，正式使用时不能登记",
            reason_en="it is made up for the demonstration and cannot be entered in service",
        )
    return CreditCode(plain, plain[2:8])
