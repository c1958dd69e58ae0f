"""The flow card (流程卡, S21): the steps of the check, version by version; never changed once published."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sibulou.roster.models import Area


class StepCard(models.Model):
    """One version for a county. `steps`: the six steps in their order, each `[key, text]`."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=20)
    steps = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        db_table = "step_card"
        constraints = [models.UniqueConstraint(fields=["area", "version"], name="step_card_version")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area", "version", "steps", "published_at", "published_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.area_id} {self.version}"
