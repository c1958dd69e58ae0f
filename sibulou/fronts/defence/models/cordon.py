"""The roads of a county, what was added to them by hand, where they are sealed, and where posts and villages stand.

All positions are degrees of WGS-84; what a phone's map of the mainland shows (GCJ-02) is converted when it comes in.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from sibulou.fronts.defence.models.people import NAMED_END
from sibulou.roster.models import Subject


class Layer(models.TextChoices):
    """Who can use a way: what a car may, what only feet may, what a boat or a ford may."""

    ROAD = "road", "公路"
    PATH = "path", "小路"
    RIVER = "river", "水路"


class RoadNetwork(models.Model):
    """One import of a county's roads, in force from `since` until the next one's; never changed afterwards.

    `boundary` is a list of polygons, each a list of rings of [longitude, latitude], as GeoJSON has them.
    """

    area_id = models.BigIntegerField()
    since = models.DateTimeField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=80)
    origin = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    datum = models.CharField(max_length=8)
    boundary = models.JSONField()
    nodes = models.IntegerField()
    roads = models.IntegerField()

    class Meta:
        db_table = "road_network"
        indexes = [models.Index("area_id", "since", name="road_network_since")]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area_id", "since", "imported_at", "imported_by", "origin", "digest", "datum", "boundary", "nodes",
            "roads",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.origin


class RoadNode(models.Model):
    """A crossing, an end or a mouth: `mouth` where a road crosses the county's boundary."""

    network = models.ForeignKey(RoadNetwork, on_delete=models.CASCADE, db_index=False, related_name="+")
    number = models.IntegerField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    mouth = models.BooleanField()

    class Meta:
        db_table = "road_node"
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="road_node_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "network", "number", "longitude", "latitude", "mouth"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.network_id}/{self.number}"


class Road(models.Model):
    """A way between two nodes, with its length along the line in metres; `line` holds the bends between them.

    `line` alternates longitude and latitude. `sealed`: the file itself says that nobody passes.
    """

    network = models.ForeignKey(RoadNetwork, on_delete=models.CASCADE, db_index=False, related_name="+")
    number = models.IntegerField()
    one_end = models.IntegerField()
    other_end = models.IntegerField()
    layer = models.CharField(max_length=8, choices=Layer)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80, blank=True)
    metres = models.FloatField()
    sealed = models.BooleanField(default=False)
    line = ArrayField(models.FloatField(), default=list)

    class Meta:
        db_table = "road"
        constraints = [models.UniqueConstraint(fields=["network", "number"], name="road_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "network", "number", "one_end", "other_end", "layer", "kind", "name", "metres", "sealed", "line",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name or self.kind


class LocalRoad(models.Model):
    """A way that the map lacks and somebody of the place knows; it outlives every import. `line` has both ends."""

    area_id = models.BigIntegerField()
    layer = models.CharField(max_length=8, choices=Layer)
    name = models.CharField(max_length=80)
    line = ArrayField(models.FloatField())
    since = models.DateTimeField()
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "local_road"
        constraints = [
            models.CheckConstraint(condition=NAMED_END, name="local_road_named_end"),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area_id", "layer", "name", "line", "since", "added_at", "added_by", "until", "ended_by",
            "end_reason",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """A road sealed at a point: asked by one, granted by another; holds from the granting until it is ended by name."""

    area_id = models.BigIntegerField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    name = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    asked_by_id = models.BigIntegerField(null=True)
    granted_at = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "road_seal"
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_at__isnull=True, granted_by="") | (Q(granted_at__isnull=False) & ~Q(granted_by="")),
                name="road_seal_granted_by_name",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by="") | (Q(until__isnull=False) & ~Q(ended_by="")),
                name="road_seal_named_end",
            ),
        ]

    class Privacy:
        keep: ClassVar[set[str]] = {
            "id", "area_id", "longitude", "latitude", "name", "reason", "asked_at", "asked_by", "asked_by_id",
            "granted_at", "granted_by", "until", "ended_by", "end_reason",
        }  # fmt: skip
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return self.name


class Whereabouts(models.Model):
    """Where a post or the centre of a village stands, from `since` on: the latest one that has begun holds."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, db_index=False, related_name="whereabouts")
    longitude = models.FloatField()
    latitude = models.FloatField()
    since = models.DateTimeField()
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)

    class Meta:
        db_table = "whereabouts"
        verbose_name_plural = "whereabouts"
        constraints = [models.UniqueConstraint(fields=["subject", "since"], name="whereabouts_once")]

    class Privacy:
        keep: ClassVar[set[str]] = {"id", "subject", "longitude", "latitude", "since", "placed_at", "placed_by"}
        erase: ClassVar[set[str]] = set()

    def __str__(self) -> str:
        return f"{self.longitude:.5f}, {self.latitude:.5f}"
