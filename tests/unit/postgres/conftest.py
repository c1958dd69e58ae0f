"""One embedded server for these tests, a guest on it, and what a refusal must look like."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sibulou.lib import database, postgres
from sibulou.lib.problem import Problem


def short_folder() -> Path:
    """A new folder with a path short enough for a socket."""
    return Path(tempfile.mkdtemp(prefix="sib", dir="/tmp")).resolve()


@pytest.fixture(scope="package")
def place() -> Iterator[database.Place]:
    """A county's place whose first start was asked for by three at once."""
    folder = short_folder()
    with ThreadPoolExecutor(3) as pool:
        servers = set(pool.map(lambda _: postgres.start(folder / "data"), range(3)))
    assert len(servers) == 1
    found = database.find({"SIBULOU_DATA": str(folder / "data")})
    database.open(found)
    yield found
    postgres.stop(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A fresh data folder, its server ended afterwards."""
    made = short_folder()
    yield made / "data"
    postgres.stop(made / "data")
    shutil.rmtree(made)


def session(entry: dict[str, Any]) -> psycopg.Connection:
    """A session by an entry of DATABASES."""
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(**{ours: entry[theirs] for ours, theirs in names.items()}, autocommit=True)


def postmaster(place: database.Place) -> int:
    return int((place.data / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def refusal(kind: type[Problem], deed: Callable[[], object]) -> tuple[str, str]:
    """The Chinese and the English sentence of the `kind` of problem that `deed` ends in, checked for form."""
    with pytest.raises(kind) as caught:
        deed()
    assert caught.value.__cause__ is None
    zh, en = caught.value.say("zh"), caught.value.say("en")
    assert re.search("[一-鿿]", zh) and re.search("请", zh)
    assert en.endswith(".") and "{" not in zh + en and "Traceback" not in zh + en
    return zh, en


@pytest.fixture
def guest(place: database.Place) -> Iterator[Callable[[str], database.Place]]:
    """Makes a role `guest` with the given rights and gives the place a DATABASE_URL of that role names."""
    owner = session(database.open(place).owner)

    def make(rights: str, *, password: str = "p w%", name: str = "theirs") -> database.Place:
        owner.execute(f"CREATE ROLE guest LOGIN PASSWORD 'p w%' {rights}")
        server = postgres.start(place.data)
        env = {"SIBULOU_DATA": str(place.data), "DATABASE_URL": server.url(name, "guest", password)}
        return database.find(env)

    yield make
    owner.execute("DROP DATABASE IF EXISTS theirs WITH (FORCE)")
    owner.execute("REVOKE CREATE ON DATABASE sibulou FROM guest; DROP OWNED BY guest; DROP ROLE guest")
    owner.close()
