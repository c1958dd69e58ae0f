"""The drill: it finds every planted miss in a small county, and it fails when the system is sabotaged.

A drill that cannot fail is worthless, so most of these tests break the system in one place and ask whether the drill
says so. The county is the synthetic one cut down to two townships with two villages each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.db.models import F

from sibulou.demo import drill
from sibulou.demo.drill_forms import FULL, HOLLOW, OPENERS
from sibulou.demo.drill_kinds import KINDS
from sibulou.demo.drill_plan import length, read_plan
from sibulou.duty import board, intake, reconcile, settle, waive
from sibulou.duty.models import Obligation
from sibulou.lib import database

DOCS = Path(__file__).parents[2] / "docs"
CODE = "530425"
DAYS = 5


@contextmanager
def connected(entry: database.Connections) -> Iterator[None]:
    """Point Django at another database for a while."""
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    for alias, wanted in (("default", entry.app), ("owner", entry.owner)):
        connections[alias].close()
        connections[alias].settings_dict.update(wanted)
    yield
    for alias, was in before.items():
        connections[alias].close()
        connections[alias].settings_dict.update(was)


@pytest.fixture(scope="module")
def county(server: database.Connections, tables: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A cut-down Yimen in a database of its own; every test plays in a transaction that is taken back."""
    name = f"sibulou_drill_test_{os.getpid()}"
    with django_db_blocker.unblock(), connected(database.create_scratch(server, name, template=tables)):
        found_a_corner()
        yield
    database.drop_scratch(server, name)


def found_a_corner() -> None:
    """Two townships, four villages, a hundred or so people."""
    from sibulou.demo.county import Ground, make_county, since
    from sibulou.demo.load import copy_all, first_free, set_sequences
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.area_key import from_code
    from sibulou.roster.divisions import county as division
    from sibulou.roster.found import NewArea, put_areas
    from sibulou.roster.seal import field_cipher

    plan = division(CODE)
    townships = plan.townships[1:3]
    villages = [one for town in townships for one in [v for v in plan.villages if v.code.startswith(town.code)][:2]]
    kept = [one for one in plan.divisions if len(one.code) <= 6 or one in townships or one in villages]
    with acting(EVERYTHING), transaction.atomic():
        rows = [NewArea(from_code(one.code), one.name, one.short, one.code) for one in kept]
        put_areas(rows, since=since(drill.START))
    ground = Ground.of(replace(plan, townships=tuple(townships), villages=tuple(villages)))
    with transaction.atomic(using="owner"):
        ids = first_free()
        copy_all(make_county(ground=ground, cipher=field_cipher(), now=since(drill.START), scale=0.003, ids=ids))
        set_sequences(ids)


@pytest.fixture
def played(county: None, django_db_blocker: Any) -> Iterator[Callable[..., drill.Result]]:
    """Run the drill, and take back what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield lambda **how: drill.run(code=CODE, days=DAYS, each=1, **how)
        transaction.set_rollback(True)


def test_the_drill_finds_every_miss_and_nothing_else(played):
    """Five days in a corner of a county: all that was planted is shown, and only that."""
    result = played(seed=3)
    assert [one.en for one in result.look.findings] == []
    assert result.passed
    planted = {row.kind for row in drill.rows(result.look) if row.planted}
    assert len(planted) > 50
    assert all(row.found == row.planted and not row.false and not row.wrong for row in drill.rows(result.look))
    assert "All found, and nothing else." in drill.table(result)
    assert result.as_json()["passed"] is True


def sabotage_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board that is always green."""
    monkeypatch.setattr(board, "gap_page", lambda *args, **how: [])


def sabotage_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is opened counts as met."""

    def met(opened: list[int], *, now: Any) -> int:
        rows = Obligation.objects.filter(pk__in=opened)
        return rows.update(met_at=F("opened_at"), known_at=F("opened_at"), met_by=UUID(int=1))

    monkeypatch.setattr(reconcile, "settle_opened", met)


def sabotage_reconcile(monkeypatch: pytest.MonkeyPatch) -> None:
    """One duty is never opened: what was not opened is not missed."""
    real = reconcile._open_duty

    def forgetful(running: Any, key: str, **how: Any) -> None:
        if key != "village.close":
            real(running, key, **how)

    monkeypatch.setattr(reconcile, "_open_duty", forgetful)


def sabotage_unowned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every seat seems to be answered for."""
    monkeypatch.setattr(board, "vacant_seats", lambda area, moment: {})


def sabotage_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unowned gap is said to be one since its opening, not since its seat was left."""
    monkeypatch.setattr(board, "unowned_since", lambda opened_at, vacant: opened_at)


def sabotage_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records open nothing."""
    monkeypatch.setattr(intake, "open_duties", lambda *args, **how: 0)


def sabotage_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are taken in and settle nothing."""
    monkeypatch.setattr(intake, "settle_records", lambda *args, **how: 0)
    monkeypatch.setattr(intake, "settle_new", lambda *args, **how: 0)


def sabotage_corrections(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction leaves what the corrected record had met as it was."""
    deaf = {name: text.replace("c.corrects = r.id", "false") for name, text in settle.QUERIES.items()}
    assert deaf != settle.QUERIES
    monkeypatch.setattr(settle, "QUERIES", deaf)


def sabotage_excuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A waiver counts as soon as it is asked for."""
    real = waive.ask_waiver

    def at_once(*, obligation: Any, until: Any, now: Any, **how: Any) -> Any:
        waiver = real(obligation=obligation, until=until, now=now, **how)
        type(obligation).objects.filter(pk=obligation.pk).update(waiver=waiver, waived_at=now, waived_until=until)
        return waiver

    from sibulou.demo import drill_plant_records

    monkeypatch.setattr(drill_plant_records, "ask_waiver", at_once)


def sabotage_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    """The board names the wrong one who answers."""
    real = board.answerers
    monkeypatch.setattr(
        board,
        "answerers",
        lambda seats, **when: {s: board.Answerer(w.user + 1, w.rank) for s, w in real(seats, **when).items()},
    )


def sabotage_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the device claims is believed."""
    monkeypatch.setattr(intake._Intake, "_moment", lambda self, told, *how: (min(told.happened_at, self.now), False))


SABOTAGES = [
    sabotage_screen, sabotage_settle, sabotage_reconcile, sabotage_unowned, sabotage_since_when, sabotage_rules,
    sabotage_answers, sabotage_corrections, sabotage_excuses, sabotage_owners, sabotage_clock,
]  # fmt: skip


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.__name__.removeprefix("sabotage_"))
def test_the_drill_fails_when_the_system_is_sabotaged(played, monkeypatch, sabotage):
    """Break one part of the kernel, and the drill names what is missing or false."""
    sabotage(monkeypatch)
    result = played(seed=3, until_found=True)
    assert not result.passed
    assert all(one.zh and one.en for one in result.look.findings)
    assert "findings." in drill.table(result)


def test_every_event_duty_can_be_planted():
    """A duty that a rule opens has a record in the drill that opens it; every closer has an answer that closes it."""
    plan = read_plan((Path(drill.__file__).parents[1] / "plans" / drill.PLAN).read_text(encoding="utf-8"))
    events = {key for key, duty in plan.duties.items() if {one.kind for one in duty.timetables.values()} == {"event"}}
    assert events == set(OPENERS)
    closers = [closer for duty in plan.duties.values() for closer in duty.closers]
    assert {closer.form for closer in closers} <= set(FULL)
    assert {closer.form for closer in closers if closer.when} <= set(HOLLOW)


def test_every_kind_is_described():
    """The reference page names each kind that the drill plants."""
    page = (DOCS / "reference" / "drill.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


@pytest.mark.parametrize(("text", "minutes"), [("0", 0), ("15 min", 15), ("2 hours", 120), ("1 day 12 hours", 2160)])
def test_the_drill_reads_durations_by_itself(text, minutes):
    """The checker shares no reader with the kernel."""
    assert length(text).total_seconds() == minutes * 60
