"""A roster for one post of the drill, published before the start key: its shifts owe their sign-on and their hand-over.

Every duty is planted in (`drill_plant_windows`), so a missed `shift.signed_on` is an empty shift and a missed
`shift.handed_over` one without a hand-over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.timezone import localdate

from sibulou.demo.drill_roster import Roster
from sibulou.fronts.defence.people import Facts, add_member, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import MOST_DAYS, fill, open_posts, propose
from sibulou.roster.audit import By
from sibulou.roster.models import Area

CREW = 10
"""Enough for two in every shift around the clock, with days off."""


def publish_a_roster(county: Area, *, days: int, by: By, now: datetime) -> None:
    """A small force, and a published roster of the first open post; nothing where no post stands open."""
    posts = [post for post in open_posts(county.pk, now=now) if post.kind != "gate"]
    if not posts:
        return
    unit = add_unit(area=county, name="演练单位", by=by, now=now)
    for number in range(CREW):
        add_member(unit=unit, name=f"队员{number}", facts=Facts("volunteer"), by=by, now=now)
    rota = propose(
        area=county, first_day=localdate(now) + timedelta(days=1), days=min(days, MOST_DAYS), seed=1, by=by, now=now,
        only={posts[0].pk},
    )  # fmt: skip
    fill(rota=rota, by=by, now=now)
    publish(rota=rota, by=by, now=now)


_SPANS = "SELECT subject_id, begins, ends FROM shift WHERE subject_id IS NOT NULL"
_COVERS = """
SELECT DISTINCT sh.post_id, GREATEST(r.begins, r.published_at), r.ends
FROM shift sh JOIN rota r ON r.id = sh.rota_id WHERE sh.subject_id IS NOT NULL
"""


def read_shifts(roster: Roster) -> None:
    """Add to the drill's own copy when each shift is, and for which time its post has a roster."""
    with connection.cursor() as cursor:
        cursor.execute(_SPANS)
        for subject, begins, ends in cursor.fetchall():
            if subject in roster.things:
                roster.things[subject].span = begins, ends
        cursor.execute(_COVERS)
        for post, since, until in cursor.fetchall():
            if post in roster.things:
                roster.things[post].rostered.append((since, until))
