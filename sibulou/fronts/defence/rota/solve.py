"""A roster for a period: crews by flow, one small model a post, and the empty places filled from whoever is left."""

from __future__ import annotations

from dataclasses import dataclass

from sibulou.fronts.defence.rota.ask import Ask, Roster
from sibulou.fronts.defence.rota.crews import crews
from sibulou.fronts.defence.rota.empty import Empty, empties
from sibulou.fronts.defence.rota.fill import fill, trade_in
from sibulou.fronts.defence.rota.keeping import Held
from sibulou.fronts.defence.rota.placing import place


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
