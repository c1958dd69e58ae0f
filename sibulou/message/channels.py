"""Deeds of the administrator: which machines may be spoken to, a channel set up, switched on and off, and tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time

from django.db import connection

from sibulou.lib.problem import Problem
from sibulou.message import words
from sibulou.message.adapters import ADAPTERS, read_settings
from sibulou.message.adapters.mail import HOST
from sibulou.message.adapters.setting import Adapter, Reaches
from sibulou.message.failing import report
from sibulou.message.inbox import preference_of
from sibulou.message.models import Channel, Delivery, Host
from sibulou.message.problems import HostInUse, HostNotListed, NotAHost, NowhereToTry, WrongSetting
from sibulou.message.sending import SETTINGS, attempt, hosts_of, keep, mail_of, open_settings, phone_of
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named, within
from sibulou.roster.models import Area, User
from sibulou.roster.seal import field_cipher

Quiet = tuple[time, time] | None


def add_host(*, area: Area, name: str, by: By, now: datetime) -> Host:
    """Let the channels of a county speak to a machine. Raises NotAHost, OutOfReach, MeanwhileChanged (it is there)."""
    plain = name.strip().lower()
    if not HOST.fullmatch(plain) or ".." in plain:
        raise NotAHost(given=plain[:60].replace("\x00", ""))
    with deed():
        host = Host.objects.create(area_id=area.pk, name=plain, added_at=now, added_by=by.name)
        audit("message.host", by=by, now=now, area=area.pk, host=plain)
    return host


def remove_host(*, host: Host, by: By, now: datetime) -> None:
    """Take a machine off the list. Raises HostInUse while a channel that is on speaks to it, OutOfReach."""
    for channel in Channel.objects.filter(is_on=True):
        if host.name == host_of(channel) and host.name in hosts_of(channel.area_id):
            raise HostInUse(channel=channel.title, host=host.name)
    with deed():
        deleted, _ = Host.objects.filter(pk=host.pk).delete()
        within(deleted)
        audit("message.host_off", by=by, now=now, area=host.area_id, host=host.name)


def host_of(channel: Channel) -> str:
    """The machine that a channel speaks to. Raises CannotOpen."""
    return ADAPTERS[channel.kind].host_of(open_settings(channel))


def set_up(
    *, area: Area, kind: str, title: str, typed: Mapping[str, str], minutes: int, quiet: Quiet, by: By, now: datetime,
    channel: Channel | None = None,
) -> Channel:  # fmt: skip
    """Make a channel, which is off, or set one up anew; what is left blank stays as it was.

    Raises NameMissing, WrongSetting, HostNotListed, OutOfReach.
    """
    adapter = ADAPTERS[kind]
    name = named(title.replace("\x00", ""), 40)
    settings = read_settings(adapter, typed, kept={} if channel is None else open_settings(channel))
    if adapter.host_of(settings) not in hosts_of(area.pk):
        raise HostNotListed(host=adapter.host_of(settings))
    if not 1 <= minutes <= 1440:
        allowed = {"allowed_zh": "1 到 1440 分钟", "allowed_en": "1 to 1440 minutes"}
        raise WrongSetting(field_zh="汇总间隔", field_en="digest", **allowed)
    one = channel or Channel(area_id=area.pk, kind=kind)
    one.title, one.minutes, one.set_at, one.set_by = name, minutes, now, by.name
    one.quiet_since, one.quiet_until = quiet or (None, None)
    one.settings_sealed = field_cipher().seal(json.dumps(settings, ensure_ascii=False), field=SETTINGS)
    one.next_try_at = None
    with deed():
        one.save()
        facts = {"channel": one.pk, "channel_kind": kind, "host": adapter.host_of(settings)}
        audit("message.channel", by=by, now=now, area=one.area_id, **facts)
    return one


def switch(*, channel: Channel, on: bool, by: By, now: datetime) -> None:
    """Switch a channel on, from the messages after this moment, or off, which ends its gap. Raises OutOfReach."""
    if channel.is_on == on:
        return
    channel.is_on, channel.failures, channel.next_try_at = on, 0, None
    channel.after = _last_message() if on else channel.after
    with deed():
        within(
            Channel.objects.filter(pk=channel.pk).update(
                is_on=on, failures=0, next_try_at=None, after=channel.after, set_at=now, set_by=by.name
            )
        )
        audit("message.channel_on" if on else "message.channel_off", by=by, now=now, area=channel.area_id,
              channel=channel.pk)  # fmt: skip
    if not on:
        with acting(EVERYTHING):
            report(channel, now=now)


def _last_message() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_message()")
        (last,) = cursor.fetchone()
    return int(last)


def try_out(*, channel: Channel, user: User, by: By, now: datetime) -> Delivery:
    """Send a test message: into the group, or to oneself. Gives what became of it; a test opens and closes no gap.

    Raises NowhereToTry, CannotOpen.
    """
    adapter = ADAPTERS[channel.kind]
    to = _own_address(adapter, user)
    language = "zh" if adapter.reaches is Reaches.GROUP else user.language
    problem: Problem | None = attempt(
        adapter, open_settings(channel), hosts_of(channel.area_id), to, words.trial(language=language)
    )
    outcome = Delivery.Outcome.SENT if problem is None else Delivery.Outcome.FAILED
    with deed():
        audit("message.trial", by=by, now=now, area=channel.area_id, channel=channel.pk, outcome=str(outcome))
        return keep(channel, None, outcome, upto=0, many=0, now=now, trial=True, problem=problem)


def _own_address(adapter: Adapter, user: User) -> str:
    if adapter.reaches is Reaches.GROUP:
        return ""
    to = phone_of(user, None) if adapter.reaches is Reaches.PHONE else mail_of(preference_of(user))
    if not to:
        zh, en = ("工作电话", "work telephone") if adapter.reaches is Reaches.PHONE else ("邮箱", "mail address")
        raise NowhereToTry(what_zh=zh, what_en=en)
    return to
