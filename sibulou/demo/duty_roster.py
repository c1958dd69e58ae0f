"""The duty roster of the demonstration: the week of all posts, made by the product's own solver, published and manned.

It begins the day before the clock's, so that shifts are over, on and to come. Who comes and who does not is told by the
field like everything else; the minutes below strength are told by the clockwork at the minutes in which they began and
ended, and the heads of posts answer them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.timezone import localdate

from sibulou.demo.living import Living
from sibulou.demo.scene import Scene
from sibulou.duty.models import Event, Obligation
from sibulou.fronts.defence.models import Rota, Shift
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import fill, midnight, open_posts, propose
from sibulou.fronts.defence.standing import short_posts, tell_strength
from sibulou.roster.audit import By
from sibulou.roster.models import Area

DAYS = 7
EFFORT = 0.05
"""Deterministic time for the model of one post: an eighth of what is given otherwise."""
_EVENING = timedelta(hours=6)
"""How long before its first day the roster is published."""
_MAKER = By("县值班员", "county_duty")
_MINUTE = timedelta(minutes=1)


def publish_week(county: Area, *, seed: int, start: datetime, now: datetime) -> Rota | None:
    """A published roster of all open posts for seven days from yesterday on, or from the day after the start key.

    None where no post stands open.
    """
    first_day = max(localdate(now) - timedelta(days=1), localdate(start) + timedelta(days=1))
    then = min(midnight(first_day) - _EVENING, now)
    if not open_posts(county.pk, now=then):
        return None
    rota = propose(area=county, first_day=first_day, days=DAYS, seed=seed, by=_MAKER, now=then)
    fill(rota=rota, by=_MAKER, now=then, effort=EFFORT)
    publish(rota=rota, by=_MAKER, now=then)
    return rota


def tell_minutes(rota: Rota, event: Event, scene: Scene, *, now: datetime) -> int:
    """Run the clockwork's look at strength at each minute up to `now` in which something fell or was restored.

    What the heads of posts answer meanwhile is handed in by the common door. Returns how many records were told.
    """
    living = Living(event, scene, int(rota.begins.timestamp()), int(now.timestamp()))
    living.seen = Obligation.objects.aggregate(last=Max("pk"))["last"] or 0
    told, at = 0, rota.begins
    while at < now:
        at = _next_change(rota.begins, after=at, now=now) or now
        told += living.hand_in(living.due(at), at) + tell_strength(now=at)
        living.look_at_owed()
    return told


def _next_change(since: datetime, *, after: datetime, now: datetime) -> datetime | None:
    """The first minute after `after` at which the number at some post fell below what is asked, or came back."""
    edges = {
        edge for spans in short_posts(since=since, now=now).values() for one in spans for edge in (one.since, one.until)
    }
    minutes = {_whole_minute(edge) for edge in edges if edge is not None}
    return min((minute for minute in minutes if after < minute <= now), default=None)


def _whole_minute(moment: datetime) -> datetime:
    """The minute in which the clockwork looks next."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + _MINUTE


def shifts_of(rota: Rota) -> int:
    """How many shifts a roster has."""
    return Shift.objects.filter(rota=rota).count()
