"""What each post asks of its shifts, a roster for a period, its shifts and who stands in them (S6, S16, S17)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sibulou.fronts.defence.models.people import NAMED_END, Member, Trade
from sibulou.roster.models import Area, Subject


class PostHours(models.Model):
    """One shift of every day at a post: when it begins, how long it is, how many people, which trades among them.

    A post without any has three shifts of eight hours with its least crew.
    """

    post = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="post_hours")
    begins = models.TimeField()
    minutes = models.SmallIntegerField()
    crew = models.SmallIntegerField()
    trades = ArrayField(models.CharField(max_length=12, choices=Trade), default=list, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    said_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "post_hours"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="post_hours_named_end"),
            models.CheckConstraint(condition=Q(minutes__gte=60, minutes__lte=720), name="post_hours_length"),
            models.CheckConstraint(condition=Q(crew__gte=1, crew__lte=99), name="post_hours_crew"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "post", "begins", "minutes", "crew", "trades", "since", "until", "said_by", "ended_by",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.post_id} {self.begins:%H:%M}"


class Rota(models.Model):
    """A roster of an area for some days: a proposal until it is published, and dropped by name if it never is.

    `begins` and `ends` are the midnights around its days. `found` holds what the solver said of it: the arithmetic,
    what is short, how the load is shared; numbers only. Empty: not solved yet.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    days = models.SmallIntegerField()
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    seed = models.IntegerField()
    found = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=80, blank=True)
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "rota"
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by="")
                | (Q(published_at__isnull=False) & ~Q(published_by="")),
                name="rota_published_by_name",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_by="")
                | (Q(dropped_at__isnull=False, published_at__isnull=True) & ~Q(dropped_by="")),
                name="rota_dropped_by_name",
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=31), name="rota_days"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area", "first_day", "days", "begins", "ends", "seed", "found", "made_at", "made_by",
            "published_at", "published_by", "dropped_at", "dropped_by",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.first_day} +{self.days}"

    @property
    def last_day(self) -> date:
        """The last day it covers."""
        return self.first_day + timedelta(days=self.days - 1)


class Shift(models.Model):
    """One shift of a roster at a post. Published, it is a subject of its own, to which sign-on and hand-over are owed;
    the subject's end by a name is the shift's withdrawal, or its closing when all is settled.
    """

    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="shifts")
    post = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    crew = models.SmallIntegerField()
    trades = ArrayField(models.CharField(max_length=12, choices=Trade), default=list, blank=True)
    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, null=True, related_name="shift")

    class Meta:
        db_table = "shift"
        indexes = [models.Index("post", "begins", name="shift_of_post")]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=models.F("begins")), name="shift_span"),
            models.UniqueConstraint(fields=["rota", "post", "begins"], name="shift_once"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "rota", "post", "begins", "ends", "crew", "trades", "subject"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.post_id} {self.begins:%F %R}"


class Standing(models.Model):
    """Somebody in a shift. In a proposal he is put and taken freely; in a published shift he leaves it by a name."""

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="crew_list")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="standings")
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=80)
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=80, blank=True)
    left_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "standing"
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, left_by="") | (Q(left_at__isnull=False) & ~Q(left_by="")),
                name="standing_left_by_name",
            ),
            models.UniqueConstraint(
                fields=["shift", "member"], condition=Q(left_at__isnull=True), name="standing_once"
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "shift", "member", "put_at", "put_by", "left_at", "left_by", "left_reason",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.shift_id}: {self.member_id}"


class Swap(models.Model):
    """A swap that is asked for: `standing` goes to `to`, who gives `other` in return, or nothing. Answered by `to`."""

    standing = models.ForeignKey(Standing, on_delete=models.PROTECT, related_name="swaps")
    to = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="swaps_asked")
    other = models.ForeignKey(Standing, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        db_table = "swap"
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="", accepted__isnull=True)
                | (Q(answered_at__isnull=False, accepted__isnull=False) & ~Q(answered_by="")),
                name="swap_answered_by_name",
            ),
            models.UniqueConstraint(fields=["standing"], condition=Q(answered_at__isnull=True), name="swap_one_open"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "standing", "to", "other", "asked_at", "asked_by", "answered_at", "answered_by", "accepted",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"reason"}

    def __str__(self) -> str:
        return f"{self.standing_id} -> {self.to_id}"


class CalendarLink(models.Model):
    """A link by which a calendar program reads somebody's own shifts; signed, and taken back by a name."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="calendar_links")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "calendar_link"
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="calendar_link_withdrawn_by_name",
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(withdrawn_at__isnull=True), name="calendar_link_once"
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "member", "made_at", "made_by", "withdrawn_at", "withdrawn_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"calendar of {self.member_id}"
