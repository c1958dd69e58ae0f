"""How many stand at a post at each minute, against how many that minute asks for (S6, S17). Pure.

What is told is a count: so many are on duty now, of the whole post or of one shift. It holds until the next count of
the same, and no longer than the shift it was told of: nobody is taken to stay on because nobody said that he left.
Shifts at one time add up; whoever signs on before his shift begins counts from its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

GRACE_MINUTES = 15
"""How long a count outlives its shift: hand-overs take their time."""


@dataclass(frozen=True)
class Count:
    """From `at` on so many are on duty; worth nothing from `until` on (None: until the next).

    `shift` is the shift of which it was told, or into which it falls (0: none). Told of the `whole` post, it replaces
    what was told of every shift. Past `ends`, the shift's own end, its people wait for their relief, and count until it
    came.
    """

    at: datetime
    on_duty: int
    until: datetime | None = None
    shift: int = 0
    whole: bool = True
    ends: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """So many people are asked for from `since` to before `until`. Where spans overlap, the most is asked."""

    since: datetime
    until: datetime
    people: int


@dataclass(frozen=True)
class Under:
    """A span with too few: at the least `on_duty` of at the most `asked`; `until` None: still."""

    since: datetime
    until: datetime | None
    on_duty: int
    asked: int


def on_duty(counts: Iterable[Count], at: datetime) -> int:
    """How many stand there at a moment; of two counts of the same minute, the one that is named later holds."""
    last: dict[int, Count] = {}
    for count in sorted((count for count in counts if count.at <= at), key=lambda count: count.at):
        if count.whole:
            last.clear()
        last[count.shift] = count
    there = [count for count in last.values() if count.until is None or count.until > at]
    return sum(count.on_duty for count in there if not _relieved(count, there, at))


def _relieved(count: Count, there: Sequence[Count], at: datetime) -> bool:
    """Whether its shift is over and those of another have come since."""
    if count.ends is None or count.ends > at:
        return False
    return any(other.shift != count.shift and other.at >= count.ends for other in there)


def asked(spans: Iterable[Asked], at: datetime) -> int:
    """How many are asked for at a moment."""
    return max((span.people for span in spans if span.since <= at < span.until), default=0)


def under_strength(counts: Sequence[Count], spans: Sequence[Asked], *, now: datetime) -> list[Under]:
    """The spans up to `now` in which fewer stood there than were asked for, each as long as it lasted without a break.

    `now` belongs to the last one if it is still so then.
    """
    edges = {count.at for count in counts} | {count.until for count in counts if count.until}
    edges |= {edge for span in spans for edge in (span.since, span.until)}
    moments = sorted({edge for edge in edges if edge <= now} | {now})
    found: list[Under] = []
    for at in moments:
        there, wanted = on_duty(counts, at), asked(spans, at)
        last = found[-1] if found and found[-1].until is None else None
        if there < wanted:
            if last is None:
                found.append(Under(at, None, there, wanted))
            else:
                found[-1] = Under(last.since, None, min(last.on_duty, there), max(last.asked, wanted))
        elif last is not None:
            found[-1] = Under(last.since, at, last.on_duty, last.asked)
    return found
