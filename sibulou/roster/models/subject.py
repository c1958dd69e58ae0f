"""Everything that may not be missed: one key for households, persons, posts, shifts, places, institutions and areas."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sibulou.roster.models.area import Area


class SubjectKind(models.TextChoices):
    """What a duty can be owed to."""

    AREA = "area", "区域"
    HOUSEHOLD = "household", "户"
    PERSON = "person", "人"
    POST = "post", "卡点"
    PLACE = "place", "场所"
    INSTITUTION = "institution", "机构"
    SHIFT = "shift", "班次"
    BRANCH = "branch", "临时党支部"


class Subject(models.Model):
    """One thing on the roster, from `since` until `until` (null: still there); ended by a name, never deleted.

    `entered_at` is when the server learned of it (null: as it began); what it owed before that was not known before.
    """

    kind = models.CharField(max_length=12, choices=SubjectKind)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, db_index=False, related_name="+")
    label = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "subject"
        indexes = [models.Index("area", "kind", name="subject_area")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="") | (Q(until__gte=F("since")) & ~Q(ended_by="")),
                name="subject_named_end",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "kind", "area", "since", "until", "entered_at", "ended_by", "end_reason"}
        erase: ClassVar[set[str]] = {"label"}

    def __str__(self) -> str:
        return self.label


class Household(models.Model):
    """A household (户): a door in a group, whoever lives behind it (S33, S37)."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="household")
    number = models.IntegerField()
    address = models.CharField(max_length=120, blank=True)
    phone_sealed = models.BinaryField(null=True)
    phone_blind = models.BinaryField(null=True)
    language = models.CharField(max_length=12, blank=True)
    without_phone = models.BooleanField(default=False)

    class Meta:
        db_table = "household"

    class Privacy:
        keep: ClassVar[set[str]] = {"subject", "number", "language", "without_phone"}
        erase: ClassVar[set[str]] = {"address", "phone_sealed", "phone_blind"}

    def __str__(self) -> str:
        return self.subject.label


class Person(models.Model):
    """A person of a household. Identity and phone are sealed, found by blind index, shown masked."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="person")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    relation = models.CharField(max_length=2, default="99")
    sex = models.CharField(max_length=1, default="0")
    birth_date = models.DateField(null=True)
    ethnic = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=10, default="present")
    state_since = models.DateTimeField(null=True)
    state_place = models.CharField(max_length=80, blank=True, default="", db_default="")
    identity_kind = models.CharField(max_length=12, default="none")
    identity_sealed = models.BinaryField(null=True)
    identity_blind = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_blind = models.BinaryField(null=True)

    class Meta:
        db_table = "person"
        indexes = [
            models.Index("identity_blind", name="person_identity"),
            models.Index("phone_blind", name="person_phone"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "subject", "household", "relation", "sex", "state", "state_since", "identity_kind",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {
            "birth_date", "ethnic", "state_place", "identity_sealed", "identity_blind", "phone_sealed", "phone_blind",
        }  # fmt: skip

    def __str__(self) -> str:
        return self.subject.label


class Post(models.Model):
    """A monitoring post (卡点): where passages are asked, measured and written down (S5)."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="post")
    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=120, blank=True)
    minimum_crew = models.SmallIntegerField(default=2)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "post"

    class Privacy:
        keep: ClassVar[set[str]] = {"subject", "kind", "address", "minimum_crew", "opened_at"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.subject.label


class Place(models.Model):
    """A public place: market, square, office, school (S25-S27)."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="place")
    kind = models.CharField(max_length=12)
    address = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "place"

    class Privacy:
        keep: ClassVar[set[str]] = {"subject", "kind", "address"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.subject.label


class Institution(models.Model):
    """A hospital, clinic, pharmacy, school or firm that must report (S46-S48)."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="institution")
    kind = models.CharField(max_length=20)
    credit_code = models.CharField(max_length=18, blank=True)
    address = models.CharField(max_length=120, blank=True)

    class Meta:
        db_table = "institution"

    class Privacy:
        keep: ClassVar[set[str]] = {"subject", "kind", "credit_code", "address"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.subject.label
