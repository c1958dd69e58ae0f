"""Who came through the posts: by plate, person, hour and post; and a post's day as a ledger, a line for each person.

What is looked for never stands in an address or a log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localdate, make_aware
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from sibulou.duty.force import stages
from sibulou.duty.form import Form
from sibulou.duty.forms_in_force import shared
from sibulou.duty.models import Event, Record
from sibulou.duty.personal import open_answers
from sibulou.fronts.defence.models import Passage
from sibulou.fronts.defence.passages.plates import TITLES, PlateKind, read_plate
from sibulou.fronts.defence.passages.register import FORM
from sibulou.fronts.defence.passages.search import Sought, find_passages
from sibulou.lib.problem import Problem
from sibulou.roster.models import Subject
from sibulou.roster.role import Right
from sibulou.web.allow import without
from sibulou.web.answers import in_words, masked_answer
from sibulou.web.asked import number_asked
from sibulou.web.labels import language, pick, places
from sibulou.web.middleware import Asking

MOST = 50
LONGEST_DAY = 3_000
"""Lines of a ledger on one page; a gate has about two thousand a day."""
COLUMNS = ("plate", "name", "temperature", "second", "direction", "origin", "destination", "disposal", "phone",
           "id_number", "from_area", "unwell", "reason", "contact")  # fmt: skip
"""The columns of the register as it was kept in 2020, between the moment and whoever wrote the line."""


class NothingSought(Problem):
    """A search without anything to look for."""

    number = "422.242"
    zh = "没有填要找什么。请填车牌、姓名、手机、证件中的一项，或选卡点、时间。"
    en = "Nothing to look for was given. Give a plate, a name, a telephone or an identity number, or a post and a time."


class NoMoment(Problem):
    """A moment that is none. The fact is `given`."""

    number = "422.243"
    zh = "“{given}”不是时间。请填日期和时刻，例如 2020-02-10 08:30。"
    en = "“{given}” is no moment. Give a date and a time, such as 2020-02-10 08:30."


@dataclass(frozen=True)
class Line:
    """One person at one post in words: long numbers masked."""

    row: Passage
    post: str
    place: str
    answers: dict[str, str]
    kind: str
    by: str

    @property
    def cells(self) -> list[str]:
        return [self.answers.get(key, "") for key in COLUMNS]


@never_cache
@sensitive_post_parameters("plate", "phone", "identity", "name")
@require_http_methods(["GET", "POST"])
def passages(request: Asking) -> HttpResponse:
    """The latest that one may see (GET, of a post and an hour where asked), or those of a plate or a person (POST)."""
    _need(request)
    sentence, status = "", 200
    found: list[Passage] = []
    sought = Sought()
    try:
        sought = _sought(request)
        if request.method == "POST" and not (sought.personal or sought.post or sought.since or sought.until):
            raise NothingSought
        found = list(find_passages(sought, today=localdate(request.now), most=MOST + 1))
    except Problem as problem:
        sentence, status = problem.say(language()), problem.status
    asked = request.POST if request.method == "POST" else request.GET
    facts = {
        "lines": _lines(found[:MOST]),
        "more": len(found) > MOST,
        "next": found[MOST - 1].happened_at.isoformat() if len(found) > MOST and not sought.personal else "",
        "sought": sought,
        "asked": {key: asked.get(key, "")[:40] for key in ("post", "since", "until")},
        "posts": _posts(),
        "sentence": sentence,
        "today": localdate(request.now),
    }
    return render(request, "web/passages.html", facts, status=status)


@never_cache
@require_GET
def ledger(request: Asking, number: int, day: str) -> HttpResponse:
    """A post's day, a line for each person, to be read and printed."""
    _need(request)
    post = Subject.objects.filter(pk=number, kind="post").first()
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if post is None or not (request.reach.covers(post.area_id, Right.PEOPLE) or post.pk in request.reach.subjects):
        raise Http404
    starts = make_aware(datetime.combine(on, time()))
    rows = list(Passage.objects.filter(post_id=number, happened_at__gte=starts,
                                       happened_at__lt=starts + timedelta(days=1))
                .order_by("happened_at", "record")[: LONGEST_DAY + 1])  # fmt: skip
    form = _form()
    facts = {
        "post": post,
        "place": places([post.area_id])[post.area_id],
        "day": on,
        "columns": [field.title.say(language()) for key in COLUMNS if form and (field := form.field(key))],
        "lines": _lines(rows[:LONGEST_DAY]),
        "more": len(rows) > LONGEST_DAY,
        "vehicles": len({row.together or bytes(row.plate or b"") for row in rows if row.plate is not None}),
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < localdate(request.now) else None,
    }
    return render(request, "web/passage_ledger.html", facts)


def _need(request: Asking) -> None:
    """Whoever sees people, or keeps a post. Raises NoRight."""
    if request.reach.has(Right.PEOPLE):
        return
    if not Subject.objects.filter(pk__in=request.reach.subjects, kind="post").exists():
        raise without(Right.PEOPLE)


def _sought(request: Asking) -> Sought:
    """What was asked for. Raises NoMoment, and the Problem of a number that is none."""
    given = request.POST if request.method == "POST" else request.GET
    text = {key: request.POST.get(key, "").replace("\x00", "").strip()[:60] for key in
            ("plate", "phone", "identity", "name")}  # fmt: skip
    return Sought(
        **text,
        post=number_asked(given.get("post", ""), "post"),
        since=_moment(given.get("since", "")),
        until=_moment(given.get("until", "")),
        before=_moment(request.GET.get("before", "")),
    )


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found if found.tzinfo else make_aware(found)
    except (ValueError, OverflowError):
        raise NoMoment(given=text[:40]) from None


def _posts() -> list[Subject]:
    """The posts one sees, for the choice."""
    return list(Subject.objects.filter(kind="post").order_by("label")[:300])


def _form() -> Form | None:
    """The form in words, as the last plan that had it words it."""
    found = shared(FORM, stages(Event.objects.order_by("id")))
    return found[-1].form if found else None


def _lines(rows: Sequence[Passage]) -> list[Line]:
    """The rows in words, with what their records say."""
    told = Record.objects.filter(pk__in=[row.record for row in rows]).select_related("told_by")
    records = {one.pk: one for one in told}
    posts = Subject.objects.in_bulk({row.post_id for row in rows})
    where = places({row.area_id for row in rows})
    form = _form()
    lines = []
    for row in rows:
        record = records.get(row.record)
        said = open_answers(FORM, record.content) if record else {}
        plate = read_plate(str(said.get("plate", "")))
        lines.append(
            Line(
                row=row,
                post=posts[row.post_id].label if row.post_id in posts else "",
                place=where[row.area_id],
                answers=_words(form, said),
                kind="" if plate.kind in (PlateKind.NONE, PlateKind.ORDINARY) else pick(TITLES[plate.kind], language()),
                by=record.told_by.name if record and record.told_by else "",
            )
        )
    return lines


def _words(form: Form | None, said: dict[str, object]) -> dict[str, str]:
    if form is None:
        return {}
    words = {}
    for field in form.fields:
        if field.key in said:
            value = in_words(form, field.key, said[field.key])
            words[field.key] = str(masked_answer(value)) if field.personal and field.key != "plate" else value
    return words


urlpatterns: list[URLPattern] = [
    path("passages/", passages),
    path("passages/<int:number>/<str:day>/", ledger),
]
