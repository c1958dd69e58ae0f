"""One scratch database for the whole run, migrated by the owner, used as the role that owns nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from sibulou.lib import database, postgres
from tests.browser import CHROMIUM

Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64  # the same hash, cheap: hundreds sign in


@pytest.fixture(scope="session")
def server() -> Iterator[database.Connections]:
    """The server under test: TEST_DATABASE_URL where it is set, else an embedded one of this run's own."""
    with tempfile.TemporaryDirectory(prefix="sib", dir="/tmp", ignore_cleanup_errors=True) as folder:
        env = {"SIBULOU_DATA": folder}
        if url := os.environ.get("TEST_DATABASE_URL"):
            env["DATABASE_URL"] = url
        place = database.find(env)
        yield database.open(place)
        if place.embedded:
            postgres.stop(Path(folder))


@pytest.fixture(scope="session")
def tables(server: database.Connections, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a database with all migrations and nothing else, to be copied where one of one's own is needed."""
    from django.core.management import call_command

    migrated = database.create_scratch(server, f"sibulou_tables_{os.getpid()}")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _turn_to(migrated)
        call_command("migrate", database="owner", verbosity=0)
        _leave()
    yield migrated.app["NAME"]
    database.drop_scratch(server, migrated.app["NAME"])


def _turn_to(entries: database.Connections) -> None:
    from django.db import connections

    for alias, entry in (("default", entries.app), ("owner", entries.owner)):
        connections[alias].close()
        connections.settings[alias].update(entry)
        connections[alias].settings_dict.update(entry)


def _leave() -> None:
    from django.db import connections

    for alias in ("default", "owner"):
        connections[alias].close()


@pytest.fixture(scope="session")
def django_db_setup(
    server: database.Connections, tables: str, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """A scratch database with all tables, made as the owner; tests connect as the application."""
    scratch = database.create_scratch(server, f"sibulou_test_{os.getpid()}", template=tables)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _turn_to(scratch)
        yield
        _leave()
    database.drop_scratch(server, scratch.app["NAME"])


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """Its event loop ends with the module: while it runs, no other test of this process may ask the database."""
    if CHROMIUM is None:
        # Chromium comes from the machine, which need not have one; .ci/run installs it.
        pytest.skip("the journeys need a Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    """Chromium, opened once for a module."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield opened
    opened.close()
