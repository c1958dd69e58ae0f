"""The internal key of an area: 18 decimal digits in which every ancestor can be read.

province 2, prefecture 2, county 2, township 3, village 3, group 3, micro-grid 3. "Everything under here" is one
range of one indexed column, and the ancestor at a level is a subtraction. The key is ours: official codes, which
are re-issued (S: domain section 5, GB/T 10114), are dated attributes beside it.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

DIGITS = 18


class Level(IntEnum):
    """The levels of the tree, widest first."""

    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5
    GROUP = 6
    MICRO = 7

    @property
    def digits(self) -> int:
        """How many leading digits of a key name an area of this level."""
        return (2, 4, 6, 9, 12, 15, 18)[self - 1]

    @property
    def child(self) -> Level:
        """The next level down; a micro-grid has none and raises ValueError."""
        return Level(self + 1)


LEVEL_NAMES: dict[Level, tuple[str, str]] = {
    Level.PROVINCE: ("省", "province"),
    Level.PREFECTURE: ("市（州）", "prefecture"),
    Level.COUNTY: ("县（市、区）", "county"),
    Level.TOWNSHIP: ("乡镇（街道）", "township"),
    Level.VILLAGE: ("村（社区）", "village"),
    Level.GROUP: ("组", "group"),
    Level.MICRO: ("微网格", "micro-grid"),
}


def span(level: Level) -> int:
    """How many keys an area of this level covers, itself included."""
    return int(10 ** (DIGITS - level.digits))


def ancestor(key: int, level: Level) -> int:
    """The key of the area of `level` that `key` lies in (or is)."""
    return key - key % span(level)


@lru_cache(maxsize=4096)
def level_of(key: int) -> Level:
    """The level of the area that `key` names: where its trailing zeros begin."""
    for level in Level:
        if key % span(level) == 0:
            return level
    raise ValueError(f"{key} is no area key")


def key_range(key: int) -> tuple[int, int]:
    """The half-open range of keys under `key`, itself first."""
    return key, key + span(level_of(key))


def from_code(code: str) -> int:
    """The key seeded from an official code of 2, 4, 6, 9 or 12 digits."""
    return int(code.ljust(DIGITS, "0"))


def child_key(parent: int, slot: int) -> int:
    """The key of the child in `slot` (1 to 99 or 999) of `parent`."""
    level = level_of(parent).child
    width = level.digits - level_of(parent).digits
    if not 0 < slot < 10**width:
        raise ValueError(f"slot {slot} does not fit into {width} digits under {parent}")
    return parent + slot * span(level)
