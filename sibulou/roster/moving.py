"""A subject that changes its area: what layers above do about it belongs to the same transaction (DESIGN, rule 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from typing import Protocol

from sibulou.roster.audit import By


class OnMove(Protocol):
    """What a layer above does around a move of subjects to one area; entered before it, left after it.

    `along`: whoever sits on the subjects goes along wherever they go, since it is the area that changed, not they.
    """

    def __call__(
        self, *, subjects: Sequence[int], to: int, along: bool, by: By, now: datetime
    ) -> AbstractContextManager[None]: ...


on_move: list[OnMove] = []
"""Called in order; `duty` registers itself, since imports point down."""


@contextmanager
def moving(subjects: Sequence[int], *, to: int, by: By, now: datetime, along: bool = False) -> Iterator[None]:
    """Around the statement that gives these subjects the area `to`. Belongs inside a `deed`."""
    with ExitStack() as stack:
        for hook in on_move:
            stack.enter_context(hook(subjects=subjects, to=to, along=along, by=by, now=now))
        yield
