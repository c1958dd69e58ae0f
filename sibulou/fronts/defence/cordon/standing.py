"""Which posts stand at a moment: open, neither suspended nor withdrawn, and up to strength.

Strength is what the kernel knows of it: a post stands below strength from the sign-off that left too few until the
sign-on that made it whole again, which are the moments of its obligation `post.strength`. Excused or not, a post with
too few people stops nobody.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sibulou.lib.sql import bound_cursor, read_queries
from sibulou.roster.area_key import key_range

STRENGTH = "post.strength"
QUERY = read_queries(Path(__file__).with_name("standing.sql"))


def standing_posts(area: int, at: datetime) -> frozenset[int]:
    """The subjects of the posts of a county (or any area) that stand at a moment."""
    low, high = key_range(area)
    with bound_cursor() as cursor:
        cursor.execute(QUERY["standing"], {"low": low, "high": high, "at": at, "duty": STRENGTH})
        return frozenset(int(row[0]) for row in cursor.fetchall())


def changes(area: int, since: datetime, until: datetime) -> list[datetime]:
    """The moments after `since` and up to `until` at which posts begin or cease to stand, or the roads change."""
    low, high = key_range(area)
    facts = {"low": low, "high": high, "since": since, "until": until, "duty": STRENGTH}
    with bound_cursor() as cursor:
        cursor.execute(QUERY["changes"], facts)
        return [row[0] for row in cursor.fetchall()]
