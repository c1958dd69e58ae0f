"""The proof and the plug against brute force: a plain search, and every set of posts tried, on small random graphs."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sibulou.fronts.defence.cordon.geometry import along
from sibulou.fronts.defence.cordon.ground import Spot, lay, prove
from sibulou.fronts.defence.cordon.plug import plug
from sibulou.fronts.defence.cordon.proof import Flood, flood, leaks
from sibulou.fronts.defence.cordon.roads import Network, Way, clip
from sibulou.fronts.defence.cordon.snapping import snap


@dataclass(frozen=True)
class Case:
    """A small graph: roads by their ends, which nodes are mouths, villages and posts, and which roads are sealed."""

    count: int
    roads: tuple[tuple[int, int], ...]
    mouths: frozenset[int]
    villages: frozenset[int]
    posts: frozenset[int]
    sealed: frozenset[int]

    def network(self) -> Network:
        """As the engine has it; nodes stand on a circle, a road is as long as its number plus one."""
        turns = 2 * np.pi * np.arange(self.count) / self.count
        nodes = np.column_stack((102 + np.cos(turns), 24 + np.sin(turns)))
        ends = np.array(self.roads, dtype=np.int64).reshape(-1, 2)
        size = len(self.roads)
        return Network(
            nodes, flags(self.count, self.mouths), ends, np.arange(1.0, size + 1), np.zeros(size, np.int8),
            flags(size, self.sealed), ["road"] * size, [""] * size, [nodes[list(pair)] for pair in self.roads],
        )  # fmt: skip

    def wet(self) -> Flood:
        network = self.network()
        return flood(network, flags(self.count, self.posts), ~network.sealed)

    def reached(self, held: Collection[int] = (), closed: Collection[int] = (), shut: Collection[int] = ()) -> set[int]:
        """By a plain search: past no post and none of `held`, over no road of `closed`, by no mouth of `shut`."""
        kept = self.posts | set(held)
        found = {mouth for mouth in self.mouths if mouth not in kept and mouth not in shut}
        queue = deque(found)
        while queue:
            at = queue.popleft()
            for number, (one, other) in enumerate(self.roads):
                if number in self.sealed or number in closed or at not in (one, other):
                    continue
                far = other if at == one else one
                if far not in kept and far not in found:
                    found.add(far)
                    queue.append(far)
        return found

    def fewest(self, targets: Collection[int]) -> int:
        """The fewest posts, by trying all: on nodes without a village, on roads between villages, at mouths in them."""
        sites = [("node", node) for node in range(self.count) if node not in self.villages | self.posts]
        sites += [
            ("road", n) for n, (a, b) in enumerate(self.roads) if {a, b} <= self.villages and n not in self.sealed
        ]
        sites += [("mouth", node) for node in self.mouths & self.villages]
        for size in range(len(sites) + 1):
            for chosen in combinations(sites, size):
                sorted_out = {kind: {at for what, at in chosen if what == kind} for kind in ("node", "road", "mouth")}
                if not self.reached(sorted_out["node"], sorted_out["road"], sorted_out["mouth"]) & set(targets):
                    return size
        raise AssertionError("no set of posts closes it")


def flags(count: int, chosen: Collection[int]) -> np.ndarray:
    found = np.zeros(count, dtype=bool)
    found[list(chosen)] = True
    return found


@st.composite
def cases(draw: st.DrawFn, most: int = 9) -> Case:
    """Small graphs with loops, double roads and lonely nodes among them."""
    count = draw(st.integers(2, most))
    node = st.integers(0, count - 1)
    roads = draw(st.lists(st.tuples(node, node), max_size=2 * count))
    some = st.frozensets(node, max_size=3)
    sealed = draw(st.frozensets(st.integers(0, len(roads) - 1), max_size=2)) if roads else frozenset()
    return Case(count, tuple(roads), draw(some), draw(some), draw(some), sealed)


@settings(max_examples=300, deadline=None)
@given(cases(14))
def test_the_flood_reaches_what_a_plain_search_reaches(case: Case) -> None:
    assert set(np.flatnonzero(case.wet().reached).tolist()) == case.reached()


@settings(max_examples=300, deadline=None)
@given(cases(14))
def test_every_leak_is_a_way_in_and_none_is_shorter(case: Case) -> None:
    targets = np.array(sorted(case.villages), dtype=np.int64)
    found = leaks(case.wet(), targets)
    assert set(found) == case.villages & case.reached()
    for target, leak in found.items():
        assert leak.nodes[0] in case.mouths and leak.nodes[-1] == target
        assert not set(leak.nodes) & case.posts and not set(leak.roads) & case.sealed
        for (one, other), road in zip(zip(leak.nodes, leak.nodes[1:], strict=False), leak.roads, strict=True):
            assert set(case.roads[road]) == {one, other}
        assert (
            leak.metres == pytest.approx(sum(road + 1 for road in leak.roads)) == pytest.approx(shortest(case, target))
        )


def shortest(case: Case, target: int) -> float:
    """By settling ever shorter ways until none is left (Bellman and Ford)."""
    far = {node: 0.0 if node in case.mouths - case.posts else float("inf") for node in range(case.count)}
    for _ in range(case.count):
        for number, ends in enumerate(case.roads):
            if number not in case.sealed and not set(ends) & case.posts:
                for one, other in (ends, ends[::-1]):
                    far[other] = min(far[other], far[one] + number + 1)
    return far[target]


@settings(max_examples=150, deadline=None)
@given(cases(7))
def test_no_smaller_set_of_posts_closes_the_villages(case: Case) -> None:
    """The plug is as small as the smallest that trying all sets finds, it closes, and it is certified."""
    villages = np.array(sorted(case.villages - case.posts), dtype=np.int64)
    targets = case.villages - case.posts
    case = Case(case.count, case.roads, case.mouths, frozenset(targets), case.posts, case.sealed)
    found = plug(case.wet(), villages, villages=villages, there=np.empty(0, np.int64))
    assert len(found) == case.fewest(targets) and found.certified
    assert not case.reached(found.nodes, found.roads, found.mouths) & targets


@settings(max_examples=150, deadline=None)
@given(cases(7), st.data())
def test_one_village_needs_no_more_posts_than_all(case: Case, data: st.DataObject) -> None:
    villages = np.array(sorted(case.villages - case.posts), dtype=np.int64)
    if not len(villages):
        return
    one = data.draw(st.sampled_from(villages.tolist()))
    case = Case(case.count, case.roads, case.mouths, frozenset(villages.tolist()), case.posts, case.sealed)
    found = plug(case.wet(), np.array([one]), villages=villages, there=np.empty(0, np.int64))
    assert len(found) == case.fewest([one]) and found.certified


def test_a_post_that_is_there_is_taken_before_a_new_one() -> None:
    """A chain of five: any node but the ends closes it, and the third holds a post that does not stand."""
    case = Case(5, ((0, 1), (1, 2), (2, 3), (3, 4)), frozenset({0}), frozenset({4}), frozenset(), frozenset())
    village = np.array([4])
    assert plug(case.wet(), village, villages=village, there=np.array([2])).nodes == (2,)
    assert plug(case.wet(), village, villages=village, there=np.empty(0, np.int64)).nodes == (0,)


SQUARE = [[np.array([[102.0, 24.0], [102.1, 24.0], [102.1, 24.1], [102.0, 24.1], [102.0, 24.0]])]]


def way(*points: tuple[float, float], layer: str = "road") -> Way:
    return Way(np.array(points), "tertiary", layer)


def test_a_road_over_the_boundary_ends_in_a_mouth() -> None:
    network = clip([way((101.9, 24.05), (102.05, 24.05))], SQUARE)
    (mouth,) = network.nodes[network.mouth]
    assert mouth == pytest.approx((102.0, 24.05)) and network.mouth.sum() == 1
    assert network.metres.sum() == pytest.approx(5077, abs=5)


def test_a_road_that_leaves_and_comes_back_has_three_mouths() -> None:
    line = way((101.9, 24.02), (102.05, 24.02), (102.15, 24.03), (102.05, 24.04))
    network = clip([line], SQUARE)
    assert network.mouth.sum() == 3 and len(network) == 2


def test_a_dead_end_at_the_boundary_is_a_mouth_since_files_are_cut_there() -> None:
    network = clip([way((102.0002, 24.05), (102.05, 24.05)), way((102.01, 24.06), (102.05, 24.05))], SQUARE)
    assert network.nodes[network.mouth].tolist() == [[102.0002, 24.05]]


def test_ways_connect_where_they_share_a_point_and_not_where_they_only_cross() -> None:
    shared = clip(
        [way((102.01, 24.05), (102.05, 24.05), (102.09, 24.05)), way((102.05, 24.01), (102.05, 24.05))], SQUARE
    )
    crossed = clip([way((102.01, 24.05), (102.09, 24.05)), way((102.05, 24.01), (102.05, 24.09))], SQUARE)
    assert (len(shared), len(crossed)) == (3, 2)


def test_a_hole_in_the_boundary_is_outside() -> None:
    hole = np.array([[102.04, 24.04], [102.06, 24.04], [102.06, 24.06], [102.04, 24.06], [102.04, 24.04]])
    network = clip([way((102.02, 24.05), (102.05, 24.05))], [[*SQUARE[0], hole]])
    assert network.nodes[network.mouth].tolist() == [pytest.approx([102.04, 24.05])]


def test_what_stands_on_a_road_splits_it_and_keeps_its_length() -> None:
    network = clip([way((102.01, 24.05), (102.03, 24.06), (102.05, 24.05))], SQUARE)
    split, (one, other, far) = snap(
        network, np.array([[102.02, 24.0551], [102.04, 24.0551], [102.02, 24.09]]), limit=200
    )
    assert len(split) == 3 and split.metres.sum() == pytest.approx(network.metres.sum())
    assert one.nodes and other.nodes and one.nodes != other.nodes
    assert far.nodes == () and far.metres == pytest.approx(3400, rel=0.1)
    assert [float(along(line)[-1]) for line in split.lines] == pytest.approx(split.metres.tolist(), rel=1e-4)


def test_a_post_holds_both_lanes_of_a_wide_road() -> None:
    """Two lanes thirty metres apart: the post between them stops both; one at the side of a single lane stops one."""
    lanes = [way((101.95, 24.05), (102.05, 24.05)), way((101.95, 24.05027), (102.05, 24.05027)),
             way((102.05, 24.05), (102.05, 24.05027), (102.06, 24.05))]  # fmt: skip
    village = [Spot(1, 102.06, 24.05)]
    between = lay(clip(lanes, SQUARE), SQUARE, drawn=(), posts=[Spot(9, 102.02, 24.05012)], seals=(), villages=village)
    beside = lay(clip(lanes, SQUARE), SQUARE, drawn=(), posts=[Spot(9, 102.02, 24.0499)], seals=(), villages=village)
    assert prove(between, standing={9}).open == frozenset()
    assert prove(beside, standing={9}).open == {1}


def test_a_village_goes_to_the_road_that_cars_use_not_to_the_nearer_path() -> None:
    ways = [way((101.95, 24.05), (102.05, 24.05)), way((102.01, 24.053), (102.05, 24.053), layer="path")]
    ground = lay(clip(ways, SQUARE), SQUARE, drawn=(), posts=(), seals=(), villages=[Spot(1, 102.03, 24.053)])
    assert prove(ground, standing=()).open == {1}


def test_a_way_drawn_by_hand_joins_the_roads_it_touches() -> None:
    roads = clip([way((102.01, 24.05), (102.09, 24.05))], SQUARE)
    drawn = way((102.05, 24.15), (102.05, 24.0502))
    village = [Spot(1, 102.08, 24.05)]
    alone = lay(roads, SQUARE, drawn=(), posts=(), seals=(), villages=village)
    joined = lay(roads, SQUARE, drawn=[drawn], posts=(), seals=(), villages=village)
    assert (prove(alone, standing=()).open, prove(joined, standing=()).open) == (frozenset(), {1})


def test_nothing_is_proven_of_a_village_without_a_road() -> None:
    roads = clip([way((101.95, 24.05), (102.02, 24.05))], SQUARE)
    ground = lay(roads, SQUARE, drawn=(), posts=(), seals=(), villages=[Spot(1, 102.09, 24.09)])
    assert prove(ground, standing=()).leaks == {}
