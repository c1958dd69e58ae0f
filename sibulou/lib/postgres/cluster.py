"""A cluster made, and its server launched: the slow steps of a start, done while holding `serving.lock`.

PostgreSQL's programs hand paths to a shell. They work inside the cluster and are told `.`, so that a `$` or a
backtick in the name of the data folder stays a sign.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from sibulou.lib.postgres.account import Account
from sibulou.lib.postgres.config import write_settings
from sibulou.lib.postgres.layout import SUPERUSER, cluster_of, unfinished
from sibulou.lib.postgres.living import forget_the_dead
from sibulou.lib.postgres.passage import hand_over
from sibulou.lib.postgres.problems import OtherMajor
from sibulou.lib.postgres.program import our_major, run
from sibulou.lib.postgres.refusal import failure, start_log

START_SECONDS = 300  # recovery after a crash replays at most max_wal_size


def build_and_launch(folder: Path, account: Account | None, lock: int, log: Callable[[str], None]) -> None:
    """A server of `folder` that takes connections, on a cluster made where there is none. Raises what kept it."""
    cluster = cluster_of(folder)
    forget_the_dead(cluster, account)
    if not (cluster / "PG_VERSION").exists():
        log("creating the database cluster")
        _create(folder, account, lock)
    elif account and cluster.stat().st_uid != account.uid:
        hand_over(cluster, account)
    _refuse_other_major(folder)
    write_settings(cluster, account)
    log("starting PostgreSQL")
    _launch(folder, account, lock)


def _create(folder: Path, account: Account | None, lock: int) -> None:
    """A new cluster, made aside and moved into place, so that a start cut short leaves nothing half-made."""
    fresh = unfinished(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if account:
        os.chown(fresh, account.uid, account.gid)
    made = run(
        folder, account, "initdb", "-D", ".", "-U", SUPERUSER, "-E", "UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth-local=peer", "--auth-host=reject",
        "--no-instructions", keep=lock, cwd=fresh,
    )  # fmt: skip
    if made.code != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise failure(made.output, folder)
    fresh.rename(cluster_of(folder))
    _sync(folder)


def _launch(folder: Path, account: Account | None, lock: int) -> None:
    """Start the postmaster in a session of its own (Ctrl-C in our terminal is not for it), holding `lock`."""
    cluster = cluster_of(folder)
    first_log = cluster / "start.log"
    first_log.unlink(missing_ok=True)
    seen = {path: path.stat().st_size for path in cluster.glob("log/*.log")}
    started = run(
        folder, account, "pg_ctl", "start", "-D", ".", "-w", "-t", str(START_SECONDS), "-s",
        "-l", first_log.name, keep=lock, cwd=cluster,
    )  # fmt: skip
    if started.code != 0:
        raise failure(started.output + start_log(cluster, seen), folder)


def _refuse_other_major(folder: Path) -> None:
    found, ours = (cluster_of(folder) / "PG_VERSION").read_text().strip(), our_major(folder)
    if found != ours:
        raise OtherMajor(folder=folder, found=found, ours=ours)


def _sync(folder: Path) -> None:
    """Make a rename inside `folder` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
