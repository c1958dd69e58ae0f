"""A passage arrives somewhere: each follow-up is somebody's duty by name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sibulou.duty.intake import Outcome
from sibulou.duty.models import Obligation, Record, Watch
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.register import rebuild
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import reach_of
from sibulou.roster.models import Person
from tests.spec.passage.conftest import Gate
from tests.world import identity_of

PLATE = "云F12345"


def test_turned_back_here_and_let_in_elsewhere_is_an_alarm_at_once(gate: Gate) -> None:
    """The same plate, forty minutes later at the other post: overdue from the minute it came in, for its head."""
    world = gate.scene.world
    gate.told(50, plate=PLATE, disposal="turned_back")
    gate.told(10, post=world.gate, plate="云f·12345")
    (alarm,) = gate.owed("turnback.came_in")
    assert (alarm.subject_id, alarm.due_at, alarm.seat.role) == (world.gate.pk, gate.ago(10), "post_head")
    said = Record.objects.get(pk=alarm.opened_by).content
    assert (said["kind"], said["by"], said["other"]) == ("came_in", ["plate"], str(world.post.pk))


def test_it_does_not_matter_which_of_the_two_was_heard_first(gate: Gate) -> None:
    """The post that turned them back had no signal: its record comes last, and the alarm is the same."""
    world = gate.scene.world
    gate.told(10, post=world.gate, plate=PLATE)
    assert gate.owed("turnback.came_in") == []
    gate.told(50, plate=PLATE, disposal="turned_back")
    assert [alarm.due_at for alarm in gate.owed("turnback.came_in")] == [gate.ago(10)]


@pytest.mark.parametrize("by", [{"phone": "15400000001"}, {"id_number": identity_of(date(1980, 2, 3), 5)}])
def test_a_person_on_foot_is_known_by_telephone_or_number(gate: Gate, by: dict[str, str]) -> None:
    gate.told(50, disposal="turned_back", **by)
    gate.told(10, post=gate.scene.world.gate, name="换了名字", **by)
    assert len(gate.owed("turnback.came_in")) == 1


def test_four_in_one_car_are_one_alarm(gate: Gate) -> None:
    for name in ("甲", "乙"):
        gate.told(50, plate=PLATE, disposal="turned_back", name=name, passage="a")
    for name in ("甲", "乙"):
        gate.told(10, post=gate.scene.world.gate, plate=PLATE, name=name, passage="b")
    assert len(gate.owed("turnback.came_in")) == 1


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"post": "post", "minutes": 50}, {"post": "post", "minutes": 10}),
        ({"post": "post", "minutes": 10}, {"post": "gate", "minutes": 50}),
        ({"post": "post", "minutes": 50}, {"post": "gate", "minutes": 10, "disposal": "turned_back"}),
        ({"post": "post", "minutes": 50}, {"post": "gate", "minutes": 10, "direction": "out"}),
        ({"post": "post", "minutes": 50}, {"post": "gate", "minutes": 10, "plate": "云F54321"}),
    ],
    ids=["same post", "came in before", "turned back again", "went out", "another vehicle"],
)
def test_what_is_no_alarm(gate: Gate, first: dict[str, object], then: dict[str, object]) -> None:
    for one, said in ((first, {"plate": PLATE, "disposal": "turned_back"}), (then, {"plate": PLATE})):
        post = getattr(gate.scene.world, str(one["post"]))
        more = {key: value for key, value in one.items() if key not in ("post", "minutes")}
        gate.told(float(str(one["minutes"])), post=post, **(said | more))
    assert gate.owed("turnback.came_in") == []


def test_a_turn_back_is_told_to_the_next_posts_and_where_he_was_going(gate: Gate) -> None:
    """The other post's crew must know within half an hour, the township of the destination within two hours."""
    world = gate.scene.world
    gate.told(5, plate=PLATE, disposal="turned_back", destination=str(world.village_c.pk), matched=True)
    assert [(one.subject_id, one.seat.role) for one in gate.owed("turnback.noted")] == [(world.gate.pk, "post_head")]
    (receiving,) = gate.owed("turnback.received")
    assert (receiving.area_id, receiving.seat.role, receiving.seat.area_id) == (
        world.village_c.pk, "township_duty", world.qingshan.pk
    )  # fmt: skip


def test_who_is_isolated_or_has_a_fever_must_be_received_by_name(gate: Gate) -> None:
    papers = {"authority": "cdc", "notice": "易疾控隔〔2020〕3号", "basis": "diseases"}
    isolated, answer = gate.told(5, disposal="isolated", **papers)
    assert answer.outcome is Outcome.ACCEPTED
    fever, _ = gate.told(5, temperature=38.1, second=37.9)
    gate.told(5, temperature=37.6, second=36.6)
    assert {one.opened_by for one in gate.owed("transfer.receive")} == {isolated, fever}
    assert gate.owed("pass.remeasure") == []
    once, _ = gate.told(5, temperature=38.0)
    assert [one.opened_by for one in gate.owed("pass.remeasure")] == [once]


def test_a_village_role_cannot_isolate_and_nobody_can_without_a_notice(gate: Gate) -> None:
    """Kept as a refusal with its sentence; the post head, with authority and number, may write it down."""
    papers = {"authority": "county_hq", "notice": "1号", "basis": "emergency"}
    village = reach_of(gate.scene.inside("village_secretary", "village_a"), now=gate.now)
    _, answer = gate.told(5, reach=village, disposal="isolated", **papers)
    assert answer.outcome is Outcome.REFUSED and answer.problem is not None
    assert "不能作出隔离决定" in answer.problem.say("zh")
    crew = reach_of(gate.scene.inside("post_head", "post"), now=gate.now)
    assert gate.told(5, reach=crew, disposal="isolated", **papers)[1].outcome is Outcome.ACCEPTED
    _, bare = gate.told(5, reach=crew, disposal="isolated")
    assert bare.outcome is Outcome.REFUSED


def test_who_comes_from_far_is_met_and_classed_by_the_village(gate: Gate) -> None:
    world = gate.scene.world
    far, _ = gate.told(5, origin="other_province", destination=str(world.village_a.pk), matched=True)
    gate.told(5, origin="county", destination=str(world.village_a.pk), matched=True)
    (owed,) = gate.owed("arrival.met")
    assert (owed.opened_by, owed.seat.role, owed.due_at) == (far, "village_secretary", gate.ago(5) + timedelta(hours=6))


def test_a_resident_who_left_is_marked_away_and_home_again(gate: Gate) -> None:
    chen = gate.scene.world.chen_guihua
    gate.told(30, direction="out", person=str(chen.pk))
    away = Person.objects.get(pk=chen.pk)
    assert (away.state, away.state_since) == ("away", gate.ago(30))
    gate.told(40, direction="in", person=str(chen.pk))
    assert Person.objects.get(pk=chen.pk).state == "away"
    gate.told(10, direction="in", person=str(chen.pk))
    assert Person.objects.get(pk=chen.pk).state == "present"


def test_a_watched_one_who_goes_out_must_be_answered_for(gate: Gate) -> None:
    yang = gate.scene.world.yang_zhiqiang
    Watch.objects.create(event=gate.scene.event, subject=yang.subject, area_id=yang.subject.area_id, klass="home",
                         starts_at=gate.ago(600), planned_until=gate.now + timedelta(days=9), set_by="x")  # fmt: skip
    gate.told(5, direction="out", person=str(yang.pk))
    assert [one.subject_id for one in gate.owed("exit.answer")] == [yang.pk]
    assert gate.compare() == 0
    assert len(gate.owed("exit.answer")) == 1


def test_who_is_on_the_list_by_his_number_is_known_though_the_crew_did_not_find_him(gate: Gate) -> None:
    """The device at the post holds no list of the village: the county does."""
    world = gate.scene.world
    born = next(row.birth_date for row in Person.objects.filter(pk=world.people["张德福"].pk))
    number = identity_of(born, 1)
    known = {"destination": str(world.village_a.pk), "matched": False}
    gate.told(5, id_number=number, **known)
    assert gate.owed("sighting.match") == []
    gate.told(5, id_number=identity_of(date(1991, 1, 1), 77), **known)
    assert len(gate.owed("sighting.match")) == 1


def test_a_corrected_passage_leaves_the_register_and_a_rebuilt_one_is_the_same(gate: Gate) -> None:
    first, _ = gate.told(30, plate=PLATE, name="张三")
    second, _ = gate.told(30, plate=PLATE, name="李四", corrects=first)
    gone, _ = gate.told(20, plate="云F00001")
    gate.told(20, corrects=gone, withdraws=True)
    held = sorted(Passage.objects.values_list("record", "plate", "name", "happened_at", "received_at"))
    assert [row[0] for row in held] == [second]
    assert rebuild() == 1
    assert sorted(Passage.objects.values_list("record", "plate", "name", "happened_at", "received_at")) == held


def test_a_number_alone_is_a_number_that_can_be_rung(gate: Gate) -> None:
    light = {"kept": "phone_only", "name": None}
    assert gate.told(5, phone="15400000009", **light)[1].outcome is Outcome.ACCEPTED
    for wrong in ({}, {"phone": "123"}):
        _, answer = gate.told(5, **light, **wrong)
        assert answer.outcome is Outcome.REFUSED


def test_nothing_follows_twice(gate: Gate) -> None:
    gate.told(50, plate=PLATE, disposal="turned_back")
    gate.told(45, plate=PLATE, post=gate.scene.world.gate)
    before = Record.objects.count(), Obligation.objects.count()
    gate.compare()
    assert (Record.objects.count(), Obligation.objects.count()) == before


@pytest.mark.parametrize("correction_first", [False, True])
def test_a_turn_back_that_was_none_takes_its_alarm_and_its_notices_back(gate: Gate, correction_first: bool) -> None:
    """Whatever comes first: the crew corrects the row to "let pass", and nobody owes anything any more."""
    at, world = 50, gate.scene.world
    turned, corrected = uuid7(gate.ago(at)), uuid7(gate.ago(at - 1))
    gate.told(10, post=world.gate, plate=PLATE)
    steps = [
        lambda: gate.told(at, record=turned, plate=PLATE, disposal="turned_back"),
        lambda: gate.told(at, record=corrected, plate=PLATE, corrects=turned),
    ]
    for step in reversed(steps) if correction_first else steps:
        step()
    assert gate.owed("turnback.came_in") == gate.owed("turnback.noted") == []


def test_of_two_in_one_car_one_corrected_row_leaves_the_alarm(gate: Gate) -> None:
    world = gate.scene.world
    first, _ = gate.told(50, plate=PLATE, disposal="turned_back", name="甲", passage="a")
    gate.told(50, plate=PLATE, disposal="turned_back", name="乙", passage="a")
    gate.told(10, post=world.gate, plate=PLATE)
    gate.told(50, corrects=first, withdraws=True)
    assert (len(gate.owed("turnback.came_in")), len(gate.owed("turnback.noted"))) == (1, 1)
