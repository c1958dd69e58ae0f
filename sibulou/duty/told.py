"""A record as it is told: read from JSON, before anyone has judged it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sibulou.duty.problems import WrongEnvelope


@dataclass(frozen=True)
class Told:
    """What the field says. `happened_at` is the device's claim; `content` has not been checked yet.

    `plan`: the key of the plan whose form it is; empty where that goes without saying.
    """

    id: UUID
    form: str
    subject: int
    happened_at: datetime
    content: Mapping[str, object] = field(default_factory=dict)
    answers: UUID | None = None
    corrects: UUID | None = None
    withdraws: bool = False
    plan: str = ""

    def as_json(self) -> dict[str, object]:
        """The record as plain JSON, as a refusal keeps it."""
        return {
            "id": str(self.id),
            "form": self.form,
            "subject": self.subject,
            "happened_at": self.happened_at.isoformat(),
            "content": dict(self.content),
            "answers": self.answers and str(self.answers),
            "corrects": self.corrects and str(self.corrects),
            "withdraws": self.withdraws,
            **({"plan": self.plan} if self.plan else {}),
        }


class About(NamedTuple):
    """What the kernel needs to know of the subject of a record. `listed` are a household's living persons."""

    pk: int
    kind: str
    area_id: int
    language: str
    listed: int


_FIELDS = {"id", "form", "subject", "happened_at", "content", "answers", "corrects", "withdraws", "plan"}


def read_told(raw: object) -> Told:
    """A record from JSON. Raises WrongEnvelope naming the field and what it should be."""
    if not isinstance(raw, Mapping):
        raise _wrong("record", type(raw).__name__, "一个对象", "an object")
    unknown = set(raw) - _FIELDS
    if unknown:
        name = sorted(map(str, unknown))[0]
        raise _wrong(name, raw[name], "不写，没有这一项", "left out, since there is no such field")
    withdraws = raw.get("withdraws", False)
    content = raw.get("content", {})
    form = raw.get("form")
    if not isinstance(withdraws, bool):
        raise _wrong("withdraws", withdraws, "true 或 false", "true or false")
    if not isinstance(content, Mapping):
        raise _wrong("content", type(content).__name__, "一个对象", "an object")
    if not isinstance(form, str) or not form:
        raise _wrong("form", form, "记录表的键", "the key of a form")
    plan = raw.get("plan", "")
    if not isinstance(plan, str):
        raise _wrong("plan", plan, "现行预案的键", "the key of a plan in force")
    corrects = _uuid(raw, "corrects")
    if withdraws and corrects is None:
        raise _wrong("corrects", None, "被撤回记录的编号", "the id of the record withdrawn")
    told_id = _uuid(raw, "id")
    if told_id is None:
        raise _wrong("id", None, "设备生成的 UUID", "a UUID made by the device")
    return Told(
        id=told_id,
        form=form,
        subject=_subject(raw.get("subject")),
        happened_at=_moment(raw.get("happened_at")),
        content=dict(content),
        answers=_uuid(raw, "answers"),
        corrects=corrects,
        withdraws=withdraws,
        plan=plan,
    )


def _wrong(field: str, value: object, allowed_zh: str, allowed_en: str) -> WrongEnvelope:
    shown = "null" if value is None else str(value)[:40]
    return WrongEnvelope(field=field[:40], wrong=shown, allowed_zh=allowed_zh, allowed_en=allowed_en)


def _uuid(raw: Mapping[str, object], name: str) -> UUID | None:
    value = raw.get(name)
    if value is None:
        return None
    try:
        return UUID(str(value))
    except ValueError:
        raise _wrong(name, value, "UUID", "a UUID") from None


def _subject(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise _wrong("subject", value, "对象编号", "the number of a subject")
    return int(text)


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 2200:
        example = "2020-02-10T08:30:00+08:00"
        raise _wrong("happened_at", value, f"带时区的时刻，如 {example}", f"a moment with its zone, such as {example}")
    return moment
