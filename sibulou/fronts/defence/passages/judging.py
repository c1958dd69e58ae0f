"""What a passage must be before it is taken, beyond the shape of its form."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from sibulou.fronts.defence.passages.problems import PhoneMissing, VillageIsolates
from sibulou.roster.access import Reach
from sibulou.roster.area_key import Level
from sibulou.roster.phone import read_phone
from sibulou.roster.role import ROLES, above


def judge_passage(content: Mapping[str, object], reach: Reach) -> None:
    """Raises VillageIsolates, PhoneMissing, and NotAPhone where a number is all that is kept."""
    if content.get("disposal") == "isolated" and reach.roles and all(map(_of_a_village, reach.roles)):
        raise VillageIsolates
    if content.get("kept") == "phone_only":
        if not content.get("phone"):
            raise PhoneMissing
        read_phone(str(content["phone"]), demo=bool(settings.DEMO))


def _of_a_village(role: str) -> bool:
    """Whether a role answers to a village: the law gives it no say over anybody's freedom (domain section 3)."""
    level = ROLES[role].level
    return (level is not None and level >= Level.VILLAGE) or "village_secretary" in above(role)
