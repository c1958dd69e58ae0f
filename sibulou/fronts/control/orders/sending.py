"""Send an order: one record for each seat that it is for, so that each of them owes its receipt and its doing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.told import Told
from sibulou.fronts.control.orders.following import SENT, form_for
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
from sibulou.roster.models import Appointment, Area, Post, Seat, Subject
from sibulou.roster.role import ROLES, Right

POST_HEAD = "post_head"
MAIN = {Level.COUNTY: "county_duty", Level.TOWNSHIP: "township_duty", Level.VILLAGE: "village_secretary",
        Level.GROUP: "group_head"}  # fmt: skip
"""Who an order to an area is for."""
AT_AREAS = tuple(
    key for key, role in ROLES.items()
    if Right.RECORD in role.rights and role.level is not None and role.level >= Level.COUNTY
)  # fmt: skip
ON_SUBJECTS = tuple(key for key, role in ROLES.items() if Right.RECORD in role.rights and role.level is None)
REACHED = (*AT_AREAS, *ON_SUBJECTS)
"""The roles that orders reach: whoever may answer, at an area or on a subject: guards, heads of posts, of shops …"""


@dataclass(frozen=True)
class To:
    """One seat an order is for: a role at an area's own subject, or on the subject it sits on (`kind`)."""

    role: str
    subject: int
    kind: str = "area"


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


def to_roles(roles: Iterable[str], *, under: int, now: datetime) -> list[To]:
    """Every seat of these roles under an area: of the areas on the roster, of the open posts; and of who sits on
    people, shops and the like one seat each, however many he has, and every one where nobody answers."""
    low, high = key_range(under)
    found: list[To] = []
    for role in roles:
        if role == POST_HEAD:
            posts = Post.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True,
                                        opened_at__isnull=False).order_by("pk")  # fmt: skip
            found += [To(role, pk, "post") for pk in posts.values_list("pk", flat=True)]
        elif role in ON_SUBJECTS:
            found += _one_of_each(role, (low, high), now=now)
        elif role in AT_AREAS and (level := ROLES[role].level) is not None:
            areas = Area.objects.filter(pk__gte=low, pk__lt=high, level=level, until__isnull=True)
            found += _at([(role, pk) for pk in areas.order_by("pk").values_list("pk", flat=True)])
    return found


def _one_of_each(role: str, over: tuple[int, int], *, now: datetime) -> list[To]:
    """Of the seats of a role that sits on subjects: one for each holder, and those that have none."""
    seats = Seat.objects.filter(
        role=role, area__gte=over[0], area__lt=over[1], closed_at__isnull=True, subject__until__isnull=True
    ).select_related("subject").order_by("area", "pk")  # fmt: skip
    holders = dict(_terms(now).filter(seat__in=seats).values_list("seat", "user"))
    found: dict[tuple[str, int], Seat] = {}
    for seat in seats:
        holder = holders.get(seat.pk)
        found.setdefault(("held", holder) if holder else ("vacant", seat.pk), seat)
    return [_on(seat) for seat in found.values()]


def _terms(now: datetime) -> QuerySet[Appointment]:
    """Who sits where at a moment, by accounts that are open."""
    return Appointment.objects.filter(starts_at__lte=now, user__is_active=True).exclude(ends_at__lte=now)


def to_people(names: Iterable[str], *, under: int, now: datetime) -> list[To]:
    """Of each of these people, called by account or full name, the seat that an order goes to: one at an area before
    one at a post, and that before one on a subject. Raises NobodyCalled, SeveralCalled.
    """
    low, high = key_range(under)
    found: list[To] = []
    for name in names:
        terms = _terms(now).filter(
            Q(seat__subject__isnull=True) | Q(seat__subject__until__isnull=True), seat__area__gte=low,
            seat__area__lt=high, seat__role__in=REACHED, seat__closed_at__isnull=True,
        ).select_related("seat__subject", "user").order_by("seat__area", "pk")  # fmt: skip
        meant = list(terms.filter(user__username=name)) or list(terms.filter(user__name=name))
        accounts = sorted({term.user.username for term in meant})
        if not meant:
            raise NobodyCalled(given=name)
        if len(accounts) > 1:
            raise SeveralCalled(given=name, accounts=", ".join(accounts[:5]))
        seat = min((term.seat for term in meant), key=lambda one: (one.subject is not None, one.role != POST_HEAD))
        found += [_on(seat)] if seat.subject else _at([(seat.role, seat.area_id)])
    return found


def _on(seat: Seat) -> To:
    assert seat.subject is not None
    return To(seat.role, seat.subject.pk, seat.subject.kind)


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
    role = {} if one.kind == "post" else {"role": one.role}
    return Told(uuid7(now), form_for(one.kind, "sent"), one.subject, now, said | role)


def _tell(records: Sequence[Told], *, reach: Reach, by: By, now: datetime) -> None:
    if not any(SENT[0] in running.plan.forms for running in current(now)):
        raise NoOrderForm
    for answer in take_in(Batch(records, device="web"), reach=reach, by=by, now=now):
        if answer.outcome is not Outcome.ACCEPTED and answer.problem is not None:
            raise answer.problem
