"""What does not agree, or will not last, is found by the clockwork and told once; what late records mend is taken back.

Each finding follows from the lines as they stand: whatever order they came in, the same is told at last. How long
things last hangs on the clock too, so that is looked at again by and by (`jobs.stock`).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sibulou.duty.force import Running, current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import StockLine
from sibulou.fronts.defence.passages.register import plain
from sibulou.fronts.defence.stores.keeping import lines_of, rows_of
from sibulou.fronts.defence.stores.ledger import Line, below_nothing, by_batch, by_item, cover, stand
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.audit import CLOCKWORK

FOUND, MENDED, DELIVERED, COMING = "stock_found", "stock_mended", "stock_delivered", "stock_coming"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """Something that does not agree: at which place, since when, and what the record of it says."""

    name: str
    place: int
    at: datetime
    content: dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """What the plan in force says of supplies: cover in days, over how many days use is taken, when expiry is near."""

    cover: float = 3
    over: int = 7
    expiry: int = 30


def running(now: datetime) -> Running | None:
    """The first plan in force that keeps stock."""
    return next((one for one in current(now) if FOUND in one.plan.forms), None)


def limits(now: datetime) -> Limits:
    """The limits of the plan in force, or those of none."""
    found = running(now)
    if found is None:
        return Limits()
    said = {key: one for key, one in found.plan.values.items() if isinstance(one, int | float)}
    return Limits(said.get("cover_days", 3), int(said.get("use_days", 7)), int(said.get("expiry_days", 30)))


def look_all(*, now: datetime) -> int:
    """Look at every place that has lines. Returns how many records were told."""
    return look(frozenset(StockLine.objects.values_list("place_id", flat=True).distinct()), now=now)


def look(places: Collection[int], *, now: datetime) -> int:
    """Tell what is found at these places and not told, and take back what no longer holds. Idempotent."""
    if not places or running(now) is None:
        return 0
    lines = lines_of(places)
    wanted = {one.name: one for one in disagreements(lines, places)}
    told = rows_of("found", {"places": list(places)})
    said = _take_back(wanted, told, now=now) + sum(_tell(one, now=now) for one in wanted.values())
    return said + _look_at_cover(lines, told, now=now) + _look_at_requests(places, now=now)


def found_by(place: int, record: UUID) -> int:
    """How many findings of a place rest on this record."""
    return sum(
        plain(content).get("about") == str(record) for _, _, _, content, _ in rows_of("found", {"places": [place]})
    )


def disagreements(lines: list[Line], places: Collection[int]) -> Iterator[Found]:
    """Counts that differ, batches below nothing, moves that arrived in part, by one hand, or out of nowhere."""
    for (place, item), own in by_item(lines).items():
        for one in stand(own).differences:
            content = {"kind": "differs", "item": item, "book": one.expected, "count": one.count.quantity}
            yield _found(place, one.count.at, one.count.record, content)
    for (place, item, batch), own in by_batch(lines).items():
        below = below_nothing(own)
        if below is not None:
            content = {"kind": "negative", "item": item, "batch": batch, "book": below[1]}
            yield _found(place, below[0].at, below[0].record, content)
    for line in lines:
        if line.source == "unannounced":
            content = {"kind": "unannounced", "item": line.item, "batch": line.batch, "count": line.quantity}
            yield _found(line.place, line.at, line.record, content)
    for place, at, record, item, batch, sent, arrived in rows_of("unequal", {"places": list(places)}):
        content = {"kind": "lost", "item": item, "batch": batch, "book": sent, "count": int(arrived)}
        yield _found(place, at, record, content)
    for place, at, record, item, batch, arrived in rows_of("one_hand", {"places": list(places)}):
        yield _found(place, at, record, {"kind": "one_hand", "item": item, "batch": batch, "count": arrived})


def _found(place: int, at: datetime, record: UUID, content: dict[str, Any]) -> Found:
    """Named by all it says: another difference of the same count is another finding."""
    said = {key: one for key, one in content.items() if one != ""} | {"about": str(record)}
    return Found(f"{place}|{sorted(said.items())}", place, at, said)


def _tell(one: Found, *, now: datetime) -> int:
    return hold(one.name, FOUND, one.place, one.at, one.content, now=now)


def _take_back(wanted: dict[str, Found], told: list[tuple[Any, ...]], *, now: datetime) -> int:
    """Findings that rest on a record and no longer follow from what stands."""
    hold_still = {(one.place, _said(one.content)) for one in wanted.values()}
    gone = 0
    for record, place, at, content, _ in told:
        said = plain(content)
        if "about" in said and (place, _said(said)) not in hold_still:
            gone += _withdraw(FOUND, record, place, at, now=now)
    return gone


def _said(content: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, f"{one:g}" if isinstance(one, int | float) else one) for key, one in content.items()))


def _look_at_cover(lines: list[Line], told: list[tuple[Any, ...]], *, now: datetime) -> int:
    """Short cover is a gap before it is a shortage: told of the item, mended once there is enough."""
    rule = limits(now)
    open_ones = {
        (place, str(said["item"])): (record, at)
        for record, place, at, content, mended in told
        if not mended and (said := plain(content)).get("kind") == "cover" and "item" in said and "days" in said
    }
    count = 0
    for (place, item), own in by_item(lines).items():
        found = cover(own, now=now, over=rule.over)
        short = found.days is not None and found.days < rule.cover
        before = open_ones.get((place, item))
        if short and before is None:
            at = max(one.at for one in own if one.at <= now)
            at = max([at, *(when for _, where, when, content, _ in told
                            if where == place and plain(content).get("item") == item)])  # fmt: skip
            content = {"kind": "cover", "item": item, "days": round(found.days or 0, 1), "count": found.on_hand}
            count += hold(f"cover|{place}|{item}", FOUND, place, at, content, now=now, again=True)
        elif not short and before is not None:
            count += hold(f"enough|{before[0]}", MENDED, place, now, {"how": "supplied"}, answers=before[0], now=now)
    return count


def _look_at_requests(places: Collection[int], *, now: datetime) -> int:
    """What was asked for is delivered when as much has been signed for at the post."""
    count = 0
    for request, place, asked, arrived, last in rows_of("asked", {"places": list(places)}):
        if last is None:
            continue
        content = {"quantity": int(arrived)}
        before = (
            Record.objects.filter(subject=place, answers=request, form=DELIVERED, withdraws=False)
            .order_by("-seq")
            .first()
        )
        stands = before is not None and not Record.objects.filter(corrects=before.pk).exists()
        if arrived >= asked and not stands:
            count += hold(f"delivered|{request}", DELIVERED, place, last, content, answers=request, now=now)
        elif arrived < asked and stands and before is not None:
            count += _withdraw(DELIVERED, before.pk, place, before.happened_at, now=now)
    return count


def name_id(name: str, at: datetime, number: int = 0) -> UUID:
    """The id of what the clockwork tells under a name, for the first time or again."""
    return uuid7(at, hashlib.sha256(f"{name}|{number}".encode()).digest()[:10])


def hold(
    name: str, form: str, subject: int, at: datetime, content: dict[str, Any], *, now: datetime,
    answers: UUID | None = None, again: bool = False,
) -> int:  # fmt: skip
    """Let a record of this name stand: told unless it does. What was withdrawn before is told under its next number.

    `again`: one that stands is told once more. Returns how many records were told.
    """
    plan = next((one.plan.key for one in current(now) if form in one.plan.forms), "")
    number = 0
    while Record.objects.filter(pk=name_id(name, at, number)).exists():
        if not again and not Record.objects.filter(corrects=name_id(name, at, number)).exists():
            return 0
        number += 1
    return _hand_in(Told(name_id(name, at, number), form, subject, at, content, answers=answers, plan=plan), now=now)


def _withdraw(form: str, record: UUID, subject: int, at: datetime, *, now: datetime) -> int:
    told = Told(name_id(f"withdrawn|{record}", at), form, subject, at, corrects=record, withdraws=True)
    return _hand_in(told, now=now)


def withdraw(record: Record, *, now: datetime) -> int:
    """Take back what the clockwork told; a second time it changes nothing."""
    if Record.objects.filter(corrects=record.pk).exists():
        return 0
    return _withdraw(record.form, record.pk, record.subject_id, record.happened_at, now=now)


def _hand_in(told: Told, *, now: datetime) -> int:
    (answer,) = take_in(Batch([told], device="clockwork"), reach=EVERYTHING, by=CLOCKWORK, now=now)
    if answer.problem is not None:
        _log.error("%s: %s", told.form, answer.problem)
    return int(answer.outcome is Outcome.ACCEPTED)
