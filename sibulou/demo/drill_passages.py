"""Passages of the drill that lead somewhere, told as a crew tells them: real records through the real intake.

What should follow is in the drill's own books: an alarm where somebody turned back came in, the receiver of somebody
isolated, the village of an arrival, the busy hour in which a post says nothing; and of a resident who left, what the
roster must say of him, read from the plain row.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from sibulou.demo.drill_books import Sent
from sibulou.demo.drill_forms import OPENERS, Opener
from sibulou.demo.drill_plant_windows import next_posts, open_event
from sibulou.demo.drill_plot import HOUR, Plot
from sibulou.demo.drill_roster import Stay, Thing

ISOLATED = Opener(
    "transfer.receive", "posts.open", "checkpoint_pass",
    {"name": "过路人", "direction": "in", "temperature": 36.5, "matched": True, "disposal": "isolated",
     "authority": "cdc", "notice": "演练1号", "basis": "diseases"},
    beside=("held.seen",),
)  # fmt: skip
GROWN = date(1975, 1, 1)
"""Whoever was born later is no elder: being away changes nothing that he is owed."""


def plant_passages(plot: Plot, each: int) -> None:
    """Each kind several times."""
    for number in range(each):
        _came_in_elsewhere(plot, number)
        open_event(plot, ISOLATED, "passage.isolated")
        open_event(plot, OPENERS["arrival.met"], "passage.arrival_not_met")
        _resident_left(plot)
        _silent_hour(plot)


def _open_posts(plot: Plot, day: datetime) -> list[Stay]:
    found = [stay for stay in plot.play.roster.stays("posts.open") if stay[1] <= day and stay[2] is None]
    return plot.play.rng.sample(found, len(found))


def _hours(plot: Plot) -> tuple[datetime, datetime]:
    """Two hours of some day's forenoon."""
    day = plot.play.rng.randrange(2, max(3, plot.days - 3))
    return plot.day(day, 8), plot.day(day, 10)


def _came_in_elsewhere(plot: Plot, number: int) -> None:
    """Turned back at one post in the forenoon, let in at another four hours later under the same plate: nobody asks."""
    span = _hours(plot)
    posts = [stay[0] for stay in _open_posts(plot, span[0]) if stay[0].id not in plot.taken]
    if len(posts) < 2:
        return
    there, here = posts[:2]
    man = {"name": "绕行的人", "plate": f"云O{number:05d}", "temperature": 36.5, "direction": "in"}

    def came_in(sent: Sent) -> None:
        plant = plot.plant("passage.came_in", f"turnback.came_in · {here.label}")
        plot.misses(plot.opened("turnback.came_in", here, sent), plant)

    def turned_back(sent: Sent) -> None:
        for post in next_posts(plot, there, sent):
            plant = plot.plant("passage.next_post", f"turnback.noted · {post.label}")
            plot.misses(plot.opened("turnback.noted", post, sent), plant)
        later = (span[0] + 4 * HOUR, span[1] + 4 * HOUR)
        plot.ask(here, "checkpoint_pass", {**man, "disposal": "passed"}, later, came_in)

    plot.ask(there, "checkpoint_pass", {**man, "disposal": "turned_back"}, span, turned_back)


def _resident_left(plot: Plot) -> None:
    """A resident goes out at a post, named from the list: from that minute the roster says that he is away."""
    span = _hours(plot)
    posts = [stay[0] for stay in _open_posts(plot, span[0]) if stay[0].id not in plot.taken]
    person = _resident(plot)
    if not posts or person is None:
        return
    said = {"name": "外出的人", "temperature": 36.5, "direction": "out", "disposal": "passed", "person": str(person.id)}

    def left(sent: Sent) -> None:
        plot.taken.add(person.id)
        plot.play.then(sent.received, lambda now: _must_be_away(plot, person, sent))

    plot.ask(posts[0], "checkpoint_pass", said, span, left)


def _resident(plot: Plot) -> Thing | None:
    """Somebody who is there, of whom nothing else is planted."""
    found = [
        one for one in plot.play.roster.things.values()
        if one.kind == "person" and one.what == "present" and one.born is not None and one.born > GROWN
        and not one.watches and one.until is None and one.id not in plot.taken
    ]  # fmt: skip
    return plot.play.rng.choice(found) if found else None


def _must_be_away(plot: Plot, person: Thing, sent: Sent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, state_since FROM person WHERE subject_id = %s", [person.id])
        state, since = cursor.fetchone()
    plot.play.look.check(
        "passage.resident_left", state == "away" and abs(since - sent.happened) < timedelta(seconds=1),
        f"{person.label} 于 {sent.happened:%m-%d %H:%M} 外出，名册记为“{state}”。",
        f"{person.label} went out at {sent.happened:%m-%d %H:%M}, and the roster says “{state}”.",
    )  # fmt: skip


def _silent_hour(plot: Plot) -> None:
    """A post says nothing in a busy hour, neither a passage nor a zero: silence is not zero."""
    item = plot.pick(plot.by_duty.get("post.passes", ()))
    if item is not None:
        plot.misses(item, plot.plant("passage.silent_hour", item.thing.label))
