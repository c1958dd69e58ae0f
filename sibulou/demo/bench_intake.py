"""`sibulou bench`, the door: records over HTTP, single and in batches, from 1, 8 and 32 clients, beside bare rates.

The county of `bench` is served by two processes as it would be in service; the load comes from this one, so both share
the machine. Every record meets two obligations or so, is judged, kept and settled before it is answered, and each
device is another. Bare are pgbench's single inserts with a commit each, and one COPY, in the same minutes.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from sibulou.demo.http_load import Letter, Load, drive, letter
from sibulou.lib import database
from sibulou.lib.database.entry import conninfo
from sibulou.lib.postgres.program import programs
from sibulou.lib.uuid7 import uuid7

CLIENTS = (1, 8, 32)
SIZES = (1, 10, 100, 1_000)
RECORDS = {1: 2_000, 10: 4_000, 100: 8_000, 1_000: 16_000}
"""How many records each size is measured with; fewer for one client, which takes longer."""

PATH = "/api/v1/records"
FLUSH_MS = 5
_SERVER = """
import sys
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0)
from sibulou import serve
serve.serve(host="127.0.0.1", port=int(sys.argv[1]), workers=2, static=Path(sys.argv[2]), jobs=False,
            ready=lambda address: print(address, flush=True))
"""


@dataclass(frozen=True)
class Row:
    """One measure: how many clients with batches of which size, and what came of it."""

    clients: int
    size: int
    load: Load


@dataclass(frozen=True)
class Door:
    """All measures of the door, beside the bare rates of the same minutes: commits a second by clients, and COPY."""

    rows: Sequence[Row]
    commits: dict[int, float]
    copied: float
    slow_rows: Sequence[Row]
    slow_commits: dict[int, float]


@dataclass(frozen=True)
class Phone:
    """A device and the areas whose households its carrier visits."""

    token: str
    low: int
    high: int


class Homes:
    """Households whose re-check is due, each with a moment in its window; every one is visited once."""

    def __init__(self, due: Iterable[tuple[int, int, datetime]]) -> None:
        self._of_village: dict[int, list[tuple[int, datetime]]] = {}
        for village, subject, at in due:
            self._of_village.setdefault(village, []).append((subject, at))

    def take(self, phone: Phone) -> tuple[int, datetime]:
        """One that this phone's carrier may visit, from the village that has most left."""
        village = max(
            (one for one in self._of_village if phone.low <= one < phone.high),
            key=lambda one: len(self._of_village[one]),
        )
        return self._of_village[village].pop()


def measure(scratch: database.Connections, homes: Homes) -> Door:
    """Serve the scratch county and measure, until `homes` has been visited by so many."""
    with served(scratch) as (address, _):
        phones = phones_of(max(CLIENTS), roles=("county_secretary", "township_secretary", "village_secretary"))
        rows = [_measured(address, clients, size, phones, homes) for size in SIZES for clients in CLIENTS]
        commits = {clients: _commits(scratch, clients) for clients in CLIENTS}
        copied = _copied(scratch)
        slow_rows, slow_commits = [], {}
        with _slow_flush(scratch):
            for clients in CLIENTS:
                slow_rows.append(_measured(address, clients, 1, phones, homes))
                slow_commits[clients] = _commits(scratch, clients)
    return Door(rows, commits, copied, slow_rows, slow_commits)


@contextmanager
def served(scratch: database.Connections) -> Iterator[tuple[str, int]]:
    """The county served by two processes of its own: the address, and the number of their keeper."""
    from sibulou.serve import _next_free

    with TemporaryDirectory() as static:
        env = os.environ | {
            "SIBULOU_CONNECTIONS": json.dumps({"owner": scratch.owner, "app": scratch.app}),
            "DJANGO_SETTINGS_MODULE": "sibulou.settings",
            "SIBULOU_STATIC": static,
        }
        command = [sys.executable, "-c", _SERVER, str(_next_free("127.0.0.1", 20_000)), static]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
            assert child.stdout is not None
            try:
                told = (line.strip() for line in child.stdout)
                address = next((line for line in told if line.startswith("http")), "")
                assert address, "the county is not served; its reason stands above"
                _wait_for(address)
                yield address, child.pid
            finally:
                child.terminate()


def _wait_for(address: str) -> None:
    """Until the first page is served; a minute at most."""
    for _ in range(600):
        with contextlib.suppress(OSError), urlopen(f"{address}healthz/", timeout=5):
            return
        time.sleep(0.1)
    raise TimeoutError(address)


def phones_of(count: int, *, roles: Sequence[str]) -> list[Phone]:
    """So many devices of whoever holds these roles, in their order; several of one person where there are too few."""
    from sibulou.field.devices import enrol_signed_in
    from sibulou.lib.clock import now
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.area_key import key_range
    from sibulou.roster.models import Appointment

    with acting(EVERYTHING):
        terms = Appointment.objects.filter(seat__role__in=roles, deputy=False).select_related("seat", "user")
        ordered = sorted(terms, key=lambda term: (roles.index(term.seat.role), term.seat.area_id))
    return [
        Phone(enrol_signed_in(user=term.user, name="bench", now=now()).token, *key_range(term.seat.area_id))
        for term in islice(cycle(ordered), count)
    ]


def _measured(address: str, clients: int, size: int, phones: Sequence[Phone], homes: Homes) -> Row:
    """A round that does not count, then one that does."""
    drive(address, [[_letter(address, phone, 1, homes)] for phone in phones[:clients]])
    batches = max(clients, RECORDS[size] // size // (4 if clients == 1 else 1))
    each = max(1, batches // clients)
    letters = [[_letter(address, phone, size, homes) for _ in range(each)] for phone in phones[:clients]]
    load = drive(address, letters)
    if load.odd or load.accepted != clients * each * size:
        raise AssertionError(f"{load.accepted} of {clients * each * size} were accepted; {load.odd[:1]}")
    return Row(clients, size, load)


def _letter(address: str, phone: Phone, size: int, homes: Homes) -> Letter:
    records = []
    for _ in range(size):
        subject, at = homes.take(phone)
        records.append(
            {"id": str(uuid7(at)), "form": "household_check", "subject": subject, "happened_at": at.isoformat(),
             "content": {"members": subject % 5 + 1, "present": subject % 5 + 1}}
        )  # fmt: skip
    return letter(PATH, urlsplit(address).netloc, phone.token, json.dumps({"records": records}).encode(), size)


def _commits(scratch: database.Connections, clients: int) -> float:
    """Single rows that bare PostgreSQL takes in a second, each with its commit, by pgbench."""
    place = conninfo(scratch.owner)
    env = os.environ | {
        f"PG{name}": str(place[key])
        for name, key in (("HOST", "host"), ("PORT", "port"), ("USER", "user"), ("PASSWORD", "password"))
        if key in place
    }
    with TemporaryDirectory() as folder:
        script = Path(folder, "insert.sql")
        script.write_text("INSERT INTO bare_record VALUES (gen_random_uuid(), 1, now(), '{}');\n")
        command = [str(programs() / "pgbench"), "-n", "-M", "prepared", "-f", str(script), "-T", "3"]
        command += ["-c", str(clients), "-j", str(min(clients, 2)), str(place["dbname"])]
        said = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found, said
    return float(found[1])


def _copied(scratch: database.Connections, rows: int = 200_000) -> float:
    """Rows that one COPY takes in a second."""
    import psycopg

    line = "\t".join(("1", datetime.now(UTC).isoformat(), "{}"))
    with psycopg.connect(**conninfo(scratch.owner)) as session, session.cursor() as cursor:
        begin = time.perf_counter()
        with cursor.copy("COPY bare_record (obligation, at, content, id) FROM STDIN") as copy:
            for number in range(rows):
                copy.write(f"{line}\t{number:032x}\n")
        session.commit()
        spent = time.perf_counter() - begin
        cursor.execute("DELETE FROM bare_record")
        session.commit()
    return rows / spent


@contextmanager
def _slow_flush(scratch: database.Connections) -> Iterator[None]:
    """Every flush of the log takes some milliseconds longer, as on a slow disk."""
    import psycopg

    name = conninfo(scratch.owner)["dbname"]
    with psycopg.connect(**conninfo(scratch.owner), autocommit=True) as session:
        session.execute(f'ALTER DATABASE "{name}" SET commit_delay = {FLUSH_MS * 1000}')
        session.execute(f'ALTER DATABASE "{name}" SET commit_siblings = 0')
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )
        try:
            yield
        finally:
            session.execute(f'ALTER DATABASE "{name}" RESET ALL')


def as_table(door: Door) -> str:
    """The measures as Markdown."""
    lines = [
        f"| records over HTTP | clients | records/s | p50 | p95 | p99 | bare: {door.copied:,.0f}/s by COPY, or |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for rows, commits, name in (
        (door.rows, door.commits, ""),
        (door.slow_rows, door.slow_commits, f", {FLUSH_MS} ms more to each flush"),
    ):
        for row in rows:
            load = row.load
            bare = f"{commits[row.clients]:,.0f} commits/s" if row.size == 1 else ""
            times = " | ".join(f"{load.within(share) * 1000:,.1f} ms" for share in (0.5, 0.95, 0.99))
            what = "single" if row.size == 1 else f"batches of {row.size:,}"
            lines.append(f"| {what}{name} | {row.clients} | {load.rate:,.0f} | {times} | {bare} |")
    return "\n".join(lines)


def as_plain(door: Door) -> dict[str, Any]:
    """The measures for machines."""

    def plain(rows: Sequence[Row]) -> list[dict[str, float]]:
        return [
            {"clients": row.clients, "size": row.size, "rate": row.load.rate, "again": row.load.again}
            | {f"p{share * 100:.0f}_s": row.load.within(share) for share in (0.5, 0.95, 0.99)}
            for row in rows
        ]

    return {
        "http": plain(door.rows),
        "commits": door.commits,
        "copied": door.copied,
        f"http_flush_{FLUSH_MS}_ms": plain(door.slow_rows),
        f"commits_flush_{FLUSH_MS}_ms": door.slow_commits,
    }
