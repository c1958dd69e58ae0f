"""Households, people, posts: what is held, who answers, what is owed, what happened; numbers shown for a reason."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sibulou.duty.escalate import escalate
from sibulou.duty.intake import Batch, take_in
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.audit import By
from sibulou.roster.models import AuditLine, User
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def tell(scene: Scene, user: User, form: str, subject: int, hours: float, content: dict[str, object]) -> None:  # noqa: PLR0917
    told = Told(uuid7(scene.now), form, subject, scene.now - timedelta(hours=hours), content)
    reach = reach_of(user, now=scene.now)
    (answer,) = take_in(Batch([told]), reach=reach, by=By(user.name, "", user.pk), now=scene.now)
    assert answer.problem is None, answer.problem


def test_a_person_shows_who_answers_and_with_which_telephone(scene: Scene, signed_in):
    page = signed_in(scene.inside("county_duty")).get(f"/people/{scene.world.yang_zhiqiang.pk}/")
    assert "包保责任人 杨志强 李强" in words(page)
    assert 'href="tel:154000' in page.content.decode()


def test_a_household_lists_its_people_and_what_is_owed_to_each(scene: Scene, signed_in):
    page = words(signed_in(scene.inside("group_head", "group_a1")).get(f"/households/{scene.world.zhang.pk}/"))
    with acting(EVERYTHING):
        members = [one.subject.label for one in scene.world.zhang.members.select_related("subject")]
    assert members
    for name in members:
        assert name in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_posts_places_and_institutions_have_their_page(scene: Scene, signed_in, language: str):
    client = signed_in(scene.inside("county_duty"), language)
    for thing in (scene.world.post, scene.world.market, scene.world.pharmacy):
        page = client.get(f"/subjects/{thing.pk}/")
        assert page.status_code == 200
        assert thing.subject.label in words(page)


def test_every_kind_is_sent_to_its_own_page(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    with acting(EVERYTHING):
        from sibulou.roster.models import Subject

        area = Subject.objects.get(kind="area", area=scene.world.village_a)
    home, person = scene.world.zhang.pk, scene.world.yang_zhiqiang.pk
    assert client.get(f"/subjects/{area.pk}/").url == f"/areas/{scene.world.village_a.pk}/"
    assert client.get(f"/people/{home}/").url == f"/households/{home}/"
    assert client.get(f"/subjects/{person}/").url == f"/people/{person}/"


def test_a_number_is_masked_and_shown_once_for_a_reason_that_is_kept(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    address = f"/people/{scene.world.yang_zhiqiang.pk}/"
    asked = {"field": "identity", "reason": "与卡点登记核对"}
    shown = client.post(f"/subjects/{scene.world.yang_zhiqiang.pk}/numbers/", asked)
    number = next(part for part in words(shown).split() if part.startswith("530499") and len(part) == 18)
    assert "no-store" in shown["Cache-Control"]
    assert number not in words(client.get(address))
    assert f"{number[:3]}*************{number[-2:]}" in words(client.get(address))
    with acting(EVERYTHING):
        line = AuditLine.objects.filter(kind="unmask").latest("id")
    assert "与卡点登记核对" in line.facts
    assert number not in line.facts


@pytest.mark.parametrize("asked", [{"field": "identity", "reason": " "}, {"field": "password", "reason": "x"}, {}])
def test_without_a_reason_nothing_is_shown(scene: Scene, signed_in, asked: dict[str, str]):
    client = signed_in(scene.inside("county_duty"))
    answer = client.post(f"/subjects/{scene.world.yang_zhiqiang.pk}/numbers/", asked)
    assert answer.status_code == 422
    with acting(EVERYTHING):
        assert not AuditLine.objects.filter(kind="unmask").exists()


def test_the_history_tells_records_misses_watches_and_climbs_newest_first(scene: Scene, signed_in):
    yang, guard = scene.world.yang_zhiqiang.pk, scene.world.li
    tell(scene, guard, "person_seen", yang, 26, {"state": "returned", "origin": "wuhan"})
    tell(scene, guard, "reading", yang, 1, {"temperature": 38.0})
    with acting(EVERYTHING):
        escalate(now=scene.now)
    page = signed_in(scene.inside("county_duty")).get(f"/people/{yang}/")
    said = words(page).split("经过")[1]
    for word in ("记录 · 体温与健康监测", "逾期 ·", "观察开始 · 居家医学观察", "上报 ·"):
        assert word in said
    assert said.index("体温与健康监测") < said.index("观察开始")
    assert "居家医学观察 至" in words(page)


def test_the_history_comes_page_by_page_and_loses_nothing(scene: Scene, signed_in):
    yang = scene.world.yang_zhiqiang.pk
    for number in range(75):
        tell(scene, scene.world.li, "reading", yang, 1 + number / 100, {"temperature": 36.0 + number / 100})
    client, seen, address = signed_in(scene.inside("county_duty")), 0, f"/people/{yang}/"
    pages = 0
    while address:
        page = client.get(address).content.decode()
        seen += page.count('<a href="/records/')
        pages += 1
        found = re.search(r'href="(/people/[0-9]+/[?]before=[^"]+)"', page)
        address = found[1] if found and pages < 9 else ""
    assert 1 < pages < 9
    assert seen == 75


@pytest.mark.parametrize("before", ["x", "2020-01-01", "2020-01-01T00:00:00+08:00|record", "0001-01-01T00:00:00Z|a|b"])
def test_an_odd_place_in_the_history_gets_a_sentence(scene: Scene, signed_in, before: str):
    client = signed_in(scene.inside("county_duty"))
    assert client.get(f"/people/{scene.world.yang_zhiqiang.pk}/", {"before": before}).status_code == 400


def test_a_guard_sees_his_charge_and_the_household_and_nobody_else(scene: Scene, signed_in):
    client = signed_in(scene.world.li)
    assert client.get(f"/people/{scene.world.yang_zhiqiang.pk}/").status_code == 200
    assert client.get(f"/households/{scene.world.yang.pk}/").status_code == 200
    assert client.get(f"/households/{scene.world.zhang.pk}/").status_code == 404


def test_a_quiet_household_says_that_nothing_is_missed(scene: Scene, signed_in):
    from sibulou.duty.models import Obligation
    from sibulou.duty.settle import end_obligations

    with acting(EVERYTHING):
        home = scene.world.wu
        about = [home.pk, *home.members.values_list("pk", flat=True)]
        owed = Obligation.objects.filter(subject__in=about).values_list("pk", flat=True)
        end_obligations(list(owed), area=home.subject.area_id, reason="stand_down", words="",
                        by=By("县"), now=scene.now)  # fmt: skip
    page = words(signed_in(scene.inside("county_duty")).get(f"/households/{home.pk}/"))
    assert "没有要办的，一项不漏" in page
