"""One area becomes part of another: it ends by name, and everything in it moves over (DESIGN, rule 3).

An area is never re-parented, so its groups are founded anew under the other village. The people did not move, the map
did: whoever sits on them or in their groups goes on sitting there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned, within
from sibulou.roster.ending import end_area
from sibulou.roster.groups import add_group, add_micro_grid
from sibulou.roster.models import Appointment, Area, Household, Leave, Person, Seat, Subject
from sibulou.roster.moving import moving
from sibulou.roster.problems import CannotMerge
from sibulou.roster.subjects import stands_at


@dataclass
class Merged:
    """What a merger moved: households, people, posts and places and institutions, and groups founded anew."""

    households: int = 0
    people: int = 0
    things: int = 0
    parts: int = 0


def merge_area(*, area: Area, into: Area, by: By, now: datetime, reason: str) -> Merged:
    """End an area and move all that is in it into another of the same level.

    Households take the next numbers there; a group whose name is taken gets the old village's before it. Raises
    ReasonMissing, CannotMerge, SubjectEnded, RecodedLater, NoSlotLeft, OutOfReach.
    """
    reason = reasoned(reason)
    if area.level != into.level or area.level < Level.VILLAGE or area.pk == into.pk:
        raise CannotMerge(area=area.name, into=into.name)
    merged = Merged()
    with deed():
        stands_at(into, highest=Level.VILLAGE)
        _pour(area, into, merged, by=by, now=now, reason=reason)
        audit("area.merge", by=by, now=now, area=into.pk, name=area.name, into=into.name, merged=area.pk, reason=reason,
              households=merged.households, people=merged.people, things=merged.things,
              parts=merged.parts)  # fmt: skip
    return merged


def _pour(area: Area, into: Area, merged: Merged, *, by: By, now: datetime, reason: str) -> None:
    """Move what lies in an area itself, then each of its parts, then end it."""
    _move_what_lies_in(area, into, merged, by=by, now=now)
    for part in Area.objects.filter(parent=area, until__isnull=True):
        name = _free_name(part, into)
        if into.at is Level.VILLAGE:
            anew = add_group(village=into, name=name, by=by, now=now)
        else:
            anew = add_micro_grid(group=into, name=name, by=by, now=now)
        merged.parts += 1
        _keep_seated(part, anew, by=by, now=now)
        _pour(part, anew, merged, by=by, now=now, reason=reason)
    end_area(area=area, by=by, now=now, reason=reason)


def _move_what_lies_in(area: Area, into: Area, merged: Merged, *, by: By, now: datetime) -> None:
    here = Subject.objects.filter(area=area, until__isnull=True)
    things = list(
        here.filter(kind__in=("post", "shift", "branch", "place", "institution")).values_list("pk", flat=True)
    )
    homes = list(Household.objects.filter(subject__in=here).order_by("number"))
    people = list(Person.objects.filter(subject__in=here).values_list("pk", flat=True))
    moved = [*things, *(home.pk for home in homes), *people]
    if not moved:
        return
    for number, home in zip(_numbers(into), homes, strict=False):
        within(Household.objects.filter(pk=home.pk).update(number=number))
    with moving(moved, to=into.pk, along=True, by=by, now=now):
        if Subject.objects.filter(pk__in=moved).update(area=into) != len(moved):
            within(0)
    merged.things += len(things)
    merged.households += len(homes)
    merged.people += len(people)


def _numbers(area: Area) -> Iterator[int]:
    """The numbers that households coming to an area take."""
    there = Household.objects.filter(subject__area=area, subject__until__isnull=True)
    number = int(there.aggregate(last=Max("number"))["last"] or 0)
    while True:
        number += 1
        yield number


def _free_name(part: Area, into: Area) -> str:
    """The part's own name if nothing there has it, else with its old place before it, and with a number if need be."""
    taken = set(Area.objects.filter(parent=into, until__isnull=True).values_list("name", flat=True))
    above = part.parent.short_name if part.parent else ""
    wider = f"{above}{part.name}"[:38]
    names = [part.name, wider, *(f"{wider}{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in taken)


def _keep_seated(part: Area, anew: Area, *, by: By, now: datetime) -> None:
    """Whoever sits at a group sits at it under its new village, and his leaves from that seat with him."""
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    with acting(EVERYTHING):  # who may merge areas need not be who appoints in them
        for seat in Seat.objects.filter(area=part, subject__isnull=True):
            there, _ = Seat.objects.get_or_create(role=seat.role, area=anew, subject=None)
            for one in Appointment.objects.filter(lasting, seat=seat, starts_at__lt=now):
                Appointment.objects.create(
                    seat=there, user=one.user, deputy=one.deputy, starts_at=now, ends_at=one.ends_at, made_by=by.name,
                    entered_at=now,
                )  # fmt: skip
            for leave in Leave.objects.filter(lasting, seat=seat):
                Leave.objects.create(
                    user=leave.user, seat=there, stand_in=leave.stand_in, starts_at=max(leave.starts_at, now),
                    ends_at=leave.ends_at, reason=leave.reason, entered_at=now,
                )  # fmt: skip
