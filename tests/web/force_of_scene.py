"""A force of twenty-two in the scene, two of whom sign in; a proposal for tomorrow, and a roster published ahead.

Next week, so that nothing of it is owed yet and the boards of the scene stay as everybody knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import localdate

from sibulou.fronts.defence.models import Member, Rota
from sibulou.fronts.defence.people import Facts, add_member, add_team, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import fill, propose, put
from sibulou.roster.appointments import create_user
from tests.web.scene import Scene
from tests.world import BY

_NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass(frozen=True)
class Force:
    """The force, and its rosters."""

    members: list[Member]
    proposal: Rota
    published: Rota


def furnish(scene: Scene) -> Force:
    """Enter the force and make both rosters; call it acting as the system."""
    county, now = scene.world.county, scene.now
    unit = add_unit(area=county, name="公安局", by=BY, now=now)
    add_unit(area=county, name="档案馆", by=BY, now=now)
    team = add_team(unit=unit, kind="vanguard", name="公安局先遣队", by=BY, now=now)
    members = []
    for number in range(len(_NAMES)):
        name = f"队员{_NAMES[number]}"
        user = create_user(username=f"duiyuan{number}", name=name, by=BY, now=now) if number < 2 else None
        trade = ("police", "health", "emergency")[number % 3]
        facts = Facts(trade, home=scene.world.village_a, account=user, team=team)
        members.append(add_member(unit=unit, name=name, facts=facts, by=BY, now=now))
    made = []
    for ahead, only in ((1, {scene.world.post.pk, scene.world.gate.pk}), (7, {scene.world.post.pk})):
        day = localdate(now) + timedelta(days=ahead)
        rota = propose(area=county, first_day=day, days=2, seed=1, by=BY, now=now, only=only)
        fill(rota=rota, by=BY, now=now)
        made.append(rota)
    _let_the_two_stand_by_day(made[1], members, scene)
    publish(rota=made[1], by=BY, now=now)
    return Force(members, *made)


def _let_the_two_stand_by_day(rota: Rota, members: list[Member], scene: Scene) -> None:
    """The first by day on the first day, the second by day on the second, and in no other shift."""
    days = list(rota.shifts.filter(begins__gte=rota.begins + timedelta(hours=8)).order_by("begins"))
    for standing in [one for member in members[:2] for one in member.standings.filter(shift__rota=rota)]:
        standing.delete()
    for member, shift in zip(members[:2], (days[0], days[3]), strict=True):
        put(shift=shift, member=member, by=BY, now=scene.now)
