"""Devices: let in by an invitation or a password, known by their token, renewed, and withdrawn."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from sibulou.field import devices
from sibulou.roster.access import acting, reach_of
from sibulou.roster.audit import By
from sibulou.roster.models import User
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
