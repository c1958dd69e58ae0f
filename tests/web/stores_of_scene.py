"""A store in the scene with things in it, kept by 尹飞; the head of supplies gives out, the heads of posts sign."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import appoint, make_seat
from sibulou.roster.audit import By
from sibulou.roster.models import Place, User
from sibulou.roster.subjects import add_place
from tests.web.scene import Scene
from tests.world import BY


def stock(scene: Scene) -> Place:
    """The store with 500 masks, and disinfectant that expires in ten days."""
    with acting(EVERYTHING):
        began = scene.now - timedelta(days=9)
        store = add_place(
            area=scene.world.village_a, name="县物资总库", kind="store", by=BY, now=scene.now, since=began
        )
        seat = make_seat(role="place_keeper", subject=store.subject, by=BY, now=scene.now)
        appoint(seat=seat, user=User.objects.get(name="尹飞"), starts_at=began, by=BY, now=scene.now)
        for item, batch, quantity, days in (("mask", "B1", 500, 200), ("disinfectant", "X1", 40, 10)):
            expiry = (scene.now + timedelta(days=days)).date().isoformat()
            told(scene, store.pk, "stock_in", 20, item=item, batch=batch, quantity=quantity, source="donated",
                 expiry=expiry)  # fmt: skip
    return store


def told(
    scene: Scene, place: int, form: str, hours: float, *, by: str = "尹飞", answers: UUID | None = None, **said: object
) -> UUID:  # fmt: skip
    """A record of supplies so many hours ago. Gives its id."""
    at = scene.now - timedelta(hours=hours)
    with acting(EVERYTHING):
        user = User.objects.get(name=by)
        line = Told(uuid7(at), form, place, at, said, answers)
        (answer,) = take_in(Batch([line]), reach=EVERYTHING, by=By(by, "", user.pk), now=scene.now)
        assert answer.problem is None, answer.problem.say("en")
    return line.id
