"""What posts have and what their rosters ask, minute by minute; and the system's own records of it (S6, S17).

A minute under strength is a gap like any other: the clockwork tells `strength_fell` for the minute in which it began
and `strength_back` for the one in which it ended, whenever it learns of them; a rule of the plan opens `post.strength`.
What a late record shows never to have been so is withdrawn. Run again at any time, it tells nothing twice.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.db.models import Exists, OuterRef

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import Shift
from sibulou.fronts.defence.publishing import standing_shifts
from sibulou.fronts.defence.strength import GRACE_MINUTES, Asked, Count, Under, under_strength
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import CLOCKWORK

FELL, BACK, DUTY = "strength_fell", "strength_back", "post.strength"
_ON_POST = ("post_sign_on", "post_sign_off")
_ON_SHIFT = ("shift_sign_on", "shift_sign_off")
LOOKS_BACK = timedelta(hours=48)
"""How late a sign-on may arrive and still mend what was told."""
_GRACE = timedelta(minutes=GRACE_MINUTES)
_log = logging.getLogger(__name__)


def asked_of(posts: Collection[int] | None, since: datetime, until: datetime) -> dict[int, list[Asked]]:
    """What the published shifts of each post ask in a span. Shifts at one time add up."""
    shifts = standing_shifts(since, until)
    if posts is not None:
        shifts = shifts.filter(post__in=posts)
    found: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        found[shift.post_id].append(shift)
    return {post: _added_up(of_post) for post, of_post in found.items()}


def _added_up(shifts: Sequence[Shift]) -> list[Asked]:
    edges = sorted({edge for one in shifts for edge in (one.begins, one.ends)})
    return [
        Asked(since, until, people)
        for since, until in pairwise(edges)
        if (people := sum(one.crew for one in shifts if one.begins <= since < one.ends))
    ]


def counts_of(posts: Collection[int], since: datetime, until: datetime) -> dict[int, list[Count]]:
    """How many stood at each post, by the records that stand: of the post itself, and of its shifts.

    A shift counts from its beginning on, also where its people signed on before.
    """
    shifts = {one.subject_id: one for one in Shift.objects.filter(post__in=posts, subject__isnull=False,
                                                                  ends__gt=since, begins__lte=until)}  # fmt: skip
    replaced = Record.objects.filter(corrects=OuterRef("pk"))
    told = Record.objects.filter(happened_at__gt=since - LOOKS_BACK, happened_at__lte=until, withdraws=False)
    told = told.filter(~Exists(replaced)).order_by("happened_at", "seq")
    found: dict[int, list[Count]] = defaultdict(list)
    for row in told.filter(form__in=_ON_SHIFT, subject__in=list(shifts)):
        shift = shifts[row.subject_id]
        there = row.content.get("on_duty")
        people = shift.crew - int(row.content.get("absent") or 0) if there is None else int(there)
        at = max(row.happened_at, shift.begins)
        found[shift.post_id].append(Count(at, max(0, people), shift.ends + _GRACE, shift.pk, False, shift.ends))
    for row in told.filter(form__in=_ON_POST, subject__in=posts):
        people, during = int(row.content.get("on_duty") or 0), _shift_of(row, shifts)
        if during is None:
            found[row.subject_id].append(Count(row.happened_at, people))
        else:
            found[row.subject_id].append(
                Count(row.happened_at, people, during.ends + _GRACE, during.pk, True, during.ends)
            )
    return found


def _shift_of(row: Record, shifts: Mapping[int | None, Shift]) -> Shift | None:
    """The shift into which a count of the whole post falls; it ends with it."""
    there = [one for one in shifts.values() if one.post_id == row.subject_id
             and one.begins - _GRACE <= row.happened_at < one.ends]  # fmt: skip
    return min(there, key=lambda one: one.ends, default=None)


def short_posts(*, since: datetime, now: datetime, posts: Collection[int] | None = None) -> dict[int, list[Under]]:
    """For each post with published shifts, the spans from `since` to `now` in which too few stood there."""
    wanted = asked_of(posts, since, now + timedelta(minutes=1))
    counts = counts_of(list(wanted), since, now)
    found = {post: under_strength(counts.get(post, []), spans, now=now) for post, spans in wanted.items()}
    return {post: [one for one in spans if one.until is None or one.until > since] for post, spans in found.items()}


def short_now(now: datetime, posts: Collection[int] | None = None) -> dict[int, Under]:
    """The posts with a roster that have too few people at this very minute, and since when."""
    found = short_posts(since=now - LOOKS_BACK, now=now, posts=posts)
    return {post: spans[-1] for post, spans in found.items() if spans and spans[-1].until is None}


def tell_strength(*, now: datetime) -> int:
    """Tell what began and ended since the last time, as the clockwork. Returns how many records were told."""
    with acting(EVERYTHING):
        plan = next((one.plan.key for one in current(now) if FELL in one.plan.forms), "")
        if not plan:
            return 0
        short = short_posts(since=now - LOOKS_BACK, now=now)
        known, named = _standing_records(short, now), _named_gaps(short, now)
        told = [record for post, spans in short.items()
                for record in _to_tell(post, spans, plan, known[post], named[post], now=now)]  # fmt: skip
        if not told:
            return 0
        answers = take_in(Batch(told, device="clockwork"), reach=EVERYTHING, by=CLOCKWORK, now=now)
        for answer in answers:
            if answer.outcome not in (Outcome.ACCEPTED, Outcome.REPEATED):
                _log.error("strength: %s", answer.problem)
    return len(told)


_Named = tuple[datetime, datetime | None]
"""From when until when a gap of strength stood; None: it still does."""


def _to_tell(
    post: int, spans: Sequence[Under], plan: str, told: Sequence[Record], named: Sequence[_Named], *, now: datetime
) -> Iterable[Told]:  # fmt: skip
    """What is not told yet of one post: falls that no open gap names, ends of those that are over, and withdrawals."""
    falls = [row for row in told if row.form == FELL]
    for row in falls:
        if not any(one.since <= row.happened_at and (one.until is None or row.happened_at < one.until)
                   for one in spans):  # fmt: skip
            yield _record(plan, FELL, post, row.happened_at, {}, now=now, corrects=row.pk)
    for one in spans:
        start = _first_unnamed(one, named)
        if start is not None:
            yield _record(plan, FELL, post, start, {"on_duty": one.on_duty, "asked": one.asked}, now=now)
        if one.until is not None and not any(row.form == BACK and row.happened_at == one.until for row in told):
            minutes = int((one.until - one.since).total_seconds() // 60)
            yield _record(plan, BACK, post, one.until, {"minutes": minutes}, now=now)
    for row in told:
        if row.form == BACK and any(one.since <= row.happened_at and (one.until is None or row.happened_at < one.until)
                                    for one in spans):  # fmt: skip
            yield _record(plan, BACK, post, row.happened_at, {}, now=now, corrects=row.pk)


def _standing_records(posts: Iterable[int], now: datetime) -> dict[int, list[Record]]:
    """What the clockwork told of each post and has not taken back."""
    replaced = Record.objects.filter(corrects=OuterRef("pk"))
    rows = Record.objects.filter(subject__in=list(posts), form__in=(FELL, BACK), happened_at__gt=now - LOOKS_BACK)
    found: dict[int, list[Record]] = defaultdict(list)
    for row in rows.filter(~Exists(replaced), withdraws=False, corrects__isnull=True).order_by("happened_at", "seq"):
        found[row.subject_id].append(row)
    return found


def _named_gaps(posts: Iterable[int], now: datetime) -> dict[int, list[_Named]]:
    """The gaps of strength of each post as of `now`: what ended later stood then."""
    rows = Obligation.objects.filter(subject__in=list(posts), duty__key=DUTY, opened_at__gt=now - 2 * LOOKS_BACK)
    found: dict[int, list[_Named]] = defaultdict(list)
    for post, opened, met in rows.exclude(waived_at__isnull=False).values_list("subject_id", "opened_at", "met_at"):
        found[post].append((opened, met if met is not None and met <= now else None))
    return found


def _first_unnamed(one: Under, named: Sequence[_Named]) -> datetime | None:
    """The first moment of a span for which no gap stands; None where all of it is named."""
    at = one.since
    for opened, met in sorted(named):
        if opened <= at and (met is None or met > at):
            if met is None:
                return None
            at = met
    return at if one.until is None or at < one.until else None


def _record(
    plan: str, form: str, post: int, at: datetime, content: dict[str, object], *, now: datetime,
    corrects: UUID | None = None,
) -> Told:  # fmt: skip
    return Told(uuid7(now), form, post, at, content, corrects=corrects, withdraws=corrects is not None, plan=plan)
