"""The start key, the level, the stand-down, and a township that is stricter."""

from __future__ import annotations

import pytest

from sibulou.duty.models import Event, Obligation, Stage, Strictness
from sibulou.roster.access import EVERYTHING, acting
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def start(scene: Scene, **other: str) -> dict[str, str]:
    plan = scene.event.stages.get().version_id
    return {"area": str(scene.world.county.pk), "plan": f"{plan}|I", "title": "二次响应", "notice": "第2号",
            "legal_basis": "《传染病防治法》", **other}  # fmt: skip


def ended(scene: Scene, client) -> None:
    client.post(f"/events/{scene.event.pk}/end/", {"reason": "演练结束", "waive": "yes"})


def test_the_start_key_is_pressed_after_a_second_look(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    ended(scene, client)
    look = client.post("/events/new/", start(scene))
    assert "核对后启动" in words(look)
    assert "启动令回执" in words(look)
    with acting(EVERYTHING):
        assert Event.objects.count() == 1
    pressed = client.post("/events/new/", start(scene, confirm="yes"), follow=True)
    assert "各乡镇须回执" in words(pressed)
    with acting(EVERYTHING):
        event = Event.objects.latest("pk")
        assert Obligation.objects.filter(stage__event=event, duty__key="start.acknowledge").count() == 2


def test_pressed_twice_it_says_what_to_do_instead(scene: Scene, signed_in):
    answer = signed_in(scene.inside("county_duty")).post("/events/new/", start(scene, confirm="yes"))
    assert answer.status_code == 409
    assert "调整级别" in words(answer)
    assert 'value="二次响应"' in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"plan": ""}, {"plan": "x|I"}, {"title": " "}, {"area": "1"}, {"title": "长" * 121}])
def test_a_start_that_lacks_something_says_what(scene: Scene, signed_in, wrong: dict[str, str]):
    answer = signed_in(scene.inside("county_duty")).post("/events/new/", start(scene) | wrong)
    assert answer.status_code == 422
    with acting(EVERYTHING):
        assert Event.objects.count() == 1


def test_the_event_shows_who_has_not_acknowledged_and_his_telephone(scene: Scene, signed_in):
    page = signed_in(scene.inside("county_duty")).get(f"/events/{scene.event.pk}/")
    said = words(page).split("乡镇回执")[1]
    assert "龙泉街道" in said
    assert "郭军" in said
    assert "tel:" in page.content.decode()


def test_another_level_is_another_stage(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    page = client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"}, follow=True)
    assert "级别已调整" in words(page)
    with acting(EVERYTHING):
        assert list(Stage.objects.values_list("level", flat=True)) == ["I", "II"]
    same = client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"})
    assert same.status_code == 409
    unknown = client.post(f"/events/{scene.event.pk}/stages/", {"level": "IX"})
    assert unknown.status_code == 422


def test_a_stand_down_over_open_gaps_takes_a_reason_and_a_name(scene: Scene, signed_in):
    """L3: what is open does not vanish; somebody waives it by name."""
    client = signed_in(scene.inside("county_duty"))
    address = f"/events/{scene.event.pk}/end/"
    assert "项漏项没有销号" in words(client.get(address))
    assert client.post(address, {"reason": "", "waive": "yes"}).status_code == 422
    bare = client.post(address, {"reason": "疫情结束"})
    assert bare.status_code == 409
    assert "还有" in words(bare)
    with acting(EVERYTHING):
        assert Event.objects.get().ended_at is None
    assert client.post(address, {"reason": "疫情结束", "waive": "yes"}).status_code == 302
    with acting(EVERYTHING):
        assert Event.objects.get().ended_by == "林静"
        assert not Obligation.objects.filter(met_at__isnull=True, waived_at__isnull=True).exists()
    assert client.get(address).status_code == 409


def test_a_township_may_be_stricter_and_never_laxer(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    area = scene.world.longquan.pk
    address = f"/events/{scene.event.pk}/strictness/?area={area}&duty=symptom.to_clinic"
    asked = words(client.get(address)).split("县级要求：")[1].split("只能更严")[0]
    assert "发生后" in asked and not set("abcdefghijklmnopqrstuvwxyz") & set(asked)
    laxer = client.post(address, {"warn": "1 days", "due": "2 days", "tell": "3 days"})
    assert laxer.status_code == 422
    assert "只能更严" in words(laxer)
    unread = client.post(address, {"warn": "soon", "due": "2 days", "tell": "3 days"})
    assert unread.status_code == 422
    assert client.post(address, {"warn": "1 min", "due": "2 min", "tell": "3 min"}).status_code == 302
    with acting(EVERYTHING):
        assert Strictness.objects.get().area_id == area
    assert "发生后2 分钟内" in words(client.get(f"/events/{scene.event.pk}/"))


@pytest.mark.parametrize("duty", ["village.close", "household.screened", "symptom.to_clinic", "county.close"])
def test_every_cadence_can_be_set(scene: Scene, signed_in, duty: str):
    """The same timing again is no laxer: the form reads back what it draws."""
    from sibulou.duty.force import stages
    from sibulou.web.timings import boxes, read_boxes

    with acting(EVERYTHING):
        last = stages([scene.event])[-1]
    from sibulou.duty.timing import read_timing

    timing = last.plan.duties[duty].timing("I")
    assert timing is not None
    assert read_timing(read_boxes(timing, {box.name: box.value for box in boxes(timing)})) == timing


def test_a_township_reads_the_event_and_changes_nothing(scene: Scene, signed_in):
    client = signed_in(scene.inside("township_duty", "longquan"))
    page = client.get(f"/events/{scene.event.pk}/")
    assert "解除响应…" not in words(page)
    assert client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"}).status_code in (403, 404)
