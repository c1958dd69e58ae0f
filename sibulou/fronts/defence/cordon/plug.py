"""The plug: the fewest posts that close the way from outside to some villages, and the proof that fewer will not do.

A minimum vertex cut: every node that may hold a post is split into two with the price of a post between them; roads,
the outside and the villages themselves cannot be bought. Posts that stand are taken out of the graph beforehand and
cost nothing. By Menger's theorem the largest flow is the smallest cut, so the flow certifies the number. Of the
smallest cuts the one nearest to the outside is given: what it closes is closed for all who live behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.proof import Flags, Flood, Nodes, flood

PRICE = 1 << 20
"""Of a new post. One that is there and does not stand is cheaper by one, so that it is taken before a new one is."""
_MUCH = 1 << 50


@dataclass(frozen=True)
class Plug:
    """Where posts close the way: at `nodes`, or on `roads` where both ends are villages or the outside.

    `certified`: the flow equals the cut, and a flood with these posts in place reaches none of the villages.
    """

    nodes: tuple[int, ...]
    roads: tuple[int, ...]
    mouths: tuple[int, ...]
    certified: bool

    def __len__(self) -> int:
        return len(self.nodes) + len(self.roads) + len(self.mouths)


def plug(wet: Flood, targets: Nodes, *, villages: Nodes, there: Nodes) -> Plug:
    """The fewest posts between the outside and `targets`.

    `villages`: nodes where no post can stand in the middle of people; `there`: nodes of posts that do not stand now.
    """
    from ortools.graph.python.max_flow import SimpleMaxFlow  # takes long to load, and few processes propose posts

    targets = np.unique(targets[wet.reached[targets]])
    if not len(targets):
        return Plug((), (), (), certified=True)
    arcs = _Arcs(wet, targets, villages, there)
    solver = SimpleMaxFlow()
    solver.add_arcs_with_capacity(arcs.tails, arcs.heads, arcs.prices)
    done = solver.solve(arcs.source, arcs.sink) == solver.OPTIMAL
    side = np.zeros(arcs.sink + 1, dtype=bool)
    side[solver.get_source_side_min_cut()] = True
    cut = np.flatnonzero(side[arcs.tails] & ~side[arcs.heads])
    smallest = done and int(arcs.prices[cut].sum()) == solver.optimal_flow() < _MUCH
    nodes, roads, mouths = arcs.named(cut)
    closed = (
        not _after(wet, nodes + mouths, roads).reached[[one for one in targets.tolist() if one not in mouths]].any()
    )
    return Plug(tuple(nodes), tuple(roads), tuple(mouths), certified=smallest and closed)


def _after(wet: Flood, nodes: list[int], roads: list[int]) -> Flood:
    held, usable = wet.held.copy(), wet.usable.copy()
    held[nodes] = True
    usable[roads] = False
    return flood(wet.network, held, usable)


class _Arcs:
    """The graph of the flow: of every wet node its way in (2i) and out (2i + 1), then the outside and the villages."""

    def __init__(self, wet: Flood, targets: Nodes, villages: Nodes, there: Nodes) -> None:
        network = wet.network
        self.wet = np.flatnonzero(wet.reached)
        number = np.full(len(network.nodes), -1, dtype=np.int64)
        number[self.wet] = np.arange(len(self.wet))
        fixed = _flags(len(network.nodes), villages) | _flags(len(network.nodes), targets)
        self.roads = np.flatnonzero(wet.usable & wet.reached[network.ends].all(axis=1))
        self.mouths = np.flatnonzero(network.mouth & wet.reached)
        self.source, self.sink = 2 * len(self.wet), 2 * len(self.wet) + 1
        price = np.full(len(network.nodes), PRICE, dtype=np.int64)
        price[there] = PRICE - 1
        price[fixed] = _MUCH
        one, other = number[network.ends[self.roads]].T
        road = np.where(fixed[network.ends[self.roads]].all(axis=1), PRICE, _MUCH)
        entry = np.where(fixed[self.mouths], PRICE, _MUCH)
        ins, goal = 2 * np.arange(len(self.wet)), number[targets]
        self.tails = np.concatenate(
            (ins, 2 * one + 1, 2 * other + 1, np.full(len(self.mouths), self.source), 2 * goal + 1)
        )
        self.heads = np.concatenate(
            (ins + 1, 2 * other, 2 * one, 2 * number[self.mouths], np.full(len(goal), self.sink))
        )
        self.prices = np.concatenate((price[self.wet], road, road, entry, np.full(len(goal), _MUCH)))

    def named(self, cut: NDArray[np.int64]) -> tuple[list[int], list[int], list[int]]:
        """The nodes, the roads and the mouths of a cut."""
        spots, ways = len(self.wet), len(self.roads)
        nodes = self.wet[cut[cut < spots]].tolist()
        on = cut[(cut >= spots) & (cut < spots + 2 * ways)] - spots
        entered = cut[(cut >= spots + 2 * ways) & (cut < spots + 2 * ways + len(self.mouths))] - spots - 2 * ways
        return nodes, sorted(set(self.roads[on % ways].tolist())) if ways else [], self.mouths[entered].tolist()


def _flags(count: int, nodes: Nodes) -> Flags:
    flags = np.zeros(count, dtype=bool)
    flags[nodes] = True
    return flags
