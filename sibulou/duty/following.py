"""What a subject still owes follows it to its new area and to the seat there; what was due stays where it was due.

Where another timing holds at the new area (a stricter township, another county), what is called for there no more
ends by the name of whoever moved it, and nothing is owed there for the time before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q

from sibulou.duty.force import Running, segments, stages
from sibulou.duty.models import Obligation, Waiver, Watch, not_waived
from sibulou.duty.reconcile import judge, reconcile
from sibulou.duty.settle import end_obligations
from sibulou.lib.sql import read_queries
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor, span
from sibulou.roster.audit import By, audit
from sibulou.roster.models import Appointment, Seat, Subject
from sibulou.roster.role import ROLES

_PARTS = read_queries(Path(__file__).parent / "queries" / "follow.sql")
_NOT_DUE = _PARTS["not_due"].split("\n", 1)[1]
QUERIES = {name: text.replace("{not_due}", _NOT_DUE) for name, text in _PARTS.items()}
REASON = "moved"
"""The reason of what ends because its subject lives where it is called for no more."""


@contextmanager
def follow(*, subjects: Sequence[int], to: int, along: bool, by: By, now: datetime) -> Iterator[None]:
    """Around a move: opens what was owed at the old area until now, and takes along what is not due yet.

    Runs with the system's reach: who may move the subject need not reach the seats above it.
    """
    areas = set(Subject.objects.filter(pk__in=subjects).values_list("area_id", flat=True))
    with acting(EVERYTHING):
        changed = _timed_otherwise(areas, to)
        _open(subjects, changed, now=now)
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["last"])
            (last,) = cursor.fetchone()
    yield
    with acting(EVERYTHING):
        taken = _take_along(subjects, to=to, along=along, by=by, now=now)
        _open(subjects, changed, now=now)
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["called_for"], {"subjects": list(subjects), "after": last, "now": now})
        ended = _end_uncalled(subjects, changed, after=last, to=to, by=by, now=now)
        audit("obligation.follow", by=by, now=now, area=to, subjects=len(subjects), followed=taken, ended=ended)


def _timed_otherwise(areas: set[int], to: int) -> dict[int, tuple[Running, set[str]]]:
    """The duties for which other windows hold at `to` than at one of these areas, by event, with its latest stage."""
    found: dict[int, tuple[Running, set[str]]] = {}
    for running in stages():
        for key in running.plan.duties:
            there = _covering(running, key, to)
            if any(_covering(running, key, area) != there for area in areas):
                _, keys = found.get(running.stage.event_id, (running, set()))
                found[running.stage.event_id] = running, keys | {key}
    return found


def _covering(running: Running, key: str, area: int) -> list[object]:
    """The timings of a duty that hold over an area in a stage, each with its span."""
    return [
        (one.starts, one.ends, one.counts_from, one.cadence)
        for one in segments(running, key)
        if one.over[0] <= area < one.over[1] and not any(low <= area < high for low, high in one.but)
    ]


def _open(subjects: Sequence[int], changed: dict[int, tuple[Running, set[str]]], *, now: datetime) -> None:
    for running, keys in changed.values():
        reconcile(now=now, events=[running.stage.event], duties=frozenset(keys), subjects=subjects, heard=now)


def _take_along(subjects: Sequence[int], *, to: int, along: bool, by: By, now: datetime) -> int:
    """Seats on the subjects, obligations not due, requests about them and watches that last: all to the new area.

    A seat that does not go along is closed, and its terms end by the name of whoever moved the subject.
    """
    facts: dict[str, Any] = {
        "subjects": list(subjects), "along": along, "by": by.name, "now": now, "village": span(Level.VILLAGE),
        "roles": list(ROLES), "spans": [1 if role.level is None else span(role.level) for role in ROLES.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["seats_along"], facts)
        cursor.execute(QUERIES["seats_closed"], facts)
        closed = [row[0] for row in cursor.fetchall()]
        cursor.execute(QUERIES["seats_there"], facts)
        cursor.execute(QUERIES["follow"], facts)
        taken = [row[0] for row in cursor.fetchall()]
    asked = Waiver.objects.filter(about__in=taken, granted_at__isnull=True, refused_at__isnull=True)
    asked.update(area_id=to)
    Watch.objects.filter(subject__in=subjects, ended_at__isnull=True).update(area_id=to)
    _end_terms(closed, by=by, now=now)
    return len(taken)


def _end_terms(seats: Sequence[int], *, by: By, now: datetime) -> None:
    """End the terms of closed seats by name. For what came due and is open, whoever sat there answers on, in a term
    that ends when the old one would have; he is excused, stood in for or out of office as in any other.
    """
    came_due = Obligation.objects.filter(seat__in=seats, met_at__isnull=True)
    owing = set(came_due.exclude(waived_at__isnull=False, waived_until__isnull=True).values_list("seat", flat=True))
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    for term in Appointment.objects.filter(lasting, seat__in=seats).select_related("seat").order_by("pk"):
        begun = term.starts_at < now
        Appointment.objects.filter(pk=term.pk).update(
            ends_at=now if begun else term.starts_at, ended_by=by.name, until_entered_at=now
        )
        answers_on = begun and term.seat_id in owing
        if answers_on:
            Appointment.objects.create(
                seat=term.seat, user_id=term.user_id, deputy=term.deputy, starts_at=now, ends_at=term.ends_at,
                made_by=by.name, entered_at=now,
            )  # fmt: skip
        audit("appointment.end", by=by, now=now, area=term.seat.area_id, seat=term.seat_id, account=term.user_id,
              at=now.isoformat(), reason=REASON, answers_on=answers_on)  # fmt: skip


def _end_uncalled(
    subjects: Sequence[int], changed: dict[int, tuple[Running, set[str]]], *, after: int, to: int, by: By,
    now: datetime,
) -> int:  # fmt: skip
    """End what the old area's timing had opened and the new one's has not, and what the new one's asks of before."""
    ids: set[int] = set()
    for running, keys in changed.values():
        for key in sorted(keys):
            for found in judge(running.stage.event, key, now=now, subjects=subjects).uncalled.values():
                ids.update(found)
    ahead = Obligation.objects.filter(pk__in=ids, due_at__gt=now)
    before = Obligation.objects.filter(subject__in=subjects, pk__gt=after, met_at__isnull=True, warn_at__lte=now)
    ended = [*ahead.values_list("pk", flat=True), *before.exclude(pk__in=ids).values_list("pk", flat=True)]
    end_obligations(ended, area=to, reason=REASON, words="", by=by, now=now)
    return len(ended)


@dataclass(frozen=True)
class Prospect:
    """What a move or an end will do: obligations that follow or end, those that are overdue and stay, seats on them."""

    open: int
    overdue: int
    seats: int


def prospect(subjects: Sequence[int], *, now: datetime, ending: bool = False) -> Prospect:
    """What is open of these subjects now, as far as a move (or, `ending`, an end) touches it, counted."""
    rows = Obligation.objects.filter(subject__in=subjects, met_at__isnull=True)
    unended = rows.filter(Q(waived_at__isnull=True) | Q(waived_until__isnull=False))
    touched = unended.filter(warn_at__gte=now) if ending else unended.filter(due_at__gt=now)
    overdue = rows.filter(not_waived(now), due_at__lte=now)
    seats = Seat.objects.filter(subject__in=subjects, closed_at__isnull=True)
    return Prospect(touched.count(), overdue.count(), seats.count())


def guard_stays(area: int, to: int) -> bool:
    """Whether who sits on a subject goes along from one area to another: within one village he does."""
    return ancestor(area, Level.VILLAGE) == ancestor(to, Level.VILLAGE)
