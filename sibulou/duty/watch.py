"""Watches: put by a rule or a person, lifted only by name (S39-S44, L3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from sibulou.duty.models import Duty, Event, Obligation, Watch
from sibulou.duty.settle import end_obligations
from sibulou.roster.audit import By, audit
from sibulou.roster.models import Subject
from sibulou.roster.problems import BeforeItsStart


def put_under_watch(
    *, event: Event, subject: Subject, klass: str, starts_at: datetime, planned_until: datetime, by: By,
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
        },
    )
    return watch


def lift_watch(*, subject: Subject, klass: str, at: datetime, reason: str, by: By, now: datetime) -> int:
    """Lift the subject's watches of a class as of `at`. Windows not yet warned of end by this name.

    What is overdue stays overdue. Returns how many watches were lifted. Raises BeforeItsStart.
    """
    with transaction.atomic():
        rows = list(Watch.objects.filter(subject=subject, klass=klass, ended_at__isnull=True, starts_at__lte=at))
        if not rows and (later := Watch.objects.filter(subject=subject, klass=klass, ended_at__isnull=True).first()):
            raise BeforeItsStart(at=f"{at:%F %R}", since=f"{later.starts_at:%F %R}")
        for row in rows:
            Watch.objects.filter(pk=row.pk).update(ended_at=at, ended_by=by.name, end_reason=reason)
        if rows and not Watch.objects.filter(subject=subject, ended_at__isnull=True).exists():
            watched = Duty.objects.filter(scope="people.watched").values_list("id", flat=True)
            owed = Obligation.objects.filter(
                subject=subject, duty_id__in=list(watched), met_at__isnull=True, waived_at__isnull=True, warn_at__gte=at
            )
            end_obligations(
                list(owed.values_list("id", flat=True)), area=subject.area_id, reason="watch_lifted", words=reason,
                by=by, now=now,
            )  # fmt: skip
            audit("watch.lift", by=by, now=now, area=subject.area_id, subject=subject.pk, klass=klass, at=at.isoformat())
    return len(rows)


def overrun(now: datetime) -> int:
    """How many watches are past their planned end and not lifted: they go on being owed until someone lifts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM watch WHERE ended_at IS NULL AND planned_until < %s", [now])
        (count,) = cursor.fetchone()
    return int(count)
