"""Areas: any county founded from the official divisions; dated codes; groups and micro-grids; named ends."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import Level
from sibulou.roster.areas import area_by_code, code_of, full_name_of, way_to
from sibulou.roster.audit import By
from sibulou.roster.found import found_counties, found_county
from sibulou.roster.models import Area, AreaCode, AuditLine, Subject
from sibulou.roster.problems import AlreadyFounded, CodeTaken, NotACounty, OutOfReach, UnknownDivision

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 1, 24, 1, 0, tzinfo=UTC)
BY = By("王芳", "administrator", 1)


@pytest.fixture(autouse=True)
def everything():
    with acting(EVERYTHING):
        yield


def levels(county: Area) -> dict[int, int]:
    """How many areas of each level stand under a county."""
    low, high = county.range
    found = Area.objects.filter(pk__gte=low, pk__lt=high).values_list("level", flat=True)
    return {level: list(found).count(level) for level in set(found)}


# --- founding ---------------------------------------------------------------------------------------


def test_yimen_has_seven_townships_and_58_villages():
    """A county is founded with all that the official table lists under it, and with what is above it."""
    yimen = found_county(code="530425", by=BY, now=NOW)
    assert levels(yimen) == {Level.COUNTY: 1, Level.TOWNSHIP: 7, Level.VILLAGE: 58}
    assert [one.name for one in way_to(yimen)] == ["云南省", "玉溪市", "易门县"]
    assert yimen.short_name == "易门"
    assert full_name_of(area_by_code("530425001007")) == "云南省玉溪市易门县龙泉街道曾所社区居民委员会"
    assert area_by_code("530425201").short_name == "浦贝"


def test_every_area_from_the_county_down_is_a_subject():
    """What can owe a duty is a subject: the county, its townships and villages; not the province above."""
    yimen = found_county(code="530425", by=BY, now=NOW)
    subjects = Subject.objects.filter(kind="area")
    assert subjects.count() == 66 and subjects.filter(since=NOW, until=None).count() == 66
    assert not subjects.filter(area_id__lt=yimen.id).exists()


def test_a_county_level_city_without_a_prefecture():
    """The heading in a prefecture's place keeps the key whole and appears in no name."""
    city = found_county(code="429004", by=BY, now=NOW)
    assert [one.name for one in way_to(city)] == ["湖北省", "仙桃市"]
    assert full_name_of(city) == "湖北省仙桃市" and levels(city)[Level.TOWNSHIP] == 25


def test_a_big_urban_district():
    """Pudong: more than 1,500 units, in a municipality whose districts stand under a heading."""
    pudong = found_county(code="310115", by=BY, now=NOW)
    assert levels(pudong) == {Level.COUNTY: 1, Level.TOWNSHIP: 42, Level.VILLAGE: 1526}
    assert full_name_of(pudong) == "上海市浦东新区"


def test_a_city_without_counties():
    """Dongguan's towns hang on the city: it is founded by its own four digits, and its name is said once."""
    dongguan = found_county(code="4419", by=BY, now=NOW)
    assert code_of(dongguan) == "441900" and full_name_of(dongguan) == "广东省东莞市"
    assert full_name_of(area_by_code("441900101")) == "广东省东莞市石碣镇"


def test_a_second_county_shares_what_is_above_it():
    """Two counties of a prefecture stand under one province and one prefecture, each founded once."""
    yimen, eshan = found_counties(codes=["530425", "530426"], by=BY, now=NOW)
    assert yimen.parent_id == eshan.parent_id
    found_county(code="530423", by=BY, now=NOW)
    assert Area.objects.filter(level__lt=Level.COUNTY).count() == 2
    assert AreaCode.objects.filter(code="5304").count() == 1


def test_founding_twice_is_refused_and_changes_nothing():
    """The second founding says what stands already."""
    found_county(code="530425", by=BY, now=NOW)
    before = Area.objects.count(), Subject.objects.count(), AreaCode.objects.count()
    with pytest.raises(AlreadyFounded, match="易门县"):
        found_counties(codes=["530426", "530425"], by=BY, now=NOW)
    assert (Area.objects.count(), Subject.objects.count(), AreaCode.objects.count()) == before


@pytest.mark.parametrize(
    ("code", "problem"),
    [("53", NotACounty), ("5304", NotACounty), ("530425001", NotACounty), ("530499", UnknownDivision),
     ("", UnknownDivision), ("易门", UnknownDivision), ("5304²5", UnknownDivision)],
)  # fmt: skip
def test_what_is_no_county_is_refused(code, problem):
    """The sentence names the code, and where it can, codes that would do."""
    with pytest.raises(problem) as refused:
        found_county(code=code, by=BY, now=NOW)
    assert code in refused.value.say("zh") and code in refused.value.say("en")
    assert not Area.objects.exists()


def test_founding_is_on_record():
    """The audit line says who founded which county, and how much of it."""
    yimen = found_county(code="530425", by=BY, now=NOW)
    line = AuditLine.objects.get(kind="county.found")
    assert (line.by, line.role, line.area_id) == ("王芳", "administrator", yimen.id)
    assert "云南省玉溪市易门县" in line.facts


def test_nobody_founds_outside_his_reach():
    """Without the right to the roster there, the database refuses, and nothing is half-founded."""
    with acting(Reach(user_id=7)), pytest.raises(OutOfReach):
        found_county(code="530425", by=BY, now=NOW)
    assert not Area.objects.exists()
