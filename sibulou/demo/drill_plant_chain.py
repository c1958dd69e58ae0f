"""Holes in the chain of responsibility: vacancies at every level, leave, watched owners; and what is no hole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sibulou.demo.drill_books import Plant, Sent
from sibulou.demo.drill_diary import TICK
from sibulou.demo.drill_forms import OPENERS, Opener
from sibulou.demo.drill_plant_watch import IN_THE_EVENING
from sibulou.demo.drill_play import BY
from sibulou.demo.drill_plot import DAY, HOUR, Plot
from sibulou.demo.drill_roster import Absence, Place, Thing, around
from sibulou.duty import board
from sibulou.duty.watch import lift_watch, put_under_watch
from sibulou.roster.appointments import end_leave, take_leave
from sibulou.roster.models import Leave, Seat, Subject, User


def plant_vacancies(plot: Plot, each: int) -> None:
    """For every role that answers for a duty: its holder leaves, and nobody is found for some hours."""
    places = _places(plot)
    for role in sorted(places):
        for place in _some(plot, places[role], each):
            _vacate(plot, place, f"vacancy.{role}")
    for kind, deed in (
        ("leave.no_stand_in", _on_leave), ("leave.stand_in", _stood_in), ("leave.deputy", _deputised),
        ("owner.watched", _owner_watched), ("chain.entered_late", _entered_late),
        ("chain.left_unnoticed", _left_unnoticed),
    ):  # fmt: skip
        for place in _some(plot, places.get("village_secretary", []) + places.get("group_head", []), each):
            deed(plot, place, kind)


def _places(plot: Plot) -> dict[str, list[Place]]:
    """The seats that owe something by the calendar and are open to be planted in."""
    owing: dict[str, set[Place]] = {}
    for items in plot.by_duty.values():
        for item in items:
            if item.place not in plot.play.look.vacancies and item.pane.opens < plot.day(2):
                owing.setdefault(item.place[0], set()).add(item.place)
    return {role: sorted(places) for role, places in owing.items()}


def _some(plot: Plot, places: Iterable[Place], count: int) -> list[Place]:
    free = [place for place in places if place not in plot.play.look.vacancies]
    return plot.play.rng.sample(free, min(count, len(free)))


def _span(plot: Plot, place: Place) -> tuple[datetime, datetime]:
    """Some hours of a day or two, beginning just after something was opened that the seat owes for long."""
    rng = plot.play.rng
    owed = [
        item for items in plot.by_duty.values() for item in items
        if item.place == place and item.pane.opens < plot.play.end - DAY and item.pane.due - item.pane.opens > HOUR / 4
    ]  # fmt: skip
    some = max(rng.sample(owed, min(3, len(owed))), key=lambda item: item.pane.due - item.pane.opens)
    start = around(some.pane.opens, TICK) + HOUR / 4
    return start, around(min(start + rng.randrange(5, 30) * HOUR, plot.play.end - HOUR), TICK)


def _hole(plot: Plot, place: Place, kind: str, *, control: bool = False) -> Plant:
    plant = plot.plant(kind, f"{place[0]} {place[1]}", control=control)
    plot.play.look.vacancies[place] = plant
    return plant


def _vacate(plot: Plot, place: Place, kind: str) -> None:
    _hole(plot, place, kind)
    start, stop = _span(plot, place)
    plot.play.at(start, lambda now: plot.play.vacate(place, now))
    plot.play.at(stop, lambda now: _fill(plot, place, now))


def _fill(plot: Plot, place: Place, now: datetime) -> None:
    plot.play.fill(place, now)


def _alone(plot: Plot, place: Place, now: datetime) -> User:
    """A new holder without deputies, so that everything hangs on him."""
    plot.play.vacate(place, now)
    return plot.play.fill(place, now)


def _entered_late(plot: Plot, place: Place, kind: str) -> None:
    """Nobody answers; hours later it is entered that somebody had sat there since the first hour.

    As known then, the seat stays vacant for ever; as known now, it was answered for.
    """
    _hole(plot, place, kind)
    start, stop = _span(plot, place)
    since = start + HOUR
    then: set[int] = set()

    def look(now: datetime) -> None:
        then.update(_unowned(plot, place, board.Moment.now(now)))

    def enter(now: datetime) -> None:
        plot.play.fill(place, now, since=since)
        as_then = _unowned(plot, place, board.Moment(since, since))
        as_now = _unowned(plot, place, board.Moment(since, now))
        if not then | as_then | as_now:
            return  # all that the seat owed was answered within the hour
        plot.play.look.check(
            "chain.as_known_then", as_then == then and not as_now,
            f"{place[0]} {place[1]} 补录任命后：当时所知应有 {len(then)} 项无人负责，显示 {len(as_then)}；"
            f"现在所知应没有，显示 {len(as_now)}。",
            f"After the late entry at {place[0]} {place[1]}: as known then {len(then)} were unowned, "
            f"{len(as_then)} are shown; as known now none, {len(as_now)} are shown.",
        )  # fmt: skip

    plot.play.at(start, lambda now: plot.play.vacate(place, now))
    plot.play.then(since, look)
    plot.play.at(stop, enter)


def _unowned(plot: Plot, place: Place, moment: board.Moment) -> set[int]:
    """The obligations of a seat that are shown as unowned at a moment."""
    role, where = place
    seat = {"subject_id": -where} if where < 0 else {"area_id": where, "subject__isnull": True}
    number = Seat.objects.get(role=role, **seat).pk
    rows = board.gap_page(plot.play.county, moment, limit=1_000_000)
    return {row.obligation for row in rows if row.seat == number and row.unowned}


def _left_unnoticed(plot: Plot, place: Place, kind: str) -> None:
    """The holder left a while ago, and it is entered only now: unowned since the minute he left."""
    _hole(plot, place, kind)
    start, stop = _span(plot, place)
    left = start - HOUR / 6
    plot.play.at(start, lambda now: plot.play.vacate(place, now, left=left))
    plot.play.at(stop, lambda now: _fill(plot, place, now))


def _on_leave(plot: Plot, place: Place, kind: str) -> None:
    """On leave, and nobody stands in: unowned until the return."""
    _hole(plot, place, kind)
    start, stop = _span(plot, place)

    def go(now: datetime) -> None:
        user = _alone(plot, place, now - timedelta(0))
        away(now, user)

    def away(now: datetime, user: User) -> None:
        leave = take_leave(reason="休假", user=user, starts_at=now, by=BY, now=now)
        absence = Absence(user.pk, now)
        plot.play.roster.absences.append(absence)
        plot.play.ledger.chain_changed()
        plot.play.at(stop, lambda back: _return(plot, leave, absence, back))

    plot.play.at(start, go)


def _return(plot: Plot, leave: Leave, absence: Absence, now: datetime) -> None:
    end_leave(leave=leave, at=now, by=BY, now=now)
    absence.ends = now
    plot.play.ledger.chain_changed()


def _stood_in(plot: Plot, place: Place, kind: str) -> None:
    """On leave with a stand-in: owned throughout, by the stand-in."""
    _hole(plot, place, kind, control=True)
    start, stop = _span(plot, place)

    def go(now: datetime) -> None:
        user, other = _alone(plot, place, now), plot.play.account(now)
        leave = take_leave(reason="休假", user=user, starts_at=now, by=BY, now=now, stand_in=other)
        absence = Absence(user.pk, now, stand_in=other.pk)
        plot.play.roster.absences.append(absence)
        plot.play.ledger.chain_changed()
        plot.play.at(stop, lambda back: _return(plot, leave, absence, back))

    plot.play.at(start, go)


def _deputised(plot: Plot, place: Place, kind: str) -> None:
    """The holder leaves and a deputy is there: owned throughout, by the deputy."""
    _hole(plot, place, kind, control=True)
    start, _ = _span(plot, place)

    def go(now: datetime) -> None:
        plot.play.fill(place, now, deputy=True)
        plot.play.vacate(place, now, deputies=False)

    plot.play.at(start, go)


def _owner_watched(plot: Plot, place: Place, kind: str) -> None:
    """The owner is put under watch himself: his leaves are unowned until he is lifted, and he is owed readings."""
    person = resident(plot)
    if person is None:
        return
    _hole(plot, place, kind)
    start, _ = _span(plot, place)
    stop = plot.day((start - plot.day(0)).days + 1, IN_THE_EVENING)
    plot.taken.add(person.id)
    hole = plot.plant("owner.watched_himself", person.label)
    plot.play.look.vacancies["guard", -person.id] = hole

    def under_watch(now: datetime) -> None:
        plot.play.vacate(place, now)
        plot.play.fill(place, now, person=person)
        subject = Subject.objects.get(pk=person.id)
        put_under_watch(event=plot.play.event, subject=subject, klass="home", starts_at=now,
                        planned_until=now + 14 * DAY, by=BY, now=now)  # fmt: skip
        plot.play.reconcile(now)
        person.watches.append((now, stop))
        for item in plot.items_of([person], seen_from=now, scopes=("people.watched",)):
            item.plant = hole
            plot.play.ledger.add(item)
        plot.play.ledger.chain_changed()

    def lifted(now: datetime) -> None:
        lift_watch(subject=Subject.objects.get(pk=person.id), klass="home", at=now, reason="演练", by=BY, now=now)
        for item in plot.items_of([person], seen_from=now, scopes=("people.released",)):
            item.plant = hole
            plot.mark(item.pane.due)
            plot.play.ledger.add(item)
        plot.play.reconcile(now)
        plot.play.ledger.chain_changed()

    plot.play.at(start, under_watch)
    plot.play.at(stop, lifted)


def resident(plot: Plot) -> Thing | None:
    """Someone at home with nothing planted on him."""
    people = [
        one for one in plot.play.roster.of("person")
        if one.what == "present" and not one.watches and one.id not in plot.taken
        and one.id not in plot.play.roster.person_of.values()
        and all(not item.fate for item in plot.diary(one).items)
    ]  # fmt: skip
    return plot.play.rng.choice(people) if people else None


_OPENED_ON_NOBODY = (
    ("leak.L1_unassignable", "symptom.to_clinic"),
    ("vacancy.village_doctor", "symptom.named"),
    ("vacancy.supplies_head", "supplies.cover"),
    ("vacancy.publicity_office", "rumour.answered"),
)


def plant_unassignable(plot: Plot, each: int) -> None:
    """L1: nobody can be assigned when a duty opens. It exists, unowned, from its first minute, on the next list up."""
    for kind, duty in _OPENED_ON_NOBODY:
        if duty in plot.play.ledger.plan.duties:
            for _ in range(each):
                _open_on_nobody(plot, OPENERS[duty], kind)


def _open_on_nobody(plot: Plot, opener: Opener, kind: str) -> None:
    roster = plot.play.roster
    owner = plot.play.ledger.plan.duties[opener.duty].owner
    free = [
        stay[0] for stay in roster.stays(opener.scope)
        if roster.place(owner, stay[0]) not in plot.play.look.vacancies and stay[0].id not in plot.taken
        and not stay[0].watches
    ]  # fmt: skip
    if not free:
        return
    thing = plot.play.rng.choice(free)
    place = roster.place(owner, thing)

    def then(sent: Sent) -> None:
        plant = _hole(plot, place, kind)
        gone = plot.play.at(sent.happened - 2 * HOUR, lambda now: plot.play.vacate(place, now))
        plot.misses(plot.opened(opener.duty, thing, sent), plant)
        plot.play.then(sent.received, lambda now: _on_the_next_list(plot, place, now))
        plot.play.at(gone + 9 * HOUR, lambda now: _fill(plot, place, now))

    day = plot.day(plot.play.rng.randrange(3, max(4, plot.days - 3)), 10)
    plot.ask(thing, opener.form, dict(opener.content), (day, day + 2 * HOUR), then)


def _on_the_next_list(plot: Plot, place: Place, now: datetime) -> None:
    """Whether the one above finds it on his own list."""
    role, area = place
    heir = plot.play.roster.heir(place, now)
    if heir is None:
        return
    seat = Seat.objects.get(role=heir[0], area_id=heir[1], subject__isnull=True)
    user = plot.play.roster.answers(heir, now)
    assert user is not None
    own = Seat.objects.get(role=role, area_id=area, subject__isnull=True)
    listed = board.mine(user, [seat.pk], area=area, now=now, horizon=now)
    plot.play.look.check(
        "leak.L1_next_list", any(gap.seat == own.pk and gap.unowned for gap in listed),
        f"{role} 空缺时，其应办不在上一级 {heir[0]} 的清单上。",
        f"What the vacant {role} owes is not on the list of {heir[0]} above.",
    )  # fmt: skip
