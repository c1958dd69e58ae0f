"""Areas as the roster keeps them: added, renamed, coded anew, ended or merged; each says first what will happen."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from sibulou.duty.following import Prospect, prospect
from sibulou.lib.problem import Problem
from sibulou.roster.area_key import LEVEL_NAMES, Level
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.correcting import rename_area
from sibulou.roster.ending import end_area
from sibulou.roster.groups import add_area, add_group, add_micro_grid
from sibulou.roster.merging import Merged, merge_area
from sibulou.roster.models import Appointment, Area, Subject
from sibulou.roster.problems import NotUnderThis
from sibulou.roster.recode import recode_area
from sibulou.web.entry import (
    DayMissing,
    Part,
    Sheet,
    UnreadableDay,
    about_area,
    area_to_change,
    ask,
    confirm,
    day_or_none,
    draw,
    in_two_steps,
    line,
    rehearse,
    what_follows,
)
from sibulou.web.forms import Question
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking

ASKED = ["GET", "POST"]
FEW = 7
"""Up to so many choices are shown as buttons, one of them being none; more as a list that begins with none."""


def _level(area: Area, level: Level | None = None) -> str:
    return pick(LEVEL_NAMES[level or area.at], language())


def _sheet(area: Area, title: str, questions: list[Question], submit: str, *, intro: str = "") -> Sheet:
    return Sheet(title, about_area(area), [Part("", questions, [])], submit, intro)


@require_http_methods(ASKED)
def part(request: Asking, key: int) -> HttpResponse:
    """Add an area of the next level down."""
    area = area_to_change(request, key)
    if area.at is Level.MICRO:
        zh, en = LEVEL_NAMES[Level.MICRO]
        raise NotUnderThis(parent=area.name, child_zh=zh, child_en=en, wanted_zh="组", wanted_en="group")
    level = area.at.child
    coded = level <= Level.VILLAGE
    typed = request.POST
    questions = [ask(typed, "name", word("名称", "Name"), most=80 if coded else 40, required=coded)]
    if coded:
        code = word(f"区划代码（{level.digits} 位）", f"Official code ({level.digits} digits)")
        questions.append(ask(typed, "code", code, most=12, required=True, before=code_of(area)))
    else:
        number = word("编号（不填编号和名称就取下一个）", "Number (with neither, the next one is taken)")
        questions.insert(0, ask(typed, "number", number, "number"))
    title = word(f"新增{_level(area, level)}", f"Add a {_level(area, level)}")
    sheet = _sheet(area, title, questions, word("新增", "Add"))
    if request.method == "GET":
        return draw(request, sheet)
    try:
        made = _add(request, area, level)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word(f"已新增{made.name}。", f"{made.name} is added."))
    return HttpResponseRedirect(f"/areas/{made.pk}/")


def _add(request: Asking, area: Area, level: Level) -> Area:
    name, number, by, now = line(request.POST, "name"), line(request.POST, "number"), request.by, request.now
    if level <= Level.VILLAGE:
        return add_area(parent=area, code=line(request.POST, "code"), name=name, by=by, now=now)
    if level is Level.GROUP:
        return add_group(village=area, name=name or number, by=by, now=now)
    return add_micro_grid(group=area, name=name or number, by=by, now=now)


@require_http_methods(ASKED)
def name(request: Asking, key: int) -> HttpResponse:
    """Give an area another name."""
    area = area_to_change(request, key, above=True)
    questions = [ask(request.POST, "name", word("新名称", "New name"), before=area.name, most=80, required=True)]
    intro = word("旧名称留在审计里，登记和应办不变。", "The old name stays in the audit chain; nothing else changes.")
    sheet = _sheet(area, word("更名", "Rename"), questions, word("更名", "Rename"), intro=intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        put = rename_area(area=area, name=line(request.POST, "name"), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word(f"已更名为{put.name}。", f"It is now called {put.name}."))
    return HttpResponseRedirect(f"/areas/{put.pk}/")


@require_http_methods(ASKED)
def code(request: Asking, key: int) -> HttpResponse:
    """A new official code from a day on."""
    area = area_to_change(request, key, above=True)
    typed, old = request.POST, code_of(area)
    sheet = _sheet(
        area,
        word("变更区划代码", "Another official code"),
        [
            ask(typed, "code", word(f"新代码（现为 {old}）", f"New code (now {old})"), most=18, required=True),
            ask(typed, "from", word("自哪天起生效", "It holds from"), "date", required=True),
            ask(typed, "notice", word("批准文号", "Number of the decision"), most=80),
        ],
        word("下一步：核对", "Next: look it over"),
    )

    def deed() -> int:
        return recode_area(
            area=area, code=line(typed, "code"), from_date=_day(typed.get("from", "")), notice=line(typed, "notice"),
            by=request.by, now=request.now,
        )  # fmt: skip

    def looked_over() -> HttpResponse:
        changed = rehearse(deed)
        new = line(typed, "code")
        return confirm(
            request, title=word("核对后变更代码", "Look it over, then recode"), about=sheet.about,
            facts=[
                (word("区域", "Area"), area.name), (word("代码", "Code"), f"{old} → {new}"),
                (word("生效", "From"), line(typed, "from")), (word("批准文号", "Decision"), line(typed, "notice")),
            ],
            will=[
                word(f"连同下级共 {changed} 个代码变更，尾号不变。", f"{changed} codes change, tails kept."),
                word("旧代码到这一天为止，仍能查到这里。", "The old codes end on that day; they still find it."),
                word("户、人、席位、应办和记录都不动。", "People, seats, obligations and records stay."),
            ],
            submit=word("变更", "Recode"),
        )  # fmt: skip

    said = word("代码已变更。", "The code is changed.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=lambda: sheet.about.address)


def _day(text: str) -> date:
    """The day it holds from, which must be given. Raises DayMissing."""
    names = {"field_zh": "生效日期", "field_en": "It holds from"}
    try:
        day = day_or_none(text, **names)
    except UnreadableDay:
        day = None
    if day is None:
        raise DayMissing(**names)
    return day


@require_http_methods(ASKED)
def end(request: Asking, key: int) -> HttpResponse:
    """End an area, or merge it into another; both stand for good."""
    area = area_to_change(request, key, above=True)
    typed = request.POST
    questions = [ask(typed, "reason", word("理由（文号）", "Reason (decision)"), most=200, required=True)]
    if area.at >= Level.VILLAGE:
        beside = Area.objects.filter(parent=area.parent_id, until__isnull=True).exclude(pk=area.pk)
        options = [(code_of(one), one.name) for one in beside]
        if len(options) < FEW:
            options.insert(0, ("", word("只撤销", "only end it")))
        into = word("并入（不选就是只撤销）", "Merge into (none: only end it)")
        questions.append(ask(typed, "into", into, "choice", options=options))
        other = word("或填另一乡镇、村下的区划代码", "or the official code of one elsewhere")
        questions.append(ask(typed, "code", other, most=18))
    sheet = _sheet(area, word("撤销或并入", "End or merge"), questions, word("下一步：核对", "Next: look it over"))
    into_code = line(typed, "code") or line(typed, "into")

    def deed() -> Merged | None:
        if into_code:
            into = area_by_code(into_code)
            return merge_area(area=area, into=into, reason=line(typed, "reason"), by=request.by, now=request.now)
        end_area(area=area, reason=line(typed, "reason"), by=request.by, now=request.now)
        return None

    def looked_over() -> HttpResponse:
        into = area_by_code(into_code) if into_code else None
        return _look_over(request, sheet, area, into, rehearse(deed))

    def then() -> str:
        return f"/areas/{area_by_code(into_code).pk if into_code else area.parent_id}/"

    said = word("已并入。", "It is merged.") if into_code else word("已撤销。", "It is ended.")
    return in_two_steps(request, sheet, looked_over=looked_over, deed=deed, said=said, then=then)


def _look_over(request: Asking, sheet: Sheet, area: Area, into: Area | None, merged: Merged | None) -> HttpResponse:
    facts = [(word("撤销", "Ends"), area.name), (word("理由", "Reason"), line(request.POST, "reason"))]
    own = prospect([*Subject.objects.filter(kind="area", area=area).values_list("pk", flat=True)], now=request.now,
                   ending=True)  # fmt: skip
    will = [
        word(f"“{area.name}”自现在起不再在册，由你署名；历史和旧代码都保留。",
             f"“{area.name}” leaves the roster now, by your name; its history and its codes are kept."),
        _seats_end(request, area),
        _own_duties(own),
    ]  # fmt: skip
    if into is not None and merged is not None:
        facts.insert(1, (word("并入", "Into"), into.name))
        will[1:1] = _moves(request, area, into, merged)
    title = word("核对后并入", "Look it over, then merge") if into else word("核对后撤销", "Look it over, then end it")
    submit = word("并入", "Merge") if into else word("撤销", "End it")
    return confirm(request, title=title, about=sheet.about, facts=facts, will=will, submit=submit, danger=True)


def _moves(request: Asking, area: Area, into: Area, merged: Merged) -> list[str]:
    low, high = area.range
    inside = Subject.objects.filter(area__gte=low, area__lt=high, until__isnull=True).exclude(kind="area")
    found = prospect(list(inside.values_list("pk", flat=True)), now=request.now)
    moved = word(
        f"{merged.households} 户、{merged.people} 人、{merged.things} 个卡点、场所、机构迁到“{into.name}”，户号顺延。",
        f"{merged.households} households, {merged.people} people and {merged.things} posts, places and institutions "
        f"move to “{into.name}”; households take the next numbers.",
    )
    anew = word(
        f"{merged.parts} 个下级在那里重新设立，原来的负责人继续负责。",
        f"{merged.parts} areas under it are founded anew there, and those who sit in them go on.",
    )
    return [moved, anew if merged.parts else "", what_follows(found)]


def _seats_end(request: Asking, area: Area) -> str:
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=request.now)
    seated = Appointment.objects.filter(lasting, seat__area=area, seat__subject__isnull=True).count()
    return word(f"本级席位上的 {seated} 个任命随之结束。", f"{seated} appointments to its own seats end with it.")


def _own_duties(own: Prospect) -> str:
    return word(f"它本级还没提醒的 {own.open} 项应办终止；已逾期的 {own.overdue} 项保留。",
                f"{own.open} obligations of its own whose owner was not warned yet end; {own.overdue} overdue ones "
                "stay.")  # fmt: skip


urlpatterns: list[URLPattern] = [
    path("areas/<int:key>/parts/new/", part),
    path("areas/<int:key>/name/", name),
    path("areas/<int:key>/codes/new/", code),
    path("areas/<int:key>/end/", end),
]
