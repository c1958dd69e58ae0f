"""What a roster lacks, and why nobody who is left can stand there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sibulou.fronts.defence.rota.ask import Ask, Roster, Slot
from sibulou.fronts.defence.rota.keeping import Held


@dataclass(frozen=True)
class Empty:
    """What a shift lacks: people, trades among them, and why nobody else can: how many people by first reason."""

    slot: Slot
    people: int
    trades: tuple[str, ...]
    why: Mapping[str, int]


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
