"""The form of any record kind: handed in once, corrected, withdrawn; what is wrong stands beside its field."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.duty.personal import open_answers
from sibulou.duty.plan import load_plan
from sibulou.fronts.defence.branches import found_branch
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import AuditLine
from sibulou.roster.subjects import enter
from sibulou.web.sheet import doors
from tests.web.reading import hidden, links, words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


def form_at(subject: int, form: str, **asked: object) -> str:
    return f"/subjects/{subject}/records/new/?{urlencode({'form': form, **asked})}"


def moment(scene: Scene, hours: float = 1) -> str:
    """A moment as a browser's field says it, in the county's zone."""
    return f"{(scene.now - timedelta(hours=hours) + timedelta(hours=8)):%Y-%m-%dT%H:%M}"


@pytest.fixture
def head(scene: Scene, signed_in) -> Client:
    return signed_in(scene.inside("group_head", "group_a1"))


def test_a_record_is_handed_in_and_closes_what_is_owed(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    sent = {"id": hidden(head.get(address), "id"), "members": "2", "present": "2", "happened_at": moment(scene)}
    answer = head.post(address, sent, follow=True)
    assert answer.redirect_chain[0][0] == f"/records/{sent['id']}/"
    assert "已收下：入户排查" in words(answer)
    with acting(EVERYTHING):
        kept = Record.objects.get(pk=sent["id"])
        assert kept.content == {"members": 2, "present": 2}
        assert Obligation.objects.filter(met_by=kept.pk).exists()


TREATED = {"agent": "chlorine", "strength": "500", "minutes": "30"}


def _missed(scene: Scene) -> tuple[Obligation, str]:
    """A disinfection whose day is over, and the form that its button opens."""
    row = scene.owed("place.disinfected", until_at__lte=scene.now, met_at=None)
    with acting(EVERYTHING):
        return row, doors([row], onward="/mine/", now=scene.now)[row.pk][0].link


def test_for_a_window_that_has_ended_the_moment_must_be_given(scene: Scene, signed_in):
    row, address = _missed(scene)
    client = signed_in(scene.inside("place_keeper"))
    english = signed_in(scene.inside("place_keeper"), "en")
    page = client.get(address)
    assert "只有在那段时间里做的才能销这一项" in words(page)
    assert f"/obligations/{row.pk}/#reason" in links(page)
    assert re.search(r'name="happened_at" type="datetime-local" value=""', page.content.decode())
    assert "Only what happened in it closes this one" in words(english.get(address))
    refused = client.post(address, {**TREATED, "id": hidden(page, "id"), "happened_at": ""})
    assert refused.status_code == 422
    assert "“何时发生”没有填对" in words(refused)


def test_for_a_window_that_has_not_begun_it_is_said_that_it_closes_nothing_yet(scene: Scene, signed_in):
    row = scene.owed("place.disinfected", opened_at__gt=scene.now)
    with acting(EVERYTHING):
        address = doors([row], onward="/mine/", now=scene.now)[row.pk][0].link
    assert "现在填的会留存，但不能销这一项" in words(signed_in(scene.inside("place_keeper")).get(address))
    assert "does not close it" in words(signed_in(scene.inside("place_keeper"), "en").get(address))


def test_what_does_not_close_the_miss_says_so_and_what_closes_it_too(scene: Scene, signed_in):
    row, address = _missed(scene)
    client = signed_in(scene.inside("place_keeper"))
    late = {**TREATED, "id": hidden(client.get(address), "id"), "happened_at": moment(scene, 0)}
    assert "没有销号：发生时间不在它的时段内" in words(client.post(address, late, follow=True))
    then = f"{row.opened_at + timedelta(hours=8, minutes=2):%Y-%m-%dT%H:%M}"
    within = {**TREATED, "id": hidden(client.get(address), "id"), "happened_at": then}
    said = words(client.post(address, within, follow=True))
    assert "销号 1 项：" in said
    assert "没有销号" not in said
    assert "只有在那段时间里" not in words(client.get(address))


def test_a_second_tap_is_a_repeat_and_not_a_second_record(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    sent = {
        "id": hidden(head.get(address), "id"),
        "members": "2", "present": "2", "happened_at": moment(scene),
    }  # fmt: skip
    head.post(address, sent)
    again = head.post(address, sent, follow=True)
    assert "没有重复记录" in words(again)
    with acting(EVERYTHING):
        assert Record.objects.count() == 1


def test_the_same_number_with_other_answers_is_kept_and_shown_as_a_conflict(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    sent = {
        "id": hidden(head.get(address), "id"),
        "members": "2", "present": "2", "happened_at": moment(scene),
    }  # fmt: skip
    head.post(address, sent)
    other = head.post(address, sent | {"members": "3"})
    assert other.status_code == 409
    assert "待核记录" in words(other)
    with acting(EVERYTHING):
        assert Refusal.objects.get().outcome == "conflicting"


def test_every_wrong_answer_has_its_sentence_and_nothing_typed_is_lost(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    answer = head.post(address, {"members": "很多", "present": "99", "happened_at": "昨天"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("p-members", "p-present", "happened_at-problem"):
        assert f'id="{name}"' in page
    assert 'value="很多"' in page
    assert 'value="99"' in page
    with acting(EVERYTHING):
        assert not Record.objects.exists()
        assert not Refusal.objects.exists()


def test_tomorrow_has_not_happened_yet(scene: Scene, head: Client):
    sent = {"members": "2", "present": "2", "happened_at": moment(scene, -30)}
    answer = head.post(form_at(scene.world.zhang.pk, "household_check"), sent)
    assert answer.status_code == 422
    assert "晚于现在" in words(answer)


def test_an_unusual_number_is_asked_again_and_then_taken(scene: Scene, signed_in):
    """41.5 degrees is possible; the screen asks once, and another number is asked anew."""
    guard = signed_in(scene.world.li)
    address = form_at(scene.world.yang_zhiqiang.pk, "reading")
    sent = {"temperature": "41.5", "happened_at": moment(scene)}
    asked = guard.post(address, sent)
    assert asked.status_code == 422
    assert "确实是这个数吗" in words(asked)
    sure = hidden(asked, "sure")
    assert guard.post(address, sent | {"temperature": "41.6", "sure": sure}).status_code == 422
    assert guard.post(address, sent | {"sure": sure}).status_code == 302


def test_numbers_are_read_as_people_type_them(scene: Scene, signed_in):
    """Full-width digits and a full-width point come out of Chinese keyboards."""
    guard = signed_in(scene.world.li)
    sent = {"temperature": "３６．５", "happened_at": moment(scene), "at_home": "true"}
    assert guard.post(form_at(scene.world.yang_zhiqiang.pk, "reading"), sent).status_code == 302
    with acting(EVERYTHING):
        assert Record.objects.get().content == {"temperature": 36.5, "at_home": True}


def test_a_question_is_asked_when_the_answers_before_call_for_it(scene: Scene, signed_in):
    """The page asks the server which questions are to be shown; nothing is handed in by that."""
    guard = signed_in(scene.world.li)
    address = form_at(scene.world.yang_zhiqiang.pk, "person_seen")
    look = {"headers": {"X-Look": "1"}}
    assert "origin" not in guard.post(address, {"state": "present"}, **look).json()["shown"]
    assert "origin" in guard.post(address, {"state": "returned"}, **look).json()["shown"]
    with acting(EVERYTHING):
        assert not Record.objects.exists()


def test_an_area_is_chosen_from_the_list_or_by_its_code(scene: Scene, signed_in):
    post = signed_in(scene.inside("post_head", "post"))
    address = form_at(scene.world.post.pk, "checkpoint_pass")
    sent = {
        "name": "过路人", "direction": "in", "temperature": "36.4", "disposal": "passed", "matched": "true",
        "happened_at": moment(scene),
    }  # fmt: skip
    assert post.post(address, sent | {"destination.code": "530499001002"}).status_code == 302
    with acting(EVERYTHING):
        assert Record.objects.get().content["destination"] == f"{scene.world.village_b.pk:018d}"
    wrong = post.post(address, sent | {"destination.code": "999999999999"})
    assert wrong.status_code == 422
    assert "530499001002" not in words(wrong)
    assert "名册上没有代码为“999999999999”的区域" in words(wrong)


def test_a_person_is_named_and_two_of_one_name_are_told_apart(scene: Scene, signed_in):
    doctor = signed_in(scene.inside("disease_control"))
    address = form_at(scene.world.yang_zhiqiang.pk, "contact_named")
    sent = {"contact.code": "陈桂花", "happened_at": moment(scene)}
    assert doctor.post(address, sent).status_code == 302
    with acting(EVERYTHING):
        assert Record.objects.get().content["contact"] == str(scene.world.chen_guihua.pk)
    nobody = doctor.post(address, sent | {"contact.code": "查无此人"})
    assert "名册上没有叫“查无此人”的人" in words(nobody)


def test_a_correction_counts_and_the_original_stays(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    first = hidden(head.get(address), "id")
    head.post(address, {"id": first, "members": "2", "present": "2", "happened_at": moment(scene)})
    correcting = form_at(scene.world.zhang.pk, "household_check", corrects=first)
    page = head.get(correcting)
    assert 'name="members" type="text" inputmode="numeric" value="2"' in page.content.decode()
    second = hidden(page, "id")
    head.post(correcting, {"id": second, "members": "3", "present": "2", "happened_at": moment(scene)})
    with acting(EVERYTHING):
        assert str(Record.objects.get(pk=second).corrects) == first
        assert not Obligation.objects.filter(met_by=first).exists()
        assert Obligation.objects.filter(met_by=second).exists()
    assert "这份记录已被更正" in words(head.get(f"/records/{first}/"))


def test_a_withdrawal_takes_the_effect_back(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check")
    first = hidden(head.get(address), "id")
    head.post(address, {"id": first, "members": "2", "present": "2", "happened_at": moment(scene)})
    with acting(EVERYTHING):
        met = list(Obligation.objects.filter(met_by=first).values_list("pk", flat=True))
    answer = head.post(f"/records/{first}/withdrawal/", follow=True)
    assert "已撤回" in words(answer)
    with acting(EVERYTHING):
        assert met
        assert not Obligation.objects.filter(pk__in=met, met_at__isnull=False).exists()
        assert Record.objects.filter(pk=first).exists()


def test_a_form_for_another_kind_of_thing_says_so(scene: Scene, head: Client):
    answer = head.get(form_at(scene.world.zhang.pk, "reading"))
    assert answer.status_code == 422
    assert "应填给人，不是户" in words(answer)


def test_an_unknown_form_names_those_there_are(scene: Scene, head: Client):
    answer = head.get(form_at(scene.world.zhang.pk, "household_chek"))
    assert answer.status_code == 422
    assert "household_check" in words(answer)


def test_personal_numbers_are_masked_on_the_record(scene: Scene, signed_in):
    """Whoever may read the record sees that a number was taken down, not the number."""
    post = signed_in(scene.inside("post_head", "post"))
    sent = {
        "name": "过路人", "id_number": "530499199001011234", "phone": "15400009999", "direction": "in",
        "temperature": "36.4", "disposal": "passed", "matched": "true", "happened_at": moment(scene),
    }  # fmt: skip
    page = post.post(form_at(scene.world.post.pk, "checkpoint_pass"), sent, follow=True).content.decode()
    assert "530*************34" in page
    assert "15400009999" not in page
    with acting(EVERYTHING):
        kept = json.dumps(Record.objects.get().content, ensure_ascii=False)
    assert "36.4" in kept
    for told in ("过路人", "530499199001011234", "15400009999"):
        assert told not in kept


def _passed(scene: Scene, signed_in) -> Record:
    """Somebody who passed the post, with his numbers."""
    sent = {
        "name": "过路人", "phone": "15400009999", "direction": "in", "temperature": "36.4", "disposal": "passed",
        "matched": "true", "happened_at": moment(scene),
    }  # fmt: skip
    signed_in(scene.inside("post_head", "post")).post(form_at(scene.world.post.pk, "checkpoint_pass"), sent)
    with acting(EVERYTHING):
        return Record.objects.get()


def test_a_sealed_answer_is_shown_in_full_once_for_a_reason(scene: Scene, signed_in):
    """By whoever may see numbers in full; the reason is on the audit chain."""
    row = _passed(scene, signed_in)
    head, duty = signed_in(scene.inside("post_head", "post")), signed_in(scene.inside("township_duty"))
    address = f"/records/{row.pk}/answers/"
    assert head.post(address, {"field": "phone", "reason": "核对"}).status_code == 403
    assert duty.post(address, {"field": "phone", "reason": " "}).status_code == 422
    assert duty.post(address, {"field": "direction", "reason": "核对"}).status_code == 422
    assert "15400009999" in words(duty.post(address, {"field": "phone", "reason": "电话回访"}))
    assert "15400009999" not in words(duty.get(f"/records/{row.pk}/"))
    with acting(EVERYTHING):
        line = AuditLine.objects.filter(kind="unmask").latest("pk")
    assert "电话回访" in line.facts and "record.checkpoint_pass.phone" in line.facts


def test_a_correction_keeps_what_is_sealed_without_showing_it(scene: Scene, signed_in):
    """What is left empty stays as it was told; what is typed counts."""
    row = _passed(scene, signed_in)
    head = signed_in(scene.inside("post_head", "post"))
    address = form_at(scene.world.post.pk, "checkpoint_pass") + f"&corrects={row.pk}"
    page = words(head.get(address))
    assert "不填就保留原样" in page
    assert "15400009999" not in head.get(address).content.decode()
    sent = {
        "name": "过路的人", "phone": "", "direction": "in", "temperature": "hot", "disposal": "passed",
        "matched": "true", "happened_at": moment(scene),
    }  # fmt: skip
    again = head.post(address, sent)
    assert (again.status_code, "15400009999" in again.content.decode()) == (422, False)
    assert head.post(address, {**sent, "temperature": "36.5"}).status_code == 302
    with acting(EVERYTHING):
        said = open_answers("checkpoint_pass", Record.objects.get(corrects=row.pk).content)
    assert (said["name"], said["phone"], said["temperature"]) == ("过路的人", "15400009999", 36.5)


SHIPPED = {name: load_plan(path.read_text(encoding="utf-8"), file=name) for name, path in shipped().items()}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_form_of_the_plan_can_be_drawn(scene: Scene, signed_in, language: str):
    """Each with all its labels, in the reader's language."""
    world = scene.world
    about = {
        "area": scene.world.county, "household": world.zhang, "person": world.yang_zhiqiang, "post": world.post,
        "place": world.market, "institution": world.pharmacy,
    }  # fmt: skip
    client = signed_in(scene.inside("county_duty"), language)
    with acting(EVERYTHING):
        from sibulou.roster.models import Subject

        numbers = {kind: thing.pk for kind, thing in about.items() if kind != "area"}
        numbers["area"] = Subject.objects.get(kind="area", area=world.county).pk
        branch = found_branch(area=world.longquan, name="东河卡点临时党支部", number="1", by=BY, now=scene.now)
        shift = enter("shift", area=world.longquan, label="东河卡点早班", since=scene.now, now=scene.now)
        numbers |= {"branch": branch.pk, "shift": shift.pk}
    for form in SHIPPED["covid19-2020"].forms.values():
        answer = client.get(form_at(numbers[form.kind], form.key))
        assert answer.status_code == 200, form.key
        page = words(answer)
        for field in form.fields:
            assert field.title.say(language) in page, (form.key, field.key)


def test_where_to_next_never_leaves_the_house(scene: Scene, head: Client):
    address = form_at(scene.world.zhang.pk, "household_check", next="https://example.org/")
    sent = {"members": "2", "present": "2", "happened_at": moment(scene)}
    assert head.post(address, sent).url.startswith("/records/")
    assert head.post(form_at(scene.world.zhang.pk, "household_check", next="/mine/"), sent).url == "/mine/"


@pytest.mark.parametrize("asked", [{"corrects": "x"}, {"corrects": "01a20c44-f042-7b4e-8d87-a1391341c17b"}])
def test_a_correction_of_nothing_is_not_there(scene: Scene, head: Client, asked: dict[str, str]):
    assert head.get(form_at(scene.world.zhang.pk, "household_check", **asked)).status_code == 404


@pytest.mark.parametrize(
    "odd", [{"id": "x"}, {"members": "1" * 5000}, {"members": "\x00"}, {"happened_at": "9999-12-31T23:59"},
            {"happened_at": "0001-01-01T00:00"}, {"members": "1e999"}, {"members": "nan"}],
)  # fmt: skip
def test_odd_input_gets_a_sentence(scene: Scene, head: Client, odd: dict[str, str]):
    sent = {"members": "2", "present": "2", "happened_at": moment(scene)} | odd
    assert head.post(form_at(scene.world.zhang.pk, "household_check"), sent).status_code in (302, 422)
