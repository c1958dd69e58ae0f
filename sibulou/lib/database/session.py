"""A session of one of ours: connected, in turn, and refused in a sentence."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import errors

from sibulou.lib import postgres
from sibulou.lib.database.entry import APP
from sibulou.lib.database.problems import ExtensionMissing, LoginRefused, RoleTooWeak, ServerTooOld, ServerUnreachable
from sibulou.lib.problem import Problem

LEAST_VERSION = 16
EXTENSION = "btree_gist"
LOCK = 0x5342_4C01  # our place among PostgreSQL's advisory locks


def connect(parameters: dict[str, Any]) -> psycopg.Connection:
    """A session by libpq's `parameters`; each statement is its own transaction."""
    timeout = {"connect_timeout": 10} | parameters
    return psycopg.connect(**timeout, application_name="sibulou open", autocommit=True)


@contextlib.contextmanager
def maintenance_session(owner: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """A session in `postgres`, where every process of every database of ours meets; else in our own."""
    try:
        session = connect(owner | {"dbname": "postgres"})
    except psycopg.OperationalError:
        session = connect(owner)
    with contextlib.closing(session):
        yield session


@contextlib.contextmanager
def building(session: psycopg.Connection) -> Iterator[None]:
    """One builder at a time on this server; the lock goes with the session, however that ends."""
    session.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        if not session.broken:
            session.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextlib.contextmanager
def in_sentences(parameters: dict[str, Any]) -> Iterator[None]:
    """Turn what the server refuses into the sentence for it."""
    try:
        yield
    except errors.DiskFull:
        host = parameters.get("host", "")
        raise postgres.DiskFull(folder=host, free=0, least=postgres.LEAST_FREE >> 20) from None
    except errors.InsufficientPrivilege:
        raise too_weak(parameters, "do this", "执行此操作", "ALTER ROLE ... CREATEDB CREATEROLE;") from None
    except psycopg.Error as refusal:
        raise refused(parameters, str(refusal)) from None


def refused(parameters: Mapping[str, Any], text: str) -> Problem:
    """The problem behind libpq's words `text`: a server that says no says FATAL, also in Chinese."""
    reason = " ".join(text.split()).rstrip(".")
    server = f"{parameters.get('host') or 'localhost'}:{parameters.get('port') or 5432}/{parameters.get('dbname')}"
    if any(word in reason for word in ("FATAL", "致命", "password", "authentication")):
        return LoginRefused(server=server, user=parameters.get("user") or "", reason=reason)
    return ServerUnreachable(server=server, reason=reason)


def too_weak(owner: Mapping[str, Any], deed: str, deed_zh: str, remedy: str) -> RoleTooWeak:
    """The problem of an owner who may not do a `deed`, with the statement that an administrator would run."""
    return RoleTooWeak(user=owner.get("user") or "", deed=deed, deed_zh=deed_zh, remedy=remedy)


def version_of(session: psycopg.Connection) -> int:
    """The server's version as PostgreSQL counts it: 180006 for 18.6."""
    return session.info.server_version


def refuse_too_old(session: psycopg.Connection) -> None:
    """Raises ServerTooOld below LEAST_VERSION."""
    version = version_of(session)
    if version < LEAST_VERSION * 10000:
        raise ServerTooOld(found=f"{version // 10000}.{version % 10000}", least=LEAST_VERSION)


def refuse_lacking(session: psycopg.Connection) -> None:
    """Raises ExtensionMissing where the server has no EXTENSION to offer."""
    if not holds(session, "SELECT FROM pg_available_extensions WHERE name = %(extension)s", extension=EXTENSION):
        raise ExtensionMissing(extension=EXTENSION)


def holds(session: psycopg.Connection, question: LiteralString, **facts: str) -> bool:
    """Whether the query `question` gives a row; its rows have no columns, so an empty one is a yes."""
    return session.execute(question, {"app": APP} | facts).fetchone() is not None
