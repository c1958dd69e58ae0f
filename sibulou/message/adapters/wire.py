"""One guarded request to another machine: HTTPS, listed hosts only, no redirects, little time, little to read.

The name is resolved once and that very address is called, so that it cannot point elsewhere between check and call.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from sibulou.message.problems import ForbiddenAddress, HostNotListed, NoConnection, TooSlow, WrongAnswer

SECONDS = 5
"""How long another machine may take for a whole request."""
MOST = 64 * 1024
"""How many bytes of an answer are read."""


@dataclass(frozen=True)
class Reply:
    """What came back: the text cut at MOST bytes."""

    host: str
    status: int
    text: str


def wrong_url(text: str) -> tuple[str, str] | None:
    """What a channel's address must be, if it is not; None when it is right."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "完整的 https 网址", "a whole https address"
    if not text.isascii() or " " in text or not parts.hostname or parts.username or parts.fragment or port == 0:
        return "完整的 https 网址，不带用户名", "a whole https address without a user in it"
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_test(parts.hostname)):
        return "以 https:// 开头的网址", "an address that begins with https://"
    return None


def host_of(url: str) -> str:
    """The machine that an address names."""
    return (urlsplit(url).hostname or "").lower()


def _is_test(host: str) -> bool:
    return bool(settings.MESSAGES_TO_LOOPBACK) and host in ("127.0.0.1", "localhost")


def address_of(host: str, port: int, hosts: frozenset[str]) -> str:
    """The address to call. Raises HostNotListed, NoConnection, ForbiddenAddress."""
    if host not in hosts:
        raise HostNotListed(host=host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NoConnection(host=host, why="DNS") from None
    addresses = [str(one[4][0]) for one in found]
    if not addresses or any(_is_forbidden(one) for one in addresses):
        raise ForbiddenAddress(host=host)
    return addresses[0]


def _is_forbidden(text: str) -> bool:
    """This machine, a neighbour by link alone (where clouds keep their keys), many at once, or nobody."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    one = mapped or address
    if one.is_loopback:
        return not settings.MESSAGES_TO_LOOPBACK
    return one.is_link_local or one.is_multicast or one.is_unspecified or one.is_reserved


def post(url: str, body: bytes, *, kind: str, hosts: frozenset[str]) -> Reply:
    """Send `body` and read the answer. Raises HostNotListed and the DeliveryProblems of a connection."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = address_of(host, port, hosts)
    with _in_sentences(host), _connected(parts, address, port) as connection:
        connection.request("POST", _path(parts), body, _headers(kind))
        answer = connection.getresponse()
        return Reply(host, answer.status, answer.read(MOST).decode("utf-8", "replace"))


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(kind: str) -> Mapping[str, str]:
    return {"Content-Type": kind, "User-Agent": "sibulou", "Accept": "*/*", "Connection": "close"}


@contextmanager
def _connected(parts: SplitResult, address: str, port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection to that address, ended after SECONDS whatever the other side does meanwhile."""
    bare = socket.create_connection((address, port), SECONDS)
    with closing(_secured(bare, parts)) as wire:
        over = threading.Event()
        end = threading.Timer(SECONDS, _hang_up, [wire, over])
        end.daemon = True
        end.start()
        connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=SECONDS)
        connection.sock = wire
        try:
            yield connection
        finally:
            end.cancel()
            if over.is_set():
                raise TimeoutError


def _secured(bare: socket.socket, parts: SplitResult) -> socket.socket:
    if parts.scheme != "https":
        return bare
    try:
        return ssl.create_default_context().wrap_socket(bare, server_hostname=parts.hostname)
    except BaseException:
        bare.close()
        raise


def _hang_up(wire: socket.socket, over: threading.Event) -> None:
    """Say first that the time is over: the other thread wakes within the shutdown, while this one still runs."""
    over.set()
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is gone already


@contextmanager
def _in_sentences(host: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise TooSlow(host=host, seconds=SECONDS) from None
    except ssl.SSLError as error:
        raise NoConnection(host=host, why=f"TLS {error.reason or ''}".strip()) from None
    except OSError as error:
        raise NoConnection(host=host, why=error.strerror or type(error).__name__) from None
    except http.client.HTTPException as error:
        raise WrongAnswer(host=host, said=type(error).__name__) from None
