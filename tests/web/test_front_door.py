"""The quick way in for devices: what it answers is what the ordinary way would, and whatever is odd goes that way."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from sibulou.api import front_door, saying
from sibulou.api.batch import Sent, Unread
from sibulou.api.counter import Counter, Full
from sibulou.duty.intake import Answer, Outcome
from sibulou.duty.models import Record
from sibulou.duty.problems import UnknownSubject
from sibulou.duty.told import read_told
from sibulou.field import devices
from sibulou.field.models import Device
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.models import Appointment, User
from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
ORDINARY = b"the ordinary way"


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerk would not see what the test's transaction holds; here everyone is his own clerk."""
    monkeypatch.setattr(Counter, "hand_in", lambda self, slip, records: self._take(lambda: [slip])[0])


def enrolled(scene: Scene, user: User) -> str:
    return devices.enrol_signed_in(user=user, name="手机", now=scene.now - timedelta(days=2)).token


def check(scene: Scene, **other: object) -> dict[str, object]:
    return {
        "id": str(uuid7(scene.now)),
        "form": "household_check",
        "subject": str(scene.world.zhang.pk),
        "happened_at": (scene.now - timedelta(hours=1)).isoformat(),
        "content": {"members": 1, "present": 1},
        **other,
    }


def hand_in(body: object, token: str | None, *, pack: bool = False, **extra: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of what the door answers; behind it stands one that only says that it was asked."""
    sent: dict[str, Any] = {}

    def pages(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("299 Ordinary", [])
        return [ORDINARY, environ["wsgi.input"].read()]

    plain = body if isinstance(body, bytes) else json.dumps(body).encode()
    if token is not None:
        extra["HTTP_AUTHORIZATION"] = f"Device {token}"
    if pack:
        plain, extra["HTTP_CONTENT_ENCODING"] = gzip.compress(plain), "gzip"
    request = RequestFactory().post(front_door.PATH, plain, content_type="application/json", **extra)
    answer = front_door.with_front_door(pages)(
        request.environ, lambda status, headers: sent.update(status=status, headers=dict(headers))
    )
    return sent["status"], sent["headers"], b"".join(answer)


def test_records_of_a_device_are_taken_in(scene: Scene):
    token = enrolled(scene, scene.inside("group_head", "group_a1"))
    one = check(scene)
    batch = {"records": [one, one, one | {"content": {"members": 2, "present": 2}}, check(scene, form="no_form")]}
    status, headers, body = hand_in(batch, token, pack=True)
    assert status == "200 OK"
    said = json.loads(body)["records"]
    assert [row["outcome"] for row in said] == ["accepted", "repeated", "conflicting", "refused"]
    assert headers["Cache-Control"] == "no-store"
    with acting(EVERYTHING):
        kept = Record.objects.get(pk=one["id"])
        assert kept.device == "手机"
        assert kept.told_by_id == scene.inside("group_head", "group_a1").pk
        seen = Device.objects.get().seen_at
    assert seen is not None
    assert seen > scene.now - timedelta(minutes=5)


def test_both_ways_give_the_same_answer(scene: Scene):
    """The same records through the quick and the ordinary door, whichever comes first."""
    token = enrolled(scene, scene.inside("group_head", "group_a1"))
    outside = str(scene.world.stranger.household_id)
    records = [check(scene), check(scene, subject=outside), check(scene, content={"members": -1, "present": 0})]
    _, _, quick = hand_in({"records": records}, token)
    ordinary = Client().post(
        front_door.PATH, json.dumps({"records": records}), content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    ).json()  # fmt: skip
    first, again = (json.loads(quick)["records"], ordinary["records"])
    assert [row["outcome"] for row in first] == ["accepted", "unknown_subject", "refused"]
    assert [row["outcome"] for row in again] == ["repeated", "unknown_subject", "refused"]
    assert [row["problem"] for row in first] == [row["problem"] for row in again]


def test_the_answer_is_written_as_the_interface_says(scene: Scene):
    """Written at once or by its shapes, it is the same text."""
    problem = UnknownSubject(subject='7"')
    told = [read_told(check(scene)) for _ in range(3)]
    unread = Unread("x", {}, problem)
    sent = Sent([told[0], unread, told[1], told[2]], "", None)
    answers = [
        Answer(str(told[0].id), Outcome.ACCEPTED), Answer(str(told[1].id), Outcome.UNKNOWN_SUBJECT, problem),
        Answer(str(told[2].id), Outcome.REPEATED),
    ]  # fmt: skip
    said = saying.outcomes(scene.now, sent, answers).model_dump_json()
    assert saying.outcomes_written(scene.now, sent, answers) == said
    nothing = Sent([], "", None)
    assert saying.outcomes_written(scene.now, nothing, []) == saying.outcomes(scene.now, nothing, []).model_dump_json()


def test_what_happened_while_one_had_the_area_is_taken_in_after(scene: Scene):
    """Whoever lost the area hands in what he did there before, and nothing of later."""
    head = scene.inside("group_head", "group_a1")
    token = enrolled(scene, head)
    with acting(EVERYTHING):
        Appointment.objects.filter(user=head).update(ends_at=scene.now - timedelta(minutes=30), ended_by="-")
    early = check(scene)
    late = check(scene, happened_at=(scene.now - timedelta(minutes=10)).isoformat())
    _, _, body = hand_in({"records": [early, late]}, token)
    assert [row["outcome"] for row in json.loads(body)["records"]] == ["accepted", "unknown_subject"]


@pytest.mark.parametrize("odd", ["stranger", "no token", "run out", "withdrawn", "closed", "no batch", "unreadable"])
def test_whatever_is_odd_goes_the_ordinary_way(scene: Scene, odd: str):
    """The body is there for the pages to read again."""
    head = scene.inside("group_head", "group_a1")
    token: str | None = enrolled(scene, head)
    body: object = {"records": [check(scene)]}
    with acting(EVERYTHING):
        if odd == "run out":
            Device.objects.update(expires_at=scene.now - timedelta(hours=1))
        if odd == "withdrawn":
            Device.objects.update(withdrawn_at=scene.now - timedelta(hours=1), withdrawn_by="-")
        if odd == "closed":
            User.objects.filter(pk=head.pk).update(is_active=False)
    if odd in ("stranger", "no token"):
        token = "x" * 43 if odd == "stranger" else None
    if odd in ("no batch", "unreadable"):
        body = b"{" if odd == "no batch" else {"records": [check(scene), "no record"]}
    status, _, answer = hand_in(body, token)
    assert status == "299 Ordinary"
    assert answer == ORDINARY + (body if isinstance(body, bytes) else json.dumps(body).encode())


def test_over_its_capacity_it_says_when_to_come_again(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    token = enrolled(scene, scene.inside("group_head", "group_a1"))

    def full(*args: object) -> None:
        raise Full(7)

    monkeypatch.setattr(Counter, "hand_in", full)
    status, headers, body = hand_in({"records": [check(scene)]}, token)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "7")
    assert json.loads(body)["problem"] == "503.30"
    with acting(EVERYTHING):
        assert not Record.objects.exists()
