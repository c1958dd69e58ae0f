"""Households and who lives in them: sizes, generations, ages, relations, papers and phones, drawn in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sibulou.demo import names
from sibulou.demo.parameters import Parameters
from sibulou.roster.identity import DEMO_REGION
from sibulou.roster.phone import DEMO_BLOCK

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.str_]

_SIZES = np.array([0.17, 0.28, 0.24, 0.17, 0.09, 0.05])
"""Shares of households of one to six people; their mean is 2.88."""
_SHAPES = {
    1: ((1.0, 0, 0, 0),),
    2: ((0.60, 1, 0, 0), (0.30, 0, 1, 0), (0.10, 0, 0, 1)),
    3: ((0.74, 1, 1, 0), (0.13, 1, 0, 1), (0.13, 0, 2, 0)),
    4: ((0.52, 1, 2, 0), (0.36, 1, 1, 1), (0.12, 1, 0, 2)),
    5: ((0.60, 1, 2, 1), (0.40, 1, 1, 2)),
    6: ((0.80, 1, 2, 2), (0.20, 1, 3, 1)),
}
"""For each size: share, spouse, children, parents beside the head."""
_DAY0 = np.datetime64("1900-01-01", "D")


@dataclass(frozen=True)
class People:
    """The people of some households, in household order; all arrays have one entry a person."""

    household: Ints
    head: Flags
    relation: Words
    male: Flags
    age: Ints
    birth: NDArray[np.datetime64]
    name: Words
    state: Words

    def __len__(self) -> int:
        return len(self.household)


@dataclass
class Numbers:
    """Which numbers were given out already: identity numbers by birth date and sex, phones one after the other."""

    issued: Ints
    phone: int = 0

    @classmethod
    def none(cls) -> Numbers:
        return cls(np.zeros((60000, 2), dtype=np.int64))


def make_people(rng: np.random.Generator, households: int, *, today: date, sheet: Parameters) -> People:
    """The people of so many households. Shape: about 2.88 people each; order: head, spouse, children, parents."""
    spouse, children, parents = _shapes(rng, households)
    size = 1 + spouse + children + parents
    total = int(size.sum())
    household = np.repeat(np.arange(households), size)
    place = np.arange(total) - np.repeat(np.cumsum(size) - size, size)
    of = {"spouse": spouse[household], "children": children[household], "parents": parents[household]}
    is_head = place == 0
    is_spouse = (place == 1) & (of["spouse"] == 1)
    is_child = ~is_head & ~is_spouse & (place < 1 + of["spouse"] + of["children"])
    is_parent = ~is_head & ~is_spouse & ~is_child
    head_age = _head_ages(rng, spouse, children, parents)
    age = head_age[household].astype(float)
    age += np.where(is_spouse, rng.normal(-1.5, 2.5, total), 0)
    age += np.where(is_child, -rng.uniform(21, 33, total), 0)
    age += np.where(is_parent, rng.uniform(21, 32, total), 0)
    age = np.clip(age, 0, 97) + np.where(is_child, 0, rng.random(total))
    boys = sheet["sex_ratio"] / (100 + sheet["sex_ratio"])
    head_male = rng.random(households) < np.where(spouse == 1, 0.8, 0.70)
    male = np.where(is_head, head_male[household], rng.random(total) < boys)
    male = np.where(is_spouse, ~head_male[household], male)
    first_parent = is_parent & (place == size[household] - 1)
    male = np.where(is_parent, np.where(of["parents"] == 2, first_parent, rng.random(total) < 0.3), male)
    elder_leads = ((parents == 2) & (children > 0) & head_male & (rng.random(households) < 0.5))[household]
    relation = _relations(np.select([is_head, is_spouse, is_child], [0, 1, 2], default=3), male, elder_leads)
    days = np.minimum((age * 365.25 + rng.uniform(0, 365, total) * (age > 1)).astype(np.int64), 97 * 365)
    birth = np.datetime64(today, "D") - days.astype("timedelta64[D]")
    family = names.surnames(rng, households)
    own = is_spouse | (is_parent & ~male)
    surname = np.where(own, names.surnames(rng, total), family[household])
    whole = (days // 365.25).astype(np.int64)
    return People(
        household, relation == "02", relation, male.astype(bool), whole, birth,
        names.names(rng, surname, male.astype(bool)), _states(rng, whole, sheet),
    )  # fmt: skip


def _shapes(rng: np.random.Generator, households: int) -> tuple[Ints, Ints, Ints]:
    size = rng.choice(np.arange(1, 7), size=households, p=_SIZES)
    spouse, children, parents = (np.zeros(households, dtype=np.int64) for _ in range(3))
    for count, shapes in _SHAPES.items():
        here = np.flatnonzero(size == count)
        drawn = rng.choice(len(shapes), size=len(here), p=[shape[0] for shape in shapes])
        table = np.array([shape[1:] for shape in shapes])
        spouse[here], children[here], parents[here] = table[drawn].T
    return spouse, children, parents


def _head_ages(rng: np.random.Generator, spouse: Ints, children: Ints, parents: Ints) -> Ints:
    count = len(spouse)
    alone = np.where(rng.random(count) < 0.50, rng.uniform(64, 90, count), rng.uniform(22, 62, count))
    couple = np.where(rng.random(count) < 0.42, rng.uniform(61, 85, count), rng.uniform(24, 60, count))
    with_children = rng.triangular(26, 43, 66, count)
    with_parents = rng.triangular(25, 36, 50, count)
    age = np.where(spouse == 1, couple, alone)
    age = np.where(children > 0, with_children, age)
    return np.asarray(np.where(parents > 0, with_parents, age), dtype=np.int64)


def _relations(part: Ints, male: Flags, elder_leads: Flags) -> Words:
    """Relation codes (GB/T 4761) of head, spouse, child, parent (0 to 3); an elder who leads is the head instead."""
    head, spouse, child, parent = (part == one for one in range(4))
    plain = np.select([head, spouse, child & male, child, parent & male], ["02", "10", "20", "30", "51"], default="52")
    led = np.select([parent & male, parent, head, spouse, child & male], ["02", "10", "20", "38", "41"], default="42")
    return np.where(elder_leads, led, plain)


def _states(rng: np.random.Generator, age: Ints, sheet: Parameters) -> Words:
    """Who is away, who came back, and who was here all along. Returnees are of 16 to 60."""
    drawn = rng.random(len(age))
    working = (age >= 16) & (age <= 60)
    back = sheet["returned"] / (sheet["population"] * 0.67)
    gone = sheet["away"]
    return np.select(
        [working & (drawn < back), (age >= 18) & (age <= 55) & (drawn < back + gone)],
        ["returned", "away"],
        default="present",
    )


@dataclass(frozen=True)
class Papers:
    """Identity number and phone of each person, as text ("" for none), and what two lists agree on."""

    kind: list[str]
    number: list[str]
    matching: list[str]
    phone: list[str]


def make_papers(
    rng: np.random.Generator, people: People, given: Numbers, *, duplicates: int, sheet: Parameters
) -> Papers:
    """Numbers of a region nobody has, each given once; `duplicates` people share the number of another."""
    kind, digits = _numbers(rng, people, given, sheet)
    matching = np.array(digits)
    twice = rng.permutation(np.flatnonzero(kind == "resident18"))[: 2 * duplicates]
    first, second = twice[: len(twice) // 2], twice[len(twice) // 2 :]
    matching[second[: len(first)]] = matching[first]
    number = matching.tolist()
    for at in np.flatnonzero(kind == "resident15").tolist():
        number[at] = number[at][:6] + number[at][8:17]
    for at in np.flatnonzero(kind == "passport").tolist():
        number[at] = f"E{given.phone + at:08d}"
        matching[at] = number[at]
    return Papers(kind.tolist(), number, matching.tolist(), _phones(rng, people, given, sheet))


def _numbers(rng: np.random.Generator, people: People, given: Numbers, sheet: Parameters) -> tuple[Words, Words]:
    """The kind of paper and the 18 signs of a resident number, "" for who has no paper or whose date is used up."""
    total = len(people)
    drawn = rng.random(total)
    none = ((people.age < 1) & (drawn < sheet["infants_without_paper"])) | (
        (people.age >= 80) & (drawn < sheet["elders_without_paper"])
    )
    old = (people.age > 50) & (people.birth < np.datetime64("1970-01-01")) & (drawn > 1 - sheet["old_numbers"])
    passport = (people.age > 18) & ~old & (drawn > 1 - sheet["passports"] - sheet["old_numbers"])
    passport &= drawn < 1 - sheet["old_numbers"]
    serial = _serials(people, given)
    none |= serial > 499
    kind = np.select([none, old, passport], ["none", "resident15", "passport"], default="resident18")
    order = serial * 2 + people.male
    date_digits = np.char.replace(np.datetime_as_string(people.birth, unit="D"), "-", "")
    first = np.char.add(np.char.add(DEMO_REGION, date_digits), np.char.zfill(order.astype(str), 3))
    text = np.char.add(first, _checks(first))
    text[none] = ""
    return kind, text


def _serials(people: People, given: Numbers) -> Ints:
    """The next free serial of each birth date and sex, counting on over all batches."""
    day = (people.birth - _DAY0).astype(np.int64)
    slot = day * 2 + people.male
    order = np.argsort(slot, kind="stable")
    ordered = slot[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    within = np.arange(len(ordered)) - np.repeat(starts, np.diff(np.r_[starts, len(ordered)]))
    issued = given.issued.reshape(-1)
    serial = np.empty(len(slot), dtype=np.int64)
    serial[order] = issued[ordered] + within
    np.add.at(issued, slot, 1)
    return serial


_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
_CHECKS = np.array(list("10X98765432"))


def _checks(first17: Words) -> Words:
    """Check characters (ISO 7064 MOD 11-2) of many numbers of 17 digits at once."""
    codes = np.ascontiguousarray(first17.astype("<U17")).view(np.uint32).reshape(-1, 17).astype(np.int64) - 48
    return np.asarray(_CHECKS[codes @ _WEIGHTS % 11])


def _phones(rng: np.random.Generator, people: People, given: Numbers, sheet: Parameters) -> list[str]:
    """A number of the demonstration block for most of those over thirteen."""
    has = (people.age >= 14) & (rng.random(len(people)) < sheet["phone_share"])
    numbers = np.char.zfill(((given.phone + np.cumsum(has)) % 1_000_000).astype(str), 6)
    given.phone += int(has.sum())
    listed: list[str] = np.where(has, np.char.add(DEMO_BLOCK, numbers), "").tolist()
    return listed
