"""A place: what it has, batch by batch with the book of a week; what is coming; what is owed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sibulou.fronts.defence.stores.giving import leaving
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.fronts.defence.stores.ledger import Line
from sibulou.roster.models import Subject
from sibulou.web.labels import language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.board import stored
from sibulou.web.pages.stock.deeds import DEEDS
from sibulou.web.pages.stock.owing import MOST, owing, ways
from sibulou.web.pages.stock.words import items_of, keeper, names_of
from sibulou.web.sheet import may_tell

_KINDS = {
    "in": ("入库", "came in"),
    "sent": ("发出", "sent"),
    "received": ("签收", "received"),
    "used": ("领用", "used"),
    "counted": ("盘点", "counted"),
}


@require_GET
def place(request: Asking, number: int) -> HttpResponse:
    """Its page. Raises Http404."""
    subject, lines = keeper(number), lines_of([number])
    items, found = items_of(request.now), stored(lines, request)
    names = names_of(one.other for one in lines if one.other is not None and one.kind != "used")
    facts = {
        "subject": subject,
        "where": places([subject.area_id])[subject.area_id],
        "shelves": found[0].shelves if found else (),
        "ways": ways(request, to=number),
        "leaving": [(one, items.get(one.line.item, one.line.item), names.get(str(one.line.other), ""))
                    for one in leaving(lines)],
        "owing": owing(request, at=number),
        "moves": _moves(lines, items, names),
        "deeds": _deeds(subject) if items and may_tell(request, subject) else [],
        "running": bool(items),
    }  # fmt: skip
    return render(request, "web/stock_place.html", facts)


def _deeds(subject: Subject) -> list[tuple[str, str]]:
    """What one can enter there: the address, its words."""
    return [(f"/stock/{subject.pk}/{key}/", pick(one.title, language())) for key, one in DEEDS.items()
            if subject.kind in one.kinds]  # fmt: skip


def _moves(
    lines: Sequence[Line], items: Mapping[str, str], names: Mapping[str, str]
) -> list[tuple[Line, str, str, str]]:  # fmt: skip
    """What moved, the last first: the line, its item, what it did, the other end."""
    return [(one, items.get(one.item, one.item), pick(_KINDS[one.kind], language()), names.get(str(one.other), ""))
            for one in reversed(lines[-MOST:])]  # fmt: skip
