"""The map of the cordon in a browser: drawn without anything from outside, moved by keys, asked by a tap."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.site_of_scene import PASSWORD

COUNTY = "/cordon/?area=530499000000000000"


@pytest.fixture
def page(browser: Any, site: str) -> Any:
    """The county duty officer's browser on a telephone; a script's failure fails the test."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    made = context.new_page()
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.goto(f"{site}/sign-in/?next=/account/")
    made.fill("#username", "u101")
    made.fill("#password", PASSWORD)
    made.click("button.primary")
    made.wait_for_url("**/account/")
    yield made
    context.close()
    assert wrong == []


def test_a_tap_on_a_village_says_its_name_and_marks_its_row(page: Any, site: str) -> None:
    """The village in the middle of the map; keys move the map away from it and bring it back."""
    outside: list[str] = []
    page.on("request", lambda sent: outside.append(sent.url) if not sent.url.startswith(site) else None)
    page.goto(site + COUNTY)
    page.wait_for_selector("[data-drawn]")
    canvas = page.locator("canvas")
    canvas.focus()
    for key in ("+", "ArrowLeft", "ArrowDown", "-", "0"):
        page.keyboard.press(key)
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    assert page.inner_text("[data-said]").startswith("西河 · 102.")
    assert page.locator("tr[aria-current]").get_attribute("data-village") == "530499001002000000"
    assert outside == []


def test_without_the_picture_the_tables_stand_and_it_is_said(page: Any, site: str) -> None:
    page.route("**/cordon/picture/**", lambda route: route.abort())
    page.goto(site + COUNTY)
    page.wait_for_function("document.querySelector('[data-said]').textContent.includes('地图没有取到')")
    assert "采石场便道" in page.inner_text(".cordon-sites")
