"""Planted in every duty in force: a missed window, several in a row, a late one; an event opened and not answered."""

from __future__ import annotations

from datetime import timedelta

from sibulou.demo.drill_books import Item, Sent
from sibulou.demo.drill_diary import Span
from sibulou.demo.drill_forms import OPENERS, Opener
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Thing
from sibulou.roster.area_key import Level, ancestor

NEXT_POSTS = 4
"""As many as covid19-2020 tells of somebody turned back."""
CALENDAR = ("daily", "every", "once", "after")


def plant_windows(plot: Plot, each: int) -> None:
    """Every calendar duty: one missed, several in a row, one late."""
    for key, items in sorted(plot.by_duty.items()):
        for _ in range(each):
            _missed(plot, key, items)
            _row(plot, key, items)
            _late(plot, key, items)


def _missed(plot: Plot, key: str, items: list[Item]) -> None:
    item = plot.pick(items)
    if item is not None:
        plot.misses(item, plot.plant("window.missed", f"{key} · {item.thing.label}"))


def _row(plot: Plot, key: str, items: list[Item]) -> None:
    """n windows one after the other are n misses (L2), not one."""
    item = plot.pick(items, lambda one: len(_following(plot, one)) > 1)
    if item is None:
        return
    row = _following(plot, item)[: plot.play.rng.randrange(2, 5)]
    one = plot.plant("window.row", f"{key} · {item.thing.label} × {len(row)}")
    for missed in row:
        plot.misses(missed, one)


def _following(plot: Plot, item: Item) -> list[Item]:
    """The item and the windows right after it, as far as they are free and due before the end."""
    row: list[Item] = []
    for one in plot.windows(item.duty, item.thing):
        if one.pane.opens < item.pane.opens:
            continue
        if not plot.free(one) or one.pane.due > plot.play.end - 4 * HOUR:
            break
        if row and row[-1].pane.until != one.pane.opens:
            break
        row.append(one)
    return row


def _late(plot: Plot, key: str, items: list[Item]) -> None:
    """Overdue first, met late then, and never counted as missing in the end."""
    item = plot.pick(items, lambda one: plot.room(one) is not None)
    if item is not None and (span := plot.room(item)) is not None:
        plot.late(item, plot.plant("window.late", f"{key} · {item.thing.label}"), span)


def plant_events(plot: Plot, each: int) -> None:
    """Every event duty: opened and not answered; answered late; answered in time."""
    for key, opener in OPENERS.items():
        duty = plot.play.ledger.plan.duties.get(key)
        if duty is None:
            continue
        at_once = all(table.due == timedelta() for table in duty.timetables.values())
        for _ in range(each):
            open_event(plot, opener, "event.unanswered")
            open_event(plot, opener, "event.late", late=True)
            if not at_once:
                open_event(plot, opener, "event.in_time", control=True)


def open_event(plot: Plot, opener: Opener, kind: str, *, late: bool = False, control: bool = False) -> None:
    """One record that opens an event duty somewhere, and what becomes of it."""
    things = [stay[0] for stay in plot.play.roster.stays(opener.scope)]
    for source in plot.play.rng.sample(things, min(len(things), 12)):
        span = _span(plot, source, opener)
        target = _target(plot, opener, source, span)
        if span is None or target is None or {source.id, target.id} & plot.taken or _open_there(plot, opener, target):
            continue
        if _open(plot, opener, (source, target, span), kind, late=late, control=control):
            return


def _open_there(plot: Plot, opener: Opener, target: Thing) -> bool:
    """Whether the same duty was opened there already, and one answer would close both."""
    answered_apart = all(closer.answers for closer in plot.play.ledger.plan.duties[opener.duty].closers)
    return not answered_apart and any(item.duty == opener.duty for item in plot.diary(target).items)


def _open(
    plot: Plot, opener: Opener, where: tuple[Thing, Thing, Span], kind: str, *, late: bool, control: bool
) -> bool:  # fmt: skip
    source, target, span = where
    content = {**opener.content, **({opener.field: _named(opener, target)} if opener.field else {})}

    def then(sent: Sent) -> None:
        plant = plot.plant(kind, f"{opener.duty} · {target.label}", control=control)
        item = plot.opened(opener.duty, target, sent)
        beside = [(other, plot.opened(other, target, sent)) for other in opener.beside]
        entailed = [one for other, one in beside if _forms(plot, other) <= _forms(plot, opener.duty)]
        if opener.next_posts:
            _notices(plot, source, sent)
        if late and (room := plot.room(item)):
            for one in (item, *entailed):
                plot.late(one, plant, room)
        elif not control:
            for one in (item, *entailed):
                plot.misses(one, plant)
        plot.mark(sent.received)

    return plot.ask(source, opener.form, content, span, then)


def _forms(plot: Plot, duty: str) -> set[str]:
    """The forms that close a duty: what only forms of another close stays open with it."""
    return {closer.form for closer in plot.play.ledger.plan.duties[duty].closers}


def _notices(plot: Plot, source: Thing, sent: Sent) -> None:
    """The posts that somebody turned back may try next: each owes the passing on of the notice, and none does it."""
    for post in next_posts(plot, source, sent):
        item = plot.opened("turnback.noted", post, sent)
        plot.misses(item, plot.plant("passage.next_post", f"turnback.noted · {post.label}"))


def next_posts(plot: Plot, source: Thing, sent: Sent) -> list[Thing]:
    """Of the same township, then gates, then the rest, as they came onto the roster; as many as the plan says."""
    others = [
        stay[0]
        for stay in plot.play.roster.stays("posts.open")
        if stay[0].id != source.id and stay[1] <= sent.happened and (stay[2] is None or stay[2] > sent.happened)
    ]
    town = ancestor(source.area, Level.TOWNSHIP)
    others.sort(key=lambda one: (ancestor(one.area, Level.TOWNSHIP) != town, one.what != "gate", one.id))
    return others[:NEXT_POSTS]


def _named(opener: Opener, target: Thing) -> str:
    return f"{target.area:018d}" if opener.target == "areas.villages" else str(target.id)


def _span(plot: Plot, source: Thing, opener: Opener) -> Span | None:
    """Some hours of a day between the first and the last but two; for who is watched, while he is."""
    day = plot.play.rng.randrange(1, max(2, plot.days - 3))
    if opener.duty in ("contact.traced", "symptom.to_clinic"):
        day = max(day, min(4, plot.days - 3))
    hour = plot.play.rng.randrange(8, 18)
    start, stop = plot.day(day, hour), plot.day(day, hour + 2)
    if opener.scope != "people.watched":
        return start, stop
    for starts, ends in source.watches:
        begin, finish = max(start, starts + HOUR), min(stop, ends or plot.play.end)
        if finish - begin > timedelta(minutes=10):
            return begin, finish
    return None


def _target(plot: Plot, opener: Opener, source: Thing, span: Span | None) -> Thing | None:
    """Whom the opened duty is about: the thing itself, or one that the record names."""
    if opener.target is None or span is None:
        return source
    if opener.target == "areas.villages":
        return plot.play.roster.area_thing(ancestor(source.area, Level.VILLAGE))
    others = [
        stay[0]
        for stay in plot.play.roster.stays(opener.target)
        if not stay[0].watches and all(not item.fate for item in plot.diary(stay[0]).items)
    ]
    return plot.play.rng.choice(others) if others else None
