"""What every deed of the roster keeps to: one transaction, and what the database refuses said as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import ProgrammingError, transaction

from sibulou.roster.problems import NameMissing, OutOfReach, ReasonMissing

_REFUSED = "42501"  # insufficient_privilege: what row-level security answers to a write outside one's reach


@contextmanager
def deed() -> Iterator[None]:
    """One transaction under the reach that stands. Raises OutOfReach where the database refuses a row."""
    try:
        with transaction.atomic():
            yield
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) == _REFUSED:
            raise OutOfReach from None
        raise


def within(changed: int) -> None:
    """A change that touched no row was made outside one's reach. Raises OutOfReach."""
    if not changed:
        raise OutOfReach


def named(text: str, most: int) -> str:
    """A name without blanks around it. Raises NameMissing when it is empty or longer than its column."""
    plain = " ".join(text.split())
    if not 0 < len(plain) <= most:
        raise NameMissing(most=most)
    return plain


def reasoned(text: str) -> str:
    """A reason, cut to what its column holds. Raises ReasonMissing when there is none."""
    plain = " ".join(text.split())
    if not plain:
        raise ReasonMissing
    return plain[:200]
