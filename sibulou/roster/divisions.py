"""The official divisions of the country, from which any county can be founded (domain section 5).

The table is packed and sorted by code, so that everything under a code is one slice of it: unpacking takes a
third of a second, once per process, and a county of 1,500 units a few milliseconds after that. Its origin and
its oddities (headings that are no prefectures, cities without counties) are told in `data/README.md`.
"""

from __future__ import annotations

import lzma
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sibulou.roster.area_key import Level
from sibulou.roster.codes import ETHNIC, unit_kind
from sibulou.roster.problems import NotACounty, UnknownDivision

HEADINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Names in the place of a prefecture under which counties are listed that have none."""

_LEVELS = {level.digits: level for level in Level if level <= Level.VILLAGE}


@dataclass(frozen=True)
class Division:
    """One official division: its code, its full name, and the short one, which is unique under its parent."""

    code: str
    name: str
    short: str

    def __post_init__(self) -> None:
        if len(self.code) not in _LEVELS or not (self.name and self.short):
            raise ValueError(f"no division: {self}")

    @property
    def level(self) -> Level:
        """Province to village."""
        return _LEVELS[len(self.code)]

    @property
    def parent(self) -> str:
        """The code of the division above; empty for a province."""
        return self.code[: Level(self.level - 1).digits] if self.level > Level.PROVINCE else ""

    @property
    def kind(self) -> str:
        """The kind in `codes.UNIT`; a number outside the official ranges counts among the "like" ones."""
        try:
            return unit_kind(self.code)
        except ValueError:
            return "township-like" if self.level == Level.TOWNSHIP else "village-like"

    @property
    def is_heading(self) -> bool:
        """Whether this is no unit, only a heading in the place of a prefecture."""
        return self.level == Level.PREFECTURE and self.name in HEADINGS


@dataclass(frozen=True)
class CountyPlan:
    """A county as the official table has it, in the order of the codes."""

    ancestors: tuple[Division, Division]
    county: Division
    townships: tuple[Division, ...]
    villages: tuple[Division, ...]

    @property
    def divisions(self) -> tuple[Division, ...]:
        """All of them, each after the one above it."""
        return (*self.ancestors, self.county, *self.townships, *self.villages)

    @property
    def full_name(self) -> str:
        """Province, prefecture and county; without headings, and no name twice."""
        return full_name([*(one.name for one in self.ancestors), self.county.name])


def division(code: str) -> Division:
    """The division of a code. Raises UnknownDivision."""
    try:
        siblings = _siblings(code)
    except UnknownDivision:  # what is above it is not there either: it is the code asked for that is told of
        raise UnknownDivision(code=code) from None
    for one in siblings:
        if one.code == code:
            return one
    raise UnknownDivision(code=code)


def children(code: str) -> tuple[Division, ...]:
    """The divisions one level below a code, in order; of no code, the provinces. Raises UnknownDivision."""
    return _wide_children(code) if len(code) < Level.COUNTY.digits else _children(code)


def county(code: str) -> CountyPlan:
    """All of one county (or city without counties, by 4 digits). Raises UnknownDivision, NotACounty."""
    found = division(_county_code(code))
    rows = _slice(found.code)
    townships = _named([row for row in rows if len(row[0]) == Level.TOWNSHIP.digits], Level.TOWNSHIP)
    by_township: dict[str, list[tuple[str, str]]] = {one.code: [] for one in townships}
    for row in rows:
        if len(row[0]) == Level.VILLAGE.digits:
            by_township[row[0][:9]].append(row)
    villages = (one for part in by_township.values() for one in _named(part, Level.VILLAGE))
    return CountyPlan((division(found.code[:2]), division(found.parent)), found, townships, tuple(villages))


def counties(code: str) -> tuple[str, ...]:
    """The codes of all counties under a province or prefecture, or the county's own. Raises UnknownDivision."""
    found = tuple(row[0] for row in _slice(code) if len(row[0]) == Level.COUNTY.digits)
    if not found:
        raise UnknownDivision(code=code)
    return found


def full_name(names: Iterable[str]) -> str:
    """The names from the province down as one, without headings, and no name right after itself."""
    said: list[str] = []
    for name in names:
        if name not in HEADINGS and name not in said[-1:]:
            said.append(name)
    return "".join(said)


_ETHNIC_ENDS = "|".join(
    sorted({name for one in ETHNIC for name in (one.zh, one.zh[:-1]) if len(name) > 1}, key=len, reverse=True)
)
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{_ETHNIC_ENDS}|各族)+(?:民族)?(?:自治区|自治州|自治县|自治旗|乡|苏木)")
_ENDS = {
    Level.PROVINCE: r"省|市|自治区",
    Level.PREFECTURE: r"市|地区|盟|自治州",
    Level.COUNTY: r"自治县|自治旗|新区|矿区|林区|特区|县|市|区|旗",
    Level.TOWNSHIP: r"街道办事处|街道|地区办事处|办事处|民族乡|苏木|镇|乡",
    Level.VILLAGE: r"(?:社区)?(?:居民委员会|居委会|家委会)|(?:社区|村)?(?:村民委员会|村委会)|社区|村|嘎查",
}
_PLAIN = {level: re.compile(rf"(.{{2,}}?)(?:{ends})") for level, ends in _ENDS.items()}


def short_name(name: str, level: Level) -> str:
    """The name without what its level says anyway, never fewer than two characters: 铁厂村民委员会, 铁厂."""
    if name in HEADINGS or level not in _PLAIN:
        return name
    found = _AUTONOMOUS.fullmatch(name) or _PLAIN[level].fullmatch(name)
    return found[1] if found else name


def short_names(names: Sequence[str], level: Level) -> list[str]:
    """The short names of siblings; where two would be equal, each says more (铁厂社区, 铁厂村)."""
    plain = [short_name(name, level) for name in names]
    often = Counter(plain)
    wider = [_with_kind(name, one) if often[one] > 1 else one for name, one in zip(names, plain, strict=True)]
    often = Counter(wider)
    return [name if often[one] > 1 else one for name, one in zip(names, wider, strict=True)]


def _with_kind(name: str, short: str) -> str:
    rest = name.removeprefix(short)
    return short + next((kind for kind in ("社区", "居", "村", "街道", "镇", "乡", "市", "县") if kind in rest), "")


def _county_code(code: str) -> str:
    """The code itself, or that of the only county of a city without counties."""
    if len(code) == Level.COUNTY.digits:
        return code
    found = division(code)
    below = children(code) if len(code) == Level.PREFECTURE.digits else ()
    if len(below) == 1 and below[0].name == found.name:
        return below[0].code
    raise NotACounty(code=code, name=found.name, some="、".join(f"{one} {division(one).name}" for one in _near(code)))


def _near(code: str) -> tuple[str, ...]:
    """A few county codes to choose from."""
    return (code[:6],) if len(code) > Level.COUNTY.digits else counties(code)[:3]


def _children(code: str) -> tuple[Division, ...]:
    level, rows = _LEVELS.get(len(code), 0), _slice(code)
    if code and not (level and rows):
        raise UnknownDivision(code=code)
    if level == Level.VILLAGE:
        return ()
    below = Level(level + 1)
    return _named([row for row in rows if len(row[0]) == below.digits], below)


_wide_children = cache(_children)  # provinces and prefectures: a few hundred, each a long slice


def _siblings(code: str) -> tuple[Division, ...]:
    if not (code.isascii() and code.isdigit() and len(code) in _LEVELS):
        raise UnknownDivision(code=code)
    level = _LEVELS[len(code)]
    return children("" if level == Level.PROVINCE else code[: Level(level - 1).digits])


def _named(rows: Sequence[tuple[str, str]], level: Level) -> tuple[Division, ...]:
    shorts = short_names([name for _, name in rows], level)
    return tuple(Division(code, name, short) for (code, name), short in zip(rows, shorts, strict=True))


@cache
def _table() -> bytes:
    """All lines, each after a line feed, the heading taken off."""
    packed = resources.files("sibulou.roster").joinpath("data", "divisions.tsv.xz").read_bytes()
    text = lzma.decompress(packed)
    return text[text.index(b"\n") :]


@cache
def _provinces() -> list[tuple[str, str]]:
    return [(code.decode(), name.decode()) for code, name in re.findall(rb"\n(\d\d)\t([^\n]+)", _table())]


def _slice(code: str) -> list[tuple[str, str]]:
    """All rows at or under a code, in order; of no code, the provinces; empty where nobody has the code."""
    if not code:
        return _provinces()
    if not (code.isascii() and code.isdigit()):
        return []
    low = _table().find(f"\n{code}\t".encode())
    if low < 0:
        return []
    block = re.compile(rf"(?:\n{code}[^\n]*)*".encode()).match(_table(), low)
    lines = block[0].decode().strip().split("\n") if block else []
    return [(part, name) for part, _, name in (line.partition("\t") for line in lines)]
