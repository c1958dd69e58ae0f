"""The small county with the plan of 2020 in force since yesterday, and the next county with somebody in every role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sibulou.duty import force
from sibulou.duty.models import Event, Obligation
from sibulou.duty.reconcile import reconcile
from sibulou.fronts.defence.branches import found_branch
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.appointments import appoint, create_user, make_seat
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Area, Subject, User
from sibulou.roster.role import ROLES
from sibulou.roster.subjects import add_institution, add_place, add_post
from tests.world import BY, World, build_world


@dataclass(frozen=True)
class Scene:
    """The world with an event running in its county; `outside` are the next county's people by role."""

    world: World
    event: Event
    outside: dict[str, User]
    now: datetime

    def inside(self, role: str, where: str = "") -> User:
        """Somebody of the county in a role."""
        return self.world.user(role, where)

    def owed(self, duty: str, **where: object) -> Obligation:
        """The first obligation of a duty."""
        with acting(EVERYTHING):
            return Obligation.objects.filter(duty__key=duty, **where).order_by("opened_at", "pk")[0]


def build(*, now: datetime, hours: int = 30) -> Scene:
    """Build the county and press the start key `hours` ago."""
    began = now - timedelta(hours=hours)
    with acting(EVERYTHING):
        world = build_world(now)
        text = shipped()["covid19-2020"].read_text(encoding="utf-8")
        version = force.load(text, file="covid19-2020.yaml", by=BY, now=began)
        event = force.activate(
            area=world.county, version=version, level="I", title="新型肺炎一级响应", notice="第1号通告",
            legal_basis="《传染病防治法》", by=BY, now=began,
        )  # fmt: skip
        reconcile(now=now)
        outside = _outside(world, now)
    return Scene(world, event, outside, now)


def _outside(world: World, now: datetime) -> dict[str, User]:
    """One user for every role, in the next county."""
    stranger = world.stranger.subject
    village = Area.objects.get(pk=ancestor(stranger.area_id, Level.VILLAGE))
    on: dict[str, Subject] = {
        "guard": stranger,
        "post_head": add_post(area=village, name="湖口卡点", kind="village", by=BY, now=now).subject,
        "post_branch_secretary": found_branch(area=village, name="湖口支部", number="", by=BY, now=now).subject,
        "place_keeper": add_place(area=village, name="湖口集市", kind="market", by=BY, now=now).subject,
        "institution_head": add_institution(area=village, name="湖口药店", kind="pharmacy", by=BY, now=now).subject,
    }
    found = {}
    for key, role in ROLES.items():
        user = create_user(username=f"outside.{key}".replace("_", "-"), name=f"外县{role.zh[:6]}", by=BY, now=now)
        area = _area(stranger.area_id, role.level) if role.level else None
        if role.level and area is None:
            area = village if role.level is Level.VILLAGE else None
        if area is None and key not in on:
            continue
        seat = make_seat(role=key, area=area, subject=on.get(key), by=BY, now=now)
        if key != "county_duty":
            appoint(seat=seat, user=user, starts_at=now - timedelta(days=9), by=BY, now=now)
        found[key] = user
    found["county_duty"] = world.outsider
    return found


def _area(below: int, level: Level) -> Area | None:
    return Area.objects.filter(pk=ancestor(below, level), level=level).first()
