"""The flow card (流程卡, S21): published for a county, owed by every open post until it says that it works by it.

A post tells the version it works by; only the one that was current then, as the system itself confirms, meets what the
publication opened. So "the same as before" never closes what asks for the new one. A post that opens later owes the
card in use from its opening, and one that goes back to an older version owes it again, overdue at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sibulou.duty.listening import Heard
from sibulou.duty.models import Record
from sibulou.duty.telling import named_record, take_back, tell_once
from sibulou.fronts.defence.models import StepCard
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import Area, Post, Subject

TOLD, PUBLISHED, CONFIRMED, DUTY = "step_card", "card_published", "steps_confirmed", "post.steps"
STEPS: Mapping[str, tuple[str, str]] = {
    "stop": ("停", "stop"),
    "ask": ("问", "ask"),
    "measure": ("测", "measure"),
    "register": ("登", "register"),
    "decide": ("定", "decide"),
    "tell": ("报", "tell"),
}
PUBLISHERS = ("health_bureau", "county_duty")


class StepMissing(Problem):
    """A flow card with a step left empty, or without a version. The fact is `missing`."""

    number = "422.470"
    zh = "“{missing}”没有填写。请写明六个步骤和版本号。"
    en = "“{missing}” is empty. Give all six steps and the version."


class VersionTaken(Problem):
    """A version that was published before. The fact is `version`."""

    number = "409.470"
    zh = "第“{version}”版已发布过，不能改动。请换一个版本号。"
    en = "Version “{version}” was published already and cannot be changed. Choose another version."


class MayNotPublish(Problem):
    """A flow card published by somebody who publishes none."""

    number = "403.470"
    zh = "流程卡由卫生健康局或县值班员发布。请联系他们。"
    en = "The flow card is published by the health bureau or the county duty officer. Ask them."


def publishes_for(reach: Reach) -> int:
    """The county for which one publishes. Raises MayNotPublish."""
    for role, area in reach.sits:
        if role in PUBLISHERS:
            return area
    raise MayNotPublish


def current_card(county: int, at: datetime) -> StepCard | None:
    """The version in use in a county at a moment."""
    cards = StepCard.objects.filter(area=county, published_at__lte=at)
    return cards.order_by("published_at", "pk").last()


def publish_card(*, county: Area, version: str, steps: Mapping[str, str], by: By, now: datetime) -> StepCard:
    """Publish a version: every open post owes it from now on. Raises StepMissing, VersionTaken, OutOfReach."""
    said = [[key, " ".join(steps.get(key, "").split())[:200]] for key in STEPS]
    name = " ".join(version.split())[:20]
    missing = next((STEPS[key][0] for key, text in said if not text), "" if name else "版本 / version")
    if missing:
        raise StepMissing(missing=missing)
    if StepCard.objects.filter(area=county, version=name).exists():
        raise VersionTaken(version=name)
    with deed():
        card = StepCard.objects.create(area=county, version=name, steps=said, published_at=now, published_by=by.name)
        audit("steps.publish", by=by, now=now, area=county.pk, version=name)
        with acting(EVERYTHING):
            ask_posts(card, now=now)
    return card


def ask_posts(card: StepCard, *, now: datetime, only: Sequence[int] | None = None) -> int:
    """Ask every open post for this card, once: from its publication on, or from the post's opening if that came later.

    Returns how many posts were asked.
    """
    low, high = key_range(card.area_id)
    posts = Post.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True,
                                opened_at__lte=now)  # fmt: skip
    if only is not None:
        posts = posts.filter(pk__in=only)
    opened = {pk: at for pk, at in posts.order_by("pk").values_list("pk", "opened_at") if at is not None}
    asked = Record.objects.filter(form=PUBLISHED, subject__in=opened, withdraws=False, content__version=card.version)
    left = set(opened).difference(asked.values_list("subject", flat=True))
    for post in sorted(left):
        at = max(card.published_at, opened[post])
        tell_once(f"{PUBLISHED}|{card.pk}|{post}", PUBLISHED, post, at, {"version": card.version}, now=now)
    return len(left)


def ask_all(*, now: datetime) -> int:
    """Ask the posts that opened since the card of their county was published. Returns how many were asked."""
    counties = StepCard.objects.order_by().values_list("area", flat=True).distinct()
    cards = [current_card(county, now) for county in counties]
    return sum(ask_posts(card, now=now) for card in cards if card is not None)


def ask_post(post: Subject, *, now: datetime) -> None:
    """Ask a post that was just opened for the card in use, if there is one."""
    card = current_card(ancestor(post.area_id, Level.COUNTY), now)
    if card is not None:
        ask_posts(card, now=now, only=[post.pk])


def hear_versions(heard: Sequence[Heard], now: datetime) -> None:
    """Confirm of each post that works by the version current then; an old one confirms nothing."""
    for one in heard:
        if one.corrects is not None:
            _take_back(one.corrects, now=now)
    replaced = set(Record.objects.filter(corrects__in=[one.id for one in heard]).values_list("corrects", flat=True))
    for one in heard:
        if one.withdraws or one.id in replaced:
            continue
        card = current_card(ancestor(one.about.area_id, Level.COUNTY), one.happened_at)
        if card is not None and card.version == str(one.content.get("version", "")).strip():
            said = {"version": card.version}
            tell_once(f"{CONFIRMED}|{one.id}", CONFIRMED, one.about.pk, one.happened_at, said, now=now)
    for post, area in {one.about.pk: one.about.area_id for one in heard}.items():
        _ask_again(post, current_card(ancestor(area, Level.COUNTY), now), now=now)


def _take_back(record: UUID, *, now: datetime) -> None:
    told = Record.objects.filter(pk=record).first()
    if told is not None:
        take_back(named_record(f"{CONFIRMED}|{told.pk}", told.happened_at), now=now)


def _ask_again(post: int, card: StepCard | None, *, now: datetime) -> None:
    """Of all that a post has told since the card was published: where it went back to an older one, it owes the card
    from that word on; and no more where that word was corrected, or turns out not to have been a step back."""
    if card is None:
        return
    told = Record.objects.filter(subject=post, form=TOLD, happened_at__gte=card.published_at)
    rows = list(told.filter(withdraws=False).order_by("happened_at", "pk"))
    replaced = set(told.filter(corrects__isnull=False).values_list("corrects", flat=True))
    back, works = {}, False
    for row in rows:
        if row.pk in replaced:
            continue
        current = str(row.content.get("version", "")).strip() == card.version
        if works and not current:
            back[row.pk] = row.happened_at
        works = current
    asked = _asked_again(post, [row.pk for row in rows])
    for record, name in asked.items():
        if record not in back:
            take_back(name, now=now)
    for record in set(back).difference(asked):
        turn = Record.objects.filter(form=PUBLISHED, subject=post, withdraws=True).count()
        said = {"version": card.version, "back": str(record), "due": back[record].isoformat()}
        tell_once(f"{PUBLISHED}|{record}|{turn}", PUBLISHED, post, back[record], said, now=now)


def _asked_again(post: int, records: Sequence[UUID]) -> dict[UUID, UUID]:
    """By the word that went back: the record that asked for the card again, as far as it stands."""
    rows = Record.objects.filter(form=PUBLISHED, subject=post, content__back__in=[str(one) for one in records])
    taken = set(Record.objects.filter(form=PUBLISHED, subject=post, withdraws=True).values_list("corrects", flat=True))
    return {UUID(str(one.content["back"])): one.pk for one in rows if one.pk not in taken}
