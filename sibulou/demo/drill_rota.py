"""A roster for one post of the drill, published before the start key: its shifts owe their sign-on and their hand-over.

Planted in it: a shift to which nobody comes, one that nobody hands over, minutes of a shift in which nobody is there,
and somebody put by hand into two shifts without rest between. After the play the drill counts every minute of the
roster from the plain rows, by a rule of its own, and compares it with what the product says of that minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.db import connection, transaction
from django.utils.timezone import localdate

from sibulou.demo.drill_books import Item
from sibulou.demo.drill_plot import Plot
from sibulou.demo.drill_roster import Roster, Thing
from sibulou.duty import board
from sibulou.fronts.defence.models import Rota, Shift
from sibulou.fronts.defence.people import Facts, add_member, add_unit
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import MOST_DAYS, fill, judge, open_posts, propose, put
from sibulou.fronts.defence.standing import short_posts, tell_strength
from sibulou.roster.audit import By
from sibulou.roster.models import Area

CREW = 10
"""Enough for two in every shift around the clock, with days off."""


def publish_a_roster(county: Area, *, days: int, by: By, now: datetime) -> None:
    """A small force, and a published roster of the first open post; nothing where no post stands open."""
    posts = [post for post in open_posts(county.pk, now=now) if post.kind != "gate"]
    if not posts:
        return
    unit = add_unit(area=county, name="演练单位", by=by, now=now)
    for number in range(CREW):
        add_member(unit=unit, name=f"队员{number}", facts=Facts("volunteer"), by=by, now=now)
    rota = propose(
        area=county, first_day=localdate(now) + timedelta(days=1), days=min(days, MOST_DAYS), seed=1, by=by, now=now,
        only={posts[0].pk},
    )  # fmt: skip
    fill(rota=rota, by=by, now=now)
    _book_twice(rota, by=by, now=now)
    publish(rota=rota, by=by, now=now)


def _book_twice(rota: Rota, *, by: By, now: datetime) -> None:
    """Somebody of the first shift is put by hand into the one that follows it."""
    first, second = Shift.objects.filter(rota=rota).order_by("begins")[:2]
    standing = first.crew_list.select_related("member").order_by("pk").first()
    if standing is not None:
        put(shift=second, member=standing.member, by=by, now=now)


_SPANS = "SELECT subject_id, begins, ends, crew, post_id FROM shift WHERE subject_id IS NOT NULL"
_COVERS = """
SELECT DISTINCT sh.post_id, GREATEST(r.begins, r.published_at), r.ends
FROM shift sh JOIN rota r ON r.id = sh.rota_id WHERE sh.subject_id IS NOT NULL
"""


def read_shifts(roster: Roster) -> None:
    """Add to the drill's own copy when each shift is, what it asks, and for which time its post has a roster."""
    with connection.cursor() as cursor:
        cursor.execute(_SPANS)
        for subject, begins, ends, crew, post in cursor.fetchall():
            if subject in roster.things:
                thing = roster.things[subject]
                thing.span, thing.crew, thing.post = (begins, ends), crew, post
        cursor.execute(_COVERS)
        for post, since, until in cursor.fetchall():
            if post in roster.things:
                roster.things[post].rostered.append((since, until))


# --- planted ------------------------------------------------------------------------------------------

EMPTY, NO_HAND_OVER = "rota.shift_empty", "rota.no_hand_over"
SHORT, TWICE = "rota.minutes_short", "rota.double_booked"
AWAY = timedelta(minutes=17)
NOTICED = timedelta(minutes=11)
"""A minute after such a gap comes due."""


def plant_shifts(plot: Plot, each: int) -> None:
    """Shifts without anybody, without a hand-over, and with some minutes in which everybody is away."""
    for _ in range(each):
        for kind, duty in ((EMPTY, "shift.signed_on"), (NO_HAND_OVER, "shift.handed_over")):
            item = plot.pick(plot.by_duty.get(duty, ()))
            if item is not None:
                plot.misses(item, plot.plant(kind, item.thing.label))
        _away_for_a_meal(plot)


def _away_for_a_meal(plot: Plot) -> None:
    """Signed on in time, away two hours later, back in a quarter of an hour: the duties are kept, the minutes not."""
    item = plot.pick(plot.by_duty.get("shift.signed_on", ()))
    if item is None or item.thing.span is None:
        return
    begins, left = item.thing.span[0], item.thing.span[0] + timedelta(hours=2, minutes=plot.play.rng.randrange(60))
    told = (
        (begins - timedelta(minutes=10), "shift_sign_on", {"absent": 0}),
        (left, "shift_sign_off", {"on_duty": 0, "reason": "meal"}),
        (left + AWAY, "shift_sign_off", {"on_duty": item.thing.crew, "reason": "other"}),
    )
    sent = [plot.writer.record(item.thing, form, at, content=content) for at, form, content in told]
    plot.own(item, plot.plant(SHORT, item.thing.label, control=True), sent)


# --- after the play -----------------------------------------------------------------------------------

Told = tuple[datetime, int]
_GRACE = timedelta(minutes=15)
_TOLD = """
SELECT r.subject_id, r.form, r.happened_at, (r.content->>'on_duty')::int, (r.content->>'absent')::int
FROM record r WHERE r.form IN ('shift_sign_on', 'shift_sign_off', 'post_sign_on', 'post_sign_off')
AND NOT r.withdraws AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = r.id) ORDER BY r.happened_at, r.seq
"""


def check_shifts(plot: Plot) -> None:
    """Every minute of the roster counted again; the gap of each planted absence by name; who is booked twice."""
    shifts = sorted(
        (one for one in plot.play.roster.of("shift") if one.span is not None), key=lambda one: one.span or ()
    )
    if not shifts:
        return
    own = OwnCount(shifts, _read_told())
    _check_minutes(plot, own)
    for item in plot.by_duty.get("shift.signed_on", ()):
        if item.plant is not None and item.plant.kind == SHORT:
            _check_named(plot, item)
    _check_twice(plot)


def _read_told() -> list[tuple[int, str, datetime, int | None, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD)
        return list(cursor.fetchall())


class OwnCount:
    """How many stood at the drill's post at a minute: what was told last of the shift that is on; where nothing was,
    what was told last of the one before it, for a quarter of an hour.

    Shifts of the drill follow one upon another, so no more needs to be known.
    """

    def __init__(self, shifts: list[Thing], rows: list[tuple[int, str, datetime, int | None, int | None]]) -> None:
        self.shifts = shifts
        self.told: dict[int, list[Told]] = {one.id: [] for one in shifts}
        for subject, form, at, there, absent in rows:
            if subject in self.told:
                self._of_shift(subject, at, there, absent)
            elif form.startswith("post_"):
                self._of_post(subject, at, there or 0)
        for told in self.told.values():
            told.sort(key=lambda one: one[0])

    def _of_shift(self, subject: int, at: datetime, there: int | None, absent: int | None) -> None:
        shift = next(one for one in self.shifts if one.id == subject)
        assert shift.span is not None
        people = shift.crew - (absent or 0) if there is None else there
        self.told[subject].append((max(at, shift.span[0]), max(0, people)))

    def _of_post(self, post: int, at: datetime, there: int) -> None:
        shift = self.on(at)
        if shift is not None and shift.post == post:
            self.told[shift.id].append((at, there))

    def on(self, at: datetime) -> Thing | None:
        """The shift that is on."""
        return next((one for one in self.shifts if one.span and one.span[0] <= at < one.span[1]), None)

    def there(self, at: datetime) -> int:
        """How many stand there."""
        shift = self.on(at)
        assert shift is not None
        assert shift.span is not None
        now = [people for when, people in self.told[shift.id] if when <= at]
        if now:
            return now[-1]
        before = self.on(shift.span[0] - timedelta(seconds=1))
        if before is None or at >= shift.span[0] + _GRACE:
            return 0
        left = [people for when, people in self.told[before.id] if when <= at]
        return left[-1] if left else 0


def _check_minutes(plot: Plot, own: OwnCount) -> None:
    """Each minute of the roster is shown as short exactly if too few stood there."""
    first, post = own.shifts[0], own.shifts[0].post
    assert first.span is not None
    spans = short_posts(since=first.span[0], now=plot.play.end, posts=[post])[post]
    at, wrong, minutes = first.span[0], 0, 0
    while at < plot.play.end and (shift := own.on(at)) is not None:
        shown = any(one.since <= at and (one.until is None or at < one.until) for one in spans)
        wrong += shown != (own.there(at) < shift.crew)
        minutes += 1
        at += timedelta(minutes=1)
    plot.play.look.check(
        SHORT, wrong == 0, f"{first.label}起 {minutes} 分钟里有 {wrong} 分钟在岗人数判断不符。",
        f"Of {minutes} minutes from {first.label} on, {wrong} are counted otherwise.",
    )  # fmt: skip


def _check_named(plot: Plot, item: Item) -> None:
    """The clockwork, asked eleven minutes into an absence, tells it: a gap of the post since that very minute."""
    left = next(one.happened for one in plot.diary(item.thing).sent if one.form == "shift_sign_off")
    if any(one.duty == "post.strength" and one.thing.id == item.thing.post for one in plot.play.ledger.items):
        return  # another plant leaves the post and comes back to it: its words are the post's, and stand for both
    at = left + NOTICED
    names = {pk: duty.key for pk, duty in board.duties().items()}
    with transaction.atomic():
        tell_strength(now=at)
        shown = [
            gap.opened_at for gap in board.gap_page(plot.play.county, board.Moment.now(at), limit=1_000_000)
            if names[gap.duty] == "post.strength" and gap.subject == item.thing.post and gap.opened_at >= left
        ]  # fmt: skip
        transaction.set_rollback(True)
    plot.play.look.check(
        SHORT, shown == [left], f"{item.thing.label} 自 {left:%F %T} 起无人在岗，没有成为该卡点的漏项。",
        f"Nobody was at {item.thing.label} since {left:%F %T}, and that is no gap of its post.",
    )  # fmt: skip


_STANDS = """
SELECT t.member_id, s.id, s.begins, s.ends FROM standing t JOIN shift s ON s.id = t.shift_id
WHERE t.left_at IS NULL ORDER BY t.member_id, s.begins
"""


def _check_twice(plot: Plot) -> None:
    """Whoever has less than eight hours between two shifts is named with the second, and nobody else."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDS)
        rows = cursor.fetchall()
    wanted = {
        (other[0], other[1]) for one, other in pairwise(rows)
        if one[0] == other[0] and other[2] - one[3] < timedelta(hours=8)
    }  # fmt: skip
    shown = {(one.person, one.shift) for one in judge(Rota.objects.get()).breaches if one.rule == "rest"}
    plot.play.look.check(
        TWICE, bool(wanted) and shown == wanted, f"连排两班的应有 {sorted(wanted)}，显示 {sorted(shown)}。",
        f"Booked twice without rest: {sorted(wanted)}; shown: {sorted(shown)}.",
    )  # fmt: skip
