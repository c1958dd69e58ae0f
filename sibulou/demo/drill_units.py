"""Ten-household heads for the drill: covid19-2020 asks nothing of them by itself, so the drill asks one thing a day.

A county's own plan may; a vacancy there must show as everywhere else.
"""

from __future__ import annotations

import random
from datetime import datetime

from sibulou.roster.area_key import Level
from sibulou.roster.audit import By
from sibulou.roster.groups import add_micro_grid
from sibulou.roster.models import Area

GROUPS = 3
"""In so many groups two micro-grids each."""
_DUTY = """duties:
  - key: unit.close
    article: [S28]
    front: control
    title: {zh: "十户日报", en: "Daily close of ten households"}
    why: {zh: "十户不清，村里的数就不准", en: "Where ten households are not counted, the village is not either"}
    scope: areas.units
    owner: unit_head
    cadence:
      daily:
        - {slot: day, opens: "07:00", warn: "14:00", due: "15:00", tell: "15:30"}
    closers:
      - {form: daily_close}
    ladder: village
"""


def with_units(plan: str) -> str:
    """The plan's text with a duty of the ten-household heads."""
    head, found, rest = plan.partition("\nduties:\n")
    assert found, "a plan lists its duties"
    return f"{head}\n{_DUTY}{rest}"


def add_units(county: Area, *, rng: random.Random, by: By, now: datetime) -> None:
    """Micro-grids in some groups of the county."""
    low, high = county.range
    groups = list(Area.objects.filter(pk__gte=low, pk__lt=high, level=Level.GROUP).order_by("pk"))
    for group in rng.sample(groups, min(GROUPS, len(groups))):
        for _ in range(2):
            add_micro_grid(group=group, by=by, now=now)
