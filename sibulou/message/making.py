"""Messages are made of what the kernel keeps: its tellings, and what came due after a warning. Twice makes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from sibulou.duty.force import stages
from sibulou.lib.sql import read_queries
from sibulou.message.models import Progress
from sibulou.roster.area_key import Level, span

QUERIES = read_queries(Path(__file__).parent / "queries" / "making.sql")
OVERLAP = timedelta(minutes=5)
"""How far a run looks back behind the one before: a telling may be committed after the minute it names."""
AT_FIRST = timedelta(hours=1)
"""How far the first run looks back: what was told before there were messages is in everybody's list."""


def make_messages(*, now: datetime) -> int:
    """Make the messages of what was told and came due since the last run. Returns how many were made."""
    with transaction.atomic():
        progress, _ = Progress.objects.select_for_update().get_or_create(pk=1, defaults={"upto": now - AT_FIRST})
        facts: dict[str, Any] = {"now": now, "since": progress.upto - OVERLAP, "rings": _rings(), **_SPANS}
        made = 0
        with connection.cursor() as cursor:
            for name in ("told", "due"):
                cursor.execute(QUERIES[name].format(open=QUERIES["open"], area=_AREA), facts)
                made += cursor.rowcount
        if progress.upto < now:
            Progress.objects.filter(pk=1).update(upto=now)
    return made


def _rings() -> list[int]:
    """The duties that may ring at night, by the plans in force."""
    return sorted(
        {running.duty_ids[key] for running in stages() for key, duty in running.plan.duties.items()
         if duty.rings_at_night and key in running.duty_ids}
    )  # fmt: skip


_AREA = QUERIES["area"].partition("\n")[2]
_SPANS = {level.name.lower(): span(level) for level in (Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE)}
