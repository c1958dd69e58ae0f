"""Where somebody draws up the sheets of his own seats: a post's shift, a group's or village's day."""

from __future__ import annotations

from collections.abc import Iterable

from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level, level_of
from sibulou.roster.models import Seat
from sibulou.roster.role import ROLES, Right
from sibulou.web.labels import places, word

SHIFTS = ("post", "place", "institution")
"""The kinds of subjects whose seats keep a sheet of lines."""
MOST = 6
"""How many are offered: who sits in more finds the rest on their pages."""


def keeps_paper(reach: Reach) -> bool:
    """Whether sheets are anything to him: he records in an area, or heads a post, a place or an institution."""
    return reach.has(Right.RECORD) or any(set(ROLES[role].on) & set(SHIFTS) for role in reach.roles if role in ROLES)


def own_sheets(reach: Reach) -> list[tuple[str, str]]:
    """Words and address of each page on which he draws up a sheet of his own."""
    seats = Seat.objects.filter(pk__in=reach.seats).select_related("subject").order_by("pk")
    found = [*_shifts(seats), *_days(seats, reach)]
    return found[:MOST]


def _shifts(seats: Iterable[Seat]) -> list[tuple[str, str]]:
    return [
        (
            word(f"打印班表：{one.subject.label}", f"Shift's sheet: {one.subject.label}"),
            f"/subjects/{one.subject.pk}/paper/",
        )
        for one in seats
        if one.subject is not None and one.subject.kind in SHIFTS and one.subject.until is None
    ]


def _days(seats: Iterable[Seat], reach: Reach) -> list[tuple[str, str]]:
    keys = dict.fromkeys(
        one.area_id for one in seats
        if one.subject is None and level_of(one.area_id) >= Level.VILLAGE
        and reach.covers(one.area_id, Right.RECORD) and reach.covers(one.area_id, Right.PEOPLE)
    )  # fmt: skip
    where = places(set(keys))
    return [(word(f"打印入户日表：{where[key]}", f"Day's round: {where[key]}"), f"/areas/{key}/paper/") for key in keys]
