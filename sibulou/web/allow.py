"""What a page asks before it does anything: the right, in words, and where it holds."""

from __future__ import annotations

from sibulou.roster.access import Reach
from sibulou.roster.area_key import key_range
from sibulou.roster.problems import NoRight, SuperiorsSeat
from sibulou.roster.role import ROLES, Right

RIGHT_WORDS: dict[Right, tuple[str, str]] = {
    Right.GAPS: ("查看漏项", "see gaps"),
    Right.PEOPLE: ("查看户和人", "see households and people"),
    Right.RECORD: ("填报记录", "hand in records"),
    Right.GRANT: ("批准豁免和任命", "grant waivers and appoint"),
    Right.ACTIVATE: ("启动和解除响应", "start and stand down a response"),
    Right.ROSTER: ("管理名册", "change the roster"),
    Right.UNMASK: ("查看完整号码", "see a number in full"),
    Right.AUDIT: ("查阅审计", "read the audit chain"),
    Right.ADMIN: ("管理账号", "administer accounts"),
}


def without(right: Right) -> NoRight:
    """The problem of somebody who lacks a right."""
    zh, en = RIGHT_WORDS[right]
    return NoRight(right_zh=zh, right_en=en)


def need(reach: Reach, right: Right) -> None:
    """Go on only if the right is held somewhere. Raises NoRight."""
    if not reach.has(right):
        raise without(right)


def need_over(reach: Reach, area: int, right: Right) -> None:
    """Go on only if the right is held over the area. Raises NoRight."""
    if not reach.covers(area, right):
        raise without(right)


def may_fill(reach: Reach, role: str, area: int) -> bool:
    """Whether one appoints to seats of a role there: administrators to all; whoever grants, to all but those who
    watch over him (administrators, auditors, data-protection officers: three offices that stay apart) and those of
    his own superiors."""
    apart = ROLES[role].rights & {Right.ADMIN, Right.AUDIT}
    return reach.covers(area, Right.ADMIN) or (
        not apart and reach.covers(area, Right.GRANT) and not reach.is_under(role, area)
    )


def need_fill(reach: Reach, role: str, area: int) -> None:
    """Go on only if one may fill seats of a role there. Raises NoRight, SuperiorsSeat."""
    if reach.covers(area, Right.GRANT) and reach.is_under(role, area):
        raise SuperiorsSeat(role_zh=ROLES[role].zh, role_en=ROLES[role].en)
    if not may_fill(reach, role, area):
        raise without(Right.GRANT)


def touches(reach: Reach, area: int) -> bool:
    """Whether anything of what one may see lies within the area, or the area within it."""
    low, high = key_range(area)
    return any(start < high and low < end for start, end in reach.ranges.get(Right.GAPS, ()))


def roots(reach: Reach, right: Right) -> list[int]:
    """The areas one holds a right over, the widest first, none inside another."""
    found: list[int] = []
    for low, high in sorted(reach.ranges.get(right, ()), key=lambda one: (one[0] - one[1], one[0])):
        if not any(start <= low and high <= end for start, end in map(key_range, found)):
            found.append(low)
    return found
