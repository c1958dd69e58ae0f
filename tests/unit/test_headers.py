"""Every answer tells the browser what it may do; data is packed, pages are not."""

from __future__ import annotations

import gzip

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory

from sibulou.web.headers import pack, tell_the_browser

ROWS = {"rows": ["四不漏"] * 200}


def packing() -> HttpRequest:
    return RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})


def test_no_script_but_our_own_and_no_position() -> None:
    response = tell_the_browser(lambda _: HttpResponse("a page"))(packing())
    policy = dict(part.split(" ", 1) for part in response["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert {"geolocation=()", "camera=()", "microphone=()"} <= set(response["Permissions-Policy"].split(", "))


def test_a_view_may_say_more() -> None:
    own = {"Permissions-Policy": "geolocation=(self)"}
    response = tell_the_browser(lambda _: HttpResponse("a form", headers=own))(packing())
    assert response["Permissions-Policy"] == "geolocation=(self)"
    assert "script-src 'self'" in response["Content-Security-Policy"]


def test_data_is_packed_for_whoever_unpacks_it() -> None:
    response = pack(lambda _: JsonResponse(ROWS, headers={"ETag": '"7"'}))(packing())
    assert response["Content-Encoding"] == "gzip" and response["ETag"] == 'W/"7"'
    assert gzip.decompress(response.content) == JsonResponse(ROWS).content  # type: ignore[attr-defined]
    plain = pack(lambda _: JsonResponse(ROWS))(RequestFactory().get("/"))
    assert not plain.has_header("Content-Encoding")


@pytest.mark.parametrize(
    "response",
    [HttpResponse("<form>token</form>" * 99), JsonResponse({}), JsonResponse(ROWS, headers={"Content-Encoding": "br"})],
    ids=["a page with its token", "too short", "packed already"],
)
def test_what_is_left_as_it_is(response: HttpResponse) -> None:
    before = response.content
    assert pack(lambda _: response)(packing()).content == before  # type: ignore[attr-defined]


def test_both_stand_outside_everything_that_writes_an_answer() -> None:
    assert settings.MIDDLEWARE[1:3] == ["sibulou.web.headers.tell_the_browser", "sibulou.web.headers.pack"]
