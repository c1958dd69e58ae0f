"""The generated reference pages are those the code writes today; documents name only what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sibulou
from sibulou.commands import pages
from sibulou.commands.table import COMMANDS

from .conftest import ROOT


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    """If this fails: `make docs`, and commit the page with the change."""
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == pages.PAGES[name]()


def test_the_rule_book_is_up_to_date() -> None:
    """If this fails: `make docs`, and commit the page with the change."""
    checked = subprocess.run(
        [sys.executable, "tools/rules.py", "--check"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr


def test_every_command_named_in_a_document_exists() -> None:
    words = {command.words for command in COMMANDS}
    groups = {command.words.split()[0] for command in COMMANDS}
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for first, second in re.findall(r"bin/sibulou ([a-z-]+)(?: ([a-z-]+))?", path.read_text(encoding="utf-8")):
            assert first in groups, f"{path.name}: sibulou {first}"
            assert first in words or f"{first} {second}" in words, f"{path.name}: sibulou {first} {second}"


def test_every_make_target_named_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"(?:^    |`)make ([a-z]+)", text, re.MULTILINE):
            assert target in targets, f"{path.name}: make {target}"


def test_every_link_of_a_document_leads_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.relative_to(ROOT)}: {link}"


def test_every_setting_stands_in_both_readmes() -> None:
    read = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "sibulou").rglob("*.py"))
    asked = set(re.findall(r"environ\.get\(\s*\"((?:SIBULOU_|DATABASE)[A-Z_]+)\"", read))
    internal = {"SIBULOU_CONNECTIONS", "SIBULOU_KEYS", "SIBULOU_DEMO", "SIBULOU_CLOCK_SHIFT", "SIBULOU_STATIC"}
    assert "SIBULOU_HOSTS" in asked
    for readme in ("README.md", "README.zh-CN.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert not {name for name in asked - internal if f"`{name}`" not in text}, readme


def test_the_two_readmes_show_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        lines = Path(ROOT / name).read_text(encoding="utf-8").splitlines()
        return [line.split()[0] + line.split()[1] for line in lines if re.match(r"    (make|\.venv)", line)]

    assert commands("README.md") == commands("README.zh-CN.md") != []


def test_the_changes_begin_with_this_version() -> None:
    releases = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert releases[0] == sibulou.__version__
