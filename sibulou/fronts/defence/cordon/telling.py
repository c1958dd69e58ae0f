"""An open way in is a gap of the village it leads to: opened and closed by records that the clockwork alone tells.

The plan says so (`village.cordon`). Each minute, and after every import, what was told is compared with what holds: of
each village the spans within the last day in which a way in lay open. A span that was not told is told, with the
moments at which it happened; one that a late record has disproved is withdrawn. Told again, nothing changes.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Duty, Obligation, Waiver
from sibulou.duty.told import Told
from sibulou.fronts.defence.cordon.ground import Ground, prove, reached
from sibulou.fronts.defence.cordon.standing import changes, standing_posts
from sibulou.fronts.defence.cordon.store import counties_with_roads, ground_at, network_at
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.area_key import Level, key_range
from sibulou.roster.audit import CLOCKWORK
from sibulou.roster.models import Subject

OPEN, CLOSED, DUTY = "cordon_open", "cordon_closed", "village.cordon"
BACK = timedelta(hours=24)
"""How far back what was told is set right by records that came late."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Span:
    """From when until when a way into a village lay open; no end: it still does."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class _Kept:
    """A span as it was told: the records that opened and closed it."""

    span: Span
    opener: UUID
    closer: UUID | None


def report_all(*, now: datetime) -> int:
    """Report every county that has roads. Returns how many records were told."""
    return sum(report(county, now=now) for county in counties_with_roads())


def report(county: int, *, now: datetime) -> int:
    """Tell what must be told of a county's cordon now. Idempotent. Returns how many records were told."""
    low, high = key_range(county)
    running = [one for one in current(now) if OPEN in one.plan.forms and one.over[0] <= low and high <= one.over[1]]
    kept = network_at(county, now)
    if not running or kept is None:
        return 0
    began = min(one.stage.event.started_at for one in running)
    since = max(now - BACK, began, min(kept.imported_at, now))
    spans = open_spans(county, since=since, now=now)
    of_villages = Subject.objects.filter(
        kind="area", area__level=Level.VILLAGE, area_id__gte=low, area_id__lt=high, until__isnull=True
    )
    subjects = dict(of_villages.values_list("area_id", "pk"))
    told = _told(list(subjects.values()), since)
    plan = running[0].plan.key
    said = [
        one
        for village, subject in subjects.items()
        for one in _differences(subject, spans.get(village, []), told.get(village, []), plan=plan, now=now)
    ]
    records = _with_evidence(said, county, {pk: area for area, pk in subjects.items()})
    answers = take_in(Batch(records, device="clockwork"), reach=EVERYTHING, by=CLOCKWORK, now=now) if records else []
    for answer in answers:
        if answer.outcome is not Outcome.ACCEPTED:
            _log.error("cordon %s: %s", answer.id, answer.problem)
    return len(records)


def open_spans(county: int, *, since: datetime, now: datetime) -> dict[int, list[Span]]:
    """By village the spans from `since` until `now` in which a way in lay open."""
    found: dict[int, list[Span]] = defaultdict(list)
    begun: dict[int, datetime] = {}
    known: dict[tuple[int, frozenset[int]], tuple[Ground, frozenset[int]]] = {}  # the ground too, so that its id holds
    for at in [since, *changes(county, since, now)]:
        kept = network_at(county, at)
        assert kept is not None
        ground, standing = ground_at(kept, at), standing_posts(county, at)
        key = id(ground), standing
        if key not in known:
            known[key] = ground, reached(ground, standing=standing)
        wet = known[key][1]
        for village in sorted(begun.keys() - wet):
            found[village].append(Span(begun.pop(village), at))
        for village in wet - begun.keys():
            begun[village] = at
    for village, start in begun.items():
        found[village].append(Span(start, None))
    return dict(found)


def _told(subjects: Sequence[int], since: datetime) -> dict[int, list[_Kept]]:
    """By village what was told of spans that reach past `since`, of events that still run; each begins there at the
    earliest. What was withdrawn was ended by name."""
    rows = (
        Obligation.objects.filter(subject__in=subjects, duty__in=Duty.objects.filter(key=DUTY), opened_by__isnull=False)
        .filter(stage__event__ended_at=None)
        .exclude(waiver__kind=Waiver.Kind.END)
        .exclude(met_at__lte=since)
        .order_by("opened_at")
    )
    found: dict[int, list[_Kept]] = defaultdict(list)
    for row in rows:
        assert row.opened_by is not None
        found[row.area_id].append(_Kept(Span(max(row.opened_at, since), row.met_at), row.opened_by, row.met_by))
    return found


def _differences(subject: int, holds: list[Span], told: list[_Kept], *, plan: str, now: datetime) -> Iterator[Told]:
    """The records that make what was told the same as what holds."""
    by_start = {one.span.start: one for one in told}
    for one in told:
        if not any(span.start == one.span.start for span in holds):
            yield Told(uuid7(now), OPEN, subject, one.span.start, corrects=one.opener, withdraws=True, plan=plan)
    for span in holds:
        before = by_start.get(span.start)
        opener = before.opener if before else uuid7(now)
        if before is None:
            yield Told(opener, OPEN, subject, span.start, {}, plan=plan)
        elif before.span.end == span.end:
            continue
        elif before.closer is not None:
            yield Told(uuid7(now), CLOSED, subject, before.span.end or now, corrects=before.closer, withdraws=True,
                       plan=plan)  # fmt: skip
        if span.end is not None:
            yield Told(uuid7(now), CLOSED, subject, span.end, {}, answers=opener, plan=plan)


def _with_evidence(said: list[Told], county: int, areas: Mapping[int, int]) -> list[Told]:
    """The records with what was found at their moments: the way in, and how many posts would close it."""
    made = []
    seen: dict[datetime, _Evidence] = {}
    for one in said:
        if one.withdraws:
            made.append(one)
            continue
        if one.happened_at not in seen:
            seen[one.happened_at] = _Evidence(county, one.happened_at)
        content = seen[one.happened_at].of(areas[one.subject], opened=one.form == OPEN)
        made.append(Told(one.id, one.form, one.subject, one.happened_at, content, answers=one.answers, plan=one.plan))
    return made


class _Evidence:
    """What a proof at a moment says of villages."""

    def __init__(self, county: int, at: datetime) -> None:
        kept = network_at(county, at)
        assert kept is not None
        ground: Ground = ground_at(kept, at)
        self.proof = prove(ground, standing=standing_posts(county, at))

    def of(self, village: int, *, opened: bool) -> dict[str, object]:
        standing: dict[str, object] = {"standing": len(self.proof.standing)}
        leak = self.proof.leaks.get(village)
        if not opened or leak is None:
            return standing
        return standing | {"km": round(leak.metres / 1000, 1), "barriers": len(self.proof.plug([village]))}
