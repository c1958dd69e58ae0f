"""The server's settings and login rules, written new at each start.

The superuser `postgres` logs in by peer: only the operating-system user of the server, or root. Every other role
needs its password. Nothing listens on a network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

from sibulou.lib.postgres.account import Account, user_name
from sibulou.lib.postgres.layout import PORT, SUPERUSER
from sibulou.lib.postgres.problems import FolderNotWritable
from sibulou.lib.postgres.refusal import free_bytes

LONGEST_SOCKET = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS


def settings(memory: int, shared: int) -> dict[str, str]:
    """Our server settings for a machine with `memory` bytes and `shared` bytes of /dev/shm."""
    buffers = max(64, min(512, (memory >> 20) // 8))
    return {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": f"{buffers}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": f"{buffers}MB",
        # Containers often give /dev/shm 64 MB, less than one parallel hash join of ours may take.
        "dynamic_shared_memory_type": "posix" if shared >= 256 << 20 else "sysv",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "max_wal_size": "4GB",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "jit": "off",
        "restart_after_crash": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # One file per weekday, overwritten a week later.
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
    }


def write_settings(cluster: Path, account: Account | None) -> None:
    """Our settings and login rules, new at each start; an operator's own go into `local.conf`."""
    socket = socket_folder(cluster, account)
    ours = settings(_memory(), _shared_memory()) | {"unix_socket_directories": str(socket)}
    lines = [f"{name} = '{value}'" for name, value in ours.items()]
    _write(cluster / "sibulou.conf", "\n".join(lines) + "\n", account)
    _write(cluster / "postgresql.conf", "include 'sibulou.conf'\ninclude_if_exists 'local.conf'\n", account)
    runner = account.name if account else user_name()
    peers = "".join(f'runner "{name}" {SUPERUSER}\n' for name in sorted({runner, "root"}))
    _write(cluster / "pg_ident.conf", peers, account)
    doors = f"local all {SUPERUSER} peer map=runner\nlocal all all scram-sha-256\n"
    _write(cluster / "pg_hba.conf", doors, account)


def _memory() -> int:
    """Bytes of memory we may count on: the machine's, or the container's limit."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with contextlib.suppress(OSError, ValueError):
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return machine


def _shared_memory() -> int:
    with contextlib.suppress(OSError):
        return free_bytes(Path("/dev/shm"))
    return 1 << 30


def socket_folder(cluster: Path, account: Account | None) -> Path:
    """The cluster itself, or a short folder of the server's own where that path is long or means more to libpq."""
    plain = re.fullmatch(r"[\w/.-]*", str(cluster))
    if plain and len(os.fsencode(cluster / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return cluster
    uid = account.uid if account else os.geteuid()
    short = Path("/tmp") / f"sibulou-{uid}-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
        if account:
            os.chown(short, account.uid, account.gid)
    found = short.lstat()
    if found.st_uid != uid or found.st_mode & 0o170077 != 0o040000:  # a folder, closed to others
        raise FolderNotWritable(folder=short, user=account.name if account else user_name())
    return short


def _write(path: Path, text: str, account: Account | None) -> None:
    """Replace a small file whole, or leave it as it was."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text)
    aside.chmod(0o600)
    if account:
        os.chown(aside, account.uid, account.gid)
    aside.replace(path)
