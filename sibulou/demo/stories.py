"""What happens by itself in the county: passages, problems, orders, banquets; and the misses that are planted.

The planted ones follow cases of 2020 in other counties (domain section 8): a post left empty for a meal, a returnee
seen at a gate and unknown to the village, a watched person out of doors, a village silent at the cut-off, a pharmacy
that does not name who takes the medicine, a total that is not its rows; and a village without guards (`guards.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection

from sibulou.demo import names
from sibulou.demo.dice import Dice
from sibulou.demo.field import Book, Deed, Withheld, record_ids
from sibulou.demo.habits import THERMOMETERS, Content, County, origins
from sibulou.demo.roll import DAY, whole

HOUR = 3_600
_SEATS = {"post": "post_head", "place": "place_keeper", "institution": "institution_head",
          3: "county_duty", 4: "township_duty", 5: "village_secretary"}  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """Something a story can be about: its subject, area, kind, and the seat from which it is told."""

    subject: int
    area: int
    kind: str
    seat: int


@dataclass(frozen=True)
class Stage:
    """Where stories take place. Lists are in the order of the roster."""

    county: Spot
    townships: tuple[Spot, ...]
    villages: tuple[Spot, ...]
    posts: tuple[Spot, ...]
    pharmacies: tuple[Spot, ...]
    stores: tuple[Spot, ...]

    @classmethod
    def read(cls, over: tuple[int, int]) -> Stage:
        """From the roster of the county."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.id, s.area_id, CASE s.kind WHEN 'area' THEN a.level::text ELSE s.kind END, "
                "COALESCE(p.kind, i.kind, ''), seat.id, seat.role, p.opened_at IS NULL AND s.kind = 'post' "
                "FROM subject s JOIN area a ON a.id = s.area_id LEFT JOIN post p ON p.subject_id = s.id "
                "LEFT JOIN institution i ON i.subject_id = s.id LEFT JOIN place l ON l.subject_id = s.id "
                "JOIN seat ON seat.area_id = s.area_id AND (seat.subject_id = s.id OR s.kind = 'area') "
                "WHERE s.area_id >= %s AND s.area_id < %s AND s.until IS NULL "
                "AND (s.kind IN ('post', 'institution') OR l.kind = 'store' "
                "OR (s.kind = 'area' AND a.level BETWEEN 3 AND 5)) "
                "ORDER BY s.id",
                over,
            )
            rows = cursor.fetchall()
        spots: dict[str, list[Spot]] = {}
        for subject, area, what, kind, seat, role, closed in rows:
            if _SEATS[int(what) if what.isdigit() else what] == role and not closed:
                spots.setdefault(what, []).append(Spot(subject, area, kind, seat))
        shops = [one for one in spots.get("institution", []) if one.kind == "pharmacy"]
        posts, stores = tuple(spots.get("post", [])), tuple(spots.get("place", []))
        return cls(spots["3"][0], tuple(spots["4"]), tuple(spots["5"]), posts, tuple(shops), stores)


@dataclass(frozen=True)
class Teller:
    """Makes deeds of stories."""

    county: County
    book: Book

    def tell(self, spot: Spot, form: str, happened: int, content: Content, *, number: int = 0) -> Deed:
        """A story told from its own spot, a minute or five after it happened."""
        dice = Dice(self.county.seed, f"story/{form}")
        keys = (whole([happened]), whole([spot.subject]), whole([number]))
        wait = 60 + int(240 * dice.roll("wait", *keys)[0])
        made = record_ids(dice, keys[0], *keys[1:])[0]
        place = self.book.place(form, content)
        return Deed(made, form, spot.subject, spot.area, happened, happened + wait, spot.seat, place)


def of_day(teller: Teller, stage: Stage, midnight: int) -> Iterator[Deed]:
    """What happens by itself on the day that begins at `midnight`."""
    rng = np.random.default_rng([teller.county.seed, midnight])
    yield from _passages(teller, stage, midnight, rng)
    yield from _thermometers(teller, stage, midnight)
    for number, (form, spots, count, content) in enumerate(_happenings(teller, stage, midnight)):
        for _ in range(int(rng.poisson(count))):
            moment = midnight + int(rng.integers(9 * HOUR, 18 * HOUR))
            yield teller.tell(spots[int(rng.integers(len(spots)))], form, moment, content, number=number)


def _happenings(
    teller: Teller, stage: Stage, midnight: int
) -> Iterator[tuple[str, tuple[Spot, ...], float, Content]]:  # fmt: skip
    """Form, where, how many a day, and what is said; only what the plan has forms for."""
    share = min(1.0, len(stage.villages) / 58)
    date = str(np.datetime64(midnight + teller.county.offset + 5 * DAY, "s"))[:10]
    happenings: tuple[tuple[str, tuple[Spot, ...], float, Content], ...] = (
        ("problem_found", stage.villages, 4, {"kind": "litter", "text": "村口垃圾未清"}),
        ("rumour_seen", stage.villages, 0.5, {"text": "群里有人说要封路半年"}),
        ("banquet_known", stage.villages, 2, {"kind": "wedding", "planned": date, "tables": 12}),
        ("order_sent", stage.townships, 1, {"text": "做好今晚值守并报回人数", "number": "指挥部令"}),
    )
    for form, spots, count, content in happenings:
        if form in teller.book.plan.forms and spots:
            yield form, spots, count * share, content


def _thermometers(teller: Teller, stage: Stage, midnight: int) -> Iterator[Deed]:
    """What every post and store has from the first hour, as it is counted each evening."""
    if "stock_in" in teller.book.plan.forms and midnight <= teller.county.start < midnight + DAY:
        for spot in (*stage.posts, *stage.stores):
            there = {"item": "thermometer", "quantity": THERMOMETERS, "source": "at_start"}
            yield teller.tell(spot, "stock_in", teller.county.start + HOUR, there)


PROVINCES = "云贵川渝桂"
_PER_DAY = {"gate": 5, "trunk": 2}
"""Vehicles and walkers a day at a gate and on a trunk road; elsewhere one. Few, for a demonstration of a minute."""


def _passages(teller: Teller, stage: Stage, midnight: int, rng: np.random.Generator) -> Iterator[Deed]:
    """A few vehicles with all who sit in them, and people on foot; a few are not known where they go."""
    if "checkpoint_pass" not in teller.book.plan.forms:
        return
    number = 0
    for spot in stage.posts:
        for _ in range(_PER_DAY.get(spot.kind, 1)):
            moment = midnight + int(rng.triangular(6 * HOUR, 10 * HOUR, 22 * HOUR))
            village = stage.villages[int(rng.integers(len(stage.villages)))]
            unknown = rng.random() < teller.county.sheet["unmatched"] / 5
            back = spot.kind == "gate" and rng.random() < 0.05
            for content in _vehicle(rng, village, unknown=unknown, back=back, on_foot=spot.kind in ("compound",)):
                number += 1
                yield teller.tell(spot, "checkpoint_pass", moment, content, number=number)


def _vehicle(
    rng: np.random.Generator, village: Spot, *, unknown: bool = False, back: bool = False, on_foot: bool = False
) -> list[Content]:
    """Everybody in one vehicle, or one on foot: 2.3 people each on average, as 2020 counted them."""
    inside = 1 if on_foot else 1 + int(rng.binomial(4, 0.32))
    direction = "in" if back else ("in", "in", "out", "through")[int(rng.integers(4))]
    shared: dict[str, object] = {
        "direction": direction,
        "disposal": "turned_back" if back else "passed",
        "from_area": False,
        "unwell": False,
        "origin": ("county", "county", "province", "other_province")[int(rng.integers(4))],
    }
    if direction != "through":
        shared |= {"destination": str(village.area), "matched": not unknown}
    if not on_foot:
        shared |= {"plate": _plate(rng), "occupants": inside}
    if inside > 1:
        shared["passage"] = f"{int(rng.integers(10**12)):012d}"
    return [
        {
            **shared,
            "kept": "own" if at == 0 else "companion",
            "name": names.users(rng, 1)[0],
            "temperature": 36 + int(rng.integers(0, 9)) / 10,
        }
        for at in range(inside)
    ]


def _plate(rng: np.random.Generator) -> str:
    """A plate of no real vehicle: its letter O is one that no plate has."""
    return f"{PROVINCES[int(rng.integers(len(PROVINCES)))]}O{int(rng.integers(10**5)):05d}"


@dataclass(frozen=True)
class Planted:
    """The planted stories: what is told, and what is kept back."""

    told: tuple[Deed, ...]
    withheld: Withheld


def planted(teller: Teller, stage: Stage, now: int) -> Planted:
    """The misses of the drill, so that each stands on the board at `now` (half past ten in the morning)."""
    today = int(teller.county.midnight(whole([now]))[0])
    yesterday, end = today - DAY, now + 6 * HOUR
    told: list[Deed] = []
    withheld: dict[tuple[str, int], tuple[int, int]] = {}
    village = [stage.villages[at % len(stage.villages)] for at in (11, 23, 37)]
    withheld["village.close", village[0].subject] = (yesterday, today)
    told.append(
        teller.tell(village[1], "daily_close", yesterday + 15 * HOUR + 1200, {"rows": 40, "total": 38, "zero": False})
    )
    withheld["close.mend", village[1].subject] = (yesterday, end)
    if len(stage.posts) > 3:
        meal, today_empty, gate = stage.posts[-1], stage.posts[-2], stage.posts[0]
        told += [
            teller.tell(meal, "post_sign_off", yesterday + 16 * HOUR, {"on_duty": 0, "reason": "meal"}),
            teller.tell(meal, "post_sign_on", yesterday + 16 * HOUR + 2400, {"on_duty": 2}),
            teller.tell(today_empty, "post_sign_off", now - 1700, {"on_duty": 1, "reason": "ill"}),
            teller.tell(gate, "checkpoint_pass", now - 8700, _seen_at_the_gate(village[2]), number=99),
            *_went_round(teller, gate, stage.posts[2], now),
        ]
        withheld["post.strength", meal.subject] = (yesterday, today)
        withheld["post.strength", today_empty.subject] = (today, end)
        withheld["sighting.match", village[2].subject] = (today, end)
        withheld["turnback.came_in", stage.posts[2].subject] = (today, end)
    if stage.pharmacies:
        shop = stage.pharmacies[0]
        told.append(
            teller.tell(shop, "pharmacy_sale", yesterday + 15 * HOUR,
                        {"drug": "fever", "buyer": "代购人", "user_named": False})
        )  # fmt: skip
        withheld["pharmacy.real_user", shop.subject] = (yesterday, end)
    told += _exit(teller, now, withheld, end)
    return Planted(tuple(told), withheld)


def _seen_at_the_gate(village: Spot) -> Content:
    """One man in his car whom the village does not know."""
    (man, *_) = _vehicle(np.random.default_rng(7), village, unknown=True, on_foot=True)
    return {**man, "direction": "in", "origin": "county", "destination": str(village.area), "matched": False}


def _went_round(teller: Teller, gate: Spot, other: Spot, now: int) -> list[Deed]:
    """Turned back at a gate in the morning; an hour later the same plate comes in at another post."""
    man: Content = {"kept": "own", "plate": "云O00016", "name": "绕行的人", "temperature": 36.5, "direction": "in",
                    "from_area": True, "unwell": False, "origin": "hubei", "occupants": 1}  # fmt: skip
    return [
        teller.tell(gate, "checkpoint_pass", now - 6000, {**man, "disposal": "turned_back"}, number=97),
        teller.tell(other, "checkpoint_pass", now - 2400, {**man, "disposal": "passed"}, number=98),
    ]


def _exit(teller: Teller, now: int, withheld: dict[tuple[str, int], tuple[int, int]], end: int) -> list[Deed]:
    """Somebody under watch is seen outside and nobody has answered yet."""
    roll = teller.county.roll
    people = roll.person[np.isin(origins(teller.county, roll.person), (1, 2, 3))]
    if not len(people):
        return []
    person = int(people[len(people) // 2])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.area_id, seat.id FROM subject s JOIN seat ON seat.role = 'group_head' "
            "AND seat.area_id = s.area_id - s.area_id %% 1000 WHERE s.id = %s", [person]
        )  # fmt: skip
        area, seat = cursor.fetchone()
    withheld["exit.answer", person] = (now - HOUR, end)
    return [teller.tell(Spot(person, area, "", seat), "exit_seen", now - 2940, {"where": "村口小卖部"})]
