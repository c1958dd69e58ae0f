"""Orders on the page: sent to many seats at once, answered on one's own list, followed to whoever is missing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from sibulou.fronts.control.models import Order
from sibulou.roster.access import EVERYTHING, acting
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def sends(client: Client, scene: Scene, **said: object):
    """The form of a new order, filled in."""
    due = f"{scene.now + timedelta(hours=5):%Y-%m-%dT%H:%M}+00:00"
    return client.post("/orders/new/", {"text": "连夜排查外来车辆", "done_when": "报回车辆数", "due": due, **said})


def addressee(page: str) -> str:
    found = re.search(r'name="addressee" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_order_to_many_seats_shows_who_is_missing(scene: Scene, signed_in):
    """Two areas, every post and a person: one page with each seat's name and telephone, the vacant one among them."""
    world, client = scene.world, signed_in(scene.world.duty_officer)
    assert "下达指令" in words(client.get("/orders/new/"))
    answer = sends(client, scene, areas=[world.longquan.pk, world.village_a.pk], roles=["post_head", "township_health"],
                   people=world.doctor_a.name)  # fmt: skip
    assert answer.status_code == 302
    shown = words(client.get(answer.url))
    for name in ("罗兰", "梁红", "石磊", "金波", "马莉", "白芸"):
        assert name in shown
    assert "无人负责" in shown, "Qingshan has no health officer, and the order there is unowned at once"
    assert "发给 7" in shown and "未签收 7" in shown and "漏 1" in shown
    assert "连夜排查外来车辆" in words(client.get("/orders/"))


def test_an_order_to_nobody_is_refused_and_what_was_typed_stays(scene: Scene, signed_in):
    client = signed_in(scene.world.duty_officer)
    for said, sentence in (({}, "没有发给任何人"), ({"people": "查无此人"}, "查无此人"), ({"due": ""}, "完成时限"),
                           ({"text": " ", "areas": scene.world.longquan.pk}, "没有内容")):  # fmt: skip
        refused = sends(client, scene, **said)
        assert refused.status_code == 422 and sentence in words(refused)
    assert "报回车辆数" in refused.content.decode()
    with acting(EVERYTHING):
        assert not Order.objects.exists()


def test_the_seat_reads_it_on_its_own_list_and_answers(scene: Scene, signed_in):
    """The text stands with the obligation; one tap says that it was read, another that it is done."""
    world, officer = scene.world, signed_in(scene.world.duty_officer)
    link = sends(officer, scene, areas=world.village_a.pk).url
    secretary = signed_in(world.secretary_a)
    listed = words(secretary.get("/mine/"))
    assert "连夜排查外来车辆" in listed and "报回车辆数" in listed
    page = secretary.get(link).content.decode()
    secretary.post(f"{link}answers/", {"addressee": addressee(page), "result": "received"})
    assert "已签收，未办结" in words(officer.get(link))
    secretary.post(f"{link}answers/", {"addressee": addressee(page), "result": "done"})
    assert "未办结 0" in words(officer.get(link)) and "连夜排查" not in words(secretary.get("/mine/"))
    assert "都办结了" in words(officer.get("/orders/"))


def test_what_cannot_be_done_comes_back_with_its_reason(scene: Scene, signed_in):
    """It stands on the sender's list until he answers; sent anew, the seat owes it again."""
    world, officer = scene.world, signed_in(scene.world.duty_officer)
    link = sends(officer, scene, areas=world.village_a.pk).url
    secretary = signed_in(world.secretary_a)
    said = {"addressee": addressee(secretary.get(link).content.decode()), "result": "cannot"}
    without = secretary.post(f"{link}answers/", said)
    assert without.status_code == 422 and "写明理由" in words(without)
    secretary.post(f"{link}answers/", said | {"remark": "全村只有两人在岗"})
    shown = words(officer.get(link))
    assert "办不了：全村只有两人在岗" in shown.replace(" ： ", "：") and "异议待答复 1" in shown
    assert "连夜排查外来车辆" in words(officer.get("/mine/"))
    due = f"{scene.now + timedelta(hours=9):%Y-%m-%dT%H:%M}+00:00"
    answered = officer.post(
        f"{link}objections/", {"addressee": said["addressee"], "outcome": "upheld", "due": due, "words": "派两人支援"}
    )
    assert answered.status_code == 302 and "已答复" in words(officer.get(link))
    assert "派两人支援" in words(secretary.get("/mine/"))


def test_a_township_orders_within_itself_and_a_village_orders_nobody(scene: Scene, signed_in):
    world = scene.world
    township = signed_in(scene.inside("township_duty", "longquan"))
    assert sends(township, scene, areas=world.village_a.pk).status_code == 302
    assert sends(township, scene, areas=world.village_c.pk).status_code == 422, "Songlin lies in the other township"
    assert signed_in(world.secretary_a).get("/orders/new/").status_code == 403
    other = signed_in(world.user("village_secretary", "village_c"))
    assert "没有发给你的指令" in words(other.get("/orders/"))


def test_the_pages_read_in_english(scene: Scene, signed_in):
    client = signed_in(scene.world.duty_officer, "en")
    link = sends(client, scene, areas=scene.world.village_a.pk).url
    assert "Who it went to, the missed first" in words(client.get(link))
    assert "Send an order" in words(client.get("/orders/new/")) and "not read 1" in words(client.get("/orders/"))
