"""Areas that the official table does not hold: groups, micro-grids, and units founded after its cut."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sibulou.lib.problem import Problem
from sibulou.roster.area_key import LEVEL_NAMES, Level, child_key, span
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named
from sibulou.roster.divisions import short_name
from sibulou.roster.found import NewArea, put_areas
from sibulou.roster.models import Area, AreaCode
from sibulou.roster.problems import (
    CodeTaken,
    GroupTaken,
    ImportRefused,
    NoSlotLeft,
    NotUnderThis,
    UnknownArea,
    WrongGroupNumber,
)
from sibulou.roster.recode import check_code

_WORDS = {Level.GROUP: "{}组", Level.MICRO: "{}号网格"}


def add_group(
    *, village: Area, number: int | None = None, name: str = "", by: By, now: datetime, since: datetime | None = None
) -> Area:
    """Add a group to a village, by its number or its name; without a number it takes the next one.

    Raises NotUnderThis, WrongGroupNumber, GroupTaken, NoSlotLeft, NameMissing, OutOfReach.
    """
    return _add_numbered(village, Level.GROUP, number, name, by=by, now=now, since=since)


def add_micro_grid(
    *, group: Area, number: int | None = None, name: str = "", by: By, now: datetime, since: datetime | None = None
) -> Area:
    """Add a micro-grid (ten households or so) to a group. Raises as `add_group`."""
    return _add_numbered(group, Level.MICRO, number, name, by=by, now=now, since=since)


def add_area(*, parent: Area, code: str, name: str, by: By, now: datetime, since: datetime | None = None) -> Area:
    """Add a township or a village that was founded after the table's cut, or by a merger.

    Its key is seeded from the code where that slot is free. Raises NotUnderThis, WrongCode, CodeTaken,
    GroupTaken, NoSlotLeft, NameMissing, OutOfReach.
    """
    level = parent.at.child if parent.at in (Level.COUNTY, Level.TOWNSHIP) else None
    if level is None:
        raise _misplaced(parent, Level.VILLAGE)
    check_code(code, level=level, parent=parent)
    name = named(name, 80)
    with deed():
        siblings = _Siblings.of(parent)
        siblings.refuse(name)
        holder = AreaCode.objects.filter(code=code, valid_to__isnull=True).select_related("area").first()
        if holder is not None:
            raise CodeTaken(code=code, holder=holder.area.name)
        key = child_key(parent.id, siblings.slot(int(code[-3:])))
        short = short_name(name, level)
        return _put(NewArea(key, name, name if short in siblings.shorts else short, code), by=by, now=now, since=since)


def import_groups(*, content: bytes, by: By, now: datetime, since: datetime | None = None) -> list[Area]:
    """Add the groups of a file, all or none: a line holds a village's code, and a group's number or name.

    A line with the code of a group (15 digits) adds a micro-grid to it.
    Commas, tabs or semicolons; UTF-8 or GB 18030; a heading is passed over. Raises ImportRefused, which names
    every mistake by its line; OutOfReach.
    """
    with deed():
        villages: dict[str, _Siblings] = {}
        found: list[NewArea] = []
        mistakes: list[tuple[int, Problem]] = []
        for line in _lines(content):
            try:
                if line.code not in villages:
                    villages[line.code] = _Siblings.of(_village_or_group(line.code))
                found.append(villages[line.code].next(line.group))
            except Problem as problem:
                mistakes.append((line.number, problem))
        if mistakes:
            raise ImportRefused(
                count=len(mistakes),
                mistakes_zh="\n".join(f"第{number}行：{problem.say('zh')}" for number, problem in mistakes),
                mistakes_en="\n".join(f"line {number}: {problem.say('en')}" for number, problem in mistakes),
            )
        _put_all(found, since=since or now)
        audit("groups.import", by=by, now=now, groups=len(found), villages=sorted(villages))
    return list(Area.objects.filter(pk__in=[row.key for row in found]))


@dataclass(frozen=True)
class _Line:
    number: int
    code: str
    group: str


def _lines(content: bytes) -> Iterator[_Line]:
    """The lines that say something, counted as an editor counts them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    first = text.lstrip().partition("\n")[0]
    sign = next((one for one in "\t;," if one in first), ",")
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=None), delimiter=sign), 1):
        plain = [cell.strip().lstrip("'‘’`") for cell in cells]
        if not any(plain) or (number == 1 and not any(sign.isdigit() for sign in plain[0])):
            continue
        yield _Line(number, plain[0], " ".join(plain[1:]).strip())


def _village_or_group(code: str) -> Area:
    area = area_by_code(code)
    if area.until is not None:
        raise UnknownArea(code=code)
    if area.at not in (Level.VILLAGE, Level.GROUP):
        raise _misplaced(area, Level.GROUP)
    return area


def _misplaced(parent: Area, child: Level) -> NotUnderThis:
    (child_zh, child_en), (wanted_zh, wanted_en) = LEVEL_NAMES[child], LEVEL_NAMES[Level(child - 1)]
    return NotUnderThis(
        parent=parent.name, child_zh=child_zh, child_en=child_en, wanted_zh=wanted_zh, wanted_en=wanted_en
    )


@dataclass
class _Siblings:
    """The children of an area: which names and which slots of the key are taken."""

    parent: Area
    code: str
    names: set[str]
    shorts: set[str]
    slots: set[int]

    @classmethod
    def of(cls, parent: Area) -> _Siblings:
        step = span(parent.at.child)
        rows = list(Area.objects.filter(parent=parent).values_list("id", "name", "short_name", "until"))
        return cls(
            parent,
            code_of(parent),
            {name for _, name, _, until in rows if until is None},
            {short for _, _, short, until in rows if until is None},
            {(key - parent.id) // step for key, *_ in rows},
        )

    def refuse(self, name: str) -> None:
        """Raises GroupTaken for a name that a sibling on the roster has."""
        if name in self.names:
            raise GroupTaken(parent=self.parent.name, name=name)

    def slot(self, wanted: int | None) -> int:
        """The wanted slot of the key if it is free, else the first one behind all others, else any."""
        if wanted and wanted not in self.slots:
            return wanted
        last = max(self.slots, default=0) + 1
        free = last if last < 1000 else next((one for one in range(1, 1000) if one not in self.slots), 0)
        if not free:
            raise NoSlotLeft(parent=self.parent.name, count=len(self.slots))
        return free

    def next(self, given: str) -> NewArea:
        """The area for a number or a name, taken from now on. Raises WrongGroupNumber, GroupTaken, NoSlotLeft."""
        given = unicodedata.normalize("NFKC", given)
        number = int(given) if given.isascii() and given.isdigit() else None
        if number is None and not any(sign.isalpha() for sign in given):
            raise WrongGroupNumber(given=given)
        if number is not None and not 1 <= number <= 999:
            raise WrongGroupNumber(given=given)
        name = named(given, 40) if number is None else _WORDS[self.parent.at.child].format(number)
        self.refuse(name)
        slot = self.slot(number)
        self.names.add(name)
        self.slots.add(slot)
        return NewArea(child_key(self.parent.id, slot), name, name, f"{self.code}{slot:03}")


def _add_numbered(
    parent: Area, level: Level, number: int | None, name: str, *, by: By, now: datetime, since: datetime | None
) -> Area:
    if parent.at != Level(level - 1):
        raise _misplaced(parent, level)
    with deed():
        siblings = _Siblings.of(parent)
        if number is None and not name:
            number = siblings.slot(None)
        row = siblings.next(name or str(number))
        return _put(row, by=by, now=now, since=since)


def _put(row: NewArea, *, by: By, now: datetime, since: datetime | None) -> Area:
    _put_all([row], since=since or now)
    audit("area.add", by=by, now=now, area=row.key, name=row.name, code=row.code)
    return Area.objects.get(pk=row.key)


def _put_all(rows: list[NewArea], *, since: datetime) -> None:
    """Put areas in; one whose slot somebody took in the same moment is refused. Raises GroupTaken."""
    new = put_areas(rows, since=since)
    for row in rows:
        if row.key not in new:
            raise GroupTaken(parent=Area.objects.get(pk=row.parent or 0).name, name=row.name)
