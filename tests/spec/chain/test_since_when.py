"""The minute since when nobody answers, and the chain as it was known at a moment."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, transaction

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.roster.appointments import appoint, end_appointment, end_leave, take_leave
from sibulou.roster.models import Appointment, TermRevision
from tests.kernel import COUNTY, LAKE_1, OFFICER, County, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(here: County) -> County:
    """Readings are owed, and it is the first of March."""
    here.start("temperature")
    return here


def _wang(here: County, at: str, *, known: str = "") -> list[str]:
    return [gap for gap in here.gaps(at, known=known) if gap.startswith("Wang |")]


def test_a_seat_vacant_before_the_opening_is_a_gap_since_the_opening(here: County) -> None:
    """Nobody could be missing before there was something to do."""
    here.leaves("Li", "1 Mar 03:00")
    assert _wang(here, "1 Mar 08:20") == ["Wang | temperature | since 1 Mar 08:00 not yet due | unowned"]


def test_a_seat_that_nobody_ever_held_is_a_gap_since_the_opening(here: County) -> None:
    """There is no minute at which it fell vacant."""
    here.person("Guest", "Wang's")
    here.reconcile("1 Mar 08:20")
    assert [gap for gap in here.gaps("1 Mar 08:20") if gap.startswith("Guest")] == [
        "Guest | temperature | since 1 Mar 08:00 not yet due | unowned"
    ]


def test_a_vacancy_counts_from_the_last_who_answered(here: County) -> None:
    """Li leaves, Deng fills in for ten minutes, then nobody: it is the minute of Deng's leaving that counts."""
    here.leaves("Li", "1 Mar 08:10")
    here.appoint("Deng", "guard", "Wang", since="1 Mar 08:20", until="1 Mar 08:30")
    assert _wang(here, "1 Mar 08:15") == ["Wang | temperature | since 1 Mar 08:10 not yet due | unowned"]
    assert _wang(here, "1 Mar 08:25") == []
    assert _wang(here, "1 Mar 08:40") == ["Wang | temperature | since 1 Mar 08:30 not yet due | unowned"]


def test_a_stand_in_who_falls_out_begins_the_vacancy(here: County) -> None:
    """Away since eight, answered for by Chen; it is unowned from the minute Chen goes on leave himself."""
    here.away("Li", "1 Mar 08:00", stand_in="Chen")
    here.away("Chen", "1 Mar 08:35")
    assert _wang(here, "1 Mar 08:50") == ["Wang | temperature | since 1 Mar 08:35 not yet due | unowned"]


def test_a_watched_guard_is_missing_since_he_was_put_under_watch(here: County) -> None:
    """What he owes is a gap from that minute."""
    here.watch("Li", "1 Mar 08:25")
    assert _wang(here, "1 Mar 08:50") == ["Wang | temperature | since 1 Mar 08:25 not yet due | unowned"]


def test_an_appointment_called_off_does_not_break_a_vacancy(here: County) -> None:
    """What was called off before it began was never answered for by anybody."""
    here.leaves("Li", "1 Mar 08:10")
    row = appoint(seat=here.seat("guard", "Wang"), user=here.user("Deng"), starts_at=moment("1 Mar 08:30"),
                  by=OFFICER, now=moment("1 Mar 08:15"))  # fmt: skip
    end_appointment(reason="调离", appointment=row, at=moment("1 Mar 08:20"), by=OFFICER, now=moment("1 Mar 08:20"))
    assert _wang(here, "1 Mar 08:50") == ["Wang | temperature | since 1 Mar 08:10 not yet due | unowned"]


def test_what_is_overdue_and_unowned_is_a_gap_since_its_due_moment(here: County) -> None:
    """And the row says beside it since when nobody answers."""
    here.leaves("Li", "1 Mar 08:30")
    (row,) = (one for one in board.gap_page(COUNTY, Moment.now(moment("1 Mar 11:00"))) if one.unowned)
    assert (row.since, row.unowned_since) == (moment("1 Mar 10:00"), moment("1 Mar 08:30"))


def test_the_oldest_gap_of_a_board_counts_the_vacancy_too(here: County) -> None:
    """The count beside the map names the same minute as the list."""
    here.leaves("Li", "1 Mar 08:30")
    (count,) = board.gap_counts(COUNTY, Moment.now(moment("1 Mar 09:00")))
    assert (count.gaps, count.since) == (1, moment("1 Mar 08:30"))


def test_an_appointment_entered_late_was_not_known_before(here: County) -> None:
    """Deng has guarded since half past eight, entered at noon: as known at eleven, nobody answered."""
    here.leaves("Li", "1 Mar 08:10")
    appoint(seat=here.seat("guard", "Wang"), user=here.user("Deng"), starts_at=moment("1 Mar 08:30"), by=OFFICER,
            now=moment("1 Mar 12:00"))  # fmt: skip
    assert _wang(here, "1 Mar 09:00", known="1 Mar 11:59") == [
        "Wang | temperature | since 1 Mar 08:10 not yet due | unowned"
    ]
    assert _wang(here, "1 Mar 09:00", known="1 Mar 12:00") == []
    assert _wang(here, "1 Mar 11:00", known="1 Mar 12:00") == ["Wang | temperature | since 1 Mar 10:00 | Deng"]
    assert here.books("1 Mar 09:00", known="1 Mar 11:00") == "4 pending, 1 unowned of 4"


def test_an_end_entered_late_was_not_known_before(here: County) -> None:
    """Li left at half past eight, and the county heard of it at noon: as known at eleven, he answered."""
    row = Appointment.objects.get(user=here.users["Li"])
    end_appointment(reason="调离", appointment=row, at=moment("1 Mar 08:30"), by=OFFICER, now=moment("1 Mar 12:00"))
    assert _wang(here, "1 Mar 09:00", known="1 Mar 11:00") == []
    assert _wang(here, "1 Mar 09:00", known="1 Mar 12:00") == [
        "Wang | temperature | since 1 Mar 08:30 not yet due | unowned"
    ]


def test_a_term_cut_short_twice_is_shown_as_it_was_meant_at_each_time(here: County) -> None:
    """A term until the third, on the second cut short to the evening of the first, then to its morning."""
    here.leaves("Li", "1 Mar 00:10")
    row = appoint(seat=here.seat("guard", "Wang"), user=here.user("Deng"), starts_at=moment("1 Mar 00:10"),
                  ends_at=moment("3 Mar 00:00"), by=OFFICER, now=moment("1 Mar 00:05"))  # fmt: skip
    end_appointment(reason="调离", appointment=row, at=moment("1 Mar 18:30"), by=OFFICER, now=moment("2 Mar 09:00"))
    end_appointment(reason="调离", appointment=row, at=moment("1 Mar 08:30"), by=OFFICER, now=moment("2 Mar 10:00"))
    morning, evening = "Wang | temperature | since 1 Mar 10:00", "Wang | temperature | since 1 Mar"
    assert _wang(here, "1 Mar 19:30", known="2 Mar 08:59") == [f"{morning} | Deng"]
    assert _wang(here, "1 Mar 19:30", known="2 Mar 09:59") == [
        f"{morning} | unowned", f"{evening} 18:30 not yet due | unowned",
    ]  # fmt: skip
    assert _wang(here, "1 Mar 19:30", known="2 Mar 10:00") == [
        f"{morning} | unowned", f"{evening} 18:00 not yet due | unowned",
    ]  # fmt: skip
    assert _wang(here, "1 Mar 09:30", known="2 Mar 09:59") == []


def test_a_leave_and_its_end_entered_late_were_not_known_before(here: County) -> None:
    """Chen stood in from nine, as everybody learned at noon; and that Li was back at ten, at one o'clock."""
    leave = take_leave(user=here.users["Li"], starts_at=moment("1 Mar 09:00"), stand_in=here.users["Chen"],
                       reason="休假", by=OFFICER, now=moment("1 Mar 12:00"))  # fmt: skip
    end_leave(leave=leave, at=moment("1 Mar 10:00"), by=OFFICER, now=moment("1 Mar 13:00"))
    assert _wang(here, "1 Mar 11:00", known="1 Mar 11:30") == ["Wang | temperature | since 1 Mar 10:00 | Li"]
    assert _wang(here, "1 Mar 11:00", known="1 Mar 12:30") == ["Wang | temperature | since 1 Mar 10:00 | Chen"]
    assert _wang(here, "1 Mar 11:00", known="1 Mar 13:00") == ["Wang | temperature | since 1 Mar 10:00 | Li"]


def test_a_person_entered_late_owed_nothing_that_was_known_before(here: County) -> None:
    """Found on the second, there since January: what is owed is opened back-dated, and was not known on the first."""
    here.reconcile("1 Mar 09:00")
    before = here.books("1 Mar 12:00", known="1 Mar 12:00")
    here.person("Guest", "Wang's", entered=moment("2 Mar 09:00"))
    here.reconcile("2 Mar 09:00")
    assert before == "4 overdue of 4"
    assert here.books("1 Mar 12:00", known="1 Mar 12:00") == before
    assert here.books("1 Mar 12:00", known="2 Mar 09:00") == "5 overdue, 1 unowned of 5"
    assert len(here.gaps("1 Mar 12:00", known="2 Mar 08:59")) == 4
    assert len(here.gaps("1 Mar 12:00", known="2 Mar 09:00")) == 5
    assert here.household("new", LAKE_1).entered_at is None


def test_what_an_end_was_before_is_kept_for_ever(here: County) -> None:
    """Every change of an end leaves a row behind, which the application cannot take away."""
    here.leaves("Li", "1 Mar 08:10", entered="1 Mar 09:00")
    row = TermRevision.objects.get()
    assert (row.changed_at, row.ends_at, row.leave) == (moment("1 Mar 09:00"), None, None)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        TermRevision.objects.update(ends_at=moment("1 Mar 09:00"))
