"""Short cover is a gap before it is a shortage: how long things last is reckoned from real use and never typed."""

from __future__ import annotations

from datetime import timedelta

from sibulou.duty.models import Obligation
from sibulou.fronts.defence.stores.board import donations, kept
from sibulou.fronts.defence.stores.finding import Limits, look
from sibulou.fronts.defence.stores.keeping import lines_of, rebuild
from sibulou.fronts.defence.stores.ledger import Cover, by_item, cover
from tests.spec.supplies.conftest import Stores

DAY = 24 * 60


def lasts(stores: Stores, where: str = "post") -> Cover:
    lines = by_item(lines_of([stores.pk(where)]))[stores.pk(where), "mask"]
    return cover(lines, now=stores.now, over=7)


def week_of(stores: Stores, a_day: int) -> None:
    stores.stocked("post", "mask", 1000, minutes=7 * DAY)
    for day in range(6, 0, -1):
        stores.told("post", "stock_used", day * DAY, item="mask", batch="B1", quantity=a_day, why="used")


def test_cover_is_what_is_on_hand_by_the_use_of_the_last_week(stores: Stores) -> None:
    week_of(stores, 70)
    assert lasts(stores) == Cover(580, 60)
    assert stores.owed("supplies.cover") == []


def test_use_that_only_a_count_shows_is_use(stores: Stores) -> None:
    stores.stocked("post", "mask", 700, minutes=7 * DAY)
    stores.told("post", "stock_count", 60, mask=350)
    assert lasts(stores) == Cover(350, 50)


def test_what_expired_is_no_use(stores: Stores) -> None:
    stores.stocked("post", "mask", 700, minutes=7 * DAY)
    stores.told("post", "stock_used", 60, item="mask", batch="B1", quantity=690, why="expired")
    assert lasts(stores).days is None


def test_under_the_limit_the_head_of_supplies_owes_more(stores: Stores) -> None:
    """From the minute of the record that shows it, before anything has run out."""
    week_of(stores, 100)
    assert stores.owed("supplies.cover") == []
    stores.told("post", "stock_used", 30, item="mask", batch="B1", quantity=150, why="used")
    (owed,) = stores.owed("supplies.cover")
    assert (owed.seat.role, owed.opened_at) == ("supplies_head", stores.ago(30))
    assert stores.stand("post").on_hand > 0
    assert look([stores.pk("post")], now=stores.now) == 0


def test_it_is_closed_by_what_arrives_and_by_nothing_typed(stores: Stores) -> None:
    week_of(stores, 130)
    stores.told("post", "stock_used", 30, item="mask", batch="B1", quantity=100, why="used")
    stores.stocked("store", "mask", 5000)
    stores.received(stores.sent(20, 2000), 10, 2000)
    assert stores.owed("supplies.cover") == []
    assert Obligation.objects.get(duty__key="supplies.cover").met_at == stores.now


def test_short_again_it_is_owed_again(stores: Stores) -> None:
    week_of(stores, 130)
    stores.told("post", "stock_used", 30, item="mask", batch="B1", quantity=100, why="used")
    stores.stocked("post", "mask", 2000, minutes=20, batch="B2")
    stores.told("post", "stock_used", 10, item="mask", batch="B2", quantity=1900, why="used")
    assert len(stores.owed("supplies.cover")) == 1
    assert Obligation.objects.filter(duty__key="supplies.cover").count() == 2


def test_what_expires_soon_is_pointed_out(stores: Stores) -> None:
    soon = (stores.now + timedelta(days=20)).date().isoformat()
    late = (stores.now + timedelta(days=90)).date().isoformat()
    stores.stocked("store", "mask", 100, batch="A", expiry=soon)
    stores.stocked("store", "mask", 100, batch="B", expiry=late)
    (row,) = kept(lines_of(), rule=Limits(), now=stores.now)
    assert [one.name for one in row.batches if one.expiring] == ["A"]


def test_donations_are_accounted_for(stores: Stores) -> None:
    """What was donated is used, lost, on its way or left: nothing else."""
    stores.told("store", "stock_in", 300, item="mask", batch="D1", quantity=400, source="donated", donor="某商会")
    stores.told("store", "stock_used", 200, item="mask", batch="D1", quantity=10, why="broken")
    stores.told("store", "stock_out", 100, by="蒋涛", to="post", item="mask", batch="D1", quantity=100, giver="蒋涛")
    move = stores.told(
        "store", "stock_out", 90, by="蒋涛", to="gate", item="mask", batch="D1", quantity=50, giver="蒋涛"
    )
    stores.received(move, 60, 50, where="gate")
    stores.told("gate", "stock_used", 30, item="mask", batch="D1", quantity=20, why="used")
    (row,) = donations(lines_of())
    assert (row.donated, row.used, row.lost, row.on_the_way, row.left) == (400, 20, 10, 100, 270)


def test_made_anew_from_the_records_the_lines_are_the_same(stores: Stores) -> None:
    week_of(stores, 70)
    stores.stocked("store", "mask", 500)
    stores.received(stores.sent(60, 200), 20, 190)
    before = lines_of()
    assert rebuild() == len(before)
    assert lines_of() == before
