"""The roads of the synthetic county, and where its posts stand: closed but for what was planted.

A seat in the middle, townships around it, a trunk road to each and a ring between them; every village hangs on a road
of its own. Gates and trunk posts stand where a road crosses the boundary, village posts at the mouth of their village,
compound posts at their gate. Planted: a quarry track leads past every post into a village that has one of its own, so
that this village alone lies open; into a second one leads such a track that is sealed, into a third a foot path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.datum import Datum
from sibulou.fronts.defence.cordon.geometry import Polygons, crossing
from sibulou.fronts.defence.cordon.roads import PATH, ROAD, Way, clip
from sibulou.fronts.defence.cordon.store import keep_roads
from sibulou.fronts.defence.models import Seal, Whereabouts
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import By
from sibulou.roster.models import Area, Post, Subject

CENTRE = (102.16, 24.67)
_KM = np.array([1 / 101.2, 1 / 110.8])  # degrees of a kilometre at this latitude
_RADIUS, _OUTSIDE = 21.0, 27.0  # km from the seat to the boundary, and to where roads begin
QUARRY, SLIDE, SHEEP = "采石场便道", "塌方便道", "放羊小路"
_GROUPS, _STREETS = 3, 5

Spot = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """A post or a village and where it stands, in kilometres from the seat."""

    subject: int
    at: Spot


@dataclass
class Plan:
    """The county on paper: ways and places in kilometres, and the villages that what was planted leads to."""

    ways: list[Way] = field(default_factory=list)
    places: list[Standing] = field(default_factory=list)
    open: int | None = None
    sealed: tuple[int, Spot] | None = None
    by_path: int | None = None

    def draw(self, points: Sequence[Spot], kind: str, name: str = "", layer: str = ROAD) -> None:
        """One way through these points."""
        self.ways.append(Way(degrees(np.array(points)), kind, layer, name))


@dataclass(frozen=True)
class Stand:
    """A post of the county, with its kind and its village."""

    subject: int
    kind: str
    village: int


def degrees(km: Spot) -> Spot:
    """Kilometres east and north of the seat as longitude and latitude."""
    return np.asarray(km * _KM + CENTRE)


def boundary(seed: int) -> Polygons:
    """The county's boundary: a wavy circle."""
    turns = np.linspace(0, 2 * np.pi, 73)[:-1]
    phase = np.random.default_rng([seed, 71]).uniform(0, 2 * np.pi, 2)
    radius = _RADIUS + 0.9 * np.sin(3 * turns + phase[0]) + 0.6 * np.sin(7 * turns + phase[1])
    ring = degrees(np.column_stack((radius * np.cos(turns), radius * np.sin(turns))))
    return [[np.concatenate((ring, ring[:1]))]]


def plan_roads(villages: Sequence[tuple[int, int]], posts: Sequence[Stand], *, seed: int) -> Plan:
    """Lay out the roads of a county: `villages` are (area, subject), in the order of their keys."""
    return _Planner(np.random.default_rng([seed, 72]), villages, posts, boundary(seed)).plan()


class _Planner:
    """Lays out one county."""

    def __init__(
        self, rng: np.random.Generator, villages: Sequence[tuple[int, int]], posts: Sequence[Stand], edge: Polygons
    ) -> None:
        self.rng, self.edge, self.villages, self.posts = rng, edge, villages, posts
        self.made = Plan()
        self.turn: dict[int, float] = {}
        self.seats: dict[int, Spot] = {}
        self.homes: dict[int, Spot] = {}
        self.guarded: dict[int, list[Stand]] = defaultdict(list)
        for post in posts:
            if post.kind == "village":
                self.guarded[post.village].append(post)

    def plan(self) -> Plan:
        townships = list(dict.fromkeys(ancestor(area, Level.TOWNSHIP) for area, _ in self.villages))
        self.lay_trunk(townships)
        for township in townships:
            self.lay_villages(township)
        self.lay_mouths()
        self.stand_at_compounds()
        self.plant()
        return self.made

    def lay_trunk(self, townships: Sequence[int]) -> None:
        """The seat, the townships around it, a trunk road to each and a ring between them."""
        outer = townships[1:]
        self.seats[townships[0]], self.turn[townships[0]] = np.zeros(2), 0.0
        for number, township in enumerate(outer):
            turn = 2 * np.pi * (number + 0.25 * self.rng.random()) / len(outer)
            self.turn[township] = turn
            self.seats[township] = self.rng.uniform(10.0, 13.0) * _facing(turn)
            self.made.draw(self.winding(np.zeros(2), self.seats[township]), "primary", f"县道{number + 1}号")
        for one, other in zip(outer, [*outer[1:], *outer[:1]], strict=True):
            if len(outer) > 2:
                self.made.draw(self.winding(self.seats[one], self.seats[other]), "secondary", "环线")

    def lay_villages(self, township: int) -> None:
        """A road of its own to each village, its posts at the mouth, and tracks to its groups."""
        here = [one for one in self.villages if ancestor(one[0], Level.TOWNSHIP) == township]
        for number, (area, subject) in enumerate(here):
            turn = 2 * np.pi * (number + 0.4 * self.rng.random()) / len(here) + 0.3
            home = self.seats[township] + self.rng.uniform(2.0, 4.5) * _facing(turn)
            self.homes[area] = home
            road = self.winding(self.seats[township], home)
            self.made.draw(road, "tertiary")
            self.made.places.append(Standing(subject, home))
            for back, post in enumerate(self.guarded[area]):
                self.made.places.append(Standing(post.subject, _back(road, 0.4 + 0.2 * back)))
            for group in range(_GROUPS):
                end = home + self.rng.uniform(0.3, 0.9) * _facing(turn + 0.9 * (group - 1))
                self.made.draw([home, (home + end) / 2 + self.rng.normal(0, 0.05, 2), end], "track")

    def lay_mouths(self) -> None:
        """A road over the boundary for each gate and each trunk post, which stands on it just inside."""
        of_township: dict[int, int] = defaultdict(int)
        for post in self.posts:
            if post.kind not in ("gate", "trunk"):
                continue
            township = ancestor(post.village, Level.TOWNSHIP)
            number = of_township[township]
            of_township[township] += 1
            spread = (0.35 if self.seats[township].any() else 1.0) * ((number + 1) // 2) * (-1) ** number
            start, end = self.seats[township], _OUTSIDE * _facing(self.turn[township] + spread + 0.05)
            self.made.draw([start, end], "trunk" if post.kind == "gate" else "primary")
            self.made.places.append(Standing(post.subject, self.mouth(start, end, 0.5)))

    def stand_at_compounds(self) -> None:
        """A few streets behind each compound's gate."""
        of_village: dict[int, int] = defaultdict(int)
        for post in self.posts:
            if post.kind not in ("gate", "trunk", "village"):
                number = of_village[post.village]
                of_village[post.village] += 1
                out = _facing(2.4 + 0.5 * number)
                home = self.homes[post.village]
                gate, yard = home + 0.2 * out, home + 0.5 * out
                self.made.draw([home, gate, yard], "residential")
                self.made.places.append(Standing(post.subject, gate))
                for street in range(_STREETS):
                    self.made.draw([yard, yard + 0.1 * _facing(2.4 + street)], "residential")

    def plant(self) -> None:
        """What leads past every post."""
        kept = [area for area, _ in self.villages if self.guarded[area]]
        kept.sort(key=lambda area: (-float(np.hypot(*self.homes[area])), area))
        if kept:
            self.made.open = kept[0]
            self.lead_out(kept[0], "track", QUARRY)
        if len(kept) > 1:
            self.made.sealed = kept[1], self.lead_out(kept[1], "track", SLIDE)
        if len(kept) > 2:
            self.made.by_path = kept[2]
            self.lead_out(kept[2], "path", SHEEP, PATH)

    def lead_out(self, area: int, kind: str, name: str, layer: str = ROAD) -> Spot:
        """A way from a village over the boundary; gives a place on it."""
        home = self.homes[area]
        end = _OUTSIDE * home / np.hypot(*home)
        bend = home + 0.3 * (end - home) + self.rng.normal(0, 0.2, 2)
        self.made.draw([home, bend, end], kind, name, layer)
        return np.asarray(home + 0.6 * (bend - home))

    def mouth(self, start: Spot, end: Spot, inside: float) -> Spot:
        """The place on a straight road so many kilometres before it crosses the boundary."""
        met = (crossing(degrees(start)[None], degrees(end)[None], self.edge)[0] - CENTRE) / _KM
        return np.asarray(met - inside * (end - start) / np.hypot(*(end - start)))

    def winding(self, start: Spot, end: Spot) -> list[Spot]:
        """A road with a few bends."""
        aside = np.array([start[1] - end[1], end[0] - start[0]]) / max(0.1, float(np.hypot(*(end - start))))
        shares = np.linspace(0, 1, 6)
        bends = self.rng.normal(0, 0.25, 6) * np.sin(np.pi * shares)
        return [start + share * (end - start) + bend * aside for share, bend in zip(shares, bends, strict=True)]


def _facing(turn: float) -> Spot:
    return np.array([np.cos(turn), np.sin(turn)])


def _back(road: Sequence[Spot], km: float) -> Spot:
    """The place so many kilometres before the end of a road, on its last straight piece."""
    last, before = road[-1], road[-2]
    whole = float(np.hypot(*(last - before)))
    return np.asarray(last + min(km, 0.9 * whole) / whole * (before - last))


def lay_roads(*, county: Area, seed: int, by: By, now: datetime) -> Plan:
    """Give a loaded county its roads, and its posts and villages their places. Call it acting with EVERYTHING."""
    low, high = county.range
    areas = dict(
        Subject.objects.filter(kind="area", area__level=Level.VILLAGE, area_id__gte=low, area_id__lt=high)
        .order_by("area_id").values_list("area_id", "pk")
    )  # fmt: skip
    posts = [
        Stand(post.pk, post.kind, ancestor(post.subject.area_id, Level.VILLAGE))
        for post in Post.objects.select_related("subject").order_by("pk")
        if low <= post.subject.area_id < high
    ]
    made = plan_roads(list(areas.items()), posts, seed=seed)
    edge = boundary(seed)
    keep_roads(area=county, network=clip(made.ways, edge), boundary=edge, origin="synthetic", digest="",
               datum=Datum.WGS84, since=now, by=by, now=now)  # fmt: skip
    Whereabouts.objects.bulk_create(_places(made, by, now))
    if made.sealed is not None:
        village, at = made.sealed
        longitude, latitude = degrees(at).tolist()
        Seal.objects.create(
            area_id=village, longitude=longitude, latitude=latitude, name=SLIDE, reason="山体塌方，已设路障",
            asked_at=now, asked_by="村总支书记", granted_at=now, granted_by="乡镇书记",
        )  # fmt: skip
    return made


def _places(made: Plan, by: By, now: datetime) -> Iterator[Whereabouts]:
    for one in made.places:
        longitude, latitude = degrees(one.at).tolist()
        yield Whereabouts(subject_id=one.subject, longitude=longitude, latitude=latitude, since=now, placed_at=now,
                          placed_by=by.name)  # fmt: skip
