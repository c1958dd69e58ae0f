"""One event: its stages, who acknowledged the start, a change of level, and the stand-down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.force import Running, change_level, stages, stand_down
from sibulou.duty.jobs import open_soon
from sibulou.duty.models import Event, Obligation, PlanVersion, Stage, Strictness, not_waived
from sibulou.duty.opening import opened_so_far, refuse_while_opening
from sibulou.duty.timing import read_timing
from sibulou.lib.problem import Problem
from sibulou.roster.area_key import Level, key_range
from sibulou.roster.deed import reasoned
from sibulou.roster.models import Area
from sibulou.roster.role import Right
from sibulou.web.labels import Owner, language, owners, word
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed
from sibulou.web.running import event_of, level_word, running_event, short, shown_of
from sibulou.web.starting import starting
from sibulou.web.texts import number_of
from sibulou.web.timing_words import in_words

ACKNOWLEDGE = "start.acknowledge"
"""The duty by which a township says that it has the order to start (S2), in whatever plan has it."""


class SameLevel(Problem):
    """A level pressed that is in force already."""

    number = "409.44"
    zh = "现在就是这一级（{level}），用的也是这一版预案，没有改动。如要提级或降级请另选一级。"
    en = "This level ({level}) of this version is in force already; nothing was changed. Choose another one."


@require_GET
def event(request: Asking, number: int) -> HttpResponse:
    """One event: its stages, the acknowledgements, what is stricter where."""
    return _draw(request, event_of(request, number))


def _draw(request: Asking, row: Event, *, sentence: str = "", status: int = 200) -> HttpResponse:
    running = stages([row])
    last = running[-1]
    may = row.ended_at is None and request.reach.covers(row.area_id, Right.ACTIVATE)
    facts = {
        "event": row,
        "shown": shown_of(row),
        "stages": [
            (one.stage, level_word(one.plan, one.stage.level), one.plan.title.say(language())) for one in running
        ],
        "levels": [(word.key, word.title.say(language())) for word in last.plan.levels],
        "versions": PlanVersion.objects.filter(key=row.plan_key).order_by("-version"),
        "current": last.stage,
        "acknowledged": _acknowledged(row, request.now),
        "stricter": _stricter(row, last),
        "duties": _duties(last),
        "townships": _townships(row),
        "starting": starting(row, _townships(row), request.now) if row.ended_at is None else None,
        "may": may,
        "so_far": opened_so_far(last.stage) if _opening(row, last.stage) else None,
        "sentence": sentence,
    }
    return render(request, "web/event.html", facts, status=status)


def _opening(row: Event, stage: Stage) -> bool:
    """Whether obligations of the event's latest stage are still being opened."""
    return stage.opened_at is None and row.ended_at is None


@require_GET
def opening(request: Asking, number: int) -> HttpResponse:
    """How far the opening of obligations is, for the page that waits for it."""
    row = event_of(request, number)
    last = row.stages.latest("starts_at")
    said = {"opened": opened_so_far(last), "done": not _opening(row, last)}
    return JsonResponse(said, headers={"Cache-Control": "private, no-store"})


def _acknowledged(row: Event, now: datetime) -> list[tuple[Owed, str, Owner | None]]:
    """Every township's acknowledgement of the start, those that are missing first, each with who answers."""
    rows = Obligation.objects.filter(stage__event=row, duty__key=ACKNOWLEDGE, opened_at__lte=now)
    shown = owed(rows.select_related("duty", "subject").order_by("area_id", "opened_at"), language=language(), now=now)
    seats = owners({one.row.seat_id for one in shown}, language=language(), now=now)
    found = [(one, one.row.subject.label, seats.get(one.row.seat_id)) for one in shown]
    return sorted(found, key=lambda each: not each[0].open)


@dataclass(frozen=True)
class Stricter:
    """A township's own timing of a duty."""

    row: Strictness
    duty: str
    timing: str


def _stricter(row: Event, last: Running) -> list[Stricter]:
    rows = Strictness.objects.filter(event=row).select_related("area", "duty").order_by("area", "duty", "-starts_at")
    return [
        Stricter(one, word(one.duty.title_zh, one.duty.title_en), word(*in_words(read_timing(one.timing))))
        for one in rows
    ]


def _duties(last: Running) -> list[tuple[str, str, str]]:
    """The duties in force whose timing may be set, with their present timing."""
    found = []
    for duty in last.plan.duties.values():
        timing = duty.timing(last.stage.level)
        if timing is not None:
            found.append((duty.key, duty.title.say(language()), word(*in_words(timing))))
    return found


def _townships(row: Event) -> Sequence[Area]:
    low, high = key_range(row.area_id)
    return list(Area.objects.filter(pk__gte=low, pk__lt=high, level=Level.TOWNSHIP, until__isnull=True))


@require_POST
def new_stage(request: Asking, number: int) -> HttpResponse:
    """Change the level, or go over to another version of the plan."""
    row = running_event(request, number)
    version = PlanVersion.objects.filter(pk=number_of(request.POST.get("version", "")), key=row.plan_key).first()
    level = request.POST.get("level", "")[:8]
    last = row.stages.latest("starts_at")
    try:
        if level == last.level and version in (None, last.version):
            raise SameLevel(level=level)
        with transaction.atomic():
            change_level(event=row, level=level, version=version, by=request.by, now=request.now)
            open_soon(row)
    except Problem as problem:
        return _draw(request, row, sentence=problem.say(language()), status=problem.status)
    zh, en = "级别已调整，应办事项正按新级别开列。", "The level is changed, and what it calls for is being opened."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect(f"/events/{row.pk}/")


@require_http_methods(["GET", "POST"])
def end(request: Asking, number: int) -> HttpResponse:
    """Stand down: look at what is still open, give the reason, and waive it by name if it is to be waived."""
    row = running_event(request, number)
    if request.method == "GET":
        return _draw_end(request, row)
    try:
        reason = reasoned(short(request, "reason", 200))
        refuse_while_opening(row)
        stand_down(
            event=row, by=request.by, now=request.now, reason=reason, waive_gaps=request.POST.get("waive") == "yes"
        )
    except Problem as problem:
        return _draw_end(request, row, sentence=problem.say(language()), status=problem.status)
    zh, en = "已解除响应，各项应办均已署名终止。", "Stood down; everything still owed has ended by your name."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect(f"/events/{row.pk}/")


def _draw_end(request: Asking, row: Event, *, sentence: str = "", status: int = 200) -> HttpResponse:
    open_now = Obligation.objects.filter(
        not_waived(request.now), stage__event=row, met_at__isnull=True, opened_at__lte=request.now
    )
    missed = Q(due_at__lte=request.now) | Q(seat__in=board.vacant_seats(row.area_id, Moment.now(request.now)))
    gaps = open_now.filter(missed)
    first = owed(gaps.select_related("duty", "subject").order_by("due_at")[:10], language=language(), now=request.now)
    facts = {
        "event": row,
        "gaps": gaps.count(),
        "pending": open_now.exclude(missed).count(),
        "first": first,
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/event_end.html", facts, status=status)


urlpatterns: list[URLPattern] = [
    path("events/<int:number>/", event),
    path("events/<int:number>/opening/", opening),
    path("events/<int:number>/stages/", new_stage),
    path("events/<int:number>/end/", end),
]
