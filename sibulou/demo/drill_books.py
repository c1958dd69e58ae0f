"""The drill's own books: what is owed, what was told of it, and what must therefore be shown as a gap.

Kept apart from the kernel (see `drill_plan.py` for why): an item is met when a record that happened in its window
has been received, and it is a gap from its due moment, or at once while nobody answers for it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sibulou.demo.drill_plan import Closer, Pane, PlanRead
from sibulou.demo.drill_roster import Place, Roster, Thing
from sibulou.roster.area_key import Level, ancestor


@dataclass(eq=False)
class Plant:
    """One planted situation. A `control` must show no gap at all."""

    kind: str
    where: str
    control: bool = False


@dataclass(eq=False)
class Item:
    """One duty, for one thing, in one window, as the drill expects it."""

    duty: str
    thing: Thing
    place: Place
    pane: Pane
    seen_from: datetime
    opened_by: UUID | None = None
    plant: Plant | None = None
    fate: str = ""
    late: tuple[datetime, datetime] | None = None
    records: list[Sent] = field(default_factory=list)
    waived: tuple[datetime, datetime | None] | None = None
    met: bool = False
    met_late: bool = False

    @property
    def key(self) -> tuple[str, int, datetime]:
        """How the screen names it: duty, subject and opening."""
        return self.duty, self.thing.id, self.pane.opens

    def is_waived(self, at: datetime) -> bool:
        return self.waived is not None and self.waived[0] <= at and (self.waived[1] is None or self.waived[1] > at)


@dataclass(eq=False)
class Sent:
    """One record: when it happened in truth, and at which moment the server hears of it."""

    id: UUID
    form: str
    thing: Thing
    happened: datetime
    received: datetime
    content: Mapping[str, object]
    full: bool = True
    answers: UUID | None = None
    corrects: UUID | None = None
    withdraws: bool = False
    skew: timedelta = timedelta()
    opens: list[Item] = field(default_factory=list)
    refused: str = ""


@dataclass(frozen=True)
class Shown:
    """What a gap must look like on the screen."""

    item: Item
    overdue: bool
    unowned: bool
    gap: str
    empty_since: datetime | None = None

    @property
    def since(self) -> datetime:
        """A late one since it was due, one that is merely unowned since nobody answers for it."""
        return self.item.pane.due if self.overdue else self.unowned_since

    @property
    def unowned_since(self) -> datetime:
        opens = self.item.pane.opens
        return opens if self.empty_since is None or self.empty_since < opens else self.empty_since


@dataclass
class Count:
    """The books of a node."""

    met: int = 0
    met_late: int = 0
    waived: int = 0
    overdue: int = 0
    pending: int = 0
    unowned: int = 0

    def add(self, other: Count) -> None:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))


class Ledger:
    """All items and records, advanced in the order in which the server hears of them."""

    def __init__(self, plan: PlanRead, roster: Roster) -> None:
        self.plan, self.roster = plan, roster
        self.items: list[Item] = []
        self.unmet: dict[Place, dict[int, Item]] = {}
        self.by_subject: dict[int, list[Item]] = {}
        self.told: dict[int, list[Sent]] = {}
        self.by_id: dict[UUID, Sent] = {}
        self.corrected: set[UUID] = set()
        self._due: list[tuple[datetime, int, Item]] = []
        self._number = count()
        self._overdue: dict[int, Item] = {}
        self._closers: dict[str, list[tuple[str, Closer]]] = {}
        self._vacant: dict[Place, bool] = {}
        self._empty: dict[Place, datetime | None] = {}

    def add(self, item: Item) -> Item:
        """Something is owed from now on; what was told of it before counts."""
        self.items.append(item)
        self.by_subject.setdefault(item.thing.id, []).append(item)
        self.unmet.setdefault(item.place, {})[id(item)] = item
        heapq.heappush(self._due, (item.pane.due, next(self._number), item))
        for sent in self.told.get(item.thing.id, []):
            if self.meets(sent, item):
                item.records.append(sent)
        self._weigh(item)
        return item

    def closes(self, sent: Sent, duty: str) -> bool:
        """Whether the record is one by which the duty may be met, as the plan's text has it."""
        if sent.form not in self._closers:
            self._closers[sent.form] = self.plan.closed_by(sent.form)
        return any(
            key == duty and (sent.full or not closer.when) and (sent.answers is not None or not closer.answers)
            for key, closer in self._closers[sent.form]
        )

    def meets(self, sent: Sent, item: Item) -> bool:
        """Whether the record happened in the item's window and answers it."""
        return (
            not sent.withdraws
            and item.pane.opens <= sent.happened
            and (item.pane.until is None or sent.happened < item.pane.until)
            and (sent.answers is None or sent.answers == item.opened_by)
            and self.closes(sent, item.duty)
        )

    def hear(self, sent: Sent, *, at: datetime) -> list[Item]:
        """The server has taken in a record. Gives the items it opened."""
        self.by_id[sent.id] = sent
        self.told.setdefault(sent.thing.id, []).append(sent)
        if sent.corrects is not None:
            self.corrected.add(sent.corrects)
            self._take_back(sent.corrects, at)
        for item in self.by_subject.get(sent.thing.id, []):
            if self.meets(sent, item):
                item.records.append(sent)
                self._weigh(item)
        for item in sent.opens:
            self.add(item)
        return sent.opens

    def _take_back(self, record: UUID, at: datetime) -> None:
        """What a corrected record had met is weighed anew; what it had opened ends by name."""
        for item in self.by_subject.get(self.by_id[record].thing.id, []):
            self._weigh(item)
        for item in self.by_id[record].opens:
            self.end(item, at=at)

    def end(self, item: Item, *, at: datetime) -> None:
        """A named end."""
        if not item.met and item.waived is None:
            item.waived = (at, None)

    def effective(self, item: Item) -> list[Sent]:
        return [sent for sent in item.records if sent.id not in self.corrected]

    def _weigh(self, item: Item) -> None:
        standing = [sent.happened for sent in self.effective(item)]
        item.met, item.met_late = bool(standing), min(standing, default=item.pane.due) > item.pane.due
        held = self.unmet.setdefault(item.place, {})
        if item.met:
            held.pop(id(item), None)
            self._overdue.pop(id(item), None)
        elif id(item) not in held:
            held[id(item)] = item
            heapq.heappush(self._due, (item.pane.due, next(self._number), item))

    def chain_changed(self) -> None:
        """Somebody came, went or fell under watch: who answers is asked anew."""
        self._vacant.clear()
        self._empty.clear()

    def vacant(self, place: Place, at: datetime) -> bool:
        if place not in self._vacant:
            self._vacant[place] = self.roster.answers(place, at) is None
        return self._vacant[place]

    def empty_since(self, place: Place, at: datetime) -> datetime | None:
        """Since when nobody has answered for a seat; None for one that somebody answers for, or nobody ever did."""
        if place not in self._empty:
            self._empty[place] = self.roster.empty_since(place, at) if self.vacant(place, at) else None
        return self._empty[place]

    def gaps(self, at: datetime) -> dict[tuple[str, int, datetime], Shown]:
        """What the screen must show now."""
        while self._due and self._due[0][0] <= at:
            item = heapq.heappop(self._due)[2]
            if not item.met:
                self._overdue[id(item)] = item
        found = [item for item in self._overdue.values() if not item.met]
        for place, held in self.unmet.items():
            if held and self.vacant(place, at):
                found += [item for item in held.values() if item.pane.due > at and item.pane.opens <= at]
        return {
            item.key: Shown(
                item,
                item.pane.due <= at,
                self.vacant(item.place, at),
                self.plan.duties[item.duty].gap,
                self.empty_since(item.place, at),
            )
            for item in found
            if item.seen_from <= at and not item.is_waived(at)
        }

    def count(self, at: datetime) -> tuple[dict[str, Count], dict[int, Count]]:
        """The books now, by duty and by township (what the county owes itself stands under the county's key)."""
        cells: dict[tuple[str, int], Count] = {}
        for item in self.items:
            if item.pane.opens <= at and item.seen_from <= at:
                node = item.duty, ancestor(item.thing.area, Level.TOWNSHIP)
                self._book(item, cells.setdefault(node, Count()), at)
        duties: dict[str, Count] = {}
        areas: dict[int, Count] = {}
        for (duty, area), found in cells.items():
            duties.setdefault(duty, Count()).add(found)
            areas.setdefault(area, Count()).add(found)
        return duties, areas

    def _book(self, item: Item, found: Count, at: datetime) -> None:
        if item.met:
            found.met_late += item.met_late
            found.met += not item.met_late
        elif item.is_waived(at):
            found.waived += 1
        else:
            found.overdue += item.pane.due <= at
            found.pending += item.pane.due > at
            found.unowned += self.vacant(item.place, at)

    def of(self, things: Iterable[Thing]) -> list[Item]:
        return [item for thing in things for item in self.by_subject.get(thing.id, [])]
