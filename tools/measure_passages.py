"""Fills a scratch database with made-up passages and times each search. By hand: `tools/measure_passages.py [ROWS]`.

The rows have random blind indexes: what is measured is the search, not the cipher. 72 posts, forty days, two in a
vehicle, a plate seen ten times on average. It prints the median of 21 searches of each kind, run as the application
under row-level security, in milliseconds, and the size of the table with its indexes.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sibulou.demo import bench
from sibulou.lib import database

COLUMNS = ("record, post_id, area_id, happened_at, received_at, direction, disposal, occupants, together, plate, "
           "phone, identity, name")  # fmt: skip
BEGINS = datetime(2020, 1, 24, 16, tzinfo=UTC)
DAYS = 40
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'passage' AND indexdef !~ 'UNIQUE'"
SIZE = "SELECT pg_size_pretty(pg_table_size('passage')), pg_size_pretty(pg_indexes_size('passage'))"
"""What the table and its indexes take."""


def blind(kind: str, n: int) -> bytes:
    """A made-up index, the same for the same number."""
    return hashlib.blake2b(f"{kind}{n}".encode(), digest_size=16).digest()


def fill(cursor: Any, rows: int) -> None:
    """So many rows by one COPY, two of each vehicle; nothing of them is kept in this process."""
    span = timedelta(days=DAYS) / rows
    with cursor.connection.cursor().copy(f"COPY passage ({COLUMNS}) FROM STDIN") as copy:
        for n in range(1, rows + 1):
            at = BEGINS + n * span
            person = n % max(1, rows // 6)
            copy.write_row((
                UUID(int=n), 1 + n % 72, 530499001000000000, at, at, "in", "passed", 2, str(n // 2),
                blind("plate", n % max(1, rows // 10)), blind("phone", person) if n % 2 == 0 else None,
                blind("identity", person) if n % 4 == 0 else None, blind("name", n % max(1, rows // 8)),
            ))  # fmt: skip


def main() -> int:
    """Fill, analyse, time, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    place = database.find(os.environ)
    with bench.scratch(place, database.open(place), "sibulou_passages"):
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            began = time.monotonic()
            cursor.execute(INDEXES)
            indexes_of = cursor.fetchall()
            for name, _ in indexes_of:
                cursor.execute(f"DROP INDEX {name}")
            fill(cursor, rows)
            for _, made in indexes_of:
                cursor.execute(made)
            cursor.execute("ANALYZE passage")
            cursor.execute(SIZE)
            table, indexes = cursor.fetchone()
        print(f"{rows:,} rows in {time.monotonic() - began:.0f} s; table {table}, indexes {indexes}", flush=True)
        for words, search in searches(rows):
            print(f"{words:<24} {timed(search):7.1f} ms", flush=True)
    return 0


def searches(rows: int) -> list[tuple[str, Callable[[int], object]]]:
    """Each kind of search, of another plate, person, hour or post each time."""
    from sibulou.fronts.defence.models import Passage
    from sibulou.fronts.defence.passages.search import Sought, find_passages

    def by(kind: str, among: int) -> Callable[[int], object]:
        wanted = lambda n: {kind: blind(kind, n * 104_729 % among)}  # noqa: E731
        return lambda n: list(Passage.objects.filter(**wanted(n)).order_by("-happened_at")[:51])

    def found(**sought: object) -> Callable[[int], object]:
        return lambda n: find_passages(
            Sought(post=1 + n if "post" in sought else None,
                   since=datetime(2020, 2, 1, tzinfo=UTC) + timedelta(hours=n) if "hour" in sought else None,
                   until=datetime(2020, 2, 1, 1, tzinfo=UTC) + timedelta(hours=n) if "hour" in sought else None),
            today=date(2020, 2, 1), most=51,
        )  # fmt: skip

    return [
        ("a plate", by("plate", rows // 10)),
        ("a telephone", by("phone", rows // 6)),
        ("an identity number", by("identity", rows // 6)),
        ("a name", by("name", rows // 8)),
        ("a plate that never came", by("plate", 10**12)),
        ("a post, the latest", found(post=True)),
        ("an hour, all posts", found(hour=True)),
        ("a post, an hour", found(post=True, hour=True)),
    ]


def timed(search: Callable[[int], object]) -> float:
    """The median of 21 in milliseconds, each in a transaction within the reach of a county."""
    from sibulou.roster.access import EVERYTHING, acting

    took = []
    for n in range(21):
        began = time.perf_counter()
        with acting(EVERYTHING):
            search(n)
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    sys.exit(main())
