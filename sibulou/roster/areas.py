"""Finding an area, and saying where it is."""

from __future__ import annotations

from datetime import date

from django.db.models import F, Q

from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.divisions import HEADINGS, full_name
from sibulou.roster.models import Area, AreaCode
from sibulou.roster.problems import UnknownArea


def area_by_code(code: str, on: date | None = None) -> Area:
    """The area that holds a code on a day; without a day who holds it now, else who held it last.

    Raises UnknownArea.
    """
    rows = AreaCode.objects.filter(code=code).select_related("area")
    if on is not None:
        rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    found = rows.order_by(F("valid_to").desc(nulls_first=True)).first()
    if found is None:
        raise UnknownArea(code=code)
    return found.area


def code_of(area: Area, on: date | None = None) -> str:
    """The area's code on a day, or its last one; blank where it had none then."""
    rows = AreaCode.objects.filter(area=area)
    if on is not None:
        rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on))
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return rows.order_by(F("valid_to").desc(nulls_first=True)).values_list("code", flat=True).first() or ""


def way_to(area: Area) -> list[Area]:
    """The areas from the province down to this one, without headings that are no units."""
    keys = [ancestor(area.id, Level(level)) for level in range(1, area.level + 1)]
    return [one for one in Area.objects.filter(pk__in=keys).order_by("id") if not is_heading(one)]


def full_name_of(area: Area) -> str:
    """The full name from the province down: 云南省玉溪市易门县龙泉街道."""
    return full_name(one.name for one in way_to(area))


def is_heading(area: Area) -> bool:
    """Whether the area only keeps a place in the tree where no prefecture is."""
    return area.level == Level.PREFECTURE and area.name in HEADINGS
