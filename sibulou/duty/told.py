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
        raise WrongEnvelope(field="record", wrong=type(raw).__name__, allowed="an object / 一个对象")
    unknown = set(raw) - _FIELDS
    if unknown:
        raise WrongEnvelope(field=sorted(map(str, unknown))[0], wrong="unknown", allowed="no such field / 无此字段")
    withdraws = raw.get("withdraws", False)
    content = raw.get("content", {})
    form = raw.get("form")
    if not isinstance(withdraws, bool):
        raise WrongEnvelope(field="withdraws", wrong=withdraws, allowed="true / false")
    if not isinstance(content, Mapping):
        raise WrongEnvelope(field="content", wrong=type(content).__name__, allowed="an object / 一个对象")
    if not isinstance(form, str) or not form:
        raise WrongEnvelope(field="form", wrong=form, allowed="the key of a form / 记录表的键")
    plan = raw.get("plan", "")
    if not isinstance(plan, str):
        raise WrongEnvelope(field="plan", wrong=plan, allowed="the key of a plan in force / 现行预案的键")
    corrects = _uuid(raw, "corrects")
    if withdraws and corrects is None:
        raise WrongEnvelope(field="corrects", wrong="null", allowed="the id of the record withdrawn / 被撤回记录的编号")
    told_id = _uuid(raw, "id")
    if told_id is None:
        raise WrongEnvelope(field="id", wrong="null", allowed="a UUID made by the device / 设备生成的 UUID")
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


def _uuid(raw: Mapping[str, object], name: str) -> UUID | None:
    value = raw.get(name)
    if value is None:
        return None
    try:
        return UUID(str(value))
    except ValueError:
        raise WrongEnvelope(field=name, wrong=str(value)[:40], allowed="a UUID") from None


def _subject(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise WrongEnvelope(field="subject", wrong=text[:40], allowed="the number of a subject / 对象编号")
    return int(text)


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1970 <= moment.year <= 2200:
        raise WrongEnvelope(field="happened_at", wrong=str(value)[:40], allowed="2020-02-10T08:30:00+08:00")
    return moment
