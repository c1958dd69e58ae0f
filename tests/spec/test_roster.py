"""The roster: who and what may not be missed; entered once, found again, moved with its history, ended by name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest

from sibulou.duty.apps import DutyConfig
from sibulou.duty.force import activate, load
from sibulou.duty.models import Duty, Obligation, Stage, Watch
from sibulou.roster.access import EVERYTHING, Reach, acting, reach_of
from sibulou.roster.ending import end_area, end_subject, on_end
from sibulou.roster.groups import add_group
from sibulou.roster.households import (
    add_household,
    add_person,
    change_state,
    find_persons,
    move_household,
    move_person,
)
from sibulou.roster.identity import CheckCharacterDiffers, DemoRegionRefused, Kind
from sibulou.roster.models import AuditLine, Household, Person, Post, Subject
from sibulou.roster.phone import NotAPhone
from sibulou.roster.problems import (
    AlreadyListed,
    BeforeItsStart,
    BornLater,
    GroupTaken,
    NameMissing,
    NoRight,
    NotInTheList,
    NotYet,
    OpenedAlready,
    OutOfReach,
    ReasonMissing,
    StillOnRoster,
    SubjectEnded,
    WrongCrew,
    WrongPlace,
)
from sibulou.roster.role import Right
from sibulou.roster.seal import unmask, work_phone
from sibulou.roster.subjects import add_institution, add_place, add_post, open_post
from tests.world import BY, World, audited, identity_of, phone_of

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 2, 10, 2, 0, tzinfo=UTC)
TODAY = date(2020, 2, 10)
YANG = identity_of(date(1985, 12, 12), 9)


# --- entering ---------------------------------------------------------------------------------------


def test_a_household_takes_the_next_number_of_its_group(world: World):
    """Numbers are the group's own; one that is taken is refused, one that was given up may come back."""
    added = add_household(area=world.group_a1, by=BY, now=NOW)
    assert (added.number, added.subject.label, added.without_phone) == (3, "3号户", False)
    with pytest.raises(GroupTaken, match="2号户"):
        add_household(area=world.group_a1, number=2, by=BY, now=NOW)
    end_subject(subject=added.subject, at=NOW, by=BY, now=NOW, reason="重复登记")
    assert add_household(area=world.group_a1, number=3, by=BY, now=NOW).number == 3


def test_a_household_lies_in_a_village_or_below(world: World):
    """Not at the township; and not in a group that was ended."""
    with pytest.raises(WrongPlace, match="龙泉街道"):
        add_household(area=world.longquan, by=BY, now=NOW)
    group = add_group(village=world.village_c, by=BY, now=NOW)
    end_subject(subject=Subject.objects.get(kind="area", area=group), at=NOW, by=BY, now=NOW, reason="并组")
    with pytest.raises(SubjectEnded, match="2组"):
        add_household(area=group, by=BY, now=NOW)


def test_a_person_brings_sex_and_birth_date_in_the_number(world: World):
    """What the county can read it does not ask."""
    added = add_person(household=world.wu, name="吴念", identity=identity_of(date(2001, 2, 3), 22), demo=True,
                       relation="10", by=BY, now=NOW)  # fmt: skip
    assert (added.sex, added.birth_date, added.identity_kind) == ("2", date(2001, 2, 3), Kind.RESIDENT_18)
    assert added.subject.area_id == world.wu.subject.area_id


def test_a_person_without_a_paper_is_entered_all_the_same(world: World):
    """Two infants without a number are two people."""
    twins = [add_person(household=world.wu, name=name, birth_date=TODAY, by=BY, now=NOW) for name in ("吴大", "吴二")]
    assert [one.identity_blind for one in twins] == [None, None]
    assert not find_persons(identity="无", today=TODAY).exists()


def test_numbers_are_sealed_in_the_database(world: World):
    """Neither the number nor the telephone stands in any column."""
    added = add_person(household=world.wu, name="吴念", identity=identity_of(date(2001, 2, 3), 22), demo=True,
                       phone=phone_of(77), by=BY, now=NOW)  # fmt: skip
    row = Person.objects.filter(pk=added.pk).values_list().get()
    assert not [value for value in row if identity_of(date(2001, 2, 3), 22) in str(value) or phone_of(77) in str(value)]
    assert bytes(added.identity_sealed) != bytes(added.identity_blind)


@pytest.mark.parametrize(
    ("given", "problem"),
    [({"name": " "}, NameMissing), ({"name": "长" * 81}, NameMissing), ({"relation": "98"}, NotInTheList),
     ({"state": "left"}, NotInTheList), ({"state": "died"}, NotInTheList), ({"sex": "3"}, NotInTheList),
     ({"ethnic": "99"}, NotInTheList), ({"phone": "123"}, NotAPhone), ({"birth_date": date(2020, 2, 11)}, BornLater),
     ({"identity": YANG[:17] + ("0" if YANG[17] != "0" else "1")}, CheckCharacterDiffers),
     ({"identity": identity_of(date(2001, 2, 3), 22), "demo": False}, DemoRegionRefused)],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_whole(world: World, given: dict[str, object], problem: type[Exception]):
    """Each in a sentence, and nothing of it is entered."""
    before = Subject.objects.count()
    with pytest.raises(problem):
        add_person(**{"household": world.wu, "name": "吴念", "demo": True, "by": BY, "now": NOW} | given)
    assert Subject.objects.count() == before


def test_the_same_number_is_not_entered_twice_unknowingly(world: World):
    """The sentence says who has it and where; entering it knowingly makes a pair that is shown as such."""
    with pytest.raises(AlreadyListed, match="杨志强"):
        add_person(household=world.pu, name="杨自强", identity=YANG, demo=True, by=BY, now=NOW)
    added = add_person(household=world.pu, name="杨自强", identity=YANG, demo=True, even_if_listed=True, by=BY, now=NOW)
    assert list(find_persons(identity=YANG, today=TODAY, demo=True)) == [world.yang_zhiqiang, added]


def test_look_before_you_add(world: World):
    """By name, by number however it was typed, by one's own telephone or the household's; the ended are not found."""
    assert list(find_persons(name="陈桂花", today=TODAY)) == [world.chen_guihua]
    typed = f" {YANG[:6]} {YANG[6:14]}-{YANG[14:]} "
    assert list(find_persons(identity=typed, today=TODAY, demo=True)) == [world.yang_zhiqiang]
    assert {one.subject.label for one in find_persons(phone=phone_of(5), today=TODAY, demo=True)} == {
        "赵明", "周丽", "赵小雨",
    }  # fmt: skip
    assert not find_persons(today=TODAY).exists()
    change_state(person=world.chen_guihua, state="died", by=BY, now=NOW)
    assert not find_persons(name="陈桂花", today=TODAY).exists()


def test_places_institutions_and_posts_take_a_kind_of_their_list(world: World):
    """And lie in a township or below."""
    for add, kind in ((add_post, "gate"), (add_place, "square"), (add_institution, "private-clinic")):
        added = add(area=world.village_b, name="西河之新", kind=kind, by=BY, now=NOW)
        assert added.kind == kind and added.subject.area == world.village_b
        with pytest.raises(NotInTheList):
            add(area=world.village_b, name="西河之新", kind="castle", by=BY, now=NOW)
        with pytest.raises(WrongPlace):
            add(area=world.county, name="西河之新", kind=kind, by=BY, now=NOW)
    for crew in (0, 100):
        with pytest.raises(WrongCrew):
            add_post(area=world.village_b, name="西河之新", kind="gate", minimum_crew=crew, by=BY, now=NOW)


def test_a_post_is_opened_once(world: World):
    """A planned post owes nothing until it opens; who opens it is on record."""
    planned = add_post(area=world.village_b, name="西河村口卡点", kind="village", by=BY, now=NOW)
    assert planned.opened_at is None
    with pytest.raises(BeforeItsStart):
        open_post(post=planned, at=NOW - timedelta(hours=1), by=BY, now=NOW)
    open_post(post=planned, at=NOW, by=BY, now=NOW)
    with pytest.raises(OpenedAlready):
        open_post(post=planned, at=NOW + timedelta(hours=1), by=BY, now=NOW)
    assert Post.objects.get(pk=planned.pk).opened_at == NOW and str(planned.pk) in audited("post.open")


# --- moving -----------------------------------------------------------------------------------------


def test_a_person_who_moves_keeps_his_key(world: World):
    """Another household, another area, the same subject: what was told of him stays his."""
    moved = move_person(person=world.yang_zhiqiang, to=world.pu, relation="99", by=BY, now=NOW)
    assert (moved.pk, moved.household_id, moved.relation) == (world.yang_zhiqiang.pk, world.pu.pk, "99")
    assert moved.subject.area == world.group_c1 and moved.subject.since == NOW - timedelta(days=30)
    assert f'"before": {world.yang.pk}' in audited("person.move")


def test_a_household_moves_with_everyone_in_it(world: World):
    """It takes the next number there, and those who left it before do not come along."""
    gone = world.people["赵小雨"]
    change_state(person=gone, state="moved", reason="出嫁", by=BY, now=NOW)
    moved = move_household(household=world.zhao, to=world.group_a2, by=BY, now=NOW)
    assert (moved.number, moved.subject.area) == (3, world.group_a2)
    there = Subject.objects.filter(kind="person", area=world.group_a2).values_list("label", flat=True)
    assert {"赵明", "周丽"} <= set(there) and "赵小雨" not in there
    with pytest.raises(GroupTaken):
        move_household(household=world.wu, to=world.group_a2, number=3, by=BY, now=NOW)
    with pytest.raises(WrongPlace):
        move_household(household=world.wu, to=world.longquan, by=BY, now=NOW)


# --- states and ends --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["present", "away", "returned", "visitor"])
def test_who_is_away_or_back_stays_on_the_roster(world: World, state: str):
    """Only the state changes."""
    changed = change_state(person=world.people["黄海"], state=state, by=BY, now=NOW)
    assert (changed.state, changed.subject.until) == (state, None)


@pytest.mark.parametrize(("state", "word"), [("moved", "迁出"), ("died", "死亡")])
def test_who_moved_away_or_died_is_ended_by_name(world: World, state: str, word: str):
    """From the moment it happened, with who said so; and nothing more is done to him after."""
    at = NOW - timedelta(hours=5)
    ended = change_state(person=world.chen_guihua, state=state, at=at, by=BY, now=NOW)
    subject = ended.subject
    assert (subject.until, subject.ended_by, subject.end_reason) == (at, BY.name, word)
    for again in (
        lambda: change_state(person=ended, state="present", by=BY, now=NOW),
        lambda: move_person(person=ended, to=world.pu, by=BY, now=NOW),
        lambda: end_subject(subject=subject, at=NOW, by=BY, now=NOW, reason="再次"),
    ):
        with pytest.raises(SubjectEnded, match=BY.name):
            again()


def test_an_end_takes_a_reason_and_a_moment_that_was(world: World):
    """Not before it began, not in the future, not without a reason."""
    subject = world.pharmacy.subject
    for at, reason, problem in (
        (NOW, "  ", ReasonMissing), (NOW + timedelta(minutes=1), "停业", NotYet),
        (NOW - timedelta(days=31), "停业", BeforeItsStart),
    ):  # fmt: skip
        with pytest.raises(problem):
            end_subject(subject=subject, at=at, by=BY, now=NOW, reason=reason)
    subject.refresh_from_db()
    assert subject.until is None
    end_subject(subject=subject, at=NOW, by=BY, now=NOW, reason="停业")
    assert "停业" in audited("subject.end")


def test_a_household_is_not_ended_over_its_members(world: World):
    """Each is moved or ended by name first: no one leaves with a door."""
    with pytest.raises(StillOnRoster, match="2"):
        end_subject(subject=world.pu.subject, at=NOW, by=BY, now=NOW, reason="搬走")
    for name in ("普学文", "普秀兰"):
        change_state(person=world.people[name], state="moved", by=BY, now=NOW)
    end_subject(subject=world.pu.subject, at=NOW, by=BY, now=NOW, reason="搬走")
    assert Household.objects.get(pk=world.pu.pk).subject.until == NOW


def test_the_kernel_is_told_of_every_end(world: World, monkeypatch: pytest.MonkeyPatch):
    """What a layer above hangs in runs in the same transaction: when it fails, nothing has ended."""
    fronts = ("sibulou.fronts.defence.branches", "sibulou.fronts.defence.publishing")
    assert [hook.__module__ for hook in on_end] == [DutyConfig.name + ".ending", *fronts]
    told: list[tuple[int, datetime, str, str]] = []

    def refuse(*, subject, at, by, reason, now):
        told.append((subject.pk, at, by.name, reason))
        raise RuntimeError("no")

    monkeypatch.setattr("sibulou.roster.ending.on_end", [*on_end, refuse])
    with pytest.raises(RuntimeError):
        end_subject(subject=world.pharmacy.subject, at=NOW, by=BY, now=NOW, reason="停业")
    assert told == [(world.pharmacy.pk, NOW, BY.name, "停业")]
    assert Subject.objects.get(pk=world.pharmacy.pk).until is None


def started(world: World) -> Stage:
    """The plan of 2020 in force in the county for nine days."""
    at = NOW - timedelta(days=9)
    text = resources.files("sibulou.plans").joinpath("covid19-2020.yaml").read_text(encoding="utf-8")
    version = load(text, file="covid19-2020.yaml", by=BY, now=at)
    event = activate(area=world.county, version=version, level="I", title="演练", notice="1号", legal_basis="预案",
                     by=BY, now=at)  # fmt: skip
    return event.stages.get()


def owed(world: World, stage: Stage, subject: Subject, hours: int) -> Obligation:
    """Something its owner is warned of some hours from now."""
    at = NOW + timedelta(hours=hours)
    return Obligation.objects.create(
        duty=Duty.objects.exclude(scope__contains="watched").exclude(scope__contains="released").earliest("id"),
        subject=subject, area_id=subject.area_id, seat=world.seats["village_secretary", "village_a"], stage=stage,
        opened_at=at - timedelta(days=1), warn_at=at, due_at=at, tell_at=at,
    )  # fmt: skip


def test_what_was_overdue_stays_when_a_subject_ends(world: World):
    """Only what its owner had not been warned of ends by that name."""
    subject, stage = world.pharmacy.subject, started(world)
    missed, today, tomorrow = (owed(world, stage, subject, hours) for hours in (-5, 3, 27))
    end_subject(subject=subject, at=NOW, by=BY, now=NOW, reason="停业")
    for one in (missed, today, tomorrow):
        one.refresh_from_db()
    assert missed.waived_at is None
    assert today.waived_at == tomorrow.waived_at == NOW and today.waiver_id == tomorrow.waiver_id
    assert (today.waiver.kind, today.waiver.granted_by, today.waiver.words) == ("end", BY.name, "停业")


def test_a_watch_is_lifted_with_the_person(world: World):
    """By the same name, even when who ends the person reaches no further than the village."""
    subject, stage = world.yang_zhiqiang.subject, started(world)
    watch = Watch.objects.create(event=stage.event, subject=subject, area_id=subject.area_id, klass="home",
                                 set_by=BY.name, starts_at=NOW - timedelta(days=3),
                                 planned_until=NOW + timedelta(days=11))  # fmt: skip
    later = owed(world, stage, subject, 3)
    with acting(reach_of(world.secretary_a, now=NOW)):
        change_state(person=world.yang_zhiqiang, state="moved", reason="回武汉", by=BY, now=NOW)
    watch.refresh_from_db()
    later.refresh_from_db()
    assert (watch.ended_at, watch.ended_by, watch.end_reason) == (NOW, BY.name, "回武汉")
    assert later.waived_at == NOW


# --- who may ----------------------------------------------------------------------------------------


def test_a_village_secretary_keeps_the_roster_of_his_village_only(world: World):
    """Next door the database refuses: to add there, to move there, to end what he sees not."""
    with acting(reach_of(world.secretary_a, now=NOW)):
        add_household(area=world.group_a1, by=BY, now=NOW)
        for deed in (
            lambda: add_household(area=world.group_b1, by=BY, now=NOW),
            lambda: add_post(area=world.village_b, name="西河村口", kind="village", by=BY, now=NOW),
            lambda: move_household(household=world.yang, to=world.group_b1, by=BY, now=NOW),
            lambda: add_group(village=world.village_b, by=BY, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                deed()
        assert not find_persons(name="赵明", today=TODAY).exists()
        assert find_persons(name="杨志强", today=TODAY).exists()
    assert Subject.objects.get(pk=world.yang.pk).area == world.group_a2


def test_who_only_sees_changes_nothing(world: World):
    """The right to see people is not the right to the roster."""
    seeing = Reach(user_id=7, ranges=dict.fromkeys((Right.GAPS, Right.PEOPLE), ((0, 10**18),)))
    with acting(seeing):
        for deed in (
            lambda: change_state(person=world.chen_guihua, state="away", by=BY, now=NOW),
            lambda: move_person(person=world.chen_guihua, to=world.pu, by=BY, now=NOW),
            lambda: move_household(household=world.chen, to=world.group_a1, by=BY, now=NOW),
            lambda: end_subject(subject=world.chen_guihua.subject, at=NOW, by=BY, now=NOW, reason="搬走"),
            lambda: add_person(household=world.chen, name="陈新", by=BY, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                deed()
    assert Person.objects.get(pk=world.chen_guihua.pk).state == "present"
    assert Person.objects.get(pk=world.chen_guihua.pk).household_id == world.chen.pk


def test_what_one_does_not_see_does_not_exist(world: World):
    """Next county's officer holds every right at home; here each deed says there is no such thing."""
    with acting(reach_of(world.outsider, now=NOW)):
        for deed in (
            lambda: change_state(person=world.chen_guihua, state="away", by=BY, now=NOW),
            lambda: move_person(person=world.stranger, to=world.pu, by=BY, now=NOW),
            lambda: move_household(household=world.chen, to=world.group_a1, by=BY, now=NOW),
            lambda: end_subject(subject=world.pharmacy.subject, at=NOW, by=BY, now=NOW, reason="停业"),
            lambda: end_area(area=world.grid_a1, by=BY, now=NOW, reason="并网格"),
            lambda: open_post(post=world.post, at=NOW, by=BY, now=NOW),
            lambda: add_person(household=world.chen, name="陈新", by=BY, now=NOW),
        ):
            with pytest.raises(OutOfReach):
                deed()
    assert Person.objects.get(pk=world.stranger.pk).household_id == world.stranger.household_id


# --- full numbers -----------------------------------------------------------------------------------


def test_a_full_number_is_shown_for_a_reason_that_is_kept(world: World):
    """Who looked, at whose, at which, why: one audit line, and the number itself is not in it."""
    reach = reach_of(world.duty_officer, now=NOW)
    shown = unmask(
        subject=world.yang_zhiqiang.subject, field="identity", reason="流调电话核实", reach=reach, by=BY, now=NOW
    )
    assert shown == YANG
    kept = audited("unmask")
    assert "流调电话核实" in kept and str(world.yang_zhiqiang.pk) in kept and YANG not in kept
    assert unmask(subject=world.yang.subject, field="phone", reason="通知", reach=reach, by=BY, now=NOW) == phone_of(4)
    assert unmask(subject=world.chen.subject, field="phone", reason="通知", reach=reach, by=BY, now=NOW) == ""


def test_no_reason_no_number(world: World):
    """A blank one is none; and fields that are not sealed are not unmasked."""
    reach = reach_of(world.duty_officer, now=NOW)
    before = AuditLine.objects.count()
    with pytest.raises(ReasonMissing):
        unmask(subject=world.yang_zhiqiang.subject, field="identity", reason=" ", reach=reach, by=BY, now=NOW)
    with pytest.raises(NotInTheList):
        unmask(subject=world.yang_zhiqiang.subject, field="label", reason="看看", reach=reach, by=BY, now=NOW)
    assert AuditLine.objects.count() == before


def test_unmasking_takes_its_right_there(world: World):
    """A guard sees his person, not the full number; the next county's officer sees neither."""
    for user in (world.li, world.doctor_a, world.outsider):
        reach = reach_of(user, now=NOW)
        with acting(reach), pytest.raises(NoRight):
            unmask(subject=world.yang_zhiqiang.subject, field="identity", reason="看看", reach=reach, by=BY, now=NOW)


def test_a_reach_of_the_whole_world_does_not_outwit_the_database(world: World):
    """Even when the reach that is handed in says yes, rows are read as the database lets them be."""
    with acting(reach_of(world.outsider, now=NOW)), pytest.raises(OutOfReach):
        unmask(subject=world.yang_zhiqiang.subject, field="phone", reason="看看", reach=EVERYTHING, by=BY, now=NOW)


def test_the_number_of_one_on_duty_is_for_ringing(world: World):
    """Two clicks from a hole to whom to ring: his work telephone is shown to whoever sees his seat."""
    assert work_phone(world.duty_officer).startswith("15400")
