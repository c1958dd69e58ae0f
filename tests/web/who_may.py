"""Who may: for each kind of address, what somebody is answered. Said here a second time, not asked of the database."""

from __future__ import annotations

from collections.abc import Callable

from sibulou.fronts.control.orders.judging import SENDERS
from sibulou.fronts.defence.stores.finding import COMING, hold, name_id
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Area, Subject
from sibulou.roster.role import ROLES, Right
from tests.web.everybody import Who
from tests.web.one_of_everything import Things

OK = frozenset({200, 302})

Judge = Callable[[Who, Things], int | frozenset[int]]


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
