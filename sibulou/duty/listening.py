"""Fronts that listen to what is told: asked before a record of their forms is taken, told after it was kept.

A front registers itself (`listen`), so the kernel names none. A judge may raise the Problem that refuses a record; a
listener is called once for each batch, in its transaction, after its records were settled: what it makes of them is
committed with them. It must give the same in whatever order records come, and again for those it heard before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sibulou.duty.told import About
from sibulou.roster.access import Reach


class Heard(NamedTuple):
    """A record that was taken: its clean content, unsealed; empty where it withdraws another."""

    id: UUID
    form: str
    about: About
    happened_at: datetime
    content: Mapping[str, object]
    corrects: UUID | None
    withdraws: bool


Judge = Callable[[Mapping[str, object], Reach], None]
"""Raises the Problem that refuses a record of this content, told by who has this reach."""
Listener = Callable[[Sequence[Heard], datetime], None]

_judges: dict[str, Judge] = {}
_listeners: dict[str, Listener] = {}


def listen(form: str, *, listener: Listener, judge: Judge | None = None) -> None:
    """Have the records of a form heard, and judged before; one front for each form."""
    _listeners[form] = listener
    if judge is not None:
        _judges[form] = judge


def judge(form: str, content: Mapping[str, object], reach: Reach) -> None:
    """Ask whoever listens to this form. Raises his Problem."""
    if asked := _judges.get(form):
        asked(content, reach)


def hear(records: Iterable[Heard], *, now: datetime) -> None:
    """Tell the listeners what was taken, each his own forms."""
    by_form: dict[str, list[Heard]] = {}
    for one in records:
        if one.form in _listeners:
            by_form.setdefault(one.form, []).append(one)
    for form, heard in by_form.items():
        _listeners[form](heard, now)
