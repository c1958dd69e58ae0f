"""What is asked for unasked: the icon of a tab, and what a crawler may do."""

from __future__ import annotations

import struct

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_tab_gets_its_icon_without_a_sign_in() -> None:
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
    kind, count = struct.unpack("<HH", answer.content[2:6])
    assert (kind, count) == (1, 3)


def test_a_crawler_is_asked_to_stay_away() -> None:
    answer = Client().get("/robots.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
    assert answer.content.decode().splitlines() == ["User-agent: *", "Disallow: /"]


@pytest.mark.parametrize("address", ["/favicon.ico", "/robots.txt"])
def test_neither_sets_a_cookie_or_takes_a_form(address: str) -> None:
    assert not Client().get(address).cookies
    assert Client().post(address).status_code == 405
