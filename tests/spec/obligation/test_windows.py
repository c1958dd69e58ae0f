"""When a duty is owed: the windows of each cadence, and who owes them."""

from __future__ import annotations

import pytest

from tests.kernel import LAKE_1, County, everything_owed, moment, plan, said, spec

pytestmark = pytest.mark.django_db


def test_a_missing_evening_reading_is_a_gap_of_the_guard() -> None:
    """The guard has until two hours after the slot opens; then it is his gap, not yet the village's."""
    spec(
        "temperature",
        records="Wang | 1 Mar 08:10 | reading 36.5",
        now="1 Mar 20:30",
        gaps="Wang | temperature | since 1 Mar 20:00 | Li",
        books="1 met, 1 overdue of 2",
    )


def test_nothing_is_missed_before_it_is_due() -> None:
    """One minute before the due moment an obligation is pending; at the due moment it is a gap."""
    spec("temperature", now="1 Mar 09:59", books="1 pending of 1")
    spec("temperature", now="1 Mar 10:00", gaps="Wang | temperature | since 1 Mar 10:00 | Li")


def test_a_record_meets_the_window_in_which_it_happened() -> None:
    """A reading at 18:00 sharp belongs to the evening, one a minute earlier to the morning."""
    spec(
        "temperature",
        records="Wang | 1 Mar 17:59 | reading 36.5",
        now="1 Mar 20:00",
        gaps="Wang | temperature | since 1 Mar 20:00 | Li",
        books="1 late, 1 overdue of 2",
    )
    spec(
        "temperature",
        records="Wang | 1 Mar 18:00 | reading 36.5",
        now="1 Mar 20:00",
        gaps="Wang | temperature | since 1 Mar 10:00 | Li",
        books="1 met, 1 overdue of 2",
    )


def test_a_record_before_the_first_window_meets_nothing() -> None:
    """At seven no slot is open yet: the reading is kept, and the morning one is still owed."""
    spec(
        "temperature",
        records="Wang | 1 Mar 07:00 | reading 36.5",
        now="1 Mar 10:00",
        gaps="Wang | temperature | since 1 Mar 10:00 | Li",
    )


def test_a_round_of_three_days_is_owed_once_in_three_days() -> None:
    """The check of 2 March meets the round of 1 to 4 March; the next round is missed on its own."""
    spec(
        "check",
        records="Wang's | 2 Mar 09:00 | visit 1",
        now="7 Mar 00:00",
        gaps="Wang's | check | since 7 Mar 00:00 | Head",
        books="1 met, 1 overdue, 1 pending of 3",
    )


def test_once_is_owed_once_and_for_ever() -> None:
    """A duty owed once has no end: a visit after a year meets it late, and until then it is missed."""
    spec("told", now="3 Mar 00:00", gaps="Wang's | told | since 3 Mar 00:00 | Head")
    spec("told", records="Wang's | 30 Nov 00:00 | visit 1", now="30 Nov 12:00", books="1 late of 1")


def test_an_event_at_two_in_the_afternoon_owes_its_first_round_at_once(here: County) -> None:
    """The start key pressed within a day opens the first round at that moment, with its clocks on the grid."""
    here.start("check", at="1 Mar 14:00")
    owed = here.owed("Wang's", "check")
    assert (said(owed.opened_at), said(owed.due_at)) == ("1 Mar 14:00", "4 Mar 00:00")


def test_whoever_comes_after_the_warning_owes_the_next_window(here: County) -> None:
    """A person entered at 09:30 was not there when the guard was warned at 09:00: the evening is the first owed."""
    here.start("temperature")
    here.person("Guest", "Wang's", since=moment("1 Mar 09:30"))
    here.appoint("Li's cousin", "guard", "Guest")
    here.reconcile("1 Mar 21:00")
    assert [gap for gap in here.gaps("1 Mar 21:00") if "Guest" in gap] == [
        "Guest | temperature | since 1 Mar 20:00 | Li's cousin"
    ]


def test_whoever_is_there_at_the_warning_owes_the_window(here: County) -> None:
    """A person entered at 09:00 sharp owes the morning reading."""
    here.start("temperature")
    here.person("Guest", "Wang's", since=moment("1 Mar 09:00"))
    here.reconcile("1 Mar 10:00")
    assert "Guest | temperature | since 1 Mar 10:00 | unowned" in here.gaps("1 Mar 10:00")


def test_windows_are_opened_a_day_ahead_and_count_from_their_opening(here: County) -> None:
    """A phone without signal holds tomorrow's duties, and no board counts them before they open."""
    here.start("temperature", at="1 Mar 12:00")
    assert {said(one.opened_at) for one in everything_owed()} == {"1 Mar 18:00", "2 Mar 08:00"}
    assert here.books("1 Mar 12:30") == " of 0"


def test_days_after_a_watch_are_counted_from_its_end(here: County) -> None:
    """After a watch the doctor owes a visit on the first and the third day, counted by the calendar."""
    here.start("after_watch", "watching")
    here.tell("Wang | 1 Mar 08:30 | seen far", "Wang | 1 Mar 20:00 | lifted")
    here.reconcile("4 Mar 21:00")
    assert [gap for gap in here.gaps("4 Mar 21:00") if "after_watch" in gap] == [
        "Wang | after_watch | since 2 Mar 20:00 | Doctor",
        "Wang | after_watch | since 4 Mar 20:00 | Doctor",
    ]


def test_reconcile_run_again_changes_nothing(here: County) -> None:
    """Run twice at the same moment, or after a day in one step or in many, it leaves the same obligations."""
    here.start("temperature", "check", "told", "close", "tick")
    for hour in range(0, 24, 5):
        here.reconcile(f"2 Mar {hour:02}:00")
    stepwise = here.snapshot()
    assert here.reconcile("2 Mar 20:00") == 0
    assert here.snapshot() == stepwise
    assert here.sound()


def test_a_subject_found_without_its_obligations_gets_them_back_dated(here: County) -> None:
    """A household entered on 5 March as there since January owes what it has owed since the start."""
    here.start("check")
    here.reconcile("5 Mar 00:00")
    here.household("late entry", LAKE_1)
    here.reconcile("5 Mar 00:00")
    assert "late entry | check | since 4 Mar 00:00 | Head" in here.gaps("5 Mar 00:00")


def test_a_record_that_came_before_the_obligation_was_opened_meets_it(here: County) -> None:
    """The roster, not the run of reconcile, says what was owed: a reading told in time counts for it."""
    here.start("temperature")
    here.person("Guest", "Wang's")
    here.tell("Guest | 1 Mar 08:10 | reading 36.5")
    here.reconcile("1 Mar 12:00")
    assert here.owed("Guest", "temperature", "1 Mar 08:00").met_at == moment("1 Mar 08:10")


def test_a_household_without_members_still_owes_its_visit(here: County) -> None:
    """Whoever lists an empty house lists a door: it is knocked on like every other."""
    here.household("empty house", LAKE_1)
    here.start("told")
    assert "empty house | told | since 3 Mar 00:00 | Head" in here.gaps("3 Mar 00:00")


def test_a_plan_is_any_yaml_that_names_a_duty(here: County) -> None:
    """Nothing of one disease stands in the code: a duty made up here is owed, due and missed."""
    here.start(
        text=plan(
            also={
                "wells": """
    scope: areas.groups
    owner: group_head
    cadence: {every: {days: 2, opens: "06:00"}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 3 hours}
    closers: [{form: day_close}]
    ladder: village"""
            }
        )
    )
    here.reconcile("1 Mar 09:00")
    assert "Lake 1 | wells | since 1 Mar 08:00 | Head" in here.gaps("1 Mar 09:00")
