"""Excuses and families read from JSON, field by field, before anyone has judged them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sibulou.field.problems import WrongItem
from sibulou.lib.problem import Problem

MOST_PERSONS = 30
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Unreadable:
    """An item that cannot be read: its id if it has one, what was sent, and what is wrong."""

    id: str
    raw: object
    problem: Problem


@dataclass(frozen=True)
class Excuse:
    """Cannot, because: a waiver asked for. `raw` is what was sent."""

    id: UUID
    obligation: int
    reason: str
    words: str
    until: datetime | None
    raw: Mapping[str, object]


@dataclass(frozen=True)
class Member:
    """One person of a family."""

    name: str
    relation: str
    sex: str
    birth_date: date | None
    identity: str
    phone: str
    state: str


@dataclass(frozen=True)
class Family:
    """A household and the people in it. `raw` is what was sent."""

    id: UUID
    area: int
    name: str
    address: str
    phone: str
    language: str
    without_phone: bool
    persons: tuple[Member, ...]
    raw: Mapping[str, object]


def read_item(raw: object, read: Callable[[Mapping[str, object]], Item]) -> Item | Unreadable:
    """An item, or why it cannot be read."""
    sent = raw if isinstance(raw, Mapping) else {}
    number = _UNSTORABLE.sub("", str(sent.get("id", "")))[:40]
    try:
        if not isinstance(raw, Mapping):
            raise _wrong("item", "一个对象", "an object")
        if _odd(raw):
            raise _wrong("item", "可以保存的文字，嵌套不超过四层", "text that can be stored, nested four deep at most")
        return read(raw)
    except Problem as problem:
        return Unreadable(number, _written_out(raw), problem)


def read_excuse(raw: Mapping[str, object]) -> Excuse:
    """Raises WrongItem."""
    _only(raw, "id obligation reason words until")
    return Excuse(
        id=_uuid(raw),
        obligation=_number(raw, "obligation"),
        reason=_text(raw, "reason", 40),
        words=_text(raw, "words", 400),
        until=_moment(raw, "until"),
        raw=raw,
    )


def read_family(raw: Mapping[str, object]) -> Family:
    """Raises WrongItem."""
    _only(raw, "id area name address phone language without_phone persons")
    area = raw.get("area")
    if not isinstance(area, str) or not re.fullmatch(r"[0-9]{18}", area, re.ASCII):
        raise _wrong("area", "18 位区域编号", "an area key of 18 digits")
    persons = raw.get("persons")
    if not isinstance(persons, list) or not 1 <= len(persons) <= MOST_PERSONS:
        raise _wrong("persons", f"1 至 {MOST_PERSONS} 人", f"1 to {MOST_PERSONS} persons")
    without_phone = raw.get("without_phone", False)
    if not isinstance(without_phone, bool):
        raise _wrong("without_phone", "是或否", "true or false")
    return Family(
        id=_uuid(raw),
        area=int(area),
        name=_text(raw, "name", 80),
        address=_text(raw, "address", 120),
        phone=_text(raw, "phone", 30),
        language=_text(raw, "language", 12),
        without_phone=without_phone,
        persons=tuple(_member(one) for one in persons),
        raw=raw,
    )


def _member(raw: object) -> Member:
    if not isinstance(raw, Mapping):
        raise _wrong("persons", "人员对象的列表", "a list of persons, each an object")
    _only(raw, "name relation sex birth_date identity phone state")
    return Member(
        name=_text(raw, "name", 80, least=1),
        relation=_text(raw, "relation", 2) or "99",
        sex=_text(raw, "sex", 1),
        birth_date=_day(raw, "birth_date"),
        identity=_text(raw, "identity", 30),
        phone=_text(raw, "phone", 30),
        state=_text(raw, "state", 10) or "present",
    )


def _wrong(field: str, zh: str, en: str) -> WrongItem:
    return WrongItem(field=field, allowed_zh=zh, allowed_en=en)


def _only(raw: Mapping[str, object], known: str) -> None:
    unknown = sorted(set(raw) - set(known.split()))
    if unknown:
        raise _wrong(unknown[0][:40], "没有这一项", "absent: there is no such field")


def _uuid(raw: Mapping[str, object]) -> UUID:
    try:
        return UUID(str(raw.get("id")))
    except ValueError:
        raise _wrong("id", "设备生成的 UUID", "a UUID made by the device") from None


def _number(raw: Mapping[str, object], field: str) -> int:
    text = str(raw.get(field))
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise _wrong(field, "编号", "a number")
    return int(text)


def _text(raw: Mapping[str, object], field: str, most: int, *, least: int = 0) -> str:
    value = raw.get(field)
    text = "" if value is None else value
    if not isinstance(text, str) or not least <= len(text.strip()) <= most:
        raise _wrong(field, f"{least} 至 {most} 字的文字", f"a text of {least} to {most} characters")
    return text.strip()


def _moment(raw: Mapping[str, object], field: str) -> datetime | None:
    value = raw.get(field)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 < moment.year < 2200:
        raise _wrong(field, "带时区的时刻", "a moment with its zone")
    return moment


def _day(raw: Mapping[str, object], field: str) -> date | None:
    """A day, or a year alone, which stands for its first day."""
    text = _text(raw, field, 10)
    try:
        return date.fromisoformat(f"{text}-01-01" if len(text) == 4 else text) if text else None
    except ValueError:
        raise _wrong(field, "日期（1948-05-06）或年份", "a day (1948-05-06) or a year") from None


def _odd(value: object, depth: int = 0) -> bool:
    """Whether something in it cannot be kept as it is, or lies too deep."""
    if isinstance(value, str):
        return bool(_UNSTORABLE.search(value))
    if isinstance(value, Mapping):
        return depth > 3 or any(_odd(key) or _odd(one, depth + 1) for key, one in value.items())
    if isinstance(value, list):
        return depth > 3 or any(_odd(one, depth + 1) for one in value)
    return False


def _written_out(raw: object) -> object:
    """What was sent, as it can be kept."""
    return repr(raw)[:4000].encode("ascii", "backslashreplace").decode() if _odd(raw) else raw
