"""Somebody moves: what is not due yet follows him to whoever answers there; what was due stays where it was due."""

from __future__ import annotations

import pytest

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.force import activate, load, set_strictness
from sibulou.duty.models import Obligation, Record, Watch
from sibulou.roster.access import acting, reach_of
from sibulou.roster.appointments import close_account
from sibulou.roster.groups import add_group
from sibulou.roster.households import move_household, move_person
from sibulou.roster.merging import merge_area
from sibulou.roster.models import Appointment, Area, Household, Person, Seat, Subject
from sibulou.roster.role import ROLES
from tests.kernel import AREAS, HILL, LAKE, OFFICER, SOUTH, County, moment, plan, run_sql

pytestmark = pytest.mark.django_db


def move(here: County, name: str, to: str, at: str) -> None:
    """A person moves into a household."""
    here.now = moment(at)
    move_person(
        person=Person.objects.select_related("subject").get(pk=here.subjects[name].pk),
        to=Household.objects.select_related("subject__area").get(pk=here.subjects[to].pk),
        by=OFFICER, now=here.now,
    )  # fmt: skip


def places(here: County, name: str, duty: str) -> list[tuple[str, str, int]]:
    """Where each obligation of somebody under a duty stands: opened, the seat's role, the area."""
    rows = Obligation.objects.filter(subject=here.subjects[name], duty__key=duty).select_related("seat")
    return [(f"{row.opened_at:%d %H}", row.seat.role, row.area_id) for row in rows.order_by("opened_at")]


def test_what_is_not_due_follows_and_what_was_due_stays(here: County):
    """Wang missed the morning at the Lake; he moves to the Ford at noon, and the evening is the Ford's."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    assert here.gaps("1 Mar 12:30", area=LAKE) == [
        "Wang | temperature | since 1 Mar 10:00 | Li",
        "Zhao | temperature | since 1 Mar 10:00 | Chen",
    ]
    at_ford = [row for row in here.gaps("1 Mar 20:30", area=AREAS["Ford"]) if row.startswith("Wang")]
    assert at_ford == ["Wang | temperature | since 1 Mar 20:00 | unowned"]
    assert here.sound()


def test_the_books_balance_on_both_sides_of_a_move(here: County):
    """What left one village's books stands in the other's, and the county's total is what it was."""
    here.start("temperature", "told")
    here.reconcile("1 Mar 12:00")
    before = here.books("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    assert here.books("1 Mar 12:00") == before
    counted = [here.books("2 Mar 12:00", area=AREAS[name]) for name in ("Lake", "Hill", "Ford")]
    total = sum(int(one.rsplit(" ", 1)[1]) for one in counted)
    assert total == int(here.books("2 Mar 12:00").rsplit(" ", 1)[1])
    assert here.sound()


def test_within_a_village_the_guard_goes_along(here: County):
    """From one group to the next the same guard answers; the group's own duties are the new head's."""
    here.start("temperature", "told")
    here.reconcile("1 Mar 12:00")
    here.now = moment("1 Mar 12:00")
    home = Household.objects.select_related("subject__area").get(pk=here.subjects["Wang's"].pk)
    move_household(household=home, to=here.areas["Lake 2"], by=OFFICER, now=here.now)
    assert here.gaps("1 Mar 20:30", area=AREAS["Lake 1"]) == ["Wang | temperature | since 1 Mar 10:00 | Li"]
    assert "Wang | temperature | since 1 Mar 20:00 | Li" in here.gaps("1 Mar 20:30", area=AREAS["Lake 2"])
    assert "Wang's | told | since 3 Mar 00:00 | Head2" in here.gaps("3 Mar 01:00", area=AREAS["Lake 2"])
    assert Seat.objects.filter(role="guard", subject=here.subjects["Wang"]).count() == 1
    assert here.sound()


def test_a_person_moves_within_the_village_and_nobody_elses_guard_does(here: County):
    """Wang moves in with Zhao: Li goes along, Chen sits where he sat."""
    here.start("temperature")
    here.person("Wu", "Wang's")
    here.appoint("Bai", "guard", "Wu")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Zhao's", "1 Mar 12:00")
    where = dict(Seat.objects.filter(role="guard").values_list("subject__label", "area_id"))
    assert where == {"Wang": AREAS["Lake 2"], "Zhao": AREAS["Lake 2"], "Wu": AREAS["Lake 1"], "Sun": AREAS["Hill 1"],
                     "Qian": AREAS["Ford 1"]}  # fmt: skip
    assert "Wang | temperature | since 1 Mar 20:00 | Li" in here.gaps("1 Mar 20:30", area=AREAS["Lake 2"])
    assert not Seat.objects.exclude(closed_at=None).exists()


def test_what_comes_due_in_the_minute_of_the_move_stays(here: County):
    """At ten sharp the morning is due: it is Li's, though Wang moves in the same minute."""
    here.start("temperature")
    here.reconcile("1 Mar 09:00")
    move(here, "Wang", "Qian's", "1 Mar 10:00")
    assert here.gaps("1 Mar 10:30", area=AREAS["Lake 1"]) == ["Wang | temperature | since 1 Mar 10:00 | Li"]


def test_a_waiver_that_lapses_follows_and_one_for_good_stays(here: County):
    """Waived until six in the evening it is owed at the Ford; waived for good it is the Lake's, as it was granted."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    for opened, until in (("1 Mar 18:00", "1 Mar 19:30"), ("2 Mar 08:00", "")):
        asked = here.ask(here.owed("Wang", "temperature", opened), by="Li", at="1 Mar 11:00", until=until)
        here.grant(asked, by="Officer", at="1 Mar 11:30")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    assert here.owed("Wang", "temperature", "1 Mar 18:00").area_id == AREAS["Ford 1"]
    assert here.owed("Wang", "temperature", "2 Mar 08:00").area_id == AREAS["Lake 1"]


def test_a_record_told_before_the_move_meets_what_followed(here: County):
    """The window is the person's, wherever it stands: a late batch closes it in its new place."""
    here.start("temperature")
    here.reconcile("1 Mar 18:30")
    move(here, "Wang", "Qian's", "1 Mar 19:00")
    here.tell("Wang | 1 Mar 18:10 | reading 36.5 | received 1 Mar 23:00")
    assert [row for row in here.gaps("1 Mar 23:30") if row.startswith("Wang")] == [
        "Wang | temperature | since 1 Mar 10:00 | Li"
    ]
    assert here.sound()


def test_a_move_takes_along_the_watch_and_the_request(here: County):
    """Who may see people there sees the watch; a request about what followed is answered there."""
    here.start("watching", "guarded", "temperature")
    here.watch("Wang", "1 Mar 06:00")
    here.reconcile("1 Mar 12:00")
    asked = here.ask(here.owed("Wang", "temperature", "1 Mar 18:00"), by="Li", at="1 Mar 11:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    asked.refresh_from_db()
    ford = AREAS["Ford 1"]
    assert asked.area_id == ford and Watch.objects.get().area_id == ford
    assert {area for opened, _, area in places(here, "Wang", "watching") if opened > "01 09"} == {ford}
    assert here.sound()


def test_what_ended_or_was_met_stays_where_it_was(here: County):
    """A reading told this morning is the Lake's; nothing that is closed changes its area."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5")
    move(here, "Wang", "Qian's", "1 Mar 09:00")
    stands = places(here, "Wang", "temperature")
    assert stands[0][2] == AREAS["Lake 1"] and {area for _, _, area in stands[1:]} == {AREAS["Ford 1"]}
    assert here.sound()


def test_another_timing_there_asks_nothing_of_the_time_before(here: County):
    """The South asks daily what the North asks every third day: who moves there owes it from then on, not backwards."""
    here.start("check")
    assert here.event is not None
    set_strictness(
        event=here.event, area=here.areas["South"], duty_key="check", by=OFFICER, now=moment("1 Mar 01:00"),
        timing={"cadence": {"every": {"days": 1}}, "clocks": {"warn": "12 hours", "due": "20 hours", "tell": "1 day"}},
    )  # fmt: skip
    here.reconcile("5 Mar 12:00")
    here.now = moment("5 Mar 12:00")
    home = Household.objects.select_related("subject__area").get(pk=here.subjects["Wang's"].pk)
    move_household(household=home, to=here.areas["Ford 1"], by=OFFICER, now=here.now)
    missed = [row for row in here.gaps("5 Mar 12:30") if row.startswith("Wang's")]
    assert missed == ["Wang's | check | since 4 Mar 00:00 | Head"]
    assert here.sound()
    here.reconcile("6 Mar 21:00")
    there = [row for row in here.gaps("6 Mar 21:00", area=SOUTH) if row.startswith("Wang's")]
    assert there == ["Wang's | check | since 6 Mar 20:00 | Head4"]
    assert here.sound()


def test_out_of_the_event_what_is_not_due_ends_by_name(here: County):
    """Only the North has pressed the start key: in the South nothing is owed, and who moved him stands for that."""
    here.now = moment("1 Mar 00:00")
    version = load(plan("temperature"), file="small.yaml", by=OFFICER, now=here.now)
    here.event = activate(
        area=here.areas["North"], version=version, level="I", title="an event", notice="No 1", legal_basis="the law",
        by=OFFICER, now=here.now,
    )  # fmt: skip
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    evening = here.owed("Wang", "temperature", "1 Mar 18:00")
    assert evening.waiver is not None
    assert (evening.waiver.kind, evening.waiver.reason, evening.waiver.granted_by) == ("end", "moved", OFFICER.name)
    gaps = [row for row in here.gaps("1 Mar 20:30") if row.startswith("Wang")]
    assert gaps == ["Wang | temperature | since 1 Mar 10:00 | Li"]
    assert here.sound()


def test_the_old_guards_term_ends_by_name_and_what_came_due_stays_his(here: County):
    """Moved at noon: Li's term ends then, by whoever moved Wang; for the morning he missed he answers on by name."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    noon = moment("1 Mar 12:00")
    term, on = Appointment.objects.filter(user=here.users["Li"]).select_related("seat").order_by("pk")
    assert (term.ends_at, term.ended_by, term.until_entered_at) == (noon, OFFICER.name, noon)
    assert (on.starts_at, on.ends_at, on.made_by, on.seat_id) == (noon, None, OFFICER.name, term.seat_id)
    assert (term.seat.closed_at, term.seat.closed_by) == (noon, OFFICER.name)
    assert "Wang | temperature | since 1 Mar 10:00 | Li" in here.gaps("2 Mar 12:00", area=LAKE)
    assert run_sql("SELECT count(*) FROM audit_line WHERE kind = 'appointment.end' AND facts LIKE '%moved%'") == [(1,)]
    assert here.sound()


def test_a_guard_who_owes_nothing_is_free_at_once(here: County):
    """The morning was told: nothing of Li's is open, and he has no seat on Wang any more."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    assert not Appointment.objects.filter(user=here.users["Li"], ends_at=None).exists()
    assert reach_of(here.users["Li"], now=moment("1 Mar 12:00")).seats == ()


def test_who_answers_on_knows_of_whom_and_nothing_told_since(here: County):
    """Li sees Wang's name as long as the morning is open; the new household, and what is told there, he does not."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    reach = reach_of(here.users["Li"], now=moment("1 Mar 12:30"))
    assert (reach.subjects, reach.left) == ((), (here.subjects["Wang"].pk,))
    here.tell("Wang | 1 Mar 18:10 | reading 36.5")
    with acting(reach):
        assert [row.label for row in Subject.objects.filter(kind__in=("person", "household"))] == ["Wang"]
        assert not Record.objects.exists()
        assert [row.opened_at for row in Obligation.objects.all()] == [moment("1 Mar 08:00")]
    here.tell("Wang | 1 Mar 08:20 | reading 36.5 | received 1 Mar 19:00")
    after = reach_of(here.users["Li"], now=moment("1 Mar 19:30"))
    assert (after.seats, after.left) == ((), ())


def test_who_answered_on_and_leaves_turns_what_came_due_unowned(here: County):
    """His account is closed: nobody answers for the morning, and it is on the list of the old village's secretary."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    close_account(user=here.users["Li"], by=OFFICER, now=moment("1 Mar 14:00"))
    assert "Wang | temperature | since 1 Mar 10:00 | unowned" in here.gaps("1 Mar 14:30", area=LAKE)
    seat = here.owed("Wang", "temperature", "1 Mar 08:00").seat_id
    heir = Seat.objects.get(pk=board.heirs([seat], at=moment("1 Mar 14:30"))[seat])
    assert (heir.role, heir.area_id) == (ROLES["guard"].superior, LAKE)


def test_a_term_to_come_is_called_off_and_a_deputy_answers_on(here: County):
    """Whoever was to follow Li never begins; his deputy stays his deputy for what came due, and Li's leave counts."""
    here.start("temperature")
    here.appoint("Chen", "guard", "Wang", deputy=True)
    here.away("Li", "1 Mar 05:00")
    here.reconcile("1 Mar 12:00")
    to_come = here.appoint("Bai", "guard", "Wang", since="5 Mar 00:00", deputy=True)
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    to_come.refresh_from_db()
    assert to_come.ends_at == to_come.starts_at
    assert "Wang | temperature | since 1 Mar 10:00 | Chen" in here.gaps("6 Mar 12:00", area=LAKE)


def test_moving_back_asks_for_an_appointment_anew(here: County):
    """His term was ended by name: he does not become the guard again by silence, and answers for the morning only."""
    here.start("temperature")
    here.reconcile("1 Mar 12:00")
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    move(here, "Wang", "Zhao's", "1 Mar 13:00")
    assert "Wang | temperature | since 1 Mar 20:00 | unowned" in here.gaps("1 Mar 20:30", area=AREAS["Lake 2"])
    assert "Wang | temperature | since 1 Mar 10:00 | Li" in here.gaps("1 Mar 20:30", area=AREAS["Lake 1"])
    assert Seat.objects.get(subject=here.subjects["Wang"], closed_at=moment("1 Mar 12:00")).area_id == AREAS["Lake 1"]
    here.subjects["Wang"].refresh_from_db()
    here.appoint("Li", "guard", "Wang", since="1 Mar 21:00")
    assert "Wang | temperature | since 1 Mar 20:00 | Li" in here.gaps("1 Mar 21:30", area=AREAS["Lake 2"])
    assert here.sound()


def test_the_board_of_before_shows_everything_where_it_was(here: County):
    """Wang's evening was the Lake's until he moved at noon: as of eleven, and as known at eleven, it stands there."""
    here.start("temperature")
    here.reconcile("1 Mar 11:00")
    then = [here.books("1 Mar 19:00", known="1 Mar 11:00", area=AREAS[name]) for name in ("Lake", "Ford", "county")]
    gaps = here.gaps("1 Mar 21:00", known="1 Mar 11:00", area=LAKE)
    at_eleven = [here.books("1 Mar 11:00", known="1 Mar 11:00", area=AREAS[name]) for name in ("Lake", "Ford")]
    move(here, "Wang", "Qian's", "1 Mar 12:00")
    assert [here.books("1 Mar 19:00", known="1 Mar 11:00", area=AREAS[name])
            for name in ("Lake", "Ford", "county")] == then  # fmt: skip
    assert here.gaps("1 Mar 21:00", known="1 Mar 11:00", area=LAKE) == gaps
    assert "Wang | temperature | since 1 Mar 20:00 | Li" in gaps
    assert [here.books("1 Mar 11:00", known="2 Mar 11:00", area=AREAS[name]) for name in ("Lake", "Ford")] == at_eleven
    evening = [row for row in here.gaps("1 Mar 21:00", known="1 Mar 12:00") if row.startswith("Wang")]
    assert evening == [
        "Wang | temperature | since 1 Mar 10:00 | Li",
        "Wang | temperature | since 1 Mar 20:00 | unowned",
    ]


def test_the_old_village_sees_its_own_past(here: County):
    """The Lake's secretary sees Wang no more; of the morning before the move his board counts him as it did."""
    here.start("temperature")
    here.reconcile("1 Mar 11:00")
    reach = reach_of(here.users["Lake secretary"], now=moment("1 Mar 11:00"))
    past, trend = Moment(moment("1 Mar 11:00"), moment("1 Mar 11:00")), [moment("1 Mar 09:00"), moment("1 Mar 11:00")]
    with acting(reach):
        before = board.books(LAKE, past).whole, board.trend(LAKE, trend)
    move(here, "Wang", "Qian's", "1 Mar 11:30")
    with acting(reach):
        assert (board.books(LAKE, past).whole, board.trend(LAKE, trend)) == before
        assert board.books(AREAS["Ford"], past).whole.expected == 0
        assert not Obligation.objects.filter(subject=here.subjects["Wang"], due_at__gt=moment("1 Mar 12:00")).exists()


def test_what_a_move_called_for_was_nowhere_before_it(here: County):
    """The South asks at once what the North does not: before Wang's household came, nobody owed it."""
    here.start("check")
    assert here.event is not None
    set_strictness(
        event=here.event, area=here.areas["South"], duty_key="check", by=OFFICER, now=moment("1 Mar 01:00"),
        timing={"cadence": {"every": {"days": 1}}, "clocks": {"warn": "12 hours", "due": "20 hours", "tell": "1 day"}},
    )  # fmt: skip
    here.reconcile("5 Mar 11:00")
    before = [here.books("5 Mar 10:00", area=AREAS[name], known="5 Mar 11:00") for name in ("Lake", "Ford", "county")]
    here.now = moment("5 Mar 11:30")
    home = Household.objects.select_related("subject__area").get(pk=here.subjects["Wang's"].pk)
    move_household(household=home, to=here.areas["Ford 1"], by=OFFICER, now=here.now)
    for known in ("5 Mar 11:00", "5 Mar 12:00"):
        shown = [here.books("5 Mar 10:00", area=AREAS[name], known=known) for name in ("Lake", "Ford", "county")]
        assert shown == before


def test_a_merged_village_loses_nobody_and_no_guard(here: County):
    """The map changed, not the people: guards and group heads go along, nothing overdue is forgotten."""
    here.start("temperature", "told", "close")
    here.reconcile("1 Mar 12:00")
    before = here.books("1 Mar 12:00")
    here.now = moment("1 Mar 12:00")
    merged = merge_area(area=here.areas["Hill"], into=here.areas["Ford"], by=OFFICER, now=here.now, reason="并村")
    assert (merged.households, merged.people, merged.parts) == (1, 1, 1)
    anew = Area.objects.get(parent=here.areas["Ford"], name="Hill 1")
    assert here.gaps("1 Mar 12:30", area=HILL) == ["Sun | temperature | since 1 Mar 10:00 | Bai"]
    assert "Sun | temperature | since 1 Mar 20:00 | Bai" in here.gaps("1 Mar 20:30", area=anew.pk)
    assert "Sun's | told | since 3 Mar 00:00 | Head3" in here.gaps("3 Mar 01:00", area=anew.pk)
    assert here.books("1 Mar 12:00").rsplit(" of ", 1)[1] == before.rsplit(" of ", 1)[1]
    assert here.sound()


def test_a_group_whose_name_is_taken_keeps_its_old_place_in_it(here: County):
    """Two first groups in one village: the one that came is called after where it came from."""
    add_group(village=here.areas["Ford"], name="Hill 1", by=OFFICER, now=moment("1 Mar 00:00"))
    merge_area(area=here.areas["Hill"], into=here.areas["Ford"], by=OFFICER, now=moment("1 Mar 12:00"), reason="并村")
    names = Area.objects.filter(parent=here.areas["Ford"], until=None).values_list("name", flat=True)
    assert sorted(names) == ["Ford 1", "Hill 1", "HillHill 1"]
