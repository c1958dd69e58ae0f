"""Intake: the one door for records. A batch is one transaction; every record gets its own outcome.

Nothing sent is ever dropped: what cannot be taken as it is stays as a `Refusal` with its reason until a person
settles it. Any order, any repetition and any split into batches leave the same county behind (rule 1).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction

from sibulou.duty.effects import carry_out
from sibulou.duty.force import Running, current, stages
from sibulou.duty.form import check_content
from sibulou.duty.models import Record, Refusal
from sibulou.duty.plan_parts import Plan
from sibulou.duty.problems import (
    Conflicting,
    FromTheFuture,
    NothingToCorrect,
    UnknownForm,
    UnknownSubject,
    WrongSubject,
)
from sibulou.duty.settle import call_off, settle_records
from sibulou.duty.told import Told
from sibulou.lib.problem import Problem
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import level_of
from sibulou.roster.audit import By
from sibulou.roster.models import Household, Subject
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
    said = [told.form, told.subject, told.happened_at.isoformat(), told.content, told.answers, told.corrects,
            told.withdraws]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode()).digest()


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
    subject: Subject
    happened_at: datetime
    doubtful: bool
    closes: list[int]


class _Intake:
    """One batch on its way in."""

    def __init__(self, batch: Batch, *, reach: Reach, by: By, now: datetime) -> None:
        self.batch, self.reach, self.by, self.now = batch, reach, by, now
        self.stages = stages()
        self.current = current(now)
        self.subjects = {
            row.pk: row for row in Subject.objects.filter(pk__in={told.subject for told in batch.records})
        }
        self.known = dict(
            Record.objects.filter(pk__in=[told.id for told in batch.records]).values_list("id", "digest")
        )
        self.corrected = {
            row.pk: row
            for row in Record.objects.filter(pk__in=[told.corrects for told in batch.records if told.corrects])
        }
        self.listed = _listed(self.subjects.values())

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
        plan = self._plan_with(told.form)
        form = plan.forms[told.form]
        if form.kind != subject.kind:
            raise WrongSubject(form=form.title.zh, wanted=form.kind, given=subject.kind)
        self._check_correction(told)
        content = {} if told.withdraws else check_content(form, told.content)
        clean = replace(told, content=content)
        return _Accepted(clean, digest(told), subject, happened_at, doubtful, self._closes(clean, subject))

    def _may_tell(self, subject: Subject) -> bool:
        return self.reach.covers(subject.area_id, Right.RECORD) or subject.pk in self.reach.subjects

    def _moment(self, told: Told) -> tuple[datetime, bool]:
        """When it happened, judged by the server's clock, and whether the device's was off (see decision 0005)."""
        skew = timedelta() if self.batch.sent_at is None else self.batch.sent_at - self.now
        doubtful = abs(skew) > TRUSTED_SKEW
        happened_at = told.happened_at - skew if doubtful else told.happened_at
        if happened_at > self.now + TRUSTED_SKEW:
            raise FromTheFuture(happened=f"{told.happened_at:%F %R}", now=f"{self.now:%F %R}")
        return min(happened_at, self.now), doubtful

    def _plan_with(self, form: str) -> Plan:
        for running in (*self.current, *self.stages):
            if form in running.plan.forms:
                return running.plan
        known = sorted({key for running in self.current for key in running.plan.forms})
        raise UnknownForm(form=form, allowed=", ".join(known))

    def _check_correction(self, told: Told) -> None:
        if told.corrects is None:
            return
        original = self.corrected.get(told.corrects)
        if original is not None and (original.subject_id, original.form) != (told.subject, told.form):
            raise NothingToCorrect(corrects=told.corrects)

    def _closes(self, told: Told, subject: Subject) -> list[int]:
        """The duties this record may meet, by every plan of an event that runs."""
        if told.withdraws:
            return []
        facts = self.facts(subject)
        duties: set[int] = set()
        for running in self._plans():
            for key in running.plan.closing(told.form, told.content, facts):
                closers = running.plan.closers(key, told.form)
                if told.answers is not None or any(not closer.answers for closer in closers):
                    duties.add(running.duty_ids[key])
        return sorted(duties)

    def _plans(self) -> Iterable[Running]:
        """The latest stage of every running event."""
        latest = {running.stage.event_id: running for running in self.stages}
        return latest.values()

    def facts(self, subject: Subject) -> dict[str, object]:
        """What rules may ask of a subject."""
        known: dict[str, object] = {"kind": subject.kind}
        if subject.kind == "household":
            known["listed"] = self.listed.get(subject.pk, 0)
        if subject.kind == "area":
            known["level"] = level_of(subject.area_id).name.lower()
        return known

    def _store(self, accepted: Sequence[_Accepted]) -> None:
        columns = [list(column) for column in zip(*map(self._row, accepted), strict=True)]
        with connection.cursor() as cursor:
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
            one.doubtful, self.by.user_id, self.batch.device, json.dumps(told.content, ensure_ascii=False),
            one.fingerprint, _array(one.closes), told.answers, told.corrects, told.withdraws,
        )  # fmt: skip

    def _effects(self, accepted: Sequence[_Accepted]) -> int:
        done = 0
        for running in self._plans():
            ruled = {form for rule in running.plan.rules for form in rule.on}
            told = [
                (one.told, one.subject, one.happened_at)
                for one in accepted
                if one.told.form in ruled and not one.told.withdraws
            ]
            if told:
                done += carry_out(running, told, facts=self.facts, by=self.by, now=self.now)
        return done

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
    "device": "text", "content": "jsonb", "digest": "bytea", "closes": "text", "answers": "uuid", "corrects": "uuid",
    "withdraws": "boolean",
}  # fmt: skip
_INSERT = (
    f"INSERT INTO record ({', '.join(_COLUMNS)}) "
    f"SELECT {', '.join('closes::integer[]' if name == 'closes' else name for name in _COLUMNS)} "
    f"FROM unnest({', '.join(f'%s::{kind}[]' for kind in _COLUMNS.values())}) AS told ({', '.join(_COLUMNS)})"
)
"""One statement for a whole batch: COPY is not allowed where row-level security holds."""


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def _listed(subjects: Iterable[Subject]) -> dict[int, int]:
    """How many living persons the roster lists in each household among these."""
    households = [row.pk for row in subjects if row.kind == "household"]
    if not households:
        return {}
    from django.db.models import Count, Q

    counted = Household.objects.filter(pk__in=households).annotate(
        listed=Count("members", filter=Q(members__subject__until__isnull=True))
    )
    return {row.pk: row.listed for row in counted}


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
    payload = told.as_json()
    _, made = Refusal.objects.get_or_create(
        record_id=str(told.id),
        outcome=str(outcome),
        payload=payload,
        defaults={
            "received_at": now,
            "problem": problem.number,
            "words_zh": problem.say("zh")[:400],
            "words_en": problem.say("en")[:400],
            "area_id": area,
            "told_by_id": by.user_id,
            "device": batch.device,
        },
    )

