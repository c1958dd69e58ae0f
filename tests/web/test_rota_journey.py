"""Rosters in a browser: the grid by mouse and by keyboard, one's own shifts and a swap on a phone, nothing for axe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Visit, axe

DUTY_OFFICER = "u101"
"""Lin Jing of the county."""


def _grid(page: Any) -> str:
    """Go to the grid of the proposal; its address."""
    page.goto("/rota/")
    page.locator(".rows .top", has_text="待发布").locator("a").first.click()
    page.click("text=看表、改表")
    page.wait_for_selector("#grid .who")
    return str(page.url)


def test_somebody_is_moved_by_the_mouse_and_the_rules_are_held_at_once(visit: Visit) -> None:
    page = visit(DUTY_OFFICER, "/rota/")
    _grid(page)
    free = page.locator("[data-free] .who").first
    member = free.get_attribute("data-member")
    cell = page.locator("[data-shift]").first
    shift = cell.get_attribute("data-shift")
    free.drag_to(cell)
    page.wait_for_selector(f"[data-shift='{shift}'] [data-member='{member}']")
    assert page.locator(f"[data-free] [data-member='{member}']").count() == 0


def test_somebody_is_picked_up_moved_and_put_down_by_the_keyboard(visit: Visit) -> None:
    """Put into a second shift of the same day he is double-booked, and the grid says so at once."""
    page = visit(DUTY_OFFICER, "/rota/")
    _grid(page)
    who = page.locator("[data-shift] .who").first
    member = who.get_attribute("data-member")
    who.focus()
    page.keyboard.press("Enter")
    assert page.locator(".who[aria-pressed=true]").get_attribute("data-member") == member
    page.keyboard.press("Escape")
    assert page.locator(".who[aria-pressed=true]").count() == 0
    page.keyboard.press("Enter")
    target = page.locator("[data-drop]").nth(1)
    shift = target.get_attribute("data-drop")
    target.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"[data-shift='{shift}'] [data-member='{member}']")
    page.locator(f"[data-shift='{shift}'] [data-member='{member}']").focus()
    page.keyboard.press("Delete")
    page.wait_for_selector(f"[data-free] [data-member='{member}']")


def test_a_swap_is_asked_for_on_one_phone_and_accepted_on_another(visit: Visit) -> None:
    one = visit("duiyuan0", "/shifts/", width=360)
    one.click("text=换班 >> nth=0")
    theirs = one.locator("#other option", has_text="队员乙").first.get_attribute("value")
    one.select_option("#other", theirs)
    one.fill("[name=reason]", "家中有事")
    one.click("text=提出换班")
    one.wait_for_selector("text=等答复")
    other = visit("duiyuan1", "/shifts/", width=360)
    other.click("button:has-text('同意')")
    other.wait_for_selector("text=已同意")


PAGES = ("/posts/", "/branches/", "/rota/", "/teams/", "/teams/file/", "/teams/people/new/")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(visit: Visit, width: int, language: str) -> None:
    page = visit(DUTY_OFFICER, "/posts/", width=width, language=language)
    wrong: list[Any] = []
    page.goto("/rota/")
    rosters = [one.get_attribute("href") for one in page.locator(".rows .top a").all()]
    grids = [f"{address}grid/" for address in rosters]
    for path in (*PAGES, *rosters, *grids):
        page.goto(path)
        wrong += [(path, *one) for one in axe(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append((path, "wider than the screen"))
    assert wrong == []


@pytest.mark.parametrize("width", [360, 1280])
def test_ones_own_pages_are_for_everybody(visit: Visit, width: int) -> None:
    page = visit("duiyuan1", "/shifts/", width=width)
    wrong = [("/shifts/", *one) for one in axe(page)]
    page.goto("/mine/")
    assert "我的班次" in page.inner_text("main")
    wrong += [("/mine/", *one) for one in axe(page)]
    assert wrong == []
