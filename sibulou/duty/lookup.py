"""What the intake must know to judge a batch, read in one way to the server and back.

Batches take turns (`wait_for_turn`): no lost update, no deadlock, and thousands of records a second all the same.
Everything here is read after the turn has come, so it is what the batch before has left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import psycopg
from django.db import connection

from sibulou.duty.force import MARK, every_event
from sibulou.duty.meaning import Meanings
from sibulou.duty.told import About, Told
from sibulou.lib.sql import bound_cursor, together
from sibulou.roster.models import Subject

_TURN = 0x5342_4C02


@dataclass(frozen=True)
class Lookup:
    """`meanings`: what records say by the plans; `subjects` by number; the fingerprints of those records of the batch
    that are here already; subject and form of those it corrects; the subjects that its answers name.
    """

    meanings: Meanings
    subjects: Mapping[int, About]
    fingerprints: dict[UUID, bytes]
    corrected: dict[UUID, tuple[int, str]]
    named: frozenset[str]


def wait_for_turn() -> None:
    """Wait until it is one's turn to take in, and keep it until the transaction ends."""
    with bound_cursor() as cursor:
        cursor.execute(_WAIT, [_TURN], prepare=True)


def look_up(records: Sequence[Told]) -> Lookup:
    """What there is to know of these records; once it is one's turn, and in the same transaction."""
    with together():
        found = ask(records)
    return found()


def ask(records: Sequence[Told]) -> Callable[[], Lookup]:
    """The same, in a block `together` with what else is to be asked; what is given is to be called after the block."""
    session: psycopg.Connection = connection.connection
    mark = session.execute(MARK, prepare=True)
    subjects = session.execute(_SUBJECTS, [list({told.subject for told in records})], prepare=True)
    known = session.execute(_KNOWN, [[told.id for told in records]], prepare=True)
    originals = [told.corrects for told in records if told.corrects]
    corrected = session.execute(_CORRECTED, [originals], prepare=True) if originals else None

    def found() -> Lookup:
        (in_force,) = mark.fetchone() or ("",)
        meanings = _meanings(in_force)
        return Lookup(
            meanings,
            {row[0]: About(*row) for row in subjects.fetchall()},
            {pk: bytes(digest) for pk, digest in known.fetchall()},
            {pk: (subject, form) for pk, subject, form in corrected.fetchall()} if corrected else {},
            _named_subjects(records, meanings.naming),
        )

    return found


@lru_cache(maxsize=8)
def _meanings(mark: str) -> Meanings:
    """What records mean as long as this is in force."""
    return Meanings(every_event(mark))


_WAIT = """
SELECT pg_advisory_xact_lock(%s), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('enable_seqscan', 'off', true)"""
"""Its turn; and for the prepared statements of this transaction one plan for all: planning them takes twice as long as
running them for one record. Always by index: that is right for thousands, too, and what was planned while the county
was empty still is when it is not."""
_SUBJECTS = """
SELECT s.id, s.kind, s.area_id, COALESCE(h.language, ''), CASE WHEN s.kind = 'household' THEN (
    SELECT count(*) FROM person p JOIN subject m ON m.id = p.subject_id WHERE p.household_id = s.id AND m.until IS NULL
) ELSE 0 END
FROM subject s LEFT JOIN household h ON h.subject_id = s.id
WHERE s.id = ANY (%b::bigint[])"""
_KNOWN = "SELECT id, digest FROM record WHERE id = ANY (%b::uuid[])"
_CORRECTED = "SELECT id, subject_id, form FROM record WHERE id = ANY (%b::uuid[])"


def _named_subjects(records: Iterable[Told], fields: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Which of the subjects that records name in these fields of their forms are on the roster."""
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
