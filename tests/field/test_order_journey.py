"""An order without a chat group: the duty officer's browser, a post's and a guard's telephones offline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import CHROMIUM, axe, faint
from tests.field.conftest import NewTelephone
from tests.field.county import PASSWORD, County
from tests.field.telephone import Telephone

Desk = Callable[..., Any]
OFFICER, TOWNSHIP, GUARD, POST, BUREAU = "林静", "罗兰", "李强", "石磊", "方敏"
CARD_IS_HERE = """(await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).some(({ url }) => /screens\\/card/.test(url))))).some(Boolean)"""
STEPS = {"stop": "示意停车", "ask": "问来处去处", "measure": "测体温", "register": "逐人登记", "decide": "放行或留观",
         "tell": "报点长"}  # fmt: skip


@pytest.fixture
def desk(playwright: Any, county: County) -> Iterator[Desk]:
    """Signs somebody in at a browser of the county, by name, and gives his page; a script's failure fails the test."""
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
    wrong: list[str] = []

    def enter(name: str, path: str, *, width: int = 1280, language: str = "zh-CN") -> Any:
        page = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, base_url=county.address
        ).new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto("/sign-in/?next=/account/")
        page.fill("#username", account(county, name))
        page.fill("#password", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**/account/")
        page.goto(path)
        return page

    yield enter
    browser.close()
    assert wrong == []


def account(county: County, name: str) -> str:
    return str(county.ask("SELECT username FROM account WHERE name = %s", name)[0][0])


def with_telephone(county: County, telephone: NewTelephone, name: str) -> Telephone:
    phone = telephone(account(county, name))
    phone.send()
    return phone


def answers(phone: Telephone, text: str, result: str, remark: str = "") -> None:
    """Opens the order from the list and says what became of it."""
    phone.goto("today")
    phone.page.click(f"h3:has-text('指令办结') + ul.owed a.line:has-text('{text}')")
    phone.page.wait_for_selector(f".order:has-text('{text}')")
    phone.page.click(f"[data-field=result] label:has-text('{result}')")
    if remark:
        phone.page.fill("[data-field=remark] textarea, [data-field=remark] input", remark)
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")


def test_an_order_is_received_read_done_and_objected_to_without_signal(
    county: County, desk: Desk, telephone: NewTelephone
) -> None:
    """To a township, a role and a person; what the telephones say without signal arrives, and the sender answers."""
    text = "今晚加派一人，清点测温枪"
    officer = desk(OFFICER, "/orders/new/")
    officer.fill("#text", text)
    officer.fill("#done_when", "报回支数")
    officer.get_by_label("龙泉街道", exact=True).check()
    officer.locator("input[name=roles][value=post_head]").check()
    officer.fill("#people", GUARD)
    officer.click("main button.primary")
    officer.wait_for_url("**/orders/*-*/")
    link = officer.url
    post, guard = with_telephone(county, telephone, POST), with_telephone(county, telephone, GUARD)
    for phone in (post, guard):
        phone.signal(False)
        phone.page.click(f"li:has(a.line:has-text('{text}')) button:has-text('签收')")
        phone.page.wait_for_selector("details.told")
        assert phone.waits() == 1
    answers(post, text, "已落实")
    answers(guard, text, "有异议", "走不开，家里有老人")
    for phone in (post, guard):
        phone.signal(True)
        assert phone.send() == "" and phone.waits() == 0
    township = desk(TOWNSHIP, link, width=360)
    township.click("button:has-text('签收（已阅）')")
    officer.goto(link)
    shown = officer.inner_text("main")
    assert "走不开，家里有老人" in shown and "异议待答复 1" in shown and "已签收，未办结" in shown
    officer.click(f"li:has-text('{GUARD}') summary")
    officer.fill(f"li:has-text('{GUARD}') textarea", "由村里派人替你")
    officer.click(f"li:has-text('{GUARD}') button:has-text('已派人、派物协助')")
    officer.wait_for_selector("text=已答复")
    assert "异议待答复" not in officer.inner_text("main")


def test_the_crew_reads_the_flow_card_without_signal(county: County, desk: Desk, telephone: NewTelephone) -> None:
    """Published on the web, read at the post, and said to be the one that it works by; an old one stays a gap."""
    phone = with_telephone(county, telephone, POST)
    phone.until(CARD_IS_HERE)
    bureau = desk(BUREAU, "/steps/")
    bureau.fill("#version", "3")
    for key, words in STEPS.items():
        bureau.fill(f"#step-{key}", words)
    bureau.click("main button.primary")
    bureau.wait_for_selector("text=未换版 2")
    assert phone.send() == ""
    phone.signal(False)
    phone.goto("today")
    phone.page.click(".often a:has-text('流程卡')")
    phone.page.wait_for_selector("ol.steps")
    assert [*STEPS.values()] == [one.split(" ", 1)[1] for one in phone.page.locator("ol.steps li").all_inner_texts()]
    assert [*axe(phone.page), *faint(phone.page), *phone.too_small()] == []
    phone.page.click("[data-act=works]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    phone.signal(True)
    assert phone.send() == ""
    bureau.goto("/steps/")
    assert "未换版 1" in bureau.inner_text("main")


@pytest.mark.parametrize("width", [360, 1280], ids=["narrow", "wide"])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_axe_finds_nothing_at_the_desk(county: County, desk: Desk, width: int, language: str) -> None:
    """Orders, one of them with an objection, the form, the holding place, the card; each as wide as the screen."""
    officer = desk(OFFICER, "/orders/", width=width, language=language)
    links = [one.get_attribute("href") for one in officer.locator("ul.rows .top a").all()]
    wrong = []
    for path in ("/orders/", *links[:2], "/orders/new/", "/held/", "/steps/"):
        officer.goto(path)
        assert officer.evaluate("document.documentElement.scrollWidth") <= width, path
        wrong += [(path, *one) for one in axe(officer)]
    assert wrong == []
