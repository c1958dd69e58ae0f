"""The audit chain: written in the transaction of the deed, sealed line to line, checked from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, connections

from sibulou.roster.models import AuditLine


@dataclass(frozen=True)
class By:
    """Who does a deed: what the audit line keeps of him, in plain values. `user_id` None is the clockwork."""

    name: str
    role: str = ""
    user_id: int | None = None


CLOCKWORK = By("sibulou", "clockwork")


def audit(kind: str, *, by: By, now: datetime, area: int | None = None, **facts: object) -> int:
    """Add a line to the chain, in this transaction. `facts` must be plain JSON values. Gives the line's number."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_write(%s, %s, %s, %s, %s, %s)", [now, by.name, by.role, kind, area, text])
        (number,) = cursor.fetchone()
    return int(number)


@dataclass(frozen=True)
class ChainCheck:
    """The outcome of a check: how many lines, and the first number that does not fit (None: all fit)."""

    lines: int
    broken_at: int | None


def verify(using: str = "owner") -> ChainCheck:
    """Recompute every seal from the first line on; a changed, missing or inserted line breaks the chain there."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """SELECT count(*), min(id) FILTER (WHERE seal <> expected OR previous <> before OR id <> place)
               FROM (SELECT id, seal, previous,
                            audit_seal(previous, id, at, by, role, kind, area_id, facts) AS expected,
                            lag(seal, 1, '\\x'::bytea) OVER (ORDER BY id) AS before,
                            row_number() OVER (ORDER BY id) AS place
                     FROM audit_line) line"""
        )
        lines, broken_at = cursor.fetchone()
    return ChainCheck(lines=lines, broken_at=broken_at)


def lines(limit: int) -> list[AuditLine]:
    """The latest lines that the reader may see, newest first."""
    return list(AuditLine.objects.order_by("-id")[:limit])
