"""The hand-over of a watch: what stands open now against the last note, the note itself, and who took it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.models import WAITING, Climb, DutyNote, Waiver
from sibulou.duty.note import LONGEST, take_over, write_note
from sibulou.lib.problem import Problem
from sibulou.roster.access import area_for
from sibulou.roster.area_key import Level
from sibulou.roster.models import Area
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, roots
from sibulou.web.labels import clock, language, pick
from sibulou.web.middleware import Asking

PAGE = 20


@dataclass(frozen=True)
class Facts:
    """What the next one must know: gaps then and now, how many nobody answers for, and what climbed since."""

    since: datetime
    before: int
    gaps: int
    unowned: int
    climbs: int
    waiting: int

    @property
    def words(self) -> str:
        """The facts as the note begins with them."""
        zh = (
            f"自 {clock(self.since)} 以来：逾期 {self.gaps} 项（当时 {self.before} 项），无人负责 {self.unowned} 项，"
            f"新上报 {self.climbs} 项，待批豁免 {self.waiting} 份。"
        )
        en = (
            f"Since {clock(self.since)}: {self.gaps} gaps (then {self.before}), {self.unowned} unowned, "
            f"{self.climbs} told upward, {self.waiting} waivers to decide."
        )
        return pick((zh, en), language())


@require_http_methods(["GET", "POST"])
def notes(request: Asking) -> HttpResponse:
    """The notes of an area, newest first, and the form of the next one."""
    need(request.reach, Right.GAPS)
    area = _area(request)
    if request.method == "GET":
        return _draw(request, area)
    need_over(request.reach, area.pk, Right.RECORD)
    try:
        write_note(area=area, text=request.POST.get("text", ""), by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, area, sentence=problem.say(language()), status=problem.status)
    zh, en = "已写好，请接班人签收。", "Written. Let whoever takes over sign for it."
    messages.success(request, pick((zh, en), language()))
    return HttpResponseRedirect(f"/notes/?area={area.pk}")


def _area(request: Asking) -> Area:
    text = request.GET.get("area", "")
    if not text:
        return area_for(request.reach, roots(request.reach, Right.GAPS)[0], to=Right.GAPS)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    return area_for(request.reach, int(text), to=Right.GAPS)


def _draw(request: Asking, area: Area, *, sentence: str = "", status: int = 200) -> HttpResponse:
    found = list(DutyNote.objects.filter(area=area).order_by("-written_at", "-pk")[:PAGE])
    since = found[0].written_at if found else request.now - timedelta(hours=24)
    known = _facts(area, since, request.now)
    facts = {
        "area": area,
        "areas": Area.objects.filter(pk__in=roots(request.reach, Right.GAPS)),
        "notes": found,
        "facts": known,
        "text": request.POST.get("text", known.words),
        "most": LONGEST,
        "may_write": request.reach.covers(area.pk, Right.RECORD),
        "may_see_waivers": request.reach.has(Right.RECORD) or bool(request.reach.subjects),
        "mine": request.by.name,
        "sentence": sentence,
    }
    return render(request, "web/notes.html", facts, status=status)


def _facts(area: Area, since: datetime, now: datetime) -> Facts:
    low, high = area.range
    (_, before), *_ = board.trend(area.pk, [since])
    counts = board.gap_counts(area.pk, Moment.now(now), level=Level.COUNTY)
    waiting = Waiver.objects.filter(WAITING, area_id__gte=low, area_id__lt=high)
    return Facts(
        since=since,
        before=before,
        gaps=sum(one.gaps for one in counts if one.overdue),
        unowned=sum(one.gaps for one in counts if one.unowned),
        climbs=Climb.objects.filter(area_id__gte=low, area_id__lt=high, step__gt=0, told_at__gt=since).count(),
        waiting=waiting.count(),
    )


@require_POST
def signature(request: Asking, number: int) -> HttpResponse:
    """Take over: sign for a note by one's name."""
    note = DutyNote.objects.filter(pk=number).first()
    if note is None:
        raise Http404
    need_over(request.reach, note.area_id, Right.RECORD)
    take_over(note=note, by=request.by, now=request.now)
    messages.success(request, pick(("已签收，现在由你值班。", "Signed for: the watch is yours."), language()))
    return HttpResponseRedirect(f"/notes/?area={note.area_id}")


urlpatterns: list[URLPattern] = [
    path("notes/", notes),
    path("notes/<int:number>/signature/", signature),
]
