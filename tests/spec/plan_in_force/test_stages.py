"""The start key, the levels, stricter townships, the stand-down: what is owed through every change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.force import activate, change_level, load, set_strictness, stand_down
from sibulou.duty.models import Event, Obligation, PlanVersion, Strictness
from sibulou.duty.problems import (
    AlreadyRunning,
    GapsStillOpen,
    Laxer,
    NotRunning,
    OutsideTheEvent,
    UnknownDuty,
    UnknownLevel,
    VersionChanged,
)
from sibulou.roster.models import Area
from sibulou.roster.problems import BeforeItsStart
from tests.kernel import OFFICER, County, moment, plan, said

pytestmark = pytest.mark.django_db

THREE_SLOTS: dict[str, object] = {
    "cadence": {
        "daily": [
            {"slot": "morning", "opens": "07:00", "warn": "08:00", "due": "09:00", "tell": "10:00"},
            {"slot": "noon", "opens": "12:00", "warn": "13:00", "due": "14:00", "tell": "15:00"},
            {"slot": "evening", "opens": "18:00", "warn": "19:00", "due": "20:00", "tell": "21:00"},
        ]
    }
}
EVERY_TWO: dict[str, object] = {
    "cadence": {"every": {"days": 2}},
    "clocks": {"warn": "1 day", "due": "2 days", "tell": "3 days"},
}


def _level(here: County, level: str, at: str) -> None:
    assert here.event is not None
    change_level(event=here.event, level=level, by=OFFICER, now=moment(at))
    here.reconcile(at)


def _stricter(here: County, area: str, duty: str, timing: dict[str, object], at: str) -> None:
    assert here.event is not None
    set_strictness(event=here.event, area=here.areas[area], duty_key=duty, timing=timing, by=OFFICER, now=moment(at))
    here.reconcile(at)


def _openings(here: County, subject: str, duty: str) -> list[str]:
    rows = Obligation.objects.filter(subject=here.subjects[subject], duty__key=duty).order_by("opened_at")
    return [said(row.opened_at) for row in rows]


def test_a_change_of_level_does_not_begin_every_round_again(here: County) -> None:
    """A duty that both levels ask for in the same way goes on counting from where it began."""
    here.start("check", "told")
    _level(here, "II", "2 Mar 14:00")
    here.reconcile("4 Mar 01:00")
    assert _openings(here, "Wang's", "check") == ["1 Mar 00:00", "4 Mar 00:00"]
    assert _openings(here, "Wang's", "told") == ["1 Mar 00:00"]
    assert here.sound()


def test_a_level_that_asks_less_often_begins_its_own_round(here: County) -> None:
    """From level II to III in the middle of a round: the round begun is finished, and the weekly one begins."""
    here.start("check")
    _level(here, "III", "2 Mar 14:00")
    here.reconcile("12 Mar 00:00")
    assert _openings(here, "Wang's", "check") == ["1 Mar 00:00", "2 Mar 14:00", "9 Mar 00:00"]
    assert "Wang's | check | since 4 Mar 00:00 | Head" in here.gaps("12 Mar 00:00")


def test_a_duty_not_in_force_at_the_new_level_is_owed_no_further(here: County) -> None:
    """What was opened ahead is taken back; what had begun is still owed."""
    here.start("check")
    here.reconcile("3 Mar 12:00")
    assert _openings(here, "Wang's", "check") == ["1 Mar 00:00", "4 Mar 00:00"]
    _level(here, "IV", "3 Mar 12:00")
    assert _openings(here, "Wang's", "check") == ["1 Mar 00:00"]
    here.reconcile("9 Mar 00:00")
    assert "Wang's | check | since 4 Mar 00:00 | Head" in here.gaps("9 Mar 00:00")
    assert here.books("9 Mar 00:00") == "4 overdue of 4"
    assert here.sound()


def test_a_windows_opened_ahead_takes_the_new_levels_clocks(here: County) -> None:
    """Tomorrow's round was opened ahead under the old level: it follows the level in force when it begins."""
    here.start("check")
    here.reconcile("3 Mar 12:00")
    _level(here, "II", "3 Mar 13:00")
    stage = Obligation.objects.get(subject=here.subjects["Wang's"], opened_at=moment("4 Mar 00:00")).stage
    assert stage.level == "II"


def test_a_stricter_township_owes_more_and_nobody_else_owes_anew(here: County) -> None:
    """Three slots in the North from noon on; in the South the two slots run on, and nothing is owed twice."""
    here.start("temperature")
    _stricter(here, "North", "temperature", THREE_SLOTS, "1 Mar 11:00")
    here.reconcile("2 Mar 13:30")
    assert _openings(here, "Wang", "temperature")[:5] == [
        "1 Mar 08:00", "1 Mar 12:00", "1 Mar 18:00", "2 Mar 07:00", "2 Mar 12:00",
    ]  # fmt: skip
    assert _openings(here, "Qian", "temperature")[:4] == ["1 Mar 08:00", "1 Mar 18:00", "2 Mar 08:00", "2 Mar 18:00"]
    assert here.sound()


def test_a_stricter_round_in_one_township_leaves_the_others_rounds_alone(here: County) -> None:
    """The North goes to every two days on the 2nd; the South's three days run through."""
    here.start("check", "told")
    _stricter(here, "North", "check", EVERY_TWO, "2 Mar 10:00")
    here.reconcile("8 Mar 00:00")
    assert _openings(here, "Qian's", "check") == ["1 Mar 00:00", "4 Mar 00:00", "7 Mar 00:00"]
    assert _openings(here, "Wang's", "check") == [
        "1 Mar 00:00", "2 Mar 10:00", "4 Mar 00:00", "6 Mar 00:00", "8 Mar 00:00",
    ]  # fmt: skip


def test_a_shorter_clock_in_one_township_does_not_ask_twice_what_is_asked_once(here: County) -> None:
    """A notice once delivered, or once owed, is not owed anew because the township shortened the time for it."""
    here.start("told")
    sooner = {"cadence": {"once": {}}, "clocks": {"warn": "12 hours", "due": "24 hours", "tell": "36 hours"}}
    _stricter(here, "North", "told", sooner, "2 Mar 00:00")
    here.household("new", here.areas["Lake 1"].pk, since=moment("3 Mar 00:00"))
    here.reconcile("3 Mar 00:00")
    assert _openings(here, "Wang's", "told") == ["1 Mar 00:00"]
    assert here.owed("new", "told").due_at == moment("4 Mar 00:00")


def test_a_village_may_be_stricter_than_its_township(here: County) -> None:
    """The nearest setting upward holds, and the township's own no longer where the village has one."""
    here.start("check")
    _stricter(here, "North", "check", EVERY_TWO, "2 Mar 00:00")
    daily = {"cadence": {"every": {"days": 1}}, "clocks": {"warn": "12 hours", "due": "1 day", "tell": "2 days"}}
    _stricter(here, "Lake", "check", daily, "2 Mar 00:00")
    here.reconcile("4 Mar 00:00")
    assert _openings(here, "Wang's", "check")[:3] == ["1 Mar 00:00", "2 Mar 00:00", "3 Mar 00:00"]
    assert _openings(here, "Sun's", "check")[:3] == ["1 Mar 00:00", "2 Mar 00:00", "4 Mar 00:00"]


@pytest.mark.parametrize(
    ("area", "duty", "timing", "problem"),
    [
        ("North", "check", {"cadence": {"every": {"days": 7}}, "clocks": EVERY_TWO["clocks"]}, Laxer),
        ("Lake", "check", {"cadence": {"every": {"days": 3}}, "clocks": EVERY_TWO["clocks"]}, Laxer),
        ("North", "check", {"cadence": {"once": {}}, "clocks": EVERY_TWO["clocks"]}, Laxer),
        ("North", "nonsense", EVERY_TWO, UnknownDuty),
        ("prefecture", "check", EVERY_TWO, OutsideTheEvent),
    ],
)
def test_a_township_is_never_laxer(
    here: County, area: str, duty: str, timing: dict[str, object], problem: type[Exception]
) -> None:
    """Neither than the county nor than the township around it, nor outside the event."""
    here.start("check")
    if area == "Lake":
        _stricter(here, "North", "check", EVERY_TWO, "1 Mar 10:00")
    before = Strictness.objects.count()
    assert here.event is not None
    with pytest.raises(problem):
        set_strictness(
            event=here.event, area=here.areas[area], duty_key=duty, timing=timing, by=OFFICER, now=moment("1 Mar 12:00")
        )
    assert Strictness.objects.count() == before


def test_a_township_is_not_laxer_when_the_county_becomes_stricter(here: County) -> None:
    """Every three days under a level of seven; when the level asks for two, the township's three no longer hold."""
    body = """
    scope: households
    owner: group_head
    cadence: {every: {days: 2}}
    clocks: {warn: 1 day, due: 2 days, tell: 3 days}
    at_levels:
      I: true
      II: {cadence: {every: {days: 7}}, clocks: {warn: 6 days, due: 7 days, tell: 8 days}}
    closers: [{form: visit}]
    ladder: village"""
    here.start(text=plan(also={"round": body}), level="II")
    three = {"cadence": {"every": {"days": 3}}, "clocks": {"warn": "2 days", "due": "3 days", "tell": "4 days"}}
    _stricter(here, "North", "round", three, "1 Mar 00:00")
    _level(here, "I", "4 Mar 00:00")
    here.reconcile("8 Mar 00:00")
    assert _openings(here, "Wang's", "round") == ["1 Mar 00:00", "4 Mar 00:00", "6 Mar 00:00", "8 Mar 00:00"]


def test_the_start_key_is_pressed_once(here: County) -> None:
    """A second press says since when the first one holds; so does a level that the plan does not have."""
    here.start("check")
    version = PlanVersion.objects.get()
    words = {"title": "t", "notice": "n", "legal_basis": "l"}
    with pytest.raises(AlreadyRunning):
        activate(area=here.areas["county"], version=version, level="I", by=OFFICER, now=moment("2 Mar 00:00"), **words)
    with pytest.raises(UnknownLevel):
        activate(area=here.areas["North"], version=version, level="X", by=OFFICER, now=moment("2 Mar 00:00"), **words)


def test_a_version_of_a_plan_is_never_changed(here: County) -> None:
    """Another text under the same number is refused; the same text is the same version."""
    here.start("check")
    with pytest.raises(VersionChanged):
        load(plan("check", "told"), file="x", by=OFFICER, now=moment("2 Mar 00:00"))
    assert load(plan("check"), file="x", by=OFFICER, now=moment("2 Mar 00:00")) == PlanVersion.objects.get()


def test_a_level_is_not_changed_before_the_last_change(here: County) -> None:
    """Stages follow each other."""
    here.start("check")
    _level(here, "II", "2 Mar 00:00")
    assert here.event is not None
    with pytest.raises(BeforeItsStart):
        change_level(event=here.event, level="III", by=OFFICER, now=moment("1 Mar 12:00"))


def test_a_stand_down_over_open_gaps_is_refused(here: County) -> None:
    """First the gaps are closed, or waived by the name of whoever ends it; until then the event runs."""
    event = here.start("temperature")
    with pytest.raises(GapsStillOpen) as problem:
        stand_down(event=event, by=OFFICER, now=moment("1 Mar 10:00"), reason="over")
    assert problem.value.facts["count"] == 4
    assert Event.objects.get().ended_at is None
    assert here.books("1 Mar 10:00") == "4 overdue of 4"


def test_a_waiver_that_has_lapsed_is_a_gap_at_the_stand_down_too(here: County) -> None:
    """What was lifted until yesterday is open today, and cannot be left behind without a name."""
    event = here.start("told")
    here.tell("Zhao's | 1 Mar 01:00 | visit 1", "Sun's | 1 Mar 01:00 | visit 1", "Qian's | 1 Mar 01:00 | visit 1")
    waiver = here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00", until="4 Mar 00:00")
    here.grant(waiver, by="Lake secretary", at="1 Mar 13:00")
    with pytest.raises(GapsStillOpen):
        stand_down(event=event, by=OFFICER, now=moment("5 Mar 00:00"), reason="over")


def test_a_stand_down_ends_by_name_what_is_open_and_leaves_nothing_to_come_back(here: County) -> None:
    """A waiver that would lapse later ends with the rest: after the event nothing turns into a gap again."""
    event = here.start("told")
    waiver = here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00", until="4 Mar 00:00")
    here.grant(waiver, by="Lake secretary", at="1 Mar 13:00")
    assert stand_down(event=event, by=OFFICER, now=moment("2 Mar 00:00"), reason="over") == 4
    assert here.gaps("9 Mar 00:00") == []
    assert here.books("9 Mar 00:00") == "4 waived of 4"
    assert here.books("1 Mar 20:00", known="9 Mar 00:00") == "1 waived, 3 pending of 4"


def test_a_stand_down_is_done_once(here: County) -> None:
    """The second is told when and by whom it was done."""
    event = here.start("check")
    stand_down(event=event, by=OFFICER, now=moment("2 Mar 00:00"), reason="over")
    with pytest.raises(NotRunning):
        stand_down(event=event, by=OFFICER, now=moment("2 Mar 01:00"), reason="over")
    event.refresh_from_db()
    with pytest.raises(NotRunning):
        change_level(event=event, level="II", by=OFFICER, now=moment("2 Mar 02:00"))


def test_a_second_start_owes_what_the_first_had_opened_ahead(here: County) -> None:
    """Stood down at ten and started again at eleven: tomorrow's reading is owed, not ended by the stand-down."""
    event = here.start("temperature")
    stand_down(event=event, by=OFFICER, now=moment("1 Mar 10:00"), reason="over", waive_gaps=True)
    here.start("temperature", at="1 Mar 11:00")
    here.reconcile("2 Mar 10:00")
    assert "Wang | temperature | since 2 Mar 10:00 | Li" in here.gaps("2 Mar 10:00")


def test_a_county_with_a_recoded_or_moved_area_keeps_what_it_owes(here: County) -> None:
    """What is owed lies where it was opened: a household that moves takes its next round along, not its past one."""
    here.start("check")
    subject = here.subjects["Wang's"]
    type(subject).objects.filter(pk=subject.pk).update(area=Area.objects.get(name="Ford 1"))
    here.reconcile("4 Mar 00:00")
    rows = Obligation.objects.filter(subject=subject).order_by("opened_at")
    assert [row.area_id for row in rows] == [here.areas["Lake 1"].pk, here.areas["Ford 1"].pk]
    assert rows[0].due_at + timedelta(0) == moment("4 Mar 00:00")
