"""Households, people and things entered by hand: looked for first, refused in a sentence, nothing typed lost."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.households import find_persons
from sibulou.roster.models import Household, Institution, Person, Post, Subject
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import identity_of, phone_of

pytestmark = pytest.mark.django_db
YANG = identity_of(date(1985, 12, 12), 9)
NEW = identity_of(date(1999, 9, 9), 417)


@pytest.fixture(autouse=True)
def demo(settings) -> None:
    settings.DEMO = True


def household_of(scene: Scene) -> str:
    return f"/areas/{scene.world.group_a1.pk}/households/new/"


FAMILY = {
    "address": "东河 1 组 9 号", "phone": phone_of(555), "language": "yi", "without_phone": "false", "rows": "2",
    "p0-name": "沙马阿木", "p0-relation": "02", "p0-identity": NEW, "p0-state": "present",
    "p1-name": "沙马小小", "p1-relation": "20", "p1-state": "returned", "p1-place": "昆明",
    "p1-since": "2020-01-20T08:00",
}  # fmt: skip


def test_a_household_is_entered_with_its_family_in_one_go(scene: Scene, signed_in):
    """The address once; numbers are sealed and found; the household is called after its head."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    answer = client.post(household_of(scene), FAMILY)
    page = words(client.get(answer.url))
    assert "沙马阿木家" in page and "东河 1 组 9 号" in page and "沙马小小" in page and NEW not in page
    with acting(EVERYTHING):
        (head,) = find_persons(identity=NEW, today=scene.now.date())
        child = Person.objects.get(subject__label="沙马小小")
        home = Household.objects.get(pk=head.household_id)
        assert (home.number, home.language, home.subject.area) == (3, "yi", scene.world.group_a1)
        assert (child.state, child.state_place, child.state_since.year) == ("returned", "昆明", 2020)
        assert head in find_persons(phone=phone_of(555), today=scene.now.date())


def test_one_more_row_keeps_what_was_typed(scene: Scene, signed_in):
    client = signed_in(scene.inside("group_head", "group_a1"))
    page = client.post(household_of(scene), FAMILY | {"step": "more"}).content.decode()
    assert 'name="p2-name"' in page and 'value="沙马阿木"' in page and 'name="rows" value="3"' in page
    with acting(EVERYTHING):
        assert not Subject.objects.filter(label="沙马阿木").exists()


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [({"phone": "12"}, 422, "不是能拨通的电话"), ({"p1-identity": NEW[:17]}, 422, "17位"),
     ({"number": "1"}, 409, "1号户"), ({"number": "x"}, 422, "应为整数"), ({"p1-birth": "31.2."}, 422, "不是日期"),
     ({"p0-name": ""}, 422, "名称不能为空"), ({"p1-relation": "98"}, 422, "98"),
     ({"p1-since": "2199-01-01T00:00"}, 422, "还没有到")],
)  # fmt: skip
def test_a_refusal_keeps_every_word_and_enters_nobody(scene: Scene, signed_in, typed, status: int, sentence: str):
    """The household and its first member too: all or none."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    answer = client.post(household_of(scene), FAMILY | typed)
    page = answer.content.decode()
    assert answer.status_code == status and sentence in words(answer)
    for name, value in (FAMILY | typed).items():
        if name.endswith(("name", "identity", "address", "place", "number", "phone")):
            assert f'name="{name}"' in page and (not value or f'value="{value}"' in page), name
    with acting(EVERYTHING):
        assert not Subject.objects.filter(label__startswith="沙马").exists()


def test_somebody_alike_is_shown_before_anybody_is_added(scene: Scene, signed_in):
    """The adder says whether it is the same person; until then nobody is entered, and every word stays."""
    client = signed_in(scene.world.duty_officer)
    asked = FAMILY | {"p0-name": "陈桂花", "p0-identity": ""}
    look = client.post(household_of(scene), asked)
    page = look.content.decode()
    assert look.status_code == 409 and "名册上已有相近的人" in words(look) and "姓名相同" in words(look)
    chen = scene.world.chen_guihua
    assert f'name="p0-is" value="{chen.pk}"' in page and f"/people/{chen.pk}/" in page
    assert 'value="沙马小小"' in page
    other = client.post(household_of(scene), asked | {"p0-is": f"other:{chen.pk}"})
    assert other.status_code == 302
    with acting(EVERYTHING):
        assert Person.objects.filter(subject__label="陈桂花").count() == 2


def test_the_same_person_is_moved_and_not_entered_twice(scene: Scene, signed_in):
    client, chen = signed_in(scene.world.duty_officer), scene.world.chen_guihua
    answer = client.post(household_of(scene), FAMILY | {"p0-name": "陈桂花", "p0-identity": "", "p0-is": str(chen.pk)})
    assert answer.status_code == 302
    with acting(EVERYTHING):
        (only,) = Person.objects.filter(subject__label="陈桂花")
        assert f"/households/{only.household_id}/" == answer.url
        assert only.subject.area == scene.world.group_a1


def test_a_choice_made_for_others_is_asked_anew(scene: Scene, signed_in):
    """ "Somebody else" was said of those who were shown, not of whoever is found later."""
    client = signed_in(scene.world.duty_officer)
    for stale in ("other:", "other:1", "999999", "x"):
        asked = FAMILY | {"p0-name": "陈桂花", "p0-identity": "", "p0-is": stale}
        assert client.post(household_of(scene), asked).status_code == 409


def test_a_number_in_use_stays_refused_and_leads_to_its_holder(scene: Scene, signed_in):
    """Even by who says it is somebody else; in the next village, which does not see him, nobody is named."""
    yang, address = scene.world.yang_zhiqiang, f"/households/{scene.world.zhang.pk}/people/new/"
    typed = {"p0-name": "杨自强", "p0-identity": YANG, "p0-is": f"other:{yang.pk}"}
    answer = signed_in(scene.world.duty_officer).post(address, typed)
    assert answer.status_code == 409
    assert "这个证件号码已在册：杨志强" in words(answer) and f'href="/people/{yang.pk}/"' in answer.content.decode()
    assert f'value="{YANG}"' in answer.content.decode()
    head = signed_in(scene.inside("group_head", "group_b1"))
    answer = head.post(f"/households/{scene.world.wu.pk}/people/new/", {"p0-name": "杨自强", "p0-identity": YANG})
    assert answer.status_code == 302


def test_a_number_typed_twice_on_one_form_leads_nowhere_that_is_not(scene: Scene, signed_in):
    client = signed_in(scene.inside("group_head", "group_a1"))
    answer = client.post(household_of(scene), FAMILY | {"p1-identity": NEW})
    assert answer.status_code == 409 and "沙马阿木" in words(answer) and "去看" not in words(answer)


def test_a_person_is_added_to_a_household(scene: Scene, signed_in):
    client, home = signed_in(scene.inside("group_head", "group_a1")), scene.world.zhang
    assert f"/households/{home.pk}/people/new/" in client.get(f"/households/{home.pk}/").content.decode()
    answer = client.post(
        f"/households/{home.pk}/people/new/", {"p0-name": "张新生", "p0-birth": "2019/12/01", "p0-sex": "2"}
    )
    assert "张新生" in words(client.get(answer.url))
    assert client.post(f"/households/{home.pk}/people/new/", {"p0-name": " "}).status_code == 422


def test_a_village_with_groups_asks_which(scene: Scene, signed_in):
    client, address = signed_in(scene.world.secretary_a), f"/areas/{scene.world.village_a.pk}/households/new/"
    assert "还没有选是哪个组" in words(client.post(address, FAMILY))
    answer = client.post(address, FAMILY | {"area": f"{scene.world.group_a2.pk:018d}"})
    with acting(EVERYTHING):
        number = int(answer.url.split("/")[2])
        assert Subject.objects.get(pk=number).area == scene.world.group_a2


def test_posts_places_and_institutions_are_entered(scene: Scene, signed_in):
    client, base = signed_in(scene.world.duty_officer), f"/areas/{scene.world.village_b.pk}"
    post = {"name": "西河村口", "kind": "village", "address": "路口", "crew": "3", "opened": "planned"}
    answer = client.post(f"{base}/posts/new/", post)
    assert "启用" in words(client.get(answer.url))
    with acting(EVERYTHING):
        made = Post.objects.get(subject__label="西河村口")
        assert (made.kind, made.minimum_crew, made.address, made.opened_at) == ("village", 3, "路口", None)
    answer = client.post(f"/subjects/{made.pk}/steps/opened/", {"at": ""})
    assert answer.url == f"/subjects/{made.pk}/" and "尚未启用" not in words(client.get(answer.url))
    assert client.post(f"{base}/places/new/", {"name": "西河广场", "kind": "square"}).status_code == 302
    wrong = {"name": "西河药店", "kind": "pharmacy", "credit_code": "91"}
    refused = client.post(f"{base}/institutions/new/", wrong)
    assert refused.status_code == 422 and 'value="西河药店"' in refused.content.decode()
    client.post(f"{base}/institutions/new/", wrong | {"credit_code": ""})
    with acting(EVERYTHING):
        assert Institution.objects.filter(subject__label="西河药店", subject__area=scene.world.village_b).exists()


@pytest.mark.parametrize("door", ["posts", "places", "institutions"])
def test_no_kind_chosen_is_said_in_the_readers_words(scene: Scene, signed_in, door: str):
    address = f"/areas/{scene.world.village_b.pk}/{door}/new/"
    for language, asks in (("zh-hans", "请选择类别："), ("en", "Choose the kind: ")):
        answer = signed_in(scene.world.duty_officer, language).post(address, {"name": "西河口"})
        said = re.search(r'role="alert">([^<]*)', answer.content.decode())
        assert answer.status_code == 422 and said and said[1].startswith(asks)
        assert re.search("[a-z]", said[1]) is None or language == "en"


def test_where_to_enter_is_found_level_by_level(scene: Scene, signed_in):
    """From the county down to the group; a group head is at his group at once; without the right there is no button."""
    world = scene.world
    client = signed_in(world.duty_officer)
    assert "/people/new/" in client.get("/people/?q=谁也不是").content.decode()
    page = client.get("/people/new/").content.decode()
    assert f"/people/new/?area={world.longquan.pk}" in page and "households/new" not in page
    assert household_of(scene) in client.get(f"/people/new/?area={world.village_a.pk}").content.decode()
    assert household_of(scene) in signed_in(scene.inside("group_head", "group_a1")).get("/people/new/").content.decode()
    doctor = signed_in(world.doctor_a)
    assert "/people/new/" not in doctor.get("/people/?q=谁也不是").content.decode()
    assert doctor.get("/people/new/").status_code == 403
    assert client.get(f"/people/new/?area={world.next_county.pk}").status_code == 404
