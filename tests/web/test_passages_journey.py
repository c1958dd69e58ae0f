"""Passages in a browser: told by the devices of two posts, found by plate and hour; what follows, by its owner."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from sibulou.lib.uuid7 import uuid7
from tests.browser import Visit, axe
from tests.web.site_of_scene import PASSWORD

OFFICER, POST, GATE = "u101", "u134", "u135"
"""Lin Jing of the county; the heads of the post at Donghe and of the south gate."""
CAR = {"plate": "云F12345", "occupants": 2, "passage": "car-1"}
STAYS = {"disposal": "isolated", "authority": "cdc", "notice": "易疾控隔〔2020〕3号", "basis": "diseases"}


class Crew:
    """The device of a post's head, which tells passages through the field door."""

    def __init__(self, asks: Any, username: str) -> None:
        self.asks = asks
        given = {"username": username, "password": PASSWORD, "name": "岗上手机"}
        self.token = {"Authorization": f"Device {asks.post('/api/v1/devices', data=given).json()['token']}"}
        seats = asks.get("/api/v1/sync", headers=self.token).json()["seats"]
        self.post = next(one["subject"] for one in seats if one["role"] == "post_head")

    def tells(self, minutes: int, **said: object) -> None:
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        content = {"name": "过路人", "temperature": 36.5, "direction": "in", "disposal": "passed"} | said
        told = {"id": str(uuid7(at)), "form": "checkpoint_pass", "subject": self.post, "happened_at": at.isoformat(),
                "content": content}  # fmt: skip
        (answer,) = self.asks.post("/api/v1/records", data={"records": [told]}, headers=self.token).json()["records"]
        assert answer["outcome"] == "accepted", answer


@pytest.fixture(scope="module")
def told(playwright: Any, site: str) -> Iterator[None]:
    """A car with two is turned back at the post and let in at the gate; somebody there is isolated."""
    asks = playwright.request.new_context(base_url=site)
    post, gate = Crew(asks, POST), Crew(asks, GATE)
    for name in ("周大山", "周小山"):
        post.tells(50, **CAR, name=name, disposal="turned_back", kept="own")
    for name in ("周大山", "周小山"):
        gate.tells(20, **CAR, name=name, phone="13800138000")
    post.tells(15, name="要隔离的人", origin="hubei", **STAYS)
    yield
    asks.dispose()


def look(page: Any, width: int) -> list[tuple[str, str]]:
    """What is wrong with the page as it stands; a picture of it where somebody asked for pictures."""
    page.wait_for_load_state()  # a page is as wide as its style sheets say
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/passages-{width}-{next(PICTURES):02d}.png", full_page=True)
    wider = page.evaluate("document.documentElement.scrollWidth") - width
    return axe(page) + ([("wider than the screen", f"{page.url} {wider}")] if wider > 0 else [])


PICTURES = count(1)


@pytest.mark.parametrize("width", [360, 1280], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_nothing_for_axe_before_anybody_passed(visit: Visit, width: int, language: str) -> None:
    page = visit(OFFICER, "/passages/", width=width, language=language)
    wrong = look(page, width)
    page.select_option("#post", index=1)
    page.click("form[method=get] button")
    page.click("a.button[href*='/passages/']:has-text('台账'), a.button[href*='/passages/']:has-text('ledger')")
    page.wait_for_selector(".empty")
    assert wrong + look(page, width) == []


@pytest.mark.parametrize("width", [360, 1280], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_nothing_for_axe_with_passages_found_and_refused(told: None, visit: Visit, width: int, language: str) -> None:
    page = visit(OFFICER, "/passages/", width=width, language=language)
    wrong = look(page, width)
    page.fill("#plate", "云f·123 45")
    page.press("#plate", "Enter")
    page.wait_for_selector("li .chip.open")
    wrong += look(page, width)
    page.goto("/passages/?since=yesterday")
    page.wait_for_selector("[role=alert]")
    wrong += look(page, width)
    for post in ("东河村口卡点", "南关口卡点"):
        page.goto("/passages/")
        page.select_option("#post", label=page.locator(f"#post option:has-text('{post}')").inner_text())
        page.click("form[method=get] button")
        page.click("a.button[href*='/passages/']:has-text('台账'), a.button[href*='/passages/']:has-text('ledger')")
        page.wait_for_selector("table.ledger")
        wrong += look(page, width)
    assert wrong == []


def test_a_plate_is_found_by_the_keyboard_alone(told: None, visit: Visit) -> None:
    """From the top of the page by Tab to the plate, Enter, and on by Tab into the first row found."""
    page = visit(OFFICER, "/passages/")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "plate":
            break
    page.keyboard.type("云F12345")
    page.keyboard.press("Enter")
    page.wait_for_selector("li .chip.open")
    assert page.locator("ul.rows > li").count() == 4
    assert page.url.endswith("/passages/#found")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('ul.rows a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/**")


def test_who_went_round_a_post_is_an_alarm_of_the_other_at_once(told: None, visit: Visit) -> None:
    page = visit(GATE, "/mine/", width=360)
    page.locator("text=劝返后从别处进入").first.wait_for()


def test_who_is_isolated_is_received_by_name_or_stays_a_gap(told: None, visit: Visit) -> None:
    """The receiver's name is asked for; given, the obligation is closed and the person has left the list of held."""
    officer = visit(OFFICER, "/held/")
    officer.locator("text=要隔离的人").first.wait_for()
    page = visit(POST, "/mine/", width=360)
    page.click("a.button:has-text('留观人员接收')")
    page.wait_for_selector("form[data-record]")
    page.fill("#q-place", "县医院")
    page.click("button.primary")
    page.wait_for_selector("#p-receiver")
    assert "必填" in page.inner_text("#p-receiver")
    page.fill("#q-receiver", "何医生")
    page.click("button.primary")
    page.wait_for_url("**/mine/")
    assert "已收下：留观人员接收" in page.inner_text(".message >> nth=0")
    officer.reload()
    assert officer.locator("text=何医生").count() > 0 or officer.locator("text=要隔离的人").count() == 0
