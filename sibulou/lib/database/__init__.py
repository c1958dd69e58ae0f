"""Where the county's data is, and two ways in: the owner, who builds, and the app, which owns nothing.

`find` reads the environment and touches nothing. `open` makes what it found usable: the embedded server runs, the
database exists, the role `sibulou_app` exists with its password; it is cheap when all of that is already so, and safe
when two processes do it at once. `keys` gives the secrets of the installation. Whoever serves a folder has the
`tenancy` of it, and stops the embedded server by `leave`.
"""

from __future__ import annotations

from sibulou.lib.database.copy import clear, dump, fill
from sibulou.lib.database.entry import APP, Connections
from sibulou.lib.database.leaving import leave
from sibulou.lib.database.opening import open
from sibulou.lib.database.place import Place, find
from sibulou.lib.database.problems import (
    CopyFailed,
    CopyUnreadable,
    ExtensionMissing,
    FileThere,
    FileUnwritable,
    FolderKept,
    KeysFirst,
    LoginRefused,
    NotEmpty,
    NothingHere,
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
from sibulou.lib.database.tenancy import Tenancy, refuse_kept, tenancy

__all__ = [
    "APP",
    "Connections",
    "CopyFailed",
    "CopyUnreadable",
    "ExtensionMissing",
    "FileThere",
    "FileUnwritable",
    "FolderKept",
    "Keys",
    "KeysFirst",
    "LoginRefused",
    "NotEmpty",
    "NothingHere",
    "Place",
    "RoleTooWeak",
    "SecretsDamaged",
    "SecretsMissing",
    "ServerTooOld",
    "ServerUnreachable",
    "Tenancy",
    "UrlMalformed",
    "clear",
    "create_scratch",
    "drop_scratch",
    "dump",
    "fill",
    "find",
    "keys",
    "leave",
    "open",
    "refuse_kept",
    "refused",
    "tenancy",
    "version_of",
]
