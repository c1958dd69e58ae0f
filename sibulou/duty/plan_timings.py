"""Read how often a duty is owed at each response level, and by which clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time, timedelta

from sibulou.duty.cadence import (
    After,
    Cadence,
    Clocks,
    Daily,
    Every,
    Once,
    Slot,
    Triggered,
    Untimely,
    clock_time,
)
from sibulou.duty.plan_draft import Draft, maybe, text_of
from sibulou.duty.plan_reader import Cursor, close_to

CADENCES = ("daily", "every", "once", "after", "event")


_ALWAYS = Once(Clocks(timedelta(), timedelta(), timedelta()))


def read_timings(cursor: Cursor, found: Mapping[str, Cursor], draft: Draft) -> dict[str, Cadence]:
    """The cadence of every level at which the duty is in force."""
    base = read_timing(cursor, found, draft) if "cadence" in found else _ALWAYS
    if "at_levels" not in found:
        return dict.fromkeys(draft.level_keys, base)
    timings: dict[str, Cadence] = {}
    for level, item in found["at_levels"].mapping().items():
        if level not in draft.level_keys:
            item.wrong(f"未知响应级别 {level}", f"unknown level {level}", close_to(level, draft.level_keys))
        elif getattr(item.node, "value", None) == "true":
            timings[level] = base
        else:
            own = item.fields("", "cadence clocks")
            timings[level] = read_timing(item, {**_timing_of(found), **own}, draft)
    if not timings:
        levels = ", ".join(draft.level_keys)
        found["at_levels"].wrong("任何级别都不触发", "never fires at any level", (levels, levels))
    return timings


def _timing_of(found: Mapping[str, Cursor]) -> dict[str, Cursor]:
    return {name: found[name] for name in ("cadence", "clocks") if name in found}


def read_timing(cursor: Cursor, found: Mapping[str, Cursor], draft: Draft) -> Cadence:
    """A cadence with its clocks; a harmless one if anything about it is wrong."""
    if "cadence" not in found:
        return _ALWAYS
    kinds = found["cadence"].mapping()
    if len(kinds) != 1 or next(iter(kinds)) not in CADENCES:
        names = ", ".join(CADENCES)
        kind = next(iter(kinds), "")
        found["cadence"].wrong(f"未知节律 {kind}", f"unknown cadence {kind}", (f"其一：{names}", f"one of {names}"))
        return _ALWAYS
    kind, at = next(iter(kinds.items()))
    clocks = _read_own_clocks(cursor, found, kind)
    noted = len(cursor.sheet.mistakes)
    try:
        cadence = _CADENCE_READERS[kind](at, clocks, draft)
    except Untimely as why:
        if len(cursor.sheet.mistakes) == noted:
            allowed = ("按时触发且次序正确的时限", "moments in order that come round")
            at.wrong(why.zh, why.en, allowed)
        return _ALWAYS
    return cadence


def _read_own_clocks(cursor: Cursor, found: Mapping[str, Cursor], kind: str) -> Clocks:
    none = Clocks(timedelta(), timedelta(), timedelta())
    if kind == "daily":
        if "clocks" in found:
            zh, en = "daily 的时限写在时段里", "daily has its moments in the slots"
            found["clocks"].wrong(zh, en, ("删去 clocks", "no clocks"))
        return none
    if "clocks" not in found:
        missing = cursor.at("clocks", cursor.node)
        missing.wrong("缺少时限", "missing clocks", ("clocks: {warn, due, tell}",) * 2)
        return none
    return _read_clocks(found["clocks"])


def _read_clocks(cursor: Cursor) -> Clocks:
    found = cursor.fields("warn due tell")
    none = Clocks(timedelta(), timedelta(), timedelta())
    warn, due, tell = (maybe(found, name, Cursor.duration, timedelta()) for name in ("warn", "due", "tell"))
    if len(found) < 3:
        return none
    for earlier, later, length, name in ((warn, due, "warn", "due"), (due, tell, "due", "tell")):
        if later < earlier:
            zh, en = f"时限次序不对：{name} 早于 {length}", f"clocks out of order: {name} before {length}"
            found[name].wrong(zh, en, ("warn <= due <= tell",) * 2)
            return none
    return Clocks(warn, due, tell)


def _read_daily(cursor: Cursor, _: Clocks, draft: Draft) -> Cadence:
    return Daily(tuple(_read_slot(item, draft) for item in cursor.items()))


def _read_slot(cursor: Cursor, draft: Draft) -> Slot:
    found = cursor.fields("slot opens warn due tell")
    times = (
        maybe(found, name, lambda at: _read_slot_time(at, draft), time()) for name in ("opens", "warn", "due", "tell")
    )
    return Slot(text_of(found, "slot"), *times)


def _read_slot_time(cursor: Cursor, draft: Draft) -> time:
    """A time of day, or `cutoffs.village` and so on."""
    word = cursor.text()
    if word.startswith("cutoffs."):
        name = cursor.one_of([f"cutoffs.{name}" for name in draft.cutoffs], "截止时间", "cut-off")
        return draft.cutoffs.get(name.removeprefix("cutoffs."), time())
    return cursor.clock_time()


def _read_every(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    found = cursor.fields("days", "opens")
    days = maybe(found, "days", lambda at: at.integer(-3660, 3660), 1)
    return Every(days, maybe(found, "opens", Cursor.clock_time, time()), clocks)


def _read_once(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    cursor.fields("")
    return Once(clocks)


def _read_after(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    found = cursor.fields("days", "opens")
    days = maybe(found, "days", lambda at: [item.integer(-3660, 3660) for item in at.items()], [1])
    return After(tuple(days), maybe(found, "opens", Cursor.clock_time, clock_time("08:00")), clocks)


def _read_event(cursor: Cursor, clocks: Clocks, _: Draft) -> Cadence:
    cursor.fields("")
    return Triggered(clocks)


_CADENCE_READERS: dict[str, Callable[[Cursor, Clocks, Draft], Cadence]] = {
    "daily": _read_daily,
    "every": _read_every,
    "once": _read_once,
    "after": _read_after,
    "event": _read_event,
}
