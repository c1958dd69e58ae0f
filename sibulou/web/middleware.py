"""Who is asking, until when, and what went wrong in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.utils.http import urlencode

from sibulou.field.devices import by_token, heard_of, told_to_wipe, withdrawn
from sibulou.field.models import Device
from sibulou.lib.clock import now
from sibulou.lib.problem import Problem
from sibulou.roster.access import NOTHING, Reach, acting, reach_of
from sibulou.roster.audit import By
from sibulou.roster.models import User
from sibulou.roster.role import ROLES
from sibulou.web.unfound import not_allowed, say

Respond = Callable[[HttpRequest], HttpResponse]
OPEN_PATHS = ("/sign-in/", "/static/", "/language/", "/healthz/", "/m/", "/r/", "/ics/", "/favicon.ico", "/robots.txt")
OPEN_DOORS = ("/api/v1/devices", "/api/v1/devices/renew")
"""Where a device comes in, by an invitation or a password."""

HAND_IN = ("/api/v1/records", "/api/v1/excuses", "/api/v1/families", "/api/v1/attachments/")
"""What a withdrawn device may still use, to hand in what it had not sent."""


class Asking(HttpRequest):
    """A request of someone signed in, with the moment it is judged at. Views take this."""

    user: User
    reach: Reach
    by: By
    now: datetime


def sign_in_first(respond: Respond) -> Respond:
    """Send strangers to the sign-in page; let everyone else act within his reach, inside one transaction."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]
        request.reach = NOTHING  # type: ignore[attr-defined]
        if request.path.startswith(OPEN_PATHS) or request.path in OPEN_DOORS:
            return respond(request)
        token = _token(request)
        if token is not None:
            return _by_device(request, token, respond)
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            if request.path.startswith("/api/"):
                return JsonResponse({"problem": "401.1", "zh": "请先登录。", "en": "Sign in first."}, status=401)
            return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
        return _within_reach(request, user, respond)

    return middleware


def _token(request: HttpRequest) -> str | None:
    """The token of a device, where a request to the interface bears one."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "device" and request.path.startswith("/api/") else None


def _by_device(request: HttpRequest, token: str, respond: Respond) -> HttpResponse:
    """Let a device act as its user. One that was withdrawn hands in what it has, and is told to wipe."""
    now: datetime = request.now  # type: ignore[attr-defined]
    try:
        device = by_token(token, now=now)
    except Problem as problem:
        return say(request, problem)
    request.device = device  # type: ignore[attr-defined]
    request.user = device.user
    if device.withdrawn_at is None:
        return _within_reach(request, device.user, respond)
    told_to_wipe(device, now=now)
    handed = None
    if request.path.startswith(HAND_IN) and request.method in ("POST", "PUT"):
        handed = _within_reach(request, device.user, respond)
    return _wipe(withdrawn(device), handed)


def _wipe(problem: Problem, handed: HttpResponse | None) -> JsonResponse:
    """What a withdrawn device is answered, with the outcomes of what it handed in, if it did."""
    outcomes = json.loads(handed.content) if handed is not None and handed.status_code == 200 else {}
    said = {"problem": problem.number, "zh": problem.say("zh"), "en": problem.say("en"), "wipe": True}
    return JsonResponse(outcomes | said, status=problem.status)


def _within_reach(request: HttpRequest, user: User, respond: Respond) -> HttpResponse:
    reach = reach_of(user, now=request.now)  # type: ignore[attr-defined]
    role = reach.roles[0] if reach.roles else ""
    request.reach = reach  # type: ignore[attr-defined]
    request.by = By(user.name, ROLES[role].zh if role else "", user.pk)  # type: ignore[attr-defined]
    device: Device | None = getattr(request, "device", None)
    with acting(reach):
        if device is not None:
            heard_of(device, now=request.now)  # type: ignore[attr-defined]
        response = respond(request)
        if hasattr(response, "render"):
            response.render()
    return response


class SayProblems:
    """A Problem becomes a page or JSON with its own status: one sentence, in the reader's language."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Problem):
            return None
        return say(request, exception)
