"""A county of one's own for every paragraph of the rule book."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sibulou.roster.access import EVERYTHING, acting
from tests.kernel import County, county
from tests.world import World, build_world


@pytest.fixture
def here(db: None) -> Iterator[County]:
    """The county of the rule book, before the start key is pressed; gone after the test."""
    with county() as one:
        yield one


@pytest.fixture
def world(db: None, request: pytest.FixtureRequest) -> Iterator[World]:
    """The small county without a response, as it is at the module's `NOW`."""
    with acting(EVERYTHING):
        yield build_world(request.module.NOW)
