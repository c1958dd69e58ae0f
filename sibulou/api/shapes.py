"""The shapes of the interface: what goes in and what comes out, as the OpenAPI page says it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from sibulou.duty.gap import GapKind


class ProblemOut(Schema):
    """Something to put right: the number of the problem and its sentence in both languages."""

    problem: str
    zh: str
    en: str


class RecordIn(Schema):
    """One record. `id` is a UUID (version 7) made by the device; `happened_at` carries its zone.

    `plan` names the plan whose form it is; needed only where two in force ask different things under one form's name.
    """

    id: UUID
    form: str
    subject: str | int
    happened_at: datetime
    content: dict[str, Any] = {}
    answers: UUID | None = None
    corrects: UUID | None = None
    withdraws: bool = False
    plan: str = ""


class BatchIn(Schema):
    """Up to 5,000 records as one device hands them in. `sent_at` is its own clock at that moment."""

    records: Annotated[list[RecordIn], Field(max_length=5000)]
    device: Annotated[str, Field(max_length=40)] = ""
    sent_at: datetime | None = None


class OutcomeOut(Schema):
    """What became of one record, in the order of the batch."""

    id: str
    outcome: Literal["accepted", "repeated", "conflicting", "refused", "unknown_subject"]
    problem: ProblemOut | None = None


class BatchOut(Schema):
    """The outcome of each record; nothing is acknowledged before it is committed."""

    received_at: datetime
    records: list[OutcomeOut]


class GapsIn(Schema):
    """Which gaps are wanted; what is left out limits nothing."""

    area: Annotated[str | None, Field(pattern=r"^[0-9]{18}$")] = None
    kind: list[GapKind] = []
    front: list[Literal["defence", "control", "outreach", "screening"]] = []
    duty: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    after: Annotated[str | None, Field(max_length=60)] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class GapOut(Schema):
    """One gap. `since`: the due moment; before it is due, the minute since when nobody answers for it."""

    obligation: int
    duty: str
    duty_zh: str
    duty_en: str
    front: str
    subject: int
    area: str
    kinds: list[str]
    opened_at: datetime
    due_at: datetime
    since: datetime


class GapsOut(Schema):
    """One page of gaps, the oldest first. `next` goes into `after` for the following page; null: the last."""

    as_of: datetime
    gaps: list[GapOut]
    next: str | None


class BooksOut(Schema):
    """expected = met + met_late + waived + overdue + pending; unowned is counted inside."""

    expected: int
    met: int
    met_late: int
    waived: int
    overdue: int
    pending: int
    unowned: int


class DutyBooksOut(BooksOut):
    """The books of one duty."""

    duty: str
    duty_zh: str
    duty_en: str


class ChildBooksOut(BooksOut):
    """The books of one area right under it, or of what the area owes itself."""

    area: str
    name: str


class AreaOut(Schema):
    """An area with its books, and whether they balance at every node."""

    area: str
    name: str
    level: str
    code: str
    as_of: datetime
    balanced: bool
    whole: BooksOut
    duties: list[DutyBooksOut]
    children: list[ChildBooksOut]


class SeatOut(Schema):
    """A seat and who answers for it now; no name means it is vacant."""

    role: str
    role_zh: str
    role_en: str
    area: str
    answers: str | None


class ObligationOut(Schema):
    """One obligation with its window and where it stands."""

    obligation: int
    duty: str
    duty_zh: str
    duty_en: str
    front: str
    subject: int
    area: str
    seat: SeatOut
    standing: str
    kinds: list[str]
    opened_at: datetime
    warn_at: datetime
    due_at: datetime
    tell_at: datetime
    until_at: datetime | None
    met_at: datetime | None
    known_at: datetime | None
    met_by: UUID | None
    waived_at: datetime | None
    waived_until: datetime | None
    as_of: datetime


class OwedOut(Schema):
    """One obligation that is still open."""

    obligation: int
    duty: str
    standing: str
    due_at: datetime


class SubjectOut(Schema):
    """Something on the roster. No identity number and no phone number leaves here."""

    subject: int
    kind: str
    label: str
    area: str
    since: datetime
    until: datetime | None
    facts: dict[str, Any]
    open: list[OwedOut]
    as_of: datetime
