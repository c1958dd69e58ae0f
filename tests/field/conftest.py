"""A county of this folder's own, and telephones that find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sibulou.lib import database
from tests.field.county import County
from tests.field.telephone import Telephone

NewTelephone = Callable[..., Telephone]


@pytest.fixture(scope="module")
def county(server: database.Connections, tables: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """One for each module: what a journey tells stays in the county, and would be a draft in the next."""
    made = County(server, tables, tmp_path_factory.mktemp("county"))
    yield made
    made.end()


@pytest.fixture
def telephone(playwright: Any, county: County, tmp_path: Path) -> Iterator[NewTelephone]:
    """Gives telephones; a script's failure on any of them fails the test."""
    made: list[Telephone] = []

    def new(username: str = "", *, language: str = "zh-CN", script: str = "", devices: Sequence[str] = ()) -> Telephone:
        folder = tmp_path / f"telephone-{len(made)}"
        made.append(Telephone(playwright, county, folder, language, devices))
        made[-1].open(script=script)
        if username:
            made[-1].enrol(username)
        return made[-1]

    yield new
    for one in made:
        one.close()
    assert [one.wrong for one in made if one.wrong] == []
