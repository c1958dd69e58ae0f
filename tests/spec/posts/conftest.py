"""The small county with the plan of 2020 in force."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sibulou.lib.clock import now as clock_now
from sibulou.roster.access import EVERYTHING, acting
from tests.web.scene import Scene, build


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    made = build(now=clock_now())
    with acting(EVERYTHING):
        yield made
