"""Passages as they are searched: a row for each record of the register that stands, with blind indexes and no names.

The records are the truth; this table follows from them and may be emptied and made anew (`passages/register.py`).
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q


class Passage(models.Model):
    """One person at one post. `together` is shared by those of one vehicle; an index is null where nothing is known.

    `person_id` is the person on the roster, named by the crew or found by the identity number.
    """

    record = models.UUIDField(primary_key=True)
    post_id = models.BigIntegerField()
    area_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    direction = models.CharField(max_length=8)
    disposal = models.CharField(max_length=12)
    occupants = models.SmallIntegerField(null=True)
    together = models.CharField(max_length=40, blank=True)
    plate = models.BinaryField(null=True)
    phone = models.BinaryField(null=True)
    identity = models.BinaryField(null=True)
    name = models.BinaryField(null=True)
    person_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "passage"
        indexes = [
            models.Index("post_id", "happened_at", name="passage_post"),
            models.Index("happened_at", name="passage_moment"),
            models.Index("plate", "happened_at", name="passage_plate", condition=Q(plate__isnull=False)),
            models.Index("phone", "happened_at", name="passage_phone", condition=Q(phone__isnull=False)),
            models.Index("identity", "happened_at", name="passage_identity", condition=Q(identity__isnull=False)),
            models.Index("name", "happened_at", name="passage_name", condition=Q(name__isnull=False)),
            models.Index("person_id", "happened_at", name="passage_person", condition=Q(person_id__isnull=False)),
            models.Index("together", name="passage_together", condition=~Q(together="")),
            BrinIndex(fields=["received_at"], name="passage_received"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "record", "post_id", "area_id", "happened_at", "received_at", "direction", "disposal", "occupants",
            "together",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"plate", "phone", "identity", "name", "person_id"}

    def __str__(self) -> str:
        return str(self.record)
