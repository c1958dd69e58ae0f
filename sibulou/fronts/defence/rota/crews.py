"""Who belongs to which post for the period: a flow of people to posts, near home, with the trades gates ask for."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ortools.graph.python import min_cost_flow

from sibulou.fronts.defence.rota.ask import Ask, Hand, Slot
from sibulou.fronts.defence.rota.keeping import alone

_NEEDED, _TRADE = 10_000, 4_000
"""What a place of the crew, and one of a trade that is asked for, weighs against kilometres and wishes."""
_SHARES = ((0.5, 3), (0.25, 2), (0.25, 1))
"""Where people are too few, every post gets half its crew before any gets the whole of it."""


@dataclass(frozen=True)
class _Post:
    """What a post asks of the period: people, those of each trade, and whether it stands at night."""

    key: int
    slots: tuple[Slot, ...]
    people: int
    trades: dict[str, int]
    nights: bool


def crews(ask: Ask) -> dict[int, tuple[int, ...]]:
    """The people of every post; whoever is in none is a reserve. Deterministic for a seed."""
    posts = _posts(ask)
    hands = [hand for hand in ask.hands if any(not alone(hand, slot, ask.rules) for slot in ask.slots)]
    random.Random(ask.seed).shuffle(hands)
    found: dict[int, list[int]] = {post.key: [] for post in posts}
    for hand, post in _flow(ask, posts, hands):
        found[post].append(hand)
    return {post: tuple(sorted(people)) for post, people in found.items()}


def _posts(ask: Ask) -> list[_Post]:
    each = max(1, round(ask.days * ask.rules.days / ask.rules.week))
    of_post: dict[int, list[Slot]] = {}
    for slot in ask.slots:
        of_post.setdefault(slot.post, []).append(slot)
    return [_post(ask, key, tuple(slots), each) for key, slots in sorted(of_post.items())]


def _post(ask: Ask, key: int, slots: tuple[Slot, ...], each: int) -> _Post:
    """A post's people, if everybody stands `each` shifts; never fewer than its trades add up to.

    A trade asked of every shift needs one more than the division says, or its people have no day to shift about.
    """
    asked = Counter(trade for slot in slots for trade in set(slot.trades))
    trades = {trade: -(-count // max(1, each - 1)) for trade, count in sorted(asked.items())}
    people = max(-(-sum(slot.crew for slot in slots) // each), sum(trades.values()))
    return _Post(key, slots, people, trades, any(ask.rules.is_night(slot.starts, slot.ends) for slot in slots))


@dataclass
class _Graph:
    """A flow as it is built: nodes by name, arcs with their capacity and cost."""

    flow: min_cost_flow.SimpleMinCostFlow = field(default_factory=min_cost_flow.SimpleMinCostFlow)
    nodes: dict[object, int] = field(default_factory=dict)

    def arc(self, tail: object, head: object, room: int, cost: int) -> int:
        at = [self.nodes.setdefault(one, len(self.nodes)) for one in (tail, head)]
        return int(self.flow.add_arc_with_capacity_and_unit_cost(*at, room, cost))


def _flow(ask: Ask, posts: list[_Post], hands: list[Hand]) -> Iterator[tuple[int, int]]:
    """Who goes to which post."""
    graph = _Graph()
    spare = max(0, len(hands) - sum(post.people for post in posts))
    places = max(1, sum(slot.crew for slot in ask.slots))
    for post in posts:
        for trade, count in post.trades.items():
            graph.arc((post.key, trade), post.key, count, -_TRADE)
            graph.arc((post.key, trade), post.key, len(hands), 0)
        left = post.people
        for share, weight in _SHARES:
            part = min(left, -(-int(post.people * share * 100) // 100))
            graph.arc(post.key, "sink", part, -_NEEDED * weight)
            left -= part
        graph.arc(post.key, "sink", left, -_NEEDED)
        share_of_spare = -(-spare * sum(slot.crew for slot in post.slots) // places)
        graph.arc(post.key, "sink", share_of_spare, -_NEEDED // 2)
    chosen: dict[int, tuple[int, int]] = {}
    for hand in hands:
        graph.arc("source", hand.key + 0.5, 1, 0)
        for post in posts:
            head: object = (post.key, hand.trade) if hand.trade in post.trades else post.key
            chosen[graph.arc(hand.key + 0.5, head, 1, _cost(ask, hand, post))] = hand.key, post.key
    for name, supply in (("source", len(hands)), ("sink", -len(hands))):
        if name in graph.nodes:
            graph.flow.set_node_supply(graph.nodes[name], supply)
    if graph.nodes and graph.flow.solve_max_flow_with_min_cost() == graph.flow.OPTIMAL:
        for arc, pair in chosen.items():
            if graph.flow.flow(arc):
                yield pair


def _cost(ask: Ask, hand: Hand, post: _Post) -> int:
    """Far from home, against a wish, or nights for whoever asked for none."""
    wish = 0 if not hand.preferred else (-40 if post.key in hand.preferred else 20)
    return 30 * ask.distance(hand.key, post.key) + wish + 60 * (hand.no_nights and post.nights)
