"""The Net: the whole of one's area and nothing beside it, every hole in it, and who answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from django.test import Client

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.models import Climb, Obligation
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.models import Subject, User
from tests.web.pages import built, overdue
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
__all__ = ["built"]


def net(client: Client, part: str, **asked: object) -> Any:
    answer = client.get(f"/net/{part}/", asked)
    assert answer.status_code == 200, answer.content.decode()[:300]
    return answer.json() if answer["Content-Type"] == "application/json" else answer.content.decode()


def numbers(deltas: list[int]) -> list[int]:
    return list(accumulate(deltas))


def homes(layout: dict[str, Any]) -> set[int]:
    return {one for deltas in layout["cells"].values() for one in numbers(deltas)}


def gaps_seen_by(user: User, scene: Scene, area: int) -> int:
    with acting(reach_of(user, now=scene.now)):
        return sum(cell.gaps for cell in board.cells(area, Moment.now(scene.now)))


def test_every_household_of_the_county_has_a_cell(scene: Scene, signed_in: Any) -> None:
    layout = net(signed_in(scene.world.duty_officer), "layout")
    with acting(EVERYTHING):
        low, high = scene.world.county.range
        every = Subject.objects.filter(kind="household", area_id__gte=low, area_id__lt=high)
        assert homes(layout) == set(every.values_list("id", flat=True))
    assert scene.world.stranger.household_id not in homes(layout)


def test_every_post_place_and_institution_has_a_mark(scene: Scene, signed_in: Any) -> None:
    layout = net(signed_in(scene.world.duty_officer), "layout")
    marks = {(kind, one) for kinds in layout["marks"].values() for kind, deltas in kinds for one in numbers(deltas)}
    world = scene.world
    for kind, thing in (("post", world.post), ("post", world.gate), ("place", world.market)):
        assert (kind, thing.pk) in marks
    assert {("institution", world.pharmacy.pk), ("institution", world.clinic.pk)} <= marks


def test_a_village_secretary_sees_only_his_village(scene: Scene, signed_in: Any) -> None:
    client = signed_in(scene.world.secretary_a)
    layout = net(client, "layout")
    assert layout["root"] == str(scene.world.village_a.pk)
    assert homes(layout) == {scene.world.zhang.pk, scene.world.wang.pk, scene.world.chen.pk, scene.world.yang.pk}
    cells = net(client, "cells")
    known = homes(layout) | {one for kinds in layout["marks"].values() for _, part in kinds for one in numbers(part)}
    assert set(numbers(cells["ids"])) <= known
    assert cells["total"] == gaps_seen_by(scene.world.secretary_a, scene, scene.world.village_a.pk)


@pytest.mark.parametrize("part", ["layout", "cells", "side", "books", "trend"])
def test_outside_ones_area_there_is_nothing(scene: Scene, signed_in: Any, part: str) -> None:
    client = signed_in(scene.world.secretary_a)
    for area in (scene.world.county, scene.world.longquan, scene.world.village_b, scene.world.next_county):
        assert client.get(f"/net/{part}/", {"area": area.pk}).status_code == 404
    assert client.get("/", {"area": scene.world.village_b.pk}).status_code == 404


def test_the_burning_cells_are_the_gaps_of_the_board(scene: Scene, signed_in: Any) -> None:
    cells = net(signed_in(scene.world.duty_officer), "cells")
    assert cells["total"] == gaps_seen_by(scene.world.duty_officer, scene, scene.world.county.pk) > 0
    assert sum(cells["gaps"]) == cells["total"]
    assert len(cells["kinds"]) == len(cells["ids"]) == len(cells["gaps"])


def test_a_person_burns_in_his_household(scene: Scene, signed_in: Any) -> None:
    reading = overdue(scene, subject=scene.world.chen_guihua.subject)
    with acting(EVERYTHING):
        found = board.cells(scene.world.county.pk, Moment.now(scene.now))
    assert scene.world.chen.pk in {cell.subject for cell in found if cell.duty == reading.duty_id}
    assert scene.world.chen_guihua.pk not in {cell.subject for cell in found}


def test_whoever_may_not_see_people_still_sees_their_gaps(scene: Scene, signed_in: Any) -> None:
    """The auditor gets the gaps of households by area: hidden, but in the total."""
    auditor, officer = signed_in(scene.inside("auditor")), signed_in(scene.world.duty_officer)
    cells, layout = net(auditor, "cells"), net(auditor, "layout")
    assert homes(layout) == set()
    assert cells["total"] == net(officer, "cells")["total"]
    assert sum(gaps for _, _, gaps in cells["hidden"]) + sum(cells["gaps"]) == cells["total"]
    assert cells["hidden"]


def test_the_worst_kind_colours_the_cell(scene: Scene, signed_in: Any) -> None:
    """A household overdue and on a vacant seat is drawn as overdue, which stands before unowned."""
    cells = net(signed_in(scene.world.duty_officer), "cells")
    worst = dict(zip(numbers(cells["ids"]), cells["kinds"], strict=True))
    with acting(EVERYTHING):
        for cell in board.cells(scene.world.county.pk, Moment.now(scene.now)):
            if not cell.overdue:
                continue
            assert int(worst[cell.subject]) <= 3


def test_only_what_was_asked_for_burns(scene: Scene, signed_in: Any) -> None:
    client = signed_in(scene.world.duty_officer)
    every = net(client, "cells")["total"]
    fronts = [net(client, "cells", front=front)["total"] for front in ("defence", "control", "outreach", "screening")]
    assert sum(fronts) == every
    unowned = net(client, "cells", kind="unowned")
    with acting(EVERYTHING):
        counts = board.gap_counts(scene.world.county.pk, Moment.now(scene.now))
    assert unowned["total"] == sum(count.gaps for count in counts if count.unowned) > 0
    duty = overdue(scene, subject=scene.world.zhang.subject).duty_id
    assert net(client, "cells", duty=duty)["total"] == sum(count.gaps for count in counts if count.duty == duty)


@pytest.mark.parametrize(
    "asked",
    [{"kind": "missing"}, {"front": "north"}, {"duty": "x"}, {"duty": "9999"}, {"at": "yesterday"}, {"area": "-1"}],
)
def test_a_choice_that_means_nothing_is_said_so(scene: Scene, signed_in: Any, asked: dict[str, str]) -> None:
    answer = signed_in(scene.world.duty_officer).get("/net/cells/", asked)
    assert answer.status_code == 400
    assert "请清除筛选" in answer.content.decode()


def test_before_the_start_nothing_was_owed(scene: Scene, signed_in: Any) -> None:
    at = (scene.event.started_at - timedelta(minutes=1)).isoformat()
    for known in ("", "then"):
        cells = net(signed_in(scene.world.duty_officer), "cells", at=at, known=known)
        assert (cells["total"], cells["ids"], cells["live"]) == (0, [], False)


def test_what_was_met_later_is_a_gap_of_its_own_time(scene: Scene, signed_in: Any) -> None:
    client = signed_in(scene.world.duty_officer)
    told = overdue(scene, subject=scene.world.zhang.subject)
    at = told.due_at + timedelta(minutes=5)
    asked = {"at": at.isoformat(), "duty": told.duty_id}
    before = net(client, "cells", **asked)
    with acting(EVERYTHING):
        Obligation.objects.filter(pk=told.pk).update(
            met_at=told.due_at - timedelta(minutes=1), known_at=scene.now - timedelta(minutes=9), met_by=scene_id()
        )
    assert net(client, "cells", **asked)["total"] == before["total"] - 1
    assert net(client, "cells", known="then", **asked)["total"] == before["total"]


def scene_id() -> str:
    return "01900000-0000-7000-8000-000000000001"


def test_the_layout_is_sent_once(scene: Scene, signed_in: Any) -> None:
    client = signed_in(scene.world.duty_officer)
    first = client.get("/net/layout/")
    again = client.get("/net/layout/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in first["Cache-Control"]
    other = signed_in(scene.world.secretary_a).get("/net/layout/", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


def test_one_click_from_the_hole_to_the_telephone(scene: Scene, signed_in: Any) -> None:
    told = overdue(scene, subject=scene.world.zhang.subject)
    html = net(signed_in(scene.world.duty_officer), "panel", subject=scene.world.zhang.pk)
    with acting(EVERYTHING):
        owner = told.seat.appointments.get(ends_at=None).user
    assert f"/obligations/{told.pk}/" in html
    assert owner.name in html
    assert 'href="tel:15400' in html


def test_a_vacant_seat_is_said_to_be_vacant(scene: Scene, signed_in: Any) -> None:
    with acting(EVERYTHING):
        vacant = board.vacant_seats(scene.world.county.pk, Moment.now(scene.now))
        gap = Obligation.objects.filter(seat__in=vacant, subject__kind="household", opened_at__lte=scene.now)[0]
    html = net(signed_in(scene.world.duty_officer), "panel", subject=gap.subject_id)
    assert "空岗" in html


def test_the_panel_of_what_one_may_not_see_does_not_exist(scene: Scene, signed_in: Any) -> None:
    client = signed_in(scene.world.secretary_a)
    for subject in (scene.world.zhao.pk, scene.world.stranger.pk, "0", "nobody", "9" * 30):
        assert client.get("/net/panel/", {"subject": subject}).status_code == 404


def test_the_books_are_checked_and_a_wrong_one_is_shown(
    scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(scene.world.duty_officer)
    with acting(EVERYTHING):
        table = board.books(scene.world.county.pk, Moment.now(scene.now))
    html = net(client, "books")
    assert "平账" in html
    assert f"<dd>{table.whole.expected}</dd>" in html
    short = replace(table, whole=replace(table.whole, overdue=table.whole.overdue - 1))
    monkeypatch.setattr(board, "books", lambda area, moment: short)
    assert "账目不平" in net(client, "books")
    lost = replace(table, cells={key: found for key, found in table.cells.items() if key != next(iter(table.cells))})
    monkeypatch.setattr(board, "books", lambda area, moment: lost)
    assert "账目不平" in net(client, "books")


def test_the_counts_name_every_child_and_the_oldest(scene: Scene, signed_in: Any) -> None:
    html = net(signed_in(scene.world.duty_officer), "side")
    assert "龙泉" in html and "青山" in html
    total = gaps_seen_by(scene.world.duty_officer, scene, scene.world.county.pk)
    assert f"<b>{total}</b>" in html


def test_what_climbed_beyond_its_owner_is_shown(scene: Scene, signed_in: Any) -> None:
    told = overdue(scene, subject=scene.world.zhang.subject)
    with acting(EVERYTHING):
        moments = {"at": scene.now - timedelta(minutes=3), "told_at": scene.now - timedelta(minutes=3)}
        seat = scene.world.seats["village_secretary", "village_a"]
        for step, who in ((0, "段勇"), (1, "梁红")):
            Climb.objects.create(obligation=told, area_id=told.area_id, step=step, seat=seat, told=who, **moments)
    html = net(signed_in(scene.world.duty_officer), "side")
    last = html[html.index("最近上报") :]
    assert "梁红" in last and "段勇" not in last


def test_the_trend_ends_now_with_what_is_overdue(scene: Scene, signed_in: Any) -> None:
    points = net(signed_in(scene.world.duty_officer), "trend")["points"]
    with acting(EVERYTHING):
        counts = board.gap_counts(scene.world.county.pk, Moment.now(scene.now))
    assert points[-1][1] == sum(count.gaps for count in counts if count.overdue)


def test_whoever_has_no_board_goes_to_his_own_list(scene: Scene, signed_in: Any) -> None:
    for user in (scene.inside("place_keeper"), scene.inside("guard"), scene.inside("data_protection")):
        answer = signed_in(user).get("/")
        assert (answer.status_code, answer["Location"]) == (302, "/mine/")
        assert signed_in(user).get("/net/cells/").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("zh-hans", ("一张网", "无人负责")), ("en", ("The Net", "unowned"))])
def test_the_page_speaks_the_readers_language(
    scene: Scene, signed_in: Any, language: str, words: tuple[str, str]
) -> None:
    html = signed_in(scene.world.duty_officer, language).get("/").content.decode()
    assert all(word in html for word in words)
    other = {"zh-hans": "unowned<", "en": "无人负责"}[language]
    assert other not in html


def test_more_gaps_ask_no_more_questions(scene: Scene, signed_in: Any, django_assert_max_num_queries: Any) -> None:
    """The counts beside the picture take the same number of statements however much burns."""
    client = signed_in(scene.world.duty_officer)
    client.get("/net/side/")
    with django_assert_max_num_queries(45):
        client.get("/net/side/")
