"""Chapter: the duty roster. A swap is asked for by one and accepted by the other, and both are on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.fronts.defence.models import Member, Rota, Standing
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rosters import put
from sibulou.fronts.defence.rota_problems import CannotStand, NotYours, ShiftBegun, SwapAnswered, SwapWaits
from sibulou.fronts.defence.swapping import answer_swap, ask_swap, take_back_swap
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment
from tests.spec.rota.conftest import NOW, Posts, people_of
from tests.world import BY

pytestmark = pytest.mark.django_db


def by(member: Member) -> By:
    assert member.account
    return By(member.account.name, "", member.account.pk)


@pytest.fixture
def rota(posts: Posts) -> Rota:
    """Two days: 队员0 by day on the first, 队员1 by day on the second; nobody else stands anywhere."""
    made = posts.rota(days=2)
    Standing.objects.filter(shift__rota=made).delete()
    put(shift=posts.shift(made, 8), member=posts.force[0], by=BY, now=NOW)
    put(shift=posts.shift(made, 8, day=1), member=posts.force[1], by=BY, now=NOW)
    publish(rota=made, by=BY, now=NOW)
    return made


def standing(member: Member) -> Standing:
    return Standing.objects.select_related("shift__rota", "shift__post", "shift__subject", "member").get(
        member=member, left_at=None
    )


def test_accepted_both_change_places_and_who_left_is_kept_by_name(posts: Posts, rota: Rota) -> None:
    one, other = posts.force[:2]
    swap = ask_swap(standing=standing(one), to=other, other=standing(other), reason="家中有事", by=by(one), now=NOW)
    assert people_of(posts.shift(rota, 8)) == [one.pk]
    answer_swap(swap=swap, accepted=True, by=by(other), now=NOW + timedelta(hours=1))
    assert people_of(posts.shift(rota, 8)) == [other.pk]
    assert people_of(posts.shift(rota, 8, day=1)) == [one.pk]
    assert (swap.asked_by, swap.answered_by, swap.accepted) == ("队员0", "队员1", True)
    assert Standing.objects.filter(left_reason="换班").count() == 2


def test_the_seat_of_the_shift_goes_with_it(posts: Posts, rota: Rota) -> None:
    one, other = posts.force[:2]
    swap = ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    answer_swap(swap=swap, accepted=True, by=by(other), now=NOW)
    leads = Appointment.objects.get(seat__subject=posts.shift(rota, 8).subject_id, deputy=False, ends_at=None)
    assert leads.user == other.account


def test_declined_or_taken_back_nothing_changes(posts: Posts, rota: Rota) -> None:
    one, other = posts.force[:2]
    swap = ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    answer_swap(swap=swap, accepted=False, by=by(other), now=NOW)
    again = ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    take_back_swap(swap=again, by=by(one), now=NOW)
    assert people_of(posts.shift(rota, 8)) == [one.pk]
    with pytest.raises(SwapAnswered):
        answer_swap(swap=again, accepted=True, by=by(other), now=NOW)


def test_only_whoever_was_asked_answers_and_only_the_one_asks(posts: Posts, rota: Rota) -> None:
    one, other, third = posts.force[:3]
    with pytest.raises(NotYours):
        ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(third), now=NOW)
    swap = ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    with pytest.raises(NotYours):
        answer_swap(swap=swap, accepted=True, by=by(third), now=NOW)


def test_a_swap_that_would_break_a_rule_is_refused_with_the_rule(posts: Posts, rota: Rota) -> None:
    """The other stands the night before: eight hours of rest are not there."""
    one, other = posts.force[0], posts.force[2]
    night = posts.shift(rota, 0)
    Standing.objects.create(shift=night, member=other, put_at=NOW, put_by="test")
    with pytest.raises(CannotStand) as told:
        ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    assert "休息不足 8 小时" in told.value.say("zh")


def test_one_swap_of_a_shift_waits_at_a_time(posts: Posts, rota: Rota) -> None:
    one, other, third = posts.force[:3]
    ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=NOW)
    with pytest.raises(SwapWaits):
        ask_swap(standing=standing(one), to=third, other=None, reason="有事", by=by(one), now=NOW)


def test_a_shift_that_has_begun_is_not_swapped(posts: Posts, rota: Rota) -> None:
    one, other = posts.force[:2]
    late = posts.shift(rota, 8).begins + timedelta(minutes=1)
    with pytest.raises(ShiftBegun):
        ask_swap(standing=standing(one), to=other, other=None, reason="有事", by=by(one), now=late)
