"""Records that could not be taken are settled by a person, by name; none is dropped."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from sibulou.duty.models import Record, Refusal
from sibulou.duty.personal import sent
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from tests.web.reading import hidden, words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(scene: Scene, signed_in) -> Client:
    """A group head whose device has sent a conflict, a wrong answer and an unknown subject."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    at = (scene.now - timedelta(hours=1)).isoformat()
    one = {"id": str(uuid7(scene.now)), "form": "household_check", "subject": scene.world.zhang.pk, "happened_at": at,
           "content": {"members": 2, "present": 2}}  # fmt: skip
    records = [
        one,
        one | {"content": {"members": 5, "present": 2}},
        one | {"id": str(uuid7(scene.now)), "content": {"members": -2, "present": 2}},
        one | {"id": str(uuid7(scene.now)), "subject": 987654321},
        {"id": "??", "form": 7, "happened_at": {"x": []}, "content": "530499199001011234"},
    ]
    client.post("/api/v1/records", json.dumps({"records": records}), content_type="application/json")
    return client


def test_the_list_holds_all_of_them(head: Client):
    page = words(head.get("/refusals/"))
    for part in ("两份不同", "没有收下", "对象未入册", "入户排查"):
        assert part in page
    assert "对象未入册" in words(head.get("/refusals/?outcome=unknown_subject"))


def test_every_one_can_be_opened_and_long_numbers_are_masked(head: Client):
    with acting(EVERYTHING):
        rows = list(Refusal.objects.all())
    assert len(rows) == 4
    for row in rows:
        page = head.get(f"/refusals/{row.pk}/")
        assert page.status_code == 200
        assert "530499199001011234" not in page.content.decode()


def test_what_was_sent_is_read_as_the_form_asks_it(scene: Scene, head: Client):
    """In labels and in the county's time; what fits no form stands as it was sent."""
    with acting(EVERYTHING):
        rows = {row.pk: sent(row) for row in Refusal.objects.all()}
    wrong = next(pk for pk, told in rows.items() if told["content"] == {"members": -2, "present": 2})
    shown = words(head.get(f"/refusals/{wrong}/")).split("原件")[1]
    assert "家庭人数 -2" in shown
    assert f"{scene.now + timedelta(hours=7):%Y-%m-%d %H:%M}" in shown
    assert "members" not in shown and "+00:00" not in shown
    with acting(EVERYTHING):
        Refusal.objects.filter(pk=wrong).update(payload=rows[wrong] | {"content": {"members": "530499199001011234"}})
    masked = words(head.get(f"/refusals/{wrong}/")).split("原件")[1]
    assert "家庭人数 530" in masked and "530499199001011234" not in masked
    odd = next(pk for pk, told in rows.items() if told["form"] == 7)
    assert '"form": 7' in words(head.get(f"/refusals/{odd}/")).split("原件")[-1]


def test_a_conflict_stands_side_by_side_and_the_later_one_may_count(scene: Scene, head: Client):
    with acting(EVERYTHING):
        conflict = Refusal.objects.get(outcome="conflicting")
        kept = Record.objects.get()
    page = words(head.get(f"/refusals/{conflict.pk}/"))
    assert "家庭人数 2 5" in page
    assert str(kept.pk) not in page and "请选定以哪一份为准" in page and "到“待核记录”中" not in page
    address = (
        f"/subjects/{scene.world.zhang.pk}/records/new/?form=household_check&refusal={conflict.pk}&corrects={kept.pk}"
    )
    form = head.get(address)
    sent = {"id": hidden(form, "id"), "members": "5", "present": "2", "happened_at": "2020-02-10T08:00"}
    sent["happened_at"] = f"{scene.now - timedelta(hours=1) + timedelta(hours=8):%Y-%m-%dT%H:%M}"
    assert head.post(address, sent).status_code == 302
    with acting(EVERYTHING):
        conflict.refresh_from_db()
        assert conflict.settled_by == "段勇"
        assert str(Record.objects.get(corrects=kept.pk).pk) in conflict.settled_how


def test_it_is_settled_by_name_with_words_and_only_once(head: Client):
    with acting(EVERYTHING):
        row = Refusal.objects.filter(outcome="unknown_subject")[0]
    address = f"/refusals/{row.pk}/"
    assert head.post(address, {"how": " "}).status_code == 422
    assert "原件仍然留存" in words(head.post(address, {"how": "已补登名册"}, follow=True))
    again = head.post(address, {"how": "别的"})
    assert (again.status_code, "已由 段勇 处理" in words(again)) == (409, True)
    with acting(EVERYTHING):
        assert sent(Refusal.objects.get(pk=row.pk))["subject"] == 987654321


@pytest.mark.parametrize("role", ["guard", "group_head"])
def test_whoever_hands_in_records_finds_what_came_back(scene: Scene, signed_in, role: str):
    """A guard answers for someone by name and holds no area; his records come back all the same."""
    page = signed_in(scene.inside(role)).get("/mine/").content.decode()
    assert 'href="/refusals/"' in page and 'href="/orders/"' in page


def test_an_auditor_hands_in_nothing(scene: Scene, signed_in):
    assert 'href="/refusals/"' not in signed_in(scene.inside("auditor")).get("/mine/").content.decode()
