"""The list of gaps: filtered, the oldest first, page by page from key to key; and the same as a table to take away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from sibulou.duty import board
from sibulou.duty.board import Filter, Page
from sibulou.duty.models import Duty
from sibulou.roster.access import acting
from sibulou.roster.area_key import Level
from sibulou.roster.audit import audit
from sibulou.roster.models import Area
from sibulou.roster.role import ROLES, Right
from sibulou.web.asked import Asked, UnknownChoice, read_asked
from sibulou.web.gap_table import gap_lines
from sibulou.web.labels import language
from sibulou.web.middleware import Asking
from sibulou.web.present import FRONT_WORDS, gap_rows, tally

PAGE = 50


@require_safe
def gaps(request: Asking) -> HttpResponse:
    """One page of the list."""
    asked = read_asked(request)
    after = read_page(request.GET.get("after", ""))
    where, moment, wanted = asked.area.pk, asked.moment, asked.wanted
    vacant = board.vacant_seats(where, moment)
    found = board.gap_page(where, moment, wanted=wanted, after=after, limit=PAGE + 1, vacant=vacant)
    counts = board.gap_counts(where, moment, wanted=wanted, vacant=vacant)
    chosen = frozenset(map(str, asked.wanted.kinds)) | asked.wanted.fronts
    facts = {
        "asked": asked,
        "rows": gap_rows(found[:PAGE], moment=asked.moment, language=language()),
        "tally": tally(counts, chosen=chosen, language=language()),
        "further": write_page(found[PAGE - 1]) if len(found) > PAGE else "",
        "later": after is not None,
        "areas": _areas(request, asked),
        "fronts": FRONT_WORDS,
        "roles": [(role.key, role.label(language())) for role in ROLES.values() if Right.RECORD in role.rights],
        "filtered": asked.wanted != Filter() or not asked.moment.live,
        "duties": Duty.objects.order_by("front", "id"),
    }
    return render(request, "web/gaps.html", facts)


def _areas(request: Asking, asked: Asked) -> list[Area]:
    """The areas one may go to from here: up, as far as one's reach goes, and one step down."""
    way, area = [], asked.area
    while area.parent is not None and request.reach.covers(area.parent_id or 0, Right.GAPS):
        area = area.parent
        way.append(area)
    return [*reversed(way), asked.area, *Area.objects.filter(parent=asked.area, level__lte=Level.MICRO).order_by("id")]


def read_page(text: str) -> Page | None:
    """The place a page begins after, `due moment|number`; None for the first. Raises UnknownChoice."""
    if not text:
        return None
    moment, _, number = text.partition("|")
    try:
        at, obligation = datetime.fromisoformat(moment), int(number)
    except ValueError:
        raise UnknownChoice(field="after", given=text[:60]) from None
    if at.tzinfo is None or not 0 <= obligation < 2**63:
        raise UnknownChoice(field="after", given=text[:60])
    return Page(at, obligation)


def write_page(last: board.Gap) -> str:
    """The place after the last gap of a page."""
    return f"{last.due_at.isoformat()}|{last.obligation}"


@require_safe
def table(request: Asking) -> StreamingHttpResponse:
    """Exactly the filtered gaps as CSV, streamed; that it was taken away is on record."""
    asked = read_asked(request)
    audit("gaps.table", by=request.by, now=request.now, area=asked.area.pk, query=asked.query())
    lines = _within_reach(request, asked, language())
    name = f"gaps-{localtime(asked.moment.at):%Y%m%d-%H%M}.csv"
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def _within_reach(request: Asking, asked: Asked, tongue: str) -> Iterator[bytes]:
    """The body is made after the request's own transaction has ended, so it says again who is asking."""
    with acting(request.reach):
        yield from gap_lines(asked, by=request.by, language=tongue)


urlpatterns = [path("gaps/", gaps), path("gaps/table.csv", table)]
