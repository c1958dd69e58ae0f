"""Chapter: the duty roster. Units, teams and people: entered by hand or from a file; who is missing from duty."""

from __future__ import annotations

import pytest

from sibulou.fronts.defence.models import Member, Team, Unit
from sibulou.fronts.defence.people import Facts, add_member, add_unit, end_member, force_of, idle, keep_apart, name_of
from sibulou.fronts.defence.people_file import import_people
from sibulou.fronts.defence.publishing import publish
from sibulou.fronts.defence.rota_problems import AlreadyListedThere, EndedAlready, PeopleRefused, UnitTaken
from tests.spec.rota.conftest import NOW, Posts
from tests.world import BY

pytestmark = pytest.mark.django_db
HEADING = "单位,队伍,队伍类别,姓名,专业,宣誓日期,住地代码,特长,不上夜班,账号"


def bring(posts: Posts, *lines: str, heading: str = HEADING) -> object:
    content = "\n".join([heading, *lines]).encode()
    return import_people(area=posts.scene.world.county, content=content, by=BY, now=NOW)


def test_a_name_is_sealed_where_it_lies(posts: Posts) -> None:
    assert name_of(posts.force[0]) == "队员0"
    assert "队员0".encode() not in bytes(posts.force[0].name_sealed)


def test_a_unit_without_a_team_and_whoever_was_never_on_duty_are_shown(posts: Posts) -> None:
    add_unit(area=posts.scene.world.county, name="档案局", by=BY, now=NOW)
    missing = idle(posts.scene.world.county.pk)
    assert [unit.name for unit in missing.units] == ["档案局"]
    assert len(missing.undeployed) == 12


def test_whoever_stands_in_a_published_shift_is_deployed(posts: Posts) -> None:
    rota = posts.rota(days=2)
    assert len(idle(posts.scene.world.county.pk).undeployed) == 12
    publish(rota=rota, by=BY, now=NOW)
    assert len(idle(posts.scene.world.county.pk).undeployed) < 12


def test_a_unit_is_on_the_list_once(posts: Posts) -> None:
    with pytest.raises(UnitTaken):
        add_unit(area=posts.scene.world.county, name="公安局", by=BY, now=NOW)


def test_an_account_belongs_to_one_person_of_the_force(posts: Posts) -> None:
    unit = Unit.objects.get(name="公安局")
    facts = Facts("police", account=posts.force[0].account)
    with pytest.raises(AlreadyListedThere):
        add_member(unit=unit, name="另一人", facts=facts, by=BY, now=NOW)


def test_somebody_leaves_the_list_by_a_name_and_once(posts: Posts) -> None:
    end_member(member=posts.force[3], reason="调离", by=BY, now=NOW)
    assert (posts.force[3].pk in set(force_of(posts.scene.world.county.pk).values_list("pk", flat=True))) is False
    with pytest.raises(EndedAlready):
        end_member(member=posts.force[3], reason="调离", by=BY, now=NOW)


def test_two_are_kept_apart_whichever_is_named_first(posts: Posts) -> None:
    one, other = posts.force[:2]
    keep_apart(one=other, other=one, by=BY, now=NOW)
    keep_apart(one=one, other=other, by=BY, now=NOW)
    rota = posts.rota(days=3)
    from sibulou.fronts.defence.rosters import roster_of

    assert not any({one.pk, other.pk} <= set(crew) for crew in roster_of(rota).values())


def test_a_file_brings_units_teams_and_people(posts: Posts) -> None:
    brought = bring(
        posts, "教育局,教育局志愿队,志愿服务队,赵一,志愿者,2020-02-01,530499001001,驾驶 急救,是,",
        "教育局,教育局志愿队,志愿服务队,钱二,volunteer,,,,,",
    )  # fmt: skip
    assert brought == type(brought)(units=1, teams=1, people=2)  # type: ignore[call-arg]
    assert Team.objects.get(name="教育局志愿队").kind == "volunteer"
    first = next(one for one in Member.objects.filter(unit__name="教育局") if name_of(one) == "赵一")
    assert (first.skills, first.no_nights, first.home) == (["驾驶", "急救"], True, posts.scene.world.village_a)


def test_one_wrong_line_and_nothing_is_taken_over(posts: Posts) -> None:
    """Each mistake is named by its line."""
    with pytest.raises(PeopleRefused) as told:
        bring(posts, "教育局,,,赵一,志愿者,,,,,", "教育局,,,钱二,牙医,,,,,", "教育局,,,,志愿者,昨天,,,,")
    said = told.value.say("zh")
    assert "第3行" in said and "牙医" in said and "第4行" in said
    assert not Unit.objects.filter(name="教育局").exists()


def test_a_file_without_its_columns_is_told_which(posts: Posts) -> None:
    with pytest.raises(PeopleRefused) as told:
        bring(posts, "教育局,赵一", heading="单位,名字")
    assert "姓名" in told.value.say("zh")
