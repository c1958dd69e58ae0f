"""Signing for what is on its way: counted by somebody else than who gave it out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from sibulou.duty.models import Record
from sibulou.fronts.defence.stores.giving import notice_of, refuse_one_hand
from sibulou.fronts.defence.stores.keeping import RECEIVED
from sibulou.lib.problem import Problem
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.entry import Link, Part, Sheet, ask, draw, line, whole_or_none
from sibulou.web.labels import word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED
from sibulou.web.pages.stock.words import items_of, keeper, names_of, tell, thing
from sibulou.web.sheet import may_tell


@require_http_methods(ASKED)
def receipt(request: Asking, number: int, notice: UUID) -> HttpResponse:
    """The form, and signing. Raises Http404, NoRight."""
    subject, coming = keeper(number), notice_of(number, notice)
    if coming is None:
        raise Http404
    if not may_tell(request, subject):
        raise without(Right.RECORD)
    sheet = _sheet(request, subject, coming)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        refuse_one_hand(coming, user=request.by.user_id)
        tell(request, RECEIVED, subject, _content(request, coming), answers=notice)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已签收，入了账。", "Signed for; it is in the book."))
    return HttpResponseRedirect(f"/stock/{number}/")


def _sheet(request: Asking, subject: Subject, coming: Record) -> Sheet:
    """What is asked: how much there really is. The quantity sent stands in it, to be counted against."""
    said, items = coming.content, items_of(request.now)
    quantity, giver = str(said.get("quantity", "")), names_of([said.get("from")]).get(str(said.get("from", "")), "")
    asks = [
        ask(request.POST, "quantity", word("实收数量", "Quantity received"), "number", before=quantity, required=True),
        ask(request.POST, "remark", word("说明（有差时写明）", "Remark (say why if it differs)"), most=200),
    ]
    intro = word(f"{giver} 发来 {thing(said, items)} {quantity} 件。当面点清再签。",
                 f"{quantity} of {thing(said, items)} from {giver}. Count it before you sign.")  # fmt: skip
    return Sheet(word("签收", "Sign for it"), Link(subject.label, f"/stock/{subject.pk}/"),
                 [Part("", asks, [])], word("点清签收", "Counted and signed"), intro)  # fmt: skip


def _content(request: Asking, coming: Record) -> dict[str, object]:
    """What is told: the item of the notice, as much as was counted. Raises UnreadableNumber."""
    said: dict[str, object] = {
        "item": coming.content.get("item"),
        "quantity": whole_or_none(request.POST.get("quantity", ""), "实收数量", "Quantity received"),
        "receiver": request.by.name,
    }
    remark = line(request.POST, "remark")
    return said | ({"remark": remark} if remark else {})
