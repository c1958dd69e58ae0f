"""Record: what happened, told by someone in the field. Nothing here is ever updated or deleted."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sibulou.roster.models import Subject, User


class Record(models.Model):
    """One thing told. `id` is made by the device; `seq` is the server's order; both clocks are kept.

    `closes` are the duties it may meet by itself, `answering` those it meets only where `answers` opened them.
    `plans` are the plans whose form it was told on, the one named or the first to take it before the others; none: any.
    """

    id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(unique=True, db_default=models.Func(models.Value("record_seq"), function="nextval"))
    form = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="records")
    area_id = models.BigIntegerField()
    happened_at = models.DateTimeField()
    claimed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_doubtful = models.BooleanField(default=False)
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    device = models.CharField(max_length=40, blank=True)
    content = models.JSONField()
    digest = models.BinaryField()
    closes = ArrayField(models.IntegerField(), default=list)
    answering = ArrayField(models.IntegerField(), default=list, db_default=[])
    answers = models.UUIDField(null=True)
    corrects = models.UUIDField(null=True)
    withdraws = models.BooleanField(default=False)
    plans = ArrayField(models.CharField(max_length=40), default=list, db_default=[])

    class Meta:
        db_table = "record"
        indexes = [
            models.Index("subject", "happened_at", name="record_subject"),
            models.Index("corrects", name="record_corrects", condition=Q(corrects__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdraws=False) | Q(corrects__isnull=False), name="record_withdraws_something"
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "seq", "form", "subject", "area_id", "happened_at", "claimed_at", "received_at", "clock_doubtful",
            "told_by", "device", "digest", "closes", "answering", "answers", "corrects", "withdraws", "plans",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"content"}

    def __str__(self) -> str:
        return f"{self.form} {self.id}"


class Refusal(models.Model):
    """A record the county could not take as it is: kept with its reason until a person settles it."""

    received_at = models.DateTimeField()
    record_id = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=16)
    problem = models.CharField(max_length=8)
    words_zh = models.CharField(max_length=400)
    words_en = models.CharField(max_length=400)
    area_id = models.BigIntegerField(null=True)
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.CharField(max_length=40, blank=True)
    payload = models.JSONField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)
    settled_how = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "refusal"
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="") | (Q(settled_at__isnull=False) & ~Q(settled_by="")),
                name="refusal_settled_by_name",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "received_at", "record_id", "outcome", "problem", "words_zh", "words_en", "area_id", "told_by",
            "device", "settled_at", "settled_by", "settled_how",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"payload"}

    def __str__(self) -> str:
        return f"{self.outcome} {self.record_id}"
