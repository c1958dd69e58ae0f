"""Units, teams and the people who can be put on duty: entered, changed and ended by name (S13, S16, S19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from sibulou.fronts.defence.models import Absence, KeptApart, Member, Standing, Team, Trade, Unit
from sibulou.fronts.defence.rota_problems import AlreadyListedThere, EndedAlready, OddSpan, UnitTaken
from sibulou.roster.area_key import Level, span
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, named, reasoned, within
from sibulou.roster.field_key import field_cipher
from sibulou.roster.models import Area, User
from sibulou.roster.problems import MeanwhileChanged, NotInTheList

NAME = "member.name"
"""The field under which names of the force are sealed."""


def add_unit(*, area: Area, name: str, by: By, now: datetime) -> Unit:
    """Enter a unit. Raises NameMissing, UnitTaken, OutOfReach."""
    name = named(name, 80)
    try:
        with deed():
            unit = Unit.objects.create(area=area, name=name, since=now)
            audit("unit.add", by=by, now=now, area=area.pk, unit=unit.pk, name=name)
    except MeanwhileChanged:
        raise UnitTaken(name=name) from None
    return unit


def add_team(*, unit: Unit, kind: str, name: str, by: By, now: datetime) -> Team:
    """Form a team of a unit. Raises NotInTheList, NameMissing, UnitTaken, OutOfReach."""
    name = named(name, 80)
    if kind not in Team.Kind.values:
        raise NotInTheList(field="kind", given=kind[:20], allowed=", ".join(Team.Kind.values))
    try:
        with deed():
            team = Team.objects.create(unit=unit, kind=kind, name=name, since=now)
            audit("team.add", by=by, now=now, area=unit.area_id, team=team.pk, name=name)
    except MeanwhileChanged:
        raise UnitTaken(name=name) from None
    return team


@dataclass(frozen=True)
class Facts:
    """What is known of somebody of the force beside his name and unit."""

    trade: str
    oath_on: date | None = None
    skills: tuple[str, ...] = ()
    home: Area | None = None
    no_nights: bool = False
    preferred: tuple[int, ...] = ()
    account: User | None = None
    team: Team | None = field(default=None)

    def __post_init__(self) -> None:
        if self.trade not in Trade.values:
            raise NotInTheList(field="trade", given=self.trade[:20], allowed=", ".join(Trade.values))


def add_member(*, unit: Unit, name: str, facts: Facts, by: By, now: datetime, since: datetime | None = None) -> Member:
    """Enter somebody of the force. Raises NameMissing, AlreadyListedThere, OutOfReach."""
    name = named(name, 40)
    try:
        with deed():
            member = Member.objects.create(
                area_id=unit.area_id, unit=unit, team=facts.team, trade=facts.trade, oath_on=facts.oath_on,
                name_sealed=field_cipher().seal(name, field=NAME), skills=list(facts.skills), home=facts.home,
                no_nights=facts.no_nights, preferred=list(facts.preferred), account=facts.account, since=since or now,
            )  # fmt: skip
            audit("member.add", by=by, now=now, area=unit.area_id, member=member.pk, trade=facts.trade)
    except MeanwhileChanged:
        raise AlreadyListedThere(account=facts.account.username if facts.account else "") from None
    return member


def change_member(*, member: Member, facts: Facts, by: By, now: datetime) -> Member:
    """Put down anew what is known of somebody. Raises AlreadyListedThere, EndedAlready, OutOfReach."""
    try:
        with deed():
            _still_here(member)
            changed = Member.objects.filter(pk=member.pk).update(
                team=facts.team, trade=facts.trade, oath_on=facts.oath_on, skills=list(facts.skills), home=facts.home,
                no_nights=facts.no_nights, preferred=list(facts.preferred), account=facts.account,
            )  # fmt: skip
            within(changed)
            audit("member.change", by=by, now=now, area=member.area_id, member=member.pk)
    except MeanwhileChanged:
        raise AlreadyListedThere(account=facts.account.username if facts.account else "") from None
    member.refresh_from_db()
    return member


def end_member(*, member: Member, reason: str, by: By, now: datetime) -> None:
    """Take somebody off the list, by a name and with a reason. Raises ReasonMissing, EndedAlready, OutOfReach."""
    why = reasoned(reason)
    with deed():
        _still_here(member)
        within(Member.objects.filter(pk=member.pk).update(until=now, ended_by=by.name, end_reason=why))
        audit("member.end", by=by, now=now, area=member.area_id, member=member.pk, reason=why)


def _still_here(member: Member) -> None:
    member.refresh_from_db()
    if member.until is not None:
        raise EndedAlready(name=name_of(member), by=member.ended_by)


def keep_apart(*, one: Member, other: Member, by: By, now: datetime) -> None:
    """Let two never share a shift. Asked a second time, it changes nothing. Raises OutOfReach."""
    first, second = sorted((one, other), key=lambda member: member.pk)
    with deed():
        _, made = KeptApart.objects.get_or_create(
            one=first, other=second, until=None, defaults={"since": now, "said_by": by.name}
        )
        if made:
            audit("member.apart", by=by, now=now, area=first.area_id, member=first.pk, other=second.pk)


def be_absent(
    *, member: Member, since: datetime, until: datetime, reason: str, by: By, now: datetime
) -> Absence:  # fmt: skip
    """Somebody cannot be put on duty for a while. Raises OddSpan, ReasonMissing, OutOfReach."""
    why = reasoned(reason)
    if until <= since:
        raise OddSpan
    with deed():
        absence = Absence.objects.create(member=member, since=since, until=until, reason=why, said_by=by.name)
        audit("member.absent", by=by, now=now, area=member.area_id, member=member.pk, since=since.isoformat(),
              until=until.isoformat())  # fmt: skip
    return absence


def name_of(member: Member) -> str:
    """The name, opened for whoever may read the row at all."""
    return field_cipher().open(bytes(member.name_sealed), field=NAME)


def names(members: Iterable[Member]) -> dict[int, str]:
    """The names of these by their numbers."""
    return {member.pk: name_of(member) for member in members}


COUNTY = span(Level.COUNTY)
"""How many keys a county spans."""


def force_of(area: int) -> QuerySet[Member]:
    """Everybody of the county of an area who can be put on duty now."""
    low = area - area % COUNTY
    return Member.objects.filter(area_id__gte=low, area_id__lt=low + COUNTY, until__isnull=True)


@dataclass(frozen=True)
class Idle:
    """Who is missing from duty: units without a team, volunteers without one, and those never put in a shift."""

    units: Sequence[Unit]
    teamless: int
    undeployed: Sequence[Member]


def idle(area: int) -> Idle:
    """What S13, S16 and S19 call a gap, in the county of an area."""
    low = area - area % COUNTY
    teams = Team.objects.filter(unit=OuterRef("pk"), until__isnull=True)
    units = Unit.objects.filter(area_id__gte=low, area_id__lt=low + COUNTY, until__isnull=True)
    stood = Standing.objects.filter(member=OuterRef("pk"), shift__subject__isnull=False)
    never = force_of(area).filter(~Exists(stood)).select_related("unit", "team").order_by("unit__name", "pk")
    return Idle(
        list(units.filter(~Exists(teams)).order_by("name")),
        force_of(area).filter(Q(team__isnull=True) | Q(team__until__isnull=False)).count(),
        list(never),
    )
