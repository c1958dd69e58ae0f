"""The duty officer's hand-over note: written at the end of a watch, signed for by the next one (S6, S20)."""

from __future__ import annotations

from datetime import datetime

from sibulou.duty.models import DutyNote
from sibulou.lib.problem import Problem
from sibulou.lib.wall import wall
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed
from sibulou.roster.models import Area

LONGEST = 4000


class EmptyNote(Problem):
    """A note without words, or with more than are kept."""

    number = "422.86"
    zh = "交接内容不能为空，最多 {most} 个字。请写下要交代的事项。"
    en = "A hand-over needs words, {most} characters at most. Write down what the next one must know."


class OwnNote(Problem):
    """A note taken over by whoever wrote it."""

    number = "403.5"
    zh = "交接须由另一人签收，不能签收自己写的。请接班人登录后签收。"
    en = "A hand-over is signed for by somebody else. Let whoever takes over sign in and sign for it."


class AlreadyTaken(Problem):
    """A note signed for twice."""

    number = "409.41"
    zh = "这份交接已由 {by} 于 {at} 签收。无需再签。"
    en = "This hand-over was signed for by {by} at {at}. Nothing more is needed."


def write_note(*, area: Area, text: str, by: By, now: datetime) -> DutyNote:
    """Write a hand-over note. Raises EmptyNote, OutOfReach."""
    plain = text.replace("\r\n", "\n").strip()
    if not 0 < len(plain) <= LONGEST or "\x00" in plain:
        raise EmptyNote(most=LONGEST)
    with deed():
        note = DutyNote.objects.create(area=area, written_at=now, written_by=by.name, text=plain)
        audit("note.write", by=by, now=now, area=area.pk, note=note.pk)
    return note


def take_over(*, note: DutyNote, by: By, now: datetime) -> None:
    """Sign for a note, as somebody else than its writer. Raises OwnNote, AlreadyTaken."""
    if note.written_by == by.name:
        raise OwnNote
    with deed():
        taken = DutyNote.objects.filter(pk=note.pk, taken_at__isnull=True).update(taken_at=now, taken_by=by.name)
        note.refresh_from_db()
        if not taken:
            raise AlreadyTaken(by=note.taken_by, at=wall(note.taken_at or now))
        audit("note.take", by=by, now=now, area=note.area_id, note=note.pk)
