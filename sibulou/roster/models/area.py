"""The one tree of areas, from the province to the micro-grid (S1, domain section 5)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from sibulou.roster.area_key import LEVEL_NAMES, Level, key_range


class Area(models.Model):
    """One area. Its key never changes; what it is called and coded may."""

    id = models.BigIntegerField(primary_key=True)
    level = models.SmallIntegerField(choices=[(int(level), names[0]) for level, names in LEVEL_NAMES.items()])
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        db_table = "area"
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=Q(level__range=(1, 7)), name="area_level")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "level", "parent", "name", "short_name", "since", "until"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name

    @property
    def range(self) -> tuple[int, int]:
        """The half-open range of keys that lies under this area, itself included."""
        return key_range(self.id)

    @property
    def at(self) -> Level:
        return Level(self.level)


class AreaCode(models.Model):
    """An official code of an area while it was valid, and the decision that gave it.

    A township that is re-coded keeps its key and history.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=18)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    notice = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        db_table = "area_code"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="area_code_span",
            ),
            models.UniqueConstraint("code", condition=Q(valid_to__isnull=True), name="area_code_once"),
            models.UniqueConstraint("area", condition=Q(valid_to__isnull=True), name="area_one_code"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "area", "code", "valid_from", "valid_to", "notice"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.code
