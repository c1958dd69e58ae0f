"""Isolation at every door: it takes who decided, the number of the notice and the law; no role of a village can."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime

from sibulou.duty.models import Record
from sibulou.field import devices
from sibulou.fronts.defence.models import Passage
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import User
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
PAPERS = {"authority": "cdc", "notice": "易疾控隔〔2020〕3号", "basis": "diseases"}
PASS = {"name": "过路人", "temperature": 36.5, "direction": "in", "disposal": "isolated"}
Door = Callable[[Scene, Client, User, dict[str, object]], str]
"""Hands a passage in as somebody; gives what the door said."""


def by_page(scene: Scene, client: Client, user: User, said: dict[str, object]) -> str:
    at = f"{localtime(scene.now - timedelta(minutes=5)):%Y-%m-%dT%H:%M}"
    answer = client.post(
        f"/subjects/{scene.world.post.pk}/records/new/?form=checkpoint_pass", said | {"happened_at": at}
    )
    return answer.content.decode()


def by_interface(scene: Scene, client: Client, user: User, said: dict[str, object]) -> str:
    return _handed_in(scene, client, said, {})


def by_telephone(scene: Scene, client: Client, user: User, said: dict[str, object]) -> str:
    found = devices.enrol_signed_in(user=user, name="手机", now=scene.now - timedelta(hours=1))
    return _handed_in(scene, Client(), said, {"Authorization": f"Device {found.token}"})


def _handed_in(scene: Scene, client: Client, said: dict[str, object], headers: dict[str, str]) -> str:
    at = scene.now - timedelta(minutes=5)
    record = {"id": str(uuid7(at)), "form": "checkpoint_pass", "subject": str(scene.world.post.pk),
              "happened_at": at.isoformat(), "content": said}  # fmt: skip
    answer = client.post("/api/v1/records", json.dumps({"records": [record]}), content_type="application/json",
                         headers=headers)  # fmt: skip
    return json.dumps(answer.json(), ensure_ascii=False)


DOORS: list[Door] = [by_page, by_interface, by_telephone]


def kept() -> int:
    with acting(EVERYTHING):
        assert Record.objects.filter(form="checkpoint_pass").count() == Passage.objects.count()
        return Passage.objects.filter(disposal="isolated").count()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("missing", sorted(PAPERS))
def test_without_one_of_the_three_nobody_is_isolated(scene: Scene, signed_in, door: Door, missing: str):
    """The head of the post, who may hand on the decision, is told what is missing."""
    user = scene.inside("post_head", "post")
    door(scene, signed_in(user), user, PASS | {key: text for key, text in PAPERS.items() if key != missing})
    assert kept() == 0


@pytest.mark.parametrize("door", DOORS)
def test_with_all_three_the_head_of_the_post_hands_it_on(scene: Scene, signed_in, door: Door):
    user = scene.inside("post_head", "post")
    said = door(scene, signed_in(user), user, PASS | PAPERS)
    assert kept() == 1, said


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("role", ["village_secretary", "village_doctor"])
def test_no_role_of_a_village_isolates_by_any_door(scene: Scene, signed_in, door: Door, role: str):
    """With all the papers in hand it is refused, with the sentence that says whom to call."""
    user = scene.inside(role, "village_a")
    said = door(scene, signed_in(user), user, PASS | PAPERS)
    assert "不能作出隔离决定" in said
    assert kept() == 0


@pytest.mark.parametrize(("role", "where"), [("post_head", "post"), ("village_secretary", "village_a")])
def test_no_paper_isolates(scene: Scene, signed_in, role: str, where: str):
    """A printed sheet has no room for the three, so a row that says isolated is refused, whoever types it in."""
    client = signed_in(scene.inside(role, where))
    starts = f"{localtime(scene.now - timedelta(hours=2)):%Y-%m-%dT%H:%M}"
    said = {"form": "checkpoint_pass", "starts_at": starts, "lines": "4"}
    serial = client.post(f"/subjects/{scene.world.post.pk}/paper/", said).url.split("/")[2]
    row = {"a.name": "过路人", "a.temperature": "365", "a.direction": "1", "a.disposal": "5",
           "time": f"{localtime(scene.now - timedelta(hours=1)):%H%M}"}  # fmt: skip
    assert client.post(f"/paper/{serial}/rows/1/", row, headers={"X-Row": "1"}).status_code == 422
    assert kept() == 0
