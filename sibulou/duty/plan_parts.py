"""What a plan consists of: plain frozen values, whole once they exist.

Nothing here is checked again downstream: a `Plan` is only built by `load_plan` from a file without mistakes.
Sources of the words: DESIGN section 2; domain sections 3 (guards) and 4b (clocks, quiet hours).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from zoneinfo import ZoneInfo

import cel

from sibulou.duty.cadence import Cadence
from sibulou.duty.form import Form
from sibulou.duty.ladder import QuietHours, Rung
from sibulou.duty.plan_words import Label, Word
from sibulou.duty.rule import Effect, Expression, Rule, effects_of

FRONTS = ("defence", "control", "outreach", "screening")
GAPS = ("overdue", "silent", "open", "off_roster")
CUTOFFS = ("village", "township", "county")


@dataclass(frozen=True)
class Closer:
    """A record of this form meets the duty if `when` holds; `answers`: only as answer to what opened it.

    `concerned`: also where the person concerned told it himself; without it, what he tells is kept and closes nothing.
    """

    form: str
    when: Expression | None = None
    answers: bool = False
    concerned: bool = False


@dataclass(frozen=True)
class Waivable:
    """For which reasons a duty may be waived, and whether a second person must confirm."""

    reasons: tuple[str, ...]
    confirm: bool = True


@dataclass(frozen=True)
class OneTap:
    """A record that one tap tells when there is nothing new: what it says, beside the drafts of the form's fields."""

    form: str
    title: Label
    say: Mapping[str, object]


@dataclass(frozen=True)
class Duty:
    """What is owed to each subject of a scope, by the owner's seat; `timings` by level, absent = not in
    force.
    """

    key: str
    articles: tuple[str, ...]
    front: str
    title: Label
    why: Label
    scope: str
    owner: str
    timings: Mapping[str, Cadence]
    closers: tuple[Closer, ...]
    gap: str
    ladder: str
    waiver: Waivable | None
    rings_at_night: bool
    one_tap: OneTap | None = None

    def timing(self, level: str) -> Cadence | None:
        """The cadence, with its clocks, at a response level; None when the duty is not in force there."""
        return self.timings.get(level)


@dataclass(frozen=True)
class WatchClass:
    """A class of watch (居家, 集中 …) and how many days it lasts unless a rule says otherwise."""

    key: str
    title: Label
    days: int


@dataclass(frozen=True)
class GuardRole:
    """A role in a guard template: at least `min` of it, required or wished for."""

    role: str
    min: int
    required: bool


@dataclass(frozen=True)
class Guards:
    """A guard template (包保): who together guards one person of a watch class."""

    key: str
    title: Label
    klass: str
    roles: tuple[GuardRole, ...]


@dataclass(frozen=True)
class ReportLine:
    """One line of a report: counts the obligations of a duty, or the records of a form."""

    key: str
    title: Label
    duty: str | None
    form: str | None


@dataclass(frozen=True)
class Report:
    """A daily report of one level upward."""

    key: str
    title: Label
    level: str
    lines: tuple[ReportLine, ...]


@dataclass(frozen=True)
class Plan:
    """One version of a plan (预案). All mappings are read-only and in the order of the file."""

    key: str
    version: int
    title: Label
    disease: Label
    source: str
    zone: ZoneInfo
    quiet: QuietHours | None
    levels: tuple[Word, ...]
    values: Mapping[str, float | int | str]
    lists: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, WatchClass]
    reasons: Mapping[str, Word]
    ladders: Mapping[str, tuple[Rung, ...]]
    cutoffs: Mapping[str, time]
    forms: Mapping[str, Form]
    duties: Mapping[str, Duty]
    rules: tuple[Rule, ...]
    guards: Mapping[str, Guards]
    reports: Mapping[str, Report]
    cautions: tuple[Label, ...] = ()
    _local: threading.local = field(default_factory=threading.local, init=False, repr=False, compare=False)

    def closing(self, form: str, content: Mapping[str, object], subject: Mapping[str, object]) -> tuple[str, ...]:
        """The keys of the duties that a record of `form` with this (clean) content may close.

        `subject` holds the facts of rule.SUBJECT_FACTS. A duty with several fitting closers stands once.
        """
        may = self._closers_by_form.get(form)
        if may is None:
            return ()
        context = self._context(content, subject)
        return tuple(key for key, closers in may.items() if any(_fits(closer, context) for closer in closers))

    def meeting(
        self, form: str, content: Mapping[str, object], subject: Mapping[str, object], *, concerned: bool = False
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The duties a record may meet by itself, and those it meets only as the answer to what opened them.

        `concerned`: the person concerned told it himself, and only closers that say so take it.
        """
        may = self._closers_by_form.get(form)
        if may is None:
            return (), ()
        if concerned:
            may = {key: tuple(closer for closer in closers if closer.concerned) for key, closers in may.items()}
        asked = any(closer.when is not None for closers in may.values() for closer in closers)
        context = self._context(content, subject) if asked else None
        fitting = {
            key: {closer.answers for closer in closers if _fits(closer, context)} for key, closers in may.items()
        }
        by_itself = tuple(key for key, answers in fitting.items() if False in answers)
        return by_itself, tuple(key for key, answers in fitting.items() if answers == {True})

    @cached_property
    def _closers_by_form(self) -> Mapping[str, Mapping[str, tuple[Closer, ...]]]:
        """For each form the duties it may close, in the order of the plan, with the closers that name it."""
        found: dict[str, dict[str, tuple[Closer, ...]]] = {}
        for duty in self.duties.values():
            for closer in duty.closers:
                duties = found.setdefault(closer.form, {})
                duties[duty.key] = (*duties.get(duty.key, ()), closer)
        return found

    def closers(self, duty: str, form: str) -> tuple[Closer, ...]:
        """The closers of a duty that name this form."""
        return self._closers_by_form.get(form, {}).get(duty, ())

    def effects(self, form: str, content: Mapping[str, object], subject: Mapping[str, object]) -> tuple[Effect, ...]:
        """What a record of `form` with this (clean) content calls for, in the order of the rules."""
        rules = self._rules_by_form.get(form)
        return tuple(effects_of(rules, form, self._context(content, subject))) if rules else ()

    @cached_property
    def _rules_by_form(self) -> Mapping[str, tuple[Rule, ...]]:
        """For each form the rules that look at it, in their order."""
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            for form in rule.on:
                found[form] = (*found.get(form, ()), rule)
        return found

    def _context(self, content: Mapping[str, object], subject: Mapping[str, object]) -> cel.Context:
        """The four variables of the conditions. One context for each thread, since making one costs 50 us."""
        context: cel.Context | None = getattr(self._local, "context", None)
        if context is None:
            lists = {name: list(words) for name, words in self.lists.items()}
            context = cel.Context(variables={"values": dict(self.values), "lists": lists})
            self._local.context = context
        context.add_variable("record", dict(content))
        context.add_variable("subject", dict(subject))
        return context


def _fits(closer: Closer, context: cel.Context | None) -> bool:
    return closer.when is None or (context is not None and closer.when.holds(context))
