"""The owner's session: the embedded server runs, the database exists, the server is new enough."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import errors, sql

from sibulou.lib import postgres
from sibulou.lib.database.place import EMBEDDED_NAME, Place, parse
from sibulou.lib.database.session import (
    building,
    connect,
    holds,
    in_sentences,
    refuse_lacking,
    refuse_too_old,
    too_weak,
    version_of,
)

PATIENCE = 30.0  # seconds an embedded server may take to come back after a crash


def owner_of(place: Place, log: Callable[[str], None]) -> dict[str, Any]:
    """libpq's parameters for the owner, with the embedded server running."""
    if not place.embedded:
        return parse(place.owner_url)
    server = postgres.start(place.data, log=log)
    return {"host": server.host, "port": server.port, "user": server.superuser, "dbname": EMBEDDED_NAME}


@contextlib.contextmanager
def connected(place: Place, owner: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """A session of the owner in a database that exists, on a server that is new enough."""
    with in_sentences(owner):
        try:
            session = _patiently(place, owner)
        except psycopg.OperationalError as refusal:
            session = _after_creating(owner, refusal)
        with contextlib.closing(session):
            refuse_too_old(session)
            if not place.embedded:
                refuse_lacking(session)
            yield session


def _patiently(place: Place, owner: dict[str, Any]) -> psycopg.Connection:
    """Connect; an embedded server that is just coming back from a crash gets the time it needs."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return connect(owner)
        except psycopg.OperationalError as refusal:
            recovering = any(word in str(refusal) for word in ("the database system is", "closed the connection"))
            gone = "Connection refused" in str(refusal) or "No such file" in str(refusal)
            if not place.embedded or not (recovering or gone) or time.monotonic() > end:
                raise
        time.sleep(0.1)
        postgres.start(place.data)


def _after_creating(owner: dict[str, Any], refusal: psycopg.OperationalError) -> psycopg.Connection:
    """The owner's session once the database is made, if its absence was why the server refused.

    Asked of the catalogue, not read from the refusal, whose words depend on the server's language.
    """
    name = owner["dbname"]
    try:
        maintenance = connect(owner | {"dbname": "postgres"})
    except psycopg.OperationalError:
        raise refusal from None
    with contextlib.closing(maintenance), building(maintenance):
        refuse_too_old(maintenance)
        if not holds(maintenance, "SELECT FROM pg_database WHERE datname = %(name)s", name=name):
            try:
                create_database(maintenance, name)
            except errors.InsufficientPrivilege:
                remedy = f'CREATE DATABASE "{name}" OWNER "{owner.get("user", "")}";'
                raise too_weak(owner, "create the database", "创建数据库", remedy) from None
    return connect(owner)


def create_database(session: psycopg.Connection, name: str, template: str = "") -> None:
    """UTF8 in code point order, whatever the server's own locale is."""
    order = "ENCODING 'UTF8' LOCALE 'C'"
    if version_of(session) >= 170000:  # before 17 the order is the same, but upper and lower case are ASCII's
        order += " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    session.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0"), sql.SQL("" if template else order)
        )
    )
