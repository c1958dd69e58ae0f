"""Who may see what. The database refuses by itself; this module tells it who is asking (DESIGN, Access).

A user's reach is one multirange of area keys per right, plus the seats he sits in and the subjects he guards. It
holds inside one transaction only, so a pooled connection never carries it to the next request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import Http404

from sibulou.lib.sql import bound_cursor
from sibulou.roster.area_key import key_range
from sibulou.roster.models import Area, User
from sibulou.roster.role import ROLES, Right, above

Ranges = tuple[tuple[int, int], ...]
_SETTINGS = ("user", "seats", "subjects", "left", *(str(right) for right in Right))


@dataclass(frozen=True)
class Reach:
    """What someone may see and do now. `ranges` are half-open ranges of area keys by right, `sits` the role and the
    area of every seat that he sits in. `left` are subjects that moved away from him: of these he sees who they are,
    since he answers for what came due before."""

    user_id: int | None = None
    ranges: dict[Right, Ranges] = field(default_factory=dict)
    seats: tuple[int, ...] = ()
    subjects: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    sits: tuple[tuple[str, int], ...] = ()

    def covers(self, area: int, to: Right) -> bool:
        """Whether the area lies within what may be done `to` it."""
        return any(low <= area < high for low, high in self.ranges.get(to, ()))

    def has(self, right: Right) -> bool:
        """Whether the right is held anywhere."""
        return bool(self.ranges.get(right))

    def is_under(self, role: str, area: int) -> bool:
        """Whether a seat is his own superior's, and not his to fill, to end or to excuse: its role stands above one of
        his, at the same area or one that holds it. Whoever administers accounts there, or grants at a level above it,
        is not under it."""
        low, high = key_range(area)
        if self.covers(area, Right.ADMIN):
            return False
        if any(start <= low and high <= end and (start, end) != (low, high)
               for start, end in self.ranges.get(Right.GRANT, ())):  # fmt: skip
            return False
        return any(role in above(own) and low <= where < high for own, where in self.sits)

    def settings(self) -> dict[str, str]:
        """The database settings that say the same."""
        said = {str(right): _multirange(self.ranges.get(right, ())) for right in Right}
        said["user"] = "" if self.user_id is None else str(self.user_id)
        said["seats"] = _array(self.seats)
        said["subjects"] = _array(self.subjects)
        said["left"] = _array(self.left)
        return said


NOTHING = Reach()
EVERYTHING = Reach(ranges=dict.fromkeys(Right, ((0, 10**18),)))
"""The system's own reach, for jobs and for effects of a record beyond the reach of who told it."""


def _multirange(ranges: Ranges) -> str:
    return "{" + ",".join(f"[{low},{high})" for low, high in ranges) + "}"


def _array(ids: tuple[int, ...]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


def reach_of(user: User, *, now: datetime) -> Reach:
    """What `user` may see and do at `now`, from his seats alone; an inactive account reaches nothing."""
    return reaches_of([user], now=now)[user.pk]


def reaches_of(users: Iterable[User], *, now: datetime) -> dict[int, Reach]:
    """What each of these users may see and do at `now`, by his number."""
    named = list(users)
    found = {user.pk: Reach(user_id=user.pk) for user in named}
    with bound_cursor() as cursor:
        cursor.execute(SEATS, [now, [user.pk for user in named if user.is_active]], prepare=True)
        found.update(reaches_from(cursor.fetchall()))
    return found


SEATS = """
SELECT u.id, s.seats, s.roles, s.areas, s.subjects, s.closed,
       CASE WHEN s.guarded IS NULL THEN '{}' ELSE with_household(s.guarded) END
FROM account u CROSS JOIN LATERAL (
    SELECT array_agg(seat_id) AS seats, array_agg(role) AS roles, array_agg(area_id) AS areas,
           array_agg(subject_id) AS subjects, array_agg(closed) AS closed,
           array_agg(subject_id) FILTER (WHERE subject_id IS NOT NULL AND NOT closed) AS guarded
    FROM seats_of(u.id, %b)) s
WHERE s.seats IS NOT NULL AND u.id = ANY (%b::bigint[])"""
"""At a moment, of each of some users: the seats, and whose doors the guarded ones open: a guarded person's household, a
guarded household's people. `reaches_from` reads it."""


def reaches_from(rows: Iterable[Sequence[Any]]) -> dict[int, Reach]:
    """What `SEATS` found, as the reach of each user who has a seat."""
    return {
        user: replace(_reach_from(user, list(map(_Seat._make, zip(*seats, strict=True)))), subjects=tuple(doors))
        for user, *seats, doors in rows
    }


class _Seat(NamedTuple):
    """A seat somebody sits in."""

    pk: int
    role: str
    area: int
    subject: int | None
    closed: bool


def _reach_from(user: int, seats: Sequence[_Seat]) -> Reach:
    """The reach that seats give, the doors left out."""
    ranges: dict[Right, set[tuple[int, int]]] = {}
    for seat in seats:
        if seat.subject is None:
            for right in ROLES[seat.role].rights:
                ranges.setdefault(right, set()).add(key_range(seat.area))
    return Reach(
        user_id=user,
        ranges={right: tuple(sorted(spans)) for right, spans in ranges.items()},
        seats=tuple(seat.pk for seat in seats),
        left=tuple(seat.subject for seat in seats if seat.subject is not None and seat.closed),
        roles=tuple(sorted({seat.role for seat in seats})),
        sits=tuple((seat.role, seat.area) for seat in seats),
    )


@contextmanager
def acting(reach: Reach) -> Iterator[None]:
    """Within the block (one transaction, or a savepoint of it) the database answers as to `reach`."""
    within = connection.in_atomic_block
    with transaction.atomic():
        before = _say(reach.settings())
        yield
        if within:  # else they end with the transaction
            _say(before)


def _say(settings: dict[str, str]) -> dict[str, str]:
    """Set the settings for this transaction; give back what stood before."""
    with bound_cursor() as cursor:
        cursor.execute(_SAY, [settings[name] for name in _SETTINGS], prepare=True)
        before = cursor.fetchone() or ()
    return dict(zip(_SETTINGS, before, strict=False))


_SAY = f"""
WITH before AS MATERIALIZED (
    SELECT {", ".join(f"COALESCE(current_setting('sibulou.{name}', true), '') AS {name}_" for name in _SETTINGS)})
SELECT {", ".join(f"before.{name}_" for name in _SETTINGS)},
       {", ".join(f"set_config('sibulou.{name}', %s, true)" for name in _SETTINGS)} FROM before"""
"""Set the settings and give what stood before: what is materialized is read before anything is set."""


def area_for(reach: Reach, key: int, *, to: Right) -> Area:
    """The area `key`, if `reach` covers it for `to`; otherwise it does not exist: Http404."""
    if not reach.covers(key, to):
        raise Http404
    area = Area.objects.filter(pk=key).first()
    if area is None:
        raise Http404
    return area
