"""`county found`, `county groups`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sibulou.commands.opening import county, say
from sibulou.commands.plans import read


def found(given: argparse.Namespace) -> None:
    """Found a county from the official divisions."""
    with county() as (by, now):
        from sibulou.roster.found import found_county

        made = found_county(code=given.code, by=by, now=now)
    say(f"已建立 {made.name}", f"{made.name} is founded")


def groups(given: argparse.Namespace) -> None:
    """Add groups and micro-grids from a CSV file."""
    text = read(Path(given.file))
    with county() as (by, now):
        from sibulou.roster.found import add_groups

        added = add_groups(text, file=given.file, by=by, now=now)
    say(f"新增小组和微网格 {added} 个", f"{added} groups and micro-grids added")
