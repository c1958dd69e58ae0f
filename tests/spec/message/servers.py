"""Little servers on this machine for a robot, a gateway and a post office: well, slow, or out of order."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Heard:
    """What came in, and how the next is answered: `yes`, `500`, `redirect`, `garbage`, `no`, `endless`, `slow`."""

    port: int = 0
    mood: str = "yes"
    bodies: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send?key=topsecret"

    @property
    def texts(self) -> list[str]:
        """The texts of the robot's messages."""
        return [json.loads(body)["text"]["content"] for body in self.bodies]

    @property
    def forms(self) -> list[dict[str, str]]:
        """The fields of the gateway's forms."""
        return [{name: values[0] for name, values in parse_qs(body).items()} for body in self.bodies]

    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.paths[-1]).query)


@contextmanager
def http_server(certificate: Path | None = None) -> Iterator[Heard]:
    """A web server that answers as its mood is; over TLS with a certificate and its key in one file."""
    heard = Heard()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            heard.bodies.append(self.rfile.read(length).decode())
            heard.paths.append(self.path)
            with suppress(OSError):
                self._answer(heard.mood)

        def _answer(self, mood: str) -> None:
            if mood == "slow":
                heard.over.wait()
            status = {"500": 500, "redirect": 302}.get(mood, 200)
            self.send_response(status)
            if mood == "redirect":
                self.send_header("Location", f"http://127.0.0.1:{heard.port}/elsewhere")
            self.end_headers()
            if mood == "endless":
                while True:
                    self.wfile.write(b"x" * 65536)
                    time.sleep(0.01)
            said = {"garbage": "<html>", "no": '{"errcode": 310000, "errmsg": "sign not match"}'}
            self.wfile.write(said.get(mood, '{"errcode": 0, "errmsg": "ok"}').encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    heard.port = server.server_port
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield heard
    heard.over.set()
    server.shutdown()
    server.server_close()


def certificate_of(name: str, folder: Path) -> Path:
    """A certificate for a name or address that vouches for itself, with its key, good for an hour around now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=30)).not_valid_after(now + timedelta(minutes=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(pem) + plain)
    return file


@contextmanager
def smtp_server() -> Iterator[Heard]:
    """A post office that speaks just enough: mood `no` refuses every recipient, `500` every letter."""
    heard = Heard()
    listening = socket.create_server(("127.0.0.1", 0))
    heard.port = listening.getsockname()[1]

    def serve() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                with caller, suppress(OSError):
                    _converse(caller, heard)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield heard
    listening.close()


def _converse(caller: socket.socket, heard: Heard) -> None:
    lines = caller.makefile("rb")
    caller.sendall(b"220 here\r\n")
    while line := lines.readline().decode().strip():
        word = line[:4].upper()
        if word == "DATA":
            caller.sendall(b"354 go on\r\n")
            letter = []
            while (row := lines.readline().decode().rstrip("\r\n")) != ".":
                letter.append(row)
            heard.bodies.append("\n".join(letter))
            caller.sendall(b"554 no\r\n" if heard.mood == "500" else b"250 kept\r\n")
        elif word == "RCPT":
            heard.paths.append(line)
            caller.sendall(b"550 unknown\r\n" if heard.mood == "no" else b"250 ok\r\n")
        elif word == "QUIT":
            caller.sendall(b"221 bye\r\n")
            return
        else:
            caller.sendall(b"250 ok\r\n")
