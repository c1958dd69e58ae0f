"""One door for records: what becomes of each, whatever its order, repetition, delay or clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction

from sibulou.duty import intake
from sibulou.duty.force import change_level, load, stand_down
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.duty.personal import sent
from sibulou.roster.access import EVERYTHING, NOTHING
from tests.kernel import OFFICER, County, moment, plan, record_id, spec

pytestmark = pytest.mark.django_db


def _outcomes(here: County, *lines: str, at: str = "") -> list[str]:
    return [answer.outcome for answer in here.tell(*lines, at=at)]


def test_the_same_record_twice_is_one_record(here: County) -> None:
    """A phone that sends again because it heard no answer changes nothing, and is told so."""
    here.start("temperature")
    line = "Wang | 1 Mar 08:10 | reading 36.5 | as a"
    assert _outcomes(here, line, line, at="1 Mar 08:20") == [Outcome.ACCEPTED, Outcome.REPEATED]
    assert _outcomes(here, line, at="1 Mar 09:20") == [Outcome.REPEATED]
    assert Record.objects.count() == 1


def test_the_same_moment_in_another_zone_is_the_same_record(here: County) -> None:
    """A phone that writes 00:10Z the second time, and 08:10+08:00 the first, says the same."""
    here.start("temperature")
    told = here.line("Wang | 1 Mar 08:10 | reading 36.5 | as a").told
    abroad = type(told)(**{**vars(told), "happened_at": told.happened_at.astimezone(moment("1 Mar 08:10").tzinfo)})
    zoned = type(told)(**{**vars(told), "happened_at": told.happened_at + timedelta(0)})
    answers = take_in(Batch([abroad, zoned]), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 08:20"))
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REPEATED]


def test_one_id_with_two_contents_is_a_conflict_and_both_are_kept(here: County) -> None:
    """Nobody chooses between them but a person: the second is kept beside the first."""
    here.start("temperature")
    first, second = "Wang | 1 Mar 08:10 | reading 36.5 | as a", "Wang | 1 Mar 08:10 | reading 38.5 | as a"
    assert _outcomes(here, first, second, second, at="1 Mar 08:20") == [
        Outcome.ACCEPTED, Outcome.CONFLICTING, Outcome.CONFLICTING,
    ]  # fmt: skip
    refusal = Refusal.objects.get()
    assert (sent(refusal)["content"], refusal.record_id) == ({"temperature": 38.5}, str(record_id("a")))
    assert "38.5" not in str(refusal.payload)


def test_a_record_about_nobody_on_the_roster_is_kept(here: County) -> None:
    """The subject is unknown here: the record waits for a person, with the sentence that says so."""
    here.start("temperature")
    assert _outcomes(here, "999999 | 1 Mar 08:10 | reading 36.5") == [Outcome.UNKNOWN_SUBJECT]
    assert "999999" in Refusal.objects.get().words_zh


def test_a_subject_outside_ones_area_does_not_exist(here: County) -> None:
    """To whoever may not tell of a person, the answer is the same as for a person nobody knows."""
    here.start("temperature")
    answers = here.tell("Wang | 1 Mar 08:10 | reading 36.5", reach=NOTHING)
    assert [answer.outcome for answer in answers] == [Outcome.UNKNOWN_SUBJECT]
    assert not Record.objects.exists()


def test_a_subject_outside_ones_area_does_not_exist_tomorrow_either(here: County) -> None:
    """A time that cannot be does not bring out who is on the roster elsewhere."""
    here.start("temperature")
    answers = here.tell("Wang | 2 Mar 08:10 | reading 36.5", "999999 | 2 Mar 08:10 | reading 36.5",
                        at="1 Mar 08:00", reach=NOTHING)  # fmt: skip
    assert [answer.outcome for answer in answers] == [Outcome.UNKNOWN_SUBJECT] * 2


def test_what_someone_says_who_has_no_seat_any_more_is_kept_where_somebody_sees_it(here: County) -> None:
    """His phone hands in what waited in it; of a subject nobody knows, too."""
    here.start("temperature")
    here.tell("999999 | 1 Mar 08:10 | reading 36.5", reach=NOTHING)
    assert Refusal.objects.get().area_id is not None


def test_what_the_database_refuses_is_refused_whole_and_can_come_again(
    here: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row and settling go to it at once: neither stays when one fails, and the next batch is taken as ever."""
    here.start("temperature")
    line = "Wang | 1 Mar 08:10 | reading 36.5 | as a"
    with monkeypatch.context() as broken:
        broken.setattr(intake, "_array", lambda parts: "no array")
        with pytest.raises(DatabaseError):
            here.tell(line)
    assert not Record.objects.exists()
    assert _outcomes(here, line) == [Outcome.ACCEPTED]
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at is not None


def test_two_who_say_the_same_are_judged_each_by_what_it_says(here: County) -> None:
    """What one answer means is worked out once; another that only looks like it is another: 36.5 is no "36.5"."""
    here.start("temperature")
    told = here.line("Wang | 1 Mar 08:10 | reading 36.5 | as a").told
    like = type(told)(**{**vars(told), "id": record_id("b"), "content": {"temperature": "36.5"}})
    same = type(told)(**{**vars(told), "id": record_id("c")})
    batch = Batch([told, like, same])
    answers = take_in(batch, reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 08:20"))
    assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert list(Record.objects.values_list("content", flat=True)) == [{"temperature": 36.5}] * 2


def test_a_record_of_the_future_is_refused_and_kept(here: County) -> None:
    """Tomorrow's reading cannot have happened; the sentence names both moments by the county's clock."""
    here.start("temperature")
    (answer,) = here.tell("Wang | 2 Mar 08:10 | reading 36.5", at="1 Mar 08:00")
    assert answer.outcome is Outcome.REFUSED
    assert answer.problem is not None
    assert "2020-03-02 08:10" in answer.problem.say("zh")
    assert "2020-03-01 08:00" in answer.problem.say("en")
    assert Refusal.objects.count() == 1


def test_a_clock_fast_by_hours_is_set_right_by_the_servers(here: County) -> None:
    """A phone three hours fast says 11:10 at 08:10: the reading counts for 08:10 and is marked doubtful."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 11:10 | reading 36.5 | received 1 Mar 08:20 | sent 1 Mar 11:20")
    record = Record.objects.get()
    assert (record.happened_at, record.clock_doubtful) == (moment("1 Mar 08:10"), True)
    assert record.claimed_at == moment("1 Mar 11:10")
    assert here.books("1 Mar 10:00") == "1 met, 3 overdue of 4"


def test_a_clock_slow_by_hours_does_not_make_a_record_late_or_early(here: County) -> None:
    """A phone five hours slow says 03:10 at 08:10, before any slot: judged by the server it is on time."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 03:10 | reading 36.5 | received 1 Mar 08:20 | sent 1 Mar 03:20")
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at == moment("1 Mar 08:10")


def test_a_clock_of_another_age_is_answered_with_a_sentence(here: County) -> None:
    """A phone whose clock stands in the year 9999 gets its records judged or refused, never a crash."""
    here.start("temperature")
    told = here.line("Wang | 1 Mar 08:10 | reading 36.5").told
    far = moment("1 Mar 08:00").replace(year=9999)
    (answer,) = take_in(Batch([told], sent_at=far), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 08:20"))
    assert answer.outcome is Outcome.REFUSED


def test_a_late_batch_from_a_phone_without_signal_closes_the_old_windows(here: County) -> None:
    """Three days in the hills, one batch on the fourth: each reading meets its own window; both moments are kept."""
    here.start("temperature")
    here.reconcile("4 Mar 12:00")
    overdue = len([gap for gap in here.gaps("4 Mar 12:00") if gap.startswith("Wang")])
    here.tell(*(f"Wang | {day} Mar {hour}:30 | reading 36.5" for day in (1, 2, 3) for hour in ("08", "18")),
              at="4 Mar 12:00")  # fmt: skip
    met = Obligation.objects.get(subject=here.subjects["Wang"], opened_at=moment("2 Mar 18:00"))
    assert (met.met_at, met.known_at) == (moment("2 Mar 18:30"), moment("4 Mar 12:00"))
    assert overdue == 7
    assert [gap for gap in here.gaps("4 Mar 12:00") if gap.startswith("Wang")] == [
        "Wang | temperature | since 4 Mar 10:00 | Li"
    ]
    assert here.sound()


def test_the_earliest_record_of_a_window_meets_it() -> None:
    """Told twice, the window is met when it was first done, in whatever order the two arrive."""
    early, late = "Wang | 1 Mar 09:00 | reading 36.5 | received 1 Mar 23:00", "Wang | 1 Mar 11:00 | reading 36.6"
    spec("temperature", records=[early, late], now="1 Mar 23:30", books="1 met, 1 overdue of 2",
         gaps="Wang | temperature | since 1 Mar 20:00 | Li")  # fmt: skip


def test_a_record_of_the_wrong_shape_is_refused_with_field_and_bounds(here: County) -> None:
    """A temperature of 99 is refused with the name of the field and what is allowed, and kept."""
    here.start("temperature")
    (answer,) = here.tell("Wang | 1 Mar 08:10 | reading 99")
    assert answer.outcome is Outcome.REFUSED
    assert answer.problem is not None
    assert "temperature" in answer.problem.say("en")
    assert "43" in answer.problem.say("zh")


def test_one_bad_record_does_not_hold_up_the_good_ones(here: County) -> None:
    """In a batch each record has its own outcome."""
    here.start("temperature")
    assert _outcomes(here, "Wang | 1 Mar 08:10 | reading 99", "Zhao | 1 Mar 08:10 | reading 36.5",
                     "Sun | 1 Mar 08:10 | nonsense", "Zhao's | 1 Mar 08:10 | reading 36.5",
                     at="1 Mar 09:00") == [
        Outcome.REFUSED, Outcome.ACCEPTED, Outcome.REFUSED, Outcome.REFUSED,
    ]  # fmt: skip
    assert here.books("1 Mar 10:00") == "1 met, 3 overdue of 4"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "a\x00b", "\ud83d", {"deep": ["\x00", float("nan")]}])
def test_what_no_database_can_hold_is_refused_and_kept_in_words(here: County, value: object) -> None:
    """A number that is none, a NUL, half a character: refused like any wrong shape, kept as far as it can be."""
    here.start("temperature")
    told = here.line("Wang | 1 Mar 08:10 | reading").told
    odd = type(told)(**{**vars(told), "content": {"temperature": value}})
    (answer,) = take_in(Batch([odd], device="\x00" * 99), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 09:00"))
    assert answer.outcome is Outcome.REFUSED
    assert Refusal.objects.count() == 1


def test_whoever_a_record_names_must_be_on_the_roster(here: County) -> None:
    """A fever at a gate of a person nobody knows would be owed by nobody: it is kept for someone to settle."""
    here.start("clinic", "match")
    assert _outcomes(here, "gate | 1 Mar 08:10 | passed Lake known 424242 38.5") == [Outcome.UNKNOWN_SUBJECT]
    assert "424242" in Refusal.objects.get().words_en


def test_a_record_meets_the_plan_of_its_own_time(here: County) -> None:
    """Told after a level change, or after the stand-down, it still counts where it happened."""
    event = here.start("temperature")
    here.reconcile("2 Mar 09:00")
    second = load(plan("check", version=2), file="second", by=OFFICER, now=moment("2 Mar 09:00"))
    change_level(event=event, level="II", version=second, by=OFFICER, now=moment("2 Mar 09:00"))
    here.reconcile("2 Mar 09:00")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5", at="2 Mar 10:00")
    assert here.owed("Wang", "temperature", "1 Mar 08:00").met_at == moment("1 Mar 08:10")
    stand_down(event=event, by=OFFICER, now=moment("9 Mar 00:00"), reason="over", waive_gaps=True)
    here.tell("Wang | 1 Mar 18:10 | reading 36.5", at="10 Mar 10:00")
    assert here.owed("Wang", "temperature", "1 Mar 18:00").met_at == moment("1 Mar 18:10")


@pytest.mark.parametrize("deed", ["UPDATE record SET form = 'x'", "DELETE FROM record"])
def test_nothing_in_the_record_is_changed_or_deleted(here: County, deed: str) -> None:
    """The application may not, and the table refuses it by itself."""
    here.start("temperature")
    here.tell("Wang | 1 Mar 08:10 | reading 36.5")
    with pytest.raises(DatabaseError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(deed)
    assert Record.objects.get().form == "reading"
