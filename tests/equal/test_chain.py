"""Plain Python and SQL say the same of who answers, and since when nobody does, at every pair of moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sibulou.duty.board import Moment, answerers, vacant_seats
from sibulou.duty.chain import Away, Barred, Held, Span, answering, vacant_since
from sibulou.roster.models import Appointment, Closure, Leave, Seat, User
from tests.kernel import COUNTY, County, county, moment

pytestmark = pytest.mark.django_db
DENSE = settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
USERS = ("Li", "Chen", "Bai")
SEATS = ("One", "Two")
"""Two people without a guard as yet."""
hours = st.integers(0, 8)
"""Few, so that moments meet."""


@dataclass(frozen=True)
class Draft:
    """A span in hours: start, length (None: open), when it was entered, and ends entered since: (when, length)."""

    start: int
    length: int | None
    entered: int | None
    ends: tuple[tuple[int, int], ...]


drafts = st.builds(
    Draft, start=hours, length=st.one_of(st.none(), hours), entered=st.one_of(st.none(), hours),
    ends=st.lists(st.tuples(hours, hours), max_size=2).map(lambda ends: tuple(sorted(ends))),
)  # fmt: skip
short = st.builds(Draft, start=hours, length=st.one_of(st.none(), hours), entered=st.none(), ends=st.just(()))
user, seat = st.integers(0, len(USERS) - 1), st.integers(0, len(SEATS) - 1)


@dataclass
class Both:
    """The same chain in the database and in plain values."""

    here: County
    seats: list[Seat]
    users: list[User]
    held: list[Held] = field(default_factory=list)
    away: list[Away] = field(default_factory=list)
    barred: list[Barred] = field(default_factory=list)

    def term(self, seat: int, user: int, draft: Draft, *, deputy: bool) -> None:
        row = Appointment.objects.create(
            seat=self.seats[seat], user=self.users[user], deputy=deputy, made_by="x", **_row(draft)
        )
        span = self._end(row, draft)
        self.held.append(Held(self.seats[seat].pk, self.users[user].pk, span, deputy, len(self.held)))

    def leave(self, user: int, seat: int | None, stand_in: int | None, draft: Draft) -> None:
        if stand_in == user:
            return
        where, other = None if seat is None else self.seats[seat], None if stand_in is None else self.users[stand_in]
        row = Leave.objects.create(user=self.users[user], seat=where, stand_in=other, **_row(draft))
        span = self._end(row, draft)
        self.away.append(Away(self.users[user].pk, span, where and where.pk, other and other.pk))

    def _end(self, row: Appointment | Leave, draft: Draft) -> Span:
        before: list[tuple[datetime, datetime | None]] = []
        for entered, length in draft.ends:
            ends = row.starts_at + timedelta(hours=length)
            if ends != row.ends_at:
                before.append((at(entered), row.ends_at))
                row.ends_at, row.until_entered_at = ends, at(entered)
                row.save()
        return Span(row.starts_at, row.ends_at, row.entered_at, tuple(before))

    def close(self, user: int, draft: Draft) -> None:
        start, ends = _span(draft)
        if any(one.user == self.users[user].pk for one in self.barred):
            return
        Closure.objects.create(
            user=self.users[user], closed_at=start, closed_by="x", opened_at=ends, opened_by="x" if ends else ""
        )
        self.barred.append(Barred(self.users[user].pk, _happened(start, ends)))

    def watch(self, user: int, draft: Draft) -> None:
        start, ends = _span(draft)
        entered = None if draft.entered is None else at(draft.entered)
        row = self.here.watch(USERS[user], "1 Mar 00:00", starts=start, ends=ends, entered=entered)
        before: list[tuple[datetime, datetime | None]] = []
        for learned, length in draft.ends:
            ends = start + timedelta(hours=length)
            if ends != row.ended_at:
                before.append((at(learned), row.ended_at))
                row.ended_at, row.ended_by, row.until_entered_at = ends, "x", at(learned)
                row.save()
        self.barred.append(Barred(self.users[user].pk, Span(start, row.ended_at, entered, tuple(before))))

    def agree(self, when: datetime, known: datetime | None) -> None:
        """Who answers, and since when nobody does."""
        chain: dict[str, Any] = {"at": when, "held": self.held, "away": self.away, "barred": self.barred}
        found = answerers([seat.pk for seat in self.seats], at=when, known=known)
        vacant = vacant_seats(COUNTY, Moment.now(when) if known is None else Moment(when, known))
        for seat in self.seats:
            who = answering(seat.pk, known=known, **chain)
            assert (found[seat.pk].user if seat.pk in found else None) == who
            assert (seat.pk in vacant) == (who is None)
            if who is None:
                assert vacant[seat.pk] == vacant_since(seat.pk, known=known, **chain)


def at(hour: int) -> datetime:
    return moment("1 Mar 00:00") + timedelta(hours=hour)


def _span(draft: Draft) -> tuple[datetime, datetime | None]:
    return at(draft.start), None if draft.length is None else at(draft.start + draft.length)


def _row(draft: Draft) -> dict[str, datetime | None]:
    start, ends = _span(draft)
    return {"starts_at": start, "ends_at": ends, "entered_at": None if draft.entered is None else at(draft.entered)}


def _happened(start: datetime, ends: datetime | None) -> Span:
    """A span that was entered as it happened, and its end too."""
    return Span(start, ends, before=((ends, None),) if ends else ())


@dataclass(frozen=True)
class Story:
    """Who was in which seat, away, closed and watched, and at which moments to look."""

    holders: Sequence[tuple[int, int, Draft]]
    deputies: Sequence[tuple[int, int, Draft]]
    leaves: Sequence[tuple[int, int | None, int | None, Draft]]
    closures: Sequence[tuple[int, Draft]]
    watches: Sequence[tuple[int, Draft]]
    looks: Sequence[tuple[int, int | None]]


stories = st.builds(
    Story,
    holders=st.lists(st.tuples(seat, user, drafts), max_size=2, unique_by=lambda one: one[0]),
    deputies=st.lists(st.tuples(seat, user, drafts), max_size=3),
    leaves=st.lists(st.tuples(user, st.one_of(st.none(), seat), st.one_of(st.none(), user), drafts), max_size=3),
    closures=st.lists(st.tuples(user, short), max_size=1),
    watches=st.lists(st.tuples(user, drafts), max_size=1),
    looks=st.lists(st.tuples(st.integers(0, 17), st.one_of(st.none(), hours)), min_size=4, max_size=8),
)


def test_a_generated_chain_is_the_same_in_both() -> None:
    """Terms, leaves with and without stand-in, entered late or ended twice, closed accounts, watched officers."""
    with county() as here:
        here.start("temperature")
        for name in SEATS:
            here.person(name, "Wang's")
        for name in USERS:
            here.users[name].person = here.person(name, "Wang's")
            here.users[name].save()

        @DENSE
        @given(story=stories)
        def agrees(story: Story) -> None:
            with transaction.atomic():
                _tell(here, story)
                transaction.set_rollback(True)

        agrees()


def _tell(here: County, story: Story) -> None:
    both = Both(here, [here.seat("guard", name) for name in SEATS], [here.users[name] for name in USERS])
    for where, who, draft in story.holders:
        both.term(where, who, draft, deputy=False)
    for where, who, draft in story.deputies:
        both.term(where, who, draft, deputy=True)
    for one in story.leaves:
        both.leave(*one)
    for who, draft in story.closures:
        both.close(who, draft)
    for who, draft in story.watches:
        both.watch(who, draft)
    for hour, known in story.looks:
        both.agree(at(hour), None if known is None else at(known))
