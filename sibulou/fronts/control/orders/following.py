"""What follows from orders and their answers: kept for whoever reads them; an objection climbs to the sender."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sibulou.duty.listening import Heard
from sibulou.duty.models import Record
from sibulou.duty.telling import named_record, take_back, tell_once
from sibulou.fronts.control.models import Addressee, Order
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Subject
from sibulou.roster.role import ROLES

PREFIX = {"area": "", "post": "post_"}
"""How the forms of an order to such a subject begin; those to any other are of its seat."""


def form_for(kind: str, step: str) -> str:
    """The form of an order to a subject of this kind: `step` is sent, received or done."""
    return f"{PREFIX.get(kind, 'seat_')}order_{step}"


SENT, RECEIVED, DONE = (
    tuple(form_for(kind, step) for kind in ("area", "post", "")) for step in ("sent", "received", "done")
)
ORDERS = frozenset((*SENT, *RECEIVED, *DONE))
"""Every form of an order and its answers."""
OBJECTED, ANSWERED = "order_objected", "order_answered"
RECEIVE = ("order.receive", "post.order_receive", "seat.order_receive")
CARRY_OUT = ("order.carry_out", "post.order_carry_out", "seat.order_carry_out")
ANSWER = "order.answer"
RETURNED = ("objected", "cannot")


def hear_orders(heard: Sequence[Heard], now: datetime) -> None:
    """Keep what was ordered, and to whom."""
    told = [one for one in heard if not one.withdraws]
    names = dict(Record.objects.filter(pk__in=[one.id for one in told]).values_list("pk", "told_by__name"))
    for one in told:
        order = _keep_order(one, names.get(one.id) or "", now=now)
        Addressee.objects.get_or_create(
            record=one.id,
            defaults={"order": order, "subject_id": one.about.pk, "area_id": one.about.area_id, "role": _role(one)},
        )


def _keep_order(one: Heard, name: str, *, now: datetime) -> Order:
    """The order that a record tells of; one that names none is an order by itself."""
    said = one.content
    due = said.get("due")
    order, _ = Order.objects.get_or_create(
        id=_uuid(said.get("order")) or one.id,
        defaults={
            "area_id": int(str(said.get("from_area") or ancestor(one.about.area_id, Level.COUNTY))),
            "role": str(said.get("from_role") or "county_duty")[:40],
            "number": str(said.get("number", ""))[:40],
            "text": str(said.get("text", "")),
            "done_when": str(said.get("done_when", ""))[:200],
            "due_at": datetime.fromisoformat(str(due)) if due else None,
            "sent_by_name": name,
            "sent_at": one.happened_at,
        },
    )
    return order


def _role(one: Heard) -> str:
    """The role that a record of an order is for, as the rule that opens its obligations reads it."""
    if one.about.kind == "post":
        return "post_head"
    named = str(one.content.get("role", ""))
    return named if named in ROLES else "township_duty" if one.about.kind == "area" else "guard"


def hear_answers(heard: Sequence[Heard], now: datetime) -> None:
    """An objection, or that it cannot be done, is told to whoever sent the order, and he owes an answer."""
    for one in heard:
        if one.corrects is not None:
            _take_back(one.corrects, now=now)
    returned = {one.id: one for one in heard if one.content.get("result") in RETURNED}
    rows = Record.objects.filter(pk__in=returned, answers__isnull=False).values_list("pk", "answers")
    answers = dict(rows.exclude(pk__in=Record.objects.filter(corrects__in=returned).values("corrects")))
    sent = Addressee.objects.select_related("order").in_bulk(list(answers.values()))
    for record, answered in answers.items():
        if (addressee := sent.get(answered)) is not None:
            _tell_sender(returned[record], addressee, now=now)


def _tell_sender(one: Heard, addressee: Addressee, *, now: datetime) -> None:
    order = addressee.order
    sender = Subject.objects.filter(kind="area", area_id=order.area_id).first()
    if sender is not None:
        said = {"order": str(order.pk), "addressee": str(addressee.record), "role": order.role}
        said["result"] = str(one.content["result"])
        tell_once(_name(one.id), OBJECTED, sender.pk, one.happened_at, said, now=now)


def _take_back(record: UUID, *, now: datetime) -> None:
    told = Record.objects.filter(pk=record).first()
    if told is not None:
        take_back(named_record(_name(record), told.happened_at), now=now)


def _name(record: UUID) -> str:
    return f"{OBJECTED}|{record}"


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
