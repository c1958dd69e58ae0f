"""The chain of responsibility of an area as its page shows it: every seat, who answers, and since when nobody does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sibulou.duty.board import Moment, answerers, vacant_seats
from sibulou.roster.models import Appointment, Leave, Seat, User
from sibulou.roster.role import ROLES
from sibulou.roster.seal import work_phone


@dataclass(frozen=True)
class Sitter:
    """Someone appointed to a seat; `away` is on leave, until a moment or (None) without an end."""

    name: str
    phone: str
    deputy: bool
    away: bool = False
    away_until: datetime | None = None
    stand_in: str = ""


@dataclass(frozen=True)
class SeatRow:
    """One seat in words. `answers` is empty when it is vacant; then `since` says since when, if it was ever held."""

    seat: int
    role: str
    sitters: tuple[Sitter, ...]
    answers: str
    phone: str
    rank: int
    since: datetime | None

    @property
    def vacant(self) -> bool:
        return not self.answers


def seat_rows(area: int, *, at: datetime, language: str) -> list[SeatRow]:
    """The seats at an area itself, in the order of the roles."""
    seats = list(Seat.objects.filter(area_id=area, subject__isnull=True))
    seats.sort(key=lambda seat: list(ROLES).index(seat.role))
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    appointed = list(
        Appointment.objects.filter(current, seat__in=seats, starts_at__lte=at).select_related("user").order_by("id")
    )
    leaves = _leaves({one.user_id for one in appointed}, at)
    answering = answerers([seat.pk for seat in seats], at=at)
    vacant = vacant_seats(area, Moment.now(at)) if len(answering) < len(seats) else {}
    users = User.objects.in_bulk({one.user for one in answering.values()})
    rows = []
    for seat in seats:
        held = [one for one in appointed if one.seat_id == seat.pk]
        found = answering.get(seat.pk)
        user = users.get(found.user) if found else None
        rows.append(
            SeatRow(
                seat=seat.pk,
                role=seat.as_role.label(language),
                sitters=tuple(_sitter(one, leaves) for one in sorted(held, key=lambda one: one.deputy)),
                answers=user.name if user else "",
                phone=work_phone(user) if user else "",
                rank=found.rank if found else 0,
                since=vacant.get(seat.pk),
            )
        )
    return rows


def _leaves(users: Iterable[int], at: datetime) -> list[Leave]:
    current = Leave.objects.filter(user__in=list(users), starts_at__lte=at)
    return list(current.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)).select_related("stand_in"))


def _away(appointment: Appointment, leaves: Sequence[Leave]) -> Leave | None:
    mine = (one for one in leaves if one.user_id == appointment.user_id)
    return next((one for one in mine if one.seat_id in (None, appointment.seat_id)), None)


def _sitter(appointment: Appointment, leaves: Sequence[Leave]) -> Sitter:
    user, leave = appointment.user, _away(appointment, leaves)
    if leave is None:
        return Sitter(user.name, work_phone(user), appointment.deputy)
    stand_in = leave.stand_in.name if leave.stand_in else ""
    return Sitter(user.name, work_phone(user), appointment.deputy, True, leave.ends_at, stand_in)
