"""Areas: any county founded from the official divisions; dated codes; groups and micro-grids; named ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sibulou.roster.access import EVERYTHING, Reach, acting
from sibulou.roster.area_key import Level
from sibulou.roster.areas import area_by_code, code_of, full_name_of, way_to
from sibulou.roster.audit import By
from sibulou.roster.deed import deed
from sibulou.roster.ending import end_area
from sibulou.roster.found import found_counties, found_county
from sibulou.roster.groups import add_area, add_group, add_micro_grid, import_groups
from sibulou.roster.models import Area, AreaCode, AuditLine, Subject
from sibulou.roster.problems import (
    AlreadyFounded,
    CodeTaken,
    GroupTaken,
    ImportRefused,
    MeanwhileChanged,
    NameMissing,
    NoSlotLeft,
    NotACounty,
    NotUnderThis,
    OutOfReach,
    ReasonMissing,
    RecodedLater,
    StillOnRoster,
    SubjectEnded,
    UnknownArea,
    UnknownDivision,
    WrongCode,
    WrongGroupNumber,
)
from sibulou.roster.recode import recode_area
from sibulou.roster.role import Right

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


def test_a_code_inside_a_new_county_may_be_held_elsewhere():
    """A township that another county took over keeps its new code; founding says who holds it."""
    found_county(code="530426", by=BY, now=NOW)
    moved = area_by_code("530426001")
    AreaCode.objects.filter(area=moved).update(code="530425001")
    with pytest.raises(CodeTaken, match="530425001"):
        found_county(code="530425", by=BY, now=NOW)


# --- groups and micro-grids -------------------------------------------------------------------------


@pytest.fixture
def village() -> Area:
    found_county(code="530425", by=BY, now=NOW)
    return area_by_code("530425001007")


def test_groups_are_added_by_number_or_by_name(village):
    """A group without a number takes the next one; its code is the village's with three digits of our own."""
    first = add_group(village=village, by=BY, now=NOW)
    third = add_group(village=village, number=3, by=BY, now=NOW)
    named = add_group(village=village, name="大河边", by=BY, now=NOW)
    assert [one.name for one in (first, third, named)] == ["1组", "3组", "大河边"]
    assert [code_of(one) for one in (first, third, named)] == [
        "530425001007001", "530425001007003", "530425001007004",
    ]  # fmt: skip
    assert all(one.parent_id == village.id and one.at == Level.GROUP for one in (first, third, named))
    assert Subject.objects.filter(kind="area", area=named, label="大河边").exists()


def test_micro_grids_stand_under_a_group(village):
    """And under nothing else."""
    group = add_group(village=village, by=BY, now=NOW)
    grid = add_micro_grid(group=group, by=BY, now=NOW)
    assert (grid.name, code_of(grid)) == ("1号网格", "530425001007001001")
    for wrong in (village, grid, village.parent):
        with pytest.raises(NotUnderThis):
            add_micro_grid(group=wrong, by=BY, now=NOW)
    with pytest.raises(NotUnderThis, match="village"):
        add_group(village=group, by=BY, now=NOW)


def test_a_group_is_not_added_twice(village):
    """Neither its number nor its name may be taken; a number has one to three digits."""
    add_group(village=village, number=1, by=BY, now=NOW)
    with pytest.raises(GroupTaken, match="1组"):
        add_group(village=village, number=1, by=BY, now=NOW)
    with pytest.raises(GroupTaken):
        add_group(village=village, name="1组", by=BY, now=NOW)
    for number in (0, 1000, -1):
        with pytest.raises(WrongGroupNumber):
            add_group(village=village, number=number, by=BY, now=NOW)
    with pytest.raises(NameMissing):
        add_group(village=village, name="长" * 41, by=BY, now=NOW)


def test_a_full_village_says_so(village):
    """Its key has room for 999 groups."""
    rows = "".join(f"530425001007,{number}\n" for number in range(1, 1000))
    assert len(import_groups(content=rows.encode(), by=BY, now=NOW)) == 999
    with pytest.raises(NoSlotLeft, match="999"):
        add_group(village=village, name="大河边", by=BY, now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_groups_are_imported_from_a_file(village, sign, encoding):
    """As spreadsheets write it: with or without a heading, any usual sign between, either encoding."""
    text = "村代码,组\r\n530425001007,1\r\n\r\n530425001007,大河边\r\n530425203201,7\r\n".replace(",", sign)
    added = import_groups(content=text.encode(encoding), by=BY, now=NOW)
    assert [one.name for one in added] == ["1组", "大河边", "7组"]
    assert area_by_code("530425203201007").parent == area_by_code("530425203201")


def test_a_file_with_mistakes_names_them_all_and_takes_nothing(village):
    """Orphan codes, wrong levels, wrong numbers and doubles, each by its line."""
    add_group(village=village, number=5, by=BY, now=NOW)
    before = Area.objects.count()
    text = (
        "code,group\n530425001007,1\n530425001099,1\n530425001,2\n530425001007,1\n530425001007,5\n"
        "530425001007,0\n530425001007\n530425001007,2\n"
    )
    with pytest.raises(ImportRefused) as refused:
        import_groups(content=text.encode(), by=BY, now=NOW)
    zh, en = refused.value.say("zh"), refused.value.say("en")
    assert [f"第{line}行" in zh for line in range(1, 10)] == [False] * 2 + [True] * 6 + [False]
    assert [f"line {line}:" in en for line in range(1, 10)] == [False] * 2 + [True] * 6 + [False]
    assert "6" in zh.splitlines()[0] and "530425001099" in zh.splitlines()[1]
    assert Area.objects.count() == before


def test_a_village_founded_after_the_cut(village):
    """A new unit takes its own code; the key is seeded from it, or stands beside where that slot is used."""
    town = village.parent
    added = add_area(parent=town, code="530425001013", name="新河社区居民委员会", by=BY, now=NOW)
    assert (added.short_name, added.id) == ("新河", 530425001013000000)
    recode_area(area=added, code="530425001014", from_date=date(2020, 3, 1), by=BY, now=NOW)
    other = add_area(parent=town, code="530425001013", name="老河社区居民委员会", by=BY, now=NOW)
    assert other.id == 530425001014000000 and area_by_code("530425001013") == other
    with pytest.raises(CodeTaken):
        add_area(parent=town, code="530425001014", name="东河社区居民委员会", by=BY, now=NOW)
    with pytest.raises(GroupTaken):
        add_area(parent=town, code="530425001015", name="新河社区居民委员会", by=BY, now=NOW)
    for wrong in ("53042500101", "530425002013", "5304250010１3", ""):
        with pytest.raises(WrongCode):
            add_area(parent=town, code=wrong, name="西河社区居民委员会", by=BY, now=NOW)


# --- new codes --------------------------------------------------------------------------------------


def test_a_recoded_township_keeps_its_key_and_its_history(village):
    """The old code ends, the new one begins; both find the same area, each in its time, and so do its villages'."""
    town, spring = village.parent, date(2020, 3, 1)
    subjects = list(Subject.objects.filter(kind="area").order_by("id").values_list("id", "area_id"))
    changed = recode_area(area=town, code="530425101", from_date=spring, by=BY, now=NOW)
    assert changed == 13
    assert area_by_code("530425101") == area_by_code("530425001") == town
    assert area_by_code("530425001", on=date(2020, 2, 29)) == area_by_code("530425101", on=spring) == town
    assert area_by_code("530425101007") == village and code_of(village, on=date(2020, 2, 1)) == "530425001007"
    for code, day in (("530425001", spring), ("530425101", date(2020, 2, 29))):
        with pytest.raises(UnknownArea, match=code):
            area_by_code(code, on=day)
    assert list(Subject.objects.filter(kind="area").order_by("id").values_list("id", "area_id")) == subjects


def test_a_code_is_held_by_one_area_at_a_time(village):
    """A code in use is refused; one that was given up may be taken by another, from then on."""
    longquan, liujie = area_by_code("530425001"), area_by_code("530425002")
    with pytest.raises(CodeTaken, match="六街街道"):
        recode_area(area=longquan, code="530425002", from_date=date(2020, 3, 1), by=BY, now=NOW)
    recode_area(area=liujie, code="530425003", from_date=date(2020, 3, 1), by=BY, now=NOW)
    with pytest.raises(CodeTaken):
        recode_area(area=longquan, code="530425002", from_date=date(2020, 2, 1), by=BY, now=NOW)
    recode_area(area=longquan, code="530425002", from_date=date(2020, 4, 1), by=BY, now=NOW)
    assert area_by_code("530425002") == longquan
    assert area_by_code("530425002", on=date(2020, 2, 1)) == liujie


def test_a_code_must_fit_its_level_and_its_parent(village):
    """Digits enough, and the parent's code before them; no second code on the day of the first."""
    town = village.parent
    for wrong in ("53042501", "530426001", "5304250011", "abc"):
        with pytest.raises(WrongCode):
            recode_area(area=town, code=wrong, from_date=date(2020, 3, 1), by=BY, now=NOW)
    recode_area(area=town, code="530425101", from_date=date(2020, 3, 1), by=BY, now=NOW)
    with pytest.raises(RecodedLater, match="2020-03-01"):
        recode_area(area=town, code="530425102", from_date=date(2020, 3, 1), by=BY, now=NOW)
    with pytest.raises(CodeTaken):
        recode_area(area=town, code="530425101", from_date=date(2020, 3, 2), by=BY, now=NOW)


def test_two_who_give_one_code_in_the_same_moment(village):
    """What no look-up can see the database refuses, and the sentence says to look again; nothing is half-done."""
    with pytest.raises(MeanwhileChanged), deed():
        AreaCode.objects.filter(area=village).update(code="530425001099")
        AreaCode.objects.filter(area=village.parent).update(code="530425001099")
    assert code_of(village) == "530425001007"


def test_nobody_recodes_outside_his_reach(village):
    """The rows are there to read, not to change."""
    with acting(Reach(user_id=7)), pytest.raises(OutOfReach):
        recode_area(area=village, code="530425001099", from_date=date(2020, 3, 1), by=BY, now=NOW)
    assert code_of(village) == "530425001007"


# --- ends -------------------------------------------------------------------------------------------


def test_an_area_ends_by_name_when_nothing_is_left_under_it(village):
    """A reason and a name; groups under it first. Its code finds it still, and may be given to another."""
    group = add_group(village=village, by=BY, now=NOW)
    later = NOW + timedelta(days=40)
    with pytest.raises(StillOnRoster, match="1组"):
        end_area(area=village, by=BY, now=later, reason="并入兴文街社区")
    with pytest.raises(ReasonMissing):
        end_area(area=group, by=BY, now=later, reason=" ")
    end_area(area=group, by=BY, now=later, reason="并入兴文街社区")
    end_area(area=village, by=BY, now=later, reason="并入兴文街社区")
    subject = Subject.objects.get(kind="area", area=village)
    assert (subject.until, subject.ended_by, subject.end_reason) == (later, "王芳", "并入兴文街社区")
    assert area_by_code("530425001007") == village and village.until == date(2020, 3, 4)
    with pytest.raises(SubjectEnded, match="王芳"):
        end_area(area=village, by=BY, now=later, reason="再次")
    with pytest.raises(ImportRefused):
        import_groups(content=b"530425001007,9", by=BY, now=later)


def test_nobody_ends_an_area_outside_his_reach(village):
    """To see an area is not to end it."""
    seeing = Reach(user_id=7, ranges=dict.fromkeys((Right.GAPS, Right.PEOPLE), ((0, 10**18),)))
    with acting(seeing), pytest.raises(OutOfReach):
        end_area(area=village, by=BY, now=NOW + timedelta(days=1), reason="并村")
