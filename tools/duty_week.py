"""Hold the published duty rosters of a data folder against the rules, from plain rows, and say how the load is shared.

    SIBULOU_DATA=data/demo .venv/bin/python tools/duty_week.py

It shares no code with the solver or the checker of the product: SQL rows and loops. Ends with 1 where a rule is broken.
Not to be run while the folder is served: it starts the folder's own database.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from statistics import median, pstdev
from zoneinfo import ZoneInfo

import psycopg

from sibulou import serve
from sibulou.lib import database
from sibulou.lib.database.entry import conninfo

ZONE = ZoneInfo("Asia/Shanghai")
ROWS = """
SELECT t.member_id, m.trade, m.no_nights, s.id, s.begins, s.ends FROM standing t JOIN shift s ON s.id = t.shift_id
JOIN member m ON m.id = t.member_id WHERE s.subject_id IS NOT NULL AND t.left_at IS NULL ORDER BY t.member_id, s.begins
"""
SHIFTS = "SELECT id, crew, trades FROM shift WHERE subject_id IS NOT NULL"
Row = tuple[int, str, bool, int, datetime, datetime]


def is_night(begins: datetime, ends: datetime) -> bool:
    """Whether any quarter of an hour of it lies between midnight and six."""
    quarters = int((ends - begins).total_seconds() // 900)
    return any((begins + timedelta(minutes=15 * at)).astimezone(ZONE).hour < 6 for at in range(quarters))


def most_in_seven(days: set[int]) -> int:
    """The most of these days that lie in any seven."""
    return max((sum(first <= day < first + 7 for day in days) for first in days), default=0)


def broken(rows: list[Row], shifts: list[tuple[int, int, list[str]]]) -> Counter[str]:
    """How often each rule is broken."""
    found: Counter[str] = Counter()
    crews: dict[int, list[str]] = defaultdict(list)
    of: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        crews[row[3]].append(row[1])
        of[row[0]].append(row)
    for key, crew, trades in shifts:
        found["people lacking"] += max(0, crew - len(crews[key]))
        found["trades lacking"] += sum(trade not in crews[key] for trade in trades)
    for mine in of.values():
        for row in mine:
            found["longer than 12 h"] += row[5] - row[4] > timedelta(hours=12)
            found["a night against the wish"] += row[2] and is_night(row[4], row[5])
        for one, other in itertools.pairwise(mine):
            found["less than 8 h between"] += other[4] - one[5] < timedelta(hours=8)
        days = [row[4].astimezone(ZONE).toordinal() for row in mine]
        found["two on a day"] += len(days) - len(set(days))
        found["more than 6 days of 7"] += most_in_seven(set(days)) > 6
        dark = {row[4].astimezone(ZONE).toordinal() for row in mine if is_night(row[4], row[5])}
        found["more than 3 nights of 7"] += most_in_seven(dark) > 3
    return found


def shared(rows: list[Row]) -> list[str]:
    """Shifts, hours and nights of a person: least, middle, most and deviation."""
    counts: dict[str, Counter[int]] = {"shifts": Counter(), "hours": Counter(), "nights": Counter()}
    for member, _, _, _, begins, ends in rows:
        counts["shifts"][member] += 1
        counts["hours"][member] += int((ends - begins).total_seconds() // 3600)
        counts["nights"][member] += is_night(begins, ends)
    return [
        f"{word}: {min(one.values())} / {median(one.values()):g} / {max(one.values())}, sd {pstdev(one.values()):.2f}"
        for word, one in counts.items()
        if one
    ]


def main() -> int:
    """Read, count, print."""
    place = database.find(os.environ)
    with serve.own_server(place), psycopg.connect(**conninfo(database.open(place).owner)) as session:
        rows: list[Row] = session.execute(ROWS).fetchall()
        shifts = session.execute(SHIFTS).fetchall()
    found = broken(rows, [(key, crew, list(trades)) for key, crew, trades in shifts])
    print(f"{len(shifts)} shifts, {len(rows)} places filled, {len({row[0] for row in rows})} people")
    print("\n".join(shared(rows)))
    print(", ".join(f"{rule}: {count}" for rule, count in found.items()))
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
