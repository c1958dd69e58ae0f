"""What the screens ask of the kernel: books, gaps, cells and lists, live or as of any moment.

Every number carries the moment it is of (`Moment`): `at`, and `known`, by what was known when. Nothing here is
cached or stored; one index on the open rows carries it, and one on the settled rows the books.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.db import connection

from sibulou.duty.gap import Books, GapKind, balance, unowned_since
from sibulou.duty.models import Duty
from sibulou.lib.sql import read_queries
from sibulou.roster.area_key import Level, ancestor, key_range, level_of, span
from sibulou.roster.models import Seat
from sibulou.roster.role import ROLES

QUERIES = read_queries(Path(__file__).parent / "queries" / "board.sql")
Key = TypeVar("Key")
Vacancies = Mapping[int, datetime | None]
"""The seats nobody answers for, each with the moment from which nobody has (None: nobody ever did)."""

_OWED = "(o.waived_at IS NULL OR o.waived_at > %(heard)s OR COALESCE(o.waived_until <= %(at)s, false))"
"""No waiver holds."""


@dataclass(frozen=True)
class Moment:
    """The moment a number is of: how things stood `at`, by what was known at `known`."""

    at: datetime
    known: datetime
    live: bool = False

    @classmethod
    def now(cls, now: datetime) -> Moment:
        return cls(now, now, live=True)

    def facts(self) -> dict[str, object]:
        return {"at": self.at, "known": self.known, "heard": min(self.at, self.known), "chain_known": self.chain_known}

    @property
    def chain_known(self) -> datetime | None:
        """By what was known when the chain is asked; None: by all that is known."""
        return None if self.live else self.known

    @property
    def parts(self) -> dict[str, str]:
        """The pieces of SQL that say what "unmet" and "waived" mean at this moment."""
        if self.live:
            unmet = "o.met_at IS NULL"
            return dict.fromkeys(("source", "late", "ahead"), "obligation") | {"unmet": unmet, "owed": _OWED}
        pieces = {
            name: QUERIES[name].format(unchanged=QUERIES["unchanged"]) for name in ("open_then", "changed", "moved")
        }
        then = {name: QUERIES[name].format(unchanged=QUERIES["unchanged"], **pieces) for name in ("as_known", "late")}
        return {
            "source": then["as_known"],
            "late": then["late" if self.known >= self.at else "as_known"],
            "ahead": then["as_known"],
            "unmet": "(o.met_at IS NULL OR o.met_at > %(at)s OR o.known_at > %(known)s)",
            "owed": _OWED,
        }


@dataclass(frozen=True)
class Filter:
    """Which gaps are wanted; empty means all. `role` is the owner's."""

    kinds: frozenset[GapKind] = frozenset()
    fronts: frozenset[str] = frozenset()
    duty: int | None = None
    role: str | None = None


@dataclass(frozen=True)
class Gap:
    """One gap as a list shows it. `since` is the minute from which it is one: the due moment; before it is due, the
    minute from which nobody answers for it. `vacant_since` is the seat's (None: answered for, or nobody ever did).
    """

    obligation: int
    duty: int
    subject: int
    area: int
    seat: int
    opened_at: datetime
    due_at: datetime
    tell_at: datetime
    overdue: bool
    unowned: bool
    vacant_since: datetime | None = None

    @property
    def since(self) -> datetime:
        return self.due_at if self.overdue else self.unowned_since

    @property
    def unowned_since(self) -> datetime:
        """Since when nobody answers for it, of one that is unowned."""
        return unowned_since(self.opened_at, self.vacant_since)


def _gaps(rows: Iterable[Sequence[Any]], vacant: Vacancies) -> list[Gap]:
    return [Gap(*(*row, vacant.get(row[4]))) for row in rows]


def _run(name: str, moment: Moment, facts: Mapping[str, object]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        told: dict[str, Any] = {**moment.facts(), **facts}
        cursor.execute(_statement(name, moment), told)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _statement(name: str, moment: Moment) -> str:
    """A statement with the pieces of this moment in place."""
    parts = moment.parts
    parts = {key: text.format(**parts) for key, text in parts.items()}
    parts |= {"wanted": QUERIES["wanted"], "by_child": QUERIES["by_child"]}
    for part in ("overdue_rows", "unowned_rows", "gap_rows", "standing_counts"):
        parts[part] = QUERIES[part].format(**parts)
    return QUERIES[name].format(**parts)


def vacant_seats(area: int, moment: Moment) -> Vacancies:
    """The seats nobody answers for, in the county that `area` lies in (a seat may sit above what it owes)."""
    low, high = key_range(ancestor(area, min(Level.COUNTY, level_of(area))))
    return dict(_run("vacant", moment, {"low": low, "high": high}))


def duties() -> dict[int, Duty]:
    """All duties by number."""
    return Duty.objects.in_bulk()


def _facts(area: int, vacant: Vacancies, wanted: Filter) -> dict[str, object]:
    """What every query for gaps is told: where, on which vacant seats and since when, and what is wanted."""
    low, high = key_range(area)
    return {
        "low": low,
        "high": high,
        "vacant": list(vacant),
        "vacant_since": list(vacant.values()),
        "duties": _duties_of(wanted),
        "kind_duties": _duties_of_kinds(wanted.kinds),
        "want_unowned": GapKind.UNOWNED in wanted.kinds,
        "role": wanted.role,
        "ahead": bool(vacant),
    }


def _duties_of(wanted: Filter) -> list[int] | None:
    """The duties of the fronts and the duty asked for; None: all."""
    if wanted.duty is None and not wanted.fronts:
        return None
    return [
        duty.pk
        for duty in duties().values()
        if wanted.duty in (None, duty.pk) and (not wanted.fronts or duty.front in wanted.fronts)
    ]


def _duties_of_kinds(kinds: frozenset[GapKind]) -> list[int] | None:
    """The duties that are of these kinds when overdue; None: no kind was asked for, all are wanted."""
    return [duty.pk for duty in duties().values() if GapKind(duty.gap) in kinds] if kinds else None


@dataclass(frozen=True)
class BookTable:
    """The books of an area: the whole, and the same obligations by child and duty, each counted by itself."""

    area: int
    moment: Moment
    whole: Books
    cells: Mapping[tuple[int, int], Books]

    @cached_property
    def by_duty(self) -> Mapping[int, Books]:
        """The books of each duty."""
        return _added((duty, found) for (_, duty), found in self.cells.items())

    @cached_property
    def by_child(self) -> Mapping[int, Books]:
        """The books of each area right under this one; what it owes itself stands under its own key."""
        return _added((child, found) for (child, _), found in self.cells.items())

    @property
    def balanced(self) -> bool:
        """Whether the parts make the whole, in every cell, and all cells make the area."""
        return balance(self.whole, list(self.cells.values()), Books())


def _added(parts: Iterable[tuple[Key, Books]]) -> dict[Key, Books]:
    added: dict[Key, Books] = {}
    for key, found in parts:
        added[key] = added.get(key, Books()) + found
    return added


def books(area: int, moment: Moment) -> BookTable:
    """The books of `area` and of the areas right under it; what it owes itself stands under its own key."""
    low, high = key_range(area)
    facts = {
        "low": low,
        "high": high,
        "span": span(Level(min(level_of(area) + 1, Level.MICRO))),
        "vacant": list(vacant_seats(area, moment)),
    }
    rows = _run("live_books" if moment.live else "books", moment, facts)
    lines = [((child, duty), Books(*found)) for child, duty, *found in rows]
    whole = sum((found for (child, _), found in lines if child is None), Books())
    return BookTable(area, moment, whole, _added((place, found) for place, found in lines if place[0] is not None))


@dataclass(frozen=True)
class GapCount:
    """Gaps of one duty in one child area."""

    child: int
    duty: int
    overdue: bool
    unowned: bool
    gaps: int
    since: datetime


def gap_counts(
    area: int,
    moment: Moment,
    *,
    level: Level | None = None,
    wanted: Filter = Filter(),
    vacant: Vacancies | None = None,
) -> list[GapCount]:
    """Gaps under `area`, by areas of `level` (default: right under it), duty and ownership.

    `vacant`: what `vacant_seats` says of the same area and moment, where a page has asked already.
    """
    level = level or Level(min(level_of(area) + 1, Level.MICRO))
    vacant = vacant_seats(area, moment) if vacant is None else vacant
    rows = _run("gap_counts", moment, _facts(area, vacant, wanted) | {"span": span(level)})
    return [GapCount(*row) for row in rows]


@dataclass(frozen=True)
class Page:
    """Where a page of gaps begins: after this due moment and number."""

    due_at: datetime
    obligation: int


def gap_page(
    area: int,
    moment: Moment,
    *,
    wanted: Filter = Filter(),
    after: Page | None = None,
    limit: int = 50,
    vacant: Vacancies | None = None,
) -> list[Gap]:
    """One page of gaps under `area`, the oldest first; the next begins after the last of this one.

    What is overdue comes before what is not yet due and unowned: a page that the former fills need not look for the
    latter, which in the past means a pass over all that was settled.
    """
    vacant = vacant_seats(area, moment) if vacant is None else vacant
    facts = {
        **_facts(area, vacant, wanted),
        "after_due": after and after.due_at,
        "after_id": after and after.obligation,
        "limit": limit,
    }
    rows = _run("gap_page", moment, facts | {"ahead": False})
    if len(rows) < limit and vacant:
        rows = _run("gap_page", moment, facts)
    return _gaps(rows, vacant)


def each_gap(area: int, moment: Moment, *, wanted: Filter = Filter(), at_once: int = 1000) -> Iterator[list[Gap]]:
    """Every gap under `area`, the oldest first, some at a time, all of one snapshot and in bounded memory.

    Needs an open transaction, which stays open until the last is read.
    """
    vacant = vacant_seats(area, moment)
    facts: dict[str, Any] = {
        **moment.facts(),
        **_facts(area, vacant, wanted),
        "after_due": None,
        "after_id": None,
        "limit": None,
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement("gap_page", moment), facts)
        while rows := cursor.fetchmany(at_once):
            yield _gaps(rows, vacant)


def gaps_of(subjects: Sequence[int], area: int, moment: Moment, *, wanted: Filter = Filter()) -> list[Gap]:
    """The gaps of these subjects under `area`, the oldest first."""
    vacant = vacant_seats(area, moment)
    facts = {**_facts(area, vacant, wanted), "subjects": list(subjects)}
    return _gaps(_run("cell_gaps", moment, facts), vacant)


class Cell(NamedTuple):
    """Gaps at one cell of the Net: a household with its people, or one other subject.

    A reader who may not see people gets theirs by area: `subject` is None and `kind` empty.
    """

    subject: int | None
    area: int
    kind: str
    duty: int
    overdue: bool
    unowned: bool
    gaps: int


def cells(area: int, moment: Moment, *, wanted: Filter = Filter()) -> list[Cell]:
    """The Net's live part: only cells with gaps."""
    return [Cell(*row) for row in _run("cells", moment, _facts(area, vacant_seats(area, moment), wanted))]


@dataclass(frozen=True)
class Climbed:
    """One telling beyond the owner; `step` counts the levels, `told` is the name, `stands_open` whether it helped."""

    obligation: int
    step: int
    told_at: datetime
    seat: int
    told: str
    duty: int
    subject: int
    area: int
    stands_open: bool


def climbed(area: int, moment: Moment, *, limit: int = 8) -> list[Climbed]:
    """The latest tellings beyond the owner under `area`, of the three days before the moment."""
    low, high = key_range(area)
    return [Climbed(*row) for row in _run("climbed", moment, {"low": low, "high": high, "limit": limit})]


def seat_list(seats: Sequence[int], *, now: datetime, horizon: datetime, limit: int = 500) -> list[Gap]:
    """What these seats owe up to `horizon`: what is overdue stays on it until it is answered (L7)."""
    rows = _run("seat_list", Moment.now(now), {"seats": list(seats), "horizon": horizon, "limit": limit})
    return [Gap(*row) for row in rows]


def trend(area: int, moments: Sequence[datetime]) -> list[tuple[datetime, int]]:
    """How many obligations were overdue at each of some moments, as it was known at each."""
    low, high = key_range(area)
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {"low": low, "high": high, "moments": list(moments), "last": max(moments)}
        cursor.execute(QUERIES["trend"], facts)
        return [(at, gaps) for at, gaps in cursor.fetchall()]


@dataclass(frozen=True)
class Answerer:
    """Who answers for a seat: `rank` 0 the holder, 1 a stand-in, 2 a deputy."""

    user: int
    rank: int


def answerers(seats: Iterable[int], *, at: datetime, known: datetime | None = None) -> dict[int, Answerer]:
    """Who answers for each of these seats, as known at `known` (None: now); those not in the result are vacant."""
    wanted = sorted(set(seats))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(area_id), max(area_id) FROM seat WHERE id = ANY (%s)", [wanted])
        low, high = cursor.fetchone()
        if low is None:
            return {}
        cursor.execute(
            "SELECT seat_id, user_id, rank FROM answering(%s, %s, %s, %s) WHERE seat_id = ANY (%s)",
            [low, high + 1, at, known, wanted],
        )
        return {seat: Answerer(user, rank) for seat, user, rank in cursor.fetchall()}


def heirs(seats: Sequence[int], *, at: datetime) -> dict[int, int]:
    """For each vacant seat the nearest seat above that somebody answers for: whose list its obligations are on (L1)."""
    rows = {row.pk: row for row in Seat.objects.filter(pk__in=seats)}
    ladder: dict[int, list[tuple[str, int]]] = {
        pk: [(role, ancestor(row.area_id, level)) for role, level in _above(row.role)] for pk, row in rows.items()
    }
    wanted = {place for places in ladder.values() for place in places}
    above = {
        (seat.role, seat.area_id): seat.pk
        for seat in Seat.objects.filter(
            role__in={role for role, _ in wanted}, area_id__in={area for _, area in wanted}, subject__isnull=True
        )
    }
    answered = answerers(above.values(), at=at)
    found: dict[int, int] = {}
    for pk, places in ladder.items():
        for place in places:
            seat = above.get(place)
            if seat is not None and seat in answered:
                found[pk] = seat
                break
    return found


def _above(role: str) -> list[tuple[str, Level]]:
    """The roles above one, nearest first, each with the level it sits at."""
    places: list[tuple[str, Level]] = []
    superior = ROLES[role].superior
    while superior is not None:
        level = ROLES[superior].level
        if level is not None:
            places.append((superior, level))
        superior = ROLES[superior].superior
    return places


def mine(user: int, seats: Sequence[int], *, area: int, now: datetime, horizon: datetime) -> list[Gap]:
    """What a user answers for now: his seats as far as he answers for them, and what hangs on vacant seats below."""
    answered = answerers(seats, at=now)
    own = [seat for seat, who in answered.items() if who.user == user]
    vacant = vacant_seats(area, Moment.now(now))
    orphaned = [seat for seat, heir in heirs(list(vacant), at=now).items() if heir in own]
    rows = seat_list(own, now=now, horizon=horizon)
    rows += [
        replace(row, unowned=True, vacant_since=vacant[row.seat]) for row in seat_list(orphaned, now=now, horizon=now)
    ]
    return sorted(rows, key=lambda row: (row.due_at, row.obligation))
