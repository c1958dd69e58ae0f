"""Devices: let in by an invitation or a password, known by their token, renewed, and withdrawn."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from sibulou.duty.models import Record, Refusal
from sibulou.field import devices
from sibulou.field.models import Device
from sibulou.field.problems import InvitationOver, NotYourPeople
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting, reach_of
from sibulou.roster.appointments import end_appointment
from sibulou.roster.audit import By
from sibulou.roster.models import Appointment, PhoneCode, User
from sibulou.roster.second_factor import begin
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db


def post(client: Client, address: str, body: object, **headers: str):
    return client.post(f"/api/v1/{address}", json.dumps(body), content_type="application/json", headers=headers)


def by(user: User) -> By:
    return By(user.name, "", user.pk)


def code_for(scene: Scene, user: User, inviter: User) -> str:
    reach = reach_of(inviter, now=scene.now)
    with acting(reach):
        return devices.invite(user=user, reach=reach, by=by(inviter), now=scene.now).code


def test_a_device_comes_in_by_an_invitation(scene: Scene):
    """The supervisor shows a code, the phone hands it in, and acts as its user from then on."""
    head = scene.inside("group_head", "group_a1")
    code = code_for(scene, head, scene.inside("village_secretary", "village_a"))
    assert code.startswith("530499-")
    said = post(Client(), "devices", {"invitation": code.lower().replace("-", " "), "name": "段勇的手机"})
    assert said.status_code == 200, said.content
    assert said.json()["user"]["name"] == head.name
    token = said.json()["token"]
    sync = Client().get("/api/v1/sync", headers={"Authorization": f"Device {token}"})
    assert sync.status_code == 200, sync.content
    assert sync.json()["device"]["name"] == "段勇的手机"


def enrolled(scene: Scene, user: User) -> devices.Enrolled:
    return devices.enrol_signed_in(user=user, name="手机", now=scene.now - timedelta(days=9))


def token_of(found: devices.Enrolled) -> dict[str, str]:
    return {"Authorization": f"Device {found.token}"}


def check(scene: Scene, subject: int, *, hours: float = 1, **other: object) -> dict[str, object]:
    return {
        "id": str(uuid7(scene.now)),
        "form": "household_check",
        "subject": subject,
        "happened_at": (scene.now - timedelta(hours=hours)).isoformat(),
        "content": {"members": 1, "present": 1},
        **other,
    }


def test_a_code_lets_in_one_device_and_for_fifteen_minutes(scene: Scene):
    head, secretary = scene.inside("group_head", "group_a1"), scene.inside("village_secretary", "village_a")
    code = code_for(scene, head, secretary)
    assert post(Client(), "devices", {"invitation": code, "name": "一"}).status_code == 200
    again = post(Client(), "devices", {"invitation": code, "name": "二"})
    assert (again.status_code, again.json()["problem"]) == (409, "409.50")
    with pytest.raises(InvitationOver):
        devices.enrol(code=code_for(scene, head, secretary), name="三", now=scene.now + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("code", "problem"),
    [("530499-0000-0000-0000", "422.110"), ("hello", "422.110"), ("530425-0000-0000-0000", "422.112"),
     ("999999-0000-0000-0000", "422.112")],
)  # fmt: skip
def test_a_code_that_nobody_here_gave_out_gets_a_sentence(scene: Scene, code: str, problem: str):
    """Another county's code is told apart, with its name where the country has one of it."""
    said = post(Client(), "devices", {"invitation": code, "name": "一"}).json()
    assert said["problem"] == problem
    assert ("易门县" in said["zh"]) == code.startswith("530425")


def test_only_who_appoints_there_invites(scene: Scene):
    head = scene.inside("group_head", "group_a1")
    for stranger in (
        scene.inside("village_secretary", "village_b"),
        scene.inside("village_doctor"),
        scene.world.outsider,
    ):
        with pytest.raises(NotYourPeople):
            code_for(scene, head, stranger)
    for superior in (head, scene.inside("township_secretary", "longquan"), scene.inside("administrator")):
        assert code_for(scene, head, superior)


def test_name_and_password_let_a_device_in_and_five_wrong_ones_lock(scene: Scene):
    head = scene.inside("group_head", "group_a1")
    head.set_password("longer-than-ten")
    head.save()
    body = {"username": head.username, "password": "longer-than-ten", "name": "手机"}
    assert post(Client(), "devices", body).status_code == 200
    wrong = [post(Client(), "devices", body | {"password": "no"}) for _ in range(6)]
    assert [one.json()["problem"] for one in wrong] == ["401.2"] * 4 + ["429.1"] * 2
    assert post(Client(), "devices", body).json()["problem"] == "429.1"


def test_an_account_with_a_code_wants_it_from_the_device_too(scene: Scene):
    """A second factor would be none if the field's door did not ask for it."""
    head = scene.inside("group_head", "group_a1")
    head.set_password("longer-than-ten")
    head.save()
    begun = begin(user=head)
    PhoneCode.objects.filter(pk=begun.pk).update(confirmed=True)
    body = {"username": head.username, "password": "longer-than-ten", "name": "手机"}
    assert post(Client(), "devices", body).json()["problem"] == "401.7"
    assert post(Client(), "devices", body | {"code": "000000"}).json()["problem"] == "422.97"


def test_a_token_runs_out_and_its_device_goes_on_with_a_password(scene: Scene):
    head = scene.inside("group_head", "group_a1")
    head.set_password("longer-than-ten")
    head.save()
    found = devices.enrol_signed_in(user=head, name="手机", now=scene.now - timedelta(days=31))
    said = Client().get("/api/v1/sync", headers=token_of(found))
    assert (said.status_code, said.json()["problem"]) == (401, "401.6")
    body = {"device": str(found.device.pk), "username": head.username, "password": "longer-than-ten"}
    renewed = post(Client(), "devices/renew", body).json()
    assert renewed["spare"] == found.spare
    header = {"Authorization": f"Device {renewed['token']}"}
    assert Client().get("/api/v1/sync", headers=header).json()["device"]["id"] == str(found.device.pk)
    assert Client().get("/api/v1/sync", headers=token_of(found)).json()["problem"] == "401.5"


def test_nobody_else_renews_a_device(scene: Scene):
    doctor = scene.inside("village_doctor")
    doctor.set_password("longer-than-ten")
    doctor.save()
    found = enrolled(scene, scene.inside("group_head", "group_a1"))
    body = {"device": str(found.device.pk), "username": doctor.username, "password": "longer-than-ten"}
    assert post(Client(), "devices/renew", body).json()["problem"] == "403.6"


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "令牌", "A" * 5000])
def test_a_wrong_token_gets_a_sentence(scene: Scene, token: str):
    said = Client().get("/api/v1/sync", headers={"Authorization": f"Device {token}"})
    assert (said.status_code, said.json()["problem"]) == (401, "401.5")


def test_a_token_opens_the_interface_and_no_page(scene: Scene):
    """It carries no cookie, so no form token is asked for; pages stay behind the sign-in."""
    found = enrolled(scene, scene.inside("group_head", "group_a1"))
    client = Client(enforce_csrf_checks=True)
    said = post(client, "records", {"records": [check(scene, scene.world.zhang.pk)]}, **token_of(found))
    assert said.json()["records"][0]["outcome"] == "accepted"
    with acting(EVERYTHING):
        assert Record.objects.get().device == "手机"
    assert client.get("/mine/", headers=token_of(found)).status_code == 302


def withdrawn(scene: Scene, found: devices.Enrolled, *, hours: float = 0) -> None:
    secretary = scene.inside("village_secretary", "village_a")
    reach = reach_of(secretary, now=scene.now)
    with acting(reach):
        devices.withdraw(
            device=found.device, reason="手机丢失", reach=reach, by=by(secretary),
            now=scene.now - timedelta(hours=hours),
        )  # fmt: skip


def test_a_withdrawn_device_hands_in_what_it_has_and_is_told_to_wipe(scene: Scene):
    """Nothing that was told before is lost, and nothing that happened after counts: that is kept for a person."""
    found = enrolled(scene, scene.inside("group_head", "group_a1"))
    withdrawn(scene, found, hours=2)
    said = Client().get("/api/v1/sync", headers=token_of(found))
    assert (said.status_code, said.json()["problem"], said.json()["wipe"]) == (410, "410.1", True)
    batch = [check(scene, scene.world.zhang.pk, hours=3), check(scene, scene.world.zhang.pk, hours=1)]
    handed = post(Client(), "records", {"records": batch}, **token_of(found))
    assert (handed.status_code, handed.json()["wipe"]) == (410, True)
    assert [one["outcome"] for one in handed.json()["records"]] == ["accepted", "refused"]
    assert handed.json()["records"][1]["problem"]["problem"] == "410.2"
    with acting(EVERYTHING):
        assert Record.objects.count() == Refusal.objects.count() == 1
        assert Device.objects.get().wiped_at is not None


def test_who_lost_the_area_still_tells_of_when_he_had_it(scene: Scene):
    """Judged by when it happened, within the time he carried this device; what he tells of later is off his roster."""
    head = scene.inside("group_head", "group_a1")
    found = enrolled(scene, head)
    with acting(EVERYTHING):
        term = Appointment.objects.get(user=head)
        end_appointment(reason="调离", appointment=term, at=scene.now - timedelta(hours=2), by=by(head), now=scene.now)
    batch = [check(scene, scene.world.zhang.pk, hours=hours) for hours in (3, 1, 24 * 10)]
    said = post(Client(), "records", {"records": batch}, **token_of(found)).json()
    assert [one["outcome"] for one in said["records"]] == ["accepted", "unknown_subject", "unknown_subject"]
    left = Client().get("/api/v1/sync", headers=token_of(found)).json()
    assert (left["fresh"], left["subjects"]["rows"], left["obligations"]["rows"]) == (True, [], [])


def test_a_closed_account_keeps_its_device_waiting(scene: Scene):
    head = scene.inside("group_head", "group_a1")
    found = enrolled(scene, head)
    head.is_active = False
    head.save()
    assert Client().get("/api/v1/sync", headers=token_of(found)).json()["problem"] == "401.8"


def test_the_page_lists_the_devices_of_ones_area_and_no_others(scene: Scene, signed_in):
    """Whose, since when, last seen, until when; the neighbour's secretary sees none of them."""
    head = scene.inside("group_head", "group_a1")
    enrolled(scene, head)
    page = signed_in(scene.inside("village_secretary", "village_a")).get("/devices/").content.decode()
    assert head.name in page
    for stranger in (scene.inside("village_secretary", "village_b"), scene.world.outsider):
        assert head.name not in signed_in(stranger).get("/devices/").content.decode()


def test_an_invitation_is_shown_once_as_a_picture_and_in_signs(scene: Scene, signed_in):
    head = scene.inside("group_head", "group_a1")
    client = signed_in(scene.inside("village_secretary", "village_a"))
    page = client.post("/devices/invitations/", {"who": head.username}).content.decode()
    code = re.search(r"530499(-[0-9A-Z]{4}){3}", page)
    assert code is not None
    assert "<svg" in page
    assert code[0] not in client.get("/devices/").content.decode()
    assert post(Client(), "devices", {"invitation": code[0], "name": "手机"}).status_code == 200


def test_a_device_is_withdrawn_for_a_reason_that_stays_to_be_read(scene: Scene, signed_in):
    found = enrolled(scene, scene.inside("group_head", "group_a1"))
    client = signed_in(scene.inside("village_secretary", "village_a"))
    address = f"/devices/{found.device.pk}/withdrawal/"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert "手机丢失" in client.post(address, {"reason": "手机丢失"}, follow=True).content.decode()
    assert client.post(address, {"reason": "又一次"}).status_code == 409
