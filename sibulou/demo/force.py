"""The force of the synthetic county: 139 in the vanguard of three bureaus, 366 volunteers of the units (S13, S16, S19).

Two units have no team, so that the page of teams shows what it is for.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np

from sibulou.demo import names
from sibulou.fronts.defence.models import Member, PostHours, Team, Unit
from sibulou.fronts.defence.people import NAME
from sibulou.roster.area_key import Level
from sibulou.roster.field_key import field_cipher
from sibulou.roster.models import Appointment, Area, Post

_BUREAUS = (("公安局", "police"), ("卫生健康局", "health"), ("应急管理局", "emergency"))
_UNITS = ("教育体育局", "财政局", "农业农村局", "水利局", "住房城乡建设局", "交通运输局", "市场监督管理局", "民政局",
          "林业和草原局", "文化和旅游局", "税务局", "供电公司", "县医院", "第一中学")  # fmt: skip
_WITHOUT_TEAM = ("档案馆", "气象局")
VANGUARD, VOLUNTEERS = 139, 366
_OATH = date(2020, 1, 28)
_SAID_BY = "县委组织部"


def seed_force(county: Area, *, scale: float, seed: int, now: datetime) -> int:
    """Enter units, teams and people, and the hours of village posts (07 to 23). Returns how many people.

    Some of the people have the accounts of post crews: they see their own shifts.
    """
    rng = np.random.default_rng([seed, 505])
    low, high = county.range
    homes = list(Area.objects.filter(level=Level.VILLAGE, pk__gte=low, pk__lt=high).values_list("pk", flat=True))
    accounts = _crews(county)
    cipher = field_cipher()
    plan = [(name, "vanguard", trade, count) for (name, trade), count in zip(_BUREAUS, _shares(VANGUARD, 3, scale),
                                                                              strict=True)]  # fmt: skip
    plan += [(name, "volunteer", "volunteer", count)
             for name, count in zip(_UNITS, _shares(VOLUNTEERS, len(_UNITS), scale), strict=True)]  # fmt: skip
    made: list[Member] = []
    for name, kind, trade, count in plan:
        unit = Unit.objects.create(area=county, name=name, since=now)
        words = "先遣队" if kind == "vanguard" else "志愿服务队"
        team = Team.objects.create(unit=unit, kind=kind, name=name + words, since=now)
        for called in names.users(rng, count):
            user, post = accounts.pop() if accounts else (None, None)
            made.append(
                Member(
                    area=county, unit=unit, team=team, trade=trade, oath_on=_OATH, skills=[], since=now,
                    name_sealed=cipher.seal(called, field=NAME), home_id=homes[int(rng.integers(len(homes)))],
                    no_nights=bool(rng.random() < 0.05), account_id=user, preferred=[post] if post else [],
                )
            )  # fmt: skip
    Member.objects.bulk_create(made)
    Unit.objects.bulk_create(Unit(area=county, name=name, since=now) for name in _WITHOUT_TEAM)
    _village_hours(county, now=now)
    return len(made)


def _shares(count: int, parts: int, scale: float) -> list[int]:
    """So many in so many parts, as alike as can be; at least one each."""
    whole = max(parts, round(count * min(1.0, scale)))
    return [whole // parts + (at < whole % parts) for at in range(parts)]


def _crews(county: Area) -> list[tuple[int | None, int | None]]:
    """Accounts of deputies at posts, and their own post, at which they like to stand: crew with a telephone."""
    low, high = county.range
    rows = Appointment.objects.filter(seat__role="post_head", deputy=True, seat__area__gte=low, seat__area__lt=high)
    return sorted(dict(rows.order_by("pk").values_list("user_id", "seat__subject_id")).items(), reverse=True)


def _village_hours(county: Area, *, now: datetime) -> None:
    """Village posts stand from 07 to 23, two shifts of eight hours."""
    low, high = county.range
    posts = Post.objects.filter(kind="village", subject__area__gte=low, subject__area__lt=high)
    PostHours.objects.bulk_create(
        PostHours(
            post_id=post.pk, begins=f"{hour:02}:00", minutes=480, crew=post.minimum_crew, since=now, said_by=_SAID_BY
        )
        for post in posts
        for hour in (7, 15)
    )
