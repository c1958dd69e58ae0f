"""The edge: where the environment is read and Django is set up; the clock is `sibulou.lib.clock`."""

from __future__ import annotations

import base64
import json
import os

from sibulou.lib import database, schema


def open_county(place: database.Place | None = None, *, pool: bool = False) -> database.Connections:
    """Start or find the database, hand its connections to Django, and set Django up.

    Raises OtherSchema and the problems of `sibulou.lib.database` and `sibulou.lib.postgres`.
    """
    place = place or database.find(os.environ)
    connections = database.open(place, pool=pool)
    hand_over(place, connections)
    import django

    django.setup()
    schema.refuse_other()
    return connections


def hand_over(place: database.Place, connections: database.Connections) -> None:
    """Put connections and keys where the settings of this process and its children find them."""
    keys = database.keys(place)
    os.environ["DJANGO_SETTINGS_MODULE"] = "sibulou.settings"
    os.environ["SIBULOU_CONNECTIONS"] = json.dumps({"owner": connections.owner, "app": connections.app})
    os.environ["SIBULOU_KEYS"] = json.dumps(
        {
            "secret_key": keys.secret_key,
            "cipher_key": base64.b64encode(keys.cipher_key).decode(),
            "blind_key": base64.b64encode(keys.blind_key).decode(),
        }
    )
