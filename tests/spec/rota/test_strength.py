"""Chapter: the duty roster. Every minute with too few people on duty is a gap, and its minute is exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.duty.models import Obligation, Record
from sibulou.fronts.defence.models import Shift
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.standing import short_now, tell_strength
from sibulou.fronts.defence.strength import Asked, Count, Under, asked, on_duty, under_strength
from tests.spec.rota.conftest import NOW, Posts
from tests.world import BY

DAY = datetime(2020, 2, 11, tzinfo=UTC)


def at(text: str) -> datetime:
    hours, minutes = map(int, text.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes)


SHIFT = [Asked(at("08:00"), at("16:00"), 2)]


def spans(counts: list[Count], now: str, asked_for: list[Asked] = SHIFT) -> list[str]:
    return [
        f"{one.since:%H:%M}-{one.until:%H:%M} {one.on_duty}/{one.asked}" if one.until
        else f"{one.since:%H:%M}- {one.on_duty}/{one.asked}"
        for one in under_strength(counts, asked_for, now=at(now))
    ]  # fmt: skip


def test_a_full_crew_is_no_gap() -> None:
    assert spans([Count(at("07:55"), 2)], "15:00") == []


def test_a_meal_that_empties_the_post_is_a_gap_from_its_minute_to_its_minute() -> None:
    counts = [Count(at("08:00"), 2), Count(at("12:00"), 0), Count(at("12:40"), 2)]
    assert spans(counts, "15:00") == ["12:00-12:40 0/2"]


def test_a_shift_to_which_nobody_comes_is_short_from_its_first_minute() -> None:
    assert spans([], "09:00") == ["08:00- 0/2"]
    assert spans([], "07:59") == []


def test_it_ends_with_the_shift_where_nobody_is_asked_for_afterwards() -> None:
    assert spans([], "18:00") == ["08:00-16:00 0/2"]


def test_who_signed_on_is_not_taken_to_stay_after_his_shift() -> None:
    late = [Asked(at("08:00"), at("16:00"), 2), Asked(at("16:00"), at("23:00"), 2)]
    assert spans([Count(at("08:00"), 2, until=at("16:15"))], "17:00", late) == ["16:15- 0/2"]


FIRST, SECOND = (at("08:00"), at("16:00")), (at("16:00"), at("23:00"))
RELIEF = [Asked(*FIRST, 2), Asked(*SECOND, 2)]


def of_shift(when: str, people: int, number: int, ends: datetime) -> Count:
    return Count(at(when), people, ends + timedelta(minutes=15), number, False, ends)


def test_shifts_at_one_time_add_up_each_by_its_own_count() -> None:
    both = [Asked(at("08:00"), at("12:00"), 2), Asked(at("12:00"), at("16:00"), 4), Asked(at("16:00"), at("20:00"), 2)]
    told = [of_shift("08:00", 2, 1, at("16:00")), of_shift("12:00", 1, 2, at("20:00")),
            of_shift("13:00", 2, 2, at("20:00"))]  # fmt: skip
    assert spans(told, "19:00", both) == ["12:00-13:00 3/4"]


def test_those_whose_shift_is_over_wait_for_their_relief_and_then_count_no_more() -> None:
    told = [of_shift("08:00", 2, 1, at("16:00")), of_shift("16:10", 2, 2, at("23:00"))]
    assert spans(told, "17:00", RELIEF) == []
    assert [on_duty(told, at(when)) for when in ("16:05", "16:10", "16:20")] == [2, 2, 2]


def test_who_leaves_after_his_relief_came_empties_nothing() -> None:
    told = [of_shift("08:00", 2, 1, at("16:00")), of_shift("16:00", 2, 2, at("23:00")),
            of_shift("16:03", 0, 1, at("16:00"))]  # fmt: skip
    assert spans(told, "17:00", RELIEF) == []


def test_a_count_of_the_whole_post_stands_for_all_its_shifts() -> None:
    meal = Count(at("12:00"), 0, at("16:15"), 1, True, at("16:00"))
    back = Count(at("12:40"), 2, at("16:15"), 1, True, at("16:00"))
    assert spans([of_shift("08:00", 2, 1, at("16:00")), meal, back], "15:00") == ["12:00-12:40 0/2"]


def test_one_span_keeps_the_least_that_stood_there_and_the_most_that_was_asked() -> None:
    more = [Asked(at("08:00"), at("12:00"), 2), Asked(at("12:00"), at("16:00"), 3)]
    counts = [Count(at("08:00"), 1), Count(at("10:00"), 0), Count(at("13:00"), 3)]
    assert spans(counts, "15:00", more) == ["08:00-13:00 0/3"]


minutes = st.integers(0, 600).map(lambda minute: DAY + timedelta(minutes=minute))
told = st.lists(st.builds(Count, minutes, st.integers(0, 4), st.none() | minutes), max_size=8)
wanted = st.lists(st.tuples(minutes, minutes, st.integers(1, 4)), max_size=4).map(
    lambda rows: [Asked(min(a, b), max(a, b), people) for a, b, people in rows]
)


@given(told, wanted)
def test_every_minute_is_in_a_span_exactly_if_too_few_stand_there(counts: list[Count], spans: list[Asked]) -> None:
    now = DAY + timedelta(minutes=700)
    found = under_strength(counts, spans, now=now)
    for minute in range(0, 701, 7):
        moment = DAY + timedelta(minutes=minute)
        inside = [one for one in found if one.since <= moment and (one.until is None or moment < one.until)]
        assert len(inside) == (on_duty(counts, moment) < asked(spans, moment))
    assert all(isinstance(one, Under) for one in found)


@pytest.mark.django_db
def test_the_clockwork_names_the_minute_and_closes_it_when_the_crew_is_back(posts: Posts) -> None:
    shift = _published(posts)
    assert shift.subject
    posts.tells(shift.subject, "shift_sign_on", shift.begins, absent=0)
    _later(posts, shift)
    noon = shift.begins + timedelta(hours=4)
    posts.tells(shift.subject, "shift_sign_off", noon, on_duty=0, reason="meal")
    assert list(short_now(noon + timedelta(minutes=5), [posts.post.pk])) == [posts.post.pk]
    tell_strength(now=noon + timedelta(minutes=30))
    gap = f"post.strength | {posts.post.label} | {noon + timedelta(minutes=10):%d %H:%M}"
    assert posts.gaps(noon + timedelta(minutes=30), "post.strength") == [gap]
    posts.tells(shift.subject, "shift_sign_on", noon + timedelta(minutes=40), absent=0)
    tell_strength(now=noon + timedelta(minutes=45))
    assert posts.gaps(noon + timedelta(minutes=45), "post.strength") == []
    row = Obligation.objects.get(duty__key="post.strength", opened_at=noon)
    assert row.met_at == noon + timedelta(minutes=40)
    posts.sound(noon + timedelta(hours=1))


@pytest.mark.django_db
def test_told_again_at_any_time_nothing_is_told_twice(posts: Posts) -> None:
    shift = _published(posts)
    late = shift.begins + timedelta(minutes=20)
    assert tell_strength(now=late) > 0
    assert tell_strength(now=late) == 0
    assert tell_strength(now=late + timedelta(minutes=1)) == 0


@pytest.mark.django_db
def test_a_sign_on_that_arrives_late_takes_back_what_never_was(posts: Posts) -> None:
    """The telephone was without signal: the crew stood there all the time."""
    shift = _published(posts)
    late = shift.begins + timedelta(minutes=50)
    _tell_all(late)
    assert posts.gaps(late, "post.strength") != []
    assert shift.subject
    posts.tells(shift.subject, "shift_sign_on", shift.begins - timedelta(minutes=5), absent=0)
    _tell_all(late + timedelta(minutes=1))
    mine = Obligation.objects.filter(duty__key="post.strength", subject=posts.post, opened_at=shift.begins)
    assert all(row.waived_at is not None for row in mine)
    assert not any(
        f"{shift.begins + timedelta(minutes=10):%d %H:%M}" in gap for gap in posts.gaps(late, "post.strength")
    )
    posts.sound(late + timedelta(minutes=2))


@pytest.mark.django_db
def test_one_who_is_absent_leaves_the_shift_short(posts: Posts) -> None:
    shift = _published(posts)
    assert shift.subject
    posts.tells(shift.subject, "shift_sign_on", shift.begins, absent=1)
    (short,) = short_now(shift.begins + timedelta(minutes=5), [posts.post.pk]).values()
    assert (short.on_duty, short.asked) == (1, 2)


@pytest.mark.django_db
def test_who_signs_on_early_counts_from_the_beginning_of_his_shift(posts: Posts) -> None:
    """The next crew, of whom one is absent, takes nothing from those who still stand there."""
    shift = _published(posts)
    assert shift.subject is not None
    posts.tells(shift.subject, "shift_sign_on", shift.begins - timedelta(minutes=20), absent=0)
    after = Shift.objects.select_related("subject").get(rota=shift.rota, post=shift.post, begins=shift.ends)
    assert after.subject is not None
    posts.tells(after.subject, "shift_sign_on", shift.ends - timedelta(minutes=20), absent=1)
    _tell_all(shift.begins)
    _tell_all(shift.ends - timedelta(minutes=1))
    assert not Record.objects.filter(form="strength_fell").exists()
    _tell_all(shift.ends)
    (fell,) = Record.objects.filter(form="strength_fell")
    assert (fell.happened_at, fell.content) == (shift.ends, {"on_duty": 1, "asked": 2})


def test_a_post_without_a_roster_is_told_of_by_its_own_sign_offs_alone(posts: Posts) -> None:
    assert tell_strength(now=NOW) == 0
    assert not Record.objects.filter(form="strength_fell").exists()


def _published(posts: Posts) -> Shift:
    """The day shift of a published roster."""
    rota = posts.rota(days=1)
    publish(rota=rota, by=BY, now=NOW)
    night = posts.shift(rota, 0)
    assert night.subject
    posts.tells(night.subject, "shift_sign_on", night.begins, absent=0)
    return posts.shift(rota, 8)


def _later(posts: Posts, shift: Shift) -> None:
    """Let the clockwork run before the meal."""
    assert tell_strength(now=shift.begins + timedelta(hours=1)) == 0


def _tell_all(now: datetime) -> None:
    tell_strength(now=now)
