"""What is held about one subject, label by label, numbers masked: for whoever works with it, and for himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from sibulou.fronts.defence.models import Branch, Joint, PostStep, Shift, Step
from sibulou.roster import codes
from sibulou.roster.access import EVERYTHING, acting
from sibulou.roster.identity import Kind
from sibulou.roster.models import Household, Person, Subject
from sibulou.roster.seal import HOUSEHOLD_PHONE, IDENTITY, PERSON_PHONE
from sibulou.web.labels import clock, language, masked_number
from sibulou.web.labels import word as _word

STEP_WORDS: dict[str, tuple[str, str]] = {
    Step.OPENED: ("启用", "Open"),
    Step.SUSPENDED: ("暂停", "Suspend"),
    Step.RESUMED: ("恢复", "Resume"),
    Step.WITHDRAWN: ("撤销", "Withdraw"),
}
"""The steps in the life of a post."""


@dataclass(frozen=True)
class Fact:
    """One thing that is held. `field` is set for a sealed number, which is shown in full for a reason."""

    label: str
    value: str
    link: str = ""
    field: str = ""


def held_of(subject: Subject, today: date) -> Sequence[Fact]:
    """What the roster holds about a household, a person, a post, a place or an institution."""
    return _FACTS[subject.kind](subject, today)


def _sealed(label: str, blob: bytes | memoryview | None, field: str, name: str) -> list[Fact]:
    if blob is None:
        return [Fact(label, _word("没有登记", "none known"))]
    return [Fact(label, masked_number(blob, name), field=field)]


def _household_facts(subject: Subject, today: date) -> list[Fact]:
    row = Household.objects.get(pk=subject.pk)
    spoken = {"yi": _word("彝语", "Yi"), "mandarin": _word("汉语", "Chinese"), "dialect": _word("方言", "dialect")}
    return [
        Fact(_word("户号", "Number"), str(row.number)),
        Fact(_word("地址", "Address"), row.address or "—"),
        *_sealed(_word("电话", "Phone"), row.phone_sealed, "phone", HOUSEHOLD_PHONE),
        Fact(_word("家里说", "Speaks"), spoken.get(row.language, row.language) or "—"),
        Fact(_word("联系", "Reached"), _word("上门", "at the door") if row.without_phone else _word("电话", "phone")),
    ]


def _person_facts(subject: Subject, today: date) -> list[Fact]:
    row = Person.objects.select_related("household__subject").get(pk=subject.pk)
    paper = Kind(row.identity_kind).label(language()) if row.identity_kind in list(Kind) else row.identity_kind
    return [
        Fact(_word("所在户", "Household"), row.household.subject.label, f"/households/{row.household_id}/"),
        Fact(_word("与户主关系", "To the head"), codes.RELATION.label(row.relation, language())),
        Fact(_word("性别", "Sex"), codes.SEX.label(row.sex, language())),
        Fact(_word("出生", "Born"), _born(row.birth_date, today)),
        Fact(_word("民族", "Ethnic group"), codes.ETHNIC.label(row.ethnic, language()) if row.ethnic else "—"),
        Fact(_word("现状", "Now"), _state(row)),
        *_sealed(f"{_word('证件', 'Paper')} · {paper}", row.identity_sealed, "identity", IDENTITY),
        *_sealed(_word("电话", "Phone"), row.phone_sealed, "phone", PERSON_PHONE),
    ]


def _state(row: Person) -> str:
    """Where somebody is now, and since when, as far as that was said."""
    since = (
        _word(f"自 {localdate(row.state_since):%F}", f"since {localdate(row.state_since):%F}")
        if row.state_since
        else ""
    )
    return " · ".join(filter(None, (codes.RESIDENCE.label(row.state, language()), row.state_place, since)))


def _born(birth: date | None, today: date) -> str:
    if birth is None:
        return "—"
    age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return f"{birth:%F}" + _word(f"（{age} 岁）", f" ({age})")


def _post_facts(subject: Subject, today: date) -> list[Fact]:
    row = subject.post
    return [
        Fact(_word("类别", "Kind"), codes.POST.label(row.kind, language())),
        Fact(_word("位置", "Address"), row.address or "—"),
        Fact(_word("最少在岗", "Least crew"), str(row.minimum_crew)),
        Fact(_word("启用", "Opened"), clock(row.opened_at) if row.opened_at else _word("尚未启用", "not open yet")),
        *_life_facts(subject),
    ]


def _life_facts(subject: Subject) -> list[Fact]:
    """The branch of a post, the villages it is kept for too, and the steps taken with their decisions."""
    facts = [_branch_fact(subject)]
    for one in Joint.objects.filter(post=subject, until__isnull=True).select_related("village").order_by("pk"):
        facts.append(Fact(_word("联合设点", "Joint with"), one.village.name, link=f"/areas/{one.village_id}/"))
    for step in PostStep.objects.filter(post=subject).order_by("at", "pk"):
        said = (clock(step.at), step.number, step.reason, step.entered_by)
        facts.append(Fact(_word(*STEP_WORDS[step.step]), " · ".join(filter(None, said))))
    return facts


def _branch_fact(post: Subject) -> Fact:
    """The crew of a post may know the name of its branch, and opens its page where it reaches it."""
    title = _word("临时党支部", "Temporary branch")
    with acting(EVERYTHING):
        found = Subject.objects.filter(branch__leads__post=post, branch__leads__until__isnull=True).first()
    if found is None:
        return Fact(title, _word("没有支部负责", "no branch leads it"))
    seen = Subject.objects.filter(pk=found.pk).exists()
    return Fact(title, found.label, link=f"/subjects/{found.pk}/" if seen else "")


def _branch_facts(subject: Subject, today: date) -> list[Fact]:
    row = Branch.objects.get(pk=subject.pk)
    led = Subject.objects.filter(led__branch=row, led__until__isnull=True).order_by("area", "pk")
    return [
        Fact(_word("批准文号", "Decision"), row.number or "—"),
        *(Fact(_word("负责卡点", "Leads"), one.label, link=f"/subjects/{one.pk}/") for one in led),
    ]


def _place_facts(subject: Subject, today: date) -> list[Fact]:
    row = subject.place
    return [
        Fact(_word("类别", "Kind"), codes.PLACE.label(row.kind, language())),
        Fact(_word("位置", "Address"), row.address or "—"),
    ]


def _institution_facts(subject: Subject, today: date) -> list[Fact]:
    row = subject.institution
    return [
        Fact(_word("类别", "Kind"), codes.INSTITUTION.label(row.kind, language())),
        Fact(_word("统一社会信用代码", "Credit code"), row.credit_code or "—"),
        Fact(_word("地址", "Address"), row.address or "—"),
    ]


def _shift_facts(subject: Subject, today: date) -> list[Fact]:
    with acting(EVERYTHING):  # the crew sees its shift, and where it is, without seeing the post's books
        row = Shift.objects.select_related("post").get(subject=subject)
    return [
        Fact(_word("卡点", "Post"), row.post.label),
        Fact(_word("开始", "Begins"), clock(row.begins)),
        Fact(_word("结束", "Ends"), clock(row.ends)),
        Fact(_word("应到人数", "People asked for"), str(row.crew)),
    ]


_FACTS = {
    "household": _household_facts,
    "person": _person_facts,
    "post": _post_facts,
    "branch": _branch_facts,
    "place": _place_facts,
    "institution": _institution_facts,
    "shift": _shift_facts,
}
