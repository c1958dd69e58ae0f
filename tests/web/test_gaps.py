"""The list of gaps: every one of them once, however it is paged, and the same set as a table to take away."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from sibulou.duty import board
from sibulou.duty.board import Filter, Moment
from sibulou.duty.escalate import escalate
from sibulou.duty.gap import GapKind
from sibulou.duty.models import Climb, Obligation
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.models import AuditLine, Subject, User
from sibulou.web.gap_table import plain
from sibulou.web.pages import gaps as page
from tests.web.pages import built, overdue, text_of
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
__all__ = ["built"]


def all_gaps(scene: Scene, user: User, area: int, wanted: Filter | None = None) -> list[int]:
    with acting(reach_of(user, now=scene.now)):
        found = board.gap_page(area, Moment.now(scene.now), wanted=wanted or Filter(), limit=100_000)
    return [gap.obligation for gap in found]


def table(text: str) -> tuple[list[list[str]], list[dict[str, str]]]:
    """The head, and the rows by the words of their column."""
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    start = next(at for at, line in enumerate(lines) if len(line) > 2)
    return lines[:start], [dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 :]]


def test_every_gap_is_listed_with_its_owner(scene: Scene, signed_in: Any) -> None:
    gap = overdue(scene, subject=scene.world.zhang.subject)
    html = text_of(signed_in(scene.world.duty_officer), "/gaps/", area=scene.world.group_a1.pk, duty=gap.duty_id)
    assert f"/obligations/{gap.pk}/" in html
    assert f"/households/{scene.world.zhang.pk}/" in html
    assert 'href="tel:15400' in html


def test_page_by_page_every_gap_stands_once(scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", 7)
    client, seen, after = signed_in(scene.world.duty_officer), [], ""
    while True:
        answer = client.get("/gaps/", {"after": after})
        seen += [row.gap.obligation for row in answer.context["rows"]]
        after = answer.context["further"]
        if not after:
            break
    assert seen == all_gaps(scene, scene.world.duty_officer, scene.world.county.pk)
    assert len(seen) > 21


def test_a_gap_that_closes_between_two_pages_hides_no_other(
    scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "PAGE", 5)
    client = signed_in(scene.world.duty_officer)
    expected = all_gaps(scene, scene.world.duty_officer, scene.world.county.pk)
    after = client.get("/gaps/").context["further"]
    with acting(EVERYTHING):
        Obligation.objects.filter(pk__in=expected[:3]).update(
            met_at=scene.now, known_at=scene.now, met_by="01900000-0000-7000-8000-000000000002"
        )
    rows = client.get("/gaps/", {"after": after}).context["rows"]
    assert [row.gap.obligation for row in rows] == expected[5:10]


@pytest.mark.parametrize("after", ["x", "2020-01-01|3", "2020-01-01T00:00:00+00:00|-1", "2020-01-01T00:00:00+00:00|x"])
def test_a_broken_place_is_said_so(scene: Scene, signed_in: Any, after: str) -> None:
    assert signed_in(scene.world.duty_officer).get("/gaps/", {"after": after}).status_code == 400


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": ["unowned"]},
        {"kind": ["overdue"]},
        {"kind": ["silent", "unowned"]},
        {"front": ["outreach"]},
        {"role": "group_head"},
        {"front": ["screening"], "kind": ["overdue"]},
    ],
)
def test_the_list_the_count_and_the_table_agree(scene: Scene, signed_in: Any, wanted: dict[str, Any]) -> None:
    chosen = Filter(
        kinds=frozenset(map(GapKind, wanted.get("kind", []))),
        fronts=frozenset(wanted.get("front", [])),
        role=wanted.get("role"),
    )
    expected = all_gaps(scene, scene.world.duty_officer, scene.world.county.pk, chosen)
    client = signed_in(scene.world.duty_officer)
    assert client.get("/gaps/", wanted).context["tally"].gaps == len(expected)
    _, rows = table(b"".join(client.get("/gaps/table.csv", wanted)).decode())
    assert [int(row["应办编号"]) for row in rows] == expected


def test_kinds_mean_what_the_rule_says(scene: Scene) -> None:
    """Asked for silent and unowned, an overdue gap of another kind with an owner is not among them."""
    with acting(EVERYTHING):
        named = board.duties()
        wanted = Filter(kinds=frozenset({GapKind.SILENT, GapKind.UNOWNED}))
        found = board.gap_page(scene.world.county.pk, Moment.now(scene.now), wanted=wanted, limit=100_000)
        every = board.gap_page(scene.world.county.pk, Moment.now(scene.now), limit=100_000)

    def means(gap: board.Gap) -> bool:
        return gap.unowned or (gap.overdue and named[gap.duty].gap == "silent")

    assert found == [gap for gap in every if means(gap)]
    assert 0 < len(found) < len(every)


def test_the_table_says_what_it_is_and_as_of_when(scene: Scene, signed_in: Any) -> None:
    answer = signed_in(scene.world.duty_officer).get("/gaps/table.csv", {"kind": "overdue"})
    body = b"".join(answer)
    assert body.startswith(b"\xef\xbb\xbf")
    assert answer.streaming and "attachment" in answer["Content-Disposition"]
    head, _ = table(body.decode())
    said = dict(head)
    assert said["漏项清单"] == scene.world.county.name
    assert "实时" in said["截至"]
    assert said["筛选"] == "逾期"
    assert said["导出人"] == scene.world.duty_officer.name


def test_the_table_holds_only_ones_own_area(scene: Scene, signed_in: Any) -> None:
    """The body is made after the request's transaction has ended; row security holds there too."""
    client = signed_in(scene.world.secretary_a)
    _, rows = table(b"".join(client.get("/gaps/table.csv")).decode())
    assert [int(row["应办编号"]) for row in rows] == all_gaps(scene, scene.world.secretary_a, scene.world.village_a.pk)
    assert all("东河" in row["区域"] for row in rows)
    assert client.get("/gaps/table.csv", {"area": scene.world.village_b.pk}).status_code == 404


def test_taking_the_table_away_is_on_record(scene: Scene, signed_in: Any) -> None:
    b"".join(signed_in(scene.world.duty_officer).get("/gaps/table.csv", {"kind": "silent"}))
    with acting(EVERYTHING):
        line = AuditLine.objects.filter(kind="gaps.table").latest("id")
    assert line.by == scene.world.duty_officer.name
    assert "kind=silent" in line.facts


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@cmd", "\tx"])
def test_no_cell_computes(scene: Scene, signed_in: Any, text: str) -> None:
    assert plain(text) == f"'{text}"
    if text != "=1+1":
        return
    with acting(EVERYTHING):
        Subject.objects.filter(pk=scene.world.zhang.pk).update(label=text)
    client = signed_in(scene.world.duty_officer)
    _, rows = table(b"".join(client.get("/gaps/table.csv", {"area": scene.world.group_a1.pk})).decode())
    assert f"'{text}" in {row["对象"] for row in rows}
    assert text not in {row["对象"] for row in rows}


def test_a_large_table_is_read_a_piece_at_a_time(scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many gaps there are, no more than a piece of them is held at once."""
    whole, pieces = board.each_gap, []

    def watched(*given: Any, **named: Any) -> Any:
        for piece in whole(*given, **named, at_once=10):
            pieces.append(len(piece))
            yield piece

    monkeypatch.setattr(board, "each_gap", watched)
    _, rows = table(b"".join(signed_in(scene.world.duty_officer).get("/gaps/table.csv")).decode())
    assert len(rows) == sum(pieces)
    assert max(pieces) <= 10 < sum(pieces)


def test_a_longer_list_asks_no_more_questions(scene: Scene, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(scene.world.duty_officer)

    def questions(size: int) -> int:
        monkeypatch.setattr(page, "PAGE", size)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(client.get("/gaps/").context["rows"]) == size
        return len(asked)

    questions(2)
    assert questions(3) == questions(40)


def test_as_of_a_moment_the_list_says_so(scene: Scene, signed_in: Any) -> None:
    at = scene.now - timedelta(hours=30)
    with acting(EVERYTHING):
        then = board.gap_page(scene.world.county.pk, Moment(at, scene.now), limit=100_000)
    answer = signed_in(scene.world.duty_officer).get("/gaps/", {"at": at.isoformat()})
    assert answer.context["tally"].gaps == len(then)
    assert len(then) != len(all_gaps(scene, scene.world.duty_officer, scene.world.county.pk))


def test_without_gaps_the_list_says_that_there_are_none(scene: Scene, signed_in: Any) -> None:
    at = (scene.event.started_at - timedelta(hours=1)).isoformat()
    assert "没有符合条件的漏项" in text_of(signed_in(scene.world.duty_officer), "/gaps/", at=at)
    assert "No gap of this choice" in text_of(signed_in(scene.world.duty_officer, "en"), "/gaps/", at=at)


def test_as_of_a_moment_the_next_telling_is_what_it_was_then(scene: Scene, signed_in: Any) -> None:
    """Between its second and its third telling: told one level up, and next at the moment of the third."""
    with acting(EVERYTHING):
        escalate(now=scene.now, catch_up=True)
        third = Climb.objects.filter(step=2, obligation__met_at=None).select_related("obligation")[0]
        second = Climb.objects.get(obligation=third.obligation, step=1)
    at = second.told_at + (third.told_at - second.told_at) / 2
    row = third.obligation
    asked = {"at": at.isoformat(), "duty": row.duty_id, "area": row.area_id}
    client = signed_in(scene.world.duty_officer)
    (shown,) = [one for one in client.get("/gaps/", asked).context["rows"] if one.gap.obligation == row.pk]
    assert (shown.next_at, shown.climbed) == (third.at, 1)
    _, lines = table(text_of(client, "/gaps/table.csv", **asked))
    (line,) = [one for one in lines if one["应办编号"] == str(row.pk)]
    assert line["下次上报"] == f"{localtime(third.at):%Y-%m-%d %H:%M}"


def test_as_of_a_moment_after_the_last_telling_nothing_comes_next(scene: Scene, signed_in: Any) -> None:
    with acting(EVERYTHING):
        escalate(now=scene.now, catch_up=True)
        at = scene.now - timedelta(seconds=1)
        ended = Obligation.objects.filter(next_climb_at=None, climbed__gt=1, met_at=None)
        row = ended.exclude(climbs__told_at__gt=at)[0]
    asked = {"at": at.isoformat(), "duty": row.duty_id, "area": row.area_id}
    rows = signed_in(scene.world.duty_officer).get("/gaps/", asked).context["rows"]
    (shown,) = [one for one in rows if one.gap.obligation == row.pk]
    assert (shown.next_at, shown.climbed) == (None, row.climbed - 1)


def test_at_a_past_moment_nothing_is_said_to_come_that_lay_behind_it(scene: Scene, signed_in):
    """Before the clockwork ran, the next telling in the table lies days back: at a moment after it, none was next."""
    at = scene.now - timedelta(hours=1)
    page = signed_in(scene.inside("county_duty")).get("/gaps/", {"at": at.isoformat()})
    rows = page.context["rows"]
    assert rows
    assert all(row.next_at is None or row.next_at > at for row in rows)
