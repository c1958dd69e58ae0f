"""The force read from a file (CSV): all lines or none, each mistake named by its line (S13, S16, S19)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sibulou.fronts.defence.models import Team, Trade, Unit
from sibulou.fronts.defence.people import Facts, add_member, add_team, add_unit
from sibulou.fronts.defence.rota_problems import PeopleRefused, WrongCell
from sibulou.lib.problem import Problem
from sibulou.roster.areas import area_by_code
from sibulou.roster.audit import By
from sibulou.roster.deed import deed
from sibulou.roster.models import Area, User

T = TypeVar("T")
COLUMNS = ("单位", "队伍", "队伍类别", "姓名", "专业", "宣誓日期", "住地代码", "特长", "不上夜班", "账号")
"""The heading of the file; the first five must be there."""
NEEDED = COLUMNS[:1] + COLUMNS[3:5]
_TRADES = {word: trade for trade in Trade for word in (trade.value, trade.label)}
_KINDS = {word: kind for kind in Team.Kind for word in (kind.value, kind.label)}
_YES = {"是": True, "yes": True, "1": True, "": False, "否": False, "no": False, "0": False}


@dataclass(frozen=True)
class Imported:
    """What a file brought: units, teams and people that are new."""

    units: int
    teams: int
    people: int


def import_people(*, area: Area, content: bytes, by: By, now: datetime) -> Imported:
    """Enter units, teams and people of a file at an area. A unit or team that is there is used.

    Raises PeopleRefused, which names every mistake by its line; OutOfReach.
    """
    with deed():
        entering = _Entering(area, by, now)
        mistakes: list[tuple[int, Problem]] = []
        for number, row in _rows(content):
            try:
                entering.enter(row)
            except Problem as problem:
                mistakes.append((number, problem))
        if mistakes:
            raise PeopleRefused(
                count=len(mistakes),
                mistakes_zh="\n".join(f"第{number}行：{problem.say('zh')}" for number, problem in mistakes[:50]),
                mistakes_en="\n".join(f"line {number}: {problem.say('en')}" for number, problem in mistakes[:50]),
            )
    return Imported(entering.units, entering.teams, entering.people)


def _rows(content: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The lines that say something, by column. Raises PeopleRefused where a needed column is missing."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    lines = csv.reader(io.StringIO(text.replace("\x00", ""), newline=None))
    heading = [cell.strip() for cell in next(lines, [])]
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        wrong = WrongCell(column="表头", given=",".join(heading)[:60], allowed_zh="、".join(COLUMNS),
                          allowed_en=", ".join(COLUMNS))  # fmt: skip
        raise PeopleRefused(count=1, mistakes_zh=f"第1行：{wrong.say('zh')}", mistakes_en=f"line 1: {wrong.say('en')}")
    for number, cells in enumerate(lines, 2):
        if any(cell.strip() for cell in cells):
            yield number, {name: cell.strip() for name, cell in zip(heading, cells, strict=False)}


class _Entering:
    """A file on its way in: the units and teams it has met."""

    def __init__(self, area: Area, by: By, now: datetime) -> None:
        self.area, self.by, self.now = area, by, now
        self.units = self.teams = self.people = 0

    def enter(self, row: Mapping[str, str]) -> None:
        """One line. Raises WrongCell, NameMissing, UnknownArea, AlreadyListedThere."""
        unit = self._unit(row["单位"])
        team = self._team(unit, row)
        home = row.get("住地代码", "")
        facts = Facts(
            trade=_listed(row, "专业", _TRADES),
            oath_on=_day(row.get("宣誓日期", "")),
            skills=tuple(one for one in row.get("特长", "").replace("，", " ").replace("、", " ").split() if one),
            home=area_by_code(home) if home else None,
            no_nights=_listed(row, "不上夜班", _YES),
            account=_account(row.get("账号", "")),
            team=team,
        )
        add_member(unit=unit, name=row["姓名"], facts=facts, by=self.by, now=self.now)
        self.people += 1

    def _unit(self, name: str) -> Unit:
        unit = Unit.objects.filter(area=self.area, name=name, until__isnull=True).first()
        if unit is None:
            unit = add_unit(area=self.area, name=name, by=self.by, now=self.now)
            self.units += 1
        return unit

    def _team(self, unit: Unit, row: Mapping[str, str]) -> Team | None:
        name = row.get("队伍", "")
        if not name:
            return None
        team = Team.objects.filter(unit=unit, name=name, until__isnull=True).first()
        if team is None:
            team = add_team(unit=unit, kind=_listed(row, "队伍类别", _KINDS), name=name, by=self.by, now=self.now)
            self.teams += 1
        return team


def _listed(row: Mapping[str, str], column: str, allowed: Mapping[str, T]) -> T:
    given = row.get(column, "").lower()
    if given not in allowed:
        words = [word for word in allowed if word]
        raise WrongCell(column=column, given=given[:20], allowed_zh="、".join(words), allowed_en=", ".join(words))
    return allowed[given]


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise WrongCell(column="宣誓日期", given=text[:20], allowed_zh="2020-02-01", allowed_en="2020-02-01") from None


def _account(username: str) -> User | None:
    if not username:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise WrongCell(
            column="账号", given=username[:40], allowed_zh="已有的账号名", allowed_en="an account that exists"
        )
    return user
