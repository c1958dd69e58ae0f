"""The life of a post: planned, opened, suspended, resumed, withdrawn, each by a decision with its number (S5, S51)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sibulou.duty.force import stages
from sibulou.duty.listening import Heard
from sibulou.duty.models import Obligation, Waiver
from sibulou.duty.reconcile import judge, reconcile
from sibulou.duty.scope import scopes
from sibulou.duty.settle import end_obligations, revive_obligations
from sibulou.duty.telling import tell_once
from sibulou.fronts.defence.models import PostStep, Step
from sibulou.fronts.defence.post_problems import NoNumber, NotAfterItsLast, WrongStep
from sibulou.fronts.defence.publishing import end_shifts
from sibulou.fronts.defence.steps import ask_post
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import CLOCKWORK, By, audit
from sibulou.roster.deed import deed, reasoned
from sibulou.roster.ending import end_subject, still_on_roster
from sibulou.roster.models import Post
from sibulou.roster.problems import BeforeItsStart, NotYet
from sibulou.roster.subjects import open_post

STEPPED, WITHDRAWN = "post_stepped", "post_withdrawn"
WHILE_SUSPENDED = "post_suspended"
"""The reason of what ends because its post is suspended, and is owed again when it is resumed before."""
EARLIER = "post_opened_earlier"
"""The reason of what ends because its post turns out to have stood before, and the same is owed from then on."""
_AFTER: dict[str, tuple[Step, ...]] = {
    "planned": (Step.OPENED, Step.WITHDRAWN),
    Step.OPENED: (Step.SUSPENDED, Step.WITHDRAWN),
    Step.SUSPENDED: (Step.RESUMED, Step.WITHDRAWN),
    Step.RESUMED: (Step.SUSPENDED, Step.WITHDRAWN),
    Step.WITHDRAWN: (),
}


def stands_as(post: Post) -> str:
    """The last step that was decided: `planned`, or a Step. A post opened when it was entered counts as opened."""
    last = PostStep.objects.filter(post=post.subject).order_by("at", "pk").last()
    if last is not None:
        return last.step
    if post.subject.until is not None:
        return Step.WITHDRAWN
    return Step.OPENED if post.opened_at is not None else "planned"


def next_steps(post: Post) -> tuple[Step, ...]:
    """What may be decided about a post now."""
    return _AFTER[stands_as(post)]


def take_step(
    *, post: Post, step: Step, number: str, by: By, now: datetime, at: datetime | None = None, reason: str = ""
) -> PostStep:
    """Take a step. What a suspended or withdrawn post owed and nobody was warned of yet ends by the same name.

    Raises WrongStep, NotAfterItsLast, NoNumber, ReasonMissing (for a suspension or a withdrawal), NotYet,
    BeforeItsStart, SubjectEnded, OpenedAlready, OutOfReach.
    """
    at = at or now
    with deed():
        still_on_roster(post.subject)
        _check(post, step, at=at, now=now)
        if not number.strip() and step in (Step.SUSPENDED, Step.RESUMED, Step.WITHDRAWN):
            raise NoNumber
        why = reasoned(reason) if step in (Step.SUSPENDED, Step.WITHDRAWN) else reason.strip()[:200]
        row = PostStep.objects.create(
            post=post.subject, step=step, at=at, number=number.strip()[:40], reason=why, entered_by=by.name,
            entered_at=now,
        )  # fmt: skip
        _tell(post, row, now=now)
        _carry_out(post, row, by=by, now=now)
        audit("post.step", by=by, now=now, area=post.subject.area_id, subject=post.pk, step=str(step),
              number=row.number, at=at.isoformat(), reason=why)  # fmt: skip
    return row


def _check(post: Post, step: Step, *, at: datetime, now: datetime) -> None:
    stands = stands_as(post)
    if step not in _AFTER[stands]:
        raise WrongStep(post=post.subject.label, stands=stands, step=str(step))
    if at > now:
        raise NotYet(at=wall(at), now=wall(now))
    if at < post.subject.since:
        raise BeforeItsStart(at=wall(at), since=wall(post.subject.since))
    last = PostStep.objects.filter(post=post.subject).order_by("at", "pk").last()
    before = last.at if last is not None else post.opened_at
    if before is not None and at <= before:
        raise NotAfterItsLast(post=post.subject.label, last=wall(before))


def _tell(post: Post, row: PostStep, *, now: datetime) -> None:
    """The step as a record of the clockwork: what was owed of it is met by the deed, and never ticked off."""
    form = WITHDRAWN if row.step == Step.WITHDRAWN else STEPPED
    said = {} if form == WITHDRAWN else {"step": str(row.step)}
    said |= {"number": row.number} if row.number else {}
    with acting(EVERYTHING):
        tell_once(f"{form}|{row.pk}", form, post.pk, row.at, said, now=now)


def _carry_out(post: Post, row: PostStep, *, by: By, now: datetime) -> None:
    if row.step == Step.OPENED:
        open_post(post=post, at=row.at, by=by, now=now)
    elif row.step == Step.SUSPENDED:
        _end_ahead(post, row, by=by, now=now)
        end_shifts(subject=post.subject, at=row.at, by=by, reason=row.reason, now=now)
    elif row.step == Step.WITHDRAWN:
        end_subject(subject=post.subject, at=row.at, by=by, now=now, reason=row.reason)
    if row.step in (Step.OPENED, Step.RESUMED):
        with acting(EVERYTHING):
            _revive_ahead(post, row, now=now)
            reconcile(now=now, subjects=[post.pk], heard=now)
            ask_post(post.subject, now=now)


def _end_ahead(post: Post, row: PostStep, *, by: By, now: datetime) -> None:
    with acting(EVERYTHING):  # who may suspend a post need not reach the seats that its watches were told to
        ahead = Obligation.objects.filter(subject=post.subject, met_at__isnull=True, warn_at__gte=row.at)
        ids = list(ahead.values_list("pk", flat=True))
        end_obligations(ids, area=post.subject.area_id, reason=WHILE_SUSPENDED, words=row.reason, by=by, now=now)


def _revive_ahead(post: Post, row: PostStep, *, now: datetime) -> None:
    ended = Obligation.objects.filter(
        subject=post.subject, waiver__kind=Waiver.Kind.END, waiver__reason=WHILE_SUSPENDED, warn_at__gte=row.at
    )
    revive_obligations(list(ended.values_list("pk", flat=True)), now=now)


def hear_openings(heard: Sequence[Heard], now: datetime) -> None:
    """The head's own word that a planned post stands opens it on the roster: from then on its shifts are owed.

    Of several such words the earliest holds, whichever comes first; what somebody decided holds against all of them.
    """
    for one in heard:
        post = Post.objects.select_related("subject").get(pk=one.about.pk)
        if one.withdraws or post.subject.until is not None or one.happened_at < post.subject.since:
            continue
        if post.opened_at is None:
            take_step(post=post, step=Step.OPENED, number="", by=CLOCKWORK, now=now, at=one.happened_at)
        elif one.happened_at < post.opened_at and _opened_by_word(post):
            _open_earlier(post, one.happened_at, now=now)


def _opened_by_word(post: Post) -> bool:
    return PostStep.objects.filter(post=post.subject, step=Step.OPENED, entered_by=CLOCKWORK.name).exists()


def _open_earlier(post: Post, at: datetime, *, now: datetime) -> None:
    """Date the opening back. What counted from the later moment is called for no more, and ends by the same name."""
    with deed(), acting(EVERYTHING):
        row = PostStep.objects.create(
            post=post.subject, step=Step.OPENED, at=at, entered_by=CLOCKWORK.name, entered_at=now
        )
        Post.objects.filter(pk=post.pk).update(opened_at=at)
        _tell(post, row, now=now)
        reconcile(now=now, subjects=[post.pk], heard=now)
        for running in {one.stage.event_id: one for one in stages()}.values():
            for key, duty in running.plan.duties.items():
                if scopes()[duty.scope].kind != "post":
                    continue
                found = judge(running.stage.event, key, now=now, subjects=[post.pk], also_met=True).uncalled
                for area, ids in found.items():
                    end_obligations(ids, area=area, reason=EARLIER, words="", by=CLOCKWORK, now=now)
        audit("post.open", by=CLOCKWORK, now=now, area=post.subject.area_id, subject=post.pk, at=at.isoformat())
