"""The flow card: the steps of the check as they are now, who works by an old version, and the next one published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import StepCard
from sibulou.fronts.defence.steps import DUTY, PUBLISHERS, STEPS, TOLD, current_card, publish_card, publishes_for
from sibulou.lib.problem import Problem
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Area, Seat, Subject
from sibulou.web.labels import Owner, language, owners, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed


@dataclass(frozen=True)
class Behind:
    """A post that has not said that it works by the current version; `says` is the version it told last."""

    post: Subject
    owed: Owed
    owner: Owner | None
    says: str
    mine: bool


@require_http_methods(["GET", "POST"])
def steps(request: Asking) -> HttpResponse:
    """The card, to read and to print; published anew by the health bureau or the county duty officer."""
    if request.method == "GET":
        return _draw(request)
    county = Area.objects.get(pk=publishes_for(request.reach))
    typed = {key: request.POST.get(key, "") for key in STEPS}
    try:
        publish_card(county=county, version=request.POST.get("version", ""), steps=typed, by=request.by,
                     now=request.now)  # fmt: skip
    except Problem as problem:
        return _draw(request, sentence=problem.say(language()), status=problem.status)
    zh, en = "已发布，各卡点要换用这一版。", "Published: every post must go over to it."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect("/steps/")


def _draw(request: Asking, *, sentence: str = "", status: int = 200) -> HttpResponse:
    county = _county(request)
    card = current_card(county, request.now) if county else None
    before = dict(card.steps) if card else {}
    typed = request.POST
    facts = {
        "card": card,
        "steps": [(pick(STEPS[key], language()), text) for key, text in card.steps] if card else [],
        "behind": _behind(request) if card else [],
        "may": any(role in PUBLISHERS for role in request.reach.roles),
        "fields": [(key, pick(words, language()), typed.get(key, before.get(key, ""))) for key, words in STEPS.items()],
        "version": typed.get("version", ""),
        "versions": StepCard.objects.filter(area=county).order_by("-published_at")[:10] if county else [],
        "sentence": sentence,
    }
    return render(request, "web/steps.html", facts, status=status)


def _county(request: Asking) -> int | None:
    """The county of the reader's first seat."""
    areas = [area for _, area in request.reach.sits]
    areas += list(Seat.objects.filter(pk__in=request.reach.seats).values_list("area_id", flat=True)[:1])
    return ancestor(areas[0], Level.COUNTY) if areas else None


def _behind(request: Asking) -> list[Behind]:
    rows = Obligation.objects.filter(duty__key=DUTY, met_at__isnull=True, waived_at__isnull=True,
                                     opened_at__lte=request.now).select_related("duty", "subject")  # fmt: skip
    listed = [one for one in owed(rows.order_by("due_at", "pk"), language=language(), now=request.now) if one.open]
    shown = list({one.row.subject_id: one for one in reversed(listed)}.values())[::-1]  # each post once, by its oldest
    seats = owners({one.row.seat_id for one in shown}, language=language(), now=request.now)
    said = _said({one.row.subject_id for one in shown}, request.now)
    return [
        Behind(one.row.subject, one, seats.get(one.row.seat_id), said.get(one.row.subject_id, ""),
               one.row.seat_id in request.reach.seats)
        for one in shown
    ]  # fmt: skip


def _said(posts: set[int], now: datetime) -> dict[int, str]:
    """The version that each post told last."""
    rows = Record.objects.filter(subject__in=posts, form=TOLD, withdraws=False, happened_at__lte=now)
    return {one.subject_id: str(one.content.get("version", "")) for one in rows.order_by("happened_at", "pk")}


@require_POST
def confirmation(request: Asking, number: int) -> HttpResponse:
    """The head of a post says that its crew works by the version shown."""
    post = Subject.objects.filter(pk=number, kind="post").first()
    if post is None:
        raise Http404
    said = {"version": request.POST.get("version", "")[:20]}
    told = Told(uuid7(request.now), TOLD, post.pk, request.now, said)
    (answer,) = take_in(Batch([told], device="web"), reach=request.reach, by=request.by, now=request.now)
    if answer.outcome is not Outcome.ACCEPTED and answer.problem is not None:
        raise answer.problem
    messages.success(request, word("已记下。", "It is noted."))
    return HttpResponseRedirect("/steps/")


urlpatterns: list[URLPattern] = [
    path("steps/", steps),
    path("steps/posts/<int:number>/", confirmation),
]
