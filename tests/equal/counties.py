"""Generated small counties: the same happenings told to the database and to the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.chain import Away, Barred, Held, Span
from sibulou.duty.force import change_level, plan_of, set_strictness
from sibulou.duty.gap import Standing, Told, books
from sibulou.duty.intake import Outcome
from sibulou.duty.models import Obligation
from sibulou.duty.problems import Laxer
from sibulou.duty.reconcile import drift, reconcile, uncalled
from sibulou.duty.settle import settle_all
from sibulou.duty.timing import read_timing
from sibulou.duty.waive import ask_waiver, grant_waiver
from sibulou.roster.access import EVERYTHING
from sibulou.roster.appointments import close_account
from sibulou.roster.area_key import key_range
from sibulou.roster.audit import By
from sibulou.roster.households import move_household, move_person
from sibulou.roster.models import Household, Leave, Person
from tests.equal.oracle import Heard, Oracle, Place, Showing, Thing, Window_of, span
from tests.kernel import CHAIN, COUNTY, FORD_1, LAKE_1, NORTH, OFFICER, PEOPLE, ZONE, County

DUTIES = (
    "temperature", "watching", "guarded", "after_watch", "check", "told", "clinic", "match", "mend", "close", "tick",
)  # fmt: skip
AREAS = (COUNTY, NORTH, LAKE_1)
OFFICERS = ("Li", "Chen", "Bai", "Head", "Doctor", "Lake secretary", "Ford secretary", "Chemist")
TIMINGS: tuple[tuple[str, dict[str, object]], ...] = (
    ("check", {"cadence": {"every": {"days": 2}}, "clocks": {"warn": "1 day", "due": "2 days", "tell": "3 days"}}),
    ("check", {"cadence": {"every": {"days": 1}}, "clocks": {"warn": "12 hours", "due": "1 day", "tell": "2 days"}}),
    ("check", {"cadence": {"every": {"days": 3}}, "clocks": {"warn": "1 day", "due": "2 days", "tell": "3 days"}}),
    ("told", {"cadence": {"once": {}}, "clocks": {"warn": "12 hours", "due": "24 hours", "tell": "36 hours"}}),
    ("temperature", {"cadence": {"daily": [
        {"slot": "morning", "opens": "07:00", "warn": "08:00", "due": "09:00", "tell": "10:00"},
        {"slot": "noon", "opens": "12:00", "warn": "13:00", "due": "14:00", "tell": "15:00"},
        {"slot": "evening", "opens": "18:00", "warn": "19:00", "due": "20:00", "tell": "21:00"},
    ]}}),
)  # fmt: skip
WORDS = {
    "person": ("reading 36.5", "reading 38.5", "seen far", "seen near", "lifted", "to_clinic", "accepted"),
    "household": ("visit 0", "visit 1", "visit 3", "mended"),
    "area": ("day_close", "settled"), "institution": ("pharmacy",),
    "post": ("passed Lake unknown", "passed Hill known"),
}  # fmt: skip
SUBJECTS = (*PEOPLE, *(f"{name}'s" for name in PEOPLE), "Lake", "Hill", "pharmacy", "gate")
START = datetime(2020, 3, 1, tzinfo=ZONE) + timedelta(hours=5)


@dataclass(frozen=True)
class Say:
    """A record: about whom, which of its kind's words, so many minutes ago, and how it hangs on an earlier one."""

    subject: int
    word: int
    ago: int
    link: str = ""
    to: int = 0


@dataclass(frozen=True)
class Step:
    """So many minutes later, this happens."""

    later: int
    what: str
    records: tuple[Say, ...] = ()
    numbers: tuple[int, ...] = (0, 0, 0)


says = st.builds(
    Say,
    subject=st.sampled_from([0, 0, 0, 2, 2, 4, 4, *range(len(SUBJECTS))]),  # mostly a few, so that records meet
    word=st.integers(0, 6),
    ago=st.one_of(st.just(0), st.integers(0, 600), st.integers(0, 6000)),
    link=st.sampled_from(["", "", "", "corrects", "withdraws", "answers", "answers"]),
    to=st.integers(0, 30),
)
tells = st.builds(Step, later=st.integers(1, 700), what=st.just("tell"), records=st.lists(says, min_size=1, max_size=5)
                  .map(tuple))  # fmt: skip
deeds = st.builds(
    Step,
    later=st.integers(1, 900),
    what=st.sampled_from([
        "leave", "away", "away", "back", "deputy", "close", "level", "strict", "strict", "waive", "waive", "household",
        "move", "move", "wait",
    ]),
    numbers=st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)),
)  # fmt: skip
stories = st.lists(st.one_of(tells, tells, deeds), min_size=2, max_size=14)


class Twins:
    """A county in the database and the oracle beside it."""

    def __init__(self, here: County, *, duties: Sequence[str] = DUTIES) -> None:
        self.here, self.now = here, START
        local = f"{START.day} Mar {START:%H:%M}"
        self.event = here.start(*duties, at=local)
        here.users["Chen"].person = here.subjects["Sun"]
        here.users["Chen"].save()
        plan = plan_of(self.event.stages.get().version)
        things = [
            Thing(subject.pk, subject.kind, subject.area_id, subject.since, listed=int(subject.kind == "household"))
            for subject in here.subjects.values()
        ]
        self.oracle = Oracle(plan, area=COUNTY, level="I", start=START, things=things)
        for order, (name, (role, place)) in enumerate([*CHAIN.items(), ("Chemist", ("institution_head", "pharmacy"))]):
            held = Held(0, here.users[name].pk, span(here.subjects["Wang"].since, None), order=order)
            self.oracle.held.append((self.place(role, place), held))
        self.told: list[tuple[str, str]] = []
        self.oracle.pass_time(START)

    def place(self, role: str, place: str) -> Place:
        """A seat by what it is."""
        seat = self.here.seat(role, place)
        return seat.role, seat.area_id, seat.subject_id

    def play(self, steps: Sequence[Step]) -> None:
        """Let everything happen, in both."""
        for step in steps:
            self.now += timedelta(minutes=step.later)
            deed: Callable[[Step], None] = getattr(self, f"_{step.what}")
            deed(step)
            self.here.now = self.now
            reconcile(now=self.now, heard=self.now)
            self.oracle.pass_time(self.now)
            self._watch_officers()

    def _watch_officers(self) -> None:
        spans = self.oracle.watches().get(self.here.subjects["Sun"].pk, [])
        barred = [Barred(self.here.users["Chen"].pk, Span(start, end)) for start, end in spans]
        self.oracle.watched.append((self.now, barred))

    def _wait(self, _: Step) -> None:
        """Nothing happens."""

    def _tell(self, step: Step) -> None:
        lines = [self.line(say) for say in step.records]
        self.tell(lines)

    def line(self, say: Say) -> str:
        """The record as a line, with a name of its own."""
        subject = SUBJECTS[say.subject]
        words = WORDS[self.here.subjects[subject].kind]
        word = words[say.word % len(words)]
        happened = (self.now - timedelta(minutes=say.ago)).astimezone(ZONE)
        text = f"{subject} | {happened.day} {happened:%b %H:%M} | {word} | as r{len(self.told)}"
        if say.link and self.told:
            near = [one for one in self.told if one[1].split(" | ")[0] == subject] or self.told
            name, before = near[say.to % len(near)]
            if say.link == "answers":
                text += f" | answers {name}"
            elif before.split(" | ")[0] == subject and before.split(" | ")[2].split()[0] == word.split()[0]:
                text += f" | {say.link} {name}"
        self.told.append((f"r{len(self.told)}", text))
        return text

    def tell(self, lines: Sequence[str]) -> None:
        """Hand the lines in as one batch, and let the oracle hear what was accepted, as it was accepted."""
        local = self.now.astimezone(ZONE)
        answers = self.here.tell(*lines, at=f"{local.day} {local:%b %H:%M}")
        for line, answer in zip(lines, answers, strict=True):
            if answer.outcome is Outcome.ACCEPTED:
                self.oracle.hear(self._heard(line))

    def _heard(self, line: str) -> Heard:
        told = self.here.line(line).told
        thing = self.oracle.things[told.subject]
        facts: dict[str, object] = {"kind": thing.kind}
        if thing.kind == "household":
            facts["listed"] = thing.listed
        by_itself, as_answer = ((), ()) if told.withdraws else self.oracle.plan.meeting(told.form, told.content, facts)
        number = self.oracle.duty_numbers
        return Heard(
            Told(
                str(told.id), told.subject, told.happened_at, self.now, frozenset(number[key] for key in by_itself),
                answers=_text(told.answers), corrects=_text(told.corrects),
                withdraws=told.withdraws, answering=frozenset(number[key] for key in as_answer), form=told.form,
            ),
            told.content, facts,
        )  # fmt: skip

    def _officer(self, number: int) -> str:
        return OFFICERS[number % len(OFFICERS)]

    def _meant(self, step: Step) -> datetime:
        """When what is entered now happened: at once, or (a late entry) hours or days ago."""
        return self.now - timedelta(hours=max(0, step.numbers[2] - 20) * 3)

    def _leave(self, step: Step) -> None:
        """His terms end; what had another end until now is entered anew."""
        user, at = self.here.users[self._officer(step.numbers[0])], self._meant(step)
        lasting = user.appointments.filter(starts_at__lt=at).exclude(ends_at__lte=at)
        lasting.update(ends_at=at, ended_by="x", until_entered_at=self.now)
        self.oracle.held = [
            (place, replace(held, during=self._ending(held.during, at)) if held.user == user.pk else held)
            for place, held in self.oracle.held
        ]

    def _ending(self, during: Span, at: datetime) -> Span:
        """The span with its end entered now, if it lasts at `at` as known now."""
        if during.starts >= at or (during.ends is not None and during.ends <= at):
            return during
        return replace(during, ends=at, before=(*during.before, (self.now, during.ends)))

    def _away(self, step: Step) -> None:
        first, second, hours = step.numbers
        name, other = self._officer(first), self._officer(second)
        stand_in = None if other == name or hours % 3 == 0 else self.here.users[other]
        starts = self._meant(step)
        ends = self.now + timedelta(hours=hours) if hours else None
        role, place = CHAIN.get(name, ("institution_head", "pharmacy"))
        seat = self.here.seat(role, place) if hours % 2 else None
        Leave.objects.create(
            user=self.here.users[name], seat=seat, stand_in=stand_in, starts_at=starts, ends_at=ends,
            entered_at=self.now,
        )  # fmt: skip
        where = None if seat is None else self.place(role, place)
        who = self.here.users[name].pk
        away = Away(who, Span(starts, ends, entered=self.now), None, None if stand_in is None else stand_in.pk)
        self.oracle.away.append((where, away))

    def _back(self, step: Step) -> None:
        """Back from every leave, now or earlier than it was known."""
        user, at = self.here.users[self._officer(step.numbers[0])], self._meant(step)
        user.leaves.filter(starts_at__lt=at).exclude(ends_at__lte=at).update(ends_at=at, until_entered_at=self.now)
        self.oracle.away = [
            (where, replace(away, during=self._ending(away.during, at)) if away.user == user.pk else away)
            for where, away in self.oracle.away
        ]

    def _deputy(self, step: Step) -> None:
        role, place = CHAIN[("Li", "Head", "Lake secretary", "Doctor")[step.numbers[0] % 4]]
        name, starts = self._officer(step.numbers[1]), self._meant(step)
        self.here.seat(role, place).appointments.create(
            user=self.here.users[name], deputy=True, starts_at=starts, made_by="x", entered_at=self.now
        )
        self.oracle.order += 1
        during = Span(starts, entered=self.now)
        held = Held(0, self.here.users[name].pk, during, deputy=True, order=self.oracle.order)
        self.oracle.held.append((self.place(role, place), held))

    def _close(self, step: Step) -> None:
        user = self.here.users[self._officer(step.numbers[0])]
        if user.is_active:
            close_account(user=user, by=OFFICER, now=self.now)
            self.oracle.closed.append(Barred(user.pk, Span(self.now)))

    def _level(self, step: Step) -> None:
        level = ("I", "II", "III", "IV")[step.numbers[0] % 4]
        change_level(event=self.event, level=level, by=OFFICER, now=self.now)
        self.oracle.stages.append((self.now, level))
        self.oracle.change(self.now)

    def _strict(self, step: Step) -> None:
        key, timing = TIMINGS[step.numbers[0] % len(TIMINGS)]
        name = ("North", "Lake", "South", "Lake 1")[step.numbers[1] % 4]
        area = self.here.areas[name]
        try:
            set_strictness(event=self.event, area=area, duty_key=key, timing=timing, by=OFFICER, now=self.now)
        except Laxer:
            return
        self.oracle.stricter.append((self.now, area.pk, key, read_timing(timing)))
        self.oracle.change(self.now, area=area.pk, duty=key)

    def _waive(self, step: Step) -> None:
        rows = Obligation.objects.filter(met_at=None, waived_at=None, opened_at__lte=self.now, duty__key__in=[
            "temperature", "check", "told"]).order_by("duty__key", "subject_id", "opened_at")  # fmt: skip
        if not rows:
            return
        owed = rows[step.numbers[0] % len(rows)]
        hours = step.numbers[1]
        until = self.now + timedelta(hours=hours) if hours else None
        asking, granting = By("a", "", self.here.users["Head"].pk), By("b", "", self.here.users["Officer"].pk)
        waiver = ask_waiver(obligation=owed, reason="away", words="", until=until, by=asking, now=self.now)
        grant_waiver(waiver=waiver, reach=EVERYTHING, by=granting, now=self.now)
        self.oracle.rows[self.name(owed)].lifts.append((self.now, self.now, until))

    def _household(self, step: Step) -> None:
        name = f"house {len(self.here.subjects)}"
        since = self.now - timedelta(hours=step.numbers[0] * 3)
        subject = self.here.household(name, (LAKE_1, FORD_1)[step.numbers[1] % 2], since, entered=self.now)
        person = self.here.person(f"{name} person", name, since, entered=self.now)
        where, now = subject.area_id, self.now
        self.oracle.things[subject.pk] = Thing(subject.pk, "household", where, since, listed=1, entered=now)
        self.oracle.things[person.pk] = Thing(person.pk, "person", where, since, entered=now)
        assert Person.objects.filter(pk=person.pk).exists()

    def _move(self, step: Step) -> None:
        """A household moves to another group, or a person to another household, near or far."""
        first, second, kind = step.numbers
        names = list(PEOPLE)
        name, other = names[first % len(names)], names[second % len(names)]
        if kind % 2:
            home = Household.objects.select_related("subject__area").get(pk=self.here.subjects[f"{name}'s"].pk)
            to = self.here.areas[("Lake 1", "Lake 2", "Hill 1", "Ford 1")[second % 4]]
            move_household(household=home, to=to, by=OFFICER, now=self.now)
            people = Person.objects.filter(household=home).values_list("pk", flat=True)
            self._moved([home.pk, *people], to.pk)
        else:
            person = Person.objects.select_related("subject").get(pk=self.here.subjects[name].pk)
            before, to_home = person.household_id, self.here.subjects[f"{other}'s"]
            where = Household.objects.select_related("subject__area").get(pk=to_home.pk)
            move_person(person=person, to=where, by=OFFICER, now=self.now)
            for house, more in ((before, -1), (to_home.pk, 1)):
                thing = self.oracle.things[house]
                self.oracle.things[house] = replace(thing, listed=thing.listed + more)
            self._moved([person.pk], where.subject.area_id)

    def _moved(self, subjects: Sequence[int], to: int) -> None:
        """Whom to tell the oracle of: those who came from another area."""
        for subject in self.here.subjects.values():
            subject.refresh_from_db()
        away = [one for one in subjects if self.oracle.things[one].area != to]
        if away:
            self.oracle.move(away, to=to, now=self.now)

    # --- what both say

    def name(self, row: Obligation) -> Window_of:
        """What names an obligation, as the oracle names it."""
        return row.duty.key, row.subject_id, row.opened_at, _text(row.opened_by)

    def names(self) -> dict[int, Window_of]:
        """Every obligation of the database by its number."""
        return {row.pk: self.name(row) for row in Obligation.objects.select_related("duty")}

    def agree(self) -> None:
        """Whether the database and the oracle have the same obligations, and nothing drifted."""
        assert set(self.names().values()) == set(self.oracle.rows)
        assert drift() == []
        assert settle_all(now=self.now) == 0
        assert reconcile(now=self.now).total == 0
        assert uncalled(now=self.now) == {}

    def agree_at(self, at: datetime, known: datetime, *, live: bool = False) -> None:
        """Whether both show the same at a moment, by what was known at another: every gap, every book."""
        moment = Moment.now(at) if live else Moment(at, known)
        shown = self.oracle.show(at, known, live=live)
        names = self.names()
        page = board.gap_page(COUNTY, moment, limit=9999)
        gaps = {(names[one.obligation], one.overdue, one.unowned, one.since) for one in page}
        assert gaps == {_gap(one) for one in shown if _is_gap(one)}
        counts = board.gap_counts(COUNTY, moment)
        assert sum(one.gaps for one in counts) == len(gaps)
        assert {(one.duty, one.overdue, one.since) for one in _oldest(counts)} == {
            (duty, overdue, min(one.since for one in page if (one.duty, one.overdue) == (duty, overdue)))
            for duty, overdue in {(one.duty, one.overdue) for one in page}
        }
        assert sum(cell.gaps for cell in board.cells(COUNTY, moment)) == len(gaps)
        for area in AREAS:
            table = board.books(area, moment)
            assert table.balanced
            low, high = key_range(area)
            owed = [(one.standing, not one.unowned) for one in shown if low <= one.area < high]
            assert table.whole == books(owed), (area, at, known)

    def shown(self, at: datetime) -> dict[int, Any]:
        """The live books of every area, as a screen shows them at that moment."""
        return {area: board.books(area, Moment.now(at)).whole for area in AREAS}


def _text(name: UUID | None) -> str | None:
    return None if name is None else str(name)


def _is_gap(one: Showing) -> bool:
    return one.standing is Standing.OVERDUE or (one.standing is Standing.PENDING and one.unowned)


def _gap(one: Showing) -> tuple[Window_of, bool, bool, datetime]:
    return one.name, one.standing is Standing.OVERDUE, one.unowned, one.since


def _oldest(counts: Iterable[board.GapCount]) -> Iterable[board.GapCount]:
    """Of each duty and lateness the count that goes back furthest."""
    ordered = sorted(counts, key=lambda one: one.since, reverse=True)
    return {(one.duty, one.overdue): one for one in ordered}.values()
