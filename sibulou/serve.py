"""Serving the county: Granian for the pages, one child for the clockwork, and an end that leaves nothing behind."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sibulou.lib import database, postgres
from sibulou.lib.problem import Problem

NEXT_PORTS = 100
"""How many ports after a taken one are tried before the sentence names none."""

RESTART_SECONDS = 2.0


class PortTaken(Problem):
    """Another program listens where we should."""

    number = "503.20"
    zh = "地址 {host} 的端口 {port} 已被占用。请先停止占用它的程序，或换一个端口，例如 --port {free}。"
    en = (
        "Port {port} of {host} is taken. Stop the program that uses it, or choose another port, "
        "for example --port {free}."
    )


class AddressUnusable(Problem):
    """The address does not belong to this machine, or the port may not be used."""

    number = "503.21"
    zh = "不能监听 {host}:{port}：{reason_zh}。请用 --host 指定本机的地址，用 --port 指定 1024 至 65535 之间的端口。"
    en = (
        "Cannot listen on {host}:{port}: {reason}. Give an address of this machine with --host and a port "
        "between 1024 and 65535 with --port."
    )


class ServedByOwner(Problem):
    """The pages would be served by a role that row-level security does not hold."""

    number = "503.24"
    zh = "数据库角色 {role} 拥有数据表，不受行级权限约束，不能用来提供服务。请用 sibulou run 启动，不要用属主连接。"
    en = (
        "The database role {role} owns tables, so row-level security would not hold it. "
        "Start with sibulou run, not with the owner's connection."
    )


def check_role() -> None:
    """Raises ServedByOwner when the pages' connection is of a role that could see past the rights of its users."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT current_user FROM pg_roles r WHERE r.rolname = current_user
               AND (r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid))"""
        )
        if row := cursor.fetchone():
            raise ServedByOwner(role=row[0])


def note_start() -> None:
    """Write down that the database server was started, as devices know it, before anything is told to one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT book_start()")


def check_port(host: str, port: int) -> None:
    """Raises PortTaken, which names the next free port, or AddressUnusable."""
    if not 0 < port < 65536:
        raise AddressUnusable(host=host, port=port, **_reason(errno.EINVAL))
    try:
        _bind(host, port)
    except OSError as refusal:
        if isinstance(refusal, socket.gaierror) or refusal.errno != errno.EADDRINUSE:
            raise AddressUnusable(host=host, port=port, **_reason(refusal.errno)) from None
        raise PortTaken(host=host, port=port, free=_next_free(host, port)) from None


def _reason(number: int | None) -> dict[str, str]:
    """Why an address cannot be listened on, in both languages."""
    zh, en = {
        errno.EINVAL: ("没有这个端口", "there is no such port"),
        errno.EADDRNOTAVAIL: ("本机没有这个地址", "this machine has no such address"),
        errno.EACCES: ("没有使用这个端口的权限", "this port may not be used without special rights"),
    }.get(number or 0, ("找不到这个地址", "there is no such address"))
    return {"reason_zh": zh, "reason": en}


def _bind(host: str, port: int) -> None:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(address)
        tried.listen()


def _next_free(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + NEXT_PORTS, 65536)):
        with contextlib.suppress(OSError):
            _bind(host, candidate)
            return candidate
    return 0


def serve(
    *, host: str, port: int, workers: int, static: Path, jobs: bool, ready: Callable[[str], None]
) -> None:  # fmt: skip
    """Serve until Ctrl-C or a TERM signal. The county is open already, its tables and static files up to date.

    `static` is the folder the static files were brought together in. `ready` is told the address once, before the
    first page is served. Raises PortTaken and AddressUnusable.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    check_port(host, port)
    check_role()
    note_start()
    # the threads wait for the counter most of the time; the server warns of their number at every start
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    os.environ["SIBULOU_STATIC"] = str(static)  # the serving processes read the manifest there
    server = Server(
        "sibulou.serve:application",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=32,
        log_level=LogLevels.warning,
        workers_kill_timeout=5,
        respawn_failed_workers=True,
    )
    shown = f"[{host}]" if ":" in host else host
    server.on_startup(lambda: ready(f"http://{shown}:{port}/"))
    server.on_startup(let_go)
    with _clockwork() if jobs else contextlib.nullcontext():
        server.serve()


@contextlib.contextmanager
def own_server(place: database.Place) -> Iterator[None]:
    """Stop the embedded server at the end, if it was not running at the beginning and nobody else works on it."""
    ours = place.embedded and postgres.status(place.data) is None
    try:
        yield
    finally:
        if ours:
            if "DJANGO_SETTINGS_MODULE" in os.environ:
                let_go()
            if not database.leave(place) and postgres.status(place.data):
                print(
                    "内置数据库还有别的程序在用，没有停止；之后可运行 sibulou db stop · "
                    "the embedded database was not stopped, others are working on it; sibulou db stop does it later",
                    file=sys.stderr, flush=True,
                )  # fmt: skip


def let_go() -> None:
    """Close every session with the database, pooled ones too: serving processes are forked from this one.

    Two processes on one inherited session would read each other's answers.
    """
    from django.db import connections

    for entry in connections.all(initialized_only=True):
        entry.close()
        if getattr(entry, "pool", None) is not None:
            entry.close_pool()  # type: ignore[attr-defined]


def application() -> Any:
    """The WSGI application of one serving process, which ends when the process that started it is gone."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    from sibulou.wsgi import application as pages

    return pages


def _end_with(parent: int) -> None:
    """A parent killed without a word would leave this process on its port."""
    while os.getppid() == parent:
        threading.Event().wait(1)
    os._exit(1)


@contextlib.contextmanager
def _clockwork() -> Iterator[None]:
    """The clockwork as a child of this process, started again when it ends; nothing is told without it."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep_clockwork, args=(over,))
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep_clockwork(over: threading.Event) -> None:
    while not over.is_set():
        with _start_clockwork() as child:
            while child.poll() is None and not over.wait(0.5):
                continue
            _end(child)
        if not over.is_set():
            print(
                "定时任务意外结束，正在重新启动 · the clockwork ended, starting it again", file=sys.stderr, flush=True
            )
            over.wait(RESTART_SECONDS)


_starting = threading.Lock()
"""Held while a program is started and while a serving process is forked.

A serving process forked in between would inherit the pipe by which a start is reported and keep it open; the keeper
would wait for that report as long as the serving process lives, and keep nothing.
"""
os.register_at_fork(before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release)


def _start_clockwork() -> subprocess.Popen[bytes]:
    with _starting:
        # a session of its own: Ctrl-C is for who keeps it, who then ends it
        return subprocess.Popen(
            [sys.executable, "-m", "sibulou", "work", "--until-eof"], stdin=subprocess.PIPE, start_new_session=True
        )


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()


def end_at_eof() -> None:
    """End this process when its standard input closes: whoever started it is gone."""

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock would outlive the other threads
            continue
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
