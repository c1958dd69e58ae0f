"""Supplies of the demonstration: the county's store, those of the townships, and some posts, by the common door.

What is told is ten days of an ordinary logistics group, with what goes wrong in one: a delivery that nobody signed for,
one that came short, a count that differs, a gate that will run out, a batch about to expire, a request not yet brought.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Event
from sibulou.duty.told import Told
from sibulou.fronts.defence.stores.finding import name_id
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Subject

POSTS = 10
"""Posts whose supplies are told in full; the gates come first, for most passes there."""
_MASKS, _DISINFECTANT, _FOOD = ("mask", "K2001"), ("disinfectant", "X2001"), ("food", "米面油")
_GIVEN_FOOD, _GIVEN_TO = ("food", "企业捐01"), range(3, 6)
"""What was donated, and the townships, by their number, that got it."""
_A_DAY: Mapping[tuple[str, str], int] = {_MASKS: 40, _DISINFECTANT: 3}
"""What a post uses in a day."""
_OPENING = (
    ("mask", "K2001", 260, 8_000, "allocated"), ("mask", "J1912", 25, 600, "bought"),
    ("mask", "商会01", 700, 2_000, "donated"), ("disinfectant", "X2001", 300, 900, "bought"),
    ("clothing", "F01", 900, 120, "allocated"), ("food", "米面油", 150, 1_200, "bought"),
    ("food", "企业捐01", 60, 300, "donated"), ("medicine", "Y01", 400, 260, "allocated"),
)  # fmt: skip
"""Item, batch, days until it expires, how many, and where they are from."""
_EXPIRES: Mapping[str, int] = {batch: days for _, batch, days, _, _ in _OPENING}


@dataclass
class Ledger:
    """Lines of the logistics group, handed in by whoever told them, each place at one go."""

    event: Event
    start: datetime
    now: datetime
    head: By
    lines: list[Told] = field(default_factory=list)

    def tell(self, place: Subject, form: str, at: datetime, answers: UUID | None = None, **said: object) -> Told | None:
        """Keep a line unless it has not happened yet."""
        if at >= self.now:
            return None
        name = f"{place.pk}|{form}|{len(self.lines)}|{sorted(said.items())}"
        made = uuid7(at, hashlib.sha256(name.encode()).digest()[:10])
        self.lines.append(Told(made, form, place.pk, at, said, answers))
        return self.lines[-1]

    def hand_in(self, by: By) -> None:
        """All that was told since the last time."""
        told, self.lines = self.lines, []
        if told:
            take_in(Batch(told, device=f"phone-{by.user_id}"), reach=EVERYTHING, by=by, now=self.now)


def keep_supplies(event: Event, *, start: datetime, now: datetime) -> None:
    """Tell the supplies of the days from `start` to `now`."""
    stores, posts, head = _stores(event), _posts(event), _head_of_supplies(event)
    if not stores or head is None:
        return
    ledger, total = Ledger(event, start, now, head), stores[-1]
    for item, batch, days, quantity, source in _OPENING:
        ledger.tell(total, "stock_in", start + timedelta(hours=2), item=item, batch=batch, quantity=quantity,
                    source=source, expiry=(now + timedelta(days=days)).date().isoformat())  # fmt: skip
    ledger.hand_in(head)
    _supply_townships(ledger, total, stores[:-1])
    _supply_posts(ledger, total, posts)
    _ask(ledger, posts[-1:])


def _supply_townships(ledger: Ledger, total: Subject, stores: Sequence[Subject]) -> None:
    """Food and medicine for the homes in isolation; of the last two deliveries one came short, one lies unsigned."""
    days = (ledger.now - ledger.start).days
    for number, store in enumerate(stores):
        food = _GIVEN_FOOD if number in _GIVEN_TO else _FOOD
        first = _send(ledger, (total, store), ledger.start + timedelta(hours=20), food, 100)
        second = _send(ledger, (total, store), ledger.now - timedelta(hours=26), ("medicine", "Y01"), 20)
        unsigned = number == 1 or len(stores) == 1
        ledger.hand_in(ledger.head)
        _receive(ledger, store, first, 100, hours=5)
        if not unsigned:
            _receive(ledger, store, second, 18 if number == 2 else 20, hours=18)
        for day in range(1, days):
            ledger.tell(store, "stock_used", ledger.start + timedelta(days=day, hours=17), item=food[0], batch=food[1],
                        quantity=4 + (day + number) % 3, why="need")  # fmt: skip
        ledger.hand_in(_keeper(store))


def _supply_posts(ledger: Ledger, total: Subject, posts: Sequence[Subject]) -> None:
    """Masks and disinfectant: the first gate will run out, the second counted less than its book has."""
    days = (ledger.now - ledger.start).days
    for number, post in enumerate(posts):
        lasting = 1.4 if number == 0 else 5 + number % 3
        sent = [_send(ledger, (total, post), ledger.start + timedelta(hours=6), what, round(a_day * (days + lasting)))
                for what, a_day in _A_DAY.items()]  # fmt: skip
        if number in (0, 3):
            _send(ledger, (total, post), ledger.now - timedelta(hours=2), ("mask", "商会01"), 300)
        ledger.hand_in(ledger.head)
        for one in sent:
            _receive(ledger, post, one, _quantity(one), hours=3)
        for day in range(days):
            for (item, batch), a_day in _A_DAY.items():
                ledger.tell(post, "stock_used", ledger.start + timedelta(days=day, hours=19), item=item, batch=batch,
                            quantity=a_day, why="used")  # fmt: skip
        left = round(_A_DAY[_MASKS] * lasting)
        ledger.tell(post, "stock_count", ledger.now - timedelta(hours=1), mask=left - (17 if number == 1 else 0))
        ledger.hand_in(_keeper(post))


def _ask(ledger: Ledger, posts: Iterable[Subject]) -> None:
    """A post asks for more."""
    for post in posts:
        ledger.tell(post, "stock_request", ledger.now - timedelta(hours=3), item="disinfectant", quantity=20,
                    remark="夜班车多")  # fmt: skip
        ledger.hand_in(_keeper(post))


def _send(
    ledger: Ledger, between: tuple[Subject, Subject], at: datetime, what: tuple[str, str], quantity: int
) -> Told | None:  # fmt: skip
    """From one place to another, given out by the head of supplies; `what` is item and batch."""
    (place, to), (item, batch) = between, what
    expiry = (ledger.now + timedelta(days=_EXPIRES[batch])).date().isoformat()
    return ledger.tell(place, "stock_out", max(at, ledger.start + timedelta(hours=3)), to=str(to.pk), item=item,
                       batch=batch, expiry=expiry, quantity=quantity, giver=ledger.head.name)  # fmt: skip


def _receive(ledger: Ledger, place: Subject, sent: Told | None, quantity: int, *, hours: float) -> None:
    """Signed for so many hours after it was sent."""
    if sent is not None:
        ledger.tell(place, "stock_received", sent.happened_at + timedelta(hours=hours),
                    name_id(f"coming|{sent.id}", sent.happened_at), item=str(sent.content["item"]), quantity=quantity,
                    receiver=_keeper(place).name)  # fmt: skip


def _quantity(sent: Told | None) -> int:
    return 0 if sent is None else int(str(sent.content["quantity"]))


def _stores(event: Event) -> list[Subject]:
    """The stores of the townships, and at last that of the county."""
    low, high = event.area.range
    found = Subject.objects.filter(place__kind="store", until=None, area__gte=low, area__lt=high)
    return sorted(found, key=lambda one: (one.label == "县物资总库", one.pk))


def _posts(event: Event) -> list[Subject]:
    """The posts whose supplies are told: gates, then trunk roads, then the rest; open all the time."""
    low, high = event.area.range
    found = Subject.objects.filter(post__opened_at__isnull=False, until=None, area__gte=low, area__lt=high)
    order = {"gate": 0, "trunk": 1}
    return sorted(found.select_related("post"), key=lambda one: (order.get(one.post.kind, 2), one.pk))[:POSTS]


def _head_of_supplies(event: Event) -> By | None:
    term = Appointment.objects.filter(seat__role="supplies_head", seat__area=event.area, deputy=False).first()
    return None if term is None else By(term.user.name, "supplies_head", term.user_id)


def _keeper(place: Subject) -> By:
    """Whoever heads the post or keeps the place."""
    term = Appointment.objects.filter(seat__subject=place, deputy=False).order_by("pk")[0]
    return By(term.user.name, term.seat.role, term.user_id)
