"""The plans shipped as data. Copy one to write your own; docs/reference/plan.md describes the format."""

from __future__ import annotations

from pathlib import Path


def shipped() -> dict[str, Path]:
    """The plan files that come with the package, by file name without its ending."""
    return {path.stem: path for path in sorted(Path(__file__).parent.glob("*.yaml"))}
