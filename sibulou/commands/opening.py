"""What the commands share: opening the county, who acts, and one line to say."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sibulou import edge
from sibulou.commands.problems import TablesMissing
from sibulou.lib import clock

if TYPE_CHECKING:
    from sibulou.roster.audit import By


@contextlib.contextmanager
def county() -> Iterator[tuple[By, datetime]]:
    """The county, open and up to date, in one transaction with the system's reach; gives who acts, and when.

    Raises TablesMissing and the problems of opening the database.
    """
    edge.open_county()
    if not migrated():
        raise TablesMissing()
    from sibulou.roster.access import EVERYTHING, acting

    with acting(EVERYTHING):
        yield caller(), clock.now()


def without_database() -> None:
    """Set Django up for a command that reads the code alone: fronts register their scopes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "sibulou.settings"
    import django

    django.setup()


def caller() -> By:
    """The operating system's user, as the audit chain names him."""
    from sibulou.roster.audit import By

    return By(_user_name(), "command line")


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"#{os.getuid()}"


def migrated() -> bool:
    """Whether the tables are those of this release."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def say(zh: str, en: str) -> None:
    """One line to whoever typed the command."""
    print(f"{zh} · {en}", flush=True)
