"""The pages of the village and the county in a browser: a record by thumb, and nothing for axe, wide and narrow."""

from __future__ import annotations

import pytest

from tests.browser import Visit, axe

NARROW, WIDE = 360, 1280
PLACES = {
    "段勇": ("/mine/", "/messages/", "/messages/preferences/", "/waivers/", "/refusals/", "/account/", "/feedback/"),
    "林静": (
        "/mine/",
        "/people/?q=%E5%BC%A0%E4%BC%9F",
        "/areas/530499000000000000/chain/",
        "/notes/",
        "/events/",
        "/events/new/",
        "/events/1/",
        "/events/1/end/",
        "/people/new/",
        "/cordon/?area=530499000000000000",
        "/cordon/?area=530499001001000000&layer=path",
        "/areas/530499000000000000/roads/new/",
        "/areas/530499001001000000/ways/new/",
        "/areas/530499001001000000/seals/new/",
        "/areas/530499001001000000/whereabouts/",
        "/areas/530499001001000000/parts/new/",
        "/areas/530499001001000000/codes/new/",
        "/areas/530499001001000000/end/",
        "/areas/530499001001000000/households/new/",
        "/areas/530499001001000000/institutions/new/",
    ),
    "潘宇": ("/accounts/", "/accounts/new/", "/mine/", "/channels/", "/channels/new/?kind=mail"),
    "韩冰": ("/audit/", "/mine/"),
}
"""Who looks at what: a group head, a duty officer, an administrator, an auditor."""
USERNAMES = {"林静": "u101", "段勇": "u126", "潘宇": "u112", "韩冰": "u110"}


def test_a_missed_person_is_recorded_by_thumb(visit: Visit) -> None:
    """From the list to the form, only the questions that are called for, and back to the list with a sentence."""
    page = visit(USERNAMES["段勇"], "/mine/", width=NARROW)
    page.click('a.button:has-text("见到本人") >> nth=0')
    page.wait_for_selector("form[data-record]")
    origin = page.locator('[data-conditional="origin"]')
    origin.wait_for(state="hidden")
    page.click('label:has-text("返回")')
    origin.wait_for(state="visible")
    page.click('label:has-text("在家")')
    origin.wait_for(state="hidden")
    page.click("button.primary")
    page.wait_for_url("**/mine/")
    assert "已收下：见到本人。销号 1 项" in page.inner_text(".message >> nth=0")


def test_an_answer_that_is_wrong_is_said_beside_it(visit: Visit) -> None:
    page = visit(USERNAMES["段勇"], "/mine/", width=NARROW)
    page.click('a.button:has-text("见到本人") >> nth=0')
    page.fill("#q-temperature", "98.6")
    page.click("button.primary")
    page.wait_for_selector("#p-temperature")
    assert "34 到 43" in page.inner_text("#p-temperature")
    assert page.input_value("#q-temperature") == "98.6"
    assert "必填" in page.inner_text("#p-state")


@pytest.mark.parametrize("width", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing(visit: Visit, width: int, language: str) -> None:
    wrong = []
    for name, paths in PLACES.items():
        page = visit(USERNAMES[name], "/account/", width=width, language=language)
        for path in paths:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            wrong += [(path, *one) for one in axe(page)]
    assert wrong == []
