"""Road files and boundaries: GeoJSON and OpenStreetMap's XML and PBF, turned into ways of WGS-84.

A file is read whole before anything is kept; whatever is wrong with it is one Problem.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sibulou.fronts.defence.cordon.datum import Datum, Points, to_wgs84
from sibulou.fronts.defence.cordon.geometry import Polygons, closed
from sibulou.fronts.defence.cordon.osm_pbf import read_pbf
from sibulou.fronts.defence.cordon.osm_xml import read_xml
from sibulou.fronts.defence.cordon.problems import (
    NoBoundary,
    NoDegrees,
    NoRoads,
    OtherDatum,
    RoadsBroken,
    RoadsOfNoKind,
    RoadsTooBig,
    RoadsUnreadable,
    SwappedDegrees,
)
from sibulou.fronts.defence.cordon.roads import LAYERS, ROAD, Way, layer_of
from sibulou.lib.os_words import reason

MOST_BYTES = {".geojson": 512 << 20, ".json": 512 << 20, ".osm": 4 << 30, ".pbf": 1 << 30}
MOST_WAYS = 3_000_000
_PLAIN = ("crs84", "epsg::4326", "epsg:4326", "wgs84", "gcj02", "gcj-02")


def read_roads(file: Path, datum: Datum) -> list[Way]:
    """The ways of a road file.

    Raises RoadsUnreadable, RoadsOfNoKind, RoadsTooBig, RoadsBroken, NoRoads, NoDegrees, SwappedDegrees, OtherDatum,
    NoPbfReader.
    """
    _refuse_big(file)
    ways = []
    for way in _READERS[file.suffix.lower()](file):
        ways.append(Way(_degrees(way.points, file, datum), way.kind, way.layer, way.name, way.sealed))
        if len(ways) > MOST_WAYS:
            raise RoadsTooBig(file=file.name, size=f"> {MOST_WAYS}", most=f"{MOST_WAYS} 条 · ways")
    if not ways:
        raise NoRoads(file=file.name)
    return ways


def read_boundary(file: Path, datum: Datum) -> Polygons:
    """The polygons of a county's boundary. Raises as `read_roads` does, and NoBoundary."""
    if file.suffix.lower() not in (".geojson", ".json"):
        raise NoBoundary(file=file.name)
    _refuse_big(file)
    found: Polygons = []
    for geometry, _ in _features(_json(file), file):
        kind, parts = geometry.get("type"), geometry.get("coordinates") or ()
        if kind not in ("Polygon", "MultiPolygon"):
            continue
        for polygon in [parts] if kind == "Polygon" else parts:
            found.append([_degrees(_ring(ring, file), file, datum) for ring in polygon])
    if not found:
        raise NoBoundary(file=file.name)
    return found


def _refuse_big(file: Path) -> None:
    most = MOST_BYTES.get(file.suffix.lower())
    if most is None:
        raise RoadsOfNoKind(file=file.name)
    try:
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as refusal:
        raise RoadsUnreadable(file=file.name, **reason(refusal)) from None
    if not size:
        raise NoRoads(file=file.name)
    if size > most:
        raise RoadsTooBig(file=file.name, size=f"{size >> 20} MB", most=f"{most >> 20} MB")


def _ring(ring: Any, file: Path) -> Points:
    try:
        points = closed(ring)
    except (TypeError, ValueError, IndexError):
        raise _broken(file, "县界的坐标不成点", "the boundary's coordinates are no points") from None
    if len(points) < 4:
        raise _broken(file, "县界的一个环不足三点", "a ring of the boundary has fewer than three points")
    return points


def _degrees(points: Points, file: Path, datum: Datum) -> Points:
    """The points in WGS-84, once it is sure that they are degrees, longitude first."""
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise _broken(file, "坐标不成对", "its coordinates are no pairs of numbers")
    longitude, latitude = np.abs(points[:, 0]), np.abs(points[:, 1])
    if (latitude > 90).any() or (longitude > 180).any():
        wrong = int(np.flatnonzero((latitude > 90) | (longitude > 180))[0])
        found = f"{points[wrong, 0]:g}, {points[wrong, 1]:g}"
        raise (SwappedDegrees if longitude.max() <= 90 and latitude.max() <= 180 else NoDegrees)(
            file=file.name, found=found
        )
    return to_wgs84(points, datum)


def _geojson_ways(file: Path) -> Iterator[Way]:
    for geometry, facts in _features(_json(file), file):
        kind, parts = geometry.get("type"), geometry.get("coordinates") or ()
        if kind not in ("LineString", "MultiLineString"):
            continue
        word = str(facts.get("highway") or facts.get("kind") or facts.get("class") or facts.get("fclass") or "road")
        layer = str(facts.get("layer", "")) if facts.get("layer") in LAYERS else (layer_of(word) or ROAD)
        name, sealed = str(facts.get("name") or "")[:80], facts.get("sealed") in (True, "yes", "true", 1)
        for line in [parts] if kind == "LineString" else parts:
            try:
                points = np.array([one[:2] for one in line], dtype=np.float64)
            except (TypeError, ValueError, IndexError):
                raise _broken(file, "线的坐标不成点", "a line's coordinates are no points") from None
            if len(points) > 1:
                yield Way(points, word[:20], layer, name, sealed)


def _features(whole: Any, file: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Geometries with their properties."""
    if not isinstance(whole, dict) or "type" not in whole:
        raise _broken(file, "不是 GeoJSON", "it is no GeoJSON")
    crs = whole.get("crs")
    named = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    if named and not any(plain in named.lower() for plain in _PLAIN):
        raise OtherDatum(file=file.name, found=named[:60])
    features = whole.get("features") if whole["type"] == "FeatureCollection" else [whole]
    if not isinstance(features, list):
        raise _broken(file, "features 不是列表", "its features are no list")
    for feature in features:
        if not isinstance(feature, dict):
            raise _broken(file, "features 里有一项不是对象", "one of its features is no object")
        geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
        facts = feature.get("properties")
        for one in geometry.get("geometries", [geometry]) if isinstance(geometry, dict) else ():
            if isinstance(one, dict):
                yield one, facts if isinstance(facts, dict) else {}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError, MemoryError) as wrong:
        place = f"{wrong.lineno}:{wrong.colno}" if isinstance(wrong, json.JSONDecodeError) else ""
        raise _broken(
            file, f"JSON 读到 {place or '一半'} 就断了", f"its JSON ends at {place or 'some place'}"
        ) from None


def _broken(file: Path, zh: str, en: str) -> RoadsBroken:
    return RoadsBroken(file=file.name, where_zh=zh, where=en)


_READERS: dict[str, Callable[[Path], Iterator[Way]]] = {
    ".geojson": _geojson_ways,
    ".json": _geojson_ways,
    ".osm": read_xml,
    ".pbf": read_pbf,
}
