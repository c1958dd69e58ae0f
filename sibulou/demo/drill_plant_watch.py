"""People under watch: put there by a record at the start, guarded, some of them lifted; a village without any guard."""

from __future__ import annotations

from sibulou.demo.drill_books import Sent
from sibulou.demo.drill_forms import FULL
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Thing
from sibulou.roster.area_key import Level, ancestor

FROM_WUHAN = {"state": "returned", "origin": "wuhan", "arrived": "2020-02-02"}
IN_THE_EVENING = 20.5
"""When a watch is lifted: after the day's windows were warned of, before those of the next day open."""


def plant_watches(plot: Plot, wanted: int) -> None:
    """Put people under watch in the first hours; lift every other one after some days; leave one village unguarded."""
    people = _free(plot)
    chosen = plot.play.rng.sample(people, min(wanted, len(people)))
    for number, person in enumerate(chosen):
        watch(plot, person, lifted=number % 2 == 0)
    _village_without_guard(plot, [person for person in people if person not in chosen], chosen)


def _free(plot: Plot) -> list[Thing]:
    """People at home who hold no seat and are not entered twice."""
    seated = set(plot.play.roster.person_of.values())
    twice = {stay[0].identity for stay in plot.play.roster.stays("people.duplicated")}
    return [
        one for one in plot.play.roster.of("person")
        if one.what == "present" and one.id not in seated and (one.identity is None or one.identity not in twice)
    ]  # fmt: skip


def _village_without_guard(plot: Plot, people: list[Thing], guarded: list[Thing]) -> None:
    """Story 1: a village where nobody guards those under watch."""
    taken = {ancestor(one.area, Level.VILLAGE) for one in guarded}
    villages = sorted({ancestor(one.area, Level.VILLAGE) for one in people} - taken)
    if not villages:
        villages = sorted({ancestor(one.area, Level.VILLAGE) for one in people})
    village = plot.play.rng.choice(villages)
    plant = plot.plant("story.no_guard", plot.play.roster.area_thing(village).label)
    here = [one for one in people if ancestor(one.area, Level.VILLAGE) == village]
    for person in plot.play.rng.sample(here, min(2, len(here))):
        watch(plot, person, lifted=False, guarded=False)
        plot.play.look.vacancies["guard", -person.id] = plant


def watch(plot: Plot, person: Thing, *, lifted: bool, guarded: bool = True) -> None:
    """A returnee from an epidemic area is seen on the first day, and from then on under watch."""

    def begin(sent: Sent) -> None:
        ends = plot.day(min(6, plot.days - 2), IN_THE_EVENING) if lifted else None
        person.watches.append((sent.happened, ends))
        items = plot.items_of([person], seen_from=sent.received, scopes=("people.watched",))
        sent.opens += items
        plot.enter(items)
        if guarded:
            plot.play.then(sent.received, lambda now: _guard(plot, person, sent))
        if ends is not None:
            plot.ask(person, "watch_lifted", dict(FULL["watch_lifted"]), (ends, ends + HOUR / 60), lift)

    def lift(sent: Sent) -> None:
        (starts, _), *_ = person.watches
        person.watches[0] = (starts, sent.happened)
        items = plot.items_of([person], seen_from=sent.received, scopes=("people.released",))
        sent.opens += items
        plot.enter(items)

    plot.ask(person, "person_seen", dict(FROM_WUHAN), (plot.play.start + HOUR / 2, plot.play.start + 10 * HOUR), begin)


def _guard(plot: Plot, person: Thing, sent: Sent) -> None:
    place = ("guard", -person.id)
    if plot.play.roster.answers(place, sent.received) is None:
        plot.play.fill(place, sent.received)
