"""For each place and batch opening + in - sent - used = closing, in whatever order records come, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sibulou.duty.models import Obligation, Record
from sibulou.duty.told import Told
from sibulou.fronts.defence.models import StockLine
from sibulou.fronts.defence.stores.finding import name_id
from sibulou.fronts.defence.stores.keeping import lines_of
from sibulou.fronts.defence.stores.ledger import Line, below_nothing, books, by_batch, by_item, stand
from sibulou.lib.uuid7 import uuid7
from tests.spec.supplies.conftest import NOON, Stores

KINDS = st.sampled_from(["in", "sent", "received", "used", "counted"])
LINES = st.lists(
    st.builds(
        Line, st.integers(1, 2), KINDS, st.sampled_from(["mask", "food"]), st.sampled_from(["", "B1"]),
        st.integers(0, 50), st.integers(0, 2000).map(lambda n: NOON - timedelta(minutes=n)),
        st.uuids(version=4),
    ), max_size=30,
)  # fmt: skip


@given(LINES, st.integers(0, 2000))
def test_the_book_of_a_week_goes_on_from_the_book_before(lines: list[Line], split: int) -> None:
    """What one span closes with is what the next opens with, and together they are the whole."""
    at = NOON - timedelta(minutes=split)
    begin = NOON - timedelta(days=30)
    before, after = books(lines, since=begin, until=at), books(lines, since=at)
    for key, one in books(lines, since=begin).items():
        assert one.opening == 0
        assert one.closing == one.came - one.sent - one.used == after[key].closing
        assert after[key].opening == (before[key].closing if key in before else 0)
        assert one.closing == sum(line.effect for line in lines if (line.place, line.item, line.batch) == key)


@given(LINES)
def test_batches_and_what_counts_added_are_what_is_on_hand(lines: list[Line]) -> None:
    whole = books(lines, since=NOON)
    for (place, item), own in by_item(lines).items():
        moved = sum(one.closing for key, one in whole.items() if key[:2] == (place, item))
        found = stand(own)
        assert found.on_hand == moved + sum(one.by for one in found.differences)


@given(LINES, st.randoms(use_true_random=False))
def test_a_shuffled_book_says_the_same(lines: list[Line], random: Any) -> None:
    shuffled = random.sample(lines, len(lines))
    assert books(lines, since=NOON) == books(shuffled, since=NOON)
    for key, own in by_item(lines).items():
        assert stand(own) == stand(by_item(shuffled)[key])


def _story(stores: Stores) -> list[Told]:
    """A day with a bit of everything: a move in part, a count that differs, a batch below nothing, corrections."""
    move, wrong = uuid7(stores.ago(300)), uuid7(stores.ago(200))
    post, store = str(stores.pk("post")), stores.pk("store")

    def told(where: int, form: str, minutes: float, said: dict[str, Any], record: UUID | None = None,
             **how: Any) -> Told:  # fmt: skip
        at = stores.ago(minutes)
        return Told(record or uuid7(at), form, where, at, said, **how)

    sent = {"to": post, "item": "mask", "batch": "B1", "quantity": 60, "giver": "蒋涛"}
    return [
        told(store, "stock_in", 600, {"item": "mask", "batch": "B1", "quantity": 100, "source": "bought"}),
        told(store, "stock_out", 300, sent, move),
        told(int(post), "stock_received", 280, {"item": "mask", "quantity": 55, "receiver": "石磊"},
             answers=name_id(f"coming|{move}", stores.ago(300))),
        told(int(post), "stock_used", 200, {"item": "mask", "batch": "B1", "quantity": 90, "why": "used"}, wrong),
        told(int(post), "stock_used", 200, {"item": "mask", "batch": "B1", "quantity": 9, "why": "used"},
             corrects=wrong),
        told(int(post), "stock_count", 100, {"mask": 40}),
        told(store, "stock_used", 90, {"item": "food", "batch": "F1", "quantity": 3, "why": "need"}),
    ]  # fmt: skip


def _standing(stores: Stores, batches: Sequence[Sequence[Told]]) -> tuple[object, ...]:
    """What is left behind when these come in, batch by batch; then all of it is taken back."""
    with transaction.atomic():
        for number, batch in enumerate(batches):
            stores.hand_in(*batch, at=stores.now + timedelta(seconds=number))
        lines = {(one.place, one.kind, one.item, one.batch, one.quantity, one.at, one.record) for one in lines_of()}
        rows = Obligation.objects.filter(
            duty__key__in=("stock.explain", "store.explain", "stock.receive"), met_at=None, waived_at=None
        ).select_related("duty")
        said = {one.pk: sorted(one.content.items()) for one in Record.objects.filter(form="stock_found")}
        open_ones = sorted(
            (one.duty.key, one.subject_id, one.opened_at, str(said.get(one.opened_by) if one.opened_by else ""))
            for one in rows
        )
        transaction.set_rollback(True)
    return lines, open_ones


@settings(
    max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.permutations(range(7)), st.lists(st.integers(0, 6), max_size=3), st.integers(1, 7))
def test_any_order_and_any_repetition_leave_the_same_book(
    stores: Stores, order: list[int], again: list[int], size: int
) -> None:
    """The same lines and the same findings open, one record at a time or all in one batch."""
    story = _story(stores)
    mixed = [story[at] for at in [*order, *again]]
    batches = [mixed[at : at + size] for at in range(0, len(mixed), size)]
    lines, found = _standing(stores, batches)
    assert (lines, found) == _standing(stores, [[one] for one in story])
    assert [kind for kind, *_ in found] == ["stock.explain", "stock.explain", "stock.explain", "store.explain"]


def test_nothing_is_below_nothing_without_a_finding(stores: Stores) -> None:
    stores.hand_in(*_story(stores))
    below = {key for key, own in by_batch(lines_of()).items() if below_nothing(own)}
    told = {(one.subject_id, one.content["item"], one.content.get("batch", ""))
            for one in Record.objects.filter(form="stock_found", content__kind="negative")}  # fmt: skip
    assert below == told != set()
    assert StockLine.objects.filter(quantity__lt=0).count() == 0
