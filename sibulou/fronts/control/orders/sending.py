"""Send an order: one record for each seat that it is for, so that each of them owes its receipt and its doing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.told import Told
from sibulou.fronts.control.orders.following import AREA_SENT, POST_SENT
from sibulou.fronts.control.orders.judging import SENDERS
from sibulou.fronts.control.orders.problems import (
    DueNotAhead,
    MayNotOrder,
    NobodyCalled,
    NoOrderForm,
    OrderEmpty,
    OrderToNobody,
    SeveralCalled,
)
from sibulou.lib.uuid7 import uuid7
from sibulou.lib.wall import wall
from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level, key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import Appointment, Area, Post, Subject
from sibulou.roster.role import ROLES, Right

POST_HEAD = "post_head"
MAIN = {Level.COUNTY: "county_duty", Level.TOWNSHIP: "township_duty", Level.VILLAGE: "village_secretary",
        Level.GROUP: "group_head"}  # fmt: skip
"""Who an order to an area is for."""
REACHED = tuple(
    key for key, role in ROLES.items()
    if Right.RECORD in role.rights and ((role.level is not None and role.level >= Level.COUNTY) or key == POST_HEAD)
)  # fmt: skip
"""The roles that orders reach: those that sit at an area and may answer, and the heads of posts."""


@dataclass(frozen=True)
class To:
    """One seat an order is for: a role at an area's own subject, or the head of a post."""

    role: str
    subject: int


@dataclass(frozen=True)
class Wording:
    """What is ordered: its text, its number if it has one, what counts as done, and by when."""

    text: str
    due_at: datetime
    number: str = ""
    done_when: str = ""


def sender_of(reach: Reach) -> tuple[str, int]:
    """As which role, and for which area, one sends orders: the widest seat. Raises MayNotOrder."""
    sits = [(role, area) for role, area in reach.sits if role in SENDERS]
    if not sits:
        raise MayNotOrder
    return min(sits, key=lambda one: SENDERS.index(one[0]))


def to_areas(areas: Iterable[Area]) -> list[To]:
    """The main seat of each of these areas: its duty officer, its secretary, its head."""
    return _at([(MAIN[Level(area.level)], area.pk) for area in areas if Level(area.level) in MAIN])


def to_roles(roles: Iterable[str], *, under: int) -> list[To]:
    """Every seat of these roles under an area: of the areas on the roster, and of the open posts."""
    low, high = key_range(under)
    found: list[To] = []
    for role in roles:
        if role == POST_HEAD:
            posts = Post.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True,
                                        opened_at__isnull=False).order_by("pk")  # fmt: skip
            found += [To(role, pk) for pk in posts.values_list("pk", flat=True)]
        elif role in REACHED and (level := ROLES[role].level) is not None:
            areas = Area.objects.filter(pk__gte=low, pk__lt=high, level=level, until__isnull=True)
            found += _at([(role, pk) for pk in areas.order_by("pk").values_list("pk", flat=True)])
    return found


def to_people(names: Iterable[str], *, under: int, now: datetime) -> list[To]:
    """Of each of these people, called by account or full name, the first seat that orders reach.

    Raises NobodyCalled, SeveralCalled.
    """
    low, high = key_range(under)
    found: list[To] = []
    for name in names:
        terms = Appointment.objects.filter(
            seat__area__gte=low, seat__area__lt=high, seat__role__in=REACHED, seat__closed_at__isnull=True,
            starts_at__lte=now, user__is_active=True,
        )  # fmt: skip
        terms = terms.exclude(ends_at__lte=now).select_related("seat", "user").order_by("seat__area", "pk")
        meant = list(terms.filter(user__username=name)) or list(terms.filter(user__name=name))
        accounts = sorted({term.user.username for term in meant})
        if not meant:
            raise NobodyCalled(given=name)
        if len(accounts) > 1:
            raise SeveralCalled(given=name, accounts=", ".join(accounts[:5]))
        seat = meant[0].seat
        found += [To(seat.role, seat.subject_id)] if seat.subject_id else _at([(seat.role, seat.area_id)])
    return found


def _at(seats: Sequence[tuple[str, int]]) -> list[To]:
    subjects = dict(Subject.objects.filter(kind="area", area_id__in=[area for _, area in seats])
                    .values_list("area_id", "pk"))  # fmt: skip
    return [To(role, subjects[area]) for role, area in seats if area in subjects]


def send_order(*, wording: Wording, to: Sequence[To], reach: Reach, by: By, now: datetime) -> UUID:
    """Send an order to these seats, each once, all of them or none. Gives the order's id.

    Raises OrderEmpty, OrderToNobody, DueNotAhead, MayNotOrder, NoOrderForm, and the Problem of a refused record.
    """
    role, area = sender_of(reach)
    if not wording.text.strip():
        raise OrderEmpty
    if wording.due_at <= now:
        raise DueNotAhead(due=wall(wording.due_at))
    seats = list(dict.fromkeys(to))
    if not seats:
        raise OrderToNobody
    order = uuid7(now)
    said = {
        "order": str(order), "text": wording.text.strip(), "due": wording.due_at.isoformat(), "from_role": role,
        "from_area": str(area),
    }  # fmt: skip
    said |= {key: value.strip() for key, value in (("number", wording.number), ("done_when", wording.done_when))
             if value.strip()}  # fmt: skip
    with deed():
        _tell([_told(one, said, now=now) for one in seats], reach=reach, by=by, now=now)
        audit("order.send", by=by, now=now, area=area, order=str(order), number=wording.number, to=len(seats),
              due=wording.due_at.isoformat())  # fmt: skip
    return order


def _told(one: To, said: dict[str, str], *, now: datetime) -> Told:
    if one.role == POST_HEAD:
        return Told(uuid7(now), POST_SENT, one.subject, now, dict(said))
    return Told(uuid7(now), AREA_SENT, one.subject, now, {**said, "role": one.role})


def _tell(records: Sequence[Told], *, reach: Reach, by: By, now: datetime) -> None:
    if not any(AREA_SENT in running.plan.forms for running in current(now)):
        raise NoOrderForm
    for answer in take_in(Batch(records, device="web"), reach=reach, by=by, now=now):
        if answer.outcome is not Outcome.ACCEPTED and answer.problem is not None:
            raise answer.problem
