"""The chain changed where it stands: appointed, ended, on leave with a stand-in; guards on whom they guard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sibulou.duty.models import Obligation
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Appointment, Leave, User
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(scene: Scene, signed_in) -> Client:
    """The secretary of the village in which it plays."""
    return signed_in(scene.inside("village_secretary", "village_a"))


def held(scene: Scene, role: str, area: int) -> Appointment:
    with acting(EVERYTHING):
        rows = Appointment.objects.select_related("user").filter(seat__role=role, seat__area=area, deputy=False)
        return rows.latest("starts_at")


def test_a_guard_is_appointed_on_the_page_of_whom_he_guards(scene: Scene, secretary: Client):
    home = f"/households/{scene.world.zhang.pk}/"
    chain = f"/subjects/{scene.world.zhang.pk}/chain/"
    assert f'href="{chain}"' in secretary.get(home).content.decode()
    assert "包保责任人 空岗" in words(secretary.get(chain))
    user = scene.inside("unit_head", "grid_a1")
    sent = {"role": "guard", "username": user.username.upper()}
    page = words(secretary.post(f"/subjects/{scene.world.zhang.pk}/appointments/", sent, follow=True))
    assert f"包保责任人 {user.name}" in page
    with acting(EVERYTHING):
        assert Appointment.objects.get(seat__subject=scene.world.zhang.pk).user == user


@pytest.mark.parametrize(("kind", "role"), [("post", "post_head"), ("pharmacy", "institution_head")])
def test_heads_are_appointed_on_their_charge(scene: Scene, signed_in, kind: str, role: str):
    """Somebody holds the seat already: a second holder is refused in a sentence, a deputy is not."""
    number = getattr(scene.world, kind).pk
    client, user = signed_in(scene.inside("county_duty")), scene.inside("unit_head", "grid_a1")
    sent = {"role": role, "username": user.username}
    refused = client.post(f"/subjects/{number}/appointments/", sent)
    assert refused.status_code == 409
    assert f'value="{user.username}"' in refused.content.decode()
    assert client.post(f"/subjects/{number}/appointments/", {**sent, "deputy": "yes"}).status_code == 302


def test_a_term_is_ended_and_another_appointed(scene: Scene, secretary: Client):
    group = scene.world.group_a1.pk
    row = held(scene, "group_head", group)
    page = secretary.get(f"/areas/{group}/chain/").content.decode()
    assert f"/appointments/{row.pk}/end/" in page
    assert f'id="end-{row.pk}" name="reason" maxlength="200" required' in page
    chain = f"/areas/{group}/chain/"
    ended = secretary.post(f"/appointments/{row.pk}/end/", {"next": chain, "reason": "调离"}, follow=True)
    assert ended.redirect_chain[0][0] == chain
    assert "任职已结束：调离" in words(ended)
    assert "村（居）民小组组长 空岗" in words(ended)
    other = scene.inside("unit_head", "grid_a1")
    sent = {"role": "group_head", "username": other.username}
    assert f"组长 {other.name}" in words(secretary.post(f"/areas/{group}/appointments/", sent, follow=True))


def test_a_leave_with_a_stand_in_and_back(scene: Scene, secretary: Client):
    group = scene.world.group_a1.pk
    row, other = held(scene, "group_head", group), scene.inside("unit_head", "grid_a1")
    address = f"/appointments/{row.pk}/leaves/"
    assert secretary.post(address, {"stand_in": row.user.username, "reason": "就医"}).status_code == 422
    for name, sentence in (("starts", "“自”没有填对"), ("ends", "“至”没有填对")):
        wrong = secretary.post(address, {"stand_in": other.username, "reason": "就医", name: "下周"})
        assert (wrong.status_code, sentence in words(wrong)) == (422, True)
    page = words(secretary.post(address, {"stand_in": other.username, "reason": "就医"}, follow=True))
    assert f"组长 {other.name} 代班" in page and "就医" in page
    assert secretary.post(address, {"reason": "探亲"}).status_code == 409
    with acting(EVERYTHING):
        leave = Leave.objects.get(user=row.user)
        Leave.objects.filter(pk=leave.pk).update(starts_at=scene.now - timedelta(hours=2))
    assert "已销假" in words(secretary.post(f"/leaves/{leave.pk}/end/", follow=True))


def test_neither_end_nor_leave_goes_without_a_reason(scene: Scene, secretary: Client):
    """An empty form changes nothing; before it, the page says how many obligations are left to nobody."""
    row = held(scene, "group_head", scene.world.group_a1.pk)
    with acting(EVERYTHING):
        owes = Obligation.objects.filter(seat=row.seat_id, met_at__isnull=True, opened_at__lte=scene.now).count()
    page = words(secretary.get(f"/areas/{scene.world.group_a1.pk}/chain/"))
    assert owes and f"这个席位现有未完成事项： {owes} 。没有代班人、副职接手，它们就无人负责。" in page
    for address in (f"/appointments/{row.pk}/end/", f"/appointments/{row.pk}/leaves/"):
        answer = secretary.post(address, {"reason": "  "})
        assert (answer.status_code, "请写明理由" in words(answer)) == (422, True)
    with acting(EVERYTHING):
        assert Appointment.objects.get(pk=row.pk).ends_at is None
        assert not Leave.objects.filter(user=row.user).exists()


def test_a_subordinate_does_not_unseat_his_superior(scene: Scene, signed_in):
    """The duty officer of a township ends nothing of its Party secretary and takes no seat of his; the county may."""
    town, duty = scene.world.longquan.pk, scene.inside("township_duty", "longquan")
    boss, client = held(scene, "township_secretary", town), signed_in(duty)
    page = client.get(f"/areas/{town}/chain/").content.decode()
    assert f"/appointments/{boss.pk}/" not in page
    assert '<option value="township_secretary"' not in page and '<option value="township_health"' in page
    for address in (f"/appointments/{boss.pk}/end/", f"/appointments/{boss.pk}/leaves/"):
        answer = client.post(address, {"reason": "不服"})
        assert (answer.status_code, "乡镇（街道）书记是你的上级" in words(answer)) == (403, True)
    for role, sentence in (("township_secretary", "是你的上级"), ("township_health", "不能给自己任命席位")):
        sent = {"role": role, "username": duty.username, "deputy": "yes"}
        answer = client.post(f"/areas/{town}/appointments/", sent)
        assert (answer.status_code, sentence in words(answer)) == (403, True)
    county = signed_in(scene.inside("county_duty"))
    assert f"/appointments/{boss.pk}/end/" in county.get(f"/areas/{town}/chain/").content.decode()
    assert county.post(f"/appointments/{boss.pk}/end/", {"reason": "另有任用"}).status_code == 302


def test_a_name_that_nobody_signs_in_with_is_a_sentence(scene: Scene, secretary: Client):
    sent = {"role": "guard", "username": "nobody.here"}
    answer = secretary.post(f"/subjects/{scene.world.zhang.pk}/appointments/", sent)
    assert (answer.status_code, "nobody.here" in words(answer)) == (422, True)
    assert secretary.post(f"/subjects/{scene.world.zhang.pk}/appointments/", {**sent, "role": "x"}).status_code == 422


def test_whoever_grants_does_not_choose_who_watches_over_him(scene: Scene, signed_in):
    """Administrators, auditors and data-protection officers are appointed by the administrator alone."""
    client, user = signed_in(scene.inside("county_duty")), scene.inside("unit_head", "grid_a1")
    county = scene.world.county.pk
    page = client.get(f"/areas/{county}/chain/").content.decode()
    for role in ("administrator", "auditor", "data_protection"):
        assert f'<option value="{role}"' not in page
        sent = {"role": role, "username": user.username, "deputy": "yes"}
        assert client.post(f"/areas/{county}/appointments/", sent).status_code == 422
        assert client.post(f"/appointments/{held(scene, role, county).pk}/end/").status_code == 403


def test_a_group_head_appoints_nobody(scene: Scene, signed_in):
    head: User = scene.inside("group_head", "group_a1")
    client = signed_in(head)
    assert client.get(f"/areas/{scene.world.group_a1.pk}/chain/").status_code == 403
    assert client.get(f"/areas/{scene.world.county.pk}/chain/").status_code == 404
