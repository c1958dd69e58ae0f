"""What is on the roster, changed by hand: states, moves, corrections, ends; what will happen is said before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sibulou.duty.models import Obligation
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.households import add_household
from sibulou.roster.models import AuditLine, Household, Person, Subject
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import BY, identity_of, phone_of

pytestmark = pytest.mark.django_db
YANG = identity_of(date(1985, 12, 12), 9)


@pytest.fixture(autouse=True)
def demo(settings) -> None:
    settings.DEMO = True


def ahead(scene: Scene, subject: int) -> Obligation:
    """Something the subject owes and that is due tomorrow, of the kind it owes already."""
    with acting(EVERYTHING):
        row = Obligation.objects.filter(subject=subject).latest("pk")
        row.pk, row.opened_at = None, scene.now - timedelta(minutes=1)
        row.warn_at = row.due_at = row.tell_at = scene.now + timedelta(days=1)
        row.until_at = row.met_at = row.known_at = row.met_by = None
        row.save(force_insert=True)
    return row


def test_who_is_away_is_said_with_where_and_since(scene: Scene, signed_in):
    client, chen = signed_in(scene.world.secretary_a), scene.world.chen_guihua
    address = f"/people/{chen.pk}/state/"
    assert address in client.get(f"/people/{chen.pk}/").content.decode()
    since = (scene.now - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M+00:00")
    answer = client.post(address, {"state": "away", "since": since, "place": "昆明市呈贡区"})
    assert answer.status_code == 302
    assert "外出 · 昆明市呈贡区 · 自" in words(client.get(answer.url))
    refused = client.post(address, {"state": "returned", "since": "2199-01-01T00:00", "place": "武汉"})
    assert refused.status_code == 422 and 'value="武汉"' in refused.content.decode()
    assert "现状只能填已经发生的" in words(refused) and "提前移出" not in words(refused)
    assert client.post(address, {"state": "gone"}).status_code == 422


def test_who_moved_away_is_looked_over_first(scene: Scene, signed_in):
    """How much ends and how much stays overdue; then the end, by name."""
    client, chen = signed_in(scene.world.secretary_a), scene.world.chen_guihua
    owed = ahead(scene, chen.pk)
    asked = {"state": "moved", "place": "昆明", "reason": "随子女"}
    look = client.post(f"/people/{chen.pk}/state/", asked)
    with acting(EVERYTHING):
        rows = Obligation.objects.filter(subject=chen.pk, met_at=None, waived_at=None, warn_at__gte=scene.now)
        assert rows.exists() and f"还没提醒的 {rows.count()} 项应办" in words(look)
        assert Person.objects.get(pk=chen.pk).state == "present" and not AuditLine.objects.filter(kind="subject.end")
    answer = client.post(f"/people/{chen.pk}/state/", asked | {"step": "confirmed"})
    page = words(client.get(answer.url))
    assert "已移出名册" in page and "随子女" in page and "变更现状" not in page
    with acting(EVERYTHING):
        owed.refresh_from_db()
    assert owed.waived_at is not None
    assert client.get(f"/people/{chen.pk}/state/").status_code == 409


def test_a_household_moves_within_the_village_and_keeps_its_guard(scene: Scene, signed_in):
    client, home = signed_in(scene.world.secretary_a), scene.world.yang
    owed = ahead(scene, scene.world.yang_zhiqiang.pk)
    asked = {"area": f"{scene.world.group_a1.pk:018d}", "area.code": "", "number": ""}
    look = client.post(f"/subjects/{home.pk}/place/", asked)
    assert "2 人" in words(look) and "包保责任人不变" in words(look) and "没到期的" in words(look)
    client.post(f"/subjects/{home.pk}/place/", asked | {"step": "confirmed"})
    with acting(EVERYTHING):
        owed.refresh_from_db()
        assert Subject.objects.get(pk=home.pk).area == scene.world.group_a1
    assert owed.area_id == scene.world.group_a1.pk
    assert "李强" in words(client.get(f"/people/{scene.world.yang_zhiqiang.pk}/"))


def test_a_person_moves_to_another_village_and_is_unowned_there(scene: Scene, signed_in):
    """Found by the name of anybody in the household; the page says that the guard's term ends with the move."""
    client, yang = signed_in(scene.world.duty_officer), scene.world.yang_zhiqiang
    address = f"/subjects/{yang.pk}/place/"
    assert client.post(address, {"to": "没有这个人"}).status_code == 422
    look = client.post(address, {"to": "赵明", "relation": "99"})
    assert "原包保责任人的任命到此为止" in words(look)
    answer = client.post(address, {"to": "赵明", "relation": "99", "step": "confirmed"})
    assert answer.status_code == 302
    with acting(EVERYTHING):
        assert Person.objects.get(pk=yang.pk).household_id == scene.world.zhao.pk
    secretary = signed_in(scene.world.secretary_a)
    assert secretary.get(f"/people/{yang.pk}/").status_code == 404


def test_a_move_to_ones_own_household_or_to_none_is_said_to_be_one(scene: Scene, signed_in):
    client, yang = signed_in(scene.world.duty_officer), scene.world.yang_zhiqiang
    address = f"/subjects/{yang.pk}/place/"
    for to, status, sentence in (
        ("", 422, "请填写迁到哪一户"),
        (scene.world.yang.subject.label, 409, "就是现在这一户"),
    ):
        answer = client.post(address, {"to": to})
        assert (answer.status_code, sentence in words(answer)) == (status, True), to


def test_of_several_households_one_is_chosen(scene: Scene, signed_in):
    with acting(EVERYTHING):
        other = add_household(area=scene.world.group_b1, name="赵明家", by=BY, now=scene.now)
    client, address = signed_in(scene.world.duty_officer), f"/subjects/{scene.world.chen_guihua.pk}/place/"
    asked = client.post(address, {"to": "赵明家"})
    assert asked.status_code == 422 and "对应 2 户" in words(asked) and f'value="{other.pk}"' in asked.content.decode()
    look = client.post(address, {"to": "赵明家", "household": str(other.pk)})
    assert look.status_code == 200 and "西河 1组" in words(look)


def test_a_move_out_of_ones_reach_is_refused_on_the_form(scene: Scene, signed_in):
    """A village secretary moves nobody into the next village: the sentence says whom to ask."""
    client, address = signed_in(scene.world.secretary_a), f"/subjects/{scene.world.chen.pk}/place/"
    answer = client.post(address, {"area.code": "530499001002001", "number": ""})
    assert answer.status_code == 404 and "请上一级办理" in words(answer)
    assert 'value="530499001002001"' in answer.content.decode()
    assert client.post(address, {"area.code": "", "area": ""}).status_code == 422
    assert client.post(address, {"area.code": "530499001"}).status_code == 422


def test_a_name_and_numbers_are_put_right(scene: Scene, signed_in):
    """The form shows no sealed number; an empty box keeps it; which fields were changed stands in the audit chain."""
    client, chen = signed_in(scene.world.secretary_a), scene.world.chen_guihua
    address = f"/subjects/{chen.pk}/entry/"
    page = client.get(address).content.decode()
    assert 'value="陈桂花"' in page and identity_of(date(1938, 10, 1), 6) not in page
    typed = {"name": "陈桂华", "relation": "02", "sex": "2", "birth": "1938-10-01", "phone": phone_of(808)}
    assert client.post(address, typed).status_code == 302
    with acting(EVERYTHING):
        put = Person.objects.get(pk=chen.pk)
        assert put.subject.label == "陈桂华" and bytes(put.identity_sealed) == bytes(chen.identity_sealed)
        assert put.phone_sealed is not None
    told = words(signed_in(scene.inside("auditor")).get("/audit/"))
    assert "更正人员" in told and "名称、电话" in told and phone_of(808) not in told


def test_a_wrong_number_stays_in_the_box_with_its_sentence(scene: Scene, signed_in):
    client, chen = signed_in(scene.world.secretary_a), scene.world.chen_guihua
    typed = {"name": "陈桂花", "relation": "02", "sex": "2", "birth": "", "identity": YANG}
    answer = client.post(f"/subjects/{chen.pk}/entry/", typed)
    assert answer.status_code == 409 and f"/people/{scene.world.yang_zhiqiang.pk}/" in answer.content.decode()
    assert f'value="{YANG}"' in answer.content.decode()
    short = client.post(f"/subjects/{chen.pk}/entry/", typed | {"identity": YANG[:16]})
    assert short.status_code == 422 and "16位" in words(short)


def test_a_household_and_a_thing_are_put_right(scene: Scene, signed_in):
    client, world = signed_in(scene.world.duty_officer), scene.world
    typed = {"name": "老陈家", "number": "4", "address": "河边", "without_phone": "true", "language": "dialect"}
    assert client.post(f"/subjects/{world.chen.pk}/entry/", typed).status_code == 302
    assert client.post(f"/subjects/{world.chen.pk}/entry/", typed | {"language": "klingon"}).status_code == 422
    with acting(EVERYTHING):
        home = Household.objects.get(pk=world.chen.pk)
        assert (home.subject.label, home.number, home.language, home.without_phone) == ("老陈家", 4, "dialect", True)
    assert 'value="仁和药店"' in client.get(f"/subjects/{world.pharmacy.pk}/entry/").content.decode()
    typed = {"name": "仁和大药房", "kind": "pharmacy", "address": "", "credit_code": ""}
    assert client.post(f"/subjects/{world.pharmacy.pk}/entry/", typed).status_code == 302
    crew = {"name": "南关口卡点", "kind": "gate", "crew": "0"}
    assert client.post(f"/subjects/{world.gate.pk}/entry/", crew).status_code == 422


def test_a_thing_is_ended_by_name_after_a_look(scene: Scene, signed_in):
    client, number = signed_in(scene.world.duty_officer), scene.world.pharmacy.pk
    assert client.post(f"/subjects/{number}/end/", {"reason": " "}).status_code == 422
    assert "不会消失" in words(client.post(f"/subjects/{number}/end/", {"reason": "停业"}))
    answer = client.post(f"/subjects/{number}/end/", {"reason": "停业", "step": "confirmed"})
    assert "已移出名册" in words(client.get(answer.url)) and "停业" in words(client.get(answer.url))
    refused = client.post(f"/subjects/{scene.world.zhang.pk}/end/", {"reason": "搬走"})
    assert (
        refused.status_code == 409 and "还有 3 项在册" in words(refused) and 'value="搬走"' in refused.content.decode()
    )


def test_without_the_right_there_are_no_buttons_and_a_sentence(scene: Scene, signed_in):
    """A doctor and a guard see the person; changing the entry takes the right to the roster there."""
    number = scene.world.yang_zhiqiang.pk
    for who in (scene.world.doctor_a, scene.world.li):
        client = signed_in(who)
        assert "更正登记" not in words(client.get(f"/people/{number}/"))
        for address in (f"/subjects/{number}/entry/", f"/subjects/{number}/end/", f"/people/{number}/state/"):
            answer = client.get(address)
            assert answer.status_code == 403 and "管理名册" in words(answer)
    assert signed_in(scene.world.outsider).get(f"/subjects/{number}/entry/").status_code == 404
