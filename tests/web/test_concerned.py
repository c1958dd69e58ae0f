"""The person concerned, by a link alone: no session, nothing about anybody else, nothing left behind."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils.timezone import localdate

from sibulou.duty import force
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import Told
from sibulou.field.links import HandedOver, end_link, hand_over
from sibulou.field.models import Link
from sibulou.lib.clock import now
from sibulou.lib.log_secrets import HideSecrets
from sibulou.lib.uuid7 import uuid7
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.audit import By, lines
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Subject, User
from tests.web.conftest import SignIn
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
BY = By("李强", "guard")


def subject(scene: Scene, name: str = "杨志强") -> Subject:
    with acting(EVERYTHING):
        return scene.world.people[name].subject


def told(scene: Scene, form: str, about: Subject, content: dict[str, object], *, by: User, hours: float = 2) -> UUID:
    """A record that an official told."""
    at = scene.now - timedelta(hours=hours)
    number = uuid7(at)
    by_line = By(by.name, "", by.pk)
    (answer,) = take_in(Batch([Told(number, form, about.pk, at, content)]), reach=EVERYTHING, by=by_line, now=scene.now)
    assert answer.outcome is Outcome.ACCEPTED, answer.problem
    return number


def handed(scene: Scene, name: str = "杨志强", *, about: Subject | None = None, days: int = 14) -> HandedOver:
    with acting(EVERYTHING):
        until = scene.now + timedelta(days=days)
        return hand_over(subject=about or subject(scene, name), until=until, reach=EVERYTHING, by=BY, now=scene.now)


def signed(page: str) -> str:
    """The signature of the form on a page."""
    found = re.search(r'name="signed" value="([^"]+)"', page)
    assert found
    return found[1]


def fill(client: Client, address: str, **typed: object):
    """Open a form and hand it in."""
    page = client.get(address).content.decode()
    return client.post(address, {"signed": signed(page), **typed})


def watched(scene: Scene) -> Subject:
    """Yang Zhiqiang, who came back from Wuhan and is under watch since yesterday."""
    about = subject(scene)
    seen = {"state": "returned", "origin": "wuhan"}
    told(scene, "person_seen", about, seen, by=scene.inside("group_head", "group_a2"), hours=26)
    return about


def test_a_guard_hands_over_a_link_from_the_page_of_his_charge(scene: Scene, signed_in: SignIn):
    """It ends with the watch unless another day is chosen; the secret is shown once and kept nowhere."""
    about = watched(scene)
    client = signed_in(scene.world.li)
    assert f"/subjects/{about.pk}/links/" in client.get(f"/people/{about.pk}/").content.decode()
    page = client.get(f"/subjects/{about.pk}/links/").content.decode()
    end = localdate(scene.now - timedelta(hours=26) + timedelta(days=14))
    assert f'value="{end:%F}"' in page
    answer = client.post(f"/subjects/{about.pk}/links/", {"until": f"{end:%F}"})
    address = re.search(r"http://testserver(/r/[A-Za-z0-9_-]{43}/)", answer.content.decode())
    assert answer.status_code == 200
    assert address
    assert "<svg" in answer.content.decode()
    assert address[1] not in client.get(f"/subjects/{about.pk}/links/").content.decode()
    with acting(EVERYTHING):
        assert [line.kind for line in lines(1)] == ["link.hand_over"]
        assert address[1].split("/")[2] not in str([line.facts for line in lines(5)])
    assert Client().get(address[1]).status_code == 200


def test_a_day_that_cannot_be_is_answered_with_a_sentence(scene: Scene, signed_in: SignIn):
    about = subject(scene)
    client = signed_in(scene.world.li)
    for typed in ("2020-01-01", "soon", ""):
        answer = client.post(f"/subjects/{about.pk}/links/", {"until": typed})
        assert answer.status_code == 422
        assert "有效期" in answer.content.decode()
    with acting(EVERYTHING):
        assert not Link.objects.exists()


def test_somebody_elses_charge_gets_no_link(scene: Scene, signed_in: SignIn):
    """Li guards Yang; of the Zhang family he sees nothing."""
    about = subject(scene, "张伟")
    assert signed_in(scene.world.li).post(f"/subjects/{about.pk}/links/", {"until": "2999-01-01"}).status_code == 404


def test_he_tells_his_temperature_and_it_meets_the_guards_duty(scene: Scene):
    """No session, no cookie; the page says what it counted for, and the record how it was told."""
    about = watched(scene)
    link = handed(scene)
    client = Client()
    assert "早晚体温监测" in client.get(f"/r/{link.secret}/").content.decode()
    answer = fill(client, f"/r/{link.secret}/forms/reading/?plan=covid19_2020", temperature="36.6")
    assert answer.status_code == 302, answer.content.decode()
    assert "已收到" in client.get(answer["Location"]).content.decode()
    assert not client.cookies
    with acting(EVERYTHING):
        record = Record.objects.get(form="reading")
        met = Obligation.objects.filter(subject=about, met_by=record.pk).values_list("duty__key", flat=True)
        assert list(met) == ["watch.reading"]
    assert (record.told_by_id, record.device) == (None, f"r/{link.link.pk}")


def test_pages_say_that_he_told_it_and_whose_link_it_was(scene: Scene, signed_in: SignIn):
    watched(scene)
    link = handed(scene)
    fill(Client(), f"/r/{link.secret}/forms/reading/?plan=covid19_2020", temperature="36.6")
    with acting(EVERYTHING):
        record = Record.objects.get(form="reading")
    page = signed_in(scene.world.li).get(f"/records/{record.pk}/").content.decode()
    assert "本人自己填报，用的是李强" in page
    assert str(link.link.pk) not in page
    history = signed_in(scene.world.li).get(f"/people/{subject(scene).pk}/").content.decode()
    assert "本人填报" in history


def test_a_fever_calls_the_doctor_and_he_reads_who_was_called(scene: Scene):
    watched(scene)
    link = handed(scene)
    client = Client()
    answer = fill(client, f"/r/{link.secret}/forms/reading/?plan=covid19_2020", temperature="38.4", symptoms="cough")
    page = client.get(answer["Location"]).content.decode()
    assert "已转给村医：有症状者就医" in page
    with acting(EVERYTHING):
        assert Obligation.objects.filter(duty__key="symptom.to_clinic", subject=subject(scene)).count() == 1


def test_his_household_tells_a_need(scene: Scene):
    """Through the link of one person, a need of his home reaches whoever meets needs."""
    link = handed(scene)
    answer = fill(Client(), f"/r/{link.secret}/forms/need_told/?plan=covid19_2020", need="medicine")
    assert answer.status_code == 302
    with acting(EVERYTHING):
        assert Obligation.objects.filter(duty__key="needs.met", subject=scene.world.yang.subject).count() == 1


def test_what_is_held_of_the_household_takes_its_own_link(scene: Scene):
    """Through a person's link a need of his home is told, and no correction of what is held about it asked for."""
    link = handed(scene)
    assert Client().get(f"/r/{link.secret}/forms/household_correction_asked/").status_code == 404
    assert "本户要求更正" not in Client().get(f"/r/{link.secret}/").content.decode()


def test_a_correction_asked_for_is_owed_by_the_village(scene: Scene):
    """Kept sealed, and answered within the plan's clock or a gap of the village secretary."""
    link = handed(scene)
    address = f"/r/{link.secret}/forms/correction_asked/?plan=covid19_2020"
    assert fill(Client(), address, about="phone", text="我的电话换了").status_code == 302
    with acting(EVERYTHING):
        record = Record.objects.get(form="correction_asked")
        owed = Obligation.objects.select_related("duty", "subject").get(opened_by=record.pk)
        role = owed.seat.role
    assert (owed.duty.key, owed.subject.label, role) == ("correction.person", "杨志强", "village_secretary")
    assert "电话换了" not in str(record.content)


def test_the_secretary_sees_who_asked_and_answers_it(scene: Scene, signed_in: SignIn):
    """From what is owed to the record that called for it; the answer closes it."""
    link = handed(scene)
    fill(Client(), f"/r/{link.secret}/forms/correction_asked/?plan=covid19_2020", about="phone", text="电话换了")
    with acting(EVERYTHING):
        record = Record.objects.get(form="correction_asked")
        owed = Obligation.objects.get(opened_by=record.pk)
    client = signed_in(scene.world.secretary_a)
    page = client.get(f"/obligations/{owed.pk}/").content.decode()
    assert f'<a href="/records/{record.pk}/">本人要求更正 · 杨志强</a>' in page
    answer = {"outcome": "corrected"}
    answering = Told(uuid7(scene.now), "correction_settled", owed.subject_id, now(), answer, answers=record.pk)
    with acting(EVERYTHING):
        take_in(Batch([answering]), reach=EVERYTHING, by=BY, now=now())
        owed.refresh_from_db()
    assert owed.met_by == answering.id
    assert "更正的答复" in Client().get(f"/r/{link.secret}/held/").content.decode()


def test_a_list_says_why_his_own_reading_does_not_count(scene: Scene, signed_in: SignIn):
    """`person.seen` asks that somebody sees him: his own reading stands beside it, and does not count."""
    link = handed(scene)
    fill(Client(), f"/r/{link.secret}/forms/reading/?plan=covid19_2020", temperature="36.6")
    with acting(EVERYTHING):
        owed = Obligation.objects.get(subject=subject(scene), duty__key="person.seen")
    assert owed.met_at is None
    page = signed_in(scene.world.secretary_a).get(f"/obligations/{owed.pk}/").content.decode()
    assert "本人自己填的，这一项要别人办" in page


def test_bad_answers_keep_what_was_typed(scene: Scene):
    link = handed(scene)
    address = f"/r/{link.secret}/forms/reading/?plan=covid19_2020"
    answer = fill(Client(), address, temperature="六十度")
    assert answer.status_code == 422
    assert 'value="六十度"' in answer.content.decode()
    again = fill(Client(), address, temperature="41.9")
    assert again.status_code == 422
    assert "确实是这个数吗" in again.content.decode()
    with acting(EVERYTHING):
        assert not Record.objects.filter(form="reading").exists()


def test_a_form_that_we_did_not_sign_is_not_taken(scene: Scene):
    """Forged, empty, or another link's: nothing is kept, and what was typed stands there to be sent again."""
    link, other = handed(scene), handed(scene, "张伟")
    address = f"/r/{link.secret}/forms/reading/?plan=covid19_2020"
    theirs = signed(Client().get(f"/r/{other.secret}/forms/reading/?plan=covid19_2020").content.decode())
    for token in ("", "x:y:z", theirs):
        answer = Client().post(address, {"signed": token, "temperature": "36.6"})
        assert answer.status_code == 422
        assert "请再按一次" in answer.content.decode()
        assert 'value="36.6"' in answer.content.decode()
    with acting(EVERYTHING):
        assert not Record.objects.filter(form="reading").exists()
    assert Client().post(address, {"signed": signed(answer.content.decode()), "temperature": "36.6"}).status_code == 302


def test_the_back_button_and_another_answer_correct_the_first(scene: Scene):
    link = handed(scene)
    address = f"/r/{link.secret}/forms/reading/?plan=covid19_2020"
    token = signed(Client().get(address).content.decode())
    for temperature in ("36.6", "36.6", "37.0"):
        assert Client().post(address, {"signed": token, "temperature": temperature}).status_code == 302
    with acting(EVERYTHING):
        rows = list(Record.objects.filter(form="reading").order_by("seq"))
    assert [row.content["temperature"] for row in rows] == [36.6, 37.0]
    assert rows[1].corrects == rows[0].pk


def test_what_is_held_is_his_alone(scene: Scene):
    """His numbers masked, by which role and never by whom; a contact's name, his family's, any phone stay out."""
    about, contact = watched(scene), subject(scene, "赵明")
    li = scene.world.li
    told(scene, "contact_named", about, {"contact": str(contact.pk)}, by=li)
    told(scene, "guard_accepted", about, {"accepted": True, "backup": "周正"}, by=li)
    told(scene, "reading", about, {"temperature": 36.4}, by=li, hours=1)
    page = Client().get(f"/r/{handed(scene).secret}/held/").content.decode()
    for shown in ("杨志强", "530*", "包保责任人", "36.4", "居家医学观察", "《传染病防治法》", "第四十七条"):
        assert shown in page, shown
    for hidden in ("赵明", "周正", "杨婷", "雷鸣", "tel:"):
        assert hidden not in page, hidden
    assert "李强" not in page


def test_a_households_link_shows_nothing_of_its_members(scene: Scene):
    """The home's own data and needs, and who may say how he is; what is held about each takes that person's link."""
    home, member = scene.world.yang.subject, subject(scene, "杨婷")
    told(scene, "reading", member, {"temperature": 36.2}, by=scene.world.li)
    link = handed(scene, about=home)
    front, held = (Client().get(f"/r/{link.secret}/{rest}").content.decode() for rest in ("", "held/"))
    assert "杨婷 · 体温与健康监测" in front
    assert "杨婷" not in held
    assert "36.2" not in front + held
    assert Client().get(f"/r/{link.secret}/forms/household_correction_asked/").status_code == 200
    for rest in ("reading/", f"correction_asked/?of={member.pk}", f"reading/?of={subject(scene, '赵明').pk}"):
        assert Client().get(f"/r/{link.secret}/forms/{rest}").status_code == 404, rest


def test_through_one_link_each_member_of_a_home_says_how_he_is(scene: Scene):
    """Each record is about the one it names; what he is owed is met by his own alone, and a fever calls the doctor."""
    watched(scene)
    home, names = scene.world.yang.subject, ("杨志强", "杨婷")
    link = handed(scene, about=home)
    for name, temperature in zip(names, ("36.4", "38.1"), strict=True):
        address = f"/r/{link.secret}/forms/reading/?plan=covid19_2020&of={subject(scene, name).pk}"
        assert name in Client().get(address).content.decode()
        assert fill(Client(), address, temperature=temperature).status_code == 302
    with acting(EVERYTHING):
        rows = (
            Record.objects.filter(form="reading", told_by=None).order_by("seq").values_list("subject__label", "content")
        )
        called = Obligation.objects.filter(duty__key="symptom.to_clinic").values_list("subject__label", flat=True)
        assert [(name, content["temperature"]) for name, content in rows] == [("杨志强", 36.4), ("杨婷", 38.1)]
        assert list(called) == ["杨婷"]
    assert Client().get(f"/r/{link.secret}/").content.decode().count("体温与健康监测</strong>") == len(names)


def test_a_member_who_moved_away_is_not_asked(scene: Scene):
    with acting(EVERYTHING):
        end_subject(subject=subject(scene, "杨婷"), reason="moved", at=scene.now, by=BY, now=scene.now)
    link = handed(scene, about=scene.world.yang.subject)
    assert "杨婷" not in Client().get(f"/r/{link.secret}/").content.decode()


def test_it_says_until_when_each_thing_is_kept(scene: Scene):
    """Days after the end, from the plan; a form may say less. Once the response has ended it is a day."""
    told(scene, "reading", subject(scene), {"temperature": 36.4}, by=scene.world.li)
    told(scene, "contacts_call", subject(scene), {"reached": True}, by=scene.world.li)
    link = handed(scene)
    page = Client().get(f"/r/{link.secret}/held/").content.decode()
    assert "留到：响应解除后第 30 天" in page
    assert "留到：响应解除后第 14 天" in page
    assert "解除的日子还没有定" in page
    assert "留到：响应解除后第 30 天" in Client().get(f"/r/{link.secret}/forms/reading/").content.decode()
    with acting(EVERYTHING):
        force.stand_down(event=scene.event, reason="清零", waive_gaps=True, by=BY, now=scene.now)
    page = Client().get(f"/r/{link.secret}/held/").content.decode()
    for days in (14, 30):
        assert f"留到：{localdate(scene.now) + timedelta(days=days)}（响应解除后第 {days} 天）" in page
    assert "解除的日子还没有定" not in page
    assert "Kept until: " in Client().get(f"/r/{link.secret}/held/?lang=en").content.decode()


@pytest.mark.parametrize("name", ["covid19-2022", "dengue", "african-swine-fever"])
@pytest.mark.parametrize(("who", "key"), [("杨志强", "correction_asked"), ("", "household_correction_asked")])
def test_every_plan_lets_him_ask_for_a_correction_that_somebody_owes(scene: Scene, name: str, who: str, key: str):
    about = subject(scene, who) if who else scene.world.yang.subject
    with acting(EVERYTHING):
        force.stand_down(event=scene.event, reason="清零", waive_gaps=True, by=BY, now=scene.now)
        version = force.load(shipped()[name].read_text(encoding="utf-8"), file=f"{name}.yaml", by=BY, now=scene.now)
        first = force.plan_of(version).levels[0].key
        force.activate(
            area=scene.world.county, version=version, level=first, title="演练", notice="第2号通告",
            legal_basis="《传染病防治法》", by=BY, now=scene.now,
        )  # fmt: skip
    link = handed(scene, about=about)
    assert fill(Client(), f"/r/{link.secret}/forms/{key}/", about="phone", text="电话换了").status_code == 302
    with acting(EVERYTHING):
        owed = Obligation.objects.get(opened_by=Record.objects.get(form=key).pk)
        assert owed.seat.role == "village_secretary"


def test_an_order_to_his_guard_is_not_shown_to_him(scene: Scene):
    """It is told of the seat that guards him, and says nothing of him."""
    told(
        scene,
        "seat_order_sent",
        subject(scene),
        {"text": "今晚逐户再问一遍", "role": "guard"},
        by=scene.world.duty_officer,
    )
    told(scene, "reading", subject(scene), {"temperature": 36.5}, by=scene.world.li)
    page = Client().get(f"/r/{handed(scene).secret}/held/").content.decode()
    assert "今晚逐户再问一遍" not in page and "指令" not in page and "36.5" in page


@pytest.mark.parametrize("under", ["", "held/", "forms/reading/"])
def test_wrong_expired_and_ended_links_tell_nothing(scene: Scene, under: str):
    wrong = Client().get(f"/r/{'A' * 43}/{under}")
    assert wrong.status_code == 404
    ended = handed(scene)
    with acting(EVERYTHING):
        end_link(link=ended.link, reason="丢了手机", by=BY, now=scene.now)
        earlier = scene.now - timedelta(days=20)
        over = hand_over(
            subject=subject(scene), until=earlier + timedelta(days=1), reach=EVERYTHING, by=BY, now=earlier
        )
    for link in (ended, over):
        answer = Client().get(f"/r/{link.secret}/{under}")
        assert answer.status_code == 410
        for word in ("杨", "李强", "丢了手机"):
            assert word not in answer.content.decode()
    assert Client().post(f"/r/{ended.secret}/forms/reading/", {"temperature": "36.6"}).status_code == 410


def test_an_address_asked_for_in_another_way_is_a_sentence(scene: Scene):
    link = handed(scene)
    for address in (f"/r/{link.secret}/", f"/r/{link.secret}/held/"):
        assert Client().post(address).status_code == 405
    assert Client().delete(f"/r/{link.secret}/forms/reading/").status_code == 405


def test_nothing_is_cached_indexed_or_passed_on(scene: Scene):
    """Every answer under /r/, also a wrong one: no referrer, no store, no index, no cookie, nothing from elsewhere."""
    link = handed(scene)
    for address in (f"/r/{link.secret}/", f"/r/{link.secret}/held/", f"/r/{'A' * 43}/", f"/r/{link.secret}/no/such/"):
        answer = Client().get(address)
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies
        assert not re.search(r'(src|href)="(https?:)?//', answer.content.decode())
        assert "<script" not in answer.content.decode()


def test_no_log_line_holds_a_secret(scene: Scene, caplog: pytest.LogCaptureFixture):
    """Django writes a line for every answer of 400 and above; what the house logs has the secret taken out."""
    link = handed(scene)
    with caplog.at_level(logging.DEBUG, logger="django.request"):
        Client().get(f"/r/{link.secret}/no/such/")
        Client().post(f"/r/{link.secret}/forms/reading/?plan=covid19_2020", {"temperature": "x"})
    written = [record for record in caplog.records if "/r/" in record.getMessage()]
    assert written
    for record in written:
        assert HideSecrets().filter(record)
        assert link.secret not in record.getMessage()
        assert "/r/…" in record.getMessage()


def test_english_is_in_the_address(scene: Scene):
    """Chinese whatever the browser says, until one switches; then every link goes on in English."""
    link = handed(scene)
    client = Client(headers={"Accept-Language": "en"})
    assert "登记了我的什么" in client.get(f"/r/{link.secret}/").content.decode()
    page = client.get(f"/r/{link.secret}/?lang=en").content.decode()
    assert "What is held about me" in page
    assert f"/r/{link.secret}/held/?lang=en" in page
    assert "登记了我的什么" not in page
    answer = fill(client, f"/r/{link.secret}/forms/reading/?plan=covid19_2020&lang=en", temperature="36.6")
    assert answer["Location"].endswith("&lang=en")


def test_a_guard_ends_a_link_with_a_reason(scene: Scene, signed_in: SignIn):
    link = handed(scene)
    client = signed_in(scene.world.li)
    about = subject(scene)
    assert client.post(f"/links/{link.link.pk}/end/", {"reason": " "}).status_code == 422
    assert client.post(f"/links/{link.link.pk}/end/", {"reason": "手机丢了"}).status_code == 302
    assert "手机丢了" in client.get(f"/subjects/{about.pk}/links/").content.decode()
    assert client.post(f"/links/{link.link.pk}/end/", {"reason": "再来"}).status_code == 409


def test_a_link_follows_nobody_off_the_roster(scene: Scene):
    link = handed(scene)
    with acting(EVERYTHING):
        end_subject(subject=subject(scene), reason="moved", at=scene.now, by=BY, now=scene.now)
    assert Client().get(f"/r/{link.secret}/").status_code == 410


def test_where_no_response_runs_he_is_told_so(scene: Scene):
    """Somebody of the next county, where no plan is in force: nothing is asked, and what is held is still shown."""
    link = handed(scene, "马远")
    assert "现在没有要你填的" in Client().get(f"/r/{link.secret}/").content.decode()
    assert "没有正在进行的应急响应" in Client().get(f"/r/{link.secret}/held/").content.decode()


def test_the_database_itself_keeps_links_apart(scene: Scene):
    """Whoever may tell of a person sees his links; a guard of somebody else, a broadcaster of another village: none."""
    handed(scene)
    sees = {}
    for name, user in (("guard", scene.world.li), ("other guard", scene.world.zhou),
                       ("secretary", scene.world.secretary_a), ("outsider", scene.world.outsider)):  # fmt: skip
        with acting(reach_of(user, now=scene.now)):
            sees[name] = Link.objects.count()
    assert sees == {"guard": 1, "other guard": 0, "secretary": 1, "outsider": 0}
