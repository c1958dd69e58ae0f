"""Two plans in force at once that ask different things under one form's name."""

from __future__ import annotations

import pytest

from sibulou.duty.force import activate, load
from sibulou.duty.form import WrongShape
from sibulou.duty.intake import Batch, Outcome, take_in
from sibulou.duty.models import Obligation, Record
from sibulou.duty.problems import UnknownForm
from sibulou.duty.reconcile import reconcile
from sibulou.duty.told import Told
from sibulou.roster.access import EVERYTHING
from tests.kernel import OFFICER, County, moment, plan, record_id

pytestmark = pytest.mark.django_db

MOSQUITOES = """
    fields:
      - {key: members, title: {zh: 人数, en: members}, type: integer, min: 0, max: 60}
      - {key: containers, title: {zh: 积水, en: standing water}, type: integer, min: 0, max: 99}
"""


def _second_plan(fields: str = MOSQUITOES) -> str:
    """The small plan again under another key, whose `visit` has these fields."""
    text = plan("check").replace("plan: small", "plan: mosquitoes")
    before, _, after = text.partition("  - key: visit\n")
    head, _, rest = after.partition("    fields:\n")
    return f"{before}  - key: visit\n{head}{fields.strip(chr(10))}\n{rest.partition(chr(10))[2]}"


def _both(here: County, fields: str = MOSQUITOES) -> None:
    """Both plans in force: each asks for a visit of every household."""
    here.start("check")
    version = load(_second_plan(fields), file="mosquitoes.yaml", by=OFFICER, now=here.now)
    activate(area=here.areas["county"], version=version, level="I", title="蚊媒", notice="2", legal_basis="l",
             by=OFFICER, now=here.now)  # fmt: skip
    reconcile(now=here.now)


def _visit(here: County, name: str, content: dict[str, object], *, plan: str = "", at: str = "1 Mar 09:00") -> Outcome:
    told = Told(id=record_id(name), form="visit", subject=here.subjects["Wang's"].pk, happened_at=moment(at),
                content=content, plan=plan)  # fmt: skip
    (answer,) = take_in(Batch([told]), reach=EVERYTHING, by=OFFICER, now=moment("1 Mar 10:00"))
    if answer.problem is not None:
        raise answer.problem
    return answer.outcome


def _met(here: County) -> set[str]:
    """The plans whose duty the visit of the Wangs has met."""
    rows = Obligation.objects.filter(subject=here.subjects["Wang's"], met_at__isnull=False)
    return set(rows.values_list("duty__plan_key", flat=True))


def test_a_record_counts_for_the_plan_under_which_it_was_told(here: County) -> None:
    """A visit that asked for members only has not looked for standing water, though that form would take it."""
    _both(here)
    assert _visit(here, "a", {"members": 3}, plan="small") is Outcome.ACCEPTED
    assert _met(here) == {"small"}
    assert _visit(here, "b", {"members": 3}, plan="mosquitoes") is Outcome.ACCEPTED
    assert _met(here) == {"small", "mosquitoes"}
    assert here.sound()


def test_a_record_that_names_no_plan_is_told_on_the_first_form_that_takes_it(here: County) -> None:
    """An old device names none: an answer that only the second form has was told on the second."""
    _both(here)
    _visit(here, "a", {"containers": 2})
    assert _met(here) == {"mosquitoes"}
    assert Record.objects.get().plans == ["mosquitoes"]


def test_an_answer_that_every_form_takes_counts_for_the_first_plan_only(here: County) -> None:
    """Rather a visit too many than a miss that nobody sees."""
    _both(here)
    _visit(here, "a", {"members": 3})
    assert _met(here) == {"small"}


def test_forms_that_ask_the_same_are_one_form(here: County) -> None:
    """Whatever their titles: what the county was told once, it does not ask again."""
    _both(here, "    fields:\n      - {key: members, title: {zh: 几人, en: heads}, type: integer, min: 0, max: 60}")
    _visit(here, "a", {"members": 3}, plan="mosquitoes")
    assert _met(here) == {"small", "mosquitoes"}
    assert set(Record.objects.get().plans) == {"small", "mosquitoes"}


def test_a_record_that_no_form_takes_is_told_what_its_own_form_asks(here: County) -> None:
    """The sentence is that of the plan it names, or of the first."""
    _both(here)
    with pytest.raises(WrongShape) as wrong:
        _visit(here, "a", {"containers": 2}, plan="small")
    assert wrong.value.facts["field"] == "containers"
    with pytest.raises(WrongShape):
        _visit(here, "b", {"members": "many"})


def test_a_plan_that_has_no_such_form_is_named_in_the_refusal(here: County) -> None:
    """A slip in the plan's key must not be taken for another plan's record."""
    _both(here)
    with pytest.raises(UnknownForm) as unknown:
        _visit(here, "a", {"members": 3}, plan="nonsense")
    assert unknown.value.facts["form"] == "nonsense/visit"


def test_the_order_of_two_plans_records_does_not_matter(here: County) -> None:
    """The plan is part of what a record says, so whichever comes first, each meets its own."""
    _both(here)
    _visit(here, "late", {"members": 3, "containers": 0}, plan="mosquitoes", at="1 Mar 09:30")
    _visit(here, "early", {"members": 3}, plan="small", at="1 Mar 08:00")
    rows = Obligation.objects.filter(subject=here.subjects["Wang's"], met_at__isnull=False)
    assert dict(rows.values_list("duty__plan_key", "met_by")) == {
        "small": record_id("early"), "mosquitoes": record_id("late"),
    }  # fmt: skip
