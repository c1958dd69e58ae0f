"""Whether a roster keeps the hard rules, said in plain Python that shares nothing with what made it but its values.

Every breach is named: the rule, the shift or person, and by how much. An empty answer is the proof.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from sibulou.fronts.defence.rota.ask import Ask, Roster

MINUTES = 1440


@dataclass(frozen=True)
class Breach:
    """One rule that does not hold: `rule`, the shift (0: none), the person (0: none), and by how much (people, minutes,
    days or nights)."""

    rule: str
    shift: int
    person: int
    by: int


def check(ask: Ask, roster: Roster) -> list[Breach]:
    """Every breach of a hard rule, in no meaningful order. Short crews and lacking trades are breaches, too."""
    found = [*_crews(ask, roster)]
    stands = defaultdict(list)
    shifts = {slot.key: slot for slot in ask.slots}
    for key, people in roster.items():
        for person in people:
            stands[person].append(shifts[key])
    for hand in ask.hands:
        mine = sorted((shift.starts, shift.ends, shift.key) for shift in stands[hand.key])
        found += _of_person(ask, hand.key, mine)
    return found


def _crews(ask: Ask, roster: Roster) -> list[Breach]:
    """Enough people, each once and known, all trades, none who must stay apart."""
    known = {hand.key: hand for hand in ask.hands}
    found = [Breach("unknown_shift", key, 0, 1) for key in roster if key not in {slot.key for slot in ask.slots}]
    for slot in ask.slots:
        crew = list(roster.get(slot.key, ()))
        if len(crew) < slot.crew:
            found.append(Breach("crew", slot.key, 0, slot.crew - len(crew)))
        if len(crew) != len(set(crew)):
            found.append(Breach("twice", slot.key, 0, len(crew) - len(set(crew))))
        found += [Breach("unknown_person", slot.key, one, 1) for one in crew if one not in known]
        for trade in slot.trades:
            if not any(known[one].trade == trade for one in crew if one in known):
                found.append(Breach("trade", slot.key, 0, 1))
        for one in crew:
            for other in crew:
                if one < other and one in known and other in known and (
                    other in known[one].apart or one in known[other].apart
                ):  # fmt: skip
                    found.append(Breach("apart", slot.key, one, 1))
    return found


def _of_person(ask: Ask, person: int, mine: list[tuple[int, int, int]]) -> list[Breach]:
    """Length, rest, days in a row, nights, leave and the wish for no nights of one person."""
    hand = next(one for one in ask.hands if one.key == person)
    rules = ask.rules
    found = []
    for starts, ends, key in mine:
        if ends - starts > rules.longest:
            found.append(Breach("length", key, person, ends - starts - rules.longest))
        if any(ends > gone and starts < back for gone, back in hand.away):
            found.append(Breach("away", key, person, 1))
        if hand.no_nights and _dark(starts, ends, rules.night_until):
            found.append(Breach("nights_wish", key, person, 1))
    everything = sorted([*mine, *((starts, ends, 0) for starts, ends in hand.before)])
    for (_, ends, first), (starts, _, second) in pairwise(everything):
        if (first or second) and starts - ends < rules.rest:
            found.append(Breach("rest", second or first, person, rules.rest - (starts - ends)))
    own = {starts // MINUTES for starts, _, _ in mine}
    days = {one[0] // MINUTES for one in everything}
    dark = {one[0] // MINUTES for one in everything if _dark(one[0], one[1], rules.night_until)}
    for rule, these, most in (("week", days, rules.days), ("nights", dark, rules.nights)):
        found += [Breach(rule, 0, person, over) for over in _over(these, own, rules.week, most)]
    return found


def _dark(starts: int, ends: int, until: int) -> bool:
    """Whether any minute of the span lies between midnight and `until`: asked minute by quarter, without arithmetic."""
    return any(minute % MINUTES < until for minute in range(starts, ends))


def _over(days: set[int], own: set[int], week: int, most: int) -> list[int]:
    """By how many each span of a week that begins on one of these days, and holds one of one's own, has too many."""
    spans = [{day for day in days if first <= day < first + week} for first in sorted(days)]
    return [len(span) - most for span in spans if len(span) > most and span & own]
