"""A shift without signal, from sign-on to hand-over: told on the telephone, and counted once the signal is back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sibulou.lib import database
from tests.browser import CHROMIUM
from tests.field.conftest import NewTelephone
from tests.field.county import PASSWORD, County
from tests.field.telephone import Telephone
from tests.field.test_passage_journey import Lane

POST_HEAD, DUTY_OFFICER = "u134", "u101"
"""石磊 at 东河村口, who leads the shift; Lin Jing of the county."""


@pytest.fixture(scope="module")
def county(server: database.Connections, tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """With a shift that is on, and to which nobody has signed on."""
    made = County(server, tables, tmp_path_factory.mktemp("county"), "shift")
    yield made
    made.end()


def card(phone: Telephone) -> str:
    """What the board of posts says of the post, to the duty officer at his desk."""
    browser = phone.playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
    try:
        page = browser.new_page(locale="zh-CN", base_url=phone.county.address)
        page.goto("/sign-in/?next=/posts/")
        page.fill("#username", DUTY_OFFICER)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_selector(".post-board")
        return " ".join(page.locator(".post-board li", has_text="东河村口").inner_text().split())
    finally:
        browser.close()


def told(county: County, form: str) -> list[dict[str, Any]]:
    rows = county.ask("SELECT content FROM record WHERE form = %s ORDER BY happened_at", form)
    return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]


def missed(county: County) -> list[str]:
    """What the shift still owes."""
    rows = county.ask(
        "SELECT d.key FROM obligation o JOIN duty d ON d.id = o.duty_id "
        "WHERE d.key LIKE 'shift.%%' AND o.met_at IS NULL AND o.waived_at IS NULL ORDER BY d.key"
    )
    return [row[0] for row in rows]


def test_a_shift_from_sign_on_to_hand_over_without_signal(county: County, telephone: NewTelephone) -> None:
    phone = telephone(POST_HEAD)
    phone.send()
    before = card(phone)
    assert "缺人，自" in before
    phone.signal(False)
    phone.page.click("button.tap:has-text('全员上岗')")
    phone.until("document.querySelector('#told').textContent.includes('1 条未发送')")

    lane = Lane(phone)
    lane.plate()
    lane.person(0, "过路人", "36.", "4")
    lane.save()
    lane.kept(1)

    phone.goto("today")
    phone.page.click("a.line[href*='/shift_handover/']")
    phone.page.wait_for_selector("#field-to")
    assert phone.page.input_value("#field-from") == "石磊"
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector(".wrong .fault:not(:empty)")
    phone.page.fill("#field-to", "队员丙")
    phone.page.click("[data-field=kit] label:has-text('否')")
    phone.page.fill("#field-matters", "体温枪一支没电，待换")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    assert phone.waits() == 3
    assert missed(county) == ["shift.handed_over", "shift.signed_on"]

    phone.signal(True)
    assert phone.send() == ""
    assert phone.waits() == 0
    assert missed(county) == []
    assert told(county, "shift_sign_on") == [{"absent": 0}]
    (handed,) = told(county, "shift_handover")
    assert handed["kit"] is False
    assert len(told(county, "checkpoint_pass")) == 1
    assert "2 / 2" in card(phone)
    assert "缺人" not in card(phone)
