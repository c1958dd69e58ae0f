"""`sibulou bench`: what the kernel does, each figure beside bare PostgreSQL's in the same run, at two sizes.

A county of 52 thousand households and 150 thousand people, and ten of them, are filled by the product's own reconcile;
the bare figure is the least PostgreSQL must do for the same answer: one plain table, one index, no rights, no joins.
Times on a shared machine are noise; the ratios within a run are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sibulou import edge
from sibulou.demo import bench_intake
from sibulou.lib import database
from sibulou.lib.sql import read_queries

COUNTY = 530425 * 10**12
PREFECTURE = 5304 * 10**14
NOW = datetime(2020, 2, 10, 2, 30, tzinfo=UTC)
START = NOW - timedelta(days=10)
BATCHES = (1, 100, 10_000)


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, ours and PostgreSQL's bare figure in seconds (medians), and per how many."""

    name: str
    ours: float
    bare: float
    unit: str = "ms"
    per: int = 1

    @property
    def ratio(self) -> float:
        return self.ours / self.bare if self.bare else float("nan")

    def say(self, seconds: float) -> str:
        """The figure in its unit: milliseconds, or things a second."""
        return f"{self.per / seconds:,.0f}/s" if self.unit == "/s" else f"{seconds * 1000:,.2f} ms"


def main(args: argparse.Namespace) -> int:
    """Fill scratch databases of one and ten counties, measure, print a table; `--json` for machines."""
    sizes = [1] if args.quick else [1, 10]
    place = database.find(os.environ)
    connections = database.open(place)
    results: dict[int, list[Figure]] = {}
    door = None
    for counties in sizes:
        with scratch(place, connections, f"sibulou_bench_{counties}") as county:
            results[counties] = _measure(counties)
            if counties == 1:
                door = bench_intake.measure(county, _homes_due())
    print(_as_json(results, door) if args.json else _as_table(results, door))
    return 0


@contextmanager
def scratch(place: database.Place, connections: database.Connections, name: str) -> Iterator[database.Connections]:
    """A database of our own, migrated, with Django's connections pointing at it; dropped at the end."""
    county = database.create_scratch(connections, name)
    edge.hand_over(place, county)
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connections as django_connections

    for alias, entry in (("default", county.app), ("owner", county.owner)):
        django_connections[alias].close()
        django_connections[alias].settings_dict.update(entry)
    try:
        call_command("migrate", database="owner", verbosity=0)
        yield county
    finally:
        for alias in ("default", "owner"):
            django_connections[alias].close()
        database.drop_scratch(connections, name)


def _progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _seconds(deed: Callable[[], object], runs: int = 7) -> float:
    """The median over some runs after one that does not count."""
    deed()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        deed()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def _owner(statement: str, facts: Any = None) -> list[tuple[object, ...]]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, facts)
        return cursor.fetchall() if cursor.description else []


QUERIES = read_queries(Path(__file__).with_name("bench.sql"))


def _measure(counties: int) -> list[Figure]:
    from sibulou.roster.access import EVERYTHING, acting

    begin = time.perf_counter()
    _fill_roster(counties)
    with acting(EVERYTHING):
        opened = _open_ten_days(counties)
    _meet_most()
    _progress(f"{counties}: {opened:,} obligations in {time.perf_counter() - begin:.0f} s")
    figures = _reading(counties)
    figures.append(_new_day(counties))
    figures += [_settling(size) for size in BATCHES]
    return figures


def fill_for_visits() -> bench_intake.Homes:
    """Ten days of a county in which 97 of 100 was done, and the visits of the coming nine days."""
    from sibulou.roster.access import EVERYTHING, acting

    _fill_roster(1)
    with acting(EVERYTHING):
        _open_ten_days(1)
    _meet_most()
    return _homes_due()


def _fill_roster(counties: int) -> None:
    """Areas, households and people in a few statements, as the owner."""
    for name in ("areas", "area_subjects", "households", "household_parts", "people", "people_parts"):
        _owner(QUERIES[name], {"counties": counties, "since": START - timedelta(days=30)})
    for table in ("area", "subject", "household", "person"):
        _owner(f"ANALYZE {table}")


def _root(counties: int) -> int:
    return COUNTY if counties == 1 else PREFECTURE


def _open_ten_days(counties: int) -> int:
    from sibulou.duty.force import activate, load
    from sibulou.duty.reconcile import reconcile
    from sibulou.plans import shipped
    from sibulou.roster.audit import By
    from sibulou.roster.models import Area

    by = By("bench")
    file = shipped()["covid19-2020"]
    version = load(file.read_text(encoding="utf-8"), file=file.name, by=by, now=START)
    activate(area=Area.objects.get(pk=_root(counties)), version=version, level="I", title="bench", notice="-",
             legal_basis="-", by=by, now=START)  # fmt: skip
    return reconcile(now=NOW).total


def _meet_most() -> None:
    """97 of 100 due obligations are met, as in a county that works; then what PostgreSQL needs to answer well."""
    _owner(QUERIES["meet_most"], {"now": NOW})
    _owner(QUERIES["accounts"])
    _owner(QUERIES["appointments"], {"since": START})
    _owner(QUERIES["bare_table"])
    _owner(QUERIES["bare_index"])
    _owner("REINDEX INDEX obligation_open")  # as the bare one is: made after the bulk update, which no day of work is
    for table in ("obligation", "bare", "seat", "account", "appointment"):
        _owner(f"VACUUM ANALYZE {table}")


def _reading(counties: int) -> list[Figure]:
    """What the Net and the lists ask, with the rights of a duty officer, beside the bare counts."""
    from sibulou.duty import board
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.area_key import key_range

    root = _root(counties)
    village = COUNTY + 10**9 + 10**6
    moment = board.Moment.now(NOW)
    low, high = key_range(root)
    own_low, own_high = key_range(village)
    with acting(EVERYTHING):
        vacant = board.vacant_seats(root, moment)
        _progress(f"{counties}: {len(vacant):,} vacant seats")
        return [
            Figure("gap counts per area and duty", _seconds(lambda: board.gap_counts(root, moment)),
                   _seconds(lambda: _owner(QUERIES["bare_gaps"], (low, high, NOW)))),
            Figure("the same, once it is known who is vacant",
                   _seconds(lambda: board.gap_counts(root, moment, vacant=vacant)),
                   _seconds(lambda: _owner(QUERIES["bare_gaps"], (low, high, NOW)))),
            Figure("one village's list", _seconds(lambda: board.gap_page(village, moment)),
                   _seconds(lambda: _owner(QUERIES["bare_list"], (own_low, own_high, NOW)))),
            Figure("the Net's data", _seconds(lambda: board.cells(root, moment)),
                   _seconds(lambda: _owner(QUERIES["bare_cells"], (low, high, NOW)))),
            Figure("books with balance check", _seconds(lambda: board.books(root, moment), 3),
                   _seconds(lambda: _owner(QUERIES["bare_books"], (low, high, NOW, NOW)), 3)),
        ]  # fmt: skip


def _new_day(counties: int) -> Figure:
    """Open the next day of every duty; bare: as many plain rows into the plain table with its index."""
    from sibulou.duty.reconcile import reconcile
    from sibulou.roster.access import EVERYTHING, acting

    tomorrow = NOW + timedelta(days=2)
    begin = time.perf_counter()
    with acting(EVERYTHING):
        opened = reconcile(now=tomorrow, since=NOW).total
    ours = time.perf_counter() - begin
    begin = time.perf_counter()
    _owner(QUERIES["bare_insert"], (opened,))
    return Figure("reconcile of a new day", ours, time.perf_counter() - begin, "/s", opened)


def _homes_due() -> bench_intake.Homes:
    """The re-checks of the coming nine days: three for each household, none told yet."""
    from sibulou.duty.reconcile import reconcile
    from sibulou.roster.access import EVERYTHING, acting

    with acting(EVERYTHING):
        reconcile(now=NOW + timedelta(days=11), since=NOW + timedelta(days=2))
    for table in ("obligation", "record"):
        _owner(f"VACUUM ANALYZE {table}")
    _progress("the door: over HTTP")
    return bench_intake.Homes(_owner(QUERIES["rechecks_to_come"], {"now": NOW}))  # type: ignore[arg-type]


def _settling(size: int) -> Figure:
    """Hand in records that meet open obligations; bare: insert and update plain rows by key, as many at once."""
    from sibulou.duty.intake import Batch, take_in
    from sibulou.duty.told import Told
    from sibulou.lib.uuid7 import uuid7
    from sibulou.roster.access import EVERYTHING
    from sibulou.roster.audit import By

    runs = 3 if size > 1000 else 9
    spent, bare = [], []
    for _ in range(runs):
        rows = _owner(QUERIES["open_rechecks"], (size,))
        told = [
            Told(uuid7(happened), "household_check", int(str(subject)), happened, {"members": 2, "present": 2})
            for subject, happened in rows
            if isinstance(happened, datetime)
        ]
        begin = time.perf_counter()
        take_in(Batch(told), reach=EVERYTHING, by=By("bench"), now=NOW + timedelta(days=1))
        spent.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        _owner(QUERIES["bare_settle"], (size,))
        bare.append(time.perf_counter() - begin)
    return Figure(f"settle, batches of {size:,}", statistics.median(spent), statistics.median(bare), "/s", size)


def _as_table(results: dict[int, list[Figure]], door: bench_intake.Door | None) -> str:
    lines = [f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", ""]
    for counties, figures in results.items():
        lines.append(f"| {counties * 52_000:,} households | ours | bare PostgreSQL | ratio |")
        lines.append("|---|---:|---:|---:|")
        lines += [f"| {one.name} | {one.say(one.ours)} | {one.say(one.bare)} | {one.ratio:.1f} |" for one in figures]
        lines.append("")
    if len(results) == 2:
        small, large = results.values()
        lines += ["| growth from one county to ten | ours | bare PostgreSQL |", "|---|---:|---:|"]
        lines += [
            f"| {a.name} | {_growth(a.ours, b.ours, a, b):.1f} | {_growth(a.bare, b.bare, a, b):.1f} |"
            for a, b in zip(small, large, strict=True)
        ]
    if door is not None:
        lines += ["", bench_intake.as_table(door)]
    return "\n".join(lines)


def _growth(before: float, after: float, small: Figure, large: Figure) -> float:
    """How much longer the tenfold takes; for rates, per thing."""
    return (after / large.per) / (before / small.per)


def _as_json(results: dict[int, list[Figure]], door: bench_intake.Door | None) -> str:
    said: dict[str, Any] = {
        str(counties): [
            {"name": one.name, "ours_s": one.ours, "bare_s": one.bare, "per": one.per, "ratio": one.ratio}
            for one in figures
        ]
        for counties, figures in results.items()
    }
    if door is not None:
        said["door"] = bench_intake.as_plain(door)
    return json.dumps(said, indent=2)
