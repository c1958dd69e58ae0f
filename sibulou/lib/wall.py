"""Moments as people of the county read them, in sentences."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localtime


def wall(at: datetime) -> str:
    """The moment by the county's clock, to the minute."""
    return f"{localtime(at):%F %R}"
