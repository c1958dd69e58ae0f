"""The page of an area: its codes, its chain with every vacancy, its books, and what is on its roster."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.force import set_strictness
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import take_leave
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Area, AreaCode, Household, Subject
from sibulou.web.pages import areas as page
from sibulou.web.seat_rows import SeatRow, seat_rows
from tests.web.pages import built, text_of
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
__all__ = ["built"]
BY = By("测试员", "county_duty")


def seat_of(scene: Scene, area: Area, role: str) -> SeatRow:
    with acting(EVERYTHING):
        rows = {row.role: row for row in seat_rows(area.pk, at=scene.now, language="en")}
    return rows[role]


def test_the_page_says_what_the_area_is_and_who_answers(scene: Scene, signed_in: Any) -> None:
    html = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.village_a.pk}/")
    assert "东河社区居民委员会" in html
    assert "530499001001" in html
    assert scene.world.secretary_a.name in html
    assert 'href="tel:15400' in html


@pytest.mark.parametrize("who", ["duty_officer", "secretary_a"])
def test_outside_ones_area_the_page_does_not_exist(scene: Scene, signed_in: Any, who: str) -> None:
    client = signed_in(getattr(scene.world, who))
    outside = [scene.world.next_county] if who == "duty_officer" else [scene.world.county, scene.world.village_b]
    for area in outside:
        assert client.get(f"/areas/{area.pk}/").status_code == 404
        assert client.get(f"/areas/{area.pk}/books/").status_code == 404
    assert client.get(f"/areas/{'9' * 30}/").status_code == 404


def test_a_seat_never_filled_is_red(scene: Scene, signed_in: Any) -> None:
    doctor = seat_of(scene, scene.world.village_b, "village doctor")
    assert doctor.vacant and doctor.since is None
    html = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.village_b.pk}/")
    assert "空岗" in html and "从未任命" in html


def test_a_vacancy_says_since_when(scene: Scene, signed_in: Any) -> None:
    since = scene.now - timedelta(hours=5)
    with acting(EVERYTHING):
        held = Appointment.objects.filter(seat=scene.world.seats["village_doctor", "village_a"])
        held.update(ends_at=since, ended_by="测试员")
    doctor = seat_of(scene, scene.world.village_a, "village doctor")
    assert doctor.vacant
    assert doctor.since == since


def test_a_leave_without_stand_in_is_a_vacancy_from_its_first_minute(scene: Scene) -> None:
    since = scene.now - timedelta(hours=3)
    with acting(EVERYTHING):
        take_leave(user=scene.world.secretary_a, starts_at=since, ends_at=None, reason="休假", by=BY, now=scene.now)
    secretary = seat_of(scene, scene.world.village_a, "village branch secretary")
    assert secretary.vacant and secretary.since == since
    assert secretary.sitters[0].away


def test_a_stand_in_answers_and_is_named(scene: Scene, signed_in: Any) -> None:
    with acting(EVERYTHING):
        take_leave(user=scene.world.secretary_a, starts_at=scene.now - timedelta(hours=3), ends_at=None,
                   stand_in=scene.world.doctor_a, reason="休假", by=BY, now=scene.now)  # fmt: skip
    secretary = seat_of(scene, scene.world.village_a, "village branch secretary")
    assert secretary.answers == scene.world.doctor_a.name
    assert (secretary.rank, secretary.vacant) == (1, False)
    html = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.village_a.pk}/")
    assert "代班人" in html


def test_the_books_of_the_parts_make_the_whole(scene: Scene, signed_in: Any) -> None:
    answer = signed_in(scene.world.duty_officer).get(f"/areas/{scene.world.county.pk}/books/")
    with acting(EVERYTHING):
        whole = board.books(scene.world.county.pk, Moment.now(answer.context["checked"])).whole
    for rows in (answer.context["children"], answer.context["duties"]):
        assert sum(row.books.expected for row in rows) == whole.expected
        assert sum(row.books.unowned for row in rows) == whole.unowned
    assert "平账" in answer.content.decode()


def test_the_books_are_a_page_for_a_reader_and_a_part_for_the_script(scene: Scene, signed_in: Any) -> None:
    client, address = signed_in(scene.world.duty_officer), f"/areas/{scene.world.longquan.pk}/books/"
    page = client.get(address).content.decode()
    assert "<html" in page and f'href="/areas/{scene.world.longquan.pk}/"' in page and "平账" in page
    part = client.get(address, headers={"X-Part": "1"}).content.decode()
    assert "<html" not in part and "平账" in part


def test_both_codes_of_a_recoded_township_stand_with_their_dates(scene: Scene, signed_in: Any) -> None:
    with acting(EVERYTHING):
        codes = AreaCode.objects.filter(area=scene.world.longquan)
        codes.update(valid_to=date(2020, 2, 1))
        AreaCode.objects.create(area=scene.world.longquan, code="530499101", valid_from=date(2020, 2, 1))
    html = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.longquan.pk}/")
    assert "530499001" in html and "530499101" in html and "2020-02-01" in html


def test_what_lies_in_the_area_is_listed(scene: Scene, signed_in: Any) -> None:
    html = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.village_a.pk}/")
    for thing in (scene.world.post, scene.world.pharmacy, scene.world.market):
        assert f"/subjects/{thing.pk}/" in html
    assert f"/areas/{scene.world.group_a1.pk}/" in html
    group = text_of(signed_in(scene.world.duty_officer), f"/areas/{scene.world.group_a1.pk}/")
    assert f"/households/{scene.world.zhang.pk}/" in group


def test_households_are_listed_page_by_page(scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", 3)
    group = scene.world.group_b1
    with acting(EVERYTHING):
        for number in range(4, 9):
            subject = Subject.objects.create(kind="household", area=group, label=f"{number}号", since=scene.now)
            Household.objects.create(subject=subject, number=number)
        low, high = group.range
        every = Subject.objects.filter(kind="household", area_id__gte=low, area_id__lt=high).order_by("id")
        expected = list(every.values_list("id", flat=True))
    client, seen, after = signed_in(scene.world.duty_officer), [], ""
    while True:
        answer = client.get(f"/areas/{group.pk}/", {"after": after})
        seen += [number for number, _ in answer.context["households"]]
        after = answer.context["further"]
        if not after:
            break
    assert seen == expected


def test_a_stricter_setting_is_shown_where_it_holds(scene: Scene, signed_in: Any) -> None:
    with acting(EVERYTHING):
        timing = {"cadence": {"every": {"days": 1}}, "clocks": {"warn": "12 hours", "due": "20 hours", "tell": "1 day"}}
        set_strictness(event=scene.event, area=scene.world.longquan, duty_key="group.disinfected", timing=timing, by=BY,
                       now=scene.now)  # fmt: skip
    client = signed_in(scene.world.duty_officer)
    assert "每 1 日一次，20 小时内" in text_of(client, f"/areas/{scene.world.village_a.pk}/")
    assert "每 1 日一次" not in text_of(client, f"/areas/{scene.world.village_c.pk}/")
