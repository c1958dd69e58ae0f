"""Orders in words: to whom each went, and who has not received it, read it or done it, those first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sibulou.duty.models import Obligation, Record
from sibulou.fronts.control.models import Addressee, Order
from sibulou.fronts.control.orders.following import (
    ANSWER,
    CARRY_OUT,
    DONE,
    OBJECTED,
    RECEIVE,
    RECEIVED,
    RETURNED,
)
from sibulou.web.labels import Owner, language, owners, word
from sibulou.web.owed import Owed, owed

RETURN_WORDS: Mapping[str, tuple[str, str]] = {
    "objected": ("有异议", "objected"),
    "cannot": ("办不了", "cannot be done"),
}


@dataclass(frozen=True)
class Returned:
    """An objection, or that it cannot be done: what was said, when, and the sender's answer that is owed or given."""

    record: UUID
    word: str
    remark: str
    at: datetime
    owed: Owed | None

    @property
    def open(self) -> bool:
        return self.owed is not None and self.owed.open


@dataclass(frozen=True)
class Fan:
    """One seat that an order went to: who answers there, its receipt and its doing, and where it stands."""

    addressee: Addressee
    owner: Owner | None
    receipt: Owed | None
    doing: Owed | None
    received_at: datetime | None
    returned: Returned | None

    @property
    def record(self) -> UUID:
        return self.addressee.record

    @property
    def read_at(self) -> datetime | None:
        return self.receipt.row.met_at if self.receipt else None

    @property
    def done_at(self) -> datetime | None:
        return self.doing.row.met_at if self.doing and self.returned is None else None

    @property
    def missed(self) -> bool:
        """Whether something of it is a gap now."""
        owing = (self.receipt, self.doing, self.returned.owed if self.returned else None)
        return any(one is not None and one.kinds for one in owing)

    @property
    def rank(self) -> int:
        """Gaps first, then objections, then what is not read, not done; what is done last."""
        if self.missed:
            return 0
        if self.returned and self.returned.open:
            return 1
        if self.receipt is not None and self.receipt.open:
            return 2
        return 3 if self.doing is not None and self.doing.open else 4


@dataclass(frozen=True)
class Tally:
    """How many seats an order went to, and how many have not read it, not done it, sent it back without an answer."""

    sent: int
    unread: int
    undone: int
    returned: int
    missed: int


def fans(order: Order, *, now: datetime) -> list[Fan]:
    """The seats of one order that the reader sees, those that miss something first."""
    return sorted(fans_of([order], now=now)[order.pk], key=lambda one: (one.rank, one.addressee.area_id))


def fans_of(orders: Sequence[Order], *, now: datetime) -> dict[UUID, list[Fan]]:
    """The seats of several orders at once, by order."""
    sent = list(Addressee.objects.filter(order__in=orders).select_related("subject"))
    rows = Obligation.objects.filter(
        opened_by__in=[one.record for one in sent], subject__in=[one.subject_id for one in sent],
        duty__key__in=(*RECEIVE, *CARRY_OUT),
    ).select_related("duty")  # fmt: skip
    shown = owed(rows, language=language(), now=now)
    receipts = {one.row.opened_by: one for one in shown if one.row.duty.key in RECEIVE}
    doings = {one.row.opened_by: one for one in shown if one.row.duty.key in CARRY_OUT}
    seats = owners({one.row.seat_id for one in shown}, language=language(), now=now)
    first, returned = _told(sent, min((one.sent_at for one in orders), default=now), now=now)
    found: dict[UUID, list[Fan]] = {order.pk: [] for order in orders}
    for one in sent:
        doing = doings.get(one.record)
        found[one.order_id].append(
            Fan(one, seats.get(doing.row.seat_id) if doing else None, receipts.get(one.record), doing,
                first.get(one.record), returned.get(one.record))
        )  # fmt: skip
    return found


def tally(rows: Iterable[Fan]) -> Tally:
    """The seats of an order, counted."""
    listed = list(rows)
    return Tally(
        sent=len(listed),
        unread=sum(one.receipt is not None and one.receipt.open for one in listed),
        undone=sum(one.doing is not None and one.doing.open for one in listed),
        returned=sum(one.returned is not None and one.returned.open for one in listed),
        missed=sum(one.missed for one in listed),
    )


def _told(
    sent: Sequence[Addressee], since: datetime, *, now: datetime
) -> tuple[dict[UUID, datetime], dict[UUID, Returned]]:  # fmt: skip
    """When each was received first, and the last objection where it was objected to, as far as the reader sees them."""
    records = list(
        Record.objects.filter(subject__in={one.subject_id for one in sent}, happened_at__gte=since,
                              form__in=(*RECEIVED, *DONE), withdraws=False, answers__in=[one.record for one in sent])
        .order_by("happened_at", "pk")
    )  # fmt: skip
    replaced = set(Record.objects.filter(corrects__in=[one.pk for one in records]).values_list("corrects", flat=True))
    standing = [one for one in records if one.pk not in replaced and one.answers is not None]
    first: dict[UUID, datetime] = {}
    back: dict[UUID, Record] = {}
    for one in standing:
        assert one.answers is not None
        if one.form in RECEIVED:
            first.setdefault(one.answers, one.happened_at)
        elif one.content.get("result") in RETURNED:
            back[one.answers] = one
        else:
            back.pop(one.answers, None)
    answers = _answers(back, since, now=now)
    return first, {
        addressee: Returned(one.pk, word(*RETURN_WORDS[str(one.content["result"])]), str(one.content.get("remark", "")),
                            one.happened_at, answers.get(str(addressee)))
        for addressee, one in back.items()
    }  # fmt: skip


def _answers(back: Mapping[UUID, Record], since: datetime, *, now: datetime) -> dict[str, Owed]:
    """What is owed or was given as answer, by the record of the order that was objected to."""
    if not back:
        return {}
    rows = Obligation.objects.filter(duty__key=ANSWER, opened_at__gte=since).select_related("duty")
    shown = owed(rows.order_by("opened_at"), language=language(), now=now)
    openers = Record.objects.in_bulk([one.row.opened_by for one in shown if one.row.opened_by])
    found = {}
    for one in shown:
        opener = openers.get(one.row.opened_by) if one.row.opened_by else None
        if opener is not None:
            found[str(opener.content.get("addressee", ""))] = one
    return found


def orders_behind(obligations: Sequence[int]) -> dict[int, Order]:
    """The orders that opened some of these obligations, or whose objection did, by obligation."""
    rows = Obligation.objects.filter(pk__in=obligations, duty__key__in=(*RECEIVE, *CARRY_OUT, ANSWER))
    opened = {pk: by for pk, by in rows.values_list("pk", "opened_by") if by is not None}
    sent = Addressee.objects.filter(record__in=opened.values()).select_related("order")
    orders = {one.record: one.order for one in sent}
    orders |= _objected_to([by for by in opened.values() if by not in orders])
    return {pk: orders[by] for pk, by in opened.items() if by in orders}


def _objected_to(records: Sequence[UUID]) -> dict[UUID, Order]:
    """The orders that these objections are about."""
    said = dict(Record.objects.filter(pk__in=records, form=OBJECTED).values_list("pk", "content__order"))
    orders = {str(one.pk): one for one in Order.objects.filter(pk__in=[text for text in said.values() if text])}
    return {record: orders[text] for record, text in said.items() if text in orders}
