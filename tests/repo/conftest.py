"""What the tests of the repository itself share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", "node_modules", "build", "data", "vendor", "__pycache__", ".hypothesis", "sibulou.egg-info"}


@pytest.fixture(scope="session")
def ours() -> list[Path]:
    """Every file of the repository; nothing that set-up, the checks or the county made."""
    found: list[Path] = []
    for folder, below, files in os.walk(ROOT):
        below[:] = [name for name in below if not _is_made(Path(folder), name)]
        found += [Path(folder) / name for name in files if not name.endswith(".pyc")]
    return sorted(found)


def _is_made(folder: Path, name: str) -> bool:
    if name == "data":
        return folder == ROOT  # the package has data of its own
    return name in MADE or name.endswith("_cache")
