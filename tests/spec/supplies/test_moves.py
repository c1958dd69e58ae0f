"""A move has two signatures; until it is signed for it is on its way, and past its clock a gap of whoever gets it."""

from __future__ import annotations

from datetime import timedelta

from sibulou.duty import board
from sibulou.duty.models import Obligation, Record
from sibulou.lib.uuid7 import uuid7
from tests.spec.supplies.conftest import Stores


def test_what_was_sent_is_owed_by_whoever_gets_it(stores: Stores) -> None:
    """From the minute it left; with twelve hours to sign."""
    stores.stocked("store", "mask", 500)
    stores.sent(60, 200)
    (owed,) = stores.owed("stock.receive")
    assert (owed.subject_id, owed.seat.role) == (stores.pk("post"), "post_head")
    assert (owed.opened_at, owed.due_at) == (stores.ago(60), stores.ago(60) + timedelta(hours=12))
    assert (stores.stand("store").on_hand, stores.stand("post").on_hand) == (300, 0)


def test_a_move_nobody_signed_for_is_a_gap_of_the_receiver(stores: Stores) -> None:
    stores.stocked("store", "mask", 500, minutes=1500)
    stores.sent(13 * 60, 200)
    gaps = board.gap_page(stores.scene.world.county.pk, board.Moment.now(stores.now), limit=10_000)
    keys = {pk: duty.key for pk, duty in board.duties().items()}
    (gap,) = [one for one in gaps if keys[one.duty] == "stock.receive"]
    assert gap.subject == stores.pk("post")
    assert gap.overdue


def test_signed_for_at_the_post_it_is_in_its_book(stores: Stores) -> None:
    stores.stocked("store", "mask", 500)
    move = stores.sent(60, 200)
    stores.received(move, 20, 200)
    assert stores.owed("stock.receive") == []
    assert stores.stand("post").on_hand == 200


def test_a_receipt_takes_item_and_batch_from_what_was_sent(stores: Stores) -> None:
    """Whatever was typed on the phone: the two ends of a move are one batch."""
    stores.stocked("store", "clothing", 50)
    move = stores.sent(60, 20, item="clothing")
    stores.received(move, 20, 20)
    assert stores.stand("post", "clothing").on_hand == 20
    assert stores.stand("post", "mask").on_hand == 0


def test_less_arrived_than_was_sent_is_owed_an_explanation(stores: Stores) -> None:
    """Of the receiver: he is the one who counted."""
    stores.stocked("store", "mask", 500)
    stores.received(stores.sent(60, 200), 20, 180)
    (owed,) = stores.owed("stock.explain")
    said = stores.said(owed)
    assert (said["kind"], said["book"], said["count"]) == ("lost", 200, 180)
    stores.told("post", "stock_explained", 5, cause="on_the_way", remark="路上翻车", answers=owed.opened_by)
    assert stores.owed("stock.explain") == []


def test_one_person_cannot_give_out_and_sign(stores: Stores) -> None:
    stores.stocked("store", "mask", 500)
    stores.received(stores.sent(60, 200, by="蒋涛"), 20, 200, by="蒋涛")
    (owed,) = stores.owed("stock.explain")
    assert stores.said(owed)["kind"] == "one_hand"


def test_what_arrived_and_nobody_sent_is_in_the_book_and_a_finding(stores: Stores) -> None:
    stores.told("post", "stock_received", 20, item="mask", quantity=40, receiver="石磊")
    assert stores.stand("post").on_hand == 40
    (owed,) = stores.owed("stock.explain")
    assert stores.said(owed)["kind"] == "unannounced"


def test_a_move_that_was_taken_back_is_owed_no_longer(stores: Stores) -> None:
    stores.stocked("store", "mask", 500)
    move = stores.sent(60, 200)
    stores.hand_in(stores.line("store", "stock_out", 60, corrects=move, withdraws=True))
    assert stores.owed("stock.receive") == []
    assert stores.stand("store").on_hand == 500


def test_a_corrected_move_is_signed_for_as_corrected(stores: Stores) -> None:
    stores.stocked("store", "mask", 500)
    move = stores.sent(60, 200)
    better = stores.told("store", "stock_out", 60, by="蒋涛", to="post", item="mask", batch="B1", quantity=150,
                         giver="蒋涛", corrects=move)  # fmt: skip
    (owed,) = stores.owed("stock.receive")
    assert stores.said(owed)["quantity"] == 150
    stores.received(better, 10, 150)
    assert (stores.stand("store").on_hand, stores.stand("post").on_hand) == (350, 150)
    assert stores.owed("stock.receive") == stores.owed("stock.explain") == []


def test_sent_to_nobody_who_keeps_stock_it_is_refused(stores: Stores) -> None:
    """A household gets things by the record of its need, and what is on no roster gets nothing."""
    line = stores.line("store", "stock_out", 5, item="mask", quantity=5, giver="蒋涛")
    for to in (stores.scene.world.zhang.pk, 999_999):
        told = type(line)(uuid7(stores.now), line.form, line.subject, line.happened_at, {**line.content, "to": str(to)})
        (answer,) = stores.hand_in(told)
        assert answer.problem is not None
    assert not Record.objects.filter(form="stock_coming").exists()


def test_the_head_of_supplies_owes_what_a_post_asked_for_until_it_is_signed_for(stores: Stores) -> None:
    """Half of it does not do; the record that meets it is told when the receipt is."""
    stores.stocked("store", "mask", 500)
    request = stores.told("post", "stock_request", 300, item="mask", quantity=100)
    (owed,) = stores.owed("supplies.deliver")
    assert owed.seat.role == "supplies_head"
    stores.received(stores.sent(200, 60, answers=request), 150, 60)
    assert len(stores.owed("supplies.deliver")) == 1
    stores.received(stores.sent(100, 40, answers=request), 50, 40)
    assert stores.owed("supplies.deliver") == []
    assert Obligation.objects.get(duty__key="supplies.deliver").met_at == stores.ago(50)


def test_a_need_that_was_met_names_what_was_taken_from_where(stores: Stores) -> None:
    """The home's need and the store's book are one record (S52)."""
    stores.stocked("store", "food", 30)
    home = stores.scene.world.zhang.pk
    need = uuid7(stores.ago(90))
    line = stores.line("post", "need_told", 90, need="food")
    stores.hand_in(type(line)(need, "need_told", home, stores.ago(90), {"need": "food"}))
    assert len(stores.owed("needs.met")) == 1
    met = {"delivered": True, "store": str(stores.store.pk), "item": "food", "batch": "B1", "quantity": 2}
    (answer,) = stores.hand_in(type(line)(uuid7(stores.ago(30)), "need_met", home, stores.ago(30), met, need))
    assert answer.problem is None
    assert stores.owed("needs.met") == []
    assert stores.stand("store", "food").on_hand == 28


def test_a_need_met_from_a_store_must_say_what(stores: Stores) -> None:
    line = stores.line("post", "need_met", 5)
    told = type(line)(line.id, "need_met", stores.scene.world.zhang.pk, line.happened_at,
                      {"delivered": True, "store": str(stores.store.pk)})  # fmt: skip
    (answer,) = stores.hand_in(told)
    assert answer.problem is not None and answer.problem.number == "422.482"
