"""Who is told, and when, as long as nobody answers.

The owner is always told first, at the warning. Then the ladder's rungs are told one after the other, each so
long after the duty's tell moment. Inside quiet hours nobody is rung unless the duty may ring at night: the
word waits for their end. Source: domain section 4b (quiet hours, tells next level), section 0 item 4 (the
owner before anyone above).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sibulou.roster.role import ROLES


@dataclass(frozen=True)
class QuietHours:
    """From one wall-clock time to another, over midnight if it has to be."""

    since: time
    until: time

    def __post_init__(self) -> None:
        if self.since == self.until:
            raise ValueError("quiet hours must end at another time than they begin")

    def shift(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """`moment` itself, or the end of the quiet hours it falls into; in UTC."""
        local = moment.astimezone(zone)
        clock = local.time().replace(tzinfo=None)
        over_midnight = self.since > self.until
        evening = over_midnight and clock >= self.since
        morning = clock < self.until and (over_midnight or clock >= self.since)
        if not evening and not morning:
            return moment.astimezone(UTC)
        day = local.date() + timedelta(days=1 if evening else 0)
        return datetime.combine(day, self.until, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Rung:
    """One step of a ladder as the plan says it: a role (None = the owner again), so long after the tell
    moment.
    """

    role: str | None
    after: timedelta

    def __post_init__(self) -> None:
        if self.after < timedelta():
            raise ValueError("a rung cannot be told before the tell moment")


@dataclass(frozen=True)
class Continue:
    """The rungs of another ladder follow, each `after` later than that ladder says."""

    ladder: str
    after: timedelta


@dataclass(frozen=True)
class Step:
    """One telling: at this moment, this role; None is the owner of the obligation."""

    at: datetime
    role: str | None


def climb(
    steps: Sequence[Rung],
    *,
    warn: datetime,
    tell: datetime,
    quiet: QuietHours | None,
    zone: ZoneInfo,
    rings_at_night: bool,
) -> list[Step]:
    """Whom an unanswered obligation is told to, in order: the owner at `warn`, then each rung at `tell` + its
    `after`.
    """
    told = [Step(warn, None), *(Step(tell + rung.after, rung.role) for rung in steps)]
    if quiet is None or rings_at_night:
        return [Step(step.at.astimezone(UTC), step.role) for step in told]
    return [Step(quiet.shift(step.at, zone), step.role) for step in told]


def flatten(ladders: Mapping[str, Sequence[Rung | Continue]], key: str) -> tuple[Rung, ...]:
    """The rungs of one ladder with every `continue` followed. Raises ValueError naming the ladders of a
    cycle.
    """
    return tuple(_follow(ladders, key, timedelta(), ()))


def _follow(
    ladders: Mapping[str, Sequence[Rung | Continue]], key: str, later: timedelta, path: tuple[str, ...]
) -> list[Rung]:
    if key in path:
        raise ValueError(" > ".join((*path, key)))
    rungs: list[Rung] = []
    for step in ladders[key]:
        if isinstance(step, Rung):
            rungs.append(Rung(step.role, step.after + later))
        else:
            rungs += _follow(ladders, step.ladder, later + step.after, (*path, key))
    return rungs


def climbs(lower: str, higher: str) -> bool:
    """Whether the role `higher` stands above the role `lower`: at a wider level, or its superior at the same
    one.
    """
    if lower == higher:
        return False
    below, above = ROLES[lower].level, ROLES[higher].level
    if above is None:
        return False
    if below is None or above < below:
        return True
    return above == below and higher in _superiors(lower)


def _superiors(role: str) -> list[str]:
    chain: list[str] = []
    superior = ROLES[role].superior
    while superior is not None:
        chain.append(superior)
        superior = ROLES[superior].superior
    return chain


def first_fall(rungs: Sequence[Rung]) -> tuple[Rung, Rung] | None:
    """The first pair of rungs of which the second does not climb, or is told before the first; None if all
    climb.
    """
    for lower, higher in pairwise(rungs):
        if higher.after < lower.after:
            return lower, higher
    roles = [rung for rung in rungs if rung.role is not None]
    for lower, higher in pairwise(roles):
        if not climbs(lower.role or "", higher.role or ""):
            return lower, higher
    return None
