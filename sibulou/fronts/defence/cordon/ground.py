"""The ground of a proof: a county's roads with its posts, seals and villages on them, and what was added by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sibulou.fronts.defence.cordon.geometry import Polygons
from sibulou.fronts.defence.cordon.plug import Plug, plug
from sibulou.fronts.defence.cordon.proof import Flood, Leak, Nodes, flood, leaks
from sibulou.fronts.defence.cordon.roads import LAYERS, ROAD, Network, Way, clip
from sibulou.fronts.defence.cordon.snapping import Snap, snap

POST_LIMIT = 200.0
"""Metres from the nearest road at which a post or a seal still stands on it."""
POST_HOLDS = 30.0
"""Metres around a post or a seal within which it holds every road."""
VILLAGE_LIMIT = 2000.0
"""Metres from the nearest road at which the centre of a village still lies on it."""
JOINS = 100.0
"""Metres from a road at which the end of a way drawn by hand joins it."""


@dataclass(frozen=True)
class Spot:
    """Something with a position: the number of its subject, area or seal, and degrees."""

    key: int
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Ground:
    """Roads, and where posts, seals and villages stand on them, by their keys."""

    network: Network
    posts: dict[int, Snap]
    seals: dict[int, Snap]
    villages: dict[int, Snap]

    def nodes(self, villages: Collection[int]) -> Nodes:
        """The nodes of those villages that stand on a road."""
        found = [node for key in villages if key in self.villages for node in self.villages[key].nodes]
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True)
class Proof:
    """What holds when `standing` posts stand: by village a way in, or None where every way in is closed.

    Villages without a place on the roads are in neither: nothing is proven of them.
    """

    ground: Ground
    wet: Flood
    standing: frozenset[int]
    leaks: dict[int, Leak | None]

    @property
    def open(self) -> frozenset[int]:
        """The villages that can be reached from outside without passing a post."""
        return frozenset(key for key, leak in self.leaks.items() if leak is not None)

    def plug(self, villages: Collection[int]) -> Plug:
        """The fewest further posts that close these villages."""
        idle = [
            node
            for key, place in self.ground.posts.items()
            if key not in self.standing
            for node in place.nodes
            if len(place.nodes) == 1
        ]
        return plug(self.wet, self.ground.nodes(villages), villages=self.ground.nodes(self.ground.villages),
                    there=np.array(idle, dtype=np.int64))  # fmt: skip


def lay(
    roads: Network, boundary: Polygons, *, drawn: Sequence[Way], posts: Sequence[Spot], seals: Sequence[Spot],
    villages: Sequence[Spot],
) -> Ground:  # fmt: skip
    """Put everything on the roads: first what was drawn by hand, then posts and seals, then the villages.

    A village goes to a road that cars use, where there is one near enough.
    """
    network = join(roads, clip(drawn, boundary)) if drawn else roads
    network, held = snap(network, _points([*posts, *seals]), limit=POST_LIMIT, holds=POST_HOLDS)
    driven = network.layer == LAYERS.index(ROAD)
    network, homes = snap(network, _points(villages), limit=VILLAGE_LIMIT, among=driven)
    lost = [at for at, home in enumerate(homes) if not home.nodes]
    network, found = snap(network, _points([villages[at] for at in lost]), limit=VILLAGE_LIMIT)
    for at, home in zip(lost, found, strict=True):
        homes[at] = home
    keyed = [one.key for one in posts], [one.key for one in seals], [one.key for one in villages]
    return Ground(
        network,
        dict(zip(keyed[0], held[: len(posts)], strict=True)),
        dict(zip(keyed[1], held[len(posts) :], strict=True)),
        dict(zip(keyed[2], homes, strict=True)),
    )


def join(roads: Network, drawn: Network) -> Network:
    """The roads with ways drawn by hand, whose nodes join the nearest road within a hundred metres."""
    if not len(drawn):
        return roads
    inner = np.flatnonzero(~drawn.mouth)
    roads, places = snap(roads, drawn.nodes[inner], limit=JOINS)
    count = len(roads.nodes)
    number = count + np.arange(len(drawn.nodes))
    for node, place in zip(inner.tolist(), places, strict=True):
        if place.nodes:
            number[node] = place.nodes[0]
    return replace(
        roads,
        nodes=np.concatenate((roads.nodes, drawn.nodes)),
        mouth=np.concatenate((roads.mouth, drawn.mouth)),
        ends=np.concatenate((roads.ends, number[drawn.ends])),
        metres=np.concatenate((roads.metres, drawn.metres)),
        layer=np.concatenate((roads.layer, drawn.layer)),
        sealed=np.concatenate((roads.sealed, drawn.sealed)),
        kinds=[*roads.kinds, *drawn.kinds],
        names=[*roads.names, *drawn.names],
        lines=[*roads.lines, *drawn.lines],
    )


def prove(ground: Ground, *, standing: Collection[int], layers: Collection[str] = (ROAD,)) -> Proof:
    """Take away the posts that stand and the roads that are sealed, and flood the rest from outside."""
    wet = _flood(ground, standing, layers)
    ways = leaks(wet, ground.nodes(ground.villages))
    found = {key: ways.get(place.nodes[0]) for key, place in ground.villages.items() if place.nodes}
    return Proof(ground, wet, frozenset(standing), found)


def reached(ground: Ground, *, standing: Collection[int], layers: Collection[str] = (ROAD,)) -> frozenset[int]:
    """The villages that lie open, without the ways in: a few milliseconds for a county."""
    wet = _flood(ground, standing, layers).reached
    return frozenset(key for key, place in ground.villages.items() if place.nodes and wet[place.nodes[0]])


def _flood(ground: Ground, standing: Collection[int], layers: Collection[str]) -> Flood:
    network = ground.network
    held = np.zeros(len(network.nodes), dtype=bool)
    for key, place in ground.posts.items():
        if key in standing:
            held[list(place.nodes)] = True
    for place in ground.seals.values():
        held[list(place.nodes)] = True
    usable = np.isin(network.layer, [LAYERS.index(layer) for layer in layers]) & ~network.sealed
    return flood(network, held, usable)


def _points(spots: Sequence[Spot]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([(one.longitude, one.latitude) for one in spots], dtype=np.float64).reshape(-1, 2)
