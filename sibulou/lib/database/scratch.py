"""Databases beside the county's own, for tests and the drill: same server, same two roles."""

from __future__ import annotations

import psycopg
from psycopg import errors, sql

from sibulou.lib.database.entry import Connections, conninfo
from sibulou.lib.database.reach import create_database
from sibulou.lib.database.role import grant
from sibulou.lib.database.session import building, connect, in_sentences, maintenance_session


def create_scratch(connections: Connections, name: str, *, template: str = "") -> Connections:
    """A second database `name` on the same server with the same two roles, for tests and the drill.

    `template` names a database to copy, which nobody may be using. An older `name` is dropped first.
    """
    owner = conninfo(connections.owner)
    with in_sentences(owner), maintenance_session(owner) as session, building(session):
        _drop(session, name)
        create_database(session, name, template)
    with in_sentences(owner), connect(owner | {"dbname": name}) as session:
        grant(session)
    return Connections(owner=connections.owner | {"NAME": name}, app=connections.app | {"NAME": name})


def drop_scratch(connections: Connections, name: str) -> None:
    """Drop the database `name` that `create_scratch` made from `connections`; sessions in it are cut."""
    if name == connections.owner["NAME"]:
        raise ValueError(f"{name} is the county's own database, not a scratch one")
    owner = conninfo(connections.owner)
    with in_sentences(owner), maintenance_session(owner) as session, building(session):
        _drop(session, name)


def _drop(session: psycopg.Connection, name: str) -> None:
    """Drop `name` and cut its sessions; one that may not be cut gets some seconds to end by itself.

    An owner who is no superuser cannot cut a passing autovacuum, nor the app's sessions where he did not make its role.
    """
    named = sql.Identifier(name)
    try:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
    except errors.InsufficientPrivilege:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(named))
