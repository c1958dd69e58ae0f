"""The board of supplies: what is short, on its way, owed an answer, about to expire; and every place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sibulou.fronts.defence.stores.board import Kept, kept
from sibulou.fronts.defence.stores.finding import limits
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.fronts.defence.stores.ledger import Line
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.labels import places, subjects
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.owing import MOST, owing, ways
from sibulou.web.pages.stock.words import items_of


@dataclass(frozen=True)
class Shelf:
    """An item at a place in words."""

    kept: Kept
    title: str

    @property
    def days(self) -> str:
        """For how many days it lasts; empty where nothing is used."""
        found = self.kept.cover.days
        return "" if found is None else f"{found:.1f}"

    @property
    def expiring(self) -> bool:
        return any(one.expiring for one in self.kept.batches)


@dataclass(frozen=True)
class Stored:
    """A place on the board: what it keeps, what is short there."""

    subject: Subject
    where: str
    shelves: tuple[Shelf, ...]

    @property
    def short(self) -> list[Shelf]:
        return [one for one in self.shelves if one.kept.short]


@require_GET
def board(request: Asking) -> HttpResponse:
    """Everything in reach. Raises NoRight."""
    if not (request.reach.has(Right.GAPS) or request.reach.subjects):
        raise without(Right.GAPS)
    rows, coming, owed = stored(lines_of(), request), ways(request), owing(request)
    short = [(one, shelf) for one in rows for shelf in one.short]
    expiring = [(one, shelf, batch) for one in rows for shelf in one.shelves
                for batch in shelf.kept.batches if batch.expiring]  # fmt: skip
    facts = {
        "rows": rows,
        "short": sorted(short, key=lambda one: (float(one[1].days or 0), one[0].subject.pk))[:MOST],
        "ways": coming[:MOST],
        "owing": owed,
        "expiring": sorted(expiring, key=lambda one: (str(one[2].expiry), one[0].subject.pk))[:MOST],
        "counts": {"short": len(short), "ways": len(coming), "owing": len(owed), "expiring": len(expiring)},
        "limits": limits(request.now),
        "running": bool(items_of(request.now)),
    }
    return render(request, "web/stock.html", facts)


def stored(lines: Sequence[Line], request: Asking) -> list[Stored]:
    """The places of these lines with what they keep, in the plan's order of items; stores stand first."""
    items, found = items_of(request.now), dict[int, list[Shelf]]()
    order = {key: at for at, key in enumerate(items)}
    shelves = kept(lines, rule=limits(request.now), now=request.now)
    for one in sorted(shelves, key=lambda one: order.get(one.item, len(order))):
        found.setdefault(one.place, []).append(Shelf(one, items.get(one.item, one.item)))
    known = subjects(found)
    where = places({one.area_id for one in known.values()})
    rows = [Stored(known[key], where[known[key].area_id], tuple(own)) for key, own in found.items() if key in known]
    return sorted(rows, key=lambda one: (one.subject.kind != "place", one.subject.area_id, one.subject.pk))
