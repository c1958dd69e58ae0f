"""What a device is told: all it may know at first, then only what changed, and never less.

These paragraphs commit what they do, in a county of their own: they are about the transaction that wrote a row.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections

from sibulou.duty import force
from sibulou.duty.intake import Batch, take_in
from sibulou.duty.told import Told
from sibulou.field import sync
from sibulou.lib import database
from sibulou.lib.clock import now as read_clock
from sibulou.lib.database.entry import conninfo
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import appoint, end_appointment
from sibulou.roster.audit import By
from sibulou.roster.households import add_household, add_person, change_state, move_household
from sibulou.roster.models import Appointment, User
from sibulou.roster.seal import field_cipher
from tests.web import scene as scenery
from tests.world import phone_of

BY = By("建档员", "administrator")
Said = dict[str, Any]


@pytest.fixture(scope="module")
def committed(
    server: database.Connections, tables: str, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Any]:
    """The scene of the pages in a database of its own, committed; and its owner's entry."""
    scratch = database.create_scratch(server, f"sibulou_sync_{os.getpid()}", template=tables)
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    with django_db_blocker.unblock():
        for alias, entry in (("default", scratch.app), ("owner", scratch.owner)):
            connections[alias].close()
            connections[alias].settings_dict.update(entry)
        yield scenery.build(now=read_clock()), scratch.owner
        for alias, was in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(was)
    database.drop_scratch(server, scratch.app["NAME"])


@pytest.fixture
def scene(committed: Any) -> scenery.Scene:
    return committed[0]


class Phone:
    """A device of a user that keeps what it is told, as the app does."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now, self.next = user, now, ""
        self.subjects: dict[int, Said] = {}
        self.obligations: dict[int, Said] = {}

    def sync(self) -> Said:
        """Ask, and put what is said into what is held."""
        reach = reach_of(self.user, now=self.now)
        with acting(reach):
            said = sync.answer(device=None, since=self.next, reach=reach, now=self.now)
        for name, held in (("subjects", self.subjects), ("obligations", self.obligations)):
            if said["fresh"]:
                held.clear()
            held.update({row["id"]: row for row in rows(said, name)})
            left = said["only"][name]
            if left is not None:
                for gone in set(held) - set(left):
                    del held[gone]
        self.next = said["next"]
        return said

    def holds_what_a_new_one_would(self) -> bool:
        """Whether it holds just what a device that begins afresh is given."""
        new = Phone(self.user, self.now)
        new.sync()
        return (self.subjects, self.obligations) == (new.subjects, new.obligations)


def rows(said: Said, name: str) -> list[Said]:
    return [dict(zip(said[name]["columns"], row, strict=True)) for row in said[name]["rows"]]


def news(said: Said) -> int:
    """How many rows an answer holds."""
    tables = ("areas", "subjects", "obligations", "answers", "outcomes")
    return sum(len(said[name]["rows"]) for name in tables)


@contextmanager
def elsewhere(committed: Any) -> Iterator[psycopg.Connection]:
    """A session of somebody else, whose transactions begin and end by themselves."""
    with psycopg.connect(**conninfo(committed[1]), autocommit=True) as session:
        yield session


@pytest.fixture
def phone(scene: scenery.Scene) -> Phone:
    """The head of group A1's, which has just been told everything."""
    one = Phone(scene.inside("group_head", "group_a1"), scene.now)
    one.sync()
    return one


def test_the_first_answer_holds_everything_and_the_next_one_nothing(phone):
    """As long as nothing changes there is nothing to tell, and nothing has gone."""
    assert {"张德福", "王小宝"} <= {one["label"] for one in phone.subjects.values()}
    assert phone.obligations
    again = phone.sync()
    assert (again["fresh"], news(again), again["plans"]) == (False, 0, [])
    assert again["only"] == {"subjects": None, "obligations": None}


def test_it_holds_ones_own_area_and_nothing_beside_it(phone, scene):
    group = f"{scene.world.group_a1.pk:018d}"[:15]
    assert {one["area"][:15] for one in phone.subjects.values()} == {group}
    others = Phone(scene.inside("group_head", "group_b1"), scene.now)
    others.sync()
    assert not set(others.subjects) & set(phone.subjects)


def test_a_seat_at_the_county_brings_what_it_owes_and_no_roster_of_households(scene):
    county = Phone(scene.inside("county_duty"), scene.now)
    said = county.sync()
    assert {one["kind"] for one in county.subjects.values()} <= {"area", "post", "place", "institution"}
    assert {one["seat"] for one in county.obligations.values()} <= {one["id"] for one in said["seats"]}


def test_a_guard_holds_whom_he_guards_and_the_door_they_live_behind(scene):
    """Not the others who live there: he answers for one person."""
    guard = Phone(scene.world.li, scene.now)
    guard.sync()
    assert {one["label"] for one in guard.subjects.values()} == {"杨志强", "杨志强家"}


def test_numbers_do_not_leave_the_server(phone, scene):
    """Of an identity number only the last four signs, of a telephone nothing."""
    person = scene.world.people["张德福"]
    with acting(EVERYTHING):
        person.refresh_from_db()
    whole = field_cipher().open(bytes(person.identity_sealed), field="person.identity")
    new = Phone(phone.user, phone.now)
    said = json.dumps(new.sync(), default=str, ensure_ascii=False)
    assert whole not in said
    assert not any(phone_of(number) in said for number in range(200))
    assert new.subjects[person.pk]["paper"] == whole[-4:]


def test_what_is_new_is_told_alone(phone, scene):
    with acting(EVERYTHING):
        added = add_person(household=scene.world.zhang, name="张小妹", by=BY, now=scene.now)
    told = phone.sync()
    assert added.pk in phone.subjects
    assert not told["fresh"]
    assert len(told["subjects"]["rows"]) < len(phone.subjects)
    assert phone.holds_what_a_new_one_would()


def test_a_transaction_that_stays_open_is_told_once_it_commits(phone, scene, committed):
    """It began before two answers and commits after both, with a smaller number than theirs: nothing of it is missed,
    and what others wrote meanwhile comes again with every answer until it has ended."""
    slow, quick = scene.world.zhang.pk, scene.world.wang.pk
    with elsewhere(committed) as long, elsewhere(committed) as short:
        long.execute("BEGIN")
        long.execute("UPDATE household SET address = '老街 1 号' WHERE subject_id = %s", [slow])
        short.execute("UPDATE household SET address = '老街 2 号' WHERE subject_id = %s", [quick])
        for _ in range(2):
            told = [one["id"] for one in rows(phone.sync(), "subjects")]
            assert quick in told
            assert slow not in told
        long.execute("COMMIT")
    phone.sync()
    assert phone.subjects[slow]["address"] == "老街 1 号"
    assert news(phone.sync()) == 0


def test_a_transaction_that_is_rolled_back_is_never_told(phone, scene, committed):
    home = scene.world.zhang.pk
    with elsewhere(committed) as other:
        other.execute("BEGIN")
        other.execute("UPDATE household SET address = '没有的事' WHERE subject_id = %s", [home])
        phone.sync()
        other.execute("ROLLBACK")
    phone.sync()
    assert phone.subjects[home]["address"] != "没有的事"
    assert news(phone.sync()) == 0


def test_what_was_written_inside_a_savepoint_is_told(phone, scene, committed):
    """Its row bears the number of the savepoint, which is above that of the transaction around it."""
    home = scene.world.wang.pk
    with elsewhere(committed) as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        phone.sync()
        other.execute("SAVEPOINT one")
        other.execute("UPDATE household SET address = '新街 3 号' WHERE subject_id = %s", [home])
        other.execute("RELEASE one")
        phone.sync()
        other.execute("COMMIT")
    phone.sync()
    assert phone.subjects[home]["address"] == "新街 3 号"


def test_a_row_that_is_frozen_is_told_all_the_same(phone, scene, committed):
    """Freezing keeps the number with the row, so what changed before it is news, and what did not is none."""
    home = scene.world.zhang.pk
    with elsewhere(committed) as other:
        other.execute("UPDATE household SET address = '冻住的街' WHERE subject_id = %s", [home])
        other.execute("VACUUM (FREEZE) household")
    assert [one["id"] for one in rows(phone.sync(), "subjects")] == [home]
    with elsewhere(committed) as other:
        other.execute("VACUUM (FREEZE) subject, household, person, obligation, record")
    assert news(phone.sync()) == 0


@pytest.mark.parametrize("other", ["book", "reach", "number"])
def test_another_book_another_reach_or_a_number_of_the_future_begins_afresh(phone, other):
    """A restored copy is another book; a number that was not given yet was given by another."""
    book, reach, number, *rest = phone.next.split(".")
    changed = {"book": "0" * 12, "reach": "0" * 16, "number": str(int(number) + 10**6)}
    parts = {"book": book, "reach": reach, "number": number} | {other: changed[other]}
    phone.next = ".".join([*parts.values(), *rest])
    assert phone.sync()["fresh"]


def test_what_another_copy_of_the_data_folder_has_told_is_told_afresh(phone, committed):
    """A folder was copied while it was stopped. Each copy starts for itself and does not know the other's starts."""
    mine = phone.next.split(".")[0]
    _, owner = committed
    with psycopg.connect(**conninfo(owner), autocommit=True) as session:
        session.execute("UPDATE field_book_start SET start = 'abcdefabcdef' WHERE start = %s", [mine])
        assert phone.sync()["fresh"]
        assert not phone.sync()["fresh"]


def test_a_server_started_again_tells_what_changed_and_no_more(phone, committed):
    """The start that a device knows is one of this book's."""
    _, owner = committed
    with psycopg.connect(**conninfo(owner), autocommit=True) as session:
        session.execute("UPDATE field_book_start SET start = md5(start)::varchar(12)")
        ((before,),) = session.execute("SELECT start FROM field_book_start ORDER BY number DESC LIMIT 1").fetchall()
        phone.next = ".".join([before, *phone.next.split(".")[1:]])
        assert not phone.sync()["fresh"]
        assert phone.next.split(".")[0] != before


def test_what_was_told_after_the_folder_was_copied_is_told_afresh(phone, committed):
    """Copied while it ran: the copy knows the start, and that it ended before this number was given."""
    _, owner = committed
    start, reach, number, *rest = phone.next.split(".")
    with psycopg.connect(**conninfo(owner), autocommit=True) as session:
        session.execute(
            """INSERT INTO field_book_start (start, book, number)
               SELECT v.start, b.book, v.number FROM field_book_start b, (VALUES (%s, %s), (%s, %s)) v (start, number)
               WHERE b.start = %s""",
            ["0" * 12, int(number) - 2, "1" * 12, int(number) - 1, start],
        )
        phone.next = ".".join(["0" * 12, reach, number, *rest])
        assert phone.sync()["fresh"]
        session.execute("DELETE FROM field_book_start WHERE start = ANY (%s)", [["0" * 12, "1" * 12]])


@pytest.mark.parametrize("since", ["x", "....", "1.2.3.4.5.6", "令牌", "0" * 120])
def test_what_nobody_gave_out_begins_afresh(phone, since):
    phone.next = since
    assert phone.sync()["fresh"]


def test_a_household_that_moves_away_leaves_and_comes_to_the_other(phone, scene):
    """It leaves no row behind to be told by; the list of what is left tells it."""
    there = Phone(scene.inside("group_head", "group_b1"), scene.now)
    there.sync()
    with acting(EVERYTHING):
        home = add_household(area=scene.world.group_a1, name="过客家", by=BY, now=scene.now)
        add_person(household=home, name="过客", by=BY, now=scene.now)
    phone.sync()
    assert home.pk in phone.subjects
    with acting(EVERYTHING):
        move_household(household=home, to=scene.world.group_b1, by=BY, now=scene.now)
    phone.sync(), there.sync()
    assert home.pk not in phone.subjects
    assert home.pk in there.subjects
    assert phone.holds_what_a_new_one_would()
    assert there.holds_what_a_new_one_would()


def test_who_died_is_no_longer_held(phone, scene):
    with acting(EVERYTHING):
        gone = add_person(household=scene.world.wang, name="王老太", by=BY, now=scene.now)
    phone.sync()
    with acting(EVERYTHING):
        change_state(person=gone, state="died", by=BY, now=scene.now)
    phone.sync()
    assert gone.pk not in phone.subjects
    assert phone.holds_what_a_new_one_would()


def tell(scene: scenery.Scene, phone: Phone, form: str, subject: int, content: dict[str, object]) -> None:
    """A record through the one door, by the phone's user."""
    user = phone.user
    told = Told(uuid7(scene.now), form, subject, scene.now, content)
    (answer,) = take_in(
        Batch([told]), reach=reach_of(user, now=scene.now), by=By(user.name, "", user.pk), now=scene.now
    )
    assert answer.problem is None, answer.problem


def test_what_is_met_leaves(phone, scene):
    home = scene.world.zhang.pk
    met = {one["id"] for one in phone.obligations.values() if (one["duty"], one["subject"]) == ("household.told", home)}
    assert met
    tell(scene, phone, "household_check", home, {"members": 3, "present": 3})
    phone.sync()
    assert not met & set(phone.obligations)
    assert phone.holds_what_a_new_one_would()


def test_the_last_answer_comes_as_a_draft(phone, scene):
    """It did not meet the duty, so the duty is still owed, and what was answered need not be typed again."""
    elder = scene.world.people["李秀英"].pk
    tell(scene, phone, "elder_taught", elder, {"repeated": False, "language": "yi"})
    drafts = [one for one in rows(phone.sync(), "answers") if one["subject"] == elder and one["form"] == "elder_taught"]
    assert [one["duty"] for one in drafts] == ["elder.taught"]
    assert drafts[0]["content"] == {"repeated": False, "language": "yi"}


def test_a_sealed_answer_is_no_part_of_a_draft():
    kept = ("duty", 1, "form", "record", None, json.dumps({"plain": 1, "name": {"sealed": "…"}}))
    assert sync.draft(kept)[5] == {"plain": 1}


def test_an_obligation_comes_into_sight_a_day_ahead(phone, scene):
    """By the clock alone: nothing was written, and it is told."""
    ahead = [one["opened_at"] for one in phone.obligations.values()]
    assert max(ahead) <= scene.now + timedelta(hours=24)
    phone.now = scene.now + timedelta(hours=8)
    told = phone.sync()
    assert not told["fresh"]
    assert phone.holds_what_a_new_one_would()


def test_a_change_of_level_begins_afresh_and_what_was_taken_back_is_gone(phone, scene):
    """What was opened ahead and has not begun is deleted, without a trace: the stage says so."""
    later = scene.now + timedelta(minutes=1)
    with acting(EVERYTHING):
        force.change_level(event=scene.event, level="II", by=BY, now=later)
    phone.now = later
    assert phone.sync()["fresh"]
    assert phone.holds_what_a_new_one_would()


def test_who_loses_the_area_is_left_with_nothing_of_it(scene):
    """And who gets it begins afresh with all of it."""
    head = scene.inside("group_head", "group_a2")
    old, new = Phone(head, scene.now), Phone(scene.inside("unit_head", "grid_a1"), scene.now)
    old.sync(), new.sync()
    with acting(EVERYTHING):
        term = Appointment.objects.select_related("seat").get(user=head)
        end_appointment(reason="调离", appointment=term, at=scene.now, by=BY, now=scene.now)
        appoint(seat=term.seat, user=new.user, starts_at=scene.now, by=BY, now=scene.now)
    assert (old.sync()["fresh"], old.subjects, old.obligations) == (True, {}, {})
    assert new.sync()["fresh"]
    assert "陈桂花" in {one["label"] for one in new.subjects.values()}
