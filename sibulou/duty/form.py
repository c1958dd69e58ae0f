"""Evidence forms: what is asked, of whom, why, and whether an answer has the right shape.

A form is declared in the plan. `check_content` takes what a device sent and gives back clean content that is
plain JSON, or raises `WrongShape` with the field and what is allowed. Numbers are not judged medically here:
`ask_outside` only makes the screen ask "sure?". Sources: domain section 4 (temperature), section 5 (purpose
of each field).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sibulou.duty.plan_words import Label, Word
from sibulou.duty.rule import Expression
from sibulou.lib.problem import Problem

LONGEST_TEXT = 1000  # characters, unless the field says otherwise
LARGEST = 2**53 - 1  # what every browser counts exactly


class FieldType(StrEnum):
    """What a field holds. `area` is an area key and `subject` a subject's id, both as text; `photo` and `voice` are the
    digest of what was taken, which comes by itself."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    MOMENT = "moment"
    AREA = "area"
    SUBJECT = "subject"
    PHOTO = "photo"
    VOICE = "voice"


NUMERIC = (FieldType.INTEGER, FieldType.NUMBER)
TAKEN = (FieldType.PHOTO, FieldType.VOICE)
CHOOSING = (FieldType.CHOICE, FieldType.CHOICES)


@dataclass(frozen=True)
class Field:
    """One question. `min` and `max` bound a number, or `max` the characters of a text."""

    key: str
    title: Label
    type: FieldType
    required: bool = False
    min: float | None = None
    max: float | None = None
    ask_outside: tuple[float, float] | None = None
    choices: tuple[Word, ...] = ()
    show_when: Expression | None = None
    personal: bool = False
    keys: str = ""
    """Which keys of its own the field app shows for a text: "plate", "phone", "identity"; "" the system's keyboard."""
    fill: Expression | None = None
    """What stands in the field as a draft before anybody has answered; only the device reads it."""


@dataclass(frozen=True)
class Form:
    """One evidence form about one kind of subject; `why` is the purpose, shown to the person concerned.

    `also`: other kinds of subjects that it is told of in the same words.
    `by_system`: the clockwork alone tells it; no page offers it, and from a person it is refused.
    `concerned`: what the person concerned does with it, who may tell it himself through a link that was handed over to
    him: "tells" how he is or what he needs, "corrects" what is held about him; "": it is not for him.
    """

    key: str
    title: Label
    kind: str
    why: Label
    fields: tuple[Field, ...]
    by_system: bool = False
    concerned: str = ""
    kept_days: int | None = None
    """Days after the end of the event until which what is personal is kept; None where the plan does not say."""
    paper: tuple[str, ...] = ()
    """The fields that a printed sheet has room for, where it has not for all; empty: all of them."""
    also: tuple[str, ...] = ()

    def is_about(self, kind: str) -> bool:
        """Whether it may be told of a subject of this kind."""
        return kind == self.kind or kind in self.also

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)

    @property
    def personal(self) -> frozenset[str]:
        """The fields that must be masked and finally erased; the texts among them are sealed (`sealed_fields`)."""
        return frozenset(field.key for field in self.fields if field.personal)


def sealed_fields(form: Form) -> tuple[str, ...]:
    """The fields whose answers are kept sealed: the personal texts. Numbers, dates and choices are read by rules."""
    return tuple(one.key for one in form.fields if one.personal and one.type is FieldType.TEXT)


class WrongShape(Problem):
    """A record's content does not fit its form."""

    number = "422.40"
    zh = "“{form_zh}”的“{name_zh}”不符合要求：{allowed_zh}。请改正后重新提交。"
    en = 'Form "{form}", field "{name_en}" ({field}) needs: {allowed_en}. Correct it and hand it in again.'


class _Unfit(Exception):
    """The value is not what the field allows: what is, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def check_content(form: Form, content: object) -> dict[str, object]:
    """The content as plain JSON in the form's order, absent answers left out. Raises WrongShape.

    null and "" count as no answer. An answer to a question that its `show_when` hides is dropped: it was
    given before the answer it hangs on was changed. Unknown fields are refused, so that no answer is lost.
    """
    if not isinstance(content, Mapping):
        raise _wrong(form, "-", Label("内容", "content"), _Unfit("须为字段与答案的对应表", "a mapping of fields"))
    _refuse_unknown(form, content)
    clean: dict[str, object] = {}
    for field in form.fields:
        if field.show_when is not None and not field.show_when.holds({"record": clean}):
            continue
        try:
            value = _clean(field, content.get(field.key))
        except _Unfit as unfit:
            raise _wrong(form, field.key, field.title, unfit) from None
        if value is not None:
            clean[field.key] = value
    return clean


def fault_of(field: Field, value: object) -> Label | None:
    """What this one field would allow instead of `value`; None if the answer fits."""
    try:
        _clean(field, value)
    except _Unfit as unfit:
        return Label(unfit.zh, unfit.en)
    return None


def unusual(form: Form, content: Mapping[str, object]) -> list[str]:
    """The fields whose number lies outside `ask_outside`: accepted, but worth asking again."""
    return [field.key for field in form.fields if _is_unusual(field, content.get(field.key))]


def _is_unusual(field: Field, value: object) -> bool:
    if field.ask_outside is None or not isinstance(value, int | float):
        return False
    low, high = field.ask_outside
    return not low <= value <= high


def _refuse_unknown(form: Form, content: Mapping[object, object]) -> None:
    known = [field.key for field in form.fields]
    for key in content:
        if key not in known:
            titles = "、".join(field.title.zh for field in form.fields)
            unfit = _Unfit(f"表中没有这一项，只有：{titles}", f"the form has only: {', '.join(known)}")
            shown = str(key)[:40]
            raise _wrong(form, shown, Label(f"未知字段 {shown}", "unknown field"), unfit)


def _wrong(form: Form, key: str, name: Label, unfit: _Unfit) -> WrongShape:
    return WrongShape(
        form=form.key,
        form_zh=form.title.zh,
        field=key,
        name_zh=name.zh,
        name_en=name.en,
        allowed_zh=unfit.zh,
        allowed_en=unfit.en,
    )


def _clean(field: Field, value: object) -> object:
    """The value in its one canonical form, None for no answer. Raises _Unfit."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value in ("", []):
        if field.required:
            raise _Unfit("必填", "an answer is required")
        return None
    return _CLEANERS[field.type](field, value)


def _clean_integer(field: Field, value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Unfit("须为整数", "a whole number")
    _within(field, value)
    return value


def _clean_number(field: Field, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit("须为数字", "a number")
    _within(field, value)
    return float(value)


def _within(field: Field, value: float) -> None:
    low = -LARGEST if field.min is None else field.min
    high = LARGEST if field.max is None else field.max
    if low <= value <= high:
        return
    if (field.min is None or field.max is None) and not -LARGEST <= value <= LARGEST:
        raise _Unfit("数字太大，无法准确保存", "a number that can be kept exactly")
    if field.max is None:
        raise _Unfit(f"不小于 {low:g}", f"at least {low:g}")
    if field.min is None:
        raise _Unfit(f"不大于 {high:g}", f"at most {high:g}")
    raise _Unfit(f"须在 {low:g} 到 {high:g} 之间", f"between {low:g} and {high:g}")


def _clean_text(field: Field, value: object) -> str:
    longest = int(field.max or LONGEST_TEXT)
    if not isinstance(value, str) or len(value) > longest:
        raise _Unfit(f"须为不超过 {longest} 字的文字", f"text of at most {longest} characters")
    if re.search("[\x00\ud800-\udfff]", value):
        raise _Unfit("含有不能保存的字符", "text without characters that cannot be stored")
    return value


def _clean_boolean(_: Field, value: object) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("须答是或否", "true or false")
    return value


def _choice_keys(field: Field) -> list[str]:
    return [choice.key for choice in field.choices]


def _choice_titles(field: Field) -> str:
    return "、".join(choice.title.zh for choice in field.choices)


def _clean_choice(field: Field, value: object) -> str:
    keys = _choice_keys(field)
    if not isinstance(value, str) or value not in keys:
        raise _Unfit(f"须为其中之一：{_choice_titles(field)}", f"one of {', '.join(keys)}")
    return value


def _clean_choices(field: Field, value: object) -> list[str]:
    keys = _choice_keys(field)
    if not isinstance(value, list) or any(not isinstance(item, str) or item not in keys for item in value):
        raise _Unfit(f"须为以下若干项：{_choice_titles(field)}", f"a list of some of {', '.join(keys)}")
    return [key for key in keys if key in value]


def _clean_date(_: Field, value: object) -> str:
    try:
        return date.fromisoformat(_short(value)).isoformat()
    except ValueError:
        raise _Unfit("须为日期，如 2020-02-03", "a date such as 2020-02-03") from None


def _clean_moment(_: Field, value: object) -> str:
    try:
        moment = datetime.fromisoformat(_short(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _Unfit("须为带时区的时刻，如 2020-02-03T08:00+08:00", "a moment such as 2020-02-03T08:00+08:00")
    return moment.isoformat()


def _short(value: object) -> str:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("no text")
    return value


def _as_text(value: object) -> str:
    """A key or id as text; "" for what can be neither."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return value if isinstance(value, str) else ""


def _clean_area(_: Field, value: object) -> str:
    if not re.fullmatch(r"[0-9]{18}", value := _as_text(value)):
        raise _Unfit("须为 18 位区域编号", "an area key of 18 digits")
    return value


def _clean_subject(_: Field, value: object) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,40}", value := _as_text(value)):
        raise _Unfit("须为对象编号", "the id of a subject")
    return value


def _clean_digest(_: Field, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value):
        raise _Unfit(
            "须为照片或录音的指纹（64 位十六进制）", "the digest of a photo or a recording, 64 hexadecimal digits"
        )
    return value


_CLEANERS: dict[FieldType, Callable[[Field, object], object]] = {
    FieldType.INTEGER: _clean_integer,
    FieldType.NUMBER: _clean_number,
    FieldType.TEXT: _clean_text,
    FieldType.BOOLEAN: _clean_boolean,
    FieldType.CHOICE: _clean_choice,
    FieldType.CHOICES: _clean_choices,
    FieldType.DATE: _clean_date,
    FieldType.MOMENT: _clean_moment,
    FieldType.AREA: _clean_area,
    FieldType.SUBJECT: _clean_subject,
    FieldType.PHOTO: _clean_digest,
    FieldType.VOICE: _clean_digest,
}
