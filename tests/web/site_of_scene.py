"""A small county served over HTTP for a browser, as a process of its own on a database of its own.

Run as a program it founds the scene in the database that the environment names, serves it and prints the address;
`serving` starts it. Everybody's password is `PASSWORD`.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sibulou.lib import database

PASSWORD = "bailu-county-9"
HERE = Path(__file__).resolve()
_KEYS = {name: secrets.token_urlsafe(32) for name in ("secret_key", "cipher_key", "blind_key")}
"""The same for every process that serves the county: what one sealed another opens."""
_NAME = f"sibulou_site_{os.getpid()}"


@contextmanager
def serving(server: database.Connections, tables: str, *more: str, behind: float = 0) -> Iterator[str]:
    """The address of a county founded in a copy of `tables`; it is gone afterwards.

    `more`: "meal" has the crew of the gate leave it at 16:00. The county's clock is so many seconds `behind`.
    """
    scratch = database.create_scratch(server, _NAME, template=tables)
    try:
        with _child(scratch, *more, SIBULOU_CLOCK_SHIFT=str(behind)) as address:
            yield address
    finally:
        database.drop_scratch(server, _NAME)


@contextmanager
def serving_a_day_later(server: database.Connections) -> Iterator[str]:
    """Another address of the county that is being served, with a clock a day ahead."""
    scratch = database.Connections(owner=server.owner | {"NAME": _NAME}, app=server.app | {"NAME": _NAME})
    with _child(scratch, "again", SIBULOU_CLOCK_SHIFT=str(-24 * 3600)) as address:
        yield address


@contextmanager
def _child(scratch: database.Connections, *words: str, **settings: str) -> Iterator[str]:
    nothing = tempfile.TemporaryDirectory(prefix="sib")  # else files that a run of this folder collected are served
    env = os.environ | settings | {
        "SIBULOU_STATIC": nothing.name,
        "SIBULOU_CONNECTIONS": json.dumps({"owner": scratch.owner, "app": scratch.app}),
        "SIBULOU_KEYS": json.dumps(_KEYS),
        "DJANGO_SETTINGS_MODULE": "sibulou.settings",
        "PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parent)]),
    }  # fmt: skip
    with (
        nothing,
        subprocess.Popen([sys.executable, str(HERE), *words], env=env, stdout=subprocess.PIPE, text=True) as child,
    ):
        assert child.stdout is not None
        address = child.stdout.readline().strip()
        try:
            assert address.startswith("http://"), "the site did not start; its reason stands above"
            yield address
        finally:
            child.terminate()


def main() -> None:
    """Found, unless that was done, print the address, serve."""
    import django

    django.setup()
    if "again" not in sys.argv:
        _found()
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the test reads the first line only."""

    class Threads(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    pages = StaticFilesHandler(get_wsgi_application())
    with make_server("127.0.0.1", 0, pages, server_class=Threads, handler_class=Quiet) as httpd:
        print(f"http://127.0.0.1:{httpd.server_port}", flush=True)
        httpd.serve_forever()


def _found() -> None:
    import numpy as np
    from django.contrib.auth.hashers import make_password

    from sibulou.fronts.defence.cordon.placing import draw_road
    from sibulou.lib.clock import now
    from sibulou.roster.access import EVERYTHING, acting
    from sibulou.roster.models import User
    from tests.roads import TRACK, with_roads
    from tests.web.force_of_scene import furnish
    from tests.web.pages import DAYS
    from tests.web.scene import build
    from tests.web.stores_of_scene import stock
    from tests.world import BY

    built = build(now=now(), hours=24 * DAYS)
    with acting(EVERYTHING):
        furnish(built)
        stock(built)
        User.objects.update(password=make_password(PASSWORD))
        with tempfile.TemporaryDirectory() as folder:
            with_roads(built.world, Path(folder), now=built.now - timedelta(hours=2))
            draw_road(
                area=built.world.village_a, layer="road", name="采石场便道", line=np.array(TRACK), by=BY, now=built.now
            )
        if "meal" in sys.argv:
            from tests.web.meal_of_scene import leave_for_a_meal

            leave_for_a_meal(built)
    print(f"founded {built.world.county.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
