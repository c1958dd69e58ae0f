"""Imports point down; `.importlinter` holds the contracts, and every part of the package stands in them."""

from __future__ import annotations

import configparser
from pathlib import Path

from importlinter.cli import lint_imports

from .conftest import ROOT

EDGES = {"sibulou.settings", "sibulou.urls", "sibulou.wsgi", "sibulou.__main__", "sibulou.plans", "sibulou.__init__"}
"""What stands outside the layers: named by Django or Python, or data without code."""


def test_imports_point_down(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """If this fails: `make check` prints the chain of imports that goes up."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=".importlinter", no_cache=True) == 0


def test_every_part_of_the_package_has_its_layer() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = set(contracts["importlinter:contract:down"]["layers"].replace("|", " ").split())
    parts = {f"sibulou.{path.stem}" for path in (ROOT / "sibulou").iterdir() if _is_code(path)}
    assert parts - EDGES == layers


def test_every_front_stands_in_the_contract_of_independence() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    named = set(contracts["importlinter:contract:fronts"]["modules"].split())
    fronts = {f"sibulou.fronts.{path.name}" for path in (ROOT / "sibulou" / "fronts").iterdir()
              if (path / "__init__.py").exists()}  # fmt: skip
    assert named == fronts != set()


def _is_code(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").exists()
