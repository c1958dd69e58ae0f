"""Areas changed from their page: what will happen is said first, refusals keep what was typed, the right is above."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.models import Obligation
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.models import Appointment, Area, AuditLine, Household, Subject
from tests.web.reading import hidden, words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def of(area: Area, door: str) -> str:
    return f"/areas/{area.pk}/{door}"


def test_the_page_of_an_area_leads_to_what_one_may_do_there(scene: Scene, signed_in):
    """A village secretary enters into his village and changes its groups; his village itself is the township's."""
    world = scene.world
    secretary = signed_in(world.secretary_a)
    page = secretary.get(of(world.village_a, "")).content.decode()
    assert of(world.village_a, "posts/new/") in page and of(world.village_a, "parts/new/") in page
    assert of(world.village_a, "end/") not in page and of(world.village_a, "codes/new/") not in page
    assert of(world.group_a1, "end/") in secretary.get(of(world.group_a1, "")).content.decode()
    assert of(world.village_a, "end/") in signed_in(scene.inside("township_duty", "longquan")).get(
        of(world.village_a, "")).content.decode()  # fmt: skip
    doctor = signed_in(world.doctor_a).get(of(world.village_a, "")).content.decode()
    assert "登记和变更" not in doctor


def test_a_day_that_must_be_given_is_asked_for(scene: Scene, signed_in):
    client, address = signed_in(scene.world.duty_officer), of(scene.world.village_a, "codes/new/")
    for day in ("", "明天"):
        answer = client.post(address, {"code": "530499001009", "from": day, "notice": "x"})
        assert (answer.status_code, "“生效日期”必填" in words(answer), "留空" in words(answer)) == (422, True, False)


@pytest.mark.parametrize("door", ["parts/new/", "name/", "codes/new/", "end/", "households/new/", "posts/new/"])
def test_outside_ones_area_there_is_nothing_to_change(scene: Scene, signed_in, door: str):
    for who in (scene.world.outsider, scene.inside("village_secretary", "village_b")):
        client = signed_in(who)
        assert client.get(of(scene.world.village_a, door)).status_code == 404
        assert client.post(of(scene.world.village_a, door), {"name": "x"}).status_code == 404


def test_a_group_a_grid_and_a_village_are_added(scene: Scene, signed_in):
    client, world = signed_in(scene.world.duty_officer), scene.world
    client.post(of(world.village_a, "parts/new/"), {"number": "7", "name": ""})
    client.post(of(world.group_a2, "parts/new/"), {"number": "", "name": "河边网格"})
    answer = client.post(of(world.longquan, "parts/new/"), {"name": "南河社区居民委员会", "code": "530499001009"})
    with acting(EVERYTHING):
        assert Area.objects.filter(parent=world.village_a, name="7组").exists()
        assert Area.objects.filter(parent=world.group_a2, name="河边网格").exists()
        assert answer.url == f"/areas/{area_by_code('530499001009').pk}/"


def test_a_refused_area_keeps_what_was_typed(scene: Scene, signed_in):
    client = signed_in(scene.world.duty_officer, "en")
    answer = client.post(of(scene.world.longquan, "parts/new/"), {"name": "南河社区居民委员会", "code": "53049900"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "9" in words(answer) and "12 digits" in words(answer)
    assert 'value="南河社区居民委员会"' in page and 'value="53049900"' in page
    answer = client.post(of(scene.world.village_a, "parts/new/"), {"number": "1"})
    assert answer.status_code == 409 and 'value="1"' in answer.content.decode()
    assert client.get(of(scene.world.grid_a1, "parts/new/")).status_code == 422


def test_an_area_is_renamed(scene: Scene, signed_in):
    client = signed_in(scene.world.duty_officer)
    assert 'value="东河社区居民委员会"' in client.get(of(scene.world.village_a, "name/")).content.decode()
    answer = client.post(of(scene.world.village_a, "name/"), {"name": "东明社区居民委员会"})
    assert "东明社区居民委员会" in words(client.get(answer.url))
    assert client.post(of(scene.world.village_a, "name/"), {"name": "西河社区居民委员会"}).status_code == 409


def test_a_township_is_recoded_after_it_was_looked_over(scene: Scene, signed_in):
    """First how many codes change; then they do, from that day on, with the number of the decision."""
    client, address = signed_in(scene.world.duty_officer), of(scene.world.longquan, "codes/new/")
    asked = {"code": "530499077", "from": f"{scene.now + timedelta(days=40):%F}", "notice": "白政〔2020〕3号"}
    look = client.post(address, asked)
    assert "连同下级共 7 个代码变更" in words(look)
    with acting(EVERYTHING):
        assert code_of(scene.world.longquan) == "530499001"
        assert not AuditLine.objects.filter(kind="area.recode").exists()
    sent = {name: hidden(look, name) for name in asked}
    assert sent == asked
    back = client.post(address, sent | {"step": "back"})
    assert 'value="530499077"' in back.content.decode() and "白政〔2020〕3号" in back.content.decode()
    page = words(client.get(client.post(address, sent | {"step": "confirmed"}).url))
    assert "530499077" in page and "530499001" in page and "白政〔2020〕3号" in page


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"code": "530499077", "from": ""}, 422), ({"code": "530499077", "from": "soon"}, 422),
     ({"code": "530499200", "from": "2199-01-01"}, 409), ({"code": "77", "from": "2199-01-01"}, 422)],
)  # fmt: skip
def test_a_code_that_cannot_be_is_refused_before_it_is_confirmed(scene: Scene, signed_in, typed, status: int):
    answer = signed_in(scene.world.duty_officer).post(of(scene.world.longquan, "codes/new/"), typed)
    assert answer.status_code == status
    assert f'value="{typed["code"]}"' in answer.content.decode()


def test_a_village_is_merged_after_it_was_said_what_moves(scene: Scene, signed_in):
    """Households, people, things and obligations counted before; afterwards they are there, and nothing is here."""
    world = scene.world
    client, address = signed_in(world.duty_officer), of(world.village_a, "end/")
    asked = {"reason": "并村〔2020〕1号", "into": "530499001002"}
    look = client.post(address, asked)
    said = words(look)
    assert "4 户、9 人、4 个卡点、场所、机构迁到“西河社区居民委员会”" in said and "3 个任命随之结束" in said
    with acting(EVERYTHING):
        inside = Subject.objects.filter(area__gte=world.village_a.range[0], area__lt=world.village_a.range[1])
        moving = list(inside.exclude(kind="area").values_list("pk", flat=True))
        open_now = Obligation.objects.filter(subject__in=moving, met_at=None, waived_at=None, due_at__gt=scene.now)
        assert f"没到期的 {open_now.count()} 项应办随之转过去" in said
        assert Household.objects.filter(subject__area=world.group_a1).exists()
    answer = client.post(address, asked | {"step": "confirmed"})
    assert answer.url == f"/areas/{world.village_b.pk}/"
    with acting(EVERYTHING):
        assert not inside.filter(until=None).exists()
        assert Subject.objects.get(pk=world.pharmacy.pk).area == world.village_b
        assert not Appointment.objects.filter(seat__area=world.village_a, ends_at=None).exists()
        late = Obligation.objects.filter(subject=world.post.pk, due_at__lte=scene.now)
        assert set(late.values_list("area_id", flat=True)) == {world.village_a.pk}


def test_an_area_is_not_ended_over_what_lies_in_it(scene: Scene, signed_in):
    """The sentence names how many and one of them, on the form, with the reason still in it."""
    client = signed_in(scene.world.duty_officer)
    answer = client.post(of(scene.world.group_a2, "end/"), {"reason": "撤组"})
    assert answer.status_code == 409
    assert "还有 5 项在册" in words(answer) and 'value="撤组"' in answer.content.decode()
    other = {"reason": "并组", "code": "530499"}
    assert client.post(of(scene.world.group_a2, "end/"), other).status_code == 422
    assert client.post(of(scene.world.group_a2, "end/"), {"reason": "并组", "code": "99"}).status_code == 404


def test_an_empty_grid_is_ended(scene: Scene, signed_in):
    client, address = signed_in(scene.world.secretary_a), of(scene.world.grid_a1, "end/")
    assert "1 个任命随之结束" in words(client.post(address, {"reason": "并网格"}))
    answer = client.post(address, {"reason": "并网格", "step": "confirmed"})
    assert answer.url == f"/areas/{scene.world.group_a1.pk}/"
    assert client.get(address).status_code == 409
    assert "登记和变更" not in words(client.get(of(scene.world.grid_a1, "")))
