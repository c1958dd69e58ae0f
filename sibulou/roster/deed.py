"""What every deed of the roster keeps to: one transaction, and what the database refuses said as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, ProgrammingError, transaction

from sibulou.roster.problems import MeanwhileChanged, NameMissing, OutOfReach, ReasonMissing

_REFUSED = "42501"  # insufficient_privilege: what row-level security answers to a write outside one's reach
_TAKEN = ("23505", "23P01")  # a unique or an exclusion constraint


@contextmanager
def deed() -> Iterator[None]:
    """One transaction under the reach that stands.

    Raises OutOfReach where the database refuses a row, MeanwhileChanged where another took what may be held once.
    """
    try:
        with transaction.atomic():
            yield
    except (ProgrammingError, IntegrityError) as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state == _REFUSED:
            raise OutOfReach from None
        if state in _TAKEN:
            raise MeanwhileChanged from None
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
