"""The register of passages on its page: found by plate, person, post and hour; a post's day as a ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import localdate

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import Passage
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.models import Post
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
CREW = By("石磊", "post_head")


def passes(scene: Scene, post: Post, minutes: int, **said: object) -> None:
    at = scene.now - timedelta(minutes=minutes)
    content = {"name": "过路人", "temperature": 36.5, "direction": "in", "disposal": "passed"} | said
    (answer,) = take_in(Batch([Told(uuid7(at), "checkpoint_pass", post.pk, at, content)]), reach=EVERYTHING, by=CREW,
                        now=scene.now)  # fmt: skip
    assert answer.outcome is Outcome.ACCEPTED, answer.problem


@pytest.fixture
def officer(scene: Scene, signed_in: Any) -> Client:
    """The county's duty officer, after three passed at the post and one at the gate."""
    world = scene.world
    passes(scene, world.post, 50, plate="云F12345", name="周大山", phone="15400000001", occupants=2, passage="n1")
    passes(scene, world.post, 50, plate="云F12345", name="周小山", occupants=2, passage="n1")
    passes(scene, world.post, 30, name="步行的人", disposal="turned_back")
    passes(scene, world.gate, 20, plate="使014578", name="过境的人", direction="through")
    client: Client = signed_in(scene.inside("county_duty"))
    return client


def found(client: Client, **sought: str) -> str:
    answer = client.post("/passages/", sought)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_plate_is_found_however_it_was_typed(officer: Client) -> None:
    page = found(officer, plate="云f·123 45")
    assert page.count('<li><div class="top"><a href="/records/') == 2
    assert "周大山" in page and "周小山" in page and "步行的人" not in page


@pytest.mark.parametrize(
    ("sought", "name"),
    [({"name": "步行的人"}, "步行的人"), ({"phone": "154 0000 0001"}, "周大山")],
    ids=["name", "phone"],
)
def test_a_person_is_found_by_name_and_telephone_and_shown_masked(
    officer: Client, sought: dict[str, str], name: str
) -> None:
    page = found(officer, **sought)
    assert name in page and "15400000001" not in page


def test_a_post_and_an_hour_are_in_the_address_and_nobody_is(scene: Scene, officer: Client) -> None:
    since = f"{scene.now - timedelta(minutes=25):%Y-%m-%dT%H:%M}Z"
    page = officer.get("/passages/", {"since": since}).content.decode()
    assert "过境的人" in page and "周大山" not in page and "使馆车" in page
    page = officer.get("/passages/", {"post": str(scene.world.post.pk)}).content.decode()
    assert "周大山" in page and "过境的人" not in page


def test_what_is_no_moment_and_an_empty_search_get_a_sentence(officer: Client) -> None:
    answer = officer.get("/passages/", {"since": "昨天"})
    assert answer.status_code == 422 and "不是时间" in answer.content.decode()
    answer = officer.post("/passages/", {})
    assert answer.status_code == 422 and "没有填要找什么" in answer.content.decode()
    assert "没有查到" in found(officer, plate="云F99999")


def test_a_day_at_a_post_is_a_ledger_with_a_line_for_each_person(scene: Scene, officer: Client) -> None:
    days = {localdate(scene.now - timedelta(minutes=minutes)) for minutes in (50, 30)}
    pages = [officer.get(f"/passages/{scene.world.post.pk}/{day}/").content.decode() for day in days]
    assert sum(page.count('<td><a href="/records/') for page in pages) == 3
    assert all(title in pages[0] for title in ("检查时间", "车牌", "体温", "处置", "登记人"))
    assert officer.get(f"/passages/{scene.world.post.pk}/yesterday/").status_code == 404
    assert officer.get(f"/passages/{scene.world.market.pk}/2020-02-10/").status_code == 404


def test_the_head_of_a_post_finds_what_passed_there_and_nothing_else(
    scene: Scene, officer: Client, signed_in: Any
) -> None:
    page = signed_in(scene.inside("post_head", "post")).get("/passages/").content.decode()
    assert "周大山" in page and "过境的人" not in page


def test_a_village_does_not_find_what_passed_elsewhere(scene: Scene, officer: Client, signed_in: Any) -> None:
    client = signed_in(scene.inside("village_secretary", "village_c"))
    assert "没有查到" in found(client, plate="云F12345")


def test_every_search_reads_an_index(scene: Scene, officer: Client) -> None:
    """Whatever the size of the table: the plan of each search names an index and never reads it whole."""
    with acting(EVERYTHING), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for column in ("plate", "phone", "identity", "name"):
            rows = Passage.objects.filter(**{column: b"0" * 16}).order_by("-happened_at")[:51]
            assert f"passage_{column}" in rows.explain()
        rows = Passage.objects.filter(post_id=1).order_by("-happened_at")[:51]
        assert "passage_post" in rows.explain()
