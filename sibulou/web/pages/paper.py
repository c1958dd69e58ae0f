"""Sheets of paper: the list of those drawn up, the screen that types one in by keyboard, and the codes on doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sibulou.duty.intake import Outcome
from sibulou.lib.problem import Problem
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.problems import CodeOfOtherCounty
from sibulou.paper.serial import county_of, read_code
from sibulou.paper.type_in import (
    Progress,
    Typed,
    count_copy,
    double_of,
    find_row,
    find_sheet,
    leave_out,
    leave_rest,
    progress_of,
    take_back,
    type_in,
)
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.labels import address_of, language, places, word
from sibulou.web.middleware import Asking
from sibulou.web.paper_doors import own_sheets
from sibulou.web.paper_rows import Shown, lines_of, plan_of_sheet, read_row, show
from sibulou.web.texts import number_of

PAGE = 50
MOST_OUT = 200
"""Sheets still out that are listed, those due first; the rest are counted, and found by their serial."""

PART = 60
"""Rows that stand on one screen: a sheet of four hundred as a whole takes half a second to draw."""

_OUT = Exists(SheetRow.objects.filter(sheet=OuterRef("pk"), became=SheetRow.Became.OPEN))
KINDS = {"day": ("入户日表", "day's round"), "shift": ("卡点班表", "post's shift"), "card": ("户卡", "household card")}


@dataclass(frozen=True)
class Listed:
    """A sheet on the list, how far it is typed in, and whether it should be by now."""

    sheet: Sheet
    kind: str
    place: str
    progress: Progress
    late: bool


@require_GET
def sheets(request: Asking) -> HttpResponse:
    """The sheets of one's area: those still out first, the rest by when they were drawn up; or one, by its serial."""
    typed = request.GET.get("serial", "").replace("\x00", "")[:60]
    if not typed.strip():
        return _list(request)
    try:
        return HttpResponseRedirect(f"/paper/{find_sheet(typed, reach=request.reach).serial}/")
    except Problem as problem:
        return _list(request, typed=typed, sentence=problem.say(language()), status=problem.status)


def _list(request: Asking, *, typed: str = "", sentence: str = "", status: int = 200) -> HttpResponse:
    rows = Sheet.objects.select_related("subject")
    waiting = rows.filter(_OUT).order_by("due_at", "pk")
    out = list(waiting[:MOST_OUT])
    done = list(_after(rows.exclude(_OUT), request)[: PAGE + 1])
    progress = progress_of([*out, *done])
    where = places({one.area_id for one in (*out, *done)})

    def listed(one: Sheet) -> Listed:
        far = progress.get(one.pk, Progress(0, 0, 0, 0))
        return Listed(one, word(*KINDS[one.kind]), where[one.area_id], far, far.left > 0 and one.late(request.now))

    facts = {
        "out": [listed(one) for one in out],
        "out_count": waiting.count() if len(out) == MOST_OUT else len(out),
        "done": [listed(one) for one in done[:PAGE]],
        "further": done[PAGE - 1].pk if len(done) > PAGE else "",
        "typed": typed,
        "sentence": sentence,
        "first": "after" not in request.GET,
        "own": own_sheets(request.reach),
    }
    return render(request, "web/paper.html", facts, status=status)


def _after(rows: QuerySet[Sheet], request: Asking) -> QuerySet[Sheet]:
    after = number_of(request.GET.get("after", ""))
    return (rows.filter(pk__lt=after) if after else rows).order_by("-pk")


@require_GET
def sheet(request: Asking, serial: str) -> HttpResponse:
    """The screen that types a sheet in."""
    found = find_sheet(serial, reach=request.reach)
    if found.serial != serial:
        return HttpResponseRedirect(f"/paper/{found.serial}/")
    return _draw(request, found)


def _draw(request: Asking, found: Sheet, *, changed: Shown | None = None, status: int = 200) -> HttpResponse:
    parts = _parts(found)
    first = _first(request, parts, changed)
    listed = SheetRow.objects.filter(sheet=found, place__gte=first, place__lt=first + PART)
    rows = [show(line) for line in lines_of(found, list(listed))]
    if changed is not None:
        rows = [changed if one.line.row.place == changed.line.row.place else one for one in rows]
    facts = {
        "sheet": found,
        "kind": word(*KINDS[found.kind]),
        "place": places([found.area_id])[found.area_id],
        "plan_title": plan_of_sheet(found).title.say(language()),
        "event": found.stage.event,
        "rows": rows,
        "parts": [(part, part.first == first) for part in parts] if len(parts) > 1 else [],
        "next": next((part for part in parts if part.first == first + PART), None),
        "progress": _progress(found),
        "may_type": _may_type(request, found),
        "home": address_of(found.subject.kind, found.subject.pk, found.area_id) if found.subject else "",
    }
    return render(request, "web/paper_sheet.html", facts, status=status)


@dataclass(frozen=True)
class Part:
    """Rows that stand on one screen, from `first` to `last`, and how many of them are open."""

    first: int
    last: int
    left: int


def _parts(found: Sheet) -> list[Part]:
    rows = list(SheetRow.objects.filter(sheet=found).order_by("place").values_list("place", "became"))
    pages = [rows[at : at + PART] for at in range(0, len(rows), PART)]
    return [Part(page[0][0], page[-1][0], sum(became == SheetRow.Became.OPEN for _, became in page)) for page in pages]


def _first(request: Asking, parts: Sequence[Part], changed: Shown | None) -> int:
    """Where the screen begins: at the part of the row just typed or asked for, else at the first with open rows."""
    wanted = changed.line.row.place if changed is not None else number_of(request.GET.get("from", ""))
    for part in parts:
        if part.first <= wanted <= part.last if wanted else part.left:
            return part.first
    return parts[0].first if parts else 1


def _progress(found: Sheet) -> Progress:
    return progress_of([found]).get(found.pk, Progress(0, 0, 0, 0))


def _may_type(request: Asking, found: Sheet) -> bool:
    return request.reach.covers(found.area_id, Right.RECORD) or found.subject_id in request.reach.subjects


def _to_type(request: Asking, serial: str) -> Sheet:
    """The sheet, if the reader may type it in. Raises NoRight and what `find_sheet` raises."""
    found = find_sheet(serial, reach=request.reach)
    if not _may_type(request, found):
        raise without(Right.RECORD)
    return found


@never_cache
@require_POST
def row(request: Asking, serial: str, place: int) -> HttpResponse:
    """Type a row in, or declare (`left`) that nothing stands there, or that it was told by other means.

    For the script (`X-Row`) the row drawn anew and how far the sheet is; for a page without it the whole sheet.
    """
    found = _to_type(request, serial)
    shown, status = _take(request, find_row(found, place))
    return _answer(request, found, shown, status)


def _take(request: Asking, one: SheetRow) -> tuple[Shown, int]:
    left = request.POST.get("left", "")
    if left in (SheetRow.Became.EMPTY, SheetRow.Became.TOLD):
        leave_out(row=one, became=SheetRow.Became(left), by=request.by, now=request.now)
        return _shown(one), 200
    (line,) = lines_of(one.sheet, [one])
    typed = read_row(one.sheet, line, request.POST, now=request.now)
    if not typed.filled.ready:
        return show(line, typed), 422
    assert typed.filled.happened_at is not None
    said = Typed(typed.filled.content, typed.filled.happened_at)
    double = double_of(one, said) if request.POST.get("both") != "yes" else None
    if double is not None:
        return show(line, typed, double=double), 409
    answer = type_in(row=one, typed=said, reach=request.reach, by=request.by, now=request.now)
    sentence = answer.problem.say(language()) if answer.problem else ""
    if answer.outcome is Outcome.REPEATED:
        sentence = word("先前已经录入，没有重复记录。", "It was typed in before; nothing is doubled.")
    if one.became == SheetRow.Became.TYPED:
        return _shown(one, sentence), answer.problem.status if answer.problem else 200
    return show(line, typed, sentence=sentence), answer.problem.status if answer.problem else 200


def _shown(one: SheetRow, sentence: str = "") -> Shown:
    (line,) = lines_of(one.sheet, [one])
    return show(line, sentence=sentence)


def _answer(request: Asking, found: Sheet, shown: Shown, status: int) -> HttpResponse:
    if "X-Row" in request.headers:
        facts = {"shown": shown, "sheet": found, "may_type": True}
        progress = {"progress": _progress(found)}
        said = {
            "row": render_to_string("web/parts/paper_row.html", facts, request),
            "progress": render_to_string("web/parts/paper_progress.html", progress, request),
            "settled": bool(shown.line.row.became),
        }
        return JsonResponse(said, status=status)
    if status != 200:
        return _draw(request, found, changed=shown, status=status)
    place = shown.line.row.place
    return HttpResponseRedirect(f"/paper/{found.serial}/?from={place}#row-{place}")


@never_cache
@require_POST
def withdrawal(request: Asking, serial: str, place: int) -> HttpResponse:
    """Open a row again: what was typed is withdrawn by a record of its own."""
    found = _to_type(request, serial)
    one = find_row(found, place)
    try:
        take_back(row=one, reach=request.reach, by=request.by, now=request.now)
    except Problem as problem:
        return _answer(request, found, _shown(one, problem.say(language())), problem.status)
    return _answer(request, found, _shown(one), 200)


@require_POST
def rest(request: Asking, serial: str) -> HttpResponse:
    """Declare that nothing stands on the rows that are left."""
    found = _to_type(request, serial)
    count = leave_rest(sheet=found, by=request.by, now=request.now)
    messages.success(request, word(f"其余 {count} 行已标为未填。", f"{count} rows are declared empty."))
    return HttpResponseRedirect(f"/paper/{found.serial}/")


@require_POST
def copies(request: Asking, serial: str) -> HttpResponse:
    """Write down that a copy was printed."""
    count_copy(sheet=_to_type(request, serial), by=request.by, now=request.now)
    return HttpResponse(status=204)


@require_GET
def code(request: Asking, code: str) -> HttpResponse:
    """The page of whatever a picture on a door or at a post stands for.

    Raises NoCode, MistypedCode, CodeOfOtherCounty; Http404 for what the reader does not see.
    """
    county, number = read_code(code)
    found = Subject.objects.filter(pk=number).first()
    if found is None or county_of(found.area_id) != county:
        ours = {county_of(low) for spans in request.reach.ranges.values() for low, _ in spans}
        if ours and county not in ours:
            raise CodeOfOtherCounty(county=county)
        raise Http404
    return HttpResponseRedirect(address_of(found.kind, found.pk, found.area_id))


urlpatterns: list[URLPattern] = [
    path("paper/", sheets),
    path("paper/<str:serial>/", sheet),
    path("paper/<str:serial>/rows/<int:place>/", row),
    path("paper/<str:serial>/rows/<int:place>/withdrawal/", withdrawal),
    path("paper/<str:serial>/rest/", rest),
    path("paper/<str:serial>/copies/", copies),
    path("q/<str:code>/", code),
]
