"""Passages laid side by side: rows too few, nobody on duty, and the silence of a busy hour."""

from __future__ import annotations

from datetime import timedelta

from sibulou.duty.models import Obligation
from sibulou.duty.reconcile import reconcile
from tests.spec.passage.conftest import Gate


def four(gate: Gate, rows: int, minutes: float = 40, **said: object) -> None:
    for number in range(rows):
        gate.told(minutes, plate="云F12345", name=f"乘客{number}", occupants=4, passage="car-1", **said)


def test_four_occupants_and_three_rows_is_a_gap_of_the_post(gate: Gate) -> None:
    """Not before half an hour has passed: the last may still be written down."""
    four(gate, 3)
    gate.compare(minutes=15)
    assert gate.owed("pass.rows") == []
    assert gate.compare() == 1
    (owed,) = gate.owed("pass.rows")
    assert (owed.subject_id, owed.opened_at, owed.seat.role) == (gate.scene.world.post.pk, gate.ago(40), "post_head")
    assert gate.compare() == 0


def test_four_rows_are_complete(gate: Gate) -> None:
    four(gate, 4)
    assert gate.compare() == 0


def test_the_fourth_row_that_comes_late_closes_it_as_of_when_it_happened(gate: Gate) -> None:
    four(gate, 3)
    gate.compare()
    four(gate, 1)
    assert gate.compare() == 1
    met = Obligation.objects.get(duty__key="pass.rows")
    assert met.met_at == gate.ago(40)


def test_without_a_number_rows_of_one_plate_within_twenty_minutes_are_one_vehicle(gate: Gate) -> None:
    for minutes in (50, 49, 48):
        gate.told(minutes, plate="云F12345", occupants=3)
    gate.told(45, plate="云F88888", occupants=2)
    assert gate.compare() == 1
    assert [one.opened_at for one in gate.owed("pass.rows")] == [gate.ago(45)]


def test_a_passage_while_nobody_is_on_duty_is_found_once(gate: Gate) -> None:
    """The crew left an empty post at the meal; two cars passed and were written down later."""
    gate.told(55, form="post_sign_off", on_duty=0, reason="meal")
    gate.told(50, plate="云F1")
    gate.told(45, plate="云F2")
    assert gate.compare() == 1
    (owed,) = gate.owed("pass.shift")
    assert owed.opened_at == gate.ago(50)
    gate.told(40, form="passage_explained", outcome="not_signed")
    assert len(gate.owed("pass.shift")) == 1


def test_the_sign_on_that_arrives_late_takes_it_back(gate: Gate) -> None:
    gate.told(55, form="post_sign_off", on_duty=0, reason="shift_end")
    gate.told(50, plate="云F1")
    gate.compare()
    assert len(gate.owed("pass.shift")) == 1
    gate.told(54, form="post_sign_on", on_duty=2)
    gate.compare()
    assert gate.owed("pass.shift") == []


def test_a_crew_that_signed_on_long_ago_is_no_shift(gate: Gate) -> None:
    gate.told(45, plate="云F1")
    later = gate.now + timedelta(hours=13)
    assert gate.compare() == 0
    gate.scene = type(gate.scene)(gate.scene.world, gate.scene.event, gate.scene.outside, later)
    gate.told(40, plate="云F2")
    assert gate.compare() == 1
    assert gate.owed("pass.shift")[0].opened_at == gate.ago(40)


def test_a_passage_in_a_busy_hour_is_its_count_and_silence_is_a_gap(gate: Gate) -> None:
    """`post.passes`: any one row of the register meets the hour, the zero tick does too, and nothing is silence."""
    reconcile(now=gate.now)
    windows = Obligation.objects.filter(duty__key="post.passes", subject=gate.scene.world.post.pk, met_at=None)
    passed, ticked, silent = windows.filter(opened_at__lt=gate.now - timedelta(hours=3)).order_by("-opened_at")[:3]
    for window, form, said in (
        (passed, "checkpoint_pass", {"plate": "云F1"}),
        (ticked, "checkpoint_hour", {"vehicles": 0, "people": 0}),
    ):
        gate.told((gate.now - window.opened_at).total_seconds() / 60 - 10, form=form, **said)
    looked = Obligation.objects.filter(pk__in=[passed.pk, ticked.pk, silent.pk])
    met = {one.pk: one.met_at is not None for one in looked}
    assert met == {passed.pk: True, ticked.pk: True, silent.pk: False}
    assert silent.duty.gap == "silent"
