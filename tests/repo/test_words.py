"""Words that stand nowhere, and words that stand for one thing only."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from sibulou.duty.gap import GAP_WORDS, STANDING_WORDS
from sibulou.roster.area_key import LEVEL_NAMES
from sibulou.roster.role import ROLES

from .conftest import ROOT

SHOWN = {".html", ".js", ".css", ".yaml", ".py", ".sql", ".txt", ".tsv"}
NEVER_SHOWN = ("考" + "核", "排" + "名", "打" + "卡")
ANYTHING = ("util", "helper", "service", "common", "manager", "misc")
REGISTRY = re.compile(
    r"registry\.npm|npmmirror|pypi\.(org|python)|pythonhosted|files\.python|mirrors?\.|index-url|extra-index|"
    r"crates\.io|https?://[^\s\"']*/simple\b",
    re.IGNORECASE,
)
PATHS = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+|tmp/lab|workspace)(/|\b)")
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def _texts(ours: list[Path]) -> dict[str, str]:
    found = {}
    for path in ours:
        try:
            found[str(path.relative_to(ROOT))] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive
    return found


def test_words_that_no_screen_may_show(ours: list[Path]) -> None:
    shown = [path for path in ours if path.is_relative_to(ROOT / "sibulou") and path.suffix in SHOWN]
    assert len(shown) > 50
    for name, text in _texts(shown).items():
        assert not [word for word in NEVER_SHOWN if word in text], name


def test_no_file_names_a_registry(ours: list[Path]) -> None:
    here = str(Path(__file__).relative_to(ROOT))
    for name, text in _texts(ours).items():
        if name != here:
            assert not REGISTRY.search(text), name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")


def test_no_file_names_a_path_of_one_machine(ours: list[Path]) -> None:
    here = str(Path(__file__).relative_to(ROOT))
    for name, text in _texts(ours).items():
        if name != here:
            found = [line for line in text.splitlines() if PATHS.search(line)]
            assert not found or name.startswith(("docs/decisions/", "sibulou/lib/postgres")), (name, found)


def test_nothing_is_left_for_later(ours: list[Path]) -> None:
    for name, text in _texts([path for path in ours if path.suffix in SHOWN]).items():
        assert not UNFINISHED.search(text), name


def test_no_module_is_called_after_nothing(ours: list[Path]) -> None:
    """A module is called after what it knows."""
    for path in ours:
        if path.suffix == ".py":
            assert not path.stem.lower().rstrip("s").endswith(ANYTHING), path


def test_requirements_are_pinned_with_hashes_and_name_no_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        pins = re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==\S+[^\n]*\\$", text, re.MULTILINE)
        others = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(pins) == len(others) > 0, path.name


def _glossary() -> list[tuple[str, str]]:
    rows = []
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and cells[0] != "中文":
            rows.append((cells[0], cells[1]))
    return rows


def test_a_word_pairs_with_one_word_both_ways() -> None:
    rows = _glossary()
    assert len(rows) > 100
    for side in (0, 1):
        twice = [word for word, count in Counter(row[side] for row in rows).items() if count > 1]
        assert not twice


def test_screens_use_the_words_of_the_glossary() -> None:
    rows = set(_glossary())
    assert set(GAP_WORDS.values()) <= rows
    assert set(STANDING_WORDS.values()) <= rows
    assert set(LEVEL_NAMES.values()) <= rows
    assert {(role.zh, role.en) for role in ROLES.values()} <= rows
