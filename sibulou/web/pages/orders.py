"""Orders: written and sent on one page, followed on another to whoever has not received, read or done them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.duty.models import Obligation
from sibulou.fronts.control.models import Addressee, Order
from sibulou.fronts.control.orders.answering import RESULTS, answer_objection, answer_order
from sibulou.fronts.control.orders.judging import SENDERS
from sibulou.fronts.control.orders.problems import DueNotAhead, MayNotOrder
from sibulou.fronts.control.orders.sending import (
    REACHED,
    To,
    Wording,
    send_order,
    sender_of,
    to_areas,
    to_people,
    to_roles,
)
from sibulou.lib.problem import Problem
from sibulou.roster.access import area_for
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.models import Area
from sibulou.roster.role import ROLES, Right
from sibulou.web.labels import language, places, word
from sibulou.web.middleware import Asking
from sibulou.web.order_rows import Fan, Tally, fans, fans_of, tally
from sibulou.web.texts import MomentField, moment_or_none

PAGE = 30
DUE = MomentField("完成时限", "Due by", "请填写", "give it")
USUAL = timedelta(hours=4)


@dataclass(frozen=True)
class Listed:
    """One order on the list."""

    order: Order
    sender: str
    tally: Tally


@require_GET
def orders(request: Asking) -> HttpResponse:
    """The orders that one sent or got, the newest first."""
    rows = list(Order.objects.order_by("-sent_at", "-pk")[:PAGE])
    seats = fans_of(rows, now=request.now)
    where = places({one.area_id for one in rows})
    listed = [Listed(one, _sender(one, where), tally(seats[one.pk])) for one in rows]
    return render(request, "web/orders.html", {"orders": listed, "may": _may_send(request), "most": PAGE})


def _sender(order: Order, where: Mapping[int, str]) -> str:
    return f"{where.get(order.area_id, '')} {ROLES[order.role].label(language())}".strip()


def _may_send(request: Asking) -> bool:
    return any(role in SENDERS for role in request.reach.roles)


@require_http_methods(["GET", "POST"])
def new_order(request: Asking) -> HttpResponse:
    """Write an order, say to whom, and send it. Raises MayNotOrder."""
    _, area = sender_of(request.reach)
    if request.method == "GET":
        return _draw_new(request, area)
    try:
        number = _send(request, area)
    except Problem as problem:
        return _draw_new(request, area, sentence=problem.say(language()), status=problem.status)
    messages.success(
        request, word("已下达。谁没收到、没办，都在这一页。", "Sent. Who has not received or done it stands here.")
    )
    return HttpResponseRedirect(f"/orders/{number}/")


def _send(request: Asking, area: int) -> UUID:
    posted = request.POST
    due = moment_or_none(posted.get("due", ""), DUE)
    if due is None:
        raise DueNotAhead(due="—")
    text, number, done_when = (
        posted.get(key, "")[:most] for key, most in (("text", 1000), ("number", 40), ("done_when", 200))
    )
    wording = Wording(text, due, number, done_when)
    return send_order(wording=wording, to=_addressees(request, area), reach=request.reach, by=request.by,
                      now=request.now)  # fmt: skip


def _addressees(request: Asking, area: int) -> list[To]:
    posted = request.POST
    low, high = key_range(area)
    keys = [int(text) for text in posted.getlist("areas") if text.isascii() and text.isdigit() and len(text) <= 18]
    areas = Area.objects.filter(pk__in=[key for key in keys if low <= key < high], until__isnull=True).order_by("pk")
    under = posted.get("under", "")
    within = int(under) if under.isascii() and under.isdigit() and len(under) <= 18 else area
    if not low <= within < high:
        raise Http404
    called = [name.strip()[:80] for name in re.split("[,，、;；\\n]", posted.get("people", "")) if name.strip()]
    roles = [role for role in posted.getlist("roles") if role in REACHED]
    named = to_people(called, under=area, now=request.now)
    return [*to_areas(areas), *to_roles(roles, under=within, now=request.now), *named]


def _draw_new(request: Asking, area: int, *, sentence: str = "", status: int = 200) -> HttpResponse:
    own = area_for(request.reach, area, to=Right.GAPS)
    low, high = key_range(area)
    rows = list(
        Area.objects.filter(pk__gt=low, pk__lt=high, level__in=(Level.TOWNSHIP, Level.VILLAGE), until__isnull=True)
        .order_by("pk")
    )  # fmt: skip
    typed = request.POST
    chosen = set(typed.getlist("areas"))
    townships = [row for row in rows if row.level == Level.TOWNSHIP]
    heads = townships or [own]
    parts = [
        (head, str(head.pk) in chosen, [(one, str(one.pk) in chosen) for one in rows if one.level == Level.VILLAGE
                                        and ancestor(one.pk, Level.TOWNSHIP) == head.pk])
        for head in heads
    ]  # fmt: skip
    level = Level(own.level)
    roles = [(key, ROLES[key].label(language()), key in typed.getlist("roles")) for key in REACHED
             if (at := ROLES[key].level) is None or at >= level]  # fmt: skip
    facts = {
        "own": own,
        "parts": parts,
        "with_heads": bool(townships),
        "roles": roles,
        "unders": [own, *townships],
        "typed": typed,
        "due": typed.get("due") or f"{localtime(request.now + USUAL):%Y-%m-%dT%H:%M}",
        "sentence": sentence,
    }
    return render(request, "web/order_new.html", facts, status=status)


@require_GET
def order(request: Asking, number: UUID) -> HttpResponse:
    """One order and all it went to: those that miss something first, each with a name and a telephone."""
    return _draw(request, _order(number))


def _order(number: UUID) -> Order:
    found = Order.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _draw(request: Asking, row: Order, *, sentence: str = "", status: int = 200) -> HttpResponse:
    rows = fans(row, now=request.now)
    facts = {
        "order": row,
        "sender": _sender(row, places({row.area_id})),
        "rows": rows,
        "tally": tally(rows),
        "mine": [one for one in rows if _is_mine(request, one)],
        "may_answer": (row.role, row.area_id) in request.reach.sits or _stands_in(request, row),
        "again": f"{localtime(request.now + USUAL):%Y-%m-%dT%H:%M}",
        "sentence": sentence,
    }
    return render(request, "web/order.html", facts, status=status)


def _is_mine(request: Asking, fan: Fan) -> bool:
    """Whether the reader owes it and has not done it."""
    return fan.doing is not None and fan.doing.row.seat_id in request.reach.seats and fan.doing.open


def _stands_in(request: Asking, row: Order) -> bool:
    """Whether the reader sends orders for the same area, or one above it."""
    return any(role in SENDERS and area <= row.area_id < key_range(area)[1] for role, area in request.reach.sits)


@require_POST
def answer(request: Asking, number: UUID) -> HttpResponse:
    """Received, done, objected to, or cannot."""
    row = _order(number)
    addressee = _addressee(request, row)
    result = request.POST.get("result", "")
    if result not in RESULTS:
        raise Http404
    try:
        answer_order(addressee=addressee, result=result, remark=request.POST.get("remark", "")[:400],
                     reach=request.reach, by=request.by, now=request.now)  # fmt: skip
    except Problem as problem:
        return _draw(request, row, sentence=problem.say(language()), status=problem.status)
    messages.success(request, word("已报给下达的人。", "Whoever sent it sees it now."))
    return HttpResponseRedirect(f"/orders/{row.pk}/")


def _addressee(request: Asking, row: Order) -> Addressee:
    try:
        wanted = UUID(request.POST.get("addressee", ""))
    except ValueError:
        raise Http404 from None
    found = Addressee.objects.filter(order=row, record=wanted).select_related("subject").first()
    if found is None:
        raise Http404
    return found


@require_POST
def objection(request: Asking, number: UUID) -> HttpResponse:
    """Answer an objection: it stands and is sent anew, help was sent, or it is no longer asked for."""
    row = _order(number)
    if not _stands_in(request, row):
        raise MayNotOrder
    addressee = _addressee(request, row)
    owed = next((one.returned.owed.row for one in fans(row, now=request.now)
                 if one.record == addressee.record and one.returned and one.returned.owed), None)  # fmt: skip
    if owed is None:
        raise Http404
    try:
        _answer_objection(request, row, addressee, owed)
    except Problem as problem:
        return _draw(request, row, sentence=problem.say(language()), status=problem.status)
    messages.success(request, word("已答复。", "Answered."))
    return HttpResponseRedirect(f"/orders/{row.pk}/")


def _answer_objection(request: Asking, row: Order, addressee: Addressee, owed: Obligation) -> None:
    outcome = request.POST.get("outcome", "")
    if outcome not in ("upheld", "withdrawn", "helped"):
        raise Http404
    again = moment_or_none(request.POST.get("due", ""), DUE) if outcome == "upheld" else None
    if outcome == "upheld" and again is None:
        raise DueNotAhead(due="—")
    answer_objection(order=row, addressee=addressee, owed=owed, words=request.POST.get("words", "")[:400], again=again,
                     outcome=outcome, reach=request.reach, by=request.by, now=request.now)  # fmt: skip


urlpatterns: list[URLPattern] = [
    path("orders/", orders),
    path("orders/new/", new_order),
    path("orders/<uuid:number>/", order),
    path("orders/<uuid:number>/answers/", answer),
    path("orders/<uuid:number>/objections/", objection),
]
