"""What the ladder tells becomes a message of whoever is told: how many, of which duty, where, by when. Nothing more."""

from __future__ import annotations

import pytest

from sibulou.message.making import make_messages
from sibulou.message.models import Message
from tests.kernel import County, moment, said

pytestmark = pytest.mark.django_db


def made(here: County, at: str) -> int:
    """The clockwork's minute: it climbs, then makes the messages."""
    here.escalate(at)
    return make_messages(now=moment(at))


def messages(here: County) -> list[str]:
    """Every message as a line: for whom, of what kind, how many, in how many areas, within which, due, told."""
    names = {area.pk: name for name, area in here.areas.items()}
    return [
        f"{one.user.name} | {one.kind} | {one.many} in {one.areas} | {names[one.area_id]} | {said(one.due_at)}"
        f" | {said(one.told_at)}"
        for one in Message.objects.select_related("user").order_by("told_at", "user__name", "kind")
    ]


def of(here: County, name: str) -> list[str]:
    return [line for line in messages(here) if line.startswith(f"{name} |")]


def test_the_owner_is_warned_before_it_is_due(here: County) -> None:
    """At nine the guard has one message: one reading in one group, due at ten; its place is the village."""
    here.start("temperature")
    assert made(here, "1 Mar 08:59") == 0
    made(here, "1 Mar 09:00")
    assert of(here, "Li") == ["Li | warn | 1 in 1 | Lake | 1 Mar 10:00 | 1 Mar 09:00"]


def test_what_was_warned_of_and_came_due_is_a_gap_of_the_owner(here: County) -> None:
    """At ten the guard hears once more, before anyone above does; the village secretary hears at eleven."""
    here.start("temperature")
    made(here, "1 Mar 09:00")
    made(here, "1 Mar 10:00")
    assert of(here, "Li")[1:] == ["Li | gap | 1 in 1 | Lake | 1 Mar 10:00 | 1 Mar 10:00"]
    assert of(here, "Lake secretary") == []
    made(here, "1 Mar 11:00")
    assert of(here, "Lake secretary") == ["Lake secretary | climb | 2 in 2 | Lake | 1 Mar 10:00 | 1 Mar 11:00"]
    assert len(of(here, "Li")) == 2


def test_what_was_answered_in_time_is_no_gap(here: County) -> None:
    """Read at half past nine: nothing more is said of it, to nobody."""
    here.start("temperature")
    made(here, "1 Mar 09:00")
    here.tell("Wang | 1 Mar 09:30 | reading 36.5")
    made(here, "1 Mar 10:00")
    made(here, "1 Mar 11:00")
    assert [line.split(" | ")[1] for line in of(here, "Li")] == ["warn"]
    assert of(here, "Lake secretary") == ["Lake secretary | climb | 1 in 1 | Lake | 1 Mar 10:00 | 1 Mar 11:00"]


def test_run_again_nothing_is_made_twice(here: County) -> None:
    """The same minute twice, or a minute in between, adds nothing."""
    here.start("temperature")
    for at in ("1 Mar 09:00", "1 Mar 10:00", "1 Mar 11:00"):
        made(here, at)
    before = messages(here)
    assert (made(here, "1 Mar 11:00"), made(here, "1 Mar 11:01")) == (0, 0)
    assert messages(here) == before != []


def test_a_clockwork_that_stood_still_makes_up_for_it(here: County) -> None:
    """Down from nine to eleven: the guard hears once, of a gap, and not of a warning that is no use any more."""
    here.start("temperature")
    made(here, "1 Mar 08:30")
    made(here, "1 Mar 11:00")
    assert of(here, "Li") == ["Li | gap | 1 in 1 | Lake | 1 Mar 10:00 | 1 Mar 11:00"]


def test_a_waiver_silences_it(here: County) -> None:
    """Granted before it was due: the guard was warned, and that is all."""
    here.start("temperature")
    made(here, "1 Mar 09:00")
    asked = here.ask(here.owed("Wang", "temperature", "1 Mar 08:00"), by="Li", at="1 Mar 09:10")
    here.grant(asked, by="Lake secretary", at="1 Mar 09:20")
    made(here, "1 Mar 10:00")
    assert [line.split(" | ")[1] for line in of(here, "Li")] == ["warn"]


def test_whoever_answers_for_the_seat_hears(here: County) -> None:
    """On leave with a stand-in: the stand-in is told. With nobody: nobody is, until the ladder reaches the village."""
    here.start("temperature")
    here.away("Li", "1 Mar 07:00", stand_in="Chen")
    here.away("Bai", "1 Mar 07:00")
    made(here, "1 Mar 09:00")
    made(here, "1 Mar 11:00")
    assert of(here, "Li") == of(here, "Bai") == []
    assert of(here, "Chen")[0] == "Chen | warn | 2 in 2 | Lake | 1 Mar 10:00 | 1 Mar 09:00"
    assert of(here, "Hill secretary") == ["Hill secretary | climb | 1 in 1 | Hill | 1 Mar 10:00 | 1 Mar 11:00"]


def test_what_lies_in_several_villages_is_told_of_what_holds_them(here: County) -> None:
    """The township's officer hears of two villages under the name of the township."""
    here.start("temperature")
    for hour in (9, 11, 13):
        made(here, f"1 Mar {hour:02}:00")
    assert of(here, "North officer") == ["North officer | climb | 3 in 3 | North | 1 Mar 10:00 | 1 Mar 13:00"]


def test_only_what_may_ring_at_night_is_marked(here: County) -> None:
    """The mark comes from the plan: a clinic's hour rings, a temperature does not."""
    here.start("temperature", "clinic")
    here.tell("Wang | 1 Mar 08:10 | reading 38.5")
    made(here, "1 Mar 09:30")
    rings = {(one.user.name, one.rings) for one in Message.objects.select_related("user")}
    assert {("Doctor", True), ("Chen", False)} <= rings
