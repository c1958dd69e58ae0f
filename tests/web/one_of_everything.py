"""One of everything that an address can be about, made by its deeds in the small county."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from django.utils.timezone import localdate

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.duty.note import write_note
from sibulou.duty.told import Told
from sibulou.duty.waive import ask_waiver
from sibulou.field.devices import enrol_signed_in
from sibulou.field.links import HandedOver, hand_over
from sibulou.fronts.control.models import Addressee
from sibulou.fronts.control.orders.sending import Wording, send_order, to_areas
from sibulou.fronts.defence.calendar_file import token_of
from sibulou.fronts.defence.cordon.placing import ask_seal, draw_road
from sibulou.fronts.defence.models import CalendarLink, LocalRoad, Member, Rota, Seal, Shift, Standing
from sibulou.fronts.defence.people import Facts, add_member, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import fill, propose
from sibulou.lib.uuid7 import uuid7
from sibulou.message.channels import add_host, set_up
from sibulou.message.models import Channel, Host
from sibulou.paper.draw_up import draw_up_day
from sibulou.paper.models import Sheet
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import create_user, take_leave
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Leave, Subject, User
from tests import roads
from tests.roads import with_roads
from tests.web.scene import Scene
from tests.world import BY

PIXEL = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
"""What begins and ends as a JPEG does."""

WAIVABLE = "person.seen"

ROBOT = {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"}


@dataclass(frozen=True)
class Things:
    """What the addresses are about: one of everything, in the county."""

    scene: Scene
    household: Subject
    record: Record
    refusal: Refusal
    obligation: Obligation
    waiver: int
    note: int
    channel: Channel
    host: Host
    user: User
    appointment: Appointment
    leave: Leave
    plan: int
    device: UUID
    sheet: Sheet
    link: HandedOver
    way: LocalRoad
    seal: Seal
    duty: Roster
    order: Addressee


@dataclass(frozen=True)
class Roster:
    """A force of six, a published roster of the village post, and a proposal."""

    member: Member
    free: Member
    shift: Shift
    standing: Standing
    proposal: Rota
    proposed: Shift
    calendar: str


def things_of(scene: Scene) -> Things:
    """One of everything, made by its deeds."""
    world, now = scene.world, scene.now
    head = scene.inside("group_head", "group_a1")
    by = By(head.name, "", head.pk)
    with acting(EVERYTHING):
        at, home = now - timedelta(hours=1), world.zhang.pk
        told = [Told(uuid7(now), "household_check", home, at, {"members": many, "present": 1}) for many in (2, -1)]
        take_in(Batch(told), reach=reach_of(head, now=now), by=by, now=now)
        group = world.group_a1
        owed = Obligation.objects.filter(area_id=group.pk, met_at__isnull=True, duty__key=WAIVABLE)
        obligation = owed.select_related("duty", "stage__version").order_by("pk")[0]
        asker = By("旁人", "", None)
        waiver = ask_waiver(obligation=obligation, reason="away", words="", until=None, by=asker, now=now)
        note = write_note(area=world.county, text="一切正常", by=By("上一班", "", None), now=now)
        for name in ("qyapi.weixin.qq.com", "oapi.dingtalk.com"):
            add_host(area=world.county, name=name, by=by, now=now)
        channel = set_up(
            area=world.county, kind="wecom", title="群", typed=ROBOT, minutes=30, quiet=None, by=by, now=now
        )
        user = scene.inside("unit_head", "grid_a1")
        appointment = Appointment.objects.select_related("seat").filter(user=user)[0]
        with tempfile.TemporaryDirectory() as folder:
            with_roads(world, Path(folder), now=now - timedelta(hours=2))
        line, at_a = np.array(roads.TRACK), np.array([roads.A])
        return Things(
            scene=scene,
            way=draw_road(area=world.village_a, layer="path", name="小路", line=line, by=by, now=now),
            seal=ask_seal(area=world.village_a, name="村口", reason="堆土", at=at_a, by=asker, now=now),
            household=world.zhang.subject,
            record=Record.objects.get(form="household_check"),
            refusal=Refusal.objects.get(),
            obligation=obligation,
            waiver=waiver.pk,
            note=note.pk,
            channel=channel,
            host=Host.objects.get(name="oapi.dingtalk.com"),
            user=user,
            appointment=appointment,
            leave=take_leave(
                reason="休假",
                user=user,
                seat=appointment.seat,
                starts_at=now + timedelta(days=9),
                ends_at=now + timedelta(days=10),
                by=by,
                now=now,
            ),
            plan=scene.event.stages.get().version_id,
            device=enrol_signed_in(user=user, name="手机", now=now).device.pk,
            sheet=draw_up_day(
                area=group,
                running=current(now)[0],
                day=localdate(now),
                forms=["household_check"],
                reach=EVERYTHING,
                by=by,
                now=now,
            ),
            link=hand_over(
                subject=world.zhang.subject, until=now + timedelta(days=3), reach=EVERYTHING, by=by, now=now
            ),
            duty=_roster(scene),
            order=_ordered(scene),
        )


def _roster(scene: Scene) -> Roster:
    """A force, a published roster and a proposal of the village post."""
    world, now, by = scene.world, scene.now, BY
    unit = add_unit(area=world.county, name="公安局", by=by, now=now)
    user = create_user(username="duiyuan", name="队员", by=by, now=now)
    force = [
        add_member(unit=unit, name=f"队员{number}", facts=Facts("police", account=account), by=by, now=now)
        for number, account in enumerate([user, *[None] * 7])
    ]
    made = []
    for ahead in (1, 12):
        rota = propose(
            area=world.county, first_day=localdate(now) + timedelta(days=ahead), days=1, seed=1, by=by, now=now,
            only={world.post.pk},
        )  # fmt: skip
        fill(rota=rota, by=by, now=now)
        made.append(rota)
    publish(rota=made[0], by=by, now=now)
    shift = Shift.objects.select_related("post").filter(rota=made[0]).order_by("begins")[1]
    standing = Standing.objects.filter(shift=shift)[0]
    busy = set(Standing.objects.filter(shift__rota=made[0]).values_list("member_id", flat=True))
    link = CalendarLink.objects.create(member=force[0], made_at=now, made_by=by.name)
    return Roster(
        member=standing.member, free=next(one for one in force if one.pk not in busy), shift=shift, standing=standing,
        proposal=made[1], proposed=Shift.objects.filter(rota=made[1])[0], calendar=token_of(link),
    )  # fmt: skip


def _ordered(scene: Scene) -> Addressee:
    """An order of the county's duty officer to village A."""
    officer, now = scene.inside("county_duty"), scene.now
    number = send_order(
        wording=Wording("报回车辆数", now + timedelta(hours=4)), to=to_areas([scene.world.village_a]),
        reach=reach_of(officer, now=now), by=By(officer.name, "", officer.pk), now=now,
    )  # fmt: skip
    return Addressee.objects.get(order=number)
