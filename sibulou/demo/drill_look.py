"""The drill looks at the county as a duty officer does, through the board's public reads, and writes down what differs.

What is expected comes from the drill's own books (`drill_books.py`); what is there comes from `sibulou.duty.board`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.timezone import localtime

from sibulou.demo.drill_books import Count, Item, Ledger, Plant, Shown
from sibulou.demo.drill_roster import Place
from sibulou.duty import board
from sibulou.duty.gap import Books
from sibulou.roster.area_key import Level
from sibulou.roster.models import Area, Seat

UNPLANTED = "not planted"
Key = tuple[str, int, datetime]


@dataclass
class Row:
    """One kind of plant: how many misses were planted, how many were shown, and how soon."""

    kind: str
    planted: int = 0
    found: int = 0
    false: int = 0
    wrong: int = 0
    minutes: list[float] = field(default_factory=list)


@dataclass
class Episode:
    """A planted miss from the moment it should be on the screen."""

    plant: Plant
    item: Item
    should: datetime
    shown: datetime | None = None
    over: bool = False


@dataclass
class Finding:
    """One thing that is not as it should be, in a sentence of each language."""

    kind: str
    zh: str
    en: str


class Look:
    """Compares screen and books at one moment after the other."""

    def __init__(self, ledger: Ledger, county: int) -> None:
        self.ledger, self.county = ledger, county
        self.rows: dict[str, Row] = {}
        self.findings: list[Finding] = []
        self.episodes: dict[tuple[Key, Plant], Episode] = {}
        self.vacancies: dict[Place, Plant] = {}
        self.looks = self.nodes = self.unbalanced = 0
        self._before: datetime | None = None
        self._places: dict[int, Place] = {}
        self._false: set[Key] = set()
        self._said: set[tuple[str, str]] = set()
        self._keys: dict[Key, Item] = {}
        self._counted = 0

    def row(self, kind: str) -> Row:
        return self.rows.setdefault(kind, Row(kind))

    def find(self, kind: str, zh: str, en: str, *, once: str = "") -> None:
        """Write a finding down, the same (or one with the same word in `once`) only once."""
        if (kind, once or en) not in self._said:
            self._said.add((kind, once or en))
            self.findings.append(Finding(kind, zh, en))

    def check(self, kind: str, holds: bool, zh: str, en: str) -> None:
        """A planted situation that shows in something else than a gap: one planted, one found if it holds."""
        row = self.row(kind)
        row.planted += 1
        row.found += holds
        if not holds:
            self.find(kind, zh, en)

    def gaps(self, at: datetime) -> dict[Key, Shown]:
        """Look at all gaps now; gives what was expected."""
        self.looks += 1
        moment = board.Moment.now(at)
        names = {pk: (duty.key, duty.gap) for pk, duty in board.duties().items()}
        seen = {
            (names[gap.duty][0], gap.subject, gap.opened_at): gap
            for gap in board.gap_page(self.county, moment, limit=1_000_000)
        }
        expected = self.ledger.gaps(at)
        fresh = self._follow(expected, seen, at)
        for key, gap in seen.items():
            if key not in expected:
                self._not_planted(key, gap, at)
        self._owners(fresh, seen, at)
        for key, shown in fresh.items():
            self._compare(shown, seen[key], names[seen[key].duty][1])
        self._before = at
        return expected

    def _follow(self, expected: dict[Key, Shown], seen: dict[Key, board.Gap], at: datetime) -> dict[Key, Shown]:
        """Open an episode for every new miss, close those that are over. Gives the ones shown for the first time."""
        fresh: dict[Key, Shown] = {}
        now: set[tuple[Key, Plant]] = set()
        for key, shown in expected.items():
            plant = self.plant_of(shown)
            now.add((key, plant))
            episode = self.episodes.get((key, plant))
            if episode is None:
                episode = self._open(shown, plant, at)
            if key in seen and episode.shown is None:
                episode.shown = at
                fresh[key] = shown
                self.row(plant.kind).found += 1
                self.row(plant.kind).minutes.append((at - episode.should).total_seconds() / 60)
            elif key not in seen and episode.shown is not None:
                self.find(plant.kind, *self._sentence(shown.item, at, "中途不见了", "was shown and then vanished"))
        self._close(now, at)
        return fresh

    def _open(self, shown: Shown, plant: Plant, at: datetime) -> Episode:
        due, before = shown.item.pane.due, self._before or at
        should = due if shown.overdue and before < due and shown.item.seen_from <= due else at
        episode = self.episodes[shown.item.key, plant] = Episode(plant, shown.item, should)
        self.row(plant.kind).planted += 1
        return episode

    def _close(self, now: set[tuple[Key, Plant]], at: datetime) -> None:
        for name, episode in self.episodes.items():
            if name not in now and not episode.over:
                episode.over = True
                if episode.shown is None:
                    self._missed(episode, at)

    def _missed(self, episode: Episode, at: datetime) -> None:
        self.find(episode.plant.kind, *self._sentence(episode.item, at, "没有显示", "was never shown"))

    def finish(self, at: datetime) -> None:
        """What was expected to the end and never shown is missed."""
        for episode in self.episodes.values():
            if not episode.over and episode.shown is None:
                self._missed(episode, at)

    def plant_of(self, shown: Shown) -> Plant:
        """The plant that a gap comes from. A gap that no plant explains is a fault of the drill itself."""
        vacancy = self.vacancies.get(shown.item.place) if shown.unowned else None
        plant = shown.item.plant if shown.overdue and shown.item.plant is not None else vacancy or shown.item.plant
        if plant is None:
            raise AssertionError(f"the drill expects a gap that it did not plant: {shown}")
        return plant

    def _not_planted(self, key: Key, gap: board.Gap, at: datetime) -> None:
        if key in self._false:
            return
        self._false.add(key)
        item = self._item(key)
        kind = item.plant.kind if item is not None and item.plant is not None else UNPLANTED
        self.row(kind).false += 1
        what, what_en = ("逾期", "overdue") if gap.overdue else ("无人负责", "unowned")
        owed = item is not None
        known = "演练的账上有此项，此刻不应是漏项" if owed else "演练的账上没有此项"
        known_en = "is in the drill's books and no gap now" if owed else "is not in the drill's books"
        self.find(
            kind,
            f"{key[0]}（对象 {key[1]}，{_local(key[2])} 起）在 {_local(at)} 显示为{what}，但没有埋：{known}。",
            f"{key[0]} of {key[1]} (opened {_local(key[2])}) is shown as {what_en} at {_local(at)} and was not "
            f"planted: it {known_en}.",
        )

    def _item(self, key: Key) -> Item | None:
        for item in self.ledger.items[self._counted :]:
            self._keys[item.key] = item
        self._counted = len(self.ledger.items)
        return self._keys.get(key)

    def _compare(self, shown: Shown, gap: board.Gap, kind: str) -> None:
        wanted = (shown.overdue, shown.unowned, shown.since, shown.gap, shown.unowned and shown.unowned_since)
        given = (gap.overdue, gap.unowned, gap.since, kind, gap.unowned and gap.unowned_since)
        names = ("overdue", "unowned", "since", "kind", "unowned since")
        for name, want, give in zip(names, wanted, given, strict=True):
            if want != give:
                self._wrong(shown, f"{name} {give}", f"{name} {want}")

    def _wrong(self, shown: Shown, given: str, wanted: str) -> None:
        plant = self.plant_of(shown)
        self.row(plant.kind).wrong += 1
        who = f"{shown.item.duty} · {shown.item.thing.label}"
        self.find(plant.kind, f"{who}：显示 {given}，应为 {wanted}。", f"{who}: shows {given}, should be {wanted}.")

    def _owners(self, fresh: dict[Key, Shown], seen: dict[Key, board.Gap], at: datetime) -> None:
        """Whether each new gap names the seat, and the one who answers for it, that the drill's chain names."""
        seats = {seen[key].seat for key in fresh}
        answering = board.answerers(seats, at=at)
        self._learn(seats)
        vacant: dict[int, Shown] = {}
        for key, shown in fresh.items():
            seat = seen[key].seat
            found = answering.get(seat)
            wanted = self.ledger.roster.answers(shown.item.place, at)
            if self._places[seat] != shown.item.place:
                self._wrong(shown, f"seat {self._places[seat]}", f"seat {shown.item.place}")
            elif (found and found.user) != wanted:
                self._wrong(shown, f"answering {found and found.user}", f"answering {wanted}")
            elif wanted is None:
                vacant[seat] = shown
        self._heirs(vacant, at)

    def _heirs(self, vacant: dict[int, Shown], at: datetime) -> None:
        """What nobody answers for is on the list of the nearest seat above that somebody answers for (L1)."""
        heirs = board.heirs(list(vacant), at=at)
        self._learn(heirs.values())
        for seat, shown in vacant.items():
            given = self._places[heirs[seat]] if seat in heirs else None
            wanted = self.ledger.roster.heir(shown.item.place, at)
            if given != wanted:
                self._wrong(shown, f"next {given}", f"next {wanted}")

    def _learn(self, seats: Iterable[int]) -> None:
        for seat in Seat.objects.filter(pk__in=[one for one in seats if one not in self._places]):
            self._places[seat.pk] = (seat.role, seat.area_id if seat.subject_id is None else -seat.subject_id)

    def books(self, at: datetime) -> None:
        """Compare the county's books, by duty and by township, with the drill's."""
        table = board.books(self.county, board.Moment.now(at))
        self._balance(table, at)
        names = {duty.pk: duty.key for duty in board.duties().values()}
        by_duty = {names[pk]: found for pk, found in table.by_duty.items()}
        own, areas = self.ledger.count(at)
        for duty in sorted({*own, *by_duty}):
            self._same(duty, by_duty.get(duty, Books()), own.get(duty, Count()), at, _lifted(self.ledger, duty))
        for area, count in areas.items():
            self._same(f"area {area}", table.by_child.get(area, Books()), count, at, lifted=True)

    def _same(self, node: str, given: Books, wanted: Count, at: datetime, lifted: bool) -> None:
        """`lifted`: a watch that ends leaves windows behind that were open already and count as waived by name."""
        parts = ("met", "met_late", "overdue", "pending", "unowned", *(() if lifted else ("waived",)))
        for part in parts:
            have, want = getattr(given, part), getattr(wanted, part)
            if have != want:
                self.find(
                    "books",
                    f"{_local(at)} 账目不符：{node} 的 {part} 为 {have}，应为 {want}。",
                    f"At {_local(at)} the books of {node} say {part} {have}; {want} is right.",
                    once=f"{node} {part}",
                )

    def balance(self, areas: Iterable[int], at: datetime) -> None:
        """Whether the books of these areas balance."""
        for area in areas:
            self._balance(board.books(area, board.Moment.now(at)), at)

    def _balance(self, table: board.BookTable, at: datetime) -> None:
        self.nodes += 1
        if not table.balanced:
            self.unbalanced += 1
            self.find("books", f"{_local(at)} {table.area} 的账不平。",
                      f"At {_local(at)} the books of {table.area} do not balance.")  # fmt: skip

    def everywhere(self, at: datetime) -> None:
        """The books of every area down to the group."""
        low, high = Area.objects.get(pk=self.county).range
        areas = Area.objects.filter(pk__gte=low, pk__lt=high, level__lte=Level.GROUP)
        self.balance(areas.values_list("pk", flat=True), at)

    def _sentence(self, item: Item, at: datetime, zh: str, en: str) -> tuple[str, str]:
        what = f"{item.duty} · {item.thing.label}（{item.thing.id}）"
        return (
            f"{what} {_local(item.pane.opens)} 起的漏项{zh}（{_local(at)}）。",
            f"The miss of {what}, opened {_local(item.pane.opens)}, {en} ({_local(at)}).",
        )


def _lifted(ledger: Ledger, duty: str) -> bool:
    return ledger.plan.duties[duty].scope == "people.watched"


def _local(at: datetime) -> str:
    return f"{localtime(at):%m-%d %H:%M}"
