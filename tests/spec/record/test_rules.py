"""What the plan's rules make of records: new obligations, answered only by the record that answers them."""

from __future__ import annotations

import pytest

from sibulou.duty.intake import Outcome
from sibulou.duty.models import Obligation
from sibulou.roster.area_key import child_key
from tests.kernel import LAKE, County, moment, said

pytestmark = pytest.mark.django_db


def test_a_fever_owes_the_way_to_the_clinic(here: County) -> None:
    """38.5 at 08:10: within two hours the village doctor has brought her there, or it is his gap."""
    here.start("clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 38.5")
    assert here.gaps("1 Mar 10:09") == []
    assert here.gaps("1 Mar 10:10") == ["Wang | clinic | since 1 Mar 10:10 | Doctor"]


def test_a_fever_is_as_high_as_the_plan_says(here: County) -> None:
    """37.3 stands in the plan: at 37.3 it is owed, at 37.2 it is not."""
    here.start("clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 37.2", "Zhao | 1 Mar 08:10 | reading 37.3")
    assert [owed.subject.label for owed in Obligation.objects.all()] == ["Zhao"]


def test_only_the_answer_to_this_fever_meets_it(here: County) -> None:
    """Two fevers, two ways to the clinic: the record that answers the first leaves the second open."""
    here.start("clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 38.5 | as a", "Wang | 1 Mar 09:10 | reading 39 | as b",
              "Wang | 1 Mar 09:30 | to_clinic | answers a")  # fmt: skip
    assert here.gaps("1 Mar 12:00") == ["Wang | clinic | since 1 Mar 11:10 | Doctor"]
    here.tell("Wang | 1 Mar 12:30 | to_clinic")
    assert here.gaps("1 Mar 13:00") == ["Wang | clinic | since 1 Mar 11:10 | Doctor"]
    here.tell("Wang | 1 Mar 13:30 | to_clinic | answers b")
    assert here.gaps("1 Mar 14:00") == []


def test_an_answer_that_comes_before_what_it_answers_meets_it(here: County) -> None:
    """The clinic's record may be here before the guard's: the order of arrival decides nothing."""
    here.start("clinic")
    here.tell(
        "Wang | 1 Mar 09:30 | to_clinic | answers a", "Wang | 1 Mar 08:10 | reading 38.5 | as a | received 1 Mar 20:00"
    )
    assert here.gaps("1 Mar 20:00") == []
    assert here.owed("Wang", "clinic").met_at == moment("1 Mar 09:30")


def test_an_answer_to_one_thing_still_counts_for_what_needs_no_answer(here: County) -> None:
    """A visit that answers an earlier record is a visit all the same, and meets the round of its days."""
    here.start("check", "mend")
    here.tell("Wang's | 1 Mar 08:10 | visit 3 | as a", at="1 Mar 08:20")
    here.tell("Zhao's | 1 Mar 08:10 | visit 1 | answers a", at="1 Mar 08:20")
    assert here.owed("Zhao's", "check").met_at == moment("1 Mar 08:10")


def test_each_closer_is_judged_by_itself(here: County) -> None:
    """`mend` is met by `mended` as an answer, or by a visit that finds nobody: a visit that finds three is neither."""
    here.start("mend")
    here.tell(
        "Wang's | 1 Mar 08:10 | visit 3 | as a", "Wang's | 1 Mar 09:10 | visit 1", "Wang's | 1 Mar 09:20 | mended"
    )
    assert here.owed("Wang's", "mend").met_at is None
    here.tell("Wang's | 1 Mar 10:10 | visit 0")
    assert here.owed("Wang's", "mend").met_at == moment("1 Mar 10:10")


def test_a_record_never_meets_what_it_opened_itself(here: County) -> None:
    """If it did, a rule could open a duty that is met in the same breath, and the miss would be gone."""
    from tests.kernel import plan

    body = """
    scope: people
    owner: village_doctor
    cadence: {event: {}}
    clocks: {warn: 1 hour, due: 2 hours, tell: 4 hours}
    closers: [{form: reading}]
    ladder: township"""
    here.start(text=plan(also={"clinic": body}))
    here.tell("Wang | 1 Mar 08:10 | reading 38.5")
    assert here.gaps("1 Mar 12:00") == ["Wang | clinic | since 1 Mar 10:10 | Doctor"]
    here.tell("Wang | 1 Mar 12:10 | reading 36.8")
    assert here.gaps("1 Mar 13:00") == []


def test_whoever_was_seen_at_a_gate_and_is_on_no_list_is_a_gap_of_the_village(here: County) -> None:
    """Bound for Lake and not known there: off the roster, the secretary's, until that very sighting is settled."""
    here.start("match")
    here.tell("gate | 1 Mar 08:10 | passed Lake unknown | as a")
    assert here.gaps("1 Mar 10:10") == ["Lake | match off_roster | since 1 Mar 10:10 | Lake secretary"]
    here.tell("Lake | 1 Mar 10:20 | settled", "Hill | 1 Mar 10:20 | settled | answers a")
    assert len(here.gaps("1 Mar 11:00")) == 1
    here.tell("Lake | 1 Mar 11:20 | settled | answers a")
    assert here.gaps("1 Mar 12:00") == []


def test_a_place_nobody_founded_falls_to_the_nearest_above_it(here: County) -> None:
    """Bound for a group or a village that the roster lacks: the sighting is not lost, it is owed one level up."""
    here.start("match")
    nowhere = child_key(LAKE, 77)
    beyond = child_key(here.areas["North"].pk, 88)
    here.tell(f"gate | 1 Mar 08:10 | passed {nowhere:018} unknown", f"gate | 1 Mar 08:20 | passed {beyond:018} unknown")
    assert here.gaps("1 Mar 12:00") == [
        "Lake | match off_roster | since 1 Mar 10:10 | Lake secretary",
        "North | match off_roster | since 1 Mar 10:20 | unowned",
    ]


def test_a_traveller_to_another_county_is_not_missed_here(here: County) -> None:
    """Another county answers for its own."""
    here.start("match")
    assert [one.outcome for one in here.tell("gate | 1 Mar 08:10 | passed 320100000000000000 unknown")] == [
        Outcome.ACCEPTED
    ]
    assert here.gaps("1 Mar 12:00") == []


def test_more_people_than_listed_owe_an_entry(here: County) -> None:
    """One listed, three at home: two are off the roster until the list is mended."""
    here.start("mend")
    here.tell("Wang's | 1 Mar 08:10 | visit 3", "Zhao's | 1 Mar 08:10 | visit 1")
    assert here.gaps("2 Mar 08:10") == ["Wang's | mend off_roster | since 2 Mar 08:10 | Head"]


def test_what_a_rule_opened_late_was_not_known_before(here: County) -> None:
    """A fever told ten hours late is owed since it happened; as known at noon, nobody could have known."""
    here.start("clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 38.5 | received 1 Mar 18:10")
    assert here.gaps("1 Mar 18:10") == ["Wang | clinic | since 1 Mar 10:10 | Doctor"]
    assert here.books("1 Mar 12:00", known="1 Mar 12:00") == " of 0"
    assert here.books("1 Mar 12:00", known="1 Mar 19:00") == "1 overdue of 1"


def test_a_rule_holds_by_the_stage_in_which_its_record_happened(here: County) -> None:
    """The obligation belongs to the stage of its moment, however late the record comes."""
    from sibulou.duty.force import change_level
    from tests.kernel import OFFICER

    event = here.start("clinic")
    change_level(event=event, level="II", by=OFFICER, now=moment("2 Mar 00:00"))
    here.tell("Wang | 1 Mar 08:10 | reading 38.5 | received 2 Mar 08:10", "Zhao | 2 Mar 08:10 | reading 38.5")
    levels = {owed.subject.label: owed.stage.level for owed in Obligation.objects.all()}
    assert levels == {"Wang": "I", "Zhao": "II"}
    assert said(here.owed("Wang", "clinic").due_at) == "1 Mar 10:10"
