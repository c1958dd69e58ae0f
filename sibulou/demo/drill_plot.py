"""What will be owed, and by which hands the drill chooses the places of its plants.

The plot is made before the clock starts: every window of every thing to the end of the drill, by the drill's own
calendar (`drill_plan.py`), the stages and the stricter townships it is going to set, and the fate of each window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sibulou.demo.drill_books import Item, Plant, Sent
from sibulou.demo.drill_diary import Diary, Span, Writer
from sibulou.demo.drill_plan import DutyRead, Pane, Timetable, grid_panes, own_panes
from sibulou.demo.drill_play import Play
from sibulou.demo.drill_roster import Stay, Thing, around
from sibulou.roster.area_key import Level, ancestor

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOKS = 30
"""Minutes between two looks around a planted moment."""
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """One level in force."""

    level: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Strict:
    """A township's stricter timing of a duty from a moment on; `raw` is what the product is told."""

    duty: str
    township: int
    starts: datetime
    table: Timetable
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Piece:
    """A timing in force from `starts` to `ends`, counted from `anchor`."""

    table: Timetable
    starts: datetime
    ends: datetime
    anchor: datetime


@dataclass
class Plot:
    """The windows and diaries of all things, and what is planted in them."""

    play: Play
    writer: Writer
    stretches: tuple[Stretch, ...]
    strict: list[Strict] = field(default_factory=list)
    diaries: dict[int, Diary] = field(default_factory=dict)
    by_duty: dict[str, list[Item]] = field(default_factory=lambda: defaultdict(list))
    plants: list[Plant] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    # --- windows ----------------------------------------------------------------------------------

    def panes(self, duty: DutyRead, stay: Stay) -> Iterator[Pane]:
        """The windows a thing in a scope owes of a duty, over all stages.

        A timing counts from when it came into force there. Another level, or a township's stricter clocks, begin a new
        count only where the cycle itself is another one.
        """
        thing, since, until = stay
        before: Piece | None = None
        for fresh in self._pieces(duty, thing.area):
            runs_on = before is not None and before.ends == fresh.starts and before.table.cycle == fresh.table.cycle
            before = replace(fresh, anchor=before.anchor) if before is not None and runs_on else fresh
            yield from self._piece(before, since, until)

    def _pieces(self, duty: DutyRead, area: int) -> Iterator[Piece]:
        """The plan's timing at each level, and from its moment on the township's stricter one."""
        own = [one for one in self.strict if (one.duty, one.township) == (duty.key, ancestor(area, Level.TOWNSHIP))]
        turn, stricter = (own[0].starts, own[0].table) if own else (LATEST, None)
        for stretch in self.stretches:
            table = duty.timetables.get(stretch.level)
            if table is None:
                continue
            if stretch.starts < turn:
                yield Piece(table, stretch.starts, min(turn, stretch.ends), stretch.starts)
            if stricter is not None and turn < stretch.ends:
                starts = max(turn, stretch.starts)
                yield Piece(stricter, starts, stretch.ends, starts)

    def _piece(self, piece: Piece, since: datetime, until: datetime | None) -> Iterator[Pane]:
        table, starts, ends, anchor = piece.table, piece.starts, piece.ends, piece.anchor
        zone = self.play.roster.zone
        if table.kind in ("daily", "every"):
            for pane in grid_panes(table, anchor=anchor, start=starts, end=ends, zone=zone):
                if since <= pane.warn and (until is None or until > pane.warn):
                    yield pane
        elif table.kind in ("once", "after"):
            for pane in own_panes(table, entered=max(since, anchor), zone=zone):
                if starts <= pane.opens < ends and (until is None or until > pane.opens):
                    yield pane

    def items_of(
        self, things: Iterable[Thing], *, seen_from: datetime | None = None, scopes: Iterable[str] | None = None
    ) -> list[Item]:
        """Everything these things owe by the calendar. `seen_from`: when the system can know of what it opened late."""
        things = list(things)
        found: list[Item] = []
        for duty in self.play.ledger.plan.duties.values():
            if scopes is not None and duty.scope not in scopes:
                continue
            for stay in self.play.roster.stays(duty.scope, things):
                place = self.play.roster.place(duty.owner, stay[0])
                found += [
                    Item(duty.key, stay[0], place, pane, max(pane.opens, seen_from or pane.opens))
                    for pane in self.panes(duty, stay)
                ]
        return found

    def enter(self, items: Iterable[Item]) -> None:
        """These items are part of the plot from now on."""
        for item in items:
            self.diary(item.thing).items.append(item)
            self.by_duty[item.duty].append(item)

    def diary(self, thing: Thing) -> Diary:
        return self.diaries.setdefault(thing.id, Diary(thing))

    # --- choosing places --------------------------------------------------------------------------

    def plant(self, kind: str, where: str, *, control: bool = False) -> Plant:
        one = Plant(kind, where, control)
        self.plants.append(one)
        return one

    def pick(self, candidates: Iterable[Item], wanted: Callable[[Item], bool] = lambda item: True) -> Item | None:
        """A window in which nothing is planted or told and whose miss will show before the drill ends, if any."""
        latest = self.play.end - 4 * HOUR
        left = [item for item in candidates if item.pane.due <= latest and item.thing.id not in self.taken]
        self.play.rng.shuffle(left)
        return next((item for item in left if self.free(item) and wanted(item)), None)

    def _told(self, item: Item) -> bool:
        """Whether a record that a plant needed closes this window."""
        span = item.pane.opens, item.pane.until or LATEST
        return any(self.writer.closes(sent, item, span) for sent in self.diary(item.thing).sent)

    def free(self, item: Item) -> bool:
        """Whether nothing is planted or told in the window."""
        return not item.fate and item.plant is None and not self._told(item)

    def windows(self, duty: str, thing: Thing) -> list[Item]:
        """The windows of one thing, in order."""
        return sorted((item for item in self.diary(thing).items if item.duty == duty), key=lambda one: one.pane.opens)

    def room(self, item: Item) -> Span | None:
        """When the item can be met late: a while after it was due, before its window closes and the drill ends."""
        start = item.pane.due + timedelta(minutes=self.play.rng.randrange(40, 120))
        stop = min(start + 20 * HOUR, item.pane.until or self.play.end, self.play.end - HOUR)
        return (start, stop) if stop - start > timedelta(minutes=10) else None

    def misses(self, item: Item, plant: Plant) -> None:
        item.fate, item.plant = "miss", plant
        self.mark(item.pane.due)

    def late(self, item: Item, plant: Plant, span: Span) -> None:
        item.fate, item.plant, item.late = "late", plant, span
        self.mark(item.pane.due)

    def own(self, item: Item, plant: Plant, sent: Iterable[Sent]) -> None:
        """The plant tells of this window itself; nobody else closes it."""
        item.fate, item.plant = "own", plant
        self.mark(item.pane.due)
        records = list(sent)
        for one in records:
            self.mark(one.received)
        self.diary(item.thing).sent += records

    def mark(self, moment: datetime) -> None:
        """Look at the screen within half an hour after this moment."""
        self.play.watched_moments.add(around(moment, LOOKS))

    # --- what records open ------------------------------------------------------------------------

    def opened(self, duty: str, thing: Thing, sent: Sent) -> Item:
        """What a record opens for a thing at the moment it happened."""
        read = self.play.ledger.plan.duties[duty]
        stretch = next(one for one in self.stretches if one.starts <= sent.happened < one.ends)
        (pane,) = own_panes(read.timetables[stretch.level], entered=sent.happened, zone=self.play.roster.zone)
        item = Item(duty, thing, self.play.roster.place(read.owner, thing), pane, sent.received, sent.id)
        sent.opens.append(item)
        self.diary(thing).items.append(item)
        return item

    def ask(
        self, thing: Thing, form: str, content: Mapping[str, object], span: Span, then: Callable[[Sent], None]
    ) -> bool:  # fmt: skip
        """Write a record about a thing somewhere in a span, and tell `then` of it. False: plants forbid all of it."""
        diary = self.diary(thing)
        happened = self.writer.moment(diary, form, span)
        if happened is None:
            return False
        sent = self.writer.record(thing, form, happened, content=content)
        diary.sent.append(sent)
        then(sent)
        return True

    def day(self, number: int, hour: float = 0) -> datetime:
        """A moment on a day of the drill (0: the day of the start key), by the county's clock."""
        zone = self.play.roster.zone
        midnight = self.play.start.astimezone(zone).replace(hour=0, minute=0)
        return (midnight + number * DAY + timedelta(hours=hour)).astimezone(self.play.start.tzinfo)

    @property
    def days(self) -> int:
        return (self.play.end - self.play.start).days

    # --- handing over -----------------------------------------------------------------------------

    def hand_over(self) -> None:
        """Write every diary and put the records on their way; what is owed by the calendar goes into the books."""
        opened = {id(item) for diary in self.diaries.values() for sent in diary.sent for item in sent.opens}
        for diary in self.diaries.values():
            self.play.post(self.writer.write(diary))
            for item in diary.items:
                if id(item) not in opened:
                    self.play.ledger.add(item)
