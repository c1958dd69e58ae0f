"""What is on the roster, changed by hand: where a person is now, corrections, named ends."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sibulou.duty.following import prospect
from sibulou.lib.problem import Problem
from sibulou.roster import codes
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
from sibulou.roster.households import ENDS, change_state
from sibulou.roster.identity import Kind
from sibulou.roster.models import Household, Institution, Person, Place, Post, Subject
from sibulou.roster.problems import NotInTheList
from sibulou.web.entry import (
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
    rehearse,
    subject_to_change,
    whole_or_none,
)
from sibulou.web.forms import Question
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED, SINCE, language_choices
from sibulou.web.pages.things import thing_questions
from sibulou.web.texts import moment_or_none

EVERY = ("household", "person", "post", "place", "institution")


def person_of(subject: Subject) -> Person:
    return Person.objects.select_related("subject__area", "household__subject").get(pk=subject.pk)


@require_http_methods(ASKED)
def state(request: Asking, number: int) -> HttpResponse:
    """Present, away, returned, visitor; moved away or died, which takes him off the roster and is looked over first."""
    subject = subject_to_change(request, number, "person")
    row, typed = person_of(subject), request.POST
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
    subject = subject_to_change(request, number, *EVERY, "branch")
    if subject.kind == "post":
        return HttpResponseRedirect(f"/subjects/{number}/steps/withdrawn/")
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
    row = person_of(subject)
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
        correct_person(person=person_of(subject), entry=held, by=by, now=now)
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


urlpatterns: list[URLPattern] = [
    path("people/<int:number>/state/", state),
    path("subjects/<int:number>/entry/", entry),
    path("subjects/<int:number>/end/", end),
]
