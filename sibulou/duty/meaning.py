"""What a record means by the plans of its moment: on which form it was told, what it may meet, what it opens.

Most records of a day say the same as many others: nobody new, no change. So what one means is worked out once for all
that say the same, word for word, of the same kind of subject in the same stages, and kept as long as the stages stand.
What is sealed is never kept here.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sibulou.duty.force import Running, in_force
from sibulou.duty.form import FieldType, Form
from sibulou.duty.forms_in_force import FormsInForce, OnForm
from sibulou.duty.personal import seal_answers
from sibulou.duty.rule import OpenDuty
from sibulou.duty.told import About, Told
from sibulou.duty.watch import watch_forms
from sibulou.roster.area_key import level_of

Events = Sequence[Sequence[Running]]

MOST = 5_000
"""How many different answers are kept; then one begins afresh."""
LONGEST = 400
"""Characters of an answer that is kept; longer ones are seldom said twice."""


class Said(NamedTuple):
    """What a record says: its form, the plans it counts for, its clean content and that as it is kept; the duties it
    may meet by itself, those only as an answer, and whether a rule opens another."""

    form: Form
    plans: tuple[str, ...]
    content: dict[str, object]
    kept: str
    closes: tuple[int, ...]
    answering: tuple[int, ...]
    opens: bool


class _Span(NamedTuple):
    """The stages in force between two changes, and where each is."""

    number: int
    stages: Sequence[Running]
    over: Sequence[tuple[int, int]]


class Meanings:
    """What records mean by these events: `events` are the stages of every event there is or was."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self.naming = naming_fields(events)
        self.watching = frozenset[str]().union(*map(watch_forms, events))
        self._forms = FormsInForce(events)
        starts = {running.starts for of_event in events for running in of_event}
        self._changes = sorted(starts | {end for of_event in events if (end := of_event[-1].ends) is not None})
        self._spans: dict[int, _Span] = {}
        self._said: dict[tuple[object, ...], Said] = {}

    def of(self, told: Told, about: About, *, at: datetime, text: str, concerned: bool) -> Said:
        """What a record told of a subject means that happened `at`. `text`: its content, written in one order.

        Raises UnknownForm, WrongSubject, WrongShape.
        """
        span = self._span(at)
        area = about.area_id
        key = (told.form, told.plan, told.withdraws, text, concerned, span.number,
               tuple(low <= area < high for low, high in span.over), _kind(about))  # fmt: skip
        found = self._said.get(key)
        if found is None:
            on = self._forms.told_on(told, about, span.stages)
            plain = json.dumps(on.content, ensure_ascii=False)
            sealed = seal_answers(on.form, on.content)
            secret = sealed != on.content
            kept = json.dumps(sealed, ensure_ascii=False) if secret else plain
            found = _work_out(on, kept, span.stages, facts_of(about), withdraws=told.withdraws, concerned=concerned)
            if not secret and len(text) <= LONGEST:
                if len(self._said) >= MOST:
                    self._said.clear()
                self._said[key] = found
        return found

    def _span(self, at: datetime) -> _Span:
        """The stage that held at a moment, of every event that ran then or runs now: late records meet their time."""
        number = bisect_right(self._changes, at)
        found = self._spans.get(number)
        if found is None:
            stages = [
                in_force(of_event, at)
                for of_event in self.events
                if (ended := of_event[-1].ends) is None or of_event[0].starts <= at < ended
            ]
            found = self._spans[number] = _Span(number, stages, [running.over for running in stages])
        return found


def _kind(about: About) -> tuple[object, ...]:
    """All of a subject that its meaning hangs on: what `facts_of` says."""
    level = level_of(about.area_id) if about.kind == "area" else None
    return about.kind, level, about.language, about.listed


def facts_of(subject: About) -> dict[str, object]:
    """What rules may ask of a subject (`rule.SUBJECT_FACTS`); what does not apply to it is left out."""
    facts: dict[str, object] = {"kind": subject.kind}
    if subject.kind == "area":
        facts["level"] = level_of(subject.area_id).name.lower()
    if subject.kind == "household":
        facts["listed"] = subject.listed
        if subject.language:
            facts["language"] = subject.language
    return facts


def _work_out(
    on: OnForm, kept: str, stages: Sequence[Running], facts: dict[str, object], *, withdraws: bool, concerned: bool
) -> Said:
    closes: set[int] = set()
    answering: set[int] = set()
    opens = False
    for running in stages:
        if withdraws or running.plan.key not in on.plans:
            continue
        by_itself, as_answer = running.plan.meeting(on.form.key, on.content, facts, concerned=concerned)
        closes.update(running.duty_ids[key] for key in by_itself)
        answering.update(running.duty_ids[key] for key in as_answer)
        effects = running.plan.effects(on.form.key, on.content, facts)
        opens |= any(isinstance(effect, OpenDuty) for effect in effects)
    return Said(on.form, on.plans, on.content, kept, tuple(sorted(closes)), tuple(sorted(answering)), opens)


def naming_fields(events: Events) -> Mapping[str, frozenset[str]]:
    """For each form that has any, the fields that name a subject."""
    fields: dict[str, frozenset[str]] = {}
    for plan in {id(running.plan): running.plan for of_event in events for running in of_event}.values():
        for form in plan.forms.values():
            named = frozenset(one.key for one in form.fields if one.type is FieldType.SUBJECT)
            if named:
                fields[form.key] = fields.get(form.key, frozenset()) | named
    return fields
