"""What is in force: plans loaded, the start key pressed, levels changed, a township made stricter, the stand-down.

Source: S2 (start key), S51 (review and stand-down), domain section 4 (response levels).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import Q

from sibulou.duty.board import Moment, vacant_seats
from sibulou.duty.cadence import Cadence, is_stricter, same_grid
from sibulou.duty.models import Duty, Event, Obligation, PlanVersion, Stage, Strictness, Waiver
from sibulou.duty.plan import load_plan
from sibulou.duty.plan_parts import Plan
from sibulou.duty.problems import (
    AlreadyRunning,
    GapsStillOpen,
    Laxer,
    NotRunning,
    OutsideTheEvent,
    UnknownDuty,
    UnknownLevel,
    VersionChanged,
)
from sibulou.duty.scope import scopes
from sibulou.duty.settle import keep_revisions
from sibulou.duty.timing import read_timing
from sibulou.lib.wall import wall
from sibulou.roster.area_key import key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.models import Area
from sibulou.roster.problems import BeforeItsStart


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Plan:
    return load_plan(text, file=file, scopes={key: scope.kind for key, scope in scopes().items()})


_PLANS: dict[str, Plan] = {}


def plan_of(version: PlanVersion) -> Plan:
    """The plan that a version holds, parsed once; after that its text need not even be fetched."""
    plan = _PLANS.get(version.digest)
    if plan is None:
        plan = _PLANS[version.digest] = _read(version.text, f"{version.key} {version.version}")
    return plan


def load(text: str, *, file: str, by: By, now: datetime) -> PlanVersion:
    """Check a plan and keep it as a version; the same text again is the same version.

    Raises PlanMistakes when the plan has mistakes, VersionChanged when its number is taken by another text.
    """
    plan = _read(text, file)
    digest = hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        version, made = PlanVersion.objects.get_or_create(
            key=plan.key,
            version=plan.version,
            defaults={"text": text, "digest": digest, "loaded_at": now, "loaded_by": by.name},
        )
        if version.digest != digest:
            raise VersionChanged(plan=plan.key, version=plan.version)
        if made:
            _keep_duties(plan)
            audit("plan.load", by=by, now=now, plan=plan.key, version=plan.version, digest=digest)
    return version


def _keep_duties(plan: Plan) -> None:
    """Every duty of the plan has its lasting identity, with the words of the latest version."""
    Duty.objects.bulk_create(
        [
            Duty(
                plan_key=plan.key,
                key=duty.key,
                front=duty.front,
                gap=duty.gap,
                scope=duty.scope,
                title_zh=duty.title.zh,
                title_en=duty.title.en,
            )
            for duty in plan.duties.values()
        ],
        update_conflicts=True,
        unique_fields=["plan_key", "key"],
        update_fields=["front", "gap", "scope", "title_zh", "title_en"],
    )


@dataclass(frozen=True)
class Segment:
    """A stretch of time in which one timing of a duty holds over some areas, and not over others within them.

    `counts_from`: since when this timing's grid runs there without a break, through stages and township settings
    that leave it alone. A change of level must not begin every round again.
    """

    cadence: Cadence
    starts: datetime
    ends: datetime | None
    over: tuple[int, int]
    counts_from: datetime
    but: tuple[tuple[int, int], ...] = ()

    @property
    def ranges(self) -> str:
        """The areas as a PostgreSQL multirange: `over` less `but`."""
        low, high = self.over
        pieces = []
        for start, end in sorted(self.but):
            if start > low:
                pieces.append((low, start))
            low = max(low, end)
        if low < high:
            pieces.append((low, high))
        return "{" + ",".join(f"[{start},{end})" for start, end in pieces) + "}"


@dataclass(frozen=True)
class Stricter:
    """An area's own timing of a duty, from a moment on."""

    area: int
    duty: int
    cadence: Cadence
    starts: datetime


@dataclass(frozen=True)
class Running:
    """One stage with its plan: what the kernel opens and judges by. `earlier` are the event's stages before it."""

    stage: Stage
    plan: Plan
    starts: datetime
    ends: datetime | None
    duty_ids: Mapping[str, int]
    stricter: tuple[Stricter, ...] = ()
    earlier: tuple[Running, ...] = ()

    @property
    def over(self) -> tuple[int, int]:
        return key_range(self.stage.event.area_id)


def stages(events: Iterable[Event] | None = None) -> list[Running]:
    """Every stage of the events (default: those not stood down), in order, each with the moment it ended."""
    if events is None:
        events = Event.objects.filter(ended_at__isnull=True).order_by("id")
    found: list[Running] = []
    for event in events:
        rows = list(event.stages.select_related("event", "version").defer("version__text").order_by("starts_at"))
        duty_ids = dict(Duty.objects.filter(plan_key=event.plan_key).values_list("key", "id"))
        stricter = tuple(
            Stricter(one.area_id, one.duty_id, read_timing(one.timing), one.starts_at)
            for one in event.strictness.order_by("starts_at", "id")
        )
        ends = [row.starts_at for row in rows[1:]] + [event.ended_at]
        earlier: tuple[Running, ...] = ()
        for row, end in zip(rows, ends, strict=True):
            running = Running(row, plan_of(row.version), row.starts_at, end, duty_ids, stricter, earlier)
            earlier = (*earlier, running)
        found += earlier
    return found


MARK = """
SELECT concat_ws(' ', pg_postmaster_start_time(), (SELECT oid FROM pg_database WHERE datname = current_database()),
    (SELECT string_agg(concat_ws('.', id, xmin, ctid), ' ' ORDER BY id) FROM event), '-',
    (SELECT string_agg(concat_ws('.', id, xmin, ctid), ' ' ORDER BY id) FROM stage), '-',
    (SELECT string_agg(concat_ws('.', id, xmin, ctid), ' ' ORDER BY id) FROM strictness))"""
"""What is in force, in one line: another line as soon as any row of it has changed, been added or been taken back."""


@lru_cache(maxsize=8)
def every_event(mark: str) -> tuple[tuple[Running, ...], ...]:
    """The stages of every event there is or was, one tuple for each event; read anew only where `MARK` says so."""
    found: dict[int, list[Running]] = {}
    for running in stages(Event.objects.order_by("id")):
        found.setdefault(running.stage.event_id, []).append(running)
    return tuple(map(tuple, found.values()))


def current(now: datetime) -> list[Running]:
    """The stages in force at `now`."""
    return [one for one in stages() if one.starts <= now and (one.ends is None or one.ends > now)]


def in_force(stages_of_event: Sequence[Running], at: datetime) -> Running:
    """The stage of one event that held at a moment; the first one before the event began."""
    return next((one for one in reversed(stages_of_event) if one.starts <= at), stages_of_event[0])


def segments(running: Running, duty_key: str) -> list[Segment]:
    """How a duty is timed in a stage: the plan's timing, and each township's stricter one from its moment on."""
    found: list[Segment] = []
    before: dict[tuple[int, int], Segment] = {}
    for stage in (*running.earlier, running):
        found = []
        for start, end in _stretches(stage, duty_key):
            before = {one.over: one for one in _timed(stage, duty_key, start, end, before)}
            found += before.values()
    return found


def _stretches(running: Running, duty_key: str) -> list[tuple[datetime, datetime | None]]:
    """The stage, cut where an area's own timing begins."""
    duty, ends = running.duty_ids.get(duty_key), running.ends
    own = [one.starts for one in running.stricter if one.duty == duty and (ends is None or one.starts < ends)]
    moments = sorted({running.starts, *(moment for moment in own if moment > running.starts)})
    return list(zip(moments, [*moments[1:], ends], strict=True))


def _timed(
    running: Running, duty_key: str, start: datetime, end: datetime | None, before: Mapping[tuple[int, int], Segment]
) -> list[Segment]:
    """The timings of one stretch, widest area first; nothing where the duty is not in force."""
    duty = running.plan.duties.get(duty_key)
    base = None if duty is None else duty.timing(running.stage.level)
    if base is None:
        return []
    timings = {running.over: base}
    own = {
        key_range(one.area): one.cadence
        for one in running.stricter
        if one.duty == running.duty_ids[duty_key] and one.starts <= start
    }
    for over in sorted(own, key=lambda span: span[0] - span[1]):
        above = timings[_nearest(over, timings)]
        timings[over] = own[over] if is_stricter(above, own[over]) else above
    return [
        Segment(cadence, start, end, over, _counts_from(cadence, over, start, before), _inside(over, timings))
        for over, cadence in timings.items()
    ]


def _nearest(over: tuple[int, int], known: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The narrowest of the known areas that `over` lies in."""
    return min(
        (span for span in known if span[0] <= over[0] and over[1] <= span[1]), key=lambda span: span[1] - span[0]
    )


def _inside(over: tuple[int, int], timings: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The areas inside `over` that have a timing of their own."""
    return tuple(span for span in timings if span != over and over[0] <= span[0] and span[1] <= over[1])


def _counts_from(
    cadence: Cadence, over: tuple[int, int], start: datetime, before: Mapping[tuple[int, int], Segment]
) -> datetime:
    """Where the grid begins: with the stretch before, if the same grid held over these areas then."""
    if not before:
        return start
    was = before[_nearest(over, before)]
    return was.counts_from if was.ends == start and same_grid(was.cadence, cadence) else start


def activate(
    *, area: Area, version: PlanVersion, level: str, title: str, notice: str, legal_basis: str, by: By, now: datetime
) -> Event:
    """Press the start key: an event begins with its first stage (S2).

    Raises AlreadyRunning and UnknownLevel. The caller reconciles.
    """
    _check_level(version, level)
    running = Event.objects.filter(area=area, plan_key=version.key, ended_at__isnull=True).first()
    if running is not None:
        raise AlreadyRunning(area=area.name, plan=version.key, since=wall(running.started_at))
    with transaction.atomic():
        event = Event.objects.create(
            area=area,
            plan_key=version.key,
            title=title,
            notice=notice,
            legal_basis=legal_basis,
            started_at=now,
            started_by=by.name,
        )
        Stage.objects.create(event=event, version=version, level=level, starts_at=now, started_by=by.name)
        audit("event.start", by=by, now=now, area=area.pk, plan=version.key, version=version.version, level=level,
              notice=notice)  # fmt: skip
    return event


def _check_level(version: PlanVersion, level: str) -> None:
    plan = plan_of(version)
    known = [word.key for word in plan.levels]
    if level not in known:
        raise UnknownLevel(plan=plan.key, level=level, allowed=", ".join(known))


def change_level(*, event: Event, level: str, by: By, now: datetime, version: PlanVersion | None = None) -> Stage:
    """A new stage of the event, at another level or on another version of its plan."""
    version = version or event.stages.latest("starts_at").version
    _check_level(version, level)
    if event.ended_at is not None:
        raise NotRunning(event=event.title, ended=wall(event.ended_at), by=event.ended_by)
    latest = event.stages.latest("starts_at")
    if latest.starts_at >= now:
        raise BeforeItsStart(at=wall(now), since=wall(latest.starts_at))
    with transaction.atomic():
        stage = Stage.objects.create(event=event, version=version, level=level, starts_at=now, started_by=by.name)
        unplan(event, since=now)
        audit("event.level", by=by, now=now, area=event.area_id, event=event.pk, level=level)
    return stage


def unplan(event: Event, *, since: datetime, duty: int | None = None, area: Area | None = None) -> int:
    """Take back what was opened ahead and has not begun by `since`: another timing holds from then on.

    What has not opened was in no total yet. The caller reconciles. Gives how many were taken back.
    """
    low, high = key_range((area or event.area).pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT unplan(%s, %s, %s, %s, %s)", [event.pk, since, duty, low, high])
        (count,) = cursor.fetchone()
    return int(count)


def set_strictness(
    *, event: Event, area: Area, duty_key: str, timing: Mapping[str, object], by: By, now: datetime
) -> Strictness:
    """An area of the event asks for more of a duty. The caller reconciles.

    Raises UnknownDuty, PlanMistakes (in the timing), and Laxer when it would ask for less than is asked there now.
    """
    running = stages([event])[-1]
    if duty_key not in running.plan.duties:
        raise UnknownDuty(duty=duty_key, plan=running.plan.key, allowed=", ".join(running.plan.duties))
    duty = running.plan.duties[duty_key]
    changed = read_timing(timing)
    held = {one.over: one.cadence for one in segments(running, duty_key) if one.ends == running.ends}
    over = key_range(area.pk)
    if not (running.over[0] <= over[0] and over[1] <= running.over[1]):
        raise OutsideTheEvent(area=area.name, event=event.title)
    base = held[_nearest(over, held)] if held else None
    if base is None or not is_stricter(base, changed):
        raise Laxer(area=area.name, duty=duty.title.zh, base=str(base))
    with transaction.atomic():
        setting = Strictness.objects.create(
            event=event,
            area=area,
            duty_id=running.duty_ids[duty_key],
            timing=dict(timing),
            starts_at=now,
            set_by=by.name,
        )
        unplan(event, since=now, duty=setting.duty_id, area=area)
        audit("event.strictness", by=by, now=now, area=area.pk, duty=duty_key, timing=dict(timing))
    return setting


def stand_down(*, event: Event, by: By, now: datetime, reason: str, waive_gaps: bool = False) -> int:
    """End the event by name: what is pending ends; open gaps must be closed first, or waived by this name.

    What nobody answers for is a gap before it is due, too. A waiver that has lapsed leaves a gap; one that would lapse
    later ends with the rest. Returns how many obligations were ended. Raises GapsStillOpen and NotRunning.
    """
    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=event.pk)
        if event.ended_at is not None:
            raise NotRunning(event=event.title, ended=wall(event.ended_at), by=event.ended_by)
        unplan(event, since=now)
        unmet = Obligation.objects.filter(stage__event=event, met_at__isnull=True)
        unmet = unmet.filter(Q(waived_at__isnull=True) | Q(waived_until__isnull=False))
        missed = Q(due_at__lte=now) | Q(opened_at__lte=now, seat__in=vacant_seats(event.area_id, Moment.now(now)))
        gaps = unmet.filter(missed).exclude(waived_until__gt=now).count()
        if gaps and not waive_gaps:
            raise GapsStillOpen(count=gaps)
        waiver = Waiver.objects.create(
            kind=Waiver.Kind.END,
            area_id=event.area_id,
            reason="stand_down",
            words=reason,
            asked_by=by.name,
            asked_by_id=by.user_id,
            asked_at=now,
            granted_by=by.name,
            granted_by_id=by.user_id,
            granted_at=now,
        )
        keep_revisions(list(unmet.filter(waived_at__isnull=False)), now=now)
        ended = unmet.update(waiver=waiver, waived_at=now, waived_until=None)
        Event.objects.filter(pk=event.pk).update(ended_at=now, ended_by=by.name)
        audit("event.stand_down", by=by, now=now, area=event.area_id, event=event.pk, ended=ended, gaps_waived=gaps,
              reason=reason)  # fmt: skip
    return ended
