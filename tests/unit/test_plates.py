"""Plates as they are typed at a post; the field app reads the same list (`tests/field/passage.test.mjs`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sibulou.fronts.defence.passages.plates import TITLES, PlateKind, doubt, read_plate

CASES = json.loads(Path(__file__).with_name("plates.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "typed"), [(kind, typed) for kind, all_of in CASES.items() for typed in all_of])
def test_a_plate_is_read_as_what_it_is(kind: str, typed: str) -> None:
    assert read_plate(typed).kind == kind


def test_every_kind_has_cases_and_a_name_in_both_languages() -> None:
    assert set(CASES) == set(PlateKind) == set(TITLES)


@pytest.mark.parametrize("typed", ["云F12345", "云f 123·45", " 云F-12345 ", "云Ｆ１２３４５"])
def test_one_plate_is_one_however_it_is_typed(typed: str) -> None:
    assert read_plate(typed).text == "云F12345"


def test_what_fits_no_kind_is_doubted_in_a_sentence_and_kept() -> None:
    """A foreign or home-made plate passes the post all the same: the sentence asks to look again."""
    assert doubt("云F12345") is None
    assert doubt("") is None
    problem = doubt("云F1234")
    assert problem is not None
    assert "云F1234" in problem.say("zh") and "Look again" in problem.say("en")
    assert read_plate("云F1234").text == "云F1234"
