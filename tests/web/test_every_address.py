"""Every address and every operation of the interface, for every role, inside its area and outside, and for strangers.

`ADDRESSES` says for each what it takes and to whom it answers; an address that is not in it fails the test. What a
role may see is said here a second time, in plain Python over the table of roles, and not asked of the database.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
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
from sibulou.fronts.control.orders.judging import SENDERS
from sibulou.fronts.control.orders.sending import Wording, send_order, to_areas
from sibulou.fronts.defence.calendar_file import token_of
from sibulou.fronts.defence.cordon.placing import ask_seal, draw_road
from sibulou.fronts.defence.models import CalendarLink, LocalRoad, Member, Rota, Seal, Shift, Standing
from sibulou.fronts.defence.people import Facts, add_member, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import fill, propose
from sibulou.fronts.defence.stores.finding import COMING, hold, name_id
from sibulou.lib.uuid7 import uuid7
from sibulou.message.channels import add_host, set_up
from sibulou.message.models import Channel, Host
from sibulou.paper.draw_up import draw_up_day
from sibulou.paper.models import Sheet
from sibulou.paper.serial import code_of_subject
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import create_user, take_leave
from sibulou.roster.area_key import key_range
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Area, Leave, Subject, User
from sibulou.roster.role import ROLES, Right
from tests import roads
from tests.roads import with_roads
from tests.web.scene import Scene
from tests.world import BY

pytestmark = pytest.mark.django_db
PIXEL = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
"""What begins and ends as a JPEG does."""

LASTING = [key for key, role in ROLES.items() if "shift" not in role.on]
"""The roles somebody sits in before a roster is published; the crew of a shift is asked in test_rota."""

WAIVABLE = "person.seen"
OK = frozenset({200, 302})
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


@dataclass(frozen=True)
class Who:
    """Somebody in one role: where he sits, or what he keeps."""

    role: str
    user: User
    area: Area | None
    keeps: frozenset[int]

    def holds(self, right: Right) -> bool:
        """Whether he holds a right over any area."""
        return self.area is not None and right in ROLES[self.role].rights

    def over(self, area: int, right: Right) -> bool:
        """Whether he holds a right over an area."""
        if self.area is None or right not in ROLES[self.role].rights:
            return False
        low, high = key_range(self.area.pk)
        return low <= area < high

    def sees(self, subject: Subject) -> bool:
        """Whether something on the roster exists for him."""
        right = Right.PEOPLE if subject.kind in ("person", "household") else Right.GAPS
        return self.over(subject.area_id, right) or subject.pk in self.keeps

    def tells(self, subject: Subject) -> bool:
        """Whether he may hand in records about it."""
        return self.over(subject.area_id, Right.RECORD) or subject.pk in self.keeps


Judge = Callable[[Who, Things], int | frozenset[int]]
Fill = Callable[[Things], dict[str, object]]


def anyone(who: Who, things: Things) -> frozenset[int]:
    """Whoever signs in."""
    return OK


def holding(*rights: Right) -> Judge:
    """Whoever holds one of these rights somewhere; others are told so."""
    return lambda who, things: OK if any(who.holds(right) for right in rights) else 403


def passages_of_his(who: Who, things: Things) -> int | frozenset[int]:
    """Whoever sees people, and the head of a post."""
    return OK if who.holds(Right.PEOPLE) or who.role == "post_head" else 403


def stock_of_his(who: Who, things: Things) -> int | frozenset[int]:
    """Whoever sees an area, or keeps something."""
    return OK if who.holds(Right.GAPS) or who.keeps else 403


def _notice(things: Things) -> dict[str, object]:
    """Something on its way to the post."""
    scene = things.scene
    with acting(EVERYTHING):
        hold("every", COMING, scene.world.post.pk, scene.now, {"item": "mask", "quantity": 5}, now=scene.now)
    return {"number": scene.world.post.pk, "notice": name_id("every", scene.now)}


def ledger_of_post(who: Who, things: Things) -> int | frozenset[int]:
    """A line for each person: for whoever sees people there, and the post's own head; for others it does not exist."""
    post = things.scene.world.post.subject
    if who.over(post.area_id, Right.PEOPLE) or post.pk in who.keeps:
        return OK
    return 404 if who.holds(Right.PEOPLE) or who.role == "post_head" else 403


def publishing(who: Who, things: Things) -> int:
    """The card of the table lacks its steps: whoever may publish is told so."""
    return 422 if who.role in ("health_bureau", "county_duty") else 403


def saying_version(who: Who, things: Things) -> int | frozenset[int]:
    """By which version a post works is told by whoever may tell of the post; to others it does not exist."""
    post = things.scene.world.post.subject
    if not who.sees(post):
        return 404
    return OK if who.tells(post) else 422


def ordering(who: Who, things: Things) -> int | frozenset[int]:
    """Secretaries and duty officers of a county or a township send orders."""
    return OK if who.role in SENDERS else 403


def sending_order(who: Who, things: Things) -> int | frozenset[int]:
    """To a village of the county: from elsewhere it goes to nobody, and is told so."""
    if who.role not in SENDERS:
        return 403
    return OK if who.over(things.scene.world.village_a.pk, Right.GAPS) else 422


def order_seen(who: Who, things: Things) -> int | frozenset[int]:
    """An order to a village: seen there and above."""
    return OK if who.over(things.scene.world.village_a.pk, Right.GAPS) else 404


def order_answered(who: Who, things: Things) -> int | frozenset[int]:
    """It is answered by whoever may record there; whoever only sees it is told that he may not tell of it."""
    if order_seen(who, things) == 404:
        return 404
    return OK if who.over(things.scene.world.village_a.pk, Right.RECORD) else 422


def no_objection(who: Who, things: Things) -> int | frozenset[int]:
    """Nobody objected to the order of the table: whoever sent it finds none, others are told that they sent it not."""
    if order_seen(who, things) == 404:
        return 404
    return 404 if who.role in ("county_duty", "county_secretary") else 403


def seeing(what: str) -> Judge:
    """Whoever sees a subject of the county; for others it does not exist."""
    return lambda who, things: OK if who.sees(_subject(things, what)) else 404


def telling(what: str) -> Judge:
    """Whoever may tell of it; others who see it are told that they may not."""

    def judge(who: Who, things: Things) -> int | frozenset[int]:
        subject = _subject(things, what)
        if not who.sees(subject):
            return 404
        return OK if who.tells(subject) else 403

    return judge


def changing(right: Right) -> Judge:
    """Something of the county: whoever sees the county and holds the right over it."""

    def judge(who: Who, things: Things) -> int | frozenset[int]:
        county = things.scene.world.county
        if not _touches(who, county):
            return 404
        return OK if who.over(county.pk, right) else 403

    return judge


def _touches(who: Who, county: Area) -> bool:
    if who.area is None or Right.GAPS not in ROLES[who.role].rights:
        return False
    low, high = county.range
    return low <= who.area.pk < high


def _subject(things: Things, what: str) -> Subject:
    if what == "household":
        return things.household
    return Subject.objects.get(pk=getattr(things.scene.world, what).pk)


def starting(who: Who, things: Things) -> int | frozenset[int]:
    """The start key of the county."""
    return OK if who.over(things.scene.world.county.pk, Right.ACTIVATE) else 403


def event_page(who: Who, things: Things) -> int | frozenset[int]:
    return OK if _touches(who, things.scene.world.county) else 404


def obligation(who: Who, things: Things) -> int | frozenset[int]:
    """Whoever sees gaps there, and whoever owes it."""
    return OK if _knows(who, things) else 404


def _knows(who: Who, things: Things) -> bool:
    return who.over(things.obligation.area_id, Right.GAPS)


def asking(who: Who, things: Things) -> int | frozenset[int]:
    """Asking for a waiver takes to see the obligation and to record there."""
    if not _knows(who, things):
        return 404
    return OK if who.over(things.obligation.area_id, Right.RECORD) else 403


def granting(who: Who, things: Things) -> int | frozenset[int]:
    """Granting takes the right, and to be neither who asked nor who answers for it."""
    if not _knows(who, things):
        return 404
    return OK if who.over(things.obligation.area_id, Right.GRANT) else 403


def record(who: Who, things: Things) -> int | frozenset[int]:
    """What a record tells of people is for those who may see people, and for its subject's keeper."""
    return OK if _reads(who, things) else 404


def _reads(who: Who, things: Things) -> bool:
    return who.over(things.record.area_id, Right.PEOPLE) or things.household.pk in who.keeps


def no_such_answer(who: Who, things: Things) -> int:
    """The record of the table holds no sealed answer: whoever reads it is told so."""
    return 422 if _reads(who, things) else 404


def refusal(who: Who, things: Things) -> int | frozenset[int]:
    return OK if who.over(things.refusal.area_id or 0, Right.PEOPLE) else 404


def note(who: Who, things: Things) -> int | frozenset[int]:
    """A note of the county: read with the county's gaps, signed for with the right to record there."""
    county = things.scene.world.county.pk
    if not who.over(county, Right.GAPS):
        return 404
    return OK if who.over(county, Right.RECORD) else 403


def writing(who: Who, things: Things) -> int | frozenset[int]:
    if not who.holds(Right.GAPS):
        return 403
    return OK if who.holds(Right.RECORD) else 403


def own_county_account(who: Who, things: Things) -> int | frozenset[int]:
    if not who.holds(Right.ADMIN):
        return 403
    return OK if who.over(things.scene.world.county.pk, Right.ADMIN) else 404


def setting_up(who: Who, things: Things) -> int | frozenset[int]:
    """A channel for the county: its own administrator; another county's is told that it is out of his reach."""
    if not who.holds(Right.ADMIN):
        return 403
    return OK if who.over(things.scene.world.county.pk, Right.ADMIN) else 403


def ending(who: Who, things: Things) -> int | frozenset[int]:
    """An appointment ends by whoever administers accounts or grants there; a colleague who sees it is told so."""
    area = things.appointment.seat.area_id
    if who.over(area, Right.ADMIN) or who.over(area, Right.GRANT):
        return OK
    return 403 if who.over(area, Right.GAPS) or who.user.pk == things.appointment.user_id else 404


def excusing(who: Who, things: Things) -> int | frozenset[int]:
    """A leave is entered and ended by whoever grants there; whoever else sees the appointment is told so."""
    if who.over(things.appointment.seat.area_id, Right.GRANT):
        return OK
    return 403 if ending(who, things) != 404 else 404


def appointing(what: str) -> Judge:
    """Appointing where something of the county is: whoever sees it and grants there; a keeper who sees it may not."""

    def judge(who: Who, things: Things) -> int | frozenset[int]:
        subject = _subject(things, what)
        if not who.sees(subject):
            return 404
        return OK if who.over(subject.area_id, Right.GRANT) else 403

    return judge


def drawing_up(who: Who, things: Things) -> int | frozenset[int]:
    """A sheet of a village: it names people, and is typed in as records."""
    village = things.scene.world.village_a.pk
    if not who.over(village, Right.GAPS):
        return 404
    return OK if who.over(village, Right.RECORD) and who.over(village, Right.PEOPLE) else 403


def sheet(who: Who, things: Things) -> int | frozenset[int]:
    """A sheet names people. Of another county's it is said so; whoever sees nothing of it, finds none."""
    if who.over(things.sheet.area_id, Right.PEOPLE):
        return OK
    return frozenset({404, 422})


def untyped(who: Who, things: Things) -> int | frozenset[int]:
    """The row of the table is not typed in: whoever may take it back is told so."""
    status = sheet(who, things)
    return 409 if status == OK else status


def copying(who: Who, things: Things) -> int | frozenset[int]:
    status = sheet(who, things)
    return 204 if status == OK else status


def seeing_by_code(who: Who, things: Things) -> int | frozenset[int]:
    """A household's picture leads whoever sees it to its page."""
    return OK if who.sees(things.household) else frozenset({404, 422})


def entering(where: str, *, above: bool = False) -> Judge:
    """The roster of an area: whoever sees it and holds the right there, or for the area itself over the one above."""

    def judge(who: Who, things: Things) -> int | frozenset[int]:
        area = getattr(things.scene.world, where)
        if not who.over(area.pk, Right.GAPS):
            return 404
        return OK if who.over(area.parent_id if above else area.pk, Right.ROSTER) else 403

    return judge


def changing_entry(what: str) -> Judge:
    """What is held of something: whoever sees it and holds the right to the roster there."""

    def judge(who: Who, things: Things) -> int | frozenset[int]:
        subject = _subject(things, what)
        if not who.sees(subject):
            return 404
        return OK if who.over(subject.area_id, Right.ROSTER) else 403

    return judge


def without_files(who: Who, things: Things) -> int | frozenset[int]:
    """The roads of the county, sent without a file: whoever may import them is told so."""
    status = entering("county")(who, things)
    return 422 if status == OK else status


def granting_a_seal(who: Who, things: Things) -> int | frozenset[int]:
    """A seal of a village: whoever sees it there, and grants there."""
    if not who.over(things.seal.area_id, Right.GAPS):
        return 404
    return OK if who.over(things.seal.area_id, Right.GRANT) else 403


def opened_already(who: Who, things: Things) -> int | frozenset[int]:
    """The post of the table is open: whoever may open posts is told so."""
    status = changing_entry("gate")(who, things)
    return 409 if status == OK else status


def unjoining(who: Who, things: Things) -> int | frozenset[int]:
    """The post of the table stands for no neighbour: whoever may change it is told that there is no such row."""
    status = changing_entry("gate")(who, things)
    return 404 if status == OK else status


def appointing_in_the_county(who: Who, things: Things) -> int | frozenset[int]:
    county = things.scene.world.county.pk
    if not who.over(county, Right.GAPS):
        return 404
    return OK if who.over(county, Right.GRANT) else 403


def unmasking(who: Who, things: Things) -> int | frozenset[int]:
    if not who.sees(things.household):
        return 404
    return OK if who.over(things.household.area_id, Right.UNMASK) else 403


def boards(who: Who, things: Things) -> int | frozenset[int]:
    """The boards are of an area; without a right to see gaps there is none."""
    return OK if who.holds(Right.GAPS) else 404


def panel(who: Who, things: Things) -> int | frozenset[int]:
    """The gaps of one cell: for whoever has boards and sees what lies in it."""
    return OK if who.holds(Right.GAPS) and who.sees(things.household) else 404


def area_of_the_county(who: Who, things: Things) -> int | frozenset[int]:
    return OK if who.over(things.scene.world.county.pk, Right.GAPS) else 404


def handing_in(who: Who, things: Things) -> int | frozenset[int]:
    return OK if who.holds(Right.RECORD) or who.keeps else 403


def waiver_list(who: Who, things: Things) -> int | frozenset[int]:
    return OK if who.holds(Right.RECORD) or who.keeps else 403


def withdrawing(who: Who, things: Things) -> int | frozenset[int]:
    """The device of one's own, and of whoever sits where one appoints or administers."""
    area = things.appointment.seat.area_id
    mine = who.user.pk == things.user.pk
    return OK if mine or who.over(area, Right.GRANT) or who.over(area, Right.ADMIN) else 404


def handing_over(who: Who, things: Things) -> int | frozenset[int]:
    """A link is handed over by whoever may tell of the household; others who see it are told that they may not."""
    return telling("household")(who, things)


def ending_a_link(who: Who, things: Things) -> int | frozenset[int]:
    """A link is seen, and ended, by whoever may tell of its subject."""
    return OK if who.tells(things.household) and who.sees(things.household) else 404


@dataclass(frozen=True)
class Entry:
    """One address: what it is filled with, to whom GET answers, and to whom POST does with what is sent."""

    get: Judge | None
    post: Judge | None = None
    fill: Fill = field(default=lambda things: {})
    query: Fill = field(default=lambda things: {})
    data: Fill = field(default=lambda things: {})
    json: bool = False
    open: bool = False
    put: bool = False
    """Whether what changes something here is a PUT of some bytes."""

    closed: int = 401
    """What a stranger is told at an address of the interface."""


def _check(things: Things) -> dict[str, object]:
    return {"members": "2", "present": "2", "happened_at": f"{things.scene.now:%Y-%m-%dT%H:%M}+00:00"}


def making_rosters(who: Who, things: Things) -> int | frozenset[int]:
    """Whoever sees gaps and changes the roster over the same area."""
    return OK if who.holds(Right.GAPS) and who.holds(Right.ROSTER) else 403


def entering_the_force(who: Who, things: Things) -> int | frozenset[int]:
    """Into a unit of the county: its own roster makers; others do not find it, or are out of reach."""
    if making_rosters(who, things) == 403:
        return 403
    return OK if who.over(things.scene.world.county.pk, Right.ROSTER) else 404


def of_the_force(who: Who, things: Things) -> int | frozenset[int]:
    """Somebody of the force: whoever sees gaps anywhere in the county."""
    if not who.holds(Right.GAPS):
        return 403
    return OK if _touches(who, things.scene.world.county) else 404


def changing_the_force(who: Who, things: Things) -> int | frozenset[int]:
    seen = of_the_force(who, things)
    return seen if seen != OK or who.over(things.scene.world.county.pk, Right.ROSTER) else 403


def proposing(who: Who, things: Things) -> int | frozenset[int]:
    return OK if who.over(things.scene.world.county.pk, Right.ROSTER) else 403


def editing_a_roster(who: Who, things: Things) -> int | frozenset[int]:
    """A proposal exists for whoever sees the county, and is changed by its roster makers."""
    if not _touches(who, things.scene.world.county):
        return 404
    return OK if who.over(things.scene.world.county.pk, Right.ROSTER) else 403


def a_shift(who: Who, things: Things) -> int | frozenset[int]:
    """Whoever sees its post."""
    post = things.duty.shift.post
    return OK if who.over(post.area_id, Right.GAPS) or post.pk in who.keeps else 404


def changing_a_shift(who: Who, things: Things) -> int | frozenset[int]:
    seen = a_shift(who, things)
    return seen if seen != OK or who.over(things.duty.shift.post.area_id, Right.ROSTER) else 403


def no_member(who: Who, things: Things) -> int:
    """Nobody of the roles belongs to the force: shifts, swaps and calendars are not theirs."""
    return 404


def _duty(of: str) -> Fill:
    return lambda things: {"number": getattr(things.duty, of).pk}


def _number(of: str) -> Fill:
    return lambda things: {"number": getattr(things, of).pk}


def _serial(things: Things) -> dict[str, object]:
    return {"serial": things.sheet.serial}


def _key(of: str) -> Fill:
    return lambda things: {"key": getattr(things.scene.world, of).pk}


def _pk(of: str) -> Fill:
    return lambda things: {"number": getattr(things.scene.world, of).pk}


def _county_key(things: Things) -> dict[str, object]:
    return {"key": things.scene.world.county.pk}


def _secret(things: Things) -> dict[str, object]:
    return {"secret": things.link.secret}


def _order(things: Things) -> dict[str, object]:
    return {"number": things.order.order_id}


def _event(things: Things) -> dict[str, object]:
    return {"number": things.scene.event.pk}


def _account(things: Things) -> dict[str, object]:
    return {"number": things.user.pk}


COUNTY_RANGE = changing(Right.ACTIVATE)
ADDRESSES: dict[str, Entry] = {
    "sign-in/": Entry(anyone, open=True),
    "sign-out/": Entry(None, anyone, open=True),
    "language/": Entry(None, anyone, data=lambda things: {"language": "en"}, open=True),
    "healthz/": Entry(anyone, open=True),
    "favicon.ico": Entry(anyone, open=True),
    "robots.txt": Entry(anyone, open=True),
    "m/": Entry(anyone, open=True),
    "m/worker.js": Entry(anyone, open=True),
    "m/app.webmanifest": Entry(anyone, open=True),
    "": Entry(anyone),
    "net/layout/": Entry(boards),
    "net/cells/": Entry(boards),
    "net/side/": Entry(boards),
    "net/books/": Entry(boards),
    "net/panel/": Entry(panel, query=lambda things: {"subject": things.household.pk}),
    "net/trend/": Entry(boards),
    "gaps/": Entry(boards),
    "cordon/": Entry(boards),
    "cordon/picture/": Entry(
        area_of_the_county, query=lambda things: {"area": things.scene.world.county.pk, "layer": "path"}
    ),
    "areas/<int:key>/roads/new/": Entry(entering("county"), without_files, fill=_county_key),
    "areas/<int:key>/ways/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "小路", "layer": "path", "datum": "wgs84", "line": "102.03,24.14\n102.03,24.25"},
    ),
    "ways/<int:number>/end/": Entry(
        entering("village_a"), entering("village_a"), fill=_number("way"), data=lambda things: {"reason": "挖断"}
    ),
    "areas/<int:key>/seals/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "村口", "reason": "堆土", "datum": "gcj02", "at": "102.0316, 24.1372"},
    ),
    "seals/<int:number>/grant/": Entry(None, granting_a_seal, fill=_number("seal")),
    "seals/<int:number>/end/": Entry(
        entering("village_a"), entering("village_a"), fill=_number("seal"), data=lambda things: {"reason": "清通"}
    ),
    "subjects/<int:number>/whereabouts/": Entry(
        changing_entry("gate"), changing_entry("gate"), fill=_pk("gate"),
        data=lambda things: {"datum": "wgs84", "at": "102.01, 24.1"},
    ),
    "areas/<int:key>/whereabouts/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"datum": "wgs84", "at": "102.03, 24.14"},
    ),
    "gaps/table.csv": Entry(boards),
    "areas/<int:key>/": Entry(area_of_the_county, fill=_county_key),
    "areas/<int:key>/books/": Entry(area_of_the_county, fill=_county_key),
    "areas/<int:key>/chain/": Entry(appointing_in_the_county, fill=_county_key),
    "areas/<int:key>/appointments/": Entry(
        None, appointing_in_the_county, fill=_county_key,
        data=lambda things: {"role": "health_bureau", "username": things.user.username, "deputy": "yes"},
    ),
    "areas/<int:key>/parts/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"), data=lambda things: {"name": "河边"}
    ),
    "areas/<int:key>/name/": Entry(
        entering("village_a", above=True), entering("village_a", above=True), fill=_key("village_a"),
        data=lambda things: {"name": "东明社区居民委员会"},
    ),
    "areas/<int:key>/codes/new/": Entry(
        entering("village_a", above=True), entering("village_a", above=True), fill=_key("village_a"),
        data=lambda things: {"code": "530499001009", "from": "2199-01-01", "step": "confirmed"},
    ),
    "areas/<int:key>/end/": Entry(
        entering("village_a", above=True), entering("village_a", above=True), fill=_key("village_a"),
        data=lambda things: {"reason": "并村", "into": "530499001002", "step": "confirmed"},
    ),
    "areas/<int:key>/households/new/": Entry(
        entering("group_a1"), entering("group_a1"), fill=_key("group_a1"), data=lambda things: {"address": "新址"}
    ),
    "areas/<int:key>/posts/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "新卡点", "kind": "village"},
    ),
    "areas/<int:key>/places/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "新广场", "kind": "square"},
    ),
    "areas/<int:key>/institutions/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "新药店", "kind": "pharmacy"},
    ),
    "people/new/": Entry(holding(Right.ROSTER)),
    "teams/": Entry(holding(Right.GAPS)),
    "teams/units/new/": Entry(making_rosters, making_rosters, data=lambda things: {"name": "新单位"}),
    "teams/people/new/": Entry(
        making_rosters, entering_the_force,
        data=lambda things: {"name": "新队员", "trade": "police", "unit": things.duty.member.unit_id},
    ),
    "teams/people/<int:number>/": Entry(
        of_the_force, changing_the_force, fill=_duty("member"), data=lambda things: {"trade": "cadre"}
    ),
    "teams/people/<int:number>/absences/": Entry(
        None, changing_the_force, fill=_duty("member"),
        data=lambda things: {"until": "2199-01-01T00:00", "reason": "休假"},
    ),
    "teams/people/<int:number>/apart/": Entry(
        None, changing_the_force, fill=_duty("member"), data=lambda things: {"other": things.duty.free.pk}
    ),
    "teams/people/<int:number>/end/": Entry(
        None, changing_the_force, fill=_duty("member"), data=lambda things: {"reason": "调离"}
    ),
    "teams/file/": Entry(making_rosters, lambda who, things: 403 if making_rosters(who, things) == 403 else 422),
    "posts/": Entry(anyone),
    "posts/<int:number>/hours/": Entry(
        changing_entry("gate"), changing_entry("gate"), fill=_pk("gate"), data=lambda things: {"hours": "08:00 8 3"}
    ),
    "rota/": Entry(
        holding(Right.GAPS), lambda who, things: proposing(who, things) if who.holds(Right.GAPS) else 403,
        data=lambda things: {"area": things.scene.world.county.pk, "day": "2199-01-01", "days": "1"},
    ),
    "rota/<int:number>/": Entry(of_the_force, fill=_duty("proposal")),
    "rota/<int:number>/grid/": Entry(of_the_force, fill=_duty("proposal")),
    "rota/<int:number>/moves/": Entry(
        None, editing_a_roster, fill=_duty("proposal"),
        data=lambda things: {"member": things.duty.free.pk, "to": things.duty.proposed.pk},
    ),
    "rota/<int:number>/publication/": Entry(
        None, editing_a_roster, fill=_duty("proposal"), data=lambda things: {"accepted": "yes"}
    ),
    "rota/<int:number>/dropping/": Entry(None, editing_a_roster, fill=_duty("proposal")),
    "rota/<int:number>/absences/": Entry(
        None, editing_a_roster, fill=_duty("proposal"),
        data=lambda things: {"member": things.duty.member.pk, "reason": "发热"},
    ),
    "shifts/": Entry(anyone),
    "shifts/<int:number>/": Entry(a_shift, fill=_duty("shift")),
    "shifts/<int:number>/crew/": Entry(
        None, changing_a_shift, fill=_duty("shift"), data=lambda things: {"member": things.duty.free.pk}
    ),
    "shifts/<int:number>/crew/<int:standing>/end/": Entry(
        None, changing_a_shift, data=lambda things: {"reason": "有事"},
        fill=lambda things: {"number": things.duty.shift.pk, "standing": things.duty.standing.pk},
    ),
    "shifts/<int:number>/withdrawal/": Entry(
        None, changing_a_shift, fill=_duty("shift"), data=lambda things: {"reason": "封路"}
    ),
    "standings/<int:number>/swap/": Entry(no_member, fill=_duty("standing")),
    "standings/<int:number>/swaps/": Entry(None, no_member, fill=_duty("standing")),
    "swaps/<int:number>/answer/": Entry(None, no_member, fill=_duty("standing")),
    "calendar/": Entry(None, lambda who, things: 403),
    "ics/<str:token>.ics": Entry(anyone, fill=lambda things: {"token": things.duty.calendar}, open=True),
    "households/<int:number>/people/new/": Entry(
        changing_entry("household"), changing_entry("household"), fill=_number("household"),
        data=lambda things: {"p0-name": "张新"},
    ),
    "people/<int:number>/state/": Entry(
        changing_entry("chen_guihua"), changing_entry("chen_guihua"), fill=_pk("chen_guihua"),
        data=lambda things: {"state": "moved", "reason": "随子女", "step": "confirmed"},
    ),
    "subjects/<int:number>/place/": Entry(
        changing_entry("household"), changing_entry("household"), fill=_number("household"),
        data=lambda things: {"area": things.scene.world.group_a1.pk, "step": "confirmed"},
    ),
    "subjects/<int:number>/entry/": Entry(
        changing_entry("household"), changing_entry("household"), fill=_number("household"),
        data=lambda things: {"name": "张家", "number": "1"},
    ),
    "subjects/<int:number>/end/": Entry(
        changing_entry("chen_guihua"), changing_entry("chen_guihua"), fill=_pk("chen_guihua"),
        data=lambda things: {"reason": "重复登记", "step": "confirmed"},
    ),
    "subjects/<int:number>/steps/<slug:wanted>/": Entry(
        changing_entry("gate"), opened_already,
        fill=lambda things: {"number": things.scene.world.gate.pk, "wanted": "opened"},
    ),
    "subjects/<int:number>/branch/": Entry(
        changing_entry("gate"), changing_entry("gate"), fill=_pk("gate"),
        data=lambda things: {"branch": things.scene.world.branch.pk},
    ),
    "subjects/<int:number>/joint/": Entry(
        changing_entry("gate"), changing_entry("gate"), fill=_pk("gate"),
        data=lambda things: {"village": things.scene.world.village_c.pk},
    ),
    "subjects/<int:number>/joint/<int:row>/end/": Entry(
        None, unjoining, fill=lambda things: {"number": things.scene.world.gate.pk, "row": 0},
    ),
    "branches/": Entry(holding(Right.GAPS)),
    "areas/<int:key>/branches/new/": Entry(
        entering("village_a"), entering("village_a"), fill=_key("village_a"),
        data=lambda things: {"name": "东河临时党支部"},
    ),
    "mine/": Entry(anyone),
    "held/": Entry(passages_of_his),
    "steps/": Entry(
        anyone, publishing, data=lambda things: {"version": "1", "stop": "", "ask": "", "measure": "", "register": "",
                                                 "decide": "", "tell": ""},
    ),
    "steps/posts/<int:number>/": Entry(
        None, saying_version, fill=_pk("post"), data=lambda things: {"version": "1"},
    ),
    "orders/": Entry(anyone),
    "orders/new/": Entry(
        ordering, sending_order,
        data=lambda things: {
            "text": "报回人数", "areas": things.scene.world.village_a.pk,
            "due": f"{things.scene.now + timedelta(hours=5):%Y-%m-%dT%H:%M}+00:00",
        },
    ),
    "orders/<uuid:number>/": Entry(order_seen, fill=_order),
    "orders/<uuid:number>/answers/": Entry(
        None, order_answered, fill=_order,
        data=lambda things: {"addressee": things.order.pk, "result": "received"},
    ),
    "orders/<uuid:number>/objections/": Entry(
        None, no_objection, fill=_order,
        data=lambda things: {"addressee": things.order.pk, "outcome": "withdrawn"},
    ),
    "households/<int:number>/": Entry(seeing("household"), fill=_number("household")),
    "passages/": Entry(passages_of_his, passages_of_his, data=lambda things: {"plate": "云F12345"}),
    "passages/<int:number>/<str:day>/": Entry(
        ledger_of_post, fill=lambda things: {"number": things.scene.world.post.pk, "day": "2020-02-10"}
    ),
    "stock/": Entry(stock_of_his),
    "stock/donations/": Entry(holding(Right.GAPS)),
    "stock/<int:number>/": Entry(seeing("post"), fill=lambda things: {"number": things.scene.world.post.pk}),
    "stock/<int:number>/<slug:wanted>/": Entry(
        telling("post"), telling("post"), data=lambda things: {"mask": "5"},
        fill=lambda things: {"number": things.scene.world.post.pk, "wanted": "counts"},
    ),
    "stock/<int:number>/receipts/<uuid:notice>/": Entry(
        telling("post"), telling("post"), fill=_notice, data=lambda things: {"quantity": "5"}
    ),
    "people/": Entry(
        holding(Right.PEOPLE), holding(Right.PEOPLE), data=lambda things: {"identity": "P0000000"}
    ),
    "people/<int:number>/": Entry(
        seeing("yang_zhiqiang"), fill=lambda things: {"number": things.scene.world.yang_zhiqiang.pk}
    ),
    "subjects/<int:number>/": Entry(seeing("post"), fill=lambda things: {"number": things.scene.world.post.pk}),
    "subjects/<int:number>/numbers/": Entry(
        None, unmasking, fill=_number("household"), data=lambda things: {"field": "phone", "reason": "核对"}
    ),
    "subjects/<int:number>/chain/": Entry(appointing("household"), fill=_number("household")),
    "subjects/<int:number>/appointments/": Entry(
        None, appointing("household"), fill=_number("household"),
        data=lambda things: {"role": "guard", "username": things.user.username},
    ),
    "subjects/<int:number>/records/new/": Entry(
        telling("household"), telling("household"), fill=_number("household"),
        query=lambda things: {"form": "household_check"}, data=_check,
    ),
    "obligations/<int:number>/": Entry(obligation, fill=_number("obligation")),
    "obligations/<int:number>/waivers/": Entry(
        None, asking, fill=_number("obligation"), data=lambda things: {"reason": "away"}
    ),
    "records/<uuid:number>/": Entry(record, fill=_number("record")),
    "records/<uuid:number>/answers/": Entry(
        None, no_such_answer, fill=_number("record"), data=lambda things: {"field": "phone", "reason": "核对"}
    ),
    "records/<uuid:number>/attachments/<slug:field>/": Entry(
        lambda who, things: 404, lambda who, things: 404,
        fill=lambda things: {"number": things.record.pk, "field": "members"},
    ),
    "records/<uuid:number>/withdrawal/": Entry(None, record, fill=_number("record")),
    "waivers/": Entry(waiver_list),
    "waivers/<int:number>/answer/": Entry(
        None, granting, fill=lambda things: {"number": things.waiver}, data=lambda things: {"answer": "grant"}
    ),
    "waivers/<int:number>/withdrawal/": Entry(
        None, granting, fill=lambda things: {"number": things.waiver}, data=lambda things: {"why": "核对"}
    ),
    "notes/": Entry(holding(Right.GAPS), writing, data=lambda things: {"text": "一切正常"}),
    "notes/<int:number>/signature/": Entry(None, note, fill=lambda things: {"number": things.note}),
    "events/": Entry(holding(Right.GAPS)),
    "events/new/": Entry(
        holding(Right.ACTIVATE), starting,
        data=lambda things: {
            "area": things.scene.world.county.pk, "plan": f"{things.plan}|II", "title": "演练", "confirm": "no",
        },
    ),
    "events/<int:number>/": Entry(event_page, fill=_event),
    "events/<int:number>/opening/": Entry(event_page, fill=_event),
    "events/<int:number>/stages/": Entry(None, COUNTY_RANGE, fill=_event, data=lambda things: {"level": "II"}),
    "events/<int:number>/end/": Entry(
        COUNTY_RANGE, COUNTY_RANGE, fill=_event, data=lambda things: {"reason": "疫情结束", "waive": "yes"}
    ),
    "events/<int:number>/strictness/": Entry(
        COUNTY_RANGE, COUNTY_RANGE, fill=_event,
        query=lambda things: {"area": things.scene.world.longquan.pk, "duty": "symptom.to_clinic"},
        data=lambda things: {"warn": "1 min", "due": "2 min", "tell": "3 min"},
    ),
    "audit/": Entry(holding(Right.AUDIT)),
    "audit/checks/": Entry(None, holding(Right.AUDIT)),
    "accounts/": Entry(holding(Right.ADMIN)),
    "accounts/new/": Entry(
        holding(Right.ADMIN), holding(Right.ADMIN),
        data=lambda things: {"username": "new.one", "name": "新人", "password": "longer-than-ten"},
    ),
    "accounts/<int:number>/": Entry(own_county_account, fill=_account),
    "accounts/<int:number>/appointments/": Entry(
        None, own_county_account, fill=_account,
        data=lambda things: {"role": "health_bureau", "area": things.scene.world.county.pk, "deputy": "yes"},
    ),
    "accounts/<int:number>/state/": Entry(
        None, own_county_account, fill=_account, data=lambda things: {"state": "closed"}
    ),
    "accounts/<int:number>/password/": Entry(
        None, own_county_account, fill=_account, data=lambda things: {"password": "longer-than-ten"}
    ),
    "messages/": Entry(anyone),
    "messages/count/": Entry(anyone),
    "messages/seen/": Entry(None, anyone, data=lambda things: {"upto": 1}),
    "messages/preferences/": Entry(anyone, anyone, data=lambda things: {"sms": "yes"}),
    "channels/": Entry(holding(Right.ADMIN)),
    "channels/new/": Entry(
        holding(Right.ADMIN), setting_up, query=lambda things: {"kind": "wecom"},
        data=lambda things: {**ROBOT, "title": "群", "minutes": 30, "area": things.scene.world.county.pk},
    ),
    "channels/hosts/": Entry(None, holding(Right.ADMIN), data=lambda things: {"name": "smtp.example.cn"}),
    "channels/hosts/<int:number>/end/": Entry(None, own_county_account, fill=_number("host")),
    "channels/<int:number>/": Entry(
        own_county_account, own_county_account, fill=_number("channel"),
        data=lambda things: {"title": "群", "minutes": 30},
    ),
    "channels/<int:number>/state/": Entry(
        None, own_county_account, fill=_number("channel"), data=lambda things: {"state": "on"}
    ),
    "channels/<int:number>/trials/": Entry(None, own_county_account, fill=_number("channel")),
    "appointments/<int:number>/end/": Entry(
        None, ending, fill=_number("appointment"), data=lambda things: {"reason": "调离"}
    ),
    "appointments/<int:number>/leaves/": Entry(
        None, excusing, fill=_number("appointment"),
        data=lambda things: {
            "ends": f"{things.scene.now + timedelta(days=2):%Y-%m-%dT%H:%M}+00:00", "reason": "就医",
        },
    ),
    "leaves/<int:number>/end/": Entry(None, excusing, fill=_number("leave")),
    "account/": Entry(anyone),
    "account/password/": Entry(None, lambda who, things: 422, data=lambda things: {"old": "x", "new": "y"}),
    "account/code/": Entry(None, anyone, data=lambda things: {"step": "begin"}),
    "account/language/": Entry(None, anyone, data=lambda things: {"language": "en"}),
    "refusals/": Entry(anyone),
    "refusals/<int:number>/": Entry(refusal, refusal, fill=_number("refusal"), data=lambda things: {"how": "已核实"}),
    "refusals/<int:number>/family/": Entry(None, lambda who, things: 404, fill=_number("refusal")),
    "feedback/": Entry(anyone, anyone, data=lambda things: {"text": "字太小"}),
    "api/v1/openapi.json": Entry(anyone),
    "api/v1/records": Entry(None, handing_in, data=lambda things: {"records": []}, json=True),
    "subjects/<int:number>/links/": Entry(
        handing_over, handing_over, fill=_number("household"),
        data=lambda things: {"until": f"{things.scene.now + timedelta(days=3):%Y-%m-%d}"},
    ),
    "links/<uuid:number>/end/": Entry(
        None, ending_a_link, fill=lambda things: {"number": things.link.link.pk}, data=lambda things: {"reason": "丢失"}
    ),
    "r/<str:secret>/": Entry(anyone, fill=_secret, open=True),
    "r/<str:secret>/held/": Entry(anyone, fill=_secret, open=True),
    "r/<str:secret>/forms/<slug:key>/": Entry(
        anyone, None, fill=lambda things: {**_secret(things), "key": "need_told"}, open=True
    ),
    "r/<str:secret>/<path:rest>": Entry(
        None, None, fill=lambda things: {**_secret(things), "rest": "no/such/"}, open=True
    ),
    "devices/": Entry(anyone),
    "devices/invitations/": Entry(None, anyone),
    "devices/<uuid:number>/withdrawal/": Entry(
        None, withdrawing, fill=lambda things: {"number": things.device}, data=lambda things: {"reason": "丢失"}
    ),
    "areas/<int:key>/paper/": Entry(
        drawing_up, drawing_up, fill=_key("village_a"), data=lambda things: {"form": "household_check"}
    ),
    "subjects/<int:number>/paper/": Entry(
        telling("household"), telling("household"), fill=_number("household"), data=lambda things: {"day": ""}
    ),
    "paper/": Entry(anyone),
    "paper/<str:serial>/": Entry(sheet, fill=_serial),
    "paper/<str:serial>/pages/": Entry(sheet, fill=_serial),
    "paper/<str:serial>/rows/<int:place>/": Entry(
        None, sheet, fill=lambda things: _serial(things) | {"place": 1}, data=lambda things: {"left": "empty"}
    ),
    "paper/<str:serial>/rows/<int:place>/withdrawal/": Entry(
        None, untyped, fill=lambda things: _serial(things) | {"place": 1}
    ),
    "paper/<str:serial>/rest/": Entry(None, sheet, fill=_serial),
    "paper/<str:serial>/copies/": Entry(None, copying, fill=_serial),
    "q/<str:code>/": Entry(
        seeing_by_code,
        fill=lambda things: {"code": code_of_subject(things.household.area_id, things.household.pk)},
    ),
    "api/v1/devices": Entry(
        None, lambda who, things: 422, data=lambda things: {"invitation": "x", "name": "y"}, json=True, closed=422
    ),
    "api/v1/devices/renew": Entry(
        None, lambda who, things: 401, json=True, closed=401,
        data=lambda things: {"device": str(uuid7(things.scene.now)), "username": "x", "password": "y"},
    ),
    "api/v1/sync": Entry(anyone),
    "api/v1/excuses": Entry(None, anyone, data=lambda things: {"excuses": []}, json=True),
    "api/v1/families": Entry(None, anyone, data=lambda things: {"families": []}, json=True),
    "api/v1/attachments/<sha256>": Entry(
        None, handing_in, fill=lambda things: {"sha256": hashlib.sha256(PIXEL).hexdigest()}, put=True
    ),
    "api/v1/gaps": Entry(holding(Right.GAPS)),
    "api/v1/areas/<key>": Entry(area_of_the_county, fill=_county_key),
    "api/v1/obligations/<number>": Entry(obligation, fill=_number("obligation")),
    "api/v1/subjects/<number>": Entry(seeing("household"), fill=_number("household")),
}  # fmt: skip


def routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """Every route of the house."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_address_is_in_the_table():
    """A new address belongs into ADDRESSES, with the word who may open it."""
    found = {route for route in routes() if route != "api/v1/"}
    assert found == set(ADDRESSES)


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


def everybody(scene: Scene) -> list[Who]:
    """Somebody in every role, in the county and in the next."""
    found = []
    with acting(EVERYTHING):
        for role in LASTING:
            for user in (scene.inside(role), scene.outside.get(role)):
                if user is not None:
                    found.append(_who(role, user, scene))
    return found


def _who(role: str, user: User, scene: Scene) -> Who:
    seat = Appointment.objects.select_related("seat__area", "seat__subject").filter(user=user, seat__role=role)[0].seat
    if seat.subject_id is None:
        return Who(role, user, seat.area, frozenset())
    keeps = {seat.subject_id}
    if seat.subject.kind == "person":
        home = seat.subject.person.household
        keeps |= {home.pk, *home.members.values_list("pk", flat=True)}
    return Who(role, user, None, frozenset(keeps))


def ask(client: Client, entry: Entry, route: str, things: Things, method: str) -> int:
    """Ask for an address, and leave everything as it was."""
    path = f"/{route}"
    for name, value in entry.fill(things).items():
        typed = f"{value:018d}" if name == "key" and isinstance(value, int) else str(value)
        for kind in ("int:", "uuid:", "slug:", "str:", "path:", ""):
            path = path.replace(f"<{kind}{name}>", typed)
    query = "&".join(f"{key}={value}" for key, value in entry.query(things).items())
    address = f"{path}?{query}" if query else path
    with transaction.atomic():
        if method == "GET":
            said = client.get(address)
        else:
            sent = {"content_type": "application/json"} if entry.json else {}
            said = client.put(address, PIXEL) if entry.put else client.post(address, entry.data(things), **sent)
        transaction.set_rollback(True)
    return said.status_code


@pytest.fixture
def things(scene: Scene) -> Things:
    return things_of(scene)


@pytest.mark.parametrize("role", LASTING)
def test_a_role_opens_what_it_may_and_nothing_else(things: Things, signed_in, role: str):
    """Inside with the right: a page. Outside: nothing is there. Without the right: a sentence."""
    wrong = []
    for who in everybody(things.scene):
        if who.role != role:
            continue
        client = signed_in(who.user)
        for route, entry in ADDRESSES.items():
            if entry.open:
                continue
            for method, judge in (("GET", entry.get), ("POST", entry.post)):
                if judge is None:
                    continue
                with acting(EVERYTHING):
                    expected = judge(who, things)
                status = ask(client, entry, route, things, method)
                if status not in (expected if isinstance(expected, frozenset) else {expected}):
                    wrong.append(f"{who.user.name} {method} /{route}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_is_sent_to_sign_in(things: Things):
    """Nothing but the sign-in page, the language and the sign of life answers a stranger."""
    client = Client()
    for route, entry in ADDRESSES.items():
        for method, judge in (("GET", entry.get), ("POST", entry.post)):
            if judge is None:
                continue
            status = ask(client, entry, route, things, method)
            if entry.open:
                assert status in OK, route
            elif route.startswith("api/"):
                assert status == entry.closed, route
            else:
                assert status == 302, route
                assert client.get(f"/{route}".split("<", maxsplit=1)[0]).url.startswith("/sign-in/")


def test_nothing_changes_by_looking(things: Things, signed_in):
    """An address that changes something takes POST; one that only shows does not."""
    client = signed_in(things.scene.inside("county_duty"))
    for route, entry in ADDRESSES.items():
        if entry.open:
            continue
        if entry.get is None:
            assert ask(client, entry, route, things, "GET") == 405, route
        if (
            entry.post is None or entry.put
        ) and route != "api/v1/openapi.json":  # the library answers its description to any method
            assert ask(client, replace(entry, put=False), route, things, "POST") == 405, route
