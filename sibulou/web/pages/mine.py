"""One's own list: what was missed and waits for an answer, what is due today, what comes next, what one was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate, localtime
from django.views.decorators.http import require_GET

from sibulou.duty import board
from sibulou.duty.board import Gap, Moment
from sibulou.duty.models import Climb, Obligation, Waiver, not_waived
from sibulou.roster.models import Seat
from sibulou.roster.role import ROLES, Right
from sibulou.web.allow import county_of
from sibulou.web.labels import language, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.present import GapRow, gap_rows
from sibulou.web.sheet import Door, doors

PAGE = 12
"""How many of one duty are shown before the rest is folded away."""
MOST = 500
"""How many are listed at all; the page says so when there are more."""


@dataclass(frozen=True)
class Entry:
    """One obligation on the list, with the links to the forms that meet it."""

    row: GapRow
    doors: Sequence[Door]
    orphan: bool


@dataclass
class Group:
    """The entries of one duty."""

    title: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def first(self) -> list[Entry]:
        return self.entries[:PAGE]

    @property
    def rest(self) -> list[Entry]:
        return self.entries[PAGE:]


@dataclass(frozen=True)
class Part:
    """Missed, today or next."""

    key: str
    title: str
    groups: Sequence[Group]
    goes_on: bool = False
    """Whether the list was cut here, so that there is more than is shown."""

    @property
    def count(self) -> int:
        return sum(len(group.entries) for group in self.groups)

    @property
    def said(self) -> str:
        """How many there are: the number, or that it is at least so many."""
        return f"{self.count}+" if self.goes_on else str(self.count)


@require_GET
def mine(request: Asking) -> HttpResponse:
    """The list."""
    rows = _owed(request)
    own = set(request.reach.seats)
    obligations = list(
        Obligation.objects.filter(pk__in=[row.obligation for row in rows]).select_related("duty", "stage")
    )
    links = doors(obligations, onward=request.path, now=request.now)
    shown = gap_rows(rows, moment=Moment.now(request.now), language=language())
    entries = [Entry(row, links.get(row.gap.obligation, ()), row.gap.seat not in own) for row in shown]
    told, told_in_all = _told(request)
    cuts = _cuts(rows)
    facts = {
        "parts": [part for part in _parts(entries, request.now, cuts) if part.count],
        "seats": _seats(request),
        "told": told,
        "told_in_all": told_in_all,
        "told_groups": _told_groups(told),
        "asked": _to_grant(request),
        "cut": bool(cuts) or told_in_all > len(told),
    }
    return render(request, "web/mine.html", facts)


def _owed(request: Asking) -> list[Gap]:
    horizon = request.now + timedelta(hours=24)
    own = Seat.objects.filter(pk__in=request.reach.seats).values_list("area", flat=True)
    counties = {county_of(area) for area in own}
    found: dict[int, Gap] = {}
    for county in sorted(counties):
        rows = board.mine(request.user.pk, request.reach.seats, area=county, now=request.now, horizon=horizon)
        found |= {row.obligation: row for row in rows}
    return sorted(found.values(), key=lambda row: (row.due_at, row.obligation))


def _cuts(rows: Sequence[Gap]) -> frozenset[int]:
    """The obligations after which a list ends because it is full: one's own, and in each county what fell to one.

    `board.mine` gives no more than MOST of either, those due first.
    """
    lists: dict[int | None, list[int]] = {}
    for row in rows:
        lists.setdefault(county_of(row.area) if row.unowned else None, []).append(row.obligation)
    return frozenset(found[-1] for found in lists.values() if len(found) >= MOST)


def _parts(entries: Sequence[Entry], now: datetime, cuts: frozenset[int] = frozenset()) -> list[Part]:
    today = localdate(now)
    missed = [one for one in entries if one.row.gap.overdue]
    rest = [one for one in entries if not one.row.gap.overdue]
    due_today = [one for one in rest if localtime(one.row.gap.due_at).date() == today]
    later = [one for one in rest if localtime(one.row.gap.due_at).date() != today]
    return [
        _part("missed", ("漏了的", "Missed"), missed, cuts),
        _part("today", ("今天要办", "Due today"), due_today, cuts),
        _part("next", ("接下来", "Next"), later, cuts),
    ]


def _part(key: str, title: tuple[str, str], entries: Sequence[Entry], cuts: frozenset[int]) -> Part:
    goes_on = any(entry.row.gap.obligation in cuts for entry in entries)
    return Part(key, pick(title, language()), _grouped(entries), goes_on)


def _grouped(entries: Sequence[Entry]) -> list[Group]:
    groups: dict[int, Group] = {}
    for entry in entries:
        groups.setdefault(entry.row.gap.duty, Group(entry.row.title)).entries.append(entry)
    return list(groups.values())


def _seats(request: Asking) -> list[tuple[str, str]]:
    rows = list(Seat.objects.filter(pk__in=request.reach.seats).select_related("subject"))
    where = places({row.area_id for row in rows})
    return [
        (ROLES[row.role].label(language()), row.subject.label if row.subject else where[row.area_id]) for row in rows
    ]


@dataclass(frozen=True)
class Told:
    """Something one was told because those below had not answered, and that is still open."""

    row: GapRow
    at: datetime


@dataclass
class ToldGroup:
    """What one was told of one duty, the latest first."""

    title: str
    told: list[Told] = field(default_factory=list)

    @property
    def first(self) -> list[Told]:
        return self.told[:PAGE]

    @property
    def rest(self) -> list[Told]:
        return self.told[PAGE:]


def _told_groups(told: Sequence[Told]) -> list[ToldGroup]:
    groups: dict[int, ToldGroup] = {}
    for one in told:
        groups.setdefault(one.row.gap.duty, ToldGroup(one.row.title)).told.append(one)
    return list(groups.values())


def _told(request: Asking) -> tuple[list[Told], int]:
    """The latest that one was told and that is still open, and how many there are in all."""
    climbs = Climb.objects.filter(
        not_waived(request.now, through="obligation__"),
        seat__in=request.reach.seats,
        step__gt=0,
        obligation__met_at__isnull=True,
    )
    rows = list(climbs.select_related("obligation").order_by("-told_at", "pk")[:MOST])
    answered = board.answerers({climb.obligation.seat_id for climb in rows}, at=request.now)
    gaps = {
        climb.obligation_id: _gap(climb.obligation, request.now, unowned=climb.obligation.seat_id not in answered)
        for climb in rows
    }
    shown = {
        row.gap.obligation: row
        for row in gap_rows(list(gaps.values()), moment=Moment.now(request.now), language=language())
    }
    told = [Told(shown[climb.obligation_id], climb.told_at) for climb in rows if climb.obligation_id in shown]
    return told, len(told) if len(rows) < MOST else climbs.count()


def _gap(row: Obligation, now: datetime, *, unowned: bool) -> Gap:
    return Gap(
        obligation=row.pk,
        duty=row.duty_id,
        subject=row.subject_id,
        area=row.area_id,
        seat=row.seat_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        tell_at=row.tell_at,
        overdue=row.due_at <= now,
        unowned=unowned,
    )


def _to_grant(request: Asking) -> int:
    """How many requests for waivers wait for somebody with one's right."""
    if not request.reach.has(Right.GRANT):
        return 0
    waiting = Waiver.objects.filter(kind=Waiver.Kind.WAIVER, granted_at__isnull=True, refused_at__isnull=True)
    return waiting.exclude(asked_by_id=request.user.pk).count()


urlpatterns: list[URLPattern] = [path("mine/", mine)]
