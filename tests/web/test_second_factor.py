"""A code from the telephone besides the password: set up by oneself, asked for at sign-in, removed with a code."""

from __future__ import annotations

import time
from base64 import b32encode, b64encode

import pytest
from django.db import connection
from django.test import Client
from django_otp.oath import totp

from sibulou.lib.cipher import CannotOpen
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import AuditLine, PhoneCode, User
from tests.web.reading import words
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
PASSWORD = "four-nets-none-leaks"


def code_of(device: PhoneCode, steps: int = 0) -> str:
    """The code that the telephone shows, now or some half minutes on."""
    return f"{totp(device.bin_key, t0=-steps * device.step):06d}"


def awaited(device: PhoneCode) -> None:
    """Wrong codes slow down the next: here the wait is over."""
    PhoneCode.objects.filter(pk=device.pk).update(throttling_failure_count=0, throttling_failure_timestamp=None)


@pytest.fixture
def officer(scene: Scene) -> User:
    user = scene.inside("auditor")
    with acting(EVERYTHING):
        user.set_password(PASSWORD)
        user.save()
    return user


@pytest.fixture
def device(officer: User, signed_in) -> PhoneCode:
    """Set up and confirmed by himself."""
    client = signed_in(officer)
    assert "建议启用" in words(client.get("/account/"))
    assert client.post("/account/code/", {"step": "confirm", "code": "123456"}).status_code == 409
    page = client.post("/account/code/", {"step": "begin"}, follow=True).content.decode()
    begun = PhoneCode.objects.get(user=officer)
    assert "otpauth://totp/" in page
    assert begun.confirmed is False
    assert client.post("/account/code/", {"step": "confirm", "code": "12345x"}).status_code == 422
    awaited(begun)
    assert "已启用" in words(client.post("/account/code/", {"step": "confirm", "code": code_of(begun)}, follow=True))
    return PhoneCode.objects.get(user=officer, confirmed=True)


def test_the_secret_is_sealed_in_the_database_and_bound_to_its_account(scene: Scene, officer: User, device: PhoneCode):
    """Whoever reads the table cannot make codes, and pasted into another's row the secret opens nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM otp_totp_totpdevice WHERE id = %s", [device.pk])
        (kept,) = cursor.fetchone()
    assert device.bin_key.hex() not in kept
    assert b64encode(device.bin_key).decode() not in kept
    assert len(device.bin_key) == 20
    other = PhoneCode(user_id=scene.inside("administrator").pk, key=kept)
    with pytest.raises(CannotOpen):
        other.verify_token("123456")


def test_the_secret_is_a_square_to_scan_and_letters_to_type(officer: User, signed_in):
    """Drawn in the page itself, with a title for whoever cannot see it; the letters stand in groups of four."""
    client = signed_in(officer)
    page = client.post("/account/code/", {"step": "begin"}, follow=True).content.decode()
    secret = b32encode(PhoneCode.objects.get(user=officer).bin_key).decode()
    square = page[page.index("<svg") : page.index("</svg>")]
    assert "<title>手机验证码的二维码" in square
    assert secret not in square
    assert " ".join(secret[at : at + 4] for at in range(0, 32, 4)) in page


def sign_in(officer: User) -> Client:
    """A browser in which the password was typed."""
    client = Client()
    said = client.post("/sign-in/", {"username": officer.username, "password": PASSWORD, "next": "/account/"})
    assert (said.status_code, "6 位验证码" in words(said)) == (200, True)
    return client


def test_the_password_alone_does_not_sign_in(officer: User, device: PhoneCode):
    client = sign_in(officer)
    assert client.get("/account/").status_code == 302
    assert client.post("/sign-in/", {"code": "000000x"}).status_code == 422
    awaited(device)
    said = client.post("/sign-in/", {"code": code_of(device, 1), "next": "/account/"})
    assert said.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


def test_a_used_code_is_not_taken_again(officer: User, device: PhoneCode):
    used = code_of(device, 1)
    assert sign_in(officer).post("/sign-in/", {"code": used}).status_code == 302
    again = sign_in(officer)
    assert again.post("/sign-in/", {"code": used}).status_code == 422
    assert again.get("/account/").status_code == 302


def test_a_code_without_a_password_just_before_is_refused(officer: User, device: PhoneCode):
    assert Client().post("/sign-in/", {"code": code_of(device, 1)}).status_code == 401
    client = sign_in(officer)
    session = client.session
    session["half_signed_in"] = {"user": officer.pk, "at": time.time() - 301}
    session.save()
    assert client.post("/sign-in/", {"code": code_of(device, 1)}).status_code == 401


def test_it_is_removed_with_a_code_only(officer: User, device: PhoneCode, signed_in):
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
    scene: Scene, officer: User, device: PhoneCode, signed_in
):
    client = signed_in(scene.inside("administrator"))
    assert "取消手机验证码" in words(client.get(f"/accounts/{officer.pk}/"))
    assert client.post(f"/accounts/{officer.pk}/state/", {"state": "without_code"}).status_code == 302
    assert not PhoneCode.objects.filter(user=officer).exists()
    assert client.post(f"/accounts/{officer.pk}/state/", {"state": "without_code"}).status_code == 409


def test_who_has_none_signs_in_as_before(officer: User):
    said = Client().post("/sign-in/", {"username": officer.username, "password": PASSWORD})
    assert said.status_code == 302
