"""Reconcile: open what the roster and the duties in force call for. Run again at any time, it changes nothing.

The roster is the denominator: a subject without its obligation gets it, back-dated (L9 in misses.md). Windows are made by
`cadence.py`; the statements in `queries/open.sql` join them to the scope.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from django.db import connection, transaction

from sibulou.duty.cadence import After, Cadence, Daily, Every, Once, Triggered, Window, grid
from sibulou.duty.force import Running, Segment, segments, stages
from sibulou.duty.models import Event
from sibulou.duty.scope import scopes
from sibulou.duty.settle import settle_obligations
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import span
from sibulou.roster.role import ROLES

QUERIES = Path(__file__).parent / "queries"
LOOK_AHEAD = timedelta(hours=24)
"""How far ahead windows are opened, so that a device without signal holds tomorrow's duties too."""


@dataclass
class Reconciled:
    """What a run changed: obligations opened per duty, and those that no scope calls for any more."""

    opened: dict[str, int] = field(default_factory=dict)
    uncalled: dict[str, list[int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.opened.values())


def seat_of(role: str) -> dict[str, object]:
    """How the owner's seat of a subject is found: at the ancestor of the role's level, or on the subject."""
    level = ROLES[role].level
    return {"role": role, "span": 1 if level is None else span(level), "on_subject": level is None}


def reconcile(
    *, now: datetime, since: datetime | None = None, duties: frozenset[str] | None = None,
    events: list[Event] | None = None,
) -> Reconciled:  # fmt: skip
    """Open every window from the stage's start (or `since`) to a day ahead, for all duties or those named.

    Idempotent. Runs as the system (`access.EVERYTHING`); the caller says so.
    """
    done = Reconciled()
    with transaction.atomic():
        for running in stages(events):
            _make_ladder_seats(running)
            for key in running.plan.duties:
                if duties is None or key in duties:
                    _open_duty(running, key, now=now, since=since, done=done)
    return done


def _open_duty(running: Running, key: str, *, now: datetime, since: datetime | None, done: Reconciled) -> None:
    opened: list[int] = []
    for segment in segments(running, key):
        if not isinstance(segment.cadence, Triggered):
            opened += _open_segment(running, key, segment, now=now, since=since)
    if opened:
        settle_obligations(opened, now=now)
        done.opened[key] = done.opened.get(key, 0) + len(opened)


def _open_segment(
    running: Running, key: str, segment: Segment, *, now: datetime, since: datetime | None
) -> list[int]:
    duty = running.plan.duties[key]
    queries = read_queries(QUERIES / "open.sql")
    scope = scopes()[duty.scope].sql.replace("%", "%%")
    facts: dict[str, object] = {
        "duty": running.duty_ids[key],
        "stage": running.stage.pk,
        "ranges": segment.ranges,
        **seat_of(duty.owner),
    }
    before = now + LOOK_AHEAD
    if isinstance(segment.cadence, Daily | Every):
        windows = grid(segment.cadence, start=segment.starts, end=segment.ends, upto=before, zone=running.plan.zone)
        windows = [window for window in windows if since is None or window.until is None or window.until > since]
        if not windows:
            return []
        statement, facts = queries["grid"], facts | _panes(running, key, windows)
    else:
        statement, facts = queries["since"], facts | _clocks(running, key, segment, before)
    with connection.cursor() as cursor:
        cursor.execute(queries["seats"].format(scope=scope), facts)
        cursor.execute(statement.format(scope=scope), facts)
        return [row[0] for row in cursor.fetchall()]


def _panes(running: Running, key: str, windows: list[Window]) -> dict[str, object]:
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


def _clocks(running: Running, key: str, segment: Segment, before: datetime) -> dict[str, object]:
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
    statement = read_queries(QUERIES / "climb.sql")["seats"]
    with connection.cursor() as cursor:
        for role in sorted(roles):
            level = ROLES[role].level
            if level is not None:
                cursor.execute(statement, {"role": role, "level": int(level), "ranges": f"{{[{low},{high})}}"})


def uncalled(running: Running, key: str, *, since: datetime) -> list[int]:
    """Open obligations of a calendar duty that no scope calls for and nobody ended by name."""
    duty = running.plan.duties[key]
    statement = read_queries(QUERIES / "open.sql")["uncalled"]
    scope = scopes()[duty.scope].sql.replace("%", "%%")
    low, high = running.over
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(scope=scope),
            {"duty": running.duty_ids[key], "ranges": f"{{[{low},{high})}}", "since": since},
        )
        return [row[0] for row in cursor.fetchall()]


def drift() -> list[int]:
    """Obligations whose stored moments differ from what the records say: expected none, reported nightly."""
    with connection.cursor() as cursor:
        cursor.execute(read_queries(QUERIES / "settle.sql")["drift"])
        return [row[0] for row in cursor.fetchall()]


def cadence_of(running: Running, key: str) -> Cadence | None:
    """The plan's own timing of a duty in this stage."""
    return running.plan.duties[key].timing(running.stage.level)
