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
from sibulou.roster.models import Seat, Subject
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
        taken = _take_along(subjects, to=to, along=along, now=now)
        _open(subjects, changed, now=now)
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
        reconcile(now=now, events=[running.stage.event], duties=frozenset(keys), subjects=subjects)


def _take_along(subjects: Sequence[int], *, to: int, along: bool, now: datetime) -> int:
    """Seats on the subjects, obligations not due, requests about them and watches that last: all to the new area."""
    facts: dict[str, Any] = {
        "subjects": list(subjects), "along": along, "now": now, "village": span(Level.VILLAGE),
        "roles": list(ROLES), "spans": [1 if role.level is None else span(role.level) for role in ROLES.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["seats_along"], facts)
        cursor.execute(QUERIES["seats_there"], facts)
        cursor.execute(QUERIES["follow"], facts)
        taken = [row[0] for row in cursor.fetchall()]
    asked = Waiver.objects.filter(about__in=taken, granted_at__isnull=True, refused_at__isnull=True)
    asked.update(area_id=to)
    Watch.objects.filter(subject__in=subjects, ended_at__isnull=True).update(area_id=to)
    return len(taken)


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
    return Prospect(touched.count(), overdue.count(), Seat.objects.filter(subject__in=subjects).count())


def guard_stays(area: int, to: int) -> bool:
    """Whether who sits on a subject goes along from one area to another: within one village he does."""
    return ancestor(area, Level.VILLAGE) == ancestor(to, Level.VILLAGE)
