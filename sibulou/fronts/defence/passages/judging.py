"""What a passage must be before it is taken, beyond the shape of its form."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from sibulou.fronts.defence.passages.problems import PhoneMissing, VillageIsolates
from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level
from sibulou.roster.phone import read_phone
from sibulou.roster.role import ROLES

AT_A_POST = ("post_head", "shift_leader")


def judge_passage(content: Mapping[str, object], reach: Reach) -> None:
    """Raises VillageIsolates, PhoneMissing, and NotAPhone where a number is all that is kept."""
    if content.get("disposal") == "isolated" and reach.roles and not any(map(_hands_on, reach.roles)):
        raise VillageIsolates
    if content.get("kept") == "phone_only":
        if not content.get("phone"):
            raise PhoneMissing
        read_phone(str(content["phone"]), demo=bool(settings.DEMO))


def _hands_on(role: str) -> bool:
    """Whether a role may tell of an isolation that was decided: of a township, the county or a post. The law gives a
    village no say over anybody's freedom (domain section 3), nor whoever heads its clinic or guards somebody."""
    level = ROLES[role].level
    return role in AT_A_POST or (level is not None and level < Level.VILLAGE)
