"""The proof: take away the nodes where a post stands, flood from outside, and see what gets wet.

What the flood does not reach is proven closed for this graph; for what it reaches, the shortest way in is the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sibulou.fronts.defence.cordon.roads import Network

_STEP_IN = 1e-3  # metres from the outside to a mouth; nought would be no road at all

Flags = NDArray[np.bool_]
Nodes = NDArray[np.int64]


@dataclass(frozen=True)
class Flood:
    """What is reached from outside past the nodes `held`: (n,) flags; `usable`: (m,) the roads the flood may take."""

    network: Network
    held: Flags
    usable: Flags
    reached: Flags


@dataclass(frozen=True, eq=False)
class _Tree:
    """The shortest ways from outside to everything wet: what comes before each node, and the roads by their ends."""

    outside: int
    before: NDArray[np.int32]
    roads: Nodes
    pairs: Nodes


@dataclass(frozen=True)
class Leak:
    """A way in: the shortest from outside to `target`, in metres. Its nodes and roads are found when they are asked."""

    target: int
    metres: float
    tree: _Tree = field(repr=False)

    @cached_property
    def nodes(self) -> tuple[int, ...]:
        """From the mouth to the target."""
        found = [self.target]
        while (at := int(self.tree.before[found[-1]])) != self.tree.outside:
            found.append(at)
        return tuple(reversed(found))

    @cached_property
    def roads(self) -> tuple[int, ...]:
        """From node to node; one fewer than nodes."""
        steps = np.array([self.nodes[:-1], self.nodes[1:]], dtype=np.int64).T.reshape(-1, 2)
        at = np.searchsorted(self.tree.pairs, _pair(steps, self.tree.outside))
        return tuple(self.tree.roads[at].tolist())


def flood(network: Network, held: Flags, usable: Flags) -> Flood:
    """Flood the network from its mouths, over roads that are usable and past nodes that are not held."""
    from scipy.sparse import csr_array  # scipy takes long to load, and few processes prove a cordon
    from scipy.sparse.csgraph import breadth_first_order

    count = len(network.nodes)
    usable = usable & ~held[network.ends].any(axis=1)
    mouths = np.flatnonzero(network.mouth & ~held)
    reached = np.zeros(count, dtype=bool)
    if len(mouths):
        ends = np.concatenate((network.ends[usable], np.column_stack((np.full(len(mouths), count), mouths))))
        graph = csr_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(count + 1, count + 1))
        order = breadth_first_order(graph, count, directed=False, return_predecessors=False)
        reached[order[order < count]] = True
    return Flood(network, held, usable, reached)


def leaks(wet: Flood, targets: Nodes) -> dict[int, Leak]:
    """The shortest way in to each of these nodes that the flood reaches."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    targets = np.unique(targets[wet.reached[targets]])
    if not len(targets):
        return {}
    network, count = wet.network, len(wet.network.nodes)
    roads = _shortest_roads(network, np.flatnonzero(wet.usable), count)
    mouths = np.flatnonzero(network.mouth & ~wet.held)
    ends, metres = network.ends[roads], np.maximum(network.metres[roads], _STEP_IN)
    one = np.concatenate((ends[:, 0], np.full(len(mouths), count)))
    other = np.concatenate((ends[:, 1], mouths))
    weight = np.concatenate((metres, np.full(len(mouths), _STEP_IN)))
    graph = csr_array((weight, (one, other)), shape=(count + 1, count + 1))
    far, before = dijkstra(graph, directed=False, indices=count, return_predecessors=True)
    tree = _Tree(count, before, roads, _pair(network.ends[roads], count))
    return {node: Leak(node, max(0.0, float(far[node]) - _STEP_IN), tree) for node in targets.tolist()}


def _pair(ends: NDArray[np.int64], count: int) -> Nodes:
    """One number for two nodes, whichever comes first."""
    return np.asarray(ends.min(axis=1) * (count + 1) + ends.max(axis=1), dtype=np.int64)


def _shortest_roads(network: Network, roads: Nodes, count: int) -> Nodes:
    """Of roads between the same two nodes the shortest; roads that come back to where they began lead nowhere.

    In the order of their pairs of ends."""
    ends = network.ends[roads]
    roads = roads[ends[:, 0] != ends[:, 1]]
    order = roads[np.argsort(network.metres[roads], kind="stable")]
    _, first = np.unique(_pair(network.ends[order], count), return_index=True)
    return np.asarray(order[first], dtype=np.int64)
