"""Households with their people, entered by hand: looked for first, then added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.access import area_for
from sibulou.roster.area_key import LEVEL_NAMES, Level
from sibulou.roster.households import ENDS, add_household, add_person, change_state, move_person
from sibulou.roster.identity import Kind
from sibulou.roster.models import Area, Household, Person
from sibulou.roster.problems import NameMissing
from sibulou.roster.resembling import Likeness, Resembling, find_resembling
from sibulou.roster.role import Right
from sibulou.roster.seal import IDENTITY
from sibulou.web.allow import need, roots
from sibulou.web.asked import number_asked
from sibulou.web.entry import (
    Card,
    NoAreaChosen,
    Part,
    Sheet,
    about_area,
    about_subject,
    area_to_change,
    ask,
    choices,
    day_or_none,
    draw,
    line,
    named_by,
    parts_of,
    subject_to_change,
    whole_or_none,
)
from sibulou.web.forms import Question
from sibulou.web.labels import language, masked_number, pick, places, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import MomentField, moment_or_none, number_of

ASKED = ["GET", "POST"]
MOST_ROWS = 20
SINCE = MomentField("自何时起", "Since", "现在", "now")
LIKENESS_WORDS: dict[Likeness, tuple[str, str]] = {
    Likeness.IDENTITY: ("证件号相同", "same identity number"),
    Likeness.NAME: ("姓名相同", "same name"),
    Likeness.PHONE: ("电话相同", "same telephone"),
    Likeness.NEARLY: ("姓名差一字、出生日期相同", "one sign away, same birth date"),
}
LANGUAGES = (("dialect", ("方言", "dialect")), ("yi", ("彝语", "Yi")), ("mandarin", ("汉语", "Chinese")))


class NobodyEntered(Problem):
    """A form for a person on which no name stands."""

    number = "422.122"
    zh = "没有填姓名，没有登记任何人。请至少填一个人的姓名。"
    en = "No name was given and nobody was entered. Give the name of one person at least."


class StillToSay(Problem):
    """People who resemble somebody on the roster, of whom it was not said who they are. The fact is `count`."""

    number = "409.150"
    zh = "有 {count} 人与名册上的人相近，还没有登记。请在下面逐个选择是同一人还是另一个人，再提交。"
    en = (
        "{count} of these resemble people on the roster and nobody was entered yet. Say of each whether it is the "
        "same person or somebody else, and hand it in again."
    )


@dataclass(frozen=True)
class Row:
    """One person as typed: `number` is his place on the form."""

    number: int
    typed: Mapping[str, str]

    def field(self, key: str) -> str:
        return f"p{self.number}-{key}"

    def said(self, key: str) -> str:
        return line(self.typed, self.field(key))

    @property
    def blank(self) -> bool:
        """Whether nothing was typed in it."""
        return not any(self.said(key) for key in ("name", "identity", "phone", "birth"))


@dataclass(frozen=True)
class Judged:
    """A row with whom it resembles, and what is wrong with it."""

    row: Row
    like: tuple[Resembling, ...] = ()
    problem: Problem | None = None

    @property
    def other(self) -> str:
        """What says that it is none of those shown; others shown later are asked anew."""
        return "other:" + ",".join(str(one.person.pk) for one in self.like)

    @property
    def same(self) -> Person | None:
        """Whom it was said to be."""
        chosen = number_of(self.row.said("is"))
        return next((one.person for one in self.like if one.person.pk == chosen), None)

    @property
    def settled(self) -> bool:
        """Whether it resembles nobody, or it was said who it is."""
        return not self.like or self.same is not None or self.row.said("is") == self.other


def _rows(request: Asking, least: int) -> list[Row]:
    asked = number_of(request.POST.get("rows", "")) or least
    more = request.POST.get("step") == "more"
    return [Row(number, request.POST) for number in range(min(asked + more, MOST_ROWS))]


def _person_part(judged: Judged, *, alone: bool) -> Part:
    row = judged.row
    typed, name = row.typed, row.field
    paper = [(str(kind), kind.label(language())) for kind in Kind if kind is not Kind.NONE]
    questions = [
        ask(typed, name("name"), word("姓名", "Full name"), most=80, required=alone),
        ask(typed, name("relation"), word("与户主关系", "To the head of household"), "choice",
            options=choices(codes.RELATION), before="02" if row.number == 0 and not alone else ""),
        ask(typed, name("identity"), word("证件号（没有可不填）", "Identity number (none: leave it)"), most=40),
        ask(typed, name("phone"), word("本人电话", "Own telephone"), most=40),
        ask(typed, name("state"), word("现状", "Now"), "choice", options=choices(codes.RESIDENCE, without=ENDS),
            before="present"),
    ]  # fmt: skip
    further = [
        ask(typed, name("birth"), word("出生日期（无证件号时）", "Born (without a number)"), "date"),
        ask(typed, name("sex"), word("性别（无证件号时）", "Sex (without a number)"), "choice",
            options=[(one.code, one.label(language())) for one in codes.SEX.common]),
        ask(typed, name("kind"), word("证件种类（认不出时）", "Paper (if not recognised)"), "list", options=paper),
        ask(typed, name("ethnic"), word("民族", "Ethnic group"), "choice", options=choices(codes.ETHNIC)),
        ask(typed, name("place"), word("现在何处（外出、返乡、来访时）", "Where (away, returned, visitor)"), most=80),
        ask(typed, name("since"), word("自何时起（不填为现在）", "Since (empty: now)"), "datetime-local"),
    ]  # fmt: skip
    return Part(
        legend="" if alone else word(f"第 {row.number + 1} 人", f"Person {row.number + 1}"),
        questions=questions,
        further=further,
        sentence=judged.problem.say(language()) if judged.problem else "",
        link=named_by(judged.problem) if judged.problem else None,
        cards=_cards(judged),
        asks=row.field("is"),
        other=judged.other,
        other_chosen=bool(judged.like) and row.said("is") == judged.other,
    )


def _cards(judged: Judged) -> tuple[Card, ...]:
    where = places({one.person.subject.area_id for one in judged.like})
    return tuple(
        Card(
            value=str(one.person.pk),
            name=one.person.subject.label,
            link=f"/people/{one.person.pk}/",
            notes=(
                pick(LIKENESS_WORDS[one.by], language()),
                where[one.person.subject.area_id],
                one.person.household.subject.label,
                f"{one.person.birth_date:%F}" if one.person.birth_date else "",
                masked_number(one.person.identity_sealed, IDENTITY),
            ),
            chosen=judged.same == one.person,
        )
        for one in judged.like
    )


def _looked_for(request: Asking, row: Row, area: int) -> Judged:
    """A row with whom on the roster it resembles, or with what cannot be read in it."""
    try:
        born = day_or_none(row.said("birth"), "出生日期", "Born")
    except Problem as problem:
        return Judged(row, problem=problem)
    like = find_resembling(
        name=row.said("name"), identity=row.said("identity"), phone=row.said("phone"), born=born, area=area,
        today=localdate(request.now),
    )  # fmt: skip
    return Judged(row, tuple(like))


class _RowRefused(Exception):
    """Which row a deed refused; never leaves this module."""

    def __init__(self, number: int, problem: Problem) -> None:
        super().__init__(number)
        self.number, self.problem = number, problem


def _enter(request: Asking, judged: Judged, household: Household) -> None:
    """Enter one person, or move the one it is said to be."""
    row, by, now = judged.row, request.by, request.now
    try:
        relation, same = row.said("relation"), judged.same
        if same is not None:
            if same.household_id != household.pk:
                move_person(person=same, to=household, relation=relation or None, by=by, now=now)
            return
        if not row.said("name"):
            raise NameMissing(most=80)
        kind = row.said("kind")
        person = add_person(
            household=household, name=row.said("name"), relation=relation or "99", sex=row.said("sex"),
            birth_date=day_or_none(row.said("birth"), "出生日期", "Born"), ethnic=row.said("ethnic"),
            state=row.said("state") or "present", identity=row.said("identity"),
            identity_kind=Kind(kind) if kind in list(Kind) else None, phone=row.said("phone"), by=by, now=now,
        )  # fmt: skip
        since, place = moment_or_none(row.said("since"), SINCE), row.said("place")
        if since is not None or place:
            change_state(person=person, state=person.state, at=since, place=place, by=by, now=now)
    except Problem as problem:
        raise _RowRefused(row.number, problem) from None


def _try(
    request: Asking, judged: list[Judged], sheet: Callable[[list[Judged]], Sheet], home: Callable[[], Household]
) -> HttpResponse:
    """Enter all rows that say something, all or none; else the form again, with a sentence where it belongs."""
    filled = [one for one in judged if not one.row.blank]
    unclear = [one for one in filled if not one.settled]
    if any(one.problem for one in filled):
        return draw(request, sheet(judged), status=422)
    if unclear:
        return draw(request, sheet(judged), StillToSay(count=len(unclear)))
    try:
        with transaction.atomic():
            household = home()
            for one in filled:
                _enter(request, one, household)
    except _RowRefused as refused:
        again = [Judged(one.row, one.like, refused.problem) if one.row.number == refused.number else one
                 for one in judged]  # fmt: skip
        return draw(request, sheet(again), status=refused.problem.status)
    except Problem as problem:
        return draw(request, sheet(judged), problem)
    said = word(f"已登记，共 {len(filled)} 人。", f"Entered, {len(filled)} people.")
    messages.success(request, said)
    return HttpResponseRedirect(f"/households/{household.pk}/")


@never_cache
@sensitive_post_parameters()
@require_http_methods(ASKED)
def household(request: Asking, key: int) -> HttpResponse:
    """A household with its people in one go."""
    area = area_to_change(request, key)
    if area.at < Level.VILLAGE:
        return _choose(request, area)
    typed, rows = request.POST, _rows(request, 2)
    there = dict(parts_of(area))

    def sheet(judged: list[Judged]) -> Sheet:
        home = Part(word("户", "Household"), _household_questions(typed, area, there), _household_further(typed))
        parts = [home, *(_person_part(one, alone=False) for one in judged)]
        return Sheet(
            word("登记一户", "Enter a household"), about_area(area), parts, word("登记", "Enter"),
            word("地址只填一次；没填姓名的人不登记。号码封存，只显示首尾。",
                 "The address is given once; persons without a name are passed over. Numbers are sealed and masked."),
            (("rows", str(len(judged))),), word("再加一人", "One more person"),
        )  # fmt: skip

    if request.method == "GET" or typed.get("step") == "more":
        return draw(request, sheet([Judged(row) for row in rows]))
    chosen = Area.objects.filter(pk=number_of(typed.get("area", ""))).first() if len(there) > 1 else area
    at = chosen if chosen is not None and f"{chosen.pk:018d}" in there else area

    def home() -> Household:
        if chosen is None and area.at is Level.VILLAGE:
            raise NoAreaChosen
        head = next((row.said("name") for row in rows if row.said("relation") == "02" and row.said("name")), "")
        return add_household(
            area=at, number=whole_or_none(typed.get("number", ""), "户号", "Number"),
            name=line(typed, "name") or (word(f"{head}家", f"{head}家") if head else ""),
            address=line(typed, "address"), phone=line(typed, "phone"), language=line(typed, "language")[:12],
            without_phone=typed.get("without_phone") == "true", by=request.by, now=request.now,
        )  # fmt: skip

    return _try(request, [_judge(request, row, at.pk) for row in rows], sheet, home)


def _judge(request: Asking, row: Row, area: int) -> Judged:
    return Judged(row) if row.blank else _looked_for(request, row, area)


def _household_questions(typed: Mapping[str, str], area: Area, there: Mapping[str, str]) -> list[Question]:
    asked = [
        ask(typed, "address", word("地址", "Address"), most=120),
        ask(typed, "phone", word("家里电话", "The household's telephone"), most=40),
        ask(typed, "without_phone", word("没有电话，要上门", "No telephone: at the door"), "boolean",
            options=[("true", word("是", "yes")), ("false", word("否", "no"))], before="false"),
    ]  # fmt: skip
    if len(there) > 1:
        where = word("所在组（网格）", "Group or micro-grid")
        asked.insert(
            0,
            ask(
                typed,
                "area",
                where,
                "choice",
                options=there.items(),
                required=True,
                before=f"{area.pk:018d}" if area.at > Level.VILLAGE else "",
            ),
        )
    return asked


def _household_further(typed: Mapping[str, str]) -> list[Question]:
    return [
        ask(typed, "name", word("户名（不填为“某某家”）", "Called (empty: after its head)"), most=80),
        ask(typed, "number", word("户号（不填取下一个）", "Number (empty: the next one)"), "number"),
        ask(typed, "language", word("家里说", "Speaks"), "list", options=language_choices()),
    ]


def language_choices() -> list[tuple[str, str]]:
    """What a household may be spoken to in."""
    return [(key, pick(words, language())) for key, words in LANGUAGES]


@never_cache
@sensitive_post_parameters()
@require_http_methods(ASKED)
def person(request: Asking, number: int) -> HttpResponse:
    """One more person of a household."""
    subject = subject_to_change(request, number, "household")
    rows = [Row(0, request.POST)]

    def sheet(judged: list[Judged]) -> Sheet:
        parts = [_person_part(one, alone=True) for one in judged]
        return Sheet(word("加一个人", "Enter a person"), about_subject(subject), parts, word("登记", "Enter"))

    if request.method == "GET":
        return draw(request, sheet([Judged(row) for row in rows]))
    if rows[0].blank:
        return draw(request, sheet([Judged(rows[0])]), NobodyEntered())
    judged = [_looked_for(request, row, subject.area_id) for row in rows]
    return _try(request, judged, sheet, lambda: Household.objects.select_related("subject__area").get(pk=subject.pk))


@require_GET
def where(request: Asking) -> HttpResponse:
    """Where somebody is to be entered: the reader's areas, level by level, down to the group."""
    need(request.reach, Right.ROSTER)
    key = number_asked(request.GET.get("area", ""), "area")
    area = area_for(request.reach, key, to=Right.ROSTER) if key is not None else None
    return _choose(request, area)


def _choose(request: Asking, area: Area | None) -> HttpResponse:
    if area is None:
        tops = roots(request.reach, Right.ROSTER)
        rows = list(Area.objects.filter(pk__in=tops, until__isnull=True).order_by("id"))
        if len(rows) == 1:
            return _choose(request, rows[0])
    else:
        rows = list(Area.objects.filter(parent=area, until__isnull=True).order_by("id"))
    facts = {
        "area": area,
        "level": pick(LEVEL_NAMES[area.at], language()) if area else "",
        "here": area is not None and area.at >= Level.VILLAGE,
        "rows": [(one, one.at >= Level.VILLAGE) for one in rows],
    }
    return render(request, "web/entry_where.html", facts)


urlpatterns: list[URLPattern] = [
    path("people/new/", where),
    path("areas/<int:key>/households/new/", household),
    path("households/<int:number>/people/new/", person),
]
