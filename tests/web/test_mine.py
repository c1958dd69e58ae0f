"""One's own list: missed until answered, due today, next; what hangs on vacant seats; what one was told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty import board
from sibulou.duty.escalate import escalate
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Appointment
from sibulou.web.pages import mine
from tests.web.pages import built  # noqa: F401 - the scene four days on
from tests.web.reading import words
from tests.web.scene import Scene
from tests.web.test_waivers import asked_by

pytestmark = pytest.mark.django_db


def test_what_is_missed_stays_with_its_form_one_tap_away(scene: Scene, signed_in):
    answer = signed_in(scene.inside("group_head", "group_a1")).get("/mine/")
    page = answer.content.decode()
    assert "漏了的" in page
    assert "见到本人" in page
    assert "/records/new/?form=person_seen&amp;next=%2Fmine%2F" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_role_has_a_list_in_both_languages(scene: Scene, signed_in, language: str):
    for role in ("county_duty", "township_secretary", "village_secretary", "post_head", "guard", "institution_head"):
        assert signed_in(scene.inside(role), language).get("/mine/").status_code == 200, role


def test_what_hangs_on_a_vacant_seat_is_on_the_next_ones_list_and_marked(scene: Scene, signed_in):
    """L1: nothing leaves because its owner left."""
    with acting(EVERYTHING):
        Appointment.objects.filter(seat__role="group_head", seat__area=scene.world.group_a1).update(
            ends_at=scene.now - timedelta(minutes=1), ended_by="x"
        )
    page = words(signed_in(scene.world.secretary_a).get("/mine/"))
    assert "下面的席位无人负责，暂由你办" in page
    assert "见到本人" in page


def test_what_was_told_because_those_below_did_not_answer(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    page = words(signed_in(scene.inside("county_duty")).get("/mine/"))
    assert "下级没办、报到我这里的" in page
    assert "启动令回执" in page


def test_a_request_that_waits_for_ones_answer_is_announced(scene: Scene, signed_in):
    asked_by(scene, scene.inside("group_head", "group_a1"))
    assert "1 份豁免申请等你这一级批准" in words(signed_in(scene.world.secretary_a).get("/mine/"))


def test_whoever_owes_nothing_is_thanked(scene: Scene, signed_in):
    assert "今天没有漏项" in words(signed_in(scene.inside("auditor")).get("/mine/"))
    assert "nothing is missed" in words(signed_in(scene.inside("auditor"), "en").get("/mine/"))


def test_somebody_without_a_seat_is_told_why_the_list_is_empty(scene: Scene, signed_in):
    with acting(EVERYTHING):
        Appointment.objects.filter(user=scene.world.li).update(ends_at=scene.now - timedelta(minutes=1), ended_by="x")
    assert "没有任职的席位" in words(signed_in(scene.world.li).get("/mine/"))


def test_a_list_that_was_cut_says_that_there_are_more(scene: Scene, signed_in, monkeypatch: pytest.MonkeyPatch):
    client = signed_in(scene.inside("group_head", "group_a1"))
    whole = client.get("/mine/")
    assert not whole.context["cut"]
    assert [part.said for part in whole.context["parts"]] == [str(part.count) for part in whole.context["parts"]]
    full = board.seat_list
    monkeypatch.setattr(mine, "MOST", 3)
    monkeypatch.setattr(board, "seat_list", lambda *given, **named: full(*given, **named, limit=3))
    page = client.get("/mine/")
    assert [(part.key, part.said) for part in page.context["parts"]] == [("missed", "3+")]
    assert "漏了的 3+" in words(page)
    assert page.context["cut"]


def test_the_heading_of_what_was_told_counts_what_is_not_listed(
    scene: Scene, signed_in, monkeypatch: pytest.MonkeyPatch
):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    client = signed_in(scene.inside("county_duty"))
    many = len(client.get("/mine/").context["told"])
    monkeypatch.setattr(mine, "MOST", 2)
    page = client.get("/mine/")
    assert len(page.context["told"]) == 2 < many
    assert f"报到我这里的 {many} " in words(page)


def test_what_was_told_of_a_vacant_seat_says_that_nobody_answers(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    client = signed_in(scene.inside("county_duty"))
    one = client.get("/mine/").context["told"][0].row
    assert not one.gap.unowned
    with acting(EVERYTHING):
        Appointment.objects.filter(seat=one.gap.seat).update(ends_at=scene.now - timedelta(minutes=1), ended_by="x")
    page = client.get("/mine/")
    (again,) = [told.row for told in page.context["told"] if told.row.gap.obligation == one.gap.obligation]
    assert again.gap.unowned
    assert ("unowned", "无人负责") in again.kinds
    assert "无人负责" in words(page)
