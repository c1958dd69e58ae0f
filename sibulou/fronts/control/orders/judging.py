"""Who may send an order, judged before its record is taken."""

from __future__ import annotations

from collections.abc import Mapping

from sibulou.fronts.control.orders.problems import MayNotOrder
from sibulou.roster.access import Reach

SENDERS = ("county_duty", "county_secretary", "township_duty", "township_secretary")
"""The roles that send orders, the one that answers for them first."""


def judge_order(content: Mapping[str, object], reach: Reach) -> None:
    """Raises MayNotOrder. The system itself sits nowhere and may."""
    if reach.user_id is not None and not any(role in SENDERS for role in reach.roles):
        raise MayNotOrder
