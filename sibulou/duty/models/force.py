"""What is in force: plan versions, events, their stages, and where a township is stricter (S2, S51)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sibulou.roster.models import Area


class PlanVersion(models.Model):
    """A plan as it was loaded, word for word; a version is never changed."""

    key = models.CharField(max_length=40)
    version = models.IntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=80)

    class Meta:
        db_table = "plan_version"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="plan_version_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "key", "version", "text", "digest", "loaded_at", "loaded_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class Duty(models.Model):
    """The lasting identity of a duty through all versions of its plan."""

    plan_key = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    front = models.CharField(max_length=12)
    gap = models.CharField(max_length=12)
    scope = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)

    class Meta:
        db_table = "duty"
        constraints = [models.UniqueConstraint(fields=["plan_key", "key"], name="duty_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "plan_key", "key", "front", "gap", "scope", "title_zh", "title_en"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """An emergency in an area, from the start key to the stand-down."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="events")
    plan_key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    notice = models.CharField(max_length=80)
    legal_basis = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "event"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__gte=F("started_at")) & ~Q(ended_by="")),
                name="event_named_end",
            ),
            models.UniqueConstraint(
                fields=["area", "plan_key"], condition=Q(ended_at__isnull=True), name="event_one_running"
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area", "plan_key", "title", "notice", "legal_basis", "started_at", "started_by", "ended_at",
            "ended_by",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.title


class Stage(models.Model):
    """One level of one plan version in force in an event from a moment on.

    `opened_at` is when everything it called for by then had been opened; none while that is under way.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="stages")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="stages")
    level = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "stage"
        ordering = ("starts_at",)
        constraints = [models.UniqueConstraint(fields=["event", "starts_at"], name="stage_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "event", "version", "level", "starts_at", "started_by", "opened_at"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.event} {self.level}"


class Strictness(models.Model):
    """An area below the event's that asks for more of a duty: never for less."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="strictness")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="+")
    timing = models.JSONField()
    starts_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)

    class Meta:
        db_table = "strictness"
        verbose_name_plural = "strictness"
        constraints = [models.UniqueConstraint(fields=["event", "area", "duty", "starts_at"], name="strictness_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "event", "area", "duty", "timing", "starts_at", "set_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.duty} {self.area_id}"
