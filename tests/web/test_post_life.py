"""The life of a post and its branch, on the page: what may follow is offered, and each step keeps its number."""

from __future__ import annotations

import pytest

from sibulou.fronts.defence.models import Leading, PostStep
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Subject
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def page(client, number: int) -> str:
    return client.get(f"/subjects/{number}/").content.decode()


def test_a_post_is_suspended_and_resumed_by_decisions(scene: Scene, signed_in):
    """Only the steps that may follow are offered; number, reason and name stand on its page."""
    client, number = signed_in(scene.world.duty_officer), scene.world.post.pk
    assert f"/subjects/{number}/steps/suspended/" in page(client, number)
    assert f"/subjects/{number}/steps/resumed/" not in page(client, number)
    refused = client.post(f"/subjects/{number}/steps/suspended/", {"number": "", "reason": "修路"})
    assert refused.status_code == 422 and "决定文号" in words(refused)
    done = client.post(f"/subjects/{number}/steps/suspended/", {"number": "易防指〔2020〕7号", "reason": "修路"})
    assert done.status_code == 302
    shown = page(client, number)
    assert "易防指〔2020〕7号 · 修路" in shown and f"/subjects/{number}/steps/resumed/" in shown
    with acting(EVERYTHING):
        assert [one.step for one in PostStep.objects.all()] == ["suspended"]


def test_taking_a_post_off_the_roster_is_its_withdrawal(scene: Scene, signed_in):
    client, number = signed_in(scene.world.duty_officer), scene.world.post.pk
    assert client.get(f"/subjects/{number}/end/").url == f"/subjects/{number}/steps/withdrawn/"
    client.post(f"/subjects/{number}/steps/withdrawn/", {"number": "第9号", "reason": "疫情解除"})
    assert "已移出名册" in page(client, number)


def test_a_branch_is_founded_led_and_listed(scene: Scene, signed_in):
    """First the posts that nobody leads, with the way to put them under a branch."""
    client, post = signed_in(scene.world.duty_officer), scene.world.post
    assert f"/subjects/{post.pk}/branch/" in client.get("/branches/").content.decode()
    made = client.post(f"/areas/{scene.world.longquan.pk}/branches/new/", {"name": "东河卡点临时党支部"})
    number = int(made.url.split("/")[2])
    answer = client.post(f"/subjects/{post.pk}/branch/", {"branch": str(number)})
    assert answer.status_code == 302
    listed = words(client.get("/branches/"))
    assert "东河卡点临时党支部" in listed and "没有书记 1" in listed
    assert "东河卡点临时党支部" in page(client, post.pk) and post.subject.label in page(client, number)
    assert "东河卡点临时党支部" in page(signed_in(scene.inside("post_head", "post")), post.pk)
    client.post(f"/subjects/{post.pk}/branch/", {"branch": "none"})
    with acting(EVERYTHING):
        assert not Leading.objects.filter(until__isnull=True).exists()
        assert Subject.objects.get(pk=number).until is None


def test_two_villages_share_a_post(scene: Scene, signed_in):
    client, number = signed_in(scene.world.duty_officer), scene.world.post.pk
    client.post(f"/subjects/{number}/joint/", {"village": scene.world.village_b.pk})
    assert "联合设点" in page(client, number) and scene.world.village_b.name in page(client, number)
    again = client.post(f"/subjects/{number}/joint/", {"village": scene.world.village_b.pk})
    assert again.status_code == 409
