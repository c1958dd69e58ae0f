"""Temporary Party branches lead posts: one under none is a gap; without a secretary its round is nobody's (S4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty import board
from sibulou.duty.models import Obligation
from sibulou.duty.reconcile import reconcile, uncalled
from sibulou.fronts.defence.branches import found_branch, keep_for, keep_no_more, lead, lead_no_more
from sibulou.fronts.defence.models import Branch, Joint, Leading
from sibulou.fronts.defence.post_problems import BranchMissing, JointAlready, LedAlready, LedSince, NoPost, OwnVillage
from sibulou.roster.appointments import appoint, make_seat
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Subject
from sibulou.roster.problems import BeforeItsStart, NotYet, WrongPlace
from tests.web.scene import Scene
from tests.world import BY


def branch(scene: Scene, name: str = "东河临时党支部", hours: float = 20) -> Branch:
    since = scene.now - timedelta(hours=hours)
    return found_branch(area=scene.world.longquan, name=name, number="龙发〔2020〕1号", by=BY, now=since)


def put(scene: Scene, post: Subject, under: Branch, hours: float = 0) -> Leading:
    return lead(post=post, branch=under, at=scene.now - timedelta(hours=hours), by=BY, now=scene.now)


def unled(post: Subject) -> list[Obligation]:
    rows = Obligation.objects.filter(subject=post, duty__key="post.branch", met_at=None, waived_at=None)
    return list(rows.order_by("opened_at"))


def test_an_open_post_under_no_branch_is_owed_one(scene: Scene) -> None:
    """From its opening on, by the township's organiser; putting it under a branch meets it."""
    post = scene.world.post.subject
    (owed,) = unled(post)
    assert owed.seat.role == "township_organiser"
    put(scene, post, branch(scene), hours=2)
    owed.refresh_from_db()
    assert owed.met_at == scene.now - timedelta(hours=2) and unled(post) == []


def test_taken_from_its_branch_it_is_a_gap_again(scene: Scene) -> None:
    post = scene.world.post.subject
    put(scene, post, branch(scene), hours=3)
    lead_no_more(post=post, by=BY, now=scene.now - timedelta(hours=1))
    (owed,) = unled(post)
    assert owed.opened_at == scene.now - timedelta(hours=1)
    put(scene, post, branch(scene, "第二支部"))
    assert unled(post) == [] and uncalled(now=scene.now) == {}


def test_when_a_branch_ends_all_its_posts_are_gaps(scene: Scene) -> None:
    """One deed, and what hangs in the air shows at once."""
    under = branch(scene)
    posts = [scene.world.post.subject, scene.world.gate.subject]
    for post in posts:
        put(scene, post, under, hours=3)
    assert [unled(post) for post in posts] == [[], []]
    end_subject(subject=under.subject, at=scene.now, by=BY, now=scene.now, reason="合并")
    assert all(len(unled(post)) == 1 for post in posts)
    assert not Leading.objects.filter(until__isnull=True).exists()


def test_a_post_changes_its_branch_without_a_minute_between(scene: Scene) -> None:
    post = scene.world.post.subject
    put(scene, post, branch(scene), hours=3)
    put(scene, post, branch(scene, "第二支部"), hours=1)
    assert unled(post) == []
    spans = list(Leading.objects.order_by("since").values_list("since", "until", "ended_by"))
    assert spans == [
        (scene.now - timedelta(hours=3), scene.now - timedelta(hours=1), BY.name),
        (scene.now - timedelta(hours=1), None, ""),
    ]


def test_a_branch_without_a_secretary_leaves_its_round_unowned(scene: Scene) -> None:
    """As any vacancy: seen at once, and gone with the appointment."""
    under = branch(scene, hours=40)
    reconcile(now=scene.now)
    round_of = Obligation.objects.filter(subject=under.pk, duty__key="branch.round", met_at=None)
    assert round_of.exists()
    seat = make_seat(role="post_branch_secretary", subject=under.subject, by=BY, now=scene.now)
    assert seat.pk not in board.answerers({seat.pk}, at=scene.now)
    appoint(seat=seat, user=scene.world.secretary_a, starts_at=scene.now - timedelta(hours=1), by=BY, now=scene.now)
    assert board.answerers({seat.pk}, at=scene.now)[seat.pk].user == scene.world.secretary_a.pk


def test_what_cannot_be_led_is_a_sentence(scene: Scene) -> None:
    post, under = scene.world.post.subject, branch(scene)
    with pytest.raises(NoPost):
        put(scene, scene.world.market.subject, under)
    with pytest.raises(NotYet):
        put(scene, post, under, hours=-1)
    with pytest.raises(BeforeItsStart):
        put(scene, post, under, hours=30)
    with pytest.raises(BranchMissing):
        lead_no_more(post=post, by=BY, now=scene.now)
    put(scene, post, under, hours=1)
    with pytest.raises(LedAlready):
        put(scene, post, under)
    with pytest.raises(LedSince):
        put(scene, post, branch(scene, "第二支部"), hours=2)
    with pytest.raises(WrongPlace):
        found_branch(area=scene.world.county, name="县支部", number="", by=BY, now=scene.now)


def test_two_villages_share_a_post(scene: Scene) -> None:
    post, near = scene.world.post.subject, scene.world.village_b
    row = keep_for(post=post, village=near, by=BY, now=scene.now)
    with pytest.raises(JointAlready):
        keep_for(post=post, village=near, by=BY, now=scene.now)
    with pytest.raises(OwnVillage):
        keep_for(post=post, village=scene.world.longquan, by=BY, now=scene.now)
    keep_no_more(joint=row, by=BY, now=scene.now)
    keep_no_more(joint=row, by=BY, now=scene.now + timedelta(hours=1))
    assert Joint.objects.get().until == scene.now
