"""What the plan's rules make of records: new obligations, watches put and watches lifted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from sibulou.duty.cadence import single
from sibulou.duty.force import Running
from sibulou.duty.reconcile import QUERIES, first_climb, reconcile, seat_of
from sibulou.duty.rule import LiftWatch, OpenDuty, PutUnderWatch
from sibulou.duty.settle import settle_obligations
from sibulou.duty.told import Told
from sibulou.duty.watch import lift_watch, put_under_watch
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import By
from sibulou.roster.models import AreaCode, Person, Subject

Happened = tuple[Told, Subject, datetime]
_LEVELS = {"village": Level.VILLAGE, "township": Level.TOWNSHIP, "county": Level.COUNTY}


def carry_out(
    running: Running, records: Sequence[Happened], *, facts: Callable[[Subject], dict[str, object]], by: By,
    now: datetime,
) -> int:  # fmt: skip
    """Carry out what the rules of a running plan call for. Returns how many obligations were opened or watches set."""
    openings: list[tuple[OpenDuty, int, Happened]] = []
    watches = 0
    for record in records:
        told, subject, happened_at = record
        for effect in running.plan.effects(told.form, told.content, facts(subject)):
            if isinstance(effect, OpenDuty):
                target = _target(effect, record)
                if target is not None:
                    openings.append((effect, target, record))
            elif isinstance(effect, PutUnderWatch):
                put_under_watch(
                    event=running.stage.event, subject=subject, klass=effect.klass, starts_at=happened_at,
                    planned_until=happened_at + timedelta(days=effect.days), opened_by=told.id, by=by,
                )  # fmt: skip
                watches += 1
            elif isinstance(effect, LiftWatch):
                lift_watch(subject=subject, klass=effect.klass, at=happened_at, reason=told.form, by=by, now=now)
                watches += 1
    if watches:
        _open_for_watches(running, now=now)
    return _open(running, openings, now=now) + watches


def _open_for_watches(running: Running, *, now: datetime) -> None:
    """A person put under watch owes the day's windows at once; reconcile is idempotent, so it simply runs."""
    scoped = frozenset(
        key for key, duty in running.plan.duties.items() if duty.scope in ("people.watched", "people.released")
    )
    reconcile(now=now, since=now - timedelta(days=30), duties=scoped, events=[running.stage.event])


def _target(effect: OpenDuty, record: Happened) -> int | None:
    """The subject that the new obligation is about; None where the roster has nothing at that place."""
    told, subject, _ = record
    if effect.target == "subject":
        return subject.pk
    if effect.target == "household":
        if subject.kind == "household":
            return subject.pk
        return Person.objects.filter(pk=subject.pk).values_list("household_id", flat=True).first()
    if effect.target_field is not None:
        return _named(told.content.get(effect.target_field))
    return _area_subject(ancestor(subject.area_id, _LEVELS[effect.target]))


def _named(value: object) -> int | None:
    """The subject that a form field names: the key of an area (18 digits), its official code, or a subject's number."""
    text = str(value or "")
    if not text.isdigit():
        return None
    if len(text) == 18:
        return _area_subject(int(text))
    coded = AreaCode.objects.filter(code=text, valid_to__isnull=True).values_list("area_id", flat=True).first()
    if coded is not None:
        return _area_subject(coded)
    return Subject.objects.filter(pk=int(text)).values_list("pk", flat=True).first()


def _area_subject(area: int) -> int | None:
    return Subject.objects.filter(kind="area", area_id=area).values_list("pk", flat=True).first()


def _open(running: Running, openings: Sequence[tuple[OpenDuty, int, Happened]], *, now: datetime) -> int:
    """Open obligations in one statement, each in a window that begins when its record happened."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("duty", "subject", "stage", "role", "span", "on_subject", "opens", "warn", "due", "tell", "until",
                     "climb", "opened_by")
    }  # fmt: skip
    for effect, target, (told, _, happened_at) in openings:
        duty = running.plan.duties[effect.duty]
        cadence = duty.timing(running.stage.level)
        if cadence is None:
            continue
        seat = seat_of(duty.owner)
        for window in single(cadence, since=happened_at, zone=running.plan.zone):
            row = {
                "duty": running.duty_ids[duty.key], "subject": target, "stage": running.stage.pk, **seat,
                "opens": window.opens, "warn": window.warn, "due": window.due, "tell": window.tell,
                "until": window.until, "climb": first_climb(running, duty.key, window.warn), "opened_by": told.id,
            }  # fmt: skip
            for name, value in row.items():
                columns[name].append(value)
    if not columns["duty"]:
        return 0
    queries = read_queries(QUERIES / "open.sql")
    with connection.cursor() as cursor:
        cursor.execute(queries["triggered_seats"], columns)
        cursor.execute(queries["triggered"], columns)
        opened = [row[0] for row in cursor.fetchall()]
    settle_obligations(opened, now=now)
    return len(opened)


