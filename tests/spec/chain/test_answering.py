"""Who answers for a seat, and that what it owes is unowned from the minute nobody does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from sibulou.duty import board
from sibulou.duty.board import Filter, Moment
from sibulou.duty.gap import GapKind
from sibulou.roster.access import reach_of
from sibulou.roster.accounts import open_account
from sibulou.roster.appointments import close_account
from tests.kernel import COUNTY, HILL, LAKE, OFFICER, County, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(here: County) -> County:
    """Readings are owed, and it is the first of March."""
    here.start("temperature")
    return here


def _wang(here: County, at: str) -> list[str]:
    return [gap for gap in here.gaps(at) if gap.startswith("Wang |")]


def test_a_guard_who_leaves_turns_what_he_owed_unowned_at_once(here: County) -> None:
    """Li leaves at 08:30: from that minute, before anything is due, Wang's morning reading is a gap of nobody."""
    here.leaves("Li", "1 Mar 08:30")
    assert _wang(here, "1 Mar 08:29") == []
    assert _wang(here, "1 Mar 08:30") == ["Wang | temperature | since 1 Mar 08:30 not yet due | unowned"]
    assert here.books("1 Mar 08:30") == "4 pending, 1 unowned of 4"


def test_a_guard_on_leave_without_stand_in_leaves_his_seat_vacant(here: County) -> None:
    """Leave is a vacancy for as long as it lasts, and not a minute longer."""
    here.away("Li", "1 Mar 09:00", "1 Mar 18:30")
    assert _wang(here, "1 Mar 09:00") == ["Wang | temperature | since 1 Mar 09:00 not yet due | unowned"]
    assert _wang(here, "1 Mar 18:30") == ["Wang | temperature | since 1 Mar 10:00 | Li"]


def test_a_stand_in_answers_while_the_holder_is_away(here: County) -> None:
    """The gap stands under the name of the one who answers now."""
    here.away("Li", "1 Mar 09:00", stand_in="Chen")
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | Chen"]


def test_a_stand_in_who_is_away_himself_answers_for_nothing(here: County) -> None:
    """Two on leave at once: the seat is vacant, and the deputy would be next."""
    here.away("Li", "1 Mar 09:00", stand_in="Chen")
    here.away("Chen", "1 Mar 09:00")
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | unowned"]
    here.appoint("Deng", "guard", "Wang", deputy=True)
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | Deng"]


def test_a_stand_in_from_another_township_answers_all_the_same(here: County) -> None:
    """Gao of the South stands in for Li of the North; whoever looks at Lake village alone sees the seat answered."""
    here.away("Li", "1 Mar 09:00", stand_in="Gao")
    assert [gap for gap in here.gaps("1 Mar 10:00", area=LAKE) if gap.startswith("Wang |")] == [
        "Wang | temperature | since 1 Mar 10:00 | Gao"
    ]


def test_a_leave_from_one_seat_leaves_the_others_answered(here: County) -> None:
    """Li guards two; relieved of Wang, he still answers for Guest."""
    here.person("Guest", "Wang's")
    here.appoint("Li", "guard", "Guest")
    here.away("Li", "1 Mar 08:00", seat=here.seat("guard", "Wang"))
    here.reconcile("1 Mar 10:00")
    assert [gap for gap in here.gaps("1 Mar 10:00") if gap.startswith(("Wang |", "Guest"))] == [
        "Guest | temperature | since 1 Mar 10:00 | Li",
        "Wang | temperature | since 1 Mar 10:00 | unowned",
    ]


def test_a_stand_in_for_one_seat_answers_for_that_one_alone(here: County) -> None:
    """Chen takes over Wang from Li, who goes on with Guest."""
    here.person("Guest", "Wang's")
    here.appoint("Li", "guard", "Guest")
    here.away("Li", "1 Mar 08:00", seat=here.seat("guard", "Wang"), stand_in="Chen")
    here.reconcile("1 Mar 10:00")
    assert [gap for gap in here.gaps("1 Mar 10:00") if gap.startswith(("Wang |", "Guest"))] == [
        "Guest | temperature | since 1 Mar 10:00 | Li",
        "Wang | temperature | since 1 Mar 10:00 | Chen",
    ]


def test_only_the_stand_in_himself_gets_what_the_seat_may_see(here: County) -> None:
    """While Li is away, Chen reaches Wang; Bai does not, nor Chen before or after."""
    here.away("Li", "1 Mar 08:00", "1 Mar 18:00", stand_in="Chen")
    wang = here.seat("guard", "Wang").pk
    reached = {
        (name, at): wang in reach_of(here.users[name], now=moment(at)).seats
        for name in ("Chen", "Bai")
        for at in ("1 Mar 07:59", "1 Mar 08:00", "1 Mar 17:59", "1 Mar 18:00")
    }
    assert [one for one, yes in reached.items() if yes] == [("Chen", "1 Mar 08:00"), ("Chen", "1 Mar 17:59")]


def test_a_guard_put_under_watch_himself_answers_for_nobody(here: County) -> None:
    """A guard who must stay at home cannot knock: what he guards is unowned at once."""
    here.watch("Li", "1 Mar 09:00")
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | unowned"]


def test_a_closed_account_answers_for_nothing(here: County) -> None:
    """An account switched off holds its seat on paper only."""
    close_account(user=here.users["Li"], by=OFFICER, now=moment("1 Mar 08:40"))
    assert _wang(here, "1 Mar 09:00") == ["Wang | temperature | since 1 Mar 08:40 not yet due | unowned"]
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | unowned"]
    open_account(user=here.users["Li"], by=OFFICER, now=moment("1 Mar 10:30"))
    assert _wang(here, "1 Mar 10:30") == ["Wang | temperature | since 1 Mar 10:00 | Li"]
    assert _wang(here, "1 Mar 09:00") == ["Wang | temperature | since 1 Mar 08:40 not yet due | unowned"]


def test_of_two_deputies_the_earlier_one_answers(here: County) -> None:
    """The order of the appointments decides."""
    here.leaves("Li", "1 Mar 08:00")
    here.appoint("Deng", "guard", "Wang", deputy=True)
    here.appoint("Ding", "guard", "Wang", deputy=True)
    assert _wang(here, "1 Mar 10:00") == ["Wang | temperature | since 1 Mar 10:00 | Deng"]


def test_a_term_that_begins_later_does_not_answer_yet(here: County) -> None:
    """Appointed from noon on, the new guard answers from noon on; until then nobody does."""
    here.leaves("Li", "1 Mar 08:30")
    here.appoint("Deng", "guard", "Wang", since="1 Mar 12:00")
    assert _wang(here, "1 Mar 11:59") == ["Wang | temperature | since 1 Mar 10:00 | unowned"]
    assert _wang(here, "1 Mar 12:00") == ["Wang | temperature | since 1 Mar 10:00 | Deng"]


def test_two_holders_of_one_seat_at_one_time_are_refused_by_the_database(here: County) -> None:
    """Terms that overlap would leave it open who answers; the table does not take them."""
    with pytest.raises(IntegrityError), transaction.atomic():
        here.appoint("Deng", "guard", "Wang", since="1 Mar 12:00")
    here.leaves("Li", "1 Mar 12:00")
    here.appoint("Deng", "guard", "Wang", since="1 Mar 12:00")


def test_a_vacant_seat_is_on_the_list_of_the_next_level(here: County) -> None:
    """What hangs on Li's empty seat is on the village secretary's own list, marked as nobody's."""
    here.leaves("Li", "1 Mar 08:30")
    secretary = here.users["Lake secretary"]
    seat = here.seat("village_secretary", "Lake")
    owed = board.mine(secretary.pk, [seat.pk], area=LAKE, now=moment("1 Mar 10:00"), horizon=moment("2 Mar 00:00"))
    assert [(row.subject, row.unowned) for row in owed] == [(here.subjects["Wang"].pk, True)]


def test_a_vacancy_over_a_vacancy_falls_to_whoever_is_there(here: County) -> None:
    """No guard, no village secretary: the township's duty officer has it on his list."""
    here.leaves("Li", "1 Mar 08:30")
    here.leaves("Lake secretary", "1 Mar 08:30")
    heirs = board.heirs([here.seat("guard", "Wang").pk], at=moment("1 Mar 10:00"))
    assert heirs == {here.seat("guard", "Wang").pk: here.seat("township_duty", "North").pk}


def test_a_village_sees_that_a_seat_above_it_is_vacant() -> None:
    """A vacancy at the township is unowned in the village's own books too, though the village sees no such seat."""
    from sibulou.roster.access import acting, reach_of
    from tests.kernel import county, plan

    body = """
    scope: areas.villages
    owner: township_duty
    cadence: {once: {}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 3 hours}
    closers: [{form: day_close}]
    ladder: county"""
    with county() as here:
        here.start(text=plan(also={"visit_by_township": body}))
        here.leaves("North officer", "1 Mar 00:30")
        with acting(reach_of(here.users["Lake secretary"], now=moment("1 Mar 01:00"))):
            rows = board.gap_page(LAKE, Moment.now(moment("1 Mar 01:00")))
            assert [(row.unowned, row.overdue) for row in rows] == [(True, False)]


def test_gaps_of_several_kinds_are_the_union_of_each(here: County) -> None:
    """Asked for silent or unowned, the list leaves out what is merely overdue and owned."""
    here.leaves("Li", "1 Mar 08:30")
    both = Filter(kinds=frozenset({GapKind.SILENT, GapKind.UNOWNED}))
    rows = board.gap_page(COUNTY, Moment.now(moment("1 Mar 10:00")), wanted=both)
    assert [row.subject for row in rows] == [here.subjects["Wang"].pk]
    only = Filter(kinds=frozenset({GapKind.OVERDUE}))
    assert len(board.gap_page(COUNTY, Moment.now(moment("1 Mar 10:00")), wanted=only)) == 4
    assert {cell.area for cell in board.cells(HILL, Moment.now(moment("1 Mar 10:00")), wanted=both)} == set()
