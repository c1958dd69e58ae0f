"""Orders as they are listed: one row for each order, and one for each seat that it was sent to.

The records are the truth; these tables follow from them (`orders/following.py`). They are kept since whoever an order
is sent to must be able to read it, also where he may read no records of people.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sibulou.roster.models import Subject


class Order(models.Model):
    """An order (指令, S20): what is to be done, by when, and what counts as done. `area_id`, `role`: who sent it."""

    id = models.UUIDField(primary_key=True)
    area_id = models.BigIntegerField(db_index=True)
    role = models.CharField(max_length=40)
    number = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    done_when = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    sent_by_name = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "sent_order"

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area_id", "role", "number", "due_at", "sent_by_name", "sent_at"}
        erase: ClassVar[set[str]] = {"text", "done_when"}

    def __str__(self) -> str:
        return f"{self.number} {self.id}".strip()


class Addressee(models.Model):
    """One seat that an order was sent to, by the record that told it: a role at an area, or the head of a post."""

    record = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="addressees")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="+")
    area_id = models.BigIntegerField()
    role = models.CharField(max_length=40)

    class Meta:
        db_table = "order_addressee"

    class Privacy:
        keep: ClassVar[set[str]] = {"record", "order", "subject", "area_id", "role"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.order_id} → {self.role} {self.area_id}"
