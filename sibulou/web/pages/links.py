"""Links for the person concerned: handed over from the page of a person or household, listed there, and ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import get_current_timezone, localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sibulou.field.links import end_link, hand_over, latest_day, may_hand_over, usual_end
from sibulou.field.models import Link
from sibulou.field.problems import WrongLinkEnd
from sibulou.lib.problem import Problem
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.labels import address_of, language, places, word
from sibulou.web.middleware import Asking


@dataclass(frozen=True)
class Shown:
    """A link as it is shown, this once: the picture to scan, the address to send, and until when it holds."""

    address: str
    picture: str
    until: datetime


@never_cache
@require_http_methods(["GET", "POST"])
def links(request: Asking, number: int) -> HttpResponse:
    """The links given to one person or household; a new one is shown this once."""
    subject = _subject(request, number)
    if request.method == "GET":
        return _draw(request, subject)
    typed = request.POST.get("until", "").strip()[:40]
    try:
        made = hand_over(
            subject=subject, until=_end(typed, request.now), reach=request.reach, by=request.by, now=request.now
        )
    except Problem as problem:
        return _draw(request, subject, sentence=problem.say(language()), status=problem.status, typed=typed)
    address = request.build_absolute_uri(f"/r/{made.secret}/")
    title = word("本人链接", "Link for the person concerned")
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=6, dark="#000", light="#fff", title=title, svgclass="square"
    )
    return _draw(request, subject, shown=Shown(address, picture, made.link.expires_at))


def _subject(request: Asking, number: int) -> Subject:
    subject = Subject.objects.filter(pk=number, kind__in=("person", "household")).first()
    if subject is None:
        raise Http404
    if not may_hand_over(subject, reach=request.reach):
        raise without(Right.RECORD)
    return subject


def _end(typed: str, now: datetime) -> datetime:
    """The end of the day that was chosen. Raises WrongLinkEnd."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise WrongLinkEnd(earliest=f"{localdate(now):%F}", latest=f"{latest_day(now):%F}") from None
    return datetime.combine(day, time(23, 59, 59), tzinfo=get_current_timezone())


def _draw(
    request: Asking, subject: Subject, *, sentence: str = "", status: int = 200, shown: Shown | None = None,
    typed: str = "",
) -> HttpResponse:  # fmt: skip
    facts = {
        "subject": subject,
        "home": address_of(subject.kind, subject.pk, subject.area_id),
        "place": places([subject.area_id])[subject.area_id],
        "links": [(link, link.holds(request.now)) for link in subject.links.order_by("-made_at", "-pk")[:50]],
        "until": typed or f"{localdate(usual_end(subject, now=request.now)):%F}",
        "earliest": f"{localdate(request.now):%F}",
        "latest": f"{latest_day(request.now):%F}",
        "sentence": sentence,
        "shown": shown,
    }
    return render(request, "web/links.html", facts, status=status)


@require_POST
def ending(request: Asking, number: UUID) -> HttpResponse:
    """End a link, for a reason that is kept."""
    link = Link.objects.select_related("subject").filter(pk=number).first()
    if link is None:
        raise Http404
    try:
        end_link(link=link, reason=request.POST.get("reason", ""), by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, link.subject, sentence=problem.say(language()), status=problem.status)
    messages.success(request, word("已停用。这个链接再也打不开。", "Ended. This link opens no more."))
    return HttpResponseRedirect(f"/subjects/{link.subject_id}/links/")


urlpatterns: list[URLPattern] = [
    path("subjects/<int:number>/links/", links),
    path("links/<uuid:number>/end/", ending),
]
