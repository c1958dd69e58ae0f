"""A code from the telephone besides the password: set up by oneself, asked for at sign-in, removed with a code."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import AuditLine, User
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
PASSWORD = "four-nets-none-leaks"


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """The code that the telephone shows, now or some half minutes on."""
    return f"{totp(device.bin_key, t0=-steps * device.step):06d}"


def awaited(device: TOTPDevice) -> None:
    """Wrong codes slow down the next: here the wait is over."""
    TOTPDevice.objects.filter(pk=device.pk).update(throttling_failure_count=0, throttling_failure_timestamp=None)


@pytest.fixture
def officer(scene: Scene) -> User:
    user = scene.inside("auditor")
    with acting(EVERYTHING):
        user.set_password(PASSWORD)
        user.save()
    return user


@pytest.fixture
def device(officer: User, signed_in) -> TOTPDevice:
    """Set up and confirmed by himself."""
    client = signed_in(officer)
    assert "建议启用" in words(client.get("/account/"))
    assert client.post("/account/code/", {"step": "confirm", "code": "123456"}).status_code == 409
    page = client.post("/account/code/", {"step": "begin"}, follow=True).content.decode()
    begun = TOTPDevice.objects.get(user=officer)
    assert "otpauth://totp/" in page
    assert begun.confirmed is False
    assert client.post("/account/code/", {"step": "confirm", "code": "12345x"}).status_code == 422
    awaited(begun)
    assert "已启用" in words(client.post("/account/code/", {"step": "confirm", "code": code_of(begun)}, follow=True))
    return TOTPDevice.objects.get(user=officer, confirmed=True)


def sign_in(officer: User) -> Client:
    """A browser in which the password was typed."""
    client = Client()
    said = client.post("/sign-in/", {"username": officer.username, "password": PASSWORD, "next": "/account/"})
    assert (said.status_code, "6 位验证码" in words(said)) == (200, True)
    return client


def test_the_password_alone_does_not_sign_in(officer: User, device: TOTPDevice):
    client = sign_in(officer)
    assert client.get("/account/").status_code == 302
    assert client.post("/sign-in/", {"code": "000000x"}).status_code == 422
    awaited(device)
    said = client.post("/sign-in/", {"code": code_of(device, 1), "next": "/account/"})
    assert said.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_a_used_code_is_not_taken_again(officer: User, device: TOTPDevice):
    used = code_of(device, 1)
    assert sign_in(officer).post("/sign-in/", {"code": used}).status_code == 302
    again = sign_in(officer)
    assert again.post("/sign-in/", {"code": used}).status_code == 422
    assert again.get("/account/").status_code == 302


def test_a_code_without_a_password_just_before_is_refused(officer: User, device: TOTPDevice):
    assert Client().post("/sign-in/", {"code": code_of(device, 1)}).status_code == 401
    client = sign_in(officer)
    session = client.session
    session["half_signed_in"] = {"user": officer.pk, "at": time.time() - 301}
    session.save()
    assert client.post("/sign-in/", {"code": code_of(device, 1)}).status_code == 401


def test_it_is_removed_with_a_code_only(officer: User, device: TOTPDevice, signed_in):
    client = signed_in(officer)
    assert client.post("/account/code/", {"step": "begin"}).status_code == 409
    assert client.post("/account/code/", {"step": "remove", "code": ""}).status_code == 422
    awaited(device)
    page = client.post("/account/code/", {"step": "remove", "code": code_of(device, 1)}, follow=True)
    assert "没有启用" in words(page)
    with acting(EVERYTHING):
        kinds = list(
            AuditLine.objects.filter(kind__startswith="account.code").order_by("pk").values_list("kind", flat=True)
        )
    assert kinds == ["account.code_on", "account.code_off"]


def test_an_administrator_removes_it_for_whoever_lost_the_telephone(
    scene: Scene, officer: User, device: TOTPDevice, signed_in
):
    client = signed_in(scene.inside("administrator"))
    assert "取消手机验证码" in words(client.get(f"/accounts/{officer.pk}/"))
    assert client.post(f"/accounts/{officer.pk}/state/", {"state": "without_code"}).status_code == 302
    assert not TOTPDevice.objects.filter(user=officer).exists()
    assert client.post(f"/accounts/{officer.pk}/state/", {"state": "without_code"}).status_code == 409


def test_who_has_none_signs_in_as_before(officer: User):
    said = Client().post("/sign-in/", {"username": officer.username, "password": PASSWORD})
    assert said.status_code == 302
