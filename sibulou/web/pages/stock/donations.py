"""What was donated and what became of it: totals, to be printed and put up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sibulou.fronts.defence.stores.board import donations
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.roster.role import Right
from sibulou.web.allow import need
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.words import items_of


@require_GET
def donated(request: Asking) -> HttpResponse:
    """The table of donations. Raises NoRight."""
    need(request.reach, Right.GAPS)
    items = items_of(request.now)
    rows = [(items.get(one.item, one.item), one) for one in donations(lines_of())]
    return render(request, "web/stock_donations.html", {"rows": rows})
