"""Units, their teams, and the people who can be put on duty (S13, S16, S19)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sibulou.roster.models import Area, User

NAMED_END = Q(until__isnull=True, ended_by="") | (Q(until__gte=F("since")) & ~Q(ended_by=""))
"""Nothing leaves by silence: an end has a name."""


class Trade(models.TextChoices):
    """What somebody can do at a post that another cannot."""

    POLICE = "police", "公安"
    HEALTH = "health", "卫健"
    EMERGENCY = "emergency", "应急"
    CADRE = "cadre", "干部"
    VOLUNTEER = "volunteer", "志愿者"


class Unit(models.Model):
    """A unit (单位): a bureau, a school, a village that sends people. One without a team is a gap of S13."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "unit"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="unit_named_end"),
            models.UniqueConstraint(fields=["area", "name"], condition=Q(until__isnull=True), name="unit_once"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area", "name", "since", "until", "ended_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team of a unit: the vanguard (先遣队), or Party volunteers (志愿服务队)."""

    class Kind(models.TextChoices):
        VANGUARD = "vanguard", "先遣队"
        VOLUNTEER = "volunteer", "志愿服务队"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="teams")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "team"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="team_named_end"),
            models.UniqueConstraint(fields=["unit", "name"], condition=Q(until__isnull=True), name="team_once"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "unit", "kind", "name", "since", "until", "ended_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody who can be put on duty. `area` is where he is listed (his unit's), `home` where he lives; the name is
    sealed. `preferred` are posts he would like; an account lets him see and sign for his own shifts.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="members")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="members")
    name_sealed = models.BinaryField()
    trade = models.CharField(max_length=12, choices=Trade)
    oath_on = models.DateField(null=True)
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    home = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    no_nights = models.BooleanField(default=False)
    preferred = ArrayField(models.BigIntegerField(), default=list, blank=True)
    account = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "member"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="member_named_end"),
            models.UniqueConstraint(fields=["account"], condition=Q(until__isnull=True), name="member_one_account"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area", "unit", "team", "trade", "oath_on", "no_nights", "preferred", "since", "until", "ended_by",
            "end_reason",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"name_sealed", "skills", "home", "account"}

    def __str__(self) -> str:
        return f"member {self.pk}"


class KeptApart(models.Model):
    """Two who must not share a shift, until somebody says otherwise."""

    one = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="kept_from")
    other = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="kept_from_by")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    said_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "kept_apart"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="kept_apart_named_end"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="kept_apart_once_each_way"),
            models.UniqueConstraint(fields=["one", "other"], condition=Q(until__isnull=True), name="kept_apart_once"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "one", "other", "since", "until", "said_by", "ended_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.one_id} / {self.other_id}"


class Absence(models.Model):
    """A span in which somebody cannot be put on duty: leave, illness, other work. Called off: an empty span."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="absences")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    said_by = models.CharField(max_length=80)

    class Meta:
        db_table = "absence"
        constraints = [models.CheckConstraint(condition=Q(until__gte=F("since")), name="absence_span")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "member", "since", "until", "said_by"}
        erase: ClassVar[set[str]] = {"reason"}

    def __str__(self) -> str:
        return f"{self.member_id} {self.since:%F}"
