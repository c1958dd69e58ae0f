"""What is asked of a roster: shifts to be manned, people, and the rules. Values only; minutes count from the midnight
on which the period begins, and may be negative for what people did before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY = 24 * 60
Span = tuple[int, int]
"""From minute to minute, half open."""
Roster = Mapping[int, tuple[int, ...]]
"""The people (keys) of every shift (key)."""


@dataclass(frozen=True)
class Slot:
    """One shift: at a post, how many people it needs, and which trades must be among them (one of each at least)."""

    key: int
    post: int
    starts: int
    ends: int
    crew: int
    trades: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.ends <= self.starts or self.crew < 1 or len(set(self.trades)) > self.crew:
            raise ValueError(f"shift {self.key}: ends after it starts, at least one person, no more trades than people")

    @property
    def day(self) -> int:
        """The day on which it begins, counted from 0."""
        return self.starts // DAY


@dataclass(frozen=True)
class Hand:
    """Somebody who can be put on duty: his trade, when he is away, what he asked for, what he has done just before.

    `preferred` are posts he would like, `apart` people he must not share a shift with, `before` shifts of other
    rosters.
    """

    key: int
    trade: str
    away: tuple[Span, ...] = ()
    no_nights: bool = False
    preferred: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()
    before: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The hard rules of working time. Minutes; `days` of any `week` in a row; `nights` in any `week` in a row."""

    longest: int = 12 * 60
    rest: int = 8 * 60
    days: int = 6
    week: int = 7
    nights: int = 3
    night_until: int = 6 * 60

    def is_night(self, starts: int, ends: int) -> bool:
        """Whether a span touches the hours between midnight and `night_until`."""
        return starts % DAY < self.night_until or (starts // DAY) * DAY + DAY < ends


@dataclass(frozen=True)
class Ask:
    """Everything a roster is made from. `far`: how far a person lives from a post (0 own village, 1 own township, 2
    elsewhere); a pair that is not named is 2. `seed` settles what is equally good."""

    days: int
    slots: tuple[Slot, ...]
    hands: tuple[Hand, ...]
    rules: Rules = Rules()
    far: Mapping[tuple[int, int], int] = field(default_factory=dict)
    seed: int = 1

    def distance(self, hand: int, post: int) -> int:
        """How far somebody lives from a post: 0, 1 or 2."""
        return self.far.get((hand, post), 2)
