"""Where the county's data is, and two ways in: the owner, who builds, and the app, which owns nothing.

`find` reads the environment and touches nothing. `open` makes what it found usable: the embedded server runs, the
database exists, the role `sibulou_app` exists with its password; it is cheap when all of that is already so, and safe
when two processes do it at once. `keys` gives the secrets of the installation.
"""

from __future__ import annotations

from sibulou.lib.database.entry import APP, Connections
from sibulou.lib.database.opening import open
from sibulou.lib.database.place import Place, find
from sibulou.lib.database.problems import (
    LoginRefused,
    RoleTooWeak,
    SecretsDamaged,
    SecretsMissing,
    ServerTooOld,
    ServerUnreachable,
    UrlMalformed,
)
from sibulou.lib.database.scratch import create_scratch, drop_scratch
from sibulou.lib.database.secret import Keys, keys
from sibulou.lib.database.session import refused, version_of

__all__ = [
    "APP",
    "Connections",
    "Keys",
    "LoginRefused",
    "Place",
    "RoleTooWeak",
    "SecretsDamaged",
    "SecretsMissing",
    "ServerTooOld",
    "ServerUnreachable",
    "UrlMalformed",
    "create_scratch",
    "drop_scratch",
    "find",
    "keys",
    "open",
    "refused",
    "version_of",
]
