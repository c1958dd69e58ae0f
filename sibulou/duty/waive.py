"""Waivers: asked by one, granted by another who does not answer for the obligation himself (L5); taken back by name."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from sibulou.duty.force import plan_of
from sibulou.duty.models import WAITING, Obligation, Waiver
from sibulou.duty.problems import (
    AlreadyAnswered,
    AlreadyEnded,
    AlreadySettled,
    BackwardsWaiver,
    LapsedWaiver,
    NoReasonChosen,
    NothingToWithdraw,
    NotYours,
    OwnWaiver,
    UnknownReason,
)
from sibulou.duty.settle import keep_revisions
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import reasoned
from sibulou.roster.role import ROLES, Right


def who_answers(seat: int, *, at: datetime) -> int | None:
    """The user who answers for a seat at a moment; None: it is vacant."""
    with connection.cursor() as cursor:  # over all areas: the seat may lie where the asker sees nothing
        cursor.execute("SELECT user_id FROM answering(0, %s, %s) WHERE seat_id = %s", [10**18, at, seat])
        found = cursor.fetchone()
    return found and int(found[0])


def ask_waiver(
    *, obligation: Obligation, reason: str, words: str, until: datetime | None, by: By, now: datetime
) -> Waiver:
    """Ask for an obligation to be lifted. It stays what it is until somebody else has granted it.

    Raises AlreadySettled, AlreadyEnded, NoReasonChosen, UnknownReason, BackwardsWaiver.
    """
    _check_still_owed(obligation)
    _check_reason(obligation, reason)
    if until is not None and until <= now:
        raise BackwardsWaiver(now=wall(now))
    with transaction.atomic():
        waiver = Waiver.objects.create(
            area_id=obligation.area_id,
            about=obligation,
            reason=reason,
            words=words,
            asked_by=by.name,
            asked_by_id=by.user_id,
            asked_at=now,
            until=until,
        )
        audit("waiver.ask", by=by, now=now, area=obligation.area_id, obligation=obligation.pk, waiver=waiver.pk,
              reason=reason)  # fmt: skip
    return waiver


def _check_still_owed(obligation: Obligation) -> None:
    if obligation.met_at is not None:
        raise AlreadySettled(at=wall(obligation.met_at))
    waiver = obligation.waiver
    if waiver is not None and waiver.kind == Waiver.Kind.END and obligation.waived_at is not None:
        raise AlreadyEnded(by=waiver.granted_by, at=wall(obligation.waived_at))


def _check_reason(obligation: Obligation, reason: str) -> None:
    plan = plan_of(obligation.stage.version)
    duty = plan.duties.get(obligation.duty.key)
    allowed = duty.waiver.reasons if duty is not None and duty.waiver is not None else tuple(plan.reasons)
    if reason in allowed:
        return
    titles = [plan.reasons[key].title for key in allowed]
    facts = {"allowed_zh": "、".join(one.zh for one in titles), "allowed_en": "; ".join(one.en for one in titles)}
    if not reason.strip():
        raise NoReasonChosen(**facts)
    raise UnknownReason(reason=reason, **facts)


def grant_waiver(*, waiver: Waiver, reach: Reach, by: By, now: datetime) -> Obligation:
    """Grant a request as a second person. It lifts the obligation from `now` on: what was overdue before was overdue.

    Raises NotYours, OwnWaiver, AlreadyAnswered, AlreadySettled, AlreadyEnded, LapsedWaiver.
    """
    with transaction.atomic():
        obligation = _for_answer(waiver, reach=reach, by=by, now=now)
        _check_still_owed(obligation)
        if waiver.until is not None and waiver.until <= now:
            raise LapsedWaiver(until=wall(waiver.until), now=wall(now))
        granted = Waiver.objects.filter(WAITING, pk=waiver.pk).update(
            granted_by=by.name, granted_by_id=by.user_id, granted_at=now
        )
        if not granted:
            raise AlreadyAnswered(by=waiver.withdrawn_by or waiver.refused_by or waiver.granted_by)
        keep_revisions([obligation], now=now)
        Obligation.objects.filter(pk=obligation.pk).update(waiver=waiver, waived_at=now, waived_until=waiver.until)
        audit("waiver.grant", by=by, now=now, area=obligation.area_id, obligation=obligation.pk, waiver=waiver.pk)
    obligation.refresh_from_db()
    return obligation


def refuse_waiver(*, waiver: Waiver, reach: Reach, by: By, now: datetime) -> None:
    """Refuse a request; the obligation stays what it is. Raises NotYours, OwnWaiver, AlreadyAnswered."""
    with transaction.atomic():
        obligation = _for_answer(waiver, reach=reach, by=by, now=now)
        refused = Waiver.objects.filter(WAITING, pk=waiver.pk).update(refused_by=by.name, refused_at=now)
        if not refused:
            raise AlreadyAnswered(by=waiver.withdrawn_by or waiver.refused_by or waiver.granted_by)
        audit("waiver.refuse", by=by, now=now, area=obligation.area_id, obligation=obligation.pk, waiver=waiver.pk)


def withdraw_waiver(*, waiver: Waiver, why: str, reach: Reach, by: By, now: datetime) -> None:
    """Take back one's own request, or (with the right to grant) a waiver that holds: it holds no longer from `now` on.

    What it lifted until now was lifted; from `now` on the obligation is owed and told again. Raises ReasonMissing,
    NotYours, NothingToWithdraw.
    """
    why = reasoned(why)
    with transaction.atomic():
        waiver.refresh_from_db()
        obligation = waiver.about
        if waiver.kind != Waiver.Kind.WAIVER or obligation is None or waiver.refused_at or waiver.withdrawn_at:
            raise NothingToWithdraw
        if by.user_id is None or (by.user_id != waiver.asked_by_id and not reach.covers(waiver.area_id, Right.GRANT)):
            raise NotYours(right="withdraw", who=waiver.asked_by)
        with acting(EVERYTHING):  # a guard who asked reaches his charge, not the area
            held = Obligation.objects.select_for_update().filter(pk=obligation.pk, waiver=waiver, met_at__isnull=True)
            lifted = list(held.filter(Q(waived_until__isnull=True) | Q(waived_until__gt=now)))
            if waiver.granted_at is not None and not lifted:
                raise NothingToWithdraw
            keep_revisions(lifted, now=now)
            Obligation.objects.filter(pk__in=[row.pk for row in lifted]).update(waived_until=now)
            Waiver.objects.filter(pk=waiver.pk).update(withdrawn_by=by.name, withdrawn_at=now, withdrawn_why=why)
            audit("waiver.withdraw", by=by, now=now, area=waiver.area_id, obligation=obligation.pk, waiver=waiver.pk,
                  reason=why)  # fmt: skip
    waiver.refresh_from_db()


def _for_answer(waiver: Waiver, *, reach: Reach, by: By, now: datetime) -> Obligation:
    """The obligation a request is about, once it is sure that `by` may answer it."""
    waiver.refresh_from_db()
    obligation = Obligation.objects.select_related("seat").select_for_update(of=("self",)).get(requests=waiver)
    if not waiver.waits:
        raise AlreadyAnswered(by=waiver.withdrawn_by or waiver.refused_by or waiver.granted_by)
    superior = ROLES[obligation.seat.role].superior
    words = ROLES[superior].zh if superior else "上级"
    if not reach.covers(obligation.area_id, Right.GRANT):
        raise NotYours(right="grant", who=words)
    if by.user_id is None or by.user_id in (waiver.asked_by_id, who_answers(obligation.seat_id, at=now)):
        raise OwnWaiver(superior=words)
    return obligation
