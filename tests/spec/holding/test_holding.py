"""The holding place (S18): who is held is seen by a doctor or received in time, and stands on the list once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.told import Told
from sibulou.fronts.defence.holding import held
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, reach_of
from tests.spec.passage.conftest import CREW, Gate
from tests.world import identity_of

PAPERS = {"authority": "cdc", "notice": "易疾控隔〔2020〕3号", "basis": "diseases"}
NUMBER = identity_of(date(1980, 2, 3), 5)


def answered(gate: Gate, passage: UUID, minutes: float, form: str, **said: object) -> UUID:
    """A record that answers a passage, so many minutes ago."""
    at = gate.ago(minutes)
    record = uuid7(at)
    told = Told(record, form, gate.scene.world.post.pk, at, said, answers=passage)
    (answer,) = take_in(Batch([told]), reach=EVERYTHING, by=CREW, now=gate.now)
    assert answer.outcome is Outcome.ACCEPTED, answer.problem
    return record


def test_who_is_held_must_be_seen_by_a_doctor_within_four_hours(gate: Gate) -> None:
    """The township's health officer answers for it; the doctor's visit closes it, and he is still held."""
    passage, _ = gate.told(50, disposal="held", temperature=37.6, second=37.5)
    (owed,) = gate.owed("held.seen")
    assert (owed.seat.role, owed.due_at - owed.opened_at) == ("township_health", timedelta(hours=4))
    answered(gate, passage, 10, "held_seen", doctor="白芸", finding="stays")
    assert gate.owed("held.seen") == []
    (one,) = held(now=gate.now)
    assert one.left_at is None and len(one.visits) == 1


def test_a_receiver_ends_the_holding(gate: Gate) -> None:
    """Received elsewhere or let go: nothing is owed of him any more, and the list says where he went."""
    passage, _ = gate.told(50, disposal="isolated", **PAPERS)
    answered(gate, passage, 5, "transfer_received", receiver="赵敏", place="县医院", outcome="admitted")
    assert gate.owed("held.seen") == gate.owed("transfer.receive") == []
    (one,) = held(now=gate.now)
    assert one.left_at == gate.ago(5)


def test_each_person_stands_once_however_often_he_was_registered(gate: Gate) -> None:
    """By number, and by name with telephone; whoever shares either with a passage is the same, across posts."""
    gate.told(50, name="赵一", disposal="held", id_number=NUMBER)
    gate.told(40, name="赵一", disposal="held", id_number=NUMBER, phone="15400000001", post=gate.scene.world.gate)
    gate.told(30, name="赵一", disposal="handed_over", phone="15400000001")
    gate.told(20, name="钱二", disposal="held", phone="15400000001")
    assert [(len(one.passages), one.since) for one in held(now=gate.now)] == [(3, gate.ago(50)), (1, gate.ago(20))]


def test_a_receipt_of_before_does_not_free_who_is_held_again(gate: Gate) -> None:
    first, _ = gate.told(50, disposal="held", id_number=NUMBER)
    answered(gate, first, 40, "transfer_received", receiver="赵敏", place="卫生院", outcome="released")
    gate.told(20, disposal="held", id_number=NUMBER)
    (one,) = held(now=gate.now)
    assert one.left_at is None


def test_who_passed_or_was_turned_back_is_not_held(gate: Gate) -> None:
    gate.told(50)
    gate.told(40, disposal="turned_back")
    assert held(now=gate.now) == [] and gate.owed("held.seen") == []


@pytest.mark.parametrize("missing", sorted(PAPERS))
def test_isolation_asks_for_authority_notice_and_law(gate: Gate, missing: str) -> None:
    papers = {key: value for key, value in PAPERS.items() if key != missing}
    _, answer = gate.told(5, disposal="isolated", **papers)
    assert answer.outcome is Outcome.REFUSED and held(now=gate.now) == []


def test_no_role_of_a_village_isolates(gate: Gate) -> None:
    """Refused at the intake, in both languages, with what to choose instead."""
    reach = reach_of(gate.scene.world.secretary_a, now=gate.now)
    _, answer = gate.told(5, disposal="isolated", reach=reach, **PAPERS)
    assert answer.problem is not None
    assert "不能作出隔离决定" in answer.problem.say("zh") and "cannot decide on isolation" in answer.problem.say("en")
    assert held(now=gate.now) == []
