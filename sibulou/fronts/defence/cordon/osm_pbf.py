"""OpenStreetMap's PBF, read by pyosmium, the field's own reader; it is installed with the extra `roads`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sibulou.fronts.defence.cordon.osm_xml import way_of
from sibulou.fronts.defence.cordon.problems import NoPbfReader, RoadsBroken
from sibulou.fronts.defence.cordon.roads import Way


def read_pbf(file: Path) -> Iterator[Way]:
    """The ways of an .osm.pbf file. Raises NoPbfReader, RoadsBroken."""
    osmium = _osmium()
    try:
        ways = osmium.FileProcessor(str(file)).with_locations()
        ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        for way in ways.with_filter(osmium.filter.KeyFilter("highway", "waterway", "route")):
            points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(points) > 1 and (found := way_of(np.array(points), dict(way.tags))):
                yield found
    except (RuntimeError, ValueError) as wrong:
        said = str(wrong)[:80]
        raise RoadsBroken(file=file.name, where_zh=f"PBF 读取出错（{said}）", where=f"its PBF errs ({said})") from None


def _osmium() -> Any:
    try:
        import osmium
        import osmium.filter
    except ImportError:
        raise NoPbfReader from None
    return osmium
