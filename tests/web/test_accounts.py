"""Accounts: made, appointed, locked, closed and opened by the administrator; one's own password."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import make_seat, take_leave
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, AuditLine, User
from sibulou.roster.problems import OwnAppointment
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(scene: Scene, signed_in) -> Client:
    return signed_in(scene.inside("administrator"))


def test_an_account_is_made_and_appointed(scene: Scene, admin: Client):
    made = admin.post(
        "/accounts/new/", {"username": "Xin.Ren", "name": "新人", "password": "longer-than-ten"}, follow=True
    )
    assert "账号已建好" in words(made)
    user = User.objects.get(username="xin.ren")
    sent = {"role": "village_doctor", "area": str(scene.world.village_b.pk)}
    page = admin.post(f"/accounts/{user.pk}/appointments/", sent, follow=True)
    assert "已任命" in words(page)
    with acting(EVERYTHING):
        assert Appointment.objects.get(user=user).seat.area_id == scene.world.village_b.pk


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"username": "u101"}, "已有人使用"), ({"username": "王"}, "只能用"), ({"password": "short"}, "不够安全"),
        ({"name": " "}, "名称不能为空"), ({"phone": "12"}, "电话"), ({"username": "a\x00b"}, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_new_account_is_said(scene: Scene, admin: Client, wrong: dict[str, str], sentence: str):
    before = User.objects.count()
    sent = {"username": "xin.ren", "name": "新人", "password": "longer-than-ten"} | wrong
    answer = admin.post("/accounts/new/", sent)
    if sentence:
        assert answer.status_code in (409, 422)
        assert sentence in words(answer)
        assert User.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [{"role": "king"}, {"role": "group_head"}, {"code": "530498100"}, {"code": "x"}, {"area": "7"},
     {"ends": "2020-01-01T00:00"}, {"starts": "gestern"}],
)  # fmt: skip
def test_an_appointment_that_cannot_be_is_said_so(scene: Scene, admin: Client, wrong: dict[str, str]):
    sent = {"role": "village_doctor", "area": str(scene.world.village_b.pk)} | wrong
    answer = admin.post(f"/accounts/{scene.world.li.pk}/appointments/", sent)
    assert answer.status_code in (403, 404, 409, 422)
    with acting(EVERYTHING):
        assert not Appointment.objects.filter(user=scene.world.li, seat__role="village_doctor").exists()


def test_two_holders_of_one_seat_are_refused(scene: Scene, admin: Client):
    sent = {"role": "village_secretary", "area": str(scene.world.village_b.pk)}
    answer = admin.post(f"/accounts/{scene.world.li.pk}/appointments/", sent)
    assert answer.status_code == 409
    assert "贺平" in words(answer)


def test_an_appointment_ends_by_name(scene: Scene, admin: Client):
    with acting(EVERYTHING):
        term = Appointment.objects.filter(user=scene.inside("health_bureau"))[0]
    assert f'id="end-{term.pk}"' in admin.get(f"/accounts/{term.user_id}/").content.decode()
    page = admin.post(f"/appointments/{term.pk}/end/", {"reason": "调离本县"}, follow=True)
    assert "任职已结束：调离本县" in words(page)
    with acting(EVERYTHING):
        assert Appointment.objects.get(pk=term.pk).ended_by == "潘宇"


def test_closing_and_opening(scene: Scene, admin: Client):
    address = f"/accounts/{scene.world.li.pk}/state/"
    assert "已停用" in words(admin.post(address, {"state": "closed"}, follow=True))
    assert not User.objects.get(pk=scene.world.li.pk).is_active
    assert admin.post(address, {"state": "closed"}).status_code == 409
    assert "已启用" in words(admin.post(address, {"state": "open"}, follow=True))
    assert admin.post(address, {"state": "open"}).status_code == 409
    assert admin.post(address, {"state": "gone"}).status_code == 422


def test_five_wrong_passwords_lock_and_the_administrator_unlocks(scene: Scene, admin: Client):
    li = scene.world.li
    for _ in range(5):
        Client().post("/sign-in/", {"username": li.username, "password": "wrong"})
    assert "已锁定" in words(admin.get(f"/accounts/{li.pk}/"))
    assert "已解锁" in words(admin.post(f"/accounts/{li.pk}/state/", {"state": "unlocked"}, follow=True))
    assert "已锁定" not in words(admin.get(f"/accounts/{li.pk}/"))


def test_the_list_is_searched_and_holds_ones_own_county_only(scene: Scene, admin: Client):
    assert "李强" in words(admin.get("/accounts/?q=李"))
    assert "孙梅" not in words(admin.get("/accounts/?q=孙"))
    assert admin.get(f"/accounts/{scene.world.outsider.pk}/").status_code == 404


def test_ones_own_password_takes_the_old_one(scene: Scene):
    user = User.objects.get(pk=scene.world.li.pk)
    user.set_password("the-old-password")
    with acting(EVERYTHING):
        user.save()
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    wrong = client.post("/account/password/", {"old": "x", "new": "a-better-password"})
    assert (wrong.status_code, "原密码不对" in words(wrong)) == (422, True)
    weak = client.post("/account/password/", {"old": "the-old-password", "new": "12345"})
    assert "不够安全" in words(weak)
    done = client.post("/account/password/", {"old": "the-old-password", "new": "a-better-password"}, follow=True)
    assert "密码已更改" in words(done)
    assert User.objects.get(pk=user.pk).check_password("a-better-password")
    with acting(EVERYTHING):
        assert not AuditLine.objects.filter(facts__contains="a-better-password").exists()


def test_a_language_is_chosen_for_good(scene: Scene, signed_in):
    client = signed_in(scene.world.li)
    client.post("/account/language/", {"language": "en"})
    assert User.objects.get(pk=scene.world.li.pk).language == "en"
    assert "My account" in words(client.get("/account/"))
    assert client.post("/account/language/", {"language": "fr"}).status_code == 422


def test_an_administrator_appoints_others_and_never_himself(scene: Scene, admin: Client):
    """Whoever hands out the seats takes none: the offices stay apart, and another administrator must."""
    himself = scene.inside("administrator")
    page = admin.get(f"/accounts/{himself.pk}/")
    assert "由另一位系统管理员任命" in words(page)
    assert f'action="/accounts/{himself.pk}/appointments/"' not in page.content.decode()
    seat = {"role": "county_secretary", "area": str(scene.world.county.pk), "deputy": "yes"}
    answer = admin.post(f"/accounts/{himself.pk}/appointments/", seat)
    assert answer.status_code == 403
    assert "不能给自己任命席位" in words(answer)
    assert admin.post(f"/accounts/{scene.world.li.pk}/appointments/", seat).status_code == 302
    with acting(EVERYTHING):
        assert not Appointment.objects.filter(user=himself, seat__role="county_secretary").exists()


def test_the_database_refuses_an_administrators_own_appointment_too(scene: Scene):
    """Not only the page: acting as himself, the row cannot be written."""
    himself = scene.inside("administrator")
    reach = reach_of(himself, now=scene.now)
    with acting(EVERYTHING):
        seat = make_seat(role="county_secretary", area=scene.world.county, by=BY, now=scene.now)
    term = {"seat": seat, "starts_at": scene.now, "deputy": True, "made_by": "x", "entered_at": scene.now}
    with acting(reach), pytest.raises(DatabaseError), transaction.atomic():
        Appointment.objects.create(user=himself, **term)
    with acting(reach):
        Appointment.objects.create(user=scene.world.li, **term)


def test_somebody_may_make_an_administrator_his_stand_in_but_not_he_himself(scene: Scene):
    """A leave that names the stand-in is a way into a seat as well."""
    himself = scene.inside("administrator")
    with acting(EVERYTHING):
        own = By(himself.name, "administrator", himself.pk)
        with pytest.raises(OwnAppointment):
            take_leave(reason="休假", user=scene.world.li, stand_in=himself, starts_at=scene.now, by=own, now=scene.now)
        assert take_leave(
            reason="休假", user=scene.world.li, stand_in=himself, starts_at=scene.now, by=BY, now=scene.now
        ).pk
