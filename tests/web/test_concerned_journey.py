"""The person concerned in a browser: from the guard's QR code to his own page, without JavaScript, nothing for axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import axe
from tests.web.site_of_scene import PASSWORD

NARROW, WIDE = 360, 1280
HEAD, GUARD = "u128", "u132"
"""The accounts of Lei Ming, head of Yang Zhiqiang's group, and of Li Qiang, who guards him."""


def sign_in(browser: Any, site: str, username: str) -> Any:
    """A page of somebody signed in, as narrow as a telephone."""
    page = browser.new_context(viewport={"width": NARROW, "height": 740}, locale="zh-CN").new_page()
    page.goto(f"{site}/sign-in/?next=/mine/")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url("**/mine/")
    return page


@pytest.fixture(scope="module")
def charge(browser: Any, site: str) -> Iterator[str]:
    """Yang's number on the roster, once his group head has told that he came back from Wuhan."""
    page = sign_in(browser, site, HEAD)
    page.goto(f"{site}/people/?q=杨志强")
    address = str(page.get_attribute('a[href^="/people/"]:has-text("杨志强")', "href"))
    number = address.split("/")[2]
    page.goto(f"{site}/subjects/{number}/records/new/?form=person_seen&plan=covid19_2020")
    page.click('label:has-text("返回")')
    page.check('[value="wuhan"]')
    page.click("button.primary")
    page.wait_for_url("**/records/*-*/")
    yield number
    page.context.close()


@pytest.fixture(scope="module")
def guard(browser: Any, site: str, charge: str) -> Iterator[Any]:
    """Li Qiang's page, with the links of his charge open."""
    page = sign_in(browser, site, GUARD)
    page.goto(f"{site}/people/{charge}/")
    page.click('a.button:has-text("给本人链接")')
    yield page
    page.context.close()


@pytest.fixture(scope="module")
def link(guard: Any) -> str:
    """The address of a link that the guard hands over."""
    guard.click("button.primary")
    guard.wait_for_selector("svg.square")
    return str(guard.input_value("#address"))


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    """Opens an address as somebody without account and without JavaScript."""
    contexts: list[Any] = []

    def visited(address: str, *, width: int = NARROW, scripts: bool = False) -> Any:
        size = {"width": width, "height": 740}
        contexts.append(browser.new_context(viewport=size, locale="zh-CN", java_script_enabled=scripts))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield visited
    for context in contexts:
        context.close()


def test_he_tells_his_temperature_without_javascript(visit: Any, link: str, guard: Any, charge: str, site: str) -> None:
    """Three taps and a number; wrong first, and what he typed still stands there; then the guard sees it."""
    page = visit(link)
    page.click('a.key:has-text("体温与健康监测")')
    page.fill("#q-temperature", "366")
    page.click("button.primary")
    assert "34 到 43" in page.inner_text("#p-temperature")
    assert page.input_value("#q-temperature") == "366"
    page.fill("#q-temperature", "36.6")
    page.click("button.primary")
    assert "已收到：体温与健康监测" in page.inner_text(".message")
    assert page.context.cookies() == []
    guard.goto(f"{site}/people/{charge}/")
    assert "本人填报" in guard.inner_text("main")


def test_he_reads_what_is_held_and_asks_for_a_correction(visit: Any, link: str) -> None:
    page = visit(link)
    page.click('a.key:has-text("登记了我的什么")')
    assert "《传染病防治法》" in page.inner_text("main")
    page.click('a.button:has-text("本人要求更正")')
    page.check('input[value="phone"]')
    page.fill("#q-text", "电话换了，请来问")
    page.click("button.primary")
    assert "村（社区）总支书记" in page.inner_text(".message")


def test_through_one_link_of_a_household_each_member_says_how_he_is(browser: Any, site: str, visit: Any) -> None:
    """The group head hands it over once; two people tell by it, and neither reads what the other told."""
    head = sign_in(browser, site, HEAD)
    head.goto(f"{site}/people/?q=杨婷")
    head.click('a[href^="/households/"]')
    head.click('a:has-text("给本人链接")')
    head.click("button.primary")
    head.wait_for_selector("svg.square")
    page = visit(head.input_value("#address"))
    for name, temperature in (("杨志强", "36.4"), ("杨婷", "36.7")):
        page.click(f'a.key:has-text("{name} · 体温与健康监测")')
        assert name in page.inner_text(".head")
        page.fill("#q-temperature", temperature)
        page.click("button.primary")
        assert "已收到：体温与健康监测" in page.inner_text(".message")
    assert page.context.cookies() == []
    page.click('a.key:has-text("登记了我的什么")')
    said = page.inner_text("main")
    assert "响应解除后第 30 天" in said
    assert not {"杨婷", "36.4", "36.7"} & set(said.split())
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    head.goto(f"{site}/people/?q=杨婷")
    head.click('a[href^="/people/"]:has-text("杨婷")')
    assert "本人填报" in head.inner_text("main")
    head.context.close()


@pytest.mark.parametrize("width", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["", "?lang=en"], ids=["chinese", "english"])
def test_axe_finds_nothing(visit: Any, link: str, width: int, language: str) -> None:
    wrong = []
    places = ("", "held/", "forms/reading/", "forms/need_told/", "forms/correction_asked/", "no/such/")
    for under in places:
        page = visit(f"{link}{under}{language}", width=width, scripts=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, under
        wrong += [(under, *one) for one in axe(page)]
    assert wrong == []


@pytest.mark.parametrize("width", [NARROW, WIDE], ids=["narrow", "wide"])
def test_axe_finds_nothing_where_it_is_handed_over(guard: Any, charge: str, site: str, width: int) -> None:
    guard.set_viewport_size({"width": width, "height": 740})
    guard.goto(f"{site}/subjects/{charge}/links/")
    guard.click("button.primary")
    guard.wait_for_selector("svg.square")
    assert guard.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(guard) == []
