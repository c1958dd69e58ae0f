"""Chapter: the duty roster. A published shift owes its sign-on and its hand-over; it is changed by a name only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sibulou.duty.reconcile import reconcile
from sibulou.fronts.defence.models import Shift, Standing
from sibulou.fronts.defence.publishing import drop_out, join, keep_shifts, leave, publish, seat_crews, withdraw
from sibulou.fronts.defence.rosters import drop, fill, judge, move, propose, put, read_hours, set_hours
from sibulou.fronts.defence.rota_problems import (
    CannotStand,
    HoursOverlap,
    NotInShift,
    OddHours,
    RotaPublished,
    ShiftsOverlap,
)
from sibulou.roster.appointments import end_appointment
from sibulou.roster.ending import end_subject
from sibulou.roster.models import Appointment, Subject
from tests.spec.rota.conftest import NOW, TOMORROW, Posts, people_of
from tests.world import BY

pytestmark = pytest.mark.django_db
DUTIES = ("shift.signed_on", "shift.handed_over")


def test_a_proposal_owes_nothing_until_it_is_published(posts: Posts) -> None:
    rota = posts.rota()
    assert not Subject.objects.filter(kind="shift").exists()
    assert publish(rota=rota, by=BY, now=NOW) == 6
    assert Subject.objects.filter(kind="shift").count() == 6
    assert rota.published_by == BY.name
    posts.sound(NOW)


def test_a_published_shift_owes_its_sign_on_and_its_hand_over(posts: Posts) -> None:
    """Due at its start, and a quarter of an hour after its end."""
    rota = posts.rota()
    publish(rota=rota, by=BY, now=NOW)
    shift = posts.shift(rota, 8)
    reconcile(now=shift.begins)
    owed = {one.duty.key: one.due_at for one in posts.owed(shift)}
    assert owed == {"shift.signed_on": shift.begins, "shift.handed_over": shift.ends + timedelta(minutes=15)}


def test_a_shift_to_which_nobody_comes_is_a_gap_by_name_and_minute(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night, day = posts.shift(rota, 0), posts.shift(rota, 8)
    reconcile(now=night.ends)
    assert night.subject and day.subject
    posts.tells(night.subject, "shift_sign_on", night.begins - timedelta(minutes=5), absent=0)
    posts.tells(night.subject, "shift_handover", night.ends, **{"from": "甲", "to": "乙", "kit": True})
    at = day.begins + timedelta(minutes=1)
    assert posts.gaps(at, *DUTIES) == [f"shift.signed_on | {day.subject.label} | {day.begins:%d %H:%M}"]


def test_a_shift_without_a_hand_over_is_a_gap(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night = posts.shift(rota, 0)
    reconcile(now=night.ends)
    assert night.subject
    posts.tells(night.subject, "shift_sign_on", night.begins, absent=0)
    gap = f"shift.handed_over | {night.subject.label} | {night.ends + timedelta(minutes=15):%d %H:%M}"
    assert gap in posts.gaps(night.ends + timedelta(minutes=16), *DUTIES)


def test_a_hand_over_needs_two_names(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night = posts.shift(rota, 0)
    reconcile(now=night.ends)
    assert night.subject
    answer = posts.tell(night.subject, "shift_handover", night.ends, **{"from": "甲", "kit": True})
    assert answer.outcome == "refused"


def test_the_calendar_asks_no_hand_over_of_a_post_whose_shifts_owe_it(posts: Posts) -> None:
    """What it had opened ahead ends by the name of whoever published; nothing is asked twice."""
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    posts.sound(NOW)
    end = rota.ends - timedelta(minutes=1)
    reconcile(now=end)
    mine = [gap for gap in posts.gaps(end, "post.handover") if posts.post.label in gap]
    in_the_day = {f"post.handover | {posts.post.label} | {rota.begins + timedelta(hours=h, minutes=15):%d %H:%M}"
                  for h in (0, 8, 16)}  # fmt: skip
    assert not in_the_day.intersection(mine)
    gate = posts.scene.world.gate.subject.label
    assert sum(gate in gap for gap in posts.gaps(end, "post.handover")) >= 3


def test_after_the_roster_the_calendar_asks_again(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    later = rota.ends + timedelta(hours=1)
    reconcile(now=later)
    wanted = f"post.handover | {posts.post.label} | {rota.ends + timedelta(minutes=15):%d %H:%M}"
    assert wanted in posts.gaps(later, "post.handover")


def test_a_shift_is_withdrawn_by_a_name_and_what_it_owed_ends_with_it(posts: Posts) -> None:
    rota = posts.rota()
    publish(rota=rota, by=BY, now=NOW)
    shift = posts.shift(rota, 8)
    withdraw(shift=shift, reason="道路封闭", by=BY, now=NOW + timedelta(hours=1))
    assert shift.subject
    shift.subject.refresh_from_db()
    assert shift.subject.ended_by == BY.name
    assert all(one.waived_at is not None for one in posts.owed(shift))
    posts.sound(shift.ends)
    assert not any(shift.subject.label in gap for gap in posts.gaps(shift.ends, *DUTIES))


def test_the_coming_shifts_of_a_post_that_ends_are_withdrawn_with_it(posts: Posts) -> None:
    rota = posts.rota()
    publish(rota=rota, by=BY, now=NOW)
    end_subject(subject=posts.post, at=NOW, by=BY, now=NOW, reason="并入邻村卡点")
    assert not Subject.objects.filter(kind="shift", until__isnull=True).exists()
    posts.sound(rota.ends)


def test_what_was_overdue_stays_when_a_shift_is_withdrawn(posts: Posts) -> None:
    rota = posts.rota()
    publish(rota=rota, by=BY, now=NOW)
    shift = posts.shift(rota, 8)
    late = shift.begins + timedelta(hours=2)
    reconcile(now=late)
    withdraw(shift=shift, reason="道路封闭", by=BY, now=late)
    assert shift.subject
    assert any(f"shift.signed_on | {shift.subject.label}" in gap for gap in posts.gaps(late, *DUTIES))
    posts.sound(late)


def test_the_crew_leads_its_shift_and_the_head_of_the_post_stands_behind_it(posts: Posts) -> None:
    rota = posts.rota(days=1)
    shift = posts.shift(rota, 8)
    Standing.objects.filter(shift=shift).delete()
    put(shift=shift, member=posts.force[1], by=BY, now=NOW)
    put(shift=shift, member=posts.force[2], by=BY, now=NOW)
    publish(rota=rota, by=BY, now=NOW)
    terms = Appointment.objects.filter(seat__subject=posts.shift(rota, 8).subject_id, ends_at__isnull=True)
    head = posts.scene.world.user("post_head", "post")
    assert [(one.user.name, one.deputy) for one in terms.order_by("deputy", "pk")] == [
        ("队员1", False), (head.name, True), ("队员2", True),
    ]  # fmt: skip


def test_a_shift_whose_crew_has_no_account_is_led_by_the_head_of_the_post(posts: Posts) -> None:
    rota = posts.rota(days=1)
    shift = posts.shift(rota, 8)
    Standing.objects.filter(shift=shift).delete()
    put(shift=shift, member=posts.force[8], by=BY, now=NOW)
    publish(rota=rota, by=BY, now=NOW)
    term = Appointment.objects.get(seat__subject=posts.shift(rota, 8).subject_id)
    assert (term.user, term.deputy) == (posts.scene.world.user("post_head", "post"), False)


def test_when_the_head_of_a_post_changes_the_seats_of_its_shifts_follow(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    head = posts.scene.world.user("post_head", "post")
    for term in Appointment.objects.filter(seat__role="post_head", user=head, ends_at__isnull=True):
        end_appointment(appointment=term, at=NOW, reason="调离", by=BY, now=NOW)
    keep_shifts(now=NOW + timedelta(minutes=1))
    shift = posts.shift(rota, 8)
    assert not Appointment.objects.filter(seat__subject=shift.subject_id, user=head, ends_at__isnull=True).exists()
    assert seat_crews([shift], by=BY, now=NOW + timedelta(minutes=2)) == 0


def test_a_shift_long_over_leaves_the_roster_once_nothing_in_it_is_open(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night, day = posts.shift(rota, 0), posts.shift(rota, 8)
    later = rota.ends + timedelta(hours=13)
    reconcile(now=later)
    assert night.subject and day.subject
    posts.tells(night.subject, "shift_sign_on", night.begins, absent=0)
    posts.tells(night.subject, "shift_handover", night.ends, **{"from": "甲", "to": "乙", "kit": True})
    assert keep_shifts(now=later) == 1
    assert posts.shift(rota, 0).subject.until is not None  # type: ignore[union-attr]
    assert posts.shift(rota, 8).subject.until is None  # type: ignore[union-attr]
    posts.sound(later)


def test_two_rosters_do_not_give_one_post_two_shifts_at_a_time(posts: Posts) -> None:
    first, second = posts.rota(), posts.rota()
    publish(rota=first, by=BY, now=NOW)
    with pytest.raises(ShiftsOverlap):
        publish(rota=second, by=BY, now=NOW)


def test_the_next_roster_knows_what_people_stand_in_the_published_one(posts: Posts) -> None:
    publish(rota=posts.rota(days=7), by=BY, now=NOW)
    gate = posts.scene.world.gate.pk
    second = propose(area=posts.scene.world.county, first_day=TOMORROW, days=7, seed=1, by=BY, now=NOW, only={gate})
    fill(rota=second, by=BY, now=NOW)
    assert set(judge(second).counted) <= {"crew", "trade"}


def test_somebody_double_booked_by_hand_is_shown_at_once(posts: Posts) -> None:
    """A person decides: the proposal takes it, and the checker says what breaks, where and by how much."""
    rota = posts.rota(days=1, only_post=False)
    shift = posts.shift(rota, 8)
    other = Shift.objects.exclude(post=posts.post).get(rota=rota, begins=shift.begins)
    who = people_of(other)[0]
    put(shift=shift, member=next(one for one in posts.force if one.pk == who), by=BY, now=NOW)
    assert ("rest", who) in {(one.rule, one.person) for one in judge(rota).breaches}


def test_two_are_swapped_in_a_proposal_in_one_move(posts: Posts) -> None:
    rota = posts.rota(days=1)
    night, day = posts.shift(rota, 0), posts.shift(rota, 8)
    one, other = people_of(night)[0], people_of(day)[0]
    by_number = {member.pk: member for member in posts.force}
    move(member=by_number[one], out_of=night, to=day, instead=by_number[other], by=BY, now=NOW)
    assert one in people_of(day) and other in people_of(night)
    assert one not in people_of(night) and other not in people_of(day)


def test_a_published_roster_is_not_edited_as_a_proposal(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    with pytest.raises(RotaPublished):
        put(shift=posts.shift(rota, 8), member=posts.force[11], by=BY, now=NOW)
    with pytest.raises(RotaPublished):
        drop(rota=rota, by=BY, now=NOW)


def test_somebody_leaves_a_published_shift_by_name_and_another_joins_it(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    shift = posts.shift(rota, 8)
    standing = Standing.objects.filter(shift=shift).first()
    assert standing
    leave(standing=standing, reason="家中有事", by=BY, now=NOW)
    free = next(one for one in posts.force if not Standing.objects.filter(member=one).exists())
    join(shift=shift, member=free, by=BY, now=NOW)
    standing.refresh_from_db()
    assert (standing.left_by, standing.left_reason) == (BY.name, "家中有事")
    assert free.pk in people_of(shift)
    with pytest.raises(NotInShift):
        leave(standing=standing, reason="又一次", by=BY, now=NOW)


def test_nobody_joins_a_shift_that_his_rest_forbids(posts: Posts) -> None:
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night, day = posts.shift(rota, 0), posts.shift(rota, 8)
    tired = next(one for one in posts.force if one.pk == people_of(night)[0])
    with pytest.raises(CannotStand) as told:
        join(shift=day, member=tired, by=BY, now=NOW)
    assert "休息不足 8 小时" in told.value.say("zh")


def test_who_drops_out_leaves_his_shifts_by_name_and_somebody_free_steps_in(posts: Posts) -> None:
    rota = posts.rota(days=2)
    publish(rota=rota, by=BY, now=NOW)
    shift = posts.shift(rota, 8)
    who = next(one for one in posts.force if one.pk == people_of(shift)[0])
    done = drop_out(rota=rota, member=who, since=NOW, until=rota.ends, reason="发热", by=BY, now=NOW)
    assert done.left == done.filled >= 1
    assert who.pk not in people_of(shift) and len(people_of(shift)) == 2
    assert Standing.objects.filter(member=who, left_reason="发热").count() == done.left
    assert judge(rota).breaches == []
    posts.sound(NOW)


def test_a_village_post_may_stand_from_seven_to_eleven_at_night(posts: Posts) -> None:
    set_hours(post=posts.scene.world.post, hours=read_hours("07:00 8 2\n15:00 8 3 公安"), by=BY, now=NOW)
    rota = posts.rota(days=1)
    shifts = list(Shift.objects.filter(rota=rota).order_by("begins"))
    assert [(one.crew, one.trades) for one in shifts] == [(2, []), (3, ["police"])]


@pytest.mark.parametrize(("typed", "problem"), [
    ("07:00 13 2", OddHours), ("7点 8 2", OddHours), ("07:00 8 2 牙医", OddHours), ("07:00 8 0", OddHours),
    ("07:00 8 1 公安 卫健", OddHours), ("07:00 8 2\n14:00 8 2", HoursOverlap), ("20:00 12 2\n07:00 8 2", HoursOverlap),
])  # fmt: skip
def test_hours_that_cannot_be_are_refused_with_a_sentence(typed: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        read_hours(typed)


def test_shifts_over_midnight_are_taken_as_they_are() -> None:
    assert [one.minutes for one in read_hours("08:00 12 2\n20:00 12 2")] == [720, 720]
