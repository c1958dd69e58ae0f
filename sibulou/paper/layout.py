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

BODY = 246.0
"""What the head leaves of a page that stands upright, in millimetres."""

LYING = 137.0
"""What the head and the heading of the columns leave of a page that lies."""

UPRIGHT_WIDE, LYING_WIDE = 178.0, 264.0
"""How wide the lines of the foot may run."""

LINE = 10.0
"""One line of boxes."""

SHIFT_LINE = 11.0
HOUSE = 9.0
BOXES = 104.0
"""How wide the boxes of a row may run."""

WHO = 38.0
PART_GAP, BOX_GAP = 1.2, 3.0


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
    return full * square + (len(text) - full) * square * 0.53


def box_parts(box: Box, language: str) -> list[float]:
    """How wide the parts of a field are, which stay together while they fit on one line: its title, and its boxes."""
    title = wide(box.title.say(language) + ("※" if box.maybe else ""), 9)
    if box.look is Look.DIGITS:
        return [title, sum(6.3 if sign == "#" else 3.2 for sign in box.pattern)]
    if box.look is Look.LINE:
        return [title, float(box.wide)]
    return [title, *(8.8 + wide(tick.title.say(language)) for tick in box.ticks)]


def box_wide(box: Box, language: str) -> float:
    """How wide a field is on one line."""
    parts = box_parts(box, language)
    return sum(parts) + PART_GAP * (len(parts) - 1)


def flow(parts: Sequence[float], *, gap: float) -> int:
    """How many lines parts of these widths take, one after the other."""
    lines, used = 1, 0.0
    for part in parts:
        if used and used + gap + part > BOXES:
            lines, used = lines + 1, part
        else:
            used += part + (gap if used else 0)
    return lines


def row_high(boxes: Sequence[Box], language: str, *, who: str, what: str) -> float:
    """How high a row is: as many lines as its boxes need, and room for its name and its form's title."""
    lines, whole = 0, []
    for box in boxes:
        if box_wide(box, language) <= BOXES:
            whole.append(box_wide(box, language))
            continue
        lines += (flow(whole, gap=BOX_GAP) if whole else 0) + flow(box_parts(box, language), gap=PART_GAP)
        whole = []
    lines += flow(whole, gap=BOX_GAP) if whole else 0
    named = 6.0 * ceil(max(wide(who, 11), 1) / WHO) + 4.4 * ceil(max(wide(what, 8.5), 1) / WHO) + 2
    return max(lines * LINE + 2, named, LINE + 3)


def foot_high(texts: Sequence[str], *, room: float) -> float:
    """How high the foot is with these paragraphs, its line and its margin included."""
    return sum(ceil(max(wide(text, 8.5) * 1.04, 1) / room) for text in texts) * 4.6 + 3.5
