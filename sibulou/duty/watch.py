"""Watches: put by a rule or a person, lifted only by name (S39-S44, L3).

What records say of watches is settled like everything else: from all records that stand, in whatever order they came.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from sibulou.duty.force import Running, in_force, stages
from sibulou.duty.models import Event, Watch
from sibulou.duty.reconcile import judge, reconcile
from sibulou.duty.rule import LiftWatch, PutUnderWatch
from sibulou.duty.scope import scopes
from sibulou.duty.settle import QUERIES as SETTLE
from sibulou.duty.settle import end_obligations, revive_obligations
from sibulou.duty.told import About
from sibulou.lib.wall import wall
from sibulou.roster.audit import By, audit
from sibulou.roster.models import Subject
from sibulou.roster.problems import BeforeItsStart


def put_under_watch(
    *, event: Event, subject: Subject, klass: str, starts_at: datetime, planned_until: datetime, by: By, now: datetime,
    opened_by: UUID | None = None,
) -> Watch:  # fmt: skip
    """Put a person under watch; the same watch from the same moment is one. The caller reconciles."""
    watch, _ = Watch.objects.get_or_create(
        event=event,
        subject=subject,
        klass=klass,
        starts_at=starts_at,
        defaults={
            "area_id": subject.area_id,
            "planned_until": planned_until,
            "opened_by": opened_by,
            "set_by": by.name,
            "entered_at": now,
        },
    )
    return watch


def lift_watch(*, subject: Subject, klass: str, at: datetime, reason: str, by: By, now: datetime) -> int:
    """Lift the subject's watches of a class as of `at`. Windows not yet warned of end by this name.

    What is overdue stays overdue. Returns how many watches were lifted. Raises BeforeItsStart.
    """
    with transaction.atomic():
        open_ones = Watch.objects.filter(subject=subject, klass=klass, ended_at__isnull=True)
        rows = list(open_ones.filter(starts_at__lte=at))
        if not rows and (later := open_ones.first()):
            raise BeforeItsStart(at=wall(at), since=wall(later.starts_at))
        for row in rows:
            Watch.objects.filter(pk=row.pk).update(
                ended_at=at, ended_by=by.name, end_reason=reason, until_entered_at=now
            )
        if rows:
            follow_watches([subject.pk], reason=reason, by=by, now=now)
            audit("watch.lift", by=by, now=now, area=subject.area_id, subject=subject.pk, klass=klass,
                  at=at.isoformat())  # fmt: skip
    return len(rows)


@dataclass(frozen=True)
class Put:
    """What a record says of a watch: put at `at`, meant to last until `until`."""

    subject: int
    klass: str
    at: datetime
    record: UUID
    until: datetime


@dataclass(frozen=True)
class Lift:
    """What a record says of a watch: lifted at `at`."""

    subject: int
    klass: str
    at: datetime
    record: UUID


def watch_forms(stages_of_event: Sequence[Running]) -> frozenset[str]:
    """The forms whose records may put or lift a watch."""
    return frozenset(
        form
        for running in stages_of_event
        for rule in running.plan.rules
        if isinstance(rule.effect, PutUnderWatch | LiftWatch)
        for form in rule.on
    )


def settle_watches(
    stages_of_event: Sequence[Running], subjects: Mapping[int, About], *,
    facts: Callable[[About], dict[str, object]], by: By, now: datetime,
) -> None:  # fmt: skip
    """Bring the watches of these subjects in line with all their records that stand, the same whatever came first.

    A watch that a record put lasts until the first lift of its class; when the record is corrected, it ends where it
    began. A watch that a person put or lifted directly stays as that person left it.
    """
    told = _told_of_watches(stages_of_event, subjects, facts)
    lifts = sorted((one for one in told if isinstance(one, Lift)), key=lambda one: (one.at, one.record))
    puts: dict[tuple[int, str, datetime], Put] = {}
    for one in told:
        if isinstance(one, Put):
            first = puts.get((one.subject, one.klass, one.at), one)
            puts[one.subject, one.klass, one.at] = min(first, one, key=lambda put: put.record)
    event = stages_of_event[0].stage.event
    rows = {(row.subject_id, row.klass, row.starts_at): row for row in event.watches.filter(subject__in=subjects)}
    for place, put in puts.items():
        if place not in rows:
            rows[place] = Watch(
                event=event, subject_id=put.subject, area_id=subjects[put.subject].area_id, klass=put.klass,
                starts_at=put.at, planned_until=put.until, opened_by=put.record, set_by=by.name, entered_at=now,
            )  # fmt: skip
    for place, row in rows.items():
        _settle_watch(row, puts.get(place), lifts, by=by, now=now)
    follow_watches(list(subjects), reason="watch_lifted", by=by, now=now)


def _told_of_watches(
    stages_of_event: Sequence[Running], subjects: Mapping[int, About],
    facts: Callable[[About], dict[str, object]],
) -> list[Put | Lift]:  # fmt: skip
    """What the standing records of these subjects say of watches, each by the stage in which it happened."""
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE["of_subjects"], {"subjects": list(subjects), "forms": sorted(watch_forms(stages_of_event))}
        )
        rows = cursor.fetchall()
    found: list[Put | Lift] = []
    for record, form, subject, at, content, plans in rows:
        running = in_force(stages_of_event, at)
        if plans and running.plan.key not in plans:
            continue
        for effect in running.plan.effects(form, json.loads(content), facts(subjects[subject])):
            if isinstance(effect, PutUnderWatch):
                found.append(Put(subject, effect.klass, at, record, at + timedelta(days=effect.days)))
            elif isinstance(effect, LiftWatch):
                found.append(Lift(subject, effect.klass, at, record))
    return found


def _settle_watch(row: Watch, put: Put | None, lifts: Sequence[Lift], *, by: By, now: datetime) -> None:
    """One watch as its records say it is."""
    before = (row.opened_by, row.ended_at, row.lifted_by)
    by_hand = row.opened_by is None
    lift = next(
        (one for one in lifts if (one.subject, one.klass) == (row.subject_id, row.klass) and one.at >= row.starts_at),
        None,
    )
    if row.ended_at is not None and row.lifted_by is None:
        lift = None  # a person lifted it directly
    elif put is None and not by_hand:
        row.ended_at, row.ended_by, row.end_reason, row.lifted_by = row.starts_at, by.name, "corrected", row.opened_by
    elif lift is not None:
        row.ended_at, row.lifted_by = lift.at, lift.record
        row.ended_by, row.end_reason = row.ended_by or by.name, "watch_lifted"
    else:
        row.ended_at, row.ended_by, row.end_reason, row.lifted_by = None, "", "", None
    if put is not None and not by_hand:
        row.opened_by = put.record
    if row.ended_at != before[1]:
        row.until_entered_at = now
    if row.pk is None or (row.opened_by, row.ended_at, row.lifted_by) != before:
        row.save()


def follow_watches(subjects: Sequence[int], *, reason: str, by: By, now: datetime) -> None:
    """Open what these subjects' watches call for; end what they call for no more: its owner was not warned yet."""
    keys = {key for key, scope in scopes().items() if scope.follows_watch}
    for event in Event.objects.filter(ended_at__isnull=True):
        of_event = stages([event])
        duties = frozenset(key for one in of_event for key, duty in one.plan.duties.items() if duty.scope in keys)
        reconcile(now=now, duties=duties, events=[event], subjects=subjects, heard=now)
        for key in sorted(duties):
            judged = judge(event, key, now=now, subjects=subjects, also_met=True)
            for area, ids in judged.uncalled.items():
                end_obligations(ids, area=area, reason="watch_lifted", words=reason, by=by, now=now)
            revive_obligations(judged.to_revive, now=now)


def overrun(now: datetime) -> int:
    """How many watches are past their planned end and not lifted: they go on being owed until someone lifts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM watch WHERE ended_at IS NULL AND planned_until < %s", [now])
        (count,) = cursor.fetchone()
    return int(count)
