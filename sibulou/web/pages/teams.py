"""The force: units, teams and the people who can be put on duty; who is missing from it (S13, S16, S19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.fronts.defence.models import KeptApart, Member, Team, Trade, Unit
from sibulou.fronts.defence.people import (
    COUNTY,
    Facts,
    Idle,
    add_member,
    add_team,
    add_unit,
    be_absent,
    change_member,
    end_member,
    force_of,
    idle,
    keep_apart,
    name_of,
)
from sibulou.fronts.defence.people_file import COLUMNS, import_people
from sibulou.fronts.defence.rota_problems import NobodyChosen, NoFileGiven, NoSuchUnit, OddSpan
from sibulou.lib.problem import Problem
from sibulou.roster.areas import area_by_code, code_of
from sibulou.roster.models import Area, User
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, roots
from sibulou.web.entry import Link, Part, Sheet, ask, day_or_none, draw, line
from sibulou.web.forms import Question
from sibulou.web.labels import language, pick, places, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import MomentField, moment_or_none, number_of

TRADES: dict[str, tuple[str, str]] = {
    "police": ("公安", "police"),
    "health": ("卫健", "health"),
    "emergency": ("应急", "emergency"),
    "cadre": ("干部", "cadre"),
    "volunteer": ("志愿者", "volunteer"),
}
KINDS: dict[str, tuple[str, str]] = {"vanguard": ("先遣队", "vanguard"), "volunteer": ("志愿服务队", "volunteers")}
PAGE = 100
MOST_BYTES = 2_000_000
_FROM = MomentField("自", "From", "现在", "now")
_UNTIL = MomentField("至", "Until", "现在", "now")
ABOUT = ("/teams/", "队伍和人员", "Teams and people")


def trade_word(trade: str) -> str:
    """A trade in the reader's language."""
    return pick(TRADES[trade], language())


@dataclass(frozen=True)
class Person:
    """Somebody of the force in words."""

    row: Member
    name: str
    trade: str
    home: str


def county_of(request: Asking) -> Area:
    """The area whose force one looks at: the widest one sees. Raises NoRight."""
    need(request.reach, Right.GAPS)
    return Area.objects.get(pk=roots(request.reach, Right.GAPS)[0])


@require_GET
def teams(request: Asking) -> HttpResponse:
    """Units, teams, counts; who has no team and who was never put on duty; the people, a page at a time."""
    area = county_of(request)
    people = force_of(area.pk)
    unit, trade = number_of(request.GET.get("unit", "")), request.GET.get("trade", "")
    shown = people.filter(unit=unit) if unit else people
    shown = shown.filter(trade=trade) if trade in Trade.values else shown
    after = number_of(request.GET.get("after", ""))
    rows = list(shown.filter(pk__gt=after).select_related("unit", "team").order_by("pk")[: PAGE + 1])
    missing: Idle = idle(area.pk)
    living = Q(members__until__isnull=True)
    facts = {
        "area": area,
        "units": _unit_rows(area),
        "people": _people(rows[:PAGE]),
        "further": rows[PAGE - 1].pk if len(rows) > PAGE else 0,
        "counts": _counts(area),
        "idle": missing,
        "never": _people(missing.undeployed[:PAGE]),
        "trades": [(key, pick(words, language())) for key, words in TRADES.items()],
        "chosen": {"unit": unit, "trade": trade},
        "may_change": request.reach.covers(area.pk, Right.ROSTER),
        "teams": list(
            Team.objects.filter(unit__in=_unit_rows(area), until__isnull=True)
            .annotate(many=Count("members", filter=living))
            .order_by("kind", "name")
        ),
    }
    return render(request, "web/teams.html", facts)


def _unit_rows(area: Area) -> list[Unit]:
    low = area.pk - area.pk % COUNTY
    return list(
        Unit.objects.filter(area_id__gte=low, area_id__lt=low + COUNTY, until__isnull=True)
        .annotate(many=Count("members", filter=Q(members__until__isnull=True)))
        .order_by("name")
    )


def _counts(area: Area) -> list[tuple[str, int]]:
    """How many people of each trade."""
    found = dict(force_of(area.pk).values_list("trade").annotate(many=Count("pk")))
    return [(pick(words, language()), found.get(key, 0)) for key, words in TRADES.items()]


def _people(rows: Sequence[Member]) -> list[Person]:
    where = places({row.home_id for row in rows if row.home_id})
    return [Person(row, name_of(row), trade_word(row.trade), where.get(row.home_id or 0, "")) for row in rows]


@require_http_methods(["GET", "POST"])
def new_unit(request: Asking) -> HttpResponse:
    """Enter a unit, and if one says so its team."""
    area = _county_to_change(request)
    typed = request.POST
    kinds = [(key, pick(words, language())) for key, words in KINDS.items()]
    questions = [
        ask(typed, "name", word("单位名称", "Name of the unit"), most=80, required=True),
        ask(typed, "team", word("队伍名称（没有可不填）", "Name of its team (none: leave it)"), most=80),
        ask(typed, "kind", word("队伍类别", "Kind of team"), "choice", options=kinds, before="volunteer"),
    ]
    sheet = Sheet(word("登记单位", "Enter a unit"), _about(), [Part("", questions, [])], word("登记", "Enter"))
    if request.method == "GET":
        return draw(request, sheet)
    try:
        unit = Unit.objects.filter(area=area, name=line(typed, "name"), until__isnull=True).first()
        if unit is None or not line(typed, "team"):
            unit = add_unit(area=area, name=line(typed, "name"), by=request.by, now=request.now)
        if line(typed, "team"):
            add_team(unit=unit, kind=typed.get("kind", ""), name=line(typed, "team"), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word(f"已登记：{unit.name}。", f"Entered: {unit.name}."))
    return HttpResponseRedirect("/teams/")


def _about() -> Link:
    address, zh, en = ABOUT
    return Link(word(zh, en), address)


def _county_to_change(request: Asking) -> Area:
    area = county_of(request)
    need_over(request.reach, area.pk, Right.ROSTER)
    return area


def _member_questions(area: Area, typed: Mapping[str, str], before: Member | None) -> list[Question]:
    def was(name: str, stands: str = "") -> str:
        return "" if before is None else stands

    units = [(str(one.pk), one.name) for one in _unit_rows(area)]
    teams = Team.objects.filter(unit__in=[int(pk) for pk, _ in units], until__isnull=True).select_related("unit")
    team_words = [(str(one.pk), f"{one.unit.name} · {one.name}") for one in teams.order_by("unit__name", "name")]
    trades = [(key, pick(words, language())) for key, words in TRADES.items()]
    yes = [("yes", word("是", "yes")), ("no", word("否", "no"))]
    one = before
    home = code_of(one.home) if one and one.home else ""
    asked = [] if one else [
        ask(typed, "name", word("姓名", "Name"), most=40, required=True),
        ask(typed, "unit", word("单位", "Unit"), "list", options=units, required=True),
    ]  # fmt: skip
    return [
        *asked,
        ask(typed, "team", word("队伍", "Team"), "list", options=team_words,
            before=was("team", str(one.team_id or "") if one else "")),
        ask(typed, "trade", word("专业", "Trade"), "choice", options=trades, required=True,
            before=one.trade if one else "volunteer"),
        ask(typed, "oath", word("宣誓日期", "Date of the oath"), "date",
            before=f"{one.oath_on:%F}" if one and one.oath_on else ""),
        ask(typed, "home", word("住地区划代码", "Official code of where he lives"), most=20, before=home),
        ask(typed, "skills", word("特长（空格分开）", "Skills (blanks between)"), most=120,
            before=" ".join(one.skills) if one else ""),
        ask(typed, "no_nights", word("不上夜班", "No nights"), "choice", options=yes,
            before="yes" if one and one.no_nights else "no"),
        ask(typed, "preferred", word("希望去的卡点（编号，空格分开）", "Posts he would like (numbers, blanks between)"),
            most=80, before=" ".join(map(str, one.preferred)) if one else ""),
        ask(typed, "account", word("登录账号（没有可不填）", "Sign-in name (none: leave it)"), most=40,
            before=one.account.username if one and one.account else ""),
    ]  # fmt: skip


def _facts(typed: Mapping[str, str]) -> Facts:
    """What was typed. Raises NoSuchUnit, UnreadableDay, UnknownArea, NotInTheList."""
    username, team = line(typed, "account"), number_of(typed.get("team", ""))
    account = User.objects.filter(username=username).first() if username else None
    if username and account is None:
        raise NoSuchUnit(name=username)
    return Facts(
        trade=typed.get("trade", ""),
        oath_on=day_or_none(typed.get("oath", ""), "宣誓日期", "Date of the oath"),
        skills=tuple(one[:20] for one in line(typed, "skills").split()),
        home=area_by_code(line(typed, "home")) if line(typed, "home") else None,
        no_nights=typed.get("no_nights") == "yes",
        preferred=tuple(filter(None, map(number_of, line(typed, "preferred").split()))),
        account=account,
        team=Team.objects.filter(pk=team, until__isnull=True).first() if team else None,
    )


@require_http_methods(["GET", "POST"])
def new_person(request: Asking) -> HttpResponse:
    """Enter somebody of the force."""
    area = _county_to_change(request)
    typed = request.POST
    part = Part("", _member_questions(area, typed, None), [])
    sheet = Sheet(word("登记队员", "Enter a person of the force"), _about(), [part], word("登记", "Enter"))
    if request.method == "GET":
        return draw(request, sheet)
    try:
        unit = Unit.objects.filter(pk=number_of(typed.get("unit", "")), until__isnull=True).first()
        if unit is None:
            raise NoSuchUnit(name="")
        made = add_member(unit=unit, name=line(typed, "name"), facts=_facts(typed), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已登记。", "Entered."))
    return HttpResponseRedirect(f"/teams/people/{made.pk}/")


def member_or_404(number: int) -> Member:
    """Somebody of the force whom the reader sees."""
    row = Member.objects.select_related("unit", "team", "home", "account").filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "POST"])
def person(request: Asking, number: int) -> HttpResponse:
    """Somebody of the force: what is known, his absences, whom he is kept apart from; changed by whoever may."""
    county_of(request)
    row = member_or_404(number)
    if request.method == "GET":
        return _draw_person(request, row)
    need_over(request.reach, row.area_id, Right.ROSTER)
    try:
        change_member(member=row, facts=_facts(request.POST), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_person(request, row, problem)
    messages.success(request, word("已保存。", "Saved."))
    return HttpResponseRedirect(f"/teams/people/{row.pk}/")


def _draw_person(request: Asking, row: Member, problem: Problem | None = None) -> HttpResponse:
    apart = [pair.other if pair.one_id == row.pk else pair.one for pair in _apart_rows(row)]
    facts = {
        "one": _people([row])[0],
        "questions": _member_questions(row.unit.area, request.POST, row),
        "absences": list(row.absences.order_by("-since")[:20]),
        "apart": [(one.pk, name_of(one)) for one in apart],
        "may_change": request.reach.covers(row.area_id, Right.ROSTER) and row.until is None,
        "sentence": problem.say(language()) if problem else "",
        "typed": request.POST,
    }
    return render(request, "web/team_person.html", facts, status=problem.status if problem else 200)


def _apart_rows(row: Member) -> list[KeptApart]:
    pairs = KeptApart.objects.filter(Q(one=row) | Q(other=row), until__isnull=True)
    return list(pairs.select_related("one", "other"))


@require_POST
def absence(request: Asking, number: int) -> HttpResponse:
    """Somebody is away for a while."""
    row = _to_change(request, number)
    try:
        since = moment_or_none(request.POST.get("since", ""), _FROM) or request.now
        until = moment_or_none(request.POST.get("until", ""), _UNTIL)
        if until is None:
            raise OddSpan
        be_absent(member=row, since=since, until=until, reason=line(request.POST, "reason"), by=request.by,
                  now=request.now)  # fmt: skip
    except Problem as problem:
        return _draw_person(request, row, problem)
    messages.success(request, word("已登记。", "Entered."))
    return HttpResponseRedirect(f"/teams/people/{row.pk}/")


@require_POST
def apart(request: Asking, number: int) -> HttpResponse:
    """Keep somebody apart from another."""
    row = _to_change(request, number)
    other = Member.objects.filter(pk=number_of(request.POST.get("other", "")), until__isnull=True).first()
    if other is None or other.pk == row.pk:
        return _draw_person(request, row, NobodyChosen())
    keep_apart(one=row, other=other, by=request.by, now=request.now)
    messages.success(request, word("已登记。", "Entered."))
    return HttpResponseRedirect(f"/teams/people/{row.pk}/")


@require_POST
def end(request: Asking, number: int) -> HttpResponse:
    """Take somebody off the list."""
    row = _to_change(request, number)
    try:
        end_member(member=row, reason=line(request.POST, "reason"), by=request.by, now=request.now)
    except Problem as problem:
        return _draw_person(request, row, problem)
    messages.success(request, word("已移出名单。", "Taken off the list."))
    return HttpResponseRedirect("/teams/")


def _to_change(request: Asking, number: int) -> Member:
    county_of(request)
    row = member_or_404(number)
    need_over(request.reach, row.area_id, Right.ROSTER)
    return row


@require_http_methods(["GET", "POST"])
def file(request: Asking) -> HttpResponse:
    """Enter the force from a file, all lines or none."""
    area = _county_to_change(request)
    sentence, status = "", 200
    if request.method == "POST":
        try:
            sent = request.FILES.get("file")
            if sent is None or sent.size is None or sent.size > MOST_BYTES:
                raise NoFileGiven(most=MOST_BYTES // 1_000_000)
            brought = import_people(area=area, content=sent.read(), by=request.by, now=request.now)
            zh = f"已导入 {brought.people} 人，新单位 {brought.units} 个，新队伍 {brought.teams} 支。"
            en = f"{brought.people} people entered; {brought.units} new units, {brought.teams} new teams."
            messages.success(request, word(zh, en))
            return HttpResponseRedirect("/teams/")
        except Problem as problem:
            sentence, status = problem.say(language()), problem.status
    facts = {"columns": COLUMNS, "sentence": sentence, "trades": TRADES, "kinds": KINDS}
    return render(request, "web/team_file.html", facts, status=status)


urlpatterns: list[URLPattern] = [
    path("teams/", teams),
    path("teams/units/new/", new_unit),
    path("teams/people/new/", new_person),
    path("teams/people/<int:number>/", person),
    path("teams/people/<int:number>/absences/", absence),
    path("teams/people/<int:number>/apart/", apart),
    path("teams/people/<int:number>/end/", end),
    path("teams/file/", file),
]
