"""What the field knows when it sets out: who lives where, what is owed, and who answers for which seat on which day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from sibulou.roster.area_key import Level, span

Ints = NDArray[np.int64]
NEVER = np.int64(1 << 40)
"""A moment that does not come: seconds since 1970, far beyond any plan."""
DAY = 86_400


def copied(query: str, columns: int) -> Ints:
    """The whole numbers that a query gives, shape (rows, columns), by COPY: a million a second."""
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT WITH (DELIMITER ' ')") as copy:
        text = b"".join(bytes(part) for part in copy)
    return np.fromstring(text.decode(), dtype=np.int64, sep=" ").reshape(-1, columns)


@dataclass(frozen=True)
class Roll:
    """People and households by their numbers, sorted. `state`: 0 present, 1 away, 2 returned; `language` as noted."""

    person: Ints
    home: Ints
    state: Ints
    household: Ints
    size: Ints
    away: Ints
    language: dict[int, str]

    @classmethod
    def read(cls) -> Roll:
        """From the roster as it stands."""
        people = copied(
            "SELECT p.subject_id, p.household_id, CASE p.state WHEN 'away' THEN 1 WHEN 'returned' THEN 2 ELSE 0 END, "
            "(s.until IS NULL)::int FROM person p JOIN subject s ON s.id = p.subject_id ORDER BY 1", 4
        )  # fmt: skip
        household = copied("SELECT subject_id FROM household ORDER BY 1", 1)[:, 0]
        at = np.searchsorted(household, people[:, 1])
        size = np.bincount(at, people[:, 3], minlength=len(household)).astype(np.int64)
        away = np.bincount(at, (people[:, 2] == 1) * people[:, 3], minlength=len(household)).astype(np.int64)
        with connection.cursor() as cursor:
            cursor.execute("SELECT subject_id, language FROM household WHERE language <> ''")
            language = dict(cursor.fetchall())
        return cls(people[:, 0], people[:, 1], people[:, 2], household, size, away, language)

    def home_of(self, people: Ints) -> Ints:
        """The household of each person."""
        return self.home[np.searchsorted(self.person, people)]

    def state_of(self, people: Ints) -> Ints:
        return self.state[np.searchsorted(self.person, people)]

    def size_of(self, households: Ints) -> Ints:
        """How many living people the roster lists in each household."""
        return self.size[np.searchsorted(self.household, households)]

    def away_of(self, households: Ints) -> Ints:
        return self.away[np.searchsorted(self.household, households)]


@dataclass(frozen=True)
class Owed:
    """Obligations, one entry each; moments in seconds since 1970, `until` NEVER where it is open-ended."""

    id: Ints
    duty: Ints
    subject: Ints
    area: Ints
    seat: Ints
    opened: Ints
    warn: Ints
    due: Ints
    until: Ints
    opened_by: dict[int, UUID]

    def __len__(self) -> int:
        return len(self.id)

    @property
    def group(self) -> Ints:
        """The group each lies in; 0 for what lies above."""
        low = self.area % span(Level.VILLAGE)
        return np.where(low == 0, 0, self.area - self.area % span(Level.GROUP))

    def only(self, which: NDArray[np.bool_]) -> Owed:
        """Some of them."""
        return Owed(
            self.id[which], self.duty[which], self.subject[which], self.area[which], self.seat[which],
            self.opened[which], self.warn[which], self.due[which], self.until[which], self.opened_by,
        )  # fmt: skip

    @classmethod
    def read(cls, after: int) -> Owed:
        """Every obligation numbered after `after` that is neither met nor lifted."""
        moments = ", ".join(f"extract(epoch FROM o.{name}_at)::bigint" for name in ("opened", "warn", "due"))
        rows = copied(
            f"SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, {moments}, "
            f"COALESCE(extract(epoch FROM o.until_at)::bigint, {NEVER}) FROM obligation o "
            f"WHERE o.id > {int(after)} AND o.met_at IS NULL AND o.waived_at IS NULL ORDER BY o.id", 9
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, opened_by FROM obligation WHERE id > %s AND opened_by IS NOT NULL", [after])
            opened_by = dict(cursor.fetchall())
        one, duty, subject, area, seat, opened, warn, due, until = rows.T
        return cls(one, duty, subject, area, seat, opened, warn, due, until, opened_by)


@dataclass(frozen=True)
class Answering:
    """Who answers for each seat at the end of each local day; 0 is nobody. Shape of `user`: (days, seats)."""

    first: int
    seat: Ints
    user: Ints

    @classmethod
    def read(cls, *, area: tuple[int, int], start: datetime, now: datetime) -> Answering:
        """For every local day from `start` to `now`, both in the county's zone; the last one as of `now`."""
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        days = [midnight + timedelta(days=n) for n in range((now - midnight).days + 1)]
        found: list[dict[int, int]] = []
        with connection.cursor() as cursor:
            for day in days:
                cursor.execute("SELECT seat_id, user_id FROM answering(%s, %s, %s)",
                               [*area, min(now, day + timedelta(hours=23))])  # fmt: skip
                found.append(dict(cursor.fetchall()))
        seats = np.array(sorted(set().union(*found)), dtype=np.int64)
        user = np.array([[one.get(seat, 0) for seat in seats.tolist()] for one in found], dtype=np.int64)
        return cls(int(midnight.timestamp()), seats, user)

    def at(self, seat: Ints, moment: Ints) -> Ints:
        """Who answers for each seat on the day of each moment; after the last day, as on it."""
        if not len(self.seat):
            return np.zeros(len(seat), dtype=np.int64)
        day = np.clip((np.minimum(moment, NEVER - 1) - self.first) // DAY, 0, len(self.user) - 1)
        place = np.clip(np.searchsorted(self.seat, seat), 0, len(self.seat) - 1)
        return np.where(self.seat[place] == seat, self.user[day, place], 0)


def whole(values: Iterable[int] | Sequence[int]) -> Ints:
    """Whole numbers as an array."""
    return np.array(list(values), dtype=np.int64)
