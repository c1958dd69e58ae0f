"""The chain of responsibility: seats, who is appointed to them, and who is away (S3, S22, S23, S43).

Nobody gives himself a seat, and nobody fills, ends or excuses the seat of his own superior. The database refuses the
first by itself; the second is refused here alone, for it does not know who stands above whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.area_key import LEVEL_NAMES
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named, reasoned, within
from sibulou.roster.ending import still_on_roster
from sibulou.roster.models import Appointment, Area, Closure, Leave, Seat, Subject, User
from sibulou.roster.models.subject import SubjectKind
from sibulou.roster.phone import read_phone
from sibulou.roster.problems import (
    AccountClosed,
    AppointmentOver,
    BadUsername,
    BeforeItsStart,
    LeaveOverlaps,
    MeanwhileChanged,
    NoAppointmentSpan,
    NotInTheList,
    OutOfReach,
    Overlapping,
    OwnAppointment,
    OwnStandIn,
    SuperiorsSeat,
    UsernameTaken,
    WeakPassword,
    WrongSeat,
)
from sibulou.roster.role import ROLES, Role
from sibulou.roster.seal import ACCOUNT_PHONE, field_cipher

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_Term = TypeVar("_Term", Appointment, Leave)


def create_user(
    *, username: str, name: str, by: By, now: datetime, password: str | None = None, phone: str = "",
    person: Subject | None = None, language: str = "zh-hans", demo: bool = False,
) -> User:  # fmt: skip
    """Make an account; without a password nobody signs in with it yet. What it may do comes from appointments.

    `person` is the same human being on the roster: when he is under watch he answers for nothing. Raises
    BadUsername, UsernameTaken, NameMissing, WeakPassword, NotAPhone, OutOfReach.
    """
    if not _USERNAME.fullmatch(username):
        raise BadUsername(username=username)
    ring = read_phone(phone, demo=demo) if phone.strip() else None
    user = User(username=username, name=named(name, 40), person=person, language=language)
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError:
            raise WeakPassword from None
    user.set_password(password)
    user.phone_sealed = field_cipher().seal(ring.text, field=ACCOUNT_PHONE) if ring else None
    try:
        with deed():
            user.save(force_insert=True)
            audit("account.add", by=by, now=now, username=username, account=user.pk)
    except MeanwhileChanged:
        raise UsernameTaken(username=username) from None
    return user


def close_account(*, user: User, by: By, now: datetime) -> None:
    """Close an account: from this minute it answers for nothing, and its seats fall to deputies or stand vacant.

    Raises AccountClosed (it is closed already), OutOfReach.
    """
    with deed():
        user.refresh_from_db(fields=["is_active"])
        if not user.is_active:
            raise AccountClosed(user=user.name)
        within(User.objects.filter(pk=user.pk, is_active=True).update(is_active=False))
        Closure.objects.create(user=user, closed_at=now, closed_by=by.name)
        audit("account.close", by=by, now=now, username=user.username, account=user.pk)
    user.is_active = False


def make_seat(*, role: str, by: By, now: datetime, area: Area | None = None, subject: Subject | None = None) -> Seat:
    """The seat of a role at an area, or for a subject; made when it is not there yet.

    Raises NotInTheList, WrongSeat, SubjectEnded, OutOfReach.
    """
    if role not in ROLES:
        raise NotInTheList(field="role", given=role, allowed=", ".join(f"{r.key} {r.zh}" for r in ROLES.values()))
    place = _place(ROLES[role], area, subject)
    with deed():
        if subject is not None:
            still_on_roster(subject)
        seat, made = Seat.objects.get_or_create(role=role, area=place, subject=subject, closed_at=None)
        if made:
            audit("seat.make", by=by, now=now, area=place.pk, seat=seat.pk, seat_role=role,
                  subject=subject.pk if subject else None)  # fmt: skip
    return seat


def _place(role: Role, area: Area | None, subject: Subject | None) -> Area:
    """The area of a seat. Raises WrongSeat for a role that does not sit there."""
    if subject is not None and subject.kind in role.on:
        return subject.area
    if subject is None and area is not None and area.level == role.level:
        return area
    if role.level is not None:
        where_zh, where_en = LEVEL_NAMES[role.level]
    else:
        where_zh, where_en = "、".join(SubjectKind(kind).label for kind in role.on), " or ".join(role.on)
    raise WrongSeat(role_zh=role.zh, role_en=role.en, where_zh=where_zh, where_en=where_en)


def appoint(
    *, seat: Seat, user: User, starts_at: datetime, by: By, now: datetime, ends_at: datetime | None = None,
    deputy: bool = False,
) -> Appointment:  # fmt: skip
    """Put a user in a seat for a term (open-ended without `ends_at`), as its holder or as a deputy.

    Raises NoAppointmentSpan, AccountClosed, OwnAppointment, SuperiorsSeat, Overlapping (another holds the seat in that
    time), OutOfReach.
    """
    _span(starts_at, ends_at)
    _active(user)
    _not_oneself(user, by=by)
    _not_above([seat], by=by, now=now)
    try:
        with deed():
            appointment = Appointment.objects.create(
                seat=seat, user=user, starts_at=starts_at, ends_at=ends_at, deputy=deputy, made_by=by.name,
                entered_at=now,
            )  # fmt: skip
            audit("appoint", by=by, now=now, area=seat.area_id, seat=seat.pk, seat_role=seat.role, account=user.pk,
                  deputy=deputy, starts=starts_at.isoformat(), ends=ends_at and ends_at.isoformat())  # fmt: skip
    except MeanwhileChanged:
        holder = _overlapping(Appointment.objects.filter(seat=seat, deputy=False), starts_at, ends_at)
        if holder is None:
            raise
        raise Overlapping(holder=holder.user.name, starts=wall(holder.starts_at)) from None
    return appointment


def end_appointment(*, appointment: Appointment, at: datetime, reason: str, by: By, now: datetime) -> Appointment:
    """End a term at a moment; one that has not begun is called off. The seat is vacant from then on.

    One's own term may be ended. Raises ReasonMissing, SuperiorsSeat, AppointmentOver, BeforeItsStart, OutOfReach.
    """
    why = reasoned(reason)
    if by.user_id != appointment.user_id:
        _not_above(Seat.objects.filter(pk=appointment.seat_id), by=by, now=now)
    ends = _end(appointment.starts_at, at, now)
    with deed():
        open_then = Appointment.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=ends), pk=appointment.pk)
        changed = open_then.update(ends_at=ends, ended_by=by.name, until_entered_at=now)
        _was_over(appointment, changed, ends, appointment.user)
        audit("appointment.end", by=by, now=now, area=appointment.seat.area_id, seat=appointment.seat_id,
              account=appointment.user_id, at=ends.isoformat(), reason=why)  # fmt: skip
    appointment.refresh_from_db()
    return appointment


def take_leave(
    *, user: User, starts_at: datetime, reason: str, by: By, now: datetime, ends_at: datetime | None = None,
    seat: Seat | None = None, stand_in: User | None = None,
) -> Leave:  # fmt: skip
    """Away from one seat, or from all; a stand-in answers meanwhile, without one a deputy, else nobody.

    Raises ReasonMissing, NoAppointmentSpan, OwnStandIn, AccountClosed, OwnAppointment, SuperiorsSeat, LeaveOverlaps,
    OutOfReach.
    """
    why = reasoned(reason)
    _span(starts_at, ends_at)
    if stand_in is not None:
        if stand_in.pk == user.pk:
            raise OwnStandIn
        _active(stand_in)
        _not_oneself(stand_in, by=by)
    if by.user_id != user.pk:
        _not_above(_left_by(user, seat, now=now), by=by, now=now)
    with deed():
        same = Leave.objects.filter(user=user)
        if seat is not None:
            same = same.filter(Q(seat__isnull=True) | Q(seat=seat))
        if (other := _overlapping(same, starts_at, ends_at)) is not None:
            raise LeaveOverlaps(user=user.name, starts=wall(other.starts_at))
        leave = Leave.objects.create(
            user=user, seat=seat, stand_in=stand_in, starts_at=starts_at, ends_at=ends_at,
            reason=why, entered_at=now,
        )  # fmt: skip
        audit("leave.take", by=by, now=now, area=seat.area_id if seat else None, account=user.pk, leave=leave.pk,
              stand_in=stand_in.pk if stand_in else None, starts=starts_at.isoformat(),
              ends=ends_at and ends_at.isoformat(), reason=why)  # fmt: skip
    return leave


def end_leave(*, leave: Leave, at: datetime, by: By, now: datetime) -> Leave:
    """Back at a moment; a leave that has not begun is called off.

    Raises SuperiorsSeat, AppointmentOver, BeforeItsStart, OutOfReach.
    """
    if by.user_id != leave.user_id:
        _not_above(_left_by(leave.user, leave.seat, now=now), by=by, now=now)
    ends = _end(leave.starts_at, at, now)
    with deed():
        open_then = Leave.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=ends), pk=leave.pk)
        _was_over(leave, open_then.update(ends_at=ends, until_entered_at=now), ends, leave.user)
        audit("leave.end", by=by, now=now, account=leave.user_id, leave=leave.pk, at=ends.isoformat())
    leave.refresh_from_db()
    return leave


def _span(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise NoAppointmentSpan(starts=wall(starts_at))


def _active(user: User) -> None:
    user.refresh_from_db(fields=["is_active"])
    if not user.is_active:
        raise AccountClosed(user=user.name)


def _not_oneself(user: User, *, by: By) -> None:
    """Whoever hands out seats seats others, never himself; so the offices stay apart (MLPS, three administrators)."""
    if by.user_id == user.pk:
        raise OwnAppointment


def _not_above(seats: Iterable[Seat], *, by: By, now: datetime) -> None:
    """Nobody rules over the seat of his own superior; the system, which is no user, does. Raises SuperiorsSeat."""
    if by.user_id is None:
        return
    reach = reach_of(User.objects.get(pk=by.user_id), now=now)
    for seat in seats:
        if reach.is_under(seat.role, seat.area_id):
            raise SuperiorsSeat(role_zh=seat.as_role.zh, role_en=seat.as_role.en)


def _left_by(user: User, seat: Seat | None, *, now: datetime) -> list[Seat]:
    """The seats that a leave is from: one, or all that its user holds or is to hold, whoever sees them."""
    if seat is not None:
        return [seat]
    with acting(EVERYTHING):
        lasting = Q(appointments__ends_at__isnull=True) | Q(appointments__ends_at__gt=now)
        return list(Seat.objects.filter(lasting, appointments__user=user).distinct())


def _end(starts_at: datetime, at: datetime, now: datetime) -> datetime:
    """The moment of an end. What has not begun becomes an empty span: its row and its names stay on record."""
    if starts_at >= now and at <= starts_at:
        return starts_at
    if at <= starts_at:
        raise BeforeItsStart(at=wall(at), since=wall(starts_at))
    return at


def _was_over(row: Appointment | Leave, changed: int, ends: datetime, user: User) -> None:
    """Why an end changed nothing: it was over by then, or it lies outside one's reach."""
    if changed:
        return
    try:
        row.refresh_from_db(fields=["ends_at"])
    except (Appointment.DoesNotExist, Leave.DoesNotExist):
        raise OutOfReach from None
    if row.ends_at is not None and row.ends_at <= ends:
        raise AppointmentOver(user=user.name, ends=wall(row.ends_at))
    within(0)


def _overlapping(rows: QuerySet[_Term], starts_at: datetime, ends_at: datetime | None) -> _Term | None:
    """The first of some terms or leaves that shares a moment with the span."""
    meeting = rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at))
    if ends_at is not None:
        meeting = meeting.filter(starts_at__lt=ends_at)
    return meeting.select_related("user").order_by("starts_at").first()
