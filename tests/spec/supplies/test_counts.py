"""What is there is counted and laid against the book; what differs is owed an explanation by whoever keeps it."""

from __future__ import annotations

from sibulou.fronts.defence.stores.finding import look
from tests.spec.supplies.conftest import Stores


def test_a_count_that_agrees_is_no_finding(stores: Stores) -> None:
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_used", 90, item="mask", batch="B1", quantity=30, why="used")
    stores.told("post", "stock_count", 30, mask=70)
    assert stores.owed("stock.explain") == []


def test_a_count_that_differs_is_owed_an_explanation(stores: Stores) -> None:
    """By the head of the post, since the minute of the count; the finding says what the book has and what is there."""
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_count", 30, mask=60)
    (owed,) = stores.owed("stock.explain")
    assert (owed.seat.role, owed.opened_at) == ("post_head", stores.ago(30))
    assert stores.said(owed)["book"] == 100
    assert stores.said(owed)["count"] == 60


def test_in_a_store_it_is_owed_by_its_keeper(stores: Stores) -> None:
    stores.stocked("store", "mask", 100)
    stores.told("store", "stock_count", 30, mask=60)
    (owed,) = stores.owed("store.explain")
    assert owed.seat.role == "place_keeper"


def test_an_explanation_answers_this_difference_and_no_other(stores: Stores) -> None:
    """From the count on the book goes on from what was counted: the same difference is not found again tomorrow."""
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_count", 90, mask=60)
    (owed,) = stores.owed("stock.explain")
    stores.told("post", "stock_explained", 80, cause="not_written", remark="夜班漏记", answers=owed.opened_by)
    stores.told("post", "stock_count", 60, mask=60)
    assert stores.owed("stock.explain") == []
    stores.told("post", "stock_count", 30, mask=55)
    (again,) = stores.owed("stock.explain")
    assert stores.said(again)["book"] == 60


def test_use_that_was_written_down_late_takes_the_finding_back(stores: Stores) -> None:
    """The paper of the night shift comes in after the count: then book and goods agree, as of the count."""
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_count", 30, mask=60)
    stores.told("post", "stock_used", 200, item="mask", batch="B1", quantity=40, why="used")
    assert stores.owed("stock.explain") == []
    assert stores.stand("post").on_hand == 60


def test_a_corrected_count_is_the_one_that_counts(stores: Stores) -> None:
    stores.stocked("post", "mask", 100)
    wrong = stores.told("post", "stock_count", 30, mask=10)
    stores.told("post", "stock_count", 30, mask=100, corrects=wrong)
    assert stores.owed("stock.explain") == []


def test_what_was_not_counted_is_not_nothing(stores: Stores) -> None:
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_count", 30, thermometer=0)
    assert stores.owed("stock.explain") == []
    assert stores.stand("post").counted_at is None


def test_a_count_of_nothing_is_refused_in_words(stores: Stores) -> None:
    (answer,) = stores.hand_in(stores.line("post", "stock_count", 5, remark="都在"))
    assert answer.problem is not None and answer.problem.number == "422.480"


def test_a_batch_below_nothing_is_a_finding(stores: Stores) -> None:
    """More was given out than came in: taken in the field as it was told, and asked about."""
    stores.stocked("post", "mask", 10)
    stores.told("post", "stock_used", 30, item="mask", batch="B1", quantity=12, why="used")
    found = {stores.said(one)["kind"]: stores.said(one) for one in stores.owed("stock.explain")}
    assert found["negative"]["book"] == -2


def test_looking_again_finds_nothing_more(stores: Stores) -> None:
    stores.stocked("post", "mask", 100)
    stores.told("post", "stock_count", 30, mask=60)
    assert look([stores.pk("post")], now=stores.now) == 0


def test_the_daily_count_is_owed_at_posts_and_in_stores(stores: Stores) -> None:
    """A count of anything meets it; what differs is owed beside it."""
    stores.told("post", "stock_count", 30, mask=0)
    owed = [one.opened_at for one in stores.owed("stock.counted", "post")]
    assert stores.now.replace(hour=8) not in owed
