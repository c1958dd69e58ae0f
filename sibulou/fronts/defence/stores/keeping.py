"""Supplies as lines: reckoned with each batch from its records as they stand, made anew from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from sibulou.fronts.defence.models import StockLine
from sibulou.fronts.defence.stores.ledger import Line
from sibulou.lib.sql import read_queries

IN, OUT, RECEIVED, USED, COUNT, NEED = (
    "stock_in", "stock_out", "stock_received", "stock_used", "stock_count", "need_met",
)  # fmt: skip
REQUEST = "stock_request"
FORMS = (IN, OUT, RECEIVED, USED, COUNT, NEED, REQUEST)
"""The forms whose records change what a book says or what is asked of one."""
_QUERIES = read_queries(Path(__file__).with_name("stock.sql"))


def keep(records: Iterable[UUID]) -> frozenset[int]:
    """Reckon the lines of these records anew, as they stand. Gives the places that they are or were about."""
    facts = {"records": list(set(records))}
    return frozenset(int(row[0]) for name in ("gone", "keep") for row in rows_of(name, facts))


def rebuild() -> int:
    """Empty the table and make it anew from the records that stand. Returns how many lines there are."""
    with transaction.atomic():
        StockLine.objects.all().delete()
        keep(row[0] for row in rows_of("all", {"forms": list(FORMS)}))
    return StockLine.objects.count()


def receipts_of(coming: Sequence[UUID]) -> list[UUID]:
    """The receipts that answer these notices."""
    return [row[0] for row in rows_of("receipts", {"coming": list(coming)})] if coming else []


def lines_of(places: Iterable[int] | None = None) -> list[Line]:
    """The lines of these places, or of every place that the reader sees."""
    rows = StockLine.objects.all() if places is None else StockLine.objects.filter(place_id__in=list(places))
    return [
        Line(*row)
        for row in rows.order_by("happened_at", "record").values_list(
            "place_id", "kind", "item", "batch", "quantity", "happened_at", "record", "expiry", "why", "source", "move",
            "other_id",
        )
    ]  # fmt: skip


def rows_of(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERIES[name], facts)
        return list(cursor.fetchall())
