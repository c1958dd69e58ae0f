"""How ten other systems lose a miss, each fed to this one: the miss stays visible, owned or unowned, in the total."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.force import stand_down
from sibulou.duty.gap import Share
from sibulou.duty.models import Event, Obligation
from sibulou.duty.problems import GapsStillOpen
from sibulou.roster.models import Appointment, Subject
from tests.kernel import COUNTY, LAKE, LAKE_1, OFFICER, County, moment

pytestmark = pytest.mark.django_db


def test_l1_with_nobody_to_assign_the_duty_is_owed_all_the_same(here: County) -> None:
    """L1: no guard was ever named for the guest; at once his reading is a gap, on the list one level up."""
    here.start("temperature")
    guest = here.person("Guest", "Wang's")
    here.reconcile("1 Mar 08:00")
    assert "Guest | temperature | since 1 Mar 08:00 not yet due | unowned" in here.gaps("1 Mar 08:00")
    assert here.books("1 Mar 08:00") == "5 pending, 1 unowned of 5"
    seat = here.seat("village_secretary", "Lake")
    assert not Appointment.objects.filter(seat__subject=guest).exists()
    owed = board.mine(
        here.users["Lake secretary"].pk, [seat.pk], area=LAKE, now=moment("1 Mar 08:00"), horizon=moment("1 Mar 08:00")
    )
    assert [(row.subject, row.unowned) for row in owed] == [(guest.pk, True)]


def test_l2_n_missed_days_are_n_misses(here: County) -> None:
    """L2: yesterday's miss does not keep today's from being made; five days without a close are five gaps."""
    here.start("close")
    for day in range(1, 6):
        here.reconcile(f"{day} Mar 20:00")
    gaps = [gap for gap in here.gaps("5 Mar 20:00") if gap.startswith("Lake |")]
    assert gaps == [f"Lake | close silent | since {day} Mar 16:00 | Lake secretary" for day in range(1, 6)]


def test_l3_overdue_stays_overdue_when_its_watch_ends(here: County) -> None:
    """L3: neither the end of a watch nor of the event completes what was not done."""
    event = here.start("watching")
    here.tell("Wang | 1 Mar 08:30 | seen far", "Wang | 1 Mar 21:00 | lifted")
    assert len(here.gaps("1 Mar 22:00")) == 2
    with pytest.raises(GapsStillOpen):
        stand_down(event=event, by=OFFICER, now=moment("1 Mar 22:00"), reason="over")
    assert Event.objects.get().ended_at is None
    assert stand_down(event=event, by=OFFICER, now=moment("1 Mar 22:00"), reason="over", waive_gaps=True) == 2
    assert here.books("2 Mar 00:00") == "2 waived of 2"


def test_l4_an_area_is_closed_when_its_last_obligation_is(here: County) -> None:
    """L4: nine doors of ten are not the village; the tenth is named until it is opened."""
    for number in range(2, 11):
        here.household(f"door {number}", LAKE_1)
    here.start("told")
    here.tell(*(f"door {number} | 1 Mar 12:00 | visit 1" for number in range(2, 11)))
    assert here.gaps("3 Mar 00:00", area=LAKE_1) == ["Wang's | told | since 3 Mar 00:00 | Head"]
    here.tell("Wang's | 3 Mar 12:00 | visit 1")
    assert here.gaps("3 Mar 13:00", area=LAKE_1) == []


def test_l5_what_nobody_owns_and_what_asks_to_be_excused_stay_in_the_total(here: County) -> None:
    """L5: an unowned group and an excuse that nobody has accepted count as what they are."""
    here.start("told")
    here.leaves("Head2", "1 Mar 00:30")
    here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00")
    assert here.books("3 Mar 00:00") == "4 overdue, 1 unowned of 4"


def test_l6_no_horizon_and_no_clipped_ratio(here: County) -> None:
    """L6: after more than a year the gap is there; more done than there is to do says that the roster is broken."""
    here.start("told")
    rows = board.gap_page(COUNTY, Moment.now(moment("3 Mar 00:00") + timedelta(days=700)))
    assert len(rows) == 4
    assert (Share(done=12, expected=10).percent, Share(done=12, expected=10).broken) == (120.0, True)


def test_l7_a_window_that_is_past_stays_on_the_owners_list(here: County) -> None:
    """L7: yesterday's reading is on the guard's list until it is answered, and met late it is late for ever."""
    here.start("temperature")
    here.reconcile("2 Mar 12:00")
    seat = here.seat("guard", "Wang")
    owed = board.seat_list([seat.pk], now=moment("2 Mar 12:00"), horizon=moment("2 Mar 12:00"))
    assert len(owed) == 3
    here.tell("Wang | 1 Mar 15:00 | reading 36.5 | received 2 Mar 12:10")
    owed = board.seat_list([seat.pk], now=moment("2 Mar 12:10"), horizon=moment("2 Mar 12:10"))
    assert len(owed) == 2
    assert here.books("2 Mar 12:10", area=LAKE_1) == "1 late, 2 overdue of 3"


def test_l8_completeness_is_computed_and_a_duty_is_ended_only_by_name(here: County) -> None:
    """L8: no click completes a day; the roster alone says what is expected, and only a named event ends a duty."""
    event = here.start("close")
    here.reconcile("1 Mar 17:00")
    assert here.books("1 Mar 17:00") == "3 overdue of 3"
    assert not {field.name for field in Obligation._meta.get_fields()} & {"status", "done", "is_done", "completed"}
    with pytest.raises(GapsStillOpen):
        stand_down(event=event, by=OFFICER, now=moment("1 Mar 17:00"), reason="switch it off")
    stand_down(event=event, by=OFFICER, now=moment("1 Mar 17:00"), reason="switch it off", waive_gaps=True)
    event.refresh_from_db()
    assert event.ended_by == OFFICER.name


def test_l9_the_roster_is_the_denominator(here: County) -> None:
    """L9: a person for whom nothing was generated is found by reconcile, and owes since he was there."""
    here.start("temperature")
    here.reconcile("3 Mar 12:00")
    here.person("Contact", "Zhao's")
    assert not [gap for gap in here.gaps("3 Mar 12:00") if gap.startswith("Contact")]
    here.reconcile("3 Mar 12:00")
    assert len([gap for gap in here.gaps("3 Mar 12:00") if gap.startswith("Contact")]) == 5


def test_l10_nothing_is_counted_without_its_expected_set(here: County) -> None:
    """L10: a source that sends nothing at all is silent, not absent from the sum."""
    here.start("tick")
    here.reconcile("1 Mar 18:00")
    assert here.books("1 Mar 18:00") == "1 overdue of 1"
    assert here.gaps("1 Mar 18:00") == ["pharmacy | tick silent | since 1 Mar 18:00 | Chemist"]


def test_a_roster_that_shrank_behind_the_kernels_back_is_reported(here: County) -> None:
    """Taken off the roster past every deed, a household owes what it owed, and is named as called for by nobody."""
    from sibulou.duty.reconcile import uncalled

    here.start("told")
    Subject.objects.filter(pk=here.subjects["Wang's"].pk).update(
        until=moment("1 Mar 12:00"), ended_by="somebody", end_reason="by hand"
    )
    assert "Wang's | told | since 3 Mar 00:00 | Head" in here.gaps("3 Mar 00:00")
    assert uncalled(now=moment("3 Mar 00:00")) == {"told": [here.owed("Wang's", "told").pk]}
