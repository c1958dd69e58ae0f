"""Intake: the one door for records. A batch is one transaction; every record gets its own outcome.

Nothing sent is ever dropped: what cannot be taken as it is stays as a `Refusal` with its reason until a person
settles it. Any order, any repetition and any split into batches leave the same county behind (rule 1).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from uuid import UUID

from django.db import connection, transaction

from sibulou.duty.effects import open_duties
from sibulou.duty.force import Running, in_force, stages
from sibulou.duty.form import FieldType, Form
from sibulou.duty.forms_in_force import FormsInForce
from sibulou.duty.models import Event, Record, Refusal
from sibulou.duty.personal import BLIND, seal_answers, seal_payload
from sibulou.duty.problems import Conflicting, FromTheFuture, NothingToCorrect, UnknownSubject
from sibulou.duty.settle import call_off, settle_records
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

_SETTLING = 0x5342_4C02


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
    """Records as one device handed them in. `sent_at` is its own clock at that moment, if it said so."""

    records: Sequence[Told]
    device: str = ""
    sent_at: datetime | None = None


def digest(told: Told) -> bytes:
    """The fingerprint of what a record says: two with one id and one fingerprint are one record."""
    said = [told.form, told.subject, told.happened_at.astimezone(UTC).isoformat(), told.content, told.answers,
            told.corrects, told.withdraws, *([told.plan] if told.plan else [])]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).digest()


def take_in(batch: Batch, *, reach: Reach, by: By, now: datetime) -> list[Answer]:
    """Take in a batch as `by`, who reaches `reach`: record, settle, open what rules call for; all or nothing.

    Returns an answer per record, in order. Raises no Problem for a single record.
    """
    with acting(EVERYTHING), transaction.atomic():
        _one_at_a_time()
        intake = _Intake(batch, reach=reach, by=by, now=now)
        return intake.run()


def _one_at_a_time() -> None:
    """Batches settle one after the other: no lost update, no deadlock, and tens of thousands a second all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SETTLING])


@dataclass(frozen=True)
class _Accepted:
    told: Told
    fingerprint: bytes
    subject: About
    happened_at: datetime
    doubtful: bool
    kept: Mapping[str, object]
    closes: list[int]
    answering: list[int]
    plans: tuple[str, ...]


class _Intake:
    """One batch on its way in."""

    def __init__(self, batch: Batch, *, reach: Reach, by: By, now: datetime) -> None:
        self.batch, self.reach, self.by, self.now = batch, reach, by, now
        self.events = _events()
        self.forms = FormsInForce(self.events)
        self.subjects = _subjects(batch.records)
        self.known = _known(batch.records)
        self.corrected: dict[UUID, tuple[int, str]] = {
            pk: (subject, form)
            for pk, subject, form in Record.objects.filter(
                pk__in=[told.corrects for told in batch.records if told.corrects]
            ).values_list("id", "subject_id", "form")
        }
        self.named = _named_subjects(batch.records, self.events)

    def run(self) -> list[Answer]:
        answers: list[Answer] = []
        accepted: list[_Accepted] = []
        for told in self.batch.records:
            try:
                found = self._judge(told)
            except Problem as problem:
                answers.append(self._refuse(told, problem))
                continue
            if found is None:
                answers.append(Answer(str(told.id), Outcome.REPEATED))
            else:
                accepted.append(found)
                self.known[told.id] = found.fingerprint
                self.corrected[told.id] = (found.subject.pk, told.form)
                answers.append(Answer(str(told.id), Outcome.ACCEPTED))
        if accepted:
            self._store(accepted)
        return answers

    def _judge(self, told: Told) -> _Accepted | None:
        """The record ready to be kept; None if it is here already. Raises the Problem that refuses it."""
        before = self.known.get(told.id)
        if before is not None:
            if bytes(before) != digest(told):
                raise Conflicting(id=told.id)
            return None
        subject = self.subjects.get(told.subject)
        if subject is None or not self._may_tell(subject):
            raise UnknownSubject(subject=told.subject)
        happened_at, doubtful = self._moment(told)
        on = self.forms.told_on(told, subject, self._stages_at(happened_at))
        self._check_correction(told)
        self._check_named(on.form, on.content)
        clean = replace(told, content=on.content)
        closes, answering = self._meets(clean, subject, happened_at, on.plans)
        kept = seal_answers(on.form, on.content)
        return _Accepted(clean, digest(told), subject, happened_at, doubtful, kept, closes, answering, on.plans)

    def _may_tell(self, subject: About) -> bool:
        return self.reach.covers(subject.area_id, Right.RECORD) or subject.pk in self.reach.subjects

    def _moment(self, told: Told) -> tuple[datetime, bool]:
        """When it happened, judged by the server's clock, and whether the device's was off (see decision 0005)."""
        skew = timedelta() if self.batch.sent_at is None else self.batch.sent_at - self.now
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
        original = self.corrected.get(told.corrects)
        if told.corrects == told.id or (original is not None and original != (told.subject, told.form)):
            raise NothingToCorrect(corrects=told.corrects)

    def _check_named(self, form: Form, content: Mapping[str, object]) -> None:
        """Whoever a record names must be on the roster, or what its rules call for would be owed by nobody."""
        for one in form.fields:
            if one.type is FieldType.SUBJECT and (value := content.get(one.key)) and str(value) not in self.named:
                raise UnknownSubject(subject=value)

    def _meets(
        self, told: Told, subject: About, happened_at: datetime, plans: Sequence[str]
    ) -> tuple[list[int], list[int]]:
        """The duties this record may meet by itself, and those only as an answer, by the plans of its moment."""
        if told.withdraws:
            return [], []
        facts = self.facts(subject)
        closes: set[int] = set()
        answering: set[int] = set()
        for running in self._stages_at(happened_at):
            if running.plan.key not in plans:
                continue
            by_itself, as_answer = running.plan.meeting(told.form, told.content, facts)
            closes.update(running.duty_ids[key] for key in by_itself)
            answering.update(running.duty_ids[key] for key in as_answer)
        return sorted(closes), sorted(answering) if told.answers is not None else []

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

    def _store(self, accepted: Sequence[_Accepted]) -> None:
        columns = [list(column) for column in zip(*map(self._row, accepted), strict=True)]
        with bound_cursor() as cursor:
            cursor.execute(_INSERT, columns)
        ids = [one.told.id for one in accepted]
        opened = self._effects(accepted)
        settle_records(ids, now=self.now)
        if opened or any(one.told.corrects for one in accepted):
            call_off(ids, by=self.by, now=self.now)

    def _row(self, one: _Accepted) -> tuple[object, ...]:
        told = one.told
        return (
            told.id, told.form, one.subject.pk, one.subject.area_id, one.happened_at, told.happened_at, self.now,
            one.doubtful, self.by.user_id, self.batch.device[:40], json.dumps(one.kept, ensure_ascii=False),
            one.fingerprint, _array(one.closes), _array(one.answering), told.answers, told.corrects, told.withdraws,
            _array(one.plans),
        )  # fmt: skip

    def _effects(self, accepted: Sequence[_Accepted]) -> int:
        """What the rules of every event that runs make of the batch. Returns how many obligations were opened."""
        opened = 0
        for of_event in self.events:
            if of_event[-1].ends is not None:
                continue
            watching = watch_forms(of_event)
            watched = {one.subject.pk: one.subject for one in accepted if one.told.form in watching}
            if watched:
                settle_watches(of_event, watched, facts=self.facts, by=self.by, now=self.now)
            for running in of_event:
                ruled = {form for rule in running.plan.rules for form in rule.on}
                told = [
                    (one.told, one.subject, one.happened_at)
                    for one in accepted
                    if one.told.form in ruled
                    and running.plan.key in one.plans
                    and not one.told.withdraws
                    and in_force(of_event, one.happened_at) is running
                ]
                if told:
                    opened += open_duties(running, told, facts=self.facts, now=self.now)
        return opened

    def _refuse(self, told: Told, problem: Problem) -> Answer:
        outcome = {Conflicting: Outcome.CONFLICTING, UnknownSubject: Outcome.UNKNOWN_SUBJECT}.get(
            type(problem), Outcome.REFUSED
        )
        subject = self.subjects.get(told.subject)
        area = _home(self.reach) if subject is None else subject.area_id
        keep_refused(told, outcome, problem, batch=self.batch, by=self.by, now=self.now, area=area)
        return Answer(str(told.id), outcome, problem)


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


def _events() -> list[list[Running]]:
    """The stages of every event there is or was, one list for each."""
    found: dict[int, list[Running]] = {}
    for running in stages(Event.objects.order_by("id")):
        found.setdefault(running.stage.event_id, []).append(running)
    return list(found.values())


def _named_subjects(records: Iterable[Told], events: Iterable[Iterable[Running]]) -> set[str]:
    """Which of the subjects that records name in their fields are on the roster."""
    fields: dict[str, set[str]] = {}
    for of_event in events:
        for running in of_event:
            for form in running.plan.forms.values():
                named = {one.key for one in form.fields if one.type is FieldType.SUBJECT}
                if named:
                    fields.setdefault(form.key, set()).update(named)
    numbers = {
        text
        for told in records
        for key in fields.get(told.form, ())
        if (text := str(told.content.get(key, "")).strip()).isascii() and text.isdigit() and len(text) <= 18
    }
    known = Subject.objects.filter(pk__in=[int(text) for text in numbers]).values_list("pk", flat=True)
    on_roster = set(known)
    return {text for text in numbers if int(text) in on_roster}


_SUBJECTS = """
SELECT s.id, s.kind, s.area_id, COALESCE(h.language, ''), CASE WHEN s.kind = 'household' THEN (
    SELECT count(*) FROM person p JOIN subject m ON m.id = p.subject_id WHERE p.household_id = s.id AND m.until IS NULL
) ELSE 0 END
FROM subject s LEFT JOIN household h ON h.subject_id = s.id
WHERE s.id = ANY (%b::bigint[])"""


def _subjects(records: Iterable[Told]) -> dict[int, About]:
    """What is to be known of the subjects of these records, by number."""
    with bound_cursor() as cursor:
        cursor.execute(_SUBJECTS, [list({told.subject for told in records})])
        return {row[0]: About(*row) for row in cursor.fetchall()}


def _known(records: Iterable[Told]) -> dict[UUID, bytes]:
    """The fingerprints of those of these records that are here already."""
    with bound_cursor() as cursor:
        cursor.execute("SELECT id, digest FROM record WHERE id = ANY (%b::uuid[])", [[told.id for told in records]])
        return {pk: bytes(found) for pk, found in cursor.fetchall()}


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
