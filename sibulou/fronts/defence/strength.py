"""How many stand at a post at each minute, against how many that minute asks for (S6, S17). Pure.

What is told is a count: so many are on duty now. It holds until the next count, and no longer than the shift it was
told of: nobody is taken to stay on because nobody said that he left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

GRACE_MINUTES = 15
"""How long a count outlives its shift: hand-overs take their time."""


@dataclass(frozen=True)
class Count:
    """Told at `at`: so many on duty; worth nothing from `until` on (None: until the next)."""

    at: datetime
    on_duty: int
    until: datetime | None = None


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
    """How many stand there at a moment; told later at the same minute wins."""
    told = [count for count in counts if count.at <= at]
    if not told:
        return 0
    last = max(told, key=lambda count: count.at)
    return 0 if last.until is not None and last.until <= at else last.on_duty


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
