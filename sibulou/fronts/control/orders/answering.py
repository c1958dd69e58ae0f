"""Answer an order: received, done, objected to, cannot; and answer an objection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation
from sibulou.duty.told import Told
from sibulou.fronts.control.models import Addressee, Order
from sibulou.fronts.control.orders.following import (
    ANSWERED,
    RECEIVE,
    RETURNED,
    form_for,
)
from sibulou.fronts.control.orders.problems import AnsweredAlready, NothingReturned
from sibulou.fronts.control.orders.sending import To, Wording, send_order
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import Reach
from sibulou.roster.audit import By
from sibulou.roster.deed import deed

RESULTS = ("received", "done", *RETURNED)


def answer_order(
    *, addressee: Addressee, result: str, remark: str, reach: Reach, by: By, now: datetime
) -> None:  # fmt: skip
    """Say of an order what became of it; whoever has done it, or objects, has read it as well.

    Raises NothingReturned, and the Problem of a record that is refused.
    """
    if result in RETURNED and not remark.strip():
        raise NothingReturned
    kind = addressee.subject.kind
    said = {key: value for key, value in (("result", result), ("remark", remark.strip())) if value}
    records = []
    if result == "received" or _unread(addressee):
        records.append(_told(form_for(kind, "received"), addressee, {"read": True}, now=now))
    if result != "received":
        records.append(_told(form_for(kind, "done"), addressee, said, now=now))
    with deed():
        _hand_in(records, reach=reach, by=by, now=now)


def _unread(addressee: Addressee) -> bool:
    return Obligation.objects.filter(subject=addressee.subject_id, opened_by=addressee.record, duty__key__in=RECEIVE,
                                     met_at__isnull=True).exists()  # fmt: skip


def _told(form: str, addressee: Addressee, said: dict[str, Any], *, now: datetime) -> Told:
    return Told(uuid7(now), form, addressee.subject_id, now, said, answers=addressee.record)


def _hand_in(records: Sequence[Told], *, reach: Reach, by: By, now: datetime) -> None:
    for answer in take_in(Batch(records, device="web"), reach=reach, by=by, now=now):
        if answer.outcome is not Outcome.ACCEPTED and answer.problem is not None:
            raise answer.problem


def answer_objection(
    *, order: Order, addressee: Addressee, owed: Obligation, words: str, again: datetime | None, reach: Reach, by: By,
    now: datetime, outcome: str = "withdrawn",
) -> None:  # fmt: skip
    """Answer whoever objected: no longer asked for, or helped; or it stands (`again`: by when) and is sent to him anew.

    Raises AnsweredAlready, DueNotAhead, MayNotOrder, and the Problem of a record that is refused.
    """
    if owed.met_at is not None:
        raise AnsweredAlready
    said = {"outcome": "upheld" if again else outcome}
    if words.strip():
        said["words"] = words.strip()
    told = Told(uuid7(now), ANSWERED, owed.subject_id, now, said, answers=owed.opened_by)
    with deed():
        _hand_in([told], reach=reach, by=by, now=now)
        if again:
            text = order.text if not words.strip() else f"{order.text}\n{words.strip()}"
            again_to = To(addressee.role, addressee.subject_id, addressee.subject.kind)
            wording = Wording(text[:1000], again, order.number, order.done_when)
            send_order(wording=wording, to=[again_to], reach=reach, by=by, now=now)
