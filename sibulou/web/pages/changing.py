"""What is on the roster, changed by hand: where a person is now, moves, corrections, a post's opening, named ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sibulou.duty.following import guard_stays, prospect
from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.area_key import Level, ancestor
from sibulou.roster.areas import area_by_code
from sibulou.roster.correcting import (
    REMOVED,
    HouseholdEntry,
    PersonEntry,
    ThingEntry,
    correct_household,
    correct_person,
    correct_thing,
)
from sibulou.roster.ending import end_subject
from sibulou.roster.households import ENDS, change_state, move_household, move_person
from sibulou.roster.identity import Kind
from sibulou.roster.models import Area, Household, Institution, Person, Place, Post, Seat, Subject
from sibulou.roster.problems import NotInTheList
from sibulou.roster.subjects import open_post
from sibulou.web.entry import (
    Card,
    NoAreaChosen,
    Part,
    Sheet,
    about_subject,
    ask,
    choices,
    confirm,
    day_or_none,
    draw,
    in_two_steps,
    line,
    parts_of,
    rehearse,
    subject_to_change,
    what_follows,
    whole_or_none,
)
from sibulou.web.forms import NobodyOfThatName, Option, Question
from sibulou.web.labels import language, places, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED, SINCE, language_choices, thing_questions
from sibulou.web.texts import moment_or_none, number_of

EVERY = ("household", "person", "post", "place", "institution")
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


def _person(subject: Subject) -> Person:
    return Person.objects.select_related("subject__area", "household__subject").get(pk=subject.pk)


def _members(subject: Subject) -> list[int]:
    """A subject, and the people of a household with it."""
    people = Person.objects.filter(household=subject.pk, subject__until__isnull=True).values_list("pk", flat=True)
    return [subject.pk, *people] if subject.kind == "household" else [subject.pk]


# --- where a person is now --------------------------------------------------------------------------------


@require_http_methods(ASKED)
def state(request: Asking, number: int) -> HttpResponse:
    """Present, away, returned, visitor; moved away or died, which takes him off the roster and is looked over first."""
    subject = subject_to_change(request, number, "person")
    row, typed = _person(subject), request.POST
    chosen, about = typed.get("state", ""), about_subject(subject)
    sheet = Sheet(
        word("变更现状", "Where the person is now"), about, [Part("", [
            ask(typed, "state", word("现状", "Now"), "choice", options=choices(codes.RESIDENCE), before=row.state,
                required=True),
            ask(typed, "since", word("自何时起（不填为现在）", "Since (empty: now)"), "datetime-local"),
            ask(typed, "place", word("何处（外出地、来源地、迁往地）", "Where (stays, came from, went)"), most=80,
                before=row.state_place),
            ask(typed, "reason", word("说明（可不填）", "Words (may be empty)"), most=200),
        ], [])], word("变更", "Change"),
        word("迁出、死亡会把他移出名册，先核对再办理。", "Moved away and died end the entry: looked over first."),
    )  # fmt: skip

    def deed() -> Person:
        return change_state(
            person=row, state=chosen, at=moment_or_none(typed.get("since", ""), SINCE), place=line(typed, "place"),
            reason=line(typed, "reason")[:200], by=request.by, now=request.now,
        )  # fmt: skip

    def looked_over() -> HttpResponse:
        if chosen not in ENDS:
            deed()
            messages.success(request, word("现状已变更。", "It is changed."))
            return HttpResponseRedirect(about.address)
        rehearse(deed)
        facts = [(word("现状", "Now"), codes.RESIDENCE.label(chosen, language())),
                 (word("自", "Since"), line(typed, "since").replace("T", " ") or word("现在", "now")),
                 (word("何处", "Where"), line(typed, "place"))]  # fmt: skip
        return _ends(request, subject, sheet, facts)

    said = word("已移出名册。", "The person is off the roster.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=lambda: about.address)


def _ends(request: Asking, subject: Subject, sheet: Sheet, facts: list[tuple[str, str]]) -> HttpResponse:
    """What an end will do, before it is done."""
    found = prospect([subject.pk], now=request.now, ending=True)
    return confirm(
        request, title=word("核对后移出名册", "Look it over, then take it off the roster"), about=sheet.about,
        facts=[(word("对象", "Subject"), subject.label), *facts],
        will=[
            word("由你署名移出名册；登记、记录和经过都保留。", "It leaves by your name; its history is kept."),
            word(f"还没提醒的 {found.open} 项应办和正在进行的观察随之终止。",
                 f"{found.open} obligations whose owner was not warned yet end with it, and so do its watches."),
            word(f"已逾期的 {found.overdue} 项不会消失，仍要销号或豁免。",
                 f"{found.overdue} that are overdue do not vanish: they are closed or waived as before."),
        ],
        submit=word("移出名册", "Take it off"), danger=True,
    )  # fmt: skip


@require_http_methods(ASKED)
def end(request: Asking, number: int) -> HttpResponse:
    """Take something off the roster by name."""
    subject = subject_to_change(request, number, *EVERY)
    typed, about = request.POST, about_subject(subject)
    questions = [
        ask(typed, "reason", word("理由（如：停业、重复登记、搬走）", "Reason (closed, entered twice, gone)"), most=200,
            required=True),
        ask(typed, "at", word("自何时起（不填为现在）", "Since (empty: now)"), "datetime-local"),
    ]  # fmt: skip
    title = word("移出名册", "Take it off the roster")
    sheet = Sheet(title, about, [Part("", questions, [])], word("下一步：核对", "Next: look it over"))

    def deed() -> Subject:
        at = moment_or_none(typed.get("at", ""), SINCE) or request.now
        return end_subject(subject=subject, at=at, reason=line(typed, "reason"), by=request.by, now=request.now)

    def looked_over() -> HttpResponse:
        rehearse(deed)
        return _ends(request, subject, sheet, [(word("理由", "Reason"), line(typed, "reason"))])

    said = word("已移出名册。", "It is off the roster.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=lambda: about.address)


# --- moves ------------------------------------------------------------------------------------------------


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
    guarded = Seat.objects.filter(subject__in=moved).exists()
    goes = word("包保责任人不变。", "The guard stays the same.")
    stays = word("包保责任人留在原村，新的村要另行任命，任命前无人负责。",
                 "The guard stays with the old village: nobody answers in the new one until it appoints.")  # fmt: skip
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
    typed, about, row = request.POST, about_subject(subject), _person(subject)
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


# --- corrections ------------------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters()
@require_http_methods(ASKED)
def entry(request: Asking, number: int) -> HttpResponse:
    """Put right what was entered."""
    subject = subject_to_change(request, number, *EVERY)
    about, typed = about_subject(subject), request.POST
    questions = _QUESTIONS.get(subject.kind, _thing_entry)(subject, typed)
    intro = word("只改登记有误的地方；改了哪几栏会留痕，号码原样不留。",
                 "Put right what is wrong. Which fields you change is kept, the old values are not.")  # fmt: skip
    sheet = Sheet(word("更正登记", "Put it right"), about, [Part("", questions, [])], word("更正", "Put right"), intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        _correct(request, subject)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已更正。", "It is put right."))
    return HttpResponseRedirect(about.address)


def _kept(zh: str, en: str) -> str:
    return word(f"{zh}（已封存：不填不变，填“{REMOVED}”为删去）", f"{en} (empty keeps it, “{REMOVED}” removes it)")


def _person_entry(subject: Subject, typed: Mapping[str, str]) -> list[Question]:
    row = _person(subject)
    paper = [(str(kind), kind.label(language())) for kind in Kind if kind is not Kind.NONE]
    return [
        ask(typed, "name", word("姓名", "Full name"), most=80, required=True, before=subject.label),
        ask(typed, "relation", word("与户主关系", "To the head of household"), "choice", before=row.relation,
            options=choices(codes.RELATION)),
        ask(typed, "identity", _kept("证件号", "Identity number"), most=40),
        ask(typed, "paper", word("证件种类（认不出时）", "Paper (if not recognised)"), "list", options=paper),
        ask(typed, "phone", _kept("本人电话", "Own telephone"), most=40),
        ask(typed, "birth", word("出生日期", "Born"), "date", before=f"{row.birth_date:%F}" if row.birth_date else ""),
        ask(typed, "sex", word("性别", "Sex"), "choice", options=choices(codes.SEX), before=row.sex),
        ask(typed, "ethnic", word("民族", "Ethnic group"), "choice", options=choices(codes.ETHNIC), before=row.ethnic),
    ]  # fmt: skip


def _household_entry(subject: Subject, typed: Mapping[str, str]) -> list[Question]:
    row = Household.objects.get(pk=subject.pk)
    door = [("true", word("是", "yes")), ("false", word("否", "no"))]
    return [
        ask(typed, "name", word("户名", "Called"), most=80, required=True, before=subject.label),
        ask(typed, "number", word("户号", "Number"), "number", required=True, before=str(row.number)),
        ask(typed, "address", word("地址", "Address"), most=120, before=row.address),
        ask(typed, "phone", _kept("家里电话", "The household's telephone"), most=40),
        ask(typed, "without_phone", word("没有电话，要上门", "No telephone: at the door"), "boolean", options=door,
            before="true" if row.without_phone else "false"),
        ask(typed, "language", word("家里说", "Speaks"), "list", options=language_choices(), before=row.language),
    ]  # fmt: skip


def _thing_entry(subject: Subject, typed: Mapping[str, str]) -> list[Question]:
    row: Post | Place | Institution = getattr(subject, subject.kind)
    before = {
        "name": subject.label,
        "kind": row.kind,
        "address": row.address,
        "crew": str(getattr(row, "minimum_crew", "")),
        "credit_code": getattr(row, "credit_code", ""),
    }
    return thing_questions(subject.kind, typed, before)


_QUESTIONS = {"person": _person_entry, "household": _household_entry}


def _correct(request: Asking, subject: Subject) -> None:
    typed, by, now = request.POST, request.by, request.now
    name = line(typed, "name")
    if subject.kind == "person":
        kind = typed.get("paper", "")
        held = PersonEntry(
            name=name, relation=typed.get("relation", ""), sex=typed.get("sex") or "0",
            birth_date=day_or_none(typed.get("birth", ""), "出生日期", "Born"), ethnic=typed.get("ethnic", ""),
            identity=line(typed, "identity"), identity_kind=Kind(kind) if kind in list(Kind) else None,
            phone=line(typed, "phone"),
        )  # fmt: skip
        correct_person(person=_person(subject), entry=held, by=by, now=now)
    elif subject.kind == "household":
        home = Household.objects.select_related("subject__area").get(pk=subject.pk)
        number = whole_or_none(typed.get("number", ""), "户号", "Number")
        spoken = typed.get("language", "")
        if spoken and spoken not in dict(language_choices()) and spoken != home.language:
            allowed = "、".join(title for _, title in language_choices())
            raise NotInTheList(field=word("家里说", "Speaks"), given=spoken[:12], allowed=allowed)
        correct_household(
            household=home, by=by, now=now,
            entry=HouseholdEntry(name, home.number if number is None else number, line(typed, "address"), spoken,
                                 typed.get("without_phone") == "true", line(typed, "phone")),
        )  # fmt: skip
    else:
        crew = whole_or_none(typed.get("crew", ""), "每班最少在岗人数", "Least crew of a shift")
        thing = ThingEntry(name, typed.get("kind", ""), line(typed, "address"), 2 if crew is None else crew,
                           line(typed, "credit_code"))  # fmt: skip
        correct_thing(subject=subject, entry=thing, by=by, now=now)


@require_http_methods(ASKED)
def opening(request: Asking, number: int) -> HttpResponse:
    """Open a planned post: from then on its shifts are owed."""
    subject = subject_to_change(request, number, "post")
    about = about_subject(subject)
    at = ask(request.POST, "at", word("自何时起（不填为现在）", "From (empty: now)"), "datetime-local")
    intro = word("启用后，这个卡点的班次、交接就要办了。", "From then on its shifts and hand-overs are owed.")
    sheet = Sheet(word("启用卡点", "Open the post"), about, [Part("", [at], [])], word("启用", "Open it"), intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        when: datetime = moment_or_none(request.POST.get("at", ""), SINCE) or request.now
        open_post(post=Post.objects.select_related("subject").get(pk=number), at=when, by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("卡点已启用。", "The post is open."))
    return HttpResponseRedirect(about.address)


urlpatterns: list[URLPattern] = [
    path("people/<int:number>/state/", state),
    path("subjects/<int:number>/place/", place),
    path("subjects/<int:number>/entry/", entry),
    path("subjects/<int:number>/end/", end),
    path("subjects/<int:number>/opening/", opening),
]
