"""The counter: batches that wait at the same moment are taken in together and share one commit.

Each serving process has one clerk, a thread with a database session of its own. While it takes in what it has, others
queue; then it takes all of them at once. A single record so costs a share of a commit instead of one, and the more
wait, the smaller the share. Nobody is answered before the commit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Slip = TypeVar("Slip")
Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


class Full(Exception):
    """More waits than can be taken in soon: come again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass
class _Waiting(Generic[Slip, Answer]):
    slip: Slip
    records: int
    answer: Future[Answer | None] = field(default_factory=Future)


class Counter(Generic[Slip, Answer]):
    """`take` is called when something waits. Once it can begin it calls what it is given for all that waits by then,
    takes it in in one transaction and gives an answer for each slip, None for one that it leaves to another door. At
    most `at_once` records go into one transaction, and at most `most` wait.
    """

    def __init__(
        self, take: Callable[[Callable[[], Sequence[Slip]]], Sequence[Answer | None]], *, at_once: int = 5_000,
        most: int = 20_000,
    ) -> None:  # fmt: skip
        self._take, self._at_once, self._most = take, at_once, most
        self._queue: deque[_Waiting[Slip, Answer]] = deque()
        self._records = 0
        self._rate = 500.0  # records a second, until it has been seen
        self._change = threading.Condition()
        self._clerk: threading.Thread | None = None

    def hand_in(self, slip: Slip, records: int) -> Answer | None:
        """Wait for one's turn and the commit. Raises Full when too much waits already."""
        with self._change:
            if self._records + records > self._most and self._queue:
                raise Full(max(1, round(self._records / self._rate)))
            if self._clerk is None:
                self._clerk = threading.Thread(target=self._work, name="counter", daemon=True)
                self._clerk.start()
            waiting: _Waiting[Slip, Answer] = _Waiting(slip, records)
            self._queue.append(waiting)
            self._records += records
            self._change.notify()
        return waiting.answer.result()

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._queue:
                    self._change.wait()
            begin = time.monotonic()
            records = self._serve()
            self._rate += 0.2 * (records / max(time.monotonic() - begin, 1e-6) - self._rate)

    def _next(self) -> list[_Waiting[Slip, Answer]]:
        """All that wait, up to as many records as go at once; one batch in any case. Something waits."""
        with self._change:
            group = [self._queue.popleft()]
            records = group[0].records
            while self._queue and records + self._queue[0].records <= self._at_once:
                group.append(self._queue.popleft())
                records += group[-1].records
            self._records -= records
        return group

    def _serve(self) -> int:
        """Serve a group. Returns how many records it had."""
        group: list[_Waiting[Slip, Answer]] = []

        def gather() -> list[Slip]:
            group.extend(self._next())
            return [one.slip for one in group]

        try:
            answers = self._take(gather)
        except Exception:
            if not group:  # it could not even begin
                gather()
            _log.warning("%d batches could not be taken in together", len(group), exc_info=True)
            answers = [None] * len(group)  # rolled back: each goes to the other door by itself
        for one, answer in zip(group, answers, strict=True):
            one.answer.set_result(answer)
        return sum(one.records for one in group)
