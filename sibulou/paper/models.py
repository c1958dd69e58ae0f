"""Sheets of paper: which serial stands on them, what each row asks of whom, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sibulou.duty.models import Stage
from sibulou.roster.models import Subject, User


class Sheet(models.Model):
    """One sheet: a village's day, a post's shift or a household's card, on the forms of one stage's plan.

    A time of day written on it is the first such moment from `starts_at` on. `due_at` is when it should be typed in.
    """

    class Kind(models.TextChoices):
        DAY = "day", "入户日表"
        SHIFT = "shift", "卡点班表"
        CARD = "card", "户卡"

    serial = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=8, choices=Kind)
    area_id = models.BigIntegerField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    forms = ArrayField(models.CharField(max_length=40), default=list)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    made_by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    copies = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "paper_sheet"
        indexes = [models.Index("area_id", "made_at", name="paper_sheet_area")]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "serial", "kind", "area_id", "subject", "stage", "forms", "starts_at", "due_at", "made_at", "made_by",
            "made_by_user", "copies",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.serial

    def late(self, now: datetime) -> bool:
        """Whether it should have been typed in by now."""
        return self.due_at <= now


class SheetRow(models.Model):
    """One row in the printed order. `record` is the id that what stands there bears, made when it was drawn up.

    `usual_at` is the moment that is meant where no time is written. `became` says what was settled: typed in, left
    empty, or left out because it had been told by other means. `obligation_id` is no key: what was opened ahead may be
    taken back when another timing holds.
    """

    class Became(models.TextChoices):
        OPEN = "", "待录"
        TYPED = "typed", "已录入"
        EMPTY = "empty", "未填"
        TOLD = "told", "已另报"

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="rows")
    place = models.SmallIntegerField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    obligation_id = models.BigIntegerField(null=True)
    form = models.CharField(max_length=40)
    answers = models.UUIDField(null=True)
    usual_at = models.DateTimeField()
    record = models.UUIDField(unique=True)
    became = models.CharField(max_length=8, choices=Became, default=Became.OPEN, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "paper_row"
        ordering = ("place",)
        indexes = [models.Index("sheet", name="paper_row_open", condition=Q(became=""))]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "place"], name="paper_row_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="", became="")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(became="")),
                name="paper_row_settled_by_name",
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "sheet", "place", "subject", "obligation_id", "form", "answers", "usual_at", "record", "became",
            "settled_at", "settled_by",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.place}"
