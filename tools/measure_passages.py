"""Fills a scratch database with made-up passages and times each search. By hand: `tools/measure_passages.py [ROWS]`.

The rows have random blind indexes: what is measured is the search, not the cipher. 72 posts, forty days, two in a
vehicle, a plate seen ten times on average. It prints the median of 21 searches of each kind, run as the application
under row-level security, in milliseconds, and the size of the table with its indexes.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sibulou.demo import bench
from sibulou.lib import database

FILL = """
INSERT INTO passage (record, post_id, area_id, happened_at, received_at, direction, disposal, occupants, together,
                     plate, phone, identity, name, person_id)
SELECT gen_random_uuid(), 1 + n % 72, 530499001000000000, at, at, 'in', 'passed', 2, (n / 2)::text,
       sha_of('plate', n % (%(rows)s / 10)), CASE WHEN n % 2 = 0 THEN sha_of('phone', n % (%(rows)s / 6)) END,
       CASE WHEN n % 4 = 0 THEN sha_of('identity', n % (%(rows)s / 6)) END, sha_of('name', n % (%(rows)s / 8)), NULL
FROM (SELECT n, timestamptz '2020-01-25 00:00+08' + n * (interval '40 days' / %(rows)s) AS at
      FROM generate_series(1, %(rows)s) AS n) made
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'passage' AND indexdef !~ 'UNIQUE'"
SIZE = "SELECT pg_size_pretty(pg_table_size('passage')), pg_size_pretty(pg_indexes_size('passage'))"
SHA = """
CREATE FUNCTION sha_of(kind text, n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT substr(sha256(convert_to(kind || n, 'UTF8')), 1, 16) $$
"""


def main() -> int:
    """Fill, analyse, time, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    place = database.find(os.environ)
    with bench.scratch(place, database.open(place), "sibulou_passages"):
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            cursor.execute(SHA)
            began = time.monotonic()
            cursor.execute(INDEXES)
            indexes_of = cursor.fetchall()
            for name, _ in indexes_of:
                cursor.execute(f"DROP INDEX {name}")
            cursor.execute(FILL.replace("%(rows)s", str(rows)).replace("%", "%%"), [])
            for _, made in indexes_of:
                cursor.execute(made)
            cursor.execute("ANALYZE passage")
            cursor.execute(
                "SELECT pg_size_pretty(pg_table_size('passage')), pg_size_pretty(pg_indexes_size('passage'))"
            )
            table, indexes = cursor.fetchone()
        print(f"{rows:,} rows in {time.monotonic() - began:.0f} s; table {table}, indexes {indexes}", flush=True)
        for words, search in searches(rows):
            print(f"{words:<24} {timed(search):7.1f} ms", flush=True)
    return 0


def searches(rows: int) -> list[tuple[str, Callable[[int], object]]]:
    """Each kind of search, of another plate, person, hour or post each time."""
    import hashlib

    from sibulou.fronts.defence.models import Passage
    from sibulou.fronts.defence.passages.search import Sought, find_passages

    def blind(kind: str, n: int) -> bytes:
        return hashlib.sha256(f"{kind}{n}".encode()).digest()[:16]

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
