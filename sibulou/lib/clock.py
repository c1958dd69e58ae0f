"""The clock, read at the edge only: everything below takes `now` as an argument."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """This moment, UTC; in the demo shifted so that the county lives in February 2020."""
    return datetime.now(UTC) - timedelta(seconds=float(os.environ.get("SIBULOU_CLOCK_SHIFT", "0")))
