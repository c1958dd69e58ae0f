"""What people type, read from a page: words, moments and numbers, each with the sentence for what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.timezone import get_current_timezone

from sibulou.lib.problem import Problem


class UnreadableMoment(Problem):
    """A field that holds no moment. The facts are the field's names on the form and what it means when it is empty."""

    number = "422.84"
    zh = "“{field_zh}”没有填对。请填日期和时间，或留空表示{empty_zh}。"
    en = "“{field_en}” cannot be read. Give a date and a time, or leave it empty for {empty_en}."


class WordsTooLong(Problem):
    """A text longer than is kept. The fact is `most`."""

    number = "422.85"
    zh = "文字太长或有不能保存的字符，最多 {most} 个字。请缩短后再提交。"
    en = "The text is too long, or has signs that cannot be kept: at most {most} characters. Shorten it and try again."


def words_of(text: str, most: int) -> str:
    """A text without blanks around it. Raises WordsTooLong."""
    plain = text.strip().replace("\r\n", "\n")
    if len(plain) > most or "\x00" in plain:
        raise WordsTooLong(most=most)
    return plain


@dataclass(frozen=True)
class MomentField:
    """A field for a moment as a form shows it: its names, and what it means when it is empty."""

    zh: str
    en: str
    empty_zh: str
    empty_en: str


FROM = MomentField("自", "From", "现在", "now")
UNTIL = MomentField("至", "Until", "没有期限", "no end")


def moment_or_none(text: str, field: MomentField) -> datetime | None:
    """A moment from a browser's field, in the county's zone; None when it is empty. Raises UnreadableMoment."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _unreadable(field) from None
    if not 1970 < moment.year < 2200:
        raise _unreadable(field)
    return moment if moment.tzinfo else moment.replace(tzinfo=get_current_timezone())


def _unreadable(field: MomentField) -> UnreadableMoment:
    return UnreadableMoment(field_zh=field.zh, field_en=field.en, empty_zh=field.empty_zh, empty_en=field.empty_en)


def number_of(text: str) -> int:
    """A number from a form; 0, which nothing has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


class UnreadableHours(Problem):
    """Quiet hours that are no two different times of the day."""

    number = "422.163"
    zh = "免打扰时段请填开始和结束两个不同的时刻，例如 22:00 和 06:30；不需要就两个都留空。"
    en = "Quiet hours need two different times, such as 22:00 and 06:30. Leave both empty for none."


def quiet_of(posted: Mapping[str, str]) -> tuple[time, time] | None:
    """The quiet hours of a form's `quiet_since` and `quiet_until`; None for none. Raises UnreadableHours."""
    since, until = posted.get("quiet_since", "").strip(), posted.get("quiet_until", "").strip()
    if not since and not until:
        return None
    try:
        found = time.fromisoformat(since), time.fromisoformat(until)
    except ValueError:
        raise UnreadableHours from None
    if found[0] == found[1] or any(one.tzinfo for one in found):
        raise UnreadableHours
    return found
