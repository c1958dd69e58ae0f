"""The life of a post: planned, opened, suspended, resumed, withdrawn, each by a decision with its number (S5, S51)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Obligation
from sibulou.duty.reconcile import drift, reconcile, uncalled
from sibulou.duty.scope import scopes
from sibulou.duty.told import Told
from sibulou.fronts.defence.life import next_steps, stands_as, take_step
from sibulou.fronts.defence.models import PostStep, Step
from sibulou.fronts.defence.post_problems import NoNumber, NotAfterItsLast, WrongStep
from sibulou.lib.problem import Problem
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.models import AuditLine, Post
from sibulou.roster.problems import BeforeItsStart, NotYet, ReasonMissing, SubjectEnded
from sibulou.roster.subjects import add_post
from tests.kernel import run_sql
from tests.web.scene import Scene
from tests.world import BY


def step(scene: Scene, post: Post, wanted: Step, hours: float = 0, **said: str) -> PostStep:
    """A step so many hours ago."""
    post.refresh_from_db()
    words = {"number": "第3号", "reason": "修路"} | said
    return take_step(post=post, step=wanted, at=scene.now - timedelta(hours=hours), by=BY, now=scene.now, **words)


def planned(scene: Scene, hours: float = 20) -> Post:
    since = scene.now - timedelta(hours=hours)
    return add_post(area=scene.world.village_a, name="东河新卡点", kind="village", by=BY, now=since, since=since)


def ahead(post: Post) -> int:
    """How many hand-overs of a post are owed that nobody was warned of yet."""
    rows = Obligation.objects.filter(subject=post.pk, duty__key="post.handover", met_at=None, waived_at=None)
    return rows.count()


def test_from_its_opening_on_its_shifts_are_owed(scene: Scene) -> None:
    """And the opening that was owed is met by the step itself."""
    post = planned(scene)
    reconcile(now=scene.now)
    assert ahead(post) == 0 and scene.owed("post.opened", subject=post.pk).met_at is None
    step(scene, post, Step.OPENED, hours=10)
    assert ahead(post) > 0
    assert scene.owed("post.opened", subject=post.pk).met_at == scene.now - timedelta(hours=10)


def test_the_heads_own_word_opens_a_planned_post(scene: Scene) -> None:
    """Told late or twice it opens once, at the moment it stood."""
    post, at = planned(scene), scene.now - timedelta(hours=6)
    told = Told(uuid7(at), "post_opened", post.pk, at, {"branch": "东河临时党支部", "kit": True})
    for _ in range(2):
        take_in(Batch([told]), reach=EVERYTHING, by=BY, now=scene.now)
    post.refresh_from_db()
    assert post.opened_at == at and ahead(post) > 0
    assert [one.step for one in PostStep.objects.filter(post=post.pk)] == ["opened"]


@pytest.mark.parametrize("order", [(8, 4), (4, 8)], ids=["earlier first", "later first"])
def test_of_two_words_the_earlier_holds_in_any_order(scene: Scene, order: tuple[int, int]) -> None:
    """And what counts from the opening counts from there: one post, one branch owed, nothing twice (rule 1)."""
    post = planned(scene)
    for hours in order:
        at = scene.now - timedelta(hours=hours)
        told = Told(uuid7(at), "post_opened", post.pk, at, {"branch": "东河临时党支部", "kit": True})
        take_in(Batch([told]), reach=EVERYTHING, by=BY, now=scene.now)
    post.refresh_from_db()
    opened = scene.now - timedelta(hours=8)
    assert post.opened_at == opened
    open_now = Obligation.objects.filter(subject=post.pk, duty__key="post.branch", met_at=None, waived_at=None)
    assert [one.opened_at for one in open_now] == [opened]
    assert scene.owed("post.opened", subject=post.pk).met_at == opened
    assert uncalled(now=scene.now) == {} and drift() == []


def test_a_decision_holds_against_the_heads_word(scene: Scene) -> None:
    post = planned(scene)
    step(scene, post, Step.OPENED, hours=4)
    at = scene.now - timedelta(hours=8)
    told = Told(uuid7(at), "post_opened", post.pk, at, {"branch": "东河临时党支部", "kit": True})
    take_in(Batch([told]), reach=EVERYTHING, by=BY, now=scene.now)
    post.refresh_from_db()
    assert post.opened_at == scene.now - timedelta(hours=4)


def test_a_suspended_post_owes_no_shift_and_forgives_none(scene: Scene) -> None:
    """What nobody was warned of ends by the name of who suspended it; what was overdue stays."""
    post = scene.world.post
    overdue = Obligation.objects.filter(subject=post.pk, met_at=None, waived_at=None, due_at__lte=scene.now).count()
    assert ahead(post) and overdue
    step(scene, post, Step.SUSPENDED)
    assert not Obligation.objects.filter(subject=post.pk, met_at=None, waived_at=None, warn_at__gte=scene.now).exists()
    left = Obligation.objects.filter(subject=post.pk, met_at=None, waived_at=None, due_at__lte=scene.now)
    assert left.count() == overdue
    tomorrow = scene.now + timedelta(days=1)
    reconcile(now=tomorrow)
    assert not Obligation.objects.filter(subject=post.pk, duty__key="post.handover", opened_at__gt=tomorrow).exists()
    assert uncalled(now=tomorrow) == {}


def test_a_resumed_post_owes_its_shifts_again(scene: Scene) -> None:
    post = scene.world.post
    step(scene, post, Step.SUSPENDED, hours=2)
    step(scene, post, Step.RESUMED)
    opened = Obligation.objects.filter(
        subject=post.pk, duty__key="post.handover", waived_at=None, warn_at__gt=scene.now
    )
    assert opened.exists()
    assert uncalled(now=scene.now) == {}


def test_the_time_it_was_suspended_is_in_no_scope(scene: Scene) -> None:
    post = scene.world.post
    step(scene, post, Step.SUSPENDED, hours=5)
    step(scene, post, Step.RESUMED, hours=3)
    rows = run_sql(
        f"SELECT since, until FROM ({scopes()['posts.open'].sql}) x WHERE subject_id = %s ORDER BY 1", post.pk
    )
    assert [(since, until) for since, until in rows] == [
        (post.opened_at, scene.now - timedelta(hours=5)), (scene.now - timedelta(hours=3), None),
    ]  # fmt: skip


def test_a_withdrawn_post_leaves_the_roster_by_name(scene: Scene) -> None:
    post = scene.world.post
    step(scene, post, Step.WITHDRAWN, reason="疫情解除")
    post.subject.refresh_from_db()
    assert (post.subject.ended_by, post.subject.end_reason, stands_as(post)) == (BY.name, "疫情解除", "withdrawn")
    assert next_steps(post) == ()
    with pytest.raises(SubjectEnded):
        step(scene, post, Step.RESUMED)


def test_a_review_that_closes_a_post_is_owed_its_withdrawal(scene: Scene) -> None:
    """The decision is not the deed: until the post is withdrawn it is somebody's duty (S51)."""
    at = scene.now - timedelta(hours=1)
    told = Told(uuid7(at), "post_reviewed", scene.world.post.pk, at, {"decision": "close", "number": "第9号"})
    take_in(Batch([told]), reach=EVERYTHING, by=BY, now=scene.now)
    owed = scene.owed("post.withdraw", subject=scene.world.post.pk)
    assert owed.met_at is None
    step(scene, scene.world.post, Step.WITHDRAWN)
    owed.refresh_from_db()
    assert owed.met_at == scene.now


@pytest.mark.parametrize(
    ("wanted", "hours", "said", "problem"),
    [
        (Step.RESUMED, 0, {}, WrongStep),
        (Step.OPENED, 0, {}, WrongStep),
        (Step.SUSPENDED, 0, {"number": " "}, NoNumber),
        (Step.SUSPENDED, 0, {"reason": " "}, ReasonMissing),
        (Step.SUSPENDED, -1, {}, NotYet),
        (Step.SUSPENDED, 24 * 40, {}, BeforeItsStart),
    ],
)
def test_a_step_that_cannot_be_is_a_sentence_and_changes_nothing(
    scene: Scene, wanted: Step, hours: float, said: dict[str, str], problem: type[Problem]
) -> None:
    before = AuditLine.objects.count()
    with pytest.raises(problem):
        step(scene, scene.world.post, wanted, hours, **said)
    assert not PostStep.objects.exists() and AuditLine.objects.count() == before


def test_steps_follow_each_other_in_time(scene: Scene) -> None:
    step(scene, scene.world.post, Step.SUSPENDED, hours=2)
    with pytest.raises(NotAfterItsLast):
        step(scene, scene.world.post, Step.RESUMED, hours=3)
