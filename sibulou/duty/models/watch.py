"""Watch: a person under a class of observation for a span (S39-S44); and the duty officer's note."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sibulou.duty.models.force import Event
from sibulou.roster.models import Area, Subject


class Watch(models.Model):
    """A person under watch from `starts_at`; meant to last until `planned_until`, lifted only by name.

    `opened_by` and `lifted_by` are the records that put and lifted it; none where a person did so directly.
    `entered_at` is when the server learned of it, `until_entered_at` of its end as it stands; null: as it happened.
    What the end was before stays in `WatchRevision`.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="watches")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="watches")
    area_id = models.BigIntegerField()
    klass = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    planned_until = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    set_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    lifted_by = models.UUIDField(null=True)
    entered_at = models.DateTimeField(null=True)
    until_entered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "watch"
        verbose_name_plural = "watches"
        indexes = [models.Index("area_id", "starts_at", name="watch_area")]
        constraints = [
            models.UniqueConstraint(fields=["event", "subject", "klass", "starts_at"], name="watch_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__gte=F("starts_at")) & ~Q(ended_by="")),
                name="watch_named_end",
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "event", "subject", "area_id", "klass", "starts_at", "planned_until", "opened_by", "set_by",
            "ended_at", "ended_by", "lifted_by", "entered_at", "until_entered_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"end_reason"}

    def __str__(self) -> str:
        return f"{self.klass} {self.subject_id}"


class WatchRevision(models.Model):
    """The end that a watch had before another was learned of: the chain as it was known. Written by the database."""

    watch = models.ForeignKey(Watch, on_delete=models.PROTECT, related_name="revisions")
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "watch_revision"

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "watch", "changed_at", "ended_at"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.watch_id} {self.changed_at:%F %R}"


class DutyNote(models.Model):
    """A duty officer's hand-over note, signed for by the next one (S6, S20)."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="notes")
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=80)
    text = models.TextField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "duty_note"
        ordering = ("-written_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by="") | (Q(taken_at__isnull=False) & ~Q(taken_by="")),
                name="duty_note_taken_by_name",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area", "written_at", "written_by", "taken_at", "taken_by"}
        erase: ClassVar[set[str]] = {"text"}

    def __str__(self) -> str:
        return f"{self.area_id} {self.written_at:%F %R}"
