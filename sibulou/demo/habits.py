"""How the field does each duty: with which form, at what hour, how often late or never, and what it writes down.

A habit knows the duties of the plan that ships; a duty without one is done by the first form that closes it, with
the plainest answers its fields allow, so that any plan can be played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sibulou.demo.dice import Dice, Ints, Parts
from sibulou.demo.parameters import Parameters
from sibulou.demo.roll import DAY, NEVER, Owed, Roll
from sibulou.duty.form import Field, FieldType, Form
from sibulou.duty.plan_parts import Plan

Content = Mapping[str, object]
HOUR = 3_600
THERMOMETERS = 2
"""How many every post and store has."""


@dataclass(frozen=True)
class County:
    """What every habit is given: the roll, the sheet, when the event began, and how far the zone is from UTC."""

    roll: Roll
    sheet: Parameters
    seed: int
    start: int
    offset: int

    def midnight(self, moment: Ints) -> Ints:
        """The local midnight before each moment."""
        return (moment + self.offset) // DAY * DAY - self.offset


@dataclass(frozen=True)
class Said:
    """What is written down: distinct contents, and which of them each row has."""

    contents: list[Content]
    which: Ints


Rhythm = Callable[[County, Owed, Dice], Ints]
Words = Callable[[County, Owed, Dice], Said]


@dataclass(frozen=True)
class Habit:
    """With which form a duty is done, when, and what is written."""

    form: str
    rhythm: Rhythm
    words: Words


# --- when ---------------------------------------------------------------------------------------------


def in_slot(low: float, high: float, *, late: float = 1.0, absent: float = 1.0) -> Rhythm:
    """Between two fractions of the span from the opening to the due moment; late and never by the sheet's shares."""

    def happened(county: County, owed: Owed, dice: Dice) -> Ints:
        keys = (owed.subject, owed.opened)
        span = np.maximum(owed.due - owed.opened, 120)
        moment = owed.opened + (span * (low + (high - low) * dice.roll("hour", *keys))).astype(np.int64)
        fate = dice.roll("fate", *keys)
        absences, lateness = county.sheet["absent"] * absent, county.sheet["late"] * late
        room = np.clip(np.minimum(owed.until - 120 - owed.due, 4 * HOUR), 0, None)
        after = owed.due + 120 + (room * dice.roll("late", *keys) ** 2).astype(np.int64)
        moment = np.where((fate < absences + lateness) & (room > 600), after, moment)
        return np.where((fate < absences) | silent(county, owed), NEVER, moment)

    return happened


def in_rounds(*, missed: float = 1.0, skip_first: bool = False) -> Rhythm:
    """On one of the window's days, in working hours; groups differ in how many doors they leave out."""

    def happened(county: County, owed: Owed, dice: Dice) -> Ints:
        keys = (owed.subject, owed.opened)
        days = np.maximum(1, (owed.until - owed.opened) // DAY)
        day = np.floor(dice.roll("day", *keys) ** 1.8 * days).astype(np.int64)
        moment = county.midnight(owed.opened) + day * DAY + working_hours(dice, *keys)
        moment = np.clip(moment, owed.opened + 60, owed.until - 60)
        gone = (dice.roll("missed", *keys) < missed_share(county, owed) * missed) | silent(county, owed)
        if skip_first:
            gone |= owed.opened == county.start
        return np.where(gone, NEVER, moment)

    return happened


def first_round(county: County, owed: Owed, dice: Dice) -> Ints:
    """Doors of the first days: almost eight in ten on the first day, a few after they were due."""
    home = owed.subject
    drawn = dice.roll("day", home)
    day = np.select([drawn < 0.78, drawn < 0.96], [0, 1], default=2)
    moment = county.midnight(owed.opened) + day * DAY + working_hours(dice, home)
    gone = dice.roll("missed", home) < missed_share(county, owed)
    return np.where(gone, NEVER, np.maximum(moment, owed.opened + 60))


def with_the_household(county: County, owed: Owed, dice: Dice) -> Ints:
    """People are seen when their door is opened; most of those behind a closed door a few days later."""
    home = county.roll.home_of(owed.subject)
    door = Owed(
        owed.id, owed.duty, home, owed.area, owed.seat, owed.opened, owed.warn, owed.due, owed.until, owed.opened_by
    )
    opened = first_round(county, door, Dice(county.seed, "household.screened"))
    moment = opened + 60 + (240 * dice.roll("minute", owed.subject)).astype(np.int64)
    back = 3 + np.floor(4 * dice.roll("back", owed.subject)).astype(np.int64)
    later = county.midnight(owed.opened) + back * DAY + working_hours(dice, owed.subject)
    again = dice.roll("again", owed.subject) < 0.6
    moment = np.where(opened == NEVER, np.where(again, later, NEVER), moment)
    return np.where(dice.roll("missed", owed.subject) < 0.001, NEVER, moment)


def told_at_once(county: County, owed: Owed, dice: Dice) -> Ints:
    """Six households in ten hear by message on the first day; the others when somebody comes."""
    moment = county.midnight(owed.opened) + 12 * HOUR + (9 * HOUR * dice.roll("hour", owed.subject)).astype(np.int64)
    return np.where(dice.roll("channel", owed.subject) < 0.6, np.maximum(moment, owed.opened + 60), NEVER)


def taught_at_home(county: County, owed: Owed, dice: Dice) -> Ints:
    day = np.floor(dice.roll("day", owed.subject) * 3.1).astype(np.int64)
    moment = county.midnight(owed.opened) + day * DAY + working_hours(dice, owed.subject)
    gone = (dice.roll("missed", owed.subject) < missed_share(county, owed)) | silent(county, owed)
    return np.where(gone, NEVER, np.maximum(moment, owed.opened + 60))


def working_hours(dice: Dice, *keys: Ints) -> Ints:
    """Seconds after midnight between half past eight and half past six."""
    return np.asarray(8.5 * HOUR + 10 * HOUR * dice.roll("hour", *keys)).astype(np.int64)


def missed_share(county: County, owed: Owed) -> Parts:
    """How many doors a round leaves out, by the temper of the group."""
    strained = Dice(county.seed, "temper").roll("strained", owed.group) < county.sheet["strained_groups"]
    return np.where(strained, county.sheet["strained_missed"], county.sheet["household_missed"])


def silent(county: County, owed: Owed) -> NDArray[np.bool_]:
    """Groups from which nothing comes any more, each from a day of its own on."""
    temper = Dice(county.seed, "temper")
    quiet = (owed.group > 0) & (temper.roll("silent", owed.group) < county.sheet["silent_groups"])
    since = county.start + ((6 + 3 * temper.roll("since", owed.group)) * DAY).astype(np.int64)
    return np.asarray(quiet & (owed.opened >= since))


def delay(county: County, owed: Owed, happened: Ints) -> Ints:
    """When the server learns of it: minutes mostly; from groups without signal in the evening, or days later."""
    dice, keys = Dice(county.seed, "signal"), (owed.subject, owed.opened)
    minutes = 20 - 180 * np.log1p(-dice.roll("minutes", *keys))
    offline = (owed.group > 0) & (dice.roll("offline", owed.group) < county.sheet["offline_groups"])
    days = np.where(dice.roll("days", owed.group, owed.opened) < 0.1, 1, 0)
    evening = county.midnight(happened) + 18 * HOUR + (2 * HOUR * dice.roll("evening", owed.group)).astype(np.int64)
    evening = np.where(evening <= happened, evening + DAY, evening) + days * DAY
    heard = np.where(offline, evening, happened + minutes.astype(np.int64))
    return np.where(happened == NEVER, NEVER, heard)


# --- what -----------------------------------------------------------------------------------------------


def plainly(**content: object) -> Words:
    """Always the same words."""
    return lambda county, owed, dice: Said([content], np.zeros(len(owed), dtype=np.int64))


def one_of(salt: str, *contents: Content) -> Words:
    """One of a few contents, all as likely."""

    def said(county: County, owed: Owed, dice: Dice) -> Said:
        drawn = dice.roll(salt, owed.subject, owed.opened)
        return Said(list(contents), np.floor(drawn * len(contents)).astype(np.int64))

    return said


def numbers(field: str, values: range, **rest: object) -> Words:
    """A number within a range, and what else the form asks."""
    return one_of(field, *({field: value, **rest} for value in values))


def _temperatures(dice: Dice, share: float, *keys: Ints) -> Ints:
    """Tenths of a degree: 360 to 369, and 376 to 381 for the share with fever."""
    usual = 360 + np.floor(10 * dice.roll("degrees", *keys)).astype(np.int64)
    high = 376 + np.floor(6 * dice.roll("high", *keys)).astype(np.int64)
    return np.where(dice.roll("fever", *keys) < share, high, usual)


def _distinct(columns: list[Ints], content: Callable[..., Content]) -> Said:
    """Contents made once for each combination of whole numbers."""
    if not len(columns[0]):
        return Said([], columns[0])
    rows, which = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return Said([content(*row) for row in rows.tolist()], which.reshape(-1).astype(np.int64))


def a_reading(county: County, owed: Owed, dice: Dice) -> Said:
    keys = (owed.subject, owed.opened)
    out = (dice.roll("out", *keys) < county.sheet["left_home"] / 4).astype(np.int64)
    return _distinct(
        [_temperatures(dice, 0.0015, *keys), out],
        lambda tenths, gone: {"temperature": tenths / 10, "at_home": not gone},
    )


ORIGINS = ("", "wuhan", "hubei", "other_province", "province")


def origins(county: County, people: Ints) -> Ints:
    """Where those who came back came from, as positions in ORIGINS; 0 for who is long back and watched no more."""
    sheet = county.sheet
    drawn = Dice(county.seed, "origin").roll("from", people) * sheet["returned"]
    bounds = np.cumsum([sheet["returned_wuhan"], sheet["returned_hubei"], sheet["returned_recent"], 3_000])
    found = np.select([drawn < bounds[0], drawn < bounds[1], drawn < bounds[2], drawn < bounds[3]], [1, 2, 3, 0], 4)
    return np.where(county.roll.state_of(people) == 2, found, 0)


def a_person(county: County, owed: Owed, dice: Dice) -> Said:
    state, origin = county.roll.state_of(owed.subject), origins(county, owed.subject)
    tenths = _temperatures(dice, county.sheet["fever"], owed.subject)

    def content(away: int, came: int, degrees: int) -> Content:
        if away:
            return {"state": "away"}
        where: Content = {"state": "returned", "origin": ORIGINS[came]} if came else {"state": "present"}
        return {**where, "temperature": degrees / 10}

    gone = (state == 1).astype(np.int64)
    return _distinct([gone, np.where(gone == 1, 0, origin), np.where(gone == 1, 0, tenths)], content)


def a_household(county: County, owed: Owed, dice: Dice) -> Said:
    keys = (owed.subject, owed.opened)
    more = (dice.roll("more", *keys) < 0.0001).astype(np.int64)
    unwell = (dice.roll("unwell", *keys) < 0.0001).astype(np.int64)
    size, away = county.roll.size_of(owed.subject), county.roll.away_of(owed.subject)
    first = (owed.opened == county.start).astype(np.int64)
    return _distinct(
        [size + more, size - away, first, unwell],
        lambda members, present, new, ill: {
            "members": members,
            "present": present,
            **({} if new else {"unchanged": True}),
            **({"unwell": True} if ill else {}),
        },
    )


_CHANNELS: list[Content] = [
    {"channel": word, "language": "mandarin"} for word in ("wechat", "wechat", "phone", "broadcast")
]
_TREATED: Content = {"agent": "chlorine", "strength": 500.0, "minutes": 30}
_TALKS: list[Content] = [
    {"means": means, "topics": ["five_donts", "hygiene"]} for means in ("door", "door", "door", "phone")
]
_MIND: list[Content] = [{"findings": 0}, {"findings": 0}, {"findings": 0}, {"findings": 1, "text": "登记不全"}]
_ALL_CAME: list[Content] = [*[{"absent": 0}] * 49, {"absent": 1}]
"""In one shift of fifty somebody does not come."""
_ALL_TRADES: Content = {"crew": 4, "trades": ["health", "police", "emergency"]}


def _rows(low: int, high: int) -> list[Content]:
    return [{"rows": n, "total": n, "zero": n == 0, "abnormal": 0} for n in range(low, high)]


QUICK = in_slot(0.05, 0.8, late=0.6, absent=0.3)
AT_DAYS_END = in_slot(0.75, 0.97, late=0.7)
HABITS: Mapping[str, Habit] = {
    "start.acknowledge": Habit("start_acknowledged", in_slot(0.1, 0.9, absent=0), plainly(read=True)),
    "township.defence_plan": Habit(
        "defence_plan", in_slot(0.3, 0.9, absent=0), numbers("posts", range(8, 14), lead="值班领导", people=60)
    ),
    "township.teams": Habit("team_deployed", in_rounds(), numbers("people", range(40, 80), teams=6, idle=0)),
    "post.opened": Habit("post_opened", in_slot(0.05, 0.9, absent=0), plainly(branch="临时党支部", kit=True)),
    "branch.round": Habit("branch_round", in_slot(0.2, 0.95), plainly(seen=2, well=True)),
    "post.handover": Habit(
        "post_handover", in_slot(0.1, 0.8, late=0.4, absent=0.3), plainly(**{"from": "交班员", "to": "接班员"})
    ),
    "shift.signed_on": Habit("shift_sign_on", in_slot(0.7, 0.98, late=0.4, absent=0.3), one_of("absent", *_ALL_CAME)),
    "shift.handed_over": Habit(
        "shift_handover",
        in_slot(0.65, 0.95, late=0.4, absent=0.3),
        plainly(**{"from": "交班员", "to": "接班员", "kit": True}),
    ),
    "post.strength": Habit("post_sign_on", in_slot(0.3, 0.9, late=5, absent=0), plainly(on_duty=3)),
    "post.passes": Habit(
        "checkpoint_hour", in_slot(0.2, 0.9, late=0.5, absent=0.5), numbers("vehicles", range(3, 40), people=55)
    ),
    "post.steps": Habit("steps_confirmed", QUICK, plainly(version="2020-02-01")),
    "gate.trades": Habit("gate_shift", in_slot(0.1, 0.8, late=0.5, absent=0.3), plainly(**_ALL_TRADES)),
    "held.seen": Habit("held_seen", QUICK, plainly(doctor="白医生", finding="stays")),
    "transfer.receive": Habit(
        "transfer_received", QUICK, plainly(receiver="接诊医生", place="乡镇卫生院", outcome="observed")
    ),
    "turnback.noted": Habit("turnback_noted", QUICK, plainly(told=True)),
    "turnback.received": Habit("turnback_received", QUICK, plainly(outcome="host_told")),
    "turnback.came_in": Habit("came_in_settled", QUICK, plainly(outcome="turned_back")),
    "arrival.met": Habit("arrival_met", QUICK, plainly(met=True, **{"class": "monitoring"})),
    "pass.remeasure": Habit("remeasured", QUICK, plainly(temperature=36.6, way="armpit")),
    "pass.rows": Habit("passage_explained", QUICK, plainly(outcome="on_paper")),
    "pass.shift": Habit("passage_explained", QUICK, plainly(outcome="not_signed")),
    "stock.counted": Habit("stock_count", AT_DAYS_END, plainly(thermometer=THERMOMETERS)),
    "store.counted": Habit("stock_count", AT_DAYS_END, plainly(thermometer=THERMOMETERS)),
    "order.receive": Habit("order_received", QUICK, plainly(read=True)),
    "order.carry_out": Habit("order_done", QUICK, plainly(result="done")),
    "post.order_receive": Habit("post_order_received", QUICK, plainly(read=True)),
    "post.order_carry_out": Habit("post_order_done", QUICK, plainly(result="done")),
    "order.answer": Habit("order_answered", QUICK, plainly(outcome="helped")),
    "village.chain": Habit(
        "chain_named", in_slot(0.3, 0.9, absent=0), plainly(deputy=True, groups_covered=13, groups=13)
    ),
    "group.disinfected": Habit("group_disinfected", in_rounds(missed=1.5), plainly(**_TREATED)),
    "place.disinfected": Habit("place_disinfected", in_slot(0.05, 0.7, absent=0.8), plainly(**_TREATED)),
    "place.corners": Habit("corner_check", in_rounds(), plainly(dirty=0)),
    "correction.person": Habit("correction_settled", in_slot(0.3, 0.9, late=3), plainly(outcome="corrected")),
    "correction.household": Habit(
        "household_correction_settled", in_slot(0.3, 0.9, late=3), plainly(outcome="corrected")
    ),
    "problem.solved": Habit("problem_solved", in_slot(0.3, 0.9, late=3), plainly(solved=True, checker="复核人")),
    "village.broadcast": Habit("broadcast_log", AT_DAYS_END, numbers("plays", range(6, 20), unheard=0)),
    "village.dialect": Habit("dialect_log", in_rounds(), numbers("plays", range(2, 9), language="yi")),
    "household.told": Habit("household_told", told_at_once, one_of("how", *_CHANNELS)),
    "household.visited": Habit("household_visit", in_rounds(missed=1.5), one_of("means", *_TALKS)),
    "elder.taught": Habit(
        "elder_taught",
        taught_at_home,
        one_of("tongue", {"repeated": True, "language": "mandarin"}, {"repeated": True, "language": "dialect"}),
    ),
    "rumour.answered": Habit("rumour_answered", QUICK, plainly(answer="经核实为不实信息，请以县指挥部通告为准。")),
    "banquet.talked_out": Habit(
        "banquet_settled",
        QUICK,
        one_of("how", {"outcome": "postponed", "signed": True}, {"outcome": "simple", "signed": True}),
    ),
    "village.team": Habit("team_named", in_slot(0.3, 0.9, absent=0), plainly(members=12, medics=2, police=1)),
    "household.screened": Habit("household_check", first_round, a_household),
    "person.seen": Habit("person_seen", with_the_household, a_person),
    "household.recheck": Habit("household_check", in_rounds(skip_first=True), a_household),
    "roster.mend": Habit("household_mended", in_slot(0.2, 1.0, late=4), plainly(added=1, reason="新返乡，已登记")),
    "sighting.match": Habit("sighting_settled", in_slot(0.1, 0.9, late=2), plainly(outcome="listed")),
    "watch.guarded": Habit("guard_accepted", in_slot(0.2, 0.9, absent=0.5), plainly(accepted=True)),
    "watch.reading": Habit("reading", in_slot(0.02, 0.5), a_reading),
    "watch.contacts": Habit(
        "contacts_call",
        in_slot(0.3, 0.9),
        one_of("met", {"reached": True, "means": "phone", "met": 0}, {"reached": True, "means": "video", "met": 1}),
    ),
    "contact.traced": Habit("person_seen", QUICK, plainly(state="present", temperature=36.5)),
    "exit.answer": Habit("exit_answered", in_slot(0.2, 1.0), plainly(outcome="returned")),
    "symptom.to_clinic": Habit(
        "clinic_arrival", in_slot(0.2, 0.95, late=3), plainly(clinic="乡镇卫生院", outcome="home")
    ),
    "symptom.named": Habit("unwell_settled", in_slot(0.2, 0.95, late=3), plainly(outcome="well")),
    "watch.release": Habit("follow_up", in_slot(0.05, 0.9), plainly(reached=True, well=True)),
    "person.settle_duplicate": Habit(
        "duplicate_settled", in_slot(0.4, 1.0, late=5, absent=15), plainly(outcome="same")
    ),
    "site.inspected": Habit("site_inspection", in_rounds(), one_of("found", *_MIND)),
    "shop.inspected": Habit("shop_inspection", in_rounds(), one_of("found", *_MIND)),
    "finding.mended": Habit("findings_mended", QUICK, plainly(left=0)),
    "shop.mended": Habit("findings_mended", QUICK, plainly(left=0)),
    "clinic.tick": Habit("clinic_day", AT_DAYS_END, numbers("visits", range(2, 40), fever=0)),
    "pharmacy.tick": Habit("pharmacy_day", AT_DAYS_END, numbers("sales", range(15))),
    "pharmacy.real_user": Habit("real_user_named", QUICK, plainly(name="用药人")),
    "village.close": Habit("daily_close", AT_DAYS_END, one_of("rows", *_rows(20, 60))),
    "township.close": Habit("daily_close", AT_DAYS_END, one_of("rows", *_rows(150, 400))),
    "county.close": Habit("daily_close", in_slot(0.85, 0.98, late=0, absent=0), one_of("rows", *_rows(1500, 2500))),
    "close.mend": Habit("daily_close_amended", QUICK, plainly(rows=40, total=40, reason="漏加一行")),
    "needs.met": Habit("need_met", QUICK, plainly(delivered=True)),
}


# --- any other duty -------------------------------------------------------------------------------------


def habit_of(plan: Plan, duty: str) -> Habit | None:
    """How a duty is done: by its habit, if the plan has the form, else by the plainest answers that close it."""
    known = HABITS.get(duty)
    if known is not None and any(closer.form == known.form for closer in plan.duties[duty].closers):
        return known
    for closer in plan.duties[duty].closers:
        form = plan.forms[closer.form]
        content = {field.key: plain_answer(field) for field in form.fields if field.required}
        if not form.by_system and duty in plan.closing(form.key, content, {"kind": form.kind}):
            return Habit(form.key, QUICK, plainly(**content))
    return None


def plain_answer(field: Field) -> object:
    """The plainest answer a field takes."""
    if field.choices:
        first = field.choices[0].key
        return [first] if field.type is FieldType.CHOICES else first
    low = field.min if field.min is not None else 0
    plain: dict[FieldType, object] = {
        FieldType.BOOLEAN: True,
        FieldType.INTEGER: max(1, int(low)),
        FieldType.NUMBER: max(1.0, float(low)),
        FieldType.DATE: "2020-02-01",
        FieldType.MOMENT: "2020-02-01T08:00+08:00",
        FieldType.AREA: "0" * 18,
        FieldType.SUBJECT: "1",
        FieldType.PHOTO: "0" * 64,
        FieldType.VOICE: "0" * 64,
    }
    return plain.get(field.type, "已办")


__all__ = ["HABITS", "County", "Form", "Habit", "Said", "habit_of", "origins", "plain_answer"]
