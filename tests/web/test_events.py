"""The start key, the level, the stand-down, and a township that is stricter."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from sibulou.duty import jobs as jobs_of_the_clockwork
from sibulou.duty.models import Event, Obligation, Stage, Strictness
from sibulou.duty.opening import open_in_steps
from sibulou.fronts.defence.branches import found_branch, lead
from sibulou.roster.access import EVERYTHING, acting
from sibulou.web.spans import UnreadableSpan, read_span
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db


def start(scene: Scene, **other: str) -> dict[str, str]:
    plan = scene.event.stages.get().version_id
    return {"area": str(scene.world.county.pk), "plan": f"{plan}|I", "title": "二次响应", "notice": "第2号",
            "legal_basis": "《传染病防治法》", **other}  # fmt: skip


def ended(scene: Scene, client) -> None:
    client.post(f"/events/{scene.event.pk}/end/", {"reason": "演练结束", "waive": "yes"})


def test_the_start_key_is_pressed_after_a_second_look(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    ended(scene, client)
    look = client.post("/events/new/", start(scene))
    assert "核对后启动" in words(look)
    assert "启动令回执" in words(look)
    with acting(EVERYTHING):
        assert Event.objects.count() == 1
    pressed = client.post("/events/new/", start(scene, confirm="yes"), follow=True)
    assert "各乡镇须回执" in words(pressed)
    open_in_steps(event_id(), clock=lambda: scene.now)
    with acting(EVERYTHING):
        assert Obligation.objects.filter(stage__event=event_id(), duty__key="start.acknowledge").count() == 2


def event_id() -> int:
    with acting(EVERYTHING):
        return Event.objects.latest("pk").pk


def test_until_all_is_opened_no_page_says_that_nothing_is_missed(scene: Scene, signed_in):
    """The start key answers at once; what is owed is opened by the clockwork, and every page says so meanwhile."""
    client = signed_in(scene.inside("county_duty"))
    ended(scene, client)
    client.post("/events/new/", start(scene, confirm="yes"))
    where = f"/events/{event_id()}/"
    assert "应办还在开列，目前 0 项" in words(client.get(where))
    assert client.get(f"{where}opening/").json() == {"opened": 0, "done": False}
    for page in ("/", "/gaps/", "/mine/", f"/areas/{scene.world.county.pk}/", "/net/books/", "/net/side/"):
        said = words(client.get(page))
        assert "应办还在开列" in said, page
        assert "没有漏项" not in said.replace("今天没有漏项", ""), page
        assert "都办好了" not in said, page
    refused = client.post(f"{where}end/", {"reason": "演练结束", "waive": "yes"})
    assert refused.status_code == 409
    assert "应办还在开列" in words(refused)
    opened = open_in_steps(event_id(), clock=lambda: scene.now)
    assert client.get(f"{where}opening/").json() == {"opened": opened, "done": True}
    assert "开列" not in words(client.get(where)).replace("应办事项正在开列", "")
    assert "应办还在开列" not in words(client.get("/"))
    assert open_in_steps(event_id(), clock=lambda: scene.now) == 0


def test_the_job_is_committed_with_the_start_and_not_without_it(scene: Scene, signed_in):
    """What is owed cannot be forgotten between the deed and its job; and no job is there without the deed."""
    client = signed_in(scene.inside("county_duty"))
    ended(scene, client)
    before = jobs()
    client.post("/events/new/", start(scene, confirm="yes"))
    assert jobs() == [*before, {"event": event_id()}]
    client.post(f"/events/{event_id()}/stages/", {"level": "II"})
    assert jobs() == [*before, {"event": event_id()}, {"event": event_id()}]
    client.post(f"/events/{event_id()}/stages/", {"level": "IX"})
    assert len(jobs()) == len(before) + 2


def jobs() -> list[dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name LIKE '%%.open_event' ORDER BY id")
        return [json.loads(args) if isinstance(args, str) else args for (args,) in cursor.fetchall()]


def test_a_worker_that_was_killed_goes_on_where_it_stopped(scene: Scene, signed_in):
    """Half the duties are opened when it dies; the next one opens the rest, and nothing twice."""
    client = signed_in(scene.inside("county_duty"))
    ended(scene, client)
    client.post("/events/new/", start(scene, confirm="yes"))
    calls = iter([scene.now] * 9)
    with pytest.raises(StopIteration):
        open_in_steps(event_id(), clock=lambda: next(calls))
    half = client.get(f"/events/{event_id()}/opening/").json()
    assert half["opened"] > 0 and not half["done"]
    rest = jobs_of_the_clockwork.open_waiting(0)
    whole = client.get(f"/events/{event_id()}/opening/").json()
    assert whole == {"opened": half["opened"] + rest, "done": True}
    assert rest > 0


def test_pressed_twice_it_says_what_to_do_instead(scene: Scene, signed_in):
    answer = signed_in(scene.inside("county_duty")).post("/events/new/", start(scene, confirm="yes"))
    assert answer.status_code == 409
    assert "调整级别" in words(answer)
    assert 'value="二次响应"' in answer.content.decode()


@pytest.mark.parametrize("wrong", [{"plan": ""}, {"plan": "x|I"}, {"title": " "}, {"area": "1"}, {"title": "长" * 121}])
def test_a_start_that_lacks_something_says_what(scene: Scene, signed_in, wrong: dict[str, str]):
    answer = signed_in(scene.inside("county_duty")).post("/events/new/", start(scene) | wrong)
    assert answer.status_code == 422
    with acting(EVERYTHING):
        assert Event.objects.count() == 1


def test_the_event_shows_who_has_not_acknowledged_and_his_telephone(scene: Scene, signed_in):
    page = signed_in(scene.inside("county_duty")).get(f"/events/{scene.event.pk}/")
    said = words(page).split("乡镇回执")[1]
    assert "龙泉街道" in said
    assert "郭军" in said
    assert "tel:" in page.content.decode()


def test_another_level_is_another_stage(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    page = client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"}, follow=True)
    assert "级别已调整" in words(page)
    with acting(EVERYTHING):
        assert list(Stage.objects.values_list("level", flat=True)) == ["I", "II"]
    same = client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"})
    assert same.status_code == 409
    unknown = client.post(f"/events/{scene.event.pk}/stages/", {"level": "IX"})
    assert unknown.status_code == 422


def test_a_stand_down_over_open_gaps_takes_a_reason_and_a_name(scene: Scene, signed_in):
    """L3: what is open does not vanish; somebody waives it by name."""
    client = signed_in(scene.inside("county_duty"))
    address = f"/events/{scene.event.pk}/end/"
    assert "项漏项没有销号" in words(client.get(address))
    assert client.post(address, {"reason": "", "waive": "yes"}).status_code == 422
    bare = client.post(address, {"reason": "疫情结束"})
    assert bare.status_code == 409
    assert "还有" in words(bare)
    with acting(EVERYTHING):
        assert Event.objects.get().ended_at is None
    assert client.post(address, {"reason": "疫情结束", "waive": "yes"}).status_code == 302
    with acting(EVERYTHING):
        assert Event.objects.get().ended_by == "林静"
        assert not Obligation.objects.filter(met_at__isnull=True, waived_at__isnull=True).exists()
    assert client.get(address).status_code == 409


def test_a_township_may_be_stricter_and_never_laxer(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    area = scene.world.longquan.pk
    address = f"/events/{scene.event.pk}/strictness/?area={area}&duty=symptom.to_clinic"
    asked = words(client.get(address)).split("县级要求：")[1].split("只能更严")[0]
    assert "发生后" in asked and not set("abcdefghijklmnopqrstuvwxyz") & set(asked)
    laxer = client.post(address, {"warn": "1 days", "due": "2 days", "tell": "3 days"})
    assert laxer.status_code == 422
    assert "只能更严" in words(laxer)
    unread = client.post(address, {"warn": "soon", "due": "2 days", "tell": "3 days"})
    assert unread.status_code == 422
    assert client.post(address, {"warn": "1 min", "due": "2 min", "tell": "3 min"}).status_code == 302
    with acting(EVERYTHING):
        assert Strictness.objects.get().area_id == area
    assert "发生后2 分钟内" in words(client.get(f"/events/{scene.event.pk}/"))


@pytest.mark.parametrize("duty", ["village.close", "household.screened", "symptom.to_clinic", "county.close"])
def test_every_cadence_can_be_set(scene: Scene, signed_in, duty: str):
    """The same timing again is no laxer: the form reads back what it draws."""
    from sibulou.duty.force import stages
    from sibulou.web.timings import boxes, read_boxes

    with acting(EVERYTHING):
        last = stages([scene.event])[-1]
    from sibulou.duty.timing import read_timing

    timing = last.plan.duties[duty].timing("I")
    assert timing is not None
    typed = {box.name: box.value for box in boxes(timing)} | {box.unit_name: box.unit for box in boxes(timing)}
    assert read_timing(read_boxes(timing, typed)) == timing


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("2 小时", "", "2 hours"), ("30 分钟", "", "30 min"), ("3 天", "min", "3 days"), ("3日", "", "3 days"),
        ("2小时30分", "", "2 hours 30 min"), ("1天12小时", "", "1 days 12 hours"), ("２小时", "", "2 hours"),
        ("2 hours 30 min", "", "2 hours 30 min"), ("1 Hour", "", "1 hours"), ("90", "min", "90 min"),
        ("2", "hours", "2 hours"), ("1个半小时", "hours", None), ("soon", "hours", None), ("2", "", None),
        ("-2", "hours", None), ("2.5", "hours", None), ("99999999", "days", None), ("", "hours", None),
        ("2 小时左右", "", None),
    ],
)  # fmt: skip
def test_a_span_is_read_in_both_languages(text: str, unit: str, said: str | None):
    """A number takes the unit beside it; a text brings its own; anything else gets a sentence."""
    if said is None:
        with pytest.raises(UnreadableSpan):
            read_span(text, unit, field=("应办期限", "due"))
    else:
        assert read_span(text, unit, field=("应办期限", "due")) == said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_cannot_be_read_stays_in_the_form_with_a_sentence(scene: Scene, signed_in, language: str):
    """In the reader's language, units and all; and what is laxer names the county's timing in words."""
    client = signed_in(scene.inside("county_duty"), language)
    address = f"/events/{scene.event.pk}/strictness/?area={scene.world.longquan.pk}&duty=symptom.to_clinic"
    page = client.get(address).content.decode()
    assert ("小时</option>" in page) is (language == "zh-hans")
    sent = {"warn": "马上", "warn.unit": "hours", "due": "2小时", "due.unit": "min", "tell": "3", "tell.unit": "days"}
    answer = client.post(address, sent)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="马上"' in shown and 'value="2小时"' in shown and '<option value="days" selected>' in shown
    assert ("看不懂" if language == "zh-hans" else "cannot be read") in words(answer)
    laxer = client.post(address, {"warn": "1天", "due": "2天", "tell": "3天"})
    assert laxer.status_code == 422
    assert "timedelta" not in words(laxer)


def test_a_township_reads_the_event_and_changes_nothing(scene: Scene, signed_in):
    client = signed_in(scene.inside("township_duty", "longquan"))
    page = client.get(f"/events/{scene.event.pk}/")
    assert "解除响应…" not in words(page)
    assert client.post(f"/events/{scene.event.pk}/stages/", {"level": "II"}).status_code in (403, 404)


def test_what_each_township_still_lacks_since_the_start(scene: Scene, signed_in):
    """By the minute: how many posts are not open, how many are under no branch, and for how long."""
    client, page = signed_in(scene.world.duty_officer), f"/events/{scene.event.pk}/"
    shown = words(client.get(page))
    assert "启动进度" in shown and "卡点划归支部" in shown and "缺 1/1" in shown and "逾期" in shown
    with acting(EVERYTHING):
        branch = found_branch(area=scene.world.longquan, name="临时支部", number="", by=BY, now=scene.now)
        before = shown.count("缺 ")
        for post in (scene.world.post, scene.world.gate):
            lead(post=post.subject, branch=branch, by=BY, now=scene.now)
    assert words(client.get(page)).count("缺 ") < before
