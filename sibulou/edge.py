"""The edge: where the environment is read and Django is set up; the clock is `sibulou.lib.clock`."""

from __future__ import annotations

import base64
import json
import os

from sibulou.lib import database, schema
from sibulou.lib.problem import Problem


class SettingUnusable(Problem):
    """An environment variable holds what the program cannot use."""

    number = "503.28"
    zh = "环境变量 {name} 的值“{value}”不可用。请改为{wanted_zh}，或去掉它。"
    en = "The environment variable {name} cannot be “{value}”. Make it {wanted}, or unset it."


def open_county(place: database.Place | None = None, *, pool: bool = False) -> database.Connections:
    """Start or find the database, hand its connections to Django, and set Django up.

    Raises OtherSchema and the problems of `sibulou.lib.database` and `sibulou.lib.postgres`.
    """
    place = place or database.find(os.environ)
    refuse_bad_settings()
    connections = database.open(place, pool=pool)
    hand_over(place, connections)
    import django

    django.setup()
    schema.refuse_other()
    return connections


def refuse_bad_settings() -> None:
    """Raises SettingUnusable for what the settings file could not read."""
    value = os.environ.get("SIBULOU_IDLE_SECONDS", "1800")
    if not (value.isascii() and value.isdigit() and 0 < int(value) <= 7 * 86400):
        wanted = {"wanted_zh": "1 至 604800 之间的秒数", "wanted": "a number of seconds from 1 to 604800"}
        raise SettingUnusable(name="SIBULOU_IDLE_SECONDS", value=value, **wanted)


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
