"""One's own list: what one's seats owe and what hangs on vacant seats below, and what one was told of others' misses.

Nothing on it is cut: every duty of every part is counted in full, its first entries are listed, and the rest follows
page by page, each beginning after the last entry of the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.db import connection

from sibulou.duty.board import Gap, Page, answerers, heirs
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Seat
from sibulou.roster.role import ROLES

QUERIES = read_queries(Path(__file__).parent / "queries" / "own_list.sql")
PARTS = ("missed", "today", "next")
_SUPERIORS = frozenset(role.superior for role in ROLES.values() if role.superior is not None)


@dataclass(frozen=True)
class Mine:
    """The seats somebody answers for now, and the vacant ones below that fall to him (L1), each with since when."""

    own: tuple[int, ...]
    orphaned: Mapping[int, datetime | None]


@dataclass(frozen=True)
class Clock:
    """The moments that part a list: now, the end of the local day, and how far ahead it looks."""

    now: datetime
    tomorrow: datetime
    horizon: datetime


@dataclass(frozen=True)
class Listed:
    """One entry: its part, how many of its duty that part holds in all, and (of what one was told) when."""

    part: str
    in_all: int
    gap: Gap
    told_at: datetime | None = None


def seats_of(user: int, seats: Sequence[int], *, now: datetime) -> Mine:
    """Which of these seats the user answers for, and which vacant seats below them are his for as long."""
    answered = answerers(seats, at=now)
    own = tuple(seat for seat, who in answered.items() if who.user == user)
    above = Seat.objects.filter(pk__in=own, role__in=_SUPERIORS, subject__isnull=True)
    vacant: dict[int, datetime | None] = {}
    with connection.cursor() as cursor:
        for area in _widest(list(above.values_list("area", flat=True))):
            cursor.execute("SELECT seat_id, since FROM vacant_seats(%s, %s, %s)", [*key_range(area), now])
            vacant |= dict(cursor.fetchall())
    found = heirs(sorted(vacant), at=now) if vacant else {}
    return Mine(own, {seat: vacant[seat] for seat, heir in found.items() if heir in own})


def _widest(areas: Sequence[int]) -> list[int]:
    """These areas, without those that lie in another of them."""
    found: list[int] = []
    for area in sorted(set(areas), key=lambda one: (key_range(one)[0] - key_range(one)[1], one)):
        if not any(low <= area < high for low, high in map(key_range, found)):
            found.append(area)
    return found


def owed_first(mine: Mine, clock: Clock, *, first: int) -> list[Listed]:
    """The first entries of every duty in every part, due first, each with the count of its duty there."""
    return _rows("owed_first", _owed(mine, clock) | {"first": first}, mine.orphaned)


def owed_page(
    mine: Mine, clock: Clock, *, part: str, duty: int, after: Page | None = None, limit: int = 50
) -> list[Listed]:  # fmt: skip
    """One page of one duty in one part."""
    return _rows("owed_page", _owed(mine, clock) | _page(duty, after, limit) | {"part": part}, mine.orphaned)


def told_first(seats: Sequence[int], *, now: datetime, first: int) -> list[Listed]:
    """The latest that these seats were told of every duty and that is still open, each with the count of its duty."""
    return _rows("told_first", {"seats": list(seats), "now": now, "first": first})


def told_page(
    seats: Sequence[int], *, now: datetime, duty: int, after: Page | None = None, limit: int = 50
) -> list[Listed]:  # fmt: skip
    """One page of what these seats were told of one duty, the latest first; `after` is by the moment of telling."""
    return _rows("told_page", {"seats": list(seats), "now": now} | _page(duty, after, limit))


def _owed(mine: Mine, clock: Clock) -> dict[str, Any]:
    return {
        "own": list(mine.own),
        "orphaned": list(mine.orphaned),
        "now": clock.now,
        "tomorrow": clock.tomorrow,
        "horizon": clock.horizon,
    }


def _page(duty: int, after: Page | None, limit: int) -> dict[str, Any]:
    return {"duty": duty, "after_at": after and after.due_at, "after_id": after and after.obligation, "limit": limit}


def _rows(
    name: str, facts: dict[str, Any], vacant: Mapping[int, datetime | None] = MappingProxyType({})
) -> list[Listed]:  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name].format(owed=QUERIES["owed"], told=QUERIES["told"]), facts)
        rows = cursor.fetchall()
    return [Listed(part, in_all, Gap(*(*gap, vacant.get(gap[4]))), told_at) for part, in_all, told_at, *gap in rows]
