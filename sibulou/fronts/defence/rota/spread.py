"""How a roster shares the load: shifts, hours and nights per person, how far people go, who is never on duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, median, pstdev

from sibulou.fronts.defence.rota.ask import Ask, Roster


@dataclass(frozen=True)
class Range:
    """The least, the middle, the most, and the standard deviation of something per person."""

    least: float
    middle: float
    most: float
    deviation: float


@dataclass(frozen=True)
class Spread:
    """What a roster asks of its people. `far` counts places by distance (0 own village, 1 own township, 2 elsewhere);
    `idle` are people who stand no shift."""

    places: int
    shifts: Range
    hours: Range
    nights: Range
    far: Mapping[int, int]
    idle: int


def spread(ask: Ask, roster: Roster) -> Spread:
    """Count it. A roster nobody stands in has ranges of nothing."""
    slots = {slot.key: slot for slot in ask.slots}
    shifts: Counter[int] = Counter()
    hours: Counter[int] = Counter()
    nights: Counter[int] = Counter()
    far: Counter[int] = Counter()
    for key, people in roster.items():
        slot = slots[key]
        for person in people:
            shifts[person] += 1
            hours[person] += slot.ends - slot.starts
            nights[person] += ask.rules.is_night(slot.starts, slot.ends)
            far[ask.distance(person, slot.post)] += 1
    who = sorted(shifts)
    return Spread(
        sum(shifts.values()), _range([shifts[one] for one in who]), _range([hours[one] / 60 for one in who]),
        _range([nights[one] for one in who]), {step: far[step] for step in (0, 1, 2)}, len(ask.hands) - len(who),
    )  # fmt: skip


def _range(values: list[int] | list[float]) -> Range:
    if not values:
        return Range(0, 0, 0, 0)
    return Range(min(values), median(values), max(values), round(pstdev(values, mean(values)), 2))
