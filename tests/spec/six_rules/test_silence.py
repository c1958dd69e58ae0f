"""Rules 2 and 3: the books balance at every node, and nothing leaves by silence."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.escalate import escalate
from sibulou.duty.force import change_level, set_strictness
from sibulou.duty.models import Obligation
from sibulou.duty.problems import Laxer
from sibulou.duty.reconcile import drift, reconcile, uncalled
from sibulou.roster.appointments import close_account
from sibulou.roster.area_key import Level, level_of
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Leave
from tests.equal.counties import OFFICERS, SUBJECTS, TIMINGS, WORDS
from tests.kernel import COUNTY, LAKE, NORTH, OFFICER, ZONE, county

pytestmark = pytest.mark.django_db


class Silence(RuleBasedStateMachine):
    """A county in which people come and go, levels change and time passes."""

    @initialize()
    def begin(self) -> None:
        """Press the start key."""
        self.stack = ExitStack()
        self.here = self.stack.enter_context(county())
        self.event = self.here.start("temperature", "watching", "check", "told", "clinic", "match", "close", "tick")
        self.seen: dict[int, tuple[int, int, datetime]] = {}
        self.told = 0

    @property
    def now(self) -> datetime:
        """This moment, in the county's zone."""
        return self.here.now.astimezone(ZONE)

    @rule(minutes=st.integers(1, 2000))
    def time_passes(self, minutes: int) -> None:
        """Windows open and fall due; whoever must be told is told."""
        self.here.now += timedelta(minutes=minutes)
        reconcile(now=self.here.now)
        escalate(now=self.here.now)

    @rule(number=st.integers(0, len(SUBJECTS) - 1), word=st.integers(0, 6), ago=st.integers(0, 3000),
          back=st.integers(0, 9), link=st.sampled_from(["", "", "answers", "withdraws"]))  # fmt: skip
    def told_of(self, number: int, word: int, ago: int, back: int, link: str) -> None:
        """A record comes in, late or not."""
        subject = SUBJECTS[number]
        words = WORDS[self.here.subjects[subject].kind]
        at = self.now - timedelta(minutes=ago)
        line = f"{subject} | {at.day} {at:%b %H:%M} | {words[word % len(words)]} | as s{self.told}"
        line += f" | {link} s{max(0, self.told - back)}" if link and self.told else ""
        self.told += 1
        self.here.tell(line, at=f"{self.now.day} {self.now:%b %H:%M}")

    @rule(number=st.integers(0, len(OFFICERS) - 1), how=st.sampled_from(["leaves", "away", "closed"]))
    def somebody_goes(self, number: int, how: str) -> None:
        """A term ends, a leave begins, an account is closed."""
        user = self.here.users[OFFICERS[number]]
        if how == "leaves":
            user.appointments.filter(ends_at=None, starts_at__lt=self.here.now).update(
                ends_at=self.here.now, ended_by="x"
            )
        elif how == "away":
            Leave.objects.create(user=user, starts_at=self.here.now)
        elif user.is_active:
            close_account(user=user, by=OFFICER, now=self.here.now)

    @rule(level=st.sampled_from(["I", "II", "III", "IV"]))
    def the_level_changes(self, level: str) -> None:
        """The county goes up or down."""
        self.here.now += timedelta(minutes=1)
        change_level(event=self.event, level=level, by=OFFICER, now=self.here.now)
        reconcile(now=self.here.now)

    @rule(number=st.integers(0, len(TIMINGS) - 1), name=st.sampled_from(["North", "Lake", "South"]))
    def a_township_is_stricter(self, number: int, name: str) -> None:
        """Somebody asks for more; asking for less is refused."""
        key, timing = TIMINGS[number]
        self.here.now += timedelta(minutes=1)
        try:
            set_strictness(event=self.event, area=self.here.areas[name], duty_key=key, timing=timing, by=OFFICER,
                           now=self.here.now)  # fmt: skip
        except Laxer:
            return
        reconcile(now=self.here.now)

    @rule(name=st.sampled_from(["Qian", "pharmacy"]))
    def somebody_leaves_the_roster(self, name: str) -> None:
        """A person dies, a pharmacy closes: by a name and with a reason."""
        subject = self.here.subjects[name]
        subject.refresh_from_db()
        if subject.until is None:
            end_subject(subject=subject, at=self.here.now, by=OFFICER, now=self.here.now, reason="moved away")

    @invariant()
    def nothing_has_left_by_silence(self) -> None:
        """Whatever was once in the total is in it, in the same place, and lifted only by a record or a name."""
        rows = {row.pk: row for row in Obligation.objects.select_related("waiver")}
        for pk, moments in self.seen.items():
            row = rows[pk]
            assert (row.area_id, row.subject_id, row.due_at) == moments
            if row.waived_at is not None:
                assert row.waiver is not None
                assert row.waiver.granted_by
        self.seen |= {
            row.pk: (row.area_id, row.subject_id, row.due_at) for row in rows.values() if row.opened_at < self.here.now
        }
        whole = board.books(COUNTY, Moment.now(self.here.now)).whole
        assert whole.expected == sum(row.opened_at <= self.here.now for row in rows.values())
        assert whole.expected >= len(self.seen)

    @invariant()
    def the_books_balance_at_every_node(self) -> None:
        """Every area is the sum of its children and of what it owes itself, duty by duty."""
        moment = Moment.now(self.here.now)
        for area in (COUNTY, NORTH, LAKE):
            table = board.books(area, moment)
            assert table.balanced
            for child, books in table.by_child.items():
                if child != area:
                    own = board.books(child, moment)
                    assert own.whole == books
                    for duty, found in own.by_duty.items():
                        assert table.cells[child, duty] == found
                    assert level_of(child) is Level(level_of(area) + 1)

    @invariant()
    def the_records_say_the_same(self) -> None:
        """Recomputed from the records nothing drifts, and a run of reconcile after a run changes nothing."""
        reconcile(now=self.here.now)
        assert reconcile(now=self.here.now).total == 0
        assert drift() == []
        assert uncalled(now=self.here.now) == {}

    def teardown(self) -> None:
        """Throw the county away."""
        if hasattr(self, "stack"):
            self.stack.close()


def test_nothing_leaves_by_silence(db: None) -> None:
    """People leave, levels change, a year passes: what was owed is in the total until a record or a name lifts it."""
    run_state_machine_as_test(
        Silence,
        settings=settings(
            deadline=None, max_examples=6, stateful_step_count=12, suppress_health_check=list(HealthCheck)
        ),
    )
