"""Joint control (联控): every level of the tree answers for itself; places are treated."""

from __future__ import annotations

from pathlib import Path

from sibulou.duty.scope import Scope
from sibulou.duty.scope import register as register_scope
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import Level

_AREAS = (
    ("areas.county", Level.COUNTY, "县", "the county"),
    ("areas.townships", Level.TOWNSHIP, "乡镇（街道）", "townships"),
    ("areas.villages", Level.VILLAGE, "村（社区）", "villages"),
    ("areas.groups", Level.GROUP, "村（居）民小组", "groups"),
    ("areas.units", Level.MICRO, "微网格", "micro-grids"),
)


def register() -> None:
    """Register the scopes of this front."""
    queries = read_queries(Path(__file__).with_name("scopes.sql"))
    for key, level, zh, en in _AREAS:
        register_scope(Scope(key, "area", zh, en, queries["areas"].format(level=int(level))))
    register_scope(Scope("places.public", "place", "公共场所", "public places", queries["places"]))
