"""What waits is sent: a digest for each recipient of each channel that is on, outside quiet hours, one after the other.

Nothing is held open while another machine is waited for: who waits is read, that he is being sent to is written down,
he is sent to, and the outcome is written down at once. A process that ends in between leaves an attempt without an
outcome: the log calls it doubtful, and the next digest, which says how things are then, adds that one may have come.
A channel that fails rests longer each time, and what waits grows into its next digest; the inbox has it all the same.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as hour
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.timezone import get_default_timezone_name

from sibulou.duty.ladder import QuietHours
from sibulou.lib.cipher import CannotOpen
from sibulou.lib.problem import Problem
from sibulou.message import standing, words
from sibulou.message.adapters import ADAPTERS
from sibulou.message.adapters.setting import Adapter, Reaches
from sibulou.message.failing import report
from sibulou.message.models import Channel, Delivery, Host, Preference, Recipient
from sibulou.message.problems import DeliveryProblem
from sibulou.message.standing import Standing
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import key_range
from sibulou.roster.models import User
from sibulou.roster.seal import field_cipher, work_phone

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long a channel rests after its first, second and every later failure in a row."""
WAITS_OF_ONE = (timedelta(minutes=30), timedelta(hours=6), timedelta(hours=24))
"""The same for a recipient that is refused while others are not."""
BUDGET = 20.0
"""Seconds one run may take; who is left is first in the next."""
UNDER_WAY = timedelta(minutes=5)
"""How long an attempt may be under way, far more than any adapter takes; after it, it is doubtful."""
SETTINGS, MAILBOX = "message.settings", "message.mail"
"""The names under which the settings of a channel and a mail address are sealed."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """One digest on its way: to whom by which channel, at which address, in which words (none: nothing is open now)."""

    channel: int
    area: int
    user: int | None
    to: str
    text: str
    upto: int
    many: int


@dataclass(frozen=True)
class Sack:
    """The letters of one channel and what it takes to send them."""

    adapter: Adapter
    settings: Mapping[str, str]
    hosts: frozenset[str]
    letters: Sequence[Letter]


def send_due(*, now: datetime) -> int:
    """Send what may be sent at `now`. Returns how many messages went out. Not inside a transaction of one's own."""
    end = time.monotonic() + BUDGET
    sent = 0
    _note_doubtful(now)
    for sack in _sacks(now):
        for letter in sack.letters:
            if time.monotonic() > end:
                return sent
            if not _begin(letter, now=now):
                continue
            problem = (
                None if not letter.text else attempt(sack.adapter, sack.settings, sack.hosts, letter.to, letter.text)
            )
            went = _write_down(letter, problem, now=now)
            sent += went and bool(letter.text)
            if problem is not None and not _of_recipient(problem):
                break
    return sent


def _begin(letter: Letter, *, now: datetime) -> bool:
    """Write down that a letter is about to go, before it does. False where another run is at it."""
    with acting(EVERYTHING), transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=letter.channel)
        recipient = _recipient(channel, letter.user)
        free = Recipient.objects.filter(pk=recipient.pk, trying_at=None, upto__lt=letter.upto)
        return bool(free.update(trying_at=now, trying_upto=letter.upto))


def _note_doubtful(now: datetime) -> None:
    """Log what was begun and never ended, of which nobody knows whether it went out, for another try."""
    with acting(EVERYTHING), transaction.atomic():
        left = Recipient.objects.select_for_update(of=("self",)).filter(trying_at__lte=now - UNDER_WAY)
        for one in left.select_related("channel").order_by("pk"):
            again = now + WAITS[min(one.failures, len(WAITS) - 1)]
            keep(one.channel, one.user_id, Delivery.Outcome.DOUBTFUL, upto=one.trying_upto or one.upto, many=0, now=now,
                 again=again)  # fmt: skip
            Recipient.objects.filter(pk=one.pk).update(
                trying_at=None, trying_upto=None, doubtful=True, failures=F("failures") + 1, next_try_at=again
            )


def open_settings(channel: Channel) -> dict[str, str]:
    """What a channel was set up with. Raises CannotOpen."""
    found = json.loads(field_cipher().open(bytes(channel.settings_sealed), field=SETTINGS))
    return {str(key): str(value) for key, value in found.items()}


def hosts_of(area: int) -> frozenset[str]:
    """The machines that channels of an area may speak to: those of the list of its county."""
    return frozenset(name for key, name in Host.objects.values_list("area_id", "name") if _holds(key, area))


def _holds(area: int, below: int) -> bool:
    low, high = key_range(area)
    return low <= below < high


def attempt(
    adapter: Adapter, settings: Mapping[str, str], hosts: frozenset[str], to: str, text: str
) -> Problem | None:  # fmt: skip
    """Send one text; gives the problem if it did not go out. What nobody foresaw is a failure of the channel, too."""
    try:
        adapter.send(settings, to, text, hosts)
    except Problem as problem:
        return problem
    except Exception as error:
        _log.warning("%s: %s", adapter.kind, type(error).__name__)  # its words may hold a number or a key
        return DeliveryProblem()
    return None


def _of_recipient(problem: Problem) -> bool:
    return isinstance(problem, DeliveryProblem) and problem.of_recipient


def _sacks(now: datetime) -> list[Sack]:
    with acting(EVERYTHING):
        ready = Channel.objects.filter(Q(next_try_at=None) | Q(next_try_at__lte=now), is_on=True).order_by("pk")
        return [sack for channel in ready if (sack := _sack(channel, now)) is not None]


def _sack(channel: Channel, now: datetime) -> Sack | None:
    adapter = ADAPTERS[channel.kind]
    letters = _to_group(channel, now) if adapter.reaches is Reaches.GROUP else _to_users(channel, adapter, now)
    if not letters:
        return None
    try:
        settings = open_settings(channel)
    except CannotOpen as problem:
        _write_down(letters[0], problem, now=now)
        return None
    return Sack(adapter, settings, hosts_of(channel.area_id), letters)


@dataclass(frozen=True)
class _Waiting:
    user: int | None
    upto: int
    many: int
    rings: bool


def _waiting(name: str, channel: Channel, now: datetime) -> list[_Waiting]:
    """Who waits and may hear now: rested enough since the last, and no quiet hours of the channel that hold."""
    low, high = key_range(channel.area_id)
    facts: dict[str, Any] = {"channel": channel.pk, "after": channel.after, "low": low, "high": high}
    with connection.cursor() as cursor:
        cursor.execute(standing.QUERIES[name], facts)
        rows = [_Waiting(*row) for row in cursor.fetchall()]
    quiet = is_quiet(channel.quiet_since, channel.quiet_until, now)
    resting = set(
        Recipient.objects.filter(channel=channel)
        .filter(
            Q(sent_at__gt=now - timedelta(minutes=channel.minutes))
            | Q(next_try_at__gt=now)
            | Q(trying_at__isnull=False)
        )
        .values_list("user", flat=True)
    )
    return [one for one in rows if one.user not in resting and (one.rings or not quiet)]


def is_quiet(since: hour | None, until: hour | None, now: datetime) -> bool:
    """Whether quiet hours hold: by the county's clock, over midnight if they have to be."""
    if since is None or until is None:
        return False
    return QuietHours(since, until).shift(now, ZoneInfo(get_default_timezone_name())) > now


def _to_group(channel: Channel, now: datetime) -> list[Letter]:
    waiting = _waiting("waiting_group", channel, now)
    if not waiting:
        return []
    found = standing.of_area(channel.area_id, now=now)
    text = _text(found, duties=[found], language="zh", now=now, again=None in _doubtful(channel))
    return [Letter(channel.pk, channel.area_id, None, "", text, one.upto, one.many) for one in waiting]


def _to_users(channel: Channel, adapter: Adapter, now: datetime) -> list[Letter]:
    waiting = _waiting("waiting_users", channel, now)
    users = User.objects.in_bulk([one.user for one in waiting])
    wishes = Preference.objects.in_bulk(list(users))
    heard = [
        (one, to)
        for one in waiting
        if one.user is not None and (to := _address(adapter, users[one.user], wishes.get(one.user)))
        and (one.rings or not _asleep(wishes.get(one.user), now))
    ]  # fmt: skip
    found = standing.of_users([one.user for one, _ in heard if one.user is not None], now=now)
    every, again = list(found.values()), _doubtful(channel)
    return [
        Letter(channel.pk, channel.area_id, one.user, to,
               _text(found[one.user], duties=every, language=users[one.user].language, now=now,
                     again=one.user in again), one.upto, one.many)
        for one, to in heard
        if one.user is not None
    ]  # fmt: skip


def _doubtful(channel: Channel) -> set[int | None]:
    """To whom something may have gone out that is not known to have."""
    return set(Recipient.objects.filter(channel=channel, doubtful=True).values_list("user", flat=True))


def _asleep(wish: Preference | None, now: datetime) -> bool:
    return wish is not None and is_quiet(wish.quiet_since, wish.quiet_until, now)


def _address(adapter: Adapter, user: User, wish: Preference | None) -> str:
    """Where a user is reached by such a channel; blank where he is not or does not want to be."""
    if not user.is_active:
        return ""
    return phone_of(user, wish) if adapter.reaches is Reaches.PHONE else mail_of(wish)


def phone_of(user: User, wish: Preference | None) -> str:
    """The work telephone, unless its owner wants no text messages. A number that cannot be opened is none."""
    if wish is not None and not wish.sms:
        return ""
    try:
        return work_phone(user)
    except CannotOpen:
        return ""


def mail_of(wish: Preference | None) -> str:
    """The mail address that a user gave and wants to be written to."""
    if wish is None or not wish.mail or wish.mail_sealed is None:
        return ""
    try:
        return field_cipher().open(bytes(wish.mail_sealed), field=MAILBOX)
    except CannotOpen:
        return ""


def _text(found: Standing, *, duties: Iterable[Standing], language: str, now: datetime, again: bool) -> str:
    if found.silent:
        return ""
    every = list(duties)
    return words.digest(
        found, duties=words.duties_of(every), areas=words.areas_of(every), language=language, now=now, again=again
    )  # fmt: skip


def _write_down(letter: Letter, problem: Problem | None, *, now: datetime) -> bool:
    """Keep what became of a letter, and when it is tried again. Returns whether it needs no other try."""
    with acting(EVERYTHING), transaction.atomic():
        channel = Channel.objects.select_for_update().get(pk=letter.channel)
        recipient = _recipient(channel, letter.user)
        if problem is None:
            _went(channel, recipient, letter, now)
        else:
            _failed(channel, recipient, letter, problem, now)
        report(channel, now=now)
    return problem is None


def _recipient(channel: Channel, user: int | None) -> Recipient:
    about = Q(user=None) if user is None else Q(user=user)
    found = Recipient.objects.filter(about, channel=channel).first()
    return found or Recipient.objects.create(channel=channel, user_id=user)


def _went(channel: Channel, recipient: Recipient, letter: Letter, now: datetime) -> None:
    Recipient.objects.filter(pk=recipient.pk).update(
        upto=letter.upto,
        failures=0,
        next_try_at=None,
        trying_at=None,
        trying_upto=None,
        doubtful=False,
        **({"sent_at": now} if letter.text else {}),
    )
    if letter.text:
        channel.failures, channel.next_try_at = 0, None
        channel.save(update_fields=["failures", "next_try_at"])
    outcome = Delivery.Outcome.SENT if letter.text else Delivery.Outcome.LAPSED
    keep(channel, letter.user, outcome, upto=letter.upto, many=letter.many, now=now)


def _failed(channel: Channel, recipient: Recipient, letter: Letter, problem: Problem, now: datetime) -> None:
    Recipient.objects.filter(pk=recipient.pk).update(trying_at=None, trying_upto=None)
    channel.failures = min(channel.failures + 1, 1000)
    if _of_recipient(problem):
        again = now + WAITS_OF_ONE[min(recipient.failures, len(WAITS_OF_ONE) - 1)]
        Recipient.objects.filter(pk=recipient.pk).update(failures=F("failures") + 1, next_try_at=again)
    else:
        again = channel.next_try_at = now + WAITS[min(channel.failures, len(WAITS)) - 1]
    channel.save(update_fields=["failures", "next_try_at"])
    outcome = Delivery.Outcome.REFUSED if _of_recipient(problem) else Delivery.Outcome.FAILED
    keep(channel, letter.user, outcome, upto=letter.upto, many=letter.many, now=now, problem=problem, again=again)


def keep(
    channel: Channel, user: int | None, outcome: str, *, upto: int, many: int, now: datetime, trial: bool = False,
    problem: Problem | None = None, again: datetime | None = None,
) -> Delivery:  # fmt: skip
    """Write an attempt into the log of deliveries."""
    return Delivery.objects.create(
        channel=channel, area_id=channel.area_id, user_id=user, upto=upto, many=many, trial=trial, tried_at=now,
        outcome=outcome, words_zh=problem.say("zh")[:400] if problem else "",
        words_en=problem.say("en")[:400] if problem else "", next_try_at=again,
    )  # fmt: skip
