"""Sets the scene: the plan is loaded, the start key pressed, the chain has its holes; and who plays in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources

from sibulou.demo.field import Book, Judge
from sibulou.demo.habits import County
from sibulou.demo.parameters import parameters
from sibulou.demo.roll import Roll
from sibulou.duty import force
from sibulou.duty.force import Running
from sibulou.duty.models import Event
from sibulou.roster.area_key import Level
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Area, Leave, Seat

PLAN = "covid19-2020.yaml"
LEVEL = "I"
HEAD = By("县指挥部", "county_secretary")


@dataclass(frozen=True)
class Scene:
    """An event that runs, and what the field needs to play in it."""

    running: Running
    county: County
    book: Book
    judge: Judge

    @classmethod
    def of(cls, event: Event, *, seed: int) -> Scene:
        """From the county as it stands."""
        running = force.stages([event])[-1]
        roll = Roll.read()
        offset = event.started_at.astimezone(running.plan.zone).utcoffset() or timedelta()
        county = County(roll, parameters(), seed, int(event.started_at.timestamp()), int(offset.total_seconds()))
        book = Book(running.plan)
        sizes = dict(zip(roll.household.tolist(), roll.size.tolist(), strict=True))
        return cls(running, county, book, Judge(book, running.duty_ids, sizes, roll.language))


def begin(*, area: Area, start: datetime, by: By = HEAD) -> Event:
    """Load the plan and press the start key in the county, at level I."""
    text = resources.files("sibulou.plans").joinpath(PLAN).read_text(encoding="utf-8")
    version = force.load(text, file=PLAN, by=by, now=start)
    return force.activate(
        area=area, version=version, level=LEVEL, title=f"{area.name}新冠肺炎疫情防控", notice="县指挥部第1号",
        legal_basis="突发事件应对法、传染病防治法", by=by, now=start,
    )  # fmt: skip


def be_stricter(event: Event, *, start: datetime) -> None:
    """One township has every household checked every two days, from the fourth day on."""
    low, high = event.area.range
    township = Area.objects.filter(level=Level.TOWNSHIP, pk__gte=low, pk__lt=high).order_by("-pk").first()
    if township is not None:
        force.set_strictness(
            event=event, area=township, duty_key="household.recheck",
            timing={"cadence": {"every": {"days": 2}}, "clocks": {"warn": "1 day", "due": "2 days", "tell": "3 days"}},
            by=By("乡镇书记", "township_secretary"), now=start + timedelta(days=3),
        )  # fmt: skip


def leave_holes(event: Event, *, start: datetime) -> None:
    """Two people leave the chain without a successor, a third goes on leave without a stand-in."""
    low, high = event.area.range
    seats = Seat.objects.filter(area_id__gte=low, area_id__lt=high).order_by("pk")
    villages = list(seats.filter(role="village_secretary"))
    groups = list(seats.filter(role="group_head").exclude(appointments__deputy=True).filter(appointments__deputy=False))
    if len(villages) > 4:
        _end(villages[len(villages) // 3], at=start + timedelta(days=6, hours=9))
    if len(groups) > 4:
        _end(groups[len(groups) // 2], at=start + timedelta(days=5, hours=9))
        away = Appointment.objects.get(seat=groups[len(groups) // 4], deputy=False)
        Leave.objects.create(
            user=away.user, seat=away.seat, starts_at=start + timedelta(days=8), ends_at=start + timedelta(days=15),
            reason="住院",
        )  # fmt: skip


def _end(seat: Seat, *, at: datetime) -> None:
    seat.appointments.filter(ends_at__isnull=True).update(ends_at=at, ended_by="县委组织部")
