"""The holding place (留观点, S18): who is held, since when, seen by which doctor, and where he went.

Computed from the records: the passages on which somebody was held, isolated or handed over, and what answers them. Each
person once, however often he was registered: known by the roster, the identity number, or the name with the telephone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sibulou.duty.models import Record
from sibulou.fronts.defence.models import Passage

HELD = ("held", "isolated", "handed_over")
SEEN, RECEIVED = "held_seen", "transfer_received"
DUTIES = ("held.seen", "transfer.receive")
LATELY = timedelta(days=14)
MOST = 2_000
"""Passages looked at; a county that holds more within a fortnight sees the latest."""


@dataclass(frozen=True)
class Held:
    """One person who was held: his passages, the first first, the doctor's visits and the receipt, if there is one."""

    passages: tuple[Passage, ...]
    visits: tuple[Record, ...]
    receipt: Record | None

    @property
    def since(self) -> datetime:
        return self.passages[0].happened_at

    @property
    def last(self) -> Passage:
        return self.passages[-1]

    @property
    def left_at(self) -> datetime | None:
        """When he was received elsewhere or let go; None while he is held."""
        return self.receipt.happened_at if self.receipt else None


def held(*, now: datetime, post: int | None = None) -> list[Held]:
    """Who was held within the last fortnight, as far as the reader sees passages; those who are still held first."""
    rows = Passage.objects.filter(disposal__in=HELD, happened_at__gte=now - LATELY, happened_at__lte=now)
    if post is not None:
        rows = rows.filter(post_id=post)
    listed = sorted(rows.order_by("-happened_at")[:MOST], key=lambda one: (one.happened_at, one.record))
    answers = _answers(listed)
    people = []
    for passages in _persons(listed):
        told = [one for row in passages for one in answers.get(row.record, ())]
        receipts = [one for one in told if one.form == RECEIVED and one.happened_at >= passages[-1].happened_at]
        visits = tuple(one for one in told if one.form == SEEN)
        people.append(Held(tuple(passages), visits, receipts[0] if receipts else None))
    return sorted(people, key=lambda one: (one.left_at is not None, one.since))


def _answers(rows: Sequence[Passage]) -> dict[UUID, list[Record]]:
    """What stands of the answers to these passages, the first first."""
    told = list(
        Record.objects.filter(subject__in={row.post_id for row in rows}, form__in=(SEEN, RECEIVED), withdraws=False,
                              happened_at__gte=min((row.happened_at for row in rows), default=None),
                              answers__in=[row.record for row in rows]).order_by("happened_at", "pk")
    ) if rows else []  # fmt: skip
    replaced = set(Record.objects.filter(corrects__in=[one.pk for one in told]).values_list("corrects", flat=True))
    found: dict[UUID, list[Record]] = defaultdict(list)
    for one in told:
        if one.pk not in replaced and one.answers is not None:
            found[one.answers].append(one)
    return found


def _persons(rows: Iterable[Passage]) -> list[list[Passage]]:
    """The passages by person: two that share a mark of one are of one, and whatever shares another mark with either."""
    groups: list[tuple[set[object], list[Passage]]] = []
    for row in rows:
        marks = _marks(row)
        same = [group for group in groups if group[0] & marks]
        rest = [group for group in groups if not group[0] & marks]
        merged = sorted([*(one for _, found in same for one in found), row], key=lambda one: one.happened_at)
        groups = [*rest, (marks.union(*(known for known, _ in same)), merged)]
    return [found for _, found in groups]


def _marks(row: Passage) -> set[object]:
    marks: set[object] = {row.record}
    if row.person_id is not None:
        marks.add(("person", row.person_id))
    if row.identity is not None:
        marks.add(("identity", bytes(row.identity)))
    if row.name is not None and row.phone is not None:
        marks.add(("name", bytes(row.name), bytes(row.phone)))
    return marks
