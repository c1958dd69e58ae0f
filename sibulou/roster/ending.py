"""Ends by name: nothing leaves the roster by silence (DESIGN, rule 3)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.db.models import Q
from django.utils.timezone import localdate

from sibulou.lib.sql import read_queries
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned, within
from sibulou.roster.models import Appointment, Area, AreaCode, Subject
from sibulou.roster.problems import BeforeItsStart, NotYet, OutOfReach, RecodedLater, StillOnRoster, SubjectEnded

QUERIES = read_queries(Path(__file__).parent / "queries" / "roster.sql")


class OnEnd(Protocol):
    """What a layer above does when a subject ends, in the same transaction."""

    def __call__(self, *, subject: Subject, at: datetime, by: By, reason: str, now: datetime) -> None: ...


on_end: list[OnEnd] = []
"""Called in order after a subject was ended; `duty` registers itself, since imports point down."""


def end_subject(*, subject: Subject, at: datetime, by: By, now: datetime, reason: str) -> Subject:
    """Take a subject off the roster as of `at`, by a name and with a reason; its history stays.

    Raises ReasonMissing, NotYet, BeforeItsStart, SubjectEnded, StillOnRoster (a household with members, an area
    with anything under it), OutOfReach.
    """
    reason = reasoned(reason)
    if at > now:
        raise NotYet(at=wall(at), now=wall(now))
    with deed():
        still_on_roster(subject)
        if at < subject.since:
            raise BeforeItsStart(at=wall(at), since=wall(subject.since))
        _refuse_what_is_under(subject)
        ended = Subject.objects.filter(pk=subject.pk, until__isnull=True)
        within(ended.update(until=at, ended_by=by.name, end_reason=reason))
        subject.refresh_from_db()
        for hook in on_end:
            hook(subject=subject, at=at, by=by, reason=reason, now=now)
        audit("subject.end", by=by, now=now, area=subject.area_id, subject=subject.pk, subject_kind=subject.kind,
              at=at.isoformat(), reason=reason)  # fmt: skip
    return subject


def still_on_roster(subject: Subject) -> None:
    """Whether it is there still, by what the database says now. Raises SubjectEnded, OutOfReach."""
    try:
        subject.refresh_from_db(fields=["until", "ended_by"])
    except Subject.DoesNotExist:
        raise OutOfReach from None
    if subject.until is not None:
        raise SubjectEnded(subject=subject.label, until=wall(subject.until), by=subject.ended_by)


def _refuse_what_is_under(subject: Subject) -> None:
    if subject.kind not in ("area", "household"):
        return
    low, high = subject.area.range
    statement = QUERIES["under_area" if subject.kind == "area" else "under_household"]
    with connection.cursor() as cursor:
        cursor.execute(statement, {"low": low, "high": high, "household": subject.pk})
        count, some = cursor.fetchone()
    if count:
        raise StillOnRoster(name=subject.label, count=count, some=some)


def end_area(*, area: Area, by: By, now: datetime, reason: str) -> Area:
    """End an area by name, now: its code and its appointments end with it, its history stays where it is.

    Raises ReasonMissing, StillOnRoster, SubjectEnded, RecodedLater, OutOfReach.
    """
    today = localdate(now)
    with deed():
        code = AreaCode.objects.filter(area=area, valid_to__isnull=True).first()
        if code is not None and code.valid_from is not None and code.valid_from >= today:
            raise RecodedLater(code=code.code, since=code.valid_from)
        own = Subject.objects.filter(kind="area", area=area).first()
        if own is None:
            raise OutOfReach
        end_subject(subject=own, at=now, by=by, now=now, reason=reason)
        within(Area.objects.filter(pk=area.pk).update(until=today))
        AreaCode.objects.filter(area=area, valid_to__isnull=True).update(valid_to=today)
        with acting(EVERYTHING):  # who may end an area need not be who appoints in it
            lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
            held = Appointment.objects.filter(lasting, seat__area=area, starts_at__lt=now)
            freed = held.update(ends_at=now, ended_by=by.name, until_entered_at=now)
        audit("area.end", by=by, now=now, area=area.pk, name=area.name, reason=reason, appointments=freed)
    area.refresh_from_db()
    return area
