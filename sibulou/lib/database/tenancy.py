"""One tenant at a time: whoever serves a data folder, or puts another county into it, keeps it to himself.

The tenancy is a lock on `tenant.lock`, which the kernel drops when the tenant's processes are gone, however they went;
what stands in the file only says who that is. Commands that open the county for a moment are no tenants: PostgreSQL
keeps their transactions apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sibulou.lib import postgres
from sibulou.lib.database.problems import FolderKept

NAME = "tenant.lock"
PATIENCE = 5.0  # seconds that the serving processes of a killed tenant get to notice that he is gone


@dataclass(frozen=True)
class Tenant:
    """Who keeps a data folder: his process and machine, what he was started as, since when by its clock, and where."""

    pid: int
    host: str
    command: str
    since: str
    address: str = ""

    @property
    def gone(self) -> bool:
        """Whether he was on this machine and is no more; children of his may still hold the lock for a moment."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # somebody else's, but it is there
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text()
        except OSError:
            return False
        return status.rpartition(")")[2].split()[0] in "ZX"  # killed, but not reaped yet


@dataclass
class Tenancy:
    """A data folder that is ours alone until the block ends."""

    file: int
    tenant: Tenant

    def serves(self, address: str) -> None:
        """Note down where the pages are, for whoever comes second."""
        self.tenant = replace(self.tenant, address=address)
        self.note()

    def note(self) -> None:
        """Write down who we are."""
        os.ftruncate(self.file, 0)
        os.pwrite(self.file, json.dumps(asdict(self.tenant)).encode(), 0)


@contextlib.contextmanager
def tenancy(folder: Path, *, command: str, now: datetime) -> Iterator[Tenancy]:
    """The data folder `folder`, made if need be, for ourselves alone.

    Raises FolderKept, which names the tenant, and the problems of a closed folder.
    """
    with postgres.in_sentences(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = _taken(folder)
        since = now.astimezone().strftime("%Y-%m-%d %H:%M")
        ours = Tenancy(file, Tenant(os.getpid(), socket.gethostname(), command, since))
        ours.note()
    try:
        yield ours
    finally:
        with contextlib.suppress(OSError):  # a full disk, say; the lock goes all the same
            os.ftruncate(file, 0)
        os.close(file)


def refuse_kept(folder: Path) -> None:
    """Raises FolderKept while somebody keeps `folder`. Makes nothing."""
    with postgres.in_sentences(folder):
        if (folder / NAME).exists():
            os.close(_taken(folder))


def _taken(folder: Path) -> int:
    end = time.monotonic() + PATIENCE
    while True:
        file = postgres.taken(folder / NAME)
        if file is not None:
            return file
        tenant = _noted(folder)
        if (tenant and not tenant.gone) or time.monotonic() > end:
            raise _kept(folder, tenant)
        time.sleep(0.1)


def _noted(folder: Path) -> Tenant | None:
    """The tenant by his own words; None in the instant before he has written them."""
    try:
        return Tenant(**json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _kept(folder: Path, tenant: Tenant | None) -> FolderKept:
    known = tenant or Tenant(0, socket.gethostname(), "?", "?")
    at_zh, at = (f"，网址 {known.address}", f", at {known.address}") if known.address else ("", "")
    facts = {"host": known.host, "command": known.command, "since": known.since, "at": at, "at_zh": at_zh}
    return FolderKept(folder=folder, pid=known.pid or "?", **facts)
