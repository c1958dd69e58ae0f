"""Opening what a stage calls for, after the start key or another level: a job of its own, committed with the deed.

A county owes hundreds of thousands of obligations. They are opened duty by duty, each in a transaction of its own, so
that what is there is seen, and whoever goes on after a killed worker finds what was done. Until the last is opened the
stage has no `opened_at`, and no screen may say that nothing is missed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import QuerySet

from sibulou.duty.force import stages
from sibulou.duty.models import Event, Obligation, Stage
from sibulou.duty.problems import StillOpening
from sibulou.duty.reconcile import reconcile
from sibulou.roster.access import EVERYTHING, acting


def unopened() -> QuerySet[Stage]:
    """The stages of running events of which not everything is opened yet."""
    return Stage.objects.filter(opened_at__isnull=True, event__ended_at__isnull=True)


def open_in_steps(event: int, *, clock: Callable[[], datetime]) -> int:
    """Open everything that an event calls for, a duty at a time; gives how many obligations were opened.

    Each step is a transaction, unless the caller has opened one. Idempotent: a second run finds what the first has
    done, and an event whose stages are all opened, or that was stood down, is left alone.
    """
    with acting(EVERYTHING):
        found = list(unopened().filter(event=event).select_related("event"))
        duties = sorted({key for running in stages([found[0].event]) for key in running.plan.duties}) if found else []
    opened = 0
    for key in duties:
        with acting(EVERYTHING):
            opened += reconcile(now=clock(), events=[found[0].event], duties=frozenset({key})).total
    with acting(EVERYTHING):
        Stage.objects.filter(pk__in=[stage.pk for stage in found]).update(opened_at=clock())
    return opened


def opened_so_far(stage: Stage) -> int:
    """How many obligations of a stage are opened."""
    return Obligation.objects.filter(stage=stage).count()


def refuse_while_opening(event: Event) -> None:
    """A stand-down would miss what is opened after it. Raises StillOpening."""
    stage = unopened().filter(event=event).order_by("-starts_at").first()
    if stage is not None:
        raise StillOpening(count=opened_so_far(stage))
