"""The audit chain: plain values, each line sealed to the one before; the database refuses to change it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditLine(models.Model):
    """One deed. Written only through the database function `audit_write`; outlives what it speaks of."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    role = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    area_id = models.BigIntegerField(null=True)
    facts = models.TextField()
    previous = models.BinaryField()
    seal = models.BinaryField()

    class Meta:
        db_table = "audit_line"
        managed = False
        ordering = ("id",)

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "at", "by", "role", "kind", "area_id", "facts", "previous", "seal"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"
