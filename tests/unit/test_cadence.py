"""The moments of a duty: windows tile, clocks stay in order, and no cadence is silent for ever."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sibulou.duty.cadence import (
    After,
    Cadence,
    Clocks,
    Daily,
    Every,
    Once,
    Slot,
    Triggered,
    Window,
    clock_time,
    duration,
    grid,
    is_stricter,
    owes,
    single,
)
from sibulou.duty.ladder import Continue, QuietHours, Rung, Step, climb, climbs, first_fall, flatten

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CLOCKS = Clocks(warn=24 * HOUR, due=48 * HOUR, tell=72 * HOUR)
READINGS = Daily(
    (
        Slot("morning", time(8), time(10), time(12), time(13)),
        Slot("evening", time(16), time(18), time(20), time(20, 30)),
    )
)
NIGHT = Daily((Slot("night", time(22), time(23), time(1), time(6)),))


def at(text: str) -> datetime:
    """A moment of February 2020 in the county's wall-clock time: "3 14:00"."""
    day, clock = text.split()
    return datetime.combine(datetime(2020, 2, int(day), tzinfo=UTC).date(), clock_time(clock), tzinfo=SHANGHAI)


def utc(text: str) -> datetime:
    return at(text).astimezone(UTC)


moments = st.datetimes(
    datetime(2019, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone itself
    datetime(2023, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
times = st.integers(0, 1439).map(lambda minutes: time(minutes // 60, minutes % 60))


@st.composite
def clocks(draw: st.DrawFn, longest_due: int = 14 * 1440) -> Clocks:
    warn, due = sorted(draw(st.tuples(st.integers(0, longest_due), st.integers(0, longest_due))))
    tell = due + draw(st.integers(0, 5000))
    return Clocks(*(timedelta(minutes=minutes) for minutes in (warn, due, tell)))


@st.composite
def dailies(draw: st.DrawFn) -> Daily:
    openings = sorted(draw(st.sets(st.integers(0, 1439), min_size=1, max_size=4)))
    slots = []
    for n, (opens, end) in enumerate(zip(openings, [*openings[1:], openings[0] + 1440], strict=True)):
        offsets = sorted(draw(st.tuples(*[st.integers(0, min(end - opens, 1439))] * 2)))
        tell = draw(st.integers(offsets[1], 1439))
        wall = [(opens + offset) % 1440 for offset in (0, *offsets, tell)]
        slots.append(Slot(f"slot{n}", *(time(minute // 60, minute % 60) for minute in wall)))
    return Daily(tuple(slots))


@st.composite
def everies(draw: st.DrawFn) -> Every:
    days = draw(st.integers(1, 14))
    return Every(days, draw(times), draw(clocks(days * 1440)))


@given(
    st.one_of(dailies(), everies()),
    moments,
    st.integers(0, 40 * 1440),
    st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin")]),
)
def test_windows_of_a_grid_tile_without_gap_or_overlap(
    cadence: Cadence, start: datetime, minutes: int, zone: ZoneInfo
) -> None:
    upto = start + timedelta(minutes=minutes)
    windows = grid(cadence, start=start, end=None, upto=upto, zone=zone)
    assert all(start <= window.opens < upto for window in windows)
    assert all(earlier.until == later.opens for earlier, later in pairwise(windows))


@given(st.one_of(dailies(), everies()), moments, st.integers(1, 20), st.integers(0, 20))
def test_looking_further_ahead_changes_no_window_already_seen(
    cadence: Cadence, start: datetime, near: int, more: int
) -> None:
    seen = grid(cadence, start=start, end=None, upto=start + near * DAY, zone=SHANGHAI)
    later = grid(cadence, start=start, end=None, upto=start + (near + more) * DAY, zone=SHANGHAI)
    assert later[: len(seen)] == seen


@given(everies(), moments)
def test_a_round_begins_within_a_day_of_the_stage(cadence: Every, start: datetime) -> None:
    windows = grid(cadence, start=start, end=None, upto=start + DAY + timedelta(minutes=1), zone=SHANGHAI)
    assert windows and windows[0].opens < start + DAY


@given(dailies(), moments)
def test_every_slot_fires_within_a_day(cadence: Daily, start: datetime) -> None:
    windows = grid(cadence, start=start, end=None, upto=start + DAY, zone=SHANGHAI)
    assert len(windows) == len(cadence.slots)


@given(st.one_of(dailies(), everies()), moments, st.integers(0, 20))
def test_an_ended_stage_owes_what_opened_before_its_end_and_nothing_later(
    cadence: Cadence, start: datetime, days: int
) -> None:
    end = start + days * DAY
    endless = grid(cadence, start=start, end=None, upto=start + 30 * DAY, zone=SHANGHAI)
    ended = grid(cadence, start=start, end=end, upto=start + 30 * DAY, zone=SHANGHAI)
    assert ended == [window for window in endless if window.opens < end]


def test_readings_of_a_day_stand_on_the_wall_clock() -> None:
    assert grid(READINGS, start=at("1 00:00"), end=None, upto=at("2 00:00"), zone=SHANGHAI) == [
        Window(utc("1 08:00"), utc("1 10:00"), utc("1 12:00"), utc("1 13:00"), utc("1 16:00")),
        Window(utc("1 16:00"), utc("1 18:00"), utc("1 20:00"), utc("1 20:30"), utc("2 08:00")),
    ]


def test_a_time_earlier_than_the_opening_means_the_next_day() -> None:
    [window] = grid(NIGHT, start=at("1 00:00"), end=None, upto=at("2 00:00"), zone=SHANGHAI)
    assert (window.warn, window.due, window.tell) == (utc("1 23:00"), utc("2 01:00"), utc("2 06:00"))


def test_a_stage_that_begins_in_the_afternoon_owes_its_first_round_at_once() -> None:
    weekly = Every(3, time(0), Clocks(12 * HOUR, 72 * HOUR, 96 * HOUR))
    first, second = grid(weekly, start=at("1 14:00"), end=None, upto=at("5 00:00"), zone=SHANGHAI)
    assert first == Window(utc("1 14:00"), utc("1 14:00"), utc("4 00:00"), utc("5 00:00"), utc("4 00:00"))
    assert second.opens == utc("4 00:00")


def test_what_is_owed_once_opens_with_the_subject_and_never_closes() -> None:
    for cadence in (Once(CLOCKS), Triggered(CLOCKS)):
        [window] = single(cadence, since=at("1 14:00"), zone=SHANGHAI)
        assert window == Window(utc("1 14:00"), utc("2 14:00"), utc("3 14:00"), utc("4 14:00"), None)


def test_follow_up_days_count_from_the_local_date() -> None:
    calls = After((1, 2, 7), time(8), Clocks(timedelta(), 16 * HOUR, 24 * HOUR))
    windows = single(calls, since=at("1 00:30"), zone=SHANGHAI)  # still 31 January in UTC
    assert [(window.opens, window.until) for window in windows] == [
        (utc("2 08:00"), utc("3 08:00")),
        (utc("3 08:00"), utc("8 08:00")),
        (utc("8 08:00"), None),
    ]


def test_a_cadence_has_either_a_grid_or_a_start_of_its_own() -> None:
    assert grid(Once(CLOCKS), start=at("1 00:00"), end=None, upto=at("9 00:00"), zone=SHANGHAI) == []
    assert single(READINGS, since=at("1 00:00"), zone=SHANGHAI) == []


@pytest.mark.parametrize(
    ("since", "until", "owed"),
    [
        ("1 10:00", None, True),
        ("1 10:01", None, False),
        ("1 00:00", "1 10:00", False),
        ("1 00:00", "1 10:01", True),
    ],
)
def test_a_window_is_owed_by_whoever_is_there_at_its_warning(since: str, until: str | None, owed: bool) -> None:
    window = Window(at("1 08:00"), at("1 10:00"), at("1 12:00"), at("1 13:00"), at("1 16:00"))
    assert owes(window, since=at(since), until=at(until) if until else None) is owed


@pytest.mark.parametrize(
    "build",
    [
        lambda: Window(at("1 08:00"), at("1 07:00"), at("1 12:00"), at("1 13:00")),
        lambda: Window(at("1 08:00"), at("1 09:00"), at("1 12:00"), at("1 13:00"), at("1 11:00")),
        lambda: Window(at("1 08:00"), at("1 08:00"), at("1 08:00"), at("1 13:00"), at("1 08:00")),
        lambda: Clocks(2 * HOUR, HOUR, 3 * HOUR),
        lambda: Clocks(-HOUR, HOUR, 3 * HOUR),
        lambda: Slot("", time(8), time(9), time(10), time(11)),
        lambda: Slot("am", time(8), time(11), time(10), time(12)),
        lambda: Daily(()),
        lambda: Daily((READINGS.slots[1], READINGS.slots[0])),
        lambda: Daily((READINGS.slots[0], READINGS.slots[0])),
        lambda: Daily((READINGS.slots[0], Slot("noon", time(11), time(11), time(12), time(13)))),
        lambda: Every(0, time(0), Clocks(HOUR, HOUR, HOUR)),
        lambda: Every(9999, time(0), Clocks(HOUR, HOUR, HOUR)),
        lambda: Every(1, time(0), CLOCKS),
        lambda: After((), time(8), CLOCKS),
        lambda: After((0, 1), time(8), Clocks(HOUR, HOUR, HOUR)),
        lambda: After((2, 1), time(8), Clocks(HOUR, HOUR, HOUR)),
        lambda: After((1, 9999), time(8), Clocks(HOUR, HOUR, HOUR)),
        lambda: After((1, 2), time(8), CLOCKS),
        lambda: QuietHours(time(22), time(22)),
        lambda: Rung("county_duty", -HOUR),
    ],
)
def test_a_timing_that_cannot_be_kept_cannot_be_built(build) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"\w"):
        build()


@given(st.one_of(dailies(), everies(), clocks().map(Once), clocks().map(Triggered)))
def test_a_cadence_is_as_strict_as_itself(cadence: Cadence) -> None:
    assert is_stricter(cadence, cadence)


ONE_DAY = Clocks(timedelta(), 12 * HOUR, DAY)
LATER = Clocks(timedelta(), 13 * HOUR, DAY)


@pytest.mark.parametrize(
    ("base", "changed", "stricter"),
    [
        (Once(CLOCKS), Once(ONE_DAY), True),
        (Once(ONE_DAY), Once(CLOCKS), False),
        (Triggered(CLOCKS), Triggered(ONE_DAY), True),
        (Once(CLOCKS), Triggered(ONE_DAY), False),
        (Every(7, time(8), ONE_DAY), Every(3, time(8), ONE_DAY), True),
        (Every(3, time(8), ONE_DAY), Every(7, time(8), ONE_DAY), False),
        (Every(3, time(8), ONE_DAY), Every(3, time(9), ONE_DAY), False),
        (Every(3, time(8), ONE_DAY), Every(3, time(8), LATER), False),
        (After((1, 7), time(8), ONE_DAY), After((1, 2, 7), time(8), ONE_DAY), True),
        (After((1, 2, 7), time(8), ONE_DAY), After((1, 7), time(8), ONE_DAY), False),
        (READINGS, Daily(READINGS.slots[:1]), False),
        (Daily(READINGS.slots[:1]), READINGS, True),
        (READINGS, Daily((READINGS.slots[0], Slot("late", time(16), time(18), time(20), time(20)))), False),
        (NIGHT, Daily((Slot("night", time(22), time(23), time(0, 30), time(6)),)), True),
        (NIGHT, Daily((Slot("night", time(22), time(23), time(1, 30), time(6)),)), False),
        (READINGS, Every(1, time(8), ONE_DAY), False),
    ],
)
def test_a_township_may_be_stricter_but_never_laxer(base: Cadence, changed: Cadence, stricter: bool) -> None:
    assert is_stricter(base, changed) is stricter


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("3 days", 3 * DAY),
        ("1 day", DAY),
        ("2 hours", 2 * HOUR),
        ("30 min", HOUR / 2),
        ("0", timedelta()),
        ("1 day 12 hours", 36 * HOUR),
    ],
)
def test_durations_are_words(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "3", "-3 days", "3 weeks", "days", "3 days ago", "1.5 hours", "9" * 5000 + " days", "4000 days"],
)
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        duration(text)


@pytest.mark.parametrize("text", ["24:00", "8:00", "08.00", "0800", "", "08:60"])
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        clock_time(text)


QUIET = QuietHours(time(22), time(6, 30))
LADDER = (Rung("village_secretary", timedelta()), Rung("township_duty", HOUR))


def test_the_owner_hears_first_then_each_rung_in_its_turn() -> None:
    told = climb(LADDER, warn=at("1 10:00"), tell=at("1 13:00"), quiet=QUIET, zone=SHANGHAI, rings_at_night=False)
    assert told == [
        Step(utc("1 10:00"), None),
        Step(utc("1 13:00"), "village_secretary"),
        Step(utc("1 14:00"), "township_duty"),
    ]


def test_at_night_only_what_may_ring_rings() -> None:
    night = {"warn": at("1 22:00"), "tell": at("2 06:00"), "quiet": QUIET, "zone": SHANGHAI}
    waits = climb(LADDER, **night, rings_at_night=False)  # type: ignore[arg-type]
    rings = climb(LADDER, **night, rings_at_night=True)  # type: ignore[arg-type]
    assert [step.at for step in waits] == [utc("2 06:30"), utc("2 06:30"), utc("2 07:00")]
    assert [step.at for step in rings] == [utc("1 22:00"), utc("2 06:00"), utc("2 07:00")]


@given(moments, times, times)
def test_a_word_that_waits_is_never_early_and_never_in_quiet_hours(moment: datetime, since: time, until: time) -> None:
    if since == until:
        return
    quiet = QuietHours(since, until)
    shifted = quiet.shift(moment, SHANGHAI)
    assert moment <= shifted < moment + DAY
    assert quiet.shift(shifted, SHANGHAI) == shifted


def test_a_ladder_goes_on_in_another() -> None:
    ladders = {
        "village": (Rung("village_secretary", timedelta()), Continue("township", HOUR)),
        "township": (Rung("township_duty", HOUR),),
    }
    assert flatten(ladders, "village") == (
        Rung("village_secretary", timedelta()),
        Rung("township_duty", 2 * HOUR),
    )


def test_a_ladder_that_comes_back_to_itself_is_refused() -> None:
    ladders = {"a": (Continue("b", HOUR),), "b": (Continue("a", HOUR),)}
    with pytest.raises(ValueError, match="a > b > a"):
        flatten(ladders, "a")


@pytest.mark.parametrize(
    ("lower", "higher", "rises"),
    [
        ("group_head", "village_secretary", True),
        ("guard", "village_secretary", True),
        ("village_doctor", "township_health", True),
        ("township_duty", "township_secretary", True),
        ("township_secretary", "township_duty", False),
        ("village_doctor", "village_secretary", False),
        ("county_duty", "township_duty", False),
        ("guard", "post_head", False),
        ("group_head", "group_head", False),
    ],
)
def test_a_rung_climbs_by_level_or_by_superior(lower: str, higher: str, rises: bool) -> None:
    assert climbs(lower, higher) is rises


def test_a_rung_that_falls_is_found() -> None:
    high, low = Rung("county_duty", timedelta()), Rung("township_duty", HOUR)
    assert first_fall((high, low)) == (high, low)
    early = Rung("county_duty", timedelta())
    assert first_fall((low, early)) == (low, early)
    assert first_fall(LADDER) is None
    assert first_fall((Rung(None, timedelta()), *LADDER)) is None
