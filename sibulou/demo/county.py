"""The synthetic county: a seeded generator of areas, households, people, posts, places, institutions and the chain.

Same code, scale and seed: same county, but for the random parts of sealed numbers. It is made piece by piece, some
twelve thousand households at a time, so that a province needs no more memory than a county. Nothing here is a
fact about a real county, and nobody in it exists (docs/explanation/synthetic-county.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sibulou.demo.chain import Chain, HeadOfGroup
from sibulou.demo.parameters import Parameters, parameters
from sibulou.demo.people import Flags, Ints, Numbers, People, make_papers, make_people
from sibulou.demo.piece import NULL, Ids, Piece, many, piece, sealed
from sibulou.demo.things import make_things
from sibulou.lib.cipher import Cipher
from sibulou.roster.area_key import Level, from_code, span
from sibulou.roster.divisions import CountyPlan

BATCH = 12_000  # households made at a time
MOST_SLOTS = 999  # groups in a village, micro-grids in a group


@dataclass(frozen=True)
class Village:
    """A village or community: its key, names, and whether it lies in a town."""

    key: int
    short: str
    community: bool

    @property
    def township(self) -> int:
        return self.key - self.key % span(Level.TOWNSHIP)


@dataclass(frozen=True)
class Ground:
    """What a county is made on: its code, its townships by key, and its villages in the order of their keys."""

    code: str
    townships: dict[int, str]
    villages: tuple[Village, ...]

    @property
    def key(self) -> int:
        return from_code(self.code)

    @classmethod
    def of(cls, plan: CountyPlan) -> Ground:
        """From the official table, every key seeded from its code. Townships without villages stay empty."""
        return cls(
            plan.county.code,
            {from_code(one.code): one.short for one in plan.townships},
            tuple(Village(from_code(one.code), one.short, one.kind.startswith("community")) for one in plan.villages),
        )


@dataclass(frozen=True)
class Layout:
    """Every group of the county: its key, its village (a position), its households, and its Yi share."""

    key: Ints
    village: Ints
    households: Ints
    yi: NDArray[np.float64]


@dataclass
class Tally:
    """What was made, counted while it streams by."""

    rows: dict[str, int] = field(default_factory=dict)

    def count(self, made: Piece) -> Piece:
        self.rows[made.table] = self.rows.get(made.table, 0) + made.count
        return made


def make_county(
    *, ground: Ground, cipher: Cipher, now: datetime, scale: float = 1.0, seed: int = 1, ids: Ids | None = None,
    sheet: Parameters | None = None,
) -> Iterator[Piece]:  # fmt: skip
    """The county as pieces to COPY, in an order that every reference is there before it is used.

    `now` is the moment from which all of it stands on the roster; `ids` are the first free numbers. Raises
    ValueError for a scale that is not positive or a county without villages.
    """
    if not scale > 0 or not ground.villages:
        raise ValueError("a county needs villages and a scale above nought")
    maker = _Maker(ground, cipher, now, scale, seed, ids or Ids(), sheet or parameters())
    yield from maker.pieces()


@dataclass
class _Maker:
    ground: Ground
    cipher: Cipher
    now: datetime
    scale: float
    seed: int
    ids: Ids
    sheet: Parameters
    given: Numbers = field(default_factory=Numbers.none)
    heads: list[HeadOfGroup] = field(default_factory=list)

    def rng(self, *path: int) -> np.random.Generator:
        """A stream of its own for each part, so that one part may change without moving the others."""
        return np.random.default_rng([self.seed, int(self.ground.code), *path])

    def pieces(self) -> Iterator[Piece]:
        layout = lay_out(self.rng(1), self.ground, self.scale, self.sheet)
        for number, batch in enumerate(_batches(layout)):
            yield from self.homes(self.rng(2, number), layout, batch)
        things = make_things(self.rng(3), self.ground, self.scale, self.sheet, self.ids)
        yield from things.pieces(self.now)
        chain = Chain(self.rng(4), self.ground, self.scale, self.sheet, self.ids, self.cipher, self.now)
        yield from chain.pieces(self.heads, things)

    def homes(self, rng: np.random.Generator, layout: Layout, batch: slice) -> Iterator[Piece]:
        """The micro-grids, households and people of some groups."""
        key, count = layout.key[batch], layout.households[batch]
        group = np.repeat(np.arange(len(key)), count)
        number = np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count) + 1
        yield from self.areas(layout, batch)
        wide = max(int(self.sheet["micro_households"]), -(-int(count.max(initial=1)) // MOST_SLOTS))
        micro = key[group] + ((number - 1) // wide + 1)
        people = make_people(rng, len(group), today=self.now.date(), sheet=self.sheet)
        papers = make_papers(rng, people, self.given, sheet=self.sheet, duplicates=self.duplicates(rng, len(group)))
        first = self.ids.take("subject", len(group) + len(people))
        household_ids = np.arange(first, first + len(group))
        person_ids = np.arange(first + len(group), first + len(group) + len(people))
        phone = np.array(papers.phone)
        self.heads += _heads(key, group, people, person_ids, phone)
        heads = np.flatnonzero(people.head)
        yield self.subjects("household", household_ids, micro, np.char.add(people.name[heads], "家"))
        yi = rng.random(len(group)) < layout.yi[batch][group]
        yield self.households(rng, number, household_ids, yi, phone[heads].tolist())
        yield self.subjects("person", person_ids, micro[people.household], people.name)
        yield piece(
            "person",
            ("subject_id", "household_id", "relation", "sex", "birth_date", "ethnic", "state", "identity_kind",
             "identity_sealed", "identity_blind", "phone_sealed", "phone_blind"),
            many(person_ids), many(household_ids[people.household]), people.relation.tolist(),
            np.where(people.male, "1", "2").tolist(), np.datetime_as_string(people.birth, unit="D").tolist(),
            [""] * len(people), people.state.tolist(), papers.kind,
            *sealed(self.cipher, "person.identity", papers.number, papers.matching),
            *sealed(self.cipher, "person.phone", papers.phone, _abroad(papers.phone)),
        )  # fmt: skip

    def duplicates(self, rng: np.random.Generator, households: int) -> int:
        """How many people of this batch are entered twice, so that the whole county has the sheet's number."""
        whole = self.sheet["population"] / self.sheet["household_mean"]
        return int(rng.poisson(self.sheet["duplicates"] * households / whole))

    def areas(self, layout: Layout, batch: slice) -> Iterator[Piece]:
        """Groups and their micro-grids: area, code and subject of each."""
        wide = int(self.sheet["micro_households"])
        keys, levels, parents, full, short = [], [], [], [], []
        for key, village, count in zip(
            layout.key[batch].tolist(), layout.village[batch].tolist(), layout.households[batch].tolist(), strict=True
        ):  # fmt: skip
            number = key // span(Level.GROUP) % 1000
            name = f"{self.ground.villages[village].short}{number}组"
            micros = min(MOST_SLOTS, -(-count // wide))
            keys += [key, *range(key + 1, key + micros + 1)]
            levels += [int(Level.GROUP)] + [int(Level.MICRO)] * micros
            parents += [key - key % span(Level.VILLAGE)] + [key] * micros
            full += [name] + [f"{name}{slot}格" for slot in range(1, micros + 1)]
            short += [f"{number}组"] + [f"{slot}格" for slot in range(1, micros + 1)]
        null = [NULL] * len(keys)
        yield piece("area", ("id", "level", "parent_id", "name", "short_name", "since", "until"),
                    many(keys), many(levels), many(parents), full, short, null, null)  # fmt: skip
        codes = [str(key)[: Level(level).digits] for key, level in zip(keys, levels, strict=True)]
        yield piece("area_code", ("area_id", "code", "valid_from", "valid_to"), many(keys), codes, null, null)
        first = self.ids.take("subject", len(keys))
        yield self.subjects("area", np.arange(first, first + len(keys)), np.array(keys), np.array(full))

    def subjects(self, kind: str, ids: Ints, area: Ints, label: NDArray[np.str_]) -> Piece:
        return subjects(kind, ids, area, label, self.now)

    def households(
        self, rng: np.random.Generator, number: Ints, ids: Ints, yi: Flags, phone: list[str]
    ) -> Piece:  # fmt: skip
        silent = rng.random(len(ids)) < self.sheet["without_phone"]
        phone = ["" if without else text for text, without in zip(phone, silent.tolist(), strict=True)]
        return piece(
            "household",
            ("subject_id", "number", "address", "phone_sealed", "phone_blind", "language", "without_phone"),
            many(ids), many(number), [f"{one}号" for one in number.tolist()],
            *sealed(self.cipher, "household.phone", phone, _abroad(phone)),
            np.where(yi, "yi", "").tolist(), np.where(np.array(phone) == "", "t", "f").tolist(),
        )  # fmt: skip


def subjects(kind: str, ids: Ints, area: Ints, label: NDArray[np.str_], now: datetime) -> Piece:
    """Subjects on the roster since `now`."""
    count = len(ids)
    return piece(
        "subject", ("id", "kind", "area_id", "label", "since", "until", "ended_by", "end_reason"),
        many(ids), [kind] * count, many(area), label.tolist(), [now.isoformat()] * count, [NULL] * count,
        [""] * count, [""] * count,
    )  # fmt: skip


def lay_out(rng: np.random.Generator, ground: Ground, scale: float, sheet: Parameters) -> Layout:
    """How many people live in which village, and the groups they form. Every village has one household at least."""
    people, groups, yi = _villages(rng, ground, scale, sheet)
    households = np.maximum(1, np.rint(people / sheet["household_mean"]).astype(np.int64))
    groups = np.clip(np.minimum(groups, households), 1, MOST_SLOTS)
    village = np.repeat(np.arange(len(groups)), groups)
    slot = np.arange(len(village)) - np.repeat(np.cumsum(groups) - groups, groups) + 1
    weight = rng.lognormal(0, 0.3, len(village))
    part = weight / np.bincount(village, weight)[village] * (households - groups)[village]
    low = np.floor(part).astype(np.int64)
    left = (households - groups) - np.bincount(village, low).astype(np.int64)
    low += slot <= left[village]
    keys = np.array([one.key for one in ground.villages], dtype=np.int64)
    return Layout(keys[village] + slot * span(Level.GROUP), village, low + 1, yi[village])


def _villages(
    rng: np.random.Generator, ground: Ground, scale: float, sheet: Parameters
) -> tuple[NDArray[np.float64], Ints, NDArray[np.float64]]:
    """People, groups and Yi share of each village; from the sheet's townships where they are known."""
    known = {from_code(code): row for code, row in sheet.townships(ground.code).items()}
    town = np.array([1.6 if one.community else 1.0 for one in ground.villages])
    weight = town * rng.lognormal(0, sheet["village_spread"], len(town))
    township = np.array([one.township for one in ground.villages])
    people = weight / weight.sum() * sheet["population"]
    groups = people / sheet["household_mean"] / sheet["group_households"]
    yi = np.full(len(town), sheet["yi_language"])
    for key, row in known.items():
        here = township == key
        share = weight[here] / weight[here].sum()
        people[here], groups[here], yi[here] = share * row.people, share * row.groups, row.yi
    return people * scale, _whole(groups * scale), yi


def _whole(parts: NDArray[np.float64]) -> Ints:
    """Whole numbers that add up as the parts do, the largest remainders rounded up."""
    low = np.floor(parts).astype(np.int64)
    missing = round(float(parts.sum())) - int(low.sum())
    low[np.argsort(low - parts, kind="stable")[:missing]] += 1
    return low


def _batches(layout: Layout) -> Iterator[slice]:
    """Runs of groups with about BATCH households each."""
    start, held = 0, 0
    for at, count in enumerate(layout.households.tolist()):
        if held and held + count > BATCH:
            yield slice(start, at)
            start, held = at, 0
        held += count
    yield slice(start, len(layout.households))


def _heads(
    key: Ints, group: Ints, people: People, ids: Ints, phone: NDArray[np.str_]
) -> list[HeadOfGroup]:  # fmt: skip
    """Who heads each group: the first householder of 35 to 66 with a phone, else the first householder."""
    fit = (people.age >= 35) & (people.age <= 66) & (phone != "") & (people.state == "present")
    order = np.lexsort((~fit, ~people.head, group[people.household]))
    first = order[np.searchsorted(group[people.household][order], np.arange(len(key)))]
    return [
        HeadOfGroup(*row)
        for row in zip(
            key.tolist(), ids[first].tolist(), people.name[first].tolist(), phone[first].tolist(), strict=True
        )
    ]


def _abroad(phones: Iterable[str]) -> list[str]:
    """What two lists agree on: the number for the whole world."""
    return [phone and f"+86{phone}" for phone in phones]


def counted(pieces: Iterable[Piece]) -> dict[str, int]:
    """Rows by table of a county that is made only to be counted."""
    tally = Tally()
    for made in pieces:
        tally.count(made)
    return tally.rows


def since(start: datetime, days: float = 20) -> datetime:
    """The moment from which the roster stands: some days before the start key."""
    return (start - timedelta(days=days)).astimezone(UTC)


__all__ = ["Ground", "Layout", "Tally", "Village", "counted", "lay_out", "make_county", "since"]
