"""The screens about the device itself: 360 px and wide, both languages, nothing for axe, nothing too small to touch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import axe, faint
from tests.field.conftest import NewTelephone
from tests.field.county import County
from tests.field.telephone import TOLD_WRONG, Telephone

SECRETARY = "u119"


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_every_screen_can_be_read_and_touched(telephone: NewTelephone, language: str) -> None:
    wrong = []
    phone = telephone(language=language)
    for name in screens(phone):
        for width in (360, 1280):
            phone.page.set_viewport_size({"width": width, "height": 740})
            assert phone.page.evaluate("document.documentElement.scrollWidth") <= width, name
            shown = phone.page.inner_text("body").split()
            assert not {"null", "false", "undefined", "NaN"} & set(shown), name
            wrong += [(name, width, *one) for one in (*axe(phone.page), *faint(phone.page))]
            wrong += [(name, width, small) for small in phone.too_small()]
    assert wrong == []


def screens(phone: Telephone) -> Iterator[str]:
    """Every screen of a device's life, shown one after the other."""
    phone.page.wait_for_selector("[name=pin_again]")
    yield "enrol"
    phone.enrol(SECRETARY)
    phone.goto("queue")
    yield "queue, empty"
    phone.run(TOLD_WRONG)
    phone.send()
    phone.signal(False)
    phone.tell(3)
    phone.page.wait_for_selector("ol.rows li:nth-child(3)")
    yield "queue, full"
    phone.goto("device")
    for summary in phone.page.query_selector_all("summary"):
        summary.click()
    yield "device"
    phone.goto("nowhere")
    yield "no such screen"
    phone.run("store.lock()")
    phone.page.wait_for_selector("[name=pin]")
    yield "lock"
    phone.page.click(".screen a.button")
    phone.page.wait_for_selector("[name=username]")
    yield "PIN forgotten"


def test_what_came_back_says_why_and_can_rest(county: County, telephone: NewTelephone) -> None:
    """The sentence stands beside it; the server has kept it, so the telephone may let it go."""
    phone = telephone(SECRETARY)
    card = f"[data-row='{phone.run(TOLD_WRONG)}']"
    phone.send()
    phone.goto("queue")
    assert "34 到 43" in phone.page.inner_text(f"{card} .problem")
    assert phone.waits() == 0
    phone.page.click(f"{card} button:has-text('不再管它')")
    phone.page.wait_for_selector(card, state="detached")
    phone.run("await store.drop('meta', ['next'])")
    phone.send()
    assert phone.page.locator(card).count() == 0


def test_what_has_arrived_can_still_be_taken_back_for_a_while(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    (told,) = phone.tell(1)
    phone.send()
    assert county.ask("SELECT count(*) FROM record WHERE id = %s", told) == [(1,)]
    kept = phone.run("return store.get('outcomes', told)", told=told)
    assert (kept["outcome"], kept["payload"]["form"]) == ("arrived", "household_check")
    phone.goto("queue")
    assert phone.page.locator("li.card").count() == phone.run("return (await queue.cameBack()).length")


def test_what_no_server_can_read_comes_back_alone(county: County, telephone: NewTelephone) -> None:
    """It comes back with the sentence beside it; the others arrive, and nothing waits."""
    phone = telephone(SECRETARY)
    before = phone.run("return (await queue.cameBack()).length")
    phone.signal(False)
    ids = phone.tell(5)
    phone.run("await store.put('queue', [{ ...(await queue.waiting())[2], kind: 'excuse', payload: 7 }])")
    phone.signal(True)
    assert phone.send() == ""
    assert phone.waits() == 0
    assert phone.run("return (await queue.cameBack()).length") == before + 1
    assert county.ask("SELECT count(*) FROM record WHERE id = ANY(%s::uuid[])", ids) == [(4,)]
    phone.goto("queue")
    assert phone.page.inner_text(f"[data-row='{ids[2]}'] .problem")


def test_what_is_refused_as_a_whole_waits_and_stops_nobody(county: County, telephone: NewTelephone) -> None:
    """A photo that is none is refused at the door; it stays on the telephone with the sentence, the others arrive."""
    phone = telephone(SECRETARY)
    phone.signal(False)
    phone.run("await queue.attach(new TextEncoder().encode('no photo'), 'image/jpeg')")
    ids = phone.tell(4)
    phone.signal(True)
    assert phone.send() == ""
    assert phone.waits() == 1
    assert county.ask("SELECT count(*) FROM record WHERE id = ANY(%s::uuid[])", ids) == [(4,)]
    waits = phone.run("return (await queue.waiting())[0].id")
    phone.goto("queue")
    assert "照片" in phone.page.inner_text(f"[data-row='{waits}']")


def test_a_device_is_given_back_only_when_all_has_arrived(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(4)
    phone.goto("device")
    phone.page.click("summary:has-text('交还本机')")
    phone.page.click("text=发送并清空")
    phone.page.wait_for_selector(".problem:has-text('还有 4 条没有发出')")
    phone.signal(True)
    phone.page.click("text=发送并清空")
    phone.page.wait_for_selector("text=本机已交还")
    assert county.ask("SELECT count(*) FROM record WHERE id = ANY(%s::uuid[])", ids) == [(4,)]


def test_the_pin_is_changed_by_who_knows_it(telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.goto("device")
    phone.page.click("summary:has-text('更换数字密码')")
    for now, said in (("111222", "数字密码不对"), ("258013", "数字密码已更换")):
        for field, value in {"pin_now": now, "pin": "907214", "pin_again": "907214"}.items():
            phone.page.fill(f"[name={field}]", value)
        phone.page.click("form button:has-text('更换数字密码')")
        phone.page.wait_for_selector(f"text={said}")
    phone.page.click("text=现在锁定")
    phone.page.wait_for_selector("h1:has-text('已锁定')")
    phone.unlock("907214")


def test_two_tabs_send_one_at_a_time_and_see_the_same(county: County, telephone: NewTelephone) -> None:
    """What one tab keeps the other shows; a record is sent once."""
    phone = telephone(SECRETARY)
    phone.goto("queue")
    second = phone.context.new_page()
    second.goto(county.address + "/m/#/queue")
    second.fill("[name=pin]", "258013")
    second.click("form button.primary")
    second.wait_for_selector("#main > [data-screen=queue]")
    phone.signal(False)
    ids = phone.tell(6)
    second.wait_for_selector("ol.rows li:nth-child(6)")
    posted = county.line.count("POST", "/api/v1/records")
    phone.signal(True)
    second.wait_for_selector("text=都已送达")
    phone.page.wait_for_selector("text=都已送达")
    assert county.line.count("POST", "/api/v1/records") == posted + 1
    assert county.ask("SELECT count(*) FROM record WHERE id = ANY(%s::uuid[])", ids) == [(6,)]
