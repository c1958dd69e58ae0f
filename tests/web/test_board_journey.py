"""A duty officer with a browser: from the county to the telephone by mouse, thumb and keyboard, and nothing for axe.

Runs where there is a Chromium; the pictures behind it are looked at by people, in docs/images.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.web.site_of_scene import PASSWORD

WIDE, NARROW = (1440, 900), (360, 740)


@pytest.fixture
def open_net(browser: Any, site: str) -> Iterator[Any]:
    """Opens the Net as the county's duty officer; a script's failure fails the test, and every page is closed."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(*, size: tuple[int, int] = WIDE, language: str = "zh-CN", touch: bool = False) -> Any:
        width, height = size
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height}, locale=language, has_touch=touch)
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{site}/sign-in/")
        page.fill("#username", "u101")
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_selector("[data-net].ready")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def burning(page: Any) -> tuple[float, float]:
    """Where on the screen a burning cell is, found by its colour."""
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector('[data-part="canvas"]');
          const pen = canvas.getContext("2d"), box = canvas.getBoundingClientRect();
          const hot = [255, 171, 46], { data, width } = pen.getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4)
            if (hot.every((shade, part) => Math.abs(data[at + part] - shade) < 4)) {
              const pixel = at / 4, scale = box.width / width;
              return [box.x + (pixel % width) * scale + 2, box.y + Math.floor(pixel / width) * scale + 2];
            }
          return null;
        }"""
    )
    assert found is not None, "nothing burns on the canvas"
    return found[0], found[1]


def test_two_clicks_from_the_hole_to_the_telephone(open_net: Any) -> None:
    page = open_net()
    page.mouse.click(*burning(page))
    panel = page.wait_for_selector('[data-part="panel"] .phone')
    assert panel.get_attribute("href").startswith("tel:15400")
    page.click('[data-part="panel"] [data-close]')
    assert page.locator('[data-part="panel"]').is_hidden()


def test_by_thumb_on_a_narrow_screen(open_net: Any) -> None:
    page = open_net(size=NARROW, touch=True)
    page.locator('[data-part="canvas"]').scroll_into_view_if_needed()
    page.touchscreen.tap(*burning(page))
    page.wait_for_selector('[data-part="panel"] .phone')
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_by_keyboard_down_to_the_household_and_back(open_net: Any) -> None:
    page = open_net()
    page.focus('[data-part="canvas"]')
    crumbs = page.locator('[data-part="crumbs"] li')
    for deep in (3, 4):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(crumbs).to_have_count(deep)
    assert page.inner_text('[data-part="told"]') != ""
    address = page.url
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector('[data-part="panel"] .net-owner')
    page.keyboard.press("Escape") if page.evaluate("document.activeElement.tagName") == "CANVAS" else page.click(
        "[data-close]"
    )
    page.reload()
    page.wait_for_selector("[data-net].ready")
    assert page.url == address
    assert page.locator('[data-part="crumbs"] li').count() == 4
    page.go_back()
    page.wait_for_function("document.querySelectorAll('[data-part=\"crumbs\"] li').length === 3")


def test_a_filter_is_in_the_address_and_in_the_numbers(open_net: Any) -> None:
    page = open_net()
    page.click("#kind-unowned")
    page.wait_for_function("location.search.includes('kind=unowned')")
    page.wait_for_selector("#kind-unowned[aria-current]")
    counted = page.inner_text("#kind-unowned b")
    assert page.inner_text(".net-big b") == counted


def test_the_slider_shows_the_past_and_live_comes_back(open_net: Any) -> None:
    page = open_net()
    page.focus('[data-part="slider"]')
    page.keyboard.press("Home")
    page.wait_for_selector("[data-net].past")
    page.wait_for_function("document.querySelector('.net-big b').textContent === '0'")
    page.check('[data-part="known"] input[value="then"]')
    page.wait_for_function("location.search.includes('known=then')")
    page.click('[data-part="live"]')
    page.wait_for_selector("[data-net]:not(.past)")
    assert "at=" not in page.url


def test_a_server_that_does_not_answer_is_said_so(open_net: Any) -> None:
    page = open_net()
    page.route("**/net/**", lambda route: route.abort())
    page.click("#front-outreach")
    stale = page.locator('[data-part="stale"]')
    stale.wait_for(state="visible")
    assert "连不上服务器" in stale.inner_text()
    page.unroute("**/net/**")
    page.click("#front-outreach")
    stale.wait_for(state="hidden")


def test_the_books_and_the_trend_arrive(open_net: Any) -> None:
    page = open_net()
    page.wait_for_selector('[data-part="books"] .net-balance')
    assert "平账" in page.inner_text('[data-part="books"]')
    page.wait_for_selector('[data-part="trend"] tbody tr', state="attached")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing(open_net: Any, site: str, size: tuple[int, int], language: str) -> None:
    page = open_net(size=size, language=language)
    page.click('[data-part="as-table"]')
    page.wait_for_selector('[data-part="books"] .net-balance')
    wrong = axe(page)
    for path in ("/gaps/", "/gaps/?kind=open&kind=unowned", "/areas/530499001001000000/"):
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        wrong += axe(page)
    assert wrong == []
