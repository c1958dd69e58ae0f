"""When a subject leaves the roster by name, what it still owed ends by the same name; what was overdue stays."""

from __future__ import annotations

from datetime import datetime

from sibulou.duty.models import Obligation, Watch
from sibulou.duty.settle import end_obligations
from sibulou.duty.watch import lift_watch
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.models import Subject


def end_what_is_owed(*, subject: Subject, at: datetime, by: By, reason: str, now: datetime) -> None:
    """Lift the subject's watches, and end its obligations whose owner was not yet warned at `at`.

    Runs with the system's reach: who may end the subject need not reach the seats that its watches were told to.
    """
    with acting(EVERYTHING):
        watched = Watch.objects.filter(subject=subject, ended_at__isnull=True, starts_at__lte=at)
        for klass in sorted(set(watched.values_list("klass", flat=True))):
            lift_watch(subject=subject, klass=klass, at=at, reason=reason, by=by, now=now)
        owed = Obligation.objects.filter(subject=subject, met_at__isnull=True, warn_at__gte=at)
        ids = list(owed.values_list("id", flat=True))
        end_obligations(ids, area=subject.area_id, reason="subject_ended", words=reason, by=by, now=now)
