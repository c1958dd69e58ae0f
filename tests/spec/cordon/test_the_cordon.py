"""A village lies open while a way in passes no post that stands; the gap says since when, and closes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.db import transaction

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record, Waiver
from sibulou.duty.told import Told
from sibulou.fronts.defence.cordon.county import Cordon, cordon_at
from sibulou.fronts.defence.cordon.placing import ask_seal, draw_road, end_road, end_seal, grant_seal
from sibulou.fronts.defence.cordon.problems import OffAnyRoad, OwnSeal, SealAnswered
from sibulou.fronts.defence.cordon.telling import report
from sibulou.fronts.defence.life import take_step
from sibulou.fronts.defence.models import Step
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By
from sibulou.roster.models import Area
from tests import roads
from tests.roads import put, with_roads
from tests.web import scene as scenery
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 17:00 in the county
FOUR = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
GATHERED = FOUR - timedelta(hours=12)


def at(minutes: int) -> datetime:
    """So many minutes after four in the afternoon."""
    return FOUR + timedelta(minutes=minutes)


@dataclass
class Here:
    """The small county with its roads, from four in the morning on."""

    scene: Scene

    def tell(self, form: str, on_duty: int, when: datetime, *, known: datetime | None = None) -> UUID:
        """The gate tells how many are on duty."""
        told = Told(uuid7(when), form, self.scene.world.gate.pk, when, {"on_duty": on_duty})
        (answer,) = take_in(Batch([told]), reach=EVERYTHING, by=BY, now=known or when)
        assert answer.outcome is Outcome.ACCEPTED, answer.problem
        return told.id

    def minute(self, when: datetime) -> int:
        """One minute of the clockwork."""
        return report(self.scene.world.county.pk, now=when)

    def open(self) -> list[tuple[str, int, int | None]]:
        """What was told and stands: village, and the minutes after four at which it opened and closed."""
        rows = Obligation.objects.filter(duty__key="village.cordon").exclude(waiver__kind=Waiver.Kind.END)
        names = dict(Area.objects.values_list("pk", "short_name"))
        return [
            (names[row.area_id], minutes(row.opened_at), None if row.met_at is None else minutes(row.met_at))
            for row in rows.order_by("area_id", "opened_at")
        ]

    def cordon(self, when: datetime, **how: Any) -> Cordon:
        return cordon_at(self.scene.world.county.pk, when, **how)


def minutes(when: datetime) -> int:
    return int((when - FOUR).total_seconds() // 60)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Scene]:
    """Built once for the module, in a transaction that is rolled back after it."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
        made = scenery.build(now=NOW)
        with acting(EVERYTHING):
            with_roads(made.world, tmp_path_factory.mktemp("roads"), now=GATHERED)
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def here(built: Scene, db: None) -> Iterator[Here]:
    with acting(EVERYTHING):
        yield Here(built)


def test_while_the_gate_stands_every_village_is_proven_closed(here: Here):
    found = here.cordon(at(0))
    assert [(one.name, one.closed) for one in found.villages] == [("东河", True), ("西河", True), ("松林", True)]
    assert here.minute(at(0)) == 0


def test_a_gate_left_for_a_meal_opens_the_villages_behind_it(here: Here):
    """16:00 to 16:40: the two villages without a post of their own lie open, the third is kept by its own."""
    here.tell("post_sign_off", 1, at(0))
    here.minute(at(1))
    assert here.open() == [("西河", 0, None), ("松林", 0, None)]
    here.tell("post_sign_on", 4, at(40))
    here.minute(at(41))
    assert here.open() == [("西河", 0, 40), ("松林", 0, 40)]


def test_told_again_nothing_changes(here: Here):
    here.tell("post_sign_off", 1, at(0))
    assert here.minute(at(1)) == 2
    assert [here.minute(at(more)) for more in (1, 2, 30)] == [0, 0, 0]


def test_the_gap_is_the_township_secretarys_and_says_how_far_and_how_many(here: Here):
    here.tell("post_sign_off", 0, at(0))
    here.minute(at(1))
    owed = Obligation.objects.get(duty__key="village.cordon", area_id=here.scene.world.village_b.pk)
    assert (owed.seat.role, owed.seat.area_id) == ("township_secretary", here.scene.world.longquan.pk)
    content = Record.objects.get(pk=owed.opened_by).content
    assert content["barriers"] == 1 and 10 < content["km"] < 11


def test_what_is_learned_late_is_told_at_the_minute_it_happened(here: Here):
    """The telephone of the gate had no signal: at 18:00 the county learns of 16:00 to 16:40."""
    here.minute(at(60))
    here.tell("post_sign_off", 1, at(0), known=at(120))
    here.tell("post_sign_on", 4, at(40), known=at(120))
    here.minute(at(121))
    assert here.open() == [("西河", 0, 40), ("松林", 0, 40)]


def test_a_relief_learned_late_moves_the_end(here: Here):
    here.tell("post_sign_off", 1, at(0))
    here.tell("post_sign_on", 4, at(40))
    here.minute(at(41))
    here.tell("post_sign_on", 4, at(20), known=at(60))
    here.minute(at(61))
    assert here.open() == [("西河", 0, 20), ("松林", 0, 20)]
    assert here.minute(at(62)) == 0


def test_a_sign_off_taken_back_takes_its_gaps_back(here: Here):
    sent = here.tell("post_sign_off", 1, at(0))
    here.minute(at(1))
    taken = Told(uuid7(at(5)), "post_sign_off", here.scene.world.gate.pk, at(0), corrects=sent, withdraws=True)
    take_in(Batch([taken]), reach=EVERYTHING, by=BY, now=at(5))
    here.minute(at(6))
    assert here.open() == []


def test_any_moment_can_be_asked(here: Here):
    here.tell("post_sign_off", 1, at(0))
    here.tell("post_sign_on", 4, at(40))
    shut = {minute: [one.closed for one in here.cordon(at(minute)).villages] for minute in (-1, 0, 39, 40)}
    assert shut == {-1: [True] * 3, 0: [True, False, False], 39: [True, False, False], 40: [True] * 3}


def test_one_post_is_proposed_and_it_is_the_gate(here: Here):
    """The gate is there: it is manned again before a new post is built."""
    here.tell("post_sign_off", 1, at(0))
    found = here.cordon(at(1))
    assert [site.post for site in found.places(found.whole)] == ["南关口卡点"]
    assert found.whole.certified


def test_a_path_that_the_map_lacks_opens_a_village_until_it_is_sealed(here: Here):
    world = here.scene.world
    road = draw_road(
        area=world.village_a, layer="road", name="采石场便道", line=np.array(roads.TRACK), by=BY, now=at(0)
    )
    here.minute(at(1))
    assert here.open() == [("东河", 0, None)]
    seal = ask_seal(
        area=world.village_a, name="便道口", reason="已堆土封路", at=np.array([(102.03, 24.18)]), by=BY, now=at(2)
    )
    here.minute(at(3))
    assert here.open() == [("东河", 0, None)], "a seal nobody has granted seals nothing"
    secretary = By("郭军", "township_secretary", 7)
    grant_seal(seal=seal, reach=EVERYTHING, by=secretary, now=at(4))
    here.minute(at(5))
    assert here.open() == [("东河", 0, 4)]
    end_seal(seal=seal, reason="路已清通", by=secretary, now=at(9))
    here.minute(at(10))
    assert here.open() == [("东河", 0, 4), ("东河", 9, None)]
    end_road(road=road, reason="便道已挖断", by=BY, now=at(12))
    here.minute(at(13))
    assert here.open() == [("东河", 0, 4), ("东河", 9, 12)]


def test_a_foot_path_counts_where_paths_are_asked_for(here: Here):
    world = here.scene.world
    draw_road(area=world.village_c, layer="path", name="放羊小路", line=np.array(roads.PATH), by=BY, now=at(0))
    assert all(one.closed for one in here.cordon(at(1)).villages)
    on_foot = here.cordon(at(1), layers=("road", "path"))
    assert [one.name for one in on_foot.villages if not one.closed] == ["西河", "松林"]


def test_whoever_asked_for_a_seal_does_not_grant_it(here: Here):
    asker = By("梁红", "village_secretary", 9)
    seal = ask_seal(
        area=here.scene.world.village_a, name="村口", reason="封", at=np.array([roads.A]), by=asker, now=at(0)
    )
    with pytest.raises(OwnSeal):
        grant_seal(seal=seal, reach=EVERYTHING, by=asker, now=at(1))
    grant_seal(seal=seal, reach=EVERYTHING, by=By("郭军", "township_secretary", 7), now=at(1))
    with pytest.raises(SealAnswered):
        grant_seal(seal=seal, reach=EVERYTHING, by=By("郭军", "township_secretary", 7), now=at(2))


def test_a_post_off_any_road_is_said_with_its_distance(here: Here):
    with pytest.raises(OffAnyRoad) as found:
        put(here.scene.world.gate.subject, (102.06, 24.05), now=at(0))
    assert 5400 < int(found.value.facts["metres"]) < 5700
    assert "南关口卡点" in found.value.say("zh")


def test_a_post_that_moved_off_the_road_closes_nothing_from_then_on(here: Here):
    """The gate goes to a side road: what lies behind the old place lies open."""
    put(here.scene.world.gate.subject, (102.03, 24.12), now=at(0))
    assert [one.closed for one in here.cordon(at(-1)).villages] == [True] * 3
    assert [one.closed for one in here.cordon(at(1)).villages] == [True, False, False]


def test_a_suspended_post_closes_nothing(here: Here):
    """A decision with its number takes the gate away: what it kept lies open, until it is resumed."""
    gate = here.scene.world.gate
    take_step(post=gate, step=Step.SUSPENDED, number="撤〔2026〕3号", reason="暴雪封山", by=BY, now=at(0))
    here.minute(at(1))
    take_step(post=gate, step=Step.RESUMED, number="复〔2026〕4号", by=BY, now=at(30))
    here.minute(at(31))
    assert here.open() == [("西河", 0, 30), ("松林", 0, 30)]


def test_what_ended_by_name_elsewhere_hides_no_empty_gate(here: Here):
    """A post that is suspended ends what it owed; the gate is left all the same."""
    take_step(post=here.scene.world.post, step=Step.SUSPENDED, number="撤〔2026〕5号", reason="塌方", by=BY, now=at(0))
    assert Waiver.objects.filter(kind=Waiver.Kind.END).exists()
    here.tell("post_sign_off", 1, at(10))
    assert [one.name for one in here.cordon(at(20)).villages if not one.closed] == ["东河", "西河", "松林"]


def test_a_stand_down_ends_the_telling(here: Here):
    from sibulou.duty import force

    here.tell("post_sign_off", 1, at(0))
    force.stand_down(event=here.scene.event, reason="疫情结束", waive_gaps=True, by=BY, now=at(5))
    assert here.minute(at(6)) == 0
