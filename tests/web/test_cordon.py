"""The cordon's pages: what is proven stands in a table, the map draws the same, and deeds change it at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Obligation
from sibulou.duty.told import Told
from sibulou.fronts.defence.cordon.datum import to_gcj02
from sibulou.fronts.defence.models import LocalRoad, RoadNetwork, Seal, Whereabouts
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from tests import roads
from tests.roads import BOUNDARY, boundary_file, geojson, roads_file, with_roads
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


@pytest.fixture
def laid(scene: Scene, tmp_path: Path) -> Scene:
    """The scene with its roads, two hours ago."""
    with acting(EVERYTHING):
        with_roads(scene.world, tmp_path, now=scene.now - timedelta(hours=2))
    return scene


@pytest.fixture
def officer(scene: Scene, signed_in: Any) -> Client:
    return signed_in(scene.inside("county_duty"))


def leave_the_gate(scene: Scene, minutes: int) -> None:
    """The gate's crew goes to eat, so many minutes ago."""
    when = scene.now - timedelta(minutes=minutes)
    told = Told(uuid7(when), "post_sign_off", scene.world.gate.pk, when, {"on_duty": 1, "reason": "meal"})
    with acting(EVERYTHING):
        take_in(Batch([told]), reach=EVERYTHING, by=BY, now=scene.now)


def test_a_county_without_roads_says_that_nothing_is_proven(scene: Scene, officer: Client) -> None:
    page = officer.get("/cordon/")
    assert "无从证明" in words(page) and f"/areas/{scene.world.county.pk}/roads/new/" in page.content.decode()


def test_whoever_may_not_import_is_told_whom_to_ask(scene: Scene, signed_in: Any) -> None:
    page = words(signed_in(scene.inside("group_head", "group_a1")).get("/cordon/"))
    assert "请县值班员导入路网" in page


def test_every_village_is_listed_with_what_is_proven(laid: Scene, officer: Client) -> None:
    page = words(officer.get("/cordon/"))
    assert "3 / 3 个村已封住" in page and "每条进村的路都经过在岗卡点" in page


def test_an_empty_gate_shows_which_villages_lie_open_and_what_would_close_them(laid: Scene, officer: Client) -> None:
    leave_the_gate(laid, 30)
    page = words(officer.get("/cordon/"))
    assert "1 / 3 个村已封住 · 2 个有缺口" in page
    assert "最少还需 1 处卡点在岗（已证明不能更少）" in page and "恢复 南关口卡点" in page
    before = laid.now - timedelta(minutes=40)
    assert "3 / 3 个村已封住" in words(officer.get("/cordon/", {"at": before.isoformat()}))


def test_the_page_of_one_village_says_the_way_in_road_by_road(laid: Scene, officer: Client) -> None:
    leave_the_gate(laid, 30)
    page = words(officer.get("/cordon/", {"area": laid.world.village_b.pk}))
    assert "绕行的路 · 10.2 km" in page and "国道 10.2 km" in page


def test_a_township_sees_its_own_villages_by_the_proof_of_the_whole_county(laid: Scene, signed_in: Any) -> None:
    """The secretary of Qingshan sees no post of Longquan, and yet its gate counts."""
    secretary = signed_in(laid.inside("township_secretary", "qingshan"))
    assert "1 / 1 个村已封住" in words(secretary.get("/cordon/"))
    leave_the_gate(laid, 30)
    page = words(secretary.get("/cordon/"))
    assert "0 / 1 个村已封住" in page and "西河" not in page


def test_the_map_draws_what_the_table_says(laid: Scene, officer: Client) -> None:
    leave_the_gate(laid, 30)
    drawn = json.loads(officer.get("/cordon/picture/").content)
    assert [(one[1], one[4]) for one in drawn["villages"]] == [("东河", "closed"), ("西河", "open"), ("松林", "open")]
    assert {one[1]: one[4] for one in drawn["posts"]} == {"东河村口卡点": True, "南关口卡点": False}
    assert drawn["leaks"][0]["line"][:2] == [102.0, 24.1]
    assert drawn["leaks"][0]["line"][-2:] == pytest.approx(roads.B)
    assert drawn["plug"][0][:2] == pytest.approx(roads.GATE)
    assert drawn["boundary"] == [[value for point in BOUNDARY for value in point]]


@pytest.mark.parametrize("query", ["layer=air", "at=soon", "area=x"])
def test_an_odd_address_gets_a_sentence(laid: Scene, officer: Client, query: str) -> None:
    for page in ("/cordon/", "/cordon/picture/"):
        assert officer.get(f"{page}?{query}").status_code == 400


def test_roads_come_in_by_the_page(scene: Scene, officer: Client, tmp_path: Path) -> None:
    sent = {
        "roads": SimpleUploadedFile("r.geojson", roads_file(tmp_path).read_bytes()),
        "boundary": SimpleUploadedFile("b.geojson", boundary_file(tmp_path).read_bytes()),
        "datum": "wgs84",
    }
    page = officer.post(f"/areas/{scene.world.county.pk}/roads/new/", sent, follow=True)
    assert "已导入：4 个路口，3 段路" in words(page) and "3 个未定位" in words(page)
    with acting(EVERYTHING):
        kept = RoadNetwork.objects.get()
    assert (kept.origin, kept.datum, len(kept.digest)) == ("r.geojson", "wgs84", 64)


def test_a_broken_file_is_a_sentence_and_leaves_nothing(scene: Scene, officer: Client, tmp_path: Path) -> None:
    address = f"/areas/{scene.world.county.pk}/roads/new/"
    good = boundary_file(tmp_path).read_bytes()
    far = geojson(([(120.0, 30.0), (120.1, 30.1)], {"highway": "trunk"})).encode()
    for content, sentence in ((b"{", "已损坏"), (b"", "没有选"), (far, "都在县界以外")):
        sent = {"datum": "wgs84", "roads": SimpleUploadedFile("r.geojson", content),
                "boundary": SimpleUploadedFile("b.geojson", good)}  # fmt: skip
        page = officer.post(address, sent)
        assert page.status_code == 422 and (sentence in words(page) or "没有道路" in words(page)), words(page)
    assert "还没有选坐标系" in words(officer.post(address, {}))
    with acting(EVERYTHING):
        assert not RoadNetwork.objects.exists()


def test_a_drawn_way_opens_a_village_at_once_and_the_gap_leads_to_the_map(laid: Scene, officer: Client) -> None:
    line = "\n".join(f"{x}，{y}" for x, y in roads.TRACK)
    sent = {"name": "采石场便道", "layer": "road", "datum": "wgs84", "line": line}
    page = officer.post(f"/areas/{laid.world.village_a.pk}/ways/new/", sent, follow=True)
    assert "已补画：采石场便道" in words(page) and "0 / 1 个村已封住" in words(page)
    with acting(EVERYTHING):
        owed = Obligation.objects.get(duty__key="village.cordon")
        way = LocalRoad.objects.get()
    assert owed.area_id == laid.world.village_a.pk and owed.met_at is None
    assert "/cordon/" in officer.get(f"/obligations/{owed.pk}/").content.decode()
    officer.post(f"/ways/{way.pk}/end/", {"reason": "已挖断"})
    with acting(EVERYTHING):
        assert Obligation.objects.get(pk=owed.pk).met_at is not None


def test_a_seal_takes_two(laid: Scene, officer: Client, signed_in: Any) -> None:
    sent = {"name": "村口", "reason": "堆土", "datum": "wgs84", "at": "102.03, 24.138"}
    page = words(officer.post(f"/areas/{laid.world.village_a.pk}/seals/new/", sent, follow=True))
    assert "待批准，还不作数" in page
    with acting(EVERYTHING):
        seal = Seal.objects.get()
    assert officer.post(f"/seals/{seal.pk}/grant/").status_code == 409
    secretary = signed_in(laid.inside("township_secretary", "longquan"))
    assert "已批准封路" in words(secretary.post(f"/seals/{seal.pk}/grant/", follow=True))


def test_a_position_in_the_maps_datum_is_converted(laid: Scene, officer: Client) -> None:
    import numpy as np

    ((x, y),) = to_gcj02(np.array([roads.GATE])).tolist()
    officer.post(f"/subjects/{laid.world.gate.pk}/whereabouts/", {"datum": "gcj02", "at": f"{x}, {y}"})
    with acting(EVERYTHING):
        kept = Whereabouts.objects.filter(subject=laid.world.gate.pk).order_by("since").last()
    assert (kept.longitude, kept.latitude) == pytest.approx(roads.GATE, abs=1e-7)


def test_a_position_off_any_road_is_refused_with_its_distance(laid: Scene, officer: Client) -> None:
    answer = officer.post(f"/subjects/{laid.world.gate.pk}/whereabouts/", {"datum": "wgs84", "at": "102.06 24.12"})
    assert answer.status_code == 422 and "米，超过 200 米" in words(answer)
    assert 'value="102.06 24.12"' in answer.content.decode()
