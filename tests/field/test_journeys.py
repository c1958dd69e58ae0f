"""Nothing told on a telephone is lost or counted twice, whatever the signal, the server, the clock or the app does."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from tests.field.conftest import NewTelephone
from tests.field.county import PASSWORD, County, Passing
from tests.field.telephone import PIN, Telephone

SECRETARY = "u119"
"""梁红, secretary of 东河: all of the village is hers to tell of."""
SIX_HOURS = 6 * 3600
STATIC = Path(__file__).resolve().parents[2] / "sibulou" / "web" / "static"


def arrived(county: County, ids: list[str]) -> int:
    """How many of these are on record; the id is unique there."""
    return int(county.ask("SELECT count(*) FROM record WHERE id = ANY(%s::uuid[])", ids)[0][0])


def refused(county: County, ids: list[str]) -> int:
    return int(county.ask("SELECT count(*) FROM refusal WHERE record_id = ANY(%s)", ids)[0][0])


def all_once(county: County, phone: Telephone, ids: list[str]) -> None:
    """Each is on record, none came back, nothing waits."""
    assert len(set(ids)) == len(ids)
    assert (arrived(county, ids), refused(county, ids)) == (len(ids), 0)
    assert phone.waits() == 0
    assert phone.run("return (await queue.cameBack()).length") == 0


def test_a_village_day_without_signal_arrives_once(county: County, telephone: NewTelephone) -> None:
    """Installed with signal; 40 records of 6 kinds without; the browser is closed and opened cold, still without."""
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(25)
    assert phone.page.inner_text("#told") == "25 条未发送"
    phone.close()

    phone.open(offline=True)
    assert phone.page.inner_text("h1") == "已锁定"
    assert "25 条未发送" in phone.page.inner_text("#main")
    phone.unlock()
    ids += phone.tell(15)
    phone.goto("queue")
    phone.page.wait_for_selector("text=现在没有信号")
    assert phone.page.locator("ol.rows li").count() == 40
    phone.close()

    phone.open(offline=True)
    phone.unlock()
    assert phone.waits() == 40
    phone.signal(True)
    phone.goto("queue")
    phone.page.wait_for_selector("text=都已送达")
    all_once(county, phone, ids)
    kinds = county.ask("SELECT count(DISTINCT form) FROM record WHERE id = ANY(%s::uuid[])", ids)
    assert kinds == [(6,)]


def test_the_line_breaks_in_the_middle_of_an_upload(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(40)

    def half_way(passing: Passing) -> bool:
        if not passing.path.startswith("/api/v1/records"):
            return False
        passing.rfile.read(passing.upload // 2)
        passing.cut()
        return True

    with county.line.disturbed(half_way):
        phone.signal(True)
        assert phone.send() == "offline"
    assert (phone.waits(), arrived(county, ids)) == (40, 0)
    assert phone.send() == ""
    all_once(county, phone, ids)


def test_the_server_dies_after_it_committed_and_before_it_answered(county: County, telephone: NewTelephone) -> None:
    """The telephone cannot know; it sends again, and the server knows each record."""
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(40)
    died = threading.Event()

    def swallow(passing: Passing) -> bool:
        if died.is_set() or not passing.path.startswith("/api/v1/records"):
            return False
        passing.body = passing.rfile.read(passing.upload)
        status, _, _ = passing.forward()
        assert status == 200
        county.stop()
        died.set()
        passing.cut()
        return True

    with county.line.disturbed(swallow):
        phone.signal(True)
        assert phone.send() in ("offline", "busy")
        died.wait(30)
    assert (phone.waits(), arrived(county, ids)) == (40, 40)
    county.start()
    phone.run("sync.state.until = 0")
    assert phone.send() == ""
    all_once(county, phone, ids)


def test_a_token_that_ran_out_asks_for_the_password_and_keeps_everything(
    county: County, telephone: NewTelephone
) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(12)
    device = phone.run("return (await store.get('meta', 'me')).device.id")
    county.ask("UPDATE field_device SET expires_at = now() - interval '1 day' WHERE id = %s RETURNING 1", device)
    phone.signal(True)
    assert phone.send() == "sign-in"
    assert "登录已到期" in phone.page.inner_text("#notice")
    assert (phone.waits(), arrived(county, ids)) == (12, 0)
    phone.page.click("#notice a")
    phone.page.wait_for_selector("#main > [data-screen=renew]")
    assert "12 条未发送" in phone.page.inner_text("#main")
    sign_in(phone)
    phone.page.wait_for_selector("text=都已送达")
    all_once(county, phone, ids)
    assert device == phone.run("return (await store.get('meta', 'me')).device.id")


def sign_in(phone: Telephone, **more: str) -> None:
    """Name and password on the screen that asks for them again."""
    for field, value in {"username": SECRETARY, "password": PASSWORD, **more}.items():
        phone.page.fill(f"[name={field}]", value)
    phone.page.click("form button.primary")
    phone.page.wait_for_selector("#main > [data-screen=queue]")


def test_a_full_telephone_says_so_and_keeps_what_it_had(county: County, telephone: NewTelephone) -> None:
    """What does not fit is not called kept; what was kept stays and is sent."""
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(6)
    phone.close()
    phone.open(offline=True)
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": county.address, "quotaSize": 1})
    phone.unlock()
    said = phone.run(
        """const bytes = new Uint8Array(500000);
           try { await queue.attach(bytes, "image/jpeg"); return "kept"; }
           catch (error) { return error instanceof store.Full ? "full" : String(error); }"""
    )
    assert said == "full"
    assert phone.waits() == 6
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": county.address})
    phone.signal(True)
    assert phone.send() == ""
    all_once(county, phone, ids)


def test_a_form_on_a_full_telephone_keeps_what_was_typed(county: County, telephone: NewTelephone) -> None:
    """The sentence says that it was not kept; with room again, the same form is kept, once."""
    phone = telephone(SECRETARY)
    place = phone.run("return (await store.all('subjects')).find((row) => row.kind === 'place').id")
    phone.close()
    phone.open(f"/m/#/record/corner_check/{place}", offline=True)
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": county.address, "quotaSize": 1})
    phone.unlock()
    phone.page.wait_for_selector("[data-act=save]")
    phone.page.locator("#main [inputmode]").first.click()
    phone.page.keyboard.type("7")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#toast:has-text('手机存储已满')")
    assert phone.waits() == 0
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": county.address})
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    phone.signal(True)
    phone.send()
    told = (
        "SELECT count(*), max(content->>'dirty') FROM record WHERE form = 'corner_check' AND (content->>'dirty') = '7'"
    )
    assert county.ask(told) == [(1, "7")]


def test_two_telephones_of_one_guard(county: County, telephone: NewTelephone) -> None:
    """Both tell of the same people; all of it counts, and each learns what the other told."""
    first, second = telephone(SECRETARY), telephone(SECRETARY)
    for phone in (first, second):
        phone.signal(False)
    ids = [first.tell(18), second.tell(18)]
    for phone in (first, second):
        phone.signal(True)
        assert phone.send() == ""
    assert first.send() == ""
    all_once(county, first, [*ids[0], *ids[1]])
    all_once(county, second, [*ids[0], *ids[1]])
    open_ones = "return (await store.all('obligations')).map((row) => row.id).sort((a, b) => a - b)"
    assert first.run(open_ones) == second.run(open_ones)
    devices = {phone.run("return (await store.get('meta', 'me')).device.id") for phone in (first, second)}
    assert len(devices) == 2


def test_a_clock_set_back_six_hours_between_two_records(county: County, telephone: NewTelephone) -> None:
    """Ids go on increasing, and the server takes each record for when it was told."""
    phone = telephone(SECRETARY, script=SET_BACK)
    phone.signal(False)
    before = phone.tell(6)
    phone.page.evaluate("window.setBack(6 * 3600 * 1000)")
    after = phone.tell(6)
    assert before + after == sorted(before + after)
    claims = phone.run("return (await queue.waiting()).map((row) => Date.parse(row.payload.happened_at))")
    assert 0 < claims[5] - claims[6] - SIX_HOURS * 1000 + 60_000 < 60_000
    phone.signal(True)
    assert phone.send() == ""
    all_once(county, phone, before + after)
    off = county.ask(
        "SELECT max(abs(extract(epoch FROM received_at - happened_at))) FROM record WHERE id = ANY(%s::uuid[])",
        before + after,
    )
    assert off[0][0] < 120
    doubtful = "SELECT count(*) FROM record WHERE clock_doubtful AND id = ANY(%s::uuid[])"
    assert (county.ask(doubtful, before), county.ask(doubtful, after)) == ([(0,)], [(6,)])


SET_BACK = """
{ let back = 0; const Real = Date; const now = Real.now.bind(Real);
  window.setBack = (milliseconds) => { back += milliseconds; };
  Real.now = () => now() - back; }
"""


def test_the_app_is_replaced_while_thirty_records_wait(county: County, telephone: NewTelephone, tmp_path: Path) -> None:
    phone = telephone(SECRETARY)
    before = phone.page.get_attribute("meta[name=release]", "content")
    phone.signal(False)
    ids = phone.tell(30)
    county.stop()
    county.start(overlay=another_release(tmp_path))
    try:
        county.line.fault = lambda passing: passing.answer(503, [("Retry-After", "1")], b"") or True
        phone.signal(True)
        phone.page.evaluate("navigator.serviceWorker.getRegistration('/m/').then((found) => found.update())")
        phone.page.wait_for_selector("#notice button")
        assert "新版本已下载好" in phone.page.inner_text("#notice")
        assert phone.waits() == 30
        with phone.page.expect_navigation():
            phone.page.click("#notice button")
        phone.page.wait_for_selector("[name=pin]")
        assert phone.page.get_attribute("meta[name=release]", "content") != before
        assert phone.page.evaluate("caches.keys()") == [
            f"field {phone.page.get_attribute('meta[name=release]', 'content')}"
        ]
        county.line.fault = None
        phone.unlock()
        assert phone.page.inner_text("#bar .brand") == "四不漏二"
        phone.send()
        all_once(county, phone, ids)
    finally:
        county.line.fault = None
        county.stop()
        county.start()


def test_a_locked_telephone_takes_a_new_release_by_itself(
    county: County, telephone: NewTelephone, tmp_path: Path
) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(5)
    phone.run("store.lock()")
    phone.page.wait_for_selector("[name=pin]")
    county.stop()
    county.start(overlay=another_release(tmp_path))
    try:
        phone.signal(True)
        with phone.page.expect_navigation():
            phone.page.evaluate("navigator.serviceWorker.getRegistration('/m/').then((found) => found.update())")
        phone.unlock()
        assert phone.page.inner_text("#bar .brand") == "四不漏二"
        phone.send()
        all_once(county, phone, ids)
    finally:
        county.stop()
        county.start()


def another_release(folder: Path) -> Path:
    """The app with one word changed."""
    words = folder / "static" / "field" / "words.js"
    words.parent.mkdir(parents=True)
    shutil.copy(STATIC / "field" / "words.js", words)
    old = words.read_text(encoding="utf-8")
    words.write_text(old.replace('app: ["四不漏",', 'app: ["四不漏二",'), encoding="utf-8")
    assert words.read_text(encoding="utf-8") != old
    return folder / "static"


def test_a_busy_server_is_left_alone_as_long_as_it_asks(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(6)
    with county.line.disturbed(lambda passing: passing.answer(503, [("Retry-After", "600")], b"") or True):
        phone.signal(True)
        assert phone.send() == "busy"
        asked = county.line.count("POST", "/api/v1/records")
        assert phone.send() == "busy"
        assert county.line.count("POST", "/api/v1/records") == asked
    phone.goto("queue")
    assert "服务器正忙" in phone.page.inner_text("#main")
    phone.run("sync.state.until = 0")
    assert phone.send() == ""
    all_once(county, phone, ids)


def test_a_withdrawn_telephone_hands_in_what_waits_and_is_wiped(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(9)

    def cut_uploads(passing: Passing) -> bool:
        if passing.command == "POST":
            passing.cut()
        return passing.command == "POST"

    device = phone.run("return (await store.get('meta', 'me')).device.id")
    county.ask(
        "UPDATE field_device SET withdrawn_at = now(), withdrawn_by = '主管', withdraw_reason = '遗失'"
        " WHERE id = %s RETURNING 1",
        device,
    )
    with county.line.disturbed(cut_uploads):
        phone.signal(True)
        phone.send()
        assert (phone.waits(), arrived(county, ids)) == (9, 0)
    phone.run("sync.run()")
    phone.page.wait_for_selector("#main .message:has-text('本机已被收回')")
    assert phone.page.inner_text("h1") == "启用本机"
    assert arrived(county, ids) == 9
    assert phone.page.evaluate(ON_DISK) == 0


ON_DISK = """() => new Promise((done) => {
  const asked = indexedDB.open("sibulou-field");
  asked.onsuccess = async () => {
    const names = [...asked.result.objectStoreNames];
    const counts = names.map((name) => new Promise((go) => {
      const rows = asked.result.transaction(name).objectStore(name).count();
      rows.onsuccess = () => go(rows.result);
    }));
    done((await Promise.all(counts)).reduce((a, b) => a + b, 0));
  };
})"""


def test_an_invitation_lets_one_telephone_in(county: County, telephone: NewTelephone) -> None:
    """The code of the QR picture and a PIN are enough; the second telephone is told that it was used."""
    code = "530499-7K3M-Q9TA-2XHB"
    county.invite(SECRETARY, code)
    first, second = telephone(), telephone()
    for phone in (first, second):
        phone.page.click("summary:has-text('输入邀请码')")
        phone.page.fill("[name=invitation]", code.lower())
        phone.page.click("button:has-text('下一步')")
        phone.page.wait_for_selector("text=已读到邀请码")
        phone.page.fill("[name=pin]", PIN)
        phone.page.fill("[name=pin_again]", PIN)
        phone.page.click("button:has-text('开始使用')")
    first.page.wait_for_selector("#tabs:not([hidden])")
    second.page.wait_for_selector(".problem")
    assert "用过" in second.page.inner_text(".problem") or "已使用" in second.page.inner_text(".problem")
    assert first.run("return (await store.get('meta', 'me')).user.name") == "梁红"
    first.close()
    first.open(f"/m/#invite={code}")
    assert "已经启用" in first.page.inner_text("#main")


def test_a_forgotten_pin_costs_a_sign_in_and_no_record(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.signal(False)
    ids = phone.tell(7)
    phone.close()
    phone.open()
    for tried in range(5):
        phone.page.fill("[name=pin]", "111222")
        phone.page.click("form button.primary")
        phone.page.wait_for_selector(".problem:has-text('数字密码')" if tried < 4 else ".problem:has-text('30 秒')")
        phone.page.wait_for_selector("form button.primary:not([disabled])")
    phone.page.fill("[name=pin]", PIN)
    phone.page.click("form button.primary")
    phone.page.wait_for_selector(".problem:has-text('秒后再试')")
    phone.page.click("text=忘记数字密码")
    phone.page.wait_for_selector("[name=username]")
    sign_in(phone, pin="907214", pin_again="907214")
    phone.page.wait_for_selector("text=都已送达")
    all_once(county, phone, ids)
    phone.close()
    phone.open()
    phone.unlock("907214")


def test_nothing_on_disk_can_be_read(county: County, telephone: NewTelephone) -> None:
    """No name, no place, no answer, no token; the ids are all there is to see."""
    phone = telephone(SECRETARY)
    phone.tell(3)
    token = phone.run("return (await store.get('meta', 'token')).value")
    assert phone.run("return (await store.all('subjects')).some((row) => row.label.includes('张德福'))")
    phone.close()
    files = b"".join(
        path.read_bytes() for path in phone.folder.rglob("*") if path.is_file() and "IndexedDB" in str(path)
    )
    assert len(files) > 10_000
    for word in ("张德福", "household_check", "happened_at", token):
        assert word.encode() not in files, word
        assert word.encode("utf-16-le") not in files, word


def test_an_untouched_telephone_locks_itself(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.page.clock.install()
    phone.page.reload()
    phone.unlock()
    phone.page.clock.fast_forward("04:00")
    assert phone.page.locator("#tabs").is_visible()
    phone.page.clock.fast_forward("02:00")
    phone.page.wait_for_selector("[name=pin]")
    assert phone.run("return store.all('subjects').then(() => 'open', (error) => error.constructor.name)") == "Locked"
