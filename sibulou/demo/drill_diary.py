"""What the field tells of one thing: on time for everything that is no planted miss, and never in a planted gap.

A record may close several duties at once, so a planted miss forbids its forms in its window. Where that leaves no
moment at which another duty of the same thing could be closed in time, that one is missed too, and counts as planted.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sibulou.demo.drill_books import Item, Plant, Sent
from sibulou.demo.drill_forms import FULL
from sibulou.demo.drill_plan import Closer, PlanRead
from sibulou.demo.drill_roster import Thing, around
from sibulou.lib.uuid7 import uuid7

TICK = 15
"""Minutes between two moments at which the drill acts."""
MAIL = 120
"""Minutes between two hand-ins of the field, where nothing is due before."""
_EVER = datetime(2100, 1, 1, tzinfo=UTC)
Span = tuple[datetime, datetime]


@dataclass
class Diary:
    """The items of one thing and the records about it."""

    thing: Thing
    items: list[Item] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)


class Writer:
    """Writes diaries: the same seed, the same words."""

    def __init__(self, plan: PlanRead, rng: random.Random, end: datetime) -> None:
        self.plan, self.rng, self.end = plan, rng, end
        self._forms: dict[str, dict[str, Closer]] = {}

    def record(
        self, thing: Thing, form: str, happened: datetime, *, received: datetime | None = None,
        content: Mapping[str, object] | None = None, full: bool = True, answers: Sent | None = None,
    ) -> Sent:  # fmt: skip
        """One record, heard at the next tick unless it is said when."""
        happened = happened.replace(microsecond=0)
        return Sent(
            uuid7(happened, self.rng.randbytes(10)), form, thing, happened, received or around(happened, TICK),
            dict(FULL[form] if content is None else content), full, answers.id if answers else None,
        )  # fmt: skip

    def write(self, diary: Diary) -> list[Sent]:
        """The field's work on one thing: each item closed in time, or late if so planted, or not at all."""
        for item in sorted(diary.items, key=lambda one: one.pane.due):
            if item.fate in ("miss", "own") or item.pane.due > self.end:
                continue
            span = item.late or (item.pane.opens, item.pane.due)
            heard = around(span[1], TICK)
            if not any(sent.received <= heard and self.closes(sent, item, span) for sent in diary.sent):
                self._close(diary, item, span)
        return diary.sent

    def _close(self, diary: Diary, item: Item, span: Span) -> None:
        forms = list(self._closers(item.duty).values())
        self.rng.shuffle(forms)
        for closer in forms:
            if closer.answers and self._answers_another(diary, item, closer.form):
                continue
            opener = self._opener(diary, item) if closer.answers else None
            happened = self.moment(diary, closer.form, span, answers=closer.answers)
            if happened is not None:
                sent = self.record(diary.thing, closer.form, happened, answers=opener)
                sent.received = self._heard(happened, span[1])
                diary.sent.append(sent)
                return
        item.fate = "entailed"
        item.plant = item.plant or self._blocker(diary, item)

    def _answers_another(self, diary: Diary, item: Item, form: str) -> bool:
        """Whether the form answers something else that the same record opened and that must stay open."""
        return any(
            other is not item and other.opened_by == item.opened_by and other.fate in ("miss", "own", "late")
            and form in self._closers(other.duty) for other in diary.items
        )  # fmt: skip

    def _opener(self, diary: Diary, item: Item) -> Sent:
        """The record that opened the item; it may be about another thing, so only its id is needed."""
        assert item.opened_by is not None
        return Sent(item.opened_by, "", diary.thing, item.pane.opens, item.pane.opens, {})

    def _heard(self, happened: datetime, latest: datetime) -> datetime:
        """When the server hears of it: mostly at once, sometimes hours later, but in time."""
        lag = self.rng.choice((0, 0, 0, 0, 0, 0, 0, 45, 180, 600))
        wanted = around(happened + timedelta(minutes=lag), MAIL)
        return max(around(happened, TICK), min(wanted, around(latest, TICK)))

    def _closers(self, duty: str) -> dict[str, Closer]:
        if duty not in self._forms:
            self._forms[duty] = {closer.form: closer for closer in self.plan.duties[duty].closers}
        return self._forms[duty]

    def closes(self, sent: Sent, item: Item, span: Span) -> bool:
        """Whether a record already written closes the item within the span."""
        closer = self._closers(item.duty).get(sent.form)
        return (
            closer is not None
            and not (sent.refused or sent.withdraws or sent.corrects)
            and (sent.full or not closer.when)
            and (sent.answers == item.opened_by if closer.answers else sent.answers is None)
            and span[0] <= sent.happened < span[1]
            and (item.pane.until is None or sent.happened < item.pane.until)
        )

    def moment(self, diary: Diary, form: str, span: Span, *, answers: bool = False) -> datetime | None:
        """A moment in the span, mostly early, at which the form closes nothing that must stay open."""
        allowed = [span] if answers else _without([span], self._forbidden(diary.items, form))
        if not allowed:
            return None
        start, stop = allowed[0] if len(allowed) == 1 or self.rng.random() < 0.7 else self.rng.choice(allowed)
        seconds = int((stop - start).total_seconds())
        return start + timedelta(seconds=int(seconds * self.rng.uniform(0.05, 0.85)))

    def _forbidden(self, items: Iterable[Item], form: str) -> list[Span]:
        return [_kept_open(item) for item in items if item.fate and self._hits(form, item)]

    def _hits(self, form: str, item: Item) -> bool:
        closer = self._closers(item.duty).get(form)
        return closer is not None and not closer.answers and item.fate in ("miss", "own", "late")

    def _blocker(self, diary: Diary, item: Item) -> Plant | None:
        """The plant that leaves no moment for the item."""
        forms = self._closers(item.duty)
        for other in diary.items:
            if other.plant is not None and any(self._hits(form, other) for form in forms):
                start, stop = _kept_open(other)
                if start < item.pane.due and item.pane.opens < stop:
                    return other.plant
        raise LookupError(f"{item.key} cannot be closed, and no plant says why")


def _kept_open(item: Item) -> Span:
    if item.late is not None:
        return item.pane.opens, item.late[0]
    return item.pane.opens, item.pane.until or _EVER


def _without(spans: Sequence[Span], holes: Iterable[Span]) -> list[Span]:
    """Spans less holes, pieces of under three seconds left out."""
    left = list(spans)
    for start, stop in holes:
        pieces = [piece for low, high in left for piece in ((low, min(high, start)), (max(low, stop), high))]
        left = [(low, high) for low, high in pieces if high - low >= timedelta(seconds=3)]
    return left
