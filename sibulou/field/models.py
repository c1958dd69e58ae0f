"""What the field carries: devices and how they came in, what was handed in once, photos and voice notes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sibulou.roster.models import Subject, User


class Invitation(models.Model):
    """A code of one use by which one user's device comes in. Only the digest of the code is kept."""

    code_digest = models.BinaryField(unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    made_by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "field_invitation"

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "code_digest", "user", "made_at", "made_by", "made_by_user", "expires_at", "used_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%F %R}"


class Device(models.Model):
    """A phone or tablet that one user carries. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=40)
    token_digest = models.BinaryField(unique=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.CharField(max_length=80)
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, null=True, related_name="device")
    expires_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdraw_reason = models.CharField(max_length=200, blank=True)
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "field_device"
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="field_device_withdrawn_by_name",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "user", "token_digest", "enrolled_at", "enrolled_by", "invitation", "expires_at", "seen_at",
            "withdrawn_at", "withdrawn_by", "wiped_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"name", "withdraw_reason"}

    def __str__(self) -> str:
        return self.name

    def over(self, now: datetime) -> bool:
        """Whether its token has run out."""
        return self.expires_at <= now


class Link(models.Model):
    """A link handed over to the person concerned, about himself or his household. Only its secret's digest is kept.

    `told_on` and `told` count what was told through it on one day.
    """

    id = models.UUIDField(primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="links")
    secret_digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    made_by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True)
    told_on = models.DateField(null=True)
    told = models.IntegerField(default=0)

    class Meta:
        db_table = "field_link"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="field_link_ended_by_name",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="field_link_lasts"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "subject", "secret_digest", "made_at", "made_by", "made_by_user", "expires_at", "ended_at",
            "ended_by", "last_used_at", "told_on", "told",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"end_reason"}

    def __str__(self) -> str:
        return f"{self.subject_id} {self.made_at:%F %R}"

    def holds(self, now: datetime) -> bool:
        """Whether it may be used at `now`."""
        return self.ended_at is None and self.expires_at > now


class BookStart(models.Model):
    """A start of the database server, by which devices know the book: its own name, made of the book and the moment;
    and the next transaction then. A copy of the data folder starts for itself and knows no later start of the other.
    """

    start = models.CharField(max_length=12, primary_key=True)
    book = models.CharField(max_length=12)
    number = models.BigIntegerField()

    class Meta:
        db_table = "field_book_start"

    class Privacy:
        keep: ClassVar[set[str]] = {"start", "book", "number"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.start


class HandedIn(models.Model):
    """An excuse or a family that a device handed in: once per id, whatever it became."""

    class Kind(models.TextChoices):
        EXCUSE = "excuse", "办不了"
        FAMILY = "family", "一户"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind)
    digest = models.BinaryField()
    received_at = models.DateTimeField()
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    subjects = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        db_table = "field_handed_in"

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "kind", "digest", "received_at", "told_by", "subjects"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Attachment(models.Model):
    """A photo or a voice note, named by the digest of its bytes and kept sealed."""

    digest = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=20)
    size = models.IntegerField()
    sealed = models.BinaryField()
    received_at = models.DateTimeField()
    told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "field_attachment"

    class Privacy:
        keep: ClassVar[set[str]] = {"digest", "media_type", "size", "received_at", "told_by"}
        erase: ClassVar[set[str]] = {"sealed"}

    def __str__(self) -> str:
        return self.digest[:12]
