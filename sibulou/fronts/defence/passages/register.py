"""The register of passages as a table that is searched: kept with each batch, made anew from the records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from sibulou.duty.listening import Heard
from sibulou.duty.models import Record
from sibulou.duty.personal import open_answers
from sibulou.duty.told import About
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.blinding import Blinds, blinds_of
from sibulou.lib.sql import bound_cursor, read_queries

FORM = "checkpoint_pass"
"""The key of the form whose records are passages, in any plan that has one."""
QUERIES = read_queries(Path(__file__).with_name("queries.sql"))
CHUNK = 5_000


class Row(NamedTuple):
    """A row of the register, in the order of its columns."""

    record: UUID
    post_id: int
    area_id: int
    happened_at: datetime
    received_at: datetime
    direction: str
    disposal: str
    occupants: int | None
    together: str
    plate: bytes | None
    phone: bytes | None
    identity: bytes | None
    name: bytes | None
    person_id: int | None


@dataclass(frozen=True)
class Kept:
    """What a batch changed: the rows that are new, and the people of rows that are gone."""

    rows: Sequence[Row]
    gone: frozenset[int]


def keep(heard: Sequence[Heard], *, now: datetime) -> Kept:
    """Keep the passages of a batch, and take out those that it corrects. Idempotent, in any order."""
    corrected = [one.corrects for one in heard if one.corrects is not None]
    gone = _take_out(corrected) if corrected else frozenset()
    told = [one for one in heard if not one.withdraws]
    blinds = [blinds_of(one.content, today=localdate(now)) for one in told]
    known = _by_identity(blinds)
    rows = [_row(one, found, known, now=now) for one, found in zip(told, blinds, strict=True)]
    return Kept(insert(rows), gone)


def rebuild() -> int:
    """Empty the table and make it anew from the records that stand. Returns how many rows there are."""
    with transaction.atomic():
        Passage.objects.all().delete()
        for chunk in _recorded():
            blinds = [blinds_of(one.content, today=localdate(received)) for one, received in chunk]
            known = _by_identity(blinds)
            insert([_row(one, found, known, now=received)
                     for (one, received), found in zip(chunk, blinds, strict=True)])  # fmt: skip
    return Passage.objects.count()


def _recorded() -> Iterator[list[tuple[Heard, datetime]]]:
    """Every passage on record that withdraws nothing, opened, chunk by chunk."""
    rows = Record.objects.filter(form=FORM, withdraws=False).order_by("seq")
    last = 0
    while chunk := list(rows.filter(seq__gt=last)[:CHUNK]):
        last = chunk[-1].seq
        yield [
            (Heard(row.pk, row.form, About(row.subject_id, "post", row.area_id, "", 0), row.happened_at,
                   open_answers(FORM, row.content), row.corrects, False), row.received_at)
            for row in chunk
        ]  # fmt: skip


def _row(one: Heard, blinds: Blinds, known: Mapping[bytes, int], *, now: datetime) -> Row:
    said = one.content
    named = str(said.get("person") or "")
    occupants = said.get("occupants")
    return Row(
        record=one.id,
        post_id=one.about.pk,
        area_id=one.about.area_id,
        happened_at=one.happened_at,
        received_at=now,
        direction=str(said.get("direction", ""))[:8],
        disposal=str(said.get("disposal", ""))[:12],
        occupants=occupants if isinstance(occupants, int) else None,
        together=str(said.get("passage", ""))[:40],
        plate=blinds.plate,
        phone=blinds.phone,
        identity=blinds.identity,
        name=blinds.name,
        person_id=int(named) if named.isdigit() else known.get(blinds.identity or b""),
    )


def _by_identity(blinds: Iterable[Blinds]) -> dict[bytes, int]:
    """People on the roster by the index of their identity number; of two of one number the one entered first."""
    sought = sorted({one.identity for one in blinds if one.identity is not None})
    if not sought:
        return {}
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["by_identity"], {"blinds": sought})
        found = sorted(((bytes(blind), int(person)) for blind, person in cursor.fetchall()), reverse=True)
    return dict(found)


def insert(rows: Sequence[Row]) -> list[Row]:
    """Insert those whose record stands; gives those that are new."""
    if not rows:
        return []
    columns = {name: [getattr(row, name) for row in rows] for name in Row._fields}
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["keep"], columns | {"form": FORM})
        fresh = {record for (record,) in cursor.fetchall()}
    return [row for row in rows if row.record in fresh]


def as_row(one: Passage) -> Row:
    """A row of the table as the register hands it on."""
    return Row(*(getattr(one, name) for name in Row._fields))


def _take_out(records: Sequence[UUID]) -> frozenset[int]:
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["gone"], {"records": list(records)})
        return frozenset(person for (person,) in cursor.fetchall() if person is not None)


def rows_of(name: str, facts: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """The rows of one of the statements above."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[name], facts)
        return list(cursor.fetchall())


def plain(content: object) -> dict[str, object]:
    """Content as Django's connections leave it: text or a mapping."""
    found = json.loads(content) if isinstance(content, str) else content
    return dict(found) if isinstance(found, Mapping) else {}
