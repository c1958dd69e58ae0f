"""The roads of Bailu County: one over the boundary, past the south gate, and everything behind it.

                                     松林 c
                                    /
    outside ──南关口── J ────── 西河 b
                       |
                    东河村口
                       |
                    东河 a

East of the boundary's west side (102.00) all is inside. `TRACK` leads into 东河 from the north, past every post; `PATH`
is a foot path into 松林.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from sibulou.fronts.defence.cordon.datum import Datum
from sibulou.fronts.defence.cordon.placing import place
from sibulou.fronts.defence.cordon.store import Import, import_roads
from sibulou.fronts.defence.models import RoadNetwork
from sibulou.roster.models import Area, Subject
from tests.world import BY, World

BOUNDARY = [[102.0, 24.0], [102.2, 24.0], [102.2, 24.2], [102.0, 24.2], [102.0, 24.0]]
GATE, MOUTH = (102.01, 24.1), (102.03, 24.13)
A, B, C = (102.03, 24.14), (102.1, 24.1), (102.15, 24.15)
_MAIN = [(101.9, 24.1), (102.03, 24.1), B, C]
_TO_A = [(102.03, 24.1), A]
TRACK = [A, (102.03, 24.25)]
PATH = [C, (102.25, 24.15)]

Line = Sequence[tuple[float, float]]


def geojson(*ways: tuple[Line, dict[str, object]]) -> str:
    """A collection of lines with their properties."""
    features = [
        {"type": "Feature", "properties": facts, "geometry": {"type": "LineString", "coordinates": [*map(list, line)]}}
        for line, facts in ways
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def boundary_file(folder: Path) -> Path:
    """The county's boundary as a file."""
    file = folder / "boundary.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [BOUNDARY]}))
    return file


def roads_file(folder: Path, *more: tuple[Line, dict[str, object]]) -> Path:
    """The roads as a file."""
    file = folder / "roads.geojson"
    main = {"highway": "trunk", "name": "国道"}
    file.write_text(geojson((_MAIN, main), (_TO_A, {"highway": "tertiary"}), *more))
    return file


def with_roads(
    world: World, folder: Path, *, now: datetime, more: Sequence[tuple[Line, dict[str, object]]] = ()
) -> RoadNetwork:
    """Import the roads and say where the two posts and the three villages stand. Call it acting with EVERYTHING."""
    files = Import(roads_file(folder, *more), boundary_file(folder), Datum.WGS84, Datum.WGS84)
    kept = import_roads(area=world.county, files=files, by=BY, now=now)
    put(world.gate.subject, GATE, now=now)
    put(world.post.subject, MOUTH, now=now)
    for area, at in ((world.village_a, A), (world.village_b, B), (world.village_c, C)):
        put(subject_of(area), at, now=now)
    return kept


def put(subject: Subject, at: tuple[float, float], *, now: datetime) -> None:
    """Say where something stands."""
    place(subject=subject, at=np.array([at]), by=BY, now=now)


def subject_of(area: Area) -> Subject:
    """The subject of an area."""
    return Subject.objects.get(kind="area", area=area)
