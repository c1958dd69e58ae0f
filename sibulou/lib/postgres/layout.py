"""What lies where in a data folder.

The cluster is `postgres/`; a new one is made in `postgres.new/` and takes its place when it is whole.
"""

from __future__ import annotations

from pathlib import Path

SUPERUSER = "postgres"
PORT = 5432  # only the last part of the socket's name; nothing listens on it


def cluster_of(folder: Path) -> Path:
    """The cluster of the data folder `folder`."""
    return folder / "postgres"


def unfinished(folder: Path) -> Path:
    """Where a new cluster is made before it takes its place."""
    return folder / "postgres.new"


def lines_of(path: Path) -> list[str]:
    """The lines of a small file; none where it is missing."""
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
