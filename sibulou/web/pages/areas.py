"""The page of an area: what it is, who answers for it, what it owes, and everything in it that may not be missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from sibulou.duty import board
from sibulou.duty.gap import Books
from sibulou.duty.models import Duty, Strictness
from sibulou.roster.area_key import LEVEL_NAMES, Level, ancestor
from sibulou.roster.areas import full_name_of
from sibulou.roster.models import Area, AreaCode, Subject
from sibulou.roster.role import Right
from sibulou.web.asked import read_asked
from sibulou.web.labels import KIND_WORDS, address_of, language, pick
from sibulou.web.middleware import Asking
from sibulou.web.present import duty_title, tally
from sibulou.web.seat_rows import seat_rows
from sibulou.web.timing_words import timing_words

PAGE = 120
"""Households, or other subjects, on a page."""

THINGS = ("post", "institution", "place")


@require_safe
def area(request: Asking, key: int) -> HttpResponse:
    """The page, without its books, which take a pass over everything and come after."""
    asked = read_asked(request, key)
    found = asked.area
    counts = board.gap_counts(found.pk, asked.moment)
    facts = {
        "asked": asked,
        "level": pick(LEVEL_NAMES[found.at], language()),
        "full_name": full_name_of(found),
        "way": _way(request, found),
        "codes": AreaCode.objects.filter(area=found).order_by("-valid_to", "-valid_from", "id"),
        "tally": tally(counts, chosen=frozenset(), language=language()),
        "seats": seat_rows(found.pk, at=asked.moment.at, language=language()),
        "things": _things(found),
        "may_appoint": request.reach.covers(found.pk, Right.GRANT),
        "changes": _changes(request, found),
        "may_print": found.until is None and found.at >= Level.VILLAGE and _may_print(request, found),
        "parts": Area.objects.filter(parent=found, until__isnull=True) if found.at >= Level.VILLAGE else [],
        "stricter": _stricter(found),
        **_households(found, request.GET.get("after", "")),
    }
    return render(request, "web/area.html", facts)


def _way(request: Asking, found: Area) -> list[tuple[Area, bool]]:
    """The areas above, from the county down, and whether the reader may open each."""
    keys = [ancestor(found.pk, Level(level)) for level in range(Level.COUNTY, found.at)]
    return [(one, request.reach.covers(one.pk, Right.GAPS)) for one in Area.objects.filter(pk__in=keys).order_by("id")]


def _may_print(request: Asking, found: Area) -> bool:
    """A sheet of households names people and is typed in as records: it takes both rights."""
    return request.reach.covers(found.pk, Right.RECORD) and request.reach.covers(found.pk, Right.PEOPLE)


def _changes(request: Asking, found: Area) -> list[tuple[str, str]]:
    """What the reader may do to the roster here: each with its page. An area itself is changed from the level above."""
    doors: list[tuple[tuple[str, str], str]] = []
    if found.until is None and request.reach.covers(found.pk, Right.ROSTER):
        if found.at >= Level.VILLAGE:
            doors.append((("登记一户", "Enter a household"), "households/new/"))
        if found.at >= Level.TOWNSHIP:
            doors += [(("登记卡点", "Enter a post"), "posts/new/"), (("登记场所", "Enter a place"), "places/new/"),
                      (("登记机构", "Enter an institution"), "institutions/new/")]  # fmt: skip
        if found.at < Level.MICRO:
            zh, en = LEVEL_NAMES[found.at.child]
            doors.append(((f"新增{zh}", f"Add a {en}"), "parts/new/"))
        if found.at is Level.VILLAGE:
            doors.append((("村中心的位置", "Where its centre lies"), "whereabouts/"))
    if found.until is None and found.parent_id and request.reach.covers(found.parent_id, Right.ROSTER):
        doors += [(("更名", "Rename"), "name/"), (("变更代码", "Another code"), "codes/new/"),
                  (("撤销或并入", "End or merge"), "end/")]  # fmt: skip
    return [(pick(words, language()), f"/areas/{found.pk}/{door}") for words, door in doors]


def _things(found: Area) -> list[tuple[str, list[tuple[str, str]]]]:
    """Posts, institutions and places that lie in the area itself, each with its page."""
    rows = Subject.objects.filter(area=found, kind__in=THINGS, until__isnull=True).order_by("kind", "label")
    listed = [(row.kind, row.label, address_of(row.kind, row.pk, row.area_id)) for row in rows]
    grouped = [(kind, [(label, link) for one, label, link in listed if one == kind]) for kind in THINGS]
    return [(pick(KIND_WORDS[kind], language()), links) for kind, links in grouped if links]


def _households(found: Area, after: str) -> dict[str, object]:
    """One page of the households of the area itself and of its micro-grids, in the order they were entered."""
    if found.at < Level.GROUP:
        return {"households": [], "further": ""}
    low, high = found.range
    begins = int(after) if after.isdecimal() and len(after) < 19 else 0
    rows = Subject.objects.filter(
        kind="household", area_id__gte=low, area_id__lt=high, until__isnull=True, id__gt=begins
    )
    listed = list(rows.order_by("id").values_list("id", "label")[: PAGE + 1])
    return {"households": listed[:PAGE], "further": listed[PAGE - 1][0] if len(listed) > PAGE else ""}


@dataclass(frozen=True)
class Stricter:
    """A stricter setting in force over an area: of which duty, set where, asking what, since when and by whom."""

    title: str
    where: str
    words: str
    setting: Strictness


def _stricter(found: Area) -> list[Stricter]:
    keys = [ancestor(found.pk, Level(level)) for level in range(Level.COUNTY, found.at + 1)]
    rows = Strictness.objects.filter(area__in=keys, event__ended_at__isnull=True).select_related("area", "duty")
    latest = {(row.duty_id, row.area_id): row for row in rows.order_by("starts_at")}
    return [
        Stricter(duty_title(row.duty, language()), row.area.short_name, timing_words(row.timing, language()), row)
        for row in latest.values()
    ]


@dataclass(frozen=True)
class BookRow:
    """The books of a child or a duty, under its name."""

    name: str
    books: Books
    address: str = ""


@require_safe
def books(request: Asking, key: int) -> HttpResponse:
    """The five standings of the area, its parts and its duties, counted now, and whether they balance.

    A part of the area's page for the script that asks with `X-Part`, a page of its own for whoever follows the link.
    """
    asked = read_asked(request, key)
    table = board.books(asked.area.pk, asked.moment)
    facts = {
        "asked": asked,
        "table": table,
        "checked": request.now,
        "children": _children(request, asked.area, table.by_child),
        "duties": _duties(table.by_duty, asked.area.pk),
    }
    part = "X-Part" in request.headers
    answer = render(request, "web/area_books.html" if part else "web/area_books_page.html", facts)
    patch_vary_headers(answer, ["X-Part"])
    return answer


def _children(request: Asking, found: Area, by_child: Mapping[int, Books]) -> Sequence[BookRow]:
    names = dict(Area.objects.filter(parent=found).values_list("id", "short_name"))
    own = pick(("本级", "its own"), language())
    rows = [BookRow(own, by_child[found.pk])] if found.pk in by_child else []
    keys = sorted({*names, *by_child} - {found.pk})
    return rows + [BookRow(names.get(key, str(key)), by_child.get(key, Books()), f"/areas/{key}/") for key in keys]


def _duties(by_duty: Mapping[int, Books], area: int) -> Sequence[BookRow]:
    rows = Duty.objects.filter(pk__in=by_duty).order_by("front", "id")
    return [BookRow(duty_title(row, language()), by_duty[row.pk], f"/gaps/?area={area}&duty={row.pk}") for row in rows]


urlpatterns = [path("areas/<int:key>/", area), path("areas/<int:key>/books/", books)]
