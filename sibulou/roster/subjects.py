"""Entering posts, places and institutions on the roster (S5, S25-S27, S46-S48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from sibulou.lib.wall import wall
from sibulou.roster.area_key import LEVEL_NAMES, Level
from sibulou.roster.audit import By, audit
from sibulou.roster.codes import INSTITUTION, PLACE, POST, Code, CodeList, read_credit_code
from sibulou.roster.deed import deed, named, within
from sibulou.roster.ending import still_on_roster
from sibulou.roster.models import Area, Institution, Place, Post, Subject
from sibulou.roster.problems import (
    BeforeItsStart,
    NothingChosen,
    NotInTheList,
    OpenedAlready,
    UnlistedCode,
    WrongCrew,
    WrongPlace,
)

FIELD_WORDS: dict[str, tuple[str, str]] = {
    "kind": ("类别", "kind"),
    "state": ("现状", "state"),
    "relation": ("与户主关系", "relation to the head"),
    "sex": ("性别", "sex"),
    "ethnic": ("民族", "ethnic group"),
}
"""What a person calls the coded fields of the roster."""


def listed(code: str, codes: CodeList, field: str) -> str:
    """A code that stands in its list. Raises NotInTheList, which says what does."""
    if code not in codes:
        raise unlisted(code, codes, field)
    return code


def unlisted(code: str, codes: Iterable[Code], field: str) -> NotInTheList:
    """The problem of a code that is none of these: that nothing was chosen, or that it cannot be this."""
    field_zh, field_en = FIELD_WORDS[field]
    words = list(codes)
    return (UnlistedCode if code else NothingChosen)(
        field=field, field_zh=field_zh, field_en=field_en, given=code[:24],
        allowed_zh="、".join(one.zh for one in words), allowed_en=", ".join(one.en for one in words),
    )  # fmt: skip


def enter(
    kind: str, *, area: Area, label: str, since: datetime | None, now: datetime, highest: Level = Level.TOWNSHIP
) -> Subject:
    """A new subject at an area of `highest` or below, from `since` (or now) on. Raises WrongPlace, NameMissing,
    SubjectEnded.
    """
    stands_at(area, highest=highest)
    label = named(label, 80)
    return Subject.objects.create(kind=kind, area=area, label=label, since=since or now, entered_at=now)


def stands_at(area: Area, *, highest: Level) -> None:
    """Whether something may be put at an area: low enough, and not ended. Raises WrongPlace, SubjectEnded."""
    if area.level < highest:
        (given_zh, given_en), (wanted_zh, wanted_en) = LEVEL_NAMES[area.at], LEVEL_NAMES[highest]
        raise WrongPlace(area=area.name, given_zh=given_zh, given_en=given_en, wanted_zh=wanted_zh, wanted_en=wanted_en)
    for own in Subject.objects.filter(kind="area", area=area):
        still_on_roster(own)


def add_post(
    *, area: Area, name: str, kind: str, by: By, now: datetime, address: str = "", minimum_crew: int = 2,
    since: datetime | None = None, opened_at: datetime | None = None,
) -> Post:  # fmt: skip
    """Enter a post, planned or open from `opened_at`. Raises NotInTheList, WrongCrew, and as `enter`; OutOfReach."""
    listed(kind, POST, "kind")
    if not 1 <= minimum_crew <= 99:
        raise WrongCrew(given=minimum_crew)
    with deed():
        subject = enter("post", area=area, label=name, since=since, now=now)
        post = Post.objects.create(
            subject=subject, kind=kind, address=address.strip()[:120], minimum_crew=minimum_crew, opened_at=opened_at
        )
        audit("post.add", by=by, now=now, area=area.pk, subject=subject.pk, name=subject.label, post_kind=kind)
    return post


def open_post(*, post: Post, at: datetime, by: By, now: datetime) -> Post:
    """Open a planned post: from `at` its shifts are owed. Raises OpenedAlready, SubjectEnded, BeforeItsStart."""
    with deed():
        still_on_roster(post.subject)
        if at < post.subject.since:
            raise BeforeItsStart(at=wall(at), since=wall(post.subject.since))
        opened = Post.objects.filter(pk=post.pk, opened_at__isnull=True).update(opened_at=at)
        post.refresh_from_db()
        if not opened and post.opened_at is not None:
            raise OpenedAlready(post=post.subject.label, at=wall(post.opened_at))
        within(opened)
        audit("post.open", by=by, now=now, area=post.subject.area_id, subject=post.pk, at=at.isoformat())
    return post


def add_place(
    *, area: Area, name: str, kind: str, by: By, now: datetime, address: str = "", since: datetime | None = None
) -> Place:
    """Enter a public place. Raises NotInTheList, and as `enter`; OutOfReach."""
    listed(kind, PLACE, "kind")
    with deed():
        subject = enter("place", area=area, label=name, since=since, now=now)
        place = Place.objects.create(subject=subject, kind=kind, address=address.strip()[:120])
        audit("place.add", by=by, now=now, area=area.pk, subject=subject.pk, name=subject.label, place_kind=kind)
    return place


def add_institution(
    *, area: Area, name: str, kind: str, by: By, now: datetime, credit_code: str = "", address: str = "",
    since: datetime | None = None, demo: bool | None = None,
) -> Institution:  # fmt: skip
    """Enter an institution that must report. Raises NotInTheList, BadCreditCode, and as `enter`; OutOfReach."""
    listed(kind, INSTITUTION, "kind")
    credit = read_credit_code(credit_code, demo=settings.DEMO if demo is None else demo)
    with deed():
        subject = enter("institution", area=area, label=name, since=since, now=now)
        institution = Institution.objects.create(
            subject=subject, kind=kind, credit_code=credit.text if credit else "", address=address.strip()[:120]
        )
        audit("institution.add", by=by, now=now, area=area.pk, subject=subject.pk, name=subject.label,
              institution_kind=kind)  # fmt: skip
    return institution
