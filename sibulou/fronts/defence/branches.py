"""Temporary Party branches, the posts they lead, and posts kept for a neighbouring village too (S4, S5).

A post that no branch leads is a gap (`post.branch`); putting it under one closes the gap by the system's own record.
"""

from __future__ import annotations

from datetime import datetime

from sibulou.duty.reconcile import reconcile
from sibulou.duty.telling import tell_once
from sibulou.fronts.defence.models import Branch, Joint, Leading
from sibulou.fronts.defence.post_problems import (
    BranchMissing,
    JointAlready,
    LedAlready,
    LedSince,
    NoPost,
    OwnVillage,
)
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, within
from sibulou.roster.ending import still_on_roster
from sibulou.roster.models import Area, Subject
from sibulou.roster.problems import BeforeItsStart, NotYet
from sibulou.roster.subjects import enter

LED = "post_led"


def found_branch(*, area: Area, name: str, number: str, by: By, now: datetime, since: datetime | None = None) -> Branch:
    """Found a branch at a township or below. Raises WrongPlace, SubjectEnded, NameMissing, OutOfReach."""
    with deed():
        subject = enter("branch", area=area, label=name, since=since, now=now)
        branch = Branch.objects.create(subject=subject, number=number.strip()[:40])
        audit(
            "branch.found", by=by, now=now, area=area.pk, subject=subject.pk, name=subject.label, number=branch.number
        )
    return branch


def lead(*, post: Subject, branch: Branch, by: By, now: datetime, at: datetime | None = None) -> Leading:
    """Put a post under a branch; whichever led it before leads it no more.

    Raises NoPost, SubjectEnded, LedAlready, LedSince (it was put under another one after `at`), BeforeItsStart, NotYet,
    OutOfReach.
    """
    at = at or now
    with deed():
        _check(post, branch, at=at, now=now)
        before = Leading.objects.select_for_update().filter(post=post, until__isnull=True).first()
        if before is not None and before.branch_id == branch.pk:
            raise LedAlready(post=post.label, branch=branch.subject.label)
        if before is not None and before.since > at:
            raise LedSince(post=post.label, branch=before.branch.subject.label, since=wall(before.since))
        if before is not None:
            within(Leading.objects.filter(pk=before.pk).update(until=at, ended_by=by.name))
        row = Leading.objects.create(post=post, branch=branch, since=at, put_by=by.name)
        audit("branch.lead", by=by, now=now, area=post.area_id, subject=post.pk, branch=branch.pk, at=at.isoformat())
        with acting(EVERYTHING):
            reconcile(now=now, subjects=[post.pk], heard=now)
            tell_once(f"{LED}|{row.pk}", LED, post.pk, at, {"branch": branch.subject.label}, now=now)
    return row


def _check(post: Subject, branch: Branch, *, at: datetime, now: datetime) -> None:
    if post.kind != "post":
        raise NoPost(subject=post.label)
    still_on_roster(post)
    still_on_roster(branch.subject)
    if at > now:
        raise NotYet(at=wall(at), now=wall(now))
    for subject in (post, branch.subject):
        if at < subject.since:
            raise BeforeItsStart(at=wall(at), since=wall(subject.since))


def lead_no_more(*, post: Subject, by: By, now: datetime) -> None:
    """Take a post from its branch: from now on it is a gap until another leads it. Raises BranchMissing, OutOfReach."""
    with deed():
        row = Leading.objects.select_for_update().filter(post=post, until__isnull=True).first()
        if row is None:
            raise BranchMissing(post=post.label)
        within(Leading.objects.filter(pk=row.pk).update(until=now, ended_by=by.name))
        audit("branch.lead_end", by=by, now=now, area=post.area_id, subject=post.pk, branch=row.branch_id)
        _look_for_gaps([post.pk], now=now)


def release_posts(*, subject: Subject, at: datetime, by: By, reason: str, now: datetime) -> None:
    """When a branch ends, the posts it led are without one; when a post ends, nobody leads it any longer."""
    own = {"branch": Leading.objects.filter(branch=subject.pk), "post": Leading.objects.filter(post=subject)}
    if subject.kind not in own:
        return
    with acting(EVERYTHING):  # who may end a branch need not reach every post that it led
        rows = list(own[subject.kind].filter(until__isnull=True))
        for row in rows:
            Leading.objects.filter(pk=row.pk).update(until=max(at, row.since), ended_by=by.name)
        Joint.objects.filter(post=subject, until__isnull=True).update(until=now, ended_by=by.name)
        _look_for_gaps([row.post_id for row in rows], now=now)


def _look_for_gaps(posts: list[int], *, now: datetime) -> None:
    if posts:
        with acting(EVERYTHING):
            reconcile(now=now, subjects=posts, heard=now)


def keep_for(*, post: Subject, village: Area, by: By, now: datetime) -> Joint:
    """Let a post stand for a neighbouring village too.

    Raises NoPost, OwnVillage, JointAlready, SubjectEnded, OutOfReach.
    """
    with deed():
        if post.kind != "post":
            raise NoPost(subject=post.label)
        still_on_roster(post)
        if village.level != Level.VILLAGE or village.pk == ancestor(post.area_id, Level.VILLAGE):
            raise OwnVillage(village=village.name)
        if Joint.objects.filter(post=post, village=village, until__isnull=True).exists():
            raise JointAlready(post=post.label, village=village.name)
        row = Joint.objects.create(post=post, village=village, since=now, agreed_by=by.name)
        audit("post.joint", by=by, now=now, area=post.area_id, subject=post.pk, village=village.pk)
    return row


def keep_no_more(*, joint: Joint, by: By, now: datetime) -> None:
    """End that a post stands for a neighbour. A second time it changes nothing. Raises OutOfReach."""
    with deed():
        if Joint.objects.filter(pk=joint.pk, until__isnull=False).exists():
            return
        within(Joint.objects.filter(pk=joint.pk).update(until=now, ended_by=by.name))
        audit(
            "post.joint_end", by=by, now=now, area=joint.post.area_id, subject=joint.post_id, village=joint.village_id
        )
