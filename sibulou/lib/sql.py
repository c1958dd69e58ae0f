"""The few large statements live in .sql files: a name and a sentence above each."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read_queries(file: Path) -> dict[str, str]:
    """The statements of a file by name. A statement begins at a line `-- name: its_name`."""
    parts = file.read_text(encoding="utf-8").split("-- name: ")
    return {
        name.strip(): text.strip()
        for name, _, text in (part.partition("\n") for part in parts[1:])
    }  # fmt: skip
