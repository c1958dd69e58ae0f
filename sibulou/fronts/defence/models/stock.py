"""Supplies as they are reckoned: a line for each thing that a record which stands did to a store.

The records are the truth; this table follows from them and may be emptied and made anew (`stores/keeping.py`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class StockKind(models.TextChoices):
    """What a line does to the book: in and received add, sent and used take away, counted says what is there."""

    IN = "in", "入库"
    SENT = "sent", "发出"
    RECEIVED = "received", "签收"
    USED = "used", "领用"
    COUNTED = "counted", "盘点"


class StockLine(models.Model):
    """One item of one batch at one place (a post, a store). `move` is the record of sending, `other_id` whom it joins,
    `request` what was asked for.

    `why` is what was used for, `source` where what came in is from. A count names no batch.
    """

    record = models.UUIDField()
    kind = models.CharField(max_length=10, choices=StockKind)
    place_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    item = models.CharField(max_length=40)
    batch = models.CharField(max_length=40, blank=True)
    expiry = models.DateField(null=True)
    quantity = models.IntegerField()
    why = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=12, blank=True)
    move = models.UUIDField(null=True)
    other_id = models.BigIntegerField(null=True)
    request = models.UUIDField(null=True)

    class Meta:
        db_table = "stock_line"
        constraints = [
            models.UniqueConstraint(fields=["record", "item"], name="stock_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_line_quantity"),
        ]
        indexes = [
            models.Index("place_id", "item", "happened_at", name="stock_line_place"),
            models.Index("move", name="stock_line_move", condition=Q(move__isnull=False)),
            models.Index("request", name="stock_line_request", condition=Q(request__isnull=False)),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "record", "kind", "place_id", "area_id", "happened_at", "item", "batch", "expiry", "quantity", "why",
            "source", "move", "other_id", "request",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.kind} {self.item} {self.quantity}"
