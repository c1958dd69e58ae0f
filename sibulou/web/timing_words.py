"""A timing in words: 每日 08:00 前 / daily by 08:00."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sibulou.duty.cadence import After, Cadence, Daily, Every, Triggered
from sibulou.duty.timing import read_timing
from sibulou.web.labels import pick


def timing_words(timing: Mapping[str, object], language: str) -> str:
    """What a stored timing asks for, in the reader's language. Raises PlanMistakes if it cannot be read."""
    return cadence_words(read_timing(timing), language)


def cadence_words(cadence: Cadence, language: str) -> str:
    """When it is due."""
    if isinstance(cadence, Daily):
        due = "、".join(f"{slot.due:%H:%M}" for slot in cadence.slots)
        return pick((f"每日 {due} 前", f"daily by {due.replace('、', ', ')}"), language)
    within = length_words(cadence.clocks.due, language)
    if isinstance(cadence, Every):
        return pick((f"每 {cadence.days} 日一次，{within}内", f"every {cadence.days} days, within {within}"), language)
    if isinstance(cadence, After):
        days = ", ".join(map(str, cadence.days))
        return pick((f"第 {days} 日，{within}内", f"on days {days}, within {within}"), language)
    if isinstance(cadence, Triggered):
        return pick((f"发生后{within}内", f"within {within} of what calls for it"), language)
    return pick((f"一次，{within}内", f"once, within {within}"), language)


def in_words(cadence: Cadence) -> tuple[str, str]:
    """When it is due, in both languages."""
    return cadence_words(cadence, "zh"), cadence_words(cadence, "en")


def length_words(length: timedelta, language: str) -> str:
    """A span in words: 2 小时 30 分钟 / 2 hours 30 min."""
    minutes = int(length.total_seconds() // 60)
    days, rest = divmod(minutes, 1440)
    if days and rest:
        days, rest = 0, minutes
    hours, left = divmod(rest, 60)
    words = [(days, "日", "days"), (hours, "小时", "hours"), (left, "分钟", "min")]
    said = [f"{count} {pick((zh, en), language)}" for count, zh, en in words if count]
    return " ".join(said) or f"0 {pick(('分钟', 'min'), language)}"
