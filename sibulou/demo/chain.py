"""Who answers in the synthetic county: accounts, seats at every level, holders and deputies (S22, S23, S43)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from sibulou.demo import names
from sibulou.demo.parameters import Parameters
from sibulou.demo.piece import NULL, Ids, Piece, many, piece, sealed
from sibulou.demo.things import Thing, Things
from sibulou.lib.cipher import Cipher
from sibulou.roster.area_key import Level, level_of, span
from sibulou.roster.phone import DEMO_BLOCK

if TYPE_CHECKING:
    from sibulou.demo.county import Ground, Village

MADE_BY = "县委组织部"
NO_PASSWORD = "!demo"
"""Nobody can sign in with it; the demonstration gives one account of each role a real password."""

_COUNTY = {
    "county_secretary": 1, "county_duty": 3, "disease_control": 4, "health_bureau": 3, "police_bureau": 2,
    "emergency_bureau": 2, "housing_bureau": 1, "market_bureau": 3, "publicity_office": 2, "supplies_head": 2,
    "auditor": 0, "data_protection": 0, "administrator": 0,
}  # fmt: skip
"""Roles of the county and how many deputies each has."""
_TOWNSHIP = {"township_secretary": 1, "township_duty": 2, "township_health": 1, "township_organiser": 1}


@dataclass(frozen=True)
class HeadOfGroup:
    """The resident who heads a group."""

    group: int
    person: int
    name: str
    phone: str


@dataclass(frozen=True)
class _User:
    id: int
    username: str
    name: str
    phone: str
    person: int | None


@dataclass
class Chain:
    """Makes accounts, seats and appointments; `pieces` gives them in the order they must be loaded."""

    rng: np.random.Generator
    ground: Ground
    scale: float
    sheet: Parameters
    ids: Ids
    cipher: Cipher
    now: datetime
    users: list[_User] = field(default_factory=list)
    seats: list[tuple[int, str, int, int | None]] = field(default_factory=list)
    terms: list[tuple[int, int, bool]] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)

    def pieces(self, heads: Sequence[HeadOfGroup], things: Things) -> Iterator[Piece]:
        """Everyone who answers: county, townships, villages, groups, posts, places, institutions; and the police."""
        self._county()
        for township in self.ground.townships:
            self._township(township)
        cadres = {village.key: self._village(village) for village in self.ground.villages}
        doctors = {seat[2]: user for seat, user in self._holders("village_doctor")}
        self._groups(heads, cadres)
        self._things(things, cadres, doctors)
        for _ in range(self.sheet.count("police", self.scale)):
            self.user("police", self.ground.key)
        yield from self._rows()

    def user(self, role: str, area: int, *, name: str = "", phone: str = "", person: int | None = None) -> int:
        """A new account; its username is its first role and the code of its area, numbered."""
        identity = self.ids.take("account", 1)
        code = str(area)[: level_of(area).digits]
        made = f"{role}.{code}.{len(self.users) + 1}"
        phone = phone or f"{DEMO_BLOCK}{999_999 - len(self.users) % 500_000:06d}"
        self.users.append(_User(identity, made, name or self._name(), phone, person))
        return identity

    def seat(self, role: str, area: int, subject: int | None = None) -> int:
        identity = self.ids.take("seat", 1)
        self.seats.append((identity, role, area, subject))
        return identity

    def fill(self, role: str, area: int, holders: Sequence[int], subject: int | None = None) -> None:
        """A seat with its holder first and its deputies after him."""
        seat = self.seat(role, area, subject)
        self.terms += [(seat, user, at > 0) for at, user in enumerate(holders)]

    def _name(self) -> str:
        if not self._names:
            self._names = names.users(self.rng, 2000)
        return self._names.pop()

    def _holders(self, role: str) -> list[tuple[tuple[int, str, int, int | None], int]]:
        seats = {seat[0]: seat for seat in self.seats if seat[1] == role}
        return [(seats[seat], user) for seat, user, deputy in self.terms if seat in seats and not deputy]

    def _many(self, role: str, area: int, count: int) -> list[int]:
        return [self.user(role, area) for _ in range(count)]

    def _county(self) -> None:
        for role, deputies in _COUNTY.items():
            self.fill(role, self.ground.key, self._many(role, self.ground.key, 1 + deputies))

    def _township(self, township: int) -> None:
        for role, deputies in _TOWNSHIP.items():
            self.fill(role, township, self._many(role, township, 1 + deputies))
        self._many("staff", township, self.sheet.count("township_staff", min(1.0, self.scale)))

    def _village(self, village: Village) -> list[int]:
        """The seats of a village; gives its cadres, who lead branches and keep places."""
        key = village.key
        cadres = self._many("cadre", key, int(self.sheet["village_cadres"]))
        self.fill("village_secretary", key, self._many("village_secretary", key, 2))
        self.fill("village_doctor", key, self._many("village_doctor", key, 2))
        self.fill("broadcaster", key, [self.user("broadcaster", key), cadres[0]])
        return cadres

    def _groups(self, heads: Sequence[HeadOfGroup], cadres: dict[int, list[int]]) -> None:
        drawn = self.rng.random(len(heads))
        for at, head in enumerate(heads):
            village = cadres[head.group - head.group % span(Level.VILLAGE)]
            cadre = village[at % len(village)]
            leader = self.user("group_head", head.group, name=head.name, phone=head.phone, person=head.person)
            deputies = [cadre] if drawn[at] < self.sheet["group_deputies"] else []
            self.fill("group_head", head.group, [leader, *deputies])
            self.fill("branch_secretary", head.group, [cadre])

    def _things(self, things: Things, cadres: dict[int, list[int]], doctors: dict[int, int]) -> None:
        for at, one in enumerate(things.made):
            if one.table == "post":
                crew = self._many("post_head", one.area, 1 + int(self.sheet["post_crew"]))
                self.fill("post_head", one.area, crew, one.id)
            elif one.table == "branch":
                secretary = self.user("post_branch_secretary", one.area)
                self.fill("post_branch_secretary", one.area, [secretary], one.id)
            elif one.table == "place":
                listed = cadres[one.village]
                self.fill("place_keeper", one.area, [listed[at % len(listed)]], one.id)
            else:
                self.fill("institution_head", one.area, [self._head_of(one, doctors)], one.id)

    def _head_of(self, one: Thing, doctors: dict[int, int]) -> int:
        if one.kind == "village-clinic":
            return doctors[one.village]
        return self.user("institution_head", one.area)

    def _rows(self) -> Iterator[Piece]:
        count, moment = len(self.users), self.now.isoformat()
        closed, _ = sealed(self.cipher, "account.phone", [one.phone for one in self.users],
                           [one.phone for one in self.users])  # fmt: skip
        yield piece(
            "account",
            ("id", "password", "last_login", "username", "name", "phone_sealed", "person_id", "language", "is_active",
             "created_at"),
            many([one.id for one in self.users]), [NO_PASSWORD] * count, [NULL] * count,
            [one.username for one in self.users], [one.name for one in self.users], closed,
            [NULL if one.person is None else str(one.person) for one in self.users], ["zh-hans"] * count,
            ["t"] * count, [moment] * count,
        )  # fmt: skip
        yield piece("seat", ("id", "role", "area_id", "subject_id"), *_columns(self.seats))
        first = self.ids.take("appointment", len(self.terms))
        terms = [
            (first + at, seat, user, "t" if deputy else "f", moment, None, MADE_BY, "")
            for at, (seat, user, deputy) in enumerate(self.terms)
        ]
        yield piece("appointment",
                    ("id", "seat_id", "user_id", "deputy", "starts_at", "ends_at", "made_by", "ended_by"),
                    *_columns(terms))  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]]) -> list[list[str]]:
    return [[NULL if value is None else str(value) for value in column] for column in zip(*rows, strict=True)]
