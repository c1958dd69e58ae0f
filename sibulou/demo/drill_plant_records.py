"""What goes wrong with records and excuses: late batches, wrong clocks, corrections, withdrawals, waivers, refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sibulou.demo.drill_books import Item, Plant, Sent
from sibulou.demo.drill_diary import TICK
from sibulou.demo.drill_forms import HOLLOW
from sibulou.demo.drill_plot import DAY, HOUR, Plot
from sibulou.demo.drill_roster import around
from sibulou.duty import board
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Refusal
from sibulou.duty.told import Told
from sibulou.duty.waive import ask_waiver, grant_waiver, refuse_waiver
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import acting, reach_of
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.audit import By
from sibulou.roster.models import User

ALONE = ("village.broadcast", "post.handover", "clinic.tick", "pharmacy.tick", "stock.counted", "place.disinfected",
         "watch.contacts")  # fmt: skip
"""Duties whose form closes nothing else, so that the plant alone decides."""
WITH_EXCUSE = ("village.broadcast", "clinic.tick", "pharmacy.tick", "place.disinfected", "post.handover")
WITH_CONDITION = ("village.broadcast", "watch.contacts")


def plant_records(plot: Plot, each: int) -> None:
    """Each kind several times."""
    for _ in range(each):
        _offline(plot)
        _clock_slow(plot)
        _clock_fast_and_said(plot)
        _clock_fast_and_silent(plot)
        _corrected_away(plot)
        _corrected_into(plot)
        _withdrawn(plot)
        _opener_corrected(plot)
        _excuse_asked(plot)
        _excuse_refused(plot)
        _excuse_granted(plot)
        _excuse_run_out(plot)
        _unknown_subject(plot)
        _conflict(plot)


def _pick(plot: Plot, duties: tuple[str, ...], *, before_end: timedelta = DAY) -> Item | None:
    """A free window of one of these duties, opening after the first day and due a while before the end."""
    first, last = plot.play.start + 12 * HOUR, plot.play.end - before_end
    items = [item for duty in duties for item in plot.by_duty.get(duty, ())]
    return plot.pick(items, lambda one: one.pane.opens > first and one.pane.due < last)


def _form(plot: Plot, item: Item) -> str:
    return plot.play.ledger.plan.duties[item.duty].closers[0].form


def _within(plot: Plot, item: Item) -> datetime:
    """A moment in the window, in time."""
    span = (item.pane.due - item.pane.opens).total_seconds()
    return item.pane.opens + timedelta(seconds=int(span * plot.play.rng.uniform(0.1, 0.6)))


def _days_later(plot: Plot, item: Item) -> datetime:
    """One to four days after the window was due, while the drill lasts."""
    rng = plot.play.rng
    latest = (plot.play.end - 3 * HOUR - item.pane.due).total_seconds() / 3600
    return around(item.pane.due + timedelta(hours=rng.uniform(min(5, latest / 2), min(96, latest))), TICK)


def _where(item: Item) -> str:
    return f"{item.duty} · {item.thing.label}"


def _offline(plot: Plot) -> None:
    """The record was made in time without signal and comes days later: the gap goes as of its own window."""
    item = _pick(plot, ALONE, before_end=DAY + 6 * HOUR)
    if item is None:
        return
    plant = plot.plant("record.offline", _where(item))
    sent = plot.writer.record(item.thing, _form(plot, item), _within(plot, item), received=_days_later(plot, item))
    plot.own(item, plant, [sent])
    plot.play.then(sent.received, lambda now: None)
    plot.play.at(plot.play.end - HOUR, lambda now: _both_moments(plot, item, sent, now))


def _both_moments(plot: Plot, item: Item, sent: Sent, now: datetime) -> None:
    """As known then it was a gap; as known now it was none: both moments are kept."""
    then = item.pane.due + timedelta(minutes=30)
    for known, wanted in ((sent.received - timedelta(minutes=1), True), (now, False)):
        shown = _shows(plot, item, board.Moment(at=then, known=known))
        plot.play.look.check(
            "record.both_moments", shown == wanted,
            f"{_where(item)}：回看 {then:%m-%d %H:%M}（当时所知 {known:%m-%d %H:%M}）"
            f"{'应有' if wanted else '不应有'}漏项。",
            f"{_where(item)}: as of {then:%m-%d %H:%M}, as known at {known:%m-%d %H:%M}, there should be "
            f"{'a' if wanted else 'no'} gap.",
        )  # fmt: skip


def _shows(plot: Plot, item: Item, moment: board.Moment) -> bool:
    names = {pk: duty.key for pk, duty in board.duties().items()}
    area = ancestor(item.thing.area, Level.VILLAGE)
    return any(
        (names[gap.duty], gap.subject, gap.opened_at) == item.key
        for gap in board.gap_page(area, moment, limit=1_000_000)
    )


def _clock_slow(plot: Plot) -> None:
    """A clock hours slow makes a late record look punctual: it is judged by the true moment, so it is met late."""
    item = _pick(plot, ("village.broadcast", "clinic.tick", "pharmacy.tick"))
    if item is None:
        return
    plant = plot.plant("clock.slow", _where(item))
    true = item.pane.due + timedelta(minutes=plot.play.rng.randrange(65, 170))
    sent = plot.writer.record(item.thing, _form(plot, item), true)
    sent.skew = -timedelta(hours=plot.play.rng.choice((4, 5, 6)))
    plot.own(item, plant, [sent])


def _clock_fast_and_said(plot: Plot) -> None:
    """A clock hours fast that says so is put right: the record counts in its true window."""
    item = _pick(plot, ("village.broadcast", "clinic.tick", "pharmacy.tick", "watch.contacts"))
    if item is None:
        return
    plant = plot.plant("clock.fast", _where(item), control=True)
    sent = plot.writer.record(item.thing, _form(plot, item), _within(plot, item))
    sent.skew = timedelta(hours=plot.play.rng.choice((11, 25, 49)))
    plot.own(item, plant, [sent])


def _clock_fast_and_silent(plot: Plot) -> None:
    """A record of the future from a device that does not tell its clock is refused and kept: the window stays open."""
    item = _pick(plot, ALONE)
    if item is None:
        return
    plant = plot.plant("clock.future", _where(item))
    sent = plot.writer.record(item.thing, _form(plot, item), item.pane.due + 9 * HOUR)
    sent.received, sent.refused = around(_within(plot, item), TICK), str(Outcome.REFUSED)
    plot.own(item, plant, [sent])


def _corrected_away(plot: Plot) -> None:
    """The record that met the window is corrected, and what is left does not meet it: the gap is back."""
    item = _pick(plot, WITH_CONDITION, before_end=2 * DAY)
    if item is None:
        return
    form = _form(plot, item)
    first = plot.writer.record(item.thing, form, _within(plot, item))
    again = _correction(plot, item, first, full=False)
    plot.own(item, plot.plant("record.corrected_away", _where(item)), [first, again])


def _corrected_into(plot: Plot) -> None:
    """The record did not meet the window; its correction does, as of the moment when it happened."""
    item = _pick(plot, WITH_CONDITION, before_end=2 * DAY)
    if item is None:
        return
    form = _form(plot, item)
    first = plot.writer.record(item.thing, form, _within(plot, item), content=dict(HOLLOW[form]), full=False)
    again = _correction(plot, item, first, full=True)
    plot.own(item, plot.plant("record.corrected_into", _where(item)), [first, again])


def _correction(plot: Plot, item: Item, first: Sent, *, full: bool) -> Sent:
    content = None if full else dict(HOLLOW[first.form])
    again = plot.writer.record(item.thing, first.form, first.happened, content=content, full=full,
                               received=_days_later(plot, item))  # fmt: skip
    again.corrects = first.id
    return again


def _withdrawn(plot: Plot) -> None:
    """The record is withdrawn: nothing was done after all."""
    item = _pick(plot, ALONE, before_end=2 * DAY)
    if item is None:
        return
    first = plot.writer.record(item.thing, _form(plot, item), _within(plot, item))
    back = plot.writer.record(item.thing, first.form, first.happened, received=_days_later(plot, item), content={})
    back.corrects, back.withdraws = first.id, True
    plot.own(item, plot.plant("record.withdrawn", _where(item)), [first, back])


def _opener_corrected(plot: Plot) -> None:
    """What a wrong record opened ends by name when the record is corrected: totals that did agree."""
    item = plot.pick(plot.by_duty.get("village.close", ()), lambda one: one.pane.opens > plot.play.start + 12 * HOUR
                     and one.pane.due < plot.play.end - 2 * DAY)  # fmt: skip
    if item is None:
        return
    plant = plot.plant("record.opener_corrected", _where(item))
    wrong = plot.writer.record(item.thing, "daily_close", _within(plot, item),
                               content={"rows": 4, "total": 6, "zero": False})  # fmt: skip
    right = plot.writer.record(item.thing, "daily_close", wrong.happened)
    opened = plot.opened("close.mend", item.thing, wrong)
    opened.fate, opened.plant = "own", plant
    right.corrects, right.received = wrong.id, around(opened.pane.due + 3 * HOUR, TICK)
    plot.own(item, plant, [wrong, right])
    plot.mark(opened.pane.due)


# --- excuses --------------------------------------------------------------------------------------


def _excuse(plot: Plot, kind: str, *, control: bool = False) -> tuple[Item, Plant] | None:
    item = _pick(plot, WITH_EXCUSE, before_end=2 * DAY)
    if item is None:
        return None
    plant = plot.plant(kind, _where(item), control=control)
    plot.own(item, plant, [])
    return item, plant


def _excuse_asked(plot: Plot) -> None:
    """Asked for and not confirmed: still a gap (L5)."""
    if planted := _excuse(plot, "excuse.pending"):
        item, _ = planted
        plot.play.at(_within(plot, item), lambda now: _only_ask(plot, item, now))


def _only_ask(plot: Plot, item: Item, now: datetime) -> None:
    _ask(plot, item, now, None)


def _excuse_refused(plot: Plot) -> None:
    """Asked for and refused: a gap."""
    if planted := _excuse(plot, "excuse.refused"):
        _answered(plot, planted[0], None, refuse=True)


def _excuse_granted(plot: Plot) -> None:
    """Confirmed by a second person: no gap."""
    if planted := _excuse(plot, "excuse.granted", control=True):
        _answered(plot, planted[0], None)


def _excuse_run_out(plot: Plot) -> None:
    """Confirmed for some hours: a gap again when they are over."""
    if planted := _excuse(plot, "excuse.run_out"):
        item, _ = planted
        _answered(plot, item, around(item.pane.due + 7 * HOUR, TICK))


def _answered(plot: Plot, item: Item, until: datetime | None, *, refuse: bool = False) -> None:
    def deed(now: datetime) -> None:
        answer = _ask(plot, item, now, until)
        answer(now, refuse)

    if until is not None:
        plot.mark(until)
    plot.play.at(_within(plot, item), deed)


def _ask(plot: Plot, item: Item, now: datetime, until: datetime | None) -> Callable[[datetime, bool], None]:
    """Ask as the one who answers for the window. Gives the deed of the second person."""
    roster = plot.play.roster
    owner = roster.answers(item.place, now) or roster.answers(roster.heir(item.place, now) or item.place, now)
    obligation = Obligation.objects.filter(
        duty__key=item.duty, subject_id=item.thing.id, opened_at=item.pane.opens, opened_by=item.opened_by
    ).first()
    if obligation is None:
        plot.play.look.find("excuse", f"{_where(item)}：没有可申请豁免的应办。",
                            f"{_where(item)}: there is no obligation to ask a waiver for.")  # fmt: skip
        return lambda at, refuse: None
    reason = plot.play.ledger.plan.duties[item.duty].reasons[0]
    waiver = ask_waiver(obligation=obligation, reason=reason, words="演练", until=until,
                        by=By("责任人", item.place[0], owner), now=now)  # fmt: skip

    def answer(at: datetime, refuse: bool) -> None:
        second = roster.answers(("county_secretary", plot.play.county), at)
        assert second is not None
        user = User.objects.get(pk=second)
        by, reach = By(user.name, "county_secretary", user.pk), reach_of(user, now=at)
        if refuse:
            refuse_waiver(waiver=waiver, reach=reach, by=by, now=at)
        else:
            grant_waiver(waiver=waiver, reach=reach, by=by, now=at)
            item.waived = (at, until)

    return answer


# --- refusals -------------------------------------------------------------------------------------


def _unknown_subject(plot: Plot) -> None:
    """A record about somebody the roster does not know is kept for a person to settle, and is no gap."""

    def deed(now: datetime) -> None:
        township = plot.play.rng.choice(list(plot.play.roster.stays("areas.townships")))[0]
        nobody = 10**15 + plot.play.rng.randrange(10**9)
        told = Told(uuid7(now, plot.play.rng.randbytes(10)), "person_seen", nobody, now, {"state": "present"})
        _hand_in(plot, told, township.area, now=now, wanted=Outcome.UNKNOWN_SUBJECT, kind="refused.unknown_subject")

    plot.play.at(_some_noon(plot), deed)


def _conflict(plot: Plot) -> None:
    """One id with two contents: the second is kept beside, and the county stays as it was."""

    def deed(now: datetime) -> None:
        village = plot.play.rng.choice(list(plot.play.roster.stays("areas.villages")))[0]
        told = Told(uuid7(now, plot.play.rng.randbytes(10)), "team_named", village.id, now, {"members": 3, "medics": 0})
        township = ancestor(village.area, Level.TOWNSHIP)
        _hand_in(plot, told, township, now=now, wanted=Outcome.ACCEPTED, kind="refused.conflicting")
        other = replace(told, content={"members": 9, "medics": 4})
        _hand_in(plot, other, township, now=now, wanted=Outcome.CONFLICTING, kind="refused.conflicting")

    plot.play.at(_some_noon(plot), deed)


def _some_noon(plot: Plot) -> datetime:
    return plot.day(plot.play.rng.randrange(1, max(2, plot.days - 1)), 12.25)


def _hand_in(plot: Plot, told: Told, township: int, *, now: datetime, wanted: Outcome, kind: str) -> None:
    """Hand one record in as the township's duty officer, and see what becomes of it."""
    roster = plot.play.roster
    tellers = (("township_secretary", township), ("county_secretary", plot.play.county))
    user = next(User.objects.get(pk=pk) for place in tellers if (pk := roster.answers(place, now)) is not None)
    reach = reach_of(user, now=now)
    (answer,) = take_in(Batch([told]), reach=reach, by=By(user.name, "", user.pk), now=now)
    with acting(reach):
        kept = Refusal.objects.filter(record_id=str(told.id), outcome=str(wanted)).count()
    plot.play.look.check(
        kind, answer.outcome == wanted and kept == (wanted != Outcome.ACCEPTED),
        f"记录 {told.form} 的回执是 {answer.outcome}，应为 {wanted}；留存 {kept} 份。",
        f"The record {told.form} was {answer.outcome}, not {wanted}; {kept} kept to settle.",
    )  # fmt: skip
