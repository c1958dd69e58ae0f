"""Reconcile: open what the roster and the duties in force call for. Run again at any time, it changes nothing.

The roster is the denominator: a subject without its obligation gets it, back-dated (leak L9). Windows are made by
`cadence.py`; the statements in `queries/open.sql` join them to the scope.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sibulou.duty.cadence import After, Once, Triggered, Window, grid
from sibulou.duty.force import Running, Segment, segments, stages
from sibulou.duty.models import Event, Stage
from sibulou.duty.scope import scopes
from sibulou.duty.settle import QUERIES as SETTLE
from sibulou.duty.settle import settle_opened
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import span
from sibulou.roster.role import ROLES

QUERY = read_queries(Path(__file__).parent / "queries" / "open.sql")
LOOK_AHEAD = timedelta(hours=24)
"""How far ahead windows are opened, so that a device without signal holds tomorrow's duties too."""


@dataclass
class Reconciled:
    """What a run changed: obligations opened per duty."""

    opened: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.opened.values())


def seat_of(role: str) -> dict[str, object]:
    """How the owner's seat of a subject is found: at the ancestor of the role's level, or on the subject."""
    level = ROLES[role].level
    return {"role": role, "span": 1 if level is None else span(level), "on_subject": level is None}


def reconcile(
    *, now: datetime, since: datetime | None = None, duties: frozenset[str] | None = None,
    events: list[Event] | None = None, subjects: Sequence[int] | None = None, heard: datetime | None = None,
) -> Reconciled:  # fmt: skip
    """Open every window from the stage's start (or `since`) to a day ahead, for all duties and subjects or those named.

    Given `heard`, what is opened after the fact is known from that moment on: a watch, a post, a return was learned of
    late. Without it, as when a stage begins, everything counts as known since it opened.

    Idempotent. Runs as the system (`access.EVERYTHING`); the caller says so. A run over everything a stage calls for
    says so in its `opened_at`.
    """
    done = Reconciled()
    with transaction.atomic(), _planned_for_many(subjects is None):
        in_force = list(stages(events))
        for running in in_force:
            if subjects is None:
                _make_ladder_seats(running)
            for key in running.plan.duties:
                if duties is None or key in duties:
                    _open_duty(running, key, now=now, since=since, subjects=subjects, heard=heard, done=done)
        if subjects is None and duties is None and since is None:
            whole = [running.stage.pk for running in in_force]
            Stage.objects.filter(pk__in=whole, opened_at__isnull=True).update(opened_at=now)
    return done


@contextmanager
def _planned_for_many(many: bool) -> Iterator[None]:
    """Join whole scopes by hashing: row-level security hides their size from the planner, which would loop over them
    one by one (measured 40 times slower on 150 thousand people).
    """
    with connection.cursor() as cursor:
        if many:
            cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        if many:
            cursor.execute("SET LOCAL enable_nestloop = on")


def _open_duty(
    running: Running, key: str, *, now: datetime, since: datetime | None, subjects: Sequence[int] | None,
    heard: datetime | None, done: Reconciled,
) -> None:  # fmt: skip
    opened: list[int] = []
    for segment in segments(running, key):
        panes = _panes_of(running, key, segment, now=now, since=since, subjects=subjects)
        if panes is not None:
            with connection.cursor() as cursor:
                cursor.execute(QUERY["seats"].format(scope=panes.scope), panes.facts)
                cursor.execute(QUERY["open"].format(panes=panes.sql), panes.facts | {"heard": heard})
                opened += [row[0] for row in cursor.fetchall()]
    if opened:
        settle_opened(opened, now=now)
        done.opened[key] = done.opened.get(key, 0) + len(opened)


@dataclass(frozen=True)
class _Panes:
    """The windows that a segment calls for, as SQL: `scope` is whom, `sql` is whom and when."""

    scope: str
    sql: str
    facts: dict[str, Any]


def _panes_of(
    running: Running, key: str, segment: Segment, *, now: datetime, since: datetime | None = None,
    subjects: Sequence[int] | None = None,
) -> _Panes | None:  # fmt: skip
    """The panes of a segment that open within a day from `now`; None if there are none."""
    duty, cadence = running.plan.duties[key], segment.cadence
    scope = scopes()[duty.scope].sql.replace("%", "%%")
    if subjects is not None:
        scope = QUERY["of_subjects"].format(scope=scope)
    facts: dict[str, Any] = {
        "duty": running.duty_ids[key],
        "stage": running.stage.pk,
        "ranges": segment.ranges,
        "subjects": None if subjects is None else list(subjects),
        **seat_of(duty.owner),
    }
    before = now + LOOK_AHEAD
    if isinstance(cadence, Once | After):
        return _Panes(scope, QUERY["since_panes"].format(scope=scope), facts | _clocks(running, key, segment, before))
    if isinstance(cadence, Triggered):
        return None
    windows = [
        window
        for window in grid(cadence, start=segment.counts_from, end=segment.ends, upto=before, zone=running.plan.zone)
        if window.opens >= segment.starts and (since is None or window.until is None or window.until > since)
    ]
    if not windows:
        return None
    return _Panes(scope, QUERY["grid_panes"].format(scope=scope), facts | _columns(running, key, windows))


def _columns(running: Running, key: str, windows: list[Window]) -> dict[str, Any]:
    """The windows as arrays, each with the moment its owner is told (quiet hours heeded)."""
    return {
        "opens": [window.opens for window in windows],
        "warn": [window.warn for window in windows],
        "due": [window.due for window in windows],
        "tell": [window.tell for window in windows],
        "until": [window.until for window in windows],
        "climb": [first_climb(running, key, window.warn) for window in windows],
    }


def first_climb(running: Running, key: str, warn: datetime) -> datetime:
    """When the owner is told: at the warning, or when the quiet hours end."""
    plan = running.plan
    if plan.duties[key].rings_at_night or plan.quiet is None:
        return warn
    return plan.quiet.shift(warn, plan.zone)


def _clocks(running: Running, key: str, segment: Segment, before: datetime) -> dict[str, Any]:
    """The clocks of a cadence that counts from the subject's own start, and the days it counts."""
    cadence = segment.cadence
    assert isinstance(cadence, Once | After)
    days: list[int | None] = [None]
    following: list[int | None] = [None]
    opens = time()
    if isinstance(cadence, After):
        days = list(cadence.days)
        following = [*days[1:], None]
        opens = cadence.opens
    plan = running.plan
    quiet = None if plan.duties[key].rings_at_night else plan.quiet
    return {
        "start": segment.starts,
        "counts_from": segment.counts_from,
        "before": before if segment.ends is None else min(before, segment.ends),
        "zone": plan.zone.key,
        "days": days,
        "following": following,
        "at": timedelta(hours=opens.hour, minutes=opens.minute),
        "warn": cadence.clocks.warn,
        "due": cadence.clocks.due,
        "tell": cadence.clocks.tell,
        "quiet_since": quiet and quiet.since,
        "quiet_until": quiet and quiet.until,
    }


def _make_ladder_seats(running: Running) -> None:
    """Whoever a ladder tells has a seat, so that a vacancy there can be seen."""
    roles = {
        rung.role
        for duty in running.plan.duties.values()
        if duty.ladder
        for rung in running.plan.ladders[duty.ladder]
        if rung.role
    }
    low, high = running.over
    statement = read_queries(Path(__file__).parent / "queries" / "climb.sql")["seats"]
    with connection.cursor() as cursor:
        for role in sorted(roles):
            level = ROLES[role].level
            if level is not None:
                cursor.execute(statement, {"role": role, "level": int(level), "ranges": f"{{[{low},{high})}}"})


@dataclass(frozen=True)
class Judged:
    """The unmet obligations of a duty that the calendar opened, against what the roster calls for now."""

    uncalled: dict[int, list[int]]
    """Open, and called for no more: by area."""
    to_revive: list[int]
    """Ended because a watch was lifted, and called for again since the lifting was corrected."""


def judge(
    event: Event, key: str, *, now: datetime, subjects: Sequence[int] | None = None, also_met: bool = False,
    left_behind: bool = True,
) -> Judged:  # fmt: skip
    """Hold what a duty has open in an event against its panes, for all subjects or those named.

    `also_met` judges what was met too: a watch that a correction took back called for nothing, met or not, and the
    books must say so whichever of the two came first. Without `left_behind`, what was due where a subject lived before
    it moved is not judged by the timing of where it lives now.
    """
    called: set[int] = set()
    duty = 0
    with connection.cursor() as cursor:
        for running in stages([event]):
            duty = running.duty_ids.get(key, duty)
            for segment in segments(running, key) if key in running.plan.duties else ():
                panes = _panes_of(running, key, segment, now=now, subjects=subjects)
                if panes is not None:
                    cursor.execute(QUERY["called"].format(panes=panes.sql), panes.facts | {"also_met": also_met})
                    called.update(row[0] for row in cursor.fetchall())
        facts: dict[str, Any] = {
            "duty": duty, "event": event.pk, "before": now + LOOK_AHEAD,
            "subjects": None if subjects is None else list(subjects), "also_met": also_met, "left_behind": left_behind,
        }  # fmt: skip
        cursor.execute(QUERY["opened"], facts)
        rows = cursor.fetchall()
    uncalled: dict[int, list[int]] = {}
    for one, area, ended, _ in rows:
        if one not in called and not ended:
            uncalled.setdefault(area, []).append(one)
    return Judged(uncalled, [one for one, _, ended, by_watch in rows if one in called and ended and by_watch])


def uncalled(*, now: datetime, events: list[Event] | None = None) -> dict[str, list[int]]:
    """Open obligations of calendar duties that no scope calls for and nobody ended, by duty: a broken roster."""
    found: dict[str, list[int]] = {}
    latest = {running.stage.event_id: running for running in stages(events)}
    for running in latest.values():
        for key in running.duty_ids:
            judged = judge(running.stage.event, key, now=now, left_behind=False)
            rows = [one for ids in judged.uncalled.values() for one in ids]
            if rows:
                found.setdefault(key, []).extend(rows)
    return found


def drift() -> list[int]:
    """Obligations whose stored moments differ from what the records say: expected none, reported nightly."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE["drift"])
        return [row[0] for row in cursor.fetchall()]
