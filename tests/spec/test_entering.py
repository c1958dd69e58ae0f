"""Entering the roster by hand: looked for before it is added, put right afterwards, merged and recoded by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sibulou.roster.access import Reach, acting
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.correcting import (
    REMOVED,
    HouseholdEntry,
    PersonEntry,
    ThingEntry,
    correct_household,
    correct_person,
    correct_thing,
    rename_area,
)
from sibulou.roster.ending import end_area
from sibulou.roster.groups import import_groups
from sibulou.roster.households import add_household, add_person, change_state, find_persons
from sibulou.roster.identity import CheckCharacterDiffers
from sibulou.roster.merging import merge_area
from sibulou.roster.models import Appointment, AreaCode, AuditLine, Household, Leave, Person, Seat, Subject
from sibulou.roster.problems import (
    AlreadyListed,
    CannotMerge,
    GroupTaken,
    ImportRefused,
    NameMissing,
    NotInTheList,
    NotYet,
    OutOfReach,
    ReasonMissing,
    SubjectEnded,
    WrongCrew,
)
from sibulou.roster.recode import recode_area
from sibulou.roster.resembling import Likeness, find_resembling, one_sign_apart
from sibulou.roster.role import Right
from tests.world import BY, World, audited, identity_of, phone_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 2, 10, 2, 0, tzinfo=UTC)
TODAY = date(2020, 2, 10)
YANG = identity_of(date(1985, 12, 12), 9)


def entry_of(person: Person, **changed: object) -> PersonEntry:
    """What is held of a person, with some of it changed."""
    held = {
        "name": person.subject.label, "relation": person.relation, "sex": person.sex, "birth_date": person.birth_date,
        "ethnic": person.ethnic,
    }  # fmt: skip
    return PersonEntry(**(held | changed))


def like(world: World, **given: object) -> list[tuple[str, str]]:
    """Who resembles somebody about to be entered in Donghe: name and by what."""
    asked = {"name": "", "identity": "", "phone": "", "born": None, "area": world.group_a1.pk, "today": TODAY}
    return [(one.person.subject.label, one.by) for one in find_resembling(**(asked | given), demo=True)]


# --- looking before adding --------------------------------------------------------------------------


def test_the_same_name_is_looked_for_in_the_village(world: World):
    """In every group of it, however the name is spaced; not in the next village, where another Zhao Ming may live."""
    assert like(world, name="杨 志强") == [("杨志强", Likeness.NAME)]
    assert like(world, name="赵明") == []
    assert like(world, name="赵明", area=world.group_b1.pk) == [("赵明", Likeness.NAME)]


def test_a_name_one_sign_away_counts_with_the_same_birth_date(world: World):
    """Families share a sign of their names: without the birth date it would show half of them."""
    assert like(world, name="杨自强", born=date(1985, 12, 12)) == [("杨志强", Likeness.NEARLY)]
    assert like(world, name="杨自强", born=date(1986, 12, 12)) == []
    assert like(world, name="杨自强") == []


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [("杨志强", "杨自强", True), ("杨志强", "杨强", True), ("杨志强", "杨志强", False), ("杨志强", "杨自刚", False),
     ("买买提", "买买提江", True), ("赵明", "明赵", False)],
)  # fmt: skip
def test_one_sign_apart(one: str, other: str, near: bool):
    """Another sign, one more or one less; either way round."""
    assert one_sign_apart(one, other) is near and one_sign_apart(other, one) is near


def test_the_same_number_is_looked_for_wherever_the_reader_sees(world: World):
    """By identity number first, then by telephone; what cannot be read finds nobody and is left to the deed to say."""
    assert like(world, name="谁也不是", identity=YANG, area=world.group_b1.pk) == [("杨志强", Likeness.IDENTITY)]
    assert like(world, name="谁也不是", phone=phone_of(4)) == [("杨志强", Likeness.PHONE), ("杨婷", Likeness.PHONE)]
    assert like(world, name="谁也不是", identity="12", phone="x") == []
    narrow = Reach(user_id=7, ranges={Right.PEOPLE: (world.village_b.range,)})
    with acting(narrow):
        assert like(world, name="谁也不是", identity=YANG, area=world.group_b1.pk) == []


# --- putting right ----------------------------------------------------------------------------------


def test_a_name_and_a_number_are_put_right(world: World):
    """The new number is sealed and found; sex and birth date follow it; the audit line names fields, not what stood."""
    person, number = world.people["吴强"], identity_of(date(1991, 3, 4), 30)
    put = correct_person(
        person=person, entry=entry_of(person, name="吴强生", identity=number, phone=phone_of(61)), by=BY, now=NOW,
        demo=True,
    )  # fmt: skip
    assert (put.subject.label, put.birth_date, put.sex) == ("吴强生", date(1991, 3, 4), "2")
    assert list(find_persons(identity=number, today=TODAY, demo=True)) == [put]
    assert put in find_persons(phone=phone_of(61), today=TODAY, demo=True)
    kept = audited("person.correct")
    assert "identity" in kept and "name" in kept and number not in kept and "吴" not in kept


def test_what_is_left_empty_stays_and_a_dash_removes(world: World):
    """A sealed number is not shown, so an empty box must not wipe it."""
    person = world.people["吴强"]
    same = correct_person(person=person, entry=entry_of(person), by=BY, now=NOW)
    assert bytes(same.identity_sealed) == bytes(person.identity_sealed)
    gone = correct_person(person=person, entry=entry_of(person, identity=REMOVED, phone=REMOVED), by=BY, now=NOW)
    assert (gone.identity_sealed, gone.identity_blind, gone.identity_kind, gone.phone_sealed) == (
        None,
        None,
        "none",
        None,
    )


@pytest.mark.parametrize(
    ("changed", "problem"),
    [({"name": " "}, NameMissing), ({"relation": "98"}, NotInTheList), ({"identity": YANG}, AlreadyListed),
     ({"identity": YANG[:17] + ("0" if YANG[17] != "0" else "1")}, CheckCharacterDiffers)],
)  # fmt: skip
def test_a_correction_that_cannot_be_true_changes_nothing(world: World, changed: dict[str, object], problem):
    """Each in a sentence; a number that somebody else has says who."""
    person = world.people["吴强"]
    with pytest.raises(problem):
        correct_person(person=person, entry=entry_of(person, **changed), by=BY, now=NOW, demo=True)
    person.refresh_from_db()
    assert person.subject.label == "吴强" and not AuditLine.objects.filter(kind="person.correct").exists()


def test_a_household_and_a_thing_are_put_right(world: World):
    """Number, address, telephone; kind, crew, credit code."""
    entry = HouseholdEntry("陈家", 5, "东河 5 号", "dialect", True)
    put = correct_household(household=world.chen, entry=entry, by=BY, now=NOW)
    assert (put.subject.label, put.number, put.address, put.without_phone) == ("陈家", 5, "东河 5 号", True)
    entry = HouseholdEntry("陈家", 5, "", "", True, phone_of(62))
    assert not correct_household(household=put, entry=entry, by=BY, now=NOW, demo=True).without_phone
    with pytest.raises(GroupTaken):
        correct_household(household=put, entry=HouseholdEntry("陈家", 2, "", "", False), by=BY, now=NOW)
    gate = correct_thing(subject=world.gate.subject, entry=ThingEntry("南门", "trunk", "国道", 6), by=BY, now=NOW)
    gate.post.refresh_from_db()
    assert (gate.label, gate.post.kind, gate.post.minimum_crew) == ("南门", "trunk", 6)
    with pytest.raises(WrongCrew):
        correct_thing(subject=gate, entry=ThingEntry("南门", "trunk", "", 0), by=BY, now=NOW)


def test_nobody_puts_right_outside_his_reach(world: World):
    """To see somebody is not to rename him; not even with the right to the roster of another place."""
    reach = Reach(ranges={Right.PEOPLE: ((0, 10**18),), Right.ROSTER: (world.village_b.range,)})
    with acting(reach):
        for deed in (
            lambda: correct_person(person=world.chen_guihua, entry=entry_of(world.chen_guihua), by=BY, now=NOW),
            lambda: rename_area(area=world.village_a, name="新名", by=BY, now=NOW),
            lambda: merge_area(area=world.group_a1, into=world.group_a2, by=BY, now=NOW, reason="并组"),
        ):
            with pytest.raises(OutOfReach):
                deed()


def test_a_state_says_since_when_and_where(world: World):
    """The place is personal and stays out of the audit line; a moment that has not come is refused."""
    since = NOW - timedelta(days=3)
    away = change_state(person=world.chen_guihua, state="away", at=since, place="昆明市呈贡区", by=BY, now=NOW)
    assert (away.state, away.state_since, away.state_place) == ("away", since, "昆明市呈贡区")
    assert "昆明" not in audited("person.state")
    with pytest.raises(NotYet):
        change_state(person=away, state="present", at=NOW + timedelta(hours=1), by=BY, now=NOW)


# --- areas ------------------------------------------------------------------------------------------


def test_a_renamed_area_is_found_by_its_new_name_everywhere(world: World):
    """Name, short name and what it is called as one that owes; both names stand in the audit line."""
    put = rename_area(area=world.village_a, name="东明社区居民委员会", by=BY, now=NOW)
    assert put.short_name == "东明" and Subject.objects.get(kind="area", area=put).label == put.name
    assert "东河社区居民委员会" in audited("area.rename") and "东明社区居民委员会" in audited("area.rename")
    with pytest.raises(GroupTaken):
        rename_area(area=put, name="西河社区居民委员会", by=BY, now=NOW)


def test_the_decision_stands_beside_the_new_code(world: World):
    """Its number is kept with every code it gave."""
    recode_area(
        area=world.longquan, code="530499101", from_date=date(2020, 3, 1), notice="白政〔2020〕3号", by=BY, now=NOW
    )
    kept = AreaCode.objects.filter(notice="白政〔2020〕3号").values_list("code", flat=True)
    assert {"530499101", "530499101001"} <= set(kept) and "白政〔2020〕3号" in audited("area.recode")


def test_micro_grids_are_imported_under_the_code_of_a_group(world: World):
    """Fifteen digits before the number; a township's nine are refused by their line."""
    group = code_of(world.group_a2)
    added = import_groups(content=f"{group},1\n{group},河边\n".encode(), by=BY, now=NOW)
    assert [one.name for one in added] == ["1号网格", "河边"]
    assert area_by_code(f"{group}001").parent == world.group_a2
    with pytest.raises(ImportRefused, match="line 1:"):
        import_groups(content=b"530499001,1", by=BY, now=NOW)


def test_a_merged_group_gives_everything_to_the_other(world: World):
    """Households take the next numbers; micro-grids come along with their head; the group ends by name."""
    add_household(area=world.grid_a1, name="网格里的户", by=BY, now=NOW)
    merged = merge_area(area=world.group_a1, into=world.group_a2, by=BY, now=NOW, reason="并组")
    assert (merged.households, merged.people, merged.parts) == (3, 6, 1)
    there = Household.objects.filter(subject__area=world.group_a2)
    assert sorted(there.values_list("number", flat=True)) == [1, 2, 3, 4]
    grid = Seat.objects.get(role="unit_head", area__parent=world.group_a2)
    assert Appointment.objects.get(seat=grid, ends_at=None).user.name == "丁香"
    assert not Appointment.objects.filter(seat__area=world.group_a1, ends_at=None).exists()
    own = Subject.objects.get(kind="area", area=world.group_a1)
    assert (own.until, own.ended_by, own.end_reason) == (NOW, BY.name, "并组")
    assert "并组" in audited("area.merge")


def test_a_leave_goes_along_with_the_seat(world: World):
    """Who is away from a seat of a group is away from it under the new village too."""
    seat, user = world.seats["unit_head", "grid_a1"], world.users["丁香"]
    Leave.objects.create(user=user, seat=seat, starts_at=NOW - timedelta(days=1), ends_at=None)
    merge_area(area=world.group_a1, into=world.group_a2, by=BY, now=NOW, reason="并组")
    assert Leave.objects.filter(user=user, seat__area__parent=world.group_a2, ends_at=None).exists()


def test_a_merged_village_brings_its_posts_and_pharmacies(world: World):
    """And whoever heads them goes on heading them."""
    merged = merge_area(area=world.village_a, into=world.village_b, by=BY, now=NOW, reason="并村")
    assert (merged.things, merged.parts) == (4, 3)
    assert Subject.objects.get(pk=world.post.pk).area == world.village_b
    assert Seat.objects.get(subject=world.post.pk).area == world.village_b
    assert not Subject.objects.filter(area__gte=world.village_a.range[0], area__lt=world.village_a.range[1], until=None)


def test_what_cannot_be_merged_says_so(world: World):
    """Other levels, itself, an ended one, without a reason: and nothing is half-merged."""
    before = list(Subject.objects.order_by("pk").values_list("pk", "area_id"))
    for area, into, reason, problem in (
        (world.group_a1, world.village_b, "并", CannotMerge), (world.group_a1, world.group_a1, "并", CannotMerge),
        (world.longquan, world.qingshan, "并", CannotMerge), (world.group_a1, world.group_a2, " ", ReasonMissing),
    ):  # fmt: skip
        with pytest.raises(problem):
            merge_area(area=area, into=into, by=BY, now=NOW, reason=reason)
    assert list(Subject.objects.order_by("pk").values_list("pk", "area_id")) == before
    merge_area(area=world.group_a1, into=world.group_a2, by=BY, now=NOW, reason="并组")
    with pytest.raises(SubjectEnded):
        merge_area(area=world.group_a2, into=world.group_a1, by=BY, now=NOW, reason="并回")
    with pytest.raises(SubjectEnded):
        end_area(area=world.group_a1, by=BY, now=NOW, reason="再次")


def test_a_number_in_use_names_its_holder_by_key(world: World):
    """So that a page can lead there."""
    with pytest.raises(AlreadyListed) as refused:
        add_person(household=world.pu, name="杨自强", identity=YANG, demo=True, by=BY, now=NOW)
    assert refused.value.facts["subject"] == world.yang_zhiqiang.pk
