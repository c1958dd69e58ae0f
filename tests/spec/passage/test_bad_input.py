"""What cannot be a passage is refused with a sentence, in both languages, and kept; an odd plate passes."""

from __future__ import annotations

import pytest

from sibulou.duty.intake import Outcome
from sibulou.duty.models import Refusal
from sibulou.fronts.defence.models import Passage
from tests.spec.passage.conftest import Gate


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ({"temperature": 98.6}, "34", "34"),
        ({"temperature": 3.65}, "34", "34"),
        ({"temperature": 38.0, "second": 380}, "43", "43"),
        ({"kept": "phone_only", "name": None}, "没有填手机号", "no number given"),
        ({"kept": "phone_only", "name": None, "phone": "154000"}, "共6位", "6 digits"),
        ({"occupants": 0}, "1", "1"),
    ],
    ids=["in Fahrenheit", "point slipped", "second reading", "no number", "half a number", "an empty vehicle"],
)
def test_what_is_out_of_range_is_refused_in_a_sentence_and_kept(
    gate: Gate, said: dict[str, object], zh: str, en: str
) -> None:
    content = {"name": "过路人"} | said
    _, answer = gate.told(5, **{key: value for key, value in content.items() if value is not None})
    assert answer.outcome is Outcome.REFUSED and answer.problem is not None
    assert zh in answer.problem.say("zh") and en in answer.problem.say("en")
    assert Refusal.objects.count() == 1 and Passage.objects.count() == 0


def test_an_odd_plate_passes_the_post_all_the_same(gate: Gate) -> None:
    _, answer = gate.told(5, plate="云F1234")
    assert answer.outcome is Outcome.ACCEPTED
    assert Passage.objects.get().plate is not None
