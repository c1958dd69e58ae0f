"""What a form's fields are on paper: digits in boxes, choices to tick with the sign that is typed for them, lines.

The sign printed in a box to tick is what the typist types: `2` for the second choice, `13` for the first and the third.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sibulou.duty.form import Field, FieldType, Form
from sibulou.duty.plan_words import Label

SIGNS = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
YES_NO = (("true", Label("是", "yes")), ("false", Label("否", "no")))
_YES_NO_LETTERS = {"Y": "true", "N": "false", "0": "false", "是": "true", "否": "false"}


class Look(StrEnum):
    """How an answer is written."""

    DIGITS = "digits"
    TICKS = "ticks"
    LINE = "line"


@dataclass(frozen=True)
class Tick:
    """One choice: the sign in its box, the key it stands for, and its word."""

    sign: str
    key: str
    title: Label


@dataclass(frozen=True)
class Box:
    """One field on paper. `pattern` of digits: `##.#`; `wide`: millimetres of a line; `maybe`: asked only sometimes."""

    key: str
    title: Label
    look: Look
    required: bool
    maybe: bool
    pattern: str = ""
    wide: int = 0
    ticks: tuple[Tick, ...] = ()
    several: bool = False

    def read(self, text: str) -> list[str]:
        """The answers that typed signs stand for; what is none of them stays as it is, for the form to judge."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if self.look is not Look.TICKS or not plain:
            return [plain] if plain else []
        signs = list(plain.upper().replace(",", "").replace(" ", "")) if self.several else [plain.upper()]
        keys = {tick.sign: tick.key for tick in self.ticks}
        if self.ticks[0].key == "true":
            keys |= _YES_NO_LETTERS
        if all(sign in keys for sign in signs):
            return [keys[sign] for sign in signs]
        return [plain]


def on_paper(form: Form) -> Form:
    """The form without what nobody can write on paper: which row of the roster somebody is, where it may stay open;
    and, where the plan says what a sheet has room for, without the rest."""
    kept = tuple(
        one
        for one in form.fields
        if (one.type is not FieldType.SUBJECT or one.required) and (not form.paper or one.key in form.paper)
    )
    return replace(form, fields=kept)


def boxes_of(form: Form) -> list[Box]:
    """The form's fields as they are printed and typed, in their order."""
    return [_box(field) for field in on_paper(form).fields]


def _box(field: Field) -> Box:
    look, pattern, wide, ticks = _look(field)
    return Box(
        key=field.key, title=field.title, look=look, required=field.required, maybe=field.show_when is not None,
        pattern=pattern, wide=wide, ticks=ticks, several=field.type is FieldType.CHOICES,
    )  # fmt: skip


def _look(field: Field) -> tuple[Look, str, int, tuple[Tick, ...]]:
    match field.type:
        case FieldType.INTEGER:
            return Look.DIGITS, "#" * min(len(f"{int(field.max or 999)}"), 5), 0, ()
        case FieldType.NUMBER:
            most = field.max or 99
            return Look.DIGITS, "#" * len(f"{int(most)}") + ("" if most > 999 else ".#"), 0, ()
        case FieldType.BOOLEAN:
            return Look.TICKS, "", 0, _ticks(YES_NO)
        case FieldType.CHOICE | FieldType.CHOICES:
            return Look.TICKS, "", 0, _ticks([(one.key, one.title) for one in field.choices])
        case FieldType.DATE:
            return Look.DIGITS, "##-##", 0, ()
        case FieldType.MOMENT:
            return Look.DIGITS, "##-##_##:##", 0, ()
        case FieldType.TEXT:
            return Look.LINE, "", 26 if (field.max or 1000) <= 20 else 40 if (field.max or 1000) <= 100 else 70, ()
        case _:
            return Look.LINE, "", 34, ()


def _ticks(choices: Sequence[tuple[str, Label]]) -> tuple[Tick, ...]:
    return tuple(Tick(sign, key, title) for sign, (key, title) in zip(SIGNS, choices, strict=False))
