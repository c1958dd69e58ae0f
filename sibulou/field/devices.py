"""Devices: invited, enrolled, renewed, withdrawn; and known by their token."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sibulou.field.models import Device, Invitation
from sibulou.field.problems import (
    CarrierClosed,
    InvitationOver,
    InvitationUsed,
    NoSuchToken,
    NotYourPeople,
    OtherCarrier,
    OtherCounty,
    TokenOver,
    UnknownInvitation,
    Withdrawn,
    WithdrawnBefore,
)
from sibulou.field.token import CODE_LASTS, TOKEN_LASTS, code_digest, new_code, new_token, plain_code, token_digest
from sibulou.lib.sql import bound_cursor
from sibulou.lib.uuid7 import uuid7
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, SEATS, Reach, acting, reaches_from
from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.areas import code_of
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named, reasoned, within
from sibulou.roster.divisions import division
from sibulou.roster.models import Appointment, Area, User
from sibulou.roster.problems import UnknownDivision
from sibulou.roster.role import ROLES, Right
from sibulou.roster.seal import field_cipher

SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a device was heard of."""


@dataclass(frozen=True)
class Invited:
    """A code to be shown once, and until when it holds."""

    code: str = field(repr=False)
    invitation: Invitation


@dataclass(frozen=True)
class Enrolled:
    """A device and its token, told once; and the spare key of its store (decision 10), which is kept nowhere."""

    device: Device
    token: str = field(repr=False)

    @property
    def spare(self) -> str:
        """The spare key, in base64."""
        return base64.b64encode(field_cipher().key_of(f"device {self.device.pk}")).decode()


def terms_now(user: User, now: datetime) -> list[Appointment]:
    """The appointments of a user that hold at `now`, seen as the house."""
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    with acting(EVERYTHING):
        return list(Appointment.objects.filter(lasting, user=user, starts_at__lte=now).select_related("seat"))


def may_invite(user: User, *, reach: Reach, now: datetime) -> bool:
    """Whether one may add a device of this user: himself, and whoever appoints or administers where he sits."""
    if reach.user_id == user.pk:
        return True
    areas = [term.seat.area_id for term in terms_now(user, now)]
    return any(reach.covers(area, right) for area in areas for right in (Right.GRANT, Right.ADMIN))


def invite(*, user: User, reach: Reach, by: By, now: datetime) -> Invited:
    """A code by which one device of the user comes in, within fifteen minutes. Raises NotYourPeople."""
    if not user.is_active or not may_invite(user, reach=reach, now=now):
        raise NotYourPeople(user=user.name)
    code = new_code(_county_code(user, now))
    with deed():
        invitation = Invitation.objects.create(
            code_digest=code_digest(code),
            user=user,
            made_at=now,
            made_by=by.name,
            made_by_user_id=by.user_id,
            expires_at=now + CODE_LASTS,
        )
        audit("device.invite", by=by, now=now, area=_home(user, now), account=user.pk, username=user.username)
    return Invited(code, invitation)


def _home(user: User, now: datetime) -> int | None:
    """Where a user sits, for the audit line."""
    terms = terms_now(user, now)
    return terms[0].seat.area_id if terms else None


def _county_code(user: User, now: datetime) -> str:
    """The six digits of the county a user sits in; zeros for one who sits nowhere."""
    home = _home(user, now)
    if home is None:
        return "000000"
    county = Area.objects.filter(pk=ancestor(home, min(Level.COUNTY, level_of(home)))).first()
    return (code_of(county) if county else "")[:6].ljust(6, "0")


def enrol(*, code: str, name: str, now: datetime) -> Enrolled:
    """Let in the device that hands in an invitation's code.

    Raises UnknownInvitation, OtherCounty, InvitationUsed, InvitationOver, CarrierClosed, NameMissing.
    """
    with acting(EVERYTHING), deed():
        invitation = Invitation.objects.select_related("user").filter(code_digest=code_digest(code)).first()
        if invitation is None:
            raise _unknown(code)
        if invitation.used_at is not None:
            raise InvitationUsed(at=wall(invitation.used_at))
        if invitation.expires_at <= now:
            raise InvitationOver(until=wall(invitation.expires_at))
        if not Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True).update(used_at=now):
            raise InvitationUsed(at=wall(now))
        return _enter(user=invitation.user, name=name, by=invitation.made_by, invitation=invitation, now=now)


def _unknown(code: str) -> UnknownInvitation | OtherCounty:
    """Why nobody here gave out this code: it is another county's, or nobody's."""
    county = plain_code(code)[:6]
    if not county or county == "000000" or Area.objects.filter(codes__code=county).exists():
        return UnknownInvitation()
    try:
        name = division(county).name
    except UnknownDivision:
        return OtherCounty(theirs_zh=f"代码为 {county} 的县", theirs_en=f"the county with the code {county}")
    return OtherCounty(theirs_zh=name, theirs_en=name)


def enrol_signed_in(*, user: User, name: str, now: datetime) -> Enrolled:
    """Let in a device whose user has just given his name and password. Raises NameMissing."""
    with acting(EVERYTHING), deed():
        return _enter(user=user, name=name, by=user.name, invitation=None, now=now)


def _enter(*, user: User, name: str, by: str, invitation: Invitation | None, now: datetime) -> Enrolled:
    if not user.is_active:
        raise CarrierClosed(user=user.name)
    token = new_token()
    device = Device.objects.create(
        id=uuid7(now),
        user=user,
        name=named(name.replace("\x00", ""), 40),
        token_digest=token_digest(token),
        enrolled_at=now,
        enrolled_by=by,
        invitation=invitation,
        expires_at=now + TOKEN_LASTS,
        seen_at=now,
    )
    audit("device.enrol", by=By(user.name, "", user.pk), now=now, area=_home(user, now), account=user.pk,
          device=str(device.pk), name=device.name)  # fmt: skip
    return Enrolled(device, token)


def renew(*, device: UUID, user: User, now: datetime) -> Enrolled:
    """A new token for a device whose user has just given his name and password; the old one ends.

    Raises NoSuchToken (no such device), OtherCarrier, Withdrawn.
    """
    with acting(EVERYTHING), deed():
        row = Device.objects.select_related("user").select_for_update(of=("self",)).filter(pk=device).first()
        if row is None:
            raise NoSuchToken
        if row.user_id != user.pk:
            raise OtherCarrier(user=row.user.name)
        if row.withdrawn_at is not None:
            raise withdrawn(row)
        token = new_token()
        row.token_digest, row.expires_at, row.seen_at = token_digest(token) or b"", now + TOKEN_LASTS, now
        row.save(update_fields=["token_digest", "expires_at", "seen_at"])
        audit("device.renew", by=By(user.name, "", user.pk), now=now, area=_home(user, now), account=user.pk,
              device=str(row.pk), name=row.name)  # fmt: skip
    return Enrolled(row, token)


def withdraw(*, device: Device, reason: str, reach: Reach, by: By, now: datetime) -> None:
    """Take a device back: at its next contact it hands in what waits and empties itself.

    Raises ReasonMissing, NotYourPeople, WithdrawnBefore, OutOfReach.
    """
    reason = reasoned(reason.replace("\x00", ""))
    if not may_withdraw(device, reach=reach):
        raise NotYourPeople(user=device.user.name)
    with deed():
        open_one = Device.objects.filter(pk=device.pk, withdrawn_at__isnull=True)
        taken = open_one.update(withdrawn_at=now, withdrawn_by=by.name, withdraw_reason=reason)
        if not taken:
            device.refresh_from_db()
            within(device.withdrawn_at is not None)
            raise WithdrawnBefore(by=device.withdrawn_by, at=wall(device.withdrawn_at or now))
        audit("device.withdraw", by=by, now=now, area=_home(device.user, now), account=device.user_id,
              device=str(device.pk), name=device.name, reason=reason)  # fmt: skip


def may_withdraw(device: Device, *, reach: Reach) -> bool:
    """Its carrier, and whoever appoints or administers where he sits or sat."""
    if reach.user_id == device.user_id:
        return True
    with acting(EVERYTHING):
        areas = list(Appointment.objects.filter(user=device.user_id).values_list("seat__area_id", flat=True))
    return any(reach.covers(area, right) for area in areas for right in (Right.GRANT, Right.ADMIN))


def withdrawn(device: Device) -> Withdrawn:
    """What a withdrawn device is told."""
    assert device.withdrawn_at is not None
    return Withdrawn(by=device.withdrawn_by, at=wall(device.withdrawn_at))


def by_token(token: str, *, now: datetime) -> Device:
    """The device of a token, withdrawn or not. Raises NoSuchToken, TokenOver, CarrierClosed."""
    digest = token_digest(token)
    found: list[Device] = []
    if digest:
        with bound_cursor() as cursor:
            cursor.execute(_BY_DIGESTS, [[digest]], prepare=True)
            found = _devices(cursor.fetchall())
    if not found:
        raise NoSuchToken
    device = found[0]
    if device.over(now):
        raise TokenOver(since=wall(device.expires_at))
    if not device.user.is_active and device.withdrawn_at is None:
        raise CarrierClosed(user=device.user.name)
    return device


def _devices(rows: Sequence[Sequence[Any]]) -> list[Device]:
    """The devices that `_BY_DIGESTS` found, with their users."""
    split = len(_DEVICE)
    found = [Device.from_db("default", _DEVICE, row[:split]) for row in rows]
    for device, row in zip(found, rows, strict=True):
        device.user = User.from_db("default", _CARRIER, row[split:])
    return found


_DEVICE = [field.attname for field in Device._meta.concrete_fields]
_CARRIER = ["id", "username", "name", "language", "is_active"]
_BY_DIGESTS = f"""
SELECT {", ".join(f"d.{name}" for name in _DEVICE)}, {", ".join(f"u.{name}" for name in _CARRIER)}
FROM devices_by_token(%b::bytea[]) d JOIN account u ON u.id = d.user_id"""


@dataclass(frozen=True)
class Carrier:
    """A device that holds, and who acts with it."""

    device: Device
    reach: Reach
    by: By


_SEATS_BY_DIGESTS = SEATS.replace(
    "ANY (%b::bigint[])",
    "ANY (ARRAY(SELECT a.id FROM devices_by_token(%b::bytea[]) d JOIN account a ON a.id = d.user_id AND a.is_active))",
)


def ask_carriers(digests: Iterable[bytes], *, now: datetime) -> Callable[[], dict[bytes, Carrier]]:
    """Who comes with these tokens, by their digests: those whose token, device and account simply hold.

    The same as `by_token` and `reach_of` one by one, for many at once. Ask acting with EVERYTHING, in a block
    `together` with what else is to be asked; what is given is to be called after the block.
    """
    session, sought = connection.connection, list(set(digests))
    devices = session.execute(_BY_DIGESTS, [sought], prepare=True)
    seats = session.execute(_SEATS_BY_DIGESTS, [now, sought], prepare=True)
    return lambda: _carriers(_devices(devices.fetchall()), reaches_from(seats.fetchall()), now)


def _carriers(known: Iterable[Device], reaches: Mapping[int, Reach], now: datetime) -> dict[bytes, Carrier]:
    devices = [one for one in known if one.withdrawn_at is None and not one.over(now) and one.user.is_active]
    stale = [device.pk for device in devices if device.seen_at is None or device.seen_at <= now - SEEN_EVERY]
    if stale:
        Device.objects.filter(pk__in=stale).update(seen_at=now)
    found = {}
    for device in devices:
        reach = reaches.get(device.user_id) or Reach(user_id=device.user_id)
        role = ROLES[reach.roles[0]].zh if reach.roles else ""
        found[bytes(device.token_digest)] = Carrier(device, reach, By(device.user.name, role, device.user_id))
    return found


def heard_of(device: Device, *, now: datetime) -> None:
    """Write down that a device was here, once a minute at most; call within its user's reach."""
    if device.seen_at is None or device.seen_at <= now - SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=now)


def told_to_wipe(device: Device, *, now: datetime) -> None:
    """Write down when a withdrawn device first heard of it."""
    if device.wiped_at is None:
        with acting(EVERYTHING):
            Device.objects.filter(pk=device.pk, wiped_at__isnull=True).update(wiped_at=now, seen_at=now)


def reach_changes(user: User) -> list[datetime]:
    """The moments at which what a user reaches may have changed, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reach_changes(%s)", [user.pk])
        return [moment for (moment,) in cursor.fetchall()]
