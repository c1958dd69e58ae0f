"""A published shift of an hour at the mouth of Donghe: it began 35 minutes ago, and nobody has signed on.

Nobody of its crew has an account, so the head of the post leads it.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils.timezone import localdate, localtime

from sibulou.duty.reconcile import reconcile
from sibulou.fronts.defence.people import Facts, add_member, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import Hours, fill, propose, set_hours
from tests.web.scene import Scene
from tests.world import BY


def man_the_post(scene: Scene) -> None:
    """Call it acting as the system."""
    world, began = scene.world, (scene.now - timedelta(minutes=35)).replace(second=0, microsecond=0)
    then = began - timedelta(hours=2)
    set_hours(post=world.post, hours=[Hours(localtime(began).time(), 60, 2, ())], by=BY, now=then)
    unit = add_unit(area=world.county, name="应急管理局", by=BY, now=then)
    for name in ("队员甲", "队员乙", "队员丙"):
        add_member(unit=unit, name=name, facts=Facts("emergency", home=world.village_a), by=BY, now=then)
    rota = propose(area=world.county, first_day=localdate(began), days=1, seed=1, by=BY, now=then, only={world.post.pk})
    fill(rota=rota, by=BY, now=then)
    publish(rota=rota, by=BY, now=then)
    reconcile(now=scene.now)
