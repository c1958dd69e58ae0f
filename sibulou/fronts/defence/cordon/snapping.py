"""Puts things on the roads: each goes to the nearest one, where the road is split and gets a node."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.datum import Points
from sibulou.fronts.defence.cordon.geometry import cut_out, lengths, nearest_on
from sibulou.fronts.defence.cordon.roads import Network

_METRES_OF_A_DEGREE = 110_574.0  # of latitude at the equator, the fewest there are
_SAME = 1.0  # metres along a road within which two things stand at one place
_ASIDE = 100  # how many times the limit one looks around to say how far off something is


@dataclass(frozen=True)
class Snap:
    """Where something came to stand: its nodes (none: too far from every road), and metres to the nearest road."""

    nodes: tuple[int, ...]
    metres: float


def snap(
    network: Network, points: Points, *, limit: float, holds: float = 0.0, among: NDArray[np.bool_] | None = None
) -> tuple[Network, list[Snap]]:
    """The network with nodes for every point, and where each stands: on the nearest road within `limit` metres.

    What `holds` more than nought metres stands on every road within them: both lanes of a wide road, all arms of a
    crossing. `among`: (m,) the roads that count; all, if none is given.
    """
    if not len(network):
        return network, [Snap((), float("inf"))] * len(points)
    segments = _Segments.of(network, among)
    splits: dict[int, list[float]] = {}
    found: list[tuple[list[tuple[int, float]], float]] = []
    for point in points:
        on, metres = _nearest(point, segments, limit, holds)
        placed = [(road, _settle(at, float(network.metres[road]), splits.setdefault(road, []))) for road, at in on]
        found.append((placed, metres))
    split, nodes = _split(network, splits)
    return split, [Snap(tuple(sorted({nodes[one] for one in placed})), metres) for placed, metres in found]


@dataclass(frozen=True)
class _Segments:
    """The straight pieces of roads: their ends, their road, how far along it they begin, and the box of each."""

    one: Points
    other: Points
    road: NDArray[np.int64]
    start: NDArray[np.float64]
    low: Points
    high: Points

    @classmethod
    def of(cls, network: Network, among: NDArray[np.bool_] | None) -> _Segments:
        sizes = np.array([len(line) for line in network.lines])
        every = np.concatenate(network.lines)
        ends = np.cumsum(sizes)
        gaps = ends[:-1] - 1  # from the last point of a road to the first of the next leads nothing
        metres = np.zeros(len(every))
        metres[1:] = lengths(every[:-1], every[1:])
        metres[ends[:-1]] = 0.0
        reached = np.cumsum(metres)
        reached -= np.repeat(reached[ends - sizes], sizes)
        whole = np.ones(len(every) - 1, dtype=bool)
        whole[gaps] = False
        road = np.repeat(np.arange(len(sizes)), sizes)[:-1]
        if among is not None:
            whole &= among[road]
        one, other = every[:-1][whole], every[1:][whole]
        return cls(one, other, road[whole], reached[:-1][whole], np.minimum(one, other), np.maximum(one, other))


def _nearest(point: Points, segments: _Segments, limit: float, holds: float) -> tuple[list[tuple[int, float]], float]:
    """The roads a point stands on, with how far along each, and metres to the nearest; none within the limit: none."""
    for margin in (max(limit, holds), _ASIDE * limit):
        step = margin / _METRES_OF_A_DEGREE
        reach = np.array([step / max(0.01, float(np.cos(np.radians(point[1])))), step])
        near = np.flatnonzero(np.all((segments.low - reach <= point) & (segments.high + reach >= point), axis=1))
        if not len(near):
            continue
        metres, share = nearest_on(point, segments.one[near], segments.other[near])
        closest = float(metres.min())
        if closest <= limit:
            taken: dict[int, float] = {}
            for at in np.argsort(metres, kind="stable").tolist():
                if metres[at] > max(holds, closest) or (taken and holds <= 0):
                    break
                piece = near[at]
                length = float(lengths(segments.one[piece, None], segments.other[piece, None])[0])
                taken.setdefault(int(segments.road[piece]), float(segments.start[piece] + share[at] * length))
            return list(taken.items()), closest
        if margin > limit:
            return [], closest
    return [], float("inf")


def _settle(reach: float, whole: float, taken: list[float]) -> float:
    """Where along its road something stands: at an end, with another that stands there, or at a place of its own."""
    if min(reach, whole - reach) <= _SAME:
        return 0.0 if reach <= whole - reach else whole
    for other in taken:
        if abs(other - reach) <= _SAME:
            return other
    taken.append(reach)
    return reach


def _split(network: Network, splits: dict[int, list[float]]) -> tuple[Network, dict[tuple[int, float], int]]:
    """Split roads at distances along them. Gives the nodes by road and distance, ends included."""
    known: dict[tuple[int, float], int] = {}
    nodes, ends, lines, metres = [network.nodes], network.ends.copy(), list(network.lines), network.metres.copy()
    count, more, origin = len(network.nodes), [], []
    for road, places in splits.items():
        first, last = (int(node) for node in network.ends[road])
        whole = float(network.metres[road])
        known[road, 0.0], known[road, whole] = first, last
        marks = [0.0, *sorted(places), whole]
        line, before = network.lines[road], first
        for at, (start, end) in enumerate(pairwise(marks)):
            piece = cut_out(line, start, end) if len(marks) > 2 else line
            if end < whole:
                nodes.append(piece[-1:])
                after = known[road, end] = count
                count += 1
            else:
                after = last
            if at == 0:
                ends[road], lines[road], metres[road] = (before, after), piece, end - start
            else:
                more.append((before, after, end - start))
                lines.append(piece)
                origin.append(road)
            before = after
    every = np.concatenate(nodes)
    mouth = np.concatenate((network.mouth, np.zeros(count - len(network.mouth), dtype=bool)))
    added = np.array([(a, b) for a, b, _ in more], dtype=np.int64).reshape(-1, 2)
    part = Network(
        every, mouth, np.concatenate((ends, added)), np.concatenate((metres, np.array([m for _, _, m in more]))),
        np.concatenate((network.layer, network.layer[origin])),
        np.concatenate((network.sealed, network.sealed[origin])),
        [*network.kinds, *(network.kinds[road] for road in origin)],
        [*network.names, *(network.names[road] for road in origin)], lines,
    )  # fmt: skip
    return part, known
