"""The official table: every code of the country read, named and placed."""

from __future__ import annotations

import pytest

from sibulou.roster import divisions
from sibulou.roster.area_key import Level
from sibulou.roster.codes import UNIT
from sibulou.roster.divisions import children, counties, county, division, full_name, short_name, short_names
from sibulou.roster.problems import NotACounty, UnknownDivision


def test_the_country_has_all_its_provinces_and_counties() -> None:
    """31 provinces, 2,978 county-level units: what the statistics office published for 2023."""
    provinces = children("")
    assert len(provinces) == 31 and provinces[0].name == "北京市" and provinces[-1].short == "新疆"
    assert sum(len(counties(one.code)) for one in provinces) == 2978


def test_every_unit_of_a_province_is_founded_under_its_parent() -> None:
    """Yunnan whole: codes ascend, each stands under one that is there, and siblings differ in their short names."""
    plans = [county(code) for code in counties("53")]
    for plan in plans:
        towns = {one.code for one in plan.townships}
        assert {one.parent for one in plan.villages} == towns
        assert {one.parent for one in plan.townships} == {plan.county.code}
        assert [one.code for one in plan.villages] == sorted(one.code for one in plan.villages)
        assert all(one.kind in UNIT for one in plan.divisions)
        for parent in towns | {plan.county.code}:
            siblings = [one.short for one in plan.divisions if one.parent == parent]
            assert len(set(siblings)) == len(siblings)
    assert len(plans) == 129


def test_yimen() -> None:
    """Seven townships and 58 villages, of which 19 are communities (domain section 8)."""
    plan = county("530425")
    assert plan.full_name == "云南省玉溪市易门县"
    assert [one.short for one in plan.townships] == ["龙泉", "六街", "绿汁", "浦贝", "十街", "铜厂", "小街"]
    kinds = [one.kind for one in plan.villages]
    assert (len(kinds), kinds.count("community"), kinds.count("village")) == (58, 19, 39)
    assert [one.kind for one in plan.townships] == ["subdistrict"] * 2 + ["town"] + ["township"] * 4
    assert [len(children(one.code)) for one in plan.townships] == [12, 7, 9, 7, 8, 9, 6]


@pytest.mark.parametrize(
    ("code", "name", "townships", "villages"),
    [("429004", "湖北省仙桃市", 25, 767), ("310115", "上海市浦东新区", 42, 1526), ("4419", "广东省东莞市", 36, 609),
     ("442000", "广东省中山市", 23, 287), ("4604", "海南省儋州市", 18, 340), ("620201", "甘肃省嘉峪关市", 5, 48),
     ("500229", "重庆市城口县", 25, 204), ("659001", "新疆维吾尔自治区石河子市", 8, 110),
     ("350527", "福建省泉州市金门县", 1, 1)],
)  # fmt: skip
def test_counties_without_a_prefecture_and_cities_without_counties(
    code: str, name: str, townships: int, villages: int
) -> None:
    """Headings are in no full name, and no name stands twice."""
    plan = county(code)
    assert (plan.full_name, len(plan.townships), len(plan.villages)) == (name, townships, villages)


def test_headings_are_no_units() -> None:
    """Nine of the 342 in the prefectures' place."""
    found = [one for province in children("") for one in children(province.code)]
    assert len(found) == 342 and sum(one.is_heading for one in found) == 9
    assert full_name(["北京市", "市辖区", "东城区"]) == "北京市东城区"


def test_a_number_outside_the_ranges_is_among_the_like_ones() -> None:
    """Jinmen's only township has the number 000."""
    plan = county("350527")
    assert [one.kind for one in (*plan.townships, *plan.villages)] == ["township-like", "village-like"]


@pytest.mark.parametrize(
    ("name", "level", "short"),
    [("内蒙古自治区", Level.PROVINCE, "内蒙古"), ("广西壮族自治区", Level.PROVINCE, "广西"),
     ("楚雄彝族自治州", Level.PREFECTURE, "楚雄"), ("克孜勒苏柯尔克孜自治州", Level.PREFECTURE, "克孜勒苏"),
     ("省直辖县级行政区划", Level.PREFECTURE, "省直辖县级行政区划"), ("易门县", Level.COUNTY, "易门"),
     ("浦东新区", Level.COUNTY, "浦东"), ("郊区", Level.COUNTY, "郊区"), ("丰县", Level.COUNTY, "丰县"),
     ("双江拉祜族佤族布朗族傣族自治县", Level.COUNTY, "双江"), ("隆林各族自治县", Level.COUNTY, "隆林"),
     ("龙泉街道", Level.TOWNSHIP, "龙泉"), ("南环街道办事处", Level.TOWNSHIP, "南环"),
     ("十街彝族乡", Level.TOWNSHIP, "十街"), ("塔布勒合特蒙古民族乡", Level.TOWNSHIP, "塔布勒合特"),
     ("军赛佤族拉祜族傈僳族德昂族乡", Level.TOWNSHIP, "军赛"), ("绿汁镇", Level.TOWNSHIP, "绿汁"),
     ("曾所社区居民委员会", Level.VILLAGE, "曾所"), ("铁厂村民委员会", Level.VILLAGE, "铁厂"),
     ("高井村委会", Level.VILLAGE, "高井"), ("李庄村村委会", Level.VILLAGE, "李庄"),
     ("潍坊一村居民委员会", Level.VILLAGE, "潍坊一村"), ("水岸花园社区居委会", Level.VILLAGE, "水岸花园"),
     ("新村村民委员会", Level.VILLAGE, "新村"), ("敖日盖嘎查", Level.VILLAGE, "敖日盖"), ("1组", Level.GROUP, "1组")],
)  # fmt: skip
def test_short_names(name: str, level: Level, short: str) -> None:
    """What the level says anyway is left away, but never all of a name."""
    assert short_name(name, level) == short


def test_siblings_with_one_short_name_say_more() -> None:
    """A community and a village of one name; two that only the full name tells apart."""
    names = ["铁厂社区居民委员会", "铁厂村民委员会", "白邑村民委员会", "大村村委会", "大村村民委员会"]
    assert short_names(names, Level.VILLAGE) == ["铁厂社区", "铁厂村", "白邑", "大村村委会", "大村村民委员会"]


@pytest.mark.parametrize("code", ["", "5", "530", "99", "530499", "5304250019", "530425001099", "５３", "5304\n", ".*"])
def test_a_code_that_is_not_there(code: str) -> None:
    """Whatever was typed, it is named and refused."""
    for read in (division, county):
        with pytest.raises(UnknownDivision):
            read(code)
    if code:
        with pytest.raises(UnknownDivision):
            children(code)


def test_a_village_has_no_children_and_a_province_is_no_county() -> None:
    """And the sentence offers counties of that province."""
    assert children("530425001007") == ()
    with pytest.raises(NotACounty) as refused:
        county("53")
    assert "530102 五华区" in refused.value.say("zh")


def test_the_table_is_sorted() -> None:
    """A slice is everything under a code only as long as it is."""
    codes = [line.split(b"\t")[0] for line in divisions._table().split(b"\n")[1:] if line]
    assert len(codes) == 665_276 and codes == sorted(codes)
