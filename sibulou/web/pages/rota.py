"""Rosters: proposed, looked at on a grid that is edited by mouse and by keyboard, published (S6, S16, S17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate, localtime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.fronts.defence.jobs import solve_soon
from sibulou.fronts.defence.models import Member, Rota, Shift
from sibulou.fronts.defence.people import force_of, names
from sibulou.fronts.defence.publishing import WORDS, DroppedOut, drop_out, publish
from sibulou.fronts.defence.rosters import (
    MOST_DAYS,
    Hours,
    Judged,
    drop,
    hours_of,
    judge,
    move,
    propose,
    put,
    read_hours,
    set_hours,
    take,
    what_is_short,
)
from sibulou.fronts.defence.rota.empty import Empty
from sibulou.fronts.defence.rota_problems import NobodyChosen, NotAccepted, NotInShift, OddSpan
from sibulou.lib.problem import Problem
from sibulou.roster.models import Area, Post
from sibulou.roster.role import Right
from sibulou.web.allow import need, need_over, roots
from sibulou.web.entry import Part, Sheet, about_subject, ask, draw, line, subject_to_change, whole_or_none
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.teams import trade_word
from sibulou.web.texts import MomentField, moment_or_none, number_of

SHOWN = 20
"""How many short shifts and breaches are listed on the page of a roster."""
_FROM = MomentField("自", "From", "现在", "now")
_UNTIL = MomentField("至", "Until", "这份排班的末尾", "the end of the roster")
_TIMES = {"crew": ("人次", "places"), "trade": ("处", "places")}


@dataclass(frozen=True)
class Row:
    """A roster on the list: its state in words."""

    row: Rota
    state: str
    mark: str


def state_of(rota: Rota) -> tuple[str, str]:
    """The state of a roster in words, and its mark."""
    if rota.published_at is not None:
        return word("已发布", "published"), "met"
    if rota.dropped_at is not None:
        return word("已作废", "dropped"), "waived"
    return (word("待发布", "proposal"), "overdue") if rota.found else (word("正在排", "being made"), "")


@require_http_methods(["GET", "POST"])
def rosters(request: Asking) -> HttpResponse:
    """All rosters, newest first; whoever may begins another."""
    need(request.reach, Right.GAPS)
    sentence, status = "", 200
    if request.method == "POST":
        try:
            made = _propose(request)
            return HttpResponseRedirect(f"/rota/{made.pk}/")
        except Problem as problem:
            sentence, status = problem.say(language()), problem.status
    rows = Rota.objects.select_related("area").order_by("-first_day", "-pk")[:40]
    may = request.reach.has(Right.ROSTER)
    facts = {
        "rows": [Row(row, *state_of(row)) for row in rows],
        "may_make": may,
        "areas": Area.objects.filter(pk__in=roots(request.reach, Right.ROSTER)) if may else [],
        "day": request.POST.get("day") or f"{localdate(request.now) + timedelta(days=1):%F}",
        "days": request.POST.get("days") or "7",
        "most": MOST_DAYS,
        "sentence": sentence,
    }
    return render(request, "web/rota_list.html", facts, status=status)


def _propose(request: Asking) -> Rota:
    """Begin a roster from what was typed. Raises NoRight, WrongDays, NoPosts, NoForce, OddSpan."""
    area = Area.objects.filter(pk=number_of(request.POST.get("area", ""))).first()
    if area is None:
        raise Http404
    need_over(request.reach, area.pk, Right.ROSTER)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise OddSpan from None
    days = whole_or_none(request.POST.get("days", ""), "天数", "Days") or 0
    made = propose(area=area, first_day=day, days=days, seed=1, by=request.by, now=request.now)
    solve_soon(made)
    return made


def rota_or_404(number: int) -> Rota:
    """A roster that the reader sees."""
    row = Rota.objects.select_related("area").filter(pk=number).first()
    if row is None:
        raise Http404
    return row


@dataclass(frozen=True)
class Short:
    """A shift that lacks people or trades, in words."""

    shift: Shift
    sentence: str
    why: str


@require_GET
def one(request: Asking, number: int) -> HttpResponse:
    """A roster: how far the force reaches, what breaks, where and by how many people; how the load is shared."""
    need(request.reach, Right.GAPS)
    return _draw(request, rota_or_404(number))


def _draw(request: Asking, rota: Rota, problem: Problem | None = None) -> HttpResponse:
    judged = judge(rota)
    short = what_is_short(judged)
    state, mark = state_of(rota)
    facts = {
        "rota": rota,
        "state": state,
        "mark": mark,
        "reach": judged.reach.sentence(language()),
        "trades": [(trade_word(key), *pair) for key, pair in judged.reach.trades.items()],
        "load": rota.found.get("load"),
        "proven": (rota.found.get("proven"), rota.found.get("posts")),
        "counted": _counted(judged),
        "short": _short(short[:SHOWN]),
        "more": max(0, len(short) - SHOWN),
        "conflicts": _conflicts(judged)[:SHOWN],
        "may_change": request.reach.covers(rota.area_id, Right.ROSTER),
        "proposal": rota.published_at is None and rota.dropped_at is None,
        "force": _force(rota),
        "sentence": problem.say(language()) if problem else "",
        "typed": request.POST,
    }
    return render(request, "web/rota.html", facts, status=problem.status if problem else 200)


def _counted(judged: Judged) -> list[str]:
    """Each rule that breaks, with how much: people for crews and trades, cases for all others."""
    return [
        f"{pick(WORDS[rule], language())}：{count}" + pick(_TIMES.get(rule, ("处", "")), language())
        if language().startswith("zh")
        else f"{pick(WORDS[rule], language())}: {count}"
        for rule, count in sorted(judged.counted.items())
    ]


def _short(short: Sequence[Empty]) -> list[Short]:
    shifts = {
        one.pk: one for one in Shift.objects.filter(pk__in=[one.slot.key for one in short]).select_related("post")
    }
    found = []
    for one in short:
        lacks = []
        if one.people:
            lacks.append(word(f"缺 {one.people} 人", f"{one.people} short"))
        if one.trades:
            trades = "、".join(map(trade_word, one.trades))
            lacks.append(word(f"没有{trades}", f"no {trades}"))
        why = "；".join(f"{pick(WORDS[key], language())} {count}" for key, count in one.why.items())
        found.append(Short(shifts[one.slot.key], "，".join(lacks), why))
    return found


def _conflicts(judged: Judged) -> list[tuple[str, str, Shift | None]]:
    """Breaches of a person's rules: who, what, where."""
    rows = [one for one in judged.breaches if one.rule not in ("crew", "trade")]
    called = names(Member.objects.filter(pk__in={one.person for one in rows}))
    shifts = {one.pk: one for one in Shift.objects.filter(pk__in={one.shift for one in rows}).select_related("post")}
    return [(called.get(one.person, ""), pick(WORDS[one.rule], language()), shifts.get(one.shift)) for one in rows]


def _force(rota: Rota) -> list[tuple[int, str]]:
    """Everybody who may be put in a shift, by name."""
    return sorted(names(force_of(rota.area_id)).items(), key=lambda pair: pair[1])


@dataclass(frozen=True)
class Chip:
    """Somebody in a cell of the grid, and what is wrong with his standing there."""

    member: int
    name: str
    trade: str
    wrong: str


@dataclass(frozen=True)
class Cell:
    """A shift on the grid."""

    shift: Shift
    chips: Sequence[Chip]
    lacking: int
    trades: str

    @property
    def hours(self) -> str:
        return f"{localtime(self.shift.begins):%H:%M}–{localtime(self.shift.ends):%H:%M}"


@dataclass(frozen=True)
class Line:
    """A post on the grid of one day."""

    post: str
    cells: Sequence[Cell]


@require_GET
def grid(request: Asking, number: int) -> HttpResponse:
    """The posts and their shifts of one day, with everybody in them; `part`: the grid alone, for the module."""
    need(request.reach, Right.GAPS)
    rota = rota_or_404(number)
    facts = _grid(request, rota)
    return render(request, "web/parts/rota_grid.html" if "part" in request.GET else "web/rota_grid.html", facts)


def _day(request: Asking, rota: Rota) -> date:
    text = request.POST.get("day") or request.GET.get("day", "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = rota.first_day
    return min(max(day, rota.first_day), rota.last_day)


def _grid(request: Asking, rota: Rota, problem: Problem | None = None) -> dict[str, object]:
    day = _day(request, rota)
    judged = judge(rota)
    shifts = list(Shift.objects.filter(rota=rota).select_related("post").order_by("post_id", "begins"))
    of_day = [one for one in shifts if localdate(one.begins) == day]
    lines = _lines(of_day, judged)
    free = _free(list(force_of(rota.area_id)), of_day, judged)
    return {
        "rota": rota,
        "day": day,
        "days": [rota.first_day + timedelta(days=at) for at in range(rota.days)],
        "lines": lines,
        "free": free,
        "counted": _counted(judged),
        "conflicts": sum(count for rule, count in judged.counted.items() if rule not in ("crew", "trade")),
        "may_change": request.reach.covers(rota.area_id, Right.ROSTER),
        "proposal": rota.published_at is None and rota.dropped_at is None,
        "sentence": problem.say(language()) if problem else "",
        "state": state_of(rota),
    }


def _lines(shifts: Sequence[Shift], judged: Judged) -> list[Line]:
    people = {one for shift in shifts for one in judged.roster.get(shift.pk, ())}
    members = {one.pk: one for one in Member.objects.filter(pk__in=people)}
    called = names(members.values())
    wrong = _wrong(judged)
    by_post: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        by_post[shift.post_id].append(shift)
    return [
        Line(of_post[0].post.label, [_cell(shift, judged, members, called, wrong) for shift in of_post])
        for of_post in by_post.values()
    ]


def _wrong(judged: Judged) -> Mapping[tuple[int, int], str]:
    """What is wrong with somebody in a shift; rules of days and nights lie on all his shifts."""
    found: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in judged.breaches:
        if one.person:
            found[one.shift, one.person].append(pick(WORDS[one.rule], language()))
    return {pair: "；".join(dict.fromkeys(words)) for pair, words in found.items()}


def _cell(
    shift: Shift, judged: Judged, members: Mapping[int, Member], called: Mapping[int, str],
    wrong: Mapping[tuple[int, int], str],
) -> Cell:  # fmt: skip
    crew = [one for one in judged.roster.get(shift.pk, ()) if one in members]
    chips = [
        Chip(one, called[one], trade_word(members[one].trade), wrong.get((shift.pk, one)) or wrong.get((0, one), ""))
        for one in crew
    ]
    there = {members[one].trade for one in crew}
    lacking = "、".join(trade_word(trade) for trade in shift.trades if trade not in there)
    return Cell(shift, chips, max(0, shift.crew - len(crew)), lacking)


def _free(force: Sequence[Member], shifts: Sequence[Shift], judged: Judged) -> list[Chip]:
    """Whoever stands in no shift of the day."""
    busy = {one for shift in shifts for one in judged.roster.get(shift.pk, ())}
    rows = [one for one in force if one.pk not in busy]
    called = names(rows)
    return sorted((Chip(one.pk, called[one.pk], trade_word(one.trade), "") for one in rows), key=lambda one: one.name)


@require_POST
def moves(request: Asking, number: int) -> HttpResponse:
    """Move somebody on the grid: from a shift, or from those who are free, to another or off the grid."""
    rota = rota_or_404(number)
    need_over(request.reach, rota.area_id, Right.ROSTER)
    problem = None
    try:
        _move(request, rota)
    except Problem as told:
        problem = told
    if "part" not in request.GET and problem is None:
        return HttpResponseRedirect(f"/rota/{rota.pk}/grid/?day={_day(request, rota):%F}")
    page = "web/parts/rota_grid.html" if "part" in request.GET else "web/rota_grid.html"
    status = problem.status if problem else 200
    return render(request, page, _grid(request, rota, problem), status=status)


def _move(request: Asking, rota: Rota) -> None:
    """Raises NotInShift, RotaPublished."""
    said = {key: number_of(request.POST.get(key, "")) for key in ("member", "from", "to", "instead")}
    member = Member.objects.filter(pk=said["member"]).first()
    out_of = Shift.objects.select_related("rota").filter(rota=rota, pk=said["from"]).first()
    to = Shift.objects.select_related("rota").filter(rota=rota, pk=said["to"]).first()
    instead = Member.objects.filter(pk=said["instead"]).first() if said["instead"] else None
    if member is None or (out_of is None and to is None):
        raise NotInShift
    by, now = request.by, request.now
    if out_of is None and to is not None:
        if instead is not None:
            take(shift=to, member=instead, by=by, now=now)
        put(shift=to, member=member, by=by, now=now)
    elif to is None and out_of is not None:
        take(shift=out_of, member=member, by=by, now=now)
    elif out_of is not None and to is not None and out_of != to:
        move(member=member, out_of=out_of, to=to, instead=instead, by=by, now=now)


@require_POST
def publication(request: Asking, number: int) -> HttpResponse:
    """Publish a proposal; what breaks in it was shown, and is accepted by a tick."""
    rota = rota_or_404(number)
    need_over(request.reach, rota.area_id, Right.ROSTER)
    try:
        if judge(rota).breaches and request.POST.get("accepted") != "yes":
            raise NotAccepted
        count = publish(rota=rota, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, rota_or_404(number), problem)
    messages.success(request, word(f"已发布 {count} 个班次。", f"{count} shifts are published."))
    return HttpResponseRedirect(f"/rota/{rota.pk}/")


@require_POST
def dropping(request: Asking, number: int) -> HttpResponse:
    """Drop a proposal."""
    rota = rota_or_404(number)
    need_over(request.reach, rota.area_id, Right.ROSTER)
    try:
        drop(rota=rota, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, rota_or_404(number), problem)
    messages.success(request, word("已作废。", "Dropped."))
    return HttpResponseRedirect("/rota/")


@require_POST
def absences(request: Asking, number: int) -> HttpResponse:
    """Somebody drops out: others step in with the fewest changes, or, on request, more people are moved."""
    rota = rota_or_404(number)
    need_over(request.reach, rota.area_id, Right.ROSTER)
    try:
        done = _drop_out(request, rota)
    except Problem as problem:
        return _draw(request, rota_or_404(number), problem)
    zh = f"空出 {done.left} 个班，补上 {done.filled} 个，另有 {done.moved} 人的班有变动。"
    en = f"{done.left} places were left, {done.filled} filled; {done.moved} people stand otherwise than before."
    messages.success(request, word(zh, en))
    return HttpResponseRedirect(f"/rota/{rota.pk}/")


def _drop_out(request: Asking, rota: Rota) -> DroppedOut:
    typed = request.POST
    member = force_of(rota.area_id).filter(pk=number_of(typed.get("member", ""))).first()
    if member is None:
        raise NobodyChosen
    since: datetime = moment_or_none(typed.get("since", ""), _FROM) or request.now
    until = moment_or_none(typed.get("until", ""), _UNTIL) or rota.ends
    return drop_out(
        rota=rota, member=member, since=since, until=until, reason=line(typed, "reason"), by=request.by,
        now=request.now, thorough=typed.get("thorough") == "yes",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def hours(request: Asking, number: int) -> HttpResponse:
    """What a post asks of a day: its shifts, one a line."""
    subject = subject_to_change(request, number, "post")
    post = Post.objects.select_related("subject").get(pk=subject.pk)
    about = about_subject(subject)
    stands = "\n".join(_hours_line(one) for one in hours_of([post])[post.pk])
    shifts = ask(request.POST, "hours", word("每天的班次，每行一个", "The shifts of a day, one a line"), "textarea",
                 before=stands)  # fmt: skip
    intro = word(
        "每行写：开始时间 小时数 人数 必须有的专业，如“08:00 8 2 公安 卫健”。留空为三班、每班最少在岗人数。",
        "A line: when it begins, hours, people, trades that must be there, such as “08:00 8 2 police health”. Empty: "
        "three shifts with the least crew.",
    )
    sheet = Sheet(word("卡点班次", "Shifts of the post"), about, [Part("", [shifts], [])], word("保存", "Save"), intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        set_hours(post=post, hours=read_hours(request.POST.get("hours", "")), by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已保存，下一份排班起生效。", "Saved; from the next roster on."))
    return HttpResponseRedirect("/posts/")


def _hours_line(one: Hours) -> str:
    trades = (
        " ".join(trade_word(trade) for trade in one.trades) if language().startswith("zh") else " ".join(one.trades)
    )
    return f"{one.begins:%H:%M} {one.minutes / 60:g} {one.crew} {trades}".strip()


urlpatterns: list[URLPattern] = [
    path("rota/", rosters),
    path("rota/<int:number>/", one),
    path("rota/<int:number>/grid/", grid),
    path("rota/<int:number>/moves/", moves),
    path("rota/<int:number>/publication/", publication),
    path("rota/<int:number>/dropping/", dropping),
    path("rota/<int:number>/absences/", absences),
    path("posts/<int:number>/hours/", hours),
]
