"""A roster for a period: crews by flow, one small model a post, and the empty places filled from whoever is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sibulou.fronts.defence.rota.ask import Ask, Roster, Slot
from sibulou.fronts.defence.rota.crews import crews
from sibulou.fronts.defence.rota.fill import fill, trade_in
from sibulou.fronts.defence.rota.keeping import Held
from sibulou.fronts.defence.rota.placing import place


@dataclass(frozen=True)
class Empty:
    """What a shift lacks: people, trades among them, and why nobody else can: how many people by first reason."""

    slot: Slot
    people: int
    trades: tuple[str, ...]
    why: Mapping[str, int]


@dataclass(frozen=True)
class Solved:
    """A roster, what it could not fill, and for how many of its posts nothing better is possible with their crew."""

    roster: Roster
    empty: tuple[Empty, ...]
    proven: int
    posts: int


def solve(ask: Ask, *, effort: float = 0.4) -> Solved:
    """Make a roster. Deterministic for a seed. `effort`: deterministic time of the model of one post.

    Raises ValueError for a shift longer than the rules allow: no roster could hold it.
    """
    too_long = [slot for slot in ask.slots if slot.ends - slot.starts > ask.rules.longest]
    if too_long:
        raise ValueError(f"shift {too_long[0].key} is longer than {ask.rules.longest} minutes")
    hands = {hand.key: hand for hand in ask.hands}
    found = crews(ask)
    held = Held(ask)
    proven = 0
    for post, people in found.items():
        slots = [slot for slot in ask.slots if slot.post == post]
        placed = place(ask, slots, [hands[one] for one in people], held={}, effort=effort)
        proven += placed.proven
        for slot in slots:
            for person in placed.roster[slot.key]:
                held.put(person, slot)
    fill(held, ask.slots)
    if trade_in(held, ask.slots):
        fill(held, ask.slots)
    roster = held.roster()
    return Solved(roster, empties(ask, roster), proven, len(found))


def empties(ask: Ask, roster: Roster) -> tuple[Empty, ...]:
    """Every shift that lacks people or a trade, in order, and why nobody who is left can stand it."""
    held = Held(ask, roster)
    found = []
    for slot in sorted(ask.slots, key=lambda slot: (slot.starts, slot.post)):
        there = [held.hands[one].trade for one in roster.get(slot.key, ())]
        lacking = tuple(trade for trade in sorted(set(slot.trades)) if trade not in there)
        short = slot.crew - len(there)
        if short > 0 or lacking:
            found.append(Empty(slot, max(0, short), lacking, _why(held, slot, lacking)))
    return tuple(found)


def _why(held: Held, slot: Slot, trades: tuple[str, ...]) -> dict[str, int]:
    """Of those who do not stand there (of the trades it lacks, if it lacks any), how many cannot, by reason."""
    counted = Counter(
        held.why_not(key, slot) or "free"
        for key, hand in held.hands.items()
        if key not in held.crews[slot.key] and (not trades or hand.trade in trades)
    )
    return dict(sorted(counted.items()))
