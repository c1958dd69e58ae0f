"""Watches that records put and lift: the same whatever came first, and never ended by silence."""

from __future__ import annotations

from itertools import permutations

import pytest

from sibulou.duty.models import Obligation, Watch
from sibulou.duty.watch import lift_watch, overrun
from sibulou.roster.problems import BeforeItsStart
from tests.kernel import OFFICER, County, moment, said

pytestmark = pytest.mark.django_db

PUT = "Wang | 1 Mar 08:30 | seen far | as put"
LIFT = "Wang | 2 Mar 12:00 | lifted | as lift"


def _watches() -> list[tuple[str, str]]:
    return [
        (said(one.starts_at), said(one.ended_at) if one.ended_at else "open")
        for one in Watch.objects.order_by("starts_at")
    ]


def test_whoever_is_put_under_watch_owes_readings_at_once(here: County) -> None:
    """Seen at 08:30 from far away: this morning's reading is owed, without waiting for the night."""
    here.start("watching", "guarded")
    here.tell(PUT)
    assert here.gaps("1 Mar 10:00") == ["Wang | watching | since 1 Mar 10:00 | Li"]
    assert here.owed("Wang", "guarded").due_at == moment("1 Mar 20:30")


def test_a_watch_goes_on_until_somebody_lifts_it(here: County) -> None:
    """Past its fourteen days it goes on being owed, and is counted as overrun."""
    here.start("watching")
    here.tell(PUT)
    here.reconcile("20 Mar 12:00")
    assert "Wang | watching | since 20 Mar 10:00 | Li" in here.gaps("20 Mar 12:00")
    assert overrun(moment("20 Mar 12:00")) == 1


def test_a_lift_ends_what_was_to_come_and_leaves_what_was_missed(here: County) -> None:
    """Lifted at noon of the 2nd: three readings missed stay missed, the evening's is ended by name."""
    here.start("watching")
    here.tell(PUT)
    here.reconcile("2 Mar 11:00")
    here.tell(LIFT)
    here.reconcile("3 Mar 12:00")
    assert here.gaps("3 Mar 12:00") == [
        "Wang | watching | since 1 Mar 10:00 | Li",
        "Wang | watching | since 1 Mar 20:00 | Li",
        "Wang | watching | since 2 Mar 10:00 | Li",
    ]
    assert here.sound()


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_a_watch_is_the_same_whatever_came_first(here: County, order: tuple[int, ...], at_once: bool) -> None:
    """The lift before the putting, an earlier sighting last, in one batch or in three: one watch, the same days."""
    here.start("watching", "guarded")
    lines = [PUT, LIFT, "Wang | 1 Mar 07:00 | seen far | as earlier"]
    for hour, n in enumerate(order):
        here.tell(lines[n], at="3 Mar 08:00" if at_once else f"3 Mar {8 + hour:02}:00")
    here.reconcile("3 Mar 12:00")
    assert _watches() == [("1 Mar 07:00", "2 Mar 12:00"), ("1 Mar 08:30", "2 Mar 12:00")]
    assert here.gaps("3 Mar 12:00") == [
        "Wang | guarded | since 1 Mar 19:00 | Li",
        "Wang | watching | since 1 Mar 10:00 | Li",
        "Wang | watching | since 1 Mar 20:00 | Li",
        "Wang | watching | since 2 Mar 10:00 | Li",
    ]
    assert here.sound()


def test_a_watch_put_by_mistake_ends_where_it_began(here: County) -> None:
    """He came from nearby after all: corrected, he owes nothing, and the end has a name."""
    here.start("watching")
    here.tell(PUT, "Wang | 1 Mar 08:30 | seen near | corrects put | received 1 Mar 12:00")
    assert here.gaps("1 Mar 12:00") == []
    assert _watches() == [("1 Mar 08:30", "1 Mar 08:30")]
    waiver = Obligation.objects.filter(subject=here.subjects["Wang"]).first()
    assert waiver is not None
    assert waiver.waiver is not None


def test_a_lift_taken_back_leaves_the_person_watched(here: County) -> None:
    """Lifted by mistake and withdrawn: what the lift had ended is owed again, and so is what follows."""
    here.start("watching")
    here.tell(PUT)
    here.reconcile("2 Mar 11:00")
    here.tell(LIFT)
    assert [gap for gap in here.gaps("2 Mar 20:00") if "2 Mar 20:00" in gap] == []
    here.tell("Wang | 2 Mar 12:00 | lifted | withdraws lift | received 2 Mar 19:00")
    here.reconcile("3 Mar 10:00")
    assert "Wang | watching | since 2 Mar 20:00 | Li" in here.gaps("3 Mar 10:00")
    assert "Wang | watching | since 3 Mar 10:00 | Li" in here.gaps("3 Mar 10:00")
    assert _watches() == [("1 Mar 08:30", "open")]
    assert here.sound()


def test_the_board_remembers_that_the_lift_was_believed(here: County) -> None:
    """Between the lift and its withdrawal the evening reading counted as ended, and is shown so for that time."""
    here.start("watching")
    here.tell(PUT)
    here.reconcile("2 Mar 11:00")
    here.tell(LIFT, "Wang | 2 Mar 12:00 | lifted | withdraws lift | received 2 Mar 21:00")
    assert here.books("2 Mar 20:30", known="2 Mar 20:30") == "1 waived, 3 overdue of 4"
    assert here.books("2 Mar 21:30", known="2 Mar 22:00") == "4 overdue of 4"


def test_a_watch_put_by_hand_is_lifted_by_hand_not_before_it_began(here: County) -> None:
    """A person may do both directly; the end may not lie before the beginning."""
    here.start("watching")
    here.watch("Wang", "1 Mar 08:00")
    here.reconcile("1 Mar 08:00")
    with pytest.raises(BeforeItsStart):
        lift_watch(subject=here.subjects["Wang"], klass="home", at=moment("1 Mar 07:00"), reason="x", by=OFFICER,
                   now=moment("1 Mar 12:00"))  # fmt: skip
    lift_watch(subject=here.subjects["Wang"], klass="home", at=moment("1 Mar 12:00"), reason="x", by=OFFICER,
               now=moment("1 Mar 12:00"))  # fmt: skip
    assert here.gaps("2 Mar 12:00") == ["Wang | watching | since 1 Mar 10:00 | Li"]
    assert here.sound()


def test_two_watches_that_overlap_are_one_span(here: County) -> None:
    """Put twice, he owes each reading once, until the last watch is lifted."""
    here.start("watching")
    here.tell(PUT, "Wang | 1 Mar 12:00 | seen far")
    here.reconcile("2 Mar 09:00")
    assert [gap for gap in here.gaps("1 Mar 20:00") if "Wang" in gap] == [
        "Wang | watching | since 1 Mar 10:00 | Li",
        "Wang | watching | since 1 Mar 20:00 | Li",
    ]
