"""The small county served as in service: Granian, hashed files, and a line to it that can be cut.

`County` founds it in a database of its own and puts a `Line` before it, whose address stays the same while the server
ends and starts again, or starts as another release. Run as a program this file founds and serves.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from sibulou.field.token import code_digest
from sibulou.lib import database
from sibulou.lib.database.entry import conninfo

PASSWORD = "bailu-county-9"
ROOT = Path(__file__).resolve().parents[2]
Fault = Callable[["Passing"], bool]
"""Sees one request pass; true: the answer is taken care of and nothing more is done."""


class County:
    """A county that can be stopped, started again and replaced by another release, at one address."""

    def __init__(self, server: database.Connections, tables: str, folder: Path, *more: str) -> None:
        self.name = f"sibulou_field_{os.getpid()}"
        self.server = server
        self.scratch = database.create_scratch(server, self.name, template=tables)
        self.folder = folder
        self.child: subprocess.Popen[str] | None = None
        self.line = Line()
        self.start("found", *more)

    @property
    def address(self) -> str:
        """Where the browser goes: the line, not the server behind it."""
        return f"http://127.0.0.1:{self.line.port}"

    def start(self, *wanted: str, overlay: Path | None = None) -> None:
        """Serve; "found" founds the county first, "shift" with one that is on; an `overlay` folder holds static
        files of another release."""
        port = _free_port()
        env = os.environ | {
            "SIBULOU_CONNECTIONS": json.dumps({"owner": self.scratch.owner, "app": self.scratch.app}),
            "SIBULOU_KEYS": json.dumps(dict.fromkeys(("secret_key", "cipher_key", "blind_key"), "0" * 43)),
            "SIBULOU_STATIC": str(self.folder / f"static-{port}"),
            "DJANGO_SETTINGS_MODULE": "sibulou.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }
        command = [sys.executable, __file__, str(port), str(overlay or ""), *wanted]
        self.child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        told = (
            line for line in self.child.stdout if line.startswith("http://")
        )  # the server may warn before it serves
        assert next(told, ""), "the county did not start; its reason stands above"
        self.line.behind = port
        _until_it_answers(port)

    def stop(self) -> None:
        """End it without a word, as a power cut does."""
        assert self.child is not None
        self.line.behind = 0
        self.child.kill()
        self.child.wait()
        assert self.child.stdout is not None
        self.child.stdout.close()

    def ask(self, query: str, *facts: object) -> list[tuple[Any, ...]]:
        """Rows of the database, as its owner sees them."""
        with psycopg.connect(**conninfo(self.scratch.owner)) as session:
            session.execute("SET row_security = off")
            return session.execute(query, facts).fetchall()

    def invite(self, username: str, code: str) -> None:
        """A fresh invitation for a user, as a supervisor makes one."""
        self.ask(
            """INSERT INTO field_invitation (code_digest, user_id, made_at, made_by, expires_at)
               SELECT %s, id, now(), '主管', now() + interval '15 minutes' FROM account
               WHERE username = %s RETURNING 1""",
            code_digest(code), username,
        )  # fmt: skip

    def end(self) -> None:
        self.stop()
        self.line.end()
        database.drop_scratch(self.server, self.name)


def _until_it_answers(port: int) -> None:
    """The address is told before the first page is served."""
    for _ in range(2000):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/", timeout=30):
            return
        time.sleep(0.05)
    raise AssertionError("the county does not answer")


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


class Line:
    """What lies between the telephone and the county. `fault` sees every request to the API; `down` lets nothing by."""

    def __init__(self) -> None:
        self.behind = 0
        self.down = False
        self.fault: Fault | None = None
        self.passed: list[tuple[str, str, int]] = []
        """Method, path and status of all that was answered; status 0 where the line was cut."""
        line = self

        class Handler(Passing):
            pass

        Handler.line = line

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Says nothing: a browser that leaves is no mistake."""

        self.server: socketserver.BaseServer = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @contextmanager
    def disturbed(self, fault: Fault) -> Iterator[None]:
        """Requests to the API meet the fault meanwhile."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def count(self, method: str, path: str) -> int:
        """How many such requests were answered or cut."""
        return sum(1 for one in self.passed if one[0] == method and one[1].startswith(path))

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Passing(BaseHTTPRequestHandler):
    """One request on its way through the line."""

    line: Line
    body: bytes
    upload: int
    """How many bytes the body has."""

    def do_GET(self) -> None:
        """Whatever the method is."""
        length = int(self.headers.get("Content-Length") or 0)
        if self.line.down:
            self.cut()
            return
        fault = self.line.fault if self.path.startswith("/api/") else None
        self.upload = length
        if fault is not None and fault(self):
            return
        self.body = self.rfile.read(length)
        self.answer(*self.forward())

    do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 (the names are the library's)

    def forward(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """What the county answers; 502 when it is away."""
        onward = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "host")}
        onward["Host"] = f"127.0.0.1:{self.line.port}"
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.line.behind, timeout=60)) as county:
                county.request(self.command, self.path, self.body, onward)
                answered = county.getresponse()
                return answered.status, answered.getheaders(), answered.read()
        except (OSError, http.client.HTTPException):
            return 502, [], b""

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.line.passed.append((self.command, self.path, status))
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def cut(self) -> None:
        """The line breaks: no answer at all."""
        self.line.passed.append((self.command, self.path, 0))
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main() -> None:
    """`PORT OVERLAY [found] [shift]`."""
    port, overlay, *wanted = sys.argv[1:]
    from django.conf import settings

    if overlay:
        settings.STATICFILES_DIRS = [overlay]
    import django

    django.setup()
    if "found" in wanted:
        _found(shift="shift" in wanted)
    from sibulou.commands.storage import collect_static
    from sibulou.serve import serve

    serve(
        host="127.0.0.1", port=int(port), workers=1, static=collect_static(), jobs=False,
        ready=lambda address: print(address, flush=True),
    )  # fmt: skip


def _found(*, shift: bool) -> None:
    from django.contrib.auth.hashers import make_password

    from sibulou.lib.clock import now
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.models import User
    from tests.web.scene import build

    built = build(now=now(), hours=24 * 3)
    with acting(EVERYTHING):
        if shift:
            from tests.field.shift_of_county import man_the_post

            man_the_post(built)
        User.objects.update(password=make_password(PASSWORD))


if __name__ == "__main__":
    main()
