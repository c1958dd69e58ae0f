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
from typing import NamedTuple
from uuid import UUID

from sibulou.duty.effects import open_duties
from sibulou.duty.force import in_force
from sibulou.duty.form import FieldType
from sibulou.duty.listening import Heard, hear, judge
from sibulou.duty.lookup import Lookup, look_up, wait_for_turn
from sibulou.duty.meaning import Said, facts_of
from sibulou.duty.models import Refusal
from sibulou.duty.personal import BLIND, seal_payload
from sibulou.duty.problems import (
    Conflicting,
    FromTheFuture,
    NothingToCorrect,
    OthersTell,
    SystemTells,
    UnknownSubject,
)
from sibulou.duty.settle import call_off, settle_new, settle_records
from sibulou.duty.told import About, Told
from sibulou.duty.watch import settle_watches, watch_forms
from sibulou.lib.problem import Problem
from sibulou.lib.sql import bound_cursor, together
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, Area, Subject
from sibulou.roster.role import Right

TRUSTED_SKEW = timedelta(minutes=5)
"""How far a device's clock may be off before its records are flagged and judged by the server's."""


_NEVER = datetime.max.replace(tzinfo=UTC)


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


def digest(told: Told, text: str) -> bytes:
    """The fingerprint of what a record says: two with one id and one fingerprint are one record. `text`: its content,
    written in one order."""
    at = told.happened_at.astimezone(UTC).isoformat()
    said = f"{told.form!r} {told.plan!r} {told.subject} {at} {told.answers} {told.corrects} {told.withdraws} {text}"
    return hashlib.sha256(said.encode()).digest()


_written: Callable[[object], str] = json.JSONEncoder(sort_keys=True, default=str).encode
"""Content as text in which nothing but the content makes a difference; plain ASCII."""

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
        wait_for_turn()
        return take_in_all([Handed(batch, reach, by, reaches)], look_up(batch.records), now=now)[0]


def take_in_all(handed: Sequence[Handed], lookup: Lookup, *, now: datetime) -> list[list[Answer]]:
    """Take in the batches of several people as one, in their order: one look, one commit, and answers for each.

    Call it in the transaction that is to hold all of it, acting with EVERYTHING, when it is one's turn; `lookup` is of
    all their records, looked up since.
    """
    intake = _Intake(lookup, now=now)
    answers = [intake.judge(one) for one in handed]
    intake.store()
    return answers


class _Accepted(NamedTuple):
    """A record ready to be kept."""

    told: Told
    handed: Handed
    fingerprint: bytes
    subject: About
    happened_at: datetime
    doubtful: bool
    said: Said


class _Intake:
    """Batches on their way in."""

    def __init__(self, lookup: Lookup, *, now: datetime) -> None:
        self.lookup, self.now = lookup, now
        self.meanings, self.subjects = lookup.meanings, lookup.subjects
        self.accepted: list[_Accepted] = []

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
        text = _written(told.content)
        fingerprint = digest(told, text)
        before = self.lookup.fingerprints.get(told.id)
        if before is not None:
            if before != fingerprint:
                raise Conflicting(id=told.id)
            return None
        subject = self.subjects.get(told.subject)
        if subject is None:
            raise UnknownSubject(subject=told.subject)
        happened_at, doubtful = self._moment(told, handed, subject)
        if not _may_tell(handed, subject, happened_at):
            raise UnknownSubject(subject=told.subject)
        concerned = handed.batch.concerned
        said = self.meanings.of(told, subject, at=happened_at, text=text, concerned=concerned)
        form = said.form
        if form.by_system and handed.by.user_id is not None:
            raise SystemTells(form_zh=form.title.zh, form_en=form.title.en)
        if concerned and not form.concerned:
            raise OthersTell(form_zh=form.title.zh, form_en=form.title.en)
        self._check_correction(told)
        self._check_named(said)
        if not told.withdraws:
            judge(form.key, said.content, handed.reach)
        return _Accepted(told, handed, fingerprint, subject, happened_at, doubtful, said)

    def _moment(self, told: Told, handed: Handed, subject: About) -> tuple[datetime, bool]:
        """When it happened, judged by the server's clock, and whether the device's was off (see decision 0005).

        Raises FromTheFuture, and UnknownSubject to whoever does not reach it: he must not learn that it is there.
        """
        sent_at = handed.batch.sent_at
        skew = timedelta() if sent_at is None else sent_at - self.now
        doubtful = abs(skew) > TRUSTED_SKEW
        try:
            happened_at = told.happened_at - skew if doubtful else told.happened_at
        except OverflowError:
            happened_at = _NEVER
        if happened_at > self.now + TRUSTED_SKEW:
            if not _within(handed.reach, subject):
                raise UnknownSubject(subject=told.subject)
            raise FromTheFuture(happened=wall(told.happened_at), now=wall(self.now))
        return min(happened_at, self.now), doubtful

    def _check_correction(self, told: Told) -> None:
        if told.corrects is None:
            return
        original = self.lookup.corrected.get(told.corrects)
        if told.corrects == told.id or (original is not None and original != (told.subject, told.form)):
            raise NothingToCorrect(corrects=told.corrects)

    def _check_named(self, said: Said) -> None:
        """Whoever a record names must be on the roster, or what its rules call for would be owed by nobody."""
        if said.form.key not in self.meanings.naming:
            return
        for one in said.form.fields:
            named = said.content.get(one.key) if one.type is FieldType.SUBJECT else None
            if named and str(named) not in self.lookup.named:
                raise UnknownSubject(subject=named)

    def store(self) -> None:
        """Keep what was accepted, open what rules make of it, and settle."""
        if not self.accepted:
            return
        columns = [list(column) for column in zip(*map(self._row, self.accepted), strict=True)]
        ids = [one.told.id for one in self.accepted]
        if self._plain():
            with together():
                _insert(columns)
                settle_new(ids, now=self.now)
        else:
            self._store_and_follow(columns, ids)
        hear(map(_as_heard, self.accepted), now=self.now)

    def _store_and_follow(self, columns: list[list[object]], ids: list[UUID]) -> None:
        """Keep what rules, watches or corrections follow from."""
        _insert(columns)
        opened = self._effects()
        corrects = any(one.told.corrects for one in self.accepted)
        settle = settle_records if corrects else settle_new
        settle(ids, now=self.now)
        if opened or corrects:
            for by, accepted in self._by_teller(self.accepted):
                call_off([one.told.id for one in accepted], by=by, now=self.now)

    def _plain(self) -> bool:
        """Whether nothing follows from what was accepted but that obligations are met."""
        watching = self.meanings.watching
        return not any(one.said.opens or one.told.corrects or one.told.form in watching for one in self.accepted)

    def _row(self, one: _Accepted) -> tuple[object, ...]:
        told, handed, said = one.told, one.handed, one.said
        answering = said.answering if told.answers is not None else ()
        return (
            told.id, told.form, one.subject.pk, one.subject.area_id, one.happened_at, told.happened_at, self.now,
            one.doubtful, handed.by.user_id, handed.batch.device[:40], said.kept, one.fingerprint, _array(said.closes),
            _array(answering), told.answers, told.corrects, told.withdraws, _array(said.plans),
        )  # fmt: skip

    def _effects(self) -> int:
        """What the rules of every event that runs make of the batch. Returns how many obligations were opened."""
        opened = 0
        for of_event in self.meanings.events:
            if of_event[-1].ends is not None:
                continue
            watching = watch_forms(of_event)
            for by, accepted in self._by_teller([one for one in self.accepted if one.told.form in watching]):
                watched = {one.subject.pk: one.subject for one in accepted}
                settle_watches(of_event, watched, facts=facts_of, by=by, now=self.now)
            called_for = [one for one in self.accepted if one.said.opens]
            for running in of_event:
                told = [
                    (replace(one.told, content=one.said.content), one.subject, one.happened_at)
                    for one in called_for
                    if running.plan.key in one.said.plans and in_force(of_event, one.happened_at) is running
                ]
                if told:
                    opened += open_duties(running, told, facts=facts_of, now=self.now)
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
        area = home_of(handed.reach, handed.by) if subject is None else subject.area_id
        keep_refused(told, outcome, problem, batch=handed.batch, by=handed.by, now=self.now, area=area)
        return Answer(str(told.id), outcome, problem)


def _as_heard(one: _Accepted) -> Heard:
    told, said = one.told, {} if one.told.withdraws else one.said.content
    return Heard(told.id, told.form, one.subject, one.happened_at, said, told.corrects, told.withdraws)


def _may_tell(handed: Handed, subject: About, at: datetime) -> bool:
    """Whether he who hands in may tell of a subject what happened `at`."""
    if handed.reaches is None:
        return _within(handed.reach, subject)
    return any(_within(reach, subject) for reach in handed.reaches(at))


def _within(reach: Reach, subject: About) -> bool:
    return reach.covers(subject.area_id, Right.RECORD) or subject.pk in reach.subjects


def _insert(columns: Sequence[Sequence[object]]) -> None:
    with bound_cursor() as cursor:
        cursor.execute(_INSERT, columns, prepare=True)


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


def home_of(reach: Reach, by: By) -> int | None:
    """Where a teller belongs, for a record about something the roster does not know, or one that cannot be read: where
    he may tell, else where he sat last; the top of the tree for one who sat nowhere, so that there is somebody who sees
    it. Call it acting with EVERYTHING."""
    ranges = reach.ranges.get(Right.RECORD)
    if ranges:
        return ranges[0][0]
    guarded = Subject.objects.filter(pk__in=reach.subjects[:1]).values_list("area_id", flat=True)
    terms = Appointment.objects.filter(user=by.user_id).order_by("-starts_at", "-pk")
    top = Area.objects.order_by("level", "pk").values_list("pk", flat=True)
    return guarded.first() or terms.values_list("seat__area_id", flat=True).first() or top.first()


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
