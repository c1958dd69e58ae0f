"""Sheets of paper: drawn up, printed, typed in by keyboard through the one door; a slip of the pen is a sentence."""

from __future__ import annotations

import json
import re
from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate, make_aware

from sibulou.duty.intake import Batch, take_in
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.duty.told import Told
from sibulou.lib.uuid7 import uuid7
from sibulou.paper.models import Sheet, SheetRow
from sibulou.paper.serial import code_of_subject, read_serial
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.audit import By
from tests.web.reading import words
from tests.web.scene import Scene
from tests.world import identity_of, phone_of

pytestmark = pytest.mark.django_db
CHECK = {"a.members": "3", "a.present": "3", "a.unchanged": "1"}


def drawn_up(client: Client, scene: Scene, *forms: str) -> Sheet:
    """The day's sheet of a group, drawn up on its page."""
    address = f"/areas/{scene.world.group_a1.pk}/paper/"
    answer = client.post(address, {"form": forms or ("household_check",)})
    assert answer.status_code == 302, words(answer)
    with acting(EVERYTHING):
        return Sheet.objects.get(serial=answer.url.split("/")[2])


def rows_of(sheet: Sheet) -> list[SheetRow]:
    with acting(EVERYTHING):
        return list(SheetRow.objects.filter(sheet=sheet))


def type_row(client: Client, sheet: Sheet, place: int, typed: dict[str, str]) -> tuple[int, dict[str, object]]:
    """What the script sends for one row, and what it is answered."""
    answer = client.post(f"/paper/{sheet.serial}/rows/{place}/", typed, headers={"X-Row": "1"})
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def head(scene: Scene, signed_in) -> Client:
    return signed_in(scene.inside("group_head", "group_a1"))


def test_a_groups_day_is_printed_in_walking_order_with_its_serial_on_every_page(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    page = head.get(f"/paper/{sheet.serial}/pages/").content.decode()
    assert page.index("张德福家") < page.index("王建国家")
    numbered = re.findall(r'class="number">.*?(\d+).*?(\d+)', page)
    assert [int(one) for one, _ in numbered] == list(range(1, len(numbered) + 1))
    assert {int(many) for _, many in numbered} == {len(numbered)}
    assert page.count(f'class="serial">{sheet.serial}<') == len(numbered) == page.count('class="qr"')
    assert "为何登记" in page and "保存至何时" in page


def test_no_identity_or_telephone_number_is_printed(scene: Scene, head: Client):
    sheet = drawn_up(head, scene, "household_check", "person_seen", "reading")
    page = head.get(f"/paper/{sheet.serial}/pages/").content.decode()
    card = head.post(f"/subjects/{scene.world.zhang.pk}/paper/", {"day": ""}, follow=True).content.decode()
    born = localdate(scene.now).replace(1948, 5, 6)
    for printed in (page, card):
        assert identity_of(born, 1) not in printed and phone_of(1) not in printed


def test_a_household_card_names_its_people_and_bears_the_picture_of_its_door(scene: Scene, head: Client):
    answer = head.post(f"/subjects/{scene.world.zhang.pk}/paper/", {"day": ""}, follow=True)
    page = answer.content.decode()
    assert all(name in page for name in ("张德福", "李秀英", "张伟"))
    code = code_of_subject(scene.world.group_a1.pk, scene.world.zhang.pk)
    assert code in page
    assert head.get(f"/q/{code}", follow=True).redirect_chain[-1][0] == f"/households/{scene.world.zhang.pk}/"


def test_a_post_head_prints_a_shift_of_empty_lines_and_types_a_passage(scene: Scene, signed_in):
    """He holds no right over the area: his post alone is his."""
    client = signed_in(scene.inside("post_head", "post"))
    starts = f"{make_aware(datetime.combine(localdate(scene.now) - timedelta(days=1), time(20))):%Y-%m-%dT%H:%M}"
    said = {"form": "checkpoint_pass", "starts_at": starts, "lines": "14"}
    serial = client.post(f"/subjects/{scene.world.post.pk}/paper/", said).url.split("/")[2]
    with acting(EVERYTHING):
        sheet = Sheet.objects.get(serial=serial)
    page = client.get(f"/paper/{serial}/pages/").content.decode()
    assert page.count('<td class="no">') == 14 and page.count('class="number"') == 2
    passage = {"a.plate": "云F12345", "a.name": "过路人", "a.temperature": "365", "a.direction": "1", "a.disposal": "1"}
    assert type_row(client, sheet, 1, passage | {"time": "2130"})[0] == 200
    with acting(EVERYTHING):
        record = Record.objects.get(form="checkpoint_pass")
    assert record.content["temperature"] == 36.5 and record.content["direction"] == "in"
    assert record.happened_at == make_aware(datetime.combine(localdate(scene.now) - timedelta(days=1), time(21, 30)))


@pytest.mark.parametrize(
    ("role", "where", "printed"),
    [
        ("post_head", "", "打印班表：东河村口卡点"),
        ("institution_head", "", "打印班表："),
        ("group_head", "group_a1", "打印入户日表："),
    ],
)
def test_paper_is_found_in_ones_own_list_and_in_the_menu(scene: Scene, signed_in, role: str, where: str, printed: str):
    """Whoever heads a post, a pharmacy or a group prints and types in without looking for its page."""
    client = signed_in(scene.inside(role, where) if where else scene.inside(role))
    for page in ("/mine/", "/paper/"):
        said = client.get(page).content.decode()
        found = re.search(rf'<a class="button" href="([^"]+)">{printed}', said)
        assert found and '<a href="/paper/"' in said, page
        assert client.get(found[1]).status_code == 200


def test_a_long_sheet_is_typed_in_part_by_part(scene: Scene, signed_in, monkeypatch):
    """It opens at the first part with open rows; a row typed without a script leads back to its own part."""
    monkeypatch.setattr("sibulou.web.pages.paper.PART", 4)
    client = signed_in(scene.inside("post_head", "post"))
    starts = f"{make_aware(datetime.combine(localdate(scene.now) - timedelta(days=1), time(20))):%Y-%m-%dT%H:%M}"
    said = {"form": "checkpoint_hour", "starts_at": starts, "lines": "10"}
    sheet = f"/paper/{client.post(f'/subjects/{scene.world.post.pk}/paper/', said).url.split('/')[2]}/"
    pages = [client.get(sheet + part).content.decode() for part in ("", "?from=5", "?from=10")]
    shown = [re.findall(r'id="row-(\d+)"', page) for page in pages]
    assert shown == [["1", "2", "3", "4"], ["5", "6", "7", "8"], ["9", "10"]]
    for place in range(1, 5):
        answer = client.post(f"{sheet}rows/{place}/", {"left": "empty"})
        assert answer.url == f"{sheet}?from={place}#row-{place}"
    assert 'id="row-5"' in client.get(sheet).content.decode()
    assert 'rel="next" href="?from=9"' in client.get(sheet).content.decode()


def test_whoever_guards_somebody_finds_no_paper_in_his_menu(scene: Scene, signed_in):
    assert 'href="/paper/"' not in signed_in(scene.world.zhou).get("/mine/").content.decode()


def test_a_row_typed_in_meets_what_it_was_printed_for(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    first = rows_of(sheet)[0]
    status, said = type_row(head, sheet, 1, CHECK)
    assert (status, said["settled"]) == (200, True)
    assert "<b>1</b>" in str(said["progress"])
    with acting(EVERYTHING):
        record = Record.objects.get(pk=first.record)
        assert record.content == {"members": 3, "present": 3, "unchanged": True}
        assert record.device == f"paper {sheet.serial}"
        assert Obligation.objects.get(pk=first.obligation_id).met_by == first.record


def test_bad_values_keep_what_was_typed_with_the_sentence_beside_it(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    status, said = type_row(head, sheet, 1, CHECK | {"a.members": "七", "a.unchanged": "9", "time": "2575"})
    row = str(said["row"])
    assert status == 422 and 'value="七"' in row and 'value="9"' in row and 'value="2575"' in row
    assert "须为整数" in row and "看不懂" in row
    with acting(EVERYTHING):
        assert not Record.objects.exists()


def test_an_odd_number_is_asked_again_and_kept_when_it_stands_so(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    many = CHECK | {"a.members": "14", "a.present": "14"}
    status, said = type_row(head, sheet, 1, many)
    sure = re.search(r'name="sure" value="([^"]+)"', str(said["row"]))
    assert status == 422 and sure is not None
    assert type_row(head, sheet, 1, many | {"sure": sure[1].replace("&quot;", '"')})[0] == 200


def test_the_same_row_typed_twice_is_one_record(scene: Scene, head: Client):
    """Two typists with the same stack: the second is told so; other content is kept for a person to settle."""
    sheet = drawn_up(head, scene)
    type_row(head, sheet, 1, CHECK)
    status, said = type_row(head, sheet, 1, CHECK)
    assert status == 200 and "没有重复记录" in str(said["row"])
    status, said = type_row(head, sheet, 1, CHECK | {"a.present": "1"})
    assert status == 409
    with acting(EVERYTHING):
        assert Record.objects.count() == 1
        assert Refusal.objects.get().outcome == "conflicting"


def told_by_phone(scene: Scene) -> Record:
    """The group's head tells on the telephone what stands on the first row, too."""
    user = scene.inside("group_head", "group_a1")
    told = Told(uuid7(scene.now), "household_check", scene.world.zhang.pk, scene.now, {"members": 3, "present": 2})
    take_in(Batch([told]), reach=reach_of(user, now=scene.now), by=By(user.name, "", user.pk), now=scene.now)
    with acting(EVERYTHING):
        return Record.objects.get(pk=told.id)


def test_what_was_told_by_telephone_is_shown_before_the_row_is_kept(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    before = told_by_phone(scene)
    status, said = type_row(head, sheet, 1, CHECK)
    assert status == 409 and str(before.pk) in str(said["row"]) and "同一件事已经报过" in str(said["row"])
    with acting(EVERYTHING):
        assert Record.objects.count() == 1
    assert type_row(head, sheet, 1, CHECK | {"both": "yes"})[0] == 200
    with acting(EVERYTHING):
        assert Record.objects.count() == 2


def test_the_row_may_be_left_to_what_was_told_before(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    told_by_phone(scene)
    assert type_row(head, sheet, 1, {"left": "told"})[0] == 200
    with acting(EVERYTHING):
        assert Record.objects.count() == 1
    assert rows_of(sheet)[0].became == "told"


def test_a_row_taken_back_is_withdrawn_and_can_be_typed_anew(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    type_row(head, sheet, 1, CHECK)
    before = rows_of(sheet)[0].record
    address = f"/paper/{sheet.serial}/rows/1/withdrawal/"
    assert head.post(address, headers={"X-Row": "1"}).status_code == 200
    assert head.post(address, headers={"X-Row": "1"}).status_code == 409
    assert type_row(head, sheet, 1, CHECK | {"a.present": "2"})[0] == 200
    with acting(EVERYTHING):
        assert Record.objects.get(corrects=before).withdraws
        assert Record.objects.get(pk=rows_of(sheet)[0].record).content["present"] == 2


def test_rows_left_empty_are_declared_and_what_is_owed_stays_owed(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    type_row(head, sheet, 1, CHECK)
    page = words(head.post(f"/paper/{sheet.serial}/rest/", follow=True))
    assert "未填" in page
    rows = rows_of(sheet)
    assert {row.became for row in rows[1:]} == {"empty"}
    with acting(EVERYTHING):
        owed = Obligation.objects.filter(pk__in=[row.obligation_id for row in rows[1:]])
        assert owed.filter(met_at=None).count() == len(rows) - 1


def test_the_list_shows_what_is_still_out_and_how_far_it_is(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    assert sheet.serial in words(head.get("/paper/")).split("已录完")[0]
    head.post(f"/paper/{sheet.serial}/rest/")
    assert sheet.serial in words(head.get("/paper/")).split("已录完")[-1]


def test_without_a_script_a_row_is_a_form_of_its_own(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    wrong = head.post(f"/paper/{sheet.serial}/rows/1/", {"a.members": "七"})
    assert wrong.status_code == 422 and 'value="七"' in wrong.content.decode()
    assert head.post(f"/paper/{sheet.serial}/rows/1/", CHECK).url == f"/paper/{sheet.serial}/?from=1#row-1"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(lambda serial: serial[:-1] + ("B" if serial[-1] == "A" else "A"), "末位校验字母对不上"),
     (lambda serial: "十号表", "不是纸表表号"),
     (lambda serial: "110101-0210-0001-" + read_sign("110101-0210-0001"), "别的县"),
     (lambda serial: "530499-0101-0999-" + read_sign("530499-0101-0999"), "没有找到")],
)  # fmt: skip
def test_a_slip_in_the_serial_is_a_sentence(scene: Scene, head: Client, change, sentence: str):
    sheet = drawn_up(head, scene)
    answer = head.get("/paper/", {"serial": change(sheet.serial)})
    assert answer.status_code in (404, 422) and sentence in words(answer)


def read_sign(digits: str) -> str:
    """The sign that fits: found by trying, as nobody at a desk would."""
    from sibulou.paper.serial import SIGNS

    for sign in SIGNS:
        try:
            return read_serial(f"{digits}-{sign}").sign
        except Exception:
            continue
    raise AssertionError(digits)


def test_a_serial_is_read_in_full_width_and_without_dashes(scene: Scene, head: Client):
    sheet = drawn_up(head, scene)
    wide = sheet.serial.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-" + sheet.serial[-1]})
    for typed in (wide, sheet.serial.replace("-", "").lower(), f"http://any/paper/{sheet.serial}/"):
        assert head.get("/paper/", {"serial": typed}).url == f"/paper/{sheet.serial}/"


def test_another_village_finds_no_such_sheet(scene: Scene, head: Client, signed_in):
    sheet = drawn_up(head, scene)
    other = signed_in(scene.inside("village_secretary", "village_b"))
    assert other.get(f"/paper/{sheet.serial}/").status_code == 404
    assert other.post(f"/paper/{sheet.serial}/rows/1/", CHECK).status_code == 404
    assert sheet.serial not in words(other.get("/paper/"))


def test_everything_stands_in_english_too(scene: Scene, signed_in):
    client = signed_in(scene.inside("group_head", "group_a1"), "en")
    sheet = drawn_up(client, scene, "household_check", "person_seen")
    own = f"/paper/{sheet.serial}/"
    new = f"/areas/{scene.world.group_a1.pk}/paper/", f"/subjects/{scene.world.zhang.pk}/paper/"
    for address in ("/paper/", own, f"{own}pages/", *new):
        page = client.get(address).content.decode()
        for zh in ("录入", "纸表", "时间", "未填", "制表", "打印"):
            assert zh not in page, (address, zh)
