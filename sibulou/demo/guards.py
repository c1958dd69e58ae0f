"""Finds a guard for everyone under watch (一对一包保), but for a few and for one village, on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from sibulou.demo.dice import Dice
from sibulou.demo.parameters import parameters
from sibulou.duty.models import Event, Watch
from sibulou.duty.told import About
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Appointment, Seat, User

MADE_BY = "村总支"


def make_guard_seats(people: Iterable[About]) -> None:
    """A seat for the guard of each, and statistics that say so: many watches begin at once in a bulk load."""
    Seat.objects.bulk_create(
        [Seat(role="guard", area_id=one.area_id, subject_id=one.pk) for one in people], ignore_conflicts=True
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE seat")


def find_guards(event: Event, *, seed: int, now: datetime) -> int:
    """Appoint a guard for every watched person who has no seat filled yet. Returns how many were found.

    Guards are cadres, broadcasters and doctors of the village, and police; hours after the watch began.
    """
    watches = list(Watch.objects.filter(event=event, ended_at__isnull=True).order_by("starts_at", "pk"))
    guarded = set(
        Appointment.objects.filter(seat__role="guard", seat__subject_id__in=[one.subject_id for one in watches])
        .values_list("seat__subject_id", flat=True)
    )  # fmt: skip
    new = {one.subject_id: one for one in reversed(watches) if one.subject_id not in guarded}
    without = village_without_guards(event, seed)
    dice = Dice(seed, "guard")
    numbers = np.array(sorted(new), dtype=np.int64)
    drawn = dict(zip(numbers.tolist(), dice.roll("who", numbers).tolist(), strict=True)) if len(numbers) else {}
    staff = _staff()
    terms: list[Appointment] = []
    for subject, watch in sorted(new.items()):
        village = ancestor(watch.area_id, Level.VILLAGE)
        chance = drawn[subject]
        if village == without or chance < parameters()["unguarded"]:
            continue
        people = staff.get(village) or staff.get(0) or []
        if not people:
            continue
        seat, _ = Seat.objects.get_or_create(role="guard", area_id=watch.area_id, subject_id=subject, closed_at=None)
        starts = min(now, watch.starts_at + timedelta(hours=1 + 5 * chance))
        terms.append(Appointment(seat=seat, user_id=people[int(chance * 1e6) % len(people)], starts_at=starts,
                                 made_by=MADE_BY))  # fmt: skip
    Appointment.objects.bulk_create(terms)
    return len(terms)


def village_without_guards(event: Event, seed: int) -> int:
    """The village that has found no guards (a planted story): one of those with a few people under watch."""
    rows = Watch.objects.filter(event=event).values_list("area_id", flat=True)
    counts: dict[int, int] = {}
    for area in rows:
        village = ancestor(area, Level.VILLAGE)
        counts[village] = counts.get(village, 0) + 1
    middling = sorted(counts.values())[len(counts) // 3] if counts else 0
    few = sorted(village for village, count in counts.items() if count <= middling)
    return few[seed % len(few)] if few else 0


def _staff() -> dict[int, list[int]]:
    """Who may guard in each village, by what he already does there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT s.area_id - s.area_id %% 1000000, a.user_id "
            "FROM appointment a JOIN seat s ON s.id = a.seat_id "
            "WHERE s.role IN ('branch_secretary', 'broadcaster', 'village_doctor') AND a.ends_at IS NULL "
            "ORDER BY 1, 2",
            [],
        )
        found: dict[int, list[int]] = {}
        for village, user in cursor.fetchall():
            found.setdefault(village, []).append(user)
    police = list(User.objects.filter(username__startswith="police.").order_by("pk").values_list("pk", flat=True))
    found[0] = police
    for village, people in found.items():
        if village and police:
            people.append(police[village // 10**6 % len(police)])
    return found
