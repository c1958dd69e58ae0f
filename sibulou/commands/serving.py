"""`run` and `work`: the processes that stay."""

from __future__ import annotations

import argparse
import os

from sibulou import edge, serve
from sibulou.commands.opening import say
from sibulou.commands.storage import collect_static
from sibulou.lib import clock, database, schema


def run(given: argparse.Namespace) -> None:
    """Serve the county until Ctrl-C, as the one tenant of its data folder."""
    place = database.find(os.environ)
    with database.tenancy(place.data, command="run", now=clock.now()) as tenancy:
        serve.check_port(given.host, given.port)
        with serve.own_server(place):
            edge.open_county(place, pool=True)
            schema.bring_up()
            serve.serve(
                host=given.host, port=given.port, workers=given.workers, static=collect_static(),
                jobs=not given.no_jobs, ready=lambda address: _say_ready(tenancy, address),
            )  # fmt: skip


def _say_ready(tenancy: database.Tenancy, address: str) -> None:
    tenancy.serves(address)
    say(f"请打开 {address} ，按 Ctrl-C 停止", f"open {address} ; Ctrl-C stops it")


def work(given: argparse.Namespace) -> None:
    """Run the clockwork until it is told to stop."""
    if given.until_eof:
        serve.end_at_eof()
    edge.open_county()
    from sibulou.duty import jobs
    from sibulou.fronts.defence import jobs as _defence  # noqa: F401  (so does this)
    from sibulou.message import jobs as _  # noqa: F401  (registers its clockwork with the one that runs)

    jobs.work()
