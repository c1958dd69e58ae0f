"""Deeds on the roads: where posts and villages stand, ways that the map lacks, and roads sealed by two names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime

import numpy as np

from sibulou.fronts.defence.cordon.datum import Datum, Points, to_wgs84
from sibulou.fronts.defence.cordon.ground import POST_LIMIT, VILLAGE_LIMIT
from sibulou.fronts.defence.cordon.problems import (
    LineTooShort,
    NoPlaceOnEarth,
    NoRoadsYet,
    NothingToPlace,
    OffAnyRoad,
    OwnSeal,
    SealAnswered,
)
from sibulou.fronts.defence.cordon.roads import LAYERS
from sibulou.fronts.defence.cordon.snapping import snap
from sibulou.fronts.defence.cordon.store import network_at, roads_of
from sibulou.fronts.defence.models import LocalRoad, RoadNetwork, Seal, Whereabouts
from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.areas import area_by_code
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named, reasoned, within
from sibulou.roster.models import Area, Subject
from sibulou.roster.role import Right


def read_points(text: str, datum: Datum) -> Points:
    """Positions as they are typed or pasted, one a line, longitude first; a full-width comma will do.

    Raises NoPlaceOnEarth naming the first that is none.
    """
    found = []
    for line in text.replace("，", ",").replace(";", "\n").replace("；", "\n").splitlines():
        if not line.strip():
            continue
        parts = line.replace(",", " ").split()
        try:
            longitude, latitude = (float(part) for part in parts)
        except ValueError:
            raise NoPlaceOnEarth(given=line.strip()[:40]) from None
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            raise NoPlaceOnEarth(given=line.strip()[:40])
        found.append((longitude, latitude))
    return to_wgs84(np.array(found, dtype=np.float64).reshape(-1, 2), datum)


def place(*, subject: Subject, at: Points, by: By, now: datetime) -> Whereabouts:
    """Say where a post or a village stands, from `now` on. `at` holds one position of WGS-84.

    Raises NoPlaceOnEarth, NoRoadsYet, OffAnyRoad, OutOfReach.
    """
    if len(at) != 1:
        raise NoPlaceOnEarth(given="")
    _refuse_off_road(subject.area_id, subject.label, at, POST_LIMIT if subject.kind == "post" else VILLAGE_LIMIT, now)
    longitude, latitude = at[0].tolist()
    with deed():
        kept, _ = Whereabouts.objects.get_or_create(
            subject=subject, since=now,
            defaults={"longitude": longitude, "latitude": latitude, "placed_at": now, "placed_by": by.name},
        )  # fmt: skip
        audit("roads.place", by=by, now=now, area=subject.area_id, subject=subject.pk,
              longitude=round(longitude, 6), latitude=round(latitude, 6))  # fmt: skip
    return kept


def place_all(*, content: bytes, datum: Datum, by: By, now: datetime) -> int:
    """Place posts (by the number of their subject) and villages (by their code) from CSV, all or none.

    Raises NothingToPlace and what `place` raises, for the first line that is wrong.
    """
    placed = 0
    with deed():
        for key, longitude, latitude in _lines(content):
            place(subject=_subject(key), at=read_points(f"{longitude} {latitude}", datum), by=by, now=now)
            placed += 1
    if not placed:
        raise NothingToPlace
    return placed


def _lines(content: bytes) -> Iterator[tuple[str, str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    for number, cells in enumerate(csv.reader(io.StringIO(text, newline=None)), 1):
        plain = [cell.strip() for cell in cells]
        if not any(plain) or (number == 1 and not any(sign.isdigit() for sign in plain[0])):
            continue
        yield plain[0], *(plain[1:3] if len(plain) > 2 else ("", ""))


def _subject(key: str) -> Subject:
    """A post by the number of its subject, or the subject of a village by its code. Raises UnknownArea."""
    if key.isascii() and key.isdigit() and len(key) < 12:
        found = Subject.objects.filter(pk=int(key), kind="post", until__isnull=True).first()
        if found is not None:
            return found
    return Subject.objects.get(kind="area", area=area_by_code(key[:18]), until__isnull=True)


def draw_road(*, area: Area, layer: str, name: str, line: Points, by: By, now: datetime) -> LocalRoad:
    """Add a way that the map lacks, from `now` on. Raises LineTooShort, NoRoadsYet, NameMissing, OutOfReach."""
    if len(line) < 2:
        raise LineTooShort
    _network(area.pk, now)
    with deed():
        kept = LocalRoad.objects.create(
            area_id=area.pk, layer=layer if layer in LAYERS else LAYERS[0], name=named(name, 80),
            line=line.ravel().tolist(), since=now, added_at=now, added_by=by.name,
        )  # fmt: skip
        audit("roads.draw", by=by, now=now, area=area.pk, road=kept.pk, name=kept.name, layer=kept.layer)
    return kept


def end_road(*, road: LocalRoad, reason: str, by: By, now: datetime) -> None:
    """Take back a way drawn by hand: it is there no more. Raises ReasonMissing, OutOfReach."""
    why = reasoned(reason)
    with deed():
        within(LocalRoad.objects.filter(pk=road.pk, until__isnull=True).update(
            until=now, ended_by=by.name, end_reason=why))  # fmt: skip
        audit("roads.undraw", by=by, now=now, area=road.area_id, road=road.pk, name=road.name, reason=why)


def ask_seal(*, area: Area, name: str, reason: str, at: Points, by: By, now: datetime) -> Seal:
    """Say that a road is sealed at a point; it holds once a second person has granted it.

    Raises NoPlaceOnEarth, NoRoadsYet, OffAnyRoad, NameMissing, ReasonMissing, OutOfReach.
    """
    if len(at) != 1:
        raise NoPlaceOnEarth(given="")
    called, why = named(name, 80), reasoned(reason)
    _refuse_off_road(area.pk, called, at, POST_LIMIT, now)
    longitude, latitude = at[0].tolist()
    with deed():
        kept = Seal.objects.create(
            area_id=area.pk, longitude=longitude, latitude=latitude, name=called, reason=why, asked_at=now,
            asked_by=by.name, asked_by_id=by.user_id,
        )  # fmt: skip
        audit("roads.seal.ask", by=by, now=now, area=area.pk, seal=kept.pk, name=called, reason=why)
    return kept


def grant_seal(*, seal: Seal, reach: Reach, by: By, now: datetime) -> None:
    """Grant a seal as a second person with the right to grant. Raises OwnSeal, SealAnswered, OutOfReach."""
    if by.user_id is None or by.user_id == seal.asked_by_id or not reach.covers(seal.area_id, Right.GRANT):
        raise OwnSeal(role="乡镇书记")
    with deed():
        if not Seal.objects.filter(pk=seal.pk, granted_at__isnull=True, until__isnull=True).update(
            granted_at=now, granted_by=by.name
        ):
            raise SealAnswered
        audit("roads.seal.grant", by=by, now=now, area=seal.area_id, seal=seal.pk, name=seal.name)


def end_seal(*, seal: Seal, reason: str, by: By, now: datetime) -> None:
    """The road is open again, or was never sealed. Raises ReasonMissing, SealAnswered, OutOfReach."""
    why = reasoned(reason)
    with deed():
        if not Seal.objects.filter(pk=seal.pk, until__isnull=True).update(until=now, ended_by=by.name, end_reason=why):
            raise SealAnswered
        audit("roads.seal.end", by=by, now=now, area=seal.area_id, seal=seal.pk, name=seal.name, reason=why)


def _network(area: int, now: datetime) -> RoadNetwork:
    county = ancestor(area, Level.COUNTY)
    kept = network_at(county, now)
    if kept is None:
        raise NoRoadsYet(county=Area.objects.get(pk=county).name)
    return kept


def _refuse_off_road(area: int, name: str, at: Points, limit: float, now: datetime) -> None:
    roads = roads_of(_network(area, now), now)
    (found,) = snap(roads, at, limit=limit)[1]
    if not found.nodes:
        far = f"{found.metres:.0f}" if found.metres < 1e9 else "> 20000"
        raise OffAnyRoad(name=name, metres=far, limit=f"{limit:.0f}")
