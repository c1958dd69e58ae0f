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
    latest = {running.stage.event_id: running for running in stages()}
    with transaction.atomic():
        for running in latest.values():
            for step in range(1 + max(len(rungs) for rungs in running.plan.ladders.values())):
                told += _tell(running, step, now=now, catch_up=catch_up)
    return told


def _tell(running: Running, step: int, *, now: datetime, catch_up: bool) -> int:
    steps = _steps(running, step)
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


def _steps(running: Running, step: int) -> dict[str, list[Any]]:
    """For every duty whose ladder has this step: whom it tells, and how long after the tell moment the next comes."""
    columns: dict[str, list[Any]] = {name: [] for name in ("duty", "role", "span", "following", "rings")}
    for key, duty in running.plan.duties.items():
        rungs = running.plan.ladders[duty.ladder] if duty.ladder else ()
        if step > len(rungs):
            continue
        role = (rungs[step - 1].role or "") if step else ""
        level = ROLES[role].level if role else None
        columns["duty"].append(running.duty_ids[key])
        columns["role"].append(role)
        columns["span"].append(span(level) if level else 1)
        columns["following"].append(rungs[step].after if step < len(rungs) else None)
        columns["rings"].append(duty.rings_at_night)
    return columns
