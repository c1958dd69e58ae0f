"""A road network as values: what a file brings, and what is left of it within a county's boundary.

Ways connect where they share a point, to a hundredth of a metre. What lies outside of the boundary is one place, the
outside; a road that leaves the county ends where it crosses the boundary, in a mouth. A dead end within fifty metres of
the boundary is a mouth too, since files are often cut there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.datum import Points
from sibulou.fronts.defence.cordon.geometry import Polygons, along, crossing, off_the_boundary, within

ROAD, PATH, RIVER = "road", "path", "river"
LAYERS = (ROAD, PATH, RIVER)
AT_THE_BOUNDARY = 50.0
"""Metres from the boundary within which a dead end counts as a mouth."""
_GRAIN = 1e7  # steps of a degree: about a centimetre

_DRIVEN = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "track", "road", "busway", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link",
}  # fmt: skip
_WALKED = {"path", "footway", "bridleway", "steps", "cycleway", "pedestrian"}
_SAILED = {"ferry", "river", "canal", "ford"}


@dataclass(frozen=True)
class Way:
    """One way of a file: at least two points, what it is and who can use it."""

    points: Points
    kind: str
    layer: str
    name: str = ""
    sealed: bool = False


def layer_of(kind: str) -> str | None:
    """The layer of OpenStreetMap's words for a way; None: nobody gets anywhere by it."""
    return ROAD if kind in _DRIVEN else PATH if kind in _WALKED else RIVER if kind in _SAILED else None


Part = tuple[list[int], Points]


@dataclass(frozen=True)
class Network:
    """Nodes and the roads between them.

    `nodes`: (n, 2) degrees; `mouth`: (n,) where one enters from outside; `ends`: (m, 2) numbers of nodes; `metres`:
    (m,); `layer`: (m,) a position in LAYERS; `sealed`: (m,); `lines`: the points of each road, both ends included.
    """

    nodes: Points
    mouth: NDArray[np.bool_]
    ends: NDArray[np.int64]
    metres: NDArray[np.float64]
    layer: NDArray[np.int8]
    sealed: NDArray[np.bool_]
    kinds: Sequence[str]
    names: Sequence[str]
    lines: Sequence[Points] = field(repr=False)

    @classmethod
    def empty(cls) -> Network:
        """Nothing at all."""
        return cls(
            np.empty((0, 2)), np.empty(0, bool), np.empty((0, 2), np.int64), np.empty(0), np.empty(0, np.int8),
            np.empty(0, bool), (), (), (),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.ends)


def clip(ways: Iterable[Way], boundary: Polygons) -> Network:
    """The roads within the boundary, cut where they cross it, between nodes where ways meet or end."""
    given = [way for way in ways if len(way.points) > 1]
    if not given:
        return Network.empty()
    spots = _Spots(given, boundary)
    made = _Made()
    for way, numbers in zip(given, spots.numbers, strict=True):
        for part in spots.parts(numbers):
            made.add(way, part, spots)
    return made.network(spots, boundary)


class _Spots:
    """Every distinct point of a file, whether it lies within, and whether ways meet there."""

    def __init__(self, ways: Sequence[Way], boundary: Polygons) -> None:
        every = np.concatenate([way.points for way in ways])
        grains = np.rint(every * _GRAIN).astype(np.int64)
        whole = (grains[:, 0] << 32) ^ (grains[:, 1] + (1 << 31))
        _, first, numbers = np.unique(whole, return_index=True, return_inverse=True)
        self.at: list[Points] = [every[first]]
        self.count = len(first)
        self.inside = within(every[first], boundary)
        sizes = np.cumsum([len(way.points) for way in ways])
        self.numbers: list[NDArray[np.int64]] = np.split(numbers.astype(np.int64), sizes[:-1])
        used = np.bincount(numbers, minlength=len(first))
        ends = np.concatenate([part[[0, -1]] for part in self.numbers])
        self.node = used > 1
        self.node[ends] = True
        self.boundary = boundary

    def parts(self, numbers: NDArray[np.int64]) -> list[Part]:
        """The parts of a way within the boundary: the numbers of its points (-1 for a mouth), and the points."""
        inside = self.inside[numbers]
        if not inside.any():
            return []
        points = self.at[0][numbers]
        if inside.all():
            return [(numbers.tolist(), points)]
        return list(self._cut(numbers, points, inside))

    def _cut(self, numbers: NDArray[np.int64], points: Points, inside: NDArray[np.bool_]) -> Iterable[Part]:
        runs = np.flatnonzero(np.diff(np.concatenate(([0], inside.astype(np.int8), [0]))))
        for start, end in runs.reshape(-1, 2).tolist():
            kept, line = numbers[start:end].tolist(), points[start:end]
            enters, leaves = start > 0, end < len(points)
            if enters:
                line = np.concatenate((crossing(points[start, None], points[start - 1, None], self.boundary), line))
            if leaves:
                line = np.concatenate((line, crossing(points[end - 1, None], points[end, None], self.boundary)))
            yield [-1] * enters + kept + [-1] * leaves, line


class _Made:
    """The network while it is being put together."""

    def __init__(self) -> None:
        self.of_spot: dict[int, int] = {}
        self.nodes: list[Points] = []
        self.mouths: list[bool] = []
        self.ends: list[tuple[int, int]] = []
        self.lines: list[Points] = []
        self.ways: list[Way] = []

    def add(self, way: Way, part: Part, spots: _Spots) -> None:
        """The roads of one part of a way, from node to node."""
        numbers, line = part
        start = 0
        for at in range(1, len(numbers)):
            number = numbers[at]
            if number < 0 or at == len(numbers) - 1 or spots.node[number]:
                self.ends.append((self.node(numbers[start], line[start]), self.node(number, line[at])))
                self.lines.append(line[start : at + 1])
                self.ways.append(way)
                start = at

    def node(self, spot: int, point: Points) -> int:
        if spot >= 0 and (known := self.of_spot.get(spot)) is not None:
            return known
        self.nodes.append(point)
        self.mouths.append(spot < 0)
        if spot >= 0:
            self.of_spot[spot] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def network(self, spots: _Spots, boundary: Polygons) -> Network:
        if not self.ends:
            return Network.empty()
        nodes, mouth = np.array(self.nodes), np.array(self.mouths)
        ends = np.array(self.ends, dtype=np.int64)
        dead = np.flatnonzero((np.bincount(ends.ravel(), minlength=len(nodes)) == 1) & ~mouth)
        mouth[dead] = off_the_boundary(nodes[dead], boundary) <= AT_THE_BOUNDARY
        return Network(
            nodes, mouth, ends, np.array([float(along(line)[-1]) for line in self.lines]),
            np.array([LAYERS.index(way.layer) for way in self.ways], dtype=np.int8),
            np.array([way.sealed for way in self.ways], dtype=bool),
            [way.kind for way in self.ways], [way.name for way in self.ways], self.lines,
        )  # fmt: skip
