"""The Net as data: where everything is, sent once, and what is wrong now, sent often. Both small enough for a phone.

Keys of areas have 18 digits, more than a number of JavaScript holds, so they travel as text; numbers of subjects
travel as differences, each from the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from django.db import connection
from django.db.models import Q

from sibulou.duty.board import Cell, duties
from sibulou.duty.gap import GapKind
from sibulou.duty.models import Event
from sibulou.fronts.defence.models import Shift
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import Level, ancestor, key_range, level_of
from sibulou.roster.models import Area
from sibulou.web.present import kinds_of

QUERIES = read_queries(Path(__file__).parent / "queries" / "net.sql")
WORST_FIRST = tuple(GapKind)


def deltas(numbers: Iterable[int]) -> list[int]:
    """Rising numbers as differences: the first, then how much each is more than the one before."""
    listed = list(numbers)
    return [*listed[:1], *(later - earlier for earlier, later in pairwise(listed))]


def roster_version() -> int:
    """A number that moves with every change of the roster, read without reading the roster."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["version"])
        (version,) = cursor.fetchone()
    return int(version)


def layout(root: int) -> dict[str, object]:
    """The areas under `root` down to the group, and under each the numbers of what a cell or mark stands for.

    `areas`: [key, name, level], parents first; `cells`: by group, households as differences; `marks`: by area,
    [kind, differences]. What stands in a micro-grid is told under its group.
    """
    low, high = key_range(root)
    top = min(level_of(root), Level.VILLAGE)
    above = {ancestor(root, Level(level)) for level in range(Level.COUNTY, top + 1)}
    under = Q(id__gte=low, id__lt=high, level__lte=Level.GROUP)
    areas = Area.objects.filter(under | Q(pk__in=above)).values_list("id", "short_name", "level")
    cells: dict[int, list[int]] = {}
    marks: dict[int, dict[str, list[int]]] = {}
    for area, kind, ids in _roster(low, high):
        place = ancestor(area, min(Level.GROUP, level_of(area)))
        if kind == "household":
            cells.setdefault(place, []).extend(ids)
        else:
            marks.setdefault(place, {}).setdefault(kind, []).extend(ids)
    return {
        "version": roster_version(),
        "root": str(root),
        "areas": [[str(pk), name, level] for pk, name, level in areas],
        "cells": {str(place): deltas(sorted(ids)) for place, ids in cells.items()},
        "marks": {
            str(place): [[kind, deltas(sorted(ids))] for kind, ids in kinds.items()] for place, kinds in marks.items()
        },
    }


def _roster(low: int, high: int) -> list[tuple[int, str, list[int]]]:
    since = Event.objects.filter(ended_at__isnull=True).order_by("started_at").values_list("started_at", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["roster"], {"low": low, "high": high, "since": since.first()})
        rows: list[tuple[int, str, list[int]]] = cursor.fetchall()
    return rows


def burning(found: Sequence[Cell]) -> dict[str, object]:
    """Only what has gaps: `ids` as differences, `kinds` with one digit each for the worst, `gaps` their numbers.

    `hidden`: [area, worst, gaps] of what the reader may not see; `duties` counts gaps by duty, for the select.
    """
    named = duties()
    post_of = _posts_of(found)
    worst: dict[int, int] = {}
    gaps: dict[int, int] = {}
    hidden: dict[int, tuple[int, int]] = {}
    for cell in found:
        kind = WORST_FIRST.index(kinds_of(named[cell.duty], overdue=cell.overdue, unowned=cell.unowned)[0])
        if cell.subject is None:
            before = hidden.get(cell.area, (len(WORST_FIRST), 0))
            hidden[cell.area] = min(before[0], kind), before[1] + cell.gaps
        else:
            mark = post_of.get(cell.subject, cell.subject)
            worst[mark] = min(worst.get(mark, kind), kind)
            gaps[mark] = gaps.get(mark, 0) + cell.gaps
    order = sorted(worst)
    return {
        "ids": deltas(order),
        "kinds": "".join(str(worst[one]) for one in order),
        "gaps": [gaps[one] for one in order],
        "hidden": [[str(area), kind, count] for area, (kind, count) in sorted(hidden.items())],
        "total": sum(cell.gaps for cell in found),
    }


def _posts_of(found: Sequence[Cell]) -> dict[int, int]:
    """The post of every shift among these: what is missed in a shift burns there."""
    numbers = {cell.subject for cell in found if cell.subject is not None}
    return {
        shift: post
        for shift, post in Shift.objects.filter(subject__in=numbers).values_list("subject_id", "post_id")
        if shift is not None
    }


def began(root: int, *, now: datetime) -> datetime:
    """When the earliest event running over `root` started: where the time slider begins; `now` without one."""
    county = ancestor(root, min(Level.COUNTY, level_of(root)))
    events = Event.objects.filter(area_id=county, ended_at__isnull=True).order_by("started_at")
    return events.values_list("started_at", flat=True).first() or now
