"""A Yichuan meal (S6, S17): a gate is left at 16:00; at 16:20 board, gaps and cordon say so, with a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from sibulou.lib import database
from tests.browser import Visit
from tests.web.site_of_scene import serving

DUTY_OFFICER, HEAD_OF_THE_GATE = "u101", "u135"
"""Lin Jing of the county; 金波 at 南关口."""
PHONE = {"width": 360, "timezone_id": "Asia/Shanghai"}
YESTERDAY = datetime.now(timezone(timedelta(hours=8))) - timedelta(days=1)
TWENTY_PAST_FOUR = YESTERDAY.replace(hour=16, minute=20, second=0, microsecond=0)


@pytest.fixture(scope="module")
def site(server: database.Connections, tables: str) -> Iterator[str]:
    """The scene served at 16:20 by its own clock, which goes on."""
    behind = (datetime.now(UTC) - TWENTY_PAST_FOUR).total_seconds()
    with serving(server, tables, "meal", behind=behind) as address:
        yield address


def words(page: Any, inside: str) -> str:
    return " ".join(page.locator(inside).inner_text().split())


def card(page: Any) -> str:
    """The gate on the board of posts."""
    page.goto("/posts/")
    return " ".join(page.locator(".post-board li", has_text="南关口").inner_text().split())


def test_a_gate_left_for_a_meal_is_seen_by_the_minute_and_by_name_until_the_crew_is_back(visit: Visit) -> None:
    officer = visit(DUTY_OFFICER, "/posts/", **PHONE)
    assert "0 / 3" in card(officer)
    assert "缺人，自 16:00" in card(officer)
    officer.goto("/gaps/?kind=open")
    row = r"岗上人数不足 布防 南关口卡点 龙泉 金波 \d+ 卡点点长 \d\d-\d\d 16:10"
    assert re.search(row, words(officer, "main"))
    officer.goto("/cordon/")
    assert "0 / 3 个村已封住 · 3 个有缺口" in words(officer, "main")
    assert "恢复 南关口卡点" in words(officer, ".cordon-sites")

    gate = number(officer)
    head = visit(HEAD_OF_THE_GATE, f"/subjects/{gate}/records/new/?form=post_sign_on", **PHONE)
    head.get_by_label("岗上现有人数").fill("3")
    head.locator("main form button.primary").last.click()
    head.wait_for_selector("main")
    back = card(officer)
    assert "3 / 3" in back
    assert "缺人" not in back
    officer.goto("/gaps/?kind=open")
    assert not re.search(row, words(officer, "main"))
    officer.goto("/cordon/")
    assert "2 / 3 个村已封住 · 1 个有缺口" in words(officer, "main"), "the track that was drawn past every post"
    officer.goto(f"/cordon/?at={TWENTY_PAST_FOUR:%Y-%m-%d}T16:10")
    assert "1 / 3 个村已封住 · 2 个有缺口" in words(officer, "main"), "as it was during the meal"


def number(page: Any) -> str:
    """The number of the gate, from the board."""
    page.goto("/posts/")
    address = page.locator(".post-board li", has_text="南关口").locator("h2 a").get_attribute("href")
    return str(address).strip("/").split("/")[1]
