"""Leaving: whoever started the embedded server stops it, unless somebody else still works on it."""

from __future__ import annotations

import contextlib
import time

from sibulou.lib import postgres
from sibulou.lib.database.place import Place
from sibulou.lib.database.session import connect, in_sentences

OWN_SECONDS = 3.0  # what the sessions of our own processes, which have just ended, get to be gone
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def leave(place: Place) -> bool:
    """Stop the embedded server of `place`. False if it did not run, is not ours, or others have sessions on it.

    Close all sessions of your own first.
    """
    server = postgres.status(place.data) if place.embedded else None
    if server is None:
        return False
    login = {"host": server.host, "port": server.port, "user": server.superuser, "dbname": "postgres"}
    with in_sentences(login), contextlib.closing(connect(login)) as session:
        end = time.monotonic() + OWN_SECONDS
        while session.execute(SESSIONS).fetchone() != (0,):
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
    return postgres.stop(place.data)
