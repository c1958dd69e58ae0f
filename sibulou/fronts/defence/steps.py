"""The flow card (流程卡, S21): published for a county, owed by every open post until it says that it works by it.

A post tells the version it works by; only the one that was current then, as the system itself confirms, meets what the
publication opened. So "the same as before" never closes what asks for the new one.
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
from sibulou.roster.models import Area, Post

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
    low, high = key_range(county.pk)
    with deed():
        card = StepCard.objects.create(area=county, version=name, steps=said, published_at=now, published_by=by.name)
        audit("steps.publish", by=by, now=now, area=county.pk, version=name)
        with acting(EVERYTHING):
            posts = Post.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True,
                                        opened_at__isnull=False)  # fmt: skip
            for post in posts.order_by("pk").values_list("pk", flat=True):
                tell_once(f"{PUBLISHED}|{card.pk}|{post}", PUBLISHED, post, now, {"version": name}, now=now)
    return card


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


def _take_back(record: UUID, *, now: datetime) -> None:
    told = Record.objects.filter(pk=record).first()
    if told is not None:
        take_back(named_record(f"{CONFIRMED}|{told.pk}", told.happened_at), now=now)
