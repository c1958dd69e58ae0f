"""The whole database as one file, and back: PostgreSQL's own pg_dump and pg_restore, which the wheel brings.

The file is pg_dump's custom format, which any pg_restore reads. It holds no key: those lie in `secrets.json`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from sibulou.lib import postgres
from sibulou.lib.database.entry import conninfo
from sibulou.lib.database.opening import open as open_place
from sibulou.lib.database.place import EMBEDDED_NAME, Place, parse
from sibulou.lib.database.problems import (
    CopyFailed,
    CopyUnreadable,
    FileThere,
    FileUnwritable,
    KeysFirst,
    NotEmpty,
    NothingHere,
)
from sibulou.lib.database.reach import connected, owner_of
from sibulou.lib.database.scratch import create_scratch
from sibulou.lib.database.secret import known
from sibulou.lib.database.session import holds
from sibulou.lib.os_words import reason

FILLED = "SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
SIGN = b"PGDMP"
"""How every file of pg_dump's custom format begins."""


def dump(place: Place, file: Path) -> int:
    """Write the database of `place` to the new file `file`, closed to others; gives its size in bytes.

    What others change meanwhile is not in it: it is the database of one moment. Raises NothingHere, FileThere,
    FileUnwritable, CopyFailed and the problems of opening.
    """
    if place.embedded and not (place.data / "postgres" / "PG_VERSION").exists():
        raise NothingHere(database=EMBEDDED_NAME, folder=place.data)
    owner = conninfo(open_place(place).owner)
    with connected(place, owner) as session:
        if not holds(session, FILLED):
            raise NothingHere(database=owner["dbname"], folder=place.data)
    if file.exists():
        raise FileThere(file=file)
    with _new(file) as aside:
        _run("pg_dump", owner, "--format=custom", f"--file={aside}", file=file)
        return aside.stat().st_size


def fill(place: Place, file: Path) -> None:
    """Put what `dump` wrote to `file` into the empty database of `place`, all or nothing.

    Raises CopyUnreadable, KeysFirst, NotEmpty, CopyFailed and the problems of opening.
    """
    _refuse_other_files(file)
    if not known(place):
        raise KeysFirst(folder=place.data)
    name = EMBEDDED_NAME if place.embedded else parse(place.owner_url)["dbname"]
    with connected(place, owner_of(place, lambda line: None)) as session:
        if holds(session, FILLED):
            raise NotEmpty(database=name, folder=place.data)
    owner = conninfo(open_place(place).owner)
    words = ("--single-transaction", "--exit-on-error", "--no-owner", str(file))
    _run("pg_restore", owner, *words, file=file, into=True)
    with connected(place, owner) as session:
        session.execute("ANALYZE")  # a backup holds no statistics, and without them the first pages take long


def clear(place: Place) -> None:
    """Empty the database of `place` that `fill` filled."""
    connections = open_place(place)
    create_scratch(connections, connections.owner["NAME"])


@contextlib.contextmanager
def _new(file: Path) -> Iterator[Path]:
    """A file to write aside, which becomes `file` when it is whole and on the disk; nothing stays of a failure."""
    aside = file.with_name(file.name + ".new")
    try:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(file)
    except OSError as refusal:
        raise FileUnwritable(file=file, **reason(refusal)) from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def _refuse_other_files(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            sign = opened.read(len(SIGN))
    except OSError:
        sign = b""
    if sign != SIGN:
        raise CopyUnreadable(file=file)


def _run(program: str, owner: dict[str, Any], *words: str, file: Path, into: bool = False) -> None:
    """Run one of the two on the owner's database; the password goes by the environment, where no list shows it."""
    login = make_conninfo(**{name: value for name, value in owner.items() if name != "password"})
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGPASSWORD": str(owner.get("password") or "")}
    done = subprocess.run(
        [str(postgres.programs() / program), *words, "--no-password", f"--dbname={login}"],
        env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return
    if "No space left on device" in done.stderr or "Disk quota exceeded" in done.stderr:
        if into:
            raise postgres.DiskFull(folder=owner.get("host", ""), free=0, least=postgres.LEAST_FREE >> 20)
        raise FileUnwritable(file=file, **reason(OSError(errno.ENOSPC, "")))
    raise CopyFailed(program=program, file=file, reason=postgres.last_line(done.stderr))
