"""What the person concerned tells himself: one more way in by the same door, and his guard answers as before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.intake import Answer, Outcome
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.duty.told import Told
from sibulou.field.links import MOST_A_DAY, HandedOver, end_link, hand_over, open_link, tell
from sibulou.field.problems import LinkOver, NoSuchLink, ToldTooOften, WrongLinkEnd
from sibulou.lib import uuid7
from sibulou.roster.access import EVERYTHING, acting
from tests.kernel import OFFICER, County, moment, record_id, said

pytestmark = pytest.mark.django_db


def handed(here: County, name: str = "Wang", *, at: str = "1 Mar 07:00", until: str = "14 Mar 20:00") -> HandedOver:
    """A link about somebody."""
    with acting(EVERYTHING):
        return hand_over(subject=here.subjects[name], until=moment(until), reach=EVERYTHING, by=OFFICER, now=moment(at))


def says(
    here: County, made: HandedOver, at: str, temperature: float, *, name: str = "", about: str = "Wang", form: str = ""
) -> Answer:  # fmt: skip
    """A reading told through a link."""
    told = Told(
        id=record_id(name or f"{at} {temperature}"), form=form or "reading", subject=here.subjects[about].pk,
        happened_at=moment(at), content={} if form else {"temperature": temperature},
    )  # fmt: skip
    return tell(opened=open_link(made.secret, now=moment(at)), told=told, now=moment(at))


def test_his_own_reading_meets_what_the_plan_lets_it_meet(here: County) -> None:
    """The watch's duty says `concerned`: his reading of 08:10 meets it, told by no account."""
    here.start("watching")
    here.tell("Wang | 1 Mar 07:00 | seen far")
    assert says(here, handed(here), "1 Mar 08:10", 36.5).outcome is Outcome.ACCEPTED
    assert said(here.owed("Wang", "watching", opened="1 Mar 08:00").met_at) == "1 Mar 08:10"
    assert Record.objects.get(form="reading").told_by_id is None
    assert here.gaps("1 Mar 12:00") == []
    assert here.sound()


def test_it_closes_nothing_that_the_plan_leaves_to_others(here: County) -> None:
    """The same reading, for a duty whose closer does not say `concerned`: kept, and the gap stays."""
    here.start("temperature")
    says(here, handed(here), "1 Mar 08:10", 36.5)
    assert "Wang | temperature | since 1 Mar 10:00 | Li" in here.gaps("1 Mar 12:00")
    here.tell("Wang | 1 Mar 08:20 | reading 36.5")
    assert "Wang | temperature | since 1 Mar 10:00 | Li" not in here.gaps("1 Mar 12:00")
    assert here.sound()


def test_his_fever_calls_whom_the_guards_record_would_call(here: County) -> None:
    """38.5 told by himself: within two hours the village doctor has seen him, or it is the doctor's gap."""
    here.start("clinic")
    says(here, handed(here), "1 Mar 08:10", 38.5)
    assert here.gaps("1 Mar 10:10") == ["Wang | clinic | since 1 Mar 10:10 | Doctor"]


def test_what_he_does_not_tell_stays_the_guards_to_answer(here: County) -> None:
    """A link handed over closes nothing: without a reading the gap is the guard's."""
    here.start("watching")
    here.tell("Wang | 1 Mar 07:00 | seen far")
    handed(here)
    assert here.gaps("1 Mar 10:00") == ["Wang | watching | since 1 Mar 10:00 | Li"]


def test_a_form_that_is_not_for_him_is_refused(here: County) -> None:
    """He cannot lift his own watch: refused, kept with its reason, and the watch goes on."""
    here.start("watching")
    here.tell("Wang | 1 Mar 07:00 | seen far")
    answer = says(here, handed(here), "1 Mar 08:10", 0, form="lifted")
    assert answer.outcome is Outcome.REFUSED
    assert Refusal.objects.get().problem == "403.190"
    assert here.gaps("1 Mar 10:00") == ["Wang | watching | since 1 Mar 10:00 | Li"]


def test_a_link_tells_of_nobody_else(here: County) -> None:
    """Wang's link and Zhao's temperature: as if Zhao were not there."""
    here.start("watching")
    assert says(here, handed(here), "1 Mar 08:10", 36.5, about="Zhao").outcome is Outcome.UNKNOWN_SUBJECT
    assert not Record.objects.filter(subject=here.subjects["Zhao"]).exists()


def test_sent_twice_it_counts_once_and_changed_it_corrects(here: County) -> None:
    """The same form twice is one record; sent again with 38.0 it replaces 36.5 at the moment of the first."""
    here.start("clinic")
    made = handed(here)
    says(here, made, "1 Mar 08:10", 36.5, name="form")
    assert says(here, made, "1 Mar 08:11", 36.5, name="form").outcome is Outcome.REPEATED
    assert Record.objects.count() == 1
    assert says(here, made, "1 Mar 08:12", 38.0, name="form").outcome is Outcome.ACCEPTED
    correction = Record.objects.get(corrects=record_id("form"))
    assert said(correction.happened_at) == "1 Mar 08:10"
    assert [owed.subject.label for owed in Obligation.objects.all()] == ["Wang"]


def test_a_link_is_over_when_its_time_is(here: County) -> None:
    """It holds until its end and not a minute longer."""
    made = handed(here, until="2 Mar 20:00")
    assert open_link(made.secret, now=moment("2 Mar 19:59")).subject.label == "Wang"
    with pytest.raises(LinkOver):
        open_link(made.secret, now=moment("2 Mar 20:00"))


def test_an_ended_link_opens_no_more(here: County) -> None:
    """Ended by name and reason; whoever still holds it is told only that it is over."""
    made = handed(here)
    with acting(EVERYTHING):
        end_link(link=made.link, reason="phone lost", by=OFFICER, now=moment("1 Mar 09:00"))
    with pytest.raises(LinkOver) as over:
        open_link(made.secret, now=moment("1 Mar 09:01"))
    assert "Wang" not in over.value.say("en")


def test_a_guess_opens_nothing(here: County) -> None:
    """A secret nobody made, a cut one and an empty one: no link."""
    made = handed(here)
    for wrong in ("", made.secret[:-1], "A" * 43, "../../etc"):
        with pytest.raises(NoSuchLink):
            open_link(wrong, now=moment("1 Mar 08:00"))


def test_the_house_keeps_no_secret(here: County) -> None:
    """What is kept of a link is a digest that does not lead back to it."""
    made = handed(here)
    with acting(EVERYTHING):
        made.link.refresh_from_db()
    assert made.secret.encode() not in bytes(made.link.secret_digest)
    assert made.secret not in repr(made)


def test_a_link_lasts_three_months_at_most(here: County) -> None:
    """An end in the past or beyond 92 days is sent back with the days between which to choose."""
    for until in ("1 Mar 06:59", "2 Jun 08:00"):
        with pytest.raises(WrongLinkEnd):
            handed(here, until=until)


def test_thirty_times_a_day_are_enough(here: County) -> None:
    """The 31st time is not taken; the next day counts anew."""
    here.start("clinic")
    made = handed(here)
    start = moment("1 Mar 08:00")
    for minute in range(MOST_A_DAY):
        at = start + timedelta(minutes=minute)
        told = Told(uuid7.uuid7(at), "reading", here.subjects["Wang"].pk, at, {"temperature": 36.5})
        tell(opened=open_link(made.secret, now=at), told=told, now=at)
    with pytest.raises(ToldTooOften):
        says(here, made, "1 Mar 20:00", 36.5)
    assert says(here, made, "2 Mar 08:00", 36.5).outcome is Outcome.ACCEPTED
