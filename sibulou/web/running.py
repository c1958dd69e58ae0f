"""An event as the pages name it, and what one must hold to change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from sibulou.duty.force import stages
from sibulou.duty.models import Event
from sibulou.duty.opening import unopened
from sibulou.duty.plan_parts import Plan
from sibulou.lib.problem import Problem
from sibulou.roster.access import Reach
from sibulou.roster.role import Right
from sibulou.web.allow import need_over, touches
from sibulou.web.labels import clock, language
from sibulou.web.middleware import Asking
from sibulou.web.texts import WordsTooLong


class NothingChosen(Problem):
    """A start without a plan, an area or a name."""

    number = "422.89"
    zh = "“{field_zh}”还没有填好。请补上后再继续。"
    en = "“{field_en}” is still missing. Fill it in and go on."


class EndedAlready(Problem):
    """A deed on an event that was stood down."""

    number = "409.45"
    zh = "该响应已于 {at} 由 {by} 解除。如需继续，请重新启动。"
    en = "This response was stood down by {by} at {at}. Start a new one if it is needed again."


@dataclass(frozen=True)
class Shown:
    """An event in words: its plan, its level and since when."""

    event: Event
    plan: str
    level: str
    since: datetime


def level_word(plan: Plan, key: str) -> str:
    """The title of a level."""
    return next((word.title.say(language()) for word in plan.levels if word.key == key), key)


def shown_of(event: Event) -> Shown:
    """An event with its latest plan and level."""
    last = stages([event])[-1]
    return Shown(event, last.plan.title.say(language()), level_word(last.plan, last.stage.level), last.starts)


def event_of(request: Asking, number: int) -> Event:
    """An event that touches what the reader sees. Raises Http404."""
    row = Event.objects.select_related("area").filter(pk=number).first()
    if row is None or not touches(request.reach, row.area_id):
        raise Http404
    return row


def opening_events(reach: Reach) -> list[Event]:
    """The events within one's sight whose obligations are still being opened: what is shown meanwhile is not all.

    Who sees no gaps but sits in a seat owes something wherever it is.
    """
    found = {stage.event for stage in unopened().select_related("event")}
    seated = bool(reach.seats) and not reach.has(Right.GAPS)
    return sorted((row for row in found if seated or touches(reach, row.area_id)), key=lambda row: row.pk)


def running_event(request: Asking, number: int) -> Event:
    """An event that one may change. Raises NoRight, EndedAlready."""
    row = event_of(request, number)
    need_over(request.reach, row.area_id, Right.ACTIVATE)
    if row.ended_at is not None:
        raise EndedAlready(by=row.ended_by, at=clock(row.ended_at))
    return row


def short(request: Asking, name: str, most: int) -> str:
    """One line that was typed. Raises WordsTooLong."""
    plain = " ".join(request.POST.get(name, "").split())
    if len(plain) > most or "\x00" in plain:
        raise WordsTooLong(most=most)
    return plain
