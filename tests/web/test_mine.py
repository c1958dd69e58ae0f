"""One's own list: missed until answered, due today, next; what hangs on vacant seats; what one was told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Count

from sibulou.duty.escalate import escalate
from sibulou.duty.models import Duty, Obligation
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import appoint, make_seat
from sibulou.roster.models import Appointment, Household, Seat
from sibulou.web.pages import mine
from tests.web.pages import built  # noqa: F401 - the scene four days on
from tests.web.reading import links, words
from tests.web.scene import Scene
from tests.web.test_waivers import asked_by
from tests.world import BY

pytestmark = pytest.mark.django_db


def test_what_is_missed_stays_with_its_form_one_tap_away(scene: Scene, signed_in):
    answer = signed_in(scene.inside("group_head", "group_a1")).get("/mine/")
    page = answer.content.decode()
    assert "漏了的" in page
    assert "见到本人" in page
    assert "/records/new/?form=person_seen&amp;next=%2Fmine%2F" in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_role_has_a_list_in_both_languages(scene: Scene, signed_in, language: str):
    for role in ("county_duty", "township_secretary", "village_secretary", "post_head", "guard", "institution_head"):
        assert signed_in(scene.inside(role), language).get("/mine/").status_code == 200, role


def test_what_hangs_on_a_vacant_seat_is_on_the_next_ones_list_and_marked(scene: Scene, signed_in):
    """L1: nothing leaves because its owner left."""
    with acting(EVERYTHING):
        Appointment.objects.filter(seat__role="group_head", seat__area=scene.world.group_a1).update(
            ends_at=scene.now - timedelta(minutes=1), ended_by="x"
        )
    page = words(signed_in(scene.world.secretary_a).get("/mine/"))
    assert "下面的席位无人负责，暂由你办" in page
    assert "见到本人" in page


def test_what_was_told_because_those_below_did_not_answer(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    page = words(signed_in(scene.inside("county_duty")).get("/mine/"))
    assert "下级没办、报到我这里的" in page
    assert "启动令回执" in page


def test_a_request_that_waits_for_ones_answer_is_announced(scene: Scene, signed_in):
    asked_by(scene, scene.inside("group_head", "group_a1"))
    assert "1 份豁免申请等你这一级批准" in words(signed_in(scene.world.secretary_a).get("/mine/"))


def test_whoever_has_done_all_is_thanked(scene: Scene, signed_in):
    with acting(EVERYTHING):
        Obligation.objects.filter(met_at=None).update(met_at=scene.now, known_at=scene.now, met_by=uuid7(scene.now))
    assert "今天没有漏项" in words(signed_in(scene.world.secretary_a).get("/mine/"))
    assert "nothing is missed. Thank you" in words(signed_in(scene.world.secretary_a, "en").get("/mine/"))


@pytest.mark.parametrize("role", ["auditor", "administrator", "data_protection"])
def test_whoever_never_owed_anything_is_not_told_that_all_is_done(scene: Scene, signed_in, role: str):
    """His empty list says nothing of the county, which has gaps."""
    page = words(signed_in(scene.inside(role)).get("/mine/"))
    assert "你的席位没有开列过要办的事" in page
    assert "都办好了" not in page
    assert ("看漏项" in page) == (role == "auditor")
    assert "Nothing was ever opened for your seat" in words(signed_in(scene.inside(role), "en").get("/mine/"))


def test_somebody_without_a_seat_is_told_why_the_list_is_empty(scene: Scene, signed_in):
    with acting(EVERYTHING):
        Appointment.objects.filter(user=scene.world.li).update(ends_at=scene.now - timedelta(minutes=1), ended_by="x")
    assert "没有任职的席位" in words(signed_in(scene.world.li).get("/mine/"))


def test_every_part_counts_all_and_lists_the_first_of_each_duty(
    scene: Scene, signed_in, monkeypatch: pytest.MonkeyPatch
):
    """No number is cut: what is not listed here is on the duty's own page."""
    monkeypatch.setattr(mine, "FIRST", 2)
    page = signed_in(scene.world.secretary_a).get("/mine/")
    with acting(EVERYTHING):
        seats = Seat.objects.filter(appointments__user=scene.world.secretary_a)
        late = Obligation.objects.filter(seat__in=seats, met_at=None, due_at__lte=scene.now)
        expected = dict(late.values_list("duty").annotate(count=Count("id")))
    (missed,) = [part for part in page.context["parts"] if part.key == "missed"]
    assert {group.duty: group.count for group in missed.groups} == expected
    assert missed.count == sum(expected.values())
    assert max(len(group.entries) for group in missed.groups) == 2
    assert f"漏了的 {missed.count}" in words(page)


def test_the_rest_of_a_duty_follows_page_by_page(scene: Scene, signed_in, monkeypatch: pytest.MonkeyPatch):
    """Each page begins after the last entry of the one before; together they are the whole, each once."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    monkeypatch.setattr(mine, "FIRST", 1)
    monkeypatch.setattr(mine, "PAGE", 2)
    (missed,) = [part for part in client.get("/mine/").context["parts"] if part.key == "missed"]
    group = max(missed.groups, key=lambda one: one.count)
    address, seen = f"/mine/?part=missed&duty={group.duty}", []
    while address:
        page = client.get(address)
        seen += [entry.row.gap.obligation for entry in page.context["entries"]]
        address = next((link for link in links(page) if "after=" in link), "")
    assert len(seen) == len(set(seen)) == group.count > 2


def test_what_was_told_is_counted_in_full_and_paged_by_the_moment_of_telling(
    scene: Scene, signed_in, monkeypatch: pytest.MonkeyPatch
):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    client = signed_in(scene.inside("county_duty"))
    many = _told(client.get("/mine/")).count
    monkeypatch.setattr(mine, "FIRST", 1)
    monkeypatch.setattr(mine, "PAGE", 1)
    page = client.get("/mine/")
    told = _told(page)
    assert told.count == many > len(told.groups)
    assert f"报到我这里的 {many} " in words(page)
    group = max(told.groups, key=lambda one: one.count)
    address, seen = f"/mine/?part=told&duty={group.duty}", []
    while address:
        shown = client.get(address)
        seen += [(entry.told_at, entry.row.gap.obligation) for entry in shown.context["entries"]]
        address = next((link for link in links(shown) if "after=" in link), "")
    assert len(seen) == group.count > 1
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("query", ["part=missed", "part=missed&duty=x", "part=never&duty=1", "part=told&duty=99999"])
def test_a_part_or_duty_that_is_none_is_not_found(scene: Scene, signed_in, query: str):
    assert signed_in(scene.world.secretary_a).get(f"/mine/?{query}").status_code == 404


def test_a_place_that_is_none_gets_a_sentence(scene: Scene, signed_in):
    with acting(EVERYTHING):
        duty = Duty.objects.first()
    answer = signed_in(scene.world.secretary_a).get(f"/mine/?part=missed&duty={duty.pk}&after=nonsense")
    assert answer.status_code == 400
    assert "无法识别" in words(answer)


def test_a_page_of_a_duty_that_is_all_done_says_so(scene: Scene, signed_in):
    with acting(EVERYTHING):
        duty = Duty.objects.get(key="post.handover", plan_key="covid19_2020")
    page = signed_in(scene.world.secretary_a).get(f"/mine/?part=missed&duty={duty.pk}")
    assert "都办好了" in words(page)


def _told(page) -> mine.Part:
    (part,) = [part for part in page.context["parts"] if part.key == "told"]
    return part


def test_what_was_told_of_a_vacant_seat_says_that_nobody_answers(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
    client = signed_in(scene.inside("county_duty"))
    one = _told(client.get("/mine/")).groups[0].entries[0].row
    assert not one.gap.unowned
    with acting(EVERYTHING):
        Appointment.objects.filter(seat=one.gap.seat).update(ends_at=scene.now - timedelta(minutes=1), ended_by="x")
    page = client.get("/mine/")
    entries = [entry.row for group in _told(page).groups for entry in group.entries]
    (again,) = [row for row in entries if row.gap.obligation == one.gap.obligation]
    assert again.gap.unowned
    assert ("unowned", "无人负责") in again.kinds
    assert "无人负责" in words(page)


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "等 6 处"), ("en", "and 2 more")])
def test_of_many_places_the_first_are_named_and_the_rest_counted(scene: Scene, signed_in, language: str, said: str):
    """Somebody who leads every shift of a week sits in dozens of seats of one role."""
    user = scene.inside("guard")
    with acting(EVERYTHING):
        mine_now = Appointment.objects.filter(user=user, seat__role="guard").count()
        homes = Household.objects.exclude(subject__seats__role="guard").select_related("subject")
        for home in homes.order_by("pk")[: 6 - mine_now]:
            seat = make_seat(role="guard", area=None, subject=home.subject, by=BY, now=scene.now)
            appoint(seat=seat, user=user, starts_at=scene.now - timedelta(hours=1), by=BY, now=scene.now)
    assert said in words(signed_in(user, language).get("/mine/"))
