"""Messages and the log of what was sent are kept for some months, then deleted: what they told of stands in the records
and obligations themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

LEAST = 30
"""Days that the database keeps them whatever is asked."""


def prune(*, days: int, now: datetime) -> int:
    """Delete messages told, and deliveries tried, more than `days` before `now`. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_messages(%s)", [now - timedelta(days=max(days, LEAST))])
        (deleted,) = cursor.fetchone()
    return int(deleted)
