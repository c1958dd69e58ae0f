"""Intake: the one door for records. A batch is one transaction; every record gets its own outcome.

Nothing sent is ever dropped: what cannot be taken as it is stays as a `Refusal` with its reason until a person
settles it. Any order, any repetition and any split into batches leave the same county behind (rule 1).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from math import isfinite

from sibulou.duty.effects import open_duties
from sibulou.duty.force import Running, in_force
from sibulou.duty.form import FieldType, Form
from sibulou.duty.forms_in_force import FormsInForce, OnForm
from sibulou.duty.lookup import Lookup, look_up
from sibulou.duty.models import Refusal
from sibulou.duty.personal import BLIND, seal_answers, seal_payload
from sibulou.duty.problems import (
    Conflicting,
    FromTheFuture,
    NothingToCorrect,
    OthersTell,
    SystemTells,
    UnknownSubject,
)
from sibulou.duty.rule import OpenDuty
from sibulou.duty.settle import call_off, settle_new, settle_records
from sibulou.duty.told import About, Told
from sibulou.duty.watch import settle_watches, watch_forms
from sibulou.lib.problem import Problem
from sibulou.lib.sql import bound_cursor
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import level_of
from sibulou.roster.audit import By
from sibulou.roster.models import Subject
from sibulou.roster.role import Right

TRUSTED_SKEW = timedelta(minutes=5)
"""How far a device's clock may be off before its records are flagged and judged by the server's."""


class Outcome(StrEnum):
    """What became of a record."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    CONFLICTING = "conflicting"
    REFUSED = "refused"
    UNKNOWN_SUBJECT = "unknown_subject"


@dataclass(frozen=True)
class Answer:
    """The outcome of one record, with the problem where there is one, in the order of the batch."""

    id: str
    outcome: Outcome
    problem: Problem | None = None


@dataclass(frozen=True)
class Batch:
    """Records as one device handed them in. `sent_at` is its own clock at that moment, if it said so.

    `concerned`: the person concerned told them himself; they close only what the plan says that he may close.
    """

    records: Sequence[Told]
    device: str = ""
    sent_at: datetime | None = None
    concerned: bool = False


def digest(told: Told) -> bytes:
    """The fingerprint of what a record says: two with one id and one fingerprint are one record."""
    said = [told.form, told.subject, told.happened_at.astimezone(UTC).isoformat(), told.content, told.answers,
            told.corrects, told.withdraws, *([told.plan] if told.plan else [])]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


Reaches = Callable[[datetime], Iterable[Reach]]


@dataclass(frozen=True)
class Handed:
    """A batch and whoever hands it in: `by`, who reaches `reach`.

    `reaches`, where the hand-in may come late, gives for the moment at which something happened all that `by` reached
    then or reaches now; it may raise the Problem of who could not tell of that moment.
    """

    batch: Batch
    reach: Reach
    by: By
    reaches: Reaches | None = None


def take_in(batch: Batch, *, reach: Reach, by: By, now: datetime, reaches: Reaches | None = None) -> list[Answer]:
    """Take in a batch as `by`, who reaches `reach`: record, settle, open what rules call for; all or nothing.

    Returns an answer per record, in order. Raises no Problem for a single record.
    """
    with acting(EVERYTHING):
        return take_in_all([Handed(batch, reach, by, reaches)], now=now)[0]


def take_in_all(handed: Sequence[Handed], *, now: datetime) -> list[list[Answer]]:
    """Take in the batches of several people as one, in their order: one look, one commit, and answers for each.

    Call it in the transaction that is to hold all of it, acting with EVERYTHING.
    """
    intake = _Intake(look_up([told for one in handed for told in one.batch.records]), now=now)
    answers = [intake.judge(one) for one in handed]
    intake.store()
    return answers


@dataclass(frozen=True)
class _Meaning:
    """What a record means by the plans: the duties it may meet by itself, those only as an answer, whether a rule opens
    another."""

    closes: list[int]
    answering: list[int]
    opens: bool


_NOTHING = _Meaning([], [], opens=False)


@dataclass(frozen=True)
class _Accepted:
    told: Told
    handed: Handed
    fingerprint: bytes
    subject: About
    happened_at: datetime
    doubtful: bool
    kept: str
    closes: list[int]
    answering: list[int]
    opens: bool
    plans: tuple[str, ...]


class _Intake:
    """Batches on their way in."""

    def __init__(self, lookup: Lookup, *, now: datetime) -> None:
        self.lookup, self.now = lookup, now
        self.events, self.subjects = lookup.events, lookup.subjects
        self.forms = FormsInForce(lookup.events)
        self.accepted: list[_Accepted] = []
        self.meant: dict[tuple[object, ...], _Meaning] = {}

    def judge(self, handed: Handed) -> list[Answer]:
        """An answer for each record of a batch; what is accepted waits for `store`."""
        return [self._answer(told, handed) for told in handed.batch.records]

    def _answer(self, told: Told, handed: Handed) -> Answer:
        try:
            found = self._judge(told, handed)
        except Problem as problem:
            return self._refuse(told, handed, problem)
        if found is None:
            return Answer(str(told.id), Outcome.REPEATED)
        self.accepted.append(found)
        self.lookup.fingerprints[told.id] = found.fingerprint
        self.lookup.corrected[told.id] = (found.subject.pk, told.form)
        return Answer(str(told.id), Outcome.ACCEPTED)

    def _judge(self, told: Told, handed: Handed) -> _Accepted | None:
        """The record ready to be kept; None if it is here already. Raises the Problem that refuses it."""
        fingerprint = digest(told)
        before = self.lookup.fingerprints.get(told.id)
        if before is not None:
            if before != fingerprint:
                raise Conflicting(id=told.id)
            return None
        subject = self.subjects.get(told.subject)
        if subject is None or not self._may_tell(told, handed, subject):
            raise UnknownSubject(subject=told.subject)
        happened_at, doubtful = self._moment(told, handed.batch)
        stages = self._stages_at(happened_at)
        on = self.forms.told_on(told, subject, stages)
        if on.form.by_system and handed.by.user_id is not None:
            raise SystemTells(form_zh=on.form.title.zh, form_en=on.form.title.en)
        concerned = handed.batch.concerned
        if concerned and not on.form.concerned:
            raise OthersTell(form_zh=on.form.title.zh, form_en=on.form.title.en)
        self._check_correction(told)
        self._check_named(on.form, on.content)
        plain = json.dumps(on.content, ensure_ascii=False)
        sealed = seal_answers(on.form, on.content)
        kept = plain if sealed == on.content else json.dumps(sealed, ensure_ascii=False)
        meaning = _NOTHING if told.withdraws else self._meaning(on, plain, subject, stages, concerned=concerned)
        answering = meaning.answering if told.answers is not None else []
        clean = replace(told, content=on.content)
        return _Accepted(clean, handed, fingerprint, subject, happened_at, doubtful, kept, meaning.closes, answering,
                         meaning.opens, on.plans)  # fmt: skip

    def _may_tell(self, told: Told, handed: Handed, subject: About) -> bool:
        if handed.reaches is None:
            return _within(handed.reach, subject)
        happened_at, _ = self._moment(told, handed.batch)
        return any(_within(reach, subject) for reach in handed.reaches(happened_at))

    def _moment(self, told: Told, batch: Batch) -> tuple[datetime, bool]:
        """When it happened, judged by the server's clock, and whether the device's was off (see decision 0005)."""
        skew = timedelta() if batch.sent_at is None else batch.sent_at - self.now
        doubtful = abs(skew) > TRUSTED_SKEW
        try:
            happened_at = told.happened_at - skew if doubtful else told.happened_at
        except OverflowError:
            raise FromTheFuture(happened=wall(told.happened_at), now=wall(self.now)) from None
        if happened_at > self.now + TRUSTED_SKEW:
            raise FromTheFuture(happened=wall(told.happened_at), now=wall(self.now))
        return min(happened_at, self.now), doubtful

    def _stages_at(self, at: datetime) -> list[Running]:
        """The stage that held at a moment, of every event that ran then or runs now: late records meet their time."""
        return [
            in_force(of_event, at)
            for of_event in self.events
            if (ended := of_event[-1].ends) is None or of_event[0].starts <= at < ended
        ]

    def _check_correction(self, told: Told) -> None:
        if told.corrects is None:
            return
        original = self.lookup.corrected.get(told.corrects)
        if told.corrects == told.id or (original is not None and original != (told.subject, told.form)):
            raise NothingToCorrect(corrects=told.corrects)

    def _check_named(self, form: Form, content: Mapping[str, object]) -> None:
        """Whoever a record names must be on the roster, or what its rules call for would be owed by nobody."""
        for one in form.fields:
            named = content.get(one.key) if one.type is FieldType.SUBJECT else None
            if named and str(named) not in self.lookup.named:
                raise UnknownSubject(subject=named)

    def _meaning(
        self, on: OnForm, plain: str, subject: About, stages: Sequence[Running], *, concerned: bool
    ) -> _Meaning:
        """What a record of this content says by the plans of its moment; worked out once for all that say the same."""
        key = (on.form.key, on.plans, plain, subject.kind, level_of(subject.area_id), subject.language, subject.listed,
               concerned, *(running.stage.pk for running in stages))  # fmt: skip
        found = self.meant.get(key)
        if found is None:
            counting = [running for running in stages if running.plan.key in on.plans]
            found = self.meant[key] = _work_out(on, counting, self.facts(subject), concerned=concerned)
        return found

    def facts(self, subject: About) -> dict[str, object]:
        """What rules may ask of a subject (`rule.SUBJECT_FACTS`); what does not apply to it is left out."""
        facts: dict[str, object] = {"kind": subject.kind}
        if subject.kind == "area":
            facts["level"] = level_of(subject.area_id).name.lower()
        if subject.kind == "household":
            facts["listed"] = subject.listed
            if subject.language:
                facts["language"] = subject.language
        return facts

    def store(self) -> None:
        """Keep what was accepted, open what rules make of it, and settle."""
        if not self.accepted:
            return
        columns = [list(column) for column in zip(*map(self._row, self.accepted), strict=True)]
        with bound_cursor() as cursor:
            cursor.execute(_INSERT, columns, prepare=True)
        ids = [one.told.id for one in self.accepted]
        opened = self._effects()
        corrects = any(one.told.corrects for one in self.accepted)
        settle = settle_records if corrects else settle_new
        settle(ids, now=self.now)
        if opened or corrects:
            for by, accepted in self._by_teller(self.accepted):
                call_off([one.told.id for one in accepted], by=by, now=self.now)

    def _row(self, one: _Accepted) -> tuple[object, ...]:
        told, handed = one.told, one.handed
        return (
            told.id, told.form, one.subject.pk, one.subject.area_id, one.happened_at, told.happened_at, self.now,
            one.doubtful, handed.by.user_id, handed.batch.device[:40], one.kept, one.fingerprint, _array(one.closes),
            _array(one.answering), told.answers, told.corrects, told.withdraws, _array(one.plans),
        )  # fmt: skip

    def _effects(self) -> int:
        """What the rules of every event that runs make of the batch. Returns how many obligations were opened."""
        opened = 0
        for of_event in self.events:
            if of_event[-1].ends is not None:
                continue
            watching = watch_forms(of_event)
            for by, accepted in self._by_teller([one for one in self.accepted if one.told.form in watching]):
                watched = {one.subject.pk: one.subject for one in accepted}
                settle_watches(of_event, watched, facts=self.facts, by=by, now=self.now)
            called_for = [one for one in self.accepted if one.opens]
            for running in of_event:
                told = [
                    (one.told, one.subject, one.happened_at)
                    for one in called_for
                    if running.plan.key in one.plans and in_force(of_event, one.happened_at) is running
                ]
                if told:
                    opened += open_duties(running, told, facts=self.facts, now=self.now)
        return opened

    @staticmethod
    def _by_teller(accepted: Iterable[_Accepted]) -> Iterator[tuple[By, list[_Accepted]]]:
        """What each batch brought, with whoever told it."""
        for _, of_batch in groupby(accepted, key=lambda one: id(one.handed)):
            found = list(of_batch)
            yield found[0].handed.by, found

    def _refuse(self, told: Told, handed: Handed, problem: Problem) -> Answer:
        outcome = {Conflicting: Outcome.CONFLICTING, UnknownSubject: Outcome.UNKNOWN_SUBJECT}.get(
            type(problem), Outcome.REFUSED
        )
        subject = self.subjects.get(told.subject)
        area = _home(handed.reach) if subject is None else subject.area_id
        keep_refused(told, outcome, problem, batch=handed.batch, by=handed.by, now=self.now, area=area)
        return Answer(str(told.id), outcome, problem)


def _work_out(on: OnForm, stages: Sequence[Running], facts: dict[str, object], *, concerned: bool) -> _Meaning:
    closes: set[int] = set()
    answering: set[int] = set()
    opens = False
    for running in stages:
        by_itself, as_answer = running.plan.meeting(on.form.key, on.content, facts, concerned=concerned)
        closes.update(running.duty_ids[key] for key in by_itself)
        answering.update(running.duty_ids[key] for key in as_answer)
        effects = running.plan.effects(on.form.key, on.content, facts)
        opens |= any(isinstance(effect, OpenDuty) for effect in effects)
    return _Meaning(sorted(closes), sorted(answering), opens)


def _within(reach: Reach, subject: About) -> bool:
    return reach.covers(subject.area_id, Right.RECORD) or subject.pk in reach.subjects


_COLUMNS = {
    "id": "uuid", "form": "text", "subject_id": "bigint", "area_id": "bigint", "happened_at": "timestamptz",
    "claimed_at": "timestamptz", "received_at": "timestamptz", "clock_doubtful": "boolean", "told_by_id": "bigint",
    "device": "text", "content": "jsonb", "digest": "bytea", "closes": "text", "answering": "text", "answers": "uuid",
    "corrects": "uuid", "withdraws": "boolean", "plans": "text",
}  # fmt: skip
_ARRAYS = {"closes": "integer[]", "answering": "integer[]", "plans": "text[]"}
_INSERT = (
    f"INSERT INTO record ({', '.join(_COLUMNS)}) "
    f"SELECT {', '.join(f'{name}::{_ARRAYS[name]}' if name in _ARRAYS else name for name in _COLUMNS)} "
    f"FROM unnest({', '.join(f'%b::{kind}[]' for kind in _COLUMNS.values())}) AS told ({', '.join(_COLUMNS)})"
)
"""One statement for a whole batch: COPY is not allowed where row-level security holds."""


def _array(parts: Iterable[int | str]) -> str:
    return "{" + ",".join(map(str, parts)) + "}"


def _home(reach: Reach) -> int | None:
    """Where a teller belongs, for a record about something the roster does not know."""
    ranges = reach.ranges.get(Right.RECORD)
    if ranges:
        return ranges[0][0]
    return Subject.objects.filter(pk__in=reach.subjects[:1]).values_list("area_id", flat=True).first()


def keep_refused(
    told: Told, outcome: Outcome, problem: Problem, *, batch: Batch, by: By, now: datetime, area: int | None
) -> None:  # fmt: skip
    """Keep a record that could not be taken, in the area it is about or its teller's; the very same one once."""
    payload = seal_payload(_storable(told.as_json()))
    Refusal.objects.get_or_create(
        record_id=str(told.id),
        outcome=str(outcome),
        payload__blind=payload[BLIND],
        defaults={
            "payload": payload,
            "received_at": now,
            "problem": problem.number,
            "words_zh": str(_storable(problem.say("zh")))[:400],
            "words_en": str(_storable(problem.say("en")))[:400],
            "area_id": area,
            "told_by_id": by.user_id,
            "device": str(_storable(batch.device))[:40],
        },
    )


def _storable(value: object) -> object:
    """JSON as the database can hold it: what it cannot (NUL, half a character, no number) is kept as its name."""
    if isinstance(value, str):
        return _UNSTORABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(_storable(str(key))): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
