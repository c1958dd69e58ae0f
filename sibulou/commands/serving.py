"""`run` and `work`: the processes that stay."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from sibulou import edge, serve
from sibulou.commands.opening import say
from sibulou.commands.storage import collect_static, migrate_tables
from sibulou.lib import database, postgres


def run(given: argparse.Namespace) -> None:
    """Serve the county until Ctrl-C."""
    serve.check_port(given.host, given.port)
    place = database.find(os.environ)
    ours = place.embedded and postgres.status(place.data) is None
    try:
        edge.open_county(place, pool=True)
        migrate_tables()
        serve.serve(
            host=given.host, port=given.port, workers=given.workers, static=collect_static(),
            jobs=not given.no_jobs, ready=_say_ready,
        )  # fmt: skip
    finally:
        if ours:
            postgres.stop(Path(place.data))


def _say_ready(address: str) -> None:
    say(f"请打开 {address} ，按 Ctrl-C 停止", f"open {address} ; Ctrl-C stops it")


def work(given: argparse.Namespace) -> None:
    """Run the clockwork until it is told to stop."""
    if given.until_eof:
        serve.end_at_eof()
    edge.open_county()
    from sibulou.duty import jobs

    jobs.work()
