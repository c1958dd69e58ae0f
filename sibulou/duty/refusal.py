"""Records that could not be taken wait here until a person settles each by name; none is ever dropped."""

from __future__ import annotations

from datetime import datetime

from sibulou.duty.models import Refusal
from sibulou.duty.personal import BLIND, seal_payload
from sibulou.lib.problem import Problem
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned


class SettledAlready(Problem):
    """A refused record settled twice."""

    number = "409.42"
    zh = "这份记录已由 {by} 处理（{how}）。如有不同意见，请再填一份更正记录。"
    en = "{by} has settled this record already ({how}). If you see it differently, hand in a correction."


def keep(
    payload: object,
    *,
    number: str,
    outcome: str,
    problem: Problem,
    area: int | None,
    device: str,
    by: By,
    now: datetime,
) -> Refusal:
    """Keep what was sent and could not be taken, sealed and with its reason; the very same of one teller once."""
    sealed = seal_payload(payload)
    row, _ = Refusal.objects.get_or_create(
        record_id=number[:40],
        outcome=outcome,
        payload__blind=sealed[BLIND],
        told_by_id=by.user_id,
        defaults={
            "payload": sealed,
            "received_at": now,
            "problem": problem.number,
            "words_zh": problem.say("zh")[:400],
            "words_en": problem.say("en")[:400],
            "area_id": area,
            "device": device[:40],
        },
    )
    return row


def settle_refusal(*, refusal: Refusal, how: str, by: By, now: datetime) -> None:
    """Settle a refused record by name, saying how. Raises ReasonMissing, SettledAlready, OutOfReach."""
    how = reasoned(how.replace("\x00", ""))
    with deed():
        settled = Refusal.objects.filter(pk=refusal.pk, settled_at__isnull=True).update(
            settled_at=now, settled_by=by.name, settled_how=how
        )
        refusal.refresh_from_db()
        if not settled:
            raise SettledAlready(by=refusal.settled_by, how=refusal.settled_how)
        audit("refusal.settle", by=by, now=now, area=refusal.area_id, refusal=refusal.pk, record=refusal.record_id,
              how=how)  # fmt: skip
