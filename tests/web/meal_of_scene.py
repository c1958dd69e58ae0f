"""The south gate has a published shift from noon on; at 16:00 its crew goes to eat. The scene is built at 16:20."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.timezone import localdate

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.reconcile import reconcile
from sibulou.duty.told import Told
from sibulou.fronts.defence.cordon.telling import report_all
from sibulou.fronts.defence.models import Shift
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import Hours, fill, midnight, propose, set_hours
from sibulou.fronts.defence.standing import tell_strength
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from tests.web.scene import Scene
from tests.world import BY


def leave_for_a_meal(scene: Scene) -> None:
    """Man the gate and empty it, and let the clockwork look once. Call it acting as the system."""
    gate, day = scene.world.gate, localdate(scene.now)
    morning = midnight(day) + timedelta(hours=10)
    set_hours(post=gate, hours=[Hours(time(12), 8 * 60, 3, ())], by=BY, now=morning)
    rota = propose(area=scene.world.county, first_day=day, days=1, seed=1, by=BY, now=morning, only={gate.pk})
    fill(rota=rota, by=BY, now=morning)
    publish(rota=rota, by=BY, now=morning)
    reconcile(now=scene.now)
    shift = Shift.objects.get(rota=rota)
    assert shift.subject_id is not None
    _tell(shift.subject_id, "shift_sign_on", shift.begins - timedelta(minutes=10), scene.now, absent=0)
    left = midnight(day) + timedelta(hours=16)
    _tell(shift.subject_id, "shift_sign_off", left, scene.now, on_duty=0, reason="meal")
    tell_strength(now=left + timedelta(minutes=1))
    report_all(now=left + timedelta(minutes=1))


def _tell(subject: int, form: str, at: datetime, now: datetime, **content: object) -> None:
    told = Told(uuid7(at), form, subject, at, content)
    (answer,) = take_in(Batch([told]), reach=EVERYTHING, by=BY, now=now)
    assert answer.outcome == "accepted", answer.problem
