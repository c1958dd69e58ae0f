"""Replays a day of passages through the served intake and counts. By hand: `tools/replay_passages.py [ROWS] [SPEED]`.

A scratch county is founded and served by two processes as in service. Its posts tell a day of passages, vehicles with
all their occupants, in the rhythm of a day with two humps, so many times as fast (50000 at 10: two hours and a half;
the default, 2000 at 480: three minutes). A batch in ten loses its line before the answer, one in ten goes out twice,
and what was not answered is sent again. At the end every row must be on record and in the register once and nothing
else, no vehicle may lack a row, nothing may be refused, and whoever was turned back and came in elsewhere must be an
alarm, each once. It ends with 1 otherwise.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sibulou.demo import bench
from sibulou.demo.bench_intake import PATH, served
from sibulou.demo.http_load import Line, letter
from sibulou.lib import database
from sibulou.lib.uuid7 import uuid7

CODE, SCALE = "530425", 0.1
DAY = 86_400
MOST = 100
"""Rows in one batch."""
CUT, TWICE = 0.1, 0.1
WEIGHTS = {"gate": 900, "trunk": 200}
TRIES = 60


@dataclass(frozen=True)
class Post:
    """An open post and the token of its head's device."""

    subject: int
    kind: str
    token: str


@dataclass
class Day:
    """What is told at each post, by the second of the day; how many alarms must come of it; and what happened."""

    begins: datetime
    told: dict[Post, list[tuple[float, dict[str, Any]]]]
    alarms: int
    made: set[UUID]
    unsent: int = 0
    luck: random.Random = field(default_factory=lambda: random.Random(2))
    answers: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> int:
    """Found, serve, replay, count, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    speed = float(sys.argv[2]) if len(sys.argv) > 2 else 480.0
    os.environ["SIBULOU_DEMO"] = "1"
    place = database.find(os.environ)
    with bench.scratch(place, database.open(place), "sibulou_replay") as county:
        begins = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=DAY)
        posts = founded(begins - timedelta(days=1))
        day = day_of(posts, rows, begins, random.Random(1))
        began = time.monotonic()
        with served(county) as (address, _):
            told = [threading.Thread(target=tell, args=(day, post, address, speed)) for post in posts]
            for one in told:
                one.start()
            for one in told:
                one.join()
        took = time.monotonic() - began
        found = count(day)
    print(f"{len(day.made):,} rows at {len(posts)} posts in {took:.0f} s, {len(day.made) / took:.1f} a second")
    print("answers: " + ", ".join(f"{status} {n:,}" for status, n in sorted(day.answers.items())))
    print(", ".join(f"{what} {n}" for what, n in found.items()))
    clean = not any(found.values())
    print("every passage once, nothing lost or doubled" if clean else "NOT every passage once")
    return 0 if clean else 1


def founded(start: datetime) -> list[Post]:
    """A county in which the plan of 2020 is in force; its open posts, each with a device."""
    from importlib import resources

    from sibulou.demo.load import found_and_load
    from sibulou.duty.force import activate, load
    from sibulou.field.devices import enrol_signed_in
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.areas import area_by_code
    from sibulou.roster.audit import By
    from sibulou.roster.models import Appointment
    from sibulou.roster.models import Post as Row
    from sibulou.roster.seal import field_cipher

    by = By("replay")
    found_and_load(code=CODE, cipher=field_cipher(), start=start, by=by, scale=SCALE, seed=1)
    text = resources.files("sibulou.plans").joinpath("covid19-2020.yaml").read_text(encoding="utf-8")
    with acting(EVERYTHING):
        activate(
            area=area_by_code(CODE), version=load(text, file="covid19-2020.yaml", by=by, now=start), level="I",
            title="replay", notice="1", legal_basis="replay", by=by, now=start,
        )  # fmt: skip
        kinds = dict(Row.objects.filter(opened_at__isnull=False).values_list("subject_id", "kind"))
        terms = Appointment.objects.filter(seat__role="post_head", seat__subject_id__in=kinds, deputy=False)
        heads = {term.seat.subject_id: term.user for term in terms.select_related("seat", "user").order_by("pk")}
    return [
        Post(subject, kinds[subject], enrol_signed_in(user=user, name="replay", now=start).token)
        for subject, user in sorted(heads.items())
        if subject is not None
    ]


def day_of(posts: Sequence[Post], rows: int, begins: datetime, luck: random.Random) -> Day:
    """Vehicles until there are so many rows; one in two hundred is turned back and comes in at another post."""
    day = Day(begins, {post: [] for post in posts}, 0, set())
    weights = [WEIGHTS.get(post.kind, 20) for post in posts]
    number = 0
    while len(day.made) < rows:
        number += 1
        post = luck.choices(posts, weights)[0]
        at = (
            luck.triangular(0, DAY / 2, 9.5 * 3600)
            if luck.random() < 0.5
            else luck.triangular(DAY / 2, DAY, 17.5 * 3600)
        )
        if number % 200 or len(posts) < 2:
            _vehicle(day, post, at, number, luck=luck)
            continue
        at = min(at, DAY - 7200)
        _vehicle(day, post, at, number, luck=luck, disposal="turned_back")
        other = luck.choice([one for one in posts if one is not post])
        _vehicle(day, other, at + 3600, number, luck=luck)
        day.alarms += 1
    for told in day.told.values():
        told.sort(key=lambda one: one[0])
    return day


def _vehicle(
    day: Day, post: Post, at: float, number: int, *, luck: random.Random, disposal: str = "passed"
) -> None:  # fmt: skip
    """All who sit in one, under one number; the plate's letter O is one that no plate has."""
    inside = 1 + sum(luck.random() < 0.32 for _ in range(4))
    happened = day.begins + timedelta(seconds=at)
    binds = str(uuid7(happened))
    for seat in range(inside):
        record = uuid7(happened + timedelta(milliseconds=seat))
        content = {
            "kept": "companion" if seat else "own", "plate": f"云O{number:05d}"[:8], "name": f"乘客{number}-{seat}",
            "temperature": 36 + luck.randrange(9) / 10, "direction": "in", "disposal": disposal, "from_area": False,
            "unwell": False, "occupants": inside, "passage": binds,
        }  # fmt: skip
        day.made.add(record)
        told = {"id": str(record), "form": "checkpoint_pass", "subject": post.subject,
                "happened_at": happened.isoformat(), "content": content}  # fmt: skip
        day.told[post].append((at, told))


def tell(day: Day, post: Post, address: str, speed: float) -> None:
    """One post's day: what has happened by now is sent, and kept until it is answered."""
    place = urlsplit(address)
    line = Line((place.hostname or "", place.port or 0))
    coming, began, waiting, tries = day.told[post][:], time.monotonic(), list[dict[str, Any]](), 0
    while (coming or waiting) and tries < TRIES:
        by_now = (time.monotonic() - began) * speed
        while coming and coming[0][0] <= by_now:
            waiting.append(coming.pop(0)[1])
        if waiting:
            answered = _send(day, line, post, place.netloc, waiting[:MOST])
            waiting = [one for one in waiting if one["id"] not in answered]
            tries = 0 if answered else tries + 1
        if coming and not waiting:
            time.sleep(min(30.0, max(0.0, (coming[0][0] - by_now) / speed)))
        elif waiting:
            time.sleep(0.05)
    with day.lock:
        day.unsent += len(waiting) + len(coming)
    line.close()


def _send(day: Day, line: Line, post: Post, host: str, batch: Sequence[dict[str, Any]]) -> set[str]:
    """The ids that were answered as kept; none where the line broke."""
    request = letter(PATH, host, post.token, json.dumps({"records": batch}).encode(), len(batch)).request
    if day.luck.random() < CUT:
        line.cut(request, len(request))
        _note(day, "cut")
        return set()
    status, body = 0, b""
    for _ in range(2 if day.luck.random() < TWICE else 1):
        try:
            status, _, body = line.send(request)
        except OSError:
            line.close()
            status = 0
        _note(day, str(status or "broken"))
    if status != 200:
        time.sleep(1)
        return set()
    return {one["id"] for one in json.loads(body)["records"] if one["outcome"] in ("accepted", "repeated")}


def _note(day: Day, what: str) -> None:
    with day.lock:
        day.answers[what] += 1


def count(day: Day) -> dict[str, int]:
    """What is wrong, by what it is; all zero where nothing is."""
    from sibulou.duty.models import Obligation, Record, Refusal
    from sibulou.fronts.defence.models import Passage
    from sibulou.roster.access import EVERYTHING, acting

    with acting(EVERYTHING):
        records = set(Record.objects.filter(form="checkpoint_pass").values_list("id", flat=True))
        rows = set(Passage.objects.values_list("record", flat=True))
        wanted = dict(Passage.objects.values_list("together", "occupants"))
        there = Counter(Passage.objects.values_list("together", flat=True))
        alarms = Obligation.objects.filter(duty__key="turnback.came_in").count()
        refused = Refusal.objects.count()
    return {
        "not sent": day.unsent,
        "lost": len(day.made - records),
        "strange": len(records - day.made),
        "not in the register": len(records ^ rows),
        "vehicles short of a row": sum(there[key] != said for key, said in wanted.items()),
        "alarms too few or too many": abs(alarms - day.alarms),
        "refused": refused,
    }


if __name__ == "__main__":
    sys.exit(main())
