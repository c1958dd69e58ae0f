"""Where the county's data is, by the environment alone: nothing is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sibulou.lib.database.problems import UrlMalformed

EMBEDDED_NAME = "sibulou"
KEYS = ("secret_key", "cipher_key", "blind_key", "app_password")


@dataclass(frozen=True)
class Place:
    """Where the county's data is: the data folder, and the owner's address when the server is not ours."""

    data: Path
    embedded: bool
    owner_url: str = field(default="", repr=False)
    overrides: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)


def find(env: Mapping[str, str]) -> Place:
    """The place that `env` names: SIBULOU_DATA (else ./data), DATABASE_URL (else embedded). Pure.

    Raises UrlMalformed.
    """
    data = Path(env.get("SIBULOU_DATA") or "data").absolute()
    overrides = {name: env[f"SIBULOU_{name.upper()}"] for name in KEYS if env.get(f"SIBULOU_{name.upper()}")}
    url = env.get("DATABASE_URL", "").strip()
    if url:
        parse(url)
    return Place(data=data, embedded=not url, owner_url=url, overrides=overrides)


def parse(url: str) -> dict[str, Any]:
    """What libpq makes of `url`. Its complaint is not passed on: it may quote the password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise UrlMalformed(part="postgresql://")
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.Error:
        raise UrlMalformed(part="host:port?option") from None
    if not parts.get("dbname"):
        raise UrlMalformed(part="/database")
    port = str(parts.get("port") or "5432")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise UrlMalformed(part=f":{port}")
    return parts
