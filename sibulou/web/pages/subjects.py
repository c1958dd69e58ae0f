"""Households, people, posts, places and institutions: what is held, who answers, what is owed now, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import get_current_timezone, localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sibulou.duty.models import Obligation, Watch, not_waived
from sibulou.field.links import may_hand_over
from sibulou.lib.problem import Problem
from sibulou.roster import codes
from sibulou.roster.models import Person, Seat, Subject
from sibulou.roster.role import Right
from sibulou.roster.seal import unmask
from sibulou.web.asked import UnknownChoice
from sibulou.web.held import held_of
from sibulou.web.labels import KIND_WORDS, address_of, clock, language, owners, pick, places
from sibulou.web.middleware import Asking
from sibulou.web.owed import owed
from sibulou.web.pages.post_life import doors_of_post
from sibulou.web.sheet import doors, forms_about, may_tell
from sibulou.web.timeline import Place, history, plan_words


@dataclass(frozen=True)
class Member:
    """One person of a household, with how much is owed for him and missed."""

    subject: Subject
    relation: str
    state: str
    open: int
    missed: int


def _word(zh: str, en: str) -> str:
    return pick((zh, en), language())


def _found(number: int) -> Subject:
    subject = Subject.objects.select_related("area").filter(pk=number).first()
    if subject is None:
        raise Http404
    return subject


@require_GET
def household(request: Asking, number: int) -> HttpResponse:
    """A household."""
    return _page_of(request, number, "household")


@require_GET
def person(request: Asking, number: int) -> HttpResponse:
    """A person."""
    return _page_of(request, number, "person")


@require_GET
def other(request: Asking, number: int) -> HttpResponse:
    """A post, a shift, a place, an institution or a branch; anything else is sent on to its own page."""
    return _page_of(request, number, "post", "shift", "place", "institution", "branch")


def _page_of(request: Asking, number: int, *kinds: str) -> HttpResponse:
    subject = _found(number)
    if subject.kind not in kinds:
        return HttpResponseRedirect(address_of(subject.kind, subject.pk, subject.area_id))
    return _draw(request, subject)


@never_cache
@require_POST
def numbers(request: Asking, number: int) -> HttpResponse:
    """Show one number in full, this once, for a reason that is kept."""
    subject = _found(number)
    field = request.POST.get("field", "")
    try:
        shown = unmask(
            subject=subject,
            field=field,
            reason=request.POST.get("reason", ""),
            reach=request.reach,
            by=request.by,
            now=request.now,
        )
    except Problem as problem:
        return _draw(request, subject, sentence=problem.say(language()), status=problem.status)
    return _draw(request, subject, revealed=(field, shown or _word("没有登记", "none is known")))


def _draw(
    request: Asking,
    subject: Subject,
    *,
    sentence: str = "",
    revealed: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    about = _about(subject)
    rows = _open(about, request.now)
    shown = [one for one in owed(rows, language=language(), now=request.now) if one.open]
    links = doors([one.row for one in shown], onward=request.path if request.method == "GET" else "", now=request.now)
    page = history(
        subject.pk,
        now=request.now,
        language=language(),
        zone=get_current_timezone(),
        before=_before(request.GET.get("before", "")),
    )
    facts = {
        "subject": subject,
        "kind": _word(*KIND_WORDS[subject.kind]),
        "place": places([subject.area_id])[subject.area_id],
        "area": subject.area,
        "facts": held_of(subject, localdate(request.now)),
        "members": _members(subject, request.now) if subject.kind == "household" else None,
        "owners": _owners(subject, rows, request.now),
        "owed": [(one, links.get(one.row.pk, [])) for one in shown],
        "missed": sum(one.stands == "overdue" for one in shown),
        "watches": _watches(subject),
        "history": page,
        "may_tell": may_tell(request, subject) and subject.until is None,
        "keeps_stock": subject.kind == "place" and subject.place.kind in ("store", "quarantine"),
        "forms": forms_about(subject, request.now),
        "may_appoint": request.reach.covers(subject.area_id, Right.GRANT) and subject.until is None,
        "may_hand_over": may_hand_over(subject, reach=request.reach),
        "changes": _changes(request, subject),
        "may_unmask": request.reach.covers(subject.area_id, Right.UNMASK),
        "sentence": sentence,
        "revealed": revealed,
        "first": "before" not in request.GET,
        "ended": clock(subject.until) if subject.until else "",
    }
    return render(request, "web/subject.html", facts, status=status)


def _changes(request: Asking, subject: Subject) -> list[tuple[str, str]]:
    """What the reader may change about it, each with its page; nothing once it is off the roster."""
    if subject.until is not None or not request.reach.covers(subject.area_id, Right.ROSTER):
        return []
    base = f"/subjects/{subject.pk}/"
    ending = (_word("移出名册", "Take it off the roster"), f"{base}end/")
    if subject.kind == "branch":
        return [ending]
    doors = [(_word("更正登记", "Put it right"), f"{base}entry/")]
    if subject.kind == "household":
        doors.insert(0, (_word("加一个人", "Enter a person"), f"/households/{subject.pk}/people/new/"))
    if subject.kind == "person":
        doors.insert(0, (_word("变更现状", "Change where he is"), f"/people/{subject.pk}/state/"))
    if subject.kind in ("household", "person"):
        doors.append((_word("迁移", "Move"), f"{base}place/"))
    if subject.kind == "shift":
        return [(_word("这个班的人", "Its crew"), f"/shifts/{subject.shift.pk}/")]
    if subject.kind == "post":
        return [*doors_of_post(subject), *doors, (_word("位置", "Position"), f"{base}whereabouts/")]
    return [*doors, ending]


def _about(subject: Subject) -> list[int]:
    """The subject, and the people of a household with it."""
    if subject.kind != "household":
        return [subject.pk]
    return [subject.pk, *Person.objects.filter(household=subject.pk).values_list("pk", flat=True)]


def _open(about: Sequence[int], now: datetime) -> list[Obligation]:
    rows = Obligation.objects.filter(subject__in=about, met_at__isnull=True, opened_at__lte=now)
    return list(rows.select_related("duty", "subject", "stage").order_by("due_at", "pk")[:300])


def _members(subject: Subject, now: datetime) -> list[Member]:
    through = "subject__obligations__"
    owed_still = not_waived(now, through=through) & Q(**{f"{through}met_at__isnull": True})
    rows = (
        Person.objects.filter(household=subject.pk, subject__until__isnull=True)
        .select_related("subject")
        .annotate(
            open=Count("subject__obligations", filter=owed_still & Q(subject__obligations__opened_at__lte=now)),
            missed=Count("subject__obligations", filter=owed_still & Q(subject__obligations__due_at__lte=now)),
        )
        .order_by("relation", "pk")
    )
    return [
        Member(row.subject, codes.RELATION.label(row.relation, language()),
               codes.RESIDENCE.label(row.state, language()), row.open, row.missed)
        for row in rows
    ]  # fmt: skip


def _owners(subject: Subject, rows: Sequence[Obligation], now: datetime) -> list[object]:
    """The seats that answer with this subject: its own first, then those that owe something for it now."""
    own = list(Seat.objects.filter(subject=subject, closed_at=None).values_list("pk", flat=True))
    seats = dict.fromkeys([*own, *(row.seat_id for row in rows)])
    if not rows:
        latest = Obligation.objects.filter(subject=subject).order_by("-opened_at").values_list("seat_id", flat=True)
        seats |= dict.fromkeys(latest[:20])
    found = owners(seats, language=language(), now=now)
    return [found[seat] for seat in seats if seat in found]


def _watches(subject: Subject) -> list[tuple[str, Watch]]:
    if subject.kind != "person":
        return []
    _, classes, _ = plan_words()
    rows = Watch.objects.filter(subject=subject, ended_at__isnull=True).order_by("starts_at")
    return [(classes[row.klass].say(language()) if row.klass in classes else row.klass, row) for row in rows]


def _before(text: str) -> Place | None:
    """Where an address says that a page begins; None for the newest. Raises UnknownChoice."""
    place = Place.read(text)
    if text and place is None:
        raise UnknownChoice(field="before", given=text[:40])
    return place


urlpatterns: list[URLPattern] = [
    path("households/<int:number>/", household),
    path("people/<int:number>/", person),
    path("subjects/<int:number>/", other),
    path("subjects/<int:number>/numbers/", numbers),
]
