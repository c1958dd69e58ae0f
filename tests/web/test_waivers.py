"""Waivers are granted by a second person, never by who asked or who answers."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from sibulou.duty.gap import Standing
from sibulou.duty.models import Obligation, Waiver
from sibulou.duty.waive import ask_waiver
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.models import AuditLine, User
from sibulou.web.deeds import sentence
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


def _withdraw(client: Client, waiver: Waiver, why: str) -> HttpResponse:
    return client.post(f"/waivers/{waiver.pk}/withdrawal/", {"why": why}, follow=True)


def test_ones_own_request_is_taken_back_for_a_reason(scene: Scene, signed_in):
    """It waits no longer; by whom, when and why is kept, shown and on the audit chain."""
    head = scene.inside("group_head", "group_a1")
    waiver = asked_by(scene, head)
    client = signed_in(head)
    assert "撤回申请" in words(client.get(f"/obligations/{waiver.about_id}/"))
    assert _withdraw(client, waiver, " ").status_code == 422
    page = words(_withdraw(client, waiver, "家里人昨天回来了"))
    for part in ("已撤回", "家里人昨天回来了", "段勇"):
        assert part in page
    assert "没有等待批准" in words(signed_in(scene.world.secretary_a).get("/waivers/"))
    answered = signed_in(scene.world.secretary_a).post(f"/waivers/{waiver.pk}/answer/", {"answer": "grant"})
    assert answered.status_code == 409
    with acting(EVERYTHING):
        line = AuditLine.objects.get(kind="waiver.withdraw")
    assert "家里人昨天回来了" in sentence(line, "zh")


def test_a_waiver_that_holds_is_taken_back_and_the_obligation_counts_again(scene: Scene, signed_in):
    waiver = asked_by(scene, scene.inside("group_head", "group_a1"))
    client = signed_in(scene.world.secretary_a)
    client.post(f"/waivers/{waiver.pk}/answer/", {"answer": "grant"})
    page = client.get(f"/obligations/{waiver.about_id}/")
    assert page.context["owed"].stands is Standing.WAIVED
    assert "撤回豁免" in words(page)
    shown = _withdraw(client, waiver, "查实人在家")
    assert shown.context["owed"].stands in (Standing.PENDING, Standing.OVERDUE)
    assert "查实人在家" in words(shown)
    assert _withdraw(client, waiver, "再撤一次").status_code == 409


def test_somebody_elses_request_is_not_taken_back_without_the_right(scene: Scene, signed_in):
    """A neighbour sees nothing of it, and whoever may only tell records is refused."""
    waiver = asked_by(scene, scene.inside("group_head", "group_a1"))
    other = signed_in(scene.inside("broadcaster", "village_a"))
    assert _withdraw(other, waiver, "不该由我").status_code in (403, 404)
    assert _withdraw(signed_in(scene.inside("village_secretary", "village_b")), waiver, "不该由我").status_code == 404
    with acting(EVERYTHING):
        waiver.refresh_from_db()
        assert waiver.withdrawn_at is None


def test_the_head_of_a_post_asks_for_what_is_his(scene: Scene, signed_in):
    """He has no area, only the seat at his post; what that seat owes he may say he cannot do."""
    head = User.objects.get(name="石磊")
    with acting(EVERYTHING):
        row = Obligation.objects.filter(
            seat__role="post_head", subject=scene.world.post.pk, met_at__isnull=True
        ).first()
    assert row is not None
    client = signed_in(head)
    form = client.get(f"/obligations/{row.pk}/")
    reason = re.search(r'name="reason".*?<option value="(\w+)"', form.content.decode(), re.S)
    assert reason is not None
    sent = {"reason": reason[1], "words": "道路封闭"}
    page = client.post(f"/obligations/{row.pk}/waivers/", sent, follow=True)
    assert page.status_code == 200, words(page)
    with acting(EVERYTHING):
        assert Waiver.objects.filter(about=row, asked_by_id=head.pk).exists()
