"""What the intake must know to judge a batch, read in one way to the server and back.

Batches take turns (`_WAIT`): no lost update, no deadlock, and thousands of records a second all the same. Everything
here is read after the turn has come, so it is what the batch before has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg
from django.db import connection

from sibulou.duty.force import MARK, Running, every_event
from sibulou.duty.form import FieldType
from sibulou.duty.told import About, Told
from sibulou.roster.models import Subject

_TURN = 0x5342_4C02

Events = Sequence[Sequence[Running]]


@dataclass(frozen=True)
class Lookup:
    """`events`: the stages of every event there is or was; `subjects` by number; the fingerprints of those records of
    the batch that are here already; subject and form of those it corrects; the subjects that its answers name.
    """

    events: Events
    subjects: Mapping[int, About]
    fingerprints: dict[UUID, bytes]
    corrected: dict[UUID, tuple[int, str]]
    named: frozenset[str]


def look_up(records: Sequence[Told]) -> Lookup:
    """Wait for one's turn, then look up. Inside the transaction of the batch, which keeps the turn until it ends."""
    connection.ensure_connection()
    session: psycopg.Connection = connection.connection
    with connection.wrap_database_errors, session.pipeline():
        session.execute(_WAIT, [_TURN], prepare=True)
        mark = session.execute(MARK, prepare=True)
        subjects = session.execute(_SUBJECTS, [list({told.subject for told in records})], prepare=True)
        known = session.execute(_KNOWN, [[told.id for told in records]], prepare=True)
        originals = [told.corrects for told in records if told.corrects]
        corrected = session.execute(_CORRECTED, [originals], prepare=True) if originals else None
        (in_force,) = mark.fetchone() or ("",)
        found = {row[0]: About(*row) for row in subjects.fetchall()}
        fingerprints = {pk: bytes(digest) for pk, digest in known.fetchall()}
        said = {pk: (subject, form) for pk, subject, form in corrected.fetchall()} if corrected else {}
    events = every_event(in_force)
    return Lookup(events, found, fingerprints, said, _named_subjects(records, events))


_WAIT = "SELECT pg_advisory_xact_lock(%s), set_config('plan_cache_mode', 'force_generic_plan', true)"
"""Its turn; and for the prepared statements of this transaction one plan for all: planning them takes twice as long as
running them for one record, and by index is right for thousands, too."""
_SUBJECTS = """
SELECT s.id, s.kind, s.area_id, COALESCE(h.language, ''), CASE WHEN s.kind = 'household' THEN (
    SELECT count(*) FROM person p JOIN subject m ON m.id = p.subject_id WHERE p.household_id = s.id AND m.until IS NULL
) ELSE 0 END
FROM subject s LEFT JOIN household h ON h.subject_id = s.id
WHERE s.id = ANY (%b::bigint[])"""
_KNOWN = "SELECT id, digest FROM record WHERE id = ANY (%b::uuid[])"
_CORRECTED = "SELECT id, subject_id, form FROM record WHERE id = ANY (%b::uuid[])"


def _named_subjects(records: Iterable[Told], events: Events) -> frozenset[str]:
    """Which of the subjects that records name in their fields are on the roster."""
    fields = naming_fields(events)
    numbers = {
        text
        for told in records
        for key in fields.get(told.form, ())
        if (text := str(told.content.get(key, "")).strip()).isascii() and text.isdigit() and len(text) <= 18
    }
    if not numbers:
        return frozenset()
    on_roster = set(Subject.objects.filter(pk__in=[int(text) for text in numbers]).values_list("pk", flat=True))
    return frozenset(text for text in numbers if int(text) in on_roster)


def naming_fields(events: Events) -> Mapping[str, frozenset[str]]:
    """For each form that has any, the fields that name a subject."""
    fields: dict[str, frozenset[str]] = {}
    for plan in {id(running.plan): running.plan for of_event in events for running in of_event}.values():
        for form in plan.forms.values():
            named = frozenset(one.key for one in form.fields if one.type is FieldType.SUBJECT)
            if named:
                fields[form.key] = fields.get(form.key, frozenset()) | named
    return fields
