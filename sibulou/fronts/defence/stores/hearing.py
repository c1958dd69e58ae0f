"""What follows from what is told of supplies, in the transaction of its batch: lines, notices, findings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sibulou.duty.listening import Heard
from sibulou.duty.models import Record
from sibulou.fronts.defence.stores.finding import COMING, hold, look, name_id, withdraw
from sibulou.fronts.defence.stores.keeping import OUT, keep, receipts_of


def hear_stock(heard: Sequence[Heard], now: datetime) -> None:
    """Keep a batch in the book, announce what was sent, and look at every place that it is about."""
    told = {one.id for one in heard} | {one.corrects for one in heard if one.corrects is not None}
    sent = list(Record.objects.filter(pk__in=told, form=OUT, withdraws=False))
    announce(sent, now=now)
    places = keep(told | set(receipts_of([coming_id(one) for one in sent])))
    look(places | {one.about.pk for one in heard if one.about.kind in ("post", "place")}, now=now)


def coming_id(sent: Record) -> UUID:
    """The id of the notice that something is on its way; whoever signs for it answers this."""
    return name_id(f"coming|{sent.pk}", sent.happened_at)


def announce(sent: Sequence[Record], *, now: datetime) -> None:
    """Tell whoever gets it that it is on its way: from now on it is his to sign for. What was taken back is not."""
    for one in sent:
        if Record.objects.filter(corrects=one.pk, subject=one.subject_id, form=OUT).exists():
            for notice in Record.objects.filter(pk=coming_id(one)):
                withdraw(notice, now=now)
            continue
        content = {key: one.content[key] for key in ("item", "batch", "expiry", "quantity") if key in one.content}
        content |= {"from": str(one.subject_id), "move": str(one.pk)}
        hold(f"coming|{one.pk}", COMING, int(str(one.content["to"])), one.happened_at, content, now=now)
