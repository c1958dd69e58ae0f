"""Obligation: one duty, for one subject, in one window. Standing is computed, never stored."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sibulou.duty.models.force import Duty, Stage
from sibulou.roster.models import Seat, Subject


class Waiver(models.Model):
    """An obligation lifted by name: asked by one, granted by another; or a named end."""

    class Kind(models.TextChoices):
        WAIVER = "waiver", "豁免"
        END = "end", "终止"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.WAIVER)
    area_id = models.BigIntegerField()
    about = models.ForeignKey("Obligation", on_delete=models.PROTECT, null=True, related_name="requests")
    reason = models.CharField(max_length=40)
    words = models.CharField(max_length=400, blank=True)
    asked_by = models.CharField(max_length=80)
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=80, blank=True)
    granted_by_id = models.BigIntegerField(null=True)
    granted_at = models.DateTimeField(null=True)
    refused_by = models.CharField(max_length=80, blank=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "waiver"
        indexes = [
            models.Index("area_id", name="waiver_asked", condition=Q(granted_at__isnull=True, refused_at__isnull=True))
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True, granted_by="") | (Q(granted_at__isnull=False) & ~Q(granted_by="")),
                name="waiver_granted_by_name",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by="") | (Q(refused_at__isnull=False) & ~Q(refused_by="")),
                name="waiver_refused_by_name",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="", withdrawn_why="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_why="")),
                name="waiver_withdrawn_by_name",
            ),
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True) | Q(refused_at__isnull=True), name="waiver_one_answer"
            ),
            models.CheckConstraint(
                condition=Q(kind="end")
                | Q(granted_by_id__isnull=True)
                | Q(asked_by_id__isnull=True)
                | ~Q(granted_by_id=F("asked_by_id")),
                name="waiver_second_person",
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "kind", "area_id", "about", "reason", "asked_by", "asked_by_id", "asked_at", "until", "granted_by",
            "granted_by_id", "granted_at", "refused_by", "refused_at", "withdrawn_by", "withdrawn_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"words", "withdrawn_why"}

    @property
    def waits(self) -> bool:
        """Whether it was asked for and nobody has answered or withdrawn it."""
        return self.granted_at is None and self.refused_at is None and self.withdrawn_at is None

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"


WAITING = Q(kind=Waiver.Kind.WAIVER, granted_at__isnull=True, refused_at__isnull=True, withdrawn_at__isnull=True)
"""Requests that nobody has answered or withdrawn yet."""


class Obligation(models.Model):
    """One row per (duty, subject, window). See docs/explanation/kernel.md for what each moment means.

    `heard_at` is when the server learned of the record that opened it, or of the subject, where that was after the
    opening; none for what was known when it opened.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, db_index=False, related_name="obligations")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="obligations")
    area_id = models.BigIntegerField()
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, db_index=False, related_name="obligations")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, db_index=False, related_name="+")
    opened_at = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tell_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    opened_by = models.UUIDField(null=True)
    heard_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)
    met_by = models.UUIDField(null=True)
    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, null=True, db_index=False, related_name="obligations")
    waived_at = models.DateTimeField(null=True)
    waived_until = models.DateTimeField(null=True)
    next_climb_at = models.DateTimeField(null=True)
    climbed = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "obligation"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "duty", "opened_at", "opened_by"], nulls_distinct=False, name="obligation_once"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__lte=F("warn_at"), warn_at__lte=F("due_at"), due_at__lte=F("tell_at"))
                & (Q(until_at__isnull=True) | Q(until_at__gte=F("due_at"))),
                name="obligation_moments",
            ),
            models.CheckConstraint(
                condition=Q(met_at__isnull=True, known_at__isnull=True, met_by__isnull=True)
                | Q(met_at__isnull=False, known_at__isnull=False, met_by__isnull=False),
                name="obligation_met",
            ),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True, waiver__isnull=True)
                | Q(waived_at__isnull=False, waiver__isnull=False),
                name="obligation_waived",
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "duty", "subject", "area_id", "seat", "stage", "opened_at", "warn_at", "due_at", "tell_at",
            "until_at", "opened_by", "heard_at", "met_at", "known_at", "met_by", "waiver", "waived_at", "waived_until",
            "next_climb_at", "climbed",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.duty_id}/{self.subject_id} {self.opened_at:%F %R}"


def not_waived(now: datetime, *, through: str = "") -> Q:
    """That no waiver holds at `now`: none was granted, or it has lapsed (the rule of `duty/gap.py`).

    `through` is the relation by which a query comes to obligations, such as `obligation__`.
    """
    return Q(**{f"{through}waived_at__isnull": True}) | Q(**{f"{through}waived_until__lte": now})


class Revision(models.Model):
    """What stood in an obligation before a settled moment or a waiver was replaced: the board as it was known."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="revisions")
    changed_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)
    waived_at = models.DateTimeField(null=True)
    waived_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "revision"
        indexes = [models.Index("changed_at", name="revision_changed")]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "obligation", "changed_at", "met_at", "known_at", "waived_at", "waived_until",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.changed_at:%F %R}"


class Stay(models.Model):
    """Where an obligation lay until it followed its subject to another area: the board as of a moment before the move.

    No area: nowhere, since the move itself called for it.
    """

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="stays")
    until = models.DateTimeField()
    area_id = models.BigIntegerField(null=True)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        db_table = "stay"
        indexes = [models.Index("until", name="stay_until")]
        constraints = [
            models.CheckConstraint(
                condition=Q(area_id__isnull=True, seat__isnull=True) | Q(area_id__isnull=False, seat__isnull=False),
                name="stay_somewhere_or_nowhere",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "obligation", "until", "area_id", "seat"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.until:%F %R}"


class Climb(models.Model):
    """An obligation told to somebody: the owner first, then level by level. On record, whoever was told."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="climbs")
    area_id = models.BigIntegerField()
    step = models.SmallIntegerField()
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    told = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "climb"
        constraints = [models.UniqueConstraint(fields=["obligation", "step"], name="climb_once")]
        indexes = [models.Index("seat", "at", name="climb_told")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "obligation", "area_id", "step", "at", "told_at", "seat", "told"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.step}"
