"""What must stand in no log: the secret in the address of a link that was handed over (`/r/…`)."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"/r/[^/\s?\"'<>]+")


class HideSecrets(logging.Filter):
    """Takes the secret out of every line, whoever wrote it, and keeps the rest."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/r/" in said:
            record.msg, record.args = _SECRET.sub("/r/…", said), ()
        return True
