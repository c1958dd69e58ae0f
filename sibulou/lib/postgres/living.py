"""Which server lives: a pid file tells only what was, so the process itself is asked."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection
from pathlib import Path

from sibulou.lib.postgres.account import Account
from sibulou.lib.postgres.config import socket_folder
from sibulou.lib.postgres.layout import PORT, cluster_of, lines_of, unfinished


def postmaster(cluster: Path) -> int | None:
    """The pid of the living postmaster of `cluster`; a pid that another program reuses does not count."""
    pid = _recorded_pid(cluster / "postmaster.pid")
    if not _exists(pid):
        return None
    known = Path("/proc/self").exists()
    return pid if not known or _works_in(pid, {cluster}, {"postgres"}) else None


def forget_the_dead(cluster: Path, account: Account | None) -> None:
    """Remove the pid files of a server that is gone while its number lives on; the caller holds the lock.

    PostgreSQL removes those of numbers nobody has, but takes another program, or a killed process that was
    not yet reaped, for a living server.
    """
    socket = socket_folder(cluster, account) / f".s.PGSQL.{PORT}.lock"
    for path in (cluster / "postmaster.pid", socket):
        if _exists(_recorded_pid(path)):
            path.unlink(missing_ok=True)


def end_orphans(folder: Path) -> None:
    """End what a killed postmaster or starter left behind: a long query would keep the shared memory busy."""
    places = {cluster_of(folder), unfinished(folder)}
    for process in Path("/proc").glob("[0-9]*"):
        if _works_in(int(process.name), places, {"postgres", "initdb", "pg_ctl"}):
            with contextlib.suppress(OSError):
                os.kill(int(process.name), signal.SIGKILL)


def _recorded_pid(path: Path) -> int:
    """The pid in the first line of a pid file, 0 if there is none to read."""
    lines = lines_of(path)
    return int(lines[0]) if lines and lines[0].strip().isdecimal() else 0


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, but it lives
    return pid > 0


def _works_in(pid: int, folders: Collection[Path], programs: Collection[str]) -> bool:
    """Whether process `pid` is one of `programs` in one of `folders`: a server works inside its cluster."""
    process = Path("/proc") / str(pid)
    try:
        named = (process / "comm").read_text().strip() in programs
        return named and (process / "cwd").readlink() in folders
    except OSError:
        return False
