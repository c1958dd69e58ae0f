"""Spans of time as people type them: 2 小时30分, 90 分钟, 3 天, 2 hours 30 min, or a number beside a unit."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from sibulou.duty.cadence import duration
from sibulou.lib.problem import Problem

UNITS: dict[str, tuple[timedelta, tuple[str, str]]] = {
    "days": (timedelta(days=1), ("天", "days")),
    "hours": (timedelta(hours=1), ("小时", "hours")),
    "min": (timedelta(minutes=1), ("分钟", "minutes")),
}
"""The units of a plan, each with its length and its words."""

_WORDS = {
    "days": ("天", "日", "days", "day", "d"),
    "hours": ("个小时", "小时", "个钟头", "钟头", "时", "hours", "hour", "h"),
    "min": ("分钟", "分", "minutes", "minute", "mins", "min", "m"),
}
_KEYS = {word: key for key, words in _WORDS.items() for word in words}
_PART = re.compile(rf"(\d{{1,7}})\s*({'|'.join(sorted(_KEYS, key=len, reverse=True))})[\s,，、又和]*")


class UnreadableSpan(Problem):
    """A span of time that cannot be read. The facts are `field_zh`, `field_en` and `given`."""

    number = "422.99"
    zh = "“{field_zh}”的时长“{given}”看不懂。请填整数并选单位，或写成 2小时30分、3天、30分钟。"
    en = (
        "“{field_en}”: the span “{given}” cannot be read. Give a whole number and choose its unit, or write 2 hours "
        "30 min, 3 days, 30 min."
    )


def read_span(text: str, unit: str, *, field: tuple[str, str]) -> str:
    """What was typed, as a plan says it: a number takes the unit beside it, a text brings its own.

    Raises UnreadableSpan.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain.isascii() and plain.isdigit() and unit in UNITS:
        plain = f"{plain} {unit}"
    parts = _PART.findall(plain)
    said = " ".join(f"{int(count)} {_KEYS[word]}" for count, word in parts)
    try:
        if not parts or _PART.sub("", plain):
            raise ValueError(text)
        duration(said)
    except ValueError:
        raise UnreadableSpan(field_zh=field[0], field_en=field[1], given=text[:40]) from None
    return said


def split(span: timedelta) -> tuple[str, str]:
    """A span as a number and the largest unit that leaves no rest."""
    for key, (length, _) in UNITS.items():
        if span and span % length == timedelta():
            return str(span // length), key
    return str(span // timedelta(minutes=1)), "min"
