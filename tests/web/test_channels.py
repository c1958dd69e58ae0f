"""Channels: set up, tried, switched on; what was saved is never shown; a failing one is a gap of the administrator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from sibulou.duty.escalate import escalate
from sibulou.message.channels import add_host
from sibulou.message.failing import report_all
from sibulou.message.models import Channel, Delivery, Host
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Subject, User
from tests.spec.message.servers import Heard, http_server
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[Heard]:
    settings.MESSAGES_TO_LOOPBACK = True
    with http_server() as heard:
        yield heard


@pytest.fixture
def admin(scene: Scene, signed_in) -> Client:
    with acting(EVERYTHING):
        add_host(area=scene.world.county, name="127.0.0.1", by=BY, now=scene.now)
    return signed_in(scene.inside("administrator"))


def robot(scene: Scene, admin: Client, web: Heard) -> Channel:
    """A robot as the page sets it up."""
    sent = {"title": "值班群", "url": web.url, "minutes": "30", "area": str(scene.world.county.pk)}
    assert admin.post("/channels/new/?kind=wecom", sent).status_code == 302
    with acting(EVERYTHING):
        return Channel.objects.get()


def test_nothing_goes_out_and_the_page_says_so(admin: Client):
    assert "还没有通道，一条也不会往外发" in words(admin.get("/channels/"))


def test_a_channel_is_off_and_its_settings_are_never_shown(scene: Scene, admin: Client, web: Heard):
    row = robot(scene, admin, web)
    assert not row.is_on
    for address in ("/channels/", f"/channels/{row.pk}/"):
        page = admin.get(address).content.decode()
        assert "未启用" in page and "127.0.0.1" in page and "topsecret" not in page


def test_a_blank_field_keeps_what_was_saved(scene: Scene, admin: Client, web: Heard):
    row = robot(scene, admin, web)
    admin.post(f"/channels/{row.pk}/", {"title": "新名", "minutes": "15", "url": ""})
    assert "测试消息已发出" in words(admin.post(f"/channels/{row.pk}/trials/", follow=True))
    assert "测试消息" in web.texts[0]


def test_a_test_that_fails_says_why(scene: Scene, admin: Client, web: Heard):
    row = robot(scene, admin, web)
    web.mood = "no"
    page = words(admin.post(f"/channels/{row.pk}/trials/"))
    assert "sign not match" in page and "核对密钥" in page and "topsecret" not in page
    with acting(EVERYTHING):
        assert (Delivery.objects.get().trial, Channel.objects.get().failures) == (True, 0)


def test_a_test_of_text_messages_needs_a_number_of_ones_own(scene: Scene, admin: Client, web: Heard):
    sent = {"title": "短信", "url": web.url, "fields": "to={phone}\nsay={text}", "minutes": "30",
            "area": str(scene.world.county.pk)}  # fmt: skip
    admin.post("/channels/new/?kind=sms", sent)
    with acting(EVERYTHING):
        row = Channel.objects.get()
        User.objects.filter(name=scene.inside("administrator").name).update(phone_sealed=None)
    answer = admin.post(f"/channels/{row.pk}/trials/")
    assert (answer.status_code, "没有登记工作电话" in words(answer), web.bodies) == (409, True, [])


def test_switched_on_and_off(scene: Scene, admin: Client, web: Heard):
    row = robot(scene, admin, web)
    assert "已启用" in words(admin.post(f"/channels/{row.pk}/state/", {"state": "on"}, follow=True))
    assert "正在使用" in words(admin.post(f"/channels/hosts/{_host(scene)}/end/"))
    assert "未启用" in words(admin.post(f"/channels/{row.pk}/state/", {"state": "off"}, follow=True))
    assert "已从名单移除" in words(admin.post(f"/channels/hosts/{_host(scene)}/end/", follow=True))
    assert admin.post(f"/channels/{row.pk}/state/", {"state": "perhaps"}).status_code == 422


def _host(scene: Scene) -> int:
    with acting(EVERYTHING):
        return Host.objects.get(name="127.0.0.1").pk


def test_a_failing_channel_stands_in_the_administrators_list(scene: Scene, admin: Client, web: Heard):
    """With the way to the page of channels; no form that anybody could fill to be rid of it."""
    row = robot(scene, admin, web)
    admin.post(f"/channels/{row.pk}/state/", {"state": "on"})
    with acting(EVERYTHING):
        Channel.objects.update(failures=3)
        report_all(now=scene.now)
        escalate(now=scene.now + timedelta(minutes=1))
    page = admin.get("/mine/")
    assert "恢复消息通道" in words(page) and 'href="/channels/"' in page.content.decode()
    assert "故障" in words(admin.get("/channels/")) and "列为系统管理员的漏项" in words(
        admin.get(f"/channels/{row.pk}/")
    )
    with acting(EVERYTHING):
        county = Subject.objects.get(kind="area", area_id=scene.world.county.pk)
    officer = admin.__class__(headers={"Accept-Language": "zh-hans"})
    officer.force_login(scene.inside("county_duty"), backend="django.contrib.auth.backends.ModelBackend")
    assert "消息通道恢复" not in words(officer.get(f"/subjects/{county.pk}/records/new/"))
    sent = officer.post(f"/subjects/{county.pk}/records/new/?form=channel_repaired", {"how": "sent"})
    assert "由系统自动记录" in words(sent)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"url": ""}, (422, "不能为空")), ({"url": "http://qyapi.weixin.qq.com/"}, (422, "https://")),
        ({"url": "https://qyapi.weixin.qq.com/x"}, (422, "允许名单")), ({"title": " "}, (422, "名称")),
        ({"minutes": "0"}, (422, "1440")), ({"quiet_since": "22:00"}, (422, "免打扰")),
        ({"area": "1"}, (404, "管辖范围")),
    ],
)  # fmt: skip
def test_what_cannot_be_set_up_gets_a_sentence(
    scene: Scene, admin: Client, web: Heard, wrong: dict[str, str], refusal: tuple[int, str]
):
    sent = {"title": "群", "url": web.url, "minutes": "30", "area": str(scene.world.county.pk)} | wrong
    answer = admin.post("/channels/new/?kind=wecom", sent)
    assert (answer.status_code, refusal[1] in words(answer)) == (refusal[0], True), words(answer)
    with acting(EVERYTHING):
        assert not Channel.objects.exists()


def test_a_kind_that_nobody_knows_is_refused_with_those_there_are(admin: Client):
    answer = admin.get("/channels/new/?kind=pigeon")
    assert (answer.status_code, "wecom, dingtalk, sms, mail" in words(answer)) == (422, True)


@pytest.mark.parametrize("name", ["", "https://a.cn", "a b", "a..b", "-a", "a\x00b", "长" * 3])
def test_what_is_no_host_is_refused(admin: Client, name: str):
    answer = admin.post("/channels/hosts/", {"name": name})
    assert (answer.status_code, "主机名" in words(answer)) == (422, True)


def test_a_host_is_listed_once(admin: Client):
    assert admin.post("/channels/hosts/", {"name": "127.0.0.1"}).status_code == 409


def test_another_county_sees_nothing_of_it(scene: Scene, admin: Client, web: Heard, signed_in):
    row = robot(scene, admin, web)
    other = signed_in(scene.outside["administrator"])
    assert "值班群" not in words(other.get("/channels/")) and "127.0.0.1" not in words(other.get("/channels/"))
    assert other.get(f"/channels/{row.pk}/").status_code == 404
