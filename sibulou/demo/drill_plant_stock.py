"""Supplies that go astray: told as a logistics group tells them, in records of moves, counts and use.

Nothing here says that something is missed. What came in, went out and was counted is handed in by the common door, and
the system must find by itself that nobody signed, that a count differs, and that too little is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sibulou.demo.drill_books import Sent
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Thing


def plant_stock(plot: Plot, each: int) -> None:
    """Each of the three, as often as asked, each at a post of its own."""
    if "stock.receive" not in plot.play.ledger.plan.duties:
        return
    for _ in range(each):
        _never_received(plot)
        _differs(plot)
        _short(plot)


def _never_received(plot: Plot) -> None:
    """A store sends twenty of its sixty to a post, and nobody there signs: from that minute the post owes it."""
    store, post, at = _free(plot, "places.stores"), _free(plot, "posts.open"), _moment(plot)
    if store is None or post is None:
        return
    lot = {"item": "medicine", "batch": _batch(plot)}
    _tell(plot, store, "stock_in", at - HOUR, {**lot, "quantity": 60, "source": "bought"})
    sent = _tell(plot, store, "stock_out", at, {**lot, "to": str(post.id), "quantity": 20, "giver": "杨帆"})
    plot.misses(plot.opened("stock.receive", post, sent), plot.plant("stock.never_received", post.label))


def _differs(plot: Plot) -> None:
    """Four hundred came in and nine fewer are counted two hours later: who keeps them owes an explanation."""
    post, at = _free(plot, "posts.open"), _moment(plot)
    if post is None:
        return

    def then(count: Sent) -> None:
        plot.misses(plot.opened("stock.explain", post, count), plot.plant("stock.differs", post.label))

    lot = {"item": "food", "batch": _batch(plot), "quantity": 400, "source": "allocated"}
    if plot.ask(post, "stock_count", {"food": 391}, (at, at + 3 * HOUR), then):
        _tell(plot, post, "stock_in", at - 2 * HOUR, lot)


def _short(plot: Plot) -> None:
    """Of a hundred ninety-six go in a day: four are left, and they last an hour. Late in the drill, since use that is a
    week old no longer counts."""
    post, at = _free(plot, "posts.open"), _moment(plot, last=4)
    if post is None:
        return
    lot = {"item": "mask", "batch": _batch(plot)}
    _tell(plot, post, "stock_in", at - HOUR, {**lot, "quantity": 100, "source": "allocated"})
    used = _tell(plot, post, "stock_used", at, {**lot, "quantity": 96, "why": "used"})
    plot.misses(plot.opened("supplies.cover", post, used), plot.plant("stock.short", post.label))


def _tell(plot: Plot, thing: Thing, form: str, at: datetime, content: Mapping[str, object]) -> Sent:
    sent = plot.writer.record(thing, form, at, content=content)
    plot.diary(thing).sent.append(sent)
    plot.mark(sent.received)
    return sent


def _free(plot: Plot, scope: str) -> Thing | None:
    """Something in a scope from the start of the drill on, where nothing of this kind was told yet."""
    found = [
        thing for thing, since, until in plot.play.roster.stays(scope)
        if since <= plot.play.start and until is None and thing.id not in plot.taken
        and not any(sent.form in ("stock_in", "stock_out") for sent in plot.diary(thing).sent)
    ]  # fmt: skip
    return plot.play.rng.choice(found) if found else None


def _moment(plot: Plot, *, last: int = 0) -> datetime:
    """By day, on one of the days of the drill; `last`: on one of so many before its last but one."""
    end = max(2, plot.days - 2)
    day = plot.play.rng.randrange(max(1, end - last) if last else 1, end)
    return plot.day(day, plot.play.rng.randrange(10, 16))


def _batch(plot: Plot) -> str:
    return f"D{plot.play.rng.randrange(10**6):06d}"
