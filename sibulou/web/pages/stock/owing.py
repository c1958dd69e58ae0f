"""What is on its way and what is owed an answer, as the board and the page of a place list it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sibulou.duty.models import Obligation, Record
from sibulou.fronts.defence.stores.finding import COMING
from sibulou.fronts.defence.stores.giving import STORES, stocked_with, what_opened
from sibulou.fronts.defence.stores.keeping import REQUEST
from sibulou.roster.models import Subject
from sibulou.web.labels import word
from sibulou.web.middleware import Asking
from sibulou.web.pages.stock.words import in_one_line, items_of, names_of, thing
from sibulou.web.sheet import Door, doors, may_tell

RECEIVE = ("stock.receive", "store.receive")
ANSWER = ("stock.explain", "store.explain", "supplies.deliver")
MOST = 60
"""Lines of one heading on the board."""
_GIVERS = 3
"""Stores offered to send what was asked for."""


@dataclass(frozen=True)
class Way:
    """Something on its way, in words. `link` is where it is signed for, empty for whoever does not stand there."""

    title: str
    quantity: int
    giver: str
    taker: Subject
    since: datetime
    due: datetime
    overdue: bool
    link: str


@dataclass(frozen=True)
class Owing:
    """A finding or a request that somebody owes an answer to, and where it is given."""

    row: Obligation
    said: str
    overdue: bool
    doors: tuple[Door, ...]


def ways(request: Asking, *, to: int | None = None) -> list[Way]:
    """What nobody has signed for, of all that one sees or of one place; the longest first."""
    rows = Obligation.objects.filter(duty__key__in=RECEIVE, met_at=None, waived_at=None)
    rows = rows if to is None else rows.filter(subject=to)
    rows = rows.select_related("subject").order_by("opened_at", "pk")
    notices = what_opened(row.opened_by for row in rows)
    names = names_of(one.content.get("from") for one in notices.values())
    return [_way(row, notices[row.opened_by], names, request=request, there=to is not None)
            for row in rows if row.opened_by in notices]  # fmt: skip


def _way(
    row: Obligation, notice: Record, names: Mapping[str, str], *, request: Asking, there: bool
) -> Way:  # fmt: skip
    """`there`: on the page of the place; on the board only whoever keeps it is asked to sign."""
    said = notice.content
    here = row.subject_id in request.reach.subjects or (there and may_tell(request, row.subject))
    link = f"/stock/{row.subject_id}/receipts/{notice.pk}/" if here else ""
    giver, quantity = names.get(str(said.get("from", "")), ""), int(str(said.get("quantity", 0)))
    return Way(
        thing(said, items_of(request.now)), quantity, giver, row.subject, row.opened_at, row.due_at,
        row.due_at <= request.now, link if notice.form == COMING else "",
    )  # fmt: skip


def owing(request: Asking, *, at: int | None = None) -> list[Owing]:
    """What is owed an answer, the oldest first, with the record that asks for it in words."""
    rows = Obligation.objects.filter(duty__key__in=ANSWER, met_at=None, waived_at=None)
    rows = rows if at is None else rows.filter(subject=at)
    found = list(rows.select_related("subject", "duty", "stage__event").order_by("due_at", "pk")[:MOST])
    asked = what_opened(row.opened_by for row in found)
    links = doors(found, onward=request.path, now=request.now)
    stores = _stores(request)
    return [
        Owing(row, in_one_line(record, request.now), row.due_at <= request.now,
              _senders(record, stores) if record.form == REQUEST else _explaining(request, row, links))
        for row in found if row.opened_by is not None and (record := asked.get(row.opened_by)) is not None
    ]  # fmt: skip


def _explaining(request: Asking, row: Obligation, links: Mapping[int, list[Door]]) -> tuple[Door, ...]:
    """The forms by which a person answers a finding, for whoever may."""
    may = may_tell(request, row.subject)
    return tuple(one for one in links.get(row.pk, []) if may and "records/new" in one.link)


def _senders(record: Record, stores: Mapping[int, str]) -> tuple[Door, ...]:
    """The stores from which what was asked for can be sent."""
    having = stocked_with(str(record.content.get("item", "")), list(stores))[:_GIVERS]
    return tuple(
        Door(word(f"从{stores[place]}发（有 {left}）", f"send from {stores[place]} ({left} there)"),
             f"/stock/{place}/moves/?request={record.pk}")
        for place, left in having
    )  # fmt: skip


def _stores(request: Asking) -> dict[int, str]:
    """The stores for which the reader may enter something."""
    found = Subject.objects.filter(place__kind__in=STORES, until=None)
    return {one.pk: one.label for one in found if may_tell(request, one)}
