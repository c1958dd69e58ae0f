"""The drill's own copy of the roster: who and what is there, who sits where, and who therefore answers.

Read once from the founded county, then kept by the drill itself as it adds, ends and appoints. Scopes and chain are
worked out here anew, from the article's meaning; nothing of `sibulou.duty` or of the fronts is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from sibulou.roster.area_key import Level, ancestor, level_of
from sibulou.roster.role import ROLES

_LEVELS = {"county": Level.COUNTY, "townships": Level.TOWNSHIP, "villages": Level.VILLAGE, "groups": Level.GROUP,
           "units": Level.MICRO}  # fmt: skip
_NOT_CLINICS = ("pharmacy", "school", "kindergarten", "care_home", "market", "firm")
_SIGN_ON, _RELIEF = timedelta(hours=1), timedelta(minutes=30)
"""How long before its start a shift may be signed on for, and before its end handed over."""
_PLACES = {"stores": ("store", "quarantine")}
Place = tuple[str, int]
"""A seat as the drill names it: the role, and the area's key or (negative) the subject's number."""


@dataclass
class Thing:
    """A subject: what it is, where, and how long it is on the roster."""

    id: int
    kind: str
    area: int
    since: datetime
    until: datetime | None = None
    what: str = ""
    label: str = ""
    household: int = 0
    born: date | None = None
    identity: bytes | None = None
    opened: datetime | None = None
    led: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    span: tuple[datetime, datetime] | None = None
    crew: int = 0
    post: int = 0
    rostered: list[tuple[datetime, datetime]] = field(default_factory=list)
    watches: list[tuple[datetime, datetime | None]] = field(default_factory=list)


Stay = tuple[Thing, datetime, datetime | None]
"""A thing in a scope, from when until when."""


@dataclass
class Term:
    """Someone in a seat: holder, or deputy."""

    user: int
    starts: datetime
    deputy: bool = False
    ends: datetime | None = None
    row: int = 0


@dataclass
class Absence:
    """Someone away from all his seats; `stand_in` answers meanwhile."""

    user: int
    starts: datetime
    ends: datetime | None = None
    stand_in: int | None = None


@dataclass
class Roster:
    """All things by number, and the chain."""

    zone: ZoneInfo
    things: dict[int, Thing] = field(default_factory=dict)
    terms: dict[Place, list[Term]] = field(default_factory=dict)
    absences: list[Absence] = field(default_factory=list)
    person_of: dict[int, int] = field(default_factory=dict)
    _counted: dict[int, None] = field(default_factory=dict)
    _firsts: dict[bytes, int] = field(default_factory=dict)

    def stays(self, scope: str, among: Iterable[Thing] | None = None) -> Iterator[Stay]:
        """Who is in a scope, and when."""
        for thing in self.things.values() if among is None else among:
            yield from self._stay(scope, thing)

    def _stay(self, scope: str, one: Thing) -> Iterator[Stay]:
        group, _, part = scope.partition(".")
        whole: Stay = (one, one.since, one.until)
        if group == "areas":
            if one.kind == "area" and level_of(one.area) == _LEVELS[part]:
                yield whole
        elif group == "posts":
            yield from _post_stay(part, one)
        elif (
            (group == "branches" and one.kind == "branch")
            or (group == "places" and one.kind == "place" and one.what in _PLACES.get(part, ()))
            or (part == "public" and one.kind == "place" and one.what != "store")
            or (group == "households" and one.kind == "household")
        ):
            yield whole
        elif group == "institutions" and one.kind == "institution":
            what = one.what.replace("-", "_")
            wanted = {"clinics": what not in _NOT_CLINICS, "pharmacies": what == "pharmacy", "firms": what == "firm"}
            if wanted[part]:
                yield whole
        elif group == "people" and one.kind == "person":
            yield from self._person_stay(part, one)

    def _person_stay(self, part: str, one: Thing) -> Iterator[Stay]:
        if not part:
            yield one, one.since, one.until
        elif part == "elders" and one.born is not None and one.what in ("present", "returned"):
            seventy = datetime.combine(_birthday(one.born, 70), time(), tzinfo=self.zone)
            yield one, max(one.since, seventy), one.until
        elif part == "watched":
            for starts, ends in one.watches:
                yield one, starts, min((m for m in (ends, one.until) if m is not None), default=None)
        elif part == "released":
            ends_at = [ends for _, ends in one.watches if ends is not None]
            if ends_at:
                yield one, max(ends_at), one.until
        elif part == "duplicated" and one.identity is not None and self._first(one.identity) < one.id:
            yield one, one.since, one.until

    def _first(self, identity: bytes) -> int:
        """The person who was entered first under an identity number."""
        if len(self._counted) != len(self.things):
            self._counted = dict.fromkeys(self.things)
            self._firsts = {}
            for one in self.things.values():
                if one.identity is not None:
                    self._firsts[one.identity] = min(one.id, self._firsts.get(one.identity, one.id))
        return self._firsts[identity]

    def people_with_number(self) -> list[Thing]:
        """People whose identity number stands on the roster once."""
        twice = {stay[0].identity for stay in self.stays("people.duplicated")}
        return [one for one in self.of("person") if one.identity is not None and one.identity not in twice]

    def of(self, kind: str) -> list[Thing]:
        return [one for one in self.things.values() if one.kind == kind]

    def area_thing(self, key: int) -> Thing:
        return next(one for one in self.things.values() if one.kind == "area" and one.area == key)

    def place(self, role: str, one: Thing) -> Place:
        """The seat of a role for a thing."""
        level = ROLES[role].level
        return (role, -one.id) if level is None else (role, ancestor(one.area, level))

    def answers(self, place: Place, at: datetime) -> int | None:
        """Who answers: the holder, else his stand-in, else the first deputy, each only if able; else nobody."""
        away = {one.user: one for one in self.absences if _holds(one.starts, one.ends, at)}
        terms = [term for term in self.terms.get(place, []) if _holds(term.starts, term.ends, at)]
        line: list[int | None] = [term.user for term in terms if not term.deputy]
        line += [away[term.user].stand_in for term in terms if not term.deputy and term.user in away]
        line += [term.user for term in terms if term.deputy]
        able = (user for user in line if user is not None and user not in away and not self._watched(user, at))
        return next(able, None)

    def empty_since(self, place: Place, at: datetime) -> datetime | None:
        """When the seat was last left, going through its history from the beginning: every moment at which anything
        changed for anybody who might have answered. None: it was never left, because nobody ever answered.
        """
        turns: set[datetime] = set()
        sitters = {term.user for term in self.terms.get(place, [])}
        sitters |= {one.stand_in for one in self.absences if one.user in sitters and one.stand_in is not None}
        for term in self.terms.get(place, []):
            turns |= {term.starts} | ({term.ends} if term.ends else set())
        for one in self.absences:
            if one.user in sitters:
                turns |= {one.starts} | ({one.ends} if one.ends else set())
        for user in sitters:
            thing = self.things.get(self.person_of.get(user, 0))
            for starts, ends in thing.watches if thing else []:
                turns |= {starts} | ({ends} if ends else set())
        left, sat = None, False
        for turn in sorted(turn for turn in turns if turn <= at):
            sits = self.answers(place, turn) is not None
            if sat and not sits:
                left = turn
            sat = sits
        return left

    def _watched(self, user: int, at: datetime) -> bool:
        thing = self.things.get(self.person_of.get(user, 0))
        return thing is not None and any(_holds(starts, ends, at) for starts, ends in thing.watches)

    def heir(self, place: Place, at: datetime) -> Place | None:
        """The nearest seat above that somebody answers for."""
        role, where = place
        area = where if where >= 0 else self.things[-where].area
        superior = ROLES[role].superior
        while superior is not None:
            level = ROLES[superior].level
            if level is not None and self.answers((superior, ancestor(area, level)), at) is not None:
                return superior, ancestor(area, level)
            superior = ROLES[superior].superior
        return None


def _unled(one: Thing, opened: datetime) -> Iterator[Stay]:
    """The times in which an open post had no branch, from one leading to the next."""
    free: datetime | None = opened
    for starts, ends in sorted(one.led):
        if free is not None and free < starts:
            yield one, free, starts
        free = ends
    if free is not None and (one.until is None or free < one.until):
        yield one, max(free, opened), one.until


def _post_stay(part: str, one: Thing) -> Iterator[Stay]:
    """Posts, and their published shifts."""
    if part.startswith("shifts"):
        if one.kind == "shift" and one.span is not None:
            begins, ends = one.span
            yield one, begins - _SIGN_ON if part == "shifts" else ends - _RELIEF, one.until
    elif one.kind == "post" and not part:
        yield one, one.since, one.until
    elif one.kind == "post" and one.opened is not None:
        if part == "unled":
            yield from _unled(one, one.opened)
        elif part == "unrostered":
            yield from _unrostered(one, one.opened)
        elif part != "gates" or one.what == "gate":
            yield one, one.opened, one.until


def _unrostered(post: Thing, opened: datetime) -> Iterator[Stay]:
    """The time for which nobody published a roster of a post."""
    at = opened
    for since, until in sorted(post.rostered):
        if since > at:
            yield post, at, since
        at = max(at, until)
    yield post, at, post.until


def _holds(starts: datetime, ends: datetime | None, at: datetime) -> bool:
    return starts <= at and (ends is None or ends > at)


def _birthday(born: date, years: int) -> date:
    """The birthday, on 28 February for those born on the 29th where the year has none."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return born.replace(year=born.year + years, day=28)


_SUBJECTS = """
SELECT s.id, s.kind, s.area_id, s.since, s.until, s.label,
       COALESCE(o.kind, i.kind, l.kind, p.state, ''), COALESCE(p.household_id, 0), p.birth_date, p.identity_blind,
       o.opened_at
FROM subject s LEFT JOIN person p ON p.subject_id = s.id LEFT JOIN post o ON o.subject_id = s.id
LEFT JOIN institution i ON i.subject_id = s.id LEFT JOIN place l ON l.subject_id = s.id
WHERE s.area_id >= %s AND s.area_id < %s ORDER BY s.id
"""
_LED = """
SELECT l.post_id, l.since, l.until FROM post_leading l JOIN subject s ON s.id = l.post_id
WHERE s.area_id >= %s AND s.area_id < %s
"""
_TERMS = """
SELECT s.role, CASE WHEN s.subject_id IS NULL THEN s.area_id ELSE -s.subject_id END, a.user_id, a.starts_at, a.deputy,
       a.ends_at, a.id
FROM appointment a JOIN seat s ON s.id = a.seat_id WHERE s.area_id >= %s AND s.area_id < %s ORDER BY a.id
"""


def read_roster(low: int, high: int, zone: ZoneInfo) -> Roster:
    """The county as it was founded, before the drill touches it."""
    roster = Roster(zone)
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [low, high])
        for id_, kind, area, since, until, label, what, household, born, identity, opened in cursor.fetchall():
            blind = None if identity is None else bytes(identity)
            roster.things[id_] = Thing(id_, kind, area, since, until, what, label, household, born, blind, opened)
        cursor.execute(_LED, [low, high])
        for post, since, until in cursor.fetchall():
            roster.things[post].led.append((since, until))
        cursor.execute(_TERMS, [low, high])
        for role, place, user, starts, deputy, ends, row in cursor.fetchall():
            roster.terms.setdefault((role, place), []).append(Term(user, starts, deputy, ends, row))
        cursor.execute("SELECT id, person_id FROM account WHERE person_id IS NOT NULL")
        roster.person_of = dict(cursor.fetchall())
    return roster


def around(moment: datetime, minutes: int) -> datetime:
    """The first moment on a grid of so many minutes that is not before `moment`."""
    step = timedelta(minutes=minutes)
    return moment + (-(moment - datetime(2020, 1, 1, tzinfo=moment.tzinfo)) % step)
