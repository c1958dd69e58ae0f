"""What happens to the roster and the plan: recoded, added late, entered twice, moved away, stricter, another level."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from sibulou.demo.drill_books import Item, Plant
from sibulou.demo.drill_plan import timetable
from sibulou.demo.drill_play import BY
from sibulou.demo.drill_plot import DAY, HOUR, Plot, Strict
from sibulou.demo.drill_roster import Place, Thing
from sibulou.duty import board
from sibulou.duty.force import change_level, set_strictness
from sibulou.duty.watch import put_under_watch
from sibulou.fronts.defence.branches import lead_no_more
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.households import add_household, add_person, change_state
from sibulou.roster.models import Area, AreaCode, Person, Subject
from sibulou.roster.recode import recode_area


def plant_plan_changes(plot: Plot) -> None:
    """Before any window is reckoned: the stricter townships, and the deeds that set them and the level."""
    townships = sorted(stay[0].area for stay in plot.play.roster.stays("areas.townships"))
    for duty, raw in _STRICTER.items():
        if duty in plot.play.ledger.plan.duties:
            township = plot.play.rng.choice(townships)
            starts = plot.day(min(4, plot.days // 2), 10)
            plot.strict.append(Strict(duty, township, starts, timetable(raw), raw))
    for one in plot.strict:
        plot.play.at(one.starts, lambda now, strict=one: _set_strict(plot, strict, now))  # type: ignore[misc]
    for stretch in plot.stretches[1:]:
        plot.play.at(stretch.starts, lambda now, level=stretch.level: _set_level(plot, level, now))  # type: ignore[misc]


_STRICTER: dict[str, dict[str, Any]] = {
    "village.close": {
        "cadence": {"daily": [{"slot": "day", "opens": "12:00", "warn": "14:00", "due": "15:00", "tell": "15:30"}]}
    },
    "household.recheck": {
        "cadence": {"every": {"days": 2}}, "clocks": {"warn": "1 day", "due": "2 days", "tell": "3 days"}
    },
}  # fmt: skip


def _set_strict(plot: Plot, strict: Strict, now: datetime) -> None:
    set_strictness(event=plot.play.event, area=Area.objects.get(pk=strict.township), duty_key=strict.duty,
                   timing=strict.raw, by=BY, now=now)  # fmt: skip
    plot.play.reconcile(now)


def _set_level(plot: Plot, level: str, now: datetime) -> None:
    change_level(event=plot.play.event, level=level, by=BY, now=now)
    plot.play.reconcile(now)


def plant_after_changes(plot: Plot, each: int) -> None:
    """Misses under the stricter timing, beside it, and after the level changed."""
    for _ in range(each):
        for strict in plot.strict:
            items = plot.by_duty[strict.duty]
            here = plot.pick(items, lambda one, s=strict: one.pane.opens >= s.starts and _in(one, s))  # type: ignore[misc]
            if here is not None:
                plot.misses(here, plot.plant("plan.stricter_township", _where(here)))
            there = plot.pick(items, lambda one, s=strict: one.pane.opens >= s.starts and not _in(one, s))  # type: ignore[misc]
            if there is not None:
                plot.misses(there, plot.plant("plan.other_township", _where(there)))
        for stretch in plot.stretches[1:]:
            every = [item for items in plot.by_duty.values() for item in items]
            after = plot.pick(every, lambda one, s=stretch: one.pane.opens >= s.starts)  # type: ignore[misc]
            if after is not None:
                plot.misses(after, plot.plant("plan.level_changed", _where(after)))


def _in(item: Item, strict: Strict) -> bool:
    return ancestor(item.thing.area, Level.TOWNSHIP) == strict.township


def _where(item: Item) -> str:
    return f"{item.duty} · {item.thing.label}"


def plant_roster(plot: Plot, each: int) -> None:
    """Deeds on the roster, each several times."""
    for _ in range(each):
        _household_late(plot)
        _entered_twice(plot)
        _moved_away(plot)
        _watch_found_late(plot)
        _without_branch(plot)
    _recoded(plot)


def _noon(plot: Plot) -> datetime:
    return plot.day(plot.play.rng.randrange(2, max(3, plot.days - 3)), plot.play.rng.randrange(9, 18) + 0.5)


def _household_late(plot: Plot) -> None:
    """A household that was there all along is put on the roster days later: what it was owed is opened back-dated."""
    plant = plot.plant("roster.household_late", "")

    def deed(now: datetime) -> None:
        near = plot.play.rng.choice(plot.play.roster.of("household"))
        made = add_household(area=Area.objects.get(pk=near.area), by=BY, now=now, since=plot.play.start - DAY,
                             name="漏登户")  # fmt: skip
        thing = Thing(made.pk, "household", near.area, plot.play.start - DAY, label="漏登户")
        plant.where = f"{near.area}"
        _enter(plot, thing, plant, now)

    plot.play.at(_noon(plot), deed)


def _enter(plot: Plot, thing: Thing, plant: Plant, now: datetime) -> None:
    """A new thing: everything it owes by the calendar is planted, since nobody has come to it yet."""
    plot.play.roster.things[thing.id] = thing
    seen = plot.play.next_reconcile(now)
    for item in plot.items_of([thing], seen_from=seen):
        item.plant = plant
        plot.mark(max(item.pane.due, seen))
        plot.play.ledger.add(item)
    plot.mark(seen)


def _entered_twice(plot: Plot) -> None:
    """A person is entered a second time under one identity number: until it is settled, it is a gap."""
    first = plot.play.rng.choice([one for one in plot.play.roster.people_with_number() if not one.watches])
    home = plot.play.rng.choice(plot.play.roster.of("household"))
    plant = plot.plant("roster.entered_twice", first.label)

    def deed(now: datetime) -> None:
        row = Person.objects.get(pk=first.id)
        made = add_person(household=Person.objects.filter(household_id=home.id)[0].household, name=first.label, by=BY,
                          now=now)  # fmt: skip
        Person.objects.filter(pk=made.pk).update(
            identity_kind=row.identity_kind, identity_sealed=row.identity_sealed, identity_blind=row.identity_blind
        )
        twin = Thing(made.pk, "person", made.subject.area_id, now, what="present", label=first.label,
                     household=home.id, identity=first.identity)  # fmt: skip
        _enter(plot, twin, plant, now)

    when = plot.play.at(min(_noon(plot), plot.play.end - 3 * DAY), deed)
    _nobody_settles(plot, plot.play.roster.place("township_health", home), when + 2 * HOUR)


def _nobody_settles(plot: Plot, place: Place, gone: datetime) -> None:
    """Who would settle the duplicate leaves as well, for half a day."""
    if place not in plot.play.look.vacancies:
        plot.play.look.vacancies[place] = plot.plant("vacancy.township_health", str(place[1]))
        plot.play.at(gone, lambda now: plot.play.vacate(place, now))
        plot.play.at(gone + 12 * HOUR, lambda now: _found_again(plot, place, now))


def _found_again(plot: Plot, place: Place, now: datetime) -> None:
    plot.play.fill(place, now)


def _moved_away(plot: Plot) -> None:
    """A person moves away, by a name: no gap after it; what was overdue before stays."""
    item = plot.pick(
        plot.by_duty.get("watch.reading", ()),
        lambda one: one.thing.id not in plot.taken and len(one.thing.watches) == 1 and one.thing.watches[0][1] is None
        and ("guard", -one.thing.id) not in plot.play.look.vacancies and one.pane.due > plot.day(2)
        and all(each.opened_by is None and each.plant is None for each in plot.diary(one.thing).items),
    )  # fmt: skip
    if item is None:
        return
    thing = item.thing
    plot.misses(item, plot.plant("leak.L3_overdue_stays", _where(item)))
    plot.taken.add(thing.id)
    gone = plot.day((item.pane.due.astimezone(plot.play.roster.zone).date() - plot.day(0).astimezone(
        plot.play.roster.zone).date()).days + 1, 20.5)  # fmt: skip
    gone = min(gone, plot.play.end - 6 * HOUR)
    plot.plant("roster.moved_away", thing.label, control=True)
    diary = plot.diary(thing)
    ended = [one for one in diary.items if one.pane.warn >= gone or one.pane.opens >= gone]
    for one in ended:
        diary.items.remove(one)
        plot.by_duty[one.duty].remove(one)
    for sent in diary.sent:
        sent.opens = [one for one in sent.opens if one not in ended]

    def deed(now: datetime) -> None:
        change_state(person=Person.objects.get(pk=thing.id), state="moved", by=BY, now=now, reason="随子女迁走")
        thing.until, thing.what = now, "moved"
        (starts, _), *_ = thing.watches
        thing.watches[0] = (starts, now)
        plot.play.ledger.chain_changed()

    plot.play.at(gone, deed)


def _watch_found_late(plot: Plot) -> None:
    """L9: someone is under watch since two days, and no reading was ever asked for: reconcile opens them back-dated."""
    from sibulou.demo.drill_plant_chain import resident

    person = resident(plot)
    if person is None:
        return
    plot.taken.add(person.id)
    plant = plot.plant("leak.L9_contact_without_follow_up", person.label)
    plot.play.look.vacancies["guard", -person.id] = plant

    def deed(now: datetime) -> None:
        starts = now - timedelta(days=2)
        put_under_watch(event=plot.play.event, subject=Subject.objects.get(pk=person.id), klass="monitoring",
                        starts_at=starts, planned_until=starts + 14 * DAY, by=BY, now=now)  # fmt: skip
        person.watches.append((starts, None))
        seen = plot.play.next_reconcile(now)
        for item in plot.items_of([person], seen_from=seen, scopes=("people.watched",)):
            item.plant = plant
            plot.mark(max(item.pane.due, seen))
            plot.play.ledger.add(item)
        plot.mark(seen)

    plot.play.at(max(_noon(plot), plot.day(3, 9.5)), deed)


def _without_branch(plot: Plot) -> None:
    """A branch lets a post go and no other takes it: from that minute the post owes its branch (S4)."""
    led = [one for one in plot.play.roster.of("post") if one.opened and one.led and one.led[-1][1] is None]
    led = [one for one in led if one.id not in plot.taken]
    if not led:
        return
    post = plot.play.rng.choice(led)
    plot.taken.add(post.id)
    plant = plot.plant("post.unled", post.label)

    def deed(now: datetime) -> None:
        lead_no_more(post=Subject.objects.get(pk=post.id), by=BY, now=now)
        post.led[-1] = (post.led[-1][0], now)
        for item in plot.items_of([post], seen_from=now, scopes=("posts.unled",)):
            item.plant = plant
            plot.mark(item.pane.due)
            plot.play.ledger.add(item)

    plot.play.at(min(_noon(plot), plot.play.end - 2 * DAY), deed)


def _recoded(plot: Plot) -> None:
    """A township gets another code: it is found by the new one, and history and totals are what they were."""

    def deed(now: datetime) -> None:
        townships = sorted(stay[0].area for stay in plot.play.roster.stays("areas.townships"))
        area = Area.objects.get(pk=plot.play.rng.choice(townships))
        before = board.books(area.pk, board.Moment.now(now))
        code = _free_code(code_of(area))
        recode_area(area=area, code=code, from_date=localdate(now), by=BY, now=now)
        after = board.books(area.pk, board.Moment.now(now))
        found = area_by_code(code)
        plot.play.look.check(
            "roster.recoded", found.pk == area.pk and before.whole == after.whole and before.by_duty == after.by_duty,
            f"{area.name} 改码为 {code} 后账目变了或找不到。",
            f"{area.name}, recoded to {code}, is not found or its books changed.",
        )  # fmt: skip

    plot.play.at(plot.day(min(5, plot.days - 1), 11), deed)


def _free_code(code: str) -> str:
    taken = set(AreaCode.objects.filter(code__startswith=code[:6]).values_list("code", flat=True))
    return next(f"{code[:6]}{number}" for number in range(901, 999) if f"{code[:6]}{number}" not in taken)
