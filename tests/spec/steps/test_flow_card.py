"""The flow card (S21): a post that works by an old version is a gap, and saying so again closes nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from sibulou.fronts.defence.life import take_step
from sibulou.fronts.defence.models import Step
from sibulou.fronts.defence.steps import (
    STEPS,
    MayNotPublish,
    StepMissing,
    VersionTaken,
    ask_all,
    publish_card,
    publishes_for,
)
from sibulou.roster.access import reach_of
from sibulou.roster.audit import By
from sibulou.roster.subjects import add_post
from tests.spec.passage.conftest import Gate

BUREAU = By("方敏", "health_bureau")


def published(gate: Gate, version: str, minutes: float, **steps: str) -> None:
    said = dict.fromkeys(STEPS, "照做") | steps
    publish_card(county=gate.scene.world.county, version=version, steps=said, by=BUREAU, now=gate.ago(minutes))


def test_a_new_version_is_owed_by_every_open_post_within_a_day(gate: Gate) -> None:
    world = gate.scene.world
    published(gate, "2", 50)
    owed = gate.owed("post.steps")
    assert {one.subject_id for one in owed} == {world.post.pk, world.gate.pk}
    assert {(one.seat.role, one.due_at - one.opened_at) for one in owed} == {("post_head", timedelta(hours=24))}


def test_only_the_version_in_use_closes_it(gate: Gate) -> None:
    """“The same as before” is kept, and the post stays on the list."""
    published(gate, "1", 50)
    gate.told(45, form="step_card", version="1")
    assert [one.subject_id for one in gate.owed("post.steps")] == [gate.scene.world.gate.pk]
    published(gate, "2", 40)
    gate.told(30, form="step_card", version="1")
    assert gate.scene.world.post.pk in {one.subject_id for one in gate.owed("post.steps")}
    gate.told(20, form="step_card", version="2")
    assert {one.subject_id for one in gate.owed("post.steps")} == {gate.scene.world.gate.pk}


def test_what_was_said_before_it_was_published_does_not_count(gate: Gate) -> None:
    """Told before and heard after: it is judged by the version of its own moment."""
    published(gate, "2", 40)
    gate.told(45, form="step_card", version="2")
    assert len(gate.owed("post.steps")) == 2


def test_a_corrected_word_opens_it_again(gate: Gate) -> None:
    published(gate, "2", 40)
    record, _ = gate.told(30, form="step_card", version="2")
    assert len(gate.owed("post.steps")) == 1
    gate.told(30, form="step_card", version="1", corrects=record)
    assert len(gate.owed("post.steps")) == 2


def test_a_card_has_six_steps_and_a_version_of_its_own(gate: Gate) -> None:
    with pytest.raises(StepMissing):
        published(gate, "2", 40, ask=" ")
    published(gate, "2", 40)
    with pytest.raises(VersionTaken):
        published(gate, "2", 30)


def test_it_is_published_by_the_bureau_or_the_duty_officer(gate: Gate) -> None:
    scene = gate.scene
    for role in ("health_bureau", "county_duty"):
        assert publishes_for(reach_of(scene.inside(role), now=gate.now)) == scene.world.county.pk
    with pytest.raises(MayNotPublish):
        publishes_for(reach_of(scene.world.secretary_a, now=gate.now))


def test_a_post_that_opens_later_owes_the_card_from_its_opening(gate: Gate) -> None:
    """At once where its opening is a step of its life; by the clockwork where it was entered as standing. Once each."""
    published(gate, "2", 40)
    world, officer = gate.scene.world, By("唐宁", "county_duty")
    planned = add_post(area=world.village_a, name="后山卡点", kind="village", by=officer, now=gate.ago(90))
    take_step(post=planned, step=Step.OPENED, number="", by=officer, now=gate.ago(20))
    assert [one.opened_at for one in gate.owed("post.steps") if one.subject_id == planned.pk] == [gate.ago(20)]
    entered = add_post(area=world.village_a, name="东头卡点", kind="village", by=officer, now=gate.ago(10),
                       opened_at=gate.ago(10))  # fmt: skip
    assert [ask_all(now=gate.now) for _ in range(2)] == [1, 0]
    assert [one.opened_at for one in gate.owed("post.steps") if one.subject_id == entered.pk] == [gate.ago(10)]


def test_a_post_that_goes_back_to_an_old_version_is_a_gap_at_once(gate: Gate) -> None:
    """It worked by the new one and tells the old one: it owes the card again, overdue from that word."""
    published(gate, "1", 55)
    published(gate, "2", 50)
    gate.told(40, form="step_card", version="2")
    gate.told(30, form="step_card", version="1")
    gate.told(25, form="step_card", version="1")
    (owed,) = [one for one in gate.owed("post.steps") if one.subject_id == gate.scene.world.post.pk]
    assert owed.opened_at == owed.due_at == gate.ago(30)
    gate.told(20, form="step_card", version="2")
    assert {one.subject_id for one in gate.owed("post.steps")} == {gate.scene.world.gate.pk}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_in_whatever_order_its_words_come_the_same_is_owed(gate: Gate, order: tuple[int, ...]) -> None:
    published(gate, "2", 50)
    words = [(40, "2"), (30, "1"), (20, "1")]
    for place in order:
        minutes, version = words[place]
        gate.told(minutes, form="step_card", version=version)
    (owed,) = [one for one in gate.owed("post.steps") if one.subject_id == gate.scene.world.post.pk]
    assert owed.due_at == gate.ago(30)


def test_a_step_back_that_was_a_slip_is_owed_no_more(gate: Gate) -> None:
    published(gate, "2", 50)
    gate.told(40, form="step_card", version="2")
    slip, _ = gate.told(30, form="step_card", version="1")
    assert gate.scene.world.post.pk in {one.subject_id for one in gate.owed("post.steps")}
    gate.told(30, form="step_card", version="2", corrects=slip)
    assert {one.subject_id for one in gate.owed("post.steps")} == {gate.scene.world.gate.pk}
