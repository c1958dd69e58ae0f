"""Who answers for a seat at a moment. `sql/answering.sql` says the same for all seats of a county at once.

The holder answers; if he is away or under watch, his stand-in; else a deputy; else nobody, and everything the
seat owes is unowned from that minute (S22, S43). Stand-in and deputy must be able to answer themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Span:
    """From `starts` until `ends` (None: open), half-open."""

    starts: datetime
    ends: datetime | None = None

    def holds(self, at: datetime) -> bool:
        return self.starts <= at and (self.ends is None or self.ends > at)


@dataclass(frozen=True)
class Held:
    """An appointment of `user` to `seat`; `order` decides between deputies (the earlier appointment first)."""

    seat: int
    user: int
    during: Span
    deputy: bool = False
    order: int = 0


@dataclass(frozen=True)
class Away:
    """A leave of `user`, from one seat or (None) from all, with a stand-in or none."""

    user: int
    during: Span
    seat: int | None = None
    stand_in: int | None = None

    def covers(self, seat: int, at: datetime) -> bool:
        return self.during.holds(at) and self.seat in (None, seat)


@dataclass(frozen=True)
class Watched:
    """A user who is himself under watch."""

    user: int
    during: Span


def answering(
    seat: int,
    *,
    at: datetime,
    held: Iterable[Held],
    away: Iterable[Away] = (),
    watched: Iterable[Watched] = (),
    inactive: frozenset[int] = frozenset(),
) -> int | None:
    """The user who answers for `seat` at `at`, or None: the seat is vacant."""
    leaves = [leave for leave in away if leave.covers(seat, at)]
    unable = {watch.user for watch in watched if watch.during.holds(at)} | inactive
    unable |= {leave.user for leave in leaves}
    placed = sorted(
        (one for one in held if one.seat == seat and one.during.holds(at)),
        key=lambda one: (one.deputy, one.order),
    )
    for one in placed:
        stand_ins = [leave.stand_in for leave in leaves if leave.user == one.user and not one.deputy]
        for user in (one.user, *stand_ins):
            if user is not None and user not in unable:
                return user
    return None
