"""A waiver that has lapsed lifts nothing any more: what it lifted stands on every page again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sibulou.duty.escalate import escalate
from sibulou.duty.models import Climb, Obligation, Waiver
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Person
from tests.web.pages import built, overdue  # noqa: F401 - the scene four days on
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def waive(row: Obligation, *, until: datetime, now: datetime) -> None:
    """A waiver granted three hours ago, up to `until`."""
    asked = now - timedelta(hours=3)
    with acting(EVERYTHING):
        waiver = Waiver.objects.create(
            area_id=row.area_id, about=row, reason="away", asked_by="甲", asked_at=asked, until=until,
            granted_by="乙", granted_at=asked,
        )  # fmt: skip
        Obligation.objects.filter(pk=row.pk).update(waiver=waiver, waived_at=asked, waived_until=until)


def both_ways(row: Obligation, scene: Scene, count) -> tuple[int, int, int]:
    """What a page counts before any waiver, while one holds, and after it has lapsed."""
    before = count()
    waive(row, until=scene.now + timedelta(hours=9), now=scene.now)
    held = count()
    with acting(EVERYTHING):
        Obligation.objects.filter(pk=row.pk).update(waived_until=scene.now - timedelta(hours=1))
    return before, held, count()


def test_on_the_list_of_whoever_was_told(scene: Scene, signed_in):
    with acting(EVERYTHING):
        escalate(now=scene.now)
        seat = scene.inside("county_duty").appointments.get().seat
        told = Climb.objects.filter(seat=seat, step__gt=0, obligation__met_at=None)
        row = told.select_related("obligation")[0].obligation
    client = signed_in(scene.inside("county_duty"))

    def count() -> int:
        parts = client.get("/mine/").context["parts"]
        return sum(part.count for part in parts if part.key == "told")

    before, held, after = both_ways(row, scene, count)
    assert (held, after) == (before - 1, before)


def test_on_the_page_that_stands_the_response_down(scene: Scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    row = overdue(scene)

    def count() -> int:
        return int(client.get(f"/events/{scene.event.pk}/end/").context["gaps"])

    before, held, after = both_ways(row, scene, count)
    assert (held, after) == (before - 1, before)
    refused = client.post(f"/events/{scene.event.pk}/end/", {"reason": "演练结束"})
    assert refused.status_code == 409
    assert str(after) in refused.context["sentence"]


def test_among_the_members_of_a_household(scene: Scene, signed_in):
    with acting(EVERYTHING):
        row = overdue(scene, subject__kind="person", area_id=scene.world.group_a1.pk)
        home = Person.objects.get(pk=row.subject_id).household_id
    client = signed_in(scene.inside("group_head", "group_a1"))

    def count() -> int:
        members = client.get(f"/households/{home}/").context["members"]
        (member,) = [one for one in members if one.subject.pk == row.subject_id]
        assert member.open >= member.missed
        return int(member.missed)

    before, held, after = both_ways(row, scene, count)
    assert (held, after) == (before - 1, before)
