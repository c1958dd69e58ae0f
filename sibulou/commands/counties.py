"""`county found`, `county groups`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sibulou.commands.opening import county, say
from sibulou.commands.plans import read_bytes
from sibulou.commands.problems import NothingInFile


def found(given: argparse.Namespace) -> None:
    """Found a county from the official divisions."""
    with county() as (by, now):
        from sibulou.roster.found import found_county

        made = found_county(code=given.code, by=by, now=now)
    say(f"已建立 {made.name}", f"{made.name} is founded")


def groups(given: argparse.Namespace) -> None:
    """Add groups from a CSV file, all or none."""
    content = read_bytes(Path(given.file))
    with county() as (by, now):
        from sibulou.roster.groups import import_groups

        added = len(import_groups(content=content, by=by, now=now))
        if not added:
            raise NothingInFile(file=given.file)
    say(f"新增 {added} 个组", f"{added} groups added")
