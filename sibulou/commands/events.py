"""`start`, `stand-down`, `reconcile`, `escalate`: what is in force, and the clockwork by hand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sibulou.commands.opening import county, say
from sibulou.commands.problems import NoSuchEvent, NoSuchPlan

if TYPE_CHECKING:
    from sibulou.duty.models import PlanVersion


def start(given: argparse.Namespace) -> None:
    """Press the start key, and open what is owed from now on."""
    with county() as (by, now):
        from sibulou.duty.force import activate, plan_of
        from sibulou.duty.reconcile import reconcile as open_all
        from sibulou.roster.areas import area_by_code

        area = area_by_code(given.area)
        version = _latest(given.plan)
        event = activate(
            area=area, version=version, level=given.level, title=given.title or plan_of(version).title.zh,
            notice=given.notice, legal_basis=given.legal_basis, by=by, now=now,
        )  # fmt: skip
        opened = open_all(now=now, events=[event]).total
    say(
        f"{area.name} 已启动“{event.title}”，开出应办 {opened} 项",
        f"{given.plan} is in force, {opened} obligations opened",
    )


def _latest(plan: str) -> PlanVersion:
    from sibulou.duty.models import PlanVersion

    version = PlanVersion.objects.filter(key=plan).order_by("-version").first()
    if version is None:
        known = PlanVersion.objects.values_list("key", flat=True).distinct()
        raise NoSuchPlan(plan=plan, known=", ".join(sorted(known)) or "-")
    return version


def stand_down(given: argparse.Namespace) -> None:
    """End the running event of a plan at an area."""
    with county() as (by, now):
        from sibulou.duty import force
        from sibulou.duty.models import Event
        from sibulou.duty.opening import refuse_while_opening
        from sibulou.roster.areas import area_by_code

        area = area_by_code(given.area)
        running = Event.objects.filter(ended_at__isnull=True)
        event = running.filter(area=area, plan_key=given.plan).first()
        if event is None:
            known = [f"{one.plan_key} {one.area.name}" for one in running.select_related("area")]
            raise NoSuchEvent(area=area.name, plan=given.plan, known=", ".join(known) or "-")
        refuse_while_opening(event)
        ended = force.stand_down(event=event, by=by, now=now, reason=given.reason, waive_gaps=given.waive_gaps)
    say(f"事件已解除，终止应办 {ended} 项", f"the event is over, {ended} obligations ended")


def reconcile(given: argparse.Namespace) -> None:
    """Open what roster and duties call for up to a day ahead."""
    with county() as (_, now):
        from sibulou.duty.reconcile import reconcile as open_all

        opened = open_all(now=now).total
    say(f"补开应办 {opened} 项", f"{opened} obligations opened")


def escalate(given: argparse.Namespace) -> None:
    """Tell whom the ladders name for everything that is ripe."""
    with county() as (_, now):
        from sibulou.duty.escalate import escalate as tell

        told = tell(now=now)
    say(f"发出提醒和上报 {told} 条", f"{told} tellings written")
