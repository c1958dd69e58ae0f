"""The small county with the plan of 2020 in force, a force of twelve, and a roster of its village post."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from sibulou.duty.board import Moment, each_gap
from sibulou.duty.intake import Answer, Batch, take_in
from sibulou.duty.models import Duty, Obligation
from sibulou.duty.reconcile import drift, reconcile, uncalled
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import Member, Rota, Shift, Standing
from sibulou.fronts.defence.people import Facts, add_member, add_team, add_unit
from sibulou.fronts.defence.rosters import fill, propose
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import create_user
from sibulou.roster.audit import By
from sibulou.roster.models import Subject, User
from tests.web.scene import Scene, build
from tests.world import BY

NOW = datetime(2020, 2, 10, 4, 0, tzinfo=UTC)
"""Monday noon in the county."""
TOMORROW = date(2020, 2, 11)


@dataclass
class Posts:
    """The scene, the force, and what may be said of them in one line."""

    scene: Scene
    force: list[Member]

    @property
    def post(self) -> Subject:
        """The post at the mouth of Donghe."""
        return self.scene.world.post.subject

    def member(self, user: User) -> Member:
        return next(one for one in self.force if one.account_id == user.pk)

    def rota(self, *, days: int = 2, only_post: bool = True) -> Rota:
        """A proposal from tomorrow on, solved: of the village post alone, or of the gate, too."""
        gate = self.scene.world.gate.pk
        made = propose(
            area=self.scene.world.county, first_day=TOMORROW, days=days, seed=1, by=BY, now=NOW,
            only={self.post.pk} if only_post else {self.post.pk, gate},
        )  # fmt: skip
        fill(rota=made, by=BY, now=NOW)
        return made

    def shift(self, rota: Rota, hour: int, day: int = 0) -> Shift:
        """The shift of the village post that begins at an hour of a day of the roster (local)."""
        at = rota.begins + timedelta(days=day, hours=hour)
        return Shift.objects.select_related("post", "rota", "subject").get(rota=rota, post=self.post, begins=at)

    def tell(self, subject: Subject, form: str, at: datetime, *, by: User | None = None, **content: object) -> Answer:
        told = Told(uuid7(at), form, subject.pk, at, content)
        who = By(by.name, "", by.pk) if by else By("石磊", "post_head", self.scene.world.user("post_head", "post").pk)
        (answer,) = take_in(Batch([told]), reach=EVERYTHING, by=who, now=at)
        return answer

    def tells(self, subject: Subject, form: str, at: datetime, *, by: User | None = None, **content: object) -> None:
        """The same, and it is taken in."""
        answer = self.tell(subject, form, at, by=by, **content)
        assert answer.outcome == "accepted", answer.problem

    def gaps(self, at: datetime, *duties: str) -> list[str]:
        """The gaps of some duties in one line each: the duty, the subject, since when."""
        keys = dict(Duty.objects.values_list("pk", "key"))
        pages = each_gap(self.scene.world.county.pk, Moment.now(at))
        found = [row for page in pages for row in page if row.overdue]
        labels = {one.pk: one.label for one in Subject.objects.filter(pk__in=[row.subject for row in found])}
        return sorted(
            f"{keys[row.duty]} | {labels[row.subject]} | {row.since:%d %H:%M}"
            for row in found
            if keys[row.duty] in duties
        )

    def owed(self, shift: Shift) -> list[Obligation]:
        return list(Obligation.objects.filter(subject=shift.subject_id).select_related("duty").order_by("opened_at"))

    def sound(self, at: datetime) -> None:
        """Nothing drifted, every gap is called for, and reconcile changes nothing a second time."""
        reconcile(now=at)
        assert drift() == []
        assert uncalled(now=at) == {}
        assert reconcile(now=at).total == 0


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Posts]:
    """The scene and the force, built once for a module in a transaction that is rolled back after it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        around = transaction.atomic()
        around.__enter__()
        made = _build()
    yield made
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def posts(built: Posts, db: None) -> Iterator[Posts]:
    with acting(EVERYTHING):
        yield deepcopy(built)


def _build() -> Posts:
    scene = build(now=NOW)
    with acting(EVERYTHING):
        county = scene.world.county
        bureau = add_unit(area=county, name="公安局", by=BY, now=NOW)
        team = add_team(unit=bureau, kind="vanguard", name="先遣队", by=BY, now=NOW)
        force = []
        for number in range(12):
            user = None
            if number < 3:
                user = create_user(username=f"duiyuan{number}", name=f"队员{number}", by=BY, now=NOW)
            facts = Facts(("police", "health", "emergency")[number % 3], home=scene.world.village_a, account=user,
                          team=team)  # fmt: skip
            force.append(add_member(unit=bureau, name=f"队员{number}", facts=facts, by=BY, now=NOW))
    return Posts(scene, force)


def people_of(shift: Shift) -> list[int]:
    """Who stands in a shift, as the rows say."""
    return list(Standing.objects.filter(shift=shift, left_at__isnull=True).values_list("member_id", flat=True))
