"""How far the force reaches: arithmetic before anything is solved (domain, number sanity check).

72 posts × 3 shifts × 2 people are 432 places a day; 505 people on six days of seven give 433.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sibulou.fronts.defence.rota.ask import DAY, Ask, Hand


@dataclass(frozen=True)
class Reach:
    """Places and people, per day on average and over the whole period; `trades` are (places that ask for the trade,
    places its people can fill) over the period."""

    days: int
    shifts: int
    places: int
    people: int
    able: int
    trades: Mapping[str, tuple[int, int]]

    @property
    def places_a_day(self) -> int:
        return round(self.places / self.days)

    @property
    def able_a_day(self) -> int:
        return round(self.able / self.days)

    @property
    def one_more_a_day(self) -> int:
        """Places a day if every shift had one person more."""
        return round((self.places + self.shifts) / self.days)

    @property
    def lacking(self) -> int:
        """Places that nobody can fill, by counting alone: 0 is needed for a full roster, and does not promise one."""
        return max(0, self.places - self.able)

    @property
    def people_lacking(self) -> int:
        """How many more people would fill them."""
        each = -(-self.able // self.people) if self.people and self.able else max(1, self.days * 6 // 7)
        return -(-self.lacking // each)

    def sentence(self, language: str) -> str:
        """The arithmetic in words."""
        if language.startswith("zh"):
            said = f"每天要 {self.places_a_day} 人次，{self.people} 人能出 {self.able_a_day} 人次"
            more = f"；每班再加一人就要 {self.one_more_a_day} 人次"
            short = f"；整期差 {self.lacking} 人次，还需 {self.people_lacking} 人" if self.lacking else ""
            return said + more + short + "。"
        said = f"{self.places_a_day} person-shifts a day, {self.able_a_day} available from {self.people} people"
        more = f"; with one more in every shift {self.one_more_a_day} are needed"
        short = f"; {self.lacking} short over the period, {self.people_lacking} more people" if self.lacking else ""
        return said + more + short + "."


def reach(ask: Ask) -> Reach:
    """Count places against what people can do on so many days of a week, less the days they are away."""
    able = {hand.key: _able(ask, hand) for hand in ask.hands}
    asked = Counter(trade for slot in ask.slots for trade in set(slot.trades))
    of_trade: Counter[str] = Counter()
    for hand in ask.hands:
        of_trade[hand.trade] += round(able[hand.key])
    return Reach(
        ask.days, len(ask.slots), sum(slot.crew for slot in ask.slots), len(ask.hands), round(sum(able.values())),
        {trade: (count, of_trade[trade]) for trade, count in sorted(asked.items())},
    )  # fmt: skip


def _able(ask: Ask, hand: Hand) -> float:
    """Days on duty somebody can do: those he is there, and of these no more than the rule of six of seven gives."""
    there = sum(
        not any(starts < (day + 1) * DAY and ends > day * DAY for starts, ends in hand.away) for day in range(ask.days)
    )
    most = ask.days * ask.rules.days / ask.rules.week if ask.days >= ask.rules.week else min(ask.days, ask.rules.days)
    return min(float(there), most)
