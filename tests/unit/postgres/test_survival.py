"""Whatever is killed, the data is there and the next start works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sibulou.lib import database, postgres

from .conftest import postmaster, session


def test_a_killed_postmaster_with_a_busy_child_loses_nothing(place: database.Place) -> None:
    owner = session(database.open(place).owner)
    owner.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    busy = session(database.open(place).owner)
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
    os.kill(postmaster(place), signal.SIGKILL)
    with session(database.open(place).owner) as again:
        assert again.execute("SELECT seven FROM kept").fetchone() == (7,)
        again.execute("DROP TABLE kept")
    busy.close()
    owner.close()


def test_a_killed_backend_is_got_over(place: database.Place) -> None:
    victim = session(database.open(place).owner)
    os.kill(victim.info.backend_pid, signal.SIGKILL)
    with session(database.open(place).app) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    victim.close()


def test_the_server_outlives_the_terminal_that_started_it(place: database.Place) -> None:
    postgres.stop(place.data)
    code = f"from pathlib import Path; from sibulou.lib import postgres\npostgres.start(Path({str(place.data)!r}))"
    starter = subprocess.Popen(
        [sys.executable, "-c", code + "\nprint(1, flush=True); import time; time.sleep(60)"],
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with starter:
        assert starter.stdout and starter.stdout.readline() == b"1\n"
        os.killpg(starter.pid, signal.SIGINT)
        os.killpg(starter.pid, signal.SIGKILL)
    assert postgres.status(place.data) is not None


@pytest.mark.parametrize("step", ["creating", "starting"])
def test_a_starter_killed_half_way_does_no_harm(folder: Path, step: str) -> None:
    code = (
        "from pathlib import Path; from sibulou.lib import postgres\n"
        f"postgres.start(Path({str(folder)!r}), log=lambda line: print(line, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        assert any(line.decode().startswith(step) for line in starter.stdout)
        time.sleep(0.02)
        starter.kill()
    with psycopg.connect(postgres.start(folder).url("postgres")) as owner:
        assert owner.execute("SELECT 1").fetchone() == (1,)


def test_a_stale_pid_file_does_not_stop_a_start(place: database.Place) -> None:
    cluster = place.data / "postgres"
    for pid in (os.getpid(), 2**22 - 1):  # a number given away to another program, and one nobody has
        postgres.stop(place.data)
        words = [pid, cluster, 1, 5432, cluster, "", " 1 1", "ready   "]
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (cluster / name).write_text("".join(f"{word}\n" for word in words))
            (cluster / name).chmod(0o644)
        assert postgres.status(place.data) is None
        assert postgres.start(place.data)
        assert postmaster(place) != pid
