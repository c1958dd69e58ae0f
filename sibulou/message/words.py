"""A digest in words: how many, of what, where, by when. No name, no number, no address below the village."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.timezone import localtime

from sibulou.duty.models import Duty
from sibulou.message.standing import Standing
from sibulou.roster.models import Area

MOST = 3
"""How many duties are named; the rest is counted."""


def digest(
    standing: Standing, *, duties: Mapping[int, Duty], areas: Mapping[int, str], language: str, now: datetime,
    again: bool = False,
) -> str:  # fmt: skip
    """One message of a few sentences; it begins with 【四不漏】, which robots may ask for as their keyword.

    `again`: one may have come before that is not known to have; this one says so.
    """
    chinese = language.startswith("zh")
    where = areas.get(standing.area or 0, "")
    parts = [f"截至 {_clock(now, now)}" if chinese else f"As of {_clock(now, now)}"]
    if standing.coming:
        many, named = sum(standing.coming.values()), _named(standing.coming, duties, chinese)
        due = _clock(standing.first_due or now, now)
        zh, en = f"将到期 {many} 项，最早 {due}：{named}", f"{many} to do, the first by {due}: {named}"
        parts.append(zh if chinese else en)
    if standing.missed:
        many, named = sum(standing.missed.values()), _named(standing.missed, duties, chinese)
        parts.append(f"已逾期 {many} 项：{named}" if chinese else f"{many} overdue: {named}")
    if standing.told:
        zh, en = f"下级未办、报到您这里 {standing.told} 项", f"{standing.told} told to you from below"
        parts.append(zh if chinese else en)
    said = ("；" if chinese else "; ").join(parts)
    head = f"【四不漏】{where}" if chinese else f"【四不漏】Sibulou {where}".rstrip()
    end = "。" if chinese else "."
    if again:
        end += "上一条可能已收到，以这一条为准。" if chinese else " One before may have reached you; this one counts."
    return f"{head} {said}{end}{_link()}"


def trial(*, language: str) -> str:
    """What a test message says."""
    if language.startswith("zh"):
        return f"【四不漏】这是一条测试消息，收到即表示通道可用。{_link()}"
    return f"【四不漏】Sibulou: this is a test message. Reading it, you know that the channel works.{_link()}"


def duties_of(standings: Mapping[object, Standing] | list[Standing]) -> dict[int, Duty]:
    """The duties that digests name."""
    found = list(standings.values()) if isinstance(standings, Mapping) else standings
    return Duty.objects.in_bulk({duty for one in found for duty in (*one.coming, *one.missed)})


def areas_of(standings: list[Standing]) -> dict[int, str]:
    """The names of the areas that digests name."""
    wanted = {one.area for one in standings if one.area is not None}
    return dict(Area.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _named(counts: Mapping[int, int], duties: Mapping[int, Duty], chinese: bool) -> str:
    """The duties with the most first, each with its number."""
    first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    named = [f"{duties[duty].title_zh if chinese else duties[duty].title_en} {many}" for duty, many in first[:MOST]]
    if len(first) > MOST:
        rest = sum(many for _, many in first[MOST:])
        named.append(f"其他 {rest}" if chinese else f"others {rest}")
    return ("、" if chinese else ", ").join(named)


def _clock(at: datetime, now: datetime) -> str:
    """The hour of today, with the day where it is another."""
    local, today = localtime(at), localtime(now)
    return f"{local:%R}" if local.date() == today.date() else f"{local:%m-%d %R}"


def _link() -> str:
    """The address of the inbox, where the operator has said under which name the county is reached."""
    origins = settings.CSRF_TRUSTED_ORIGINS
    return f"\n{origins[0]}/messages/" if origins else ""
