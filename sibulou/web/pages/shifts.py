"""One's own shifts, swaps and calendar; and a published shift for whoever makes rosters (S6, S16)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sibulou.fronts.defence.calendar_file import make_link, own_shifts, read_calendar, token_of, withdraw_link
from sibulou.fronts.defence.models import CalendarLink, Member, Shift, Standing, Swap
from sibulou.fronts.defence.people import force_of, names
from sibulou.fronts.defence.publishing import join, leave, withdraw
from sibulou.fronts.defence.rota_problems import NobodyChosen, NotInShift, NotYours
from sibulou.fronts.defence.swapping import answer_swap, ask_swap, own_member, swaps_of, take_back_swap
from sibulou.lib.clock import now as clock_now
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.role import Right
from sibulou.web.allow import need_over
from sibulou.web.entry import line
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.teams import trade_word
from sibulou.web.texts import number_of

BACK = timedelta(days=7)
CALENDAR_BACK = timedelta(days=28)
_OF_A_SWAP = (
    "to", "standing__member", "standing__shift__post", "standing__shift__rota", "standing__shift__subject",
    "other__member", "other__shift__post", "other__shift__rota", "other__shift__subject",
)  # fmt: skip


@require_GET
def mine(request: Asking) -> HttpResponse:
    """One's own shifts."""
    return _draw_mine(request)


def _draw_mine(request: Asking, problem: Problem | None = None) -> HttpResponse:
    member = own_member(request.user.pk)
    rows = own_shifts(member, since=request.now - BACK) if member else []
    link = CalendarLink.objects.filter(member=member, withdrawn_at__isnull=True).first() if member else None
    address = request.build_absolute_uri(f"/ics/{token_of(link)}.ics") if link else ""
    facts = {
        "member": member,
        "coming": [row for row in rows if row.shift.ends > request.now],
        "over": [row for row in rows if row.shift.ends <= request.now],
        "swaps": _swaps(member, request) if member else [],
        "calendar": address,
        "sentence": problem.say(language()) if problem else "",
    }
    return render(request, "web/shifts.html", facts, status=problem.status if problem else 200)


def _swaps(member: Member, request: Asking) -> list[dict[str, object]]:
    """What waits for an answer, and the last few answered, with the names of both."""
    with acting(EVERYTHING):  # whom one asked, and whose shift it is: names of one's own swaps
        rows = list(swaps_of(member)[:20])
        called = names({one for row in rows for one in (row.standing.member, row.to)})
    return [
        {
            "row": row,
            "giver": called[row.standing.member_id],
            "taker": called[row.to_id],
            "asked_of_me": row.to_id == member.pk and row.answered_at is None,
            "asked_by_me": row.standing.member_id == member.pk and row.answered_at is None,
        }
        for row in rows
    ]


@require_GET
def swap_form(request: Asking, number: int) -> HttpResponse:
    """Whom to ask for a swap of one's shift, and for which of his."""
    return _draw_swap(request, _own_standing(request, number))


def _own_standing(request: Asking, number: int) -> Standing:
    member = own_member(request.user.pk)
    if member is None:
        raise Http404
    for row in own_shifts(member, since=request.now):
        if row.pk == number:
            return row
    raise Http404


def _draw_swap(request: Asking, row: Standing, problem: Problem | None = None) -> HttpResponse:
    with acting(EVERYTHING):  # one may ask anybody who stands at the same post: colleagues know each other's shifts
        others = list(
            Standing.objects.filter(shift__rota=row.shift.rota, shift__post=row.shift.post, left_at__isnull=True,
                                    shift__begins__gt=request.now, shift__subject__until__isnull=True)
            .exclude(member=row.member).select_related("shift", "member").order_by("shift__begins")
        )  # fmt: skip
        called = names({one.member for one in others})
    facts = {
        "row": row,
        "people": sorted(called.items(), key=lambda pair: pair[1]),
        "others": [(one.pk, called[one.member_id], one.shift) for one in others],
        "sentence": problem.say(language()) if problem else "",
        "typed": request.POST,
    }
    return render(request, "web/swap.html", facts, status=problem.status if problem else 200)


@require_POST
def swaps(request: Asking, number: int) -> HttpResponse:
    """Ask for a swap."""
    row = _own_standing(request, number)
    try:
        with acting(EVERYTHING):
            other = Standing.objects.select_related("shift__rota", "member").filter(
                pk=number_of(request.POST.get("other", ""))
            ).first()  # fmt: skip
            to = other.member if other else Member.objects.filter(pk=number_of(request.POST.get("to", ""))).first()
        if to is None or to.pk == row.member_id:
            raise NobodyChosen
        ask_swap(standing=row, to=to, other=other, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_swap(request, row, problem)
    messages.success(request, word("已向对方提出换班。", "The swap is asked for."))
    return HttpResponseRedirect("/shifts/")


@require_POST
def answer(request: Asking, number: int) -> HttpResponse:
    """Accept or decline a swap one was asked for, or take back one's own."""
    with acting(EVERYTHING):
        row = Swap.objects.select_related(*_OF_A_SWAP).filter(pk=number).first()
    member = own_member(request.user.pk)
    if row is None or member is None or member.pk not in (row.to_id, row.standing.member_id):
        raise Http404
    try:
        if request.POST.get("answer") == "back":
            take_back_swap(swap=row, by=request.by, now=request.now)
        else:
            answer_swap(swap=row, accepted=request.POST.get("answer") == "yes", by=request.by, now=request.now)
    except Problem as problem:
        return _draw_mine(request, problem)
    messages.success(request, word("已办理。", "Done."))
    return HttpResponseRedirect("/shifts/")


@require_POST
def calendar(request: Asking) -> HttpResponse:
    """Make a link to one's calendar anew, or take it back."""
    member = own_member(request.user.pk)
    if member is None:
        raise NotYours
    if request.POST.get("wanted") == "none":
        withdraw_link(member=member, by=request.by, now=request.now)
        messages.success(request, word("链接已收回。", "The link is taken back."))
    else:
        make_link(member=member, by=request.by, now=request.now)
    return HttpResponseRedirect("/shifts/#calendar")


@never_cache
@require_GET
def ics(request: Asking, token: str) -> HttpResponse:
    """The calendar behind a link, for a program that signs in nowhere. Raises LinkWithdrawn."""
    now = clock_now()
    body = read_calendar(token, now=now, since=now - CALENDAR_BACK)
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


@require_GET
def shift(request: Asking, number: int) -> HttpResponse:
    """A published shift: who stands in it, who left it and why."""
    return _draw_shift(request, _shift(number))


def _shift(number: int) -> Shift:
    row = Shift.objects.select_related("post", "rota", "subject").filter(pk=number, subject__isnull=False).first()
    if row is None:
        raise Http404
    return row


def _draw_shift(request: Asking, row: Shift, problem: Problem | None = None) -> HttpResponse:
    standings = list(row.crew_list.select_related("member").order_by("put_at", "pk"))
    called = names({one.member for one in standings})
    may = request.reach.covers(row.post.area_id, Right.ROSTER)
    facts = {
        "shift": row,
        "crew": [(one, called[one.member_id], trade_word(one.member.trade)) for one in standings],
        "trades": [trade_word(trade) for trade in row.trades],
        "may_change": may and row.subject is not None and row.subject.until is None,
        "force": sorted(names(force_of(row.rota.area_id)).items(), key=lambda pair: pair[1]) if may else [],
        "sentence": problem.say(language()) if problem else "",
    }
    return render(request, "web/shift.html", facts, status=problem.status if problem else 200)


@require_POST
def crew(request: Asking, number: int) -> HttpResponse:
    """Put somebody in a published shift."""
    row = _shift(number)
    need_over(request.reach, row.post.area_id, Right.ROSTER)
    try:
        member = force_of(row.rota.area_id).filter(pk=number_of(request.POST.get("member", ""))).first()
        if member is None:
            raise NobodyChosen
        join(shift=row, member=member, by=request.by, now=request.now)
    except Problem as problem:
        return _draw_shift(request, row, problem)
    messages.success(request, word("已补上。", "Put in."))
    return HttpResponseRedirect(f"/shifts/{row.pk}/")


@require_POST
def leaving(request: Asking, number: int, standing: int) -> HttpResponse:
    """Take somebody out of a published shift, with a reason."""
    row = _shift(number)
    need_over(request.reach, row.post.area_id, Right.ROSTER)
    try:
        who = Standing.objects.select_related("shift__post", "shift__rota").filter(pk=standing, shift=row).first()
        if who is None:
            raise NotInShift
        leave(standing=who, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_shift(request, row, problem)
    messages.success(request, word("已离开这个班。", "Out of the shift."))
    return HttpResponseRedirect(f"/shifts/{row.pk}/")


@require_POST
def withdrawal(request: Asking, number: int) -> HttpResponse:
    """Withdraw a published shift, with a reason."""
    row = _shift(number)
    need_over(request.reach, row.post.area_id, Right.ROSTER)
    try:
        withdraw(shift=row, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_shift(request, row, problem)
    messages.success(request, word("班次已撤销。", "The shift is withdrawn."))
    return HttpResponseRedirect(f"/rota/{row.rota_id}/")


urlpatterns: list[URLPattern] = [
    path("shifts/", mine),
    path("shifts/<int:number>/", shift),
    path("shifts/<int:number>/crew/", crew),
    path("shifts/<int:number>/crew/<int:standing>/end/", leaving),
    path("shifts/<int:number>/withdrawal/", withdrawal),
    path("standings/<int:number>/swap/", swap_form),
    path("standings/<int:number>/swaps/", swaps),
    path("swaps/<int:number>/answer/", answer),
    path("calendar/", calendar),
    path("ics/<str:token>.ics", ics),
]
