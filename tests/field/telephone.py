"""A telephone with the field app: a browser of its own that can be closed and opened again, offline or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.browser import CHROMIUM
from tests.field.county import PASSWORD, County

PIN = "258013"
SIZE = {"width": 360, "height": 740}
MODULE = (
    """const at = (name) => import(document.querySelector(`link[rel=modulepreload][href*="/field/${name}."]`).href);"""
)
DAY = """
  const subjects = await store.all("subjects");
  const of = (kind) => subjects.filter((row) => row.kind === kind).map((row) => row.id);
  const [households, persons, posts, places] = ["household", "person", "post", "place"].map(of);
  const kinds = [
    ["household_check", households, { members: 3, present: 3 }],
    ["household_told", households, { channel: "visit" }],
    ["person_seen", persons, { state: "present" }],
    ["reading", persons, { temperature: 36.6 }],
    ["checkpoint_pass", posts, { name: "过路人", temperature: 36.4, direction: "in", disposal: "passed" }],
    ["corner_check", places, { dirty: 0 }],
  ];
  const ids = [];
  for (let at = 0; at < count; at += 1) {
    const [form, among, content] = kinds[at % kinds.length];
    const subject = among[Math.floor(at / kinds.length) % among.length];
    ids.push(await queue.add("record", { form, subject, content }));
  }
  return ids;
"""
LANE_IS_HERE = """(await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys())))
  .flat().some(({ url }) => url.includes("/screens/passage."))"""
"""The last part of the lane, which comes after the first load."""
SMALLEST = 48
TOO_SMALL = """(smallest) => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((one) => one.offsetParent)
  .map((one) => [one.closest("label") ?? one, one.outerHTML.slice(0, 80)])
  .map(([one, html]) => [html, one.getBoundingClientRect()])
  .filter(([, box]) => box.height < smallest - 0.5 || box.width < smallest - 0.5)
  .map(([html, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)"""
TOLD_WRONG = """const [person] = (await store.all("subjects")).filter((row) => row.kind === "person");
  return queue.add("record", { form: "reading", subject: person.id, content: { temperature: 98.6 } });"""


class Telephone:
    """One telephone of the county; `page` is the app when it is open."""

    def __init__(
        self, playwright: Any, county: County, folder: Path, language: str = "zh-CN", devices: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.playwright = playwright
        self.county = county
        self.folder = folder
        self.language = language
        self.devices = devices
        """What makes up its camera and microphone; without, it has none."""
        self.wrong: list[str] = []
        self.context: Any = None
        self.page: Any = None

    def open(self, place: str = "/m/", *, offline: bool = False, script: str = "") -> None:
        """Start the browser, go to the app and wait for its first screen."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=str(CHROMIUM), args=["--no-sandbox", *self.devices], viewport=SIZE,
            locale=self.language,
        )  # fmt: skip
        if script:
            self.context.add_init_script(script)
        self.signal(not offline)
        self.page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(self.county.address + place)
        self.page.wait_for_selector("#main > [data-screen]")

    def close(self) -> None:
        """The browser is ended; what it has on disk stays."""
        if self.context is not None:
            self.context.close()
        self.context = None

    def signal(self, there: bool) -> None:
        """Whether there is any."""
        self.context.set_offline(not there)

    def enrol(self, username: str, *, name: str = "测试手机") -> None:
        """A new device, by name and password; the app is then at its first screen, and its files are all here."""
        given = {"username": username, "password": PASSWORD, "device_name": name, "pin": PIN, "pin_again": PIN}
        for field, value in given.items():
            self.page.fill(f"[name={field}]", value)
        self.page.click("form button.primary")
        self.page.wait_for_selector("#tabs:not([hidden])")
        self.until("navigator.serviceWorker.controller")
        self.until(LANE_IS_HERE)
        self.settled()

    def unlock(self, pin: str = PIN) -> None:
        """By the PIN."""
        self.page.fill("[name=pin]", pin)
        self.page.click("form button.primary")
        self.page.wait_for_selector("#main > [data-screen]:not([data-screen=lock])")

    def run(self, script: str, **facts: object) -> Any:
        """Run the body of a function that has `store`, `queue`, `sync`, `clock` and the facts by their names."""
        names = ", ".join(facts)
        whole = f"""async (facts) => {{ const {{ {names} }} = facts; {MODULE}
            const [store, queue, sync, {{ clock }}] = await Promise.all(["store", "queue", "sync", "clock"].map(at));
            {script} }}"""
        return self.page.evaluate(whole, facts)

    def too_small(self) -> list[str]:
        """What on the screen is too small to be touched with gloves."""
        return list(self.page.evaluate(TOO_SMALL, SMALLEST))

    def tell(self, count: int) -> list[str]:
        """So many records of six kinds; gives their ids."""
        found: list[str] = self.run(DAY, count=count)
        return found

    def settled(self) -> str:
        """Once no sync is running: how the last one went, "" when well."""
        return str(
            self.run("while (sync.state.busy) await new Promise((go) => setTimeout(go, 20)); return sync.state.trouble")
        )

    def send(self) -> str:
        """As by "send now"; how it went."""
        self.settled()
        self.run("await sync.run()")
        return self.settled()

    def waits(self) -> int:
        """How many rows wait to be sent."""
        return int(self.run("return store.count('queue')"))

    def goto(self, screen: str) -> None:
        """To a screen by its name, and wait until it is shown."""
        self.page.evaluate("(hash) => { location.hash = hash }", f"#/{screen}")
        self.page.wait_for_selector(f"#main > [data-screen={screen}]")

    def until(self, condition: str) -> None:
        """Until an expression of the page is true. (Playwright's own waiting needs an eval, which the page forbids.)"""
        self.page.evaluate(f"async () => {{ while (!({condition})) await new Promise((go) => setTimeout(go, 20)); }}")
