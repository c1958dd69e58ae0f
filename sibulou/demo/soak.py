"""`sibulou soak`: many devices that sync and send all the time while things go wrong, and a count at the end.

Every device syncs and sends once a minute. Lines are cut in the middle of a request and before its answer, batches go
out twice, clocks are hours off, serving processes are killed. A device keeps what was not answered and sends it again,
as the app does. At the end every record that was ever made must be there exactly once, nothing else, nothing refused,
and what the obligations say must be what the records say.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import UUID

from sibulou.demo import bench
from sibulou.demo.bench_intake import PATH, Homes, Phone, phones_of, served
from sibulou.demo.http_load import Line, get, letter
from sibulou.lib import database
from sibulou.lib.uuid7 import uuid7

FAULTS = {"cut in the request": 0.08, "cut before the answer": 0.08, "sent twice": 0.05}
WRONG_CLOCKS = 0.05
"""The share of devices whose clock is six hours slow, all the time."""
MINUTE = 60.0
LAST_TRIES = 30


@dataclass
class Soak:
    """What happened: records made, faults by kind, answers by status, and what was found at the end."""

    made: set[UUID] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    unsent: int = 0
    missing: int = 0
    strange: int = 0
    refused: int = 0
    drift: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def clean(self) -> bool:
        """Whether every record is there once, and nothing else."""
        return bool(self.made) and not (self.unsent or self.missing or self.strange or self.refused or self.drift)


def main(args: argparse.Namespace) -> int:
    """Found a county in a scratch database, let it soak, count. Returns 1 unless everything is there exactly once."""
    place = database.find(os.environ)
    connections = database.open(place)
    with bench.scratch(place, connections, "sibulou_soak") as county:
        homes = bench.fill_for_visits()
        soak = Soak()
        with served(county) as (address, server):
            town = _Town(soak, address, homes)
            phones = phones_of(args.devices, roles=("village_secretary",))
            _run(town, phones, server, minutes=args.minutes)
        _count(soak)
    print(_as_json(soak, args) if args.json else _as_table(soak, args))
    return 0 if soak.clean else 1


@dataclass(frozen=True)
class _Town:
    """What all devices share."""

    soak: Soak
    address: str
    homes: Homes


def _run(town: _Town, phones: Sequence[Phone], server: int, *, minutes: float) -> None:
    over = time.monotonic() + minutes * MINUTE
    devices = [_Device(town, phone, random.Random(number)) for number, phone in enumerate(phones)]
    threads = [threading.Thread(target=device.carry, args=(over,)) for device in devices]
    for thread in threads:
        thread.start()
    while time.monotonic() < over:
        time.sleep(MINUTE / 2)
        town.soak.faults["server process killed"] += _kill_one(server)
    for thread in threads:
        thread.join()


def _kill_one(server: int) -> int:
    """Kill one serving process, as the kernel would when memory runs out. It is started again by its keeper."""
    children = _children(server)
    if not children:
        return 0
    os.kill(children[0], signal.SIGKILL)
    return 1


def _children(pid: int) -> list[int]:
    """The serving processes of a server, oldest first."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as listed:  # noqa: PTH123 - a pseudo file
        return [int(child) for child in listed.read().split()]


class _Device:
    """One phone: what it has not had answered it keeps and sends again, oldest first."""

    def __init__(self, town: _Town, phone: Phone, luck: random.Random) -> None:
        self.soak, self.homes, self.phone, self.luck = town.soak, town.homes, phone, luck
        place = urlsplit(town.address)
        self.host = place.netloc
        self.line = Line((place.hostname or "", place.port or 0))
        self.waiting: list[dict[str, object]] = []
        self.since = ""
        self.slow = timedelta(hours=6) if luck.random() < WRONG_CLOCKS else timedelta()
        self.soak.faults["clock hours off"] += bool(self.slow)

    def carry(self, over: float) -> None:
        """A minute after the other until it is over, then send what is left."""
        time.sleep(self.luck.random() * min(MINUTE, max(0.0, over - time.monotonic())))
        while time.monotonic() < over:
            self._visit()
            self._sync()
            self._send(faults=True)
            time.sleep(max(0.0, min(MINUTE, over - time.monotonic())))
        for _ in range(LAST_TRIES):
            if not self.waiting:
                break
            self._send(faults=False)
        with self.soak.lock:
            self.soak.unsent += len(self.waiting)
        self.line.close()

    def _visit(self) -> None:
        for _ in range(self.luck.randint(1, 4)):
            with self.soak.lock:
                subject, at = self.homes.take(self.phone)
                record = uuid7(at)
                self.soak.made.add(record)
            told = {"id": str(record), "form": "household_check", "subject": subject,
                    "happened_at": (at - self.slow).isoformat(), "content": {"members": 2, "present": 2}}  # fmt: skip
            self.waiting.append(told)

    def _sync(self) -> None:
        request = get(f"/api/v1/sync?since={quote(self.since)}", self.host, self.phone.token)
        status, _, body = self._ask(request)
        if status == 200:
            self.since = json.loads(body)["next"]

    def _send(self, *, faults: bool) -> None:
        batch = self.waiting[:200]
        sent = {"records": batch, "sent_at": (datetime.now(UTC) - self.slow).isoformat()}
        fault = self._fault() if faults else ""
        request = letter(PATH, self.host, self.phone.token, json.dumps(sent).encode(), len(batch)).request
        if fault == "cut in the request":
            self.line.cut(request, len(request) * 2 // 3)
            return
        if fault == "cut before the answer":
            self.line.cut(request, len(request))
            return
        for _ in range(2 if fault == "sent twice" else 1):
            status, _, body = self._ask(request)
        if status == 200:
            done = {one["id"] for one in json.loads(body)["records"] if one["outcome"] in ("accepted", "repeated")}
            self.waiting = [one for one in self.waiting if one["id"] not in done]

    def _fault(self) -> str:
        draw = self.luck.random()
        for kind, share in FAULTS.items():
            if draw < share:
                with self.soak.lock:
                    self.soak.faults[kind] += 1
                return kind
            draw -= share
        return ""

    def _ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """The answer; 0 for a line that broke, after a breath."""
        try:
            answer = self.line.send(request)
        except OSError:
            self.line.close()
            time.sleep(1)
            answer = (0, b"", b"")
        with self.soak.lock:
            self.soak.answers[str(answer[0] or "line broke")] += 1
        return answer


def _count(soak: Soak) -> None:
    from sibulou.duty.models import Obligation, Record, Refusal
    from sibulou.duty.reconcile import drift
    from sibulou.roster.access import EVERYTHING, acting

    with acting(EVERYTHING):
        there = set(Record.objects.values_list("id", flat=True))
        soak.missing, soak.strange = len(soak.made - there), len(there - soak.made)
        soak.refused = Refusal.objects.count()
        touched = set(Obligation.objects.filter(met_by__in=there).values_list("id", flat=True))
        soak.drift = len(touched & set(drift()))


def _as_table(soak: Soak, args: argparse.Namespace) -> str:
    lines = [
        f"{args.devices} devices, {args.minutes} minutes, {len(soak.made):,} records",
        "faults: " + ", ".join(f"{kind} {count}" for kind, count in sorted(soak.faults.items())),
        "answers: " + ", ".join(f"{status} {count:,}" for status, count in sorted(soak.answers.items())),
        f"not sent {soak.unsent}, missing {soak.missing}, strange {soak.strange}, refused {soak.refused}, "
        f"drift {soak.drift}",
        "every record exactly once" if soak.clean else "NOT every record exactly once",
    ]
    return "\n".join(lines)


def _as_json(soak: Soak, args: argparse.Namespace) -> str:
    return json.dumps(
        {
            "devices": args.devices, "minutes": args.minutes, "records": len(soak.made), "faults": soak.faults,
            "answers": soak.answers, "unsent": soak.unsent, "missing": soak.missing, "strange": soak.strange,
            "refused": soak.refused, "drift": soak.drift, "clean": soak.clean,
        },
        indent=2,
    )  # fmt: skip
