"""Drawing up a sheet: of an area's day, of a post's shift, or a household's card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from sibulou.duty.force import Running, current
from sibulou.duty.form import Form
from sibulou.lib.problem import Problem
from sibulou.paper.draw_up import MOST_LINES, draw_up_card, draw_up_day, draw_up_shift, owed_forms
from sibulou.paper.models import Sheet
from sibulou.roster.access import area_for
from sibulou.roster.area_key import Level
from sibulou.roster.models import Household, Subject
from sibulou.roster.role import Right
from sibulou.web.allow import need_over, without
from sibulou.web.entry import UnreadableDay
from sibulou.web.forms import read_moment
from sibulou.web.labels import KIND_WORDS, address_of, language, places
from sibulou.web.middleware import Asking
from sibulou.web.sheet import NoFormRuns, local, may_tell
from sibulou.web.texts import number_of

LINES = 24
"""Lines of a shift's sheet unless told otherwise: two pages."""

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Choice:
    """A form that a sheet may have, and how much of it is owed."""

    key: str
    title: str
    count: int


@dataclass(frozen=True)
class Offer:
    """What one response offers to put on paper."""

    event: int
    title: str
    forms: Sequence[Choice]


@require_http_methods(["GET", "POST"])
def of_area(request: Asking, key: int) -> HttpResponse:
    """A village's or a group's day."""
    area = area_for(request.reach, key, to=Right.GAPS)
    if area.at < Level.VILLAGE:
        raise Http404
    need_over(request.reach, key, Right.RECORD)
    need_over(request.reach, key, Right.PEOPLE)
    if request.method == "GET":
        return _draw_area(request, area.pk, area.name)
    try:
        running = _running(request, area.pk)
        sheet = draw_up_day(
            area=area, running=running, day=_day(request.POST.get("day", ""), request.now),
            forms=request.POST.getlist("form"), reach=request.reach, by=request.by, now=request.now,
        )  # fmt: skip
    except Problem as problem:
        return _draw_area(request, area.pk, area.name, problem=problem)
    return _drawn_up(sheet)


def _draw_area(request: Asking, key: int, name: str, *, problem: Problem | None = None) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    try:
        day = _day(given.get("day", ""), request.now)
    except UnreadableDay as unreadable:
        problem, day = problem or unreadable, localdate(request.now)
    offers = [
        Offer(one.stage.event_id, one.stage.event.title, [
            Choice(form, one.plan.forms[form].title.say(language()), count)
            for form, count in owed_forms(key, one, day=day, now=request.now).items()
        ])
        for one in _runs(key, request.now)
    ]  # fmt: skip
    facts = {
        "name": name,
        "home": f"/areas/{key}/",
        "day": day,
        "latest": localdate(request.now) + AHEAD,
        "offers": offers,
        "chosen": request.POST.getlist("form") if request.method == "POST" else None,
        "sentence": problem.say(language()) if problem else "",
    }
    return render(request, "web/paper_day.html", facts, status=problem.status if problem else 200)


@require_http_methods(["GET", "POST"])
def of_subject(request: Asking, number: int) -> HttpResponse:
    """A post's shift (a place's, an institution's), or a household's card."""
    subject = Subject.objects.select_related("area").filter(pk=number, until__isnull=True).first()
    if subject is None or subject.kind in ("person", "area"):
        raise Http404
    if not may_tell(request, subject):
        raise without(Right.RECORD)
    if request.method == "GET":
        return _draw_subject(request, subject)
    try:
        running = _running(request, subject.area_id)
        sheet = _card(request, subject, running) if subject.kind == "household" else _shift(request, subject, running)
    except Problem as problem:
        return _draw_subject(request, subject, problem=problem)
    return _drawn_up(sheet)


def _card(request: Asking, subject: Subject, running: Running) -> Sheet:
    household = Household.objects.select_related("subject").get(pk=subject.pk)
    day = _day(request.POST.get("day", ""), request.now)
    return draw_up_card(
        household=household, running=running, day=day, reach=request.reach, by=request.by, now=request.now
    )


def _shift(request: Asking, subject: Subject, running: Running) -> Sheet:
    starts_at = _start(request.POST.get("starts_at", ""), running, request.now)
    return draw_up_shift(
        post=subject, running=running, form=request.POST.get("form", ""), starts_at=starts_at,
        lines=number_of(request.POST.get("lines", "")), reach=request.reach, by=request.by, now=request.now,
    )  # fmt: skip


def _start(text: str, running: Running, now: datetime) -> datetime:
    """When a shift begins, which may be some days ahead. Raises NoMoment, FromTheFuture."""
    return read_moment(text, zone=running.plan.zone, now=now + AHEAD)


def _draw_subject(request: Asking, subject: Subject, *, problem: Problem | None = None) -> HttpResponse:
    runs = _runs(subject.area_id, request.now)
    zone = runs[0].plan.zone if runs else None
    hour = request.now.replace(minute=0, second=0, microsecond=0)
    facts = {
        "subject": subject,
        "kind": KIND_WORDS[subject.kind],
        "place": places([subject.area_id])[subject.area_id],
        "home": address_of(subject.kind, subject.pk, subject.area_id),
        "day": localdate(request.now),
        "latest": localdate(request.now) + AHEAD,
        "offers": [Offer(one.stage.event_id, one.stage.event.title, _forms(subject, one)) for one in runs],
        "starts_at": request.POST.get("starts_at") or (local(hour, zone) if zone else ""),
        "lines": request.POST.get("lines") or LINES,
        "most": MOST_LINES,
        "chosen": request.POST.get("form", ""),
        "sentence": problem.say(language()) if problem else "",
    }
    return render(request, "web/paper_subject.html", facts, status=problem.status if problem else 200)


def _forms(subject: Subject, running: Running) -> list[Choice]:
    """The forms about such a subject; first those without which a passage could not be told."""
    forms = [form for form in running.plan.forms.values() if form.is_about(subject.kind)]
    return [Choice(form.key, form.title.say(language()), 0) for form in sorted(forms, key=_rank)]


def _rank(form: Form) -> int:
    """A form that names people is filled in line by line; one that counts is filled in once."""
    return -sum(one.personal for one in form.fields)


def _runs(area: int, now: datetime) -> list[Running]:
    return [one for one in current(now) if one.over[0] <= area < one.over[1]]


def _running(request: Asking, area: int) -> Running:
    """The response that is asked for, else the first in force there. Raises NoFormRuns."""
    runs = _runs(area, request.now)
    wanted = number_of(request.POST.get("event", ""))
    found = next((one for one in runs if one.stage.event_id == wanted), runs[0] if runs else None)
    if found is None:
        zh, en = KIND_WORDS["household"]
        raise NoFormRuns(kind_zh=zh, kind_en=en)
    return found


def _day(text: str, now: datetime) -> date:
    """The day asked for; today when none is. Raises UnreadableDay."""
    if not text.strip():
        return localdate(now)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UnreadableDay(field_zh="哪一天", field_en="Day") from None
    if abs(day - localdate(now)) > timedelta(days=366):
        raise UnreadableDay(field_zh="哪一天", field_en="Day")
    return day


def _drawn_up(sheet: Sheet) -> HttpResponse:
    return HttpResponseRedirect(f"/paper/{sheet.serial}/pages/")


urlpatterns: list[URLPattern] = [
    path("areas/<int:key>/paper/", of_area),
    path("subjects/<int:number>/paper/", of_subject),
]
