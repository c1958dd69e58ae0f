"""The life of a post step by step, the temporary Party branches that lead posts, and posts kept for a neighbour too."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sibulou.fronts.defence.models.people import NAMED_END
from sibulou.roster.models import Area, Subject


class Step(models.TextChoices):
    """A step that somebody decides; that a post is manned is never decided but counted from its crew."""

    OPENED = "opened", "启用"
    SUSPENDED = "suspended", "暂停"
    RESUMED = "resumed", "恢复"
    WITHDRAWN = "withdrawn", "撤销"


class PostStep(models.Model):
    """A step in the life of a post (S5, S51), with the number of the decision behind it; never changed afterwards."""

    post = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=12, choices=Step)
    at = models.DateTimeField()
    number = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    entered_by = models.CharField(max_length=80)
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "post_step"
        constraints = [models.UniqueConstraint(fields=["post", "at", "step"], name="post_step_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "post", "step", "at", "number", "reason", "entered_by", "entered_at"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.post} {self.get_step_display()}"


class Branch(models.Model):
    """A temporary Party branch (临时党支部, S4): founded by a decision, led by whoever sits in its secretary's seat."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="branch")
    number = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "branch"
        verbose_name_plural = "branches"

    class Privacy:
        keep: ClassVar[set[str]] = {"subject", "number"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.subject.label


class Leading(models.Model):
    """A branch leads a post from `since` on. One at a time: a post has one branch, a branch several posts."""

    post = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="led")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="leads")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    put_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "post_leading"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="leading_named_end"),
            models.UniqueConstraint(fields=["post"], condition=Q(until__isnull=True), name="leading_one"),
        ]
        indexes = [models.Index("post", "since", name="leading_of_post")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "post", "branch", "since", "until", "put_by", "ended_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.branch} → {self.post}"


class Joint(models.Model):
    """A post kept for a neighbouring village too (联合设点): its mouth needs no post of its own."""

    post = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="joint")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    agreed_by = models.CharField(max_length=80)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "joint_post"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="joint_named_end"),
            models.UniqueConstraint(fields=["post", "village"], condition=Q(until__isnull=True), name="joint_once"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "post", "village", "since", "until", "agreed_by", "ended_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.post} + {self.village}"
