"""The sealed fields of the roster: sealed here, found by blind index, opened for a reason that is kept (PIPL 51)."""

from __future__ import annotations

from datetime import datetime

from sibulou.roster import field_key
from sibulou.roster.access import Reach
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned
from sibulou.roster.identity import IdentityNumber
from sibulou.roster.models import Household, Person, Subject, User
from sibulou.roster.phone import Phone
from sibulou.roster.problems import NoRight, NotInTheList, OutOfReach
from sibulou.roster.role import Right

IDENTITY, PERSON_PHONE, HOUSEHOLD_PHONE = "person.identity", "person.phone", "household.phone"
ACCOUNT_PHONE = "account.phone"
"""The name under which each column is sealed and, where it is searched, blinded."""

field_cipher = field_key.field_cipher


def seal_identity(identity: IdentityNumber) -> tuple[bytes | None, bytes | None]:
    """The sealed number and its blind index; both None where there is no paper."""
    if identity.matching is None:
        return None, None
    return field_cipher().seal(identity.text, field=IDENTITY), blind_identity(identity)


def blind_identity(identity: IdentityNumber) -> bytes | None:
    """The index by which the same person is found again; None where there is no paper."""
    return field_cipher().blind(identity.matching, field=IDENTITY) if identity.matching else None


def seal_phone(phone: Phone, field: str) -> tuple[bytes, bytes]:
    """The sealed number and its blind index in one of the phone columns."""
    return field_cipher().seal(phone.text, field=field), blind_phone(phone, field)


def blind_phone(phone: Phone, field: str) -> bytes:
    """The index by which the same telephone is found again in one of the phone columns."""
    return field_cipher().blind(phone.matching, field=field)


def work_phone(user: User) -> str:
    """The number at which a user is rung on duty: shown to whoever sees his seat; blank where none is known."""
    if user.phone_sealed is None:
        return ""
    return field_cipher().open(bytes(user.phone_sealed), field=ACCOUNT_PHONE)


def unmask(*, subject: Subject, field: str, reason: str, reach: Reach, by: By, now: datetime) -> str:
    """The full `identity` or `phone` of a person or household; blank where none is known. Logged with its reason.

    Raises ReasonMissing, NotInTheList, OutOfReach, and NoRight where the reach holds no Right.UNMASK.
    """
    reason = reasoned(reason)
    if field not in ("identity", "phone"):
        raise NotInTheList(field="field", given=field, allowed="identity, phone")
    if not reach.covers(subject.area_id, Right.UNMASK):
        raise NoRight(right_zh="查看完整号码", right_en="see full numbers")
    with deed():
        blob, name = _sealed(subject, field)
        audit("unmask", by=by, now=now, area=subject.area_id, subject=subject.pk, field=field, reason=reason)
    return field_cipher().open(blob, field=name) if blob is not None else ""


def _sealed(subject: Subject, field: str) -> tuple[bytes | None, str]:
    """The sealed bytes and the name they are sealed under, as the database shows them now."""
    if subject.kind == "household" and field == "phone":
        household = Household.objects.filter(pk=subject.pk).first()
        if household is None:
            raise OutOfReach
        return _bytes(household.phone_sealed), HOUSEHOLD_PHONE
    person = Person.objects.filter(pk=subject.pk).first()
    if person is None:
        raise OutOfReach
    if field == "identity":
        return _bytes(person.identity_sealed), IDENTITY
    return _bytes(person.phone_sealed), PERSON_PHONE


def _bytes(column: bytes | memoryview | None) -> bytes | None:
    return None if column is None else bytes(column)
