"""The plans that are shipped: they load, reach all four fronts, and open what the article's stories call for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sibulou
from sibulou.duty.form import FieldType
from sibulou.duty.plan import LiftWatch, OpenDuty, Plan, PutUnderWatch, load_plan
from sibulou.plans import shipped
from sibulou.roster.role import ROLES
from tests.unit.plan_texts import SCOPES


@pytest.fixture(params=list(shipped()))
def plan(request: pytest.FixtureRequest) -> Plan:
    path = shipped()[request.param]
    return load_plan(path.read_text(encoding="utf-8"), file=path.name, scopes=SCOPES)


def test_every_shipped_plan_loads_and_reaches_all_four_fronts(plan: Plan) -> None:
    assert len(plan.duties) >= 10
    assert {duty.front for duty in plan.duties.values()} == {"defence", "control", "outreach", "screening"}
    assert plan.cautions == ()


def test_no_measurement_of_a_shipped_plan_has_a_draft(plan: Plan) -> None:
    """A temperature is taken anew each time; a draft is for what can be seen to be unchanged."""
    for form in plan.forms.values():
        assert [field.key for field in form.fields if field.type is FieldType.NUMBER and field.fill] == []


def test_every_duty_of_a_shipped_plan_is_in_force_somewhere_with_someone_above(plan: Plan) -> None:
    for duty in plan.duties.values():
        assert duty.timings, duty.key
        assert duty.owner in ROLES
        assert any(rung.role for rung in plan.ladders[duty.ladder]), duty.key


def test_no_word_of_a_shipped_plan_is_one_that_no_screen_may_show() -> None:
    for path in shipped().values():
        assert not re.search("考核|排名|打卡", path.read_text(encoding="utf-8")), path.name


@pytest.fixture(scope="module")
def article() -> Plan:
    path = shipped()["covid19-2020"]
    return load_plan(path.read_text(encoding="utf-8"), file=path.name, scopes=SCOPES)


def test_the_article_is_covered_from_s1_to_s52(article: Plan) -> None:
    tags = {tag for duty in article.duties.values() for tag in duty.articles}
    tags |= {tag for rule in article.rules for tag in rule.articles}
    assert tags == {f"S{n}" for n in range(1, 53)}


PASS = {"name": "x", "direction": "in", "temperature": 36.5, "disposal": "passed", "matched": True}


@pytest.mark.parametrize(
    ("form", "content", "called"),
    [
        ("checkpoint_pass", PASS, []),
        ("checkpoint_pass", {**PASS, "matched": False}, []),
        (
            "checkpoint_pass",
            {**PASS, "matched": False, "destination": "530425001001000000"},
            [("sighting.match", "field:destination")],
        ),
        (
            "checkpoint_pass",
            {**PASS, "temperature": 37.3},
            [("pass.remeasure", "subject"), ("transfer.receive", "subject")],
        ),
        (
            "checkpoint_pass",
            {**PASS, "temperature": 38, "second": 37.3, "person": "7"},
            [("symptom.to_clinic", "field:person"), ("transfer.receive", "subject")],
        ),
        ("checkpoint_pass", {**PASS, "temperature": 38, "second": 36.8, "person": "7"}, []),
        (
            "checkpoint_pass",
            {**PASS, "disposal": "isolated"},
            [("transfer.receive", "subject"), ("held.seen", "subject")],
        ),
        (
            "checkpoint_pass",
            {**PASS, "disposal": "turned_back", "destination": "530425001001000000"},
            [("turnback.received", "field:destination")],
        ),
        (
            "checkpoint_pass",
            {**PASS, "origin": "other_province", "destination": "530425001001000000"},
            [("arrival.met", "field:destination")],
        ),
        ("checkpoint_pass", {**PASS, "origin": "county", "destination": "530425001001000000"}, []),
        ("post_sign_off", {"on_duty": 1}, [("post.strength", "subject")]),
        ("post_sign_off", {"on_duty": 2}, []),
        ("reading", {"temperature": 37.2}, []),
        ("reading", {"temperature": 37.3}, [("symptom.to_clinic", "subject")]),
        ("reading", {"temperature": 36.5, "symptoms": ["cough"]}, [("symptom.to_clinic", "subject")]),
        ("reading", {"temperature": 38.5, "symptoms": ["cough"]}, [("symptom.to_clinic", "subject")]),
        ("exit_seen", {"where": "market"}, [("exit.answer", "subject")]),
        ("daily_close", {"rows": 3, "total": 3, "zero": False}, []),
        ("daily_close", {"rows": 3, "total": 4, "zero": False}, [("close.mend", "subject")]),
        ("pharmacy_sale", {"drug": "fever", "buyer": "x", "user_named": False}, [("pharmacy.real_user", "subject")]),
        ("pharmacy_sale", {"drug": "fever", "buyer": "x", "user_named": True}, []),
        ("household_check", {"members": 4, "present": 4}, []),
        ("household_check", {"members": 5, "present": 4}, [("roster.mend", "subject")]),
    ],
)
def test_the_stories_of_the_article_open_what_they_must(
    article: Plan, form: str, content: dict[str, object], called: list[tuple[str, str]]
) -> None:
    effects = article.effects(form, content, {"kind": "household", "listed": 4})
    assert [(effect.duty, effect.target) for effect in effects if isinstance(effect, OpenDuty)] == called


def test_a_returnee_is_put_under_watch_by_where_he_came_from(article: Plan) -> None:
    def watches(origin: str) -> list[tuple[str, int]]:
        effects = article.effects("person_seen", {"state": "returned", "origin": origin}, {})
        return [(effect.klass, effect.days) for effect in effects if isinstance(effect, PutUnderWatch)]

    assert (watches("wuhan"), watches("abroad"), watches("province")) == ([("home", 14)], [("monitoring", 14)], [])
    lifted = article.effects("watch_lifted", {"class": "home", "signatures": 3}, {})
    assert lifted == (LiftWatch("home_watch_ended", "home"),)


def test_reinforcement_closes_only_at_strength(article: Plan) -> None:
    assert article.closing("post_sign_on", {"on_duty": 1}, {}) == ()
    assert article.closing("post_sign_on", {"on_duty": 2}, {}) == ("post.strength",)
    three = {"crew": 3, "trades": ["health", "police", "emergency"]}
    assert article.closing("gate_shift", three, {}) == ("gate.trades",)
    assert article.closing("gate_shift", {**three, "trades": ["health", "police"]}, {}) == ()


def test_nothing_of_one_disease_stands_in_code() -> None:
    root = Path(sibulou.__file__).parent
    words = re.compile(r"wuhan|武汉|37\.3|covid|新冠|hubei|湖北", re.IGNORECASE)
    found = [
        f"{path.relative_to(root)}:{n}"
        for path in root.rglob("*.py")
        if "demo" not in path.relative_to(root).parts
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]
    assert found == [], "say it in the plan's values or lists (sibulou/plans/*.yaml) instead"
