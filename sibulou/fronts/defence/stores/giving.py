"""Handing over: what a place can give, where it may go, who signs, and what is on its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sibulou.duty.models import Record
from sibulou.fronts.defence.models import StockLine
from sibulou.fronts.defence.stores.board import Underway, kept, underway
from sibulou.fronts.defence.stores.finding import COMING, FOUND, limits
from sibulou.fronts.defence.stores.keeping import OUT, REQUEST, lines_of
from sibulou.fronts.defence.stores.ledger import Line
from sibulou.fronts.defence.stores.problems import NothingThere, NotThatMuch, OneHand
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.models import Subject

STORES = ("store", "quarantine")
"""The kinds of places that keep supplies; every post does."""


def keeps_stock(subject: Subject) -> bool:
    """Whether it keeps supplies and counts them: a post, a store, a quarantine site."""
    return subject.kind == "post" or (subject.kind == "place" and subject.place.kind in STORES)


@dataclass(frozen=True)
class Shelved:
    """What a place can give of one batch of an item."""

    item: str
    batch: str
    left: int
    expiry: date | None


def shelved(place: int, *, now: datetime) -> list[Shelved]:
    """The batches of a place that its book has something of."""
    return [
        Shelved(one.item, batch.name, batch.book.closing, batch.expiry)
        for one in kept(lines_of([place]), rule=limits(now), now=now)
        for batch in one.batches if batch.book.closing > 0
    ]  # fmt: skip


def taken_from(of: Subject, item: str, batch: str, quantity: int, *, now: datetime) -> Shelved:
    """The batch that something is taken from, which must have as much. Raises NothingThere, NotThatMuch."""
    there = shelved(of.pk, now=now)
    if not there:
        raise NothingThere(named=of.label)
    found = next((one for one in there if (one.item, one.batch) == (item, batch)), Shelved(item, batch, 0, None))
    if quantity > found.left:
        raise NotThatMuch(batch=batch or of.label, left=found.left)
    return found


def destinations(of: Subject) -> list[Subject]:
    """Where it may go: the stores of the county and its open posts, those of its own township first of each.

    A keeper sends beyond what he sees: he is told what such a place is called, and nothing else of it.
    """
    low, high = key_range(ancestor(of.area_id, Level.COUNTY))
    home = ancestor(of.area_id, Level.TOWNSHIP)
    with acting(EVERYTHING):
        there = Subject.objects.filter(until=None, area__gte=low, area__lt=high).exclude(pk=of.pk)
        stores = list(there.filter(place__kind__in=STORES))
        posts = list(there.filter(post__opened_at__isnull=False))
    near = sorted(posts, key=lambda one: (ancestor(one.area_id, Level.TOWNSHIP) != home, one.area_id, one.pk))
    return [*sorted(stores, key=lambda one: (ancestor(one.area_id, Level.TOWNSHIP) != home, one.pk)), *near]


def leaving(lines: Sequence[Line]) -> list[Underway]:
    """What a place sent and nobody has signed for: elsewhere, beyond what its own people see."""
    sent = underway(lines)
    with acting(EVERYTHING):
        rows = StockLine.objects.filter(kind="received", move__in=[one.line.move for one in sent])
        signed = set(rows.values_list("move", flat=True))
    return [one for one in sent if one.line.move not in signed]


def stocked_with(item: str, places: Sequence[int]) -> list[tuple[int, int]]:
    """Of these places those that have something of an item, and how much; the most first."""
    found: dict[int, int] = {}
    for one in StockLine.objects.filter(place_id__in=places, item=item).exclude(kind="counted"):
        sign = 1 if one.kind in ("in", "received") else -1
        found[one.place_id] = found.get(one.place_id, 0) + sign * one.quantity
    return sorted(((place, left) for place, left in found.items() if left > 0), key=lambda one: (-one[1], one[0]))


def what_opened(numbers: Iterable[UUID | None]) -> dict[UUID, Record]:
    """The notices, findings and requests of these ids, for whoever sees what they opened: they speak of things.

    A head of supplies reads no other records of a post, for those tell of people.
    """
    with acting(EVERYTHING):
        rows = Record.objects.filter(pk__in=[one for one in numbers if one], form__in=(COMING, FOUND, REQUEST))
        return {one.pk: one for one in rows}


def notice_of(place: int, number: UUID) -> Record | None:
    """The notice that something is on its way to a place."""
    found = what_opened([number]).get(number)
    return found if found is not None and found.form == COMING and found.subject_id == place else None


def refuse_one_hand(notice: Record, *, user: int | None) -> None:
    """Whoever gave something out does not sign for it. Raises OneHand."""
    move = notice.content.get("move")
    with acting(EVERYTHING):
        sent = Record.objects.filter(pk=str(move), form=OUT).first() if move else None
    if sent is not None and user is not None and sent.told_by_id == user:
        raise OneHand
