"""What is in force: plans loaded, the start key pressed, levels changed, a township made stricter, the stand-down.

Source: S2 (start key), S51 (review and stand-down), domain section 4 (response levels).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from sibulou.duty.cadence import Cadence, is_stricter
from sibulou.duty.models import Duty, Event, Obligation, PlanVersion, Stage, Strictness, Waiver
from sibulou.duty.plan import load_plan
from sibulou.duty.plan_parts import Plan
from sibulou.duty.problems import (
    AlreadyRunning,
    GapsStillOpen,
    Laxer,
    UnknownLevel,
    VersionChanged,
)
from sibulou.duty.scope import scopes
from sibulou.duty.timing import read_timing
from sibulou.roster.area_key import key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.models import Area
from sibulou.roster.problems import BeforeItsStart


@lru_cache(maxsize=64)
def _read(text: str, file: str) -> Plan:
    return load_plan(text, file=file, scopes={key: scope.kind for key, scope in scopes().items()})


def plan_of(version: PlanVersion) -> Plan:
    """The plan that a version holds, parsed once."""
    return _read(version.text, f"{version.key} {version.version}")


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
    """A stretch of time in which one timing of a duty holds over some areas, and not over others within them."""

    cadence: Cadence
    starts: datetime
    ends: datetime | None
    over: tuple[int, int]
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
class Running:
    """One stage with its plan: what the kernel opens and judges by."""

    stage: Stage
    plan: Plan
    starts: datetime
    ends: datetime | None
    duty_ids: Mapping[str, int]

    @property
    def over(self) -> tuple[int, int]:
        return key_range(self.stage.event.area_id)


def stages(events: Iterable[Event] | None = None) -> list[Running]:
    """Every stage of the events (default: those not stood down), in order, each with the moment it ended."""
    if events is None:
        events = Event.objects.filter(ended_at__isnull=True).order_by("id")
    found: list[Running] = []
    for event in events:
        rows = list(event.stages.select_related("event", "version").order_by("starts_at"))
        duty_ids = dict(Duty.objects.filter(plan_key=event.plan_key).values_list("key", "id"))
        ends = [row.starts_at for row in rows[1:]] + [event.ended_at]
        found += [
            Running(row, plan_of(row.version), row.starts_at, end, duty_ids)
            for row, end in zip(rows, ends, strict=True)
        ]
    return found


def current(now: datetime) -> list[Running]:
    """The stages in force at `now`."""
    return [one for one in stages() if one.starts <= now and (one.ends is None or one.ends > now)]


def segments(running: Running, duty_key: str) -> list[Segment]:
    """How a duty is timed in a stage: the plan's timing, and each township's stricter one from its moment on."""
    duty = running.plan.duties[duty_key]
    base = duty.timing(running.stage.level)
    if base is None:
        return []
    settings = list(
        Strictness.objects.filter(event=running.stage.event, duty_id=running.duty_ids[duty_key]).order_by("starts_at")
    )
    ends = running.ends
    settings = [one for one in settings if ends is None or one.starts_at < ends]
    moments = sorted({running.starts, *(max(one.starts_at, running.starts) for one in settings)})
    found: list[Segment] = []
    for start, end in zip(moments, [*moments[1:], ends], strict=True):
        chosen: dict[int, Cadence] = {}
        for one in settings:
            if one.starts_at <= start:
                chosen[one.area_id] = read_timing(one.timing)
        inner = {area: key_range(area) for area in chosen}
        found.append(Segment(base, start, end, running.over, tuple(inner.values())))
        for area, cadence in chosen.items():
            low, high = inner[area]
            deeper = tuple(span for other, span in inner.items() if other != area and low <= span[0] < high)
            found.append(Segment(cadence, start, end, (low, high), deeper))
    return _joined(found)


def _joined(found: list[Segment]) -> list[Segment]:
    """Stretches of the same timing over the same areas that follow each other are one: its grid runs through."""
    joined: dict[tuple[object, ...], Segment] = {}
    for one in found:
        key = (one.cadence, one.over, one.but)
        before = joined.get(key)
        if before is not None and before.ends == one.starts:
            joined[key] = Segment(one.cadence, before.starts, one.ends, one.over, one.but)
        else:
            joined[key if before is None else (*key, one.starts)] = one
    return list(joined.values())


def activate(
    *, area: Area, version: PlanVersion, level: str, title: str, notice: str, legal_basis: str, by: By, now: datetime
) -> Event:
    """Press the start key: an event begins with its first stage (S2).

    Raises AlreadyRunning and UnknownLevel. The caller reconciles.
    """
    _check_level(version, level)
    running = Event.objects.filter(area=area, plan_key=version.key, ended_at__isnull=True).first()
    if running is not None:
        raise AlreadyRunning(area=area.name, plan=version.key, since=f"{running.started_at:%F %R}")
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
    if event.started_at >= now:
        raise BeforeItsStart(at=f"{now:%F %R}", since=f"{event.started_at:%F %R}")
    with transaction.atomic():
        stage = Stage.objects.create(event=event, version=version, level=level, starts_at=now, started_by=by.name)
        audit("event.level", by=by, now=now, area=event.area_id, event=event.pk, level=level)
    return stage


def set_strictness(
    *, event: Event, area: Area, duty_key: str, timing: Mapping[str, object], by: By, now: datetime
) -> Strictness:
    """An area below the event's asks for more of a duty. Raises Laxer when it would ask for less."""
    running = stages([event])[-1]
    duty = running.plan.duties[duty_key]
    base = duty.timing(running.stage.level)
    changed = read_timing(timing)
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
        audit("event.strictness", by=by, now=now, area=area.pk, duty=duty_key, timing=dict(timing))
    return setting


def stand_down(*, event: Event, by: By, now: datetime, reason: str, waive_gaps: bool = False) -> int:
    """End the event by name: what is pending ends; open gaps must be closed first, or waived by this name.

    Returns how many obligations were ended. Raises GapsStillOpen.
    """
    low, high = key_range(event.area_id)
    unmet = Obligation.objects.filter(
        stage__event=event, area_id__gte=low, area_id__lt=high, met_at__isnull=True, waived_at__isnull=True
    )
    gaps = unmet.filter(due_at__lte=now).count()
    if gaps and not waive_gaps:
        raise GapsStillOpen(count=gaps)
    with transaction.atomic():
        waiver = Waiver.objects.create(
            kind=Waiver.Kind.END,
            area_id=event.area_id,
            reason="stand_down",
            words=reason,
            asked_by=by.name,
            asked_at=now,
            granted_by=by.name,
            granted_at=now,
        )
        ended = unmet.update(waiver=waiver, waived_at=now)
        Event.objects.filter(pk=event.pk, ended_at__isnull=True).update(ended_at=now, ended_by=by.name)
        audit("event.stand_down", by=by, now=now, area=event.area_id, event=event.pk, ended=ended, gaps_waived=gaps,
              reason=reason)  # fmt: skip
    return ended
