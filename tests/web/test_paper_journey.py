"""A village secretary with a keyboard and a printer: a sheet of ten rows and more typed without the mouse; its pages.

Runs where there is a Chromium; the pictures behind it are looked at by people.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import axe
from tests.web.site_of_scene import PASSWORD

SECRETARY = "u119"
PICTURES = os.environ.get("SIBULOU_PICTURES")
"""A folder, where somebody wants to look."""


@pytest.fixture
def sign_in(browser: Any, site: str) -> Iterator[Any]:
    """Opens a page as a user; a script's failure fails the test."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def opened(username: str, *, size: tuple[int, int] = (1280, 900), language: str = "zh-CN") -> Any:
        width, height = size
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height}, locale=language, base_url=site)
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/sign-in/")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def printed(page: Any, name: str) -> bytes:
    """The sheet as the browser prints it."""
    picture(page, name)
    if PICTURES:
        page.locator(".page").first.screenshot(path=f"{PICTURES}/page-{name}.png")
    pdf: bytes = page.pdf(prefer_css_page_size=True)
    return pdf


def village(page: Any) -> str:
    return "/areas/530499001001000000/paper/"


def draw_up(page: Any, *forms: str) -> str:
    """Draws up the village's day on these forms; gives the serial."""
    page.goto(village(page))
    for tick in page.locator("input[name=form]").all():
        tick.set_checked(not forms or tick.get_attribute("value") in forms)
    picture(page, "new-day")
    page.click("form.entry-part button.primary")
    page.wait_for_url("**/pages/")
    return re.search(r"/paper/([^/]+)/", page.url)[1]  # type: ignore[index]


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF of the browser has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def progress(page: Any) -> str:
    return " ".join(page.inner_text("[data-progress]").split())


ON_FORM = {"household_check": ["3", "2", "1", "", "", ""], "person_seen": ["1", "", "", "365", "", ""]}
"""What is typed box by box, the time last."""


def type_row(page: Any, place: int) -> None:
    """Types what stands on a row, Enter after each box."""
    form = "household_check" if page.locator(f'#row-{place} [name="a.members"]').count() else "person_seen"
    for answer in ON_FORM[form]:
        page.keyboard.type(answer)
        page.keyboard.press("Enter")


def test_a_sheet_of_ten_rows_is_typed_by_keyboard_alone(sign_in: Any) -> None:
    """Enter goes from box to box and from row to row; a slip keeps what was typed; / leaves a row empty."""
    page = sign_in(SECRETARY)
    serial = draw_up(page, "person_seen", "household_check")
    page.goto("/paper/")
    page.keyboard.type(serial.lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-sheet]")
    rows = page.locator("[data-row]").count()
    assert rows >= 10
    picture(page, "typing")
    for place in range(1, rows + 1):
        page.wait_for_selector(f"#row-{place} input:focus")
        if place == 2:
            page.keyboard.press("/")
            page.wait_for_selector(f"#row-{place}.settled")
            continue
        if place == 3:  # a slip first, then mended where it stands
            page.keyboard.type("x")
            for _ in range(6):
                page.keyboard.press("Enter")
            page.wait_for_selector(f"#row-{place} [aria-invalid]:focus")
            assert page.locator(f"#row-{place} input:focus").input_value() == "x"
            picture(page, "slip")
            page.keyboard.press("Control+A")
        type_row(page, place)
        page.wait_for_selector(f"#row-{place}.settled")
    assert progress(page).startswith(f"{rows - 1} / {rows} 行已录入，1 行未填")
    picture(page, "typed")
    page.reload()
    assert page.locator("[data-row].settled").count() == rows
    page.focus("#row-1 button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-1 input:focus")
    assert progress(page).startswith(f"{rows - 2} / {rows} 行已录入")


def test_what_is_typed_is_kept_when_one_leaves_the_row_by_arrow(sign_in: Any) -> None:
    page = sign_in(SECRETARY)
    serial = draw_up(page, "household_visit")
    page.goto(f"/paper/{serial}/")
    page.keyboard.type("1")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#row-1.settled")
    assert page.locator("#row-2 input:focus").count() == 1


def test_a_row_is_not_lost_when_the_server_does_not_answer_or_the_sign_in_ran_out(sign_in: Any) -> None:
    page = sign_in(SECRETARY)
    serial = draw_up(page, "elder_taught")
    page.goto(f"/paper/{serial}/")
    page.route("**/rows/**", lambda route: route.abort())
    page.keyboard.type("1")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.wait_for_selector("#row-1 [data-lost]")
    page.unroute("**/rows/**")
    session = [one for one in page.context.cookies() if one["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-1 [data-lost]:has-text('登录已过期')")
    page.context.add_cookies(session)
    page.keyboard.press("Enter")
    page.wait_for_selector("#row-1.settled")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_it_prints_on_as_many_pages_as_it_says(sign_in: Any, language: str) -> None:
    """Each page of the sheet is one page of paper, in either language; nothing is cut off."""
    page = sign_in(SECRETARY, language=language)
    draw_up(page)
    said = page.locator(".page").count()
    assert said > 1
    pdf = printed(page, f"day-{language}")
    assert pages_of(pdf) == said
    assert cut_off(page) == []


def cut_off(page: Any) -> list[str]:
    """What is higher than its room, on a page or in a row."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => [...document.querySelectorAll(".page, .row, .rows, .bottom, .top")]
            .filter((one) => one.scrollHeight > one.clientHeight + 2)
            .map((one) => `${one.className} ${one.scrollHeight}>${one.clientHeight} ${one.innerText.slice(0, 60)}`)"""
    )


def test_a_shift_prints_lying_and_a_card_standing(sign_in: Any) -> None:
    page = sign_in(SECRETARY)
    page.goto("/areas/530499001001000000/")
    page.click("text=东河村口卡点")
    page.click("text=打印班表")
    page.fill("[name=lines]", "30")
    picture(page, "new-shift")
    page.click("form.entry-part button.primary")
    page.wait_for_url("**/pages/")
    pdf = printed(page, "shift")
    assert pages_of(pdf) == page.locator(".page").count() == 3
    assert b"/MediaBox [0 0 841" in pdf.replace(b"[0 0 842", b"[0 0 841")
    assert cut_off(page) == []
    page.goto("/areas/530499001001001000/")
    page.click("text=张德福家")
    page.click("text=打印户卡")
    page.click("form.entry-part button.primary")
    page.wait_for_url("**/pages/")
    pdf = printed(page, "card")
    assert pages_of(pdf) == page.locator(".page").count()
    assert cut_off(page) == []


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing(sign_in: Any, size: tuple[int, int], language: str) -> None:
    page = sign_in(SECRETARY, size=size, language=language)
    serial = draw_up(page, "person_seen", "household_check")
    wrong = []
    for path in ("/paper/", f"/paper/{serial}/", village(page), f"/paper/{serial}/pages/"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture(page, f"{path.strip('/').replace('/', '-')}-{language}-{size[0]}".replace(serial, "sheet"))
        if not path.endswith("/pages/"):
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        wrong += axe(page)
    assert wrong == []
