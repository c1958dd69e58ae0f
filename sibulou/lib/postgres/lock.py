"""Turns and the long lock: who may start a server, and whether one runs on this folder anywhere.

Starters take turns on `start.lock`. The server itself holds `serving.lock` from its first to its last process: the
kernel drops it when they are gone, however they went, so another host or container on the same folder is told from
a stale pid file.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from sibulou.lib.postgres.layout import cluster_of
from sibulou.lib.postgres.living import end_orphans, postmaster
from sibulou.lib.postgres.problems import FolderInUse

ORPHAN_SECONDS = 2.0  # what the children of a killed postmaster get to notice it before we end them


@contextlib.contextmanager
def turn(path: Path) -> Iterator[None]:
    """One process at a time, by a lock on the file `path`."""
    lock = _lock_file(path)
    try:
        _locked(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def taken(path: Path) -> int | None:
    """The lock on the file `path`, ours until the open file is closed; None while somebody else has it."""
    lock = _lock_file(path)
    if _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
        return lock
    os.close(lock)
    return None


def hold(folder: Path) -> int | None:
    """The lock that the server inherits and keeps while any of its processes lives.

    None if a server that another starter launched came alive meanwhile. Raises FolderInUse.
    """
    lock = _lock_file(folder / "serving.lock")
    begun = time.monotonic()
    while not _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
        waited = time.monotonic() - begun
        living = postmaster(cluster_of(folder))
        if living or waited > 2 * ORPHAN_SECONDS:
            os.close(lock)
            if living:
                return None
            raise FolderInUse(folder=folder)
        if waited > ORPHAN_SECONDS:
            end_orphans(folder)
        time.sleep(0.05)
    return lock


def _lock_file(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


def _locked(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
            raise
        # This file system knows no locks: PostgreSQL's own pid and memory checks must do.
    return True
