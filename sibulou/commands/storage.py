"""`migrate`, `db status`, `db stop`, `audit verify`, `version`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import sibulou
from sibulou import edge
from sibulou.commands.opening import migrated, say
from sibulou.commands.problems import TablesMissing
from sibulou.lib import clock, database, postgres, schema
from sibulou.lib.os_words import reason


def migrate(given: argparse.Namespace) -> None:
    """Create or update the tables; not under a server that is at work on them."""
    place = database.find(os.environ)
    edge.open_county(place)
    if not migrated():
        with database.tenancy(place.data, command="migrate", now=clock.now()):
            schema.bring_up()
    say("数据表已是本版本的", "the tables are those of this release")


def collect_static() -> Path:
    """Bring the static files together; gives the folder they lie in."""
    from django.conf import settings
    from django.core.management import call_command

    folder = Path(settings.STATIC_ROOT)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as refusal:
        raise database.FileUnwritable(file=folder, **reason(refusal)) from None
    return folder


def status(given: argparse.Namespace) -> int:
    """Where the data are, and whether the database runs; 1 when it does not."""
    place = database.find(os.environ)
    if not place.embedded:
        edge.open_county(place)
        say("使用 DATABASE_URL 指定的数据库，可以连接", "the database of DATABASE_URL is used and answers")
        return 0
    running = postgres.status(place.data)
    if running is None:
        say(f"内置数据库未运行，数据目录 {place.data}", f"the embedded database does not run; data in {place.data}")
        return 1
    say(f"内置数据库正在运行，数据目录 {place.data}", f"the embedded database runs; data in {place.data}")
    return 0


def stop(given: argparse.Namespace) -> None:
    """Stop the embedded database; commands at work on it are cut off, a server at work is not: it is told of."""
    place = database.find(os.environ)
    database.refuse_kept(place.data)
    if not place.embedded:
        say("DATABASE_URL 指定的数据库不由本程序停止", "the database of DATABASE_URL is not ours to stop")
    elif postgres.stop(place.data):
        say("内置数据库已停止", "the embedded database was stopped")
    else:
        say("内置数据库本来就没有运行", "the embedded database was not running")


def verify_audit(given: argparse.Namespace) -> int:
    """Recompute every seal of the audit chain; 1 when one does not fit."""
    edge.open_county()
    if not migrated():
        raise TablesMissing()
    return say_chain()


def say_chain() -> int:
    """Say how the audit chain stands; 1 when a seal does not fit. The county is open."""
    from sibulou.roster.audit import verify

    found = verify()
    if found.broken_at is None:
        say(f"审计链完好，共 {found.lines} 行", f"the audit chain is whole: {found.lines} lines")
        return 0
    say(
        f"审计链在第 {found.broken_at} 行断开（共 {found.lines} 行）：该行被改动、插入或其前有缺失。"
        "请封存数据目录并与备份比对",
        f"the audit chain breaks at line {found.broken_at} of {found.lines}: it was changed or inserted, or one "
        "before it is missing. Seal the data folder and compare it with a backup",
    )
    return 1


def version(given: argparse.Namespace) -> None:
    """Print the version."""
    print(sibulou.__version__)
