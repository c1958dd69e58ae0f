"""Rosters over HTTP: what a crew sees of its shift, what burns on the Net, what a proposal refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sibulou.duty.board import Moment, cells
from sibulou.duty.reconcile import reconcile
from sibulou.fronts.defence.models import Shift, Standing, Swap
from sibulou.roster.access import EVERYTHING, acting
from sibulou.web.picture import burning
from tests.web.force_of_scene import Force, furnish
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def force(scene: Scene) -> Force:
    with acting(EVERYTHING):
        return furnish(scene)


@pytest.fixture
def crew(force: Force, signed_in) -> Client:
    """The first of the force, who leads the day shift of the published roster."""
    return signed_in(force.members[0].account)


def own_shift(force: Force) -> Shift:
    with acting(EVERYTHING):
        return Shift.objects.select_related("post", "subject").get(
            crew_list__member=force.members[0], rota=force.published
        )


def test_the_crew_sees_its_shift_and_may_tell_of_it(force: Force, crew: Client):
    """And nothing of the post's books."""
    shift = own_shift(force)
    assert shift.post.label in words(crew.get("/shifts/"))
    page = crew.get(f"/subjects/{shift.subject_id}/")
    assert page.status_code == 200 and "班次上岗" in words(page) and "班次交接" in words(page)
    assert crew.get(f"/subjects/{shift.post_id}/").status_code == 404


def test_ones_own_list_names_the_next_shift(force: Force, crew: Client):
    assert "我的班次" in words(crew.get("/mine/"))


def test_a_stranger_of_the_force_opens_no_other_shift(force: Force, signed_in):
    other = signed_in(force.members[1].account)
    assert other.get(f"/subjects/{own_shift(force).subject_id}/").status_code == 404


def test_a_swap_is_asked_for_and_accepted_over_http(force: Force, crew: Client, signed_in):
    with acting(EVERYTHING):
        mine = own_shift(force).crew_list.get(member=force.members[0])
        theirs = force.members[1].standings.get(shift__rota=force.published)
    asked = crew.post(f"/standings/{mine.pk}/swaps/", {"other": theirs.pk, "reason": "家中有事"})
    assert asked.status_code == 302, words(asked)
    with acting(EVERYTHING):
        swap = Swap.objects.get()
    assert crew.post(f"/swaps/{swap.pk}/answer/", {"answer": "yes"}).status_code == 403
    other = signed_in(force.members[1].account)
    assert "等答复" in words(other.get("/shifts/"))
    assert other.post(f"/swaps/{swap.pk}/answer/", {"answer": "yes"}).status_code == 302
    with acting(EVERYTHING):
        swap.refresh_from_db()
    assert (swap.accepted, swap.answered_by) == (True, force.members[1].account.name)


def test_a_calendar_is_read_by_its_link_without_signing_in_until_it_is_taken_back(force: Force, crew: Client):
    crew.post("/calendar/", {"wanted": "link"})
    page = crew.get("/shifts/").content.decode()
    address = "/ics/" + page.split("/ics/")[1].split(".ics")[0] + ".ics"
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert b"BEGIN:VEVENT" in answer.content
    crew.post("/calendar/", {"wanted": "none"})
    assert Client().get(address).status_code == 404


def test_what_is_missed_in_a_shift_burns_at_its_post(scene: Scene, force: Force):
    """A shift has no mark of its own on the Net."""
    shift = own_shift(force)
    late = shift.begins + timedelta(minutes=5)
    with acting(EVERYTHING):
        reconcile(now=late)
        found = [one for one in cells(scene.world.county.pk, Moment.now(late)) if one.subject == shift.subject_id]
        assert found
        assert burning(found)["ids"] == [shift.post_id]


def test_a_roster_that_breaks_rules_is_published_only_by_whoever_says_that_he_saw_them(force: Force, scene, signed_in):
    officer = signed_in(scene.inside("county_duty"))
    with acting(EVERYTHING):
        Standing.objects.filter(shift__rota=force.proposal).delete()
    refused = officer.post(f"/rota/{force.proposal.pk}/publication/", {})
    assert (refused.status_code, "仍要发布" in words(refused)) == (422, True)
    assert officer.post(f"/rota/{force.proposal.pk}/publication/", {"accepted": "yes"}).status_code == 302


def test_a_mistake_in_a_file_of_people_is_said_by_its_line(force: Force, scene, signed_in):
    officer = signed_in(scene.inside("county_duty"))
    text = "单位,姓名,专业\n教育局,赵一,牙医\n".encode()
    answer = officer.post("/teams/file/", {"file": SimpleUploadedFile("people.csv", text)})
    assert (answer.status_code, "第2行" in words(answer)) == (422, True)
