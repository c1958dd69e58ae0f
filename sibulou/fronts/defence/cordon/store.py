"""Roads in the database: imported as a deed, read back as the ground of a proof at any moment."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from django.db import connection
from django.db.models import Q

from sibulou.fronts.defence.cordon.datum import Datum
from sibulou.fronts.defence.cordon.geometry import Polygons
from sibulou.fronts.defence.cordon.ground import Ground, Spot, join, lay
from sibulou.fronts.defence.cordon.problems import NoCountyOfRoads, RoadsElsewhere, RoadsUnreadable
from sibulou.fronts.defence.cordon.reading import read_boundary, read_roads
from sibulou.fronts.defence.cordon.roads import LAYERS, Network, Way, clip
from sibulou.fronts.defence.models import LocalRoad, RoadNetwork, Seal
from sibulou.lib.os_words import reason
from sibulou.lib.sql import bound_cursor, read_queries
from sibulou.roster.area_key import Level, key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import Area

QUERY = read_queries(Path(__file__).with_name("roads.sql"))


class Import(NamedTuple):
    """The files of an import, and what their degrees mean."""

    roads: Path
    boundary: Path
    datum: Datum
    boundary_datum: Datum


def import_roads(*, area: Area, files: Import, by: By, now: datetime) -> RoadNetwork:
    """Read the files and keep the roads within the boundary as the county's network from `now` on; all or nothing.

    Raises NoCountyOfRoads, RoadsElsewhere, what `read_roads` and `read_boundary` raise, and OutOfReach.
    """
    if area.at is not Level.COUNTY:
        raise NoCountyOfRoads(area=area.name)
    boundary = read_boundary(files.boundary, files.boundary_datum)
    ways = read_roads(files.roads, files.datum)
    network = clip(ways, boundary)
    if not len(network):
        raise RoadsElsewhere(file=files.roads.name, roads=_near(ways[0].points), boundary=_near(boundary[0][0]))
    return keep_roads(
        area=area, network=network, boundary=boundary, origin=files.roads.name, digest=_digest(files.roads),
        datum=files.datum, since=now, by=by, now=now,
    )  # fmt: skip


def keep_roads(
    *, area: Area, network: Network, boundary: Polygons, origin: str, digest: str, datum: Datum, since: datetime,
    by: By, now: datetime,
) -> RoadNetwork:  # fmt: skip
    """Keep a network as the county's from `since` on, in one transaction. Raises OutOfReach."""
    with deed():
        kept = RoadNetwork.objects.create(
            area_id=area.pk, since=since, imported_at=now, imported_by=by.name, origin=origin[:200], digest=digest,
            datum=datum, boundary=[[ring.round(7).tolist() for ring in rings] for rings in boundary],
            nodes=len(network.nodes), roads=len(network),
        )  # fmt: skip
        nodes = {
            "network": kept.pk, "number": list(range(len(network.nodes))), "longitude": network.nodes[:, 0].tolist(),
            "latitude": network.nodes[:, 1].tolist(), "mouth": network.mouth.tolist(),
        }  # fmt: skip
        roads = {
            "network": kept.pk, "number": list(range(len(network))), "one_end": network.ends[:, 0].tolist(),
            "other_end": network.ends[:, 1].tolist(), "layer": [LAYERS[at] for at in network.layer.tolist()],
            "kind": list(network.kinds), "name": list(network.names), "metres": network.metres.tolist(),
            "sealed": network.sealed.tolist(), "line": [_text(line) for line in network.lines],
        }  # fmt: skip
        with bound_cursor() as cursor:
            cursor.execute(QUERY["add_nodes"], nodes)
            cursor.execute(QUERY["add_roads"], roads)
        audit("roads.import", by=by, now=now, area=area.pk, network=kept.pk, origin=kept.origin, nodes=kept.nodes,
              roads=kept.roads, datum=str(datum), digest=digest)  # fmt: skip
    return kept


def network_at(area: int, at: datetime) -> RoadNetwork | None:
    """The network in force in a county at a moment; before the first one, the first: the roads were there."""
    of_county = RoadNetwork.objects.filter(area_id=area)
    return (
        of_county.filter(since__lte=at).order_by("-since", "-pk").first() or of_county.order_by("since", "pk").first()
    )


def counties_with_roads() -> list[int]:
    """The counties that have a network."""
    return sorted(set(RoadNetwork.objects.values_list("area_id", flat=True)))


def ground_at(kept: RoadNetwork, at: datetime) -> Ground:
    """The roads with what stands on them at a moment. Kept for as long as nothing of it changes."""
    low, high = key_range(kept.area_id)
    with bound_cursor() as cursor:
        cursor.execute(QUERY["places"], {"low": low, "high": high, "at": at})
        rows = cursor.fetchall()
    posts = tuple(Spot(*row[1:]) for row in rows if row[0] == "post")
    villages = tuple(Spot(*row[1:]) for row in rows if row[0] == "area")
    sealed = Seal.objects.filter(_holds(at), area_id__gte=low, area_id__lt=high, granted_at__lte=at).order_by("pk")
    seals = tuple(Spot(one.pk, one.longitude, one.latitude) for one in sealed)
    return _ground(_database(), kept.pk, _drawn(kept, at), posts, seals, villages)


def roads_of(kept: RoadNetwork, at: datetime) -> Network:
    """The roads at a moment, those drawn by hand among them."""
    roads, boundary = _network(_database(), kept.pk)
    drawn = _drawn(kept, at)
    return join(roads, clip(_ways(drawn), boundary)) if drawn else roads


_Drawn = tuple[tuple[str, str, tuple[float, ...]], ...]


def _drawn(kept: RoadNetwork, at: datetime) -> _Drawn:
    low, high = key_range(kept.area_id)
    drawn = LocalRoad.objects.filter(_holds(at), area_id__gte=low, area_id__lt=high, since__lte=at).order_by("pk")
    return tuple((one.layer, one.name, tuple(one.line)) for one in drawn)


def _database() -> str:
    """The database that is asked: what is kept in memory is one county's, and a drill has its own."""
    return str(connection.settings_dict["NAME"])


def _holds(at: datetime) -> Q:
    return Q(until__isnull=True) | Q(until__gt=at)


def _ways(drawn: _Drawn) -> list[Way]:
    return [Way(np.array(line).reshape(-1, 2), "local", layer, name) for layer, name, line in drawn]


@lru_cache(maxsize=16)
def _ground(  # noqa: PLR0917  (what it is kept by)
    database: str,
    number: int,
    drawn: _Drawn,
    posts: tuple[Spot, ...],
    seals: tuple[Spot, ...],
    villages: tuple[Spot, ...],
) -> Ground:
    roads, boundary = _network(database, number)
    return lay(roads, boundary, drawn=_ways(drawn), posts=posts, seals=seals, villages=villages)


@lru_cache(maxsize=4)
def _network(database: str, number: int) -> tuple[Network, Polygons]:
    """A network as it was imported: it never changes, so it is read once."""
    boundary = boundary_of(RoadNetwork.objects.get(pk=number))
    with bound_cursor() as cursor:
        cursor.execute(QUERY["nodes"], {"network": number})
        nodes = cursor.fetchall()
        cursor.execute(QUERY["roads"], {"network": number})
        roads = cursor.fetchall()
    one, other, layer, kinds, names, metres, sealed, lines = zip(*roads, strict=True)
    at = np.array([(row[0], row[1]) for row in nodes])
    return Network(
        at, np.array([row[2] for row in nodes]), np.column_stack((one, other)).astype(np.int64), np.array(metres),
        np.array([LAYERS.index(word) for word in layer], dtype=np.int8), np.array(sealed), kinds, names,
        [np.array(line).reshape(-1, 2) for line in lines],
    ), boundary  # fmt: skip


def boundary_of(kept: RoadNetwork) -> Polygons:
    """The county's boundary as it came with the roads."""
    return [[np.array(ring) for ring in rings] for rings in kept.boundary]


def _text(line: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """A line as PostgreSQL writes an array."""
    return "{" + ",".join(f"{value:.7f}" for value in line.ravel().tolist()) + "}"


def _near(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    longitude, latitude = points.mean(axis=0)
    return f"{longitude:.2f}, {latitude:.2f}"


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as refusal:
        raise RoadsUnreadable(file=file.name, **reason(refusal)) from None
