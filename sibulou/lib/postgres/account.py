"""Whose server it is: PostgreSQL refuses root, so root runs it as somebody else.

That is the owner of the cluster or of the data folder, else the system account `sibulou`, made if need be.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sibulou.lib.postgres.layout import cluster_of
from sibulou.lib.postgres.problems import AccountMissing

SYSTEM_ACCOUNT = "sibulou"


@dataclass(frozen=True)
class Account:
    """The unprivileged operating-system user that runs the server when we are root."""

    name: str
    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """None for an ordinary caller; for root the cluster's owner, the folder's, or the system account."""
    if os.geteuid() != 0:
        return None
    for path in (cluster_of(folder), folder):
        with contextlib.suppress(FileNotFoundError, KeyError):
            entry = pwd.getpwuid(path.stat().st_uid)
            if entry.pw_uid != 0:
                return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    return _system_account(folder)


def _system_account(folder: Path) -> Account:
    """The account `sibulou`, made if need be; `postgres` or `nobody` where accounts cannot be made."""
    attempts: tuple[tuple[str, ...], ...] = (
        (),
        ("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false"),
        ("adduser", "-S", "-D", "-H"),
    )
    for command in attempts:
        if command and shutil.which(command[0]):
            making = [*command, SYSTEM_ACCOUNT]
            subprocess.run(making, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(SYSTEM_ACCOUNT)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise AccountMissing(account=SYSTEM_ACCOUNT)


def user_name() -> str:
    """Who runs us, as a person would say it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"#{os.geteuid()}"
