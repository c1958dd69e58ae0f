"""Whether somebody may stand a shift beside those he has: the hard rules, one person at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sibulou.fronts.defence.rota.ask import DAY, Ask, Hand, Rules, Slot, Span

REASONS = ("away", "nights_wish", "another_shift", "rest", "week", "nights", "apart")
"""Why somebody cannot, in the order in which it is asked."""


class Held:
    """Who stands when, as it is filled: the spans of every person and the people of every shift."""

    def __init__(self, ask: Ask, roster: Mapping[int, Iterable[int]] | None = None) -> None:
        self.ask = ask
        self.slots = {slot.key: slot for slot in ask.slots}
        self.hands = {hand.key: hand for hand in ask.hands}
        self.spans: dict[int, list[Span]] = {hand.key: list(hand.before) for hand in ask.hands}
        self.crews: dict[int, list[int]] = {slot.key: [] for slot in ask.slots}
        for key, people in (roster or {}).items():
            for person in people:
                self.put(person, self.slots[key])

    def put(self, person: int, slot: Slot) -> None:
        """Let somebody stand a shift."""
        self.crews[slot.key].append(person)
        self.spans[person].append((slot.starts, slot.ends))

    def take(self, person: int, slot: Slot) -> None:
        """Take somebody off a shift."""
        self.crews[slot.key].remove(person)
        self.spans[person].remove((slot.starts, slot.ends))

    def shifts(self, person: int) -> int:
        """How many shifts of this period somebody stands."""
        return sum(starts >= 0 for starts, _ in self.spans[person])

    def roster(self) -> dict[int, tuple[int, ...]]:
        """Who stands where."""
        return {key: tuple(sorted(people)) for key, people in self.crews.items()}

    def why_not(self, person: int, slot: Slot) -> str:
        """The first reason why somebody cannot stand a shift; empty where he can."""
        hand = self.hands[person]
        return alone(hand, slot, self.ask.rules) or beside(
            self.spans[person], slot, self.ask.rules, hand.apart, self.crews[slot.key]
        )


def alone(hand: Hand, slot: Slot, rules: Rules) -> str:
    """Why somebody could not stand a shift even if he had no other."""
    if any(starts < slot.ends and ends > slot.starts for starts, ends in hand.away):
        return "away"
    if hand.no_nights and rules.is_night(slot.starts, slot.ends):
        return "nights_wish"
    return ""


def beside(spans: Sequence[Span], slot: Slot, rules: Rules, apart: Collection[int], crew: Collection[int]) -> str:
    """Why the shifts that somebody has, and those who stand with him, forbid one more."""
    days = {starts // DAY for starts, _ in spans}
    if slot.day in days:
        return "another_shift"
    if any(starts - rules.rest < slot.ends and ends + rules.rest > slot.starts for starts, ends in spans):
        return "rest"
    if _most(days | {slot.day}, slot.day, rules.week) > rules.days:
        return "week"
    if rules.is_night(slot.starts, slot.ends):
        nights = {starts // DAY for starts, ends in spans if rules.is_night(starts, ends)}
        if _most(nights | {slot.day}, slot.day, rules.week) > rules.nights:
            return "nights"
    return "apart" if any(one in apart for one in crew) else ""


def _most(days: Collection[int], day: int, week: int) -> int:
    """The most of these days that lie in one week that holds `day`."""
    return max(sum(first <= one < first + week for one in days) for first in range(day - week + 1, day + 1))
