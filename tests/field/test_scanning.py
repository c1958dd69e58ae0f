"""The camera reads printed codes without signal, straight and as a hand holds it; any other code gets its sentence."""

from __future__ import annotations

from pathlib import Path

from tests.browser import axe
from tests.field.conftest import NewTelephone
from tests.field.county import County
from tests.field.film import STRAIGHT, Held, seeing
from tests.field.telephone import PIN, Telephone

SECRETARY = "u119"
ADDRESS = "http://bailu.example"
"""The address of the county's server as it was printed; a county may have moved since."""


def code_of(county: County, label: str) -> str:
    """What is printed at the door of a subject of this name."""
    ((number, area),) = county.ask("SELECT id, area_id FROM subject WHERE label = %s", label)
    county_digits = str(area)[:6]
    return f"{ADDRESS}/q/{county_digits}-{number}-{98 - int(f'{county_digits}{number}00') % 97:02d}"


READER_IS_HERE = """(await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).some(({ url }) => /jsQR/.test(url))))).some(Boolean)"""
ELSEWHERE = (
    ("https://yimen.example/q/530425-77-91", "别的县的码"),
    ("http://bailu.example/q/530499-77-91", "短码有误"),
    ("http://bailu.example/paper/530499-2002-0001/", "纸表的码"),
    ("http://bailu.example/m/#invite=530499-7K3M-Q9TA-2XHB", "本机已经启用"),
    ("https://pay.example/u/8814", "不是本系统的码"),
)


def before(phone: Telephone, text: str, folder: Path, held: Held = STRAIGHT) -> None:
    """It is opened anew without signal, held before this code."""
    phone.close()
    phone.devices = seeing(text, folder, held)
    phone.open("/m/#/scan", offline=True)
    phone.unlock()


def test_printed_codes_are_read_without_signal(county: County, telephone: NewTelephone, tmp_path: Path) -> None:
    """Straight, turned, tilted and blurred; those of another county and of other things get their sentence."""
    phone = telephone(SECRETARY)
    phone.send()
    phone.until(READER_IS_HERE)
    for label, held in (
        ("王建国家", STRAIGHT),
        ("王建国家", Held(turned=25, fills=0.6)),
        ("王建国家", Held(turned=-12, tilted=0.2, fills=0.6)),
        ("东河村口卡点", Held(turned=180, blurred=2.0)),
        ("东河村口卡点", Held(turned=8, tilted=0.15, blurred=1.2, fills=0.55)),
    ):
        before(phone, code_of(county, label), tmp_path, held)
        phone.page.wait_for_selector(f"#main > [data-screen=subject] h1:has-text('{label}')")
    for text, said in ELSEWHERE:
        before(phone, text, tmp_path)
        phone.page.wait_for_selector(f"#code-fault:has-text('{said}')")
        assert phone.page.is_visible("video"), "the camera goes on looking"
    assert [*axe(phone.page), *phone.too_small()] == []


def test_an_invitation_is_scanned_by_the_app_itself(county: County, telephone: NewTelephone, tmp_path: Path) -> None:
    """For who opened the app from the home screen: the code before the camera, and only the PIN is left to choose."""
    code = "530499-7K3M-Q9TA-2XHC"
    county.invite(SECRETARY, code)
    phone = telephone(devices=seeing(f"{county.address}/m/#invite={code}", tmp_path, Held(turned=-8, blurred=1.0)))
    phone.page.click("button:has-text('扫主管给的二维码')")
    phone.page.wait_for_selector("text=已读到邀请码")
    assert phone.page.locator("[name=username]").count() == 0
    for field in ("pin", "pin_again"):
        phone.page.fill(f"[name={field}]", PIN)
    phone.page.click("button:has-text('开始使用')")
    phone.page.wait_for_selector("#tabs:not([hidden])")


def test_an_invitation_of_another_server_is_said_to_be_one(telephone: NewTelephone, tmp_path: Path) -> None:
    phone = telephone(devices=seeing("https://yimen.example/m/#invite=530425-7K3M-Q9TA-2XHB", tmp_path))
    phone.page.click("button:has-text('扫主管给的二维码')")
    phone.page.wait_for_selector(".fault:has-text('另一个县的服务器')")
