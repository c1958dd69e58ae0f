"""What a board page was asked: which area, as of which moment, and which gaps; read from the address."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from sibulou.duty.board import Filter, Moment
from sibulou.duty.gap import GapKind
from sibulou.duty.models import Duty
from sibulou.duty.plan_parts import FRONTS
from sibulou.lib.problem import Problem
from sibulou.roster.access import area_for
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Area
from sibulou.roster.role import ROLES, Right
from sibulou.web.allow import roots
from sibulou.web.middleware import Asking


class UnknownChoice(Problem):
    """The address asks for something that a board cannot choose by. The facts are `field` and `given`."""

    number = "400.10"
    zh = "筛选条件 {field} 的值“{given}”无法识别。请清除筛选，在页面上重新选择。"
    en = "The choice {field} has the value “{given}”, which means nothing here. Clear the choices and choose again."


def number_asked(text: str, field: str) -> int | None:
    """A number in an address; None where it is empty. Raises UnknownChoice for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise UnknownChoice(field=field, given=text[:40])
    return int(text)


@dataclass(frozen=True)
class Asked:
    """One area within the reader's reach, the widest of his that it lies in, a moment, and the gaps wanted."""

    area: Area
    root: int
    moment: Moment
    wanted: Filter
    chosen: Mapping[str, str | list[str]]

    def query(self, **changed: object) -> str:
        """This choice as the query of an address, with some of it changed; None takes a part out."""
        parts: dict[str, object] = {"area": self.area.pk, **self.chosen, **changed}
        said = [
            (key, str(one)) for key, value in parts.items() for one in (value if isinstance(value, list) else [value])
        ]
        return urlencode([(key, text) for key, text in said if text not in ("", "None")])


def read_asked(request: Asking, key: int | None = None) -> Asked:
    """What the address asks for; of the area `key`, else the one it names, else the reader's widest.

    Raises UnknownChoice; Http404 for an area outside the reader's reach.
    """
    given = request.GET
    widest = roots(request.reach, Right.GAPS)
    if key is None:
        key = _number("area", given.get("area", "")) or next(iter(widest), None)
    if key is None:
        raise Http404
    area = area_for(request.reach, key, to=Right.GAPS)
    root = next(root for root in widest if root <= key < key_range(root)[1])
    return Asked(area, root, read_moment(given, now=request.now), _wanted(given), _chosen(given))


def read_moment(given: QueryDict, *, now: datetime) -> Moment:
    """`at`, in the county's zone if it names none, with today's knowledge or (`known=then`) that of its own time."""
    text = given.get("at", "").strip()
    if not text:
        return Moment.now(now)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UnknownChoice(field="at", given=text[:40]) from None
    if not 1970 < at.year < 2200:
        raise UnknownChoice(field="at", given=text[:40])
    at = at if at.tzinfo else at.replace(tzinfo=timezone.get_default_timezone())
    if at >= now:
        return Moment.now(now)
    return Moment(at, at if given.get("known") == "then" else now)


def _wanted(given: QueryDict) -> Filter:
    kinds = _among("kind", [text for text in given.getlist("kind") if text], [str(kind) for kind in GapKind])
    fronts = _among("front", [text for text in given.getlist("front") if text], FRONTS)
    role = given.get("role", "")
    duty = _number("duty", given.get("duty", ""))
    if duty is not None and not Duty.objects.filter(pk=duty).exists():
        raise UnknownChoice(field="duty", given=duty)
    return Filter(
        kinds=frozenset(map(GapKind, kinds)),
        fronts=frozenset(fronts),
        duty=duty,
        role=_among("role", [role], ROLES)[0] if role else None,
    )


def _among(field: str, given: list[str], allowed: Container[str]) -> list[str]:
    for text in given:
        if text not in allowed:
            raise UnknownChoice(field=field, given=text[:40])
    return given


def _number(field: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise UnknownChoice(field=field, given=text[:40])
    return int(text)


def _chosen(given: QueryDict) -> dict[str, str | list[str]]:
    lists = {key: given.getlist(key) for key in ("kind", "front")}
    return {**lists, **{key: given.get(key, "") for key in ("duty", "role", "at", "known")}}
