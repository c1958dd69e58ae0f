"""How rows fall on pages of A4: heights in millimetres, so that every browser breaks a sheet at the same rows.

A browser breaks pages where it likes, and few of them number them. So the pages are made here, each with its own head,
serial and "page n of m"; the style sheet gives the same millimetres.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

from sibulou.paper.boxes import Box, Look

T = TypeVar("T")

BODY = 224.0
"""What the head and the foot leave of a page that stands upright, without the lines of why."""

LYING = 134.0
"""What the head, the foot and the heading leave of a page that lies."""

LINE = 10.0
"""One line of boxes."""

SHIFT_LINE = 11.0
HOUSE = 9.0
BOXES = 112.0
"""How wide the boxes of a row may run."""

WHO = 40.0


@dataclass(frozen=True)
class Block(Generic[T]):
    """Something to put on a page, and how high it is. `with_next`: it must not be the last on its page."""

    what: T
    high: float
    with_next: bool = False


def paginate(blocks: Sequence[Block[T]], *, room: float) -> list[list[Block[T]]]:
    """The blocks on pages with so much room each; at least one page. A block higher than a page has one of its own."""
    pages: list[list[Block[T]]] = [[]]
    used = 0.0
    for at, block in enumerate(blocks):
        needed = block.high
        if block.with_next and at + 1 < len(blocks):
            needed += blocks[at + 1].high
        if pages[-1] and used + needed > room:
            pages.append([])
            used = 0.0
        pages[-1].append(block)
        used += block.high
    return pages


def wide(text: str, point: float = 10.0) -> float:
    """About how wide a text is in millimetres: a full-width sign is a square, any other a little over half of one."""
    square = point * 0.353
    full = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return full * square + (len(text) - full) * square * 0.56


def box_wide(box: Box, language: str) -> float:
    """How wide a field is with its title."""
    title = wide(box.title.say(language)) + 3
    if box.look is Look.DIGITS:
        return title + sum(7.2 if sign == "#" else 3.0 for sign in box.pattern)
    if box.look is Look.LINE:
        return title + box.wide
    return title + sum(9.5 + wide(tick.title.say(language)) for tick in box.ticks)


def row_high(boxes: Sequence[Box], language: str, *, who: str, what: str) -> float:
    """How high a row is: as many lines as its boxes need, and room for its name and duty."""
    lines, used = 1, 0.0
    for box in boxes:
        needed = box_wide(box, language) + 3
        if needed > BOXES:  # a field with many choices runs on by itself
            lines += ceil(needed / BOXES) - (0 if used else 1)
            used = needed % BOXES
        elif used + needed > BOXES:
            lines, used = lines + 1, needed
        else:
            used += needed
    named = 6.0 * ceil(max(wide(who, 11), 1) / WHO) + 4.4 * ceil(max(wide(what, 8.5), 1) / WHO) + 2
    return max(lines * LINE + 2, named)


def why_lines(text: str) -> int:
    """How many lines of the foot a text takes."""
    return ceil(max(wide(text, 8.5), 1) / 182)
