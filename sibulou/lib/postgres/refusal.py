"""What PostgreSQL and the operating system refuse, turned into the sentence for it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sibulou.lib.postgres.account import user_name
from sibulou.lib.postgres.problems import DiskFull, FolderInUse, FolderNotWritable, NotStarted, OtherMajor
from sibulou.lib.postgres.program import last_line, our_major
from sibulou.lib.problem import Problem

LEAST_FREE = 200 << 20  # bytes; below this a start is refused, since a full disk stops a server half way


def failure(text: str, folder: Path) -> Problem:
    """What `text`, the words of initdb, pg_ctl or the server, means to the person who started it."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return DiskFull(folder=folder, free=free_bytes(folder) >> 20, least=LEAST_FREE >> 20)
    if re.search(r"lock file .* already exists|pre-existing shared memory block", text):
        return FolderInUse(folder=folder)
    found = re.search(r"initialized by PostgreSQL version (\d+)", text)
    if found:
        return OtherMajor(folder=folder, found=found[1], ours=our_major(folder))
    if "Permission denied" in text or "Read-only file system" in text or "invalid permissions" in text:
        return FolderNotWritable(folder=folder, user=user_name())
    return NotStarted(folder=folder, reason=last_line(text))


@contextlib.contextmanager
def in_sentences(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into the sentence for it."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(folder=folder, free=0, least=LEAST_FREE >> 20) from None
        if error.errno in {
            errno.EACCES,
            errno.EPERM,
            errno.EROFS,
            errno.ENOTDIR,
            errno.EEXIST,
            errno.ENOENT,
            errno.ENAMETOOLONG,
            errno.ELOOP,
        }:
            raise FolderNotWritable(folder=folder, user=user_name()) from None
        raise NotStarted(folder=folder, reason=str(error)) from None


def free_bytes(folder: Path) -> int:
    """Bytes that an ordinary user may still write on the disk of `folder`."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def refuse_full_disk(folder: Path) -> None:
    """Raises DiskFull below LEAST_FREE."""
    free = free_bytes(folder)
    if free < LEAST_FREE:
        raise DiskFull(folder=folder, free=free >> 20, least=LEAST_FREE >> 20)


def start_log(cluster: Path, seen: Mapping[Path, int] | None = None) -> str:
    """What the server wrote since it was started: before its log opened, then what was added after `seen`."""
    text = ""
    for path in [cluster / "start.log", *sorted(cluster.glob("log/*.log"))]:
        with contextlib.suppress(OSError):
            text += path.read_bytes()[(seen or {}).get(path, 0) :].decode(errors="replace")
    return text
