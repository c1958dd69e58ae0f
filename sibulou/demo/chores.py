"""What people do in ten days beside what the calendar asks: waivers, notes, mistakes put right, supplies moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sibulou.demo.desk import do_desk_work
from sibulou.demo.parameters import parameters
from sibulou.demo.supplies import keep_supplies
from sibulou.duty.force import plan_of
from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import DutyNote, Event, Obligation, Record
from sibulou.duty.told import Told
from sibulou.duty.waive import ask_waiver, grant_waiver, who_answers
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.audit import CLOCKWORK, By
from sibulou.roster.models import Appointment, User

_NOTES = (
    (9, "夜班平稳。南大门凌晨车流少，体温枪电池已换。今日重点：未见到本人的户，请各乡镇逐户核实。", True),
    (9.5, "昨晚一个卡点吃饭空岗40分钟，已通报并补岗。一村未按时报日结，已电话提醒两次。", True),
    (
        10.35,
        "交班：一名返乡人员卡点已登记，村里尚未对上；一名居家观察人员外出待处置；一家药店未登记实际用药人。",
        False,
    ),
)
"""Days after the start, what is written, and whether the next officer has signed for it."""


def do_chores(event: Event, *, start: datetime, now: datetime) -> None:
    """All of it, after the records of the ten days are there."""
    ask_and_grant(event, now=now)
    write_notes(event, start=start, now=now)
    put_right(event, now=now)
    do_desk_work(event, now=now)
    keep_supplies(event, start=start, now=now)


def ask_and_grant(event: Event, *, now: datetime) -> None:
    """Some who could not do what was owed ask for a waiver; two in three are granted by somebody else."""
    plan = plan_of(event.stages.latest("starts_at").version)
    open_ones = (
        Obligation.objects.filter(stage__event=event, met_at__isnull=True, due_at__lte=now - timedelta(hours=5))
        .filter(duty__key="household.recheck")
        .select_related("duty", "stage__version")
        .order_by("pk")
    )
    many = int(parameters()["waivers_asked"])
    rows = list(open_ones[:2000])
    for number, one in enumerate(rows[:: max(1, len(rows) // many)][:many]):
        owner = who_answers(one.seat_id, at=now)
        if owner is None or "household.recheck" not in plan.duties:
            continue
        asked = max(one.due_at - timedelta(hours=4), event.started_at)
        waiver = ask_waiver(
            obligation=one, reason=("away", "refused", "moved")[number % 3], words="全户外出，邻居证实",
            until=now + timedelta(days=4), by=_by(owner, "group_head"), now=asked,
        )  # fmt: skip
        second = _second_person(event, one)
        if number % 3 and second is not None and second.user_id != owner:
            grant_waiver(waiver=waiver, reach=EVERYTHING, by=second, now=asked + timedelta(hours=2))


def _second_person(event: Event, one: Obligation) -> By | None:
    """The duty officer of the township."""
    township = one.area_id - one.area_id % 10**9
    term = Appointment.objects.filter(
        seat__role="township_duty", seat__area_id=township, deputy=False, ends_at__isnull=True
    ).first()
    return None if term is None else _by(term.user_id, "township_duty")


def _by(user: int, role: str) -> By:
    return By(User.objects.values_list("name", flat=True).get(pk=user), role, user)


def write_notes(event: Event, *, start: datetime, now: datetime) -> None:
    """Hand-over notes of the county's duty officers; the latest is not signed for yet."""
    terms = Appointment.objects.filter(seat__role="county_duty", seat__area=event.area).order_by("pk")
    officers = list(terms.values_list("user__name", flat=True))
    for number, (days, text, taken) in enumerate(_NOTES):
        written = start + timedelta(days=days)
        if officers and written <= now:
            DutyNote.objects.create(
                area=event.area, written_at=written, written_by=officers[number % len(officers)], text=text,
                taken_at=written + timedelta(minutes=20) if taken else None,
                taken_by=officers[(number + 1) % len(officers)] if taken else "",
            )  # fmt: skip


def put_right(event: Event, *, now: datetime) -> None:
    """One reading is corrected, one refused, and one record comes twice with two different texts."""
    low, high = event.area.range
    readings = Record.objects.filter(
        form="reading", area_id__gte=low, area_id__lt=high, told_by__isnull=False, corrects__isnull=True
    ).order_by("-seq")
    rows = list(readings[:3])
    if len(rows) < 3:
        return
    wrong, strange, twice = rows
    _hand_in(wrong, now, 1, content={**wrong.content, "temperature": 36.4}, corrects=wrong.pk)
    _hand_in(strange, now, 2, content={"temperature": 63.5})
    _hand_in(twice, now, 3, content={**twice.content, "temperature": 36.9}, same_id=twice.pk)


def _hand_in(
    like: Record, now: datetime, number: int, *, content: dict[str, object], corrects: UUID | None = None,
    same_id: UUID | None = None,
) -> None:  # fmt: skip
    told = Told(
        id=same_id or uuid7(now, bytes([number] * 10)), form=like.form, subject=like.subject_id,
        happened_at=like.happened_at, content=content, corrects=corrects,
    )  # fmt: skip
    by = CLOCKWORK if like.told_by is None else By(like.told_by.name, "guard", like.told_by.pk)
    take_in(Batch([told], device=like.device), reach=EVERYTHING, by=by, now=now)
