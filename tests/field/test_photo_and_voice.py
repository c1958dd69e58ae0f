"""A photo and a voice note: taken without signal, kept sealed, sent, and shown on the record's page to who may see."""

from __future__ import annotations

from typing import Any

from tests.browser import axe
from tests.field.conftest import NewTelephone
from tests.field.county import PASSWORD, County
from tests.field.film import FAKE, picture_of, png_of
from tests.field.telephone import Telephone

SECRETARY, OTHER_VILLAGE = "u119", "outside.village-secretary"
"""梁红, secretary of 东河; and a secretary of the next county."""
IN_PLAIN = """() => new Promise((done) => {
  const asked = indexedDB.open("sibulou-field");
  asked.onsuccess = () => {
    const rows = asked.result.transaction("blobs").objectStore("blobs").getAll();
    rows.onsuccess = () => done(rows.result.map((row) => Object.entries(row).flatMap(([name, value]) => {
      const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : ArrayBuffer.isView(value) ? value : null;
      const text = bytes ? String.fromCharCode(...bytes.slice(0, 400)) : String(value);
      return /JFIF|webm|\\xff\\xd8\\xff/.test(text) ? [name] : [];
    })));
  };
})"""


def problem_form(phone: Telephone) -> None:
    """The form of a problem in the village, a dirty corner, as far as its words."""
    phone.goto("today")
    phone.page.click("nav.often a:has-text('东河')")
    phone.page.click(".forms a:has-text('发现问题')")
    phone.page.click("[data-field=kind] label:has-text('卫生死角')")
    phone.page.fill("#field-text", "桥头垃圾堆")


def record_a_note(phone: Telephone) -> None:
    phone.page.click("#field-note")
    phone.page.wait_for_selector("[data-field=note] :text('正在录音')")
    phone.page.click("#field-note")
    phone.page.wait_for_selector("[data-field=note] audio")


def attach(phone: Telephone, name: str, content: bytes) -> None:
    phone.page.set_input_files("#field-photo", {"name": name, "mimeType": "image/png", "buffer": content})


def test_a_photo_and_a_voice_note_taken_without_signal_arrive(county: County, telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY, devices=FAKE)
    phone.send()
    phone.signal(False)
    problem_form(phone)
    attach(phone, "corner.png", png_of(picture_of("桥头")))
    phone.page.wait_for_selector("[data-field=photo] img")
    record_a_note(phone)
    assert [*axe(phone.page), *phone.too_small()] == []
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    assert phone.run("return (await queue.waiting()).map((row) => row.kind)") == ["attachment", "attachment", "record"]
    assert phone.page.evaluate(IN_PLAIN) == [[], []], "both are sealed"

    phone.signal(True)
    assert phone.send() == ""
    assert (phone.waits(), phone.run("return (await queue.cameBack()).length")) == (0, 0)
    assert phone.page.evaluate(IN_PLAIN) == [], "what has arrived is kept no longer"
    ((number, content),) = county.ask("SELECT id, content FROM record WHERE form = 'problem_found'")
    kept = dict(county.ask("SELECT digest, media_type FROM field_attachment"))
    assert (kept[content["photo"]], kept[content["note"]]) == ("image/jpeg", "audio/webm")
    on_its_page(county, phone, str(number))


def on_its_page(county: County, phone: Telephone, number: str) -> None:
    """The photo of the spot as it is, the voice for a reason; in the next county there is no such record."""
    page = signed_in(county, phone, SECRETARY)
    page.goto(f"{county.address}/records/{number}/")
    assert page.evaluate("document.querySelector('img.taken').decode().then(() => 'seen')") == "seen"
    page.click("dd summary")
    page.fill("#reason-note", "核对地点")
    with page.expect_response(lambda answer: "/attachments/note/" in answer.url) as heard:
        page.click("form[action$='/attachments/note/'] button")
    assert (heard.value.status, heard.value.headers["content-type"]) == (200, "audio/webm")
    page.close()
    stranger = signed_in(county, phone, OTHER_VILLAGE)
    for rest in ("", "attachments/photo/"):
        assert stranger.goto(f"{county.address}/records/{number}/{rest}").status == 404


def signed_in(county: County, phone: Telephone, username: str) -> Any:
    """A page beside the app, signed in by name and password. The one before must be closed: what it asks for by itself
    would bring a cookie of its own between this page's form and its button."""
    phone.context.clear_cookies()
    page = phone.context.new_page()
    page.goto(f"{county.address}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("form:has([name=password]) button")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def test_what_is_no_photo_gets_a_sentence_and_the_form_stays(telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY)
    phone.send()
    phone.signal(False)
    problem_form(phone)
    attach(phone, "corner.png", b"%PDF-1.7 no photo at all")
    phone.page.wait_for_selector("[data-field=photo] :text('不是能打开的照片')")
    assert (phone.page.input_value("#field-text"), phone.waits()) == ("桥头垃圾堆", 0)
    attach(phone, "corner.png", png_of(picture_of("桥头")))
    phone.page.wait_for_selector("[data-field=photo] img")
    phone.page.click("button:has-text('不要这张')")
    phone.page.wait_for_selector("[data-field=photo] img", state="detached")
    assert phone.waits() == 0, "a photo that no record names is not sent"


def test_saving_while_it_records_keeps_the_note(telephone: NewTelephone) -> None:
    phone = telephone(SECRETARY, devices=FAKE)
    phone.send()
    phone.signal(False)
    problem_form(phone)
    phone.page.click("#field-note")
    phone.page.wait_for_selector("[data-field=note] :text('正在录音')")
    phone.page.click("[data-act=save]")
    phone.page.wait_for_selector("#main > [data-screen=today]")
    rows = phone.run("return queue.waiting()")
    assert [row["kind"] for row in rows] == ["attachment", "record"]
    assert rows[1]["payload"]["content"]["note"] == rows[0]["payload"]["sha256"]
    assert (
        phone.run("return (await store.get('blobs', digest)).type", digest=rows[0]["payload"]["sha256"]) == "audio/webm"
    )
