"""`.ci/run` on machines that lack this or that: it installs what it can, says what it cannot, and goes on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ROOT

BASICS = ("bash", "env", "dirname", "xargs", "grep", "echo")
Machine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Runs `.ci/run` where only the named programs are, each a line of shell."""
    for name in BASICS:
        found = shutil.which(name)
        assert found, name
        (tmp_path / name).symlink_to(found)

    def run(**programs: str) -> subprocess.CompletedProcess[str]:
        for name, line in programs.items():
            program = tmp_path / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{line}\n")
            program.chmod(0o755)
        return subprocess.run(
            [ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, check=False, capture_output=True, text=True
        )

    return run


MAKE = "echo made $*"
ROOT_USER = "echo 0"


def _goes_on(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert "made check" in done.stdout and "made test" in done.stdout


def test_what_is_here_is_not_installed(machine: Machine) -> None:
    here = {"chromium": ":", "fc_list": "echo NotoSansCJK", "python3": ":", "apt_get": "exit 1"}
    done = machine(make=MAKE, id=ROOT_USER, **here)
    _goes_on(done)
    assert "nothing to install" in done.stdout


def test_root_gets_browser_and_font_from_debian(machine: Machine, tmp_path: Path) -> None:
    """The machine's apt-get, replaced by one that writes down what it was asked for."""
    asked = tmp_path / "asked"
    done = machine(make=MAKE, id=ROOT_USER, python3=":", apt_get=f'echo "$DEBIAN_FRONTEND" "$@" >> {asked}')
    _goes_on(done)
    update, install = asked.read_text().splitlines()
    assert update.startswith("noninteractive ") and update.endswith(" update")
    assert install.endswith(" install --no-install-recommends chromium fontconfig fonts-noto-cjk")


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        ({"id": ROOT_USER}, "this machine has no apt-get, going on without"),
        ({"id": "echo 1000", "apt_get": "exit 1"}, "only root may install them, going on without"),
        ({"id": ROOT_USER, "apt_get": "echo no network >&2; exit 100"}, "the reason stands above, going on without"),
    ],
    ids=["no apt", "not root", "offline"],
)
def test_where_nothing_can_be_installed_it_goes_on(machine: Machine, programs: dict[str, str], sentence: str) -> None:
    done = machine(make=MAKE, **programs)
    _goes_on(done)
    assert sentence in done.stdout and "chromium fontconfig fonts-noto-cjk" in done.stdout


def test_without_make_there_is_a_sentence(machine: Machine) -> None:
    done = machine(id="echo 1000")
    assert done.returncode == 1
    assert "make is missing" in done.stdout


def test_a_failed_check_fails_the_run(machine: Machine) -> None:
    done = machine(id="echo 1000", make="exit 2")
    assert done.returncode == 2
    assert "all is well" not in done.stdout
