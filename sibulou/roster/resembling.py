"""Look before you add: who on the roster of a village may be the person about to be entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sibulou.lib.problem import Problem
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.households import find_persons
from sibulou.roster.models import Person, Subject

MOST = 8
"""Cards shown beside one name."""


class Likeness(StrEnum):
    """Why somebody is shown, the surest first."""

    IDENTITY = "identity"
    NAME = "name"
    PHONE = "phone"
    NEARLY = "nearly"


@dataclass(frozen=True)
class Resembling:
    """Somebody on the roster who may be the same person, and by what."""

    person: Person
    by: Likeness


def find_resembling(
    *, name: str, identity: str, phone: str, born: date | None, area: int, today: date, demo: bool | None = None
) -> list[Resembling]:
    """People with the same identity number or telephone anywhere the reader sees, or a like name in the same village.

    A name one sign away counts where the birth date is the same: families share a sign of their names. What cannot be
    read finds nobody: the deed says what is wrong with it.
    """
    found: dict[int, Resembling] = {}
    for likeness, wanted in ((Likeness.IDENTITY, {"identity": identity}), (Likeness.PHONE, {"phone": phone})):
        for person in _with_number(wanted, today=today, demo=demo):
            found.setdefault(person.pk, Resembling(person, likeness))
    for person, likeness in _of_like_name(name, born, area):
        found.setdefault(person.pk, Resembling(person, likeness))
    order = list(Likeness)
    return sorted(found.values(), key=lambda one: (order.index(one.by), one.person.pk))[:MOST]


def _with_number(wanted: dict[str, str], *, today: date, demo: bool | None) -> Sequence[Person]:
    if not any(text.strip() for text in wanted.values()):
        return []
    try:
        return list(find_persons(**wanted, today=today, demo=demo)[:MOST])
    except Problem:
        return []


def _of_like_name(name: str, born: date | None, area: int) -> list[tuple[Person, Likeness]]:
    wanted = "".join(name.split())
    if not wanted:
        return []
    low, high = key_range(ancestor(area, Level.VILLAGE))
    rows = Subject.objects.filter(kind="person", until__isnull=True, area_id__gte=low, area_id__lt=high)
    near: dict[int, Likeness] = {}
    for pk, label in rows.values_list("pk", "label"):
        plain = "".join(label.split())
        if plain == wanted:
            near[pk] = Likeness.NAME
        elif len(wanted) > 1 and one_sign_apart(plain, wanted):
            near[pk] = Likeness.NEARLY
    people = Person.objects.filter(pk__in=near).select_related("subject__area", "household__subject").order_by("pk")
    return [
        (one, near[one.pk])
        for one in people
        if near[one.pk] is Likeness.NAME or (born is not None and one.birth_date == born)
    ]


def one_sign_apart(one: str, other: str) -> bool:
    """Whether two different names differ by one sign: another one, one more or one less."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    first = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    rest = one[first + 1 :] if len(one) == len(other) else one[first:]
    return rest == other[first + 1 :]
