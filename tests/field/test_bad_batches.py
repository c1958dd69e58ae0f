"""What no door for records takes, over HTTP as in service: each with a sentence in both languages, and nothing is lost.

A telephone comes to the quick door, which leaves what is odd to the ordinary one; a browser comes to that at once.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.field.county import PASSWORD, County

PATH = "/api/v1/records"
MEGABYTE = 1024 * 1024

Answer = tuple[int, dict[str, object]]
Door = Callable[..., Answer]


def ask(county: County, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """What the county answers, read as JSON."""
    with closing(http.client.HTTPConnection("127.0.0.1", county.line.behind, timeout=60)) as line:
        line.request(method, path, body, dict(headers or {}))
        answer = line.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


@pytest.fixture(scope="module")
def username(county: County) -> str:
    """The head of a group."""
    rows = county.ask("""SELECT a.username FROM account a JOIN appointment t ON t.user_id = a.id
                         JOIN seat s ON s.id = t.seat_id WHERE s.role = 'group_head' ORDER BY a.id LIMIT 1""")
    return str(rows[0][0])


@pytest.fixture(scope="module")
def token(county: County, username: str) -> str:
    """A telephone of his."""
    told = json.dumps({"username": username, "password": PASSWORD, "name": "手机"}).encode()
    status, said = ask(county, "POST", "/api/v1/devices", told, {"Content-Type": "application/json"})
    assert status == 200, said
    return str(said["token"])


@pytest.fixture(scope="module")
def cookies(county: County, username: str) -> dict[str, str]:
    """A browser in which he is signed in."""
    with closing(http.client.HTTPConnection("127.0.0.1", county.line.behind, timeout=60)) as line:
        line.request("GET", "/sign-in/")
        page = line.getresponse()
        text = page.read().decode()
        kept = SimpleCookie("; ".join(page.headers.get_all("Set-Cookie") or []))
        form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert form is not None
        fields = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": form[1]}
        line.request("POST", "/sign-in/", urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={kept['csrftoken'].value}",
            "Referer": f"http://127.0.0.1:{county.line.behind}/sign-in/",
        })  # fmt: skip
        entered = line.getresponse()
        entered.read()
        for header in entered.headers.get_all("Set-Cookie") or []:
            kept.load(header)
    return {name: one.value for name, one in kept.items()}


@pytest.fixture(params=["telephone", "browser"])
def door(request: pytest.FixtureRequest, county: County, token: str, cookies: dict[str, str]) -> Door:
    """Hands in a body at this door, with further headers."""
    if request.param == "telephone":
        own = {"Authorization": f"Device {token}"}
    else:
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        own = {"Cookie": cookie, "X-CSRFToken": cookies["csrftoken"]}

    def hand_in(body: bytes, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(county, "POST", PATH, body, {"Content-Type": "application/json"} | own | named)

    return hand_in


def record(county: County, username: str, **other: object) -> dict[str, object]:
    """A check of a household that he answers for."""
    rows = county.ask(
        """SELECT h.subject_id FROM household h JOIN subject u ON u.id = h.subject_id
           JOIN seat s ON s.area_id = u.area_id JOIN appointment t ON t.seat_id = s.id
           JOIN account a ON a.id = t.user_id
           WHERE a.username = %s AND s.role = 'group_head' ORDER BY 1 LIMIT 1""",
        username,
    )
    at = datetime.now(UTC) - timedelta(hours=1)
    return {
        "id": str(uuid4()), "form": "household_check", "subject": rows[0][0], "happened_at": at.isoformat(),
        "content": {"members": 1, "present": 1}, **other,
    }  # fmt: skip


def kept(county: County) -> tuple[object, ...]:
    """How many records there are."""
    return county.ask("SELECT count(*) FROM record")[0]


def padded(size: int) -> bytes:
    """A batch without records, of so many bytes."""
    return b'{"records": []' + b" " * (size - 15) + b"}"


NESTED = b'{"records": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
ONE = json.dumps({"records": [{"id": "x"}]}).encode()
REFUSED: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "a bomb of 33 MB in 33 KB": (gzip.compress(padded(33 * MEGABYTE)), {"Content_Encoding": "gzip"}, 413, "413.1"),
    "more than 8 MB as sent": (padded(8 * MEGABYTE + 1), {}, 413, "413.1"),
    "5,001 records": (json.dumps({"records": [{}] * 5_001}).encode(), {}, 413, "413.1"),
    "nested without end": (NESTED, {}, 400, "400.1"),
    "packed and nested without end": (gzip.compress(NESTED), {"Content_Encoding": "gzip"}, 400, "400.1"),
    "cut in half": (ONE[: len(ONE) // 2], {}, 400, "400.1"),
    "packed and cut in half": (gzip.compress(ONE)[:20], {"Content_Encoding": "gzip"}, 400, "400.1"),
    "called packed": (ONE, {"Content_Encoding": "gzip"}, 400, "400.1"),
    "packed, and not called so": (gzip.compress(ONE), {}, 400, "400.1"),
    "packed in a way not understood": (b"\x1b\x2f\x00\xf8\x8d", {"Content_Encoding": "br"}, 400, "400.1"),
    "in the signs of GBK": ('{"records": [], "device": "手机"}'.encode("gbk"), {}, 400, "400.1"),
    "a form of a page": (b"--x\r\n\r\n--x--", {"Content_Type": "multipart/form-data; boundary=x"}, 400, "400.1"),
    "a form in an address": (b"records=1", {"Content_Type": "application/x-www-form-urlencoded"}, 400, "400.1"),
    "a list": (b"[]", {}, 422, "422.80"),
    "empty": (b"", {}, 400, "400.1"),
}  # fmt: skip


@pytest.mark.parametrize("bad", REFUSED)
def test_what_is_no_batch_is_refused_whole(county: County, door: Door, bad: str):
    body, headers, status, number = REFUSED[bad]
    before = kept(county)
    answered, said = door(body, **headers)
    assert (answered, said["problem"]) == (status, number)
    assert set(said) == {"problem", "zh", "en"}
    assert "没有收下任何记录" in str(said["zh"])
    assert "no record was taken" in str(said["en"])
    assert kept(county) == before


def test_a_batch_as_large_as_allowed_is_taken(door: Door):
    """The bounds that the sentence names are the bounds."""
    assert door(padded(8 * MEGABYTE))[0] == 200
    assert door(gzip.compress(padded(32 * MEGABYTE)), Content_Encoding="gzip")[0] == 200


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"form": "no_such_form"}, "422.42"),
        ({"happened_at": "2199-01-01T00:00:00+08:00"}, "422.41"),
        ({"content": {"members": {"of": {"more": {}}}}}, "422.40"),
        ({"content": json.loads('{"a":' * 20 + "1" + "}" * 20)}, "422.48"),
        ({"content": {"members": 10**301}}, "422.48"),
        ({"content": {"members": "\x00"}}, "422.48"),
        ({"subject": 999_999_999}, "422.43"),
    ],
)
def test_a_record_that_cannot_be_taken_refuses_no_other_and_is_kept(
    county: County, username: str, door: Door, change: dict[str, object], number: str
):
    """Its neighbours in the batch are taken in; it waits for a person with its sentence."""
    good, bad = record(county, username), record(county, username, **change)
    status, said = door(json.dumps({"records": [bad, good]}).encode())
    rows = said["records"]
    assert status == 200
    assert isinstance(rows, list)
    assert [row["problem"] and row["problem"]["problem"] for row in rows] == [number, None]
    assert rows[0]["problem"]["zh"] and rows[0]["problem"]["en"]
    assert rows[1]["outcome"] == "accepted"
    assert county.ask("SELECT count(*) FROM refusal WHERE record_id = %s", str(bad["id"])) == [(1,)]


@pytest.mark.parametrize(("bearer", "number"), [("Device " + "x" * 43, "401.5"), ("Device x", "401.5"), ("", "401.1")])
def test_whoever_is_not_known_is_told_so(county: County, username: str, bearer: str, number: str):
    body = json.dumps({"records": [record(county, username)]}).encode()
    before = kept(county)
    headers = {"Content-Type": "application/json"} | ({"Authorization": bearer} if bearer else {})
    status, said = ask(county, "POST", PATH, body, headers)
    assert (status, said["problem"]) == (401, number)
    assert said["zh"] and said["en"]
    assert kept(county) == before


def test_a_line_that_breaks_in_the_middle_of_a_body_leaves_nothing(county: County, username: str, token: str):
    """Half a batch is no batch, and the next one is taken as ever."""
    body = json.dumps({"records": [record(county, username)]}).encode()
    before = kept(county)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Device {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", county.line.behind), timeout=60) as line:
        line.sendall(head.encode() + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            continue
    assert kept(county) == before
    headers = {"Authorization": f"Device {token}", "Content-Type": "application/json"}
    status, said = ask(county, "POST", PATH, body, headers)
    assert (status, [row["outcome"] for row in said["records"]]) == (200, ["accepted"])  # type: ignore[attr-defined]


def test_a_withdrawn_telephone_hands_in_what_it_has_and_is_told_to_wipe(county: County, username: str, token: str):
    """The last of this module: the telephone is gone after it."""
    county.ask("UPDATE field_device SET withdrawn_at = now(), withdrawn_by = '主管' RETURNING 1")
    body = json.dumps({"records": [record(county, username)]}).encode()
    headers = {"Authorization": f"Device {token}", "Content-Type": "application/json"}
    status, said = ask(county, "POST", PATH, body, headers)
    assert (status, said["problem"], said["wipe"]) == (410, "410.1", True)
    assert [row["outcome"] for row in said["records"]] == ["accepted"]  # type: ignore[attr-defined]
    assert said["zh"] and said["en"]
    status, said = ask(county, "POST", PATH, ONE[:9], headers)
    assert (status, said["problem"]) == (410, "410.1")
