"""Record ids as devices make them: UUID version 7 (RFC 9562), which sort by their millisecond.

Layout, high bits first: 48 bits Unix milliseconds, 4 bits version, 12 random, 2 bits variant, 62 random.
The moment inside an id is the device's claim and nothing more.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def uuid7(at: datetime, random: bytes | None = None) -> UUID:
    """The id of something made `at` an aware moment, cut to the millisecond.

    `random` is 10 bytes, of which 74 bits are used; given, the id is the same every time. Raises ValueError
    for a naive moment, one before 1970, or another number of bytes.
    """
    if at.tzinfo is None:
        raise ValueError("the moment needs a time zone")
    milliseconds = (at - _EPOCH) // _MILLISECOND
    if milliseconds < 0:
        raise ValueError("no UUID of version 7 lies before 1970")
    filling = os.urandom(RANDOM_BYTES) if random is None else random
    if len(filling) != RANDOM_BYTES:
        raise ValueError(f"{RANDOM_BYTES} random bytes are needed, not {len(filling)}")
    bits = int.from_bytes(filling) & (1 << 74) - 1
    return UUID(int=milliseconds << 80 | 7 << 76 | bits >> 62 << 64 | 2 << 62 | bits & (1 << 62) - 1)


def moment(uuid: UUID) -> datetime:
    """The UTC millisecond a version 7 id claims. ValueError for another version or a year past 9999."""
    if uuid.version != 7:
        raise ValueError("only a UUID of version 7 tells its moment")
    milliseconds = uuid.int >> 80
    if milliseconds > _LATEST:
        raise ValueError("the moment in this UUID lies past the year 9999")
    return _EPOCH + milliseconds * _MILLISECOND
