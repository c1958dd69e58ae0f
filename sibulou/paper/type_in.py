"""Typing a sheet in: each row goes through the one door for records, under the id it was given when it was drawn up.

So the same row typed twice is one record; typed with other content it is a conflict, kept for a person to settle. What
was told by other means before (a telephone call, a device) is found and shown first; both are kept if he says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from sibulou.duty.force import plan_of
from sibulou.duty.form import sealed_fields
from sibulou.duty.intake import Answer, Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.personal import open_answers
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.problems import AnsweredRow, NoTimeOfDay, OpenRow, RowOfNoSheet, SheetOfOtherCounty, UnknownSheet
from sibulou.paper.serial import county_of, read_serial
from sibulou.roster.access import Reach
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, within
from sibulou.roster.models import Area

SAME = timedelta(minutes=10)
"""How far apart two records of one passage may be told."""


def find_sheet(text: str, *, reach: Reach) -> Sheet:
    """The sheet of a serial as typed or scanned.

    Raises NotASerial, MistypedSerial, SheetOfOtherCounty, UnknownSheet (nowhere, or outside the reach that stands).
    """
    serial = read_serial(text)
    sheet = Sheet.objects.select_related("stage__version", "stage__event", "subject").filter(serial=str(serial)).first()
    if sheet is not None:
        return sheet
    if not Area.objects.filter(pk__gte=int(serial.county) * 10**12, pk__lt=(int(serial.county) + 1) * 10**12).exists():
        raise SheetOfOtherCounty(serial=serial, county=serial.county)
    ours = {county_of(low) for spans in reach.ranges.values() for low, _ in spans}
    if ours and serial.county not in ours:
        raise SheetOfOtherCounty(serial=serial, county=serial.county)
    raise UnknownSheet(serial=serial)


def find_row(sheet: Sheet, place: int) -> SheetRow:
    """A row by its place, locked until the transaction ends, so that two who type it go one after the other.

    Raises RowOfNoSheet.
    """
    rows = SheetRow.objects.select_for_update(no_key=True)
    row = rows.filter(sheet=sheet, place=place).first()
    if row is None:
        raise RowOfNoSheet(serial=sheet.serial, place=place)
    row.sheet = sheet
    return row


def moment_on(sheet: Sheet, text: str, *, usual: datetime, zone: ZoneInfo) -> datetime:
    """The moment that a time of day written on the sheet means: the first such one since the sheet begins.

    Nothing written means `usual`. Raises NoTimeOfDay.
    """
    plain = text.strip().replace("：", ":").replace(":", "")
    if not plain:
        return usual
    if not (plain.isascii() and plain.isdigit() and len(plain) in (3, 4)):
        raise NoTimeOfDay(typed=text.strip()[:12])
    hour, minute = divmod(int(plain), 100)
    if hour > 23 or minute > 59:
        raise NoTimeOfDay(typed=text.strip()[:12])
    usual_here = usual.astimezone(zone)
    if (usual_here.hour, usual_here.minute) == (hour, minute):
        return usual
    begins = sheet.starts_at.astimezone(zone)
    found = begins.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return found if found >= begins else found + timedelta(days=1)


@dataclass(frozen=True)
class Typed:
    """What stands on a row: the clean answers and when it happened."""

    content: Mapping[str, object]
    happened_at: datetime


def double_of(row: SheetRow, typed: Typed) -> Record | None:
    """A record that tells the same by other means: what met the row's obligation, else the same passage.

    As far as the reach that stands shows it.
    """
    if row.became == SheetRow.Became.TYPED:
        return None
    if row.obligation_id is not None:
        met = Obligation.objects.filter(pk=row.obligation_id, met_by__isnull=False).exclude(met_by=row.record)
        return Record.objects.select_related("told_by").filter(pk__in=met.values("met_by")).first()
    return _same_passage(row, typed)


def _same_passage(row: SheetRow, typed: Typed) -> Record | None:
    """A record of the same form at the same post, told within ten minutes, with a name or plate that stands here."""
    form = plan_of(row.sheet.stage.version).forms[row.form]
    names = {key: str(typed.content[key]) for key in sealed_fields(form) if typed.content.get(key)}
    if not names:
        return None
    near = Record.objects.select_related("told_by").filter(
        subject=row.subject_id, form=row.form, withdraws=False,
        happened_at__gte=typed.happened_at - SAME, happened_at__lte=typed.happened_at + SAME,
    ).exclude(pk__in=SheetRow.objects.filter(sheet=row.sheet).values("record"))  # fmt: skip
    taken_back = set(Record.objects.filter(corrects__in=[one.pk for one in near]).values_list("corrects", flat=True))
    for one in near:
        said = open_answers(one.form, one.content)
        if one.pk not in taken_back and any(said.get(key) == name for key, name in names.items()):
            return one
    return None


def type_in(*, row: SheetRow, typed: Typed, reach: Reach, by: By, now: datetime) -> Answer:
    """Hand in what stands on a row. Gives the outcome of the record, as the one door does; nothing raises.

    The same again is "repeated"; other content on a row typed in is "conflicting" and kept until a person settles it.
    """
    told = Told(
        id=row.record, form=row.form, subject=row.subject_id, happened_at=typed.happened_at, content=typed.content,
        answers=row.answers, plan=row.sheet.stage.event.plan_key,
    )  # fmt: skip
    (answer,) = take_in(Batch([told], device=f"paper {row.sheet.serial}"), reach=reach, by=by, now=now)
    if answer.outcome in (Outcome.ACCEPTED, Outcome.REPEATED):
        _settle(row, SheetRow.Became.TYPED, by=by, now=now)
    return answer


def leave_out(*, row: SheetRow, became: SheetRow.Became, by: By, now: datetime) -> None:
    """Declare that nothing stands on a row (EMPTY), or that it was told by other means (TOLD). Raises AnsweredRow.

    What is owed stays owed: the board goes on showing it.
    """
    if row.became == SheetRow.Became.TYPED:
        raise AnsweredRow(place=row.place, by=row.settled_by)
    _settle(row, became, by=by, now=now)


def leave_rest(*, sheet: Sheet, by: By, now: datetime) -> int:
    """Declare that nothing stands on all rows that nobody has settled. Gives how many there were."""
    with deed():
        rest = SheetRow.objects.filter(sheet=sheet, became=SheetRow.Became.OPEN)
        count = rest.update(became=SheetRow.Became.EMPTY, settled_at=now, settled_by=by.name)
        if count:
            audit("paper.leave_rest", by=by, now=now, area=sheet.area_id, serial=sheet.serial, rows=count)
    return count


def _settle(row: SheetRow, became: SheetRow.Became, *, by: By, now: datetime) -> None:
    if row.became == became:
        return
    with deed():
        within(SheetRow.objects.filter(pk=row.pk).update(became=became, settled_at=now, settled_by=by.name))
        audit("paper.type_in", by=by, now=now, area=row.sheet.area_id, serial=row.sheet.serial, row=row.place,
              became=str(became), record=str(row.record))  # fmt: skip
    row.became, row.settled_at, row.settled_by = became, now, by.name


def take_back(*, row: SheetRow, reach: Reach, by: By, now: datetime) -> None:
    """Open a row again: what was typed is withdrawn by a record of its own, and what is typed next is a new one.

    Raises OpenRow, and the Problem of a withdrawal that is refused.
    """
    if row.became == SheetRow.Became.OPEN:
        raise OpenRow(place=row.place)
    with deed():
        if row.became == SheetRow.Became.TYPED:
            _withdraw(row, reach=reach, by=by, now=now)
        before, fresh = row.record, uuid7(now)
        number = fresh if row.became == SheetRow.Became.TYPED else before
        changed = SheetRow.objects.filter(pk=row.pk).update(
            record=number, became=SheetRow.Became.OPEN, settled_at=None, settled_by=""
        )
        within(changed)
        audit("paper.take_back", by=by, now=now, area=row.sheet.area_id, serial=row.sheet.serial, row=row.place,
              was=str(row.became), record=str(before))  # fmt: skip
    row.record, row.became, row.settled_at, row.settled_by = number, SheetRow.Became.OPEN, None, ""


def _withdraw(row: SheetRow, *, reach: Reach, by: By, now: datetime) -> None:
    record = Record.objects.filter(pk=row.record).first()
    if record is None:
        return
    told = Told(
        id=uuid7(now), form=row.form, subject=row.subject_id, happened_at=record.happened_at, corrects=record.pk,
        withdraws=True, plan=row.sheet.stage.event.plan_key,
    )  # fmt: skip
    (answer,) = take_in(Batch([told], device=f"paper {row.sheet.serial}"), reach=reach, by=by, now=now)
    if answer.problem is not None:
        raise answer.problem


def count_copy(*, sheet: Sheet, by: By, now: datetime) -> None:
    """Write down that a copy was printed."""
    with deed():
        within(Sheet.objects.filter(pk=sheet.pk).update(copies=F("copies") + 1))
        audit("paper.print", by=by, now=now, area=sheet.area_id, serial=sheet.serial)


@dataclass(frozen=True)
class Progress:
    """How far a sheet is typed in."""

    rows: int
    typed: int
    empty: int
    told: int

    @property
    def left(self) -> int:
        """The rows nobody has settled."""
        return self.rows - self.typed - self.empty - self.told


def progress_of(sheets: Iterable[Sheet]) -> dict[int, Progress]:
    """How far each of these sheets is typed in, by its id."""
    became = SheetRow.Became
    rows = (
        SheetRow.objects.filter(sheet__in=list(sheets)).values("sheet").order_by("sheet").annotate(
            rows=Count("pk"), typed=Count("pk", filter=Q(became=became.TYPED)),
            empty=Count("pk", filter=Q(became=became.EMPTY)), told=Count("pk", filter=Q(became=became.TOLD)),
        )
    )  # fmt: skip
    return {one["sheet"]: Progress(one["rows"], one["typed"], one["empty"], one["told"]) for one in rows}
