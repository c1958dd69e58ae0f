"""A very small county for the pages: one chain from the county to a household, and somebody in every role, inside it and
outside it (the next county)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sibulou.duty import force
from sibulou.duty.models import Event
from sibulou.duty.reconcile import reconcile
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.area_key import Level, child_key, from_code
from sibulou.roster.audit import By
from sibulou.roster.models import (
    Appointment,
    Area,
    Household,
    Institution,
    Person,
    Place,
    Post,
    Seat,
    Subject,
    User,
)
from sibulou.roster.role import ROLES

BY = By("测试员", "测试", None)
PASSWORD = "sibulou-test-9"
_COUNTIES = (("530425", "易门县"), ("530426", "峨山县"))


@dataclass
class County:
    """One of the two counties, with one of everything."""

    code: str
    name: str
    areas: dict[Level, Area] = field(default_factory=dict)
    area_subject: dict[Level, Subject] = field(default_factory=dict)
    household: Subject = field(init=False)
    person: Subject = field(init=False)
    post: Subject = field(init=False)
    place: Subject = field(init=False)
    institution: Subject = field(init=False)
    users: dict[str, User] = field(default_factory=dict)


@dataclass
class Small:
    """Both counties, and the event that runs in the first."""

    home: County
    next: County
    event: Event
    now: datetime


def build(*, now: datetime, hours: int = 30) -> Small:
    """Found both counties, seat everybody, and start the plan in the first `hours` ago."""
    began = now - timedelta(hours=hours)
    with acting(EVERYTHING):
        _area(53 * 10**16, Level.PROVINCE, None, "云南省", began)
        _area(5304 * 10**14, Level.PREFECTURE, 53 * 10**16, "玉溪市", began)
        home, other = (_county(code, name, began) for code, name in _COUNTIES)
        version = force.load(shipped()["covid19-2020"].read_text(encoding="utf-8"), file="covid19-2020.yaml", by=BY, now=began)
        event = force.activate(
            area=home.areas[Level.COUNTY], version=version, level="I", title="新型肺炎一级响应", notice="第1号通告",
            legal_basis="《传染病防治法》", by=BY, now=began,
        )  # fmt: skip
        reconcile(now=now)
    return Small(home, other, event, now)


def _area(key: int, level: Level, parent: int | None, name: str, since: datetime) -> Area:
    area = Area.objects.create(id=key, level=level, parent_id=parent, name=name, short_name=name)
    if level >= Level.COUNTY:
        Subject.objects.create(kind="area", area=area, label=name, since=since - timedelta(days=99))
    return area


def _county(code: str, name: str, since: datetime) -> County:
    made = County(code, name)
    key = from_code(code)
    names = {Level.COUNTY: name, Level.TOWNSHIP: "龙泉街道", Level.VILLAGE: "中屯村", Level.GROUP: "一组", Level.MICRO: "一格"}
    for level, title in names.items():
        parent = 5304 * 10**14 if level is Level.COUNTY else made.areas[Level(level - 1)].pk
        key = key if level is Level.COUNTY else child_key(parent, 1)
        made.areas[level] = _area(key, level, parent, title, since)
        made.area_subject[level] = Subject.objects.get(kind="area", area_id=key)
    since -= timedelta(days=30)
    group, village = made.areas[Level.GROUP], made.areas[Level.VILLAGE]
    made.household = Subject.objects.create(kind="household", area=group, label=f"{name}王家", since=since)
    household = Household.objects.create(subject=made.household, number=1, address="老街3号")
    made.person = Subject.objects.create(kind="person", area=group, label="王小明", since=since)
    Person.objects.create(subject=made.person, household=household, relation="02", sex="1")
    made.post = Subject.objects.create(kind="post", area=village, label="村口卡点", since=since)
    Post.objects.create(subject=made.post, kind="village", opened_at=since)
    made.place = Subject.objects.create(kind="place", area=village, label="中屯集市", since=since)
    Place.objects.create(subject=made.place, kind="market")
    made.institution = Subject.objects.create(kind="institution", area=village, label="惠民药店", since=since)
    Institution.objects.create(subject=made.institution, kind="pharmacy")
    for role in ROLES.values():
        made.users[role.key] = _seated(made, role.key, since)
    return made


def _seated(made: County, key: str, since: datetime) -> User:
    role = ROLES[key]
    on = {"guard": made.person, "post_head": made.post, "place_keeper": made.place,
          "institution_head": made.institution}.get(key)  # fmt: skip
    area = made.areas[role.level] if role.level else made.areas[Level.GROUP]
    if on is not None:
        area = on.area
    user = User.objects.create(username=f"{key}.{made.code}", name=f"{role.zh[:8]}甲")
    seat = Seat.objects.create(role=key, area=area, subject=on)
    Appointment.objects.create(seat=seat, user=user, starts_at=since, made_by=BY.name)
    return user
