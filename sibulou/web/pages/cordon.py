"""The cordon: which villages are closed, which lie open and by what way, and what would close them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from sibulou.fronts.defence.cordon.county import Cordon, PostNow, Site, Village, cordon_at, said
from sibulou.fronts.defence.cordon.plug import Plug
from sibulou.fronts.defence.cordon.proof import Leak
from sibulou.fronts.defence.cordon.roads import LAYERS, PATH, RIVER, ROAD
from sibulou.fronts.defence.cordon.store import boundary_of, network_at
from sibulou.fronts.defence.models import LocalRoad, Seal
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.models import Area
from sibulou.roster.role import Right
from sibulou.web.asked import Asked, UnknownChoice, read_asked
from sibulou.web.labels import language, pick
from sibulou.web.middleware import Asking

LAYER_WORDS = {ROAD: ("公路", "roads"), PATH: ("小路", "paths"), RIVER: ("水路", "rivers")}
MOST_DRAWN = 80
"""Ways in that are drawn at once; the list has them all."""


@dataclass(frozen=True)
class Row:
    """One village as the table shows it."""

    village: Village
    township: str
    state: str
    word: str
    km: str
    own: bool


@dataclass(frozen=True)
class Looked:
    """What the address asks for: an area, a moment and the layers that count."""

    asked: Asked
    layers: tuple[str, ...]

    @property
    def county(self) -> int:
        return ancestor(self.asked.area.pk, Level.COUNTY)

    def query(self, **changed: object) -> str:
        """This choice as the query of an address, with some of it changed."""
        return self.asked.query(**{"layer": [one for one in self.layers if one != ROAD], **changed})


def looked_at(request: Asking) -> Looked:
    """What is asked for. Raises UnknownChoice; Http404 for an area outside of the reader's reach."""
    layers = [text for text in request.GET.getlist("layer") if text]
    for text in layers:
        if text not in LAYERS:
            raise UnknownChoice(field="layer", given=text[:40])
    return Looked(read_asked(request), tuple(one for one in LAYERS if one == ROAD or one in layers))


@require_safe
def cordon(request: Asking) -> HttpResponse:
    """The page: the map, every village beside it, and what would close those that lie open."""
    look = looked_at(request)
    area = look.asked.area
    facts: dict[str, object] = {
        "look": look,
        "asked": look.asked,
        "areas": _areas(request, look),
        "layers": [(key, pick(LAYER_WORDS[key], language()), key in look.layers) for key in (PATH, RIVER)],
        "may_change": request.reach.covers(area.pk, Right.ROSTER),
        "may_import": request.reach.covers(look.county, Right.ROSTER),
    }
    if area.at < Level.COUNTY or network_at(look.county, look.asked.moment.at) is None:
        return render(request, "web/cordon_none.html", facts | {"above": area.at < Level.COUNTY})
    with acting(EVERYTHING):  # a proof is of the whole county or of nothing
        found = cordon_at(look.county, look.asked.moment.at, look.layers)
        plug = found.plug([one.area for one in _inside(found, area) if one.leak])
        sites = [(site, pick(said(site), language())) for site in found.places(plug)]
    rows = _rows(found, area)
    return render(request, "web/cordon.html", facts | {
        "found": found,
        "rows": rows,
        "closed": sum(row.state == "closed" for row in rows),
        "open": sum(row.state == "open" for row in rows),
        "unplaced": sum(row.state == "unplaced" for row in rows),
        "plug": plug,
        "sites": sites,
        "way": _way(found, rows[0].village) if area.at >= Level.VILLAGE and rows else None,
        "idle": [one for one in found.posts if _here(one, area) and not one.stands],
        "lost": [one for one in found.posts if _here(one, area) and (one.off_road or not one.placed)],
        "standing": sum(one.stands for one in found.posts if _here(one, area)),
        "drawn": _drawn(look),
        "seals": _seals(request, look),
        "may_grant": request.reach.has(Right.GRANT),
    })  # fmt: skip


def _areas(request: Asking, look: Looked) -> Sequence[Area]:
    """What can be chosen: the widest area of the reader's down to its villages, and the one that is asked for."""
    low, high = key_range(look.asked.root)
    levels = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
    return list(
        Area.objects.filter(pk__gte=low, pk__lt=high, level__in=levels, until__isnull=True).order_by("pk")[:900]
    )


def _inside(found: Cordon, area: Area) -> list[Village]:
    """The villages of an area; of a group the village that it lies in."""
    low, high = key_range(area.pk if area.at <= Level.VILLAGE else ancestor(area.pk, Level.VILLAGE))
    return [one for one in found.villages if low <= one.area < high]


def _here(post: PostNow, area: Area) -> bool:
    low, high = area.range
    return low <= post.area < high


def _rows(found: Cordon, area: Area) -> list[Row]:
    """Open ones first, then those of which nothing is proven."""
    inside = _inside(found, area)
    names = dict(Area.objects.filter(pk__in={one.township for one in inside}).values_list("pk", "short_name"))
    order = {"open": 0, "unplaced": 1, "closed": 2}
    rows = [_row(one, names.get(one.township, "")) for one in inside]
    return sorted(rows, key=lambda row: (order[row.state], row.village.area))


def _row(one: Village, township: str) -> Row:
    state = "open" if one.leak else "closed" if one.placed else "unplaced"
    words = {"open": ("有缺口", "open"), "closed": ("已封住", "closed"), "unplaced": ("未定位", "not on any road")}
    km = f"{one.leak.metres / 1000:.1f}" if one.leak else ""
    return Row(one, township, state, pick(words[state], language()), km, True)


@dataclass(frozen=True)
class Way:
    """The way into one village in words: its roads with kilometres, and its ends."""

    km: str
    mouth: str
    roads: Sequence[tuple[str, str]]


def _way(found: Cordon, village: Village) -> Way | None:
    """The roads that the way in takes, one after the other."""
    leak = village.leak
    if leak is None:
        return None
    network = found.proof.ground.network
    parts: list[tuple[str, float]] = []
    for road in leak.roads:
        name = network.names[road] or pick(LAYER_WORDS[LAYERS[network.layer[road]]], language())
        if parts and parts[-1][0] == name:
            parts[-1] = name, parts[-1][1] + float(network.metres[road])
        else:
            parts.append((name, float(network.metres[road])))
    longitude, latitude = network.nodes[leak.nodes[0]]
    roads = [(name, f"{metres / 1000:.1f}") for name, metres in parts]
    return Way(f"{leak.metres / 1000:.1f}", f"{longitude:.5f}, {latitude:.5f}", roads)


def _drawn(look: Looked) -> list[tuple[LocalRoad, str]]:
    low, high = key_range(look.asked.area.pk)
    rows = LocalRoad.objects.filter(area_id__gte=low, area_id__lt=high, until__isnull=True).order_by("-pk")[:100]
    return [(one, pick(LAYER_WORDS[one.layer], language())) for one in rows]


def _seals(request: Asking, look: Looked) -> list[tuple[Seal, bool]]:
    """The seals that hold or wait, and whether the reader may grant each."""
    low, high = key_range(look.asked.area.pk)
    rows = Seal.objects.filter(area_id__gte=low, area_id__lt=high, until__isnull=True).order_by("-pk")[:100]
    return [
        (one, one.granted_at is None and one.asked_by_id != request.user.pk
         and request.reach.covers(one.area_id, Right.GRANT))
        for one in rows
    ]  # fmt: skip


@require_safe
@gzip_page
def picture(request: Asking) -> HttpResponse:
    """What the map draws: lines and points as plain numbers, longitude before latitude."""
    look = looked_at(request)
    area = look.asked.area
    with acting(EVERYTHING):
        found = cordon_at(look.county, look.asked.moment.at, look.layers)
        plug = found.plug([one.area for one in _inside(found, area) if one.leak])
        seals = [found.proof.ground.seals[key] for key in found.proof.ground.seals]
    network = found.proof.ground.network
    inside = {one.area for one in _inside(found, area)}
    leaks = [one for one in found.villages if one.area in inside and one.leak][:MOST_DRAWN]
    said_ = {
        "boundary": [_flat(ring) for rings in boundary_of(found.kept) for ring in rings],
        "roads": [
            [int(network.layer[at]), _flat(line)]
            for at, line in enumerate(network.lines)
            if LAYERS[network.layer[at]] in look.layers
        ],
        "villages": [
            [str(one.area), one.name, *_node(found, found.proof.ground.villages[one.area].nodes[0]),
             "open" if one.leak else "closed", one.area in inside]
            for one in found.villages if one.placed
        ],
        "posts": [
            [one.subject, one.name, *_node(found, found.proof.ground.posts[one.subject].nodes[0]), one.stands, one.kind]
            for one in found.posts if one.placed and not one.off_road
        ],
        "seals": [_node(found, one.nodes[0]) for one in seals if one.nodes],
        "leaks": [_leak(found, one, one.leak) for one in leaks if one.leak],
        "plug": [[site.longitude, site.latitude, pick(said(site), language())] for site in _sites(found, plug)],
        "focus": _focus(found, leaks, inside),
    }  # fmt: skip
    return JsonResponse(said_, headers={"Cache-Control": "private, no-store"})


def _sites(found: Cordon, plug: Plug) -> list[Site]:
    return found.places(plug)


def _leak(found: Cordon, village: Village, leak: Leak) -> dict[str, object]:
    """A way in as one line: the roads turned so that each begins where the one before ends."""
    network = found.proof.ground.network
    points: list[list[float]] = [network.nodes[leak.nodes[0]].tolist()]
    for at, road in enumerate(leak.roads):
        line = network.lines[road]
        begins = network.nodes[leak.nodes[at]]
        turned = line if np.hypot(*(line[0] - begins)) <= np.hypot(*(line[-1] - begins)) else line[::-1]
        points += turned[1:].tolist()
    return {"village": str(village.area), "km": f"{leak.metres / 1000:.1f}", "line": _flat(np.array(points))}


def _focus(found: Cordon, leaks: Sequence[Village], inside: set[int]) -> list[float]:
    """West, south, east, north of what the map shows first."""
    network = found.proof.ground.network
    nodes = [node for one in leaks if one.leak for node in one.leak.nodes]
    nodes += [node for key in inside if key in found.proof.ground.villages
              for node in found.proof.ground.villages[key].nodes]  # fmt: skip
    if len(inside) == len(found.villages) or not nodes:
        points = np.concatenate([ring for rings in boundary_of(found.kept) for ring in rings])
    else:
        points = network.nodes[nodes]
    return [*points.min(axis=0).round(6).tolist(), *points.max(axis=0).round(6).tolist()]


def _flat(line: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    return line.round(5).ravel().tolist()


def _node(found: Cordon, node: int) -> list[float]:
    longitude, latitude = found.proof.ground.network.nodes[node]
    return [round(float(longitude), 6), round(float(latitude), 6)]


urlpatterns = [path("cordon/", cordon), path("cordon/picture/", picture)]
