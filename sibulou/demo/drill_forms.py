"""What the field writes in the drill: for each form an answer that closes, one that does not, and what opens a duty.

`FULL` satisfies every condition a closer of covid19-2020 sets, `HOLLOW` fails it; forms not in `HOLLOW` close whatever
is written on them. `OPENERS` are the records by which the plan's rules open its event duties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FULL: Mapping[str, Mapping[str, object]] = {
    "start_acknowledged": {"read": True},
    "defence_plan": {"lead": "李建国", "posts": 3, "people": 40},
    "team_deployed": {"teams": 2, "people": 30},
    "chain_named": {"deputy": True, "groups_covered": 9, "groups": 9},
    "team_named": {"members": 5, "medics": 1},
    "channel_repaired": {"how": "sent"},
    "cordon_closed": {"standing": 72},
    "order_received": {"read": True},
    "order_done": {"result": "done"},
    "post_order_received": {"read": True},
    "post_order_done": {"result": "done"},
    "seat_order_received": {"read": True},
    "seat_order_done": {"result": "done"},
    "order_answered": {"outcome": "helped"},
    "broadcast_log": {"plays": 3, "unheard": 0},
    "dialect_log": {"language": "yi", "plays": 2},
    "daily_close": {"rows": 4, "total": 4, "zero": False},
    "daily_close_amended": {"rows": 4, "total": 4, "reason": "漏加一行"},
    "sighting_settled": {"outcome": "not_here"},
    "group_disinfected": {"agent": "chlorine", "strength": 500, "minutes": 30},
    "correction_settled": {"outcome": "corrected"},
    "household_correction_settled": {"outcome": "right"},
    "problem_solved": {"solved": True, "checker": "王芳"},
    "rumour_answered": {"answer": "已公开回应"},
    "banquet_settled": {"outcome": "postponed", "signed": True},
    "household_check": {"members": 0, "present": 0, "unchanged": True},
    "household_told": {"channel": "broadcast"},
    "household_visit": {"means": "door"},
    "household_mended": {"added": 1},
    "unwell_settled": {"outcome": "well"},
    "need_met": {"delivered": True},
    "person_seen": {"state": "present"},
    "reading": {"temperature": 36.4, "at_home": True},
    "contacts_call": {"reached": True},
    "guard_accepted": {"accepted": True},
    "exit_answered": {"outcome": "returned"},
    "clinic_arrival": {"clinic": "卫生院"},
    "follow_up": {"reached": True, "well": True},
    "watch_lifted": {"class": "home", "signatures": 3},
    "elder_taught": {"repeated": True},
    "duplicate_settled": {"outcome": "same"},
    "post_opened": {"branch": "临时党支部", "kit": True},
    "post_stepped": {"step": "opened"},
    "post_withdrawn": {"number": "第9号"},
    "post_led": {"branch": "临时党支部"},
    "branch_round": {"seen": 2, "well": True},
    "post_handover": {"from": "张伟", "to": "刘强"},
    "post_sign_on": {"on_duty": 3},
    "shift_sign_on": {"absent": 0},
    "shift_handover": {"from": "张伟", "to": "刘强", "kit": True},
    "strength_back": {"minutes": 5},
    "gate_shift": {"crew": 4, "trades": ["health", "police", "emergency"]},
    "checkpoint_hour": {"vehicles": 12, "people": 20},
    "checkpoint_pass": {
        "name": "过路人",
        "direction": "in",
        "temperature": 36.5,
        "matched": True,
        "disposal": "passed",
    },
    "remeasured": {"temperature": 36.6, "way": "armpit"},
    "passage_mended": {"how": "rows"},
    "passage_explained": {"outcome": "on_paper"},
    "turnback_noted": {"told": True},
    "turnback_received": {"outcome": "host_told"},
    "came_in_settled": {"outcome": "turned_back"},
    "arrival_met": {"met": True, "class": "monitoring"},
    "held_seen": {"doctor": "白芸", "finding": "stays"},
    "transfer_received": {"receiver": "赵敏", "place": "留观点"},
    "stock_count": {"thermometer": 0},
    "stock_received": {"item": "disinfectant", "quantity": 20, "receiver": "陈杰"},
    "stock_explained": {"cause": "not_written", "remark": "夜班领用漏记"},
    "stock_mended": {"how": "supplied"},
    "stock_delivered": {"quantity": 20},
    "post_reviewed": {"decision": "keep"},
    "steps_confirmed": {"version": "2"},
    "place_disinfected": {"agent": "chlorine", "strength": 500, "minutes": 30},
    "corner_check": {"dirty": 0},
    "clinic_day": {"visits": 5, "fever": 0},
    "pharmacy_day": {"sales": 3},
    "real_user_named": {"name": "周平"},
    "site_inspection": {"findings": 0},
    "shop_inspection": {"findings": 0},
    "findings_mended": {"left": 0},
    "firm_plan": {"staff": 20, "from_epidemic": 0, "lead": "吴军"},
}

HOLLOW: Mapping[str, Mapping[str, object]] = {
    "start_acknowledged": {"read": False},
    "defence_plan": {"lead": "李建国", "posts": 0, "people": 0},
    "chain_named": {"deputy": False, "groups_covered": 1, "groups": 9},
    "team_named": {"members": 5, "medics": 0},
    "broadcast_log": {"plays": 3, "unheard": 2, "substitute": "none"},
    "daily_close_amended": {"rows": 4, "total": 5, "reason": "仍不符"},
    "problem_solved": {"solved": False, "checker": "王芳"},
    "banquet_settled": {"outcome": "simple", "signed": False},
    "need_met": {"delivered": False},
    "contacts_call": {"reached": False},
    "guard_accepted": {"accepted": False},
    "follow_up": {"reached": False},
    "elder_taught": {"repeated": False},
    "post_stepped": {"step": "suspended"},
    "turnback_noted": {"told": False},
    "arrival_met": {"met": False},
    "post_sign_on": {"on_duty": 1},
    "gate_shift": {"crew": 4, "trades": ["police", "volunteer"]},
    "order_received": {"read": False},
    "post_order_received": {"read": False},
    "seat_order_received": {"read": False},
    "corner_check": {"dirty": 3},
    "findings_mended": {"left": 1},
}


@dataclass(frozen=True)
class Opener:
    """A record that opens `duty`: on a subject of `scope`. `field` names another, of `target`, that then owes; `beside`
    are duties it opens there, too. `next_posts`: the posts one may try next owe the passing on of a notice."""

    duty: str
    scope: str
    form: str
    content: Mapping[str, object]
    field: str | None = None
    target: str | None = None
    beside: tuple[str, ...] = ()
    next_posts: bool = False


_PASS = {"name": "过路人", "direction": "in", "temperature": 36.5, "matched": True, "disposal": "passed"}
_OPENERS = (
    Opener("post.strength", "posts.open", "post_sign_off", {"on_duty": 0, "reason": "meal"}),
    Opener("transfer.receive", "posts.open", "checkpoint_pass", {**_PASS, "disposal": "held"},
           beside=("held.seen",)),
    Opener("held.seen", "posts.open", "checkpoint_pass", {**_PASS, "disposal": "held"}, beside=("transfer.receive",)),
    Opener("pass.remeasure", "posts.open", "checkpoint_pass", {**_PASS, "temperature": 38.0},
           beside=("transfer.receive",)),
    Opener("post.steps", "posts.open", "card_published", {"version": "2"}),
    Opener("pass.rows", "posts.open", "passage_found", {"kind": "rows_short", "said": 4, "rows": 3}),
    Opener("pass.shift", "posts.open", "passage_found", {"kind": "no_shift"}),
    Opener("turnback.noted", "posts.open", "turnback_notice", {"at": "2020-02-01T08:00:00+08:00"}),
    Opener("turnback.received", "posts.open", "checkpoint_pass", {**_PASS, "disposal": "turned_back"}, "destination",
           "areas.villages", next_posts=True),
    Opener("turnback.came_in", "posts.open", "passage_found", {"kind": "came_in", "by": ["plate"]}),
    Opener("arrival.met", "posts.open", "checkpoint_pass", {**_PASS, "origin": "other_province"}, "destination",
           "areas.villages"),
    *(Opener(f"{stem}.receive", scope, "stock_coming", {"item": "disinfectant", "quantity": 20})
      for stem, scope in (("stock", "posts.open"), ("store", "places.stores"))),
    *(Opener(f"{stem}.explain", scope, "stock_found", {"kind": "differs", "book": 9, "count": 8})
      for stem, scope in (("stock", "posts.open"), ("store", "places.stores"))),
    *(Opener(f"{stem}.cover", scope, "stock_found", {"kind": "cover", "days": 1.5})
      for stem, scope in (("supplies", "posts.open"), ("store", "places.stores"))),
    Opener("supplies.deliver", "posts.open", "stock_request", {"item": "mask", "quantity": 200}),
    Opener("order.receive", "areas.townships", "order_sent", {"text": "请即传达"}, beside=("order.carry_out",)),
    Opener("order.carry_out", "areas.townships", "order_sent", {"text": "请即落实"}, beside=("order.receive",)),
    Opener("post.order_receive", "posts.open", "post_order_sent", {"text": "请即传达"},
           beside=("post.order_carry_out",)),
    Opener("post.order_carry_out", "posts.open", "post_order_sent", {"text": "请即落实"},
           beside=("post.order_receive",)),
    Opener("seat.order_receive", "people.watched", "seat_order_sent", {"text": "请即传达"},
           beside=("seat.order_carry_out",)),
    Opener("seat.order_carry_out", "people.watched", "seat_order_sent", {"text": "请即落实"},
           beside=("seat.order_receive",)),
    Opener("order.answer", "areas.county", "order_objected", {"result": "cannot", "order": "drill"}),
    Opener("problem.solved", "areas.villages", "problem_found", {"kind": "litter", "text": "村口垃圾"}),
    Opener("correction.person", "people", "correction_asked", {"about": "phone", "text": "号码已换"}),
    Opener("correction.household", "households", "household_correction_asked",
           {"about": "address", "text": "门牌有误"}),
    Opener("channel.repaired", "areas.county", "channel_failed", {"kind": "wecom", "tries": 3}),
    Opener("post.withdraw", "posts.open", "post_reviewed", {"decision": "close", "number": "第9号"}),
    Opener("village.cordon", "areas.villages", "cordon_open", {"km": 5.5, "barriers": 1, "standing": 71}),
    Opener("rumour.answered", "areas.county", "rumour_seen", {"text": "不实消息"}),
    Opener("banquet.talked_out", "areas.villages", "banquet_known", {"kind": "wedding", "planned": "2020-03-01"}),
    Opener("roster.mend", "households", "household_check", {"members": 60, "present": 1}),
    Opener("sighting.match", "posts.open", "checkpoint_pass", {**_PASS, "matched": False}, "destination",
           "areas.villages"),
    Opener("contact.traced", "people.watched", "contact_named", {}, "contact", "people"),
    Opener("exit.answer", "people.watched", "exit_seen", {"where": "村口"}),
    Opener("symptom.to_clinic", "people", "symptom_found", {"symptoms": ["cough"]}),
    Opener("symptom.named", "households", "household_check", {"members": 0, "present": 0, "unwell": True}),
    Opener("finding.mended", "institutions.clinics", "site_inspection", {"findings": 2, "text": "预检分诊不全"}),
    Opener("shop.mended", "institutions.pharmacies", "shop_inspection", {"findings": 1, "text": "登记不全"}),
    Opener("pharmacy.real_user", "institutions.pharmacies", "pharmacy_sale",
           {"drug": "fever", "buyer": "代购人", "user_named": False}),
    Opener("close.mend", "areas.villages", "daily_close", {"rows": 4, "total": 5, "zero": False}),
    Opener("needs.met", "households", "need_told", {"need": "food"}),
)  # fmt: skip
OPENERS: Mapping[str, Opener] = {one.duty: one for one in _OPENERS}
