"""A load on the door for records: clients with connections of their own, each sending what was made ready beforehand.

Plain sockets and no more of HTTP than the answers need, so that the load takes little of the machine it measures.
What is turned away for now (503) is sent again after the time asked for, as a device would.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 60.0
"""Seconds until an answer that does not come is given up."""


@dataclass(frozen=True)
class Letter:
    """One request, ready to be sent, and how many records are in it."""

    request: bytes
    records: int


@dataclass
class Load:
    """What came of it: the wait of each request, records accepted, how often one had to come again."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    accepted: int = 0
    again: int = 0
    odd: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Records accepted in a second."""
        return self.accepted / self.seconds if self.seconds else 0.0

    def within(self, share: float) -> float:
        """The seconds within which this share of the requests was answered."""
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(len(waits) * share))] if waits else float("nan")


def letter(path: str, host: str, token: str, body: bytes, records: int) -> Letter:
    """A POST of a JSON body by the device with this token."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Device {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Letter(head.encode() + body, records)


def get(path: str, host: str, token: str) -> bytes:
    """A GET by the device with this token."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Device {token}\r\n\r\n".encode()


def drive(address: str, clients: Sequence[Sequence[Letter]]) -> Load:
    """Send each client's letters one after the other, all clients at once, and wait for all."""
    place = urlsplit(address)
    load, lock = Load(), threading.Lock()
    ready = threading.Barrier(len(clients) + 1)
    threads = [
        threading.Thread(target=_client, args=((place.hostname, place.port), letters, load, lock, ready))
        for letters in clients
    ]
    for thread in threads:
        thread.start()
    ready.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - begin
    return load


def _client(
    place: tuple[str, int], letters: Sequence[Letter], load: Load, lock: threading.Lock, ready: threading.Barrier
) -> None:
    line = Line(place)
    ready.wait()
    for one in letters:
        begin = time.perf_counter()
        status, head, body = line.send(one.request)
        while status == 503:
            with lock:
                load.again += 1
            time.sleep(_come_again(head))
            status, head, body = line.send(one.request)
        wait = time.perf_counter() - begin
        with lock:
            load.waits.append(wait)
            accepted = body.count(b'"accepted"')
            load.accepted += accepted
            if accepted != one.records:
                load.odd.append(f"{status} {body[:200]!r}")
    line.close()


def _come_again(head: bytes) -> float:
    for row in head.lower().split(b"\r\n"):
        if row.startswith(b"retry-after:"):
            return float(row.split(b":")[1])
    return 1.0


class Line:
    """One connection, kept open; opened again when the other side has closed it."""

    def __init__(self, place: tuple[str, int]) -> None:
        self.place = place
        self.line: socket.socket | None = None

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer. A line that broke before an answer came is tried once more."""
        try:
            return self._ask(request)
        except OSError:
            self.close()
            return self._ask(request)

    def cut(self, request: bytes, after: int) -> None:
        """Send so many bytes of a request and break the line, without reading an answer."""
        try:
            self._open().sendall(request[:after])
        except OSError:
            return
        finally:
            self.close()

    def _open(self) -> socket.socket:
        if self.line is None:
            self.line = socket.create_connection(self.place, timeout=PATIENCE)
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.line

    def _ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        self._open().sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        pieces, have = [body], len(body)
        while have < length:
            pieces.append(self._more())
            have += len(pieces[-1])
        return int(head.split(b" ", 2)[1]), head, b"".join(pieces)

    def _more(self) -> bytes:
        assert self.line is not None
        got = self.line.recv(262_144)
        if not got:
            raise ConnectionResetError
        return got

    def close(self) -> None:
        """Hang up."""
        if self.line is not None:
            self.line.close()
            self.line = None
