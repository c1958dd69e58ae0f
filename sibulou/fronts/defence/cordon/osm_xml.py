"""OpenStreetMap's XML, streamed: ways first, then the nodes that they need, so that memory holds roads and no more.

A document type is refused, and with it every entity that a file could make up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import numpy as np

from sibulou.fronts.defence.cordon.problems import RoadsBroken
from sibulou.fronts.defence.cordon.roads import Way, layer_of


@dataclass
class _Ways:
    """What the first pass finds: the ways somebody can use, with the numbers of their nodes."""

    found: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    refs: list[int] | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, facts: dict[str, str]) -> None:
        if name == "way":
            self.refs, self.tags = [], {}
        elif self.refs is not None and name == "nd":
            self.refs.append(int(facts["ref"]))
        elif self.refs is not None and name == "tag":
            self.tags[facts["k"]] = facts["v"]

    def end(self, name: str) -> None:
        if name == "way" and self.refs is not None:
            if len(self.refs) > 1 and layer_of(kind_of(self.tags)):
                self.found.append((self.refs, self.tags))
            self.refs = None


def kind_of(tags: dict[str, str]) -> str:
    """What a way is, by its tags; empty for what nobody travels on."""
    if tags.get("highway"):
        return tags["highway"]
    if tags.get("route") == "ferry":
        return "ferry"
    return tags.get("waterway", "")


def way_of(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]], tags: dict[str, str]) -> Way | None:
    """A way by its tags; None for what nobody travels on. That a map forbids it stops nobody: nothing is sealed."""
    kind = kind_of(tags)
    layer = layer_of(kind)
    return Way(points, kind[:20], layer, tags.get("name", "")[:80]) if layer else None


def read_xml(file: Path) -> Iterator[Way]:
    """The ways of an .osm file. Raises RoadsBroken."""
    ways = _Ways()
    _parse(file, ways.start, ways.end)
    wanted = {ref for refs, _ in ways.found for ref in refs}
    places: dict[int, tuple[float, float]] = {}

    def node(name: str, facts: dict[str, str]) -> None:
        if name == "node" and (number := int(facts["id"])) in wanted:
            places[number] = float(facts["lon"]), float(facts["lat"])

    _parse(file, node, lambda name: None)
    for refs, tags in ways.found:
        points = [places[ref] for ref in refs if ref in places]
        if len(points) > 1 and (way := way_of(np.array(points), tags)):
            yield way


def _parse(file: Path, start: object, end: object) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end  # type: ignore[assignment]
    first = True

    def doctype(*_: object) -> None:
        raise RoadsBroken(file=file.name, where_zh="含有文档类型声明", where="it declares a document type")

    def root(name: str, facts: dict[str, str]) -> None:
        nonlocal first
        if first and name != "osm":
            raise RoadsBroken(
                file=file.name, where_zh="不是 OpenStreetMap 文件", where="it is no file of OpenStreetMap"
            )
        first = False
        start(name, facts)  # type: ignore[operator]

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        with file.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as wrong:
        where = f"{wrong.lineno}:{wrong.offset}"
        raise RoadsBroken(file=file.name, where_zh=f"XML 在 {where} 处出错", where=f"its XML errs at {where}") from None
    except (KeyError, ValueError) as wrong:
        said = str(wrong)[:60]
        raise RoadsBroken(
            file=file.name, where_zh=f"有节点或道路写错（{said}）", where=f"a node or way is wrong ({said})"
        ) from None
