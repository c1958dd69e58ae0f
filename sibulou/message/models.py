"""What was told to whom, by which channel, and what became of it. Nothing here names a person, save who set it up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from sibulou.duty.models import Duty
from sibulou.roster.models import User


class Message(models.Model):
    """One telling to one user: `many` obligations of a duty in `areas` areas, all in `area_id` (a village or above).

    `told_at` is the telling's moment; for a gap whose owner was warned before, its due moment. `due_at` is the earliest
    of them. `rings`: the plan lets this duty ring at night.
    """

    class Kind(models.TextChoices):
        WARN = "warn", "预警"
        GAP = "gap", "漏项"
        CLIMB = "climb", "上报"

    user = models.ForeignKey(User, on_delete=models.PROTECT, db_index=False, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, db_index=False, related_name="+")
    area_id = models.BigIntegerField()
    areas = models.IntegerField()
    many = models.IntegerField()
    due_at = models.DateTimeField()
    rings = models.BooleanField()
    told_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message"
        constraints = [models.UniqueConstraint(fields=["user", "told_at", "kind", "duty"], name="message_once")]
        indexes = [models.Index("user", name="message_unseen", condition=Q(seen_at__isnull=True))]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "user", "kind", "duty", "area_id", "areas", "many", "due_at", "rings", "told_at", "seen_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.kind} {self.many} {self.duty_id}"


class Progress(models.Model):
    """How far the making of messages has come: one row, which also keeps two runs apart."""

    upto = models.DateTimeField()

    class Meta:
        db_table = "message_progress"
        verbose_name_plural = "progress"

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "upto"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.upto:%F %R}"


class Host(models.Model):
    """A machine that the channels of a county may speak to; the server calls no other."""

    area_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        db_table = "message_host"
        constraints = [models.UniqueConstraint(fields=["area_id", "name"], name="message_host_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area_id", "name", "added_at", "added_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name


class Channel(models.Model):
    """One way out: whose messages (of `area_id` and below), by what, when. Off until somebody switches it on.

    `after` is the last message when it was switched on: what was told before is not sent. `failures` are those in a
    row; `failed_by` is the record by which the clockwork told of them.
    """

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信群机器人"
        DINGTALK = "dingtalk", "钉钉群机器人"
        SMS = "sms", "短信"
        MAIL = "mail", "电子邮件"

    area_id = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=40)
    settings_sealed = models.BinaryField()
    is_on = models.BooleanField(default=False)
    quiet_since = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    minutes = models.SmallIntegerField(default=30)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=80)
    after = models.BigIntegerField(default=0)
    failures = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    failed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "message_channel"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_since__isnull=True, quiet_until__isnull=True)
                | Q(quiet_since__isnull=False, quiet_until__isnull=False),
                name="message_channel_quiet",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="message_channel_minutes"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area_id", "kind", "title", "is_on", "quiet_since", "quiet_until", "minutes", "set_at", "set_by",
            "after", "failures", "next_try_at", "failed_by",
        }  # fmt: skip
        erase: ClassVar[set[str]] = {"settings_sealed"}

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class Recipient(models.Model):
    """How far somebody was told by a channel (no user: its group): the last message that went out to him, and when.

    `trying_at`, `trying_upto`: an attempt that was begun; its end clears them. `doubtful`: one began and never ended.
    """

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, db_index=False, related_name="recipients")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    upto = models.BigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failures = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    trying_at = models.DateTimeField(null=True)
    trying_upto = models.BigIntegerField(null=True)
    doubtful = models.BooleanField(default=False)

    class Meta:
        db_table = "message_recipient"
        constraints = [
            models.UniqueConstraint(fields=["channel", "user"], nulls_distinct=False, name="message_recipient_once")
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "channel", "user", "upto", "sent_at", "failures", "next_try_at", "trying_at", "trying_upto",
            "doubtful",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.channel_id}/{self.user_id} {self.upto}"


class Delivery(models.Model):
    """One attempt to send, and what became of it; never changed, pruned after months.

    `upto` is the last message of those it told of.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", "已发出"
        LAPSED = "lapsed", "已无需发送"
        REFUSED = "refused", "收件人被拒"
        FAILED = "failed", "发送失败"
        DOUBTFUL = "doubtful", "可能已发出"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, db_index=False, related_name="deliveries")
    area_id = models.BigIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, db_index=False, related_name="+")
    upto = models.BigIntegerField()
    many = models.IntegerField()
    trial = models.BooleanField(default=False)
    tried_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    words_zh = models.CharField(max_length=400, blank=True)
    words_en = models.CharField(max_length=400, blank=True)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "message_delivery"
        indexes = [models.Index("channel", "tried_at", name="message_delivery_last")]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "channel", "area_id", "user", "upto", "many", "trial", "tried_at", "outcome", "words_zh", "words_en",
            "next_try_at",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.channel_id} {self.outcome}"


class Preference(models.Model):
    """What one wants to be told by, and when not. Without a row: by text message, at any hour a channel allows."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True, related_name="preference")
    sms = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)
    mail_sealed = models.BinaryField(null=True)
    quiet_since = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        db_table = "message_preference"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_since__isnull=True, quiet_until__isnull=True)
                | Q(quiet_since__isnull=False, quiet_until__isnull=False),
                name="message_preference_quiet",
            )
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"user", "sms", "mail", "quiet_since", "quiet_until"}
        erase: ClassVar[set[str]] = {"mail_sealed"}

    def __str__(self) -> str:
        return f"{self.user_id}"
