"""What was entered wrongly is put right. The audit line says which fields changed, never what stood there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.timezone import localdate

from sibulou.roster.area_key import Level
from sibulou.roster.audit import By, audit
from sibulou.roster.codes import ETHNIC, INSTITUTION, PLACE, POST, RELATION, SEX, CodeList, read_credit_code
from sibulou.roster.deed import deed, named, within
from sibulou.roster.divisions import short_name
from sibulou.roster.ending import still_on_roster
from sibulou.roster.households import household_number, refuse_listed
from sibulou.roster.identity import Kind, read_identity
from sibulou.roster.models import Area, Household, Institution, Person, Place, Post, Subject
from sibulou.roster.phone import read_phone
from sibulou.roster.problems import BornLater, GroupTaken, WrongCrew
from sibulou.roster.seal import HOUSEHOLD_PHONE, PERSON_PHONE, seal_identity, seal_phone
from sibulou.roster.subjects import listed

_Row = Person | Household | Post | Place | Institution
REMOVED = "-"
"""Typed in place of a number: that none is known any more."""


@dataclass(frozen=True)
class PersonEntry:
    """What is held of a person, as it should be. `identity` and `phone` empty: as they are; `REMOVED`: none."""

    name: str
    relation: str
    sex: str
    birth_date: date | None
    ethnic: str
    identity: str = ""
    identity_kind: Kind | None = None
    phone: str = ""


def correct_person(*, person: Person, entry: PersonEntry, by: By, now: datetime, demo: bool | None = None) -> Person:
    """Put right what is held of a person; sex and birth date are read from a new number where it tells them.

    Raises NameMissing, NotInTheList, BornLater, AlreadyListed, SubjectEnded, OutOfReach, and the Problems of
    `read_identity` and `read_phone`.
    """
    demo = bool(settings.DEMO) if demo is None else demo
    today = localdate(now)
    changed: dict[str, object] = {
        "relation": listed(entry.relation, RELATION, "relation"),
        "sex": listed(entry.sex, SEX, "sex"),
        "birth_date": entry.birth_date,
        "ethnic": listed(entry.ethnic, ETHNIC, "ethnic") if entry.ethnic else "",
    }
    label = named(entry.name, 80)
    paper = None
    if entry.identity.strip():
        number = "" if entry.identity.strip() == REMOVED else entry.identity
        paper = read_identity(number, today=today, demo=demo, kind=entry.identity_kind)
        sealed, blind = seal_identity(paper)
        changed |= {"identity_kind": paper.kind, "identity_sealed": sealed, "identity_blind": blind}
        changed |= {"sex": paper.sex or changed["sex"], "birth_date": paper.birth or entry.birth_date}
    changed |= _phone(entry.phone, PERSON_PHONE, demo=demo)
    born = changed["birth_date"]
    if isinstance(born, date) and born > today:
        raise BornLater(born=born, today=today)
    with deed():
        still_on_roster(person.subject)
        if paper is not None:
            refuse_listed(paper, but=person.pk)
        _rename(person.subject, label)
        within(Person.objects.filter(pk=person.pk).update(**changed))
        _written("person.correct", person.subject, _differing(person, changed, label), by=by, now=now)
    return Person.objects.select_related("subject", "household").get(pk=person.pk)


@dataclass(frozen=True)
class HouseholdEntry:
    """What is held of a household, as it should be. `phone` empty: as it is; `REMOVED`: none."""

    name: str
    number: int
    address: str
    language: str
    without_phone: bool
    phone: str = ""


def correct_household(
    *, household: Household, entry: HouseholdEntry, by: By, now: datetime, demo: bool | None = None
) -> Household:
    """Put right what is held of a household. Raises NameMissing, GroupTaken, NotAPhone, SubjectEnded, OutOfReach."""
    changed: dict[str, object] = {
        "number": entry.number, "address": entry.address.strip()[:120], "language": entry.language,
    }  # fmt: skip
    changed |= _phone(entry.phone, HOUSEHOLD_PHONE, demo=bool(settings.DEMO) if demo is None else demo)
    rung = changed.get("phone_sealed", household.phone_sealed) is not None
    changed["without_phone"] = entry.without_phone and not rung
    label = named(entry.name, 80)
    with deed():
        still_on_roster(household.subject)
        household_number(household.subject.area, entry.number, but=household.pk)
        _rename(household.subject, label)
        within(Household.objects.filter(pk=household.pk).update(**changed))
        _written("household.correct", household.subject, _differing(household, changed, label), by=by, now=now)
    return Household.objects.select_related("subject").get(pk=household.pk)


@dataclass(frozen=True)
class ThingEntry:
    """What is held of a post, a place or an institution, as it should be."""

    name: str
    kind: str
    address: str
    minimum_crew: int = 2
    credit_code: str = ""


def correct_thing(*, subject: Subject, entry: ThingEntry, by: By, now: datetime, demo: bool | None = None) -> Subject:
    """Put right what is held of a post, a place or an institution.

    Raises NameMissing, NotInTheList, WrongCrew, BadCreditCode, SubjectEnded, OutOfReach.
    """
    model, codes = _THINGS[subject.kind]
    changed: dict[str, object] = {
        "kind": listed(entry.kind, codes, "kind"), "address": entry.address.strip()[:120],
    }  # fmt: skip
    if model is Post:
        if not 1 <= entry.minimum_crew <= 99:
            raise WrongCrew(given=entry.minimum_crew)
        changed["minimum_crew"] = entry.minimum_crew
    if model is Institution:
        credit = read_credit_code(entry.credit_code, demo=bool(settings.DEMO) if demo is None else demo)
        changed["credit_code"] = credit.text if credit else ""
    label = named(entry.name, 80)
    with deed():
        still_on_roster(subject)
        rows = model._default_manager.filter(pk=subject.pk)
        row = rows.select_related("subject").get()
        _rename(subject, label)
        within(rows.update(**changed))
        _written(f"{subject.kind}.correct", subject, _differing(row, changed, label), by=by, now=now)
    subject.refresh_from_db()
    return subject


_THINGS: dict[str, tuple[type[Post | Place | Institution], CodeList]] = {
    "post": (Post, POST),
    "place": (Place, PLACE),
    "institution": (Institution, INSTITUTION),
}


def rename_area(*, area: Area, name: str, by: By, now: datetime) -> Area:
    """Give an area another name; both stand in the audit line.

    Raises NameMissing, GroupTaken, SubjectEnded, OutOfReach.
    """
    name = named(name, 80 if area.at <= Level.VILLAGE else 40)
    with deed():
        own = Subject.objects.filter(kind="area", area=area).first()
        if own is not None:
            still_on_roster(own)
        siblings = Area.objects.filter(parent=area.parent_id, until__isnull=True).exclude(pk=area.pk)
        if siblings.filter(name=name).exists():
            raise GroupTaken(parent=area.parent.name if area.parent else "", name=name)
        short = short_name(name, area.at)
        short = name[:40] if siblings.filter(short_name=short).exists() else short[:40]
        within(Area.objects.filter(pk=area.pk).update(name=name, short_name=short))
        if own is not None:
            within(Subject.objects.filter(pk=own.pk).update(label=name))
        audit("area.rename", by=by, now=now, area=area.pk, old=area.name, new=name)
    area.refresh_from_db()
    return area


def _phone(text: str, field: str, *, demo: bool) -> dict[str, object]:
    """The columns of a telephone as they should be; none where it stays as it is."""
    if not text.strip():
        return {}
    if text.strip() == REMOVED:
        return {"phone_sealed": None, "phone_blind": None}
    sealed, blind = seal_phone(read_phone(text, demo=demo), field)
    return {"phone_sealed": sealed, "phone_blind": blind}


def _rename(subject: Subject, label: str) -> None:
    """Its name, and with it the question whether the roster there is the asker's to change."""
    within(Subject.objects.filter(pk=subject.pk).update(label=label))


def _differing(row: _Row, changed: dict[str, object], label: str) -> list[str]:
    """Which fields a correction changes, a sealed one without its index."""
    names = {name for name, value in changed.items() if _plain(getattr(row, name)) != _plain(value)}
    names |= {"name"} if row.subject.label != label else set()
    return sorted({name.removesuffix("_sealed") for name in names if not name.endswith("_blind")})


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _written(kind: str, subject: Subject, fields: list[str], *, by: By, now: datetime) -> None:
    audit(kind, by=by, now=now, area=subject.area_id, subject=subject.pk, fields="、".join(fields))
