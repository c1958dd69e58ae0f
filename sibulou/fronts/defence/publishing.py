"""A roster published: its shifts become subjects that owe their sign-on and their hand-over; changed by name only.

The crew of a shift sits in its seat (`shift_leader`): the first who has an account leads it, the others and the head of
the post are his deputies. Nothing is counted anew: the obligations come from reconcile, their ends from ending.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from sibulou.duty.force import stages
from sibulou.duty.models import Obligation
from sibulou.duty.reconcile import judge as judge_duty
from sibulou.duty.reconcile import reconcile
from sibulou.duty.settle import end_obligations
from sibulou.fronts.defence.models import Member, Rota, Shift, Standing
from sibulou.fronts.defence.people import be_absent, name_of
from sibulou.fronts.defence.rosters import ask_of, judge, roster_of
from sibulou.fronts.defence.rota.check import check
from sibulou.fronts.defence.rota_problems import (
    CannotStand,
    NotInShift,
    RotaPublished,
    ShiftsOverlap,
)
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import CLOCKWORK, By, audit
from sibulou.roster.deed import deed, reasoned, within
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Appointment, Seat, Subject

ROLE = "shift_leader"
SCOPES = ("posts.shifts", "posts.shifts_ending")
UNROSTERED = "posts.unrostered"
REASON = "rostered"
"""The reason of what the calendar had opened for a post and its shifts now owe."""
CLOSES_AFTER = timedelta(hours=12)
"""How long after its end a shift in which nothing is open leaves the roster."""
WORDS: dict[str, tuple[str, str]] = {
    "crew": ("人数不够", "too few people"),
    "trade": ("缺少必须的专业", "a trade is lacking"),
    "twice": ("同一人排了两次", "the same person twice"),
    "unknown_person": ("已不在名单上", "no longer on the list"),
    "unknown_shift": ("没有这个班次", "there is no such shift"),
    "apart": ("与应当分开的人同班", "shares the shift with somebody he is kept apart from"),
    "length": ("一班超过 12 小时", "a shift longer than 12 hours"),
    "away": ("这段时间请假或不在", "is away then"),
    "nights_wish": ("申请过不上夜班", "asked for no nights"),
    "rest": ("两班之间休息不足 8 小时，或时间重叠", "less than 8 hours between two shifts, or both at once"),
    "week": ("七天里超过六天", "more than six days of seven"),
    "nights": ("七天里夜班超过三个", "more than three nights of seven"),
    "another_shift": ("当天已有一个班", "has another shift that day"),
    "free": ("有空", "is free"),
}
"""Each rule and reason in words."""


def publish(*, rota: Rota, by: By, now: datetime) -> int:
    """Publish a proposal: every shift that has not begun becomes a subject. Returns how many.

    Rules that are broken in it are written into the audit line; whoever publishes has seen them.
    Raises RotaPublished, ShiftsOverlap, OutOfReach.
    """
    breaches = judge(rota).counted
    with deed():
        rota.refresh_from_db()
        if rota.published_at is not None or rota.dropped_at is not None:
            raise RotaPublished(state_zh="已发布或已作废", state_en="is published or was dropped")
        shifts = list(Shift.objects.filter(rota=rota, begins__gt=now).select_related("post"))
        _refuse_overlap(rota, shifts)
        within(Rota.objects.filter(pk=rota.pk).update(published_at=now, published_by=by.name))
        _make_subjects(shifts, now=now)
        seat_crews(shifts, by=by, now=now)
        _end_calendar({one.post_id for one in shifts}, rota, by=by, now=now)
        owe(shifts, now=now)
        audit("rota.publish", by=by, now=now, area=rota.area_id, rota=rota.pk, shifts=len(shifts),
              breaches=dict(breaches))  # fmt: skip
    rota.refresh_from_db()
    return len(shifts)


def _refuse_overlap(rota: Rota, shifts: Sequence[Shift]) -> None:
    """A post has one published shift at a time, or several that were meant so in one roster."""
    there = standing_shifts(rota.begins, rota.ends).filter(post__in={one.post_id for one in shifts}).exclude(rota=rota)
    first = there.select_related("post").order_by("begins").first()
    if first is not None:
        raise ShiftsOverlap(post=first.post.label, begins=wall(first.begins))


def standing_shifts(since: datetime, until: datetime) -> QuerySet[Shift]:
    """Published shifts, not withdrawn, that lie in a span at least in part."""
    there = Q(subject__until__isnull=True) | Q(subject__until__gte=F("ends"))
    return Shift.objects.filter(there, subject__isnull=False, begins__lt=until, ends__gt=since)


def _make_subjects(shifts: Sequence[Shift], *, now: datetime) -> None:
    """One subject for each shift, at the area of its post, on the roster from now on."""
    made = Subject.objects.bulk_create(
        Subject(kind="shift", area_id=one.post.area_id, label=label_of(one), since=now) for one in shifts
    )
    for shift, subject in zip(shifts, made, strict=True):
        shift.subject = subject
    Shift.objects.bulk_update(shifts, ["subject"], batch_size=500)


def label_of(shift: Shift) -> str:
    """The post, the day and the hours, as people call a shift."""
    begins, ends = localtime(shift.begins), localtime(shift.ends)
    return f"{shift.post.label[:56]} {begins:%m-%d %H:%M}–{ends:%H:%M}"


def owe(shifts: Iterable[Shift], *, now: datetime) -> None:
    """Open what these shifts owe within the look-ahead; reconcile does the same every hour."""
    numbers = [one.subject_id for one in shifts if one.subject_id]
    duties = {key for running in stages() for key, duty in running.plan.duties.items() if duty.scope in SCOPES}
    if numbers and duties:
        with acting(EVERYTHING):
            reconcile(now=now, subjects=numbers, duties=frozenset(duties))


def _end_calendar(posts: Collection[int], rota: Rota, *, by: By, now: datetime) -> None:
    """End by name what the calendar had opened ahead for posts whose shifts now owe it."""
    with acting(EVERYTHING):
        for running in {one.stage.event_id: one for one in stages()}.values():
            for key, duty in running.plan.duties.items():
                if duty.scope != UNROSTERED:
                    continue
                found = judge_duty(running.stage.event, key, now=now, subjects=list(posts)).uncalled
                for area, ids in found.items():
                    ahead = Obligation.objects.filter(pk__in=ids, warn_at__gte=max(rota.begins, now))
                    numbers = list(ahead.values_list("pk", flat=True))
                    end_obligations(numbers, area=area, reason=REASON, words="", by=by, now=now)


def seat_crews(shifts: Iterable[Shift], *, by: By, now: datetime) -> int:
    """Let the crew of each shift sit in its seat, and the head of its post behind it. Idempotent; returns the changes.

    Runs with the system's reach: who makes a roster need not be who appoints.
    """
    wanted = {one.subject_id: one for one in shifts if one.subject_id}
    with acting(EVERYTHING):
        seats = _seats(wanted)
        accounts = _accounts([one.pk for one in wanted.values()])
        heads = _heads({one.post_id for one in wanted.values()}, now=now)
        held: dict[int, list[Appointment]] = defaultdict(list)
        for term in Appointment.objects.filter(seat__in=seats.values(), ends_at__isnull=True):
            held[term.seat_id].append(term)
        ended: list[int] = []
        made: list[Appointment] = []
        for subject, shift in wanted.items():
            users = list(dict.fromkeys([*accounts.get(shift.pk, ()), *heads.get(shift.post_id, ())]))
            terms = {(user, at > 0) for at, user in enumerate(users)}
            there = {(term.user_id, term.deputy): term.pk for term in held[seats[subject]]}
            ended += [pk for term, pk in there.items() if term not in terms]
            made += [Appointment(seat_id=seats[subject], user_id=user, deputy=deputy, starts_at=now, made_by=by.name)
                     for user, deputy in sorted(terms) if (user, deputy) not in there]  # fmt: skip
        Appointment.objects.filter(pk__in=ended).update(ends_at=now, ended_by=by.name, until_entered_at=now)
        Appointment.objects.bulk_create(made)
    return len(ended) + len(made)


def _seats(wanted: Mapping[int, Shift]) -> dict[int, int]:
    Seat.objects.bulk_create(
        [Seat(role=ROLE, area_id=one.post.area_id, subject_id=pk) for pk, one in wanted.items()], ignore_conflicts=True
    )
    return {seat.subject_id or 0: seat.pk for seat in Seat.objects.filter(role=ROLE, subject__in=list(wanted))}


def _accounts(shifts: Sequence[int]) -> dict[int, list[int]]:
    """The accounts of those who stand in each shift, in the order in which they were put."""
    rows = Standing.objects.filter(shift__in=shifts, left_at__isnull=True, member__account__is_active=True)
    found: dict[int, list[int]] = defaultdict(list)
    for shift, account in rows.order_by("put_at", "pk").values_list("shift_id", "member__account_id"):
        found[shift].append(account)
    return found


def _heads(posts: Collection[int], *, now: datetime) -> dict[int, list[int]]:
    """Who holds the seat of each post's head now, then his deputies."""
    rows = Appointment.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), seat__role="post_head", seat__subject__in=posts,
        starts_at__lte=now, user__is_active=True,
    )  # fmt: skip
    found: dict[int, list[int]] = defaultdict(list)
    for post, user in rows.order_by("deputy", "pk").values_list("seat__subject_id", "user_id"):
        found[post or 0].append(user)
    return found


def withdraw(*, shift: Shift, reason: str, by: By, now: datetime) -> None:
    """Withdraw a published shift by a name: what it does not owe yet ends with it, what is overdue stays.

    Raises ReasonMissing, SubjectEnded, OutOfReach.
    """
    why = reasoned(reason)
    with deed():
        if shift.subject is None:
            raise NotInShift
        end_subject(subject=shift.subject, at=now, by=by, now=now, reason=why)
        audit("shift.withdraw", by=by, now=now, area=shift.post.area_id, shift=shift.pk, subject=shift.subject_id,
              reason=why)  # fmt: skip


def end_shifts(*, subject: Subject, at: datetime, by: By, reason: str, now: datetime) -> None:
    """When a post leaves the roster, or stands still for a while, its coming shifts are withdrawn by the same name."""
    if subject.kind != "post":
        return
    with acting(EVERYTHING):  # who ends a post need not be who made its roster
        for shift in Shift.objects.filter(post=subject, subject__until__isnull=True, ends__gt=at).select_related(
            "subject"
        ):
            assert shift.subject is not None
            end_subject(subject=shift.subject, at=max(at, shift.subject.since), by=by, now=now, reason=reason)


def leave(*, standing: Standing, reason: str, by: By, now: datetime) -> None:
    """Somebody leaves a published shift, by a name. Raises ReasonMissing, NotInShift, OutOfReach."""
    why = reasoned(reason)
    with deed():
        left = Standing.objects.filter(pk=standing.pk, left_at__isnull=True)
        if not left.update(left_at=now, left_by=by.name, left_reason=why):
            raise NotInShift
        seat_crews([standing.shift], by=by, now=now)
        audit("shift.leave", by=by, now=now, area=standing.shift.post.area_id, shift=standing.shift_id,
              member=standing.member_id, reason=why)  # fmt: skip


def join(*, shift: Shift, member: Member, by: By, now: datetime) -> Standing:
    """Somebody is put in a published shift. Raises CannotStand where a rule of working time forbids it, OutOfReach."""
    with deed():
        refuse_breach(shift, member, instead_of=None)
        standing = Standing.objects.create(shift=shift, member=member, put_at=now, put_by=by.name)
        seat_crews([shift], by=by, now=now)
        audit("shift.join", by=by, now=now, area=shift.post.area_id, shift=shift.pk, member=member.pk)
    return standing


def refuse_breach(shift: Shift, member: Member, *, instead_of: Member | None, giving: Shift | None = None) -> None:
    """Whether somebody may stand a shift beside all others he has. Raises CannotStand with the first rule in words.

    `instead_of` would leave it, and `giving` is what he himself would leave in return.
    """
    ask = ask_of(shift.rota)
    before = roster_of(shift.rota)
    roster = dict(before)
    without = instead_of.pk if instead_of else 0
    roster[shift.pk] = (*(one for one in roster[shift.pk] if one != without), member.pk)
    if giving is not None and giving.pk in roster:
        roster[giving.pk] = tuple(one for one in roster[giving.pk] if one != member.pk)
    new = [one for one in check(ask, roster) if one not in set(check(ask, before))]
    broken = next((one for one in new if _about(one.rule, one.person, one.shift, member, shift)), None)
    if broken is not None:
        zh, en = WORDS[broken.rule]
        raise CannotStand(name=name_of(member), why_zh=zh, why_en=en)


def _about(rule: str, person: int, shift: int, member: Member, wanted: Shift) -> bool:
    if rule in ("apart", "twice", "unknown_person"):
        return shift == wanted.pk
    return rule not in ("crew", "trade") and person == member.pk


@dataclass(frozen=True)
class DroppedOut:
    """What a drop-out did: places it left empty, how many of them were filled by somebody free, and people moved."""

    left: int
    filled: int
    moved: int


def drop_out(
    *, rota: Rota, member: Member, since: datetime, until: datetime, reason: str, by: By, now: datetime,
    thorough: bool = False,
) -> DroppedOut:  # fmt: skip
    """Somebody cannot come from `since` on: he leaves his shifts by name and others step in, with the fewest changes.

    Works on a proposal and on a published roster. Raises OddSpan, ReasonMissing, OutOfReach.
    """
    from sibulou.fronts.defence.rota.repair import repair  # the solver's libraries take long to load

    minute = int((max(since, now) - rota.begins).total_seconds() // 60)
    with deed():
        be_absent(member=member, since=since, until=until, reason=reason, by=by, now=now)
        before, ask = roster_of(rota), ask_of(rota)
        gone = [slot.key for slot in ask.slots if member.pk in before[slot.key] and slot.starts >= minute
                and slot.starts < (until - rota.begins).total_seconds() // 60]  # fmt: skip
        lasting = {**before, **{key: tuple(one for one in before[key] if one != member.pk) for key in gone}}
        mended = repair(ask, lasting, out=[], since=max(0, minute), thorough=thorough)
        shifts = {one.pk: one for one in Shift.objects.filter(rota=rota).select_related("post", "rota")}
        changed = [shifts[key] for key in shifts if set(before[key]) != set(mended.roster[key])]
        for shift in changed:
            _change_crew(shift, before[shift.pk], mended.roster[shift.pk], reason=reason, by=by, now=now)
        seat_crews([one for one in changed if one.subject_id], by=by, now=now)
        filled = sum(len(mended.roster[key]) - len(lasting[key]) for key in gone)
        audit("rota.drop_out", by=by, now=now, area=rota.area_id, rota=rota.pk, member=member.pk, left=len(gone),
              filled=filled, moved=mended.changed)  # fmt: skip
    return DroppedOut(len(gone), filled, mended.changed)


def _change_crew(
    shift: Shift, before: Sequence[int], after: Sequence[int], *, reason: str, by: By, now: datetime
) -> None:
    leaving = Standing.objects.filter(shift=shift, member__in=set(before) - set(after), left_at__isnull=True)
    if shift.subject_id is None:
        leaving.delete()
    else:
        leaving.update(left_at=now, left_by=by.name, left_reason=reasoned(reason))
    Standing.objects.bulk_create(
        Standing(shift=shift, member_id=one, put_at=now, put_by=by.name) for one in sorted(set(after) - set(before))
    )


def keep_shifts(*, now: datetime) -> int:
    """The hourly keeping of published shifts: seats follow the heads of posts, shifts long over and settled close.

    Runs as the system. Returns how many closed.
    """
    with acting(EVERYTHING):
        lasting = Shift.objects.filter(subject__isnull=False, subject__until__isnull=True).select_related("post")
        seat_crews(list(lasting.filter(ends__gt=now)), by=CLOCKWORK, now=now)
        owed = Obligation.objects.filter(subject=OuterRef("subject_id"), met_at__isnull=True, waived_at__isnull=True)
        over = list(lasting.filter(~Exists(owed), ends__lt=now - CLOSES_AFTER).select_related("subject"))
        for shift in over:
            assert shift.subject is not None
            end_subject(subject=shift.subject, at=now, by=CLOCKWORK, now=now, reason="班次结束，事项办结")
            Appointment.objects.filter(seat__subject=shift.subject_id, ends_at__isnull=True).update(
                ends_at=now, ended_by=CLOCKWORK.name, until_entered_at=now
            )
    return len(over)
