"""The server starts, is joined and ends; a folder may be called anything."""

from __future__ import annotations

import os
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import psycopg
import pytest

from sibulou.lib import database, postgres

from .conftest import postmaster, session, short_folder


def test_a_second_start_joins_the_running_server(place: database.Place) -> None:
    before = postmaster(place)
    assert postgres.start(place.data) == postgres.status(place.data)
    assert postmaster(place) == before


def test_the_server_keeps_what_it_is_told_and_listens_on_no_network(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        row = owner.execute(
            "SELECT current_setting('fsync'), current_setting('listen_addresses'),"
            " current_setting('timezone'), current_setting('jit'), current_setting('max_connections'),"
            " getdatabaseencoding()"
        ).fetchone()
    assert row == ("on", "", "UTC", "off", "60", "UTF8")


def test_shared_buffers_follow_the_memory() -> None:
    sizes = [postgres.settings(gigabytes << 30, 1 << 30)["shared_buffers"] for gigabytes in (0, 2, 64)]
    assert sizes == ["64MB", "256MB", "512MB"]
    assert postgres.settings(1 << 30, 64 << 20)["dynamic_shared_memory_type"] == "sysv"


def test_an_address_quotes_what_needs_it() -> None:
    server = postgres.Server(data=Path("/d"), host="/a b/c")
    assert server.url("x", "u@h", "p/w") == "postgresql://u%40h:p%2Fw@/x?host=%2Fa%20b%2Fc&port=5432"
    with pytest.raises(FrozenInstanceError):
        server.port = 1  # type: ignore[misc]


def test_stop_ends_it_and_start_brings_the_data_back(place: database.Place) -> None:
    with session(database.open(place).owner) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    assert postgres.stop(place.data) is True
    assert postgres.status(place.data) is None
    assert postgres.stop(place.data) is False
    with session(database.open(place).owner) as owner:
        assert owner.execute("SELECT seven FROM kept").fetchone() == (7,)
        owner.execute("DROP TABLE kept")


def test_stop_and_status_of_a_folder_that_never_was(folder: Path) -> None:
    assert postgres.stop(folder) is False
    assert postgres.status(folder) is None
    assert not folder.exists()


def test_a_deep_closed_and_oddly_named_folder_serves_too() -> None:
    top = short_folder()
    closed = top / "县里 o'clock" / ("long" * 30)
    closed.mkdir(parents=True)
    (top / "县里 o'clock").chmod(0o700)
    try:
        server = postgres.start(closed)
        assert len(os.fsencode(server.host)) < 60
        assert Path(server.host).stat().st_mode & 0o077 == 0
        with psycopg.connect(server.url("postgres")) as owner:
            assert owner.execute("SELECT lower('Ä')").fetchone() == ("ä",)
    finally:
        postgres.stop(closed)
        shutil.rmtree(server.host)
        shutil.rmtree(top)


@pytest.mark.parametrize("name", ["$HOME ${x}", "`id`", 'a"b', "a\\b", "a,b", "o'clock", "-rf", "~", "%s"])
def test_a_folder_may_be_called_anything(folder: Path, name: str) -> None:
    odd = folder / name
    try:
        host = postgres.start(odd).host
        with session(database.open(database.find({"SIBULOU_DATA": str(odd)})).app) as app:
            assert app.execute("SELECT 1").fetchone() == (1,)
        assert [path.name for path in folder.iterdir()] == [name]
        assert {"postgres", "secrets.json"} < {path.name for path in odd.iterdir()}
    finally:
        postgres.stop(odd)
    if not host.startswith(str(odd)):
        shutil.rmtree(host)
