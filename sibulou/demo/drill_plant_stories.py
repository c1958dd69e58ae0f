"""The stories that cost people their posts in 2020, and the leaks by which other systems lose a miss (misses.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sibulou.demo.drill_books import Item, Plant
from sibulou.demo.drill_forms import OPENERS
from sibulou.demo.drill_plant_windows import open_event
from sibulou.demo.drill_play import BY
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Thing
from sibulou.duty import board
from sibulou.duty.force import stand_down
from sibulou.duty.problems import GapsStillOpen
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.models import Seat

_STORIES = (
    ("story.returnee_known_at_the_gate_only", "sighting.match"),
    ("story.exit_from_home_observation", "exit.answer"),
    ("story.pharmacy_without_real_user", "pharmacy.real_user"),
    ("story.total_differs_from_rows", "close.mend"),
)


def plant_stories(plot: Plot, each: int) -> None:
    """The seven stories; the village without guard is planted with the watches (`drill_plant_watch.py`)."""
    for _ in range(each):
        _post_empty(plot)
        _village_silent(plot)
        for kind, duty in _STORIES:
            if duty in plot.play.ledger.plan.duties:
                open_event(plot, OPENERS[duty], kind)


def _post_empty(plot: Plot) -> None:
    """Both watchers go home to eat at 16:00; one is back at 16:40."""
    post = plot.play.rng.choice([stay[0] for stay in plot.play.roster.stays("posts.open")])
    day = plot.play.rng.randrange(1, max(2, plot.days - 1))
    start = plot.day(day, 16)
    if any(one.duty == "post.strength" for one in plot.diary(post).items):
        return
    opener = OPENERS["post.strength"]
    sent = plot.writer.record(post, opener.form, start, content=dict(opener.content))
    plot.diary(post).sent.append(sent)
    item = plot.opened(opener.duty, post, sent)
    back = start + timedelta(minutes=40)
    plot.late(item, plot.plant("story.post_empty", post.label), (back, back + timedelta(seconds=30)))
    plot.mark(back - timedelta(minutes=15))
    plot.mark(back)


def _village_silent(plot: Plot) -> None:
    """A village says nothing at the cut-off: silence is not zero."""
    item = plot.pick(plot.by_duty.get("village.close", ()))
    if item is not None:
        plot.misses(item, plot.plant("story.village_silent", item.thing.label))


def plant_leaks(plot: Plot, each: int) -> None:
    """L4 to L8 and L10; L1 and L9 stand with the chain and the roster, L2 with the windows, L3 with who moved away."""
    for _ in range(each):
        _one_door_left(plot)
        open_event(plot, OPENERS["roster.mend"], "leak.L6_more_than_listed")
        _never_reported(plot)
        _never_mentioned(plot)
    plot.play.at(plot.play.end - HOUR, lambda now: _own_lists(plot, now))
    plot.play.at(plot.play.end - HOUR, lambda now: _stand_down_refused(plot, now))
    plot.play.at(plot.play.end - HOUR, lambda now: _no_horizon(plot, now))


def _one_door_left(plot: Plot) -> None:
    """L4: all households of a group were visited but one: the group is closed when its last obligation is."""
    items = plot.by_duty.get("household.visited", [])
    item = plot.pick(items, lambda one: not _others_planted(items, one))
    if item is None:
        return
    plot.misses(item, plot.plant("leak.L4_one_door_left", item.thing.label))
    plot.play.then(item.pane.due, lambda now: _group_open(plot, item, now))


def _others_planted(items: list[Item], one: Item) -> bool:
    group = ancestor(one.thing.area, Level.GROUP)
    return any(other.fate and ancestor(other.thing.area, Level.GROUP) == group for other in items)


def _group_open(plot: Plot, item: Item, now: datetime) -> None:
    group = ancestor(item.thing.area, Level.GROUP)
    names = {pk: duty.key for pk, duty in board.duties().items()}
    wanted = sum(
        one.overdue and one.item.duty == item.duty and ancestor(one.item.thing.area, Level.GROUP) == group
        for one in plot.play.ledger.gaps(now).values()
    )
    counted = sum(
        found.gaps for found in board.gap_counts(group, board.Moment.now(now))
        if names[found.duty] == item.duty and found.overdue
    )  # fmt: skip
    plot.play.look.check(
        "leak.L4_one_door_left", counted == wanted > 0,
        f"小组 {group} 还差 {wanted} 户未入户，显示漏 {counted} 户。",
        f"Group {group} has {wanted} doors left to visit and shows {counted}.",
    )  # fmt: skip


def _whole(plot: Plot, thing: Thing, plant: Plant) -> None:
    """Nothing is ever told of this thing: every window of it is missed."""
    for item in plot.diary(thing).items:
        item.fate, item.plant = "miss", plant
        plot.mark(item.pane.due)
    plot.taken.add(thing.id)


def _untouched(plot: Plot, things: list[Thing]) -> Thing | None:
    found = [
        one for one in things
        if one.id not in plot.taken and plot.diary(one).items
        and not plot.diary(one).sent and all(not item.fate for item in plot.diary(one).items)
    ]  # fmt: skip
    return plot.play.rng.choice(found) if found else None


def _never_reported(plot: Plot) -> None:
    """L8: an institution from which nothing ever came is expected all the same: the roster says so, not a form."""
    thing = _untouched(plot, plot.play.roster.of("institution"))
    if thing is not None:
        _whole(plot, thing, plot.plant("leak.L8_never_reported", thing.label))


def _never_mentioned(plot: Plot) -> None:
    """L10: a household in no record at all is in every total."""
    thing = _untouched(plot, plot.play.roster.of("household"))
    if thing is not None:
        _whole(plot, thing, plot.plant("leak.L10_never_mentioned", thing.label))


def _overdue(plot: Plot) -> list[Item]:
    return [
        one.item for one in plot.play.look.episodes.values()
        if not one.over and one.plant.kind.startswith(("window.", "leak."))
    ]  # fmt: skip


def _own_lists(plot: Plot, now: datetime) -> None:
    """L7: what is past its window stays on the list of whoever answers for it."""
    for item in plot.play.rng.sample(found := _overdue(plot), min(12, len(found))):
        user = plot.play.roster.answers(item.place, now)
        if user is None or item.met:
            continue
        role, where = item.place
        place = {"subject_id": -where} if where < 0 else {"area_id": where, "subject__isnull": True}
        seat = Seat.objects.get(role=role, **place)
        listed = board.mine(user, [seat.pk], area=item.thing.area, now=now, horizon=now)
        names = {pk: duty.key for pk, duty in board.duties().items()}
        keys = {(names[gap.duty], gap.subject, gap.opened_at) for gap in listed}
        plot.play.look.check(
            "leak.L7_on_the_own_list", item.key in keys or len(listed) >= 500,
            f"{item.duty} · {item.thing.label} 的漏项不在责任人的清单上。",
            f"The miss of {item.duty} · {item.thing.label} is not on its owner's list.",
        )  # fmt: skip


def _stand_down_refused(plot: Plot, now: datetime) -> None:
    """L3: an event is not ended over open gaps."""
    try:
        stand_down(event=plot.play.event, by=BY, now=now, reason="演练")
        refused = False
    except GapsStillOpen:
        refused = True
    plot.play.look.check("leak.L3_stand_down_refused", refused, "有漏项时解除响应没有被拒绝。",
                         "A stand-down over open gaps was not refused.")  # fmt: skip


def _no_horizon(plot: Plot, now: datetime) -> None:
    """L6: two years later what was missed is still missed."""
    later = now + timedelta(days=730)
    names = {pk: duty.key for pk, duty in board.duties().items()}
    shown = {
        (names[gap.duty], gap.subject, gap.opened_at)
        for gap in board.gap_page(plot.play.county, board.Moment.now(later), limit=1_000_000)
    }
    lost = [item for item in _overdue(plot) if not item.met and not item.is_waived(later) and item.key not in shown]
    plot.play.look.check("leak.L6_no_horizon", not lost, f"两年后有 {len(lost)} 项漏项不再显示。",
                         f"After two years {len(lost)} misses are shown no more.")  # fmt: skip
