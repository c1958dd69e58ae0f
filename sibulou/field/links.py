"""Links for the person concerned: handed over, ended, and what he tells through one.

A link carries 256 random bits and nothing else; the house keeps their digest. Who opens it acts as nobody's user: he
reaches this one person and his household, and the database refuses the rest. What he tells comes in by the one door,
told by no account, and names the link as its device. His guard answers for it as before.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.utils.timezone import localdate

from sibulou.duty.intake import Answer, Batch, Outcome, take_in
from sibulou.duty.models import Record, Watch
from sibulou.duty.personal import open_answers
from sibulou.duty.told import Told
from sibulou.field.models import Link
from sibulou.field.problems import LinkEndedBefore, LinkOver, NobodyConcerned, NoSuchLink, ToldTooOften, WrongLinkEnd
from sibulou.field.token import new_token, token_digest
from sibulou.lib.uuid7 import uuid7
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned, within
from sibulou.roster.models import Person, Subject
from sibulou.roster.role import Right

LASTS = timedelta(days=14)
"""How long a link holds where no watch says it."""

LONGEST = timedelta(days=92)
MOST_A_DAY = 30
"""How often one link may tell in a day: two readings and what comes between, with room for mistakes."""

CONCERNED = By("本人", "concerned")
MARK = "r/"
"""Before the number of the link that a record names as its device."""


@dataclass(frozen=True)
class HandedOver:
    """A link, and the secret that its address carries: shown once and kept nowhere."""

    link: Link
    secret: str = field(repr=False)


def may_hand_over(subject: Subject, *, reach: Reach) -> bool:
    """Whoever may tell of a person or a household that is on the roster may give it a link."""
    tells = reach.covers(subject.area_id, Right.RECORD) or subject.pk in reach.subjects
    return tells and subject.kind in ("person", "household") and subject.until is None


def usual_end(subject: Subject, *, now: datetime) -> datetime:
    """Until when a link holds unless another end is chosen: the end of the watch, else fourteen days."""
    watches = Watch.objects.filter(subject=subject, ended_at__isnull=True, planned_until__gt=now)
    ends = [watch.planned_until for watch in watches]
    return min(max(ends), now + LONGEST) if ends else now + LASTS


def latest_day(now: datetime) -> date:
    """The last day on which a link made now may end."""
    return localdate(now + LONGEST)


def hand_over(*, subject: Subject, until: datetime, reach: Reach, by: By, now: datetime) -> HandedOver:
    """Make a link about one person or household that holds until then.

    Raises NobodyConcerned, WrongLinkEnd, OutOfReach.
    """
    if subject.kind not in ("person", "household") or subject.until is not None:
        raise NobodyConcerned
    within(may_hand_over(subject, reach=reach))
    if until <= now or localdate(until) > latest_day(now):
        raise WrongLinkEnd(earliest=f"{localdate(now):%F}", latest=f"{latest_day(now):%F}")
    secret = new_token()
    with deed():
        link = Link.objects.create(
            id=uuid7(now),
            subject=subject,
            secret_digest=token_digest(secret),
            made_at=now,
            made_by=by.name,
            made_by_user_id=by.user_id,
            expires_at=until,
        )
        audit("link.hand_over", by=by, now=now, area=subject.area_id, subject=subject.pk, link=str(link.pk),
              until=until.isoformat())  # fmt: skip
    return HandedOver(link, secret)


def end_link(*, link: Link, reason: str, by: By, now: datetime) -> None:
    """End a link from now on. Raises ReasonMissing, LinkEndedBefore, OutOfReach."""
    reason = reasoned(reason.replace("\x00", ""))
    with deed():
        ended = Link.objects.filter(pk=link.pk, ended_at__isnull=True).update(
            ended_at=now, ended_by=by.name, end_reason=reason
        )
        if not ended:
            link.refresh_from_db()
            within(link.ended_at is not None)
            raise LinkEndedBefore(by=link.ended_by, at=wall(link.ended_at or now))
        audit("link.end", by=by, now=now, area=link.subject.area_id, subject=link.subject_id, link=str(link.pk),
              reason=reason)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A link that holds, and whom it is about.

    `reach` is what whoever opened it sees: this one and, of a person, his household. `tells` is of whom he may tell:
    through the link of a household also how each of its members is, of whom nothing but the name is shown.
    """

    link: Link
    subject: Subject
    reach: Reach
    tells: Reach


def open_link(secret: str, *, now: datetime) -> Opened:
    """The link of a secret. Raises NoSuchLink; LinkOver when it has ended or its subject left the roster."""
    digest = token_digest(secret)
    found = list(Link.objects.raw("SELECT l.* FROM link_by_secret(%s) l", [digest])) if digest else []
    if not found:
        raise NoSuchLink
    link = found[0]
    with acting(Reach(subjects=(link.subject_id,))):
        subject = Subject.objects.select_related("area").get(pk=link.subject_id)
        household = link.subject_id
        if subject.kind == "person":
            household = Person.objects.values_list("household_id", flat=True).get(pk=link.subject_id)
    if not link.holds(now) or subject.until is not None:
        raise LinkOver
    own = tuple(dict.fromkeys((subject.pk, household)))
    return Opened(link, subject, Reach(subjects=own), Reach(subjects=(*own, *_members(subject))))


def _members(subject: Subject) -> list[int]:
    """The people who live in a household, by their places on the roster; none of a person."""
    if subject.kind != "household":
        return []
    with acting(EVERYTHING):
        living = Person.objects.filter(household_id=subject.pk, subject__until__isnull=True)
        return list(living.exclude(state__in=("moved", "died")).order_by("pk").values_list("pk", flat=True))


def seen(opened: Opened, *, now: datetime) -> None:
    """Write down when a link was last used, once a minute at most; call within its reach."""
    last = opened.link.last_used_at
    if last is None or last <= now - timedelta(minutes=1):
        Link.objects.filter(pk=opened.link.pk).update(last_used_at=now)


def tell(*, opened: Opened, told: Told, now: datetime) -> Answer:
    """Take in what the person concerned tells himself. The same once more is one.

    The same form sent again with other answers corrects what it told before.

    Raises ToldTooOften; LinkOver when it was ended meanwhile.
    """
    with acting(opened.tells):
        _count(opened.link, now)
        before = Record.objects.filter(pk=told.id, device=device_of(opened.link)).first()
    if before is not None and open_answers(before.form, before.content) == told.content:
        return Answer(str(told.id), Outcome.REPEATED)
    if before is not None:
        told = replace(told, id=uuid7(now), corrects=before.pk, happened_at=before.happened_at)
    batch = Batch([told], device=device_of(opened.link), concerned=True)
    (answer,) = take_in(batch, reach=opened.tells, by=CONCERNED, now=now)
    return answer


def _count(link: Link, now: datetime) -> None:
    """One more today. The row stays locked to the end of the transaction, so that two at once come one by one."""
    today = localdate(now)
    open_one = Link.objects.filter(pk=link.pk, ended_at__isnull=True)
    counted = open_one.exclude(Q(told_on=today) & Q(told__gte=MOST_A_DAY)).update(
        told=Case(When(told_on=today, then=F("told") + 1), default=Value(1)), told_on=today, last_used_at=now
    )
    if counted:
        return
    if not open_one.exists():
        raise LinkOver
    raise ToldTooOften(most=MOST_A_DAY)


def device_of(link: Link) -> str:
    """What a record told through this link names as its device."""
    return f"{MARK}{link.pk}"


def told_himself(record: Record) -> bool:
    """Whether the person concerned told it himself."""
    return record.told_by_id is None and record.device.startswith(MARK)


def link_of(record: Record) -> Link | None:
    """The link through which the person concerned told a record himself, as far as the reader sees it."""
    if not told_himself(record):
        return None
    try:
        number = UUID(record.device.removeprefix(MARK))
    except ValueError:
        return None
    return Link.objects.filter(pk=number).first()
