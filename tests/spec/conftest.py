"""A county of one's own for every paragraph of the rule book."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel import County, county


@pytest.fixture
def here(db: None) -> Iterator[County]:
    """The county of the rule book, before the start key is pressed; gone after the test."""
    with county() as one:
        yield one
