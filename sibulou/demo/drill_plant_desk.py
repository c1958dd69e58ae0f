"""What goes wrong at the desks: orders not received, not done, objected to in vain; an old flow card; somebody held."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sibulou.demo.drill_books import Sent
from sibulou.demo.drill_diary import TICK
from sibulou.demo.drill_forms import OPENERS
from sibulou.demo.drill_plant_windows import open_event
from sibulou.demo.drill_play import BY
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Thing, around
from sibulou.fronts.defence.steps import STEPS, publish_card
from sibulou.roster.models import Area

_KINDS = (
    ("order.not_received", "order.receive"),
    ("order.guard_not_received", "seat.order_receive"),
    ("order.not_done", "order.carry_out"),
    ("held.too_long", "held.seen"),
)
VERSION, OLD = "演练二版", "演练一版"


def plant_desk(plot: Plot, each: int) -> None:
    """Before the events, since every open post owes the card."""
    _new_card(plot)
    for _ in range(each):
        for kind, duty in _KINDS:
            open_event(plot, OPENERS[duty], kind)
        _objection(plot)


def _new_card(plot: Plot) -> None:
    """A card is published through its own door, and every open post owes it: one says that it works by the old one,
    a second goes over to it late, the others in time."""
    moment = around(plot.day(2, 9), TICK)
    plot.play.at(moment, lambda now: _publish(plot, now))
    posts = [thing for thing, since, until in plot.play.roster.stays("posts.open")
             if since <= moment and (until is None or until > moment)]  # fmt: skip
    for number, post in enumerate(posts):
        notice = plot.writer.record(post, "card_published", moment, received=moment, content={"version": VERSION})
        item = plot.opened("post.steps", post, notice)
        if number == 0:
            plot.misses(item, plot.plant("card.old_version", post.label))
            word = plot.writer.record(post, "step_card", moment + 3 * HOUR, content={"version": OLD})
            plot.diary(post).sent.append(word)
        elif number == 1 and (span := plot.room(item)) is not None:
            plot.late(item, plot.plant("event.late", f"post.steps · {post.label}"), span)


def _publish(plot: Plot, now: datetime) -> None:
    county = Area.objects.get(pk=plot.play.county)
    publish_card(county=county, version=VERSION, steps=dict.fromkeys(STEPS, "照做"), by=BY, now=now)


def _objection(plot: Plot) -> None:
    """A township objects to an order, and nobody at the county answers."""
    opener = OPENERS["order.carry_out"]
    towns = [stay[0] for stay in plot.play.roster.stays(opener.scope)]
    start = plot.day(plot.play.rng.randrange(1, max(2, plot.days - 3)), plot.play.rng.randrange(8, 16))
    for town in plot.play.rng.sample(towns, len(towns)):
        then = partial(_returned, plot, town)
        if town.id not in plot.taken and plot.ask(town, opener.form, opener.content, (start, start + 2 * HOUR), then):
            return


def _returned(plot: Plot, town: Thing, order: Sent) -> None:
    plant = plot.plant("order.objection_unanswered", town.label)
    plot.opened("order.receive", town, order)
    doing = plot.opened("order.carry_out", town, order)
    said = plot.writer.record(town, "order_done", order.happened + timedelta(minutes=40), answers=order,
                              content={"result": "cannot", "remark": "没有车"})  # fmt: skip
    plot.own(doing, plant, [said])
    plot.misses(plot.opened("order.answer", plot.play.roster.area_thing(plot.play.county), said), plant)
