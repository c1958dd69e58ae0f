"""What stands open at the moment a message leaves: it says how things are now, not how they were when it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from sibulou.lib.sql import read_queries
from sibulou.message.making import QUERIES as MAKING
from sibulou.roster.area_key import Level, ancestor, key_range, level_of

QUERIES = read_queries(Path(__file__).parent / "queries" / "standing.sql")
RECENT = timedelta(hours=24)
"""How far back what was told upward is counted."""


class Line(NamedTuple):
    """What stands open of one duty, from the area `low` to the area `high`."""

    duty: int
    coming: int
    missed: int
    first_due: datetime | None
    low: int
    high: int


@dataclass
class Standing:
    """What one should hear: obligations to come and overdue by duty, the earliest due, and what was told upward."""

    coming: dict[int, int] = field(default_factory=dict)
    missed: dict[int, int] = field(default_factory=dict)
    first_due: datetime | None = None
    area: int | None = None
    told: int = 0

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say: all was answered meanwhile."""
        return not (self.coming or self.missed or self.told)

    def add(self, line: Line) -> None:
        """Add what stands open of one duty."""
        if line.coming:
            self.coming[line.duty] = line.coming
        if line.missed:
            self.missed[line.duty] = line.missed
        if line.first_due is not None:
            self.first_due = min(line.first_due, self.first_due or line.first_due)
        ends = (line.low, line.high) if self.area is None else (self.area, line.low, line.high)
        self.area = common(min(ends), max(ends))


def common(low: int, high: int) -> int:
    """The smallest area that holds both, never below the village."""
    level = min(level_of(low), level_of(high), Level.VILLAGE)
    while ancestor(low, level) != ancestor(high, level) and level > Level.PROVINCE:
        level = Level(level - 1)
    return ancestor(low, level)


def of_users(users: Sequence[int], *, now: datetime) -> dict[int, Standing]:
    """What stands open for each user."""
    found = {user: Standing() for user in users}
    facts = {"users": list(users), "now": now, "since": now - RECENT}
    for user, *row in _rows("of_users", facts):
        found[user].add(Line(*row))
    for user, told in _rows("told_users", facts):
        found[user].told = told
    return found


def of_area(area: int, *, now: datetime) -> Standing:
    """What stands open in an area."""
    low, high = key_range(area)
    found = Standing()
    for _, *row in _rows("of_area", {"low": low, "high": high, "now": now}):
        found.add(Line(*row))
    found.area = area
    return found


def _rows(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name].format(open=MAKING["open"]), facts)
        return list(cursor.fetchall())
