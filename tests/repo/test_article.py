"""The page of the article's 52 mechanisms names the duties that the plan tags with them, and no others."""

from __future__ import annotations

import re

from sibulou.commands.pages import load_all
from sibulou.duty.plan import load_plan

from .conftest import ROOT

PLAN = ROOT / "sibulou" / "plans" / "covid19-2020.yaml"


def _rows() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "reference" / "article.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if re.match(r"\| S\d", line)]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_every_mechanism_has_one_row_with_every_cell_filled() -> None:
    rows = _rows()
    assert list(rows) == [f"S{number}" for number in range(1, 53)]
    assert all(len(cells) == 6 and all(cells) for cells in rows.values())


def test_the_tests_that_a_row_names_are_there() -> None:
    named = {word for cells in _rows().values() for word in re.findall(r"`(tests/[\w/.]+)`", cells[4])}
    assert named
    assert [word for word in sorted(named) if not (ROOT / word).exists()] == []


def test_the_rows_name_the_duties_of_the_plan() -> None:
    load_all()
    plan = load_plan(PLAN.read_text(encoding="utf-8"), file=PLAN.name)
    for number, cells in _rows().items():
        tagged = {duty.key for duty in plan.duties.values() if number in duty.articles}
        assert {word for word in re.findall(r"`([a-z_.]+)`", cells[1]) if "/" not in word} == tagged, number
