"""What a device hands in beside records: "cannot, because" and families. Each once per id; what is refused is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sibulou.duty.intake import Outcome, home_of
from sibulou.duty.models import Obligation
from sibulou.duty.problems import Conflicting
from sibulou.duty.refusal import keep
from sibulou.duty.waive import ask_waiver
from sibulou.field.items import Excuse, Family, Unreadable
from sibulou.field.models import HandedIn
from sibulou.field.problems import NotOnRoster
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.audit import By
from sibulou.roster.deed import deed
from sibulou.roster.households import add_household, add_person
from sibulou.roster.identity import read_identity
from sibulou.roster.models import Area
from sibulou.roster.problems import NoRight, OutOfReach
from sibulou.roster.role import Right


@dataclass(frozen=True)
class Became:
    """What became of one item; `subjects` are a family's household and persons."""

    id: str
    outcome: Outcome
    problem: Problem | None = None
    subjects: Sequence[int] = field(default_factory=list)


@dataclass(frozen=True)
class Teller:
    """Who hands in, from which device, and when."""

    reach: Reach
    by: By
    now: datetime
    device: str = ""


def hand_in_excuse(item: Excuse | Unreadable, teller: Teller) -> Became:
    """Ask for a waiver, once per id."""
    return _hand_in(item, HandedIn.Kind.EXCUSE, teller, lambda: _ask(item, teller))


def hand_in_family(item: Family | Unreadable, teller: Teller) -> Became:
    """Enter a household with its people, once per id; where the teller may not, keep it for somebody who may."""
    return _hand_in(item, HandedIn.Kind.FAMILY, teller, lambda: _enter(item, teller))


def _hand_in(
    item: Excuse | Family | Unreadable, kind: HandedIn.Kind, teller: Teller, do: Callable[[], list[int]]
) -> Became:
    try:
        if isinstance(item, Unreadable):
            raise item.problem
        fingerprint = hashlib.sha256(json.dumps(item.raw, sort_keys=True).encode()).digest()
        _one_at_a_time(item.id)
        with acting(EVERYTHING):
            before = HandedIn.objects.filter(pk=item.id).first()
        if before is not None:
            if before.kind != kind or bytes(before.digest) != fingerprint:
                raise Conflicting(id=item.id)
            return Became(str(item.id), Outcome.REPEATED, None, before.subjects)
        with deed():
            subjects = do()
            HandedIn.objects.create(
                id=item.id, kind=kind, digest=fingerprint, received_at=teller.now, told_by_id=teller.by.user_id,
                subjects=subjects,
            )  # fmt: skip
    except Problem as problem:
        return _keep(item, kind, problem, teller)
    return Became(str(item.id), Outcome.ACCEPTED, None, subjects)


def _one_at_a_time(number: UUID) -> None:
    """The same item sent twice in one moment is looked at one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(number)])


def _keep(item: Excuse | Family | Unreadable, kind: HandedIn.Kind, problem: Problem, teller: Teller) -> Became:
    outcome = {Conflicting: Outcome.CONFLICTING, NotOnRoster: Outcome.UNKNOWN_SUBJECT}.get(
        type(problem), Outcome.REFUSED
    )
    keep({"kind": str(kind), "content": item.raw}, number=str(item.id), outcome=str(outcome), problem=problem,
         area=_area(item, teller), device=teller.device, by=teller.by, now=teller.now)  # fmt: skip
    return Became(str(item.id), outcome, problem)


def _area(item: Excuse | Family | Unreadable, teller: Teller) -> int | None:
    """Where what was refused waits: in the area it is about, else where its teller belongs."""
    if isinstance(item, Family) and Area.objects.filter(pk=item.area).exists():
        return item.area
    if isinstance(item, Excuse):
        with acting(EVERYTHING):
            about = Obligation.objects.filter(pk=item.obligation).values_list("area_id", flat=True).first()
        if about is not None:
            return about
    with acting(EVERYTHING):
        return home_of(teller.reach, teller.by)


def _ask(item: Excuse | Unreadable, teller: Teller) -> list[int]:
    assert isinstance(item, Excuse)
    about = Obligation.objects.select_related("duty", "seat", "stage__version", "waiver").filter(pk=item.obligation)
    obligation = about.first()
    if obligation is None:
        raise OutOfReach
    reach = teller.reach
    mine = obligation.seat_id in reach.seats or obligation.subject_id in reach.subjects
    if not (mine or reach.covers(obligation.area_id, Right.RECORD)):
        raise NoRight(right_zh="填报记录", right_en="hand in records")
    with acting(EVERYTHING):  # an obligation of one's seat may lie where one holds no right over the area
        ask_waiver(
            obligation=obligation, reason=item.reason, words=item.words, until=item.until, by=teller.by, now=teller.now
        )
    return []


def _enter(item: Family | Unreadable, teller: Teller) -> list[int]:
    assert isinstance(item, Family)
    return enter_family(item, teller)


def enter_family(family: Family, teller: Teller) -> list[int]:
    """A household and its persons, all or none: their numbers, the household's first.

    Raises OutOfReach, NotOnRoster, and whatever `add_household` and `add_person` raise.
    """
    area = Area.objects.filter(pk=family.area, until__isnull=True).first()
    if area is None:
        raise OutOfReach
    if not teller.reach.covers(area.pk, Right.ROSTER):
        raise NotOnRoster(place=area.name)
    by, now = teller.by, teller.now
    with deed():
        household = add_household(
            area=area, name=family.name or f"{family.persons[0].name}家", address=family.address, phone=family.phone,
            language=family.language, without_phone=family.without_phone, by=by, now=now,
        )  # fmt: skip
        persons = [
            add_person(
                household=household, name=one.name, relation=one.relation, sex=one.sex,
                birth_date=_born(one.birth_date, one.identity, now), identity=one.identity, phone=one.phone,
                state=one.state, by=by, now=now,
            )
            for one in family.persons
        ]  # fmt: skip
    return [household.pk, *(person.pk for person in persons)]


def _born(said: date | None, identity: str, now: datetime) -> date | None:
    """The birth date that was given, unless the identity number tells it more exactly."""
    if not identity or said is None:
        return said
    return read_identity(identity, today=now.date(), demo=True).birth or said


def family_of(payload: Mapping[str, object]) -> Mapping[str, object] | None:
    """The family in a refused payload; None where it is something else."""
    content = payload.get("content")
    return content if payload.get("kind") == HandedIn.Kind.FAMILY and isinstance(content, Mapping) else None
