"""Founding counties from the official divisions, down to the village (issue 2, point 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import Level, ancestor, from_code, level_of
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.divisions import CountyPlan, Division, county
from sibulou.roster.models import Area, AreaCode
from sibulou.roster.problems import AlreadyFounded, CodeTaken

QUERIES = read_queries(Path(__file__).parent / "queries" / "found.sql")


@dataclass(frozen=True)
class NewArea:
    """One area to be put into the tree; its level and parent are read from its key."""

    key: int
    name: str
    short: str
    code: str

    @property
    def level(self) -> Level:
        return level_of(self.key)

    @property
    def parent(self) -> int | None:
        return ancestor(self.key, Level(self.level - 1)) if self.level > Level.PROVINCE else None


def put_areas(rows: Sequence[NewArea], *, since: datetime) -> set[int]:
    """Put areas in, with their codes, and from the county down as subjects: three statements for any number.

    One that stands already stays as it is. Gives the keys that were new. Belongs inside a `deed`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            QUERIES["areas"],
            {
                "key": [row.key for row in rows],
                "level": [int(row.level) for row in rows],
                "parent": [row.parent for row in rows],
                "name": [row.name for row in rows],
                "short": [row.short for row in rows],
            },
        )
        new = {key for (key,) in cursor.fetchall()}
        fresh = [row for row in {row.key: row for row in rows}.values() if row.key in new]
        cursor.execute(QUERIES["codes"], {"key": [r.key for r in fresh], "code": [r.code for r in fresh]})
        owing = [row for row in fresh if row.level >= Level.COUNTY]
        cursor.execute(
            QUERIES["subjects"],
            {"key": [row.key for row in owing], "name": [row.name for row in owing], "since": since},
        )
    return new


def found_county(*, code: str, by: By, now: datetime, since: datetime | None = None) -> Area:
    """Found one county: what is above it, itself, its townships and villages, each with its official code.

    `code` has 6 digits, or 4 for a city without counties. From the county down each area may owe from `since`
    (now). Raises UnknownDivision, NotACounty, AlreadyFounded, CodeTaken, OutOfReach.
    """
    return found_counties(codes=[code], by=by, now=now, since=since)[0]


def found_counties(*, codes: Sequence[str], by: By, now: datetime, since: datetime | None = None) -> list[Area]:
    """Found several counties, all or none; a whole province takes seconds. Raises as `found_county`."""
    plans = {plan.county.code: plan for plan in map(county, codes)}
    with deed():
        for plan in plans.values():
            _check(plan)
        rows = [_new(one) for plan in plans.values() for one in plan.divisions]
        new = put_areas(rows, since=since or now)
        for plan in plans.values():
            key = from_code(plan.county.code)
            if key not in new:
                raise AlreadyFounded(name=plan.county.name, code=plan.county.code)
            audit("county.found", by=by, now=now, area=key, code=plan.county.code, name=plan.full_name,
                  townships=len(plan.townships), villages=len(plan.villages))  # fmt: skip
    return [Area.objects.get(pk=from_code(code)) for code in plans]


def _new(one: Division) -> NewArea:
    return NewArea(from_code(one.code), one.name, one.short, one.code)


def _check(plan: CountyPlan) -> None:
    """No area may hold a code of the county that is about to be founded."""
    code = plan.county.code
    held = AreaCode.objects.filter(code__startswith=code, valid_to__isnull=True).select_related("area")
    holder = held.order_by("code").first()
    if holder is not None and holder.code == code:
        raise AlreadyFounded(name=holder.area.name, code=code)
    if holder is not None:
        raise CodeTaken(code=holder.code, holder=holder.area.name)
