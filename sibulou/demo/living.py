"""Keeps the demonstration county alive: what the field tells comes in by the common door, as its hour comes.

Windows are opened and tellings climb by the product's own clockwork; here are only the people in the field.
"""

from __future__ import annotations

import heapq
import json
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from sibulou.demo.field import Deed, as_told, deeds, moment
from sibulou.demo.guards import find_guards
from sibulou.demo.roll import DAY, Answering, Owed, whole
from sibulou.demo.scene import Scene
from sibulou.demo.stories import Stage, Teller, of_day, planted
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Event
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.audit import By
from sibulou.roster.models import User

TICK = 10.0
"""Seconds between two looks at what has come due."""
_log = logging.getLogger(__name__)


@dataclass
class Living:
    """What is still to be told, by its hour. `since` is the moment up to which everything was told."""

    event: Event
    scene: Scene
    since: int
    first: int
    stage: Stage = field(init=False)
    seen: int = 0
    days: set[int] = field(default_factory=set)
    coming: list[tuple[int, str, Deed]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stage = Stage.read(self.scene.running.over)
        teller = Teller(self.scene.county, self.scene.book)
        self.withheld = planted(teller, self.stage, self.first).withheld

    def look(self, now: datetime) -> None:
        """Add what has been opened since, and what happens by itself today and tomorrow."""
        self.look_at_owed()
        today = int(self.scene.county.midnight(whole([int(now.timestamp())]))[0])
        for midnight in (today, today + DAY):
            if midnight not in self.days:
                self.days.add(midnight)
                self._add(of_day(Teller(self.scene.county, self.scene.book), self.stage, midnight))

    def look_at_owed(self) -> None:
        """Add what the field will tell of everything that has been opened since."""
        owed = Owed.read(self.seen)
        if len(owed):
            self.seen = int(owed.id.max())
            keys = {number: key for key, number in self.scene.running.duty_ids.items()}
            self._add(deeds(self.scene.county, self.scene.book, owed, keys, self.withheld))

    def _add(self, found: Iterable[Deed]) -> None:
        for deed in found:
            if deed.received > self.since:
                heapq.heappush(self.coming, (deed.received, deed.id, deed))

    def due(self, now: datetime) -> list[Deed]:
        """What is heard by now, taken off the list, in the order it is heard."""
        upto, found = int(now.timestamp()), []
        while self.coming and self.coming[0][0] <= upto:
            found.append(heapq.heappop(self.coming)[2])
        return found

    def hand_in(self, found: Sequence[Deed], now: datetime) -> int:
        """Each teller hands in what is his; what nobody answers for stays untold. Returns how many were taken."""
        local = moment(int(now.timestamp()), self.scene.county.offset)
        answering = Answering.read(area=self.scene.running.over, start=local, now=local)
        tellers = answering.at(whole(one.seat for one in found), np.full(len(found), int(now.timestamp()))).tolist()
        by_teller: dict[int, list[Deed]] = defaultdict(list)
        for deed, teller in zip(found, tellers, strict=True):
            if teller:
                by_teller[teller].append(deed)
        users = User.objects.in_bulk(list(by_teller))
        return sum(self._hand_in(users[teller], part, now) for teller, part in by_teller.items())

    def _hand_in(self, user: User, part: Sequence[Deed], now: datetime) -> int:
        told = [as_told(deed, self.scene.book, self.scene.county.offset) for deed in part]
        reach = reach_of(user, now=now)
        role = reach.roles[0] if reach.roles else ""
        answers = take_in(Batch(told, device=f"phone-{user.pk}"), reach=reach, by=By(user.name, role, user.pk), now=now)
        for answer in answers:
            if answer.outcome not in (Outcome.ACCEPTED, Outcome.REPEATED):
                _log.warning("%s %s: %s", user.username, answer.outcome, answer.problem)
        return sum(answer.outcome is Outcome.ACCEPTED for answer in answers)

    def step(self, now: datetime) -> int:
        """One look: what has come due is told. Returns how many records were taken."""
        with acting(EVERYTHING):
            self.look(now)
            found = self.due(now)
            taken = self.hand_in(found, now) if found else 0
            if taken:
                find_guards(self.event, seed=self.scene.county.seed, now=now)
        self.since = int(now.timestamp())
        return taken


def live(data: Path, seed: int, since: datetime, first: datetime) -> None:
    """Live on until this process is ended, and keep the clock of the demonstration in `clock.json`."""
    from sibulou.lib import clock

    with acting(EVERYTHING):
        event = Event.objects.select_related("area").get(ended_at__isnull=True)
        living = Living(event, Scene.of(event, seed=seed), int(since.timestamp()), int(first.timestamp()))
    while True:
        now = clock.now()
        try:
            living.step(now)
            keep_clock(data, now)
        except Exception:
            _log.exception("the field could not tell at %s", now)
        time.sleep(TICK)


def keep_clock(data: Path, now: datetime) -> None:
    """Keep the moment at which the demonstration stands, whole or not at all."""
    aside = data / "clock.new"
    aside.write_text(json.dumps({"now": now.isoformat()}) + "\n")
    aside.replace(data / "clock.json")


def kept_clock(data: Path) -> datetime | None:
    """The moment at which the demonstration stopped; None where it never ran, or the note cannot be read."""
    try:
        return datetime.fromisoformat(json.loads((data / "clock.json").read_text())["now"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
