"""Read the words a plan begins with: zone, levels, values, watch classes, reasons, ladders, cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sibulou.duty.ladder import Continue, QuietHours, Rung, flatten
from sibulou.duty.plan_draft import Draft, check_key, label_of, maybe
from sibulou.duty.plan_parts import CUTOFFS, WatchClass
from sibulou.duty.plan_reader import Cursor, close_to
from sibulou.duty.plan_words import Word
from sibulou.roster.role import ROLES


def read_quiet(cursor: Cursor) -> QuietHours | None:
    found = cursor.fields("from until")
    since, until = (maybe(found, name, Cursor.clock_time, time()) for name in ("from", "until"))
    if len(found) == 2 and since == until:
        cursor.wrong("静默时段为空", "quiet hours are empty", ("两个不同的时刻", "two different times"))
    return None if since == until else QuietHours(since, until)


def read_zone(cursor: Cursor) -> ZoneInfo:
    name = cursor.text()
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        cursor.wrong(f"未知时区 {name}", f"unknown zone {name}", ("如 Asia/Shanghai", "such as Asia/Shanghai"))
        return ZoneInfo("UTC")


def read_words(cursor: Cursor) -> tuple[Word, ...]:
    """Levels, reasons, choices: key and title."""
    words = []
    for key, item in cursor.keyed():
        check_key(item, key)
        words.append(Word(key, label_of(item.fields("key title"))))
    if not words:
        cursor.wrong("列表是空的", "the list is empty", ("至少一项", "at least one"))
    return tuple(words)


def read_values(cursor: Cursor) -> dict[str, float | int | str]:
    found = cursor.mapping()
    for name, item in found.items():
        check_key(item, name)
    return {name: item.value() for name, item in found.items()}


def read_lists(cursor: Cursor) -> dict[str, tuple[str, ...]]:
    return {name: item.texts() for name, item in cursor.mapping().items()}


def read_classes(cursor: Cursor, draft: Draft) -> dict[str, WatchClass]:
    classes = {}
    for key, item in cursor.keyed():
        check_key(item, key)
        found = item.fields("key title days")
        days = maybe(found, "days", lambda days: read_days(days, draft), 0)
        classes[key] = WatchClass(key, label_of(found), days)
    return classes


def read_days(cursor: Cursor, draft: Draft) -> int:
    """A number of days, or the name of one in `values`."""
    word = cursor.text()
    value = draft.values.get(word)
    if isinstance(value, int) and value > 0:
        return value
    if word in draft.values or not word.removeprefix("-").isdigit():
        names = [name for name, known in draft.values.items() if isinstance(known, int)]
        cursor.wrong(f"不是天数：{word}", f"no number of days: {word}", close_to(word, ["1–3660", *names]))
        return 0
    return cursor.integer(1, 3660)


def read_ladders(cursor: Cursor) -> dict[str, tuple[Rung, ...]]:
    found = cursor.mapping()
    raw = {name: tuple(_read_rung(step, found) for step in item.items()) for name, item in found.items()}
    ladders = {}
    for name, item in found.items():
        if not raw[name]:
            item.wrong("阶梯没有级", "a ladder without steps", ("至少一级", "at least one step"))
        try:
            ladders[name] = flatten(raw, name)
        except ValueError as cycle:
            allowed = ("不成环的阶梯", "ladders that come to an end")
            item.wrong(f"阶梯成环：{cycle}", f"the ladder is a cycle: {cycle}", allowed)
            ladders[name] = ()
    return ladders


def _read_rung(cursor: Cursor, ladders: Mapping[str, Cursor]) -> Rung | Continue:
    found = cursor.fields("", "role owner continue after")
    if sum(name in found for name in ("role", "owner", "continue")) != 1:
        allowed = ("role、owner、continue 三者之一", "one of role, owner, continue")
        cursor.wrong("每级只说一件事", "a step says one thing", allowed)
    after = maybe(found, "after", Cursor.duration, timedelta())
    if "continue" in found:
        ladder = found["continue"].one_of(ladders, "阶梯", "ladder")
        return Continue(ladder, after) if ladder in ladders else Rung(None, after)
    if "role" in found:
        role = found["role"].one_of(ROLES, "角色", "role")
        return Rung(role if role in ROLES else None, after)
    if "owner" in found and not found["owner"].boolean():
        found["owner"].wrong("只能是 true", "only true", ("true", "true"))
    return Rung(None, after)


def read_cutoffs(cursor: Cursor) -> dict[str, time]:
    found = cursor.fields(" ".join(CUTOFFS))
    times = {name: found[name].clock_time() for name in CUTOFFS if name in found}
    if list(times.values()) != sorted(times.values()):
        allowed = ("village <= township <= county",) * 2
        cursor.wrong("截止时间次序不对", "cut-offs out of order", allowed)
    return times
