"""Who answers for a seat at a moment, and since when nobody does. `sql/answering.sql` says the same for all seats.

The holder answers; if he is away or barred (under watch, his account closed), his stand-in; else a deputy; else
nobody, and everything the seat owes is unowned from that minute (S22, S43). Stand-in and deputy must be able to answer
themselves. The chain is asked for a moment `at`, as it was known at a moment `known` (None: as it is known now).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Span:
    """From `starts` until `ends` (None: open), half-open.

    `entered` is when it was learned of (None: as it began). `before` are the ends that stood before others were
    entered, in that order: (the moment at which another was entered, the end until then).
    """

    starts: datetime
    ends: datetime | None = None
    entered: datetime | None = None
    before: tuple[tuple[datetime, datetime | None], ...] = ()

    def as_known(self, known: datetime | None) -> Span | None:
        """The span as it was known at a moment; None before it was entered."""
        if known is None:
            return Span(self.starts, self.ends)
        if (self.entered or self.starts) > known:
            return None
        return Span(self.starts, next((ends for changed, ends in self.before if changed > known), self.ends))

    def holds(self, at: datetime, known: datetime | None = None) -> bool:
        """Whether it lasts at `at`, as known at `known`."""
        span = self.as_known(known)
        return span is not None and span.starts <= at and (span.ends is None or span.ends > at)

    def moments(self, known: datetime | None = None) -> Iterator[datetime]:
        """Its start and its end, as known at `known`."""
        span = self.as_known(known)
        if span is not None:
            yield span.starts
            if span.ends is not None:
                yield span.ends


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

    def covers(self, seat: int) -> bool:
        return self.seat in (None, seat)


@dataclass(frozen=True)
class Barred:
    """A user who answers for nothing meanwhile: he is under watch himself, or his account is closed."""

    user: int
    during: Span


def answering(
    seat: int,
    *,
    at: datetime,
    held: Iterable[Held],
    away: Iterable[Away] = (),
    barred: Iterable[Barred] = (),
    known: datetime | None = None,
) -> int | None:
    """The user who answers for `seat` at `at`, or None: the seat is vacant."""
    leaves = [leave for leave in away if leave.covers(seat) and leave.during.holds(at, known)]
    unable = {one.user for one in barred if one.during.holds(at, known)} | {leave.user for leave in leaves}
    placed = sorted(
        (one for one in held if one.seat == seat and one.during.holds(at, known)),
        key=lambda one: (one.deputy, one.order),
    )
    for one in placed:
        stand_ins = [leave.stand_in for leave in leaves if leave.user == one.user and not one.deputy]
        for user in (one.user, *stand_ins):
            if user is not None and user not in unable:
                return user
    return None


def vacant_since(
    seat: int,
    *,
    at: datetime,
    held: Iterable[Held],
    away: Iterable[Away] = (),
    barred: Iterable[Barred] = (),
    known: datetime | None = None,
) -> datetime | None:
    """The moment from which nobody has answered, without interruption, for a seat that is vacant at `at`.

    None: nobody ever did. The answer changes only where a span begins or ends, so these moments are walked back.
    """
    held, away, barred = list(held), list(away), list(barred)
    spans = [*(one.during for one in held), *(one.during for one in away), *(one.during for one in barred)]
    since = None
    for moment in sorted({moment for span in spans for moment in span.moments(known) if moment <= at}, reverse=True):
        if answering(seat, at=moment, held=held, away=away, barred=barred, known=known) is not None:
            return since
        since = moment
    return None
