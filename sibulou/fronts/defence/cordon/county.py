"""The cordon of a county at a moment, in names: each village closed, open or not proven, and what would help."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from sibulou.fronts.defence.cordon.geometry import point_at
from sibulou.fronts.defence.cordon.ground import POST_LIMIT, Proof, prove
from sibulou.fronts.defence.cordon.plug import Plug
from sibulou.fronts.defence.cordon.problems import NoRoadsYet
from sibulou.fronts.defence.cordon.proof import Leak
from sibulou.fronts.defence.cordon.roads import ROAD
from sibulou.fronts.defence.cordon.standing import standing_posts
from sibulou.fronts.defence.cordon.store import ground_at, network_at
from sibulou.fronts.defence.models import RoadNetwork
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.models import Area, Post, Subject


@dataclass(frozen=True)
class Village:
    """One village: the way in that lies open, if any; `placed`: it lies on a road, so that something is proven."""

    area: int
    name: str
    placed: bool
    leak: Leak | None
    metres: float

    @property
    def closed(self) -> bool:
        """Whether every way in is proven to pass a post."""
        return self.placed and self.leak is None

    @property
    def township(self) -> int:
        return ancestor(self.area, Level.TOWNSHIP)


@dataclass(frozen=True)
class PostNow:
    """One post: whether it stands, and its distance to the nearest road; `placed` once it has a position at all."""

    subject: int
    name: str
    kind: str
    area: int
    stands: bool
    placed: bool
    metres: float

    @property
    def off_road(self) -> bool:
        return self.placed and self.metres > POST_LIMIT


@dataclass(frozen=True)
class Site:
    """Where a post would stand: degrees, and the post that is there and does not stand, if it is one."""

    longitude: float
    latitude: float
    post: str = ""
    road: str = ""


@dataclass(frozen=True)
class Cordon:
    """What is proven of a county at a moment."""

    kept: RoadNetwork
    at: datetime
    proof: Proof = field(repr=False)
    villages: Sequence[Village]
    posts: Sequence[PostNow]

    @property
    def whole(self) -> Plug:
        """The fewest posts that close every village."""
        return self.proof.plug(self.proof.open)

    def plug(self, villages: Collection[int]) -> Plug:
        """The fewest posts that close these villages."""
        return self.proof.plug(villages)

    def places(self, plug: Plug) -> list[Site]:
        """Where the posts of a plug would stand."""
        network = self.proof.ground.network
        there = {
            node: post.name
            for post in self.posts
            for node in (self.proof.ground.posts[post.subject].nodes if post.placed else ())
            if not post.stands
        }
        found = []
        for node in (*plug.nodes, *plug.mouths):
            longitude, latitude = network.nodes[node].tolist()
            found.append(Site(longitude, latitude, there.get(node, ""), self.road_at(node)))
        for road in plug.roads:
            longitude, latitude = point_at(network.lines[road], float(network.metres[road]) / 2)
            found.append(Site(longitude, latitude, "", network.names[road]))
        return found

    def road_at(self, node: int) -> str:
        """The name of a road at a node, if one has one."""
        network = self.proof.ground.network
        here = np.flatnonzero((network.ends == node).any(axis=1))
        return next((network.names[road] for road in here.tolist() if network.names[road]), "")

    def sites(self, plug: Plug) -> list[tuple[str, str]]:
        """The places of a plug in words, Chinese and English."""
        return [said(site) for site in self.places(plug)]


def said(site: Site) -> tuple[str, str]:
    """A place in words, Chinese and English."""
    where = f"{site.longitude:.5f}, {site.latitude:.5f}"
    zh, en = (f"{site.road}（{where}）", f"{site.road} ({where})") if site.road else (where, where)
    return (f"恢复 {site.post}（{where}）", f"{site.post} again ({where})") if site.post else (zh, en)


def cordon_at(county: int, at: datetime, layers: Collection[str] = (ROAD,)) -> Cordon:
    """The cordon of a county at a moment. Call it acting with EVERYTHING: it is the whole county's or nobody's.

    Raises NoRoadsYet.
    """
    county = ancestor(county, Level.COUNTY)
    kept = network_at(county, at)
    if kept is None:
        raise NoRoadsYet(county=Area.objects.get(pk=county).name)
    ground, standing = ground_at(kept, at), standing_posts(county, at)
    proof = prove(ground, standing=standing, layers=layers)
    low, high = key_range(county)
    villages = [
        Village(key, name, bool(ground.villages[key].nodes) if key in ground.villages else False, proof.leaks.get(key),
                ground.villages[key].metres if key in ground.villages else float("inf"))
        for key, name in Area.objects.filter(level=Level.VILLAGE, pk__gte=low, pk__lt=high, until__isnull=True)
        .order_by("pk").values_list("pk", "short_name")
    ]  # fmt: skip
    return Cordon(kept, at, proof, villages, _posts(county, at, proof, standing))


def _posts(county: int, at: datetime, proof: Proof, standing: frozenset[int]) -> list[PostNow]:
    low, high = key_range(county)
    rows = Subject.objects.filter(kind="post", area_id__gte=low, area_id__lt=high, since__lte=at).order_by("pk")
    kinds = dict(Post.objects.filter(subject__in=rows).values_list("pk", "kind"))
    return [
        PostNow(row.pk, row.label, kinds.get(row.pk, ""), row.area_id, row.pk in standing,
                row.pk in proof.ground.posts,
                proof.ground.posts[row.pk].metres if row.pk in proof.ground.posts else float("inf"))
        for row in rows
        if row.until is None or row.until > at
    ]  # fmt: skip
