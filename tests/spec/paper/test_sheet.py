"""A sheet: what is owed in walking order, each row bound to the id of its record, typed in once whoever types it."""

from __future__ import annotations

from datetime import date

import pytest

from sibulou.duty.force import stages
from sibulou.duty.intake import Outcome
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.paper.boxes import boxes_of
from sibulou.paper.draw_up import draw_up_card, draw_up_day, draw_up_shift
from sibulou.paper.layout import Block, paginate
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.problems import AnsweredRow, NoSuchForm, NothingOwed, NoTimeOfDay, OpenRow
from sibulou.paper.serial import read_serial
from sibulou.paper.type_in import (
    Typed,
    double_of,
    find_row,
    leave_out,
    leave_rest,
    moment_on,
    progress_of,
    take_back,
    type_in,
)
from sibulou.roster.access import EVERYTHING, NOTHING
from sibulou.roster.models import AuditLine, Household
from sibulou.roster.problems import NoRight
from tests.kernel import OFFICER, ZONE, County, moment

pytestmark = pytest.mark.django_db
MARCH_1 = date(2020, 3, 1)


def drawn_up(here: County, *forms: str, area: str = "Lake", at: str = "1 Mar 09:00") -> Sheet:
    """The sheet of an area's day, drawn up at a moment."""
    (running,) = stages([here.event])
    return draw_up_day(
        area=here.areas[area], running=running, day=MARCH_1, forms=forms, reach=EVERYTHING, by=OFFICER, now=moment(at)
    )


def rows_of(here: County, sheet: Sheet) -> list[str]:
    """The rows as `whose | form | usual moment`."""
    names = {subject.pk: name for name, subject in here.subjects.items()}
    rows = SheetRow.objects.filter(sheet=sheet)
    return [f"{names[row.subject_id]} | {row.form} | {row.usual_at.astimezone(ZONE):%H:%M}" for row in rows]


def typed(at: str, **content: object) -> Typed:
    return Typed(content, moment(at))


def type_row(sheet: Sheet, place: int, said: Typed, *, at: str = "1 Mar 21:00") -> str:
    row = find_row(sheet, place)
    return type_in(row=row, typed=said, reach=EVERYTHING, by=OFFICER, now=moment(at)).outcome


def test_rows_stand_as_one_walks(here: County) -> None:
    """House by house, the house before its people; what is asked of somebody in other hours has a row of its own."""
    here.start("temperature", "check")
    assert rows_of(here, drawn_up(here, "visit", "reading")) == [
        "Wang's | visit | 09:00", "Wang | reading | 09:00", "Wang | reading | 18:00",
        "Zhao's | visit | 09:00", "Zhao | reading | 09:00", "Zhao | reading | 18:00",
    ]  # fmt: skip


def test_what_two_duties_ask_alike_stands_on_one_row(here: County) -> None:
    """One answer meets both, so it is asked once."""
    here.start("check", "told")
    sheet = drawn_up(here, "visit", area="Lake 1")
    assert rows_of(here, sheet) == ["Wang's | visit | 09:00"]
    assert type_row(sheet, 1, typed("1 Mar 09:00", members=1)) == Outcome.ACCEPTED
    assert not Obligation.objects.filter(subject=here.subjects["Wang's"], met_at=None).exists()


def test_what_was_told_already_is_not_printed(here: County) -> None:
    """A sheet of a day on which nothing is left says so instead of printing an empty page."""
    here.start("check")
    here.tell("Wang's | 1 Mar 08:00 | visit 1", "Zhao's | 1 Mar 08:00 | visit 1", at="1 Mar 08:30")
    with pytest.raises(NothingOwed):
        drawn_up(here, "visit")


def test_a_sheet_takes_the_rights_to_see_people_and_to_record(here: County) -> None:
    """Whoever may do neither draws up nothing."""
    here.start("check")
    (running,) = stages([here.event])
    with pytest.raises(NoRight):
        draw_up_day(area=here.areas["Lake"], running=running, day=MARCH_1, forms=["visit"], reach=NOTHING,
                    by=OFFICER, now=moment("1 Mar 09:00"))  # fmt: skip


def test_no_serial_comes_twice_even_on_the_same_day_of_another_year(here: County) -> None:
    """The running number of a day goes on where it ended."""
    here.start("check")
    first, second = drawn_up(here, "visit"), drawn_up(here, "visit", at="1 Mar 10:00")
    assert (read_serial(first.serial).number, read_serial(second.serial).number) == (1, 2)
    (running,) = stages([here.event])
    next_year = moment("1 Mar 10:00").replace(year=2021)
    third = draw_up_shift(post=here.subjects["gate"], running=running, form="passed", starts_at=next_year, lines=1,
                          reach=EVERYTHING, by=OFFICER, now=next_year)  # fmt: skip
    assert read_serial(third.serial).number == 3


def test_the_same_row_typed_twice_is_one_record(here: County) -> None:
    """Two people with the same stack: the second is told "repeated"; other content is kept beside the first."""
    here.start("check")
    sheet = drawn_up(here, "visit")
    assert type_row(sheet, 1, typed("1 Mar 09:00", members=1)) == Outcome.ACCEPTED
    assert type_row(sheet, 1, typed("1 Mar 09:00", members=1)) == Outcome.REPEATED
    assert type_row(sheet, 1, typed("1 Mar 09:00", members=2)) == Outcome.CONFLICTING
    assert (Record.objects.count(), Refusal.objects.count()) == (1, 1)


def test_a_row_typed_after_it_was_due_counts_when_it_happened(here: County) -> None:
    """The window of the morning is met by what was written in the morning, although it is typed at night."""
    here.start("temperature")
    sheet = drawn_up(here, "reading", area="Lake 1")
    assert type_row(sheet, 1, typed("1 Mar 09:00", temperature=36.5), at="1 Mar 23:00") == Outcome.ACCEPTED
    obligation = Obligation.objects.get(pk=find_row(sheet, 1).obligation_id)
    assert (obligation.met_at, obligation.known_at) == (moment("1 Mar 09:00"), moment("1 Mar 23:00"))


def test_what_was_told_by_other_means_is_found_before_the_row_is_kept(here: County) -> None:
    """It is shown first; both are kept if the typist says so, and neither hides the other."""
    here.start("check")
    sheet = drawn_up(here, "visit", area="Lake 1")
    said = typed("1 Mar 09:00", members=1)
    assert double_of(find_row(sheet, 1), said) is None
    here.tell("Wang's | 1 Mar 09:30 | visit 1 | as call", at="1 Mar 09:40")
    double = double_of(find_row(sheet, 1), said)
    assert double is not None and double.happened_at == moment("1 Mar 09:30")
    assert type_row(sheet, 1, said) == Outcome.ACCEPTED
    assert Record.objects.count() == 2


def test_a_row_left_out_leaves_what_is_owed(here: County) -> None:
    """Declared empty, or told by other means: no record is made up, and the board goes on showing the gap."""
    here.start("check")
    sheet = drawn_up(here, "visit")
    leave_out(row=find_row(sheet, 1), became=SheetRow.Became.EMPTY, by=OFFICER, now=moment("1 Mar 21:00"))
    assert leave_rest(sheet=sheet, by=OFFICER, now=moment("1 Mar 21:00")) == 1
    assert (progress_of([sheet])[sheet.pk].left, progress_of([sheet])[sheet.pk].empty) == (0, 2)
    assert not Record.objects.exists()
    assert Obligation.objects.filter(subject=here.subjects["Wang's"], met_at=None).exists()


def test_a_row_that_was_typed_in_is_not_declared_empty(here: County) -> None:
    """It is taken back first."""
    here.start("check")
    sheet = drawn_up(here, "visit")
    type_row(sheet, 1, typed("1 Mar 09:00", members=1))
    with pytest.raises(AnsweredRow):
        leave_out(row=find_row(sheet, 1), became=SheetRow.Became.EMPTY, by=OFFICER, now=moment("1 Mar 21:00"))


def test_taking_a_row_back_is_a_record_of_its_own(here: County) -> None:
    """The first stays to be seen, what it met is owed again, and the row can be typed anew."""
    here.start("check")
    sheet = drawn_up(here, "visit")
    type_row(sheet, 1, typed("1 Mar 09:00", members=1))
    before = find_row(sheet, 1).record
    take_back(row=find_row(sheet, 1), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 21:05"))
    assert Record.objects.get(corrects=before).withdraws
    assert Obligation.objects.get(pk=find_row(sheet, 1).obligation_id).met_at is None
    with pytest.raises(OpenRow):
        take_back(row=find_row(sheet, 1), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 21:06"))
    assert type_row(sheet, 1, typed("1 Mar 09:00", members=2)) == Outcome.ACCEPTED


def test_every_deed_on_paper_leaves_its_line(here: County) -> None:
    """Drawing up, typing in and taking back stand in the audit chain, by serial and row."""
    here.start("check")
    sheet = drawn_up(here, "visit")
    type_row(sheet, 1, typed("1 Mar 09:00", members=1))
    take_back(row=find_row(sheet, 1), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 21:05"))
    lines = AuditLine.objects.filter(facts__contains=sheet.serial).order_by("id")
    assert [line.kind for line in lines] == ["paper.draw_up", "paper.type_in", "paper.take_back"]


def test_a_shift_is_so_many_lines_of_one_form(here: County) -> None:
    """Each with an id of its own; a form of another kind is refused."""
    here.start("check")
    (running,) = stages([here.event])
    facts = {"post": here.subjects["gate"], "running": running, "starts_at": moment("1 Mar 20:00"), "lines": 5,
             "reach": EVERYTHING, "by": OFFICER, "now": moment("1 Mar 19:00")}  # fmt: skip
    sheet = draw_up_shift(form="passed", **facts)  # type: ignore[arg-type]
    assert len(set(sheet.rows.values_list("record", flat=True))) == 5
    with pytest.raises(NoSuchForm):
        draw_up_shift(form="visit", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2130", "1 Mar 21:30"), ("2：10", "2 Mar 02:10"), ("", "1 Mar 20:00"), ("0759", "2 Mar 07:59")],
)
def test_a_time_of_day_is_the_first_one_since_the_shift_began(here: County, written: str, meant: str) -> None:
    """Ten past two on a night shift's sheet is of the next day; nothing written means when the shift began."""
    sheet = Sheet(starts_at=moment("1 Mar 20:00"))
    assert moment_on(sheet, written, usual=sheet.starts_at, zone=ZONE) == moment(meant)


@pytest.mark.parametrize("written", ["25:00", "1260", "9", "noon", "12345"])
def test_a_time_that_is_none_is_a_sentence(here: County, written: str) -> None:
    """It says how a time is typed."""
    with pytest.raises(NoTimeOfDay):
        moment_on(Sheet(starts_at=moment("1 Mar 20:00")), written, usual=moment("1 Mar 20:00"), zone=ZONE)


def test_a_household_card_may_have_nothing_owed(here: County) -> None:
    """It names the household still."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5", "Wang | 1 Mar 18:10 | reading 36.5", at="1 Mar 18:30")
    (running,) = stages([here.event])
    household = Household.objects.get(pk=here.subjects["Wang's"].pk)
    sheet = draw_up_card(household=household, running=running, day=MARCH_1, reach=EVERYTHING, by=OFFICER,
                         now=moment("1 Mar 19:00"))  # fmt: skip
    assert (sheet.subject_id, sheet.rows.count()) == (household.pk, 0)


def test_on_paper_nobody_is_asked_for_a_number_of_the_roster(here: County) -> None:
    """A field that says which row of the roster somebody is may stay open, and is not printed."""
    here.start("check")
    (running,) = stages([here.event])
    assert [box.key for box in boxes_of(running.plan.forms["passed"])] == ["temperature", "destination", "matched"]


def test_a_house_is_not_parted_from_its_first_row() -> None:
    """Its name goes to the next page with it; no page is empty, and none is fuller than it may be."""
    blocks = [Block("house", 9, with_next=True), Block("row", 40), Block("house", 9, with_next=True), Block("row", 50)]
    pages = paginate(blocks, room=100)
    assert [[block.what for block in page] for page in pages] == [["house", "row"], ["house", "row"]]
    assert paginate([], room=100) == [[]]
