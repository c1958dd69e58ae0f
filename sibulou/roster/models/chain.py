"""The chain of responsibility: seats, who holds them, and who is away (S22, S23, S43)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from sibulou.roster.models.area import Area
from sibulou.roster.models.subject import Subject
from sibulou.roster.role import ROLES, Role


class Accounts(BaseUserManager["User"]):
    """Makes accounts; the only place where a password is set from text."""

    def create(self, *, username: str, name: str, password: str | None = None) -> User:  # type: ignore[override]
        user = User(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Someone who signs in. What he may do comes from his appointments alone."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    phone_sealed = models.BinaryField(null=True)
    person = models.ForeignKey(Subject, on_delete=models.SET_NULL, null=True, related_name="+")
    language = models.CharField(max_length=7, default="zh-hans")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects: ClassVar[Accounts] = Accounts()

    class Meta:
        db_table = "account"

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "username", "language", "is_active", "created_at", "last_login"}
        erase: ClassVar[set[str]] = {"name", "phone_sealed", "person", "password"}

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A role at an area, or for one subject. Obligations belong to seats; people come and go.

    Closed, by a name: its subject lives in another village now. Nothing new comes onto it; what came due by then stays.
    """

    role = models.CharField(max_length=24, choices=[(role.key, role.zh) for role in ROLES.values()])
    area = models.ForeignKey(Area, on_delete=models.PROTECT, db_index=False, related_name="seats")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="seats")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        db_table = "seat"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "role", "subject"], nulls_distinct=False, name="seat_once",
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by="")
                | (Q(closed_at__isnull=False, subject__isnull=False) & ~Q(closed_by="")),
                name="seat_closed_by_name",
            ),
        ]  # fmt: skip

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "role", "area", "subject", "closed_at", "closed_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.as_role.zh} {self.area_id}"

    @property
    def as_role(self) -> Role:
        return ROLES[self.role]


def _during(start: str, end: str) -> Func:
    return Func(F(start), F(end), Value("[)"), function="tstzrange")


class Appointment(models.Model):
    """A user in a seat for a term. One holder at a time; deputies may be several. Called off: an empty term.

    `entered_at` is when the server learned of it, `until_entered_at` of its end as it stands; null: as it happened.
    What the end was before stays in `TermRevision`.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="appointments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    deputy = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)
    entered_at = models.DateTimeField(null=True)
    until_entered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "appointment"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="appointment_span"
            ),
            ExclusionConstraint(
                name="appointment_one_holder",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (_during("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(deputy=False),
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "seat", "user", "deputy", "starts_at", "ends_at", "made_by", "ended_by", "entered_at",
            "until_entered_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.seat}: {self.user}"


class Leave(models.Model):
    """A user away from all seats, or from one; with a stand-in, or with nobody. Entered as `Appointment` says."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="leaves")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, null=True, related_name="+")
    stand_in = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    entered_at = models.DateTimeField(null=True)
    until_entered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "leave"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="leave_span"
            ),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")), name="leave_other_stand_in"
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "user", "seat", "stand_in", "starts_at", "ends_at", "entered_at", "until_entered_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"reason"}

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%F}"


class TermRevision(models.Model):
    """The end that an appointment or a leave had before another was entered: the chain as it was known.

    Written by the database with every change of an end; see `roster/sql/access.sql`.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, null=True, related_name="revisions")
    leave = models.ForeignKey(Leave, on_delete=models.PROTECT, null=True, related_name="revisions")
    changed_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "term_revision"
        constraints = [
            models.CheckConstraint(
                condition=Q(appointment__isnull=True, leave__isnull=False)
                | Q(appointment__isnull=False, leave__isnull=True),
                name="term_revision_of_one",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "appointment", "leave", "changed_at", "ends_at"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.appointment or self.leave} {self.changed_at:%F %R}"


class Closure(models.Model):
    """A span in which an account was closed: it answered for nothing, and nobody signed in with it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="closures")
    closed_at = models.DateTimeField()
    closed_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "closure"
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, opened_by="")
                | (Q(opened_at__gte=F("closed_at")) & ~Q(opened_by="")),
                name="closure_opened_by_name",
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(opened_at__isnull=True), name="closure_one"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "user", "closed_at", "closed_by", "opened_at", "opened_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.user} {self.closed_at:%F %R}"
