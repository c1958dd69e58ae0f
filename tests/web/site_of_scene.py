"""A small county served over HTTP for a browser, as a process of its own on a database of its own.

Run as a program it founds the scene in the database that the environment names, serves it and prints the address;
`serving` starts it. Everybody's password is `PASSWORD`.
"""

from __future__ import annotations

import json
import os
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


@contextmanager
def serving(server: database.Connections, tables: str, *more: str, behind: float = 0) -> Iterator[str]:
    """The address of a county founded in a copy of `tables`; it is gone afterwards.

    `more`: "meal" has the crew of the gate leave it at 16:00. The county's clock is so many seconds `behind`.
    """
    name = f"sibulou_site_{os.getpid()}"
    scratch = database.create_scratch(server, name, template=tables)
    env = os.environ | {
        "SIBULOU_CONNECTIONS": json.dumps({"owner": scratch.owner, "app": scratch.app}),
        "DJANGO_SETTINGS_MODULE": "sibulou.settings",
        "SIBULOU_CLOCK_SHIFT": str(behind),
        "PYTHONPATH": os.pathsep.join([str(HERE.parents[2]), str(HERE.parents[1]), str(HERE.parent)]),
    }
    try:
        with subprocess.Popen([sys.executable, str(HERE), *more], env=env, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            address = child.stdout.readline().strip()
            try:
                assert address.startswith("http://"), "the site did not start; its reason stands above"
                yield address
            finally:
                child.terminate()
    finally:
        database.drop_scratch(server, name)


def main() -> None:
    """Found, print the address, serve."""
    import django

    django.setup()
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
    from tests.world import BY

    built = build(now=now(), hours=24 * DAYS)
    with acting(EVERYTHING):
        furnish(built)
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
