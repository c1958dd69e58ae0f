"""A waiver is asked by one and granted by another; until then, and after it lapses, the gap stands."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from sibulou.duty.models import Obligation, Waiver
from sibulou.duty.problems import (
    AlreadyAnswered,
    AlreadyEnded,
    AlreadySettled,
    BackwardsWaiver,
    LapsedWaiver,
    NoReasonChosen,
    NotYours,
    OwnWaiver,
    UnknownReason,
)
from sibulou.duty.settle import end_obligations
from sibulou.duty.waive import ask_waiver, refuse_waiver, withdraw_waiver
from sibulou.roster.access import reach_of
from sibulou.roster.audit import By
from tests.kernel import OFFICER, County, moment

pytestmark = pytest.mark.django_db
GAP = "Wang's | told | since 3 Mar 00:00 | Head"


@pytest.fixture
def owed(here: County) -> Obligation:
    """The notice to Wang's household, due at the beginning of 3 March, and to no other."""
    here.start("told")
    here.tell("Zhao's | 1 Mar 01:00 | visit 1", "Sun's | 1 Mar 01:00 | visit 1", "Qian's | 1 Mar 01:00 | visit 1")
    return here.owed("Wang's", "told")


def test_a_waiver_asked_for_leaves_the_gap_where_it_is(here: County, owed: Obligation) -> None:
    """An excuse that nobody has accepted is no excuse."""
    here.ask(owed, by="Head", at="2 Mar 12:00")
    assert here.gaps("3 Mar 00:00") == [GAP]


def test_a_waiver_granted_lifts_and_is_counted(here: County, owed: Obligation) -> None:
    """Granted by the village secretary, the obligation is waived: in the total still, and no gap."""
    here.grant(here.ask(owed, by="Head", at="2 Mar 12:00"), by="Lake secretary", at="2 Mar 13:00")
    assert here.gaps("3 Mar 00:00") == []
    assert here.books("3 Mar 00:00") == "3 met, 1 waived of 4"


def test_a_waiver_granted_after_the_fact_does_not_rewrite_the_past(here: County, owed: Obligation) -> None:
    """Overdue on the 3rd, waived on the 4th: on the 3rd it was a gap, and stays one when that day is shown."""
    here.grant(here.ask(owed, by="Head", at="4 Mar 08:00"), by="Lake secretary", at="4 Mar 09:00")
    assert here.gaps("4 Mar 09:00") == []
    assert here.gaps("3 Mar 12:00", known="5 Mar 00:00") == [GAP]


def test_a_waiver_that_has_lapsed_leaves_the_gap_again(here: County, owed: Obligation) -> None:
    """The family is away until the 5th; on the 5th the notice is owed again."""
    here.grant(here.ask(owed, by="Head", at="2 Mar 12:00", until="5 Mar 00:00"), by="Lake secretary", at="2 Mar 13:00")
    assert here.gaps("4 Mar 23:59") == []
    assert here.gaps("5 Mar 00:00") == [GAP]
    assert here.sound()


def test_an_earlier_waiver_is_remembered_behind_a_later_one(here: County, owed: Obligation) -> None:
    """Waived from the 2nd to the 4th and again from the 6th on: on the 3rd it was waived, on the 5th it was not."""
    here.grant(here.ask(owed, by="Head", at="2 Mar 12:00", until="4 Mar 00:00"), by="Lake secretary", at="2 Mar 13:00")
    here.grant(here.ask(owed, by="Head", at="5 Mar 12:00"), by="Lake secretary", at="6 Mar 00:00")
    assert here.gaps("3 Mar 12:00", known="9 Mar 00:00") == []
    assert here.gaps("5 Mar 12:00", known="9 Mar 00:00") == [GAP]
    assert here.gaps("7 Mar 00:00", known="9 Mar 00:00") == []


def test_nobody_grants_what_he_asked_for_himself(here: County, owed: Obligation) -> None:
    """The village secretary who asked lets the township decide."""
    waiver = here.ask(owed, by="Lake secretary", at="2 Mar 12:00")
    with pytest.raises(OwnWaiver):
        here.grant(waiver, by="Lake secretary", at="2 Mar 13:00")
    here.grant(waiver, by="North officer", at="2 Mar 13:00")


def test_nobody_grants_what_relieves_himself(here: County, owed: Obligation) -> None:
    """The head's deputy asks, and whoever answers for the seat may not grant it, whatever rights he has elsewhere."""
    here.leaves("Head", "1 Mar 12:00")
    here.appoint("Lake secretary", "group_head", "Lake 1", since="1 Mar 12:00")
    waiver = here.ask(owed, by="Deputy", at="2 Mar 12:00")
    with pytest.raises(OwnWaiver):
        here.grant(waiver, by="Lake secretary", at="2 Mar 13:00")


def test_a_waiver_takes_the_right_to_grant_where_it_lies(here: County, owed: Obligation) -> None:
    """The neighbouring village's secretary, and a group head, may not."""
    waiver = here.ask(owed, by="Head", at="2 Mar 12:00")
    for name in ("Hill secretary", "Head2"):
        with pytest.raises(NotYours):
            here.grant(waiver, by=name, at="2 Mar 13:00")


def test_the_database_itself_demands_the_second_person(here: County, owed: Obligation) -> None:
    """Even past every check in code, one and the same person cannot both ask and grant."""
    waiver = here.ask(owed, by="Head", at="2 Mar 12:00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(
            granted_by="Head", granted_by_id=here.users["Head"].pk, granted_at=moment("2 Mar 13:00")
        )


def test_a_request_is_answered_once(here: County, owed: Obligation) -> None:
    """Refused, it cannot be granted any more; it is asked for again."""
    waiver = here.ask(owed, by="Head", at="2 Mar 12:00")
    secretary = here.users["Lake secretary"]
    now = moment("2 Mar 13:00")
    refuse_waiver(waiver=waiver, reach=reach_of(secretary, now=now), by=By("x", "", secretary.pk), now=now)
    with pytest.raises(AlreadyAnswered):
        here.grant(waiver, by="North officer", at="2 Mar 14:00")
    assert here.gaps("3 Mar 00:00") == [GAP]


def test_a_waiver_for_a_span_that_is_past_is_not_granted(here: County, owed: Obligation) -> None:
    """Asked for until noon and looked at after noon, it would lift nothing and say that it had."""
    waiver = here.ask(owed, by="Head", at="2 Mar 08:00", until="2 Mar 12:00")
    with pytest.raises(LapsedWaiver):
        here.grant(waiver, by="Lake secretary", at="2 Mar 13:00")


def test_what_is_met_or_ended_needs_no_waiver(here: County, owed: Obligation) -> None:
    """The request is answered with what became of the obligation, and an end is not undone by a waiver."""
    earlier = here.ask(owed, by="Head", at="2 Mar 08:00", until="9 Mar 00:00")
    end_obligations([owed.pk], area=owed.area_id, reason="x", words="", by=OFFICER, now=moment("2 Mar 09:00"))
    owed.refresh_from_db()
    with pytest.raises(AlreadyEnded):
        here.grant(earlier, by="Lake secretary", at="2 Mar 10:00")
    with pytest.raises(AlreadyEnded):
        here.ask(owed, by="Head", at="2 Mar 10:00")
    with pytest.raises(AlreadySettled):
        here.ask(here.owed("Zhao's", "told"), by="Head2", at="2 Mar 10:00")


def test_a_reason_must_be_one_of_the_plans_and_the_end_ahead(here: County, owed: Obligation) -> None:
    """Both mistakes are answered with what is allowed."""
    by = By("Head", "", here.users["Head"].pk)
    for reason, refusal in (("tired", UnknownReason), (" ", NoReasonChosen)):
        with pytest.raises(refusal) as refused:
            ask_waiver(obligation=owed, reason=reason, words="", until=None, by=by, now=moment("2 Mar 08:00"))
        assert "可选：外出。" in refused.value.say("zh")
        assert "Choose one of: away." in refused.value.say("en")
    with pytest.raises(BackwardsWaiver):
        here.ask(owed, by="Head", at="2 Mar 08:00", until="1 Mar 08:00")


def test_a_record_that_comes_later_meets_what_was_waived(here: County, owed: Obligation) -> None:
    """Done after all: the obligation is met, and no longer counted as waived."""
    here.grant(here.ask(owed, by="Head", at="2 Mar 12:00"), by="Lake secretary", at="2 Mar 13:00")
    here.tell("Wang's | 2 Mar 20:00 | visit 1")
    assert here.books("3 Mar 00:00") == "4 met of 4"


def test_a_waiver_taken_back_was_held_until_then_and_is_told_again(here: County) -> None:
    """From that minute the obligation is owed and climbs; the days before stay waived, as they were."""
    here.start("told")
    waiver = here.ask(here.owed("Wang's", "told"), by="Head", at="1 Mar 12:00")
    here.grant(waiver, by="Lake secretary", at="1 Mar 13:00")
    secretary = here.user("Lake secretary")
    at = moment("4 Mar 12:00")
    by = By(secretary.name, "", secretary.pk)
    withdraw_waiver(waiver=waiver, why="they are home", reach=reach_of(secretary, now=at), by=by, now=at)
    assert "1 waived" in here.books("3 Mar 12:00", known="5 Mar 00:00")
    assert "Wang's | told | since 3 Mar 00:00 | Head" in here.gaps("4 Mar 12:00")
    told = [line for line in here.escalate("4 Mar 12:00") if "| Wang's |" in line]
    assert told[0] == "0 | Wang's | group_head | Head | 4 Mar 12:00"
