"""The life of the embedded server: started, found, ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sibulou.lib.postgres.account import account_for
from sibulou.lib.postgres.cluster import START_SECONDS, build_and_launch
from sibulou.lib.postgres.layout import PORT, SUPERUSER, cluster_of, lines_of
from sibulou.lib.postgres.living import postmaster
from sibulou.lib.postgres.lock import hold, turn
from sibulou.lib.postgres.passage import lend_passage
from sibulou.lib.postgres.problems import NotStarted, StillRecovering
from sibulou.lib.postgres.program import last_line, refuse_signs, run
from sibulou.lib.postgres.refusal import failure, in_sentences, refuse_full_disk, start_log


@dataclass(frozen=True)
class Server:
    """A running embedded server: its data folder and where its socket is."""

    data: Path
    host: str
    port: int = PORT
    superuser: str = SUPERUSER

    def url(self, database: str, user: str = SUPERUSER, password: str = "") -> str:
        """A `postgresql://` address for `database`; libpq, psycopg and psql understand it."""
        login = quote(user, safe="") + (":" + quote(password, safe="") if password else "")
        where = f"host={quote(self.host, safe='')}&port={self.port}"
        return f"postgresql://{login}@/{quote(database, safe='')}?{where}"


def _quiet(line: str) -> None:
    """The log of those who want none."""


def start(folder: Path, *, log: Callable[[str], None] = _quiet) -> Server:
    """The server of the data folder `folder`, started if it does not run yet.

    `log` gets a line before each slow step. Raises only problems of this package.
    """
    folder = Path(folder).absolute()
    refuse_signs(folder, r"[\x00-\x1f\x7f]")  # a pid file has a line for the path
    with in_sentences(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        running = status(folder)
        if running:
            return running
        with turn(folder / "start.lock"):
            return _ready(folder) or _serve(folder, log)


def status(folder: Path) -> Server | None:
    """The server that runs on `folder` and takes connections, or None. Starts nothing, waits for nothing."""
    folder = Path(folder).resolve()
    with in_sentences(folder):
        lines = lines_of(cluster_of(folder) / "postmaster.pid")
        if len(lines) < 8 or lines[7].strip() != "ready" or not postmaster(cluster_of(folder)):
            return None
        return Server(data=folder, host=lines[4], port=int(lines[3]))


def stop(folder: Path) -> bool:
    """End the server of `folder`: sessions are cut, what they committed is kept. False if none ran."""
    folder = Path(folder).resolve()
    cluster = cluster_of(folder)
    with in_sentences(folder):
        if not folder.exists():
            return False
        with turn(folder / "start.lock"):
            if not postmaster(cluster):
                return False
            account = account_for(folder)
            for mode in ("fast", "immediate"):
                words = ("stop", "-D", str(cluster), "-m", mode, "-w", "-t", "60", "-s")
                ended = run(folder, account, "pg_ctl", *words)
                if ended.code == 0 or not postmaster(cluster):
                    return True
            raise NotStarted(folder=folder, reason=last_line(ended.output))


def _serve(folder: Path, log: Callable[[str], None]) -> Server:
    """Start one, step by step; the caller has the turn."""
    refuse_full_disk(folder)
    account = account_for(folder)
    if account:
        lend_passage(account, folder)
    lock = hold(folder)
    if lock is not None:
        try:
            build_and_launch(folder, account, lock, log)
        finally:
            os.close(lock)  # the server has its own copy
    server = _ready(folder)
    if server is None:
        raise failure(start_log(cluster_of(folder)), folder)
    return server


def _ready(folder: Path) -> Server | None:
    """Wait while a postmaster of ours lives but is still starting, recovering or stopping."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        running = status(folder)
        if running or not postmaster(cluster_of(folder)):
            return running
        time.sleep(0.05)
    raise StillRecovering(folder=folder)
