"""The interface for other systems: outcomes per record, pages by key, problems as JSON, and never a 500."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from sibulou.duty.models import Record, Refusal
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
RECORDS = "/api/v1/records"


def check(scene: Scene, **other: object) -> dict[str, object]:
    """A household check as a device would send it."""
    return {
        "id": str(uuid7(scene.now)),
        "form": "household_check",
        "subject": str(scene.world.zhang.pk),
        "happened_at": (scene.now - timedelta(hours=1)).isoformat(),
        "content": {"members": 1, "present": 1},
        **other,
    }


def post(client, batch: object, **headers: str):
    return client.post(RECORDS, json.dumps(batch), content_type="application/json", headers=headers)


def test_each_record_has_its_own_outcome(scene, signed_in):
    """A bad record does not refuse the batch, and nothing that was sent is lost."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    good = check(scene)
    batch = [
        good,
        good,
        good | {"content": {"members": 2, "present": 2}},
        check(scene, subject=str(scene.world.stranger.household_id)),
        check(scene, content={"members": -1, "present": 0}),
        check(scene, happened_at="yesterday"),
        check(scene, content={"members": 1, "present": 1, "note": "a\x00b"}),
        "no record",
    ]
    said = post(client, {"records": batch, "device": "phone 1"}).json()["records"]
    assert [one["outcome"] for one in said] == [
        "accepted", "repeated", "conflicting", "unknown_subject", "refused", "refused", "refused", "refused",
    ]  # fmt: skip
    assert [one["problem"] and one["problem"]["problem"] for one in said] == [
        None, None, "409.3", "422.43", "422.40", "422.45", "422.48", "422.45",
    ]  # fmt: skip
    with acting(EVERYTHING):
        assert Record.objects.count() == 1
        assert Refusal.objects.count() == 6


def test_sending_twice_changes_nothing(scene, signed_in):
    """A device that did not hear the answer sends again; refusals are not kept twice either."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    batch = {"records": [check(scene), check(scene, form="no_such_form"), {"id": "x"}]}
    first, second = post(client, batch).json(), post(client, batch).json()
    assert [one["outcome"] for one in first["records"]] == ["accepted", "refused", "refused"]
    assert [one["outcome"] for one in second["records"]] == ["repeated", "refused", "refused"]
    with acting(EVERYTHING):
        assert Refusal.objects.count() == 2


def test_a_packed_batch_is_read(scene, signed_in):
    client = signed_in(scene.inside("group_head", "group_a1"))
    packed = gzip.compress(json.dumps({"records": [check(scene)]}).encode())
    said = client.post(RECORDS, packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert said.json()["records"][0]["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "400.1"),
        (b"\xff\xfe", "400.1"),
        (b"{", "400.1"),
        (b'{"records": [NaN]}', "400.1"),
        (b"[" * 100_000, "400.1"),
        (b"[]", "422.80"),
        (b"{}", "422.80"),
        (b'{"records": {}}', "422.80"),
        (b'{"records": [], "device": 7}', "422.80"),
        (b'{"records": [], "device": "\\u0000"}', "422.80"),
        (b'{"records": [], "sent_at": "2020-02-10"}', "422.80"),
        (b'{"records": [], "extra": 1}', "422.80"),
        (json.dumps({"records": [0] * 5001}).encode(), "413.1"),
    ],
)
def test_a_batch_that_cannot_be_read_gets_a_sentence(scene, signed_in, body, problem):
    client = signed_in(scene.inside("group_head", "group_a1"))
    said = client.post(RECORDS, body, content_type="application/json")
    assert said.json()["problem"] == problem
    assert str(said.status_code) == problem.split(".", maxsplit=1)[0]
    assert set(said.json()) == {"problem", "zh", "en"}


@pytest.mark.parametrize(
    "packed",
    [b"no gzip", gzip.compress(b"{}", mtime=0)[:-4], gzip.compress(b" " * 40_000_000, mtime=0)],
    ids=["not packed", "cut off", "bursting"],
)
def test_a_broken_or_bursting_parcel_gets_a_sentence(scene, signed_in, packed):
    client = signed_in(scene.inside("group_head", "group_a1"))
    said = client.post(RECORDS, packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert said.json()["problem"] in ("400.1", "413.1")


def test_who_may_tell_nothing_is_told_so(scene, signed_in):
    said = post(signed_in(scene.inside("auditor")), {"records": []})
    assert (said.status_code, said.json()["problem"]) == (403, "403.3")


def test_a_request_without_the_token_of_its_session_is_refused(scene):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.inside("group_head", "group_a1"), backend="django.contrib.auth.backends.ModelBackend")
    said = post(client, {"records": [check(scene)]})
    assert (said.status_code, said.json()["problem"]) == (403, "403.4")
    with acting(EVERYTHING):
        assert not Record.objects.exists()


def test_gaps_come_page_by_page(scene, signed_in):
    """The pages hold every gap once, in the order of their due moments, and the last says that it is the last."""
    client = signed_in(scene.inside("county_duty"))
    whole = client.get("/api/v1/gaps?limit=500").json()
    assert whole["next"] is None
    paged: list[dict[str, object]] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/api/v1/gaps", {"limit": 3} | ({"after": after} if after else {})).json()
        paged += page["gaps"]
        after = page["next"]
    assert len(whole["gaps"]) > 10
    assert paged == whole["gaps"]
    assert [one["due_at"] for one in paged] == sorted(one["due_at"] for one in paged)


def test_gaps_are_filtered(scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    fronts = {one["front"] for one in client.get("/api/v1/gaps?front=control&limit=500").json()["gaps"]}
    assert fronts == {"control"}
    kinds = [one["kinds"] for one in client.get("/api/v1/gaps?kind=silent&limit=500").json()["gaps"]]
    assert kinds
    assert all("silent" in one for one in kinds)


@pytest.mark.parametrize(
    "query",
    ["area=1", "area=x", "kind=none", "front=x", "limit=0", "limit=x", "duty=99999999999999999999", "after=x",
     "after=2020-01-01|1", "after=2020-01-01T00:00:00%2B00:00|99999999999999999999",
     "after=0001-01-01T00:00:00%2B14:00|1"],
)  # fmt: skip
def test_a_wrong_query_gets_a_sentence(scene, signed_in, query):
    said = signed_in(scene.inside("county_duty")).get(f"/api/v1/gaps?{query}")
    assert (said.status_code, said.json()["problem"]) == (422, "422.81")


def test_the_books_of_an_area_balance(scene, signed_in):
    client = signed_in(scene.inside("township_duty"))
    said = client.get(f"/api/v1/areas/{scene.world.longquan.pk}").json()
    assert said["balanced"] is True
    for name, number in said["whole"].items():
        assert number == sum(one[name] for one in said["children"]) == sum(one[name] for one in said["duties"])


def test_outside_ones_area_nothing_exists(scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    for address in (
        f"areas/{scene.world.next_county.pk}",
        f"subjects/{scene.world.stranger.pk}",
        "subjects/999999",
        "obligations/999999999",
    ):
        said = client.get(f"/api/v1/{address}")
        assert (said.status_code, said.json()["problem"]) == (404, "404.1"), address


def test_a_person_leaves_without_numbers(scene, signed_in):
    """Neither identity nor phone has a name in the answer, so it cannot slip out."""
    said = signed_in(scene.inside("county_duty")).get(f"/api/v1/subjects/{scene.world.yang_zhiqiang.pk}").json()
    assert set(said["facts"]) == {"household_id", "relation", "sex", "state", "identity_kind"}
    assert said["label"] == "杨志强"


def test_an_obligation_says_where_it_stands(scene, signed_in):
    client = signed_in(scene.inside("county_duty"))
    gap = client.get("/api/v1/gaps?limit=1").json()["gaps"][0]
    said = client.get(f"/api/v1/obligations/{gap['obligation']}").json()
    assert said["standing"] == "overdue"
    assert said["kinds"] == gap["kinds"]
    assert said["seat"]["answers"]


def test_a_stranger_is_asked_to_sign_in(client):
    for address in ("gaps", "openapi.json", f"subjects/{uuid4().int % 1000}"):
        said = client.get(f"/api/v1/{address}")
        assert (said.status_code, said.json()["problem"]) == (401, "401.1")
