"""The proof of a week's roster counts each broken rule from plain rows; a proof that finds nothing proves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.duty_week import Row, broken

MONDAY = datetime(2020, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def row(shift: int, day: int, hour: int, hours: int = 8, *, no_nights: bool = False) -> Row:
    begins = MONDAY + timedelta(days=day, hours=hour)
    return 1, "police", no_nights, shift, begins, begins + timedelta(hours=hours)


CASES = {
    "nothing": [row(1, 0, 8)],
    "people lacking": [],
    "longer than 12 h": [row(1, 0, 8, 13)],
    "a night against the wish": [row(1, 0, 0, no_nights=True)],
    "less than 8 h between": [row(1, 0, 16), row(2, 1, 7)],
    "more than 6 days of 7": [row(1, day, 8) for day in range(7)],
    "more than 3 nights of 7": [row(1, day, 0) for day in range(0, 7, 2)],
}


@pytest.mark.parametrize("rule", CASES)
def test_each_broken_rule_is_counted_and_no_other(rule: str) -> None:
    found = {name for name, count in broken(CASES[rule], [(1, 1, [])]).items() if count}
    assert found == ({rule} - {"nothing"})


def test_a_trade_that_nobody_of_the_crew_has_is_lacking() -> None:
    assert broken([row(1, 0, 8)], [(1, 1, ["health"])])["trades lacking"] == 1
