"""`user add`, `user appoint` and `people import`."""

from __future__ import annotations

import argparse
import getpass
import warnings
from pathlib import Path

from sibulou.commands.opening import county, say
from sibulou.commands.plans import read, read_bytes
from sibulou.commands.problems import NoSuchAccount, NoTerminal, PasswordsDiffer


def add(given: argparse.Namespace) -> None:
    """Add an account that may sign in; what it may do comes from its appointments."""
    password = _password(given.password_file)
    with county() as (by, now):
        from sibulou.roster.appointments import create_user

        create_user(username=given.username, name=given.name, password=password, by=by, now=now)
    say(f"已新建账号 {given.username}", f"the account {given.username} is added")


def _password(file: str | None) -> str:
    if file is not None:
        return (read(Path(file)).splitlines() or [""])[0]
    try:
        warnings.simplefilter("error", getpass.GetPassWarning)  # without a terminal it would show what is typed
        first = getpass.getpass("密码 password: ")
        again = getpass.getpass("再输一次 once more: ")
    except (EOFError, getpass.GetPassWarning):
        raise NoTerminal from None
    if again != first:
        raise PasswordsDiffer
    return first


def appoint(given: argparse.Namespace) -> None:
    """Appoint an account to a seat at an area, from now on."""
    with county() as (by, now):
        from sibulou.roster import appointments
        from sibulou.roster.areas import area_by_code
        from sibulou.roster.models import User

        area = area_by_code(given.area)
        user = User.objects.filter(username=given.username).first()
        if user is None:
            raise NoSuchAccount(username=given.username)
        seat = appointments.make_seat(role=given.role, area=area, by=by, now=now)
        appointments.appoint(seat=seat, user=user, starts_at=now, deputy=given.deputy, by=by, now=now)
        role = seat.as_role
    say(f"{user.name} 任 {area.name} {role.zh}", f"{user.name} is {role.en} of {area.name}")


def bring(given: argparse.Namespace) -> None:
    """Enter units, teams and people who can be put on duty from a CSV file, all lines or none."""
    content = read_bytes(Path(given.file))
    with county() as (by, now):
        from sibulou.fronts.defence.people_file import import_people
        from sibulou.roster.areas import area_by_code

        brought = import_people(area=area_by_code(given.area), content=content, by=by, now=now)
    say(
        f"已导入 {brought.people} 人，新单位 {brought.units} 个，新队伍 {brought.teams} 支",
        f"{brought.people} people entered; {brought.units} new units, {brought.teams} new teams",
    )
