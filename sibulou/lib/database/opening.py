"""What `find` found is made usable, step by step; each step is done only where it is amiss."""

from __future__ import annotations

from collections.abc import Callable

from sibulou.lib.database.entry import APP, Connections, entry
from sibulou.lib.database.place import Place
from sibulou.lib.database.problems import ServerUnreachable
from sibulou.lib.database.reach import connected, owner_of
from sibulou.lib.database.role import ADMITTED, LIMITED, lets_in, put_in_order
from sibulou.lib.database.secret import keys_for
from sibulou.lib.database.session import holds


def open(place: Place, *, pool: bool = False, log: Callable[[str], None] = lambda line: None) -> Connections:
    """Both ways into the database of `place`, which is started, made and repaired as needed.

    `pool` gives the app's entry a connection pool of 2 to 8. Raises only problems of this package
    and of `sibulou.lib.postgres`.
    """
    try:
        return _open(place, pool, log)
    except ServerUnreachable:
        if not place.embedded:
            raise
        return _open(place, pool, log)  # it crashed under our hands and is back by now, or says why not


def _open(place: Place, pool: bool, log: Callable[[str], None]) -> Connections:
    owner = owner_of(place, log)
    with connected(place, owner) as session:
        secret = keys_for(place, owner, session)
        app = owner | {"user": APP, "password": secret.app_password}
        if not (holds(session, LIMITED) and holds(session, ADMITTED) and lets_in(app)):
            put_in_order(owner, app)
    return Connections(owner=entry(owner), app=entry(app, pool=pool))
