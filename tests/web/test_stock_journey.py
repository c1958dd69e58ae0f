"""Supplies in a browser on a phone: from the store by one hand, signed for by another, counted the next day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from sibulou.lib import database
from tests.browser import Visit, axe
from tests.web.site_of_scene import serving_a_day_later

HEAD_OF_SUPPLIES, POST_HEAD, KEEPER, DUTY_OFFICER = "u109", "u134", "u138", "u101"
NARROW, WIDE = 360, 1280


def _send(page: Any, quantity: int) -> None:
    """From the county's store to the post of the village, by way of the board."""
    page.goto("/stock/")
    page.click("main a:has-text('县物资总库') >> nth=-1")
    page.click("a.button:has-text('发出')")
    page.click("label:has-text('东河村口卡点')")
    page.click("label:has-text('口罩 B1')")
    page.fill("[name=quantity]", str(quantity))
    page.click("button.primary")
    page.wait_for_selector("text=已登记")


def test_given_out_by_one_received_by_another_counted_the_next_day_and_explained(
    visit: Visit, server: database.Connections
) -> None:  # fmt: skip
    giver = visit(HEAD_OF_SUPPLIES, "/stock/", width=NARROW)
    _send(giver, 200)
    assert "发出未签收" in giver.inner_text("main")
    head = visit(POST_HEAD, "/mine/", width=NARROW)
    head.click("main a[href^='/stock/']")
    head.click("a:has-text('点清签收')")
    assert head.input_value("[name=quantity]") == "200"
    head.click("button.primary")
    head.wait_for_selector("text=已签收，入了账")
    with serving_a_day_later(server) as tomorrow:
        head = visit(POST_HEAD, "/mine/", width=NARROW, at=tomorrow)
        head.click("main a[href^='/stock/']")
        head.click("a.button:has-text('盘点')")
        head.fill("[name=mask]", "183")
        head.click("button.primary")
        head.wait_for_selector("text=有 1 项账物不符")
        assert "应有 200 · 实有 183" in head.inner_text("main")
        head.click("a.button:has-text('账物不符说明')")
        head.click("label:has-text('漏记领用')")
        head.fill("[name=remark]", "夜班领用漏记")
        minute = datetime.fromisoformat(head.input_value("[name=happened_at]"))
        head.fill("[name=happened_at]", (minute + timedelta(minutes=1)).isoformat(timespec="minutes"))
        head.click("button.primary")
        head.wait_for_selector(".message:has-text('销号 1 项')")
        assert "要说明" not in head.inner_text("main")
        assert "口罩\n183" in head.inner_text("main")


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(visit: Visit, width: int, language: str) -> None:
    """The head of supplies with a full board, the keeper on his own place, the head of a post with an empty book."""
    wrong: list[Any] = []
    for name, words in ((HEAD_OF_SUPPLIES, "donations"), (KEEPER, ""), (POST_HEAD, "")):
        page = visit(name, "/stock/", width=width, language=language)
        paths = ["/stock/", *(["/stock/donations/"] if words else [])]
        page.goto("/mine/" if name != HEAD_OF_SUPPLIES else "/stock/")
        place = page.locator("main a[href^='/stock/']:not([href*=donations]):not([href='/stock/'])").first
        own = str(place.get_attribute("href"))
        paths += [own, *(f"{own}{one}/" for one in ("counts", "uses", "moves", "intakes"))]
        for path in paths:
            page.goto(path)
            wrong += [(name, path, *one) for one in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append((name, path, "wider than the screen"))
    assert wrong == []


def test_whoever_gave_out_cannot_sign(visit: Visit) -> None:
    """The duty officer may enter for every place; what he sent himself he cannot sign for."""
    page = visit(DUTY_OFFICER, "/stock/", width=NARROW)
    _send(page, 5)
    page.goto("/stock/")
    page.click("main .small a:has-text('东河村口卡点') >> nth=0")
    page.click("a:has-text('点清签收') >> nth=-1")
    page.click("button.primary")
    assert "签收须由另一人办理" in page.inner_text("main")
