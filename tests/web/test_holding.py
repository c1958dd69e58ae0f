"""The holding place on its page: who is held, since when, by whom; what is missed with its owner's telephone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def holds(scene: Scene, hours: float) -> None:
    """Somebody is held at the village post so many hours ago."""
    head, at = scene.inside("post_head", "post"), scene.now - timedelta(hours=hours)
    said = {
        "name": "过路人",
        "temperature": 37.9,
        "second": 37.8,
        "direction": "in",
        "disposal": "held",
        "unwell": True,
    }
    with acting(EVERYTHING):
        told = Told(uuid7(at), "checkpoint_pass", scene.world.post.pk, at, said)
        take_in(Batch([told]), reach=EVERYTHING, by=By(head.name, "", head.pk), now=at)


def test_who_is_held_too_long_stands_first_with_whoever_must_act(scene: Scene, signed_in):
    """No doctor for five hours: a gap of the township's health officer, by name and telephone."""
    client = signed_in(scene.world.duty_officer)
    assert "现在没有人留观" in words(client.get("/held/"))
    holds(scene, 5)
    shown = words(client.get("/held/"))
    assert "现在留观 1" in shown and "漏 1" in shown and "还没有医生看过" in shown
    assert "37.8 ℃" in shown and "石磊" in shown and "马莉" in shown and "留观人员诊查 逾期" in shown
    assert "过路人" in shown
    assert "no doctor yet" in words(signed_in(scene.world.duty_officer, "en").get("/held/"))


def test_the_head_of_a_post_sees_his_own(scene: Scene, signed_in):
    holds(scene, 1)
    assert "现在留观 1" in words(signed_in(scene.inside("post_head", "post")).get("/held/"))
    assert "现在留观 0" in words(signed_in(scene.inside("post_head", "gate")).get("/held/"))
