"""Changes the kernel's SQL in one place at a time and asks whether a test notices. By hand (`make mutants`), for hours.

A mutant is one statement with one comparison moved, one condition dropped, one AND made OR, and so on. The tests that
read the statements run against it, in one process and on one database, until the first fails. What survives is either
a test that is missing or a change that changes nothing; docs/reference/mutations.md names those of the second sort.
It goes on where it stopped: results lie in the file that --results names, one line each.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import pytest
from _pytest.runner import runtestprotocol

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sibulou.settings")
django.setup()

from django.db import DatabaseError, connections  # noqa: E402

from sibulou.duty import following, settle  # noqa: E402
from sibulou.lib.sql import read_queries  # noqa: E402

PACKAGE = Path(__file__).parents[1] / "sibulou"
FILES = ("duty/queries/board.sql", "duty/queries/climb.sql", "duty/queries/open.sql", "duty/queries/settle.sql",
         "duty/queries/follow.sql", "duty/sql/answering.sql")  # fmt: skip
TESTS = (
    "tests/spec/chain", "tests/spec/record", "tests/spec/escalation", "tests/spec/leaks", "tests/spec/waiver",
    "tests/spec/obligation", "tests/spec/plan_in_force", "tests/equal", "tests/spec/six_rules",
)  # fmt: skip
"""Those that fail soonest first."""
SWAPS: tuple[tuple[str, str], ...] = (
    (r"<=", "<"), (r">=", ">"), (r"(?<![<>=@-])<(?![=>@-])", "<="), (r"(?<![<>=-])>(?![=@])", ">="),
    (r"(?<![<>=!:])= (?!ANY)", "<> "), (r"\bIS NOT NULL\b", "IS NULL"), (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bAND\b", "OR"), (r"\bOR\b", "AND"), (r"\bNOT EXISTS\b", "EXISTS"), (r"\bmin\(", "max("), (r"\bmax\(", "min("),
    (r"\bGREATEST\b", "LEAST"), (r"\bLEAST\b", "GREATEST"), (r"\bLEFT JOIN\b", "JOIN"), (r"\bDESC\b", "ASC"),
    (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"\bNOT (?=\()", ""), (r" \+ ", " - "), (r" - ", " + "),
)  # fmt: skip
"""What is put in the place of what; a pattern and its replacement."""


_CLAUSE = re.compile(r"\b(AND|OR|GROUP|ORDER|UNION|WHERE|LIMIT|JOIN|LEFT|ON|THEN|RETURNING)\b|;|\$\$|\n\n")
"""What ends a condition."""


@dataclass(frozen=True)
class Mutant:
    """One change: in this file, from this place on, this text becomes that one."""

    file: str
    line: int
    at: int
    old: str
    new: str

    @property
    def name(self) -> str:
        return (
            f"{self.file}:{self.line}:{self.at} {self.old.strip() or self.old!r} -> {self.new.strip() or '(nothing)'}"
        )


def mutants(file: str, text: str) -> list[Mutant]:
    """Every change of a file, in the order of their places; comments are left alone."""
    plain = re.sub(r"--[^\n]*|'[^'\n]*'", lambda found: " " * len(found.group()), text)
    found = {
        (place.start(), place.group(), new)
        for pattern, new in SWAPS
        for place in re.finditer(pattern, plain)
    } | set(_dropped(plain, text)) | set(_uncoalesced(plain, text))  # fmt: skip
    return [Mutant(file, text.count("\n", 0, at) + 1, at, old, new) for at, old, new in sorted(found)]


def _dropped(plain: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Each condition that an AND adds, left out: up to the next AND, OR or clause at its own depth."""
    for place in re.finditer(r"\bAND\b", plain):
        stop = _end_of_condition(plain, place.end())
        yield place.start(), text[place.start() : stop], ""


def _end_of_condition(plain: str, start: int) -> int:
    depth, at = 0, start
    while at < len(plain):
        if plain[at] == "(":
            depth += 1
        elif plain[at] == ")":
            depth -= 1
            if depth < 0:
                return at
        elif not depth and _CLAUSE.match(plain, at):
            return at
        at += 1
    return at


def _uncoalesced(plain: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Each COALESCE without what it falls back on."""
    for place in re.finditer(r"\bCOALESCE\(", plain):
        depth, comma, at = 1, None, place.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(plain[at], 0)
            if plain[at] == "," and depth == 1 and comma is None:
                comma = at
            at += 1
        if comma is not None:
            yield place.start(), text[place.start() : at], text[place.end() : comma]


class Loop:
    """A run of pytest that goes through its tests once for every mutant, until the first that fails."""

    def __init__(self, every: list[Mutant], results: Path) -> None:
        self.every, self.results = every, results
        lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
        self.by: dict[str, str] = {line["name"]: line["by"] for line in map(json.loads, lines)}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Whether all tests pass as things are; then each mutant that has no result yet."""
        if failed := self._first_failure(session.items):
            raise pytest.UsageError(f"{failed} fails without any mutant")
        for one in self.every:
            if one.name not in self.by:
                self._judge(one, session)
        return True

    def _judge(self, one: Mutant, session: pytest.Session) -> None:
        text = (PACKAGE / one.file).read_text(encoding="utf-8")
        assert text[one.at :].startswith(one.old)
        try:
            put(one.file, text[: one.at] + one.new + text[one.at + len(one.old) :])
            failed = self._first_failure(session.items)
        except DatabaseError:
            failed = "the database refuses it"
        finally:
            put(one.file, text)
        self.by[one.name] = failed
        with self.results.open("a", encoding="utf-8") as lines:
            print(json.dumps({"name": one.name, "by": failed}), file=lines)
        print("noticed " if failed else "SURVIVED", one.name, "by", failed, flush=True)

    def _first_failure(self, items: list[pytest.Item]) -> str:
        """The first test that fails, that which failed last before all others; empty: none does."""
        for at, item in enumerate(items):
            item._initrequest()  # type: ignore[attr-defined]  # a test may run again only with fresh fixtures
            following = items[(at + 1) % len(items)]
            reports = runtestprotocol(item, log=False, nextitem=following)
            if any(report.failed for report in reports):
                items.insert(0, items.pop(at))
                return item.nodeid
        return ""


def put(file: str, text: str) -> None:
    """Let the statements of a file be these from now on."""
    if file.startswith("duty/sql/"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        return
    base = read_queries(PACKAGE / file)
    parts = (part.partition("\n") for part in text.split("-- name: ")[1:])
    base.update({name.strip(): said.strip() for name, _, said in parts})
    for module in (settle, following):  # these put pieces together when they are loaded
        spec = module.__spec__
        assert spec is not None and spec.loader is not None
        fresh = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(fresh)
        module.QUERIES.update(fresh.QUERIES)


def main() -> int:
    """Run the mutants that have no result yet. Gives 1 if one survived."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="only files whose name has this in it")
    asked.add_argument("--sample", type=int, default=0, help="only so many, drawn by --seed")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--tests", nargs="+", default=TESTS, help="the tests to run, those that fail soonest first")
    asked.add_argument("--list", action="store_true", help="name the mutants and run nothing")
    asked.add_argument("--results", type=Path, default=Path("mutants.jsonl"))
    given = asked.parse_args()
    every = [
        one
        for file in FILES
        if given.only in file
        for one in mutants(file, (PACKAGE / file).read_text(encoding="utf-8"))
    ]
    if given.sample:
        every = random.Random(given.seed).sample(every, min(given.sample, len(every)))
    if given.list:
        print("\n".join(one.name for one in every), f"\n{len(every)} mutants")
        return 0
    loop = Loop(every, given.results)
    pytest.main(["-q", "-s", "-p", "no:cacheprovider", *given.tests], plugins=[loop])
    survived = [one.name for one in every if loop.by.get(one.name) == ""]
    print(f"{len(every)} mutants, {len(survived)} survived", *survived, sep="\n  ")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
