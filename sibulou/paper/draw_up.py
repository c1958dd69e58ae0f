"""Drawing up a sheet: what is owed in walking order, or empty lines; each row with the id its record will bear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from sibulou.duty.force import Running
from sibulou.duty.models import Obligation, not_waived
from sibulou.lib.uuid7 import uuid7
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.problems import LinesOutOfRange, NoSuchForm, NothingOwed, SheetsUsedUp, TooManyRows
from sibulou.paper.serial import MOST, serial_of
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import key_range
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import Area, Household, Person, Subject
from sibulou.roster.problems import NoRight
from sibulou.roster.role import Right

MOST_ROWS = 400
"""Rows of one sheet: some thirty pages, more than anybody carries from door to door."""

MOST_LINES = 100
WALKS = time(8, 0)
"""When a round is taken to begin that was drawn up before its day."""

SHIFT = timedelta(hours=12)
"""How long after its start a shift's sheet should be typed in."""


@dataclass(frozen=True)
class Row:
    """A row before it has a place on a sheet: of whom, on which form, for which obligation, and when if not said."""

    subject: int
    form: str
    usual_at: datetime
    obligation: int | None = None
    opened_by: UUID | None = None


@dataclass(frozen=True)
class _Draft:
    """A sheet before it has its serial."""

    kind: Sheet.Kind
    area: int
    subject: Subject | None
    running: Running
    rows: Sequence[Row]
    starts_at: datetime
    due_at: datetime


def draw_up_day(
    *, area: Area, running: Running, day: date, forms: Iterable[str], reach: Reach, by: By, now: datetime
) -> Sheet:  # fmt: skip
    """A village's day: what its households and their people are owed on a day, house by house.

    Raises NoRight, NothingOwed, TooManyRows, SheetsUsedUp, OutOfReach.
    """
    _may(reach, area.pk)
    begins, ends = day_of(day, running)
    rows = owed_rows(area.pk, running, day=day, forms=frozenset(forms), now=now)
    if not rows:
        raise NothingOwed(place=area.name, day=day)
    return _keep(_Draft(Sheet.Kind.DAY, area.pk, None, running, rows, begins, ends), by=by, now=now)


def draw_up_card(*, household: Household, running: Running, day: date, reach: Reach, by: By, now: datetime) -> Sheet:
    """A household's card: its members and what is owed to them on a day. There may be nothing: the card names it still.

    Raises NoRight, SheetsUsedUp, OutOfReach.
    """
    subject = household.subject
    if subject.pk not in reach.subjects:
        _may(reach, subject.area_id)
    begins, ends = day_of(day, running)
    people = frozenset({subject.pk, *household.members.values_list("pk", flat=True)})
    rows = owed_rows(subject.area_id, running, day=day, forms=None, now=now, people=people)
    return _keep(_Draft(Sheet.Kind.CARD, subject.area_id, subject, running, rows, begins, ends), by=by, now=now)


def draw_up_shift(
    *, post: Subject, running: Running, form: str, starts_at: datetime, lines: int, reach: Reach, by: By, now: datetime
) -> Sheet:  # fmt: skip
    """A post's shift: so many empty lines of one form.

    Raises NoRight, NoSuchForm, LinesOutOfRange, SheetsUsedUp, OutOfReach.
    """
    if post.pk not in reach.subjects and not reach.covers(post.area_id, Right.RECORD):
        raise NoRight(right_zh="填报记录", right_en="hand in records")
    if form not in running.plan.forms or running.plan.forms[form].kind != post.kind:
        raise NoSuchForm(form=form[:40])
    if not 1 <= lines <= MOST_LINES:
        raise LinesOutOfRange(most=MOST_LINES)
    rows = [Row(post.pk, form, starts_at)] * lines
    draft = _Draft(Sheet.Kind.SHIFT, post.area_id, post, running, rows, starts_at, starts_at + SHIFT)
    return _keep(draft, by=by, now=now)


def _may(reach: Reach, area: int) -> None:
    """A sheet of households names people and is typed in as records: it takes both rights."""
    if not reach.covers(area, Right.RECORD):
        raise NoRight(right_zh="填报记录", right_en="hand in records")
    if not reach.covers(area, Right.PEOPLE):
        raise NoRight(right_zh="查看户和人", right_en="see households and people")


def day_of(day: date, running: Running) -> tuple[datetime, datetime]:
    """When a day begins and ends in the plan's zone."""
    begins = datetime.combine(day, time(), running.plan.zone)
    return begins, datetime.combine(day + timedelta(days=1), time(), running.plan.zone)


def owed_rows(
    area: int, running: Running, *, day: date, forms: frozenset[str] | None, now: datetime,
    people: frozenset[int] | None = None,
) -> list[Row]:  # fmt: skip
    """What the event asks of an area's households and their people on a day, in walking order.

    `forms`: only what these forms answer (None: all); `people`: only of these subjects. Raises TooManyRows.
    """
    answering = {key: form for key, form in _answering(running).items() if forms is None or form in forms}
    rows = _owed(area, running, day, now).filter(duty__key__in={duty for duty, _ in answering})
    if people is not None:
        rows = rows.filter(subject__in=people)
    begins, ends = day_of(day, running)
    round_at = now if begins <= now < ends else datetime.combine(day, WALKS, running.plan.zone)
    wanted = [row for row in rows.select_related("duty", "subject")[: MOST_ROWS * 5] if _key(row) in answering]
    order = _walk([row.subject for row in wanted])
    wanted.sort(key=lambda row: (*order[row.subject_id], row.duty_id, row.opened_at, row.pk))
    merged: dict[object, Row] = {}
    for row in wanted:  # one answer meets every duty that asks the same of somebody in the same hours: it is asked once
        made = Row(row.subject_id, answering[_key(row)], _usual(row, round_at), row.pk, row.opened_by)
        merged.setdefault((made.subject, made.form, made.usual_at, made.opened_by), made)
    if len(merged) > MOST_ROWS:
        raise TooManyRows(count=len(merged), most=MOST_ROWS)
    return list(merged.values())


def owed_forms(area: int, running: Running, *, day: date, now: datetime) -> dict[str, int]:
    """Of how many each form has something to answer in an area on a day, in the order of the plan's forms."""
    answering = _answering(running)
    counted = (
        _owed(area, running, day, now)
        .values_list("duty__key", "subject__kind")
        .annotate(count=Count("subject", distinct=True))
    )
    found: dict[str, int] = {}
    for duty, kind, count in counted.order_by():
        if form := answering.get((duty, kind)):
            found[form] = found.get(form, 0) + count
    return {key: found[key] for key in running.plan.forms if key in found}


def _answering(running: Running) -> dict[tuple[str, str], str]:
    """The form that answers a duty owed to a household or a person: the first of its closers about such a subject."""
    found: dict[tuple[str, str], str] = {}
    for duty in running.plan.duties.values():
        for closer in duty.closers:
            kind = running.plan.forms[closer.form].kind
            if kind in ("household", "person"):
                found.setdefault((duty.key, kind), closer.form)
    return found


def _key(row: Obligation) -> tuple[str, str]:
    return row.duty.key, row.subject.kind


def _owed(area: int, running: Running, day: date, now: datetime) -> QuerySet[Obligation]:
    begins, ends = day_of(day, running)
    low, high = key_range(area)
    return Obligation.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=begins), not_waived(now), area_id__gte=low, area_id__lt=high,
        met_at__isnull=True, opened_at__lt=ends, stage__event=running.stage.event,
        subject__kind__in=("household", "person"),
    )  # fmt: skip


def _usual(row: Obligation, round_at: datetime) -> datetime:
    """The moment meant where none is written: that of the round, or the nearest within the window."""
    if round_at < row.opened_at:
        return row.opened_at
    if row.until_at is not None and round_at >= row.until_at:
        return max(row.opened_at, row.until_at - timedelta(minutes=1))
    return round_at


def _walk(subjects: Sequence[Subject]) -> dict[int, tuple[int, int, int, str, int]]:
    """Where each stands on the way from door to door: area, house number, the house before its people."""
    numbers = {one.pk for one in subjects}
    members = {row.pk: row for row in Person.objects.filter(pk__in=numbers).select_related("household__subject")}
    homes = {row.pk: row for row in Household.objects.filter(pk__in=numbers).select_related("subject")}
    order = {
        pk: (row.household.subject.area_id, row.household.number, row.household_id, row.relation, pk)
        for pk, row in members.items()
    }
    return order | {pk: (row.subject.area_id, row.number, pk, "", pk) for pk, row in homes.items()}


def _keep(draft: _Draft, *, by: By, now: datetime) -> Sheet:
    area, subject, stage = draft.area, draft.subject, draft.running.stage
    day = now.astimezone(draft.running.plan.zone).date()
    with deed():
        sheet = Sheet.objects.create(
            serial=_next_serial(area, day), kind=draft.kind, area_id=area, subject=subject, stage=stage,
            forms=list(dict.fromkeys(row.form for row in draft.rows)), starts_at=draft.starts_at, due_at=draft.due_at,
            made_at=now, made_by=by.name, made_by_user_id=by.user_id,
        )  # fmt: skip
        SheetRow.objects.bulk_create(
            SheetRow(
                sheet=sheet, place=place, subject_id=row.subject, obligation_id=row.obligation, form=row.form,
                answers=row.opened_by, usual_at=row.usual_at.replace(second=0, microsecond=0), record=uuid7(now),
            )
            for place, row in enumerate(draft.rows, 1)
        )  # fmt: skip
        audit("paper.draw_up", by=by, now=now, area=area, serial=sheet.serial, sheet=str(draft.kind),
              rows=len(draft.rows), subject=subject.pk if subject else None, event=stage.event_id)  # fmt: skip
    return sheet


def _next_serial(area: int, day: date) -> str:
    """The next serial of the county on this day of the year. Raises SheetsUsedUp."""
    prefix = str(serial_of(area=area, day=day, number=1))[:12]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"paper {prefix}"])
    with acting(EVERYTHING):
        last = Sheet.objects.filter(serial__startswith=prefix).aggregate(last=Max("serial"))["last"]
    number = int(last[12:16]) + 1 if last else 1
    if number > MOST:
        raise SheetsUsedUp(day=f"{day:%m-%d}")
    return str(serial_of(area=area, day=day, number=number))
