"""Waivers: asked for from an obligation, granted or refused by a second person."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from sibulou.duty.gap import Standing
from sibulou.duty.models import WAITING, Waiver
from sibulou.duty.waive import ask_waiver, grant_waiver, refuse_waiver, withdraw_waiver
from sibulou.lib.problem import Problem
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, without
from sibulou.web.labels import Owner, address_of, language, owners, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.owed import Owed, owed
from sibulou.web.pages import obligations
from sibulou.web.present import HIDDEN
from sibulou.web.sheet import may_tell
from sibulou.web.texts import MomentField, moment_or_none, words_of
from sibulou.web.timeline import plan_words

PAGE = 50
WAIVED_UNTIL = MomentField("豁免到何时", "Until when", "长期", "no end")


@dataclass(frozen=True)
class Asked:
    """One request for a waiver in words."""

    waiver: Waiver
    owed: Owed
    reason: str
    subject: str
    address: str
    place: str
    owner: Owner | None
    mine: bool

    @property
    def holds(self) -> bool:
        """Whether it is this one that lifts the obligation now."""
        return self.owed.row.waiver_id == self.waiver.pk and self.owed.stands is Standing.WAIVED


@require_POST
def ask(request: Asking, number: int) -> HttpResponse:
    """Ask for a waiver; what cannot be asked for leaves the page as it was typed, with its sentence."""
    row = obligations.find(number)
    subject = Subject.objects.filter(pk=row.subject_id).first()
    if not (request.reach.covers(row.area_id, Right.RECORD) or (subject and may_tell(request, subject))):
        raise without(Right.RECORD)
    try:
        ask_waiver(
            obligation=row,
            reason=request.POST.get("reason", "")[:40],
            words=words_of(request.POST.get("words", ""), 400),
            until=moment_or_none(request.POST.get("until", ""), WAIVED_UNTIL),
            by=request.by,
            now=request.now,
        )
    except Problem as problem:
        return obligations.draw(request, row, sentence=problem.say(language()), status=problem.status)
    zh, en = "已提出豁免申请。批准之前，这一项照常计算。", "Asked. Until it is granted, this stays what it is."
    messages.success(request, pick((zh, en), language()))
    return HttpResponseRedirect(f"/obligations/{row.pk}/")


@require_GET
def waivers(request: Asking) -> HttpResponse:
    """What was asked for in one's area and is not answered yet, and what was answered lately."""
    if not request.reach.subjects:
        need(request.reach, Right.RECORD)
    waiting = Waiver.objects.filter(WAITING)
    answered = Waiver.objects.filter(kind=Waiver.Kind.WAIVER).exclude(WAITING)
    facts = {
        "waiting": _asked(request, list(waiting.select_related(*_PARTS).order_by("asked_at")[:PAGE])),
        "more": max(waiting.count() - PAGE, 0),
        "answered": _asked(request, list(answered.select_related(*_PARTS).order_by("-pk")[:20])),
        "may_grant": request.reach.has(Right.GRANT),
    }
    return render(request, "web/waivers.html", facts)


_PARTS = ("about__duty", "about__seat")


def _asked(request: Asking, rows: list[Waiver]) -> list[Asked]:
    about = {row.about_id: row.about for row in rows if row.about is not None}
    shown = {one.row.pk: one for one in owed(about.values(), language=language(), now=request.now)}
    subjects = Subject.objects.in_bulk({one.subject_id for one in about.values()})
    where = places({row.area_id for row in rows})
    seats = owners({one.seat_id for one in about.values()}, language=language(), now=request.now)
    reasons = plan_words()[2]
    found = []
    for row in rows:
        if row.about is None or row.about_id is None:
            continue
        subject = subjects.get(row.about.subject_id)
        found.append(
            Asked(
                waiver=row,
                owed=shown[row.about_id],
                reason=reasons[row.reason].say(language()) if row.reason in reasons else row.reason,
                subject=subject.label if subject else pick(HIDDEN, language()),
                address=address_of(subject.kind, subject.pk, subject.area_id) if subject else "",
                place=where[row.area_id],
                owner=seats.get(row.about.seat_id),
                mine=row.asked_by_id == request.user.pk,
            )
        )
    return found


@require_POST
def answer(request: Asking, number: int) -> HttpResponse:
    """Grant or refuse a request, by one's name."""
    waiver = Waiver.objects.filter(pk=number, kind=Waiver.Kind.WAIVER, about__isnull=False).first()
    if waiver is None:
        raise Http404
    need_over(request.reach, waiver.area_id, Right.GRANT)
    if request.POST.get("answer") == "grant":
        grant_waiver(waiver=waiver, reach=request.reach, by=request.by, now=request.now)
        said = ("已批准豁免。", "The waiver is granted.")
    else:
        refuse_waiver(waiver=waiver, reach=request.reach, by=request.by, now=request.now)
        said = ("已退回，这一项照常计算。", "Refused; it stays what it is.")
    messages.success(request, pick(said, language()))
    return HttpResponseRedirect("/waivers/")


@require_POST
def withdrawal(request: Asking, number: int) -> HttpResponse:
    """Take back one's own request, or a waiver that holds, by one's name and for a reason."""
    waiver = Waiver.objects.filter(pk=number, kind=Waiver.Kind.WAIVER, about__isnull=False).first()
    if waiver is None:
        raise Http404
    try:
        withdraw_waiver(
            waiver=waiver, why=words_of(request.POST.get("why", ""), 200), reach=request.reach, by=request.by,
            now=request.now,
        )  # fmt: skip
    except Problem as problem:
        row = obligations.find(waiver.about_id or 0)
        return obligations.draw(request, row, sentence=problem.say(language()), status=problem.status)
    messages.success(request, pick(_WITHDRAWN, language()))
    return HttpResponseRedirect(f"/obligations/{waiver.about_id}/")


_WITHDRAWN = (
    "已撤回，理由已留存。这一项从现在起照常计算。",
    "Withdrawn, and the reason kept. It counts again from now.",
)

urlpatterns: list[URLPattern] = [
    path("obligations/<int:number>/waivers/", ask),
    path("waivers/", waivers),
    path("waivers/<int:number>/answer/", answer),
    path("waivers/<int:number>/withdrawal/", withdrawal),
]
