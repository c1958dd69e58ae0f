"""The inbox: one's own messages, the new ones first; that they were seen; and what one wants to be told by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.models import Duty
from sibulou.message.models import Message, Preference
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import User
from tests.web.reading import links, words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def told(scene: Scene, user: User, kind: str, many: int, *, ago: int = 5, duty: str = "household.screened") -> None:
    """A message to somebody, so many minutes ago, about the village of the east river."""
    at = scene.now - timedelta(minutes=ago)
    with acting(EVERYTHING):
        Message.objects.create(
            user=user, kind=kind, duty=Duty.objects.get(key=duty), area_id=scene.world.village_a.pk, areas=2, many=many,
            due_at=scene.now + timedelta(hours=1), rings=False, told_at=at,
        )  # fmt: skip


@pytest.fixture
def head(scene: Scene) -> User:
    return scene.inside("group_head", "group_a1")


def test_nothing_yet_is_said_so(head: User, signed_in):
    assert "还没有消息" in words(signed_in(head).get("/messages/"))


def test_a_message_says_how_many_of_what_where_by_when(scene: Scene, head: User, signed_in):
    told(scene, head, "warn", 12)
    page = words(signed_in(head).get("/messages/"))
    assert "即将到期" in page and "12 项" in page and "东河 · 2 处" in page and "最早到期" in page
    assert "12" in words(signed_in(head, "en").get("/messages/"))


def test_nobody_sees_anothers(scene: Scene, head: User, signed_in):
    told(scene, head, "warn", 12)
    other = signed_in(scene.inside("village_secretary", "village_a"))
    assert "还没有消息" in words(other.get("/messages/"))
    assert other.get("/messages/count/").content == b"0"


def test_what_comes_within_half_an_hour_is_one_line(scene: Scene, head: User, signed_in):
    """Two tellings of one duty at one moment's distance are added up."""
    told(scene, head, "climb", 3, ago=0)
    first = scene.now.replace(minute=scene.now.minute // 30 * 30, second=0, microsecond=0)
    with acting(EVERYTHING):
        Message.objects.create(
            user=head, kind="climb", duty=Duty.objects.get(key="household.screened"),
            area_id=scene.world.village_a.pk, areas=1, many=4, due_at=scene.now, rings=False, told_at=first,
        )  # fmt: skip
    page = words(signed_in(head).get("/messages/"))
    assert "7 项" in page and "3 项" not in page and "下级未办" in page


def test_seen_messages_go_below_and_leave_the_count(scene: Scene, head: User, signed_in):
    client = signed_in(head)
    told(scene, head, "gap", 2, ago=50)
    assert client.get("/messages/count/").content == b"1"
    assert "data-many>1<" in client.get("/mine/").content.decode()
    page = client.get("/messages/").content.decode()
    upto = page.partition('name="upto" value="')[2].partition('"')[0]
    told(scene, head, "warn", 5)
    after = words(client.post("/messages/seen/", {"upto": upto}, follow=True))
    assert after.index("即将到期") < after.index("看过的") < after.index("已逾期")
    assert client.get("/messages/count/").content == b"1"


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 30])
def test_a_wrong_number_marks_nothing(scene: Scene, head: User, signed_in, upto: str):
    client = signed_in(head)
    told(scene, head, "gap", 2)
    client.post("/messages/seen/", {"upto": upto})
    assert client.get("/messages/count/").content == b"1"


def test_a_line_leads_to_what_it_is_about(scene: Scene, head: User, signed_in):
    """One's own to one's list; what came up from below to the gaps there."""
    told(scene, head, "warn", 1)
    told(scene, head, "climb", 1)
    client = signed_in(head)
    found = [link for link in links(client.get("/messages/")) if link in ("/mine/",) or link.startswith("/gaps/?")]
    assert f"/gaps/?area={scene.world.village_a.pk}" in found and "/mine/" in found


def test_what_one_wants_is_kept_and_the_address_is_masked(head: User, signed_in):
    client = signed_in(head)
    sent = {"mail": "duan.yong@example.cn", "quiet_since": "22:00", "quiet_until": "06:30"}
    page = client.post("/messages/preferences/", sent, follow=True)
    assert "已保存" in words(page) and "duan.yong@example.cn" not in page.content.decode()
    with acting(EVERYTHING):
        wish = Preference.objects.get(user=head)
        assert (wish.sms, wish.mail, wish.quiet_since.hour) == (False, True, 22)
        assert b"duan.yong" not in bytes(wish.mail_sealed)
    client.post("/messages/preferences/", {"sms": "yes", "no_mail": "yes"})
    with acting(EVERYTHING):
        wish = Preference.objects.get(user=head)
        assert (wish.sms, wish.mail, wish.mail_sealed, wish.quiet_since) == (True, False, None, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mail": "nobody"}, "邮箱"), ({"mail": "a\x00@example.cn"}, "邮箱"), ({"quiet_since": "22:00"}, "免打扰"),
        ({"quiet_since": "22:00", "quiet_until": "22:00"}, "免打扰"),
        ({"quiet_since": "25:00", "quiet_until": "x"}, "免打扰"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_gets_a_sentence(head: User, signed_in, wrong: dict[str, str], said: str):
    answer = signed_in(head).post("/messages/preferences/", wrong)
    assert (answer.status_code, said in words(answer)) == (422, True)
    with acting(EVERYTHING):
        assert not Preference.objects.exists()
