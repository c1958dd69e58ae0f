"""The screens a round is made with: nothing for axe, nothing too small to touch, and back where one came from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import axe, faint
from tests.field.conftest import NewTelephone
from tests.field.county import County
from tests.field.telephone import TOLD_WRONG, Telephone

LOCK = """() => import(document.querySelector('link[href*="/field/bus."]').href).then((bus) => bus.tell("lock"))"""
GROUP_HEAD, POST_HEAD = "u126", "u134"


def ready(phone: Telephone) -> Telephone:
    """With everything on the telephone, and no signal from here on."""
    phone.send()
    phone.page.wait_for_selector("#main .owed li")
    phone.signal(False)
    return phone


def number_of(phone: Telephone, label: str) -> str:
    """The number of a subject by its name."""
    script = "return String((await store.all('subjects')).find((row) => row.label === label).id)"
    return str(phone.run(script, label=label))


def go(phone: Telephone, screen: str, *parts: str) -> None:
    phone.page.evaluate("(hash) => { location.hash = hash }", "#/" + "/".join((screen, *parts)))
    phone.page.wait_for_selector(f"#main > [data-screen={screen}]")


def round_of_a_group_head(phone: Telephone) -> Iterator[str]:
    yield "today"
    home = number_of(phone, "王建国家")
    go(phone, "record", "household_check", home)
    phone.page.wait_for_selector(".pad:not([hidden])")
    yield "a form with drafts and the number pad"
    phone.page.fill("#field-members", "61")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector(".wrong .fault:not(:empty)")
    yield "a form with faults"
    go(phone, "record", "person_seen", number_of(phone, "王建国"))
    phone.page.click("[data-field=state] label:nth-child(3)")
    yield "a form with dates and choices"
    go(phone, "today")
    phone.page.click(".missed a.line")
    phone.page.wait_for_selector("#main > [data-screen=record]")
    phone.page.click("a.button[href^='#/excuse']")
    phone.page.wait_for_selector("#main > [data-screen=excuse]")
    yield "cannot, because"
    go(phone, "subject", home)
    yield "a household"
    go(phone, "search")
    phone.page.fill("#search", "王")
    phone.page.wait_for_selector(".owed li")
    yield "search"
    phone.page.click(".add a")
    phone.page.wait_for_selector("#main > [data-screen=family]")
    phone.page.click("details.more summary")
    yield "a family"
    go(phone, "scan")
    phone.page.wait_for_selector("video[hidden]", state="attached")
    yield "a code, with no camera"


def shift_at_a_post(phone: Telephone) -> Iterator[str]:
    go(phone, "record", "checkpoint_pass", number_of(phone, "东河村口卡点"))
    phone.page.wait_for_selector(".pad[data-keys=plate]:not([hidden])")
    yield "the plate keys"
    first, second = phone.page.locator(".pad .key").all()[:2]
    assert (first.text_content(), second.text_content()) == ("云F", "云A")
    first.click()
    yield "the signs of a plate"
    for key in "1234":
        phone.page.click(f".key[data-key='{key}']")
    yield "the signs that end a plate"
    phone.page.focus("#lane-temperature-0")
    phone.page.wait_for_selector(".pad[data-keys=numbers] .likely")
    yield "the likely temperatures"
    field, pad = (phone.page.locator(one).bounding_box() for one in ("#lane-temperature-0", ".pad"))
    assert 0 < field["y"] < field["y"] + field["height"] <= pad["y"], "what is typed stands above the keys"


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_every_screen_of_a_round_can_be_read_and_touched(telephone: NewTelephone, language: str) -> None:
    wrong: list[object] = []
    for username, screens in ((GROUP_HEAD, round_of_a_group_head), (POST_HEAD, shift_at_a_post)):
        phone = ready(telephone(username, language=language))
        for name in screens(phone):
            for width in (360, 1280):
                phone.page.set_viewport_size({"width": width, "height": 740})
                assert phone.page.evaluate("document.documentElement.scrollWidth") <= width, name
                wrong += [(name, width, *one) for one in (*axe(phone.page), *faint(phone.page))]
                wrong += [(name, width, one) for one in phone.too_small()]
            phone.page.set_viewport_size({"width": 360, "height": 740})
    assert wrong == []


def test_one_tap_is_taken_back_and_the_obligation_stands_again(county: County, telephone: NewTelephone) -> None:
    """The record was written first; taking it back is a second record that withdraws it, and both arrive."""
    phone = ready(telephone("u136"))
    phone.page.click("button.tap:has-text('零报告')")
    phone.page.wait_for_selector("li.told", state="attached")
    phone.page.click("#toast button")
    phone.page.wait_for_selector("li.told", state="detached")
    phone.page.wait_for_selector("button.tap:has-text('零报告')")
    told = phone.run("return (await queue.waiting()).map((row) => [row.id, row.payload.withdraws ?? false])")
    assert [withdraws for _, withdraws in told] == [False, True]
    phone.signal(True)
    phone.send()
    rows = county.ask("SELECT withdraws FROM record WHERE id = ANY(%s::uuid[]) ORDER BY id", [one for one, _ in told])
    assert rows == [(False,), (True,)]


def test_what_is_owed_only_later_is_said_to_be_so_and_can_be_told_now(telephone: NewTelephone) -> None:
    """It is kept and closes nothing yet, and that stands there before anybody saves; nobody is told that it is over."""
    phone = ready(telephone(GROUP_HEAD))
    number, subject = phone.run(
        """const row = (await store.all("obligations")).find((one) => one.duty === "household.recheck");
           const later = (hours) => new Date(clock.now().getTime() + hours * 3600e3).toISOString();
           await store.put("obligations", [{ ...row, opened_at: later(2), warn_at: later(3), due_at: later(4),
             tell_at: later(5), until_at: later(6) }]);
           return [String(row.id), String(row.subject)];"""
    )
    go(phone, "record", "household_check", subject, number)
    phone.page.wait_for_selector("[data-ahead]")
    assert "不能办结这一项" in phone.page.inner_text("[data-ahead]")
    assert "已经过了" not in phone.page.inner_text("#main")
    for field, value in {"members": "3", "present": "3"}.items():
        phone.page.fill(f"#field-{field}", value)
    before = phone.waits()
    phone.page.click("[data-act=save]")
    phone.until("document.querySelector('#main > [data-screen=today]')")
    assert phone.waits() == before + 1


def test_a_draft_is_shown_as_one_and_told_only_with_the_form(telephone: NewTelephone) -> None:
    phone = ready(telephone(GROUP_HEAD))
    go(phone, "record", "household_check", number_of(phone, "张德福家"))
    assert phone.page.input_value("#field-members") == "3"
    assert phone.page.is_visible("[data-field=members] .draft-note")
    assert phone.page.is_hidden("[data-field=present] .draft-note")
    assert phone.waits() == 0
    phone.page.fill("#field-members", "4")
    assert phone.page.is_hidden("[data-field=members] .draft-note")


def test_what_was_typed_is_there_again_after_the_lock(telephone: NewTelephone) -> None:
    phone = ready(telephone(GROUP_HEAD))
    home = number_of(phone, "张德福家")
    go(phone, "record", "household_check", home)
    phone.page.fill("#field-present", "2")
    phone.page.evaluate(
        "() => import(document.querySelector('link[href*=\"/field/bus.\"]').href).then((bus) => bus.tell('lock'))"
    )
    phone.page.wait_for_selector("[name=pin]")
    phone.unlock()
    go(phone, "record", "household_check", home)
    assert phone.page.input_value("#field-present") == "2"


def test_the_back_button_leads_where_one_was(telephone: NewTelephone) -> None:
    phone = ready(telephone(GROUP_HEAD))
    phone.page.click("[data-tab=search]")
    phone.page.fill("#search", "张伟")
    phone.page.click(".owed a.line")
    phone.page.wait_for_selector("#main > [data-screen=subject]")
    phone.page.go_back()
    phone.page.wait_for_selector("#main > [data-screen=search]")
    assert phone.page.input_value("#search") == "张伟"


def test_a_family_is_searched_for_first_and_entered_at_once(county: County, telephone: NewTelephone) -> None:
    phone = ready(telephone(GROUP_HEAD))
    phone.page.evaluate("() => { location.hash = '#/family' }")
    phone.page.wait_for_selector("#main > [data-screen=search]")
    phone.page.fill("#search", "马小雨")
    phone.page.click(".add a")
    phone.page.fill("#address", "上坝 3 号")
    phone.page.click("button:has-text('再加一人')")
    phone.page.fill("#person-1-name", "王建国")
    assert phone.page.is_visible("#person-1-name + .listed a"), "somebody of that name is listed already"
    phone.page.click("button.primary")
    phone.page.wait_for_selector("#main > [data-screen=search]")
    phone.signal(True)
    assert phone.send() == ""
    assert phone.run("return (await queue.cameBack()).length") == 0
    assert county.ask("SELECT count(*) FROM subject WHERE label = %s", "马小雨") == [(1,)]


def test_a_code_of_another_county_is_said_to_be_one(telephone: NewTelephone) -> None:
    phone = ready(telephone(GROUP_HEAD))
    go(phone, "scan")
    for typed, said in (("/q/530425-77-91", "别的县"), ("12345-00", "短码有误"), ("hello", "不是本系统的码")):
        phone.page.fill("#code", typed)
        phone.page.click("button.primary")
        assert said in phone.page.inner_text("#code-fault")
    number = number_of(phone, "王建国家")
    code = f"{number}-{98 - int(f'530499{number}00') % 97:02d}"
    phone.page.fill("#code", code)
    phone.page.click("button.primary")
    phone.page.wait_for_selector("#main > [data-screen=subject] h1:has-text('王建国家')")


SWIPE = """() => {
  const line = [...document.querySelectorAll("li.swipes")].find((one) => one.textContent.includes("零报告"));
  const { left, top, height } = line.getBoundingClientRect();
  const y = top + height / 2;
  const send = (type, x) => line.querySelector("a.line").dispatchEvent(
    new PointerEvent(type, { bubbles: true, pointerType: "touch", clientX: left + x, clientY: y }));
  send("pointerdown", 20);
  [60, 100, 140].forEach((x) => send("pointermove", x));
  send("pointerup", 140);
}"""


def test_a_swipe_to_the_right_tells_what_the_button_tells(telephone: NewTelephone) -> None:
    phone = ready(telephone("u136"))
    phone.page.evaluate(SWIPE)
    phone.page.wait_for_selector("li.told", state="attached")
    told = phone.run("return (await queue.waiting()).map((row) => row.payload.content)")
    assert told == [{"sales": 0}]


def test_what_came_back_is_mended_in_its_own_form(county: County, telephone: NewTelephone) -> None:
    """A reading the server refused opens as it was filled; the same sentence stands beside the field until it fits."""
    phone = telephone("u119")
    phone.run(TOLD_WRONG)
    phone.send()
    phone.goto("queue")
    phone.page.click("a.button:has-text('改正重报')")
    phone.page.wait_for_selector("#main > [data-screen=mend]")
    assert phone.page.input_value("#field-temperature") == "98.6"
    phone.page.click("[data-act=save]")
    assert "34 到 43" in phone.page.inner_text("#field-temperature-fault")
    phone.page.fill("#field-temperature", "36.8")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    assert phone.send() == ""
    assert phone.run("return (await queue.cameBack()).length") == 0
    assert county.ask("SELECT count(*) FROM record WHERE content->>'temperature' = '36.8'") == [(1,)]
