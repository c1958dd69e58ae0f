"""Devices of the people in one's area: who carries which, until when; let in by an invitation, and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import segno
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sibulou.field.devices import Invited, invite, withdraw
from sibulou.field.models import Device
from sibulou.lib.problem import Problem
from sibulou.roster.models import User
from sibulou.roster.role import Right
from sibulou.web.labels import language, word
from sibulou.web.middleware import Asking
from sibulou.web.texts import number_of

PAGE = 50


class NobodyInvited(Problem):
    """An invitation for a name that nobody, or more than one, has. The fact is `name`."""

    number = "422.117"
    zh = "没有找到唯一的账号“{name}”。请填登录名（在账号页上可以看到），或填全名。"
    en = "There is no one account “{name}”. Type the sign-in name, as the account's page shows it, or the full name."


@dataclass(frozen=True)
class Shown:
    """An invitation as it is shown, this once: the picture to scan and the code to type."""

    user: User
    code: str
    picture: str


@never_cache
@require_GET
def devices(request: Asking) -> HttpResponse:
    """One's own devices and those in one's area, the latest first; page by page, found by their carrier's name."""
    return _draw(request)


def _draw(
    request: Asking, *, sentence: str = "", status: int = 200, shown: Shown | None = None, typed: str = ""
) -> HttpResponse:
    wanted = request.GET.get("q", "").strip().replace("\x00", "")[:40]
    rows = list(_found(wanted, number_of(request.GET.get("after", "")))[: PAGE + 1])
    facts = {
        "devices": rows[:PAGE],
        "further": int(rows[PAGE - 1].enrolled_at.timestamp() * 1000) if len(rows) > PAGE else "",
        "wanted": wanted,
        "may_invite": request.reach.has(Right.GRANT) or request.reach.has(Right.ADMIN),
        "sentence": sentence,
        "shown": shown,
        "typed": typed,
    }
    return render(request, "web/devices.html", facts, status=status)


def _found(wanted: str, after: int) -> QuerySet[Device]:
    """The devices that the reader sees; `after`: those that came in before this millisecond."""
    rows = Device.objects.select_related("user").order_by("-enrolled_at", "-pk")
    if wanted:
        rows = rows.filter(Q(user__name__contains=wanted) | Q(user__username=wanted.lower()) | Q(name__contains=wanted))
    if after:
        rows = rows.extra(where=["extract(epoch FROM enrolled_at) * 1000 < %s"], params=[after])
    return rows


@never_cache
@require_POST
def invitations(request: Asking) -> HttpResponse:
    """Invite a device: the code is shown this once."""
    typed = request.POST.get("who", "").strip().replace("\x00", "")[:40]
    try:
        user = _user(request, typed)
        invited = invite(user=user, reach=request.reach, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, sentence=problem.say(language()), status=problem.status, typed=typed)
    return _draw(request, shown=_shown(request, user, invited))


def _user(request: Asking, typed: str) -> User:
    """Who is meant: oneself when nothing is typed, else a sign-in name or a full name. Raises NobodyInvited."""
    if not typed:
        return request.user
    found = list(User.objects.filter(Q(username=typed.lower()) | Q(name=typed))[:2])
    if len(found) != 1:
        raise NobodyInvited(name=typed)
    return found[0]


def _shown(request: Asking, user: User, invited: Invited) -> Shown:
    address = request.build_absolute_uri(f"/m/#invite={invited.code}")
    title = word("设备邀请码", "Invitation of a device")
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=6, dark="#000", light="#fff", title=title, svgclass="square"
    )
    return Shown(user, invited.code, picture)


@require_POST
def withdrawal(request: Asking, number: UUID) -> HttpResponse:
    """Withdraw a device, for a reason that is kept."""
    row = Device.objects.select_related("user").filter(pk=number).first()
    if row is None:
        raise Http404
    try:
        withdraw(device=row, reason=request.POST.get("reason", ""), reach=request.reach, by=request.by, now=request.now)
    except Problem as problem:
        return _draw(request, sentence=problem.say(language()), status=problem.status)
    messages.success(
        request,
        word(
            "已收回。这台设备下次联网时，交完未发的记录后清空。",
            "Withdrawn. At its next contact the device hands in what waits and empties itself.",
        ),
    )
    return HttpResponseRedirect("/devices/")


urlpatterns: list[URLPattern] = [
    path("devices/", devices),
    path("devices/invitations/", invitations),
    path("devices/<uuid:number>/withdrawal/", withdrawal),
]
