"""Households and the people in them: entered, found, moved, and taken off by name (S33, S37, S38)."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils.timezone import localdate

from sibulou.lib.wall import wall
from sibulou.roster.area_key import Level
from sibulou.roster.audit import By, audit
from sibulou.roster.codes import ETHNIC, RELATION, RESIDENCE, SEX
from sibulou.roster.deed import deed, within
from sibulou.roster.ending import end_subject, still_on_roster
from sibulou.roster.identity import IdentityNumber, Kind, read_identity
from sibulou.roster.models import Area, Household, Person, Subject
from sibulou.roster.moving import moving
from sibulou.roster.phone import Phone, read_phone
from sibulou.roster.problems import AlreadyListed, BornLater, GroupTaken, StateAhead
from sibulou.roster.seal import (
    HOUSEHOLD_PHONE,
    PERSON_PHONE,
    blind_identity,
    blind_phone,
    seal_identity,
    seal_phone,
)
from sibulou.roster.subjects import enter, listed, stands_at, unlisted

ENDS = ("moved", "died")
"""The states in which a person is no longer on the roster."""


def _demo(demo: bool | None) -> bool:
    return bool(settings.DEMO) if demo is None else demo


def _phone(text: str, demo: bool | None) -> Phone | None:
    return read_phone(text, demo=_demo(demo)) if text.strip() else None


def add_household(
    *, area: Area, by: By, now: datetime, number: int | None = None, name: str = "", address: str = "",
    phone: str = "", without_phone: bool = False, language: str = "", since: datetime | None = None,
    demo: bool | None = None,
) -> Household:  # fmt: skip
    """Enter a household at a group (or a micro-grid, or a village without groups); it takes the next number.

    `without_phone` says that it has none, which is more than that none is known.

    Raises WrongPlace, SubjectEnded, GroupTaken (the number is another's), NotAPhone, OutOfReach.
    """
    ring = _phone(phone, demo)
    with deed():
        stands_at(area, highest=Level.VILLAGE)
        number = household_number(area, number)
        label = name or f"{number}号户"
        subject = enter("household", area=area, label=label, since=since, now=now, highest=Level.VILLAGE)
        sealed, blind = seal_phone(ring, HOUSEHOLD_PHONE) if ring else (None, None)
        household = Household.objects.create(
            subject=subject, number=number, address=address.strip()[:120], phone_sealed=sealed, phone_blind=blind,
            language=language, without_phone=without_phone and ring is None,
        )  # fmt: skip
        audit("household.add", by=by, now=now, area=area.pk, subject=subject.pk, number=number)
    return household


def household_number(area: Area, wanted: int | None, but: int | None = None) -> int:
    """The wanted number if no household there but one has it, or the next. Raises GroupTaken."""
    there = Household.objects.filter(subject__area=area, subject__until__isnull=True).exclude(pk=but)
    if wanted is None:
        return int(there.aggregate(last=Max("number"))["last"] or 0) + 1
    if there.filter(number=wanted).exists():
        raise GroupTaken(parent=area.name, name=f"{wanted}号户")
    return wanted


def find_persons(
    *, name: str = "", identity: str = "", phone: str = "", today: date, demo: bool | None = None
) -> QuerySet[Person]:
    """People on the roster, as far as the reader sees, who have the name, number or telephone: look before you add.

    Any that is given counts; a telephone finds its owner and the members of the household it belongs to.
    Raises the Problems of `read_identity` and `read_phone`.
    """
    wanted = Q(pk__in=())
    if name.strip():
        wanted |= Q(subject__label=name.strip())
    if identity.strip():
        blind = blind_identity(read_identity(identity, today=today, demo=_demo(demo)))
        wanted |= Q(identity_blind=blind) if blind else Q(pk__in=())
    if ring := _phone(phone, demo):
        wanted |= Q(phone_blind=blind_phone(ring, PERSON_PHONE))
        wanted |= Q(household__phone_blind=blind_phone(ring, HOUSEHOLD_PHONE))
    found = Person.objects.filter(wanted, subject__until__isnull=True)
    return found.select_related("subject__area", "household__subject").order_by("pk")


def add_person(
    *, household: Household, name: str, by: By, now: datetime, relation: str = "99", sex: str = "",
    birth_date: date | None = None, ethnic: str = "", state: str = "present", identity: str = "",
    identity_kind: Kind | None = None, phone: str = "", since: datetime | None = None, demo: bool | None = None,
    even_if_listed: bool = False,
) -> Person:  # fmt: skip
    """Enter a person in a household; sex and birth date are read from the identity number where it tells them.

    Raises AlreadyListed (the same number is on the roster; `even_if_listed` enters it all the same, and it is
    shown as entered twice), NotInTheList, BornLater, NameMissing, SubjectEnded, OutOfReach, and the Problems of
    `read_identity` and `read_phone`.
    """
    today = localdate(now)
    paper = read_identity(identity, today=today, demo=_demo(demo), kind=identity_kind)
    ring = _phone(phone, demo)
    listed(relation, RELATION, "relation")
    if ethnic:
        listed(ethnic, ETHNIC, "ethnic")
    _staying(state)
    born = birth_date or paper.birth
    if born is not None and born > today:
        raise BornLater(born=born, today=today)
    with deed():
        still_on_roster(household.subject)
        if not even_if_listed:
            refuse_listed(paper)
        area = household.subject.area
        subject = enter("person", area=area, label=name, since=since, now=now, highest=Level.VILLAGE)
        sealed, blind = seal_identity(paper)
        phone_sealed, phone_blind = seal_phone(ring, PERSON_PHONE) if ring else (None, None)
        person = Person.objects.create(
            subject=subject, household=household, relation=relation, birth_date=born, ethnic=ethnic, state=state,
            sex=listed(sex or paper.sex or "0", SEX, "sex"), identity_kind=paper.kind, identity_sealed=sealed,
            identity_blind=blind, phone_sealed=phone_sealed, phone_blind=phone_blind,
        )  # fmt: skip
        audit("person.add", by=by, now=now, area=area.pk, subject=subject.pk, household=household.pk, state=state)
    return person


def _staying(state: str) -> None:
    """A state in which a person is on the roster. Raises NotInTheList."""
    listed(state, RESIDENCE, "state")
    if state in ENDS:
        raise unlisted(state, [one for one in RESIDENCE if one.code not in ENDS], "state")


def refuse_listed(paper: IdentityNumber, *, but: int | None = None) -> None:
    """Whether somebody else whom the reader sees has this number. Raises AlreadyListed, which carries his key."""
    blind = blind_identity(paper)
    if blind is None:
        return
    same = Person.objects.filter(identity_blind=blind, subject__until__isnull=True).exclude(pk=but)
    if (found := same.select_related("subject__area__parent").first()) is not None:
        area = found.subject.area
        above = area.parent.name if area.parent else ""
        raise AlreadyListed(label=found.subject.label, place=f"{above}{area.name}", subject=found.pk)


def move_person(*, person: Person, to: Household, by: By, now: datetime, relation: str | None = None) -> Person:
    """Move a person to another household, and so perhaps to another area.

    What was due and told stays there; what is not due yet follows (`duty/following.py`).

    Raises SubjectEnded, NotInTheList, OutOfReach.
    """
    with deed():
        still_on_roster(person.subject)
        still_on_roster(to.subject)
        before = person.household_id
        changed: dict[str, object] = {"household": to}
        if relation is not None:
            changed["relation"] = listed(relation, RELATION, "relation")
        with moving([person.pk], to=to.subject.area_id, by=by, now=now):
            within(Person.objects.filter(pk=person.pk).update(**changed))
            within(Subject.objects.filter(pk=person.pk).update(area_id=to.subject.area_id))
        audit("person.move", by=by, now=now, area=to.subject.area_id, subject=person.pk, household=to.pk,
              before=before)  # fmt: skip
    return Person.objects.select_related("subject", "household").get(pk=person.pk)


def move_household(*, household: Household, to: Area, by: By, now: datetime, number: int | None = None) -> Household:
    """Move a household with all its members to another group; it takes the next number there.

    Raises WrongPlace, SubjectEnded, GroupTaken, OutOfReach.
    """
    with deed():
        still_on_roster(household.subject)
        stands_at(to, highest=Level.VILLAGE)
        before = household.subject.area_id
        taken = household_number(to, number, but=household.pk)
        within(Household.objects.filter(pk=household.pk).update(number=taken))
        members = Person.objects.filter(household=household, subject__until__isnull=True).values_list("pk", flat=True)
        moved = [household.pk, *members]
        with moving(moved, to=to.pk, by=by, now=now):
            if Subject.objects.filter(pk__in=moved).update(area=to) != len(moved):
                within(0)
        audit("household.move", by=by, now=now, area=to.pk, subject=household.pk, before=before,
              members=len(moved) - 1)  # fmt: skip
    return Household.objects.select_related("subject").get(pk=household.pk)


def change_state(
    *, person: Person, state: str, by: By, now: datetime, at: datetime | None = None, reason: str = "", place: str = ""
) -> Person:
    """Say where a person is now, since `at` (now) and at which place. Moved away or died takes him off the roster.

    That end is by this name, as of `at`. Raises NotInTheList, StateAhead, SubjectEnded, OutOfReach, and for an end as
    `end_subject`.
    """
    if at is not None and at > now:
        raise StateAhead(at=wall(at), now=wall(now))
    listed(state, RESIDENCE, "state")
    with deed():
        still_on_roster(person.subject)
        before = person.state
        there = place.strip()[:80]
        within(Person.objects.filter(pk=person.pk).update(state=state, state_since=at or now, state_place=there))
        audit("person.state", by=by, now=now, area=person.subject.area_id, subject=person.pk, before=before,
              state=state)  # fmt: skip
        if state in ENDS:
            end_subject(
                subject=person.subject, at=at or now, by=by, now=now, reason=reason or RESIDENCE.label(state, "zh")
            )
    return Person.objects.select_related("subject", "household").get(pk=person.pk)
