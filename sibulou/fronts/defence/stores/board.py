"""Supplies as shown: what each place has and for how long, what is on its way, what expires, what was donated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sibulou.fronts.defence.stores.finding import Limits
from sibulou.fronts.defence.stores.ledger import Book, Cover, Line, books, by_item, cover, stand

WEEK = timedelta(days=7)
LOST = ("expired", "broken", "lost")


@dataclass(frozen=True)
class Batch:
    """A batch at a place: its book of the last week, and when it expires."""

    name: str
    expiry: date | None
    book: Book
    expiring: bool


@dataclass(frozen=True)
class Kept:
    """An item at a place: what is on hand, for how many days, when it was counted last, its batches.

    `adrift`: what counts have added to the book or taken from it; the batches and this make what is on hand.
    """

    place: int
    item: str
    cover: Cover
    short: bool
    counted_at: datetime | None
    batches: tuple[Batch, ...]
    adrift: int

    @property
    def on_hand(self) -> int:
        return self.cover.on_hand


@dataclass(frozen=True)
class Underway:
    """A move that nobody has signed for yet."""

    line: Line
    at: datetime


def kept(lines: Sequence[Line], *, rule: Limits, now: datetime) -> list[Kept]:
    """Every item at every place that has ever had it, the place's own order of items."""
    found = books(lines, since=now - WEEK)
    expiries = {(one.place, one.item, one.batch): one.expiry for one in lines if one.expiry is not None}
    batches: dict[tuple[int, str], list[Batch]] = defaultdict(list)
    for (place, item, name), book in sorted(found.items()):
        ends = expiries.get((place, item, name))
        near = ends is not None and book.closing > 0 and ends <= (now + timedelta(days=rule.expiry)).date()
        batches[place, item].append(Batch(name, ends, book, near))
    rows = []
    for (place, item), own in by_item(lines).items():
        lasts, stands = cover(own, now=now, over=rule.over), stand(own)
        some = tuple(batches[place, item])
        short = lasts.days is not None and lasts.days < rule.cover
        adrift = stands.on_hand - sum(one.book.closing for one in some)
        rows.append(Kept(place, item, lasts, short, stands.counted_at, some, adrift))
    return rows


def underway(lines: Iterable[Line]) -> list[Underway]:
    """What was sent and not signed for, the longest first."""
    sent: dict[UUID, Line] = {}
    signed: set[UUID] = set()
    for one in lines:
        if one.move is not None and one.kind == "sent":
            sent[one.move] = one
        elif one.move is not None:
            signed.add(one.move)
    return [Underway(one, one.at) for one in sorted(sent.values(), key=lambda one: one.order) if one.move not in signed]


@dataclass(frozen=True)
class Given:
    """A batch in which something was donated, all places together: came = used + lost + on the way + left."""

    item: str
    batch: str
    donated: int
    other: int
    used: int
    lost: int
    on_the_way: int

    @property
    def left(self) -> int:
        return self.donated + self.other - self.used - self.lost - self.on_the_way


def donations(lines: Sequence[Line]) -> list[Given]:
    """What was donated and what became of it, batch by batch."""
    by_batch: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for one in lines:
        if one.kind != "counted":
            by_batch[one.item, one.batch].append(one)
    rows = []
    for (item, batch), own in sorted(by_batch.items()):
        came = [one for one in own if one.kind == "in"]
        donated = sum(one.quantity for one in came if one.source == "donated")
        if donated:
            used = sum(one.quantity for one in own if one.kind == "used" and one.why not in LOST)
            lost = sum(one.quantity for one in own if one.kind == "used" and one.why in LOST)
            way = sum(one.quantity for one in own if one.kind == "sent")
            way -= sum(one.quantity for one in own if one.kind == "received")
            other = sum(one.quantity for one in came) - donated
            rows.append(Given(item, batch, donated, other, used, lost, way))
    return rows
