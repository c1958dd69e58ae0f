"""Names for the reader: where something is, whose it is and at which number he is rung, for a whole page at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import get_language

from sibulou.duty.board import answerers
from sibulou.lib.cipher import CannotOpen
from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.models import Area, Seat, Subject, User
from sibulou.roster.role import ROLES
from sibulou.roster.seal import field_cipher, work_phone

KIND_WORDS: dict[str, tuple[str, str]] = {
    "area": ("区域", "area"),
    "household": ("户", "household"),
    "person": ("人", "person"),
    "post": ("卡点", "post"),
    "place": ("场所", "place"),
    "institution": ("机构", "institution"),
    "shift": ("班次", "shift"),
    "branch": ("临时党支部", "temporary branch"),
}


def language() -> str:
    """The reader's language."""
    return get_language() or "zh"


def pick(words: tuple[str, str], language: str) -> str:
    """The Chinese or the English one of two words."""
    return words[0] if language.startswith("zh") else words[1]


def address_of(kind: str, number: int, area: int) -> str:
    """Where the page of a subject is."""
    if kind == "area":
        return f"/areas/{area}/"
    return {"household": f"/households/{number}/", "person": f"/people/{number}/"}.get(kind, f"/subjects/{number}/")


def word(zh: str, en: str) -> str:
    """The Chinese or the English words, by the reader's language."""
    return pick((zh, en), language())


@dataclass(frozen=True)
class Owner:
    """A seat in words, and who answers for it: no name means that it is vacant."""

    seat: int
    role: str
    place: str
    name: str = ""
    phone: str = ""
    rank: int = 0

    @property
    def vacant(self) -> bool:
        return not self.name


def way(key: int) -> list[int]:
    """The keys from the township down to `key`; a county or above stands for itself."""
    level = level_of(key)
    if level <= Level.COUNTY:
        return [key]
    return [ancestor(key, Level(one)) for one in range(Level.TOWNSHIP, level + 1)]


def places(keys: Iterable[int]) -> Mapping[int, str]:
    """Where each area is, in short names from the township down: 龙泉街道 中屯村 一组."""
    wanted = set(keys)
    ways = {one for key in wanted for one in way(key)}
    names = dict(Area.objects.filter(pk__in=ways).values_list("id", "short_name"))
    return {key: " ".join(names.get(one, "") for one in way(key)).strip() for key in wanted}


def owners(seats: Iterable[int], *, language: str, now: datetime, known: datetime | None = None) -> Mapping[int, Owner]:
    """Each seat that the reader sees, and who answers for it at `now`, as known at `known` (None: as known now)."""
    wanted = set(seats)
    rows = {row.pk: row for row in Seat.objects.filter(pk__in=wanted).select_related("subject")}
    answering = answerers(wanted, at=now, known=known)
    users = User.objects.in_bulk({one.user for one in answering.values()})
    where = places({row.area_id for row in rows.values()})
    found = {}
    for pk, row in rows.items():
        answerer = answering.get(pk)
        user = users.get(answerer.user) if answerer else None
        found[pk] = Owner(
            seat=pk,
            role=ROLES[row.role].label(language),
            place=row.subject.label if row.subject else where[row.area_id],
            name=user.name if user else "",
            phone=work_phone(user) if user else "",
            rank=answerer.rank if answerer else 0,
        )
    return found


def subjects(numbers: Iterable[int]) -> Mapping[int, Subject]:
    """The subjects that the reader sees, by number."""
    return Subject.objects.in_bulk(set(numbers))


def masked(text: str) -> str:
    """A number as screens show it: its first three signs and its last two."""
    return f"{text[:3]}{'*' * max(len(text) - 5, 3)}{text[-2:]}" if len(text) > 6 else "*" * len(text)


def masked_number(blob: bytes | memoryview | None, name: str) -> str:
    """A sealed number, masked; empty where none is known, and the sentence where this key does not open it."""
    if blob is None:
        return ""
    try:
        return masked(field_cipher().open(bytes(blob), field=name))
    except CannotOpen as problem:
        return problem.say(language())


def clock(moment: datetime) -> str:
    """A moment as sentences say it: in the county's zone, to the minute."""
    return f"{localtime(moment):%F %R}"
