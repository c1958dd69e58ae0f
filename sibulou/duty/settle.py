"""Settle obligations from the records that stand: one statement, the same whatever came first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection

from sibulou.duty.models import Obligation, Revision, Waiver
from sibulou.lib.sql import bound_cursor, read_queries
from sibulou.roster.audit import By


def _bare(part: str) -> str:
    """A piece of SQL without the sentence above it."""
    return part.split("\n", 1)[1]


_PARTS = read_queries(Path(__file__).parent / "queries" / "settle.sql")
QUERIES = {
    name: text.replace("{meets}", _bare(_PARTS["meets"])).replace("{stands}", _bare(_PARTS["stands"]))
    for name, text in _PARTS.items()
}
"""The statements, with what "meets" and "stands" mean put in: said once, read in three places."""


def settle_records(records: Sequence[UUID], *, now: datetime) -> int:
    """Settle whatever these records, or those they correct, touch. Returns how many obligations changed."""
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["touched"], {"records": list(records)})
        touched = [row[0] for row in cursor.fetchall()]
    return settle_obligations(touched, now=now)


def settle_new(records: Sequence[UUID], *, now: datetime) -> None:
    """Settle what these records touch: new ones, none of which corrects another."""
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["settle_new"], {"records": list(records), "now": now}, prepare=True)


def settle_obligations(obligations: Sequence[int], *, now: datetime) -> int:
    """Settle these obligations. What stood before a change is kept as it was known (`Revision`)."""
    return _settle(obligations, "o.id = ANY (%(ids)b::bigint[])", now=now)


def settle_opened(obligations: Sequence[int], *, now: datetime) -> int:
    """Settle obligations opened just now: only those that a record meets can have changed, and few have one."""
    return _settle(obligations, "o.id = ANY (%(ids)b::bigint[]) AND r.id IS NOT NULL", now=now)


def _settle(obligations: Sequence[int], which: str, *, now: datetime) -> int:
    if not obligations:
        return 0
    with bound_cursor() as cursor:
        cursor.execute(QUERIES["settle"].format(which=which), {"ids": list(obligations), "now": now})
        return int(cursor.rowcount)


def settle_all(*, now: datetime) -> int:
    """Settle everything from the records: for a bulk load, and after a restore."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["settle"].format(which="true"), {"now": now})
        return int(cursor.rowcount)


def call_off(records: Sequence[UUID], *, by: By, now: datetime) -> int:
    """End by name what a record had opened that a correction has replaced, whichever of the two came first."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["called_off"], {"records": list(records)})
        rows = cursor.fetchall()
    for obligation, area in rows:
        end_obligations([obligation], area=area, reason="corrected", words="", by=by, now=now)
    return len(rows)


def end_obligations(
    obligations: Sequence[int], *, area: int, reason: str, words: str, by: By, now: datetime
) -> Waiver | None:
    """A named end of these obligations: a waiver of kind `end`, granted by whoever did the deed.

    It takes the place of a waiver that would lapse; what is ended already stays as it is.
    """
    rows = list(
        Obligation.objects.filter(pk__in=obligations).exclude(waived_at__isnull=False, waived_until__isnull=True)
    )
    if not rows:
        return None
    waiver = Waiver.objects.create(
        kind=Waiver.Kind.END,
        area_id=area,
        reason=reason,
        words=words,
        asked_by=by.name,
        asked_by_id=by.user_id,
        asked_at=now,
        granted_by=by.name,
        granted_by_id=by.user_id,
        granted_at=now,
    )
    keep_revisions(rows, now=now)
    Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(waiver=waiver, waived_at=now, waived_until=None)
    return waiver


def revive_obligations(obligations: Sequence[int], *, now: datetime) -> int:
    """Take back an end that rested on a record since corrected: the obligation is owed again."""
    rows = list(Obligation.objects.filter(pk__in=obligations, waiver__kind=Waiver.Kind.END))
    keep_revisions(rows, now=now)
    return Obligation.objects.filter(pk__in=[row.pk for row in rows]).update(
        waiver=None, waived_at=None, waived_until=None
    )


def keep_revisions(rows: Sequence[Obligation], *, now: datetime) -> None:
    """Keep what stood in rows that already carried a waiver before it is replaced."""
    Revision.objects.bulk_create(
        Revision(
            obligation=row,
            changed_at=now,
            met_at=row.met_at,
            known_at=row.known_at,
            waived_at=row.waived_at,
            waived_until=row.waived_until,
        )
        for row in rows
        if row.waived_at is not None
    )
