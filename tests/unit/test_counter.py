"""The counter: who waits at the same moment is taken in together; nobody is answered twice, early or never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from sibulou.api.counter import Counter, Full


class Clerk:
    """Takes in numbers and gives each back doubled; waits at its first group until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def take(self, gather: Callable[[], Sequence[int]]) -> list[int | None]:
        slips = gather()
        self.groups.append(list(slips))
        self.begun.set()
        assert self.go.wait(10)
        if 13 in slips:
            raise RuntimeError("cannot be taken in")
        return [None if slip == 7 else slip * 2 for slip in slips]


def hand_in(counter: Counter[int, int], clerk: Clerk, slips: Sequence[int]) -> list[int | None]:
    """The first slip alone at the counter, the others queueing behind it, then all let go."""
    with ThreadPoolExecutor(len(slips)) as people:
        first = people.submit(counter.hand_in, slips[0], 1)
        assert clerk.begun.wait(10)
        others = [people.submit(counter.hand_in, slip, 1) for slip in slips[1:]]
        while len(counter._queue) < len(others):
            threading.Event().wait(0.001)
        clerk.go.set()
        return [one.result(10) for one in [first, *others]]


def test_those_who_wait_are_taken_in_together():
    clerk = Clerk()
    assert hand_in(Counter(clerk.take), clerk, [1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert [sorted(group) for group in clerk.groups] == [[1], [2, 3, 4, 5]]


def test_no_more_go_at_once_than_fit():
    clerk = Clerk()
    hand_in(Counter(clerk.take, at_once=2), clerk, [1, 2, 3, 4, 5, 6])
    assert [len(group) for group in clerk.groups] == [1, 2, 2, 1]


def test_one_larger_than_fits_goes_alone():
    clerk = Clerk()
    clerk.go.set()
    assert Counter(clerk.take, at_once=2).hand_in(4, 5_000) == 8


def test_what_it_leaves_to_another_door_is_said():
    clerk = Clerk()
    assert hand_in(Counter(clerk.take), clerk, [1, 7, 3]) == [2, None, 6]


def test_a_group_that_fails_goes_to_the_other_door_whole():
    """One that cannot be taken in rolls back all of its group; each then goes by itself and none is lost."""
    clerk = Clerk()
    counter = Counter(clerk.take)
    assert hand_in(counter, clerk, [1, 13, 3]) == [2, None, None]
    assert counter.hand_in(4, 1) == 8


def test_a_full_counter_says_when_to_come_again():
    clerk = Clerk()
    counter = Counter(clerk.take, most=2)
    with ThreadPoolExecutor(3) as people:
        held = [people.submit(counter.hand_in, 1, 1)]
        assert clerk.begun.wait(10)
        held += [people.submit(counter.hand_in, slip, 1) for slip in (2, 3)]
        while len(counter._queue) < 2:
            threading.Event().wait(0.001)
        with pytest.raises(Full) as full:
            counter.hand_in(4, 1)
        assert full.value.seconds >= 1
        clerk.go.set()
        assert [one.result(10) for one in held] == [2, 4, 6]


def test_what_comes_before_the_turn_has_come_goes_along():
    """The clerk gathers when he can begin, not when the first one comes."""
    turn, waits = threading.Event(), threading.Event()
    groups: list[list[int]] = []

    def take(gather: Callable[[], Sequence[int]]) -> list[int | None]:
        waits.set()
        assert turn.wait(10)
        groups.append(sorted(gather()))
        return [0 for _ in groups[-1]]

    counter: Counter[int, int] = Counter(take)
    with ThreadPoolExecutor(3) as people:
        held = [people.submit(counter.hand_in, slip, 1) for slip in (1, 2, 3)]
        assert waits.wait(10)
        while len(counter._queue) < 3:
            threading.Event().wait(0.001)
        turn.set()
        assert [one.result(10) for one in held] == [0, 0, 0]
    assert groups == [[1, 2, 3]]


def test_a_clerk_who_cannot_even_begin_keeps_nobody_waiting():
    def take(gather: Callable[[], Sequence[int]]) -> list[int | None]:
        raise ConnectionError

    assert Counter[int, int](take).hand_in(4, 1) is None
