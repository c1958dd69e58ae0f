"""The demonstration: what is loaded at one go is what intake would have made, and a broken load is made again."""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from django.test import override_settings

from sibulou.demo import play, scene
from sibulou.demo.accounts import listed, open_accounts
from sibulou.demo.chores import do_chores
from sibulou.demo.days import tell
from sibulou.demo.duty_roster import publish_week, tell_minutes
from sibulou.demo.field import as_told, moment
from sibulou.demo.force import seed_force
from sibulou.demo.history import History
from sibulou.demo.living import Living, keep_clock, kept_clock
from sibulou.demo.load import county_cipher, found_and_load, refuse_orphans
from sibulou.demo.play import START, AnotherDemo, NotADemo, Script, prepare
from sibulou.duty.escalate import escalate
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Event, Obligation, Record, Refusal, Waiver, Watch
from sibulou.duty.personal import open_answers
from sibulou.duty.reconcile import drift, reconcile
from sibulou.duty.settle import settle_all
from sibulou.fronts.defence.models import Shift
from sibulou.fronts.defence.rosters import judge
from sibulou.fronts.defence.standing import tell_strength
from sibulou.fronts.defence.swapping import own_member
from sibulou.lib import database, postgres
from sibulou.roster.access import EVERYTHING
from sibulou.roster.audit import CLOCKWORK, By
from sibulou.roster.models import AreaCode, User

CODE = "140271"
"""A county of eight villages, so that a day of it is quick."""
DAYS = 2
NOW = (START + timedelta(days=DAYS, hours=10, minutes=30)).astimezone(UTC)
KEYS = {"CIPHER_KEY": base64.b64encode(b"c" * 32).decode(), "BLIND_KEY": base64.b64encode(b"b" * 32).decode()}


@pytest.fixture(scope="module")
def county(server: database.Connections, tables: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Event]:
    """A filled county in which the start key was pressed and what is owed was opened; the owner acts."""
    scratch = database.create_scratch(server, "sibulou_demo_spec", template=tables)
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    with django_db_blocker.unblock(), override_settings(**KEYS):
        for alias in before:
            connections[alias].close()
            connections[alias].settings_dict.update(scratch.owner)
        found_and_load(code=CODE, cipher=county_cipher(), start=START, by=CLOCKWORK, scale=0.002)
        event = scene.begin(area=AreaCode.objects.get(code=CODE).area, start=START)
        scene.leave_holes(event, start=START)
        scene.be_stricter(event, start=START)
        reconcile(now=NOW)
        yield event
        for alias, entry in before.items():
            connections[alias].close()
            connections[alias].settings_dict.clear()
            connections[alias].settings_dict.update(entry)
    database.drop_scratch(server, "sibulou_demo_spec")


class _Undo(Exception):
    pass


@pytest.fixture
def undone(county: Event) -> Iterator[Event]:
    """Whatever a test does in the county is undone after it."""
    try:
        with transaction.atomic():
            yield county
            raise _Undo
    except _Undo:
        pass


def state() -> dict[str, list[tuple[Any, ...]]]:
    """Everything the kernel keeps of the days, in plain values."""
    owed = Obligation.objects.order_by("duty__key", "subject_id", "opened_at", "opened_by")
    told = Record.objects.order_by("id")
    return {
        "obligations": list(
            owed.values_list(
                "duty__key", "subject_id", "seat_id", "opened_at", "due_at", "until_at", "opened_by", "heard_at",
                "met_at", "known_at", "met_by", "waived_at",
            )
        ),
        "records": [
            (*row[:-2], bytes(row[-2]), open_answers(row[1], row[-1]))
            for row in told.values_list(
                "id", "form", "subject_id", "area_id", "happened_at", "claimed_at", "received_at", "told_by_id",
                "device", "closes", "answering", "answers", "corrects", "withdraws", "digest",
                "content",
            )
        ],
        "watches": list(Watch.objects.order_by("subject_id").values_list(
            "subject_id", "klass", "starts_at", "planned_until", "opened_by", "set_by", "ended_at")),
    }  # fmt: skip


def in_bulk(event: Event, *, seed: int = 1) -> History:
    history = tell(event, seed=seed, now=NOW, keep=True)
    settle_all(now=NOW)
    return history


def test_the_days_loaded_at_one_go_are_those_that_intake_would_have_made(county: Event) -> None:
    """Every record handed in by itself at the moment it was heard leaves the same county behind."""
    with transaction.atomic():
        history = in_bulk(county)
        loaded = state()
        transaction.set_rollback(True)
    assert not Record.objects.exists()
    with transaction.atomic():
        outcomes = hand_in_one_by_one(history)
        reconcile(now=NOW)
        one_by_one = state()
        transaction.set_rollback(True)
    assert outcomes == {Outcome.ACCEPTED}
    assert len(loaded["records"]) > 300
    for part, rows in loaded.items():
        assert rows == one_by_one[part], part


def hand_in_one_by_one(history: History) -> set[Outcome]:
    names, outcomes = dict(User.objects.values_list("pk", "name")), set()
    for deed, teller in sorted(history.heard, key=lambda one: (one[0].received, one[0].id)):
        told = as_told(deed, history.book, history.county.offset)
        (answer,) = take_in(
            Batch([told], device=f"phone-{teller}"), reach=EVERYTHING, by=By(names[teller], "", teller),
            now=moment(deed.received),
        )  # fmt: skip
        outcomes.add(answer.outcome)
    return outcomes


def test_the_same_seed_tells_the_same_days_and_another_seed_others(county: Event) -> None:
    said = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            in_bulk(county, seed=seed)
            said.append(state()["records"])
            transaction.set_rollback(True)
    assert said[0] == said[1]
    assert said[0] != said[2]


def test_nothing_that_was_loaded_drifts_or_points_at_nothing(undone: Event) -> None:
    in_bulk(undone)
    assert drift() == []
    refuse_orphans(["obligation", "record", "watch", "appointment", "seat"], "default")


def test_the_planted_misses_stand_on_the_board(undone: Event) -> None:
    """A silent village, a total that is not its rows, an unknown returnee, an empty post, a nameless medicine."""
    in_bulk(undone)
    overdue = set(
        Obligation.objects.filter(met_at__isnull=True, due_at__lte=NOW).values_list("duty__key", flat=True).distinct()
    )
    assert {"village.close", "close.mend", "sighting.match", "post.strength", "pharmacy.real_user"} <= overdue


def test_the_posts_have_a_published_roster_with_shifts_over_on_and_to_come(undone: Event) -> None:
    """Made by the solver, manned by the field, its minutes below strength told and answered, and seen by who stands."""
    seed_force(undone.area, scale=0.01, seed=1, now=START)
    rota = publish_week(undone.area, seed=1, start=START, now=NOW)
    assert rota is not None
    assert rota.published_at is not None
    assert {one.rule for one in judge(rota).breaches} <= {"crew", "trade"}
    reconcile(now=NOW)
    history = in_bulk(undone)
    tell_minutes(rota, undone, history.scene, now=NOW)
    shifts = Shift.objects.filter(rota=rota)
    over, on = shifts.filter(ends__lte=NOW), shifts.filter(begins__lte=NOW, ends__gt=NOW)
    told = set(Record.objects.filter(form="shift_sign_on").values_list("subject", flat=True))
    assert over.exists()
    assert on.exists()
    assert shifts.filter(begins__gt=NOW).exists()
    assert len(told & set(on.values_list("subject", flat=True))) > on.count() / 2
    assert tell_strength(now=NOW) == 0
    assert drift() == []
    open_accounts("a long password")
    assert own_member(User.objects.get(username="shift_leader").pk) is not None


def test_somebody_asks_somebody_grants_and_mistakes_are_put_right(undone: Event) -> None:
    in_bulk(undone)
    do_chores(undone, start=START, now=NOW)
    assert all(one.granted_by_id != one.asked_by_id for one in Waiver.objects.exclude(granted_by_id=None))
    assert set(Refusal.objects.values_list("outcome", flat=True)) <= {"refused", "conflicting"}
    assert escalate(now=NOW, catch_up=True) > 0


def test_the_county_goes_on_where_the_load_stopped(undone: Event) -> None:
    """What was on its way at the last moment comes in by the door of every other record, each once."""
    in_bulk(undone)
    played = scene.Scene.of(undone, seed=1)
    living = Living(undone, played, int(NOW.timestamp()), int(NOW.timestamp()))
    later = NOW + timedelta(hours=1)
    before = Record.objects.count()
    taken = living.step(later)
    assert taken > 0
    assert Record.objects.count() == before + taken
    assert not Refusal.objects.exists()
    assert living.step(later) == 0


def test_one_account_of_each_role_opens_with_the_password(undone: Event) -> None:
    in_bulk(undone)
    count = open_accounts("a long password")
    assert count == len(listed())
    assert {"county_duty", "village_secretary", "group_head", "post_head", "auditor"} <= {one[0] for one in listed()}
    assert User.objects.get(username="county_duty").check_password("a long password")
    assert not User.objects.exclude(username__in=[one[0] for one in listed()]).first().has_usable_password()


SCRIPT = Script(CODE, 0.002, 1, DAYS)


class Builder:
    """Stands in for the database, and counts what is asked of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, filled: bool, breaks: bool = False) -> None:
        self.made, self.cleared, self.breaks = 0, 0, breaks
        monkeypatch.setattr(play, "_filled", lambda connections: filled)
        monkeypatch.setattr(play, "make", self.make)
        monkeypatch.setattr(database, "create_scratch", self.clear)

    def make(self, *_: object) -> None:
        self.made += 1
        if self.breaks:
            raise KeyboardInterrupt

    def clear(self, *_: object) -> None:
        self.cleared += 1


def place(folder: Path) -> database.Place:
    return database.Place(data=folder, embedded=True)


NOWHERE = database.Connections(owner={"NAME": "sibulou"}, app={})


def test_a_finished_demonstration_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = Builder(monkeypatch, filled=False)
    prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=False)
    prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=False)
    assert (built.made, built.cleared) == (1, 0)
    prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=True)
    assert (built.made, built.cleared) == (2, 1)


def test_an_interrupted_load_is_cleared_and_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=bool(Builder(monkeypatch, filled=False, breaks=True).made))
    built = Builder(monkeypatch, filled=True)
    prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=False)
    assert (built.made, built.cleared) == (1, 1)
    assert json.loads((tmp_path / "demo.json").read_text())["finished"] is True


def test_another_demonstration_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Builder(monkeypatch, filled=False)
    prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=False)
    with pytest.raises(AnotherDemo, match="--fresh"):
        prepare(place(tmp_path), NOWHERE, Script(CODE, 1.0, 1, DAYS), fresh=False)


def test_a_database_that_no_demonstration_filled_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = Builder(monkeypatch, filled=True)
    with pytest.raises(NotADemo):
        prepare(place(tmp_path), NOWHERE, SCRIPT, fresh=True)
    assert (built.made, built.cleared) == (0, 0)


def test_the_clock_stands_where_it_stopped(tmp_path: Path) -> None:
    assert kept_clock(tmp_path) is None
    keep_clock(tmp_path, NOW)
    assert kept_clock(tmp_path) == NOW
    (tmp_path / "clock.json").write_text("nonsense")
    assert kept_clock(tmp_path) is None


@pytest.fixture
def own_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[database.Place]:
    """A data folder with a server of its own, as `make demo` finds one on a fresh machine."""
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("SIBULOU_DATA", folder)
        monkeypatch.delenv("DATABASE_URL", raising=False)
        yield database.find({"SIBULOU_DATA": folder})
        postgres.stop(Path(folder))


def test_a_fresh_folder_gets_its_county_from_a_process_of_its_own(own_folder: database.Place) -> None:
    """The real process, on a hamlet: the county is there, whole, and is not made twice."""
    connections = database.open(own_folder)
    script = Script("530425", 0.007, 1, 1)
    prepare(own_folder, connections, script, fresh=False)
    entry = connections.owner
    with psycopg.connect(host=entry["HOST"], port=entry["PORT"], user=entry["USER"], dbname=entry["NAME"]) as session:
        counted = session.execute("SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM obligation)").fetchone()
    assert counted is not None
    people, owed = counted
    assert people > 500
    assert owed > people
    note = (own_folder.data / "demo.json").stat().st_mtime_ns
    prepare(own_folder, connections, script, fresh=False)
    assert (own_folder.data / "demo.json").stat().st_mtime_ns == note
