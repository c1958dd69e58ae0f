"""The life of a post step by step, the branch that leads it, villages it is kept for too; branches, what they lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.fronts.defence.branches import found_branch, keep_for, keep_no_more, lead, lead_no_more
from sibulou.fronts.defence.life import next_steps, take_step
from sibulou.fronts.defence.models import Branch, Joint, Leading, Step
from sibulou.lib.problem import Problem
from sibulou.roster.area_key import Level, ancestor, key_range
from sibulou.roster.models import Area, Post, Seat, Subject
from sibulou.roster.role import Right
from sibulou.web.allow import need
from sibulou.web.entry import Part, Sheet, about_area, about_subject, area_to_change, ask, draw, line, subject_to_change
from sibulou.web.held import STEP_WORDS
from sibulou.web.labels import Owner, language, owners, pick, places, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED, SINCE
from sibulou.web.texts import moment_or_none

_INTRO: dict[str, tuple[str, str]] = {
    Step.OPENED: ("启用后，这个卡点的班次、交接就要办了。", "From then on its shifts and hand-overs are owed."),
    Step.SUSPENDED: (
        "暂停期间不再要求值守；还没提醒的应办随之终止，已逾期的不会消失。",
        "Meanwhile it owes no shifts. What nobody was warned of yet ends; what is overdue does not vanish.",
    ),
    Step.RESUMED: ("恢复后，班次、交接重新要办。", "From then on its shifts are owed again."),
    Step.WITHDRAWN: (
        "撤销后移出名册，登记和经过都保留；已逾期的不会消失。",
        "It leaves the roster and its history is kept. What is overdue does not vanish.",
    ),
}


def _post(number: int) -> Post:
    return Post.objects.select_related("subject").get(pk=number)


@require_http_methods(ASKED)
def step(request: Asking, number: int, wanted: str) -> HttpResponse:
    """Take the next step in the life of a post, with the number of its decision."""
    subject = subject_to_change(request, number, "post")
    if wanted not in STEP_WORDS:
        raise Http404
    chosen, typed, about = Step(wanted), request.POST, about_subject(subject)
    needs_reason = chosen in (Step.SUSPENDED, Step.WITHDRAWN)
    questions = [
        ask(typed, "number", word("决定文号", "Number of the decision"), most=40, required=chosen is not Step.OPENED),
        ask(typed, "at", word("自何时起（不填为现在）", "From (empty: now)"), "datetime-local"),
        ask(typed, "reason", word("理由", "Reason"), most=200, required=needs_reason),
    ]
    title = f"{pick(STEP_WORDS[chosen], language())} · {subject.label}"
    sheet = Sheet(
        title, about, [Part("", questions, [])], pick(STEP_WORDS[chosen], language()), pick(_INTRO[chosen], language()),
        danger=chosen is Step.WITHDRAWN,
    )  # fmt: skip
    if request.method == "GET":
        return draw(request, sheet)
    try:
        at = moment_or_none(typed.get("at", ""), SINCE)
        take_step(post=_post(number), step=chosen, number=line(typed, "number"), at=at, reason=line(typed, "reason"),
                  by=request.by, now=request.now)  # fmt: skip
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已办理，并写入经过。", "It is done and stands in its history."))
    return HttpResponseRedirect(about.address)


@require_http_methods(ASKED)
def branch_of_post(request: Asking, number: int) -> HttpResponse:
    """Put a post under a branch."""
    subject = subject_to_change(request, number, "post")
    typed, about = request.POST, about_subject(subject)
    township = key_range(ancestor(subject.area_id, Level.TOWNSHIP))
    near = _branches(township)
    options = [(str(one.pk), one.subject.label) for one in near]
    if Leading.objects.filter(post=subject, until__isnull=True).exists():
        options.append(("none", word("暂不归任何支部（会成为漏项）", "no branch for now (a gap)")))
    questions = [
        ask(typed, "branch", word("临时党支部", "Temporary branch"), "choice", options=options, required=True),
        ask(typed, "at", word("自何时起（不填为现在）", "From (empty: now)"), "datetime-local"),
    ]
    intro = (
        "" if near else word("本乡镇还没有临时党支部，请先成立。", "This township has no branch yet: found one first.")
    )
    sheet = Sheet(word("由哪个支部负责", "Which branch leads it"), about, [Part("", questions, [])],
                  word("确定", "Put it under"), intro)  # fmt: skip
    if request.method == "GET":
        return draw(request, sheet)
    try:
        _put_under(request, subject, near)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已改。", "It is changed."))
    return HttpResponseRedirect(about.address)


def _put_under(request: Asking, post: Subject, near: Sequence[Branch]) -> None:
    typed = request.POST
    if typed.get("branch") == "none":
        lead_no_more(post=post, by=request.by, now=request.now)
        return
    chosen = next((one for one in near if str(one.pk) == typed.get("branch")), None)
    if chosen is None:
        raise Http404
    at = moment_or_none(typed.get("at", ""), SINCE)
    lead(post=post, branch=chosen, at=at, by=request.by, now=request.now)


def _branches(within: tuple[int, int]) -> list[Branch]:
    low, high = within
    rows = Branch.objects.filter(subject__area__gte=low, subject__area__lt=high, subject__until__isnull=True)
    return list(rows.select_related("subject").order_by("subject__area", "pk"))


@require_http_methods(ASKED)
def joint(request: Asking, number: int) -> HttpResponse:
    """Let a post stand for a neighbouring village too."""
    subject = subject_to_change(request, number, "post")
    typed, about = request.POST, about_subject(subject)
    own = ancestor(subject.area_id, Level.VILLAGE)
    low, high = key_range(ancestor(subject.area_id, Level.COUNTY))
    villages = Area.objects.filter(pk__gte=low, pk__lt=high, level=Level.VILLAGE, until__isnull=True).exclude(pk=own)
    options = [(str(one.pk), one.name) for one in villages.order_by("pk")]
    question = ask(typed, "village", word("邻村", "Neighbouring village"), "choice", options=options, required=True)
    intro = word("两村共用一个卡点：邻村的村口不再另设。", "Two villages share the post: the other's mouth needs none.")
    sheet = Sheet(word("联合设点", "Joint post"), about, [Part("", [question], [])], word("确定", "Agree"), intro)
    if request.method == "GET":
        return draw(request, sheet)
    try:
        village = villages.filter(pk=int(typed.get("village") or 0)).first()
        if village is None:
            raise Http404
        keep_for(post=subject, village=village, by=request.by, now=request.now)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word("已登记为联合设点。", "It is a joint post now."))
    return HttpResponseRedirect(about.address)


@require_POST
def joint_end(request: Asking, number: int, row: int) -> HttpResponse:
    """End that a post stands for a neighbour."""
    subject = subject_to_change(request, number, "post")
    found = Joint.objects.filter(pk=row, post=subject).select_related("post").first()
    if found is None:
        raise Http404
    keep_no_more(joint=found, by=request.by, now=request.now)
    messages.success(request, word("联合设点已结束。", "The joint post has ended."))
    return HttpResponseRedirect(about_subject(subject).address)


@require_http_methods(ASKED)
def branch_new(request: Asking, key: int) -> HttpResponse:
    """Found a temporary branch."""
    area, typed = area_to_change(request, key), request.POST
    questions = [
        ask(typed, "name", word("名称", "Name"), most=80, required=True),
        ask(typed, "number", word("批准文号", "Number of the decision"), most=40),
    ]
    intro = word("成立后请任命书记，再把卡点划归支部。", "Then appoint its secretary and put posts under it.")
    sheet = Sheet(word("成立临时党支部", "Found a temporary branch"), about_area(area), [Part("", questions, [])],
                  word("成立", "Found it"), intro)  # fmt: skip
    if request.method == "GET":
        return draw(request, sheet)
    try:
        made = found_branch(area=area, name=line(typed, "name"), number=line(typed, "number"), by=request.by,
                            now=request.now)  # fmt: skip
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word(f"已成立：{made.subject.label}。", f"Founded: {made.subject.label}."))
    return HttpResponseRedirect(f"/subjects/{made.pk}/")


@dataclass(frozen=True)
class Row:
    """A branch in the list: where it is, who is its secretary, what it leads."""

    subject: Subject
    place: str
    number: str
    secretary: Owner | None
    posts: tuple[Subject, ...]


@require_GET
def branches(request: Asking) -> HttpResponse:
    """Every branch in reach with its secretary and its posts; first the posts that no branch leads."""
    need(request.reach, Right.GAPS)
    found = list(
        Branch.objects.filter(subject__until__isnull=True).select_related("subject").order_by("subject__area", "pk")
    )
    led: dict[int, list[Subject]] = defaultdict(list)
    leading = Leading.objects.filter(until__isnull=True, post__until__isnull=True).select_related("post")
    for one in leading.order_by("post__area", "post"):
        led[one.branch_id].append(one.post)
    unled = Subject.objects.filter(kind="post", until__isnull=True, post__opened_at__isnull=False)
    unled = unled.exclude(pk__in=leading.values("post")).order_by("area", "pk")
    areas = {one.subject.area_id for one in found} | {one.area_id for one in unled}
    where = places(areas)
    seats = dict(Seat.objects.filter(subject__in=[one.pk for one in found], closed_at__isnull=True)
                 .values_list("subject", "pk"))  # fmt: skip
    who = owners(seats.values(), language=language(), now=request.now)
    rows = [
        Row(one.subject, where[one.subject.area_id], one.number, who.get(seats.get(one.pk, 0)), tuple(led[one.pk]))
        for one in found
    ]
    facts = {"rows": rows, "unled": [(one, where[one.area_id]) for one in unled], "leaderless": _without(rows)}
    return render(request, "web/branches.html", facts)


def _without(rows: Sequence[Row]) -> int:
    """How many have no secretary who answers now."""
    return sum(1 for one in rows if one.secretary is None or not one.secretary.name)


def doors_of_post(subject: Subject) -> list[tuple[str, str]]:
    """The pages that change a post's life, for whoever may change the roster."""
    base = f"/subjects/{subject.pk}/"
    steps = [(pick(STEP_WORDS[one], language()), f"{base}steps/{one}/") for one in next_steps(subject.post)]
    return [
        *steps,
        (word("归哪个支部", "Its branch"), f"{base}branch/"),
        (word("联合设点", "Joint post"), f"{base}joint/"),
    ]


urlpatterns: list[URLPattern] = [
    path("branches/", branches),
    path("areas/<int:key>/branches/new/", branch_new),
    path("subjects/<int:number>/steps/<slug:wanted>/", step),
    path("subjects/<int:number>/branch/", branch_of_post),
    path("subjects/<int:number>/joint/", joint),
    path("subjects/<int:number>/joint/<int:row>/end/", joint_end),
]
