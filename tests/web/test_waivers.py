"""Waivers are granted by a second person, never by who asked or who answers."""

from __future__ import annotations

import pytest

from sibulou.duty.models import Obligation, Waiver
from sibulou.duty.waive import ask_waiver
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.models import User
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def asked_by(scene: Scene, user: User, duty: str = "person.seen") -> Waiver:
    row = scene.owed(duty, area_id=scene.world.group_a1.pk)
    with acting(EVERYTHING):
        return ask_waiver(
            obligation=row, reason="away", words="在昆明", until=None, by=By(user.name, "", user.pk), now=scene.now
        )


def test_the_list_shows_what_waits_in_ones_area(scene: Scene, signed_in):
    asked_by(scene, scene.inside("group_head", "group_a1"))
    page = words(signed_in(scene.world.secretary_a).get("/waivers/"))
    for part in ("见到本人", "全户外出", "在昆明", "段勇", "批准"):
        assert part in page
    assert "没有等待批准" in words(signed_in(scene.inside("village_secretary", "village_b")).get("/waivers/"))


def test_a_second_person_grants_it(scene: Scene, signed_in):
    waiver = asked_by(scene, scene.inside("group_head", "group_a1"))
    page = signed_in(scene.world.secretary_a).post(f"/waivers/{waiver.pk}/answer/", {"answer": "grant"}, follow=True)
    assert "已批准豁免" in words(page)
    with acting(EVERYTHING):
        assert Obligation.objects.get(pk=waiver.about_id).waiver_id == waiver.pk


def test_refused_it_stays_what_it_is(scene: Scene, signed_in):
    waiver = asked_by(scene, scene.inside("group_head", "group_a1"))
    page = signed_in(scene.world.secretary_a).post(f"/waivers/{waiver.pk}/answer/", {"answer": "refuse"}, follow=True)
    assert "照常计算" in words(page)
    with acting(EVERYTHING):
        assert Obligation.objects.get(pk=waiver.about_id).waived_at is None


def test_who_asked_cannot_grant(scene: Scene, signed_in):
    waiver = asked_by(scene, scene.world.secretary_a)
    client = signed_in(scene.world.secretary_a)
    assert "这是你提出的，须由另一人批准" in words(client.get("/waivers/"))
    answer = client.post(f"/waivers/{waiver.pk}/answer/", {"answer": "grant"})
    assert answer.status_code == 403
    assert "都不能批准自己的豁免" in words(answer)


def test_two_answers_the_first_one_counts(scene: Scene, signed_in):
    waiver = asked_by(scene, scene.inside("group_head", "group_a1"))
    signed_in(scene.world.secretary_a).post(f"/waivers/{waiver.pk}/answer/", {"answer": "refuse"})
    answer = signed_in(scene.inside("county_duty")).post(f"/waivers/{waiver.pk}/answer/", {"answer": "grant"})
    assert answer.status_code == 409
    assert "已由 梁红 处理" in words(answer)


def test_a_guard_sees_what_he_asked_for(scene: Scene, signed_in):
    assert signed_in(scene.world.li).get("/waivers/").status_code == 200
