"""The index carries every list and count: the plans that PostgreSQL chooses over fifty thousand obligations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections

from sibulou.duty import board
from sibulou.duty.board import Moment
from sibulou.duty.own_list import Clock, Mine, owed_first
from sibulou.message.making import make_messages
from sibulou.roster.access import EVERYTHING, acting, reach_of
from tests.kernel import COUNTY, LAKE, County, county, moment, run_sql

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
NOW = "9 Mar 12:00"

MANY = """
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at, until_at,
                        met_at, known_at, met_by, climbed)
SELECT o.duty_id, o.subject_id, o.area_id, o.seat_id, o.stage_id, t.at, t.at, t.at + interval '1 hour',
       t.at + interval '2 hours', NULL, met.at, met.at, CASE WHEN met.at IS NOT NULL THEN gen_random_uuid() END, 0
FROM (SELECT DISTINCT ON (duty_id, subject_id) * FROM obligation) o
CROSS JOIN generate_series(1, 3200) AS n
CROSS JOIN LATERAL (SELECT '2020-03-01'::timestamptz + n * interval '3 minutes' AS at) t
CROSS JOIN LATERAL (SELECT CASE WHEN n % 20 > 0 THEN t.at END AS at) met
ON CONFLICT DO NOTHING
"""


@pytest.fixture
def here(db: None) -> Iterator[County]:
    """Fifty thousand obligations, of which one in twenty is still open, analysed as autovacuum would.

    Founded on the owner's connection, since only an owner may analyse; then asked as the application's role.
    """
    app = connections["default"]
    connections["default"] = connections["owner"]
    try:
        with county() as one:
            one.start("temperature", "told", "close", "check", "tick")
            one.leaves("Li", "1 Mar 12:00")
            run_sql(MANY)
            assert run_sql("SELECT count(*) > 50000 FROM obligation") == [(True,)]
            run_sql("ANALYZE obligation, seat, subject, appointment, area")
            run_sql("SET LOCAL ROLE sibulou_app")
            yield one
    finally:
        connections["default"] = app


def _scans(run: Any) -> list[tuple[str, str]]:
    """How each statement that `run` sends reads the obligations: (kind of scan, index)."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, statement: str, facts: Any, many: bool, context: Any) -> Any:
        sent.append((statement, facts))
        return execute(statement, facts, many, context)

    with connection.execute_wrapper(note):
        run()
    found: list[tuple[str, str]] = []
    with connection.cursor() as cursor:
        for statement, facts in sent:
            if "obligation" in statement:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", facts)
                (answer,) = cursor.fetchone()
                plan = json.loads(answer) if isinstance(answer, str) else answer
                found += _of_obligations(plan[0]["Plan"])
    return found


def _of_obligations(node: dict[str, Any], table: str = "") -> list[tuple[str, str]]:
    """The scans of obligations under a node; a bitmap's index scans name no table, and are of the one above them."""
    table = node.get("Relation Name", table)
    own: list[tuple[str, str]] = []
    if table == "obligation" and "Scan" in node["Node Type"]:
        own = [(node["Node Type"], node.get("Index Name", ""))]
    return own + [scan for child in node.get("Plans", []) for scan in _of_obligations(child, table)]


OPEN = {"obligation_open", "obligation_seat_open"}


@pytest.mark.parametrize("who", ["Officer", "Lake secretary"])
def test_counts_and_lists_read_open_rows_only(here: County, who: str) -> None:
    """Gap counts, a page of gaps, the Net's cells and one's own list are read from the indexes on open rows."""
    area = COUNTY if who == "Officer" else LAKE
    live = Moment.now(moment(NOW))
    seat = here.seat("guard", "Wang").pk
    clock = Clock(moment(NOW), moment(NOW), moment(NOW))
    with acting(reach_of(here.users[who], now=moment(NOW))):
        for run in (
            lambda: board.gap_counts(area, live),
            lambda: board.gap_page(area, live),
            lambda: board.cells(area, live),
            lambda: board.seat_list([seat], now=moment(NOW), horizon=moment(NOW)),
            lambda: owed_first(Mine((seat,), {}), clock, first=6),
        ):
            scans = _scans(run)
            assert scans
            assert {index for kind, index in scans if index} <= OPEN, scans
            assert "Seq Scan" not in {kind for kind, _ in scans}, scans


def test_messages_are_made_without_reading_what_is_settled(here: County) -> None:
    """A minute's run looks up what was told by its number, and what came due in the indexes on open rows."""
    with acting(EVERYTHING):
        here.escalate(NOW)
        scans = _scans(lambda: make_messages(now=moment(NOW)))
    assert {index for _, index in scans if index} <= {*OPEN, "obligation_pkey"}, scans
    assert "Seq Scan" not in {kind for kind, _ in scans}, scans
