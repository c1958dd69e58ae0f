"""Orders flow down (S20): received, read, done, objected to, each in its clock; what is not is a gap by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.listening import Heard
from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import About, Told
from sibulou.fronts.control.models import Addressee, Order
from sibulou.fronts.control.orders.answering import answer_objection, answer_order
from sibulou.fronts.control.orders.following import hear_answers
from sibulou.fronts.control.orders.problems import (
    AnsweredAlready,
    DueNotAhead,
    MayNotOrder,
    NobodyCalled,
    NothingReturned,
    OrderEmpty,
    OrderToNobody,
)
from sibulou.fronts.control.orders.sending import To, Wording, send_order, to_areas, to_people, to_roles
from sibulou.lib.clock import now as clock_now
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import appoint, make_seat
from sibulou.roster.audit import By
from sibulou.roster.models import User
from tests.web.scene import Scene, build


@dataclass
class Desk:
    """The duty officer's desk: `desk.sends(to, hours until it is due)`."""

    scene: Scene

    @property
    def now(self) -> datetime:
        return self.scene.now

    def sends(self, to: list[To], *, by: User | None = None, text: str = "连夜排查外来车辆", hours: float = 3) -> Order:
        user = by or self.scene.world.duty_officer
        wording = Wording(text, self.now + timedelta(hours=hours), "指〔2020〕1号", "报回车辆数")
        made = send_order(wording=wording, to=to, reach=reach_of(user, now=self.now), by=_by(user), now=self.now)
        return Order.objects.get(pk=made)

    def answers(self, addressee: Addressee, result: str, remark: str = "", *, by: User, after: int = 5) -> None:
        now = self.now + timedelta(minutes=after)
        answer_order(addressee=addressee, result=result, remark=remark, reach=reach_of(by, now=self.now), by=_by(by),
                     now=now)  # fmt: skip

    def of(self, sent: Addressee, step: str) -> Obligation:
        """What one addressee owes: `receive` or `carry_out`."""
        return Obligation.objects.select_related("seat").get(opened_by=sent.record, duty__key__endswith=step)

    def owed(self, duty: str) -> list[Obligation]:
        """What a duty opened, the oldest first, met or not."""
        rows = Obligation.objects.filter(duty__key=duty).order_by("area_id", "opened_at", "pk")
        return list(rows.select_related("seat", "subject"))


def _by(user: User) -> By:
    return By(user.name, "", user.pk)


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    with acting(EVERYTHING):
        yield Desk(build(now=clock_now()))


def test_each_seat_owes_its_own_receipt_and_its_own_doing(desk: Desk) -> None:
    """To two townships: two receipts within half an hour, two completions by the time that the order gives."""
    world = desk.scene.world
    order = desk.sends(to_areas([world.longquan, world.qingshan]), hours=5)
    receipts, doings = desk.owed("order.receive"), desk.owed("order.carry_out")
    assert [one.area_id for one in receipts] == [world.longquan.pk, world.qingshan.pk]
    assert {one.due_at - one.opened_at for one in receipts} == {timedelta(minutes=30)}
    assert {one.due_at for one in doings} == {order.due_at}
    assert {one.seat.role for one in (*receipts, *doings)} == {"township_duty"}


def test_an_order_to_a_role_is_owed_by_that_role(desk: Desk) -> None:
    """Every village's doctor in the county; the seat that is vacant owes it too, and nobody answers there."""
    desk.sends(to_roles(["village_doctor"], under=desk.scene.world.county.pk, now=desk.now))
    assert [one.seat.role for one in desk.owed("order.carry_out")] == ["village_doctor"] * 3
    vacant = desk.scene.world.seats["village_doctor", "village_b"]
    assert vacant.pk in {one.seat_id for one in desk.owed("order.receive")}


def test_an_order_to_the_posts_is_owed_by_their_heads(desk: Desk) -> None:
    world = desk.scene.world
    order = desk.sends(to_roles(["post_head"], under=world.county.pk, now=desk.now))
    doings = desk.owed("post.order_carry_out")
    assert {(one.subject_id, one.seat.role) for one in doings} == {
        (world.post.pk, "post_head"),
        (world.gate.pk, "post_head"),
    }
    assert {one.due_at for one in doings} == {order.due_at} and desk.owed("order.carry_out") == []


def test_a_person_is_reached_through_his_seat(desk: Desk) -> None:
    world = desk.scene.world
    called = to_people([world.doctor_a.name, "罗兰"], under=world.county.pk, now=desk.now)
    assert [one.role for one in called] == ["village_doctor", "township_duty"]
    with pytest.raises(NobodyCalled):
        to_people(["查无此人"], under=world.county.pk, now=desk.now)
    with pytest.raises(NobodyCalled):
        to_people([world.outsider.name], under=world.county.pk, now=desk.now)


@pytest.mark.parametrize(
    ("name", "role", "kind"),
    [("李强", "guard", "person"), ("任静", "institution_head", "institution"), ("石磊", "post_head", "post")],
)
def test_whoever_sits_on_a_subject_is_reached_there(desk: Desk, name: str, role: str, kind: str) -> None:
    """A guard, the head of a shop, the head of a post: received within half an hour, done by when the order says; he
    answers it himself, and an objection of his climbs like any other."""
    order = desk.sends(to_people([name], under=desk.scene.world.county.pk, now=desk.now))
    (sent,) = order.addressees.all()
    assert (sent.role, sent.subject.kind) == (role, kind)
    receipt, doing = desk.of(sent, "receive"), desk.of(sent, "carry_out")
    assert receipt.due_at - receipt.opened_at == timedelta(minutes=30) and doing.due_at == order.due_at
    assert receipt.seat.role == doing.seat.role == role
    user = User.objects.get(name=name)
    desk.answers(sent, "received", by=user)
    assert desk.of(sent, "receive").met_at is not None and desk.of(sent, "carry_out").met_at is None
    desk.answers(sent, "objected", "走不开", by=user)
    assert desk.of(sent, "carry_out").met_at is not None
    assert [one.seat.role for one in desk.owed("order.answer")] == ["county_duty"]


def test_an_order_to_all_guards_goes_to_each_once_and_to_every_empty_seat(desk: Desk) -> None:
    """However many somebody guards; a seat on which nobody sits owes it, too, and is unowned at once."""
    world, now, by = desk.scene.world, desk.now, _by(desk.scene.world.duty_officer)
    another = make_seat(role="guard", subject=world.people["张德福"].subject, by=by, now=now)
    appoint(seat=another, user=world.li, starts_at=now, by=by, now=now)
    empty = make_seat(role="guard", subject=world.chen_guihua.subject, by=by, now=now)
    order = desk.sends(to_roles(["guard"], under=world.county.pk, now=now))
    subjects = [one.subject_id for one in order.addressees.all()]
    assert len(subjects) == 3, "Li Qiang once, Zhou Zheng who is on leave, and the empty seat"
    assert empty.subject_id in subjects


def test_a_seat_chosen_twice_gets_it_once(desk: Desk) -> None:
    world = desk.scene.world
    to = [*to_areas([world.longquan]), *to_roles(["township_duty"], under=world.longquan.pk, now=desk.now)]
    assert len(to) == 2
    assert desk.sends(to).addressees.count() == 1


@pytest.mark.parametrize(
    ("what", "problem"),
    [({"to": []}, OrderToNobody), ({"text": "  "}, OrderEmpty), ({"hours": -1}, DueNotAhead)],
    ids=["to nobody", "without words", "due before it was sent"],
)
def test_what_is_no_order(desk: Desk, what: dict[str, object], problem: type[Exception]) -> None:
    """It is refused with a sentence, and nothing of it is left behind."""
    world = desk.scene.world
    with pytest.raises(problem):
        desk.sends(**({"to": to_areas([world.longquan])} | what))  # type: ignore[arg-type]
    assert not Order.objects.exists() and not Record.objects.filter(form="order_sent").exists()


def test_a_village_sends_no_orders(desk: Desk) -> None:
    with pytest.raises(MayNotOrder):
        desk.sends(to_areas([desk.scene.world.village_a]), by=desk.scene.world.secretary_a)


def test_a_receipt_that_was_not_read_closes_nothing(desk: Desk) -> None:
    """Received on the telephone and not read yet: the clock runs on until it is."""
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    (sent,) = desk.sends(to_areas([world.longquan])).addressees.all()
    _tell(desk, sent, "order_received", {"read": False}, by=user)
    assert desk.owed("order.receive")[0].met_at is None
    desk.answers(sent, "received", by=user)
    assert desk.owed("order.receive")[0].met_at is not None
    assert desk.owed("order.carry_out")[0].met_at is None


def test_whoever_has_done_it_has_read_it(desk: Desk) -> None:
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    (sent,) = desk.sends(to_areas([world.longquan])).addressees.all()
    desk.answers(sent, "done", by=user)
    assert all(one.met_at is not None for one in (*desk.owed("order.receive"), *desk.owed("order.carry_out")))


def test_one_order_answered_leaves_the_other_open(desk: Desk) -> None:
    """Two orders to one township: the answer closes the one that it answers."""
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    first = desk.sends(to_areas([world.longquan]))
    desk.sends(to_areas([world.longquan]), text="报回值守人数")
    desk.answers(first.addressees.get(), "done", by=user)
    assert sorted(one.met_at is not None for one in desk.owed("order.carry_out")) == [False, True]


@pytest.mark.parametrize("result", ["objected", "cannot"])
def test_what_is_sent_back_climbs_to_whoever_sent_it(desk: Desk, result: str) -> None:
    """With its reason, and the sender owes an answer within two hours; the seat itself owes it no longer."""
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    (sent,) = desk.sends(to_areas([world.longquan])).addressees.all()
    with pytest.raises(NothingReturned):
        desk.answers(sent, result, by=user)
    desk.answers(sent, result, "没有车", by=user)
    (answer,) = desk.owed("order.answer")
    assert (answer.seat.role, answer.area_id) == ("county_duty", world.county.pk)
    assert answer.due_at - answer.opened_at == timedelta(hours=2)
    assert desk.owed("order.carry_out")[0].met_at is not None


def test_an_objection_to_a_township_climbs_to_the_township(desk: Desk) -> None:
    world = desk.scene.world
    (sent,) = desk.sends(
        to_areas([world.village_a]), by=desk.scene.inside("township_duty", "longquan")
    ).addressees.all()
    desk.answers(sent, "cannot", "人手不够", by=world.secretary_a)
    (answer,) = desk.owed("order.answer")
    assert (answer.seat.role, answer.area_id) == ("township_duty", world.longquan.pk)


def test_an_objection_told_twice_or_corrected_is_owed_once_or_not_at_all(desk: Desk) -> None:
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    (sent,) = desk.sends(to_areas([world.longquan])).addressees.all()
    record = _tell(desk, sent, "order_done", {"result": "objected", "remark": "没有车"}, by=user)
    hear_answers([_heard(record)], desk.now + timedelta(minutes=6))
    assert len(desk.owed("order.answer")) == 1
    _tell(desk, sent, "order_done", {"result": "done"}, by=user, corrects=record)
    (answer,) = desk.owed("order.answer")
    assert answer.waived_at is not None and answer.met_at is None


def test_an_order_that_stands_is_sent_anew(desk: Desk) -> None:
    """The sender answers; the seat owes it again by the new time. The answer is given once."""
    world, user = desk.scene.world, desk.scene.inside("township_duty", "longquan")
    order = desk.sends(to_areas([world.longquan]))
    (sent,) = order.addressees.all()
    desk.answers(sent, "objected", "没有车", by=user)
    (owed,) = desk.owed("order.answer")
    officer, later = world.duty_officer, desk.now + timedelta(minutes=20)
    again = later + timedelta(hours=6)

    def answered(owed: Obligation) -> None:
        answer_objection(order=order, addressee=sent, owed=owed, words="已派两辆车", again=again,
                         reach=reach_of(officer, now=desk.now), by=_by(officer), now=later)  # fmt: skip

    answered(owed)
    owed.refresh_from_db()
    assert owed.met_at == later
    assert [(one.met_at is None, one.due_at) for one in desk.owed("order.carry_out")][-1] == (True, again)
    with pytest.raises(AnsweredAlready):
        answered(owed)


def _tell(
    desk: Desk, sent: Addressee, form: str, said: dict[str, object], *, by: User, corrects: UUID | None = None
) -> UUID:  # fmt: skip
    at = desk.now + timedelta(minutes=3)
    record = uuid7(at)
    told = Told(record, form, sent.subject_id, at, said, answers=sent.record, corrects=corrects)
    (answer,) = take_in(Batch([told]), reach=reach_of(by, now=desk.now), by=_by(by), now=at)
    assert answer.outcome is Outcome.ACCEPTED, answer.problem
    return record


def _heard(record: UUID) -> Heard:
    row = Record.objects.get(pk=record)
    about = About(row.subject_id, "area", row.area_id, "", 0)
    return Heard(row.pk, row.form, about, row.happened_at, row.content, None, False)
