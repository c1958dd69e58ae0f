"""Posts, places and institutions, entered by hand, and the opening of a planned post."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.models import Area, Subject
from sibulou.roster.subjects import add_institution, add_place, add_post
from sibulou.web.entry import (
    Part,
    Sheet,
    about_area,
    area_to_change,
    ask,
    choices,
    draw,
    line,
    whole_or_none,
)
from sibulou.web.forms import Question
from sibulou.web.labels import language, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.pages.entering import ASKED


def thing_questions(kind: str, typed: Mapping[str, str], before: Mapping[str, str]) -> list[Question]:
    """What is asked of a post, a place or an institution."""
    lists = {"post": codes.POST, "place": codes.PLACE, "institution": codes.INSTITUTION}
    asked = [
        ask(typed, "name", word("名称", "Name"), most=80, required=True, before=before.get("name", "")),
        ask(typed, "kind", word("类别", "Kind"), "choice", options=choices(lists[kind]), required=True,
            before=before.get("kind", "")),
        ask(typed, "address", word("位置", "Address"), most=120, before=before.get("address", "")),
    ]  # fmt: skip
    if kind == "post":
        crew = word("每班最少在岗人数", "Least crew of a shift")
        asked.append(ask(typed, "crew", crew, "number", before=before.get("crew", "2")))
    if kind == "institution":
        credit = word("统一社会信用代码（没有可不填）", "Credit code (none: leave it)")
        asked.append(ask(typed, "credit_code", credit, most=24, before=before.get("credit_code", "")))
    return asked


_TITLES = {
    "post": ("登记卡点", "Enter a post"),
    "place": ("登记场所", "Enter a place"),
    "institution": ("登记机构", "Enter an institution"),
}


@require_http_methods(ASKED)
def thing(request: Asking, key: int, kind: str) -> HttpResponse:
    """A post, a place or an institution."""
    area = area_to_change(request, key)
    typed = request.POST
    questions = thing_questions(kind, typed, {})
    if kind == "post":
        opened = [("now", word("现在启用", "open from now on")), ("planned", word("先登记，以后启用", "planned only"))]
        questions.append(ask(typed, "opened", word("启用", "Open"), "choice", options=opened, before="now"))
    sheet = Sheet(pick(_TITLES[kind], language()), about_area(area), [Part("", questions, [])], word("登记", "Enter"))
    if request.method == "GET":
        return draw(request, sheet)
    try:
        made = _add_thing(request, area, kind)
    except Problem as problem:
        return draw(request, sheet, problem)
    messages.success(request, word(f"已登记：{made.label}。", f"Entered: {made.label}."))
    return HttpResponseRedirect(f"/subjects/{made.pk}/")


def _add_thing(request: Asking, area: Area, kind: str) -> Subject:
    typed, by, now = request.POST, request.by, request.now
    name, of, address = line(typed, "name"), typed.get("kind", ""), line(typed, "address")
    if kind == "place":
        return add_place(area=area, name=name, kind=of, address=address, by=by, now=now).subject
    if kind == "institution":
        credit = line(typed, "credit_code")
        return add_institution(
            area=area, name=name, kind=of, address=address, credit_code=credit, by=by, now=now
        ).subject
    crew = whole_or_none(typed.get("crew", ""), "每班最少在岗人数", "Least crew of a shift")
    opened_at = now if typed.get("opened", "now") == "now" else None
    return add_post(
        area=area, name=name, kind=of, address=address, minimum_crew=2 if crew is None else crew, opened_at=opened_at,
        by=by, now=now,
    ).subject  # fmt: skip


urlpatterns: list[URLPattern] = [
    path("areas/<int:key>/posts/new/", thing, {"kind": "post"}),
    path("areas/<int:key>/places/new/", thing, {"kind": "place"}),
    path("areas/<int:key>/institutions/new/", thing, {"kind": "institution"}),
]
