"""What one enters of a place: a count, use, a move, what comes from outside, what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from sibulou.fronts.defence.stores.finding import found_by, running
from sibulou.fronts.defence.stores.giving import shelved
from sibulou.fronts.defence.stores.keeping import COUNT, IN, OUT, REQUEST, USED
from sibulou.fronts.defence.stores.problems import NoPlan, NothingThere
from sibulou.lib.problem import Problem
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.entry import Link, Part, Sheet, draw
from sibulou.web.forms import Question
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED
from sibulou.web.pages.stock import asking
from sibulou.web.pages.stock.words import keeper, tell
from sibulou.web.sheet import may_tell

Words = tuple[str, str]


@dataclass(frozen=True)
class Deed:
    """Something one enters of a place: its form, its words, what it asks, and how what was typed is read."""

    form: str
    title: Words
    intro: Words
    asks: Callable[[Asking, Subject], list[Question]]
    reads: Callable[[Asking, Subject], dict[str, object]]
    kinds: tuple[str, ...] = ("post", "place")
    takes: bool = False
    """Whether it takes something out of the book, which must have it."""


DEEDS: dict[str, Deed] = {
    "counts": Deed(
        COUNT, ("盘点", "Count"),
        ("点实物，每样填总数；不剩的填 0，没点的空着。",
         "Count what is there, all batches together. Write 0 for none; leave empty what was not counted."),
        asking.count, asking.counted,
    ),
    "uses": Deed(
        USED, ("领用", "Use"),
        ("用掉、发给群众或报废的，随用随记。", "What is used, given to people or written off."),
        asking.use, asking.used, takes=True,
    ),
    "moves": Deed(
        OUT, ("发出", "Send"),
        ("交给另一个存放处或卡点；对方签收后才算到。",
         "To another store or a post; it has arrived when somebody there signs."),
        asking.move, asking.moved, takes=True,
    ),
    "intakes": Deed(
        IN, ("入库", "Take in"),
        ("从县外来的：调拨、采购、捐赠。", "What comes from outside: allocated, bought or donated."),
        asking.intake, asking.taken_in,
    ),
    "requests": Deed(
        REQUEST, ("申领", "Ask for"),
        ("缺什么、要多少；送到、岗上签收后销号。",
         "What is lacking and how much; it is closed when it was signed for here."),
        asking.request, asking.requested, ("post",),
    ),
}  # fmt: skip


@require_http_methods(ASKED)
def deed(request: Asking, number: int, wanted: str) -> HttpResponse:
    """The form, and entering it. Raises Http404, NoRight, NoPlan."""
    subject, found = keeper(number), DEEDS.get(wanted)
    if found is None or subject.kind not in found.kinds:
        raise Http404
    if not may_tell(request, subject):
        raise without(Right.RECORD)
    if running(request.now) is None:
        raise NoPlan
    sheet = _sheet(request, subject, found)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        record = tell(request, found.form, subject, found.reads(request, subject), answers=asking.answered(request))
    except Problem as problem:
        return draw(request, sheet, problem)
    _say(request, subject, record)
    return HttpResponseRedirect(f"/stock/{number}/")


def _sheet(request: Asking, subject: Subject, found: Deed) -> Sheet:
    title, intro = pick(found.title, language()), pick(found.intro, language())
    if found.takes and not shelved(subject.pk, now=request.now):
        intro = NothingThere(named=subject.label).say(language())
    return Sheet(
        title, Link(subject.label, f"/stock/{subject.pk}/"),
        [Part("", found.asks(request, subject), [])], title, intro,
        hidden=(("request", str(asking.answered(request) or "")),),
    )  # fmt: skip


def _say(request: Asking, subject: Subject, record: UUID) -> None:
    """That it is entered; and where book and goods do not agree by it, that this is owed an explanation."""
    found = found_by(subject.pk, record)
    if found:
        zh, en = (
            f"已登记。有 {found} 项账物不符，请在下面说明。",
            f"Entered. {found} do not agree with the book: explain below.",
        )
        messages.warning(request, word(zh, en))
    else:
        messages.success(request, word("已登记。", "It is entered."))
