"""What is known so far of a plan that is being read, and the small readings that every part shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from types import MappingProxyType
from typing import TypeVar

from sibulou.duty.form import Form
from sibulou.duty.ladder import Rung
from sibulou.duty.plan_parts import Duty, WatchClass
from sibulou.duty.plan_reader import BLANK, Cursor, close_to
from sibulou.duty.plan_trial import misfit, strange_choices
from sibulou.duty.plan_words import Label, Word
from sibulou.duty.rule import SUBJECT_FACTS, VARIABLES, Expression, Rule

T = TypeVar("T")
Value = float | int | str
Words = tuple[str, ...]


KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


DUTY_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@dataclass
class Draft:
    """The words known so far, which later parts refer to, and where each part stands in the file."""

    scopes: Mapping[str, str] | None
    levels: tuple[Word, ...] = ()
    values: dict[str, Value] = field(default_factory=dict)
    lists: dict[str, Words] = field(default_factory=dict)
    classes: dict[str, WatchClass] = field(default_factory=dict)
    reasons: dict[str, Word] = field(default_factory=dict)
    ladders: dict[str, tuple[Rung, ...]] = field(default_factory=dict)
    cutoffs: dict[str, time] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    duties: dict[str, Duty] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    where: dict[str, Cursor] = field(default_factory=dict)

    @property
    def level_keys(self) -> list[str]:
        return [level.key for level in self.levels]


def frozen(parts: Mapping[str, T]) -> Mapping[str, T]:
    """A read-only view of a copy."""
    return MappingProxyType(dict(parts))


def maybe(found: Mapping[str, Cursor], name: str, read: Callable[[Cursor], T], otherwise: T) -> T:
    return read(found[name]) if name in found else otherwise


def many(found: Mapping[str, Cursor], name: str, read: Callable[[Cursor], Iterable[T]]) -> tuple[T, ...]:
    return tuple(read(found[name])) if name in found else ()


def label_of(found: Mapping[str, Cursor], name: str = "title") -> Label:
    return maybe(found, name, Cursor.label, BLANK)


def text_of(found: Mapping[str, Cursor], name: str) -> str:
    return maybe(found, name, Cursor.text, "")


def check_key(cursor: Cursor, key: str, pattern: re.Pattern[str] = KEY) -> None:
    if key and not pattern.fullmatch(key):
        allowed = ("以字母开头的字母、数字和 _", "letters, digits and _, a letter first")
        cursor.wrong(f"键不合规：{key}", f"no proper key: {key}", allowed)


def read_articles(cursor: Cursor) -> tuple[str, ...]:
    tags = [f"S{n}" for n in range(1, 53)]
    found = cursor.items()
    for item in found:
        if item.text() not in tags:
            item.wrong(f"未知条目 {item.text()}", f"unknown article tag {item.text()}", ("S1–S52", "S1 to S52"))
    if not found:
        cursor.wrong("没有条目", "no article tag", ("S1–S52", "S1 to S52"))
    return tuple(item.text() for item in found)


def read_class(cursor: Cursor, draft: Draft) -> str:
    return cursor.one_of(draft.classes, "管控类别", "watch class")


def read_expression(cursor: Cursor, known: tuple[str, ...] = VARIABLES) -> Expression | None:
    """A CEL expression that parses and uses only `known` variables and functions."""
    source = cursor.text()
    if not source:
        return None
    try:
        expression = Expression(source)
    except ValueError as error:
        why = str(error).splitlines()[0][:200]
        cursor.wrong(f"条件不是 CEL：{why}", f"no CEL condition: {why}", ("CEL 表达式", "a CEL expression"))
        return None
    for name in expression.unknown_names(known):
        allowed = ("、".join(known), ", ".join(known))
        cursor.wrong(f"未知变量 {name}", f"unknown variable {name}", allowed)
    return expression


def check_fields(cursor: Cursor, expression: Expression, fields: Iterable[str], *, only_record: bool = False) -> None:
    """Note every `record.<field>` that is not among `fields`, and other variables where there are none."""
    known = list(fields)
    for name in expression.names("record"):
        if name not in known:
            zh, en = f"未知字段 record.{name}", f"unknown field record.{name}"
            cursor.wrong(zh, en, close_to(name, known))
    if only_record:
        for variable in ("subject", "values", "lists"):
            if expression.names(variable):
                cursor.wrong(f"此处不能用 {variable}", f"{variable} is not known here", ("record", "record"))


def check_condition(cursor: Cursor, when: Expression, forms: Iterable[str], draft: Draft) -> None:
    """Note every field, fact, value or list that the condition reads and nobody declares."""
    for form in forms:
        if form in draft.forms:
            check_fields(cursor, when, [field.key for field in draft.forms[form].fields])
    for variable, known in (
        ("subject", list(SUBJECT_FACTS)),
        ("values", list(draft.values)),
        ("lists", list(draft.lists)),
    ):
        for name in when.names(variable):
            if name not in known:
                zh, en = f"未知的 {variable}.{name}", f"unknown {variable}.{name}"
                cursor.wrong(zh, en, close_to(name, known))
    try_out(cursor, when, [draft.forms[form] for form in forms if form in draft.forms], draft.values, draft.lists)


def try_out(
    cursor: Cursor, when: Expression, forms: Sequence[Form], values: Mapping[str, Value], lists: Mapping[str, Words]
) -> None:
    """Note a condition that compares things of different kinds, or a choice with what nobody can choose."""
    if any(misfit(when, form, values, lists) for form in forms):
        read = ", ".join(f"{name}: {values[name]!r}" for name in when.names("values") if name in values)
        zh = f"条件比较的不是同类的值，比不出结果（{read or when.source}）"
        en = f"the condition compares things of different kinds, which never holds ({read or when.source})"
        allowed = (
            "数与数比，文字与文字比，结果为真或假",
            "numbers with numbers, texts with texts, true or false in the end",
        )
        cursor.wrong(zh, en, allowed)
    for word, offered in strange_choices(when, forms, lists):
        zh, en = f"没有选项 {word}，永远比不中", f"there is no choice {word}, so it never fits"
        cursor.wrong(zh, en, close_to(word, offered))
