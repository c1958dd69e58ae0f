"""The password and the three keys of an installation: made once, never overwritten.

They lie in `secrets.json` in the data folder, or come from the environment. A database that holds data gets no new
keys: what is encrypted could never be read again.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sibulou.lib import postgres
from sibulou.lib.database.place import EMBEDDED_NAME, KEYS, Place
from sibulou.lib.database.problems import SecretsDamaged, SecretsMissing
from sibulou.lib.database.session import holds


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation; the two byte keys have 32 bytes."""

    secret_key: str = field(repr=False)
    cipher_key: bytes = field(repr=False)
    blind_key: bytes = field(repr=False)
    app_password: str = field(repr=False)


def keys(place: Place) -> Keys:
    """The secrets of `place`, each from the environment if named there, else from `secrets.json`.

    The file is made if it is missing, so with DATABASE_URL call `open` first, which refuses to give new
    keys to a filled database. Raises SecretsMissing, SecretsDamaged, and the problems of a closed folder.
    """
    if place.embedded and not known(place) and (place.data / "postgres" / "PG_VERSION").exists():
        raise SecretsMissing(database=EMBEDDED_NAME, folder=place.data)
    return _keys(place)


def keys_for(place: Place, owner: dict[str, Any], session: psycopg.Connection) -> Keys:
    """The keys; new ones only for a database that is still empty, since encrypted data needs its own."""
    filled = "SELECT FROM pg_tables WHERE schemaname = 'public' LIMIT 1"
    if not known(place) and holds(session, filled):
        raise SecretsMissing(database=owner["dbname"], folder=place.data)
    return _keys(place)


def known(place: Place) -> bool:
    """Whether the keys exist already, so that none would be made."""
    return all(name in place.overrides for name in KEYS) or (place.data / "secrets.json").exists()


def _keys(place: Place) -> Keys:
    complete = all(name in place.overrides for name in KEYS)
    text = ({} if complete else _kept(place.data)) | dict(place.overrides)
    return Keys(
        secret_key=text["secret_key"],
        cipher_key=_thirty_two("cipher_key", text, place),
        blind_key=_thirty_two("blind_key", text, place),
        app_password=text["app_password"],
    )


def _kept(folder: Path) -> dict[str, str]:
    """What `secrets.json` holds, made whole the first time and never changed after."""
    path = folder / "secrets.json"
    with postgres.in_sentences(folder):
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with postgres.turn(folder / "secrets.lock"):
                if not path.exists():
                    made = {name: base64.b64encode(random.token_bytes(32)).decode() for name in KEYS}
                    _replace(path, json.dumps(made, indent=1) + "\n")
        return _read(path)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except ValueError:
        raise SecretsDamaged(name="secrets.json", place=path) from None
    held = found if isinstance(found, dict) else {}
    for name in KEYS:
        if not isinstance(held.get(name), str) or not held[name]:
            raise SecretsDamaged(name=name, place=path)
    return {name: held[name] for name in KEYS}


def _replace(path: Path, text: str) -> None:
    """Write `text` for the owner's eyes only, on the disk before the name points to it."""
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    owner = path.parent.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(aside, owner.st_uid, owner.st_gid)
    aside.replace(path)


def _thirty_two(name: str, text: Mapping[str, str], place: Place) -> bytes:
    origin = f"SIBULOU_{name.upper()}" if name in place.overrides else str(place.data / "secrets.json")
    try:
        key = base64.b64decode(text[name], validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SecretsDamaged(name=name, place=origin)
    return key
