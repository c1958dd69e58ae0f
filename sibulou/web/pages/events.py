"""The response: plans loaded, events running, and the start key."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods

from sibulou.duty.force import activate, plan_of
from sibulou.duty.jobs import open_soon
from sibulou.duty.models import Event, PlanVersion
from sibulou.lib.problem import Problem
from sibulou.roster.models import Area
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, roots, touches
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking
from sibulou.web.running import NothingChosen, level_word, short, shown_of
from sibulou.web.texts import number_of


@require_GET
def events(request: Asking) -> HttpResponse:
    """What runs, what ran, and which plans are loaded."""
    need(request.reach, Right.GAPS)
    every = Event.objects.select_related("area").order_by("-started_at")
    mine = [row for row in every if touches(request.reach, row.area_id)]
    versions = [(row, plan_of(row)) for row in PlanVersion.objects.order_by("key", "-version")]
    facts = {
        "running": [shown_of(row) for row in mine if row.ended_at is None],
        "ended": [shown_of(row) for row in mine if row.ended_at is not None],
        "plans": [
            (row, plan.title.say(language()), plan.disease.say(language()), len(plan.duties)) for row, plan in versions
        ],
        "may_start": request.reach.has(Right.ACTIVATE),
    }
    return render(request, "web/events.html", facts)


@dataclass(frozen=True)
class Start:
    """The start key with everything it needs."""

    area: Area
    version: PlanVersion
    level: str
    title: str
    notice: str
    legal_basis: str


@require_http_methods(["GET", "POST"])
def new(request: Asking) -> HttpResponse:
    """The start key: choose, look at what it means, and press."""
    need(request.reach, Right.ACTIVATE)
    if request.method == "GET":
        return _draw_start(request)
    try:
        start = _read_start(request)
        if request.POST.get("confirm") != "yes":
            return _confirm(request, start)
        event = _press(request, start)
    except Problem as problem:
        return _draw_start(request, sentence=problem.say(language()), status=problem.status)
    zh = "已启动。应办事项正在开列，各乡镇须回执。"
    en = "Started. What is owed is being opened; every township acknowledges."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect(f"/events/{event.pk}/")


def _press(request: Asking, start: Start) -> Event:
    with transaction.atomic():
        event = activate(
            area=start.area,
            version=start.version,
            level=start.level,
            title=start.title,
            notice=start.notice,
            legal_basis=start.legal_basis,
            by=request.by,
            now=request.now,
        )
        open_soon(event)
    return event


def _read_start(request: Asking) -> Start:
    chosen, _, level = request.POST.get("plan", "").partition("|")
    version = PlanVersion.objects.filter(pk=number_of(chosen)).first()
    if version is None:
        raise NothingChosen(field_zh="预案和级别", field_en="plan and level")
    area = Area.objects.filter(pk=number_of(request.POST.get("area", ""))).first()
    if area is None:
        raise NothingChosen(field_zh="区域", field_en="area")
    need_over(request.reach, area.pk, Right.ACTIVATE)
    title = short(request, "title", 120)
    if not title:
        raise NothingChosen(field_zh="事件名称", field_en="name of the event")
    notice, legal_basis = short(request, "notice", 80), short(request, "legal_basis", 200)
    return Start(area, version, level[:8], title, notice, legal_basis)


def _draw_start(request: Asking, *, sentence: str = "", status: int = 200) -> HttpResponse:
    plans = [(row, plan_of(row)) for row in _latest()]
    facts = {
        "areas": Area.objects.filter(pk__in=roots(request.reach, Right.ACTIVATE)),
        "plans": [
            (plan.title.say(language()), [(f"{row.pk}|{word.key}", word.title.say(language())) for word in plan.levels])
            for row, plan in plans
        ],
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/event_new.html", facts, status=status)


def _latest() -> list[PlanVersion]:
    newest = {row.key: row for row in PlanVersion.objects.order_by("key", "version")}
    return list(newest.values())


def _confirm(request: Asking, start: Start) -> HttpResponse:
    plan = plan_of(start.version)
    in_force = [duty for duty in plan.duties.values() if duty.timing(start.level) is not None]
    facts = {
        "start": start,
        "plan": plan.title.say(language()),
        "level": level_word(plan, start.level),
        "duties": [duty.title.say(language()) for duty in in_force],
        "cautions": [caution.say(language()) for caution in plan.cautions],
        "chosen": request.POST.get("plan"),
    }
    return render(request, "web/event_confirm.html", facts)


urlpatterns: list[URLPattern] = [
    path("events/", events),
    path("events/new/", new),
]
