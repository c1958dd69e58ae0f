"""Moves on the roster by hand: a household to another group, a person to another household."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from sibulou.duty.following import guard_stays, prospect
from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.areas import area_by_code
from sibulou.roster.households import move_household, move_person
from sibulou.roster.models import Area, Household, Person, Seat, Subject
from sibulou.web.entry import (
    Card,
    NoAreaChosen,
    Part,
    Sheet,
    about_subject,
    ask,
    choices,
    confirm,
    in_two_steps,
    line,
    parts_of,
    rehearse,
    subject_to_change,
    what_follows,
    whole_or_none,
)
from sibulou.web.forms import NobodyOfThatName, Option, Question
from sibulou.web.labels import places, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.changing import person_of
from sibulou.web.pages.entering import ASKED
from sibulou.web.texts import number_of

MOST = 8
"""Households shown of which one is meant."""


class NoHouseholdGiven(Problem):
    """A move without where to."""

    number = "422.215"
    zh = "请填写迁到哪一户：户名，或户里任何人的姓名。"
    en = "Fill in the household that the person moves to: its name, or that of anybody in it."


class LivesThere(Problem):
    """A move to the household one is in. The fact is `name`."""

    number = "409.81"
    zh = "“{name}”就是现在这一户，无需迁移。要迁走，请填另一户。"
    en = "The person lives in “{name}” already. To move, name another household."


class ChooseHousehold(Problem):
    """A name under which several households are found. The facts are `name` and `count`."""

    number = "422.123"
    zh = "“{name}”对应 {count} 户。请在下面选定是哪一户。"
    en = "“{name}” fits {count} households. Choose below which one is meant."


def _members(subject: Subject) -> list[int]:
    """A subject, and the people of a household with it."""
    people = Person.objects.filter(household=subject.pk, subject__until__isnull=True).values_list("pk", flat=True)
    return [subject.pk, *people] if subject.kind == "household" else [subject.pk]


@require_http_methods(ASKED)
def place(request: Asking, number: int) -> HttpResponse:
    """Move a household to another group, or a person to another household."""
    subject = subject_to_change(request, number, "household", "person")
    return _move_household(request, subject) if subject.kind == "household" else _move_person(request, subject)


def _move_household(request: Asking, subject: Subject) -> HttpResponse:
    typed, about = request.POST, about_subject(subject)
    home = Household.objects.select_related("subject__area").get(pk=subject.pk)
    village = Area.objects.get(pk=ancestor(subject.area_id, Level.VILLAGE))
    options = [(key, name) for key, name in parts_of(village) if int(key) != subject.area_id]
    to = Question(
        name="area", label=word("迁到（本村各组、网格）", "To (groups and micro-grids of this village)"), widget="area",
        typed=typed.get("area", ""), code=typed.get("area.code", ""), required=True,
        options=tuple(Option(key, name, typed.get("area") == key) for key, name in options),
    )  # fmt: skip
    wanted = ask(typed, "number", word("户号（不填取下一个）", "Number (empty: the next one)"), "number")
    title, submit = word("迁移这一户", "Move the household"), word("下一步：核对", "Next: look it over")
    sheet = Sheet(title, about, [Part("", [to, wanted], [])], submit)

    def deed() -> Household:
        there = _area_chosen(typed)
        taken = whole_or_none(typed.get("number", ""), "户号", "Number")
        return move_household(household=home, to=there, number=taken, by=request.by, now=request.now)

    def looked_over() -> HttpResponse:
        moved = rehearse(deed)
        people = len(_members(subject)) - 1
        facts = [(word("户", "Household"), subject.label),
                 (word("随迁", "With it"), word(f"{people} 人", f"{people} people"))]  # fmt: skip
        return _moves(request, subject, moved.subject.area, sheet, facts)

    said = word("已迁移。", "It is moved.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=lambda: about.address)


def _area_chosen(typed: Mapping[str, str]) -> Area:
    """The area whose code was typed, else the one chosen. Raises UnknownArea, NoAreaChosen."""
    code = line(typed, "area.code")
    if code:
        return area_by_code(code)
    area = Area.objects.filter(pk=number_of(typed.get("area", ""))).first()
    if area is None:
        raise NoAreaChosen
    return area


def _moves(request: Asking, subject: Subject, to: Area, sheet: Sheet, facts: list[tuple[str, str]]) -> HttpResponse:
    """What a move will do, before it is done."""
    moved = _members(subject)
    where = places([to.pk, subject.area_id])
    guarded = Seat.objects.filter(subject__in=moved, closed_at__isnull=True).exists()
    goes = word("包保责任人不变。", "The guard stays the same.")
    stays = word(
        "原包保责任人的任命到此为止，由您署名；已到期未办的仍由其负责。新的村要另行任命，任命前无人负责。",
        "The guard's term ends here, by your name; for what came due and is open he answers on. Nobody answers in the "
        "new village until it appoints.",
    )
    same = to.pk == subject.area_id
    return confirm(
        request, title=word("核对后迁移", "Look it over, then move"), about=sheet.about,
        facts=[*facts, (word("由", "From"), where[subject.area_id]), (word("迁到", "To"), where[to.pk])],
        will=[
            word("登记、记录和经过都跟着走。", "What was entered and told goes along."),
            "" if same else what_follows(prospect(moved, now=request.now)),
            (goes if guard_stays(subject.area_id, to.pk) else stays) if guarded else "",
        ],
        submit=word("迁移", "Move"),
    )  # fmt: skip


def _move_person(request: Asking, subject: Subject) -> HttpResponse:
    typed, about, row = request.POST, about_subject(subject), person_of(subject)
    found = _households(line(typed, "to"), but=row.household_id)
    chosen = _one_of(found, typed)
    questions = [
        ask(typed, "to", word("迁到哪一户（户名，或户里任何人的姓名）", "To which household (a name in it)"),
            most=80, required=True),
        ask(typed, "relation", word("与那一户户主关系", "To its head"), "choice", options=choices(codes.RELATION)),
    ]  # fmt: skip
    cards = [] if len(found) < 2 else _household_cards(found, typed)
    if cards:
        questions.insert(1, cards_question(cards, typed))
    title, submit = word("迁移这个人", "Move the person"), word("下一步：核对", "Next: look it over")
    sheet = Sheet(title, about, [Part("", questions, [])], submit)

    def deed() -> Person:
        if chosen is None:
            raise _not_one(line(typed, "to"), found, own=row.household_id)
        relation = typed.get("relation") or None
        return move_person(person=row, to=chosen, relation=relation, by=request.by, now=request.now)

    def looked_over() -> HttpResponse:
        moved = rehearse(deed)
        facts = [(word("人", "Person"), subject.label),
                 (word("迁到户", "Household"), moved.household.subject.label)]  # fmt: skip
        return _moves(request, subject, moved.subject.area, sheet, facts)

    said = word("已迁移。", "The person is moved.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=lambda: about.address)


def _households(text: str, *, but: int) -> list[Household]:
    """The households that are called so, or in which somebody is, as far as the reader sees."""
    if not text:
        return []
    people = Person.objects.filter(subject__label=text, subject__until__isnull=True).values_list("household", flat=True)
    named = Subject.objects.filter(kind="household", label=text, until__isnull=True).values_list("pk", flat=True)
    wanted = {*people, *named, number_of(text)} - {but}
    rows = Household.objects.filter(pk__in=wanted, subject__until__isnull=True).select_related("subject__area")
    return list(rows.order_by("pk")[:MOST])


def _one_of(found: list[Household], typed: Mapping[str, str]) -> Household | None:
    if len(found) == 1:
        return found[0]
    return next((one for one in found if str(one.pk) == typed.get("household")), None)


def _not_one(text: str, found: list[Household], *, own: int) -> Problem:
    """Why a name that was typed leads to no household, or not to one."""
    if not text:
        return NoHouseholdGiven()
    if not found and own in {one.pk for one in _households(text, but=0)}:
        return LivesThere(name=text[:40])
    return ChooseHousehold(name=text[:40], count=len(found)) if found else NobodyOfThatName(name=text[:40])


def _household_cards(found: list[Household], typed: Mapping[str, str]) -> list[Card]:
    where = places({one.subject.area_id for one in found})
    return [
        Card(str(one.pk), f"{one.subject.label} · {where[one.subject.area_id]}", f"/households/{one.pk}/")
        for one in found
    ]


def cards_question(cards: list[Card], typed: Mapping[str, str]) -> Question:
    """Which of several is meant, as a question."""
    options = [(card.value, card.name) for card in cards]
    return ask(typed, "household", word("是哪一户", "Which of these"), "choice", options=options)


urlpatterns: list[URLPattern] = [path("subjects/<int:number>/place/", place)]
