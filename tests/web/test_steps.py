"""The flow card on its page: published once, read by every post, and who still works by an old version."""

from __future__ import annotations

import pytest

from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
STEPS = {
    "stop": "示意停车",
    "ask": "问来处去处",
    "measure": "测体温",
    "register": "逐人登记",
    "decide": "放行或留观",
    "tell": "报点长",
}


def test_a_card_is_published_and_each_post_says_that_it_works_by_it(scene: Scene, signed_in):
    bureau, head = signed_in(scene.inside("health_bureau")), signed_in(scene.inside("post_head", "post"))
    assert "还没有发布流程卡" in words(head.get("/steps/"))
    refused = bureau.post("/steps/", {"version": "3", **STEPS, "ask": " "})
    assert refused.status_code == 422 and "示意停车" in refused.content.decode()
    assert bureau.post("/steps/", {"version": "3", **STEPS}).status_code == 302
    shown = words(bureau.get("/steps/"))
    assert "未换版 2" in shown and "石磊" in shown and "没有报过版本" in shown
    assert "问来处去处" in words(head.get("/steps/"))
    post = scene.world.post.pk
    head.post(f"/steps/posts/{post}/", {"version": "2"})
    assert "所报版本 2" in words(bureau.get("/steps/"))
    head.post(f"/steps/posts/{post}/", {"version": "3"})
    assert "未换版 1" in words(bureau.get("/steps/"))
    assert "on an old version 1" in words(signed_in(scene.inside("health_bureau"), "en").get("/steps/"))


def test_a_post_publishes_none(scene: Scene, signed_in):
    client = signed_in(scene.inside("post_head", "post"))
    assert client.post("/steps/", {"version": "9", **STEPS}).status_code == 403
    assert "发布新版" not in words(client.get("/steps/"))
