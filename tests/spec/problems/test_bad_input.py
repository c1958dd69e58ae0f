"""Bad input gets a sentence that says what is wrong and what to do; nothing is half-written, nothing is lost."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from sibulou.duty.force import load
from sibulou.duty.intake import Outcome
from sibulou.duty.models import Duty, PlanVersion, Record, Refusal
from sibulou.duty.plan_reader import PlanMistakes
from sibulou.duty.problems import WrongEnvelope
from sibulou.duty.told import read_told
from sibulou.roster.models import Appointment, AreaCode
from tests.kernel import LAKE, NORTH, OFFICER, County, moment, plan

pytestmark = pytest.mark.django_db

ENVELOPE = {
    "id": "0170a000-0000-7000-8000-000000000001", "form": "reading", "subject": "7",
    "happened_at": "2020-03-01T08:10:00+08:00", "content": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("cutoffs:", "cut_offs:", "cut_offs"),
        ("    owner: group_head", "    owner: group_heat", "group_heat"),
        ("after: 2 hours}]\n  village", "after: 2 hours}, {continue: village}]\n  village", "cycle"),
        ("every: {days: 3}", "every: {days: 0}", "days"),
        ('village: "16:00"', 'village: "19:00"', "cut-offs out of order"),
        ("warn: 2 days, due: 3 days", "warn: 3 days, due: 2 days", "out of order"),
        ("closers: [{form: visit}]", "closers: [{form: vizit}]", "vizit"),
    ],
)
def test_a_plan_with_a_mistake_is_not_taken_over_at_all(here: County, old: str, new: str, word: str) -> None:
    """File, line, field and what is allowed are named; no version and no duty of it is kept."""
    text = plan("check")
    assert text.count(old) >= 1
    with pytest.raises(PlanMistakes) as problem:
        load(text.replace(old, new, 1), file="mine.yaml", by=OFFICER, now=moment("1 Mar 00:00"))
    said = problem.value.say("en")
    assert word in said
    assert "mine.yaml, line " in said
    assert not PlanVersion.objects.exists()
    assert not Duty.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None), ("id", "seven"), ("form", ""), ("form", 7), ("subject", "x"), ("subject", True),
        ("subject", "9" * 19), ("subject", "-4"), ("subject", "１２"), ("happened_at", "yesterday"),
        ("happened_at", "2020-03-01T08:10:00"), ("happened_at", "0001-01-01T00:00:00+00:00"), ("content", []),
        ("withdraws", "yes"), ("withdraws", True), ("answers", "x"), ("corrects", 3), ("shape", "round"),
    ],
)  # fmt: skip
def test_a_record_in_the_wrong_envelope_is_answered_with_its_field(field: str, value: object) -> None:
    """The sentence names the field and what it should be, in both languages."""
    with pytest.raises(WrongEnvelope) as problem:
        read_told(ENVELOPE | {field: value})
    named = "corrects" if (field, value) == ("withdraws", True) else field
    for language in ("zh", "en"):
        assert named in problem.value.say(language)


def test_a_record_in_the_right_envelope_is_read() -> None:
    """The same envelope without a mistake."""
    assert read_told(ENVELOPE).subject == 7


@pytest.mark.parametrize(
    "line",
    [
        "424242 | 1 Mar 08:10 | reading 36.5",
        "Wang | 9 Mar 08:10 | reading 36.5",
        "Wang | 1 Mar 08:10 | reading 99",
        "Wang | 1 Mar 08:10 | reading",
        "Wang | 1 Mar 08:10 | nonsense",
        "Wang's | 1 Mar 08:10 | reading 36.5",
        "Wang | 1 Mar 08:10 | reading 36.5 | as a | corrects a",
    ],
)
def test_a_record_that_cannot_be_taken_is_kept_with_its_sentence(here: County, line: str) -> None:
    """Whatever was wrong with it, it waits for a person with what is wrong and what to do, and counts for nothing."""
    here.start("temperature")
    (answer,) = here.tell(line, at="1 Mar 09:00")
    assert answer.outcome not in (Outcome.ACCEPTED, Outcome.REPEATED)
    assert answer.problem is not None
    refusal = Refusal.objects.get()
    assert refusal.words_zh == answer.problem.say("zh")[:400]
    assert refusal.words_en == answer.problem.say("en")[:400]
    assert not Record.objects.exists()
    assert here.books("1 Mar 10:00") == "4 overdue of 4"


def test_appointments_that_overlap_leave_the_first_as_it_was(here: County) -> None:
    """The database takes no second holder of one seat for the same time."""
    with pytest.raises(IntegrityError), transaction.atomic():
        here.appoint("Deng", "guard", "Wang")
    assert [one.user.name for one in Appointment.objects.filter(seat=here.seat("guard", "Wang"))] == ["Li"]


def test_one_code_names_one_area_at_a_time(here: County) -> None:
    """A code that stands for one township cannot stand for another as well."""
    AreaCode.objects.create(area_id=NORTH, code="530499100")
    with pytest.raises(IntegrityError), transaction.atomic():
        AreaCode.objects.create(area_id=LAKE, code="530499100")
