"""A correction is a new record that names the one it replaces; a withdrawal replaces it by nothing."""

from __future__ import annotations

from itertools import permutations

import pytest

from sibulou.duty.intake import Outcome
from sibulou.duty.models import Obligation, Record, Revision
from tests.kernel import County, moment, spec

pytestmark = pytest.mark.django_db

SAID = "Wang | 1 Mar 08:10 | reading 36.5 | as a"


def test_a_withdrawn_record_meets_nothing() -> None:
    """A reading of the wrong man, withdrawn, leaves the gap that it had covered."""
    spec(
        "temperature",
        records=[SAID, "Wang | 1 Mar 08:10 | reading | withdraws a | received 1 Mar 12:00"],
        now="1 Mar 12:00",
        gaps="Wang | temperature | since 1 Mar 10:00 | Li",
    )


def test_a_correction_counts_where_it_says_it_happened() -> None:
    """Corrected from the morning to the evening, the reading meets the evening and the morning is missed."""
    spec(
        "temperature",
        records=[SAID, "Wang | 1 Mar 18:10 | reading 36.5 | corrects a | received 1 Mar 19:00"],
        now="1 Mar 20:30",
        gaps="Wang | temperature | since 1 Mar 10:00 | Li",
        books="1 met, 1 overdue of 2",
    )


def test_the_board_can_be_shown_as_it_was_known_before_the_correction(here: County) -> None:
    """At noon the county believed the reading; what it believed then is kept, and shown when asked for."""
    here.start("temperature")
    here.tell(SAID, "Wang | 1 Mar 08:10 | reading | withdraws a | received 1 Mar 15:00")
    assert here.books("1 Mar 12:00", known="1 Mar 12:00") == "1 met, 3 overdue of 4"
    assert here.books("1 Mar 12:00", known="1 Mar 16:00") == "4 overdue of 4"
    assert Revision.objects.count() == 1


def test_a_late_record_is_known_late(here: County) -> None:
    """Happened at 08:10, known at 15:00: at noon, as known then, it was missed; as known now, it was not."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5 | received 1 Mar 15:00")
    assert here.books("1 Mar 12:00", known="1 Mar 12:00") == "4 overdue of 4"
    assert here.books("1 Mar 12:00", known="1 Mar 16:00") == "1 met, 3 overdue of 4"


def test_a_correction_that_comes_first_works_all_the_same(here: County) -> None:
    """Two phones, two paths: the withdrawal arrives before what it withdraws, and nothing is met."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading | withdraws a | received 1 Mar 09:00", f"{SAID} | received 1 Mar 10:00")
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at is None
    assert here.sound()


def test_a_correction_replaces_for_good(here: County) -> None:
    """A correction corrected in its turn does not bring back the first word; only the last one counts."""
    lines = [SAID, "Wang | 1 Mar 18:10 | reading 36.6 | as b | corrects a",
             "Wang | 1 Mar 19:10 | reading 36.7 | as c | corrects b"]  # fmt: skip
    here.start("temperature")
    here.tell(*lines, at="1 Mar 21:00")
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at is None
    assert here.owed("Wang", "temperature", "1 Mar 18:00").met_at == moment("1 Mar 19:10")


def test_a_correction_of_another_subject_or_of_itself_is_refused(here: County) -> None:
    """Zhao's reading cannot replace Wang's, nor a record itself."""
    here.start("temperature")
    answers = here.tell(SAID, "Zhao | 1 Mar 08:20 | reading 36.5 | corrects a",
                        "Zhao | 1 Mar 08:20 | reading 36.5 | as z | corrects z")  # fmt: skip
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.REFUSED]
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at == moment("1 Mar 08:10")


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_correction_that_fits_no_record_silences_none(here: County, order: tuple[int, ...]) -> None:
    """Whichever of the two comes first, a record of Zhao that names one of Wang does not silence Wang's."""
    lines = [SAID, "Zhao | 1 Mar 08:20 | reading 36.5 | corrects a"]
    here.start("temperature")
    for minute, n in enumerate(order):
        here.tell(f"{lines[n]} | received 1 Mar 09:{minute:02}")
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at == moment("1 Mar 08:10")


def test_a_correction_ends_by_name_what_the_first_word_had_opened(here: County) -> None:
    """38.5 was a slip for 36.5: the way to the clinic is owed no more, ended by the name of whoever corrected."""
    here.start("clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 38.5 | as a")
    assert here.gaps("1 Mar 11:00") == ["Wang | clinic | since 1 Mar 10:10 | Doctor"]
    here.tell("Wang | 1 Mar 08:10 | reading 36.5 | corrects a | received 1 Mar 11:00")
    owed = Obligation.objects.get()
    assert here.gaps("1 Mar 11:00") == []
    assert owed.waiver is not None
    assert (owed.waiver.kind, owed.waiver.reason, owed.waiver.granted_by) == ("end", "corrected", "duty officer")
    assert here.books("1 Mar 11:00") == "1 waived of 1"


def test_a_waiver_that_would_lapse_does_not_keep_a_corrected_duty_alive(here: County) -> None:
    """Lifted until the evening and then called off by a correction, it does not come back when the waiver lapses."""
    text = "clinic"
    here.start(text)
    here.tell("Wang | 1 Mar 08:10 | reading 38.5 | as a")
    waiver = here.ask(here.owed("Wang", "clinic"), by="Doctor", at="1 Mar 09:00", until="1 Mar 20:00")
    here.grant(waiver, by="North officer", at="1 Mar 09:30")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5 | corrects a | received 1 Mar 11:00")
    assert here.gaps("1 Mar 21:00") == []


def test_every_word_said_is_still_there(here: County) -> None:
    """Corrected or withdrawn, the first word stays in the record as it was told."""
    here.start("temperature")
    here.tell(SAID, "Wang | 1 Mar 08:10 | reading 36.9 | corrects a")
    assert [one.content for one in Record.objects.order_by("seq")] == [{"temperature": 36.5}, {"temperature": 36.9}]
