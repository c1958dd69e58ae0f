"""Swaps of published shifts: asked for by whoever stands in one, accepted by whoever takes it; both on record (S6)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from sibulou.fronts.defence.models import Member, Standing, Swap
from sibulou.fronts.defence.publishing import refuse_breach, seat_crews
from sibulou.fronts.defence.rota_problems import NotInShift, NotYours, ShiftBegun, SwapAnswered, SwapWaits
from sibulou.lib.wall import wall
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.audit import By, audit
from sibulou.roster.deed import deed, reasoned
from sibulou.roster.problems import MeanwhileChanged


def own_member(user: int) -> Member | None:
    """Somebody of the force by his account, as long as he belongs to it."""
    return Member.objects.filter(account_id=user, until__isnull=True).first()


def ask_swap(
    *, standing: Standing, to: Member, other: Standing | None, reason: str, by: By, now: datetime
) -> Swap:  # fmt: skip
    """Ask somebody to take one's shift, for one of his or for nothing. The rules are asked now, and when he agrees.

    Raises ReasonMissing, NotYours, NotInShift, ShiftBegun, CannotStand, SwapWaits.
    """
    why = reasoned(reason)
    _own(standing.member, by)
    with acting(EVERYTHING):  # the rules look at everybody's shifts; he sees his own
        _both_stand(standing, other, to)
        for one in (standing, other):
            if one is not None and one.shift.begins <= now:
                raise ShiftBegun(begins=wall(one.shift.begins))
        _ask_rules(standing, to, other)
        try:
            with deed():
                swap = Swap.objects.create(
                    standing=standing, to=to, other=other, reason=why, asked_at=now, asked_by=by.name
                )
                audit("swap.ask", by=by, now=now, area=standing.shift.post.area_id, shift=standing.shift_id,
                      member=standing.member_id, to=to.pk)  # fmt: skip
        except MeanwhileChanged:
            raise SwapWaits from None
    return swap


def answer_swap(*, swap: Swap, accepted: bool, by: By, now: datetime) -> None:
    """Accept or decline, as the one who was asked; accepted, both change places at once.

    Raises NotYours, SwapAnswered, NotInShift, ShiftBegun, CannotStand.
    """
    _own(swap.to, by)
    with acting(EVERYTHING), deed():
        _still_open(swap)
        if accepted:
            if swap.standing.shift.begins <= now:
                raise ShiftBegun(begins=wall(swap.standing.shift.begins))
            _both_stand(swap.standing, swap.other, swap.to)
            _ask_rules(swap.standing, swap.to, swap.other)
            _change_places(swap, by=by, now=now)
        _close(swap, accepted=accepted, by=by, now=now)


def take_back_swap(*, swap: Swap, by: By, now: datetime) -> None:
    """Take back what one asked for, before it is answered. Raises NotYours, SwapAnswered."""
    _own(swap.standing.member, by)
    with acting(EVERYTHING), deed():
        _still_open(swap)
        _close(swap, accepted=False, by=by, now=now)


def _own(member: Member, by: By) -> None:
    if by.user_id is None or member.account_id != by.user_id:
        raise NotYours


def _both_stand(standing: Standing, other: Standing | None, to: Member) -> None:
    standing.refresh_from_db()
    if standing.left_at is not None or standing.shift.subject is None or standing.shift.subject.until is not None:
        raise NotInShift
    if other is not None:
        other.refresh_from_db()
        if other.left_at is not None or other.member_id != to.pk or other.shift.rota_id != standing.shift.rota_id:
            raise NotInShift


def _ask_rules(standing: Standing, to: Member, other: Standing | None) -> None:
    refuse_breach(standing.shift, to, instead_of=standing.member, giving=other.shift if other else None)
    if other is not None:
        refuse_breach(other.shift, standing.member, instead_of=to, giving=standing.shift)


def _still_open(swap: Swap) -> None:
    swap.refresh_from_db()
    if swap.answered_at is not None:
        raise SwapAnswered(by=swap.answered_by, at=wall(swap.answered_at))


def _change_places(swap: Swap, *, by: By, now: datetime) -> None:
    """Each leaves his shift by name and joins the other's."""
    pairs = [(swap.standing, swap.to)] + ([(swap.other, swap.standing.member)] if swap.other else [])
    for standing, newcomer in pairs:
        left = Standing.objects.filter(pk=standing.pk, left_at__isnull=True)
        if not left.update(left_at=now, left_by=by.name, left_reason="换班"):
            raise NotInShift
        Standing.objects.create(shift=standing.shift, member=newcomer, put_at=now, put_by=by.name)
    seat_crews([standing.shift for standing, _ in pairs], by=by, now=now)


def _close(swap: Swap, *, accepted: bool, by: By, now: datetime) -> None:
    Swap.objects.filter(pk=swap.pk).update(answered_at=now, answered_by=by.name, accepted=accepted)
    audit("swap.answer", by=by, now=now, area=swap.standing.shift.post.area_id, shift=swap.standing.shift_id,
          member=swap.standing.member_id, to=swap.to_id, accepted=accepted)  # fmt: skip
    swap.refresh_from_db()


def swaps_of(member: Member) -> QuerySet[Swap]:
    """What somebody asked, and what he was asked, newest first."""
    mine = Q(standing__member=member) | Q(to=member)
    related = ("standing__shift__post", "standing__member", "to", "other__shift__post")
    return Swap.objects.filter(mine).select_related(*related).order_by("-asked_at")
