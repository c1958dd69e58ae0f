"""Who is told, in order and on record, as long as nobody answers."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from sibulou.duty.force import change_level, load
from sibulou.duty.models import Climb
from sibulou.roster.area_key import child_key
from sibulou.roster.models import Area, Seat
from tests.kernel import NORTH, OFFICER, County, county, moment, plan, run_sql, said

pytestmark = pytest.mark.django_db


def _only(here: County, name: str) -> list[str]:
    return [telling for telling in here.tellings() if f"| {name} |" in telling]


def test_the_owner_is_told_before_anyone_above(here: County) -> None:
    """At the warning the guard is told, and nobody else; one minute earlier nobody is."""
    here.start("temperature")
    assert here.escalate("1 Mar 08:59") == []
    here.escalate("1 Mar 09:00")
    assert _only(here, "Wang") == ["0 | Wang | guard | Li | 1 Mar 09:00"]
    assert {climb.step for climb in Climb.objects.all()} == {0}


def test_every_rung_is_told_at_its_own_moment(here: County) -> None:
    """Guard at the warning, village at 11, township two hours on, county two more, its secretary after the night."""
    here.start("temperature")
    for hour in range(8, 24):
        here.escalate(f"1 Mar {hour:02}:00")
    here.escalate("2 Mar 03:00")
    here.escalate("2 Mar 06:30")
    morning = Climb.objects.filter(obligation=here.owed("Wang", "temperature", "1 Mar 08:00")).order_by("step")
    assert [f"{one.step} | {one.seat.role} | {one.told} | {said(one.at)}" for one in morning] == [
        "0 | guard | Li | 1 Mar 09:00",
        "1 | village_secretary | Lake secretary | 1 Mar 11:00",
        "2 | township_duty | North officer | 1 Mar 13:00",
        "3 | county_duty | Officer | 1 Mar 15:00",
        "4 | county_secretary | Secretary | 2 Mar 06:30",
    ]


def test_told_late_all_at_once_it_tells_the_same_moments(here: County) -> None:
    """A clockwork that stood still for a day catches up: each telling has the moment at which it was due."""
    here.start("temperature")
    here.escalate("1 Mar 15:00")
    assert [line.rsplit(" | ", 1)[1] for line in _only(here, "Wang")] == [
        "1 Mar 09:00", "1 Mar 11:00", "1 Mar 13:00", "1 Mar 15:00",
    ]  # fmt: skip
    assert {climb.told_at for climb in Climb.objects.all()} == {moment("1 Mar 15:00")}


def test_nobody_is_told_twice(here: County) -> None:
    """Run again at the same minute, nothing is written."""
    here.start("temperature")
    first = here.escalate("1 Mar 11:00")
    assert here.escalate("1 Mar 11:00") == first


def test_an_answer_stops_the_climb(here: County) -> None:
    """Read at 10:30: the village secretary hears nothing of it."""
    here.start("temperature")
    here.escalate("1 Mar 10:00")
    here.tell("Wang | 1 Mar 10:30 | reading 36.5")
    here.escalate("1 Mar 16:00")
    assert _only(here, "Wang") == ["0 | Wang | guard | Li | 1 Mar 09:00"]


def test_an_answer_withdrawn_lets_it_climb_on(here: County) -> None:
    """Taken back, the gap goes on climbing where it stood."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 10:30 | reading 36.5 | as a")
    here.escalate("1 Mar 12:00")
    here.tell("Wang | 1 Mar 10:30 | reading | withdraws a | received 1 Mar 12:30")
    here.escalate("1 Mar 13:00")
    assert [line[0] for line in _only(here, "Wang")] == ["0", "1", "2"]


def test_in_quiet_hours_nobody_is_rung(here: County) -> None:
    """The evening reading climbs to the county at 01:00: told at 06:30, when the quiet hours end."""
    here.start("temperature")
    here.escalate("2 Mar 06:29")
    assert not [line for line in _only(here, "Wang") if line.endswith(("2 Mar 01:00", "2 Mar 06:30"))]
    here.escalate("2 Mar 06:30")
    assert "3 | Wang | county_duty | Officer | 2 Mar 06:30" in _only(here, "Wang")


def test_a_fever_may_ring_at_night(here: County) -> None:
    """The plan says so of the way to the clinic: at two in the morning the doctor is told."""
    here.start("clinic")
    here.tell("Wang | 2 Mar 01:00 | reading 39")
    here.escalate("2 Mar 02:00")
    assert _only(here, "Wang") == ["0 | Wang | village_doctor | Doctor | 2 Mar 02:00"]


def test_a_vacant_seat_is_told_to_nobody_and_the_climb_goes_on(here: County) -> None:
    """There is no guard: on record stands that nobody was told, and the village is told at its moment."""
    here.start("temperature")
    here.leaves("Li", "1 Mar 08:30")
    here.escalate("1 Mar 11:00")
    assert _only(here, "Wang") == [
        "0 | Wang | guard | nobody | 1 Mar 09:00",
        "1 | Wang | village_secretary | Lake secretary | 1 Mar 11:00",
    ]


def test_the_stand_in_is_told(here: County) -> None:
    """Whoever answers at that minute is the one who is told."""
    here.start("temperature")
    here.away("Li", "1 Mar 08:30", stand_in="Chen")
    here.escalate("1 Mar 09:00")
    assert _only(here, "Wang") == ["0 | Wang | guard | Chen | 1 Mar 09:00"]


def test_what_is_waived_is_not_told_and_is_told_again_when_the_waiver_lapses(here: County) -> None:
    """Lifted from 2 to 5 March: the owner was to be warned on the 2nd, and is when it is owed again."""
    here.start("told")
    waiver = here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00", until="5 Mar 09:00")
    here.grant(waiver, by="Lake secretary", at="1 Mar 13:00")
    here.escalate("5 Mar 08:59")
    assert _only(here, "Wang's") == []
    here.escalate("5 Mar 09:00")
    assert _only(here, "Wang's")[0] == "0 | Wang's | group_head | Head | 5 Mar 09:00"
    assert len(_only(here, "Wang's")) > 1


def test_what_is_waived_for_good_is_never_told(here: County) -> None:
    """Lifted without an end, it climbs no more."""
    here.start("told")
    here.grant(
        here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00"), by="Lake secretary", at="1 Mar 13:00"
    )
    here.escalate("9 Mar 12:00")
    assert _only(here, "Wang's") == []


def test_what_is_owed_above_a_rung_climbs_past_its_empty_seat(here: County) -> None:
    """Owed at a township, on a ladder that begins in the villages: the rung is vacant, and the next one is told."""
    body = """
    scope: areas.townships
    owner: group_head
    cadence: {once: {}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 3 hours}
    closers: [{form: day_close}]
    ladder: village
    rings_at_night: true"""
    here.start(text=plan(also={"odd": body}))
    here.escalate("1 Mar 06:00")
    assert _only(here, "North")[1:] == [
        "1 | North | village_secretary | nobody | 1 Mar 03:00",
        "2 | North | township_duty | North officer | 1 Mar 05:00",
    ]


def test_every_seat_that_a_ladder_tells_is_there_to_be_seen(here: County) -> None:
    """A rung that nobody was ever appointed to has its seat all the same, so that the vacancy shows."""
    new = here.areas["new village"] = Area.objects.create(
        pk=child_key(NORTH, 3), level=5, parent=here.areas["North"], name="new", short_name="new"
    )
    here.start("check")
    assert Seat.objects.filter(role="village_secretary", area=new).exists()
    for village in ("Lake", "Hill", "Ford"):
        assert Seat.objects.filter(role="village_secretary", area=here.areas[village]).exists()
    for township in ("North", "South"):
        assert Seat.objects.filter(role="township_duty", area=here.areas[township]).exists()


@pytest.mark.parametrize("deed", ["UPDATE climb SET told = 'x'", "DELETE FROM climb"])
def test_a_telling_stays_on_record(here: County, deed: str) -> None:
    """Nobody can take back that somebody was told."""
    here.start("temperature")
    here.escalate("1 Mar 09:00")
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(deed)


def test_a_history_loaded_at_one_go_tells_what_was_to_be_told_then() -> None:
    """Caught up, what was answered late was told while it was open, as of its own moment."""
    from sibulou.duty.escalate import escalate

    with county() as here:
        here.start("temperature")
        here.tell("Wang | 1 Mar 12:30 | reading 36.5")
        escalate(now=moment("1 Mar 16:00"), catch_up=True)
        told = Climb.objects.filter(obligation=here.owed("Wang", "temperature", "1 Mar 08:00"))
        assert [(one.step, one.told_at) for one in told.order_by("step")] == [
            (0, moment("1 Mar 09:00")), (1, moment("1 Mar 11:00")),
        ]  # fmt: skip


def _version(here: County, number: int, text: str, at: str) -> None:
    """The event goes on under another version of its plan."""
    assert here.event is not None
    version = load(text, file="small.yaml", by=OFFICER, now=moment(at))
    assert version.version == number
    change_level(event=here.event, level="I", version=version, by=OFFICER, now=moment(at))
    here.reconcile(at)


def test_a_duty_that_a_later_version_drops_goes_on_being_told_while_it_is_open(here: County) -> None:
    """What was opened and nobody has answered is still missed: it climbs by the ladder under which it was opened."""
    here.start("temperature", "told")
    here.escalate("1 Mar 09:30")
    _version(here, 2, plan("told", version=2), "1 Mar 10:30")
    assert _only(here, "Wang") == ["0 | Wang | guard | Li | 1 Mar 09:00"]
    here.escalate("1 Mar 13:30")
    assert _only(here, "Wang")[1:] == [
        "1 | Wang | village_secretary | Lake secretary | 1 Mar 11:00",
        "2 | Wang | township_duty | North officer | 1 Mar 13:00",
    ]


def test_a_dropped_duty_climbs_by_the_version_that_opened_it(here: County) -> None:
    """The second version told the township at once; what the first had opened climbs as the first said."""
    here.start("temperature", "told")
    quick = plan("temperature", "told", version=2).replace("ladder: village", "ladder: township", 1)
    _version(here, 2, quick, "1 Mar 12:00")
    _version(here, 3, plan("told", version=3), "1 Mar 20:30")
    here.escalate("1 Mar 21:30")
    morning, evening = here.owed("Wang", "temperature", "1 Mar 08:00"), here.owed("Wang", "temperature", "1 Mar 18:00")
    for row, role in ((morning, "village_secretary"), (evening, "township_duty")):
        assert Climb.objects.get(obligation=row, step=1).seat.role == role


def test_a_duty_that_comes_back_climbs_by_the_version_in_force(here: County) -> None:
    """Dropped and taken up again, an open one is told by the ladder of today, and each step once."""
    here.start("temperature", "told")
    _version(here, 2, plan("told", version=2), "1 Mar 10:30")
    here.escalate("1 Mar 11:30")
    _version(here, 3, plan("temperature", "told", version=3), "1 Mar 12:00")
    here.escalate("1 Mar 13:30")
    assert [line[0] for line in _only(here, "Wang")] == ["0", "1", "2"]
