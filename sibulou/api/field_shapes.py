"""The shapes of the field's door; docs/reference/field-api.md says the same with their meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from sibulou.api.shapes import ProblemOut


class EnrolIn(Schema):
    """Either an invitation, or name and password (and a code where the account has an authenticator)."""

    name: Annotated[str, Field(max_length=40)]
    invitation: Annotated[str | None, Field(max_length=60)] = None
    username: Annotated[str | None, Field(max_length=40)] = None
    password: Annotated[str | None, Field(max_length=128)] = None
    code: Annotated[str | None, Field(max_length=10)] = None


class RenewIn(Schema):
    """The device and its user's name and password."""

    device: UUID
    username: Annotated[str, Field(max_length=40)]
    password: Annotated[str, Field(max_length=128)]
    code: Annotated[str | None, Field(max_length=10)] = None


class UserOut(Schema):
    """Whose device it is."""

    id: int
    username: str
    name: str
    language: str


class EnrolledOut(Schema):
    """A device that has come in. The token is told this once; `spare` opens its store when the PIN is forgotten."""

    device: UUID
    token: str
    expires_at: datetime
    spare: str
    user: UserOut


class RenewedOut(Schema):
    """A new token; the old one has ended."""

    token: str
    expires_at: datetime
    spare: str


class SinceIn(Schema):
    """`next` of the last answer; empty for everything."""

    since: Annotated[str, Field(max_length=120, json_schema_extra={"pattern": "^[0-9a-f.]*$"})] = ""


class TableOut(Schema):
    """A table: the names of the columns once, then the rows."""

    columns: list[str]
    rows: list[list[Any]]


class OnlyOut(Schema):
    """The numbers of all that is left; null where the device holds just that."""

    subjects: list[int] | None
    obligations: list[int] | None


class DeviceOut(Schema):
    """The device that asks."""

    id: UUID
    name: str
    expires_at: datetime


class SyncOut(Schema):
    """What a device may know (`fresh`), or what changed since its last answer."""

    fresh: bool
    next: str
    now: datetime
    user: UserOut
    device: DeviceOut | None
    rights: list[str]
    seats: list[dict[str, Any]]
    plans: list[dict[str, Any]]
    areas: TableOut
    subjects: TableOut
    obligations: TableOut
    answers: TableOut
    outcomes: TableOut
    orders: list[dict[str, Any]]
    card: dict[str, Any] | None
    only: OnlyOut


class ExcuseIn(Schema):
    """Cannot, because: `reason` is one that the plan lists for the duty."""

    id: UUID
    obligation: int
    reason: Annotated[str, Field(max_length=40)]
    words: Annotated[str, Field(max_length=400)] = ""
    until: datetime | None = None


class ExcusesIn(Schema):
    """At most 500."""

    excuses: Annotated[list[ExcuseIn], Field(max_length=500)]


class ItemOut(Schema):
    """What became of one item."""

    id: str
    outcome: Literal["accepted", "repeated", "conflicting", "refused", "unknown_subject"]
    problem: ProblemOut | None = None


class ExcusesOut(Schema):
    """The outcomes, in the order sent."""

    received_at: datetime
    excuses: list[ItemOut]


class MemberIn(Schema):
    """One person of a family."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    relation: str = "99"
    sex: str = ""
    birth_date: str | None = None
    identity: str = ""
    phone: str = ""
    state: str = "present"


class FamilyIn(Schema):
    """A household with the people in it; the address is given once."""

    id: UUID
    area: Annotated[str, Field(pattern=r"^[0-9]{18}$")]
    persons: Annotated[list[MemberIn], Field(min_length=1, max_length=30)]
    name: Annotated[str, Field(max_length=80)] = ""
    address: Annotated[str, Field(max_length=120)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""
    language: Annotated[str, Field(max_length=12)] = ""
    without_phone: bool = False


class FamiliesIn(Schema):
    """At most 100."""

    families: Annotated[list[FamilyIn], Field(max_length=100)]


class FamilyOut(ItemOut):
    """What became of one family, and the numbers it has on the roster."""

    household: int | None = None
    persons: list[int] = []


class FamiliesOut(Schema):
    """The outcomes, in the order sent."""

    received_at: datetime
    families: list[FamilyOut]


class AttachmentOut(Schema):
    """An attachment that is kept."""

    sha256: str
    outcome: Literal["accepted", "repeated"]
