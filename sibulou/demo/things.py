"""Posts, public places and institutions of the synthetic county, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from sibulou.demo.parameters import Parameters
from sibulou.demo.piece import NULL, Ids, Piece, many, piece
from sibulou.roster.area_key import Level, ancestor, span
from sibulou.roster.codes import credit_check
from sibulou.roster.identity import DEMO_REGION

if TYPE_CHECKING:
    from sibulou.demo.county import Ground, Village

OPENED = timedelta(days=18)
"""Posts stand a day or two before the start key, which comes about twenty days after the roster begins."""


_IN_TOWN = (("market", "农贸市场"), ("square", "广场"), ("office", "政务服务大厅"), ("school", "中心小学"))
"""Public places of every township."""


@dataclass(frozen=True)
class Thing:
    """One subject that is no household: its number, table, area, kind and name; `opened` for posts that stand."""

    id: int
    table: str
    area: int
    kind: str
    name: str
    crew: int = 0
    opened: bool = True

    @property
    def village(self) -> int:
        return self.area - self.area % span(Level.VILLAGE)


@dataclass
class Things:
    """All of them, in the order they were made."""

    ids: Ids
    made: list[Thing] = field(default_factory=list)
    led: list[tuple[int, int]] = field(default_factory=list)
    """Which post is led by which branch."""

    def add(self, table: str, area: int, kind: str, name: str, *, crew: int = 0, opened: bool = True) -> None:
        self.made.append(Thing(self.ids.take("subject", 1), table, area, kind, name, crew, opened))

    def of(self, table: str) -> list[Thing]:
        return [one for one in self.made if one.table == table]

    def pieces(self, now: datetime) -> Iterator[Piece]:
        """Subjects first, then what each is."""
        count = len(self.made)
        since, null, blank = [now.isoformat()] * count, [NULL] * count, [""] * count
        yield piece(
            "subject", ("id", "kind", "area_id", "label", "since", "until", "ended_by", "end_reason"),
            many([one.id for one in self.made]), [one.table for one in self.made],
            many([one.area for one in self.made]), [one.name for one in self.made], since, null, blank, blank,
        )  # fmt: skip
        yield self._posts(now)
        yield from self._branches(now)
        places = self.of("place")
        yield piece("place", ("subject_id", "kind", "address"), many([one.id for one in places]),
                    [one.kind for one in places], [""] * len(places))  # fmt: skip
        sites = self.of("institution")
        yield piece("institution", ("subject_id", "kind", "credit_code", "address"),
                    many([one.id for one in sites]), [one.kind for one in sites],
                    [_credit_code(one) for one in sites], [""] * len(sites))  # fmt: skip

    def _branches(self, now: datetime) -> Iterator[Piece]:
        branches, count = self.of("branch"), len(self.led)
        yield piece("branch", ("subject_id", "number"), many([one.id for one in branches]),
                    [f"演示发〔2020〕{at + 1}号" for at in range(len(branches))])  # fmt: skip
        yield piece("post_leading", ("post_id", "branch_id", "since", "until", "put_by", "ended_by"),
                    many([post for post, _ in self.led]), many([branch for _, branch in self.led]),
                    [now.isoformat()] * count, [NULL] * count, ["乡镇组织委员"] * count, [""] * count)  # fmt: skip

    def _posts(self, now: datetime) -> Piece:
        posts = self.of("post")
        opened = [
            (now + OPENED + timedelta(minutes=37 * at)).isoformat() if one.opened else NULL
            for at, one in enumerate(posts)
        ]
        return piece("post", ("subject_id", "kind", "address", "minimum_crew", "opened_at"),
                     many([one.id for one in posts]), [one.kind for one in posts], [""] * len(posts),
                     many([one.crew for one in posts]), opened)  # fmt: skip


def make_things(rng: np.random.Generator, ground: Ground, scale: float, sheet: Parameters, ids: Ids) -> Things:
    """Posts, places and institutions, spread over the villages."""
    things = Things(ids)
    order = [ground.villages[at] for at in rng.permutation(len(ground.villages)).tolist()]
    towns = [one for one in order if one.community] or order
    _add_posts(things, order, towns, lambda key: sheet.count(key, scale))
    _add_branches(things, ground, sheet.count("branches", scale))
    _add_places(things, ground)
    _add_institutions(things, ground, (order, towns), lambda key: sheet.count(key, scale))
    return things


def _add_posts(things: Things, order: list[Village], towns: list[Village], count: Callable[[str], int]) -> None:
    gates = ["北大门", "南大门", "高速路出口"]
    for at in range(count("posts_gate")):
        name = gates[at] if at < len(gates) else f"{at + 1}号关口"
        things.add("post", towns[at % len(towns)].key, "gate", name, crew=3)
    for at in range(count("posts_trunk")):
        village = order[-1 - at % len(order)]
        things.add("post", village.key, "trunk", f"{village.short}公路卡点", crew=2)
    for at in range(count("posts_compound")):
        village, number = towns[at % len(towns)], at // len(towns) + 1
        things.add("post", village.key, "compound", f"{village.short}小区{number}号门", crew=2)
    for at in range(count("posts_village")):
        village, number = order[at % len(order)], at // len(order) + 1
        things.add("post", village.key, "village", f"{village.short}村口{number if number > 1 else ''}卡点", crew=2)


def _add_branches(things: Things, ground: Ground, count: int) -> None:
    """Branches of the townships in the measure of their posts; each leads the posts next to each other in the list."""
    posts = things.of("post")
    by_township: dict[int, list[Thing]] = {}
    for post in posts:
        by_township.setdefault(ancestor(post.area, Level.TOWNSHIP), []).append(post)
    for township, own in by_township.items():
        many_branches = max(1, round(count * len(own) / len(posts)))
        first = len(things.made)
        for at in range(many_branches):
            name = f"{ground.townships.get(township, '')}第{at + 1}临时党支部"
            things.add("branch", township, "", name)
        made = things.made[first:]
        things.led += [(post.id, made[at * many_branches // len(own)].id) for at, post in enumerate(own)]


def _add_places(things: Things, ground: Ground) -> None:
    seats: dict[int, Village] = {}
    for village in ground.villages:
        seats.setdefault(village.township, village)
    for township, village in seats.items():
        name = ground.townships.get(township, village.short)
        for kind, word in _IN_TOWN:
            things.add("place", village.key, kind, name + word)
        things.add("place", village.key, "store", name + "物资库")
    if seats:
        things.add("place", next(iter(seats.values())).key, "store", "县物资总库")
    for village in ground.villages:
        things.add("place", village.key, "office", f"{village.short}{'居' if village.community else '村'}委会")


def _add_institutions(
    things: Things, ground: Ground, over: tuple[list[Village], list[Village]], count: Callable[[str], int]
) -> None:
    order, towns = over
    kinds = (("county-hospital", "县人民医院"), ("tcm-hospital", "县中医医院"), ("maternal-hospital", "县妇幼保健院"))
    for at in range(count("hospitals")):
        kind, name = kinds[at % len(kinds)]
        things.add("institution", towns[at % len(towns)].key, kind, name)
    seats: dict[int, Village] = {}
    for village in ground.villages:
        seats.setdefault(village.township, village)
    for township, village in seats.items():
        things.add("institution", village.key, "township-centre", ground.townships.get(township, "") + "卫生院")
    spread = (
        ("village_clinics", "village-clinic", order, "卫生室"),
        ("private_clinics", "private-clinic", towns, "诊所"),
        ("pharmacies", "pharmacy", towns + order, "药店"),
        ("firms", "firm", towns, "工厂"),
    )
    for key, kind, villages, word in spread:
        for at in range(count(key)):
            village, number = villages[at % len(villages)], at // len(villages) + 1
            things.add("institution", village.key, kind, f"{village.short}{word}{number if number > 1 else ''}")


def _credit_code(one: Thing) -> str:
    """A credit code of the demonstration's region; a village clinic has none."""
    if one.kind == "village-clinic":
        return ""
    first = f"91{DEMO_REGION}{one.id % 10**9:09d}"
    return first + credit_check(first)
