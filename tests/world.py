"""The small county that everybody knows by name: two townships, three villages, nine households, 19 people.

Bailu County (白鹭县) and its neighbour Qingluan (青鸾县) exist nowhere; their codes, identity numbers and telephones
belong to nobody. Everyone has been on the roster and in his seat for thirty days when the tests' `now` comes,
and no plan is active.

    白鹭县 county
      龙泉街道 longquan
        东河社区 village_a   1组 group_a1  Zhang 张 (1), Wang 王 (2)      2组 group_a2  Chen 陈 (1), Yang 杨 (2)
        西河社区 village_b   1组 group_b1  Zhao 赵 (1), Huang 黄 (2), Wu 吴 (3)
      青山乡 qingshan
        松林村 village_c     1组 group_c1  Pu 普 (1), Li 李 (2)
    青鸾县 next_county       湖口镇, 湖口村, 1组: Ma Yuan 马远, the stranger

Chen Guihua (81) lives alone and has no telephone. Yang Zhiqiang came back from Wuhan; Li Qiang is his guard. Zhao
Ming's guard, Zhou Zheng, is on leave for three days and nobody stands in for him. Village B has no doctor, and
Qingshan no health officer: their seats are vacant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sibulou.fronts.defence.branches import found_branch
from sibulou.fronts.defence.models import Branch
from sibulou.roster.appointments import appoint, create_user, make_seat, take_leave
from sibulou.roster.area_key import from_code
from sibulou.roster.audit import By
from sibulou.roster.found import NewArea, put_areas
from sibulou.roster.groups import add_group, add_micro_grid
from sibulou.roster.households import add_household, add_person
from sibulou.roster.identity import DEMO_REGION, check_character
from sibulou.roster.models import (
    Area,
    AuditLine,
    Household,
    Institution,
    Leave,
    Person,
    Place,
    Post,
    Seat,
    Subject,
    User,
)
from sibulou.roster.phone import DEMO_BLOCK
from sibulou.roster.subjects import add_institution, add_place, add_post

BEFORE = timedelta(days=30)
BY = By("建档员", "administrator")

_AREAS = (
    ("53", "云南省", "云南"), ("5304", "玉溪市", "玉溪"),
    ("530499", "白鹭县", "白鹭"), ("530499001", "龙泉街道", "龙泉"), ("530499001001", "东河社区居民委员会", "东河"),
    ("530499001002", "西河社区居民委员会", "西河"), ("530499200", "青山乡", "青山"),
    ("530499200200", "松林村民委员会", "松林"),
    ("530498", "青鸾县", "青鸾"), ("530498100", "湖口镇", "湖口"), ("530498100200", "湖口村民委员会", "湖口"),
)  # fmt: skip

# who answers at which area of the county, by role
_SEATED = (
    ("county_secretary", "county", "何志远"), ("county_duty", "county", "林静"), ("disease_control", "county", "沈洁"),
    ("health_bureau", "county", "方敏"), ("police_bureau", "county", "高峰"), ("emergency_bureau", "county", "许亮"),
    ("housing_bureau", "county", "曹建"), ("market_bureau", "county", "彭燕"), ("publicity_office", "county", "田悦"),
    ("supplies_head", "county", "蒋涛"), ("auditor", "county", "韩冰"), ("data_protection", "county", "冯雪"),
    ("administrator", "county", "潘宇"),
    ("township_secretary", "longquan", "郭军"), ("township_duty", "longquan", "罗兰"),
    ("township_health", "longquan", "马莉"), ("township_organiser", "longquan", "宋阳"),
    ("township_secretary", "qingshan", "谢勇"), ("township_duty", "qingshan", "唐静"),
    ("village_secretary", "village_a", "梁红"), ("village_doctor", "village_a", "白芸"),
    ("broadcaster", "village_a", "孔亮"), ("village_secretary", "village_b", "贺平"),
    ("village_secretary", "village_c", "普光"), ("village_doctor", "village_c", "普惠"),
    ("branch_secretary", "group_a1", "龚成"), ("group_head", "group_a1", "段勇"), ("unit_head", "grid_a1", "丁香"),
    ("group_head", "group_a2", "雷鸣"), ("group_head", "group_b1", "侯杰"), ("group_head", "group_c1", "普强"),
    ("county_duty", "next_county", "孙梅"),
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """Everything in the small county by its name: `people` and `users` by the Chinese one, `seats` by role, place."""

    now: datetime
    county: Area
    longquan: Area
    qingshan: Area
    village_a: Area
    village_b: Area
    village_c: Area
    group_a1: Area
    group_a2: Area
    group_b1: Area
    group_c1: Area
    grid_a1: Area
    next_county: Area
    zhang: Household
    wang: Household
    chen: Household
    yang: Household
    zhao: Household
    huang: Household
    wu: Household
    pu: Household
    li_home: Household
    chen_guihua: Person
    yang_zhiqiang: Person
    zhao_ming: Person
    stranger: Person
    post: Post
    gate: Post
    pharmacy: Institution
    clinic: Institution
    market: Place
    branch: Branch
    duty_officer: User
    secretary_a: User
    doctor_a: User
    li: User
    zhou: User
    outsider: User
    leave: Leave
    people: dict[str, Person] = field(repr=False)
    users: dict[str, User] = field(repr=False)
    seats: dict[tuple[str, str], Seat] = field(repr=False)

    def user(self, role: str, where: str = "") -> User:
        """The one appointed to a role: at an area by its name here ("village_a"), or anywhere when blank."""
        return next(self.users[name] for key, place, name in _ALL if key == role and where in ("", place))


_ALL = (
    *_SEATED,
    ("guard", "yang_zhiqiang", "李强"), ("guard", "zhao_ming", "周正"), ("post_head", "post", "石磊"),
    ("post_head", "gate", "金波"), ("institution_head", "pharmacy", "任静"), ("institution_head", "clinic", "白芸"),
    ("place_keeper", "market", "尹飞"), ("post_branch_secretary", "branch", "毛峰"),
)  # fmt: skip


def build_world(now: datetime) -> World:
    """Build it as the deeds would, thirty days before `now`. Call it within `acting(EVERYTHING)`."""
    at = now - BEFORE
    areas = _areas(at)
    homes, people = _homes(areas, at)
    things = _things(areas, at)
    users, seats = _chain(areas, things | _guarded(people), at)
    leave = take_leave(user=users["周正"], starts_at=now - timedelta(hours=2), ends_at=now + timedelta(days=3),
                       reason="探亲", by=BY, now=now)  # fmt: skip
    return World(
        now=now, **areas, **homes, **things,
        chen_guihua=people["陈桂花"], yang_zhiqiang=people["杨志强"], zhao_ming=people["赵明"], stranger=people["马远"],
        duty_officer=users["林静"], secretary_a=users["梁红"], doctor_a=users["白芸"], li=users["李强"],
        zhou=users["周正"], outsider=users["孙梅"], leave=leave, people=people, users=users, seats=seats,
    )  # fmt: skip


def identity_of(born: date, sequence: int) -> str:
    """A resident number that belongs to nobody; an odd sequence is a man's."""
    first = f"{DEMO_REGION}{born:%Y%m%d}{sequence:03}"
    return first + check_character(first)


def phone_of(number: int) -> str:
    """A telephone number that nobody has."""
    return f"{DEMO_BLOCK}{number:06}"


def _areas(at: datetime) -> dict[str, Area]:
    put_areas([NewArea(from_code(code), name, short, code) for code, name, short in _AREAS], since=at)
    keys = {
        "county": "530499", "longquan": "530499001", "village_a": "530499001001", "village_b": "530499001002",
        "qingshan": "530499200", "village_c": "530499200200", "next_county": "530498",
    }  # fmt: skip
    areas = {name: Area.objects.get(pk=from_code(code)) for name, code in keys.items()}
    for name, village in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "c")):
        areas[f"group_{name}"] = add_group(village=areas[f"village_{village}"], by=BY, now=at)
    areas["grid_a1"] = add_micro_grid(group=areas["group_a1"], by=BY, now=at)
    return areas


# household: where it is, its language, its telephone (0: none)
_HOMES = {
    "zhang": ("group_a1", "", 1),
    "wang": ("group_a1", "", 2),
    "chen": ("group_a2", "", 0),
    "yang": ("group_a2", "", 4),
    "zhao": ("group_b1", "", 5),
    "huang": ("group_b1", "", 6),
    "wu": ("group_b1", "", 7),
    "pu": ("group_c1", "yi", 8),
    "li_home": ("group_c1", "", 9),
}

# household, name, relation, born, sequence in the identity number, state
_PEOPLE = (
    ("zhang", "张德福", "02", date(1948, 5, 6), 1, "present"),
    ("zhang", "李秀英", "10", date(1950, 2, 11), 2, "present"),
    ("zhang", "张伟", "20", date(1975, 9, 30), 3, "present"),
    ("wang", "王建国", "02", date(1979, 1, 15), 5, "present"),
    ("wang", "刘芳", "10", date(1981, 7, 8), 4, "present"),
    ("wang", "王小宝", "20", date(2015, 3, 21), 7, "present"),
    ("chen", "陈桂花", "02", date(1938, 10, 1), 6, "present"),
    ("yang", "杨志强", "02", date(1985, 12, 12), 9, "returned"),
    ("yang", "杨婷", "10", date(1988, 4, 17), 8, "present"),
    ("zhao", "赵明", "02", date(1970, 6, 25), 11, "present"),
    ("zhao", "周丽", "10", date(1972, 8, 14), 10, "present"),
    ("zhao", "赵小雨", "30", date(2000, 2, 29), 12, "present"),
    ("huang", "黄海", "02", date(1983, 11, 3), 13, "away"),
    ("huang", "黄英", "10", date(1984, 5, 19), 14, "present"),
    ("wu", "吴强", "02", date(1990, 10, 10), 15, "present"),
    ("pu", "普学文", "02", date(1955, 3, 8), 17, "present"),
    ("pu", "普秀兰", "10", date(1957, 9, 22), 16, "present"),
    ("li_home", "李国华", "02", date(1968, 7, 1), 19, "present"),
    ("li_home", "李梅", "30", date(1996, 1, 28), 18, "present"),
)


def _homes(areas: dict[str, Area], at: datetime) -> tuple[dict[str, Household], dict[str, Person]]:
    homes: dict[str, Household] = {}
    people: dict[str, Person] = {}
    heads = {home: name for home, name, relation, *_ in _PEOPLE if relation == "02"}
    for key, (where, language, ring) in _HOMES.items():
        homes[key] = add_household(area=areas[where], name=f"{heads[key]}家", language=language, by=BY, now=at,
                                   phone=phone_of(ring) if ring else "", without_phone=not ring, demo=True)  # fmt: skip
    for home, name, relation, born, sequence, state in _PEOPLE:
        people[name] = add_person(household=homes[home], name=name, relation=relation, state=state, by=BY, now=at,
                                  identity=identity_of(born, sequence), demo=True)  # fmt: skip
    village = Area.objects.get(pk=from_code("530498100200"))
    away = add_household(area=add_group(village=village, by=BY, now=at), name="马远家", by=BY, now=at)
    people["马远"] = add_person(household=away, name="马远", relation="02", by=BY, now=at, demo=True,
                              identity=identity_of(date(1987, 8, 8), 21))  # fmt: skip
    return homes, people


def _things(areas: dict[str, Area], at: datetime) -> dict[str, Post | Institution | Place | Branch]:
    here = areas["village_a"]
    return {
        "post": add_post(area=here, name="东河村口卡点", kind="village", opened_at=at, by=BY, now=at),
        "gate": add_post(area=areas["longquan"], name="南关口卡点", kind="gate", minimum_crew=4, opened_at=at,
                         by=BY, now=at),
        "pharmacy": add_institution(area=here, name="仁和药店", kind="pharmacy", by=BY, now=at),
        "clinic": add_institution(area=here, name="东河卫生室", kind="village-clinic", by=BY, now=at),
        "market": add_place(area=here, name="东河集贸市场", kind="market", by=BY, now=at),
        "branch": found_branch(area=areas["longquan"], name="龙泉临时党支部", number="", by=BY, now=at),
    }  # fmt: skip


def _guarded(people: dict[str, Person]) -> dict[str, Person]:
    return {"yang_zhiqiang": people["杨志强"], "zhao_ming": people["赵明"]}


def _chain(
    areas: dict[str, Area], subjects: dict[str, Post | Institution | Place | Branch | Person], at: datetime
) -> tuple[dict[str, User], dict[tuple[str, str], Seat]]:
    users: dict[str, User] = {}
    seats: dict[tuple[str, str], Seat] = {}
    for number, (role, where, name) in enumerate(_ALL, 100):
        if name not in users:
            users[name] = create_user(
                username=f"u{number}", name=name, phone=phone_of(number), demo=True, by=BY, now=at
            )
        if where in areas:
            seat = make_seat(role=role, area=areas[where], by=BY, now=at)
        else:
            seat = make_seat(role=role, subject=Subject.objects.get(pk=subjects[where].pk), by=BY, now=at)
        appoint(seat=seat, user=users[name], starts_at=at, by=BY, now=at)
        seats[role, where] = seat
    seats["village_doctor", "village_b"] = make_seat(role="village_doctor", area=areas["village_b"], by=BY, now=at)
    seats["township_health", "qingshan"] = make_seat(role="township_health", area=areas["qingshan"], by=BY, now=at)
    return users, seats


def audited(kind: str) -> str:
    """The facts of the last audit line of a kind."""
    return AuditLine.objects.filter(kind=kind).latest("id").facts
