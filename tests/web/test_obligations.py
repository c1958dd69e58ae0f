"""An obligation: its window, its owner, what met it and what did not, its waivers and its climb."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.escalate import escalate
from sibulou.duty.models import Obligation, Waiver
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Appointment
from tests.web.pages import built  # noqa: F401 - the scene four days on
from tests.web.reading import words
from tests.web.scene import Scene
from tests.web.test_subjects import tell

pytestmark = pytest.mark.django_db


def page_of(scene: Scene, signed_in, row: Obligation, role: str = "county_duty", language: str = "zh-hans") -> str:
    answer = signed_in(scene.inside(role), language).get(f"/obligations/{row.pk}/")
    assert answer.status_code == 200
    return words(answer)


def test_it_says_what_why_whose_and_by_when(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    page = page_of(scene, signed_in, row)
    for part in ("见到本人", "逾期", "S37", "村（居）民小组组长", "段勇", "154000", "应办期限", "没有截止"):
        assert part in page


def test_in_english_it_says_the_same(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    page = page_of(scene, signed_in, row, language="en")
    for part in ("overdue", "group head", "S37", "Open-ended"):
        assert part in page


def test_a_seat_that_nobody_answers_for_is_said_so(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    with acting(EVERYTHING):
        Appointment.objects.filter(seat=row.seat_id).update(ends_at=scene.now - timedelta(minutes=1), ended_by="x")
    page = page_of(scene, signed_in, row)
    assert "无人负责" in page


def test_records_that_count_and_those_that_do_not_stand_with_their_reason(scene: Scene, signed_in):
    yang = scene.world.yang_zhiqiang
    tell(scene, scene.world.li, "person_seen", yang.pk, 26, {"state": "returned", "origin": "wuhan"})
    tell(scene, scene.world.li, "reading", yang.pk, 0.5, {"temperature": 36.5})
    with acting(EVERYTHING):
        rows = Obligation.objects.filter(subject=yang.pk, duty__key="watch.reading")
        met = rows.filter(met_at__isnull=False).first()
        missed = rows.filter(met_at__isnull=True, due_at__lte=scene.now).order_by("-due_at").first()
    assert met is not None
    assert "体温与健康监测 算" in page_of(scene, signed_in, met)
    if missed is not None:
        assert "不在" not in page_of(scene, signed_in, missed)


def test_the_climb_names_whom_and_when(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    row = scene.owed("start.acknowledge")
    page = page_of(scene, signed_in, row)
    assert "提醒本人" in page
    assert "第 1 级" in page
    assert "县值班员 · 林静" in page


def test_a_duty_officer_has_the_form_at_hand(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    answer = signed_in(scene.inside("group_head", "group_a1")).get(f"/obligations/{row.pk}/")
    assert f"/subjects/{row.subject_id}/records/new/?form=person_seen" in answer.content.decode()


def test_asking_for_a_waiver_leaves_it_what_it_is(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    client = signed_in(scene.inside("group_head", "group_a1"))
    asked = {"reason": "away", "words": "全家在昆明", "until": f"{scene.now + timedelta(days=3):%Y-%m-%dT%H:%M}"}
    page = client.post(f"/obligations/{row.pk}/waivers/", asked, follow=True)
    assert "等批准" in words(page)
    assert "逾期" in words(page)
    with acting(EVERYTHING):
        assert Waiver.objects.get().words == "全家在昆明"
        assert Obligation.objects.get(pk=row.pk).waived_at is None


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"reason": "lazy"}, "“lazy”不是本预案为这一项列出的理由。可选：全户外出、已迁出、住院。"),
        ({"reason": "away", "until": "2020-01-01T00:00"}, "须晚于现在"),
        ({"reason": "away", "until": "下周"}, "“豁免到何时”没有填对"),
        ({"reason": "away", "words": "长" * 401}, "最多 400 个字"),
        ({}, "还没有选豁免理由。可选：全户外出、已迁出、住院。"),
    ],
)
def test_what_cannot_be_asked_for_leaves_what_was_typed(scene: Scene, signed_in, asked: dict[str, str], sentence: str):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    answer = signed_in(scene.inside("group_head", "group_a1")).post(f"/obligations/{row.pk}/waivers/", asked)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert asked.get("words", "") in words(answer)
    with acting(EVERYTHING):
        assert not Waiver.objects.exists()


def test_whoever_may_not_see_people_sees_the_clocks_and_not_the_name(scene: Scene, signed_in):
    row = scene.owed("person.seen", area_id=scene.world.group_a1.pk)
    with acting(EVERYTHING):
        name = row.subject.label
    page = page_of(scene, signed_in, row, role="auditor")
    assert name not in page
    assert "对象不在本人可见范围" in page
