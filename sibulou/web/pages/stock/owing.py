"""What is on its way and what is owed an answer, as the board and the page of a place list it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sibulou.duty.models import Obligation, Record
from sibulou.fronts.defence.stores.finding import COMING
from sibulou.fronts.defence.stores.giving import STORES, stocked_with
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
    """Something on its way, in words. `link` is where it is signed for, empty for whoever may not."""

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
    notices = _opened_by(rows)
    names, items = names_of(one.content.get("from") for one in notices.values()), items_of(request.now)
    return [_way(row, notices[row.opened_by], names, items, request) for row in rows if row.opened_by in notices]


def _way(
    row: Obligation, notice: Record, names: Mapping[str, str], items: Mapping[str, str], request: Asking
) -> Way:  # fmt: skip
    said = notice.content
    link = f"/stock/{row.subject_id}/receipts/{notice.pk}/" if may_tell(request, row.subject) else ""
    return Way(
        thing(said, items), int(str(said.get("quantity", 0))), names.get(str(said.get("from", "")), ""), row.subject,
        row.opened_at, row.due_at, row.due_at <= request.now, link if notice.form == COMING else "",
    )  # fmt: skip


def owing(request: Asking, *, at: int | None = None) -> list[Owing]:
    """What is owed an answer, the oldest first, with the record that asks for it in words."""
    rows = Obligation.objects.filter(duty__key__in=ANSWER, met_at=None, waived_at=None)
    rows = rows if at is None else rows.filter(subject=at)
    found = list(rows.select_related("subject", "duty", "stage__event").order_by("due_at", "pk")[:MOST])
    asked = _opened_by(found)
    links = doors(found, onward=request.path, now=request.now)
    stores = _stores(request)
    return [
        Owing(row, in_one_line(record, request.now), row.due_at <= request.now,
              tuple(_answers(record, links.get(row.pk, []), stores)))
        for row in found if (record := asked.get(row.opened_by)) is not None
    ]  # fmt: skip


def _answers(record: Record, links: Iterable[Door], stores: Mapping[int, str]) -> Iterable[Door]:
    """The forms that answer a finding; of what was asked for, the stores from which it can be sent."""
    if record.form != REQUEST:
        return [one for one in links if "records/new" in one.link]
    having = stocked_with(str(record.content.get("item", "")), list(stores))[:_GIVERS]
    return [
        Door(word(f"从{stores[place]}发（有 {left}）", f"send from {stores[place]} ({left} there)"),
             f"/stock/{place}/moves/?request={record.pk}")
        for place, left in having
    ]  # fmt: skip


def _stores(request: Asking) -> dict[int, str]:
    """The stores for which the reader may enter something."""
    found = Subject.objects.filter(place__kind__in=STORES, until=None)
    return {one.pk: one.label for one in found if may_tell(request, one)}


def _opened_by(rows: Iterable[Obligation]) -> dict[UUID | None, Record]:
    """The records that opened them."""
    return {**Record.objects.in_bulk([row.opened_by for row in rows if row.opened_by is not None])}
