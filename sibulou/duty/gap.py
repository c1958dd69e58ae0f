"""What a gap is, in plain values. The SQL in `queries/` says the same thing fast; generated counties must agree.

An obligation is one duty, for one subject, in one window. Whether it is pending, overdue, met, met late or waived
is never stored: it is computed from the obligation's moments, at a moment T, as it was known at a moment K.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sibulou.roster.area_key import key_range


class Standing(StrEnum):
    """Where an obligation stands."""

    PENDING = "pending"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"


STANDING_WORDS: dict[Standing, tuple[str, str]] = {
    Standing.PENDING: ("待办", "pending"),
    Standing.OVERDUE: ("逾期", "overdue"),
    Standing.MET: ("按时办结", "met on time"),
    Standing.MET_LATE: ("逾期办结", "met late"),
    Standing.WAIVED: ("豁免", "waived"),
}


class GapKind(StrEnum):
    """The five kinds of gap, in the order in which a screen puts them."""

    OPEN = "open"
    SILENT = "silent"
    OFF_ROSTER = "off_roster"
    OVERDUE = "overdue"
    UNOWNED = "unowned"


GAP_WORDS: dict[GapKind, tuple[str, str]] = {
    GapKind.OPEN: ("缺口", "open"),
    GapKind.SILENT: ("失联", "silent"),
    GapKind.OFF_ROSTER: ("未入册", "off the roster"),
    GapKind.OVERDUE: ("逾期", "overdue"),
    GapKind.UNOWNED: ("无人负责", "unowned"),
}


@dataclass(frozen=True)
class Told:
    """What the kernel needs of a record. `closes` are the duties it may meet by itself, `answering` those it meets only
    where the record that it `answers` opened them; `answers` and `corrects` are ids.
    """

    id: str
    subject: int
    happened_at: datetime
    received_at: datetime
    closes: frozenset[int]
    answers: str | None = None
    corrects: str | None = None
    withdraws: bool = False
    answering: frozenset[int] = frozenset()
    form: str = ""


@dataclass(frozen=True)
class Owed:
    """An obligation's moments, and the waiver on it if there is one. `gap` is its duty's kind of gap.

    `area` is where it lies; `stays` is where it lay before it followed its subject there, in that order: (until when,
    the area; None: nowhere, the move called for it).
    """

    duty: int
    subject: int
    area: int
    opened_at: datetime
    due_at: datetime
    until_at: datetime | None
    opened_by: str | None = None
    gap: GapKind = GapKind.OVERDUE
    waived_at: datetime | None = None
    waived_until: datetime | None = None
    heard_at: datetime | None = None
    stays: tuple[tuple[datetime, int | None], ...] = ()


@dataclass(frozen=True)
class Settled:
    """How records settle an obligation: the earliest that meets it, and since when any of them was known."""

    met_at: datetime
    known_at: datetime
    met_by: str


def effective(records: Iterable[Told]) -> list[Told]:
    """The records that no correction replaces; a bare withdrawal tells nothing itself.

    A correction replaces for good: corrected or withdrawn in its turn, it does not bring back what it replaced.
    """
    told = list(records)
    replaced = {(record.corrects, record.subject, record.form) for record in told}
    return [
        record for record in told if (record.id, record.subject, record.form) not in replaced and not record.withdraws
    ]


def meets(record: Told, owed: Owed) -> bool:
    """Whether the record happened in the obligation's window and answers it; none meets what it opened itself."""
    return (
        record.subject == owed.subject
        and owed.opened_at <= record.happened_at
        and (owed.until_at is None or record.happened_at < owed.until_at)
        and record.id != owed.opened_by
        and (
            owed.duty in record.closes
            or (owed.duty in record.answering and owed.opened_by is not None and record.answers == owed.opened_by)
        )
    )


def settle(owed: Owed, records: Iterable[Told]) -> Settled | None:
    """What the records make of the obligation, in whatever order and however often they are given."""
    meeting = [record for record in effective(records) if meets(record, owed)]
    if not meeting:
        return None
    first = min(meeting, key=lambda record: (record.happened_at, record.id))
    return Settled(first.happened_at, min(record.received_at for record in meeting), first.id)


def area_at(owed: Owed, *, at: datetime, known: datetime) -> int | None:
    """Where the obligation lay at the earlier of the two moments: a move is entered when it happens. None: nowhere."""
    heard = min(at, known)
    return next((area for until, area in owed.stays if until > heard), owed.area)


def standing(owed: Owed, settled: Settled | None, *, at: datetime, known: datetime) -> Standing | None:
    """How the obligation stands at `at`, by what was known at `known`; None before it opened, was heard of or lay
    anywhere.
    """
    if owed.opened_at > at or (owed.heard_at is not None and owed.heard_at > known):
        return None
    if area_at(owed, at=at, known=known) is None:
        return None
    if settled is not None and settled.known_at <= known and settled.met_at <= at:
        return Standing.MET if settled.met_at <= owed.due_at else Standing.MET_LATE
    granted = owed.waived_at is not None and owed.waived_at <= min(at, known)
    if granted and (owed.waived_until is None or owed.waived_until > at):
        return Standing.WAIVED
    return Standing.OVERDUE if owed.due_at <= at else Standing.PENDING


def kinds(owed: Owed, stands: Standing | None, *, answered_for: bool) -> frozenset[GapKind]:
    """The kinds of gap an obligation is: its duty's when overdue, and unowned when nobody answers for it."""
    found = set()
    if stands is Standing.OVERDUE:
        found.add(owed.gap)
    if stands in (Standing.OVERDUE, Standing.PENDING) and not answered_for:
        found.add(GapKind.UNOWNED)
    return frozenset(found)


def unowned_since(opened_at: datetime, vacant: datetime | None) -> datetime:
    """Since when an obligation on a vacant seat is unowned: the later of its opening and of the moment from which
    nobody answered for the seat without interruption (`vacant`; None: nobody ever did).
    """
    return opened_at if vacant is None else max(opened_at, vacant)


@dataclass(frozen=True)
class Books:
    """The count of an area: expected, how each obligation stands, and how many of the open ones are unowned."""

    met: int = 0
    met_late: int = 0
    waived: int = 0
    overdue: int = 0
    pending: int = 0
    unowned: int = 0
    expected: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the parts make the whole, with the unowned inside."""
        parts = self.met + self.met_late + self.waived + self.overdue + self.pending
        return parts == self.expected and self.unowned <= self.overdue + self.pending

    def __add__(self, other: Books) -> Books:
        return Books(*(mine + theirs for mine, theirs in zip(self.counts(), other.counts(), strict=True)))

    def counts(self) -> tuple[int, ...]:
        """Met, met late, waived, overdue, pending, unowned, expected."""
        return self.met, self.met_late, self.waived, self.overdue, self.pending, self.unowned, self.expected


def books(standings: Iterable[tuple[Standing, bool]]) -> Books:
    """The books of obligations given as (standing, whether somebody answers for it)."""
    counted: Counter[Standing] = Counter()
    unowned = 0
    for stands, answered_for in standings:
        counted[stands] += 1
        unowned += stands in (Standing.OVERDUE, Standing.PENDING) and not answered_for
    return Books(
        met=counted[Standing.MET],
        met_late=counted[Standing.MET_LATE],
        waived=counted[Standing.WAIVED],
        overdue=counted[Standing.OVERDUE],
        pending=counted[Standing.PENDING],
        unowned=unowned,
        expected=counted.total(),
    )


def balance(parent: Books, children: Sequence[Books], own: Books) -> bool:
    """Whether every node balances and the parent is the sum of its children and of what it owes itself."""
    total = sum(children, own)
    return total == parent and all(node.balanced for node in (parent, own, *children))


@dataclass(frozen=True)
class Share:
    """A ratio that is never clipped: more than the roster holds is a broken roster, and says so."""

    done: int
    expected: int

    @property
    def broken(self) -> bool:
        """Whether more was done than the roster expects."""
        return self.done > self.expected

    @property
    def percent(self) -> float | None:
        """In percent, above 100 where the roster is broken; None where nothing was expected."""
        return 100 * self.done / self.expected if self.expected else None


def within(area: int, by_area: Mapping[int, Books]) -> Books:
    """The books of everything under `area`, from books by the area that each obligation lies in."""
    low, high = key_range(area)
    return sum((found for key, found in by_area.items() if low <= key < high), Books())
