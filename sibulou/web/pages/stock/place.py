"""A place: what it has, batch by batch with the book of a week; what is coming; what is owed there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sibulou.duty.models import Record
from sibulou.fronts.defence.stores.giving import leaving
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.fronts.defence.stores.ledger import Line
from sibulou.roster.models import Subject
from sibulou.web.labels import language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.board import stored
from sibulou.web.pages.stock.deeds import DEEDS
from sibulou.web.pages.stock.owing import owing, ways
from sibulou.web.pages.stock.words import items_of, keeper, names_of
from sibulou.web.sheet import may_tell

_LAST = 30
"""Lines of what moved that are shown."""
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
    shelves = found[0].shelves if found else ()
    may = bool(items) and may_tell(request, subject)
    facts = {
        "subject": subject,
        "where": places([subject.area_id])[subject.area_id],
        "shelves": shelves,
        "ways": ways(request, to=number),
        "leaving": [(one, items.get(one.line.item, one.line.item), names.get(str(one.line.other), ""))
                    for one in leaving(lines)],
        "owing": owing(request, at=number),
        "moves": _moves(lines, items, names),
        "deeds": _deeds(subject, something=any(one.kept.batches for one in shelves)) if may else [],
        "running": bool(items),
    }  # fmt: skip
    return render(request, "web/stock_place.html", facts)


def _deeds(subject: Subject, *, something: bool) -> list[tuple[str, str]]:
    """What one can enter there: the address, its words; nothing can be taken where `something` is not there."""
    return [(f"/stock/{subject.pk}/{key}/", pick(one.title, language())) for key, one in DEEDS.items()
            if subject.kind in one.kinds and (something or not one.takes)]  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """A line in words. `told`: whether the reader may open its record."""

    line: Line
    title: str
    did: str
    other: str
    told: bool


def _moves(lines: Sequence[Line], items: Mapping[str, str], names: Mapping[str, str]) -> list[Moved]:
    """What moved, the last first."""
    last = lines[: -_LAST - 1 : -1]
    readable = set(Record.objects.filter(pk__in=[one.record for one in last]).values_list("pk", flat=True))
    return [
        Moved(one, items.get(one.item, one.item), pick(_KINDS[one.kind], language()), names.get(str(one.other), ""),
              one.record in readable)
        for one in last
    ]  # fmt: skip
