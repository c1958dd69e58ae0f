"""How often a duty is owed, and the moments of each time it is owed.

A cadence yields windows. `Daily` and `Every` lie on a grid that all subjects of a stage share; `Once`,
`After` and `Triggered` count from the subject's own start. All moments that leave this module are aware and
in UTC; wall-clock times are judged in the zone that is passed in. Source: domain section 4b; the table in
docs/explanation/kernel.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LONGEST = 3660  # days; a clock or cycle beyond ten years is a slip of the pen
_UNITS = {
    "day": DAY,
    "days": DAY,
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "min": timedelta(minutes=1),
}
_PART = re.compile(r"(\d+)\s*(days?|hours?|min)\s*")


def duration(text: str) -> timedelta:
    """Read "3 days", "2 hours", "30 min", "1 day 12 hours" or "0". Raises ValueError on anything else."""
    if text.strip() == "0":
        return timedelta()
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text.strip()):
        raise ValueError(f"{text!r} is no duration")
    if any(len(count) > 7 for count, _ in parts):
        raise ValueError(f"{text!r} is longer than {LONGEST} days")
    length = sum((int(count) * _UNITS[unit] for count, unit in parts), timedelta())
    if length > LONGEST * DAY:
        raise ValueError(f"{text!r} is longer than {LONGEST} days")
    return length


def clock_time(text: str) -> time:
    """Read a wall-clock time "08:00". Raises ValueError on anything else, 24:00 included."""
    if not re.fullmatch(r"\d{2}:\d{2}", text):
        raise ValueError(f"{text!r} is no time of day")
    return time.fromisoformat(text)


class Untimely(ValueError):
    """A timing that cannot be kept or never fires; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Window:
    """One time a duty is owed: opens, owner warned, due, next level told; `until` None = open-ended."""

    opens: datetime
    warn: datetime
    due: datetime
    tell: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        if not self.opens <= self.warn <= self.due <= self.tell:
            raise ValueError("a window needs opens <= warn <= due <= tell")
        if self.until is not None and not (self.due <= self.until and self.opens < self.until):
            raise ValueError("a window needs due <= until and opens < until")


@dataclass(frozen=True)
class Clocks:
    """How long after the opening the owner is warned, the duty is due, and the next level is told."""

    warn: timedelta
    due: timedelta
    tell: timedelta

    def __post_init__(self) -> None:
        if not timedelta() <= self.warn <= self.due <= self.tell:
            raise Untimely("时限须依次为 warn <= due <= tell", "clocks need 0 <= warn <= due <= tell")

    def no_later_than(self, other: Clocks) -> bool:
        """Whether none of the three clocks is longer than the other's."""
        return self.warn <= other.warn and self.due <= other.due and self.tell <= other.tell


@dataclass(frozen=True)
class Slot:
    """One slot of a day, in wall-clock times; a time earlier than `opens` means the next day."""

    slot: str
    opens: time
    warn: time
    due: time
    tell: time

    def __post_init__(self) -> None:
        if not self.slot:
            raise Untimely("时段须有名称", "a slot needs a name")
        if not self._after(self.warn) <= self._after(self.due) <= self._after(self.tell):
            raise Untimely(
                f"时段 {self.slot} 须依次为 opens <= warn <= due <= tell",
                f"slot {self.slot} needs opens <= warn <= due <= tell",
            )

    def _after(self, moment: time) -> int:
        """Minutes from the opening to `moment`, over midnight if it has to be."""
        return (_minutes(moment) - _minutes(self.opens)) % 1440

    @property
    def minutes(self) -> tuple[int, int, int, int]:
        """Opens, warn, due and tell in minutes after the midnight before the opening (so up to 2879)."""
        start = _minutes(self.opens)
        warn, due, tell = (start + self._after(moment) for moment in (self.warn, self.due, self.tell))
        return start, warn, due, tell


@dataclass(frozen=True)
class Daily:
    """The same slots each day, in the order of their openings."""

    slots: tuple[Slot, ...]

    def __post_init__(self) -> None:
        if not self.slots:
            raise Untimely("没有时段，永不触发", "a daily cadence without slots never fires")
        if len({slot.slot for slot in self.slots}) < len(self.slots):
            raise Untimely("两个时段同名", "two slots have the same name")
        openings = [slot.minutes[0] for slot in self.slots]
        if any(later <= earlier for earlier, later in pairwise(openings)):
            raise Untimely("各时段须按 opens 先后排列", "slots must open one after the other")
        ends = [*openings[1:], openings[0] + 1440]
        for slot, end in zip(self.slots, ends, strict=True):
            if slot.minutes[2] > end:
                raise Untimely(
                    f"时段 {slot.slot} 的 due 晚于下一时段的 opens",
                    f"slot {slot.slot} is due after the next slot opens",
                )


@dataclass(frozen=True)
class Every:
    """Every n days on a grid, opening at one time of day."""

    days: int
    opens: time
    clocks: Clocks

    def __post_init__(self) -> None:
        if self.days < 1:
            raise Untimely("天数不足 1，永不触发", "a cadence of every 0 days never fires")
        if self.days > LONGEST:
            raise Untimely(f"周期最长 {LONGEST} 天", f"a cycle is at most {LONGEST} days")
        if self.clocks.due > self.days * DAY:
            raise Untimely("due 晚于下一次 opens", f"due after {self.clocks.due} is later than the next opening")


@dataclass(frozen=True)
class Once:
    """One time, from the moment the subject enters the scope."""

    clocks: Clocks


@dataclass(frozen=True)
class After:
    """Once on each of the listed days after the local date on which the subject entered the scope."""

    days: tuple[int, ...]
    opens: time
    clocks: Clocks

    def __post_init__(self) -> None:
        if not self.days:
            raise Untimely("没有列出天数，永不触发", "a cadence without days never fires")
        if self.days[-1] > LONGEST:
            raise Untimely(f"天数最多 {LONGEST}", f"a day is at most {LONGEST} days on")
        if self.days[0] < 1 or any(later <= earlier for earlier, later in pairwise(self.days)):
            raise Untimely("天数须从 1 起递增", "days must be 1 or more and ascend")
        if any(self.clocks.due > (later - earlier) * DAY for earlier, later in pairwise(self.days)):
            raise Untimely("due 晚于下一次 opens", f"due after {self.clocks.due} is later than the next opening")


@dataclass(frozen=True)
class Triggered:
    """Never by the calendar: a rule opens it. Named `event` in a plan."""

    clocks: Clocks


Cadence = Daily | Every | Once | After | Triggered


def grid(cadence: Cadence, *, start: datetime, end: datetime | None, upto: datetime, zone: ZoneInfo) -> list[Window]:
    """The windows of a stage `[start, end)` that open before `upto`, in order; empty for the cadences of
    `single`.

    Daily: the slots whose opening lies in the stage. Every: a grid of n days from the local date of `start`;
    a stage that begins after that day's opening (at 14:00, say) owes its first round at once: the first
    window opens at `start`, its clocks still counted from the opening on the grid, but none earlier than
    `start`. `until` is the next opening, whether or not the stage still lasts then: a duty begun is finished.
    """
    before = upto if end is None else min(end, upto)
    if isinstance(cadence, Daily):
        windows = _daily_windows(cadence, start, before, zone)
    elif isinstance(cadence, Every):
        windows = _every_windows(cadence, start, before, zone)
    else:
        return []
    return [window for window in windows if start <= window.opens < before]


def single(cadence: Cadence, *, since: datetime, zone: ZoneInfo) -> list[Window]:
    """The windows of a subject that entered the scope (or an event that happened) at `since`; empty for a
    grid.
    """
    if isinstance(cadence, Once | Triggered):
        return [_after_opening(since.astimezone(UTC), cadence.clocks, None)]
    if not isinstance(cadence, After):
        return []
    first = since.astimezone(zone).date()
    openings = [_at(first + day * DAY, _minutes(cadence.opens), zone) for day in cadence.days]
    ends: list[datetime | None] = [*openings[1:], None]
    return [_after_opening(opens, cadence.clocks, end) for opens, end in zip(openings, ends, strict=True)]


def owes(window: Window, *, since: datetime, until: datetime | None) -> bool:
    """Whether a subject in scope during `[since, until)` owes this window of a grid: it is there at the
    warning.
    """
    return since <= window.warn and (until is None or until > window.warn)


def same_grid(one: Cadence, other: Cadence) -> bool:
    """Whether the two open at the same moments when they count from the same start, whatever their clocks."""
    match one, other:
        case Every() as old, Every() as new:
            return (old.days, old.opens) == (new.days, new.opens)
        case After() as old, After() as new:
            return (old.days, old.opens) == (new.days, new.opens)
    return type(one) is type(other)


def is_stricter(base: Cadence, changed: Cadence) -> bool:
    """Whether `changed` asks at least as much as `base`: same kind, as often, and no moment later (equal
    counts).
    """
    match base, changed:
        case Daily() as old, Daily() as new:
            return _slots_stricter(old, new)
        case Every() as old, Every() as new:
            often = new.days <= old.days and new.opens <= old.opens
            return often and new.clocks.no_later_than(old.clocks)
        case After() as old, After() as new:
            often = set(old.days) <= set(new.days) and new.opens <= old.opens
            return often and new.clocks.no_later_than(old.clocks)
        case (Once() as old, Once() as new) | (Triggered() as old, Triggered() as new):
            return new.clocks.no_later_than(old.clocks)
    return False


def _slots_stricter(base: Daily, changed: Daily) -> bool:
    by_name = {slot.slot: slot for slot in changed.slots}
    pairs = [(slot.minutes, by_name[slot.slot].minutes) for slot in base.slots if slot.slot in by_name]
    return len(pairs) == len(base.slots) and all(
        new <= old for olds, news in pairs for old, new in zip(olds, news, strict=True)
    )


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time, in minutes after the midnight that begins `day`."""
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _ordered(moments: Iterable[datetime], until: datetime | None) -> Window:
    """A window of four moments, pulled into order: a change of summer time must not break one."""
    opens, warn, due, tell = moments
    warn = max(opens, warn)
    due = max(warn, due)
    if until is not None and due > until:
        due, warn = until, min(warn, until)
    return Window(opens, warn, due, max(due, tell), until)


def _after_opening(opens: datetime, clocks: Clocks, until: datetime | None) -> Window:
    return _ordered((opens, opens + clocks.warn, opens + clocks.due, opens + clocks.tell), until)


def _daily_windows(cadence: Daily, start: datetime, before: datetime, zone: ZoneInfo) -> Iterator[Window]:
    first, last = start.astimezone(zone).date() - DAY, before.astimezone(zone).date() + DAY
    days = [first + n * DAY for n in range((last - first).days + 1)]
    slots = [(day, slot.minutes) for day in days for slot in cadence.slots]
    for (day, minutes), (next_day, following) in pairwise(slots):
        moments = [_at(day, minute, zone) for minute in minutes]
        until = _at(next_day, following[0], zone)
        if moments[0] < until:  # an hour that summer time leaves out holds no slot
            yield _ordered(moments, until)


def _every_windows(cadence: Every, start: datetime, before: datetime, zone: ZoneInfo) -> Iterator[Window]:
    day, clocks = start.astimezone(zone).date(), cadence.clocks
    minutes = _minutes(cadence.opens)
    while (opens := _at(day, minutes, zone)) < before:
        day += cadence.days * DAY
        moments = (opens, opens + clocks.warn, opens + clocks.due, opens + clocks.tell)
        yield _ordered((max(moment, start.astimezone(UTC)) for moment in moments), _at(day, minutes, zone))
