"""The board of posts: how many stand there now, the next relief, the last passage, what is missed (S6, S17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from sibulou.duty.board import Moment, gaps_of
from sibulou.duty.models import Record
from sibulou.fronts.defence.models import Shift
from sibulou.fronts.defence.publishing import standing_shifts
from sibulou.fronts.defence.standing import LOOKS_BACK, asked_of, counts_of, short_now
from sibulou.fronts.defence.strength import Under, asked, on_duty
from sibulou.roster import codes
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Post
from sibulou.roster.role import Right
from sibulou.web.allow import roots
from sibulou.web.labels import language, places
from sibulou.web.middleware import Asking

AHEAD = timedelta(hours=24)
PASSAGES = ("checkpoint_pass", "checkpoint_hour")


@dataclass(frozen=True)
class Seen:
    """A post on the board. `there` None: nothing was told; `wanted` 0: nobody is asked for at this hour."""

    post: Post
    kind: str
    place: str
    there: int | None
    wanted: int
    rostered: bool
    short: Under | None
    relief: Shift | None
    passed: datetime | None
    gaps: int

    @property
    def order(self) -> tuple[bool, bool, int, str]:
        """Short ones first, then those with most gaps."""
        return self.short is None, not self.gaps, -self.gaps, self.post.subject.label


@require_GET
def posts(request: Asking) -> HttpResponse:
    """All posts one sees, those in need first."""
    seen = sorted(_seen(_posts(request), request), key=lambda one: one.order)
    facts = {
        "posts": seen,
        "short": sum(one.short is not None for one in seen),
        "rostered": sum(one.rostered for one in seen),
        "gaps": sum(one.gaps for one in seen),
        "may_change": request.reach.has(Right.ROSTER),
    }
    return render(request, "web/posts.html", facts)


def _posts(request: Asking) -> list[Post]:
    rows = Post.objects.filter(subject__until__isnull=True, opened_at__lte=request.now).select_related("subject")
    return list(rows.order_by("subject__label"))


def _seen(rows: Sequence[Post], request: Asking) -> list[Seen]:
    """The board; counts of people are numbers only, and read as the system does."""
    numbers, now = [row.pk for row in rows], request.now
    with acting(EVERYTHING):
        wanted = asked_of(numbers, now - timedelta(minutes=1), now + timedelta(minutes=1))
        counts = counts_of(numbers, now - LOOKS_BACK, now)
        short = short_now(now, numbers)
        passed = dict(
            Record.objects.filter(subject__in=numbers, form__in=PASSAGES, happened_at__gt=now - timedelta(days=7))
            .values_list("subject_id")
            .annotate(last=Max("happened_at"))
        )
    reliefs, missed = _reliefs(numbers, now), _gaps(rows, request)
    where = places({row.subject.area_id for row in rows})
    return [
        Seen(
            row, codes.POST.label(row.kind, language()), where[row.subject.area_id],
            on_duty(counts[row.pk], now) if counts.get(row.pk) else None,
            asked(wanted.get(row.pk, ()), now) if row.pk in reliefs or row.pk in wanted else row.minimum_crew,
            row.pk in reliefs or row.pk in wanted, short.get(row.pk), reliefs.get(row.pk), passed.get(row.pk),
            missed[row.pk],
        )
        for row in rows
    ]  # fmt: skip


def _reliefs(posts: Sequence[int], now: datetime) -> Mapping[int, Shift]:
    """The next shift of each post that begins within a day."""
    found: dict[int, Shift] = {}
    for shift in standing_shifts(now, now + AHEAD).filter(post__in=posts, begins__gt=now).order_by("begins"):
        found.setdefault(shift.post_id, shift)
    return found


def _gaps(rows: Sequence[Post], request: Asking) -> Counter[int]:
    """How many gaps each post has now, its shifts' among them."""
    owner = {row.pk: row.pk for row in rows}
    owner |= dict(Shift.objects.filter(post__in=list(owner), subject__isnull=False, subject__until__isnull=True)
                  .values_list("subject_id", "post_id"))  # fmt: skip
    found: Counter[int] = Counter()
    for area in roots(request.reach, Right.GAPS) or {row.subject.area_id for row in rows}:
        for gap in gaps_of(list(owner), area, Moment.now(request.now)):
            found[owner[gap.subject]] += 1
    return found


urlpatterns: list[URLPattern] = [path("posts/", posts)]
