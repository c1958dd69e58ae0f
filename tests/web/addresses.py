"""Every address: what it takes and to whom it answers. An address that is not in it fails `test_every_address`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sibulou.lib.uuid7 import uuid7
from sibulou.paper.serial import code_of_subject
from sibulou.roster.role import Right
from tests.web.one_of_everything import PIXEL, ROBOT, Things
from tests.web.who_may import (
    Judge,
    _notice,
    a_shift,
    anyone,
    appointing,
    appointing_in_the_county,
    area_of_the_county,
    asking,
    boards,
    changing,
    changing_a_shift,
    changing_entry,
    changing_the_force,
    copying,
    drawing_up,
    editing_a_roster,
    ending,
    ending_a_link,
    entering,
    entering_the_force,
    event_page,
    excusing,
    granting,
    granting_a_seal,
    handing_in,
    handing_over,
    holding,
    ledger_of_post,
    making_rosters,
    no_member,
    no_objection,
    no_such_answer,
    note,
    obligation,
    of_the_force,
    opened_already,
    order_answered,
    order_seen,
    ordering,
    own_county_account,
    panel,
    passages_of_his,
    proposing,
    publishing,
    record,
    refusal,
    saying_version,
    seeing,
    seeing_by_code,
    sending_order,
    setting_up,
    sheet,
    starting,
    stock_of_his,
    telling,
    unjoining,
    unmasking,
    untyped,
    waiver_list,
    withdrawing,
    without_files,
    writing,
)

Fill = Callable[[Things], dict[str, object]]


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
