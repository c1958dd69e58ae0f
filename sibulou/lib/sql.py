"""The few large statements live in .sql files: a name and a sentence above each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.db import connection


@cache
def read_queries(file: Path) -> dict[str, str]:
    """The statements of a file by name. A statement begins at a line `-- name: its_name`."""
    parts = file.read_text(encoding="utf-8").split("-- name: ")
    return {
        name.strip(): text.strip()
        for name, _, text in (part.partition("\n") for part in parts[1:])
    }  # fmt: skip


@contextmanager
def together() -> Iterator[psycopg.Connection]:
    """Statements executed in the block go to the server at once, in their order, and come back with one answer.

    What they give is read after the block, and there the first error is raised, Django's. Of the same connection.
    """
    connection.ensure_connection()
    session: psycopg.Connection = connection.connection
    with connection.wrap_database_errors, session.pipeline():
        yield session


@contextmanager
def bound_cursor() -> Iterator[psycopg.Cursor]:
    """A cursor that sends values apart from the statement, for arrays of thousands (`%b`: in binary).

    Django's own writes them into the statement as text, which takes longer than what the statement does. It is of the
    same connection and transaction; errors are Django's.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
