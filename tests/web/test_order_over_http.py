"""Rule 1 over HTTP: in whatever order, pieces and repetitions the records come, the county is the same afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sibulou.api.counter import Counter
from sibulou.duty.models import Obligation, Record, Refusal
from sibulou.field import devices
from sibulou.lib.uuid7 import uuid7
from sibulou.roster.access import EVERYTHING, acting
from tests.web.scene import Scene
from tests.web.test_front_door import hand_in

pytestmark = pytest.mark.django_db
RECORDS = 9


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clerk would not see what the test's transaction holds; here everyone is his own clerk."""
    monkeypatch.setattr(Counter, "hand_in", lambda self, slip, records: self._take(lambda: [slip])[0])


def told(scene: Scene) -> list[dict[str, object]]:
    """A morning of one house: checks, one corrected, one withdrawn, one twice with another content, some refused."""
    zhang = str(scene.world.zhang.pk)

    def check(hours: float, **other: object) -> dict[str, object]:
        at = scene.now - timedelta(hours=hours)
        return {"id": str(uuid7(at)), "form": "household_check", "subject": zhang, "happened_at": at.isoformat(),
                "content": {"members": 1, "present": 1}, **other}  # fmt: skip

    first, second, third = check(30), check(5), check(2)
    return [
        first, second, third,
        check(1.5, corrects=first["id"], content={"members": 2, "present": 1}),
        check(1.2, corrects=second["id"], withdraws=True, content={}),
        check(1, content={"members": -1, "present": 0}),
        check(1, subject=str(scene.world.stranger.household_id)),
        check(0.5, content={"members": 3, "present": 3}),
        check(1, form="no_form"),
    ]  # fmt: skip


def county() -> tuple[object, ...]:
    """What the county holds: what was met, when and by what; the records; what was refused."""
    with acting(EVERYTHING):
        return (
            sorted(Obligation.objects.values_list("subject", "duty", "opened_at", "met_at", "met_by", "waived_at")),
            sorted(Record.objects.values_list("id", flat=True)),
            sorted(Refusal.objects.values_list("record_id", "outcome", "problem")),
        )


def send(door: str, records: Sequence[object], token: str) -> None:
    if door == "quick":
        status, _, _ = hand_in({"records": list(records)}, token)
        assert status == "200 OK"
        return
    said = Client().post(
        "/api/v1/records", json.dumps({"records": list(records)}), content_type="application/json",
        headers={"Authorization": f"Device {token}"},
    )  # fmt: skip
    assert said.status_code == 200


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(RECORDS)),
    again=st.lists(st.integers(0, RECORDS - 1), max_size=5),
    cuts=st.sets(st.integers(1, RECORDS + 4), max_size=5),
    doors=st.lists(st.sampled_from(["quick", "ordinary"]), min_size=6, max_size=6),
)
def test_any_order_any_split_any_repetition(
    scene: Scene, order: list[int], again: list[int], cuts: set[int], doors: list[str]
) -> None:
    token = devices.enrol_signed_in(
        user=scene.inside("group_head", "group_a1"), name="手机", now=scene.now - timedelta(days=9)
    ).token
    records = told(scene)
    with transaction.atomic():
        send("ordinary", records, token)
        expected = county()
        transaction.set_rollback(True)
    with transaction.atomic():
        sequence = [records[place] for place in [*order, *again]]
        edges = [0, *sorted(cut for cut in cuts if cut < len(sequence)), len(sequence)]
        for door, start, end in zip(doors, edges, edges[1:], strict=False):
            send(door, sequence[start:end], token)
        assert county() == expected
        transaction.set_rollback(True)


def test_the_morning_leaves_traces_of_every_kind(scene: Scene) -> None:
    """What the property compares is not empty: met, met by a correction, refused, off the roster."""
    token = devices.enrol_signed_in(
        user=scene.inside("group_head", "group_a1"), name="手机", now=scene.now - timedelta(days=9)
    ).token
    before = county()
    records = told(scene)
    send("quick", records, token)
    met, kept, refused = county()
    assert met != before[0]
    new = {str(one) for one in kept} - {str(one) for one in before[1]}  # type: ignore[attr-defined]
    assert new == {records[place]["id"] for place in (0, 1, 2, 3, 4, 7)}
    assert {outcome for _, outcome, _ in refused} == {"refused", "unknown_subject"}  # type: ignore[attr-defined]
