"""Rosters of an area: asked for, solved, edited as a proposal, judged by the checker (S6, S16, S17, S19)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.timezone import get_current_timezone, localtime, make_aware

from sibulou.fronts.defence.models import Absence, KeptApart, Member, PostHours, Rota, Shift, Standing, Trade
from sibulou.fronts.defence.people import force_of
from sibulou.fronts.defence.rota.ask import DAY, Ask, Hand, Slot, Span
from sibulou.fronts.defence.rota.check import Breach, check
from sibulou.fronts.defence.rota.empty import Empty, empties
from sibulou.fronts.defence.rota.reach import Reach, reach
from sibulou.fronts.defence.rota.spread import spread
from sibulou.fronts.defence.rota_problems import (
    HoursOverlap,
    NoForce,
    NoPosts,
    NotInShift,
    OddHours,
    RotaPublished,
    WrongDays,
)
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, within
from sibulou.roster.models import Area, Post

if TYPE_CHECKING:
    from sibulou.fronts.defence.rota.solve import Solved

MOST_DAYS = 14
SOLVER = "sibulou"
"""Who put somebody in a shift that the solver filled."""
_THIRDS = (time(0), time(8), time(16))
GATE_TRADES = (Trade.POLICE.value, Trade.HEALTH.value, Trade.EMERGENCY.value)
"""What a gate asks for where nobody said otherwise (S15: health, police, emergency)."""


Minute = Callable[[datetime], int]
"""A moment as the solver counts it."""


@dataclass(frozen=True)
class Hours:
    """One shift of every day at a post."""

    begins: time
    minutes: int
    crew: int
    trades: tuple[str, ...]


def hours_of(posts: Iterable[Post]) -> dict[int, list[Hours]]:
    """What each post asks of a day; three times eight hours with its least crew where nothing was said."""
    found: dict[int, list[Hours]] = defaultdict(list)
    wanted = {post.pk: post for post in posts}
    for row in PostHours.objects.filter(post__in=wanted, until__isnull=True).order_by("begins"):
        found[row.post_id].append(Hours(row.begins, row.minutes, row.crew, tuple(row.trades)))
    return {
        pk: found.get(pk) or [Hours(at, 8 * 60, post.minimum_crew, _default_trades(post)) for at in _THIRDS]
        for pk, post in wanted.items()
    }


def _default_trades(post: Post) -> tuple[str, ...]:
    return GATE_TRADES if post.kind == "gate" and post.minimum_crew >= len(GATE_TRADES) else ()


def read_hours(text: str) -> list[Hours]:
    """The shifts of a day as they are typed, one a line: `08:00 8 2 police health`. Raises OddHours, HoursOverlap."""
    found = [_read_line(line) for line in text.splitlines() if line.strip()]
    minute = sorted((60 * one.begins.hour + one.begins.minute, one.minutes) for one in found)
    ends = [begins + length for begins, length in minute]
    if any(end > start for end, (start, _) in zip(ends, minute[1:], strict=False)):
        raise HoursOverlap
    if minute and ends[-1] > DAY + minute[0][0]:
        raise HoursOverlap
    return sorted(found, key=lambda one: one.begins)


def _read_line(line: str) -> Hours:
    words = {word: trade.value for trade in Trade for word in (trade.value, trade.label)}
    try:
        begins, hours, crew, *trades = line.replace("，", " ").split()
        read = Hours(time.fromisoformat(begins), round(float(hours) * 60), int(crew),
                     tuple(dict.fromkeys(words[one] for one in trades)))  # fmt: skip
    except (ValueError, KeyError, OverflowError):
        raise OddHours(line=line[:60]) from None
    if not (60 <= read.minutes <= 12 * 60 and 1 <= read.crew <= 99 and len(read.trades) <= read.crew):
        raise OddHours(line=line[:60])
    return read


def set_hours(*, post: Post, hours: Sequence[Hours], by: By, now: datetime) -> None:
    """Say anew what a post asks of a day; an empty list falls back to three shifts. Raises OutOfReach."""
    with deed():
        PostHours.objects.filter(post_id=post.pk, until__isnull=True).update(until=now, ended_by=by.name)
        for one in hours:
            PostHours.objects.create(
                post_id=post.pk, begins=one.begins, minutes=one.minutes, crew=one.crew, trades=list(one.trades),
                since=now, said_by=by.name,
            )  # fmt: skip
        audit("post.hours", by=by, now=now, area=post.subject.area_id, subject=post.pk, shifts=len(hours))


def open_posts(area: int, *, now: datetime) -> list[Post]:
    """The posts of an area that stand open now."""
    low, high = key_range(area)
    here = Post.objects.filter(subject__area_id__gte=low, subject__area_id__lt=high, opened_at__lte=now)
    return list(here.filter(subject__until__isnull=True).select_related("subject").order_by("subject_id"))


def midnight(day: date) -> datetime:
    """The beginning of a day in the county's zone."""
    return make_aware(datetime.combine(day, time()), get_current_timezone())


def propose(
    *, area: Area, first_day: date, days: int, seed: int, by: By, now: datetime, only: Collection[int] | None = None
) -> Rota:
    """Begin a roster of all open posts of an area, or of `only` these: its shifts, with nobody in them yet (`fill`
    solves it). Raises WrongDays, NoPosts, NoForce, OutOfReach.
    """
    if not 1 <= days <= MOST_DAYS:
        raise WrongDays(most=MOST_DAYS)
    posts = [post for post in open_posts(area.pk, now=now) if only is None or post.pk in only]
    if not posts:
        raise NoPosts
    if not force_of(area.pk).exists():
        raise NoForce
    with deed():
        rota = Rota.objects.create(
            area=area, first_day=first_day, days=days, begins=midnight(first_day),
            ends=midnight(first_day + timedelta(days=days)), seed=seed, made_at=now, made_by=by.name,
        )  # fmt: skip
        Shift.objects.bulk_create(_shifts(rota, posts))
        audit("rota.propose", by=by, now=now, area=area.pk, rota=rota.pk, first_day=first_day.isoformat(), days=days)
    return rota


def _shifts(rota: Rota, posts: Sequence[Post]) -> list[Shift]:
    found = []
    for pk, hours in hours_of(posts).items():
        for day in range(rota.days):
            for one in hours:
                begins = make_aware(
                    datetime.combine(rota.first_day + timedelta(days=day), one.begins), get_current_timezone()
                )
                found.append(
                    Shift(rota=rota, post_id=pk, begins=begins, ends=begins + timedelta(minutes=one.minutes),
                          crew=one.crew, trades=list(one.trades))
                )  # fmt: skip
    return found


def fill(*, rota: Rota, by: By, now: datetime, effort: float = 0.4) -> Solved:
    """Solve a proposal and put people into its shifts, in place of whoever stands there.

    Raises RotaPublished, OutOfReach. Takes seconds; deterministic for the roster's seed.
    """
    from sibulou.fronts.defence.rota.solve import solve  # its libraries take longer to load than all the rest

    _still_proposal(rota)
    ask = ask_of(rota)
    solved = solve(ask, effort=effort)
    with deed():
        _still_proposal(rota)
        Standing.objects.filter(shift__rota=rota).delete()
        Standing.objects.bulk_create(
            Standing(shift_id=shift, member_id=member, put_at=now, put_by=SOLVER)
            for shift, people in solved.roster.items()
            for member in people
        )
        within(Rota.objects.filter(pk=rota.pk).update(found=said(ask, solved)))
        places, empty = sum(map(len, solved.roster.values())), sum(one.people for one in solved.empty)
        audit("rota.fill", by=by, now=now, area=rota.area_id, rota=rota.pk, places=places, empty=empty)
    rota.refresh_from_db()
    return solved


def said(ask: Ask, solved: Solved) -> dict[str, object]:
    """What the solver found, as plain numbers: the arithmetic, the load, and for how many posts it is proven best."""
    counted, load = reach(ask), spread(ask, solved.roster)
    return {
        "sentence_zh": counted.sentence("zh"), "sentence_en": counted.sentence("en"), "lacking": counted.lacking,
        "people_lacking": counted.people_lacking, "trades": {key: list(pair) for key, pair in counted.trades.items()},
        "proven": solved.proven, "posts": solved.posts, "seed": ask.seed,
        "load": {"places": load.places, "hours": [load.hours.least, load.hours.middle, load.hours.most],
                 "nights": [load.nights.least, load.nights.middle, load.nights.most],
                 "far": [load.far[step] for step in (0, 1, 2)], "idle": load.idle},
    }  # fmt: skip


def _still_proposal(rota: Rota) -> None:
    rota.refresh_from_db()
    if rota.published_at is not None:
        raise RotaPublished(state_zh="已发布", state_en="is published")
    if rota.dropped_at is not None:
        raise RotaPublished(state_zh="已作废", state_en="was dropped")


def drop(*, rota: Rota, by: By, now: datetime) -> None:
    """Drop a proposal by a name; it stays to be looked at. Raises RotaPublished, OutOfReach."""
    with deed():
        _still_proposal(rota)
        within(Rota.objects.filter(pk=rota.pk).update(dropped_at=now, dropped_by=by.name))
        audit("rota.drop", by=by, now=now, area=rota.area_id, rota=rota.pk)
    rota.refresh_from_db()


def ask_of(rota: Rota) -> Ask:
    """The question that a roster answers, from the rows as they stand; minutes count from its first midnight."""
    shifts = list(Shift.objects.filter(rota=rota).select_related("post").order_by("begins", "post_id"))
    return _ask(rota, shifts)


def _ask(rota: Rota, shifts: Sequence[Shift]) -> Ask:
    def minute(at: datetime) -> int:
        return int((at - rota.begins).total_seconds() // 60)

    slots = tuple(
        Slot(one.pk, one.post_id, minute(one.begins), minute(one.ends), one.crew, tuple(one.trades)) for one in shifts
    )
    members = list(force_of(rota.area_id).select_related("home").order_by("pk"))
    with acting(EVERYTHING):  # whoever makes the roster of a township does not see the shifts of another
        away = _away(rota, minute)
        before = _elsewhere(rota, minute)
        apart = _apart()
    hands = tuple(
        Hand(
            one.pk, one.trade, tuple(away.get(one.pk, ())), one.no_nights, frozenset(one.preferred),
            frozenset(apart.get(one.pk, ())), tuple(before.get(one.pk, ())),
        )
        for one in members
    )  # fmt: skip
    posts = {one.post_id: one.post.area_id for one in shifts}
    return Ask(rota.days, slots, hands, far=_far(members, posts), seed=rota.seed)


def _away(rota: Rota, minute: Minute) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for row in Absence.objects.filter(since__lt=rota.ends, until__gt=rota.begins):
        found[row.member_id].append((minute(row.since), minute(row.until)))
    return found


def _elsewhere(rota: Rota, minute: Minute) -> dict[int, list[Span]]:
    """What people stand in published shifts of other rosters, from a week before to a week after."""
    around = timedelta(days=7)
    rows = Standing.objects.filter(
        left_at__isnull=True, shift__subject__isnull=False, shift__ends__gt=rota.begins - around,
        shift__begins__lt=rota.ends + around,
    ).exclude(shift__rota=rota)  # fmt: skip
    found: dict[int, list[Span]] = defaultdict(list)
    for row in rows.filter(Q(shift__subject__until__isnull=True)).select_related("shift"):
        found[row.member_id].append((minute(row.shift.begins), minute(row.shift.ends)))
    return found


def _apart() -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in KeptApart.objects.filter(until__isnull=True).values_list("one_id", "other_id"):
        found[one].add(other)
        found[other].add(one)
    return found


def _far(members: Iterable[Member], posts: Mapping[int, int]) -> dict[tuple[int, int], int]:
    """0 in one's own village, 1 in one's own township; farther is not said."""
    of_area: dict[int, list[int]] = defaultdict(list)
    for post, area in posts.items():
        of_area[ancestor(area, Level.TOWNSHIP)].append(post)
    found = {}
    for one in members:
        if one.home_id is None:
            continue
        village = ancestor(one.home_id, Level.VILLAGE)
        for post in of_area.get(ancestor(one.home_id, Level.TOWNSHIP), ()):
            found[one.pk, post] = 0 if ancestor(posts[post], Level.VILLAGE) == village else 1
    return found


def roster_of(rota: Rota) -> dict[int, tuple[int, ...]]:
    """Who stands in which shift, as the rows say."""
    found: dict[int, list[int]] = {pk: [] for pk in Shift.objects.filter(rota=rota).values_list("pk", flat=True)}
    for shift, member in Standing.objects.filter(shift__rota=rota, left_at__isnull=True).values_list(
        "shift_id", "member_id"
    ):
        found[shift].append(member)
    return {shift: tuple(sorted(people)) for shift, people in found.items()}


@dataclass(frozen=True)
class Judged:
    """A roster as it stands: breaches of hard rules by the checker, what is short and why, and the arithmetic."""

    ask: Ask
    roster: Mapping[int, tuple[int, ...]]
    breaches: Sequence[Breach]
    reach: Reach

    @property
    def of_shift(self) -> dict[int, list[Breach]]:
        """The breaches that lie in each shift."""
        found: dict[int, list[Breach]] = defaultdict(list)
        for one in self.breaches:
            if one.shift:
                found[one.shift].append(one)
        return found

    @property
    def counted(self) -> Counter[str]:
        """How much each rule is broken: people, or times."""
        found: Counter[str] = Counter()
        for one in self.breaches:
            found[one.rule] += one.by if one.rule in ("crew", "trade") else 1
        return found


def judge(rota: Rota) -> Judged:
    """Hold a roster against the rules, by the checker alone."""
    ask, roster = ask_of(rota), roster_of(rota)
    return Judged(ask, roster, check(ask, _known(ask, roster)), reach(ask))


def _known(ask: Ask, roster: Mapping[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
    """A roster without those who have left the force since."""
    known = {hand.key for hand in ask.hands}
    return {shift: tuple(one for one in people if one in known) for shift, people in roster.items()}


def what_is_short(judged: Judged) -> tuple[Empty, ...]:
    """Every shift that lacks people or a trade, and why nobody can help."""
    return empties(judged.ask, _known(judged.ask, judged.roster))


def put(*, shift: Shift, member: Member, by: By, now: datetime) -> Standing:
    """Put somebody into a shift of a proposal. Rules that break are shown, not refused: a person decides.

    Raises RotaPublished, OutOfReach. Put a second time, it changes nothing.
    """
    with deed():
        _still_proposal(shift.rota)
        standing, _ = Standing.objects.get_or_create(
            shift=shift, member=member, left_at=None, defaults={"put_at": now, "put_by": by.name}
        )
        audit("rota.put", by=by, now=now, area=shift.rota.area_id, rota=shift.rota_id, shift=shift.pk, member=member.pk)
    return standing


def take(*, shift: Shift, member: Member, by: By, now: datetime) -> None:
    """Take somebody out of a shift of a proposal. Raises RotaPublished, NotInShift."""
    with deed():
        _still_proposal(shift.rota)
        gone, _ = Standing.objects.filter(shift=shift, member=member).delete()
        if not gone:
            raise NotInShift
        audit("rota.take", by=by, now=now, area=shift.rota.area_id, rota=shift.rota_id, shift=shift.pk,
              member=member.pk)  # fmt: skip


def move(*, member: Member, out_of: Shift, to: Shift, instead: Member | None, by: By, now: datetime) -> None:
    """Move somebody from one shift of a proposal to another; `instead` goes the other way (a swap).

    Raises RotaPublished, NotInShift, OutOfReach.
    """
    with deed():
        take(shift=out_of, member=member, by=by, now=now)
        if instead is not None:
            take(shift=to, member=instead, by=by, now=now)
            put(shift=out_of, member=instead, by=by, now=now)
        put(shift=to, member=member, by=by, now=now)


def day_of(moment: datetime) -> date:
    """The day of the county's zone on which a moment lies."""
    return localtime(moment).date()
