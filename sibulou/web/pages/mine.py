"""One's own list: what was missed and waits for an answer, what is due today, what comes next, what one was told.

Every number counts all there is. Of each duty the first few are listed, and the rest on pages of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.utils.timezone import localdate, make_aware
from django.views.decorators.http import require_GET

from sibulou.duty import board
from sibulou.duty.board import Moment, Page
from sibulou.duty.models import WAITING, Duty, Obligation, Waiver
from sibulou.duty.own_list import PARTS, Clock, Listed, owed_first, owed_page, seats_of, told_first, told_page
from sibulou.fronts.control.models import Order
from sibulou.fronts.defence.calendar_file import own_shifts
from sibulou.fronts.defence.models import Standing
from sibulou.fronts.defence.stores.giving import keeps_stock
from sibulou.fronts.defence.swapping import own_member
from sibulou.roster.models import Seat, Subject
from sibulou.roster.role import ROLES, Right
from sibulou.web.labels import language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.order_rows import orders_behind
from sibulou.web.pages.gaps import read_page
from sibulou.web.paper_doors import own_sheets
from sibulou.web.present import GapRow, duty_title, gap_rows
from sibulou.web.sheet import Door, doors

NAMED = 4
"""How many places of a role are named above one's list; the others are counted."""
FIRST = 6
"""How many of one duty are listed before its own page."""
PAGE = 50
"""How many that page lists at a time."""
AHEAD = timedelta(hours=24)
TOLD = "told"
_TITLES = {
    "missed": ("漏了的", "Missed"),
    "today": ("今天要办", "Due today"),
    "next": ("接下来", "Next"),
    TOLD: ("下级没办、报到我这里的", "Told to me because it was not answered below"),
}


@dataclass(frozen=True)
class Entry:
    """One obligation on the list, with the links to the forms that meet it, and (of what one was told) when.

    `order`: the order behind it, if there is one."""

    row: GapRow
    doors: Sequence[Door]
    orphan: bool
    told_at: datetime | None
    order: Order | None = None


@dataclass
class Group:
    """The first entries of one duty in one part, and how many it has there in all."""

    part: str
    duty: int
    title: str
    count: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def rest(self) -> int:
        """How many are on its own page only."""
        return self.count - len(self.entries)


@dataclass(frozen=True)
class Part:
    """Missed, today, next, or told."""

    key: str
    title: str
    groups: Sequence[Group]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


@require_GET
def mine(request: Asking) -> HttpResponse:
    """The list; with `part` and `duty` in the address, one page of that duty there."""
    if "part" in request.GET:
        return _one(request)
    clock = _clock(request.now)
    listed = owed_first(seats_of(request.user.pk, request.reach.seats, now=request.now), clock, first=FIRST)
    told = told_first(request.reach.seats, now=request.now, first=FIRST)
    facts = {
        "parts": _parts([*listed, *told], request),
        "seats": _seats(request),
        "owes": Obligation.objects.filter(seat__in=request.reach.seats).exists(),
        "asked": _to_grant(request),
        "paper": own_sheets(request.reach),
        "shifts": _shifts(request),
        "stores": _stores(request),
    }
    return render(request, "web/mine.html", facts)


def _clock(now: datetime) -> Clock:
    return Clock(now, make_aware(datetime.combine(localdate(now) + timedelta(days=1), time())), now + AHEAD)


def _parts(listed: Sequence[Listed], request: Asking) -> list[Part]:
    groups: dict[tuple[str, int], Group] = {}
    for one, entry in zip(listed, _entries(listed, request), strict=True):
        place = one.part, one.gap.duty
        if place not in groups:
            groups[place] = Group(*place, entry.row.title, one.in_all)
        groups[place].entries.append(entry)
    parts = [
        Part(key, pick(title, language()), [group for group in groups.values() if group.part == key])
        for key, title in _TITLES.items()
    ]
    return [part for part in parts if part.groups]


def _entries(listed: Sequence[Listed], request: Asking) -> list[Entry]:
    """These in words; of what one was told, whether anybody answers for it; of what one owes, the forms."""
    vacant = _vacant([one.gap.seat for one in listed if one.part == TOLD], request.now)
    gaps = [replace(one.gap, unowned=one.gap.unowned or one.gap.seat in vacant) for one in listed]
    rows = gap_rows(gaps, moment=Moment.now(request.now), language=language())
    links = _doors([one.gap.obligation for one in listed if one.part != TOLD], request)
    ordered = orders_behind([one.gap.obligation for one in listed])
    return [
        Entry(row, links.get(row.gap.obligation, ()) if one.part != TOLD else (), one.part != TOLD and one.gap.unowned,
              one.told_at, ordered.get(row.gap.obligation))
        for one, row in zip(listed, rows, strict=True)
    ]  # fmt: skip


def _vacant(seats: Sequence[int], now: datetime) -> frozenset[int]:
    return frozenset(seats) - board.answerers(seats, at=now).keys()


def _doors(obligations: Sequence[int], request: Asking) -> Mapping[int, Sequence[Door]]:
    if not obligations:
        return {}
    rows = Obligation.objects.filter(pk__in=obligations).select_related("duty")
    return doors(list(rows), onward=request.get_full_path(), now=request.now)


def _one(request: Asking) -> HttpResponse:
    """One page of one duty in one part. Raises UnknownChoice for a place that is none."""
    part = request.GET["part"]
    duty = _duty(request.GET.get("duty", ""))
    if part not in _TITLES:
        raise Http404
    after = read_page(request.GET.get("after", ""))
    found = _page(request, part, duty.pk, after)
    further = ""
    if len(found) > PAGE:
        last = found[PAGE - 1]
        further = f"{(last.told_at or last.gap.due_at).isoformat()}|{last.gap.obligation}"
    facts = {
        "part": part,
        "title": pick(_TITLES[part], language()),
        "duty": duty_title(duty, language()),
        "entries": _entries(found[:PAGE], request),
        "query": urlencode({"part": part, "duty": str(duty.pk)}),
        "further": further,
        "later": after is not None,
    }
    return render(request, "web/mine_duty.html", facts)


def _page(request: Asking, part: str, duty: int, after: Page | None) -> list[Listed]:
    if part == TOLD:
        return told_page(request.reach.seats, now=request.now, duty=duty, after=after, limit=PAGE + 1)
    assert part in PARTS
    seats = seats_of(request.user.pk, request.reach.seats, now=request.now)
    return owed_page(seats, _clock(request.now), part=part, duty=duty, after=after, limit=PAGE + 1)


def _duty(text: str) -> Duty:
    found = Duty.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 10 else None
    if found is None:
        raise Http404
    return found


def _seats(request: Asking) -> list[tuple[str, str]]:
    """Each role one sits in, and where: the first few by name and the rest by number, as for the shifts of a week."""
    rows = list(Seat.objects.filter(pk__in=request.reach.seats).select_related("subject").order_by("pk"))
    where = places({row.area_id for row in rows})
    of_role: dict[str, list[str]] = {}
    for row in rows:
        of_role.setdefault(row.role, []).append(row.subject.label if row.subject else where[row.area_id])
    return [(ROLES[role].label(language()), _first_few(named)) for role, named in of_role.items()]


def _first_few(named: Sequence[str]) -> str:
    listed = pick(("、", ", "), language()).join(named[:NAMED])
    if len(named) <= NAMED:
        return listed
    return pick((f"{listed}等 {len(named)} 处", f"{listed} and {len(named) - NAMED} more"), language())


def _shifts(request: Asking) -> Sequence[Standing]:
    """One's own next shifts, if one belongs to the force."""
    member = own_member(request.user.pk)
    return own_shifts(member, since=request.now)[:2] if member else ()


def _stores(request: Asking) -> list[Subject]:
    """The posts and stores that one keeps oneself, whose supplies one counts and signs for."""
    own = Subject.objects.filter(pk__in=request.reach.subjects, kind__in=("post", "place"), until=None)
    return [one for one in own.select_related("place").order_by("pk") if keeps_stock(one)]


def _to_grant(request: Asking) -> int:
    """How many requests for waivers wait for somebody with one's right."""
    if not request.reach.has(Right.GRANT):
        return 0
    waiting = Waiver.objects.filter(WAITING)
    return waiting.exclude(asked_by_id=request.user.pk).count()


urlpatterns: list[URLPattern] = [path("mine/", mine)]
