"""Empty places filled day by day from whoever is free then: the cheapest pairing of a day's places and people."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from scipy.optimize import linear_sum_assignment

from sibulou.fronts.defence.rota.ask import Slot
from sibulou.fronts.defence.rota.keeping import Held

_NEVER = 10**7
_Place = tuple[Slot, str]
"""One place of a shift, and the trade it must be (blank: any)."""


def fill(held: Held, slots: Iterable[Slot], *, but: Collection[int] = ()) -> int:
    """Fill what is empty in these shifts and change nobody who stands; people in `but` are left out. Returns how many
    places were filled.
    """
    of_day: dict[int, list[Slot]] = {}
    for slot in slots:
        of_day.setdefault(slot.day, []).append(slot)
    return sum(_fill_day(held, of_day[day], but) for day in sorted(of_day))


def _fill_day(held: Held, slots: list[Slot], but: Collection[int]) -> int:
    filled = 0
    while places := [place for slot in slots for place in _places(held, slot)]:
        people = [key for key in sorted(held.hands) if key not in but and not _busy(held, key, slots[0].day)]
        put = _pair(held, places, people)
        filled += put
        if not put:
            break
    return filled


def _busy(held: Held, person: int, day: int) -> bool:
    return any(starts // (24 * 60) == day for starts, _ in held.spans[person])


def _places(held: Held, slot: Slot) -> list[_Place]:
    """The empty places of a shift: first those of trades that are lacking."""
    there = {held.hands[one].trade for one in held.crews[slot.key]}
    short = slot.crew - len(held.crews[slot.key])
    lacking = [trade for trade in sorted(set(slot.trades)) if trade not in there]
    wanted = [*lacking, *[""] * max(0, short - len(lacking))][: max(0, short)]
    return [(slot, trade) for trade in wanted]


def _pair(held: Held, places: list[_Place], people: list[int]) -> int:
    """One round: each person at most one place. Two who must stay apart may meet in a round, so each is asked again."""
    if not people:
        return 0
    cost = np.array([[_cost(held, place, person) for person in people] for place in places])
    put = 0
    for at, who in zip(*linear_sum_assignment(cost), strict=True):
        slot = places[at][0]
        if cost[at, who] < _NEVER and not held.why_not(people[who], slot):
            held.put(people[who], slot)
            put += 1
    if not put:
        put = _any_trade(held, places, people)
    return put


def _any_trade(held: Held, places: list[_Place], people: list[int]) -> int:
    """A place whose trade nobody has is better filled by another than left empty."""
    asked = [(slot, "") for slot, trade in places if trade]
    return _pair(held, asked, people) if asked else 0


def _cost(held: Held, place: _Place, person: int) -> int:
    slot, trade = place
    if (trade and held.hands[person].trade != trade) or held.why_not(person, slot):
        return _NEVER
    return 10 * held.ask.distance(person, slot.post) + 5 * held.shifts(person)


def trade_in(held: Held, slots: Iterable[Slot]) -> int:
    """Where a full shift lacks a trade, let somebody of it who is free take the place of one who is not needed for his.

    Returns how many were exchanged.
    """
    exchanged = 0
    for slot in slots:
        for trade in sorted(set(slot.trades)):
            exchanged += _trade_in(held, slot, trade)
    return exchanged


def _trade_in(held: Held, slot: Slot, trade: str) -> bool:
    crew = held.crews[slot.key]
    trades = [held.hands[one].trade for one in crew]
    if trade in trades or len(crew) < slot.crew:
        return False
    spare = [one for one in crew if trades.count(held.hands[one].trade) > 1 or held.hands[one].trade not in slot.trades]
    for leaver in sorted(spare, key=lambda one: -held.shifts(one)):
        held.take(leaver, slot)
        able = [one for one, hand in held.hands.items() if hand.trade == trade and not held.why_not(one, slot)]
        held.put(min(able, key=lambda one: (held.shifts(one), one), default=leaver), slot)
        if able:
            return True
    return False
