"""What a record costs whoever tells it: taps and keys on a screen of 360 px, counted; and what nobody has to type.

Writes `build/burden.md`. `docs/reference/burden.md` is a copy of it; the counts in the two must agree, the seconds are
those of the run that wrote the copy and are compared with nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sibulou.duty.form import Form
from sibulou.duty.plan import Plan, load_plan
from sibulou.plans import shipped
from tests.field.conftest import NewTelephone
from tests.field.county import County
from tests.field.telephone import Telephone

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "burden.md"
TAP, KEY = 1.1, 0.28
"""Seconds for a tap and a key by the keystroke-level model (Card, Moran, Newell, 1980): to point, and to press."""
COUNT = """document.addEventListener("pointerdown", (event) => {
    if (!event.isTrusted) return;
    const kind = event.target.closest(".key") ? "keys" : "taps";
    window.burden[kind] += 1;
  }, true);
  document.addEventListener("keydown", (event) => { if (event.isTrusted) window.burden.keys += 1; }, true);
  window.burden = { taps: 0, keys: 0 };"""

OF_EVERY = ("serial", "form", "plan and version", "duty met", "subject", "area", "township", "county", "happened at",
            "told at", "received at", "told by", "role", "device", "answers to")  # fmt: skip
"""The columns of a record that are filled without anybody: what a paper ledger heads its rows and sheets with."""
OF_KIND = {
    "household": ("number of the household", "address"),
    "person": ("number of the household", "address", "household", "relation", "year of birth", "end of the number"),
    "post": ("kind of post",),
    "place": ("kind of place",),
    "branch": (),
    "shift": (),
    "institution": ("kind of institution",),
    "area": ("level",),
}


@dataclass
class Cost:
    """One kind of record as it was told once."""

    zh: str
    en: str
    form: str = ""
    taps: int = 0
    keys: int = 0
    seconds: float = 0.0
    content: dict[str, Any] = field(default_factory=dict)
    drafted: int = 0

    @property
    def by_hand(self) -> float:
        return self.taps * TAP + self.keys * KEY


def load() -> Plan:
    path = shipped()["covid19-2020"]
    return load_plan(path.read_text(encoding="utf-8"), file=path.name)


def own_columns(form: Form) -> int:
    return len(OF_EVERY) + len(OF_KIND[form.kind])


def must_type(form: Form) -> int:
    """The answers that are always asked for and have no draft."""
    return sum(1 for one in form.fields if one.required and one.show_when is None and one.fill is None)


LONGER = ("cannot: in hospital", "a new family of three")
"""No answer to a question: a reason to be weighed, a family with its names."""

LOOK = 15_000
"""Milliseconds to wait for something on the screen."""


class Hand:
    """Somebody with a telephone; what he touches is counted, and what he told is looked at."""

    def __init__(self, phone: Telephone) -> None:
        self.phone, self.page = phone, phone.page
        self.page.set_default_timeout(LOOK)

    def tap(self, what: str) -> None:
        self.page.locator(what).first.click()

    def keys(self, *names: str) -> None:
        for name in names:
            self.tap(f'.key[data-key="{name}"]')

    def letters(self, text: str) -> None:
        """By the system's keyboard; Chinese as pinyin, a letter a key."""
        for letter in text:
            self.page.keyboard.press(letter)

    def save(self) -> None:
        self.tap("[data-act=save]")

    @contextmanager
    def telling(self, cost: Cost) -> Iterator[None]:
        """Counts what is done inside, and takes over what was told."""
        self.page.evaluate("() => { window.burden = { taps: 0, keys: 0 } }")
        before = set(self.phone.run("return (await queue.waiting()).map((row) => row.id)"))
        began = time.monotonic()
        yield
        row = self._told(before)
        cost.seconds = time.monotonic() - began
        cost.taps, cost.keys = self.page.evaluate("() => [window.burden.taps, window.burden.keys]")
        cost.form, cost.content = row.get("form", ""), row.get("content", {})

    def _told(self, before: set[str]) -> dict[str, Any]:
        for _ in range(2000):
            rows = self.phone.run("return queue.waiting()")
            if fresh := [row for row in rows if row["id"] not in before]:
                payload: dict[str, Any] = fresh[0]["payload"]
                return payload
            time.sleep(0.02)
        raise AssertionError("nothing was told")


Hands = Callable[[str], Hand]


@pytest.fixture
def hand(telephone: NewTelephone) -> Hands:
    """Gives somebody whose telephone has everything and no signal, so that what he tells can be looked at."""

    def new(username: str) -> Hand:
        phone = telephone(username, script=COUNT)
        phone.send()
        phone.page.wait_for_selector("#main .owed li, #main .message")
        phone.signal(False)
        return Hand(phone)

    return new


WATCHED = """const [one] = (await store.all("subjects")).filter((row) => row.label === "杨志强");
  const content = { state: "returned", origin: "wuhan" };
  await queue.add("record", { form: "person_seen", subject: one.id, content });"""
LAST_ROUND = """const rows = (await store.all("obligations")).filter((row) => row.duty === "household.recheck");
  const { duty, subject } = rows[0];
  const told = { form: "household_check", happened_at: "2020-01-01T00:00:00Z", content: { members: 3, present: 2 } };
  await store.put("answers", [{ id: `${duty} ${subject}`, duty, subject, ...told }]);"""


def journeys(hand: Hands) -> Iterator[Cost]:
    """Every kind of record, told once by whoever tells it; the counts are in the order of the page."""
    secretary = hand("u119")
    secretary.phone.signal(True)
    secretary.phone.run(WATCHED)
    secretary.phone.send()
    yield from _group_head(hand("u126"))
    yield from _guard(hand("u132"))
    yield from _post(hand("u134"))
    yield from _pharmacy(hand("u136"))


def _line(duty: str) -> str:
    """The first line under a duty's title that the day's list shows."""
    return f"h3:has-text('{duty}') + ul.owed a.line"


def _group_head(one: Hand) -> Iterator[Cost]:
    one.phone.run(LAST_ROUND)
    with one.telling(unchanged := Cost("入户复查，无变化", "household check, no change")):
        one.tap("details.ahead summary") if one.page.locator("details.ahead:not([open])").count() else None
        one.page.evaluate("() => { window.burden = { taps: 0, keys: 0 } }")
        one.tap("button.tap:has-text('无变化')")
    yield unchanged
    with one.telling(seen := Cost("见到本人：在家", "person seen, at home")):
        one.tap(_line("见到本人"))
        one.tap("[data-field=state] label:has-text('在家')")
        one.save()
    yield seen
    with one.telling(told := Cost("通告送达", "notice delivered")):
        one.tap(_line("通告到户"))
        one.tap("[data-field=channel] label:has-text('上门')")
        one.save()
    yield told
    with one.telling(check := Cost("首轮入户排查", "first check of a household")):
        one.tap(_line("首轮入户排查"))
        one.page.wait_for_selector(".pad:not([hidden])")
        one.keys("2")
        one.save()
    check.drafted = 1
    yield check
    with one.telling(cannot := Cost("办不了：住院", "cannot: in hospital")):
        one.tap(_line("老人上门宣讲"))
        one.tap("a.button:has-text('办不了')")
        one.tap("label:has-text('住院')")
        one.tap("button.primary")
    yield cannot
    one.tap("[data-tab=search]")
    with one.telling(family := Cost("新来的一家三口", "a new family of three")):
        one.page.wait_for_selector("#search")
        one.tap("#search")
        one.letters("madafu")
        one.tap("a.button:has-text('登记新的一户')")
        one.page.wait_for_selector("#address")
        one.tap("#address")
        one.letters("shangba3hao")
        for number, (name, relation) in enumerate((("libingmei", "10"), ("maxiaoyu", "20")), 1):
            one.tap("button:has-text('再加一人')")
            one.letters(name)
            one.tap(f"label:has([name=person-{number}-relation][value='{relation}'])")
        one.tap("button.primary")
    yield family


def _guard(one: Hand) -> Iterator[Cost]:
    for zh, en, keys, cough in (
        ("体温监测", "health reading", ("3", "6", "5"), False),
        ("体温监测，咳嗽", "health reading, with a cough", ("37.", "8"), True),
    ):
        with one.telling(reading := Cost(zh, en)):
            one.tap(".often a.button:has-text('体温与健康监测')")
            one.page.wait_for_selector(".pad:not([hidden])")
            one.keys(*keys)
            if cough:
                one.tap("[data-field=symptoms] label:has-text('咳嗽')")
            one.save()
        yield reading
        one.tap("[data-tab=today]")


def _car(one: Hand) -> None:
    """Plate, name, temperature: the rest stands there."""
    one.page.wait_for_selector(".pad[data-keys=plate]:not([hidden])")
    one.keys("云F", "1", "2", "3", "4", "5", "next")
    one.letters("wangwu")
    one.page.keyboard.press("Enter")
    one.page.wait_for_selector(".pad[data-keys=numbers]:not([hidden])")
    one.keys("36.", "4")


def _post(one: Hand) -> Iterator[Cost]:
    with one.telling(first := Cost("卡点登记，第一辆", "passage, the first vehicle")):
        one.tap(".often a.button:has-text('卡点登记')")
        _car(one)
        one.save()
    first.drafted = len(first.content) - 3
    yield first
    one.page.wait_for_selector("text=已登 1 条")
    with one.telling(known := Cost("卡点登记，来过的车", "passage, a vehicle that was here before")):
        one.page.wait_for_selector(".pad[data-keys=plate]:not([hidden])")
        one.keys("云F", "1", "2", "3", "4", "5", "next", "36.", "4")
        one.save()
    known.drafted = len(known.content) - 2
    yield known
    one.page.wait_for_selector("text=已登 2 条")
    yield from _on_foot(one)
    one.tap("[data-tab=today]")
    with one.telling(count := Cost("时段通行计数", "count of passages")):
        one.tap(".often a.button:has-text('时段通行计数')")
        one.page.wait_for_selector(".pad:not([hidden])")
        one.keys("4", "2", "next", "9", "7", "next")
        one.save()
    yield count
    one.tap("[data-tab=today]")
    with one.telling(handover := Cost("交接班", "hand-over of a shift")):
        one.tap(".often a.button:has-text('交接班')")
        one.tap("#field-to")
        one.letters("jinbo")
        one.save()
    handover.drafted = 1
    yield handover


def _on_foot(one: Hand) -> Iterator[Cost]:
    """The temperature, then who it is: by the name, or by one tap on whoever passes here often."""
    one.tap("[data-field=lane] label:has-text('步行')")
    for zh, en, regular in (
        ("卡点登记，步行", "passage on foot", False),
        ("卡点登记，常过的人", "passage of somebody who passes often", True),
    ):
        with one.telling(foot := Cost(zh, en)):
            one.page.wait_for_selector(".pad[data-keys=numbers]:not([hidden])")
            one.keys("36.", "5")
            if regular:
                one.tap("[data-regular=wangwu]")
            else:
                one.letters("wangwu")
                one.save()
        foot.drafted = len(foot.content) - (1 if regular else 2)
        yield foot
        one.page.wait_for_selector(f"text=已登 {4 if regular else 3} 条")


def _pharmacy(one: Hand) -> Iterator[Cost]:
    with one.telling(zero := Cost("药店零报告", "pharmacy, nothing sold")):
        one.tap("button.tap:has-text('零报告')")
    yield zero
    with one.telling(sales := Cost("药店日报", "pharmacy's day")):
        one.tap(".often a.button:has-text('药店日登记')")
        one.page.wait_for_selector(".pad:not([hidden])")
        one.keys("1", "7")
        one.save()
    yield sales


def test_what_each_record_costs(county: County, hand: Hands) -> None:
    costs = list(journeys(hand))
    plan = load()
    page = written(costs, plan)
    out = ROOT / "build" / "burden.md"
    out.parent.mkdir(exist_ok=True)
    out.write_text(page, encoding="utf-8")

    by_name = {cost.en: cost for cost in costs}
    for name in ("household check, no change", "pharmacy, nothing sold"):
        assert (by_name[name].taps, by_name[name].keys) == (1, 0), name
    for cost in costs:
        if cost.en not in LONGER:
            assert cost.taps <= 3, cost.en
            assert cost.by_hand < 10, cost.en
    for name in ("passage on foot", "passage of somebody who passes often"):
        assert by_name[name].by_hand < 4, name
    assert by_name["passage of somebody who passes often"].taps == 1
    for cost in costs:
        if cost.form:
            assert filled(cost, plan) >= 0.8, (cost.en, filled(cost, plan))
    assert counts(page) == counts(PAGE.read_text(encoding="utf-8")), "copy build/burden.md to docs/reference/"


def counts(page: str) -> str:
    """The page without the seconds of a run."""
    return re.sub(r"\d+\.\d\d s", "… s", page)


def filled(cost: Cost, plan: Plan) -> float:
    """The share of the answered columns that nobody typed."""
    form = plan.forms[cost.form]
    own, answered = own_columns(form), len(cost.content)
    return (own + (answered if cost.taps == 1 and not cost.keys else cost.drafted)) / (own + answered)


def written(costs: list[Cost], plan: Plan) -> str:
    return (Path(__file__).parent / "burden.md").read_text(encoding="utf-8").format(
        tap=TAP, key=KEY, every=len(OF_EVERY), names=", ".join(OF_EVERY),
        kinds="; ".join(f"{kind}: {', '.join(more)}" for kind, more in OF_KIND.items() if more),
        costs="\n".join(_cost_row(cost, plan) for cost in costs),
        forms="\n".join(_form_row(form) for form in plan.forms.values()),
        share=f"{_whole_share(plan):.0%}",
    )  # fmt: skip


def _cost_row(cost: Cost, plan: Plan) -> str:
    share = f"{filled(cost, plan):.0%}" if cost.form else ""
    return (
        f"| {cost.zh} | {cost.en} | {cost.taps} | {cost.keys} | {cost.by_hand:.1f} | {cost.seconds:.2f} s | {share} |"
    )


def _form_row(form: Form) -> str:
    own, asked = own_columns(form), len(form.fields)
    must = must_type(form)
    share = 1 - must / (own + asked)
    return f"| {form.title.zh} | {form.title.en} | {own + asked} | {asked} | {must} | {share:.0%} |"


def _whole_share(plan: Plan) -> float:
    """Over all columns of all forms."""
    columns = sum(own_columns(form) + len(form.fields) for form in plan.forms.values())
    return 1 - sum(must_type(form) for form in plan.forms.values()) / columns
