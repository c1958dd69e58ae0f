"""Plain Python and SQL say the same of generated counties: now, as of the past, and as it was known in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sibulou.duty import board
from sibulou.duty.board import Moment
from tests.equal.counties import START, Say, Step, Twins, stories
from tests.kernel import county

pytestmark = pytest.mark.django_db
SLOW = settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FAR = (Say(0, 2, 300), Say(0, 4, 60))


@SLOW
@given(story=stories, moments=st.lists(st.integers(0, 9000), min_size=2, max_size=3))
@example(
    story=[Step(500, "tell", FAR), Step(600, "tell", (Say(0, 4, 0, "withdraws", 1),)), Step(300, "wait")],
    moments=[400, 1200],
)
@example(
    story=[
        Step(500, "waive", numbers=(0, 5, 0)), Step(900, "waive", numbers=(0, 9, 0)),
        Step(800, "level", numbers=(2, 0, 0)),
    ],
    moments=[700, 1000],
)  # fmt: skip
def test_a_generated_county_is_the_same_in_both(db: None, story: Sequence[Step], moments: Sequence[int]) -> None:
    """Whatever happened, both have the same obligations, gaps, owners and books, at every pair of moments."""
    with county() as here:
        twins = Twins(here)
        twins.play(story)
        twins.agree()
        past = [START + timedelta(minutes=minutes) for minutes in moments]
        past = [at for at in past if at <= twins.now]
        twins.agree_at(twins.now, twins.now, live=True)
        for at in past:
            twins.agree_at(at, twins.now)
            twins.agree_at(at, at)
        for known in past[:1]:
            twins.agree_at(past[-1], known)
            twins.agree_at(twins.now, known)
        twins.agree_at(twins.now + timedelta(days=2), twins.now)


QUIET = st.lists(
    st.one_of(
        st.builds(
            Step,
            later=st.integers(1, 700),
            what=st.just("tell"),
            records=st.lists(
                st.builds(
                    Say,
                    subject=st.sampled_from([0, 1, 2, 2, 3, 4, 5, 8, 10]),
                    word=st.integers(0, 6),
                    ago=st.integers(0, 900),
                    link=st.sampled_from(["", "", "corrects", "withdraws", "answers"]),
                    to=st.integers(0, 30),
                ),
                min_size=1,
                max_size=4,
            ).map(tuple),
        ),
        st.builds(
            Step,
            later=st.integers(1, 900),
            what=st.sampled_from(
                ["leave", "away", "back", "deputy", "close", "waive", "household", "move", "move", "wait"]
            ),
            numbers=st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)),
        ),
    ),
    min_size=2,
    max_size=8,
)


@SLOW
@given(story=QUIET)
def test_the_past_is_shown_as_it_was_shown_then(db: None, story: Sequence[Step]) -> None:
    """Taken down live at every step, the books of that moment as known then are the same for ever after."""
    with county() as here:
        twins = Twins(here)
        taken = []
        for step in story:
            twins.play([step])
            taken.append((twins.now, twins.shown(twins.now)))
        for at, shown in taken:
            assert {area: board.books(area, Moment(at, at)).whole for area in shown} == shown
            assert board.trend(next(iter(shown)), [at]) == [(at, next(iter(shown.values())).overdue)]
