"""A form for any record kind, generated from the plan's form: labels, types, ranges, choices, and the "sure?".

The plan's own check (`duty/form.py`) judges the answers, so a screen, the API and a device refuse the same things with
the same sentence. This module only turns what a browser sends into plain JSON, and says what to draw.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict

from sibulou.duty.form import CHOOSING, NUMERIC, Field, FieldType, Form, WrongShape, check_content, unusual
from sibulou.duty.intake import TRUSTED_SKEW
from sibulou.duty.problems import FromTheFuture
from sibulou.lib.problem import Problem
from sibulou.roster.areas import area_by_code
from sibulou.roster.models import Subject

HAPPENED = "happened_at"
SURE = "sure"
_WIDGETS = {
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.CHOICE: "choice",
    FieldType.CHOICES: "choices",
    FieldType.DATE: "date",
    FieldType.MOMENT: "datetime-local",
    FieldType.AREA: "area",
    FieldType.SUBJECT: "subject",
    FieldType.PHOTO: "photo",
    FieldType.VOICE: "voice",
}
_YES = ("true", "false")


class NoMoment(Problem):
    """A record without a readable moment."""

    number = "422.47"
    zh = "“何时发生”没有填对。请填日期和时间，例如 2020-02-10 08:30。"
    en = "“When it happened” cannot be read. Give a date and a time, such as 2020-02-10 08:30."


class NobodyOfThatName(Problem):
    """A name that nothing on the roster has, as far as the reader sees."""

    number = "422.82"
    zh = "名册上没有叫“{name}”的人或对象。请核对名字，或填对象编号；确未入册的请先登记。"
    en = "Nobody on the roster is called “{name}”. Check the name, give the number instead, or enter the person first."


class SeveralOfThatName(Problem):
    """A name that several bear."""

    number = "422.83"
    zh = "叫“{name}”的有 {count} 个。请打开其本人的页面，填网址末尾的编号。"
    en = "{count} are called “{name}”. Open the page of the one you mean and give the number at the end of its address."


@dataclass(frozen=True)
class Option:
    """One choice of a field. `group` is the heading it stands under, if any."""

    value: str
    label: str
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True)
class Question:
    """One field as the template draws it. `typed` is what stands in the box, just as it was typed; `kept`: a sealed
    answer stands where nothing is typed."""

    name: str
    label: str
    widget: str
    typed: str = ""
    code: str = ""
    required: bool = False
    personal: bool = False
    low: str = ""
    high: str = ""
    step: str = "any"
    options: tuple[Option, ...] = ()
    shown: bool = True
    sentence: str = ""
    sure: str = ""
    kept: bool = False

    @property
    def range(self) -> str:
        """The bounds in words of numbers, empty without any."""
        return f"{self.low}–{self.high}" if self.low and self.high else ""

    @property
    def grouped(self) -> list[tuple[str, list[Option]]]:
        """The options under their headings, in order."""
        groups: dict[str, list[Option]] = {}
        for option in self.options:
            groups.setdefault(option.group, []).append(option)
        return list(groups.items())


@dataclass(frozen=True)
class Around:
    """What area and subject fields offer: (value, label, heading) of areas, and of people or things nearby."""

    areas: Sequence[tuple[str, str, str]] = ()
    subjects: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Filled:
    """A form as filled in: the content if it is right, the problems by field if not, and what to ask again."""

    form: Form
    typed: Mapping[str, Sequence[str]]
    content: Mapping[str, object]
    happened_at: datetime | None
    problems: Mapping[str, Problem]
    unsure: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can be handed in as it is."""
        return not self.problems and not self.unsure and self.happened_at is not None

    @property
    def sure_of(self) -> str:
        """What is asked again, as the tick box confirms it: other values are asked anew."""
        return json.dumps({key: self.content[key] for key in self.unsure}, sort_keys=True)


def read_filled(
    form: Form, posted: QueryDict, *, zone: ZoneInfo, now: datetime, kept: Mapping[str, str] | None = None
) -> Filled:  # fmt: skip
    """What was typed, as plain JSON, with a problem beside every field that is wrong.

    `kept` are sealed answers that stand where nothing is typed; they are no part of what was typed.
    """
    typed = {key: posted.getlist(key) for key in posted}
    problems: dict[str, Problem] = {}
    raw: dict[str, object] = {}
    for field in form.fields:
        try:
            raw[field.key] = _value(field, typed, zone)
        except Problem as problem:
            problems[field.key] = problem
    raw |= {key: text for key, text in (kept or {}).items() if not raw.get(key)}
    content = _checked(form, raw, problems)
    try:
        happened_at = read_moment(posted.get(HAPPENED, ""), zone=zone, now=now)
    except Problem as problem:
        problems[HAPPENED] = problem
        happened_at = None
    filled = Filled(form, typed, content, happened_at, problems)
    odd = tuple(unusual(form, content))
    if odd and not problems:
        asked = replace(filled, unsure=odd)
        return filled if posted.get(SURE) == asked.sure_of else asked
    return filled


def _checked(form: Form, raw: Mapping[str, object], problems: dict[str, Problem]) -> dict[str, object]:
    """The clean content; every wrong field is found, not only the first."""
    left = replace(form, fields=tuple(field for field in form.fields if field.key not in problems))
    while True:
        try:
            return check_content(left, {field.key: raw.get(field.key) for field in left.fields})
        except WrongShape as wrong:
            key = str(wrong.facts["field"])
            problems[key] = wrong
            left = replace(left, fields=tuple(field for field in left.fields if field.key != key))


def shown_fields(form: Form, posted: QueryDict, *, zone: ZoneInfo) -> list[str]:
    """The fields whose `show_when` holds for what has been answered so far."""
    typed = {key: posted.getlist(key) for key in posted}
    raw: dict[str, object] = {}
    shown: list[str] = []
    for field in form.fields:
        if field.show_when is not None and not field.show_when.holds({"record": raw}):
            continue
        shown.append(field.key)
        try:
            clean = check_content(replace(form, fields=(replace(field, show_when=None, required=False),)),
                                  {field.key: _value(field, typed, zone)})  # fmt: skip
        except Problem:
            continue
        raw |= clean
    return shown


def read_moment(text: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """A moment from a browser's field, in the plan's zone. Raises NoMoment, FromTheFuture."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise NoMoment from None
    moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    if not 1970 < moment.year < 2200:
        raise NoMoment
    if moment > now + TRUSTED_SKEW:
        raise FromTheFuture(happened=f"{moment.astimezone(zone):%F %R}", now=f"{now.astimezone(zone):%F %R}")
    return moment


def _value(field: Field, typed: Mapping[str, Sequence[str]], zone: ZoneInfo) -> object:
    """One answer as plain JSON; what cannot be read stays text, and the plan's check says what is wrong with it."""
    answers = [answer.strip() for answer in typed.get(field.key, ())]
    if field.type is FieldType.CHOICES:
        return [answer for answer in answers if answer]
    text = answers[0] if answers else ""
    if field.type in (FieldType.AREA, FieldType.SUBJECT):
        text = _other(field, typed) or text
    if field.type in NUMERIC:
        return _number(text)
    if field.type is FieldType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if field.type is FieldType.MOMENT and text:
        return _local(text, zone)
    return text


def _other(field: Field, typed: Mapping[str, Sequence[str]]) -> str:
    """The code, number or name typed beside a select, as a key. Raises UnknownArea and what `_by_name` raises."""
    text = "".join(typed.get(f"{field.key}.code", ())).strip().replace("\x00", "")
    if field.type is FieldType.SUBJECT and text and not text.isdigit():
        return str(_by_name(text))
    if field.type is FieldType.AREA and text and len(text) != 18:
        return f"{area_by_code(text[:18]).pk:018d}"
    return text


def _by_name(name: str) -> int:
    """The one thing on the roster with a name. Raises NobodyOfThatName, SeveralOfThatName."""
    found = list(Subject.objects.filter(label=name, until__isnull=True).values_list("pk", flat=True)[:20])
    if not found:
        raise NobodyOfThatName(name=name[:40])
    if len(found) > 1:
        raise SeveralOfThatName(name=name[:40], count=len(found))
    return found[0]


def _number(text: str) -> object:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("。", ".")
    for read in (int, float):
        try:
            return read(plain) if len(plain) < 40 else text
        except ValueError:
            continue
    return text


def _local(text: str, zone: ZoneInfo) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def questions(
    form: Form,
    *,
    language: str,
    around: Around,
    filled: Filled | None = None,
    before: Mapping[str, object] | None = None,
    kept: Iterable[str] = (),
) -> list[Question]:
    """The fields to draw, with what was typed (or stood `before`), and the sentences beside those that are wrong."""
    typed = filled.typed if filled else _as_typed(form, before or {})
    drawn = []
    for field in form.fields:
        problem = filled.problems.get(field.key) if filled else None
        asked = filled is not None and field.key in filled.unsure
        answers = list(typed.get(field.key, ()))
        drawn.append(
            Question(
                name=field.key,
                label=field.title.say(language),
                widget=_widget(field),
                typed=answers[0] if answers else "",
                code=next(iter(typed.get(f"{field.key}.code", ())), ""),
                required=field.required,
                personal=field.personal,
                low=_bound(field, field.min),
                high=_bound(field, field.max),
                step="1" if field.type is FieldType.INTEGER else "any",
                options=tuple(_options(field, answers, language, around)),
                shown=field.show_when is None,
                sentence=problem.say(language) if problem else "",
                sure=_again(field, language) if asked else "",
                kept=field.key in kept,
            )
        )
    return drawn


def _widget(field: Field) -> str:
    if field.type is FieldType.TEXT:
        return "text" if (field.max or 1000) <= 60 else "textarea"
    return _WIDGETS[field.type]


def _bound(field: Field, bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _again(field: Field, language: str) -> str:
    low, high = field.ask_outside or (0, 0)
    if language.startswith("zh"):
        return f"通常在 {low:g} 到 {high:g} 之间。确实是这个数吗？"
    return f"It is usually between {low:g} and {high:g}. Is this number right?"


def _options(field: Field, answers: Sequence[str], language: str, around: Around) -> Iterable[Option]:
    if field.type in CHOOSING:
        return [Option(word.key, word.title.say(language), word.key in answers) for word in field.choices]
    if field.type is FieldType.BOOLEAN:
        words = ("是", "否") if language.startswith("zh") else ("yes", "no")
        return [Option(key, word, key in answers) for key, word in zip(_YES, words, strict=True)]
    nearby = {FieldType.AREA: around.areas, FieldType.SUBJECT: around.subjects}.get(field.type, ())
    return [Option(value, label, value in answers, group) for value, label, group in nearby]


def _as_typed(form: Form, content: Mapping[str, object]) -> dict[str, list[str]]:
    """A record's content as a browser would have sent it, to prefill its correction."""
    typed: dict[str, list[str]] = {}
    for field in form.fields:
        value = content.get(field.key)
        if value is None:
            continue
        if isinstance(value, list):
            typed[field.key] = [str(one) for one in value]
        elif isinstance(value, bool):
            typed[field.key] = [_YES[0] if value else _YES[1]]
        elif field.type is FieldType.MOMENT:
            typed[field.key] = [str(value)[:16]]
        else:
            typed[field.key] = [f"{value:g}" if isinstance(value, float) else str(value)]
    return typed


def uuid_or_none(text: str | None) -> UUID | None:
    """A UUID from an address or a hidden field; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
