"""What the clockwork itself tells: a record under an id that follows from what it is about."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from sibulou.duty.force import current
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Record
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING
from sibulou.roster.audit import CLOCKWORK

_log = logging.getLogger(__name__)


def tell_once(
    name: str, form: str, subject: int, at: datetime, content: dict[str, Any], *, now: datetime,
    answers: UUID | None = None, withdraws: UUID | None = None,
) -> UUID | None:  # fmt: skip
    """Tell a record as the clockwork, under an id that follows from `name`, and give the id.

    Nothing where it was told before, or where no plan in force has the form.
    """
    record = named_record(name, at)
    plan = next((one.plan.key for one in current(now) if form in one.plan.forms), "")
    if not plan or Record.objects.filter(pk=record).exists():
        return None
    told = Told(record, form, subject, at, content, answers=answers, corrects=withdraws,
                withdraws=withdraws is not None, plan=plan)  # fmt: skip
    answer = take_in(Batch([told], device="clockwork"), reach=EVERYTHING, by=CLOCKWORK, now=now)[0]
    if answer.outcome is not Outcome.ACCEPTED:
        _log.error("%s: %s", form, answer.problem)
        return None
    return record


def named_record(name: str, at: datetime) -> UUID:
    """The id of what the clockwork tells under a name."""
    return uuid7(at, hashlib.sha256(name.encode()).digest()[:10])


def take_back(record: UUID, *, now: datetime) -> UUID | None:
    """Withdraw what the clockwork told, once. Nothing where it was never told."""
    row = Record.objects.filter(pk=record).first()
    if row is None or Record.objects.filter(corrects=record).exists():
        return None
    return tell_once(f"back|{record}", row.form, row.subject_id, row.happened_at, {}, withdraws=record, now=now)
