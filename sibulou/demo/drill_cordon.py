"""The drill's own idea of the cordon: its own map, its own search, plain Python over plain rows.

It shares no code with `fronts.defence.cordon`: no numpy, no graph library. A road is a list of stations between its
ends; who stands at a station stops whoever comes along. After the play it asks the product about the moments at which a
post was left for a meal, and about the start, and compares the villages that lie open with those its search reaches.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from sibulou.demo.drill_books import Item
    from sibulou.demo.drill_plot import Plot

ROAD_WITHOUT_POST, POST_LEFT = "cordon.road_without_post", "cordon.post_left"
HOLDS, VILLAGE_NEAR = 30.0, 2000.0
Point = tuple[float, float]
Spot = tuple[int, int]
"""A station: a road and its place among those on it; or a crossing: (-1, its number)."""


@dataclass
class Map:
    """Roads with their stations in order, where one comes in, and who stands at which station."""

    roads: list[tuple[int, int, list[Point]]]
    mouths: set[int]
    villages: dict[int, Spot] = field(default_factory=dict)
    posts: dict[int, set[Spot]] = field(default_factory=dict)
    sealed: set[Spot] = field(default_factory=set)
    on: dict[int, list[tuple[float, Spot]]] = field(default_factory=lambda: defaultdict(list))

    def reached(self, standing: Collection[int]) -> set[int]:
        """The villages somebody from outside reaches when these posts stand."""
        held = set(self.sealed)
        for post in standing:
            held |= self.posts.get(post, set())
        ways: dict[Spot, list[Spot]] = defaultdict(list)
        for number, (one, other, _) in enumerate(self.roads):
            line = [(-1, one), *(spot for _, spot in sorted(self.on[number])), (-1, other)]
            for here, there in pairwise(line):
                ways[here].append(there)
                ways[there].append(here)
        queue = deque(spot for spot in ((-1, mouth) for mouth in sorted(self.mouths)) if spot not in held)
        found = set(queue)
        while queue:
            for there in ways[queue.popleft()]:
                if there not in found and there not in held:
                    found.add(there)
                    queue.append(there)
        return {village for village, spot in self.villages.items() if spot in found}

    def near(self, point: Point, most: float) -> list[tuple[float, int, float]]:
        """The roads within so many metres: how far, which, and how far along; the nearest first."""
        best: dict[int, tuple[float, int, float]] = {}
        for number, (_, _, line) in enumerate(self.roads):
            along = 0.0
            for one, other in pairwise(line):
                length = _metres(one, other)
                share, far = _drop(point, one, other)
                if far <= most and (number not in best or far < best[number][0]):
                    best[number] = (far, number, along + share * length)
                along += length
        return sorted(best.values())

    def station(self, number: int, along: float) -> Spot:
        """The station at a place of a road; an end of it within a metre is the crossing there."""
        one, other, line = self.roads[number]
        whole = sum(_metres(a, b) for a, b in pairwise(line))
        if min(along, whole - along) <= 1.0:
            return (-1, one) if along <= whole - along else (-1, other)
        for place, spot in self.on[number]:
            if abs(place - along) <= 1.0:
                return spot
        spot = (number, len(self.on[number]))
        self.on[number].append((along, spot))
        return spot


def _metres(one: Point, other: Point) -> float:
    x = (other[0] - one[0]) * math.cos(math.radians(one[1]))
    return 111_195.0 * math.hypot(x, other[1] - one[1])


def _drop(point: Point, one: Point, other: Point) -> tuple[float, float]:
    """Where on a straight line a point is nearest, as a share of it, and how far in metres."""
    flat = math.cos(math.radians(point[1]))
    ax, ay = (one[0] - point[0]) * flat, one[1] - point[1]
    bx, by = (other[0] - one[0]) * flat, other[1] - one[1]
    long = bx * bx + by * by
    share = min(1.0, max(0.0, -(ax * bx + ay * by) / long)) if long else 0.0
    return share, 111_195.0 * math.hypot(ax + share * bx, ay + share * by)


def read_map(county: int) -> Map | None:
    """The roads that cars use as they stand in the database, with what stands on them; None without any."""
    low, high = county, county + 10**12
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM road_network WHERE area_id = %s", [county])
        (network,) = cursor.fetchone()
        if network is None:
            return None
        cursor.execute("SELECT number, longitude, latitude, mouth FROM road_node WHERE network_id = %s", [network])
        nodes = {number: ((x, y), mouth) for number, x, y, mouth in cursor.fetchall()}
        cursor.execute("SELECT one_end, other_end, line FROM road WHERE network_id = %s AND layer = 'road'", [network])
        found = Map([], {number for number, (_, mouth) in nodes.items() if mouth})
        for one, other, flat in cursor.fetchall():
            found.roads.append((one, other, list(zip(flat[::2], flat[1::2], strict=True))))
        cursor.execute(
            """SELECT s.kind, s.id, s.area_id, w.longitude, w.latitude
               FROM whereabouts w JOIN subject s ON s.id = w.subject_id WHERE s.area_id >= %s AND s.area_id < %s""",
            [low, high],
        )
        places = cursor.fetchall()
        cursor.execute("SELECT longitude, latitude FROM road_seal WHERE area_id >= %s AND area_id < %s", [low, high])
        seals = cursor.fetchall()
    for point in seals:
        found.sealed |= {found.station(number, along) for _, number, along in found.near(point, HOLDS)}
    for kind, subject, area, x, y in places:
        if kind == "post":
            found.posts[subject] = {found.station(number, along) for _, number, along in found.near((x, y), HOLDS)}
        elif near := found.near((x, y), VILLAGE_NEAR):
            found.villages[area] = found.station(near[0][1], near[0][2])
    return found


def check_cordon(plot: Plot) -> None:
    """Compare the product's cordon with the drill's own, at the start and whenever a post was left for a meal."""
    from sibulou.fronts.defence.cordon.county import cordon_at

    play = plot.play
    own = read_map(play.county)
    if own is None:
        return
    items = [one for one in play.ledger.items if one.duty == "post.strength"]
    left = [one for one in items if one.plant is not None and one.plant.kind == "story.post_empty"]
    moments = [(ROAD_WITHOUT_POST, play.start)]
    for item in left:
        moments += [
            (POST_LEFT, item.pane.opens + timedelta(minutes=20)),
            (POST_LEFT, item.pane.opens - timedelta(minutes=1)),
        ]
    for kind, at in moments:
        if any(_unclear(one, at) for one in items):
            continue
        wanted = own.reached(_standing(plot, items, at))
        shown = {one.area for one in cordon_at(play.county, at).villages if not one.closed}
        play.look.check(kind, shown == wanted, f"{at:%F %R}：应有 {len(wanted)} 个村有缺口，显示 {len(shown)} 个。",
                        f"At {at:%F %R} {len(wanted)} villages lie open, and {len(shown)} are shown.")  # fmt: skip


def _unclear(item: Item, at: datetime) -> bool:
    """Whether what the item is at a moment rests on excuses and corrections, which other plants are about."""
    return item.pane.opens <= at and (item.waived is not None or item.fate in ("corrected", "withdrawn"))


def _standing(plot: Plot, items: Sequence[Item], at: datetime) -> set[int]:
    """The posts that are open then and that nobody has left."""
    open_ = {
        thing.id
        for thing, since, until in plot.play.roster.stays("posts.open")
        if since <= at and (until is None or until > at)
    }
    empty = {one.thing.id for one in items if one.pane.opens <= at and not _back(one, at)}
    return open_ - empty


def _back(item: Item, at: datetime) -> bool:
    return any(sent.happened <= at for sent in item.records)
