"""A plan that is loaded answers the kernel, and cannot be changed."""

from __future__ import annotations

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import time, timedelta
from pathlib import Path

import pytest

import sibulou
from sibulou.duty.cadence import Every, Triggered, is_stricter
from sibulou.duty.ladder import Rung
from sibulou.duty.plan import OpenDuty, load_plan
from tests.unit.plan_texts import MINIMAL, load


def test_a_plan_answers_the_kernel() -> None:
    plan = load(MINIMAL)
    duty = plan.duties["household.recheck"]
    assert (plan.key, plan.version, plan.zone.key) == ("flood", 1, "Asia/Shanghai")
    assert [level.key for level in plan.levels] == ["I", "II"]
    assert plan.quiet is not None and plan.quiet.until == time(6, 30)
    assert plan.values == {"deep": 1.5, "days": 7} and plan.lists == {"rivers": ("green", "red")}
    assert plan.classes["home"].days == 7 and plan.reasons["away"].title.say("zh") == "外出"
    first, second = duty.timing("I"), duty.timing("II")
    assert isinstance(first, Every) and isinstance(second, Every)
    assert (first.days, second.days, duty.timing("III")) == (3, 7, None)
    assert is_stricter(second, first) and not is_stricter(first, second)
    assert duty.waiver is not None and duty.waiver.confirm and duty.gap == "overdue"
    assert plan.duties["household.moved"].rings_at_night
    assert isinstance(plan.duties["household.moved"].timing("II"), Triggered)
    assert plan.ladders["village"] == (
        Rung("village_secretary", timedelta()),
        Rung("township_duty", timedelta(hours=1)),
        Rung("county_duty", timedelta(hours=2)),
    )


def test_a_record_closes_and_calls_for_what_the_plan_says() -> None:
    plan = load(MINIMAL)
    assert plan.closing("check", {"depth": 0.5}, {}) == ("household.recheck", "household.moved")
    assert plan.closing("check", {"depth": 2.0}, {}) == ("household.moved",)
    assert plan.closing("moved", {}, {}) == ()
    assert plan.effects("check", {"depth": 2.0}, {}) == (OpenDuty("deep_water", "household.moved", "subject"),)
    assert plan.effects("check", {"depth": 1.0}, {}) == ()
    assert [closer.answers for closer in plan.closers("household.moved", "check")] == [True]


def test_records_judged_in_many_threads_do_not_mix() -> None:
    plan = load(MINIMAL)

    def judge(n: int) -> bool:
        deep = n % 2 == 0
        closed = plan.closing("check", {"depth": 2.0 if deep else 0.5}, {})
        return closed == (("household.moved",) if deep else ("household.recheck", "household.moved"))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(judge, range(2000)))


def test_a_record_leaves_nothing_behind_for_the_next() -> None:
    plan = load(MINIMAL)
    assert plan.effects("check", {"depth": 2.0}, {})
    assert plan.effects("check", {}, {}) == ()


def test_a_plan_cannot_be_changed() -> None:
    plan = load(MINIMAL)
    with pytest.raises(FrozenInstanceError):
        plan.version = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        plan.duties["x"] = plan.duties["household.moved"]  # type: ignore[index]
    with pytest.raises(TypeError):
        plan.duties["household.recheck"].timings["I"] = None  # type: ignore[index]


def test_a_level_not_listed_is_a_duty_not_in_force() -> None:
    plan = load(MINIMAL.replace("      I: true\n", ""))
    assert plan.duties["household.recheck"].timing("I") is None
    assert plan.duties["household.recheck"].timing("II") is not None


def test_an_optional_field_read_without_has_is_pointed_out() -> None:
    plan = load(MINIMAL.replace("record.depth < values.deep", "record.river == 'green'"))
    assert [caution.en.split(":")[0] for caution in plan.cautions] == ["duties.household.recheck"]
    assert load(MINIMAL).cautions == ()


def test_without_scopes_their_names_are_not_checked() -> None:
    assert load_plan(MINIMAL.replace("scope: households", "scope: boats"), file="flood.yaml").duties


def test_the_reference_names_every_field_of_the_format() -> None:
    """The readers ask for fields by name in calls of `fields(...)`; each of those names is in the reference."""
    reference = (Path(sibulou.__file__).parents[1] / "docs/reference/plan.md").read_text(encoding="utf-8")
    prose = re.sub(r"```.*?```", "", reference, flags=re.DOTALL)
    words = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    asked: set[str] = set()
    for path in (Path(sibulou.__file__).parent / "duty").glob("plan*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "fields":
                texts = [one.value for one in call.args if isinstance(one, ast.Constant)]
                asked |= {name for text in texts for name in str(text).split()}
    assert len(asked) > 30
    assert asked - words == set()


PURE = ["cadence", "form", "ladder", "rule"]


def test_the_plan_and_its_parts_import_no_framework() -> None:
    folder = Path(sibulou.__file__).parent / "duty"
    paths = [*(folder / f"{name}.py" for name in PURE), *folder.glob("plan*.py")]
    allowed = ("sibulou.duty", "sibulou.lib", "sibulou.roster.role", "sibulou.roster.area_key")
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                assert not name.startswith("django"), path.name
                assert not name.startswith("sibulou") or name.startswith(allowed), (path.name, name)
