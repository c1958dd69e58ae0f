"""The synthetic county's roads: closed but for what is planted, and the engine agrees with the drill's own search."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

import pytest

from sibulou.demo.drill_cordon import read_map
from sibulou.demo.roads import Plan, lay_roads
from sibulou.fronts.defence.cordon.county import cordon_at
from sibulou.fronts.defence.cordon.ground import prove
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, from_code
from sibulou.roster.found import found_county
from sibulou.roster.models import Area
from sibulou.roster.subjects import add_post
from tests.world import BY

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
COUNTY = from_code("530425")
POSTS = {"gate": 3, "trunk": 12, "compound": 20, "village": 37}


@pytest.fixture
def laid(db: None) -> Iterator[Plan]:
    """Yimen with its 72 posts, all open, and its roads."""
    with acting(EVERYTHING):
        county = found_county(code="530425", by=BY, now=NOW)
        villages = list(Area.objects.filter(level=Level.VILLAGE, pk__gte=COUNTY, pk__lt=COUNTY + 10**12).order_by("pk"))
        random.Random(1).shuffle(villages)
        for kind, many in POSTS.items():
            for number, village in enumerate(islice(cycle(villages), many)):
                add_post(area=village, name=f"{kind}{number}", kind=kind, opened_at=NOW, by=BY, now=NOW)
        yield lay_roads(county=county, seed=1, by=BY, now=NOW)


def test_with_72_posts_one_village_lies_open_and_one_more_post_closes_it(laid: Plan) -> None:
    found = cordon_at(COUNTY, NOW)
    assert len(found.posts) == 72 and all(one.stands and one.placed and not one.off_road for one in found.posts)
    assert {one.area for one in found.villages if not one.closed} == {laid.open}
    (site,) = found.places(found.whole)
    assert (site.road, found.whole.certified) == ("采石场便道", True)


def test_on_foot_a_second_one_lies_open_and_the_sealed_track_leads_nowhere(laid: Plan) -> None:
    found = cordon_at(COUNTY, NOW, ("road", "path"))
    assert {one.area for one in found.villages if not one.closed} == {laid.open, laid.by_path}
    assert laid.sealed is not None and laid.sealed[0] not in {laid.open, laid.by_path}


def test_the_engine_and_the_drills_own_search_agree_whichever_posts_stand(laid: Plan) -> None:
    """Two hundred sets of posts: all but one, all but a few, and any."""
    own, ground = read_map(COUNTY), cordon_at(COUNTY, NOW).proof.ground
    assert own is not None
    every = sorted(ground.posts)
    dice = random.Random(2)
    sets = [set(every) - {post} for post in every]
    sets += [set(every) - set(dice.sample(every, 4)) for _ in range(80)]
    sets += [set(dice.sample(every, dice.randrange(73))) for _ in range(50)]
    for standing in sets:
        assert set(prove(ground, standing=standing).open) == own.reached(standing)


def test_a_gate_left_alone_opens_the_villages_without_a_post_of_their_own(laid: Plan) -> None:
    found = cordon_at(COUNTY, NOW)
    gate = next(one.subject for one in found.posts if one.kind == "gate")
    kept = {one.area for one in found.posts if one.kind == "village"}
    everybody = {one.subject for one in found.posts}
    open_ = prove(found.proof.ground, standing=everybody - {gate}).open
    assert open_ == {one.area for one in found.villages if one.area not in kept} | {laid.open}
