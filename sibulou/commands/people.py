"""`user add` and `user appoint`."""

from __future__ import annotations

import argparse
import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sibulou.commands.opening import county, say
from sibulou.commands.plans import read
from sibulou.commands.problems import (
    AccountExists,
    NoSuchAccount,
    PasswordsDiffer,
    PasswordTooWeak,
    RoleSitsElsewhere,
    SeatTaken,
)

if TYPE_CHECKING:
    from sibulou.roster.audit import By
    from sibulou.roster.models import Area, User
    from sibulou.roster.role import Role


def add(given: argparse.Namespace) -> None:
    """Add an account that may sign in; what it may do comes from its appointments."""
    password = _password(given.password_file)
    with county() as (by, now):
        from sibulou.roster.audit import audit
        from sibulou.roster.models import User

        _check(password)
        if User.objects.filter(username=given.username).exists():
            raise AccountExists(username=given.username)
        User.objects.create(username=given.username, name=given.name, password=password)
        audit("account.add", by=by, now=now, username=given.username)
    say(f"已新建账号 {given.username}", f"the account {given.username} is added")


def _password(file: str | None) -> str:
    if file is not None:
        return (read(Path(file)).splitlines() or [""])[0]
    first = getpass.getpass("密码 password: ")
    if getpass.getpass("再输一次 once more: ") != first:
        raise PasswordsDiffer
    return first


def _check(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError:
        raise PasswordTooWeak from None


def appoint(given: argparse.Namespace) -> None:
    """Appoint an account to a seat at an area, from now on."""
    with county() as (by, now):
        from sibulou.roster.areas import area_by_code
        from sibulou.roster.models import User

        area = area_by_code(given.area)
        user = User.objects.filter(username=given.username).first()
        if user is None:
            raise NoSuchAccount(username=given.username)
        role = _role(given.role, area)
        _appoint(user, role, area, deputy=given.deputy, by=by, now=now)
    say(f"{user.name} 任 {area.name} {role.zh}", f"{user.name} is {role.en} of {area.name}")


def _role(key: str, area: Area) -> Role:
    from sibulou.roster.role import ROLES

    allowed = [role.key for role in ROLES.values() if role.level == area.at]
    if key not in allowed:
        raise RoleSitsElsewhere(role=key, area=area.name, allowed=", ".join(allowed) or "-")
    return ROLES[key]


def _appoint(user: User, role: Role, area: Area, *, deputy: bool, by: By, now: datetime) -> None:
    from sibulou.roster.audit import audit
    from sibulou.roster.models import Appointment, Seat

    seat, _ = Seat.objects.get_or_create(area=area, role=role.key, subject=None)
    holder = Appointment.objects.filter(seat=seat, deputy=False, ends_at__isnull=True).select_related("user").first()
    if holder is not None and not deputy:
        raise SeatTaken(area=area.name, role=role.zh, holder=holder.user.name)
    Appointment.objects.create(seat=seat, user=user, deputy=deputy, starts_at=now, made_by=by.name)
    audit("appointment.make", by=by, now=now, area=area.pk, role=role.key, username=user.username, deputy=deputy)
