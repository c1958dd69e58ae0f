"""The drill's own reading of a plan: which duties are in force, and the windows they yield.

Written apart from `sibulou.duty` on purpose. Whoever checks a kernel with the kernel's own calendar finds nothing
that both have wrong; so this is plain YAML and plain arithmetic, and shares no line with `plan*.py`, `cadence.py`
or `gap.py`. It follows the contract in docs/explanation/kernel.md, and where the two differ, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DAY = timedelta(days=1)
_LENGTHS = {"day": DAY, "hour": timedelta(hours=1), "min": timedelta(minutes=1)}


@dataclass(frozen=True)
class Pane:
    """One time a duty is owed: when it opens, warns and is due, and until when it may be met."""

    opens: datetime
    warn: datetime
    due: datetime
    until: datetime | None


@dataclass(frozen=True)
class Timetable:
    """How often and by when. `slots` are (opens, warn, due) in minutes of a day; the other clocks are durations."""

    kind: str
    slots: tuple[tuple[int, int, int], ...] = ()
    days: tuple[int, ...] = ()
    opens: time = time()
    warn: timedelta = timedelta()
    due: timedelta = timedelta()

    @property
    def cycle(self) -> tuple[object, ...]:
        """What two timings share whose windows open at the same moments."""
        return self.kind, self.days, self.opens if self.days else None


@dataclass(frozen=True)
class Closer:
    """A form that may close a duty: only in full (`when`), or only as an answer to what opened it."""

    form: str
    when: bool
    answers: bool


@dataclass(frozen=True)
class DutyRead:
    """One duty as the plan's text has it; a level without timetable: not in force there."""

    key: str
    scope: str
    owner: str
    gap: str
    timetables: Mapping[str, Timetable]
    closers: tuple[Closer, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PlanRead:
    """A whole plan: its zone, its levels, its duties."""

    key: str
    zone: ZoneInfo
    levels: tuple[str, ...]
    duties: Mapping[str, DutyRead]

    def closed_by(self, form: str) -> list[tuple[str, Closer]]:
        """The duties that a form may close."""
        return [(duty.key, closer) for duty in self.duties.values() for closer in duty.closers if closer.form == form]


def read_plan(text: str) -> PlanRead:
    """A plan that the product has found free of mistakes, read again from its text."""
    raw = yaml.safe_load(text)
    levels = tuple(level["key"] for level in raw["levels"])
    reasons = tuple(reason["key"] for reason in raw["reasons"])
    duties = {duty["key"]: _duty(duty, levels, reasons, raw.get("cutoffs", {})) for duty in raw["duties"]}
    return PlanRead(raw["plan"], ZoneInfo(raw["zone"]), levels, duties)


def _duty(raw: Any, levels: tuple[str, ...], reasons: tuple[str, ...], cutoffs: Mapping[str, str]) -> DutyRead:
    timetables = {}
    for level in levels:
        own = raw["at_levels"].get(level) if "at_levels" in raw else True
        if own:
            timetables[level] = _timetable({**raw, **(own if isinstance(own, dict) else {})}, cutoffs)
    closers = tuple(Closer(one["form"], "when" in one, bool(one.get("answers"))) for one in raw["closers"])
    allowed = tuple(raw.get("waiver", {}).get("reasons", reasons))
    return DutyRead(raw["key"], raw["scope"], raw["owner"], raw.get("gap", "overdue"), timetables, closers, allowed)


def _timetable(raw: Any, cutoffs: Mapping[str, str]) -> Timetable:
    return timetable({name: raw[name] for name in ("cadence", "clocks") if name in raw}, cutoffs)


def timetable(raw: Mapping[str, Any], cutoffs: Mapping[str, str] | None = None) -> Timetable:
    """A cadence with its clocks as plain data."""
    ((kind, said),) = raw["cadence"].items()
    if kind == "daily":
        return Timetable(kind, slots=tuple(_slot(slot, cutoffs or {}) for slot in said))
    clocks = raw["clocks"]
    days = said.get("days", ())
    return Timetable(
        kind,
        days=tuple(days) if isinstance(days, list) else (days,) if days else (),
        opens=time.fromisoformat(said.get("opens", "00:00")),
        warn=length(clocks["warn"]),
        due=length(clocks["due"]),
    )


def _slot(raw: Mapping[str, str], cutoffs: Mapping[str, str]) -> tuple[int, int, int]:
    opens, warn, due = (_minute(cutoffs.get(raw[key].removeprefix("cutoffs."), raw[key]))
                        for key in ("opens", "warn", "due"))  # fmt: skip
    return opens, warn + 1440 * (warn < opens), due + 1440 * (due < opens)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def length(text: object) -> timedelta:
    """A duration as plans write it: "3 days", "1 day 12 hours", "15 min", 0."""
    words = str(text).split()
    if words == ["0"]:
        return timedelta()
    return sum((int(count) * _LENGTHS[unit.rstrip("s")] for count, unit in zip(words[::2], words[1::2], strict=True)),
               timedelta())  # fmt: skip


def grid_panes(table: Timetable, *, anchor: datetime, start: datetime, end: datetime, zone: ZoneInfo) -> list[Pane]:
    """The windows of `daily` and `every` that open in [start, end); `every` counts from the local date of `anchor`."""
    panes = _daily(table, start, end, zone) if table.kind == "daily" else _every(table, anchor, end, zone)
    return [pane for pane in panes if start <= pane.opens < end]


def own_panes(table: Timetable, *, entered: datetime, zone: ZoneInfo) -> list[Pane]:
    """The windows of `once`, `after` and `event` for a subject that entered the scope at `entered`."""
    if table.kind != "after":
        return [Pane(entered, entered + table.warn, entered + table.due, None)]
    day = entered.astimezone(zone).date()
    opens = [_at(day + count * DAY, _minutes(table.opens), zone) for count in table.days]
    return [
        Pane(one, one + table.warn, one + table.due, until)
        for one, until in zip(opens, [*opens[1:], None], strict=True)
    ]


def _daily(table: Timetable, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Pane]:
    day = start.astimezone(zone).date() - DAY
    while day <= end.astimezone(zone).date():
        for number, (opens, warn, due) in enumerate(table.slots):
            last = number + 1 == len(table.slots)
            following = table.slots[0][0] + 1440 if last else table.slots[number + 1][0]
            yield Pane(*(_at(day, minute, zone) for minute in (opens, warn, due, following)))
        day += DAY


def _every(table: Timetable, anchor: datetime, end: datetime, zone: ZoneInfo) -> Iterator[Pane]:
    """A grid from the anchor's date; the first window opens at the anchor, with its clocks counted from the grid."""
    day, minutes = anchor.astimezone(zone).date(), _minutes(table.opens)
    while (opens := _at(day, minutes, zone)) < end:
        day += table.days[0] * DAY
        first, warn, due = (max(moment, anchor) for moment in (opens, opens + table.warn, opens + table.due))
        yield Pane(first, warn, due, _at(day, minutes, zone))


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time(), tzinfo=zone) + timedelta(minutes=minutes)).astimezone(UTC)
