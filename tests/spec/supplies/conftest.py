"""The small county with a store in the town and two posts, and supplies moved between them as lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sibulou.duty.intake import Answer, Batch, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.stores.hearing import coming_id
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.fronts.defence.stores.ledger import Stand, by_item, stand
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import appoint, make_seat
from sibulou.roster.audit import By
from sibulou.roster.models import Place, User
from sibulou.roster.subjects import add_place
from tests.web.scene import Scene, build
from tests.world import BY

NOON = datetime.fromisoformat("2020-02-10T12:00:00+08:00")


@dataclass
class Stores:
    """Supplies as lines: `stores.told("post", "stock_in", minutes ago, …)`."""

    scene: Scene
    store: Place

    @property
    def now(self) -> datetime:
        return self.scene.now

    def ago(self, minutes: float) -> datetime:
        return self.scene.now - timedelta(minutes=minutes)

    def pk(self, where: str) -> int:
        return self.store.pk if where == "store" else int(getattr(self.scene.world, where).pk)

    def by(self, name: str) -> By:
        user = User.objects.get(name=name)
        return By(user.name, "", user.pk)

    def line(
        self, where: str, form: str, minutes: float, *, answers: UUID | None = None, corrects: UUID | None = None,
        withdraws: bool = False, **said: Any,
    ) -> Told:  # fmt: skip
        at = self.ago(minutes)
        if "to" in said:
            said["to"] = str(self.pk(said["to"]))
        return Told(uuid7(at), form, self.pk(where), at, {} if withdraws else said, answers, corrects, withdraws)

    def hand_in(self, *told: Told, by: str = "石磊", at: datetime | None = None) -> list[Answer]:
        return take_in(Batch(list(told)), reach=EVERYTHING, by=self.by(by), now=at or self.now)

    def told(self, where: str, form: str, minutes: float, *, by: str = "石磊", heard: float = 0, **said: Any) -> UUID:
        """One record, so many minutes ago, heard `heard` minutes ago. Gives its id."""
        line = self.line(where, form, minutes, **said)
        (answer,) = self.hand_in(line, by=by, at=self.ago(heard))
        assert answer.problem is None, answer.problem.say("en")
        return line.id

    def stocked(
        self, where: str, item: str, quantity: int, *, minutes: float = 600, batch: str = "B1", **said: Any
    ) -> UUID:
        return self.told(
            where, "stock_in", minutes, item=item, batch=batch, quantity=quantity, source="allocated", **said
        )

    def sent(self, minutes: float, quantity: int, *, to: str = "post", by: str = "蒋涛", item: str = "mask",
             answers: UUID | None = None) -> UUID:  # fmt: skip
        """From the store to a post, given out by the head of supplies."""
        return self.told("store", "stock_out", minutes, by=by, to=to, item=item, batch="B1", quantity=quantity,
                         giver=by, answers=answers)  # fmt: skip

    def notice(self, move: UUID) -> UUID:
        return coming_id(Record.objects.get(pk=move))

    def received(self, move: UUID, minutes: float, quantity: int, *, where: str = "post", by: str = "石磊") -> UUID:
        return self.told(where, "stock_received", minutes, by=by, item="mask", quantity=quantity, receiver=by,
                         answers=self.notice(move))  # fmt: skip

    def stand(self, where: str, item: str = "mask") -> Stand:
        return stand(by_item(lines_of([self.pk(where)])).get((self.pk(where), item), []))

    def owed(self, duty: str, where: str = "") -> list[Obligation]:
        """What a duty owes that nobody has met, the oldest first."""
        rows = Obligation.objects.filter(duty__key=duty, met_at=None, waived_at=None)
        if where:
            rows = rows.filter(subject=self.pk(where))
        return list(rows.order_by("opened_at", "pk").select_related("subject", "seat"))

    def said(self, row: Obligation) -> dict[str, Any]:
        """What the record says that opened it."""
        return dict(Record.objects.get(pk=row.opened_by).content)


@pytest.fixture
def stores(db: None, settings: Any) -> Iterator[Stores]:
    """The county at noon; the store is kept by 尹飞, who keeps the market too."""
    settings.DEMO = True
    with acting(EVERYTHING):
        scene = build(now=NOON)
        store = add_place(area=scene.world.village_a, name="县物资总库", kind="store", by=BY, now=NOON,
                          since=NOON - timedelta(days=20))  # fmt: skip
        seat = make_seat(role="place_keeper", subject=store.subject, by=BY, now=NOON)
        keeper = User.objects.get(name="尹飞")
        appoint(seat=seat, user=keeper, starts_at=NOON - timedelta(days=9), by=BY, now=NOON)
        yield Stores(scene, store)
