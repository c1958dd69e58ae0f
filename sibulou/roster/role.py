"""The roles of the chain of responsibility, where each sits, what it may do, and who is above it.

A role sits at one level of the area tree (`group_head` at a group) or on one subject (`guard` on a person).
Sources: S2-S5, S22, S23, S36, S43, S46-S48; domain section 3; the three separated administrators of MLPS level 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sibulou.roster.area_key import Level


class Right(StrEnum):
    """What a role may do within its area."""

    GAPS = "gaps"  # see obligations, gaps and the chain
    PEOPLE = "people"  # see households and persons
    RECORD = "record"  # hand in records, ask for waivers
    GRANT = "grant"  # grant or refuse waivers, appoint, reassign
    ACTIVATE = "activate"  # press the start key, change the level, stand down, set strictness
    ROSTER = "roster"  # add and end subjects
    UNMASK = "unmask"  # see a masked number, with a reason
    AUDIT = "audit"  # read the audit chain
    ADMIN = "admin"  # accounts and system settings


@dataclass(frozen=True)
class Role:
    """One role. `level` is None for a role that sits on a subject (kinds in `on`)."""

    key: str
    zh: str
    en: str
    level: Level | None
    rights: frozenset[Right]
    on: tuple[str, ...] = ()
    superior: str | None = None

    def label(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


_FIELD = frozenset({Right.GAPS, Right.PEOPLE, Right.RECORD})
_LEAD = _FIELD | {Right.GRANT, Right.ROSTER, Right.UNMASK}
_SEE = frozenset({Right.GAPS})

_ROLES = (
    Role("county_secretary", "县委书记", "county Party secretary", Level.COUNTY, _LEAD | {Right.ACTIVATE}),
    Role(
        "county_duty",
        "县值班员",
        "county duty officer",
        Level.COUNTY,
        _LEAD | {Right.ACTIVATE},
        superior="county_secretary",
    ),
    Role(
        "disease_control",
        "疾控中心",
        "disease control",
        Level.COUNTY,
        _FIELD | {Right.UNMASK, Right.ROSTER},
        superior="county_duty",
    ),
    Role("health_bureau", "卫生健康局", "health bureau", Level.COUNTY, _FIELD, superior="county_duty"),
    Role("police_bureau", "公安局", "police bureau", Level.COUNTY, _FIELD, superior="county_duty"),
    Role(
        "emergency_bureau",
        "应急管理局",
        "emergency bureau",
        Level.COUNTY,
        _SEE | {Right.RECORD},
        superior="county_duty",
    ),
    Role(
        "housing_bureau",
        "住房城乡建设局",
        "housing bureau",
        Level.COUNTY,
        _SEE | {Right.RECORD},
        superior="county_duty",
    ),
    Role(
        "market_bureau",
        "市场监督管理局",
        "market regulator",
        Level.COUNTY,
        _SEE | {Right.RECORD},
        superior="county_duty",
    ),
    Role("publicity_office", "宣传部", "publicity office", Level.COUNTY, _SEE | {Right.RECORD}, superior="county_duty"),
    Role(
        "supplies_head",
        "后勤保障组组长",
        "head of supplies",
        Level.COUNTY,
        _SEE | {Right.RECORD},
        superior="county_duty",
    ),
    Role("auditor", "审计员", "auditor", Level.COUNTY, _SEE | {Right.AUDIT}),
    Role("data_protection", "个人信息保护负责人", "data-protection officer", Level.COUNTY, frozenset({Right.AUDIT})),
    Role(
        "administrator",
        "系统管理员",
        "administrator",
        Level.COUNTY,
        frozenset({Right.ADMIN}),
        superior="county_duty",
    ),
    Role(
        "township_secretary",
        "乡镇（街道）书记",
        "township Party secretary",
        Level.TOWNSHIP,
        _LEAD,
        superior="county_duty",
    ),
    Role("township_duty", "乡镇值班员", "township duty officer", Level.TOWNSHIP, _LEAD, superior="township_secretary"),
    Role(
        "township_health",
        "乡镇卫生专干",
        "township health officer",
        Level.TOWNSHIP,
        _FIELD | {Right.ROSTER},
        superior="township_duty",
    ),
    Role(
        "township_organiser", "乡镇组织委员", "township organiser", Level.TOWNSHIP, _LEAD, superior="township_secretary"
    ),
    Role(
        "village_secretary",
        "村（社区）总支书记",
        "village branch secretary",
        Level.VILLAGE,
        _LEAD,
        superior="township_duty",
    ),
    Role("village_doctor", "村医", "village doctor", Level.VILLAGE, _FIELD, superior="township_health"),
    Role("broadcaster", "广播员", "broadcaster", Level.VILLAGE, _SEE | {Right.RECORD}, superior="village_secretary"),
    Role(
        "branch_secretary",
        "党支部书记",
        "branch secretary",
        Level.GROUP,
        _FIELD | {Right.ROSTER},
        superior="village_secretary",
    ),
    Role(
        "group_head",
        "村（居）民小组组长",
        "group head",
        Level.GROUP,
        _FIELD | {Right.ROSTER},
        superior="village_secretary",
    ),
    Role("unit_head", "十户长", "ten-household head", Level.MICRO, _FIELD, superior="group_head"),
    Role("guard", "包保责任人", "guard", None, _FIELD, on=("person", "household"), superior="village_secretary"),
    Role("post_head", "卡点点长", "post head", None, _SEE | {Right.RECORD}, on=("post",), superior="township_duty"),
    Role(
        "shift_leader", "带班人", "leader of a shift", None, _SEE | {Right.RECORD}, on=("shift",), superior="post_head"
    ),
    Role(
        "post_branch_secretary",
        "临时党支部书记",
        "secretary of a temporary branch",
        None,
        _SEE | {Right.RECORD},
        on=("branch",),
        superior="township_organiser",
    ),
    Role(
        "place_keeper",
        "场所负责人",
        "keeper of a place",
        None,
        _SEE | {Right.RECORD},
        on=("place",),
        superior="village_secretary",
    ),
    Role(
        "institution_head",
        "机构负责人",
        "head of an institution",
        None,
        _SEE | {Right.RECORD},
        on=("institution",),
        superior="township_health",
    ),
)
ROLES: dict[str, Role] = {role.key: role for role in _ROLES}


def above(role: str) -> frozenset[str]:
    """The roles above a role, along `superior`, up to the top."""
    found: set[str] = set()
    while (superior := ROLES[role].superior) is not None:
        found.add(superior)
        role = superior
    return frozenset(found)
