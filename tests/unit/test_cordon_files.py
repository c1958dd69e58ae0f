"""Road files and boundaries: what is read, and a sentence for each way in which a file can be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.fronts.defence.cordon import reading
from sibulou.fronts.defence.cordon.datum import Datum, to_gcj02, to_wgs84
from sibulou.fronts.defence.cordon.geometry import lengths
from sibulou.fronts.defence.cordon.osm_pbf import read_pbf
from sibulou.fronts.defence.cordon.problems import (
    NoBoundary,
    NoDegrees,
    NoPbfReader,
    NoRoads,
    OtherDatum,
    RoadsBroken,
    RoadsOfNoKind,
    RoadsTooBig,
    RoadsUnreadable,
    SwappedDegrees,
)
from sibulou.fronts.defence.cordon.reading import read_boundary, read_roads
from sibulou.lib.problem import Problem

LINE = [[102.0, 24.0], [102.1, 24.1]]
OSM = """<?xml version="1.0"?>
<osm version="0.6">
 <node id="1" lat="24.0" lon="102.0"/><node id="2" lat="24.1" lon="102.1"/><node id="3" lat="24.2" lon="102.2"/>
 <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="tertiary"/><tag k="name" v="县道"/></way>
 <way id="8"><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
 <way id="9"><nd ref="1"/><nd ref="3"/><tag k="building" v="yes"/></way>
 <way id="10"><nd ref="1"/><nd ref="3"/><tag k="waterway" v="river"/></way>
 <way id="11"><nd ref="1"/><nd ref="99"/><tag k="highway" v="service"/></way>
</osm>"""


def written(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def feature(geometry: dict[str, object], **facts: object) -> dict[str, object]:
    return {"type": "Feature", "properties": facts, "geometry": geometry}


def collection(*features: dict[str, object], **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def line(points: object = LINE, **facts: object) -> dict[str, object]:
    return feature({"type": "LineString", "coordinates": points}, **facts)


def test_geojson_lines_with_their_properties(tmp_path: Path) -> None:
    several = feature({"type": "MultiLineString", "coordinates": [LINE, LINE]}, kind="path", sealed=True)
    text = collection(line(highway="trunk", name="国道"), several, feature({"type": "Point", "coordinates": LINE[0]}))
    ways = read_roads(written(tmp_path, "a.geojson", text), Datum.WGS84)
    assert [(one.kind, one.layer, one.name, one.sealed) for one in ways] == [
        ("trunk", "road", "国道", False), ("path", "path", "", True), ("path", "path", "", True),
    ]  # fmt: skip


def test_an_unknown_kind_of_line_is_taken_for_a_road(tmp_path: Path) -> None:
    """A file that says nothing of its lines has roads; to leave them out would close what is open."""
    (way,) = read_roads(written(tmp_path, "a.json", collection(line())), Datum.WGS84)
    assert (way.kind, way.layer) == ("road", "road")


def test_a_third_number_of_a_point_is_its_height_and_left_out(tmp_path: Path) -> None:
    (way,) = read_roads(
        written(tmp_path, "a.json", collection(line([[102, 24, 1600], [102.1, 24.1, 1700]]))), Datum.WGS84
    )
    assert way.points.tolist() == [[102.0, 24.0], [102.1, 24.1]]


def test_xml_of_openstreetmap(tmp_path: Path) -> None:
    """Roads, paths and rivers; no houses, and no way of which fewer than two nodes are there."""
    ways = read_roads(written(tmp_path, "a.osm", OSM), Datum.WGS84)
    assert [(one.kind, one.layer, one.name) for one in ways] == [
        ("tertiary", "road", "县道"), ("footway", "path", ""), ("river", "river", ""),
    ]  # fmt: skip
    assert ways[0].points.tolist() == LINE


BOMB = """<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><osm>&b;</osm>"""
WRONG: dict[str, tuple[str, str | bytes, type[Problem]]] = {
    "not JSON": ("a.geojson", '{"type": "Feature', RoadsBroken),
    "a list": ("a.geojson", "[1, 2]", RoadsBroken),
    "deeper than any reader goes": ("a.geojson", "[" * 200_000, RoadsBroken),
    "features no list": ("a.geojson", '{"type": "FeatureCollection", "features": 3}', RoadsBroken),
    "a feature no object": ("a.geojson", '{"type": "FeatureCollection", "features": [3]}', RoadsBroken),
    "a line of words": ("a.geojson", collection(line(["a", "b"])), RoadsBroken),
    "a line of nothing": ("a.geojson", collection(line(None)), NoRoads),
    "half a pair": ("a.geojson", collection(line([[102], [103]])), RoadsBroken),
    "no number": ("a.geojson", collection(line([[102, 24], [float("nan"), 24]])), RoadsBroken),
    "no line": ("a.geojson", collection(), NoRoads),
    "empty": ("a.geojson", "", NoRoads),
    "metres": ("a.geojson", collection(line([[487_000, 2_730_000], [488_000, 2_731_000]])), NoDegrees),
    "latitude first": ("a.geojson", collection(line([[24.0, 102.0], [24.1, 102.1]])), SwappedDegrees),
    "another datum": ("a.geojson", collection(line(), crs={"properties": {"name": "EPSG:4490"}}), OtherDatum),
    "a picture": ("a.png", b"\x89PNG", RoadsOfNoKind),
    "XML cut short": ("a.osm", OSM[:200], RoadsBroken),
    "another XML": ("a.osm", "<html></html>", RoadsBroken),
    "entities": ("a.osm", BOMB, RoadsBroken),
    "a node without a place": ("a.osm", OSM.replace('lon="102.0"', ""), RoadsBroken),
    "a reference to no number": ("a.osm", OSM.replace('ref="1"', 'ref="one"'), RoadsBroken),
    "no ways": ("a.osm", "<osm></osm>", NoRoads),
}


@pytest.mark.parametrize("case", WRONG)
def test_whatever_is_wrong_is_one_sentence(tmp_path: Path, case: str) -> None:
    name, text, kind = WRONG[case]
    with pytest.raises(kind) as found:
        read_roads(written(tmp_path, name, text), Datum.WGS84)
    assert name in found.value.say("zh") and name in found.value.say("en")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.osm").mkdir()
    for name in ("a.osm", "b.osm"):
        with pytest.raises(RoadsUnreadable):
            read_roads(tmp_path / name, Datum.WGS84)


def test_more_than_a_county_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "a.geojson", collection(line(), line()))
    monkeypatch.setattr(reading, "MOST_WAYS", 1)
    with pytest.raises(RoadsTooBig):
        read_roads(file, Datum.WGS84)
    monkeypatch.setitem(reading.MOST_BYTES, ".geojson", 10)
    with pytest.raises(RoadsTooBig):
        read_roads(file, Datum.WGS84)


def test_pbf_without_its_reader_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "osmium", None)
    with pytest.raises(NoPbfReader, match=r"sibulou\[roads\]"):
        list(read_pbf(written(tmp_path, "a.pbf", b"x")))


def test_pbf_is_read_like_the_xml_it_was_made_of(tmp_path: Path) -> None:
    osmium = pytest.importorskip("osmium", reason="the extra `roads` is not installed")
    made = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(made)) as writer:
        for one in osmium.FileProcessor(str(written(tmp_path, "a.osm", OSM))):
            writer.add(one)
    pbf, xml = read_roads(made, Datum.WGS84), read_roads(tmp_path / "a.osm", Datum.WGS84)
    assert [(one.kind, one.name) for one in pbf] == [(one.kind, one.name) for one in xml]
    assert [one.points.tolist() for one in pbf] == [one.points.tolist() for one in xml]


def test_pbf_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("osmium", reason="the extra `roads` is not installed")
    with pytest.raises(RoadsBroken):
        read_roads(written(tmp_path, "a.pbf", b"nothing of the kind"), Datum.WGS84)


def test_a_boundary_of_several_parts_and_with_holes(tmp_path: Path) -> None:
    ring = [[102, 24], [103, 24], [103, 25], [102, 24]]
    text = collection(feature({"type": "MultiPolygon", "coordinates": [[ring, ring[:3]], [ring]]}), line())
    found = read_boundary(written(tmp_path, "b.geojson", text), Datum.WGS84)
    assert [[len(one) for one in rings] for rings in found] == [[4, 4], [4]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (collection(line()), NoBoundary),
        (collection(feature({"type": "Polygon", "coordinates": [[[102, 24], [103, 24]]]})), RoadsBroken),
        (collection(feature({"type": "Polygon", "coordinates": [5]})), RoadsBroken),
        (collection(feature({"type": "Polygon", "coordinates": [[]]})), RoadsBroken),
    ],
)
def test_a_boundary_that_is_none(tmp_path: Path, text: str, kind: type[Problem]) -> None:
    with pytest.raises(kind):
        read_boundary(written(tmp_path, "b.geojson", text), Datum.WGS84)


def test_the_known_pair_of_the_two_datums() -> None:
    """Tiananmen by satellite and on the map, as published beside the formula."""
    (shown,) = to_gcj02(np.array([[116.404, 39.915]]))
    assert shown == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-11)


def test_outside_of_the_mainland_maps_show_what_satellites_give() -> None:
    abroad = np.array([[139.7, 35.7], [2.35, 48.86], [103.8, 0.5]])
    assert to_gcj02(abroad).tolist() == abroad.tolist()


@given(st.floats(73.5, 134.5), st.floats(18.2, 53.5))
def test_there_and_back_is_less_than_a_millimetre(longitude: float, latitude: float) -> None:
    given_point = np.array([[longitude, latitude]])
    shown = to_gcj02(given_point)
    assert lengths(to_wgs84(shown, Datum.GCJ02), given_point)[0] < 0.001
    assert 20 < lengths(shown, given_point)[0] < 1000


def test_a_file_in_the_maps_datum_comes_in_as_satellites_give_it(tmp_path: Path) -> None:
    shown = to_gcj02(np.array(LINE)).tolist()
    (way,) = read_roads(written(tmp_path, "a.geojson", collection(line(shown))), Datum.GCJ02)
    assert way.points.ravel().tolist() == pytest.approx(np.array(LINE).ravel().tolist(), abs=1e-8)
