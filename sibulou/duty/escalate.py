"""Escalation: the owner is told first, then level by level; every telling is on record (domain 4b; 0, item 4)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sibulou.duty.force import Running, stages
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import span
from sibulou.roster.role import ROLES

QUERIES = read_queries(Path(__file__).parent / "queries" / "climb.sql")


def escalate(*, now: datetime, catch_up: bool = False) -> int:
    """Tell everything whose moment to be told has come. Returns how many tellings were written.

    `catch_up` also tells, as of its own moment, what was answered since: for a history loaded at one go.
    """
    told = 0
    with transaction.atomic():
        for running, duties in _telling():
            for step in range(1 + max(len(rungs) for rungs in running.plan.ladders.values())):
                told += _tell(running, duties, step, now=now, catch_up=catch_up)
    return told


def _telling() -> list[tuple[Running, frozenset[str]]]:
    """Which stage's ladders tell which duties: the latest of an event all of its own. What a later version of the plan
    has dropped and is still open goes on being told by the stage under which it was opened.
    """
    of_events: dict[int, list[Running]] = {}
    for running in stages():
        of_events.setdefault(running.stage.event_id, []).append(running)
    found: list[tuple[Running, frozenset[str]]] = []
    for *earlier, latest in of_events.values():
        found.append((latest, frozenset(latest.plan.duties)))
        dropped = [(running, frozenset(running.plan.duties) - frozenset(latest.plan.duties)) for running in earlier]
        found += [(running, duties) for running, duties in dropped if duties]
    return found


def _tell(running: Running, duties: frozenset[str], step: int, *, now: datetime, catch_up: bool) -> int:
    steps = _steps(running, duties, step)
    if not steps["duty"]:
        return 0
    quiet = running.plan.quiet
    unanswered = "(o.known_at IS NULL OR o.known_at > o.next_climb_at)" if catch_up else "o.met_at IS NULL"
    statement = QUERIES["climb"].format(open=unanswered, told_at="ripe.at" if catch_up else "%(now)s")
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["missing_seats"].format(open=unanswered), {**steps, "now": now, "step": step})
        cursor.execute(
            statement,
            {
                **steps,
                "now": now,
                "step": step,
                "zone": running.plan.zone.key,
                "quiet_since": None if quiet is None else quiet.since.isoformat(),
                "quiet_until": None if quiet is None else quiet.until.isoformat(),
            },
        )
        return int(cursor.rowcount)


def _steps(running: Running, duties: frozenset[str], step: int) -> dict[str, list[Any]]:
    """For every duty whose ladder has this step: whom it tells, and how long after the tell moment the next comes.

    `stage` limits a duty to what was opened under it; None: whatever is open of it.
    """
    columns: dict[str, list[Any]] = {name: [] for name in ("duty", "stage", "role", "span", "following", "rings")}
    for key, duty in running.plan.duties.items():
        if key not in duties:
            continue
        rungs = running.plan.ladders[duty.ladder] if duty.ladder else ()
        if step > len(rungs):
            continue
        role = (rungs[step - 1].role or "") if step else ""
        level = ROLES[role].level if role else None
        columns["duty"].append(running.duty_ids[key])
        columns["stage"].append(running.stage.pk if running.ends is not None else None)
        columns["role"].append(role)
        columns["span"].append(span(level) if level else 1)
        columns["following"].append(rungs[step].after if step < len(rungs) else None)
        columns["rings"].append(duty.rings_at_night)
    return columns
