"""What a device hands in beside records: excuses, families, photos and voice notes. Once each, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

from sibulou.duty import force
from sibulou.duty.models import Refusal, Waiver
from sibulou.field import devices
from sibulou.field.attachments import open_attachment
from sibulou.field.models import Attachment
from sibulou.lib.uuid7 import uuid7
from sibulou.plans import shipped
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import AuditLine, Household, Person, User
from sibulou.roster.problems import AlreadyListed
from tests.web.scene import Scene
from tests.world import BY, identity_of, phone_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def invented(settings) -> None:
    """Numbers that nobody has are taken as they are in the demonstration county."""
    settings.DEMO = True


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
WEBP = b"RIFF" + (16).to_bytes(4, "little") + b"WEBPVP8L" + bytes(8)
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(40)
OGG = b"OggS" + bytes(60)
MP4 = (24).to_bytes(4, "big") + b"ftypM4A " + bytes(40)


class Phone:
    """A device of a user, speaking to the interface."""

    def __init__(self, scene: Scene, user: User) -> None:
        self.now = scene.now
        found = devices.enrol_signed_in(user=user, name="手机", now=scene.now - timedelta(days=1))
        self.headers = {"Authorization": f"Device {found.token}"}

    def post(self, address: str, body: object):
        return Client().post(
            f"/api/v1/{address}", json.dumps(body), content_type="application/json", headers=self.headers
        )

    def put(self, plain: bytes, digest: str = ""):
        name = digest or hashlib.sha256(plain).hexdigest()
        return Client().put(f"/api/v1/attachments/{name}", plain, content_type="image/jpeg", headers=self.headers)

    def sync(self, since: str = "") -> dict[str, object]:
        return Client().get("/api/v1/sync", {"since": since}, headers=self.headers).json()


def owed(phone: Phone) -> dict[str, object]:
    """Something the device's user owes for which a waiver may be asked."""
    said = phone.sync()
    duties = {duty["key"]: duty for plan in said["plans"] for duty in plan["duties"]}
    rows = [dict(zip(said["obligations"]["columns"], row, strict=True)) for row in said["obligations"]["rows"]]
    return next(row | {"reasons": duties[row["duty"]]["reasons"]} for row in rows if duties[row["duty"]]["reasons"])


def test_an_excuse_asks_for_a_waiver_once(scene: Scene):
    """Sent twice it is one; with other words it is a conflict; the device sees that it is asked for."""
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    row = owed(phone)
    excuse = {"id": str(uuid7(scene.now)), "obligation": row["id"], "reason": row["reasons"][0], "words": "塌方"}
    said = phone.post("excuses", {"excuses": [excuse, excuse, excuse | {"words": "别的"}]}).json()["excuses"]
    assert [one["outcome"] for one in said] == ["accepted", "repeated", "conflicting"]
    assert phone.post("excuses", {"excuses": [excuse]}).json()["excuses"][0]["outcome"] == "repeated"
    with acting(EVERYTHING):
        assert Waiver.objects.filter(about=row["id"]).count() == 1
    assert [one["asked"] for one in table(phone.sync(), "obligations") if one["id"] == row["id"]] == [True]


@pytest.mark.parametrize("role", ["guard", "post_head", "institution_head"])
def test_what_cannot_be_read_waits_where_those_above_its_teller_see_it(scene: Scene, signed_in, role: str):
    """Also of somebody who sits on a subject alone, and tells of no area: unseen, it would be as good as dropped."""
    phone = Phone(scene, scene.inside(role))
    phone.post("records", {"records": [{"id": "no id", "form": "reading", "subject": 1}]})
    phone.post("excuses", {"excuses": [{"id": "no id"}]})
    phone.post("families", {"families": [{"id": "no id"}]})
    with acting(EVERYTHING):
        waiting = list(Refusal.objects.all())
    assert len(waiting) == 3
    above = signed_in(scene.inside("county_duty"))
    for row in waiting:
        assert above.get(f"/refusals/{row.pk}/").status_code == 200


def table(said: dict[str, object], name: str) -> list[dict[str, object]]:
    return [dict(zip(said[name]["columns"], row, strict=True)) for row in said[name]["rows"]]


def test_that_a_waiver_was_asked_for_is_news(scene: Scene):
    """The obligation's own row does not change by it; it is told all the same."""
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    before = phone.sync()["next"]
    row = owed(phone)
    excuse = {"id": str(uuid7(scene.now)), "obligation": row["id"], "reason": row["reasons"][0]}
    phone.post("excuses", {"excuses": [excuse]})
    assert row["id"] in {one["id"] for one in table(phone.sync(before), "obligations") if one["asked"]}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"reason": "no_such_reason"}, "422.51"), ({"reason": ""}, "422.59"), ({"obligation": 10**15}, "404.1"),
        ({"obligation": "x"}, "422.115"), ({"words": "长" * 401}, "422.115"), ({"words": "\x00"}, "422.115"),
        ({"until": "2020-02-10"}, "422.115"), ({"until": "2020-02-10T08:00:00+08:00"}, "422.52"),
        ({"id": "1"}, "422.115"), ({"more": 1}, "422.115"),
    ],
)  # fmt: skip
def test_an_excuse_that_cannot_be_asked_for_is_kept_with_its_reason(scene: Scene, wrong, problem):
    """It does not refuse the others, and the device hears of it again with the next sync."""
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    row = owed(phone)
    good = {"id": str(uuid7(scene.now)), "obligation": row["id"], "reason": row["reasons"][0]}
    bad = good | {"id": str(uuid7(scene.now))} | wrong
    for _ in range(2):
        said = phone.post("excuses", {"excuses": [bad, good]}).json()["excuses"]
        assert (said[0]["outcome"], said[0]["problem"]["problem"]) == ("refused", problem)
    assert said[1]["outcome"] == "repeated"
    assert [one["problem"] for one in table(phone.sync(), "outcomes")] == [problem]


def family(scene: Scene, **other: object) -> dict[str, object]:
    """A family of two as a device sends it."""
    return {
        "id": str(uuid7(scene.now)),
        "area": f"{scene.world.group_a1.pk:018d}",
        "address": "东河街 18 号",
        "phone": phone_of(777),
        "persons": [
            {"name": "钱大山", "relation": "02", "identity": identity_of(scene.now.date().replace(year=1961), 31)},
            {"name": "钱小河", "relation": "20", "birth_date": "1990"},
        ],
        **other,
    }


def test_a_family_is_entered_in_one_go(scene: Scene):
    """The address once, and everyone in it; once per id, and the next sync brings them back."""
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    before = phone.sync()["next"]
    sent = family(scene)
    (said,) = phone.post("families", {"families": [sent]}).json()["families"]
    assert said["outcome"] == "accepted"
    assert phone.post("families", {"families": [sent]}).json()["families"] == [said | {"outcome": "repeated"}]
    came = {row["id"]: row for row in table(phone.sync(before), "subjects")}
    assert [came[pk]["label"] for pk in (said["household"], *said["persons"])] == ["钱大山家", "钱大山", "钱小河"]
    assert came[said["household"]]["address"] == "东河街 18 号"
    assert [came[pk]["born"] for pk in said["persons"]] == [1961, 1990]


def test_a_family_is_entered_whole_or_not_at_all(scene: Scene):
    """The second person is on the roster already: nobody of the family is entered, and what was sent is kept."""
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    sent = family(scene)
    sent["persons"][1]["identity"] = sent["persons"][0]["identity"]
    (said,) = phone.post("families", {"families": [sent]}).json()["families"]
    assert (said["outcome"], said["household"], said["persons"]) == ("refused", None, [])
    with acting(EVERYTHING):
        assert not Household.objects.filter(subject__label="钱大山家").exists()
        assert Refusal.objects.get().problem == said["problem"]["problem"] == AlreadyListed.number


def test_who_may_not_change_the_roster_leaves_the_family_to_somebody_who_may(scene: Scene, signed_in):
    """A village doctor meets a family that nobody listed: it waits off the roster until a person enters it by name."""
    phone = Phone(scene, scene.inside("village_doctor"))
    (said,) = phone.post("families", {"families": [family(scene)]}).json()["families"]
    assert (said["outcome"], said["problem"]["problem"]) == ("unknown_subject", "403.7")
    with acting(EVERYTHING):
        row = Refusal.objects.get()
    client = signed_in(scene.inside("village_secretary", "village_a"))
    page = client.get(f"/refusals/{row.pk}/").content.decode()
    assert "钱大山" in page
    assert phone_of(777) not in page
    assert client.post(f"/refusals/{row.pk}/family/").status_code == 302
    with acting(EVERYTHING):
        assert Person.objects.filter(subject__label="钱小河").count() == 1
        row.refresh_from_db()
    assert row.settled_by == scene.inside("village_secretary", "village_a").name
    assert client.post(f"/refusals/{row.pk}/family/").status_code == 409


def test_who_may_not_change_the_roster_cannot_accept_it_either(scene: Scene, signed_in):
    phone = Phone(scene, scene.inside("village_doctor"))
    phone.post("families", {"families": [family(scene)]})
    with acting(EVERYTHING):
        row = Refusal.objects.get()
    client = signed_in(scene.inside("village_doctor"))
    assert f"/refusals/{row.pk}/family/" not in client.get(f"/refusals/{row.pk}/").content.decode()
    assert client.post(f"/refusals/{row.pk}/family/").status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [{"area": "1"}, {"area": 530499001001001000}, {"persons": []}, {"persons": ["x"]}, {"persons": [{}] * 31},
     {"persons": [{"name": "甲", "birth_date": "1990-13-01"}]}, {"persons": [{"name": "甲", "age": 3}]},
     {"persons": [{"name": ""}]}, {"without_phone": "yes"}, {"address": "长" * 121}, {"name": "\ud800"},
     {"id": None}, {"persons": [[[[[["x"]]]]]]}],
)  # fmt: skip
def test_a_family_that_cannot_be_read_is_kept(scene: Scene, wrong):
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    (said,) = phone.post("families", {"families": [family(scene, **wrong)]}).json()["families"]
    assert (said["outcome"], said["problem"]["problem"]) == ("refused", "422.115")
    with acting(EVERYTHING):
        assert Refusal.objects.count() == 1


@pytest.mark.parametrize("address", ["excuses", "families"])
@pytest.mark.parametrize(
    ("body", "problem"), [([], "422.116"), ({}, "422.116"), ({"x": 1}, "422.116"), ({"excuses": {}}, "422.116")]
)
def test_a_body_of_another_shape_gets_a_sentence(scene: Scene, address: str, body: object, problem: str):
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    assert phone.post(address, body).json()["problem"] == problem


@pytest.mark.parametrize(
    ("plain", "kind"),
    [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp"), (WEBM, "audio/webm"), (OGG, "audio/ogg"),
     (MP4, "audio/mp4")],
)  # fmt: skip
def test_a_photo_or_a_voice_note_is_kept_sealed_under_its_digest(scene: Scene, plain: bytes, kind: str):
    phone = Phone(scene, scene.inside("group_head", "group_a1"))
    assert [phone.put(plain).json()["outcome"] for _ in range(2)] == ["accepted", "repeated"]
    with acting(EVERYTHING):
        row = Attachment.objects.get()
    assert row.media_type == kind
    assert plain not in bytes(row.sealed)
    opened = open_attachment(hashlib.sha256(plain).hexdigest())
    assert opened is not None
    assert (opened.media_type, opened.plain) == (kind, plain)


@pytest.mark.parametrize(
    ("plain", "problem"),
    [(b"", "422.113"), (b"<html>", "422.113"), (JPEG[:-2], "422.113"), (b"GIF89a" + bytes(40), "422.113"),
     (JPEG[:4] + bytes(3 * 1024 * 1024) + JPEG[-2:], "413.2"), (OGG + bytes(1024 * 1024), "413.2")],
)  # fmt: skip
def test_what_is_no_photo_gets_a_sentence(scene: Scene, plain: bytes, problem: str):
    """Whatever it is called: the bytes decide."""
    said = Phone(scene, scene.inside("group_head", "group_a1")).put(plain)
    assert (said.json()["problem"], said.status_code) == (problem, int(problem[:3]))


def test_bytes_that_changed_on_the_way_are_not_taken(scene: Scene):
    said = Phone(scene, scene.inside("group_head", "group_a1")).put(JPEG, "0" * 64)
    assert said.json()["problem"] == "422.114"
    assert Phone(scene, scene.inside("group_head", "group_a1")).put(JPEG, "xyz").json()["problem"] == "422.81"


def with_photo(scene: Scene, more: str) -> None:
    """Put a version of the plan in force in which a household check asks for a photo."""
    text = shipped()["covid19-2020"].read_text(encoding="utf-8")
    field = f"      - {{key: door, title: {{zh: 门口照片, en: photo of the door}}, type: photo{more}}}\n"
    text = re.sub(r"(  - key: household_check\n(?:    .*\n)*?    fields:\n)", lambda found: found[1] + field, text)
    text = re.sub(r"^version: .*$", "version: 99", text, flags=re.M)
    with acting(EVERYTHING):
        version = force.load(text, file="covid19-2020.yaml", by=BY, now=scene.now)
        force.change_level(event=scene.event, level="I", version=version, by=BY, now=scene.now)


def told_with_a_photo(scene: Scene, signed_in) -> tuple[Client, str]:
    client = signed_in(scene.inside("village_secretary", "village_a"))
    address = f"/subjects/{scene.world.zhang.pk}/records/new/?form=household_check"
    assert 'type="file"' in client.get(address).content.decode()
    moment = f"{scene.now + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}+00:00"
    sent = {"members": "3", "present": "3", "happened_at": moment, "door.file": BytesIO(JPEG)}
    said = client.post(address, sent)
    assert said.status_code == 302, said.content.decode()[:2000]
    return client, said.url


def test_a_photo_that_a_form_asks_for_is_shown_on_its_record(scene: Scene, signed_in):
    """Taken with the record on the page, or sent by a device on its own: it is named by its digest."""
    with_photo(scene, "")
    client, record = told_with_a_photo(scene, signed_in)
    assert f'src="{record}attachments/door/"' in client.get(record).content.decode()
    shown = client.get(f"{record}attachments/door/")
    assert (shown["Content-Type"], shown.content) == ("image/jpeg", JPEG)
    stranger = signed_in(scene.inside("village_secretary", "village_b"))
    assert stranger.get(f"{record}attachments/door/").status_code == 404


def test_a_personal_photo_is_opened_for_a_reason_that_is_kept(scene: Scene, signed_in):
    with_photo(scene, ", personal: true")
    client, record = told_with_a_photo(scene, signed_in)
    address = f"{record}attachments/door/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "核对门牌"}).content == JPEG
    with acting(EVERYTHING):
        assert "核对门牌" in AuditLine.objects.filter(kind="unmask").latest("id").facts
    assert signed_in(scene.inside("village_doctor")).post(address, {"reason": "看看"}).status_code == 403
