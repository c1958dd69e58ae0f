"""The lane of a post: a car with four without signal, people on foot, and a turn-back that comes in elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.browser import axe, faint
from tests.field.conftest import NewTelephone
from tests.field.county import County
from tests.field.telephone import Telephone

POST, GATE = "u134", "u135"
"""石磊 at 东河村口, 金波 at 南关口."""


class Lane:
    """The hand of a crew at the lane of its post."""

    def __init__(self, phone: Telephone) -> None:
        self.phone, self.page = phone, phone.page
        self.page.click(".often a.button:has-text('卡点登记')")
        self.page.wait_for_selector("#lane-plate, #lane-temperature-0")

    def lane(self, words: str) -> None:
        self.page.click(f"[data-field=lane] label:has-text('{words}')")

    def keys(self, *names: str) -> None:
        for name in names:
            self.page.click(f'.key[data-key="{name}"]')

    def plate(self) -> None:
        self.page.focus("#lane-plate")
        self.keys("云F", "1", "2", "3", "4", "5", "next")

    def person(self, at: int, name: str, *heat: str) -> None:
        self.page.fill(f"#lane-name-{at}", name)
        self.page.press(f"#lane-name-{at}", "Enter")
        self.page.focus(f"#lane-temperature-{at}")
        self.keys(*heat)

    def save(self) -> None:
        self.page.click("[data-act=save]")

    def decide(self, disposal: str) -> None:
        self.page.click("[data-act=otherwise]")
        self.page.click(f"[data-field=disposal] label:has-text('{disposal}')")
        self.save()

    def kept(self, n: int) -> None:
        self.page.wait_for_selector(f"text=已登 {n} 条")

    def waiting(self) -> list[dict[str, Any]]:
        return [row["payload"]["content"] for row in self.phone.run("return queue.waiting()")]


def told(county: County, form: str) -> list[dict[str, Any]]:
    rows = county.ask("SELECT content FROM record WHERE form = %s ORDER BY happened_at, id", form)
    return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]


def open_of(county: County, duty: str) -> int:
    asked = "SELECT count(*) FROM obligation o JOIN duty d ON d.id = o.duty_id WHERE d.key = %s AND o.met_at IS NULL"
    return int(county.ask(asked, duty)[0][0])


def test_a_car_with_four_without_signal_is_four_rows_that_arrive(county: County, telephone: NewTelephone) -> None:
    phone = telephone(POST)
    phone.send()
    phone.signal(False)
    lane = Lane(phone)
    lane.plate()
    lane.page.click("[data-field=seats] label:has-text('4')")
    for at, name in enumerate(("甲甲", "乙乙", "丙丙")):
        lane.person(at, name, "36.", "4")
    lane.save()
    lane.page.wait_for_selector("text=车上 4 人，只登了 3 人")
    assert phone.waits() == 0
    lane.person(3, "丁丁", "36.", "6")
    lane.save()
    lane.kept(4)
    rows = lane.waiting()
    assert {(row["plate"], row["occupants"]) for row in rows} == {("云F12345", 4)}
    assert len({row["passage"] for row in rows}) == 1
    assert [row["kept"] for row in rows] == ["own", "companion", "companion", "companion"]
    phone.signal(True)
    assert phone.send() == ""
    assert phone.waits() == 0 and phone.run("return (await queue.cameBack()).length") == 0
    assert len(told(county, "checkpoint_pass")) == 4


def test_a_turn_back_that_comes_in_at_another_post_is_on_its_list_at_once(
    county: County, telephone: NewTelephone
) -> None:
    post, gate = telephone(POST), telephone(GATE)
    for phone in (post, gate):
        phone.send()
    lane = Lane(post)
    lane.plate()
    lane.person(0, "劝返的人", "36.", "5")
    lane.decide("劝返")
    lane.kept(1)
    assert post.send() == ""
    lane = Lane(gate)
    lane.plate()
    lane.person(0, "劝返的人", "36.", "5")
    lane.save()
    lane.kept(1)
    assert gate.send() == ""
    gate.goto("today")
    line = "section.missed h3:has-text('劝返后从别处进入') + ul.owed a.line"
    gate.page.wait_for_selector(line)
    gate.page.click(line)
    gate.page.click("[data-field=outcome] label:has-text('再次劝返')")
    gate.page.click("[data-act=save]")
    gate.page.wait_for_selector("#main > [data-screen=today]")
    assert gate.send() == ""
    assert open_of(county, "turnback.came_in") == 0
    assert told(county, "came_in_settled") == [{"outcome": "turned_back"}]


def test_on_foot_a_fever_is_measured_twice_and_held(county: County, telephone: NewTelephone) -> None:
    phone = telephone(POST)
    phone.send()
    phone.signal(False)
    lane = Lane(phone)
    lane.lane("步行")
    lane.keys("36.", "5")
    lane.page.fill("#lane-name-0", "赶街的人")
    lane.save()
    lane.kept(1)
    lane.keys("38.", "2")
    lane.page.wait_for_selector("#lane-second-0:focus")
    lane.keys("37.", "8")
    lane.page.fill("#lane-name-0", "发热的人")
    lane.page.click("[data-field=disposal] label:has-text('放行')")
    lane.save()
    lane.kept(2)
    healthy, hot = lane.waiting()
    assert (healthy["disposal"], healthy["from_area"], healthy["unwell"]) == ("passed", False, False)
    assert (hot["temperature"], hot["second"], hot["disposal"]) == (38.2, 37.8, "held")
    assert "plate" not in hot and "occupants" not in hot


def test_a_number_alone_needs_its_eleven_digits(county: County, telephone: NewTelephone) -> None:
    phone = telephone(POST)
    phone.send()
    phone.signal(False)
    lane = Lane(phone)
    lane.lane("步行")
    lane.keys("36.", "5")
    lane.page.click("summary:has-text('手机、证件')")
    lane.page.click("details label:has-text('只留手机号')")
    lane.page.wait_for_selector("#lane-phone-0")
    lane.page.fill("#lane-phone-0", "154000")
    lane.save()
    lane.page.wait_for_selector("text=手机号要 11 位")
    lane.page.fill("#lane-phone-0", "15400000001")
    lane.save()
    lane.kept(1)
    (row,) = lane.waiting()
    assert (row["kept"], row["phone"], "name" in row) == ("phone_only", "15400000001", False)


def test_on_foot_one_registers_for_those_without_a_telephone(county: County, telephone: NewTelephone) -> None:
    """A grandmother and a child: two rows under one number, the child's by its companion; nobody is dropped unsaid."""
    phone = telephone(POST)
    phone.send()
    phone.signal(False)
    lane = Lane(phone)
    lane.lane("步行")
    lane.page.click("[data-field=seats] label:has-text('2')")
    lane.page.wait_for_selector("#lane-temperature-0:focus")
    lane.keys("36.", "5")
    lane.page.fill("#lane-name-0", "外婆")
    lane.save()
    lane.page.wait_for_selector("text=同行 2 人，只登了 1 人")
    assert phone.waits() == 0
    lane.page.wait_for_selector("#lane-temperature-1:focus")
    lane.keys("36.", "4")
    lane.page.fill("#lane-name-1", "外孙")
    lane.save()
    lane.kept(2)
    one, other = lane.waiting()
    assert [(row["name"], row["kept"], row["occupants"]) for row in (one, other)] == [
        ("外婆", "own", 2), ("外孙", "companion", 2),
    ]  # fmt: skip
    assert one["passage"] == other["passage"] and "plate" not in one
    phone.signal(True)
    assert phone.send() == "" and phone.run("return (await queue.cameBack()).length") == 0


def test_the_light_lane_keeps_a_number_and_stays_light(county: County, telephone: NewTelephone) -> None:
    """Temperature and eleven digits; the next one too; whoever goes along without a telephone is named."""
    phone = telephone(POST)
    phone.send()
    phone.signal(False)
    lane = Lane(phone)
    lane.lane("只留手机号")
    for last in ("2", "3"):
        lane.page.wait_for_selector("#lane-temperature-0:focus")
        lane.keys("36.", "5")
        lane.page.wait_for_selector("#lane-phone-0:focus")
        lane.keys(*"1540000000", last)
        lane.save()
        lane.kept(int(last) - 1)
    lane.page.click("[data-field=seats] label:has-text('2')")
    lane.keys("36.", "5", *"15400000004")
    lane.page.fill("#lane-temperature-1", "36.2")
    lane.page.fill("#lane-name-1", "同行的孩子")
    lane.save()
    lane.kept(4)
    assert [(row["kept"], "phone" in row, "name" in row) for row in lane.waiting()] == [
        ("phone_only", True, False), ("phone_only", True, False), ("phone_only", True, False),
        ("companion", False, True),
    ]  # fmt: skip


def test_where_the_lane_has_not_come_yet_the_plain_form_serves(county: County, telephone: NewTelephone) -> None:
    phone = telephone(POST)
    phone.send()
    phone.page.evaluate("""async () => { for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const one of await cache.keys()) if (one.url.includes("/screens/passage."))
            await cache.put(one, new Response("", { status: 404 })); } }""")
    phone.signal(False)
    phone.page.click(".often a.button:has-text('卡点登记')")
    phone.page.fill("[data-field=name] input", "先走的人")
    phone.page.fill("[data-field=temperature] input", "36.5")
    phone.page.click("[data-field=disposal] label:has-text('放行')")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("text=已登 1 条")
    assert phone.waits() == 1


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_lane_can_be_read_and_touched(county: County, telephone: NewTelephone, language: str) -> None:
    """Nothing for axe, contrast for sunlight, nothing under 48 px: the car, a decision, on foot, light."""
    phone = telephone(POST, language=language)
    phone.send()
    page = phone.page
    page.click(".often a[href*=checkpoint_pass]")
    page.wait_for_selector("#lane-plate")
    wrong: list[object] = []
    lanes = [f"[data-field=lane] label >> nth={n}" for n in (1, 2)]
    for step in ("[data-field=seats] label >> nth=2", ".key[data-key=next]", "[data-act=otherwise]", *lanes):
        wrong += [*axe(page), *faint(page), *phone.too_small()]
        page.click(step)
    wrong += [*axe(page), *faint(page), *phone.too_small()]
    assert wrong == []
