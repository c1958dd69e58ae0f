"""Every operation of the interface with generated input, right and wrong: a sentence each time, and never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.web.scene import Scene

pytestmark = pytest.mark.django_db
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "form", "subject", "happened_at", "content", "answers", "corrects", "withdraws")


def operations(schema: dict[str, object]) -> list[tuple[str, str]]:
    paths = schema["paths"]
    assert isinstance(paths, dict)
    return [(path, method) for path, methods in paths.items() for method in methods]


def _as_signed_in(raw: dict[str, Any]) -> None:
    """Who asks is signed in, not a device: its token is no input to be generated."""
    raw["components"]["securitySchemes"].pop("DeviceToken")
    for methods in raw["paths"].values():
        for operation in methods.values():
            operation["security"] = [one for one in operation.get("security", []) if "DeviceToken" not in one]


def test_generated_input_never_breaks_it(scene: Scene, signed_in):
    """What the OpenAPI page allows, and what it does not, for every operation."""
    client = signed_in(scene.inside("county_duty"))
    raw = client.get("/api/v1/openapi.json").json()
    _as_signed_in(raw)
    schema = schemathesis.openapi.from_dict(raw)
    found = operations(raw)
    assert len(found) == 11
    for path, method in found:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            strategy = schema[path][method].as_strategy(generation_mode=mode)

            @BOUNDED
            @given(case=strategy)
            def ask(case: schemathesis.Case) -> None:
                sent = case.as_transport_kwargs(base_url="http://localhost")
                headers = {str(key): str(value) for key, value in dict(sent.get("headers") or {}).items()}
                address = sent["url"].removeprefix("http://localhost")
                body = json.dumps(sent["json"]) if sent.get("json") is not None else sent.get("data") or ""
                answer = client.generic(
                    sent["method"], address, body if isinstance(body, bytes) else str(body),
                    content_type="application/json", query_params=sent.get("params") or {},
                    headers={key: value for key, value in headers.items() if key.lower() == "accept"},
                )  # fmt: skip
                assert answer.status_code < 500, (address, sent, answer.content[:300])
                if answer.status_code not in (200, 405) and answer["Content-Type"].startswith("application/json"):
                    assert set(answer.json()) == {"problem", "zh", "en"}

            ask()


@BOUNDED
@given(records=st.lists(st.dictionaries(st.sampled_from(FIELDS), ODD) | ODD, max_size=4))
def test_any_records_at_all_are_answered_one_by_one(scene: Scene, signed_in, records: list[object]):
    """Whatever a broken device sends, each record has its outcome, and what was refused is kept."""
    client = signed_in(scene.inside("group_head", "group_a1"))
    body = json.dumps({"records": records})
    answer = client.post("/api/v1/records", body, content_type="application/json")
    assert answer.status_code == 200, answer.content[:300]
    assert [one["outcome"] for one in answer.json()["records"]] == ["refused"] * len(records)


@BOUNDED
@given(body=st.binary(max_size=80) | ODD.map(lambda value: json.dumps(value).encode()))
def test_any_body_at_all_gets_a_sentence(scene: Scene, signed_in, body: bytes):
    client = signed_in(scene.inside("group_head", "group_a1"))
    answer = client.post("/api/v1/records", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"problem", "zh", "en"}
