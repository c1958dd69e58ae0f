"""Gaps as lists show them: names, owners and clocks of a whole list at once, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sibulou.duty.board import Climbed, Gap, GapCount, Moment, duties
from sibulou.duty.gap import GAP_WORDS, GapKind
from sibulou.duty.models import Climb, Duty, Obligation
from sibulou.web.labels import Owner, address_of, owners, pick, places, subjects

FRONT_WORDS: dict[str, tuple[str, str]] = {
    "defence": ("布防", "defence"),
    "control": ("联控", "control"),
    "outreach": ("宣传", "outreach"),
    "screening": ("排查", "screening"),
}
ABOVE = ("上级席位", "a seat above")
HIDDEN = ("对象不在本人可见范围", "not shown to this role")


def duty_title(duty: Duty, language: str) -> str:
    """The duty's name."""
    return pick((duty.title_zh, duty.title_en), language)


def kinds_of(duty: Duty, *, overdue: bool, unowned: bool) -> list[GapKind]:
    """The kinds of gap that something is, worst first."""
    found = {GapKind(duty.gap)} if overdue else set()
    if unowned:
        found.add(GapKind.UNOWNED)
    return [kind for kind in GapKind if kind in found]


@dataclass(frozen=True)
class GapRow:
    """One gap in words. `owner` is None for a seat above the reader's reach; `subject` empty if he may not see it."""

    gap: Gap
    title: str
    front: str
    kinds: tuple[tuple[str, str], ...]
    place: str
    subject: str
    address: str
    owner: Owner | None
    next_at: datetime | None
    climbed: int

    @property
    def since(self) -> datetime:
        return self.gap.since


def gap_rows(gaps: Sequence[Gap], *, moment: Moment, language: str) -> list[GapRow]:
    """These gaps in words, in their order, with a fixed number of questions to the database."""
    named = duties()
    where = places({gap.area for gap in gaps})
    whose = owners({gap.seat for gap in gaps}, language=language, now=moment.at, known=moment.chain_known)
    what = subjects({gap.subject for gap in gaps})
    clocks = _clocks([gap.obligation for gap in gaps], moment)
    rows = []
    for gap in gaps:
        duty, subject = named[gap.duty], what.get(gap.subject)
        kinds = kinds_of(duty, overdue=gap.overdue, unowned=gap.unowned)
        next_at, climbed = clocks.get(gap.obligation, (None, 0))
        rows.append(
            GapRow(
                gap=gap,
                title=duty_title(duty, language),
                front=pick(FRONT_WORDS[duty.front], language),
                kinds=tuple((str(kind), pick(GAP_WORDS[kind], language)) for kind in kinds),
                place=where[gap.area],
                subject=subject.label if subject else "",
                address=address_of(subject.kind, subject.pk, subject.area_id) if subject else "",
                owner=whose.get(gap.seat),
                next_at=next_at,
                climbed=climbed,
            )
        )
    return rows


def _clocks(obligations: Sequence[int], moment: Moment) -> Mapping[int, tuple[datetime | None, int]]:
    """When each is told to the next level, and how many levels beyond the owner know already.

    For a past moment both come from the tellings on record: those up to it, and the first after it. What was not told
    since has the clock that it has now, if that lies ahead of the moment: one that has passed was not heeded, since the
    obligation was waived or answered by then, and nothing was next.
    """
    found = Obligation.objects.filter(pk__in=obligations).values_list("id", "next_climb_at", "climbed")
    clocks = {pk: (next_at, max(0, steps - 1)) for pk, next_at, steps in found}
    if moment.live:
        return clocks
    later: dict[int, tuple[datetime | None, int]] = {}
    tellings = Climb.objects.filter(obligation__in=obligations, told_at__gt=moment.at).order_by("-step")
    for pk, step, at in tellings.values_list("obligation", "step", "at"):
        later[pk] = at, max(0, step - 1)
    ahead = {pk: (next_at if next_at and next_at > moment.at else None, up) for pk, (next_at, up) in clocks.items()}
    return ahead | later


@dataclass(frozen=True)
class Count:
    """One kind or front with its number of gaps; `chosen` when the page is filtered by it."""

    key: str
    word: str
    gaps: int
    chosen: bool


@dataclass(frozen=True)
class ChildRow:
    """One area under the page's own, with its gaps by kind and the oldest."""

    area: int
    name: str
    gaps: int
    kinds: tuple[Count, ...]
    since: datetime | None
    own: bool = False


@dataclass(frozen=True)
class Tally:
    """The gaps of an area: in all, by kind, by front, and by child. A gap can be of two kinds: late and unowned."""

    gaps: int
    kinds: tuple[Count, ...]
    fronts: tuple[Count, ...]
    since: datetime | None


def tally(
    counts: Iterable[GapCount], *, chosen: frozenset[str], language: str, named: Mapping[int, Duty] | None = None
) -> Tally:
    """How many gaps of every kind and front; `chosen` are the kinds and fronts the page is filtered by."""
    named = duties() if named is None else named
    by_kind = dict.fromkeys(GapKind, 0)
    by_front = dict.fromkeys(FRONT_WORDS, 0)
    total, oldest = 0, None
    for count in counts:
        duty = named[count.duty]
        total += count.gaps
        by_front[duty.front] += count.gaps
        oldest = min(filter(None, (oldest, count.since)))
        for kind in kinds_of(duty, overdue=count.overdue, unowned=count.unowned):
            by_kind[kind] += count.gaps
    return Tally(
        total,
        tuple(
            Count(str(kind), pick(GAP_WORDS[kind], language), gaps, str(kind) in chosen)
            for kind, gaps in by_kind.items()
        ),
        tuple(
            Count(front, pick(FRONT_WORDS[front], language), gaps, front in chosen) for front, gaps in by_front.items()
        ),
        oldest,
    )


def child_rows(
    counts: Sequence[GapCount], children: Mapping[int, str], *, area: int, own: str, language: str
) -> list[ChildRow]:
    """Every child with its gaps, those with most of the oldest first; what the area owes itself comes first."""
    named = duties()
    by_child: dict[int, list[GapCount]] = {child: [] for child in children}
    for count in counts:
        by_child.setdefault(count.child, []).append(count)
    rows = []
    for child, found in by_child.items():
        said = tally(found, chosen=frozenset(), language=language, named=named)
        if found or child != area:
            name = own if child == area else children.get(child, str(child))
            rows.append(ChildRow(child, name, said.gaps, said.kinds, said.since, child == area))
    return sorted(rows, key=lambda row: (not row.own, -row.gaps, row.area))


@dataclass(frozen=True)
class ClimbRow:
    """One telling beyond the owner, in words."""

    climbed: Climbed
    title: str
    place: str
    role: str


def climb_rows(climbs: Sequence[Climbed], *, moment: Moment, language: str) -> list[ClimbRow]:
    """These tellings in words, in their order."""
    named = duties()
    where = places({one.area for one in climbs})
    whose = owners({one.seat for one in climbs}, language=language, now=moment.at, known=moment.chain_known)
    return [
        ClimbRow(
            one,
            duty_title(named[one.duty], language),
            where[one.area],
            whose[one.seat].role if one.seat in whose else pick(ABOVE, language),
        )
        for one in climbs
    ]
