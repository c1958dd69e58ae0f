"""The small county with the plan of 2020 in force, and passages told at its two posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sibulou.duty.intake import Answer, Batch, take_in
from sibulou.duty.models import Obligation
from sibulou.duty.told import Told
from sibulou.fronts.defence.passages.comparing import compare
from sibulou.lib.clock import now as clock_now
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.audit import By
from sibulou.roster.models import Post
from tests.web.scene import Scene, build

CREW = By("石磊", "post_head")


@dataclass
class Gate:
    """Passages as lines: `gate.told(minutes ago, …)`."""

    scene: Scene

    @property
    def now(self) -> datetime:
        return self.scene.now

    def ago(self, minutes: float) -> datetime:
        return self.scene.now - timedelta(minutes=minutes)

    def told(
        self, minutes: float, *, post: Post | None = None, reach: Reach = EVERYTHING, heard: float = 0,
        corrects: UUID | None = None, withdraws: bool = False, record: UUID | None = None,
        form: str = "checkpoint_pass", **said: Any,
    ) -> tuple[UUID, Answer]:  # fmt: skip
        """One record of a post, so many minutes ago; heard `heard` minutes ago. Gives its id and the answer."""
        at = self.ago(minutes)
        content = {"name": "过路人", "temperature": 36.5, "direction": "in", "disposal": "passed"} | said
        if form != "checkpoint_pass":
            content = dict(said)
        record = record or uuid7(at)
        where = (post or self.scene.world.post).pk
        told = Told(record, form, where, at, {} if withdraws else content, corrects=corrects, withdraws=withdraws)
        (answer,) = take_in(Batch([told]), reach=reach, by=CREW, now=self.ago(heard))
        return record, answer

    def compare(self, *, minutes: float = 0, ahead: float = 0) -> int:
        return compare(now=self.scene.now + timedelta(minutes=ahead - minutes))

    def owed(self, duty: str) -> list[Obligation]:
        """What a duty owes that nobody has met, the oldest first."""
        return list(
            Obligation.objects.filter(duty__key=duty, met_at=None, waived_at=None).order_by("opened_at", "pk")
            .select_related("subject", "seat")
        )  # fmt: skip


@pytest.fixture
def gate(db: None, settings: Any) -> Iterator[Gate]:
    """The county as it is now, its posts open and manned since an hour ago."""
    settings.DEMO = True  # the numbers that nobody has are taken as numbers
    made = Gate(build(now=clock_now()))
    with acting(EVERYTHING):
        for post in (made.scene.world.post, made.scene.world.gate):
            made.told(60, post=post, form="post_sign_on", on_duty=3)
        yield made
