"""One's own messages: the new ones first, in half hours; that they were seen; and what one wants to be told by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages as notices
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sibulou.lib.problem import Problem
from sibulou.message.inbox import prefer, preference_of, see, unseen
from sibulou.message.models import Message
from sibulou.message.sending import mail_of
from sibulou.message.standing import common
from sibulou.roster.models import Area
from sibulou.roster.role import Right
from sibulou.roster.seal import work_phone
from sibulou.web.labels import language, masked, pick, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import number_of, quiet_of

MOST = 300
"""How many messages are shown; older ones are in nobody's way."""
KIND_WORDS = {
    "warn": ("即将到期", "due soon"),
    "gap": ("已逾期", "overdue"),
    "climb": ("下级未办", "from below"),
}


@dataclass
class Line:
    """Messages of one kind about one duty within one half hour, as one line."""

    kind: str
    title: str
    duty: int
    due_at: datetime
    area: int
    many: int = 0
    areas: int = 0
    place: str = ""
    link: str = ""

    @property
    def said(self) -> str:
        """The kind in words."""
        return pick(KIND_WORDS[self.kind], language())

    def add(self, one: Message) -> None:
        """Add a message to the line."""
        self.many, self.areas = self.many + one.many, max(self.areas, one.areas)
        self.due_at = min(self.due_at, one.due_at)
        self.area = common(min(self.area, one.area_id), max(self.area, one.area_id))


@dataclass
class HalfHour:
    """What one was told within half an hour."""

    at: datetime
    lines: dict[tuple[str, int], Line] = field(default_factory=dict)

    @property
    def shown(self) -> Sequence[Line]:
        return list(self.lines.values())


@never_cache
@require_GET
def inbox(request: Asking) -> HttpResponse:
    """The messages: new ones, then those seen."""
    rows = list(
        Message.objects.filter(user=request.user).select_related("duty").order_by("-told_at", "kind", "-pk")[:MOST]
    )
    new = _half_hours([row for row in rows if row.seen_at is None], request)
    old = _half_hours([row for row in rows if row.seen_at is not None], request)
    _place([line for half in (*new, *old) for line in half.shown], sees_gaps=request.reach.has(Right.GAPS))
    facts = {"new": new, "old": old, "upto": max((row.pk for row in rows), default=0), "full": len(rows) == MOST}
    return render(request, "web/inbox.html", facts)


def _half_hours(rows: Iterable[Message], request: Asking) -> list[HalfHour]:
    found: dict[datetime, HalfHour] = {}
    for row in rows:
        at = localtime(row.told_at)
        begins = at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
        half = found.setdefault(begins, HalfHour(at))
        title = pick((row.duty.title_zh, row.duty.title_en), language())
        line = half.lines.setdefault(
            (row.kind, row.duty_id), Line(row.kind, title, row.duty_id, row.due_at, row.area_id)
        )
        line.add(row)
    return list(found.values())


def _place(lines: Sequence[Line], *, sees_gaps: bool) -> None:
    """Where each line is, and where its link leads: one's own list, or the gaps of the area below."""
    names = dict(Area.objects.filter(pk__in={line.area for line in lines}).values_list("pk", "short_name"))
    for line in lines:
        line.place = names.get(line.area, "")
        line.link = f"/gaps/?area={line.area}" if line.kind == "climb" and sees_gaps else "/mine/"


@never_cache
@require_GET
def count(request: Asking) -> HttpResponse:
    """How many messages are new, as plain text: what the bar of every page asks for."""
    return HttpResponse(str(unseen(request.user).count()), content_type="text/plain")


@require_POST
def seen(request: Asking) -> HttpResponse:
    """Mark the messages up to a number as seen."""
    see(user=request.user, upto=number_of(request.POST.get("upto", "")), now=request.now)
    return HttpResponseRedirect("/messages/")


@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: Asking) -> HttpResponse:
    """What one wants to be told by, and when not."""
    if request.method == "GET":
        return _draw_preferences(request)
    mail = request.POST.get("mail", "")
    try:
        prefer(
            user=request.user,
            sms=request.POST.get("sms") == "yes",
            mail="" if request.POST.get("no_mail") == "yes" else mail or None,
            quiet=quiet_of(request.POST),
            by=request.by,
            now=request.now,
        )
    except Problem as problem:
        return _draw_preferences(request, problem.say(language()), problem.status)
    notices.success(request, word("已保存。", "Saved."))
    return HttpResponseRedirect("/messages/preferences/")


def _draw_preferences(request: Asking, sentence: str = "", status: int = 200) -> HttpResponse:
    wish = preference_of(request.user)
    facts = {
        "wish": wish,
        "phone": masked(work_phone(request.user)),
        "mail": masked(mail_of(wish)),
        "typed": request.POST,
        "sentence": sentence,
    }
    return render(request, "web/inbox_preferences.html", facts, status=status)


urlpatterns: list[URLPattern] = [
    path("messages/", inbox),
    path("messages/count/", count),
    path("messages/seen/", seen),
    path("messages/preferences/", preferences),
]
