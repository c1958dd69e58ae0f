"""What the book of a place says: pure reckoning over lines, in whatever order they come.

A line adds (in, received), takes away (sent, used) or says what is there (counted). A count is of an item with all its
batches: from then on what is on hand is what was counted and what moved since. What it differs by is a finding, and
where it is less it counts as use that nobody wrote down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

SIGNS: Mapping[str, int] = {"in": 1, "received": 1, "sent": -1, "used": -1, "counted": 0}
CONSUMED = ("used", "need")
"""What a thing was used for that counts as use; what broke, expired or is missing does not."""


class Line(NamedTuple):
    """One item of one batch at one place; `quantity` in pieces, never negative."""

    place: int
    kind: str
    item: str
    batch: str
    quantity: int
    at: datetime
    record: UUID
    expiry: date | None = None
    why: str = ""
    source: str = ""
    move: UUID | None = None
    other: int | None = None

    @property
    def effect(self) -> int:
        """What it adds to the book."""
        return SIGNS[self.kind] * self.quantity

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """Of one moment, what comes in stands first and a count last: it sees what moved."""
        return self.at, {1: 0, -1: 1, 0: 2}[SIGNS[self.kind]], self.record


@dataclass(frozen=True)
class Book:
    """A batch, or an item as a whole, over a span: opening + came - sent - used = closing."""

    opening: int = 0
    came: int = 0
    sent: int = 0
    used: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.came - self.sent - self.used


def books(lines: Iterable[Line], *, since: datetime, until: datetime | None = None) -> dict[tuple[int, str, str], Book]:
    """The book of each place, item and batch from `since` until `until` (None: all that is known)."""
    found: dict[tuple[int, str, str], Book] = defaultdict(Book)
    for line in lines:
        if line.kind == "counted" or (until is not None and line.at >= until):
            continue
        key = line.place, line.item, line.batch
        one = found[key]
        if line.at < since:
            found[key] = Book(one.opening + line.effect, one.came, one.sent, one.used)
        elif line.kind == "sent":
            found[key] = Book(one.opening, one.came, one.sent + line.quantity, one.used)
        elif line.kind == "used":
            found[key] = Book(one.opening, one.came, one.sent, one.used + line.quantity)
        else:
            found[key] = Book(one.opening, one.came + line.quantity, one.sent, one.used)
    return dict(found)


@dataclass(frozen=True)
class Difference:
    """A count, and how much there should have been."""

    count: Line
    expected: int

    @property
    def by(self) -> int:
        return self.count.quantity - self.expected


@dataclass(frozen=True)
class Stand:
    """An item at a place: how much is on hand, the counts that differ, when it was counted last."""

    on_hand: int
    differences: tuple[Difference, ...]
    counted_at: datetime | None


def stand(lines: Iterable[Line]) -> Stand:
    """Where one item of one place stands, by its moves and its counts."""
    on_hand, counted_at = 0, None
    differences: list[Difference] = []
    for line in sorted(lines, key=lambda one: one.order):
        if line.kind != "counted":
            on_hand += line.effect
            continue
        if line.quantity != on_hand:
            differences.append(Difference(line, on_hand))
        on_hand, counted_at = line.quantity, line.at
    return Stand(on_hand, tuple(differences), counted_at)


def below_nothing(lines: Iterable[Line]) -> tuple[Line, int] | None:
    """The first line of one batch after which its book is below nothing, and by how much; None if it never is."""
    left = 0
    for line in sorted(lines, key=lambda one: one.order):
        left += line.effect
        if left < 0:
            return line, left
    return None


@dataclass(frozen=True)
class Cover:
    """For how many days an item lasts: what is on hand, by the use of the last days. `days` None: nothing is used."""

    on_hand: int
    per_day: float

    @property
    def days(self) -> float | None:
        return max(self.on_hand, 0) / self.per_day if self.per_day else None


def cover(lines: Sequence[Line], *, now: datetime, over: int) -> Cover:
    """Of one item at one place, from the use of the last `over` days (less where it is kept for less, one at least)."""
    known = [line for line in lines if line.at <= now]
    if not known:
        return Cover(0, 0)
    since = now - timedelta(days=over)
    found = stand(known)
    used = sum(one.quantity for one in known if one.kind == "used" and one.why in CONSUMED and one.at > since)
    used += sum(max(0, -one.by) for one in found.differences if one.count.at > since)
    kept = (now - min(one.at for one in known)) / timedelta(days=1)
    return Cover(found.on_hand, used / min(max(kept, 1.0), float(over)))


def by_item(lines: Iterable[Line]) -> dict[tuple[int, str], list[Line]]:
    """The lines of each item at each place."""
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        found[line.place, line.item].append(line)
    return found


def by_batch(lines: Iterable[Line]) -> dict[tuple[int, str, str], list[Line]]:
    """The moves of each batch at each place; a count names no batch."""
    found: dict[tuple[int, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind != "counted":
            found[line.place, line.item, line.batch].append(line)
    return found
