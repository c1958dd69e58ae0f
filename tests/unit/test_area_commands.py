"""Areas as an operator types them: added, renamed, coded anew, merged, ended; refusals are sentences."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sibulou.commands import areas
from sibulou.commands.problems import NoSuchDay
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.audit import By
from sibulou.roster.found import found_county
from sibulou.roster.households import add_household
from sibulou.roster.models import AuditLine
from sibulou.roster.problems import CannotMerge, StillOnRoster, WrongCode

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 1, 24, 1, 0, tzinfo=UTC)
BY = By("操作员", "command line")


@pytest.fixture(autouse=True)
def yimen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Yimen County, in place of the one that a command would open."""

    @contextmanager
    def county() -> Iterator[tuple[By, datetime]]:
        yield BY, NOW

    monkeypatch.setattr(areas, "county", county)
    with acting(EVERYTHING):
        found_county(code="530425", by=BY, now=NOW)
        yield


def typed(**words: Any) -> Namespace:
    return Namespace(**words)


def test_areas_are_added_level_by_level(capsys: pytest.CaptureFixture[str]) -> None:
    areas.add(typed(area="530425001", name="新河社区居民委员会", code="530425001013"))
    areas.add(typed(area="530425001013", name="7", code=""))
    areas.add(typed(area="530425001013007", name="河边", code=""))
    assert area_by_code("530425001013007").name == "7组"
    assert area_by_code("530425001013007001").name == "河边"
    assert "530425001013007001" in capsys.readouterr().out
    with pytest.raises(WrongCode):
        areas.add(typed(area="530425001", name="没有代码", code=""))


def test_an_area_is_renamed_and_recoded(capsys: pytest.CaptureFixture[str]) -> None:
    areas.rename(typed(area="530425001007", name="曾所新社区居民委员会"))
    areas.recode(typed(area="530425001", code="530425101", day="2027-01-01", notice="3号"))
    town = area_by_code("530425101", on=date(2027, 1, 1))
    assert code_of(town, on=date(2020, 1, 1)) == "530425001"
    assert area_by_code("530425101007").short_name == "曾所新"
    assert "13" in capsys.readouterr().out
    with pytest.raises(NoSuchDay, match="soon"):
        areas.recode(typed(area="530425001", code="530425102", day="soon", notice=""))


def test_an_area_is_merged_or_ended(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("1", "2"):
        areas.add(typed(area="530425001007", name=name, code=""))
    first, second = (area_by_code(f"53042500100700{number}") for number in (1, 2))
    home = add_household(area=first, by=BY, now=NOW)
    with pytest.raises(StillOnRoster):
        areas.end(typed(area="530425001007001", into=None, reason="并组"))
    with pytest.raises(CannotMerge):
        areas.end(typed(area="530425001007001", into="530425001007", reason="并组"))
    areas.end(typed(area="530425001007001", into="530425001007002", reason="并组"))
    home.subject.refresh_from_db()
    assert home.subject.area == second
    assert "1 户" in capsys.readouterr().out
    assert AuditLine.objects.filter(kind="area.end", by="操作员").count() == 1
