"""Every problem says what is wrong and what to do, in both languages, and stands in the reference."""

from __future__ import annotations

import string

import pytest

from sibulou.commands import pages
from sibulou.lib.problem import CATALOGUE, Problem

pages.load_all()
KINDS = sorted(CATALOGUE.values(), key=lambda kind: kind.number)
WHAT_TO_DO_ZH = ("请", "先", "须", "应", "再", "可", "改", "允许", "无需")
WHAT_TO_DO_EN = {
    "add", "allow", "allowed", "appoint", "ask", "begin", "change", "check", "choose", "close", "compare",
    "correct", "define", "divide", "do", "end", "enter", "export", "find", "free", "give",
    "go", "grant", "hand", "keep", "leave", "let", "look", "make", "move", "must",
    "name", "pick", "put", "read", "reload", "remove", "restore", "run", "say", "see",
    "send", "set", "settle", "shorten", "should", "sign", "start", "stop", "take", "tell",
    "try", "type", "unset", "update", "upgrade", "use", "wait", "withdraw", "write",
}  # fmt: skip


def _facts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_both_sentences_stand_and_are_whole(kind: type[Problem]) -> None:
    assert kind.zh.strip().endswith(("。", "！", "}")), kind.zh
    assert kind.en.strip().endswith((".", "!", "}")), kind.en


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_both_sentences_say_what_to_do(kind: type[Problem]) -> None:
    words = "".join(letter.lower() if letter.isalpha() else " " for letter in kind.en).split()
    assert any(word in kind.zh for word in WHAT_TO_DO_ZH), kind.zh
    assert set(words) & WHAT_TO_DO_EN, kind.en


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_problem_is_explained_where_it_is_made(kind: type[Problem]) -> None:
    assert kind.__doc__ and kind.__doc__ != Problem.__doc__


def test_a_number_names_one_problem_and_its_status() -> None:
    assert all(number == kind.number for number, kind in CATALOGUE.items())
    statuses = {"400", "401", "403", "404", "405", "409", "410", "413", "422", "429", "500", "503"}
    assert all(kind.number.split(".")[0] in statuses for kind in KINDS)


def test_a_number_cannot_be_taken_twice() -> None:
    taken = KINDS[0].number
    with pytest.raises(TypeError, match=taken):
        type("Second", (Problem,), {"number": taken, "zh": "请。", "en": "Do."})
    assert CATALOGUE[taken] is KINDS[0]
