"""The flow card (S21): a post that works by an old version is a gap, and saying so again closes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.fronts.defence.steps import (
    STEPS,
    MayNotPublish,
    StepMissing,
    VersionTaken,
    publish_card,
    publishes_for,
)
from sibulou.roster.access import reach_of
from sibulou.roster.audit import By
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
